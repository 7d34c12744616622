"""Timeliness at a date: a table of cases, then the rules that no case may break."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.compute.deadlines import Kind
from actions.compute.timeliness import Status, Timeliness, timeliness

END = date(2014, 6, 30)
DAY = timedelta(days=1)


@pytest.mark.parametrize("status", ["a_lancer", "en_cours", "reportee"])
@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (END - 91 * DAY, "a_l_heure"),
        (END - 90 * DAY, "bientot_echue"),
        (END, "bientot_echue"),
        (END + DAY, "en_retard"),
    ],
)
def test_an_open_action_is_late_the_day_after_its_end(status: str, at: date, expected: str) -> None:
    assert timeliness(status, None, END, "period", at) == expected


@pytest.mark.parametrize(
    ("done_on", "expected"),
    [(END - DAY, "realisee_a_temps"), (END, "realisee_a_temps"), (END + DAY, "realisee_en_retard")],
)
def test_a_done_action_is_judged_on_its_own_day_for_ever(done_on: date, expected: str) -> None:
    for at in (done_on, END + 1000 * DAY):
        assert timeliness("realisee", done_on, END, "period", at) == expected


def test_an_action_done_later_was_still_open_before() -> None:
    assert timeliness("realisee", END + 10 * DAY, END, "year", END + DAY) is Timeliness.EN_RETARD
    assert timeliness("realisee", END, END, "year", END - DAY) is Timeliness.BIENTOT_ECHUE


@pytest.mark.parametrize("kind", ["unscheduled", "cross_reference"])
def test_without_dates_there_is_no_deadline_to_meet(kind: str) -> None:
    assert timeliness("en_cours", None, END, kind, END + DAY) is Timeliness.SANS_ECHEANCE
    assert timeliness("realisee", END, None, kind, END) is Timeliness.SANS_ECHEANCE


def test_post_2017_has_no_end_to_miss() -> None:
    assert timeliness("a_lancer", None, None, "from", date(2030, 1, 1)) is Timeliness.SANS_ECHEANCE


@pytest.mark.parametrize("kind", ["ongoing", "from"])
def test_ongoing_runs_to_the_end_of_the_convention(kind: str) -> None:
    end = date(2017, 12, 31)
    assert timeliness("en_cours", None, end, kind, date(2014, 1, 1)) is Timeliness.A_L_HEURE
    assert timeliness("en_cours", None, end, kind, date(2018, 1, 1)) is Timeliness.EN_RETARD


def test_an_abandoned_action_is_never_late() -> None:
    assert timeliness("abandonnee", None, END, "year", END + 400 * DAY) is Timeliness.SANS_ECHEANCE


def test_the_warning_may_be_shorter() -> None:
    assert timeliness("en_cours", None, END, "year", END - 40 * DAY, soon_days=30) is Timeliness.A_L_HEURE


@pytest.mark.parametrize(
    ("status", "done_on", "kind"),
    [("finie", END, "year"), ("en_cours", None, "demain"), ("realisee", None, "year")],
)
def test_what_makes_no_sense_is_refused(status: str, done_on: date | None, kind: str) -> None:
    with pytest.raises(ValueError):
        timeliness(status, done_on, END, kind, END)


DATES = st.dates(date(2013, 1, 1), date(2018, 12, 31))


@settings(deadline=None)
@given(st.sampled_from(Status), st.none() | DATES, st.none() | DATES, st.sampled_from(Kind), DATES)
def test_late_only_when_the_end_is_past(
    status: Status, done_on: date | None, end: date | None, kind: Kind, at: date
) -> None:
    if status is Status.REALISEE and done_on is None:
        return
    found = timeliness(status, done_on, end, kind, at)
    if found in (Timeliness.EN_RETARD, Timeliness.REALISEE_EN_RETARD):
        assert end is not None and at > end
    if found in (Timeliness.REALISEE_A_TEMPS, Timeliness.REALISEE_EN_RETARD):
        assert status is Status.REALISEE
