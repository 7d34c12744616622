"""What is left of a year: carried over, or lost, by the first article that speaks of it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgets.compute.carry_over import CarryArticle, advance, carry_over
from budgets.compute.transfers import Act, Side

RESERVE = CarryArticle(False, (), "2.4", 1, "annulés", groups=("reserve",))
LAST = CarryArticle(False, (), "2.5.2", 2, "dernière année", last_year=True)
CAPPED = CarryArticle(True, (Act.VOTE,), "2.5.1", 3, "reportables", natures=("limitatif",))
ARTICLES = (RESERVE, LAST, CAPPED)


@pytest.mark.parametrize(
    ("group", "nature", "authorised", "executed", "last", "carriable", "cancelled", "paragraph"),
    [
        ("personnel", "limitatif", "100", "97.5", False, "2.5", "0", "2.5.1"),
        ("personnel", "limitatif", "100", "97.5", True, "0", "2.5", "2.5.2"),
        ("reserve", "limitatif", "6.1", "0", False, "0", "6.1", "2.4"),
        ("personnel", "limitatif", "100", "101", False, "0", "0", "2.5.1"),  # an overrun carries nothing over
        ("", "evaluatif", "95", "90", False, "0", "5", None),  # the text says nothing: nothing is carried over
    ],
)
def test_what_is_left_is_carried_over_or_lost(
    group: str,
    nature: str,
    authorised: str,
    executed: str,
    last: bool,
    carriable: str,
    cancelled: str,
    paragraph: str | None,
) -> None:
    left = carry_over(
        ARTICLES,
        Side(group, nature),
        authorised=Decimal(authorised),
        executed=Decimal(executed),
        is_last_year=last,
    )
    assert (left.carriable, left.cancelled) == (Decimal(carriable), Decimal(cancelled))
    assert (left.article.paragraph if left.article else None) == paragraph
    assert left.unused == Decimal(authorised) - Decimal(executed)


def test_nothing_is_said_of_an_unknown_figure() -> None:
    left = carry_over(
        ARTICLES, Side("personnel", "limitatif"), authorised=None, executed=Decimal(1), is_last_year=False
    )
    assert (left.unused, left.carriable, left.cancelled) == (None, None, None)


@given(
    st.decimals(min_value=0, max_value=10**6, places=2),
    st.decimals(min_value=0, max_value=10**6, places=2),
    st.booleans(),
    st.sampled_from(["personnel", "reserve", ""]),
)
def test_what_is_carried_over_and_lost_is_exactly_what_is_left(
    authorised: Decimal, executed: Decimal, last: bool, group: str
) -> None:
    left = carry_over(ARTICLES, Side(group, "limitatif"), authorised=authorised, executed=executed, is_last_year=last)
    assert left.carriable is not None
    assert left.cancelled is not None
    assert left.carriable + left.cancelled == max(authorised - executed, Decimal(0))


@pytest.mark.parametrize(
    ("unused", "kept", "last", "given_back", "fault"),
    [
        ("2", "1.5", False, "0.5", ""),
        ("2", "2", False, "0", ""),
        ("2", "0", True, "2", ""),
        ("2", "2.1", False, "-0.1", "plus que"),
        ("2", "-1", False, "3", "négatif"),
        ("2", "1", True, "1", "dernière année"),
    ],
)
def test_an_advance_is_kept_within_the_term(unused: str, kept: str, last: bool, given_back: str, fault: str) -> None:
    told = advance(Decimal(unused), Decimal(kept), is_last_year=last)
    assert told.given_back == Decimal(given_back)
    assert fault in told.fault if fault else not told.fault
