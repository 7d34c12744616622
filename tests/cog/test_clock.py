"""F46, F47: a period is that of Paris, whatever the server thinks of the hour; a clock may go back."""

import importlib
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from cog import jobs
from cog.enums import JobState
from cog.models import AuditEvent, Convention, Job
from cog.operations import command_account
from cog.periods import Granularity, Period
from indicators.models import Explanation, Indicator
from indicators.operations.explanations import ExplanationEntry, write_explanation

PARIS = ZoneInfo("Europe/Paris")
INSTANTS = [  # the instant in UTC, the day it is in Paris, its quarter
    (datetime(2015, 3, 31, 21, 59, 59, tzinfo=UTC), date(2015, 3, 31), "2015-T1"),  # 23:59:59 in Paris
    (datetime(2015, 3, 31, 22, 0, 0, tzinfo=UTC), date(2015, 4, 1), "2015-T2"),  # midnight
    (datetime(2015, 3, 31, 22, 30, 0, tzinfo=UTC), date(2015, 4, 1), "2015-T2"),  # still the 31st in UTC
    (datetime(2014, 12, 31, 22, 59, 59, tzinfo=UTC), date(2014, 12, 31), "2014-T4"),
    (datetime(2014, 12, 31, 23, 0, 0, tzinfo=UTC), date(2015, 1, 1), "2015-T1"),  # new year, one hour before UTC's
    (datetime(2015, 6, 30, 21, 59, 59, tzinfo=UTC), date(2015, 6, 30), "2015-T2"),
    (datetime(2015, 6, 30, 22, 0, 0, tzinfo=UTC), date(2015, 7, 1), "2015-T3"),
    (datetime(2016, 2, 28, 23, 0, 0, tzinfo=UTC), date(2016, 2, 29), "2016-T1"),  # 29 February
    (datetime(2016, 2, 29, 23, 0, 0, tzinfo=UTC), date(2016, 3, 1), "2016-T1"),
    (datetime(2015, 3, 29, 0, 59, 59, tzinfo=UTC), date(2015, 3, 29), "2015-T1"),  # one second before summer time
    (datetime(2015, 3, 29, 1, 0, 0, tzinfo=UTC), date(2015, 3, 29), "2015-T1"),
    (datetime(2015, 10, 25, 0, 30, 0, tzinfo=UTC), date(2015, 10, 25), "2015-T4"),  # the hour that comes twice
]


@pytest.mark.parametrize(("instant", "day", "quarter"), INSTANTS, ids=lambda one: str(one))
def test_F46_a_period_is_that_of_the_day_in_paris(instant: datetime, day: date, quarter: str) -> None:
    with time_machine.travel(instant, tick=False):
        today = timezone.localdate()
    assert today == day == instant.astimezone(PARIS).date()
    assert str(Period.containing(today, Granularity.QUARTER)) == quarter


def step_back(job: Job, beat: jobs.Beat) -> None:
    """A job during which the server's clock is set one hour back."""
    CLOCK[0].move_to(timezone.now() - timedelta(hours=1))
    beat(1, 1, "fait")


CLOCK: list[Any] = []


@pytest.mark.django_db
def test_F47_a_clock_that_goes_back_loses_no_order_and_no_job(
    convention: Convention, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What follows is what was written after, whatever the hour; a job is done once, and lasted no negative time."""
    monkeypatch.setattr(jobs, "_kinds", dict(jobs._kinds))
    jobs.register("essai.horloge", "tests.cog.test_clock.step_back", label="Essai")
    by, sheet = command_account(), Indicator.objects.get(convention=convention, code="F10-21")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        importlib.import_module("tests.cog.test_clock").CLOCK[:] = [clock]  # the module that the dotted path names
        job = jobs.submit(kind="essai.horloge", arguments={}, by=by, at=timezone.now())
        first = write_explanation(
            indicator=sheet,
            period="2014-T1",
            entry=ExplanationEntry("interne", "Avant."),
            seen=0,
            by=by,
            at=timezone.now(),
        )
        jobs.run(str(job.pk))
        done = Job.objects.get(pk=job.pk)
        assert (done.state, done.attempts) == (JobState.DONE, 1), done.message
        assert timezone.now() < done.created_at, "the clock did go back"
        second = write_explanation(
            indicator=sheet,
            period="2014-T1",
            entry=ExplanationEntry("interne", "Après."),
            seen=1,
            by=by,
            at=timezone.now(),
        )
        jobs.sweep()
        assert Job.objects.get(pk=job.pk).state == JobState.DONE, "and is not taken up again"
    assert second.written_at < first.written_at and second.pk > first.pk
    held = Explanation.objects.get(indicator=sheet, period="2014-T1", superseded_at__isnull=True)
    assert (held.text, held.revision) == ("Après.", 2)
    told = (
        AuditEvent.objects.filter(action="explanation.written")
        .order_by("pk")
        .values_list("details__after__text", flat=True)
    )
    assert list(told)[-2:] == ["Avant.", "Après."]
