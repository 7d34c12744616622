"""What is wrong in stated amounts is said all at once, line by line."""

from decimal import Decimal

import pytest

from budgets.compute.entry import Fault, Stated, change, faults
from budgets.compute.identities import Line
from budgets.compute.stages import Layout

LAYOUT = Layout((Line(1, None, "total"), Line(2, 1, "component"), Line(3, 1, "component")))
PROGRAMME = {2: Decimal("100.00"), 3: Decimal("-4.00")}


def _found(stated: dict[int, Stated], **options: object) -> list[tuple[int | None, str]]:
    wrong = faults(LAYOUT, stated, unit="M€", programme=PROGRAMME, **options)  # type: ignore[arg-type]
    return [(fault.position, fault.field) for fault in wrong]


def test_what_is_right_has_no_fault() -> None:
    assert _found({2: Stated(Decimal("101.25")), 3: Stated(Decimal("-4"))}, required={2, 3}) == []


def test_everything_wrong_is_said_at_once_in_printed_order() -> None:
    wrong = _found(
        {1: Stated(Decimal(5)), 2: Stated(Decimal("1.0000001"), Decimal(7))},
        required={2, 3},
        totals={1: Decimal(9)},
    )
    assert wrong == [(1, "amount"), (2, "amount"), (2, "national"), (3, "amount"), (1, "total")]


@pytest.mark.parametrize(
    ("amount", "comment", "expected"),
    [
        ("2001", "", [(2, "amount")]),  # k€ for M€, more often than a real amount
        ("2001", "Achat exceptionnel.", []),
        ("-100", "", [(2, "amount")]),
        ("0", "", []),
    ],
)
def test_an_absurd_amount_needs_words(amount: str, comment: str, expected: list[tuple[int, str]]) -> None:
    assert _found({2: Stated(Decimal(amount), None, comment)}) == expected


def test_the_national_part_is_a_part() -> None:
    assert _found({2: Stated(Decimal(100), Decimal("100.01"))}) == [(2, "national")]
    assert _found({3: Stated(Decimal(-4), Decimal(-4))}) == []
    assert _found({3: Stated(Decimal(-4), Decimal(1))}) == [(3, "national")]


def test_totals_are_checked_on_the_levels_reached() -> None:
    levels = {2: Decimal(101), 3: Decimal(-4)}
    assert _found({2: Stated(Decimal(101))}, totals={1: Decimal(97)}, levels=levels) == []


def test_a_fault_says_what_was_found() -> None:
    [fault] = faults(LAYOUT, {}, unit="M€", programme=PROGRAMME, required={2})
    assert fault == Fault(2, "rien n'est saisi, alors que le programme a un montant : écrire 0 s'il n'y en a pas.")


def test_a_change_is_what_brings_to_the_level() -> None:
    assert change(Decimal(5), None) == 5
    assert change(Decimal(5), Decimal("7.5")) == Decimal("-2.5")
