"""The first article that speaks of a transfer decides; where none does, nothing is guessed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgets.compute.transfers import SILENT, Act, Article, Side, in_order, transfer_verdict

INSIDE = Article(True, (), "1", 10, "dans un groupe", inside=True, origins=("a", "b"))
CLOSED = Article(False, (), "2", 20, "rien ne sort", origins=("c",))
TOLD = Article(True, (Act.INFORMATION,), "3", 30, "dit après", origins=("a",), destinations=("b",), days=15)
ESTIMATED = Article(
    False, (), "4", 40, "jamais", origin_natures=("evaluatif",), destination_natures=("limitatif", "pluriannuel")
)
OTHER = Article(False, (Act.VOTE, Act.STATE_AGREEMENT), "5", 50, "sinon")
ARTICLES = (CLOSED, INSIDE, TOLD, ESTIMATED, OTHER)


@pytest.mark.parametrize(
    ("origin", "destination", "paragraph", "allowed", "requires"),
    [
        (Side("a"), Side("a"), "1", True, ()),
        (Side("b"), Side("b"), "1", True, ()),
        (Side("c"), Side("c"), "2", False, ()),  # closed comes before « inside »
        (Side("c"), Side("a"), "2", False, ()),
        (Side("a"), Side("b"), "3", True, (Act.INFORMATION,)),
        (Side("b"), Side("a"), "5", False, (Act.STATE_AGREEMENT, Act.VOTE)),
        (Side("b", "evaluatif"), Side("a", "limitatif"), "4", False, ()),
        (Side("b", "evaluatif"), Side("a", ""), "5", False, (Act.STATE_AGREEMENT, Act.VOTE)),  # nature not said
        (Side(""), Side(""), "5", False, (Act.STATE_AGREEMENT, Act.VOTE)),  # no group is not one same group
    ],
)
def test_the_first_article_that_speaks_decides(
    origin: Side, destination: Side, paragraph: str, allowed: bool, requires: tuple[Act, ...]
) -> None:
    verdict = transfer_verdict(ARTICLES, origin, destination)
    assert verdict.article is not None
    assert (verdict.article.paragraph, verdict.allowed, verdict.requires) == (paragraph, allowed, requires)


def test_silence_allows_nothing() -> None:
    assert transfer_verdict((CLOSED,), Side("a"), Side("b")) == SILENT
    assert not SILENT.is_possible


def test_a_derogation_is_possible_but_not_allowed() -> None:
    verdict = transfer_verdict(ARTICLES, Side("b"), Side("a"))
    assert (verdict.allowed, verdict.is_derogation, verdict.is_possible) == (False, True, True)
    assert not transfer_verdict(ARTICLES, Side("c"), Side("a")).is_possible


def test_the_information_is_due_days_after_the_transfer_and_is_not_needed_before_it() -> None:
    verdict = transfer_verdict(ARTICLES, Side("a"), Side("b"), on=date(2014, 12, 24))
    assert verdict.before == date(2015, 1, 8)
    assert verdict.needed_first == ()
    assert transfer_verdict(ARTICLES, Side("a"), Side("b")).before is None


@given(st.lists(st.sampled_from(list(Act)), max_size=8))
def test_acts_come_once_and_in_the_order_they_are_done(acts: list[Act]) -> None:
    ordered = in_order(acts)
    assert set(ordered) == set(acts)
    assert len(ordered) == len(set(acts))
    if Act.INFORMATION in ordered:
        assert ordered[-1] is Act.INFORMATION
    if {Act.STATE_AGREEMENT, Act.VOTE} <= set(ordered):
        assert ordered.index(Act.STATE_AGREEMENT) < ordered.index(Act.VOTE)
