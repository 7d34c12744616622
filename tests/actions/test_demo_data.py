"""Demonstration progress: same seed, same words; statuses agree with their dates; the announced parts."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby, pairwise

import pytest

from actions.compute.deadlines import Kind
from actions.compute.timeliness import Status, Timeliness, timeliness
from actions.demo_data import FIRST_DAY, LAST_DAY, DemoAction, Entry, generate_progress

SEED = 2013
RANK = {Status.A_LANCER: 0, Status.EN_COURS: 1, Status.REALISEE: 2, Status.REPORTEE: 2, Status.ABANDONNEE: 2}


def year(number: int, key: str) -> DemoAction:
    return DemoAction(key, 1, date(number, 1, 1), date(number, 12, 31), "year")


def words(actions: Sequence[DemoAction], seed: int = SEED) -> dict[str, list[Entry]]:
    entries = generate_progress(actions=actions, seed=seed)
    return {key: list(found) for key, found in groupby(entries, key=lambda entry: entry.key)}


MANY = [
    *(year(2013 + rank % 4, f"year-{rank}") for rank in range(1200)),
    *(DemoAction(f"day-{rank}", 2, date(2014, 4, 1), date(2014, 4, 1), "date") for rank in range(60)),
    *(DemoAction(f"term-{rank}", 3, date(2013, 1, 1), date(2017, 12, 31), "ongoing") for rank in range(60)),
    *(DemoAction(f"none-{rank}", 4, None, None, "unscheduled") for rank in range(60)),
    *(DemoAction(f"cross-{rank}", 5, None, None, "cross_reference") for rank in range(10)),
    *(DemoAction(f"later-{rank}", 6, date(2018, 1, 1), None, "from") for rank in range(10)),
]
FOUND = words(MANY)


def test_the_same_seed_gives_the_same_words_and_another_seed_others() -> None:
    assert words(MANY) == FOUND
    assert words(MANY, seed=1) != FOUND


def test_an_action_says_the_same_whatever_stands_beside_it() -> None:
    assert words([MANY[7]]) == {"year-7": FOUND["year-7"]}


def test_every_action_has_at_least_one_word() -> None:
    assert list(FOUND) == [action.key for action in MANY]


def test_words_are_said_once_a_quarter_at_most_on_its_last_day_and_in_order() -> None:
    for entries in FOUND.values():
        for entry in entries:
            assert FIRST_DAY <= entry.as_of <= LAST_DAY
            assert (entry.as_of + timedelta(days=1)).day == 1
            assert entry.as_of.month in (3, 6, 9, 12)
        assert all(before.as_of < after.as_of for before, after in pairwise(entries))


def test_statuses_go_forward_and_nothing_follows_a_closed_action() -> None:
    for entries in FOUND.values():
        assert all(RANK[before.status] <= RANK[after.status] for before, after in pairwise(entries))
        assert not {entry.status for entry in entries[:-1]} & {Status.REALISEE, Status.ABANDONNEE}


def test_only_done_actions_have_their_day_in_the_quarters_before_the_word() -> None:
    for entries in FOUND.values():
        before = FIRST_DAY - timedelta(days=1)
        for entry in entries:
            assert (entry.done_on is not None) is (entry.status is Status.REALISEE)
            assert entry.done_on is None or before < entry.done_on <= entry.as_of
            before = entry.as_of


def test_about_seventy_percent_in_time_twenty_late_five_abandoned_five_postponed() -> None:
    outcomes = Counter(outcome(action) for action in MANY if action.kind == "year" and action.end != LAST_DAY)
    parts = {name: count / sum(outcomes.values()) for name, count in outcomes.items()}
    assert parts["in time"] == pytest.approx(0.70, abs=0.05)
    assert parts["late"] == pytest.approx(0.20, abs=0.04)
    assert parts["abandonnee"] == pytest.approx(0.05, abs=0.02)
    assert parts["reportee"] == pytest.approx(0.05, abs=0.02)


def outcome(action: DemoAction) -> str:
    last = FOUND[action.key][-1]
    if last.status in (Status.ABANDONNEE, Status.REPORTEE):
        return last.status.value
    state = timeliness(last.status, last.done_on, action.end, action.kind, LAST_DAY)
    on_time = (Timeliness.REALISEE_A_TEMPS, Timeliness.A_L_HEURE, Timeliness.BIENTOT_ECHUE)
    return "in time" if state in on_time else "late"


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("later", {Status.A_LANCER}),
        ("none", {Status.EN_COURS, Status.REALISEE}),
        ("cross", {Status.EN_COURS, Status.REALISEE}),
    ],
)
def test_what_has_no_deadline_here_is_neither_abandoned_nor_postponed(prefix: str, expected: set[Status]) -> None:
    assert {FOUND[key][-1].status for key in FOUND if key.startswith(prefix)} <= expected


def test_most_ongoing_actions_still_run_at_the_end() -> None:
    last = Counter(FOUND[key][-1].status for key in FOUND if key.startswith("term"))
    assert last[Status.EN_COURS] > 0.6 * last.total()


def test_comments_are_short_varied_and_never_said_twice_running() -> None:
    comments = {entry.comment for entries in FOUND.values() for entry in entries}
    assert len(comments) >= 15
    assert all(10 < len(comment) < 90 and comment.endswith(".") for comment in comments)
    for entries in FOUND.values():
        assert all(before.comment != after.comment for before, after in pairwise(entries))


def test_a_late_word_says_so_and_an_early_one_does_not() -> None:
    for action in MANY:
        for entry in FOUND[action.key]:
            late = action.end is not None and (entry.done_on or entry.as_of) > action.end
            if entry.status is Status.EN_COURS and late:
                assert any(word in entry.comment for word in ("dépassée", "Retard", "depuis l'échéance"))
            if not late:
                assert "dépassée" not in entry.comment and "retard" not in entry.comment


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_of_deadline_is_read(kind: Kind) -> None:
    dated = kind not in (Kind.UNSCHEDULED, Kind.CROSS_REFERENCE)
    start, end = (date(2014, 1, 1), date(2014, 6, 30)) if dated else (None, None)
    assert words([DemoAction("a", 1, start, end, kind.value)])["a"]


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="soon"):
        words([DemoAction("a", 1, None, None, "soon")])
