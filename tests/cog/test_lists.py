"""Long lists: their order and their pages, as the address asks; what cannot be read changes nothing."""

from dataclasses import dataclass

import pytest
from django.test import RequestFactory

from cog.ordering import arranged
from cog.paging import SizedPaginator, page_of, size_asked
from cog.templatetags.french import page_numbers


@dataclass(frozen=True)
class Row:
    name: str
    value: int | None


ROWS = [Row("b", 2), Row("c", None), Row("a", 3)]
KEYS = {"nom": lambda row: row.name, "valeur": lambda row: row.value}


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("", "bca"),
        ("nom", "abc"),
        ("-nom", "cba"),
        ("valeur", "bac"),
        ("-valeur", "abc"),
        ("autre", "bca"),
        ("-", "bca"),
    ],
)
def test_the_order_is_the_one_of_the_address(asked: str, names: str) -> None:
    """A row without a value comes last both ways."""
    request = RequestFactory().get("/", {"ordre": asked})
    assert "".join(row.name for row in arranged(request, ROWS, KEYS)) == names


@pytest.mark.parametrize(("asked", "size"), [("25", 25), ("100", 100), ("", 50), ("26", 50), ("mille", 50), ("-1", 50)])
def test_only_the_offered_sizes_are_taken(asked: str, size: int) -> None:
    assert size_asked(RequestFactory().get("/", {"par": asked})) == size


def test_a_page_beyond_the_end_is_the_last(rf: RequestFactory) -> None:
    page = page_of(rf.get("/", {"page": "99", "par": "25"}), range(60))
    assert (page.number, next(iter(page)), page.paginator.sizes) == (3, 50, (25, 50, 100))
    assert page_of(rf.get("/"), range(20)).paginator.sizes == ()


def test_the_page_in_view_is_among_the_numbers() -> None:
    numbers = page_numbers(SizedPaginator(range(2920), 25).get_page(60))
    assert {1, 58, 59, 60, 61, 62, 117} <= set(numbers)
