"""F07, what comes round by itself: once a period whoever rings, caught up when nobody rang, redone when it failed."""

from datetime import UTC, datetime, time, timedelta
from threading import Barrier, Thread
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from cog import schedule
from cog.models import ScheduledRun

pytestmark = pytest.mark.django_db

PARIS = ZoneInfo("Europe/Paris")
NOON = datetime(2014, 7, 8, 12, 0, 30, tzinfo=PARIS)
DONE: list[datetime] = []
FAULTY: list[datetime] = []


def _do(at: datetime) -> None:
    DONE.append(at)


def _fail(at: datetime) -> None:
    FAULTY.append(at)
    raise OSError("serveur absent")


@pytest.fixture(autouse=True)
def _only_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    DONE.clear()
    FAULTY.clear()
    monkeypatch.setattr(schedule, "_things", {})
    schedule.register("matin", f"{__name__}._do", due=schedule.each_day_at(time(7)))


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """pytest imports this file by its path: the tick finds its functions all the same."""
    monkeypatch.setattr(schedule, "import_string", lambda path: globals()[path.rsplit(".", 1)[1]])


def test_once_a_period_whoever_rings() -> None:
    assert [schedule.tick(at=NOON + timedelta(seconds=n)) for n in (0, 0, 20, 40)] == [1, 0, 0, 0]
    assert len(DONE) == 1
    assert schedule.tick(at=NOON + timedelta(days=1)) == 1


def test_a_beat_that_was_absent_at_the_hour_is_caught_up() -> None:
    schedule.tick(at=datetime(2014, 7, 7, 7, 0, 5, tzinfo=PARIS))
    # nobody rang on the 8th before noon
    assert schedule.tick(at=NOON) == 1
    assert ScheduledRun.objects.filter(due=datetime(2014, 7, 8, 7, tzinfo=PARIS)).count() == 1
    # three days without a beat: the last period only
    assert schedule.tick(at=NOON + timedelta(days=3)) == 1
    assert len(DONE) == 3


def test_what_failed_is_taken_again_and_stops_nobody() -> None:
    schedule.register("faux", f"{__name__}._fail", due=schedule.each_day_at(time(6)))
    assert schedule.tick(at=NOON) == 1
    assert (len(DONE), len(FAULTY)) == (1, 1)
    assert schedule.tick(at=NOON + timedelta(minutes=1)) == 0, "not at once: it would hammer what is absent"
    assert len(FAULTY) == 1
    schedule.tick(at=NOON + schedule.GIVEN_UP_AFTER + timedelta(minutes=2))
    assert len(FAULTY) == 2


def test_periods_start_on_the_minute_and_at_the_hour_of_paris() -> None:
    each_minute = schedule.every(timedelta(minutes=1))
    assert each_minute(NOON) == datetime(2014, 7, 8, 12, tzinfo=PARIS)
    due = schedule.each_day_at(time(7))
    assert due(datetime(2014, 1, 8, 6, 30, tzinfo=UTC)) == datetime(2014, 1, 8, 7, tzinfo=PARIS)
    assert due(datetime(2014, 7, 8, 4, 30, tzinfo=UTC)) == datetime(2014, 7, 7, 7, tzinfo=PARIS)


def test_the_canary_sweeps_what_is_old() -> None:
    old, new = NOON - schedule.KEPT - timedelta(minutes=1), NOON - timedelta(minutes=1)
    for due in (old, new):
        ScheduledRun.objects.create(name="canari", due=due, heartbeat_at=due, finished_at=due)
    schedule.canary(NOON)
    assert list(ScheduledRun.objects.values_list("due", flat=True)) == [new]


@pytest.mark.django_db(transaction=True)
def test_rung_at_the_same_instant_fifty_times_it_is_done_once_each_time() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("deux transactions à la fois : PostgreSQL seulement")
    for turn in range(50):
        together = Barrier(2)

        def ring(at: datetime, together: Barrier = together) -> None:
            together.wait()
            try:
                schedule.tick(at=at)
            finally:
                connection.close()

        at = NOON + timedelta(days=turn)
        threads = [Thread(target=ring, args=[at]) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(DONE) == 50
    assert ScheduledRun.objects.count() == 50
