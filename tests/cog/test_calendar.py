"""The restitution calendar: dates of the convention, states around them, and problems told all at once."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cog.calendar import (
    AfterEvent,
    Obligation,
    Occurrence,
    Precision,
    State,
    occurrences,
    parse_obligations,
    state,
)

SIGNATURE = date(2013, 7, 16)
DAY = timedelta(days=1)


def entry(code: str = "X", **rule: Any) -> dict[str, Any]:
    return {"code": code, "family": "f", "title": "t", "recipient": "r", "rule": rule, "seed_line": 1,
            "source": "s", "note": None}  # fmt: skip


def expanded(*entries: dict[str, Any], signature: date | None = SIGNATURE) -> tuple[Occurrence, ...]:
    obligations, problems = parse_obligations(entries)
    assert problems == ()
    return occurrences(obligations, signature)


T4 = entry("T4", kind="yearly", exercises=[2013, 2017], month=1, day=31, year_offset=1, covers="{year}-T4")
TBB1 = entry("TBB1", kind="yearly", exercises=[2014, 2017], month=7, day=15, year_offset=-1, covers="{year}")


def test_the_fourth_quarter_runs_into_2018() -> None:
    assert [(o.exercise, o.due, o.covers) for o in expanded(T4)] == [
        (2013, date(2014, 1, 31), "2013-T4"),
        (2014, date(2015, 1, 31), "2014-T4"),  # a Saturday: stays as written
        (2015, date(2016, 1, 31), "2015-T4"),
        (2016, date(2017, 1, 31), "2016-T4"),
        (2017, date(2018, 1, 31), "2017-T4"),
    ]


def test_the_first_forecast_falls_the_year_before() -> None:
    assert expanded(TBB1)[0].due == date(2013, 7, 15)


def test_a_month_is_due_on_its_last_day() -> None:
    found = expanded(entry(kind="yearly", exercises=[2015, 2016], month=2, precision="month"))
    assert [(o.due, o.precision) for o in found] == [
        (date(2015, 2, 28), Precision.MONTH),
        (date(2016, 2, 29), Precision.MONTH),
    ]


@pytest.mark.parametrize(
    ("signature", "months", "due"),
    [
        (date(2013, 7, 16), 6, date(2014, 1, 16)),
        (date(2013, 8, 31), 6, date(2014, 2, 28)),
        (date(2013, 12, 1), 0, date(2013, 12, 1)),
        (date(2013, 11, 30), 1, date(2013, 12, 30)),
        (None, 6, None),
    ],
)
def test_after_the_signature(signature: date | None, months: int, due: date | None) -> None:
    (found,) = expanded(entry(kind="after_signature", months=months), signature=signature)
    assert found.due == due


def test_an_event_gives_its_own_date_and_the_calendar_none() -> None:
    (found,) = expanded(entry(kind="after_event", event="virement", days=15))
    assert found.due is None
    assert AfterEvent("virement", 15).due(date(2015, 3, 2)) == date(2015, 3, 17)
    assert AfterEvent("demande", None).due(date(2015, 3, 2)) is None


def test_what_the_text_does_not_date_stays_without_a_date() -> None:
    rules = [
        entry("A", kind="undated"),
        entry("B", kind="fixed", due=None),
        entry("C", kind="yearly", exercises=[2013, 2013], month=None, day=None, covers="{year}"),
        entry("D", kind="quarterly", exercises=[2013, 2013], due=None, covers="{year}-T{quarter}"),
    ]
    found = expanded(*rules)
    assert [o.due for o in found] == [None] * 7
    assert [o.covers for o in found] == ["", "", "2013", "2013-T1", "2013-T2", "2013-T3", "2013-T4"]


def test_occurrences_are_sorted_by_date_the_unknown_last() -> None:
    rules = [entry("U", kind="undated"), T4, TBB1, entry("F", kind="fixed", due="2015-01-31")]
    found = expanded(*rules)
    assert [o.due for o in found[:-1]] == sorted(o.due for o in found if o.due)
    assert [o.code for o in found if o.due == date(2015, 1, 31)] == ["F", "T4"]
    assert found[-1].code == "U"


DUE = date(2014, 4, 30)
OWED = Occurrence("T1", 2014, DUE, "2014-T1", Precision.DAY)


@pytest.mark.parametrize(
    ("at", "done_on", "expected"),
    [
        (DUE - 31 * DAY, None, State.A_VENIR),
        (DUE - 30 * DAY, None, State.BIENTOT_DUE),
        (DUE, None, State.BIENTOT_DUE),
        (DUE + DAY, None, State.EN_RETARD),
        (DUE + DAY, DUE, State.FAITE),
        (DUE + DAY, DUE + DAY, State.FAITE_EN_RETARD),
        (DUE + DAY, DUE + 2 * DAY, State.EN_RETARD),  # seen as of that day, it was not delivered yet
        (DUE - 40 * DAY, DUE - 50 * DAY, State.FAITE),
    ],
)
def test_state_at_a_date(at: date, done_on: date | None, expected: State) -> None:
    assert state(OWED, at, done_on, SIGNATURE) is expected


def test_before_the_signature_nothing_is_late() -> None:
    tbb = Occurrence("TBB1", 2014, date(2013, 7, 15), "2014", Precision.DAY)
    assert state(tbb, date(2016, 1, 1), None, SIGNATURE) is State.ANTERIEURE_SIGNATURE
    assert state(tbb, date(2016, 1, 1), date(2015, 1, 1), SIGNATURE) is State.FAITE
    assert state(tbb, date(2016, 1, 1), None, None) is State.EN_RETARD  # the signature is not known
    assert state(tbb, date(2016, 1, 1), None, date(2013, 7, 15)) is State.EN_RETARD  # signed that very day


def test_without_a_date_nothing_is_late() -> None:
    undated = Occurrence("U", None, None, "", Precision.DAY)
    assert state(undated, date(2030, 1, 1), None, SIGNATURE) is State.SANS_DATE
    assert state(undated, date(2030, 1, 1), date(2015, 1, 1), SIGNATURE) is State.FAITE


def test_all_problems_are_told_at_once_with_their_place() -> None:
    entries: list[Any] = [
        T4,
        T4,
        "n'importe quoi",
        {"code": "VIDE", "titre": "x"},
        entry("A", kind="weekly"),
        entry("B", kind="yearly", exercises=[2017, 2013], month=2, day=30, covers="{an}"),
        entry("C", kind="fixed", due="31/12/2014", precision="hour"),
        entry("D", kind="after_event", event=" ", days=-1, delay=3),
        entry("E", kind="yearly", exercises=2013, month=True),
        entry("F", kind="yearly", exercises=[2013, 2014], month=None, day=3),
        entry("G", kind="quarterly", exercises=[2013, 2014], due="2013-01-01"),
        entry("H", kind="yearly", exercises=[2013, 2014], month=4),
        entry("I", kind="fixed"),
        entry("J", kind="after_signature", months="six"),
        {**entry("K", kind="undated"), "seed_line": 0, "title": 12},
        {**entry("L", kind="undated"), "recipient": ""},
        {**entry("M"), "rule": None},
    ]
    obligations, problems = parse_obligations(entries)
    assert [o.code for o in obligations] == ["T4"]
    assert list(problems) == [
        "obligation n° 2 (T4), code : déjà employé par une obligation précédente",
        "obligation n° 3, entrée : un ensemble de champs est attendu",
        "obligation n° 4 (VIDE), champs : il manque family, recipient, rule, title",
        "obligation n° 4 (VIDE), champs : 'titre' n'est pas un champ connu",
        "obligation n° 5 (A), rule.kind : 'weekly', attendu : yearly, quarterly, fixed, after_signature, "
        "after_event, undated",
        "obligation n° 6 (B), rule.covers : '{an}', champs remplacés : {year}",
        "obligation n° 6 (B), rule.exercises : 2017 est après 2013",
        "obligation n° 6 (B), rule.day : 30, un entier de 1 à 28 est attendu",
        "obligation n° 7 (C), rule.precision : 'hour', attendu : day, month, semester, year",
        "obligation n° 7 (C), rule.due : '31/12/2014', une date AAAA-MM-JJ est attendue",
        "obligation n° 8 (D), rule : 'delay' n'est pas un champ connu",
        "obligation n° 8 (D), rule.event : vide",
        "obligation n° 8 (D), rule.days : -1, un entier de 0 à 3660 est attendu",
        "obligation n° 9 (E), rule.exercises : 2013, deux années [première, dernière] sont attendues",
        "obligation n° 9 (E), rule.month : True, un entier de 1 à 12 est attendu",
        "obligation n° 9 (E), rule.day : absent, alors que l'échéance est au jour près",
        "obligation n° 10 (F), rule.day : 3, sans mois",
        "obligation n° 11 (G), rule.due : une règle trimestrielle est sans date : écrire quatre règles annuelles",
        "obligation n° 12 (H), rule.day : absent, alors que l'échéance est au jour près",
        "obligation n° 13 (I), rule : il manque due",
        "obligation n° 14 (J), rule.months : 'six', un entier de 0 à 120 est attendu",
        "obligation n° 15 (K), title : 12, un texte est attendu",
        "obligation n° 15 (K), seed_line : 0, un entier de 1 à 1000000 est attendu",
        "obligation n° 16 (L), recipient : vide",
        "obligation n° 17 (M), rule.kind : None, attendu : yearly, quarterly, fixed, after_signature, "
        "after_event, undated",
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 3000) | st.text(max_size=4) | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["code", "rule", "kind", "exercises", "month", "day", "due", "covers", "title"]),
            inner,
        )
    ),
    max_leaves=8,
)
RULES = st.fixed_dictionaries(
    {"kind": st.sampled_from(["yearly", "quarterly", "fixed", "after_signature", "after_event", "undated"])},
    optional=dict.fromkeys(("exercises", "month", "day", "due", "months", "days", "event", "precision"), JSON),
)


@settings(deadline=None)
@given(st.lists(JSON | RULES.map(lambda rule: entry(**rule)), max_size=4))
def test_any_content_gives_problems_and_never_an_error(entries: list[Any]) -> None:
    obligations, problems = parse_obligations(entries)
    assert len(obligations) + len(problems) >= len(entries)
    assert occurrences(obligations, SIGNATURE) == occurrences(tuple(reversed(obligations)), SIGNATURE)


@settings(deadline=None)
@given(st.dates(date(2012, 1, 1), date(2019, 12, 31)), st.none() | st.dates(), st.dates())
def test_late_only_after_a_date_that_follows_the_signature(due: date, done_on: date | None, at: date) -> None:
    found = state(Occurrence("X", None, due, "", Precision.DAY), at, done_on, SIGNATURE)
    if found in (State.EN_RETARD, State.FAITE_EN_RETARD):
        assert at > due >= SIGNATURE


def test_an_obligation_keeps_its_words() -> None:
    (obligation,), _ = parse_obligations([T4])
    assert isinstance(obligation, Obligation)
    assert (obligation.title, obligation.seed_line, obligation.note) == ("t", 1, "")
