"""F06, F07: a worker that no longer takes work turns the health page red; beats are absent, two, late, all harmless."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from cog import health
from cog.health import CANARY, Level
from cog.models import ScheduledRun
from tests.faults.conftest import Worker, until

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True), pytest.mark.timeout(240)]

QUICK = {"SUIVI_BEAT_EVERY": "0.5", "SUIVI_CANARY_EVERY": "1"}
SILENCE = timedelta(seconds=5)  # three minutes in production, for a canary each minute


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "CANARY_SILENCE", SILENCE)


def _level() -> Level:
    return health.worker(timezone.now()).level


def _alive(worker: Worker) -> bool:
    return worker.process.poll() is None


def test_a_worker_that_lives_and_takes_nothing_turns_red_and_green_again(start_worker: Any, start_beat: Any) -> None:
    assert _level() is Level.BAD, "none ever sang"
    worker = start_worker(**QUICK)
    start_beat(**QUICK)
    until(lambda: _level() is Level.GOOD)
    worker.pause()
    until(lambda: _level() is Level.BAD, seconds=20)
    assert _alive(worker), "the process exists: only the canary tells"
    worker.resume()
    until(lambda: _level() is Level.GOOD, seconds=20)


def test_without_a_beat_nothing_comes_round_and_two_do_each_thing_once(start_worker: Any, start_beat: Any) -> None:
    start_worker(**QUICK).wait_ready()
    assert not ScheduledRun.objects.exists(), "a worker alone rings nothing"
    beats = [start_beat(**QUICK) for _ in range(2)]
    rows = ScheduledRun.objects.filter(name=CANARY, finished_at__isnull=False)
    until(lambda: rows.count() >= 4, seconds=30)
    for beat in beats:
        assert _alive(beat) and "Sending due task passages-programmes" in beat.said(), "both rang"
    times = list(ScheduledRun.objects.filter(name=CANARY).values_list("due", flat=True))
    assert len(times) == len(set(times)), "once a period"
    assert ScheduledRun.objects.filter(name="recapitulatif").count() == 1, "this morning's, late, and once"
