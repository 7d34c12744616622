"""A table to fill: its sums, its equalities, what is missing; and what receipts, sales, payroll and staff give."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgets.compute.payroll import Incoming, payroll
from budgets.compute.receipts import instalments, reuse, total
from budgets.compute.staff import Commitments, Standing
from budgets.compute.statements import TOTAL, Axis, Equality, Form, faults, whole

D = Decimal
COLUMNS = (Axis("in", "Entrées"), Axis("out", "Sorties"), Axis("net", "Solde", (("in", 1), ("out", -1))))
FORM = Form((Axis("a", "A"), Axis("b", "B"), Axis("all", "Tout", (("a", 1), ("b", 1)))), COLUMNS, 2)
OPEN = Form(
    (Axis("l1", ""), Axis("l2", ""), Axis(TOTAL, "Total", (("l1", 1), ("l2", 1)))),
    (Axis("ap", "AP"), Axis("cp1", "CP 1"), Axis("cp2", "CP 2"), Axis("cp", "CP", (("cp1", 1), ("cp2", 1)))),
    2,
    (Equality("ap", "cp", 6418),),
    is_open=True,
)


def test_sums_across_then_down() -> None:
    full = whole(FORM, {("a", "in"): D(3), ("a", "out"): D(1), ("b", "in"): D(2), ("b", "out"): D(5)})
    assert full.cells["a", "net"] == D(2)
    assert full.cells["all", "in"] == D(5)
    assert full.cells["all", "net"] == D(-1)
    assert not full.partial


def test_a_sum_with_a_blank_is_partial_and_nothing_makes_no_sum() -> None:
    full = whole(FORM, {("a", "in"): D(3)})
    assert full.partial == {("a", "net"), ("all", "in"), ("all", "net")}
    assert ("all", "out") not in full.cells


def test_the_rows_nobody_named_are_not_missing() -> None:
    full = whole(OPEN, {("l1", "ap"): D(4), ("l1", "cp1"): D(1), ("l1", "cp2"): D(3)})
    assert full.cells[TOTAL, "cp"] == D(4)
    assert not full.partial


def test_everything_wrong_is_said_at_once() -> None:
    found = faults(FORM, {("a", "in"): D("1.234"), ("all", "in"): D(9)})
    assert [(one.row, one.column) for one in found] == [
        ("all", "in"),
        ("a", "in"),
        ("a", "out"),
        ("b", "in"),
        ("b", "out"),
    ]
    assert [one.words for one in faults(FORM, {})][-1] == "rien n'est saisi."


def test_programme_authorisations_equal_payments_over_the_term() -> None:
    right = {("l1", "ap"): D(4), ("l1", "cp1"): D(1), ("l1", "cp2"): D(3)}
    assert faults(OPEN, right, labels={"l1": "Siège"}) == []
    [wrong] = faults(OPEN, right | {("l1", "cp2"): D("3.01")}, labels={"l1": "Siège"})
    assert "un écart de −0,01" in wrong.words
    assert "l. 6418" in wrong.words
    [unnamed] = faults(OPEN, right)
    assert "pas d'intitulé" in unnamed.words


@given(st.lists(st.decimals(-(10**6), 10**6, places=2), min_size=4, max_size=4))
def test_the_corner_is_the_same_both_ways(values: list[Decimal]) -> None:
    stated = dict(zip(FORM.stated(), values, strict=True))
    full = whole(FORM, stated).cells
    assert full["all", "net"] == full["a", "net"] + full["b", "net"] == full["all", "in"] - full["all", "out"]


# --- Reusable receipts (2.6) --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "estimate", "received", "raised", "levy"),
    [
        (75, "10", "14", "3.00", "1.00"),
        (100, "10", "14", "4", "0"),
        (75, "10", "8", "-2", "0"),  # the whole shortfall, not 75 % of it
        (100, "10", "10", "0", "0"),
        (75, None, "14", None, None),
        (75, "10", None, None, None),
        (75, "0", "1.01", "0.7575", "0.2525"),
    ],
)
def test_2_6_what_an_account_gives(
    share: int, estimate: str | None, received: str | None, raised: str | None, levy: str | None
) -> None:
    told = [None if one is None else D(one) for one in (estimate, received, raised, levy)]
    one = reuse("706", share, told[0], told[1])
    assert (one.raised, one.levy) == (told[2], told[3])


def test_2_6_what_cannot_be_computed_is_named() -> None:
    rows = [reuse("706", 75, D(1), D(5)), reuse("741", 100, None, D(2)), reuse("742", 100, None, None)]
    found = total(rows)
    assert (found.raised, found.levy, found.unknown) == (D(3), D(1), ("741",))


@given(st.decimals(-(10**6), 10**6, places=2), st.sampled_from([75, 100]), st.decimals(0, 10**6, places=2))
def test_2_6_both_parts_make_the_difference(received: Decimal, share: int, estimate: Decimal) -> None:
    one = reuse("x", share, estimate, received)
    assert one.raised is not None
    assert one.levy is not None
    assert one.raised + one.levy == one.difference == received - estimate
    assert one.levy >= 0


@given(st.decimals(-(10**6), 10**6, places=2), st.integers(1, 12))
def test_2_6_the_tenths_of_a_sale_add_up_to_it(amount: Decimal, years: int) -> None:
    spread = instalments(amount, 2015, years=years)
    assert sum(spread.values()) == amount
    assert list(spread) == list(range(2015, 2015 + years))
    assert max(spread.values()) - min(spread.values()) <= D("0.01")


# --- Payroll (1.3.1) ----------------------------------------------------------------------------------------------

INPUTS = {
    "base": D(1000),
    "rmpp_retenue": D("2.0"),
    "rmpp_arretee": D("1.8"),
    "gvt_retenu": D("-0.9"),
    "gvt_constate": D("-1.0"),
    "gvt_budget": D("-0.95"),
    "base_precedente": D(980),
    "cumul": D(0),
    "prelevements": D("1.25"),
}


def test_1_3_1_in_april_every_step_is_applied_as_printed() -> None:
    sheet = payroll(INPUTS, in_april=True)
    assert {step.code: step.amount for step in sheet.steps} == {
        "base": D(1000),
        "rmpp": D("-2.000"),
        "gvt": D("-1.000"),
        "correction_reconductible": D("-0.490"),
        "correction_dotation": D("-0.490"),
        "cumul": D(0),
        "prelevements": D("1.25"),
    }
    assert sheet.total == D("997.270")
    assert sheet.without_the_second_correction == D("997.760")
    assert sheet.missing == ()


def test_1_3_1_the_initial_budget_takes_the_rmpp_only() -> None:
    sheet = payroll(INPUTS, in_april=False)
    assert [step.code for step in sheet.steps] == ["base", "rmpp", "cumul", "prelevements"]
    assert sheet.without_the_second_correction is None


def test_1_3_1_a_missing_input_is_told_and_is_no_zero() -> None:
    without = {key: value for key, value in INPUTS.items() if key != "rmpp_arretee"}
    sheet = payroll(without, in_april=False)
    assert sheet.missing == ("Différentiel de Rmpp",)
    assert payroll({}, in_april=False).total is None


# --- Staff --------------------------------------------------------------------------------------------------------

ASKED = Commitments(D(1000), D(700), D(500), D(300))


def test_what_is_returned_hired_and_conditional_is_never_netted() -> None:
    standing = Standing(D(34000), D(34100), D(34650), D(701), D(499), ASKED)
    assert (standing.above_ceiling, standing.returned) == (D(-100), D(650))
    assert (standing.left_to_return, standing.scenario) == (D(350), D(650))
    assert (standing.hires_are_within, standing.future_jobs_are_enough) == (False, False)


def test_without_its_base_nothing_is_said() -> None:
    standing = Standing(D(34000), None, None, None, None, ASKED)
    told = (standing.above_ceiling, standing.returned, standing.left_to_return, standing.scenario)
    assert told == (None, None, None, None)
    assert standing.hires_are_within is None


@pytest.mark.parametrize(
    ("voted", "staff", "difference", "strict"),
    [("1.13", "1.13", "0", True), ("1.13", "1.00", "0.13", False), (None, "1", None, None), ("1", None, None, None)],
)
def test_the_incoming_transfer_is_strictly_the_payroll(
    voted: str | None, staff: str | None, difference: str | None, strict: bool | None
) -> None:
    told = Incoming(*(None if value is None else Decimal(value) for value in (voted, staff)))
    assert told.difference == (None if difference is None else Decimal(difference))
    assert told.is_strict is strict
