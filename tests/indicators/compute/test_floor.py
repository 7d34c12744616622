"""The floor test of the local targets (l. 12265), by cases and by properties."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cog.figures import Operator
from indicators.compute.definition import Definition
from indicators.compute.floor import Aggregation, aggregation_of, floor_test

D = Decimal
AT_LEAST, AT_MOST, EQUAL = Operator.AT_LEAST, Operator.AT_MOST, Operator.EQUAL


@pytest.mark.parametrize(
    ("method", "national", "expected"),
    [
        ("ratio", "of_sums", Aggregation.WEIGHTED),
        ("ratio", "of_sums_plus", Aggregation.WEIGHTED),
        ("reference_index", "of_sums", Aggregation.WEIGHTED),
        ("ratio", "mean", Aggregation.MEAN),
        ("count", "of_sums", Aggregation.SUM),
        ("variation", "of_sums", Aggregation.SUM),
        ("share_of_units", "share_of_units", Aggregation.SHARE),
        ("dispersion", "dispersion", Aggregation.NONE),
        ("quantiles", "quantiles", Aggregation.NONE),
        ("evolution", "of_sums", Aggregation.NONE),
        ("ratio", "national_only", Aggregation.NONE),
    ],
)
def test_targets_aggregate_as_the_results_do(method: str, national: str, expected: Aggregation) -> None:
    definition = Definition(code="F0-0", kind="resultat", method=method, national=national)
    assert aggregation_of(definition) is expected


def test_a_rate_is_weighted_by_the_denominators_and_never_averaged() -> None:
    """84 for 300 files and 90 for 100: 85.5, where the mean of the two would be 87."""
    found = floor_test(
        Aggregation.WEIGHTED,
        {"011": D(84), "021": D(90)},
        threshold=D(86),
        operator=AT_LEAST,
        weights={"011": D(300), "021": D(100)},
    )
    assert found.aggregate == D("85.5")
    assert found.gap == D("0.5")
    assert found.holds is False
    assert [(one.unit, one.expected, one.contribution) for one in found.shortfalls] == [("011", D(86), D("1.5"))]


def test_the_comparison_is_on_the_unrounded_aggregate() -> None:
    found = floor_test(Aggregation.MEAN, {"011": D("84.96"), "021": D("84.96")}, threshold=D(85), operator=AT_LEAST)
    assert (found.aggregate, found.holds) == (D("84.96"), False)


@pytest.mark.parametrize(
    ("operator", "target", "holds", "gap", "short"),
    [
        (AT_LEAST, 84, False, 1, 1),
        (AT_LEAST, 85, True, 0, 0),
        (AT_LEAST, 86, True, -1, 0),
        (AT_MOST, 84, True, -1, 0),
        (AT_MOST, 85, True, 0, 0),
        (AT_MOST, 86, False, 1, 1),
        (EQUAL, 84, False, 1, 1),
        (EQUAL, 85, True, 0, 0),
        (EQUAL, 86, False, 1, 1),
    ],
)
def test_the_side_that_is_short_follows_the_operator(
    operator: Operator, target: int, holds: bool, gap: int, short: int
) -> None:
    found = floor_test(Aggregation.MEAN, {"011": D(target)}, threshold=D(85), operator=operator)
    assert (found.holds, found.gap, len(found.shortfalls)) == (holds, gap, short)


def test_a_sum_names_the_caisse_short_of_its_part() -> None:
    """The convention asks 100; a third of it of the caisse that weighs a third."""
    found = floor_test(
        Aggregation.SUM,
        {"011": D(20), "021": D(70)},
        threshold=D(99),
        operator=AT_LEAST,
        weights={"011": D(1), "021": D(2)},
    )
    assert (found.aggregate, found.gap) == (D(90), D(9))
    assert [(one.unit, one.expected, one.contribution) for one in found.shortfalls] == [("011", D(33), D(13))]


def test_a_sum_without_every_weight_still_adds_up_and_names_nobody() -> None:
    found = floor_test(
        Aggregation.SUM, {"011": D(20), "021": D(70)}, threshold=D(99), operator=AT_LEAST, weights={"011": D(1)}
    )
    assert (found.aggregate, found.holds, found.shortfalls) == (D(90), False, ())
    assert found.complete


def test_a_share_counts_the_caisses_that_commit() -> None:
    found = floor_test(
        Aggregation.SHARE,
        {"011": D(1), "021": D(0), "031": D(100), "041": None},
        threshold=D(80),
        operator=AT_LEAST,
    )
    assert found.aggregate == D(200) / 3 or round(found.aggregate or 0, 20) == round(D(200) / 3, 20)
    assert [one.unit for one in found.shortfalls] == ["021"]
    assert found.without_target == ("041",)


@pytest.mark.parametrize("weight", [None, D(0), D(-3)])
def test_a_caisse_that_cannot_weigh_is_named_and_left_out(weight: Decimal | None) -> None:
    found = floor_test(
        Aggregation.WEIGHTED,
        {"011": D(90), "021": D(10), "031": None},
        threshold=D(85),
        operator=AT_LEAST,
        weights={"011": D(5), "021": weight},
    )
    assert (found.aggregate, found.holds) == (D(90), True)
    assert (found.without_weight, found.without_target, found.counted) == (("021",), ("031",), 1)
    assert not found.complete


def test_nothing_to_put_together_is_no_zero() -> None:
    nobody = floor_test(Aggregation.WEIGHTED, {"011": None}, threshold=D(85), operator=AT_LEAST, weights={})
    assert (nobody.aggregate, nobody.gap, nobody.holds) == (None, None, None)
    spread = floor_test(Aggregation.NONE, {"011": D(5)}, threshold=D(85), operator=AT_LEAST)
    assert (spread.aggregate, spread.holds, spread.counted) == (None, None, 0)
    weightless = floor_test(Aggregation.WEIGHTED, {"011": D(5)}, threshold=D(85), operator=AT_LEAST, weights={})
    assert (weightless.aggregate, weightless.without_weight) == (None, ("011",))


def test_a_year_without_a_target_of_the_convention_has_an_aggregate_and_no_verdict() -> None:
    found = floor_test(Aggregation.MEAN, {"011": D(5)}, threshold=None, operator=AT_LEAST)
    assert (found.aggregate, found.gap, found.holds, found.shortfalls) == (D(5), None, None, ())


numbers = st.decimals(min_value=-(10**6), max_value=10**6, places=3)
weights = st.decimals(min_value=D("0.001"), max_value=10**9, places=3)
units = st.dictionaries(
    st.from_regex(r"[0-9]{3}", fullmatch=True), st.tuples(numbers, weights), min_size=1, max_size=40
)
averaging = st.sampled_from([Aggregation.WEIGHTED, Aggregation.MEAN])


@settings(deadline=None)
@given(units, averaging, numbers)
def test_the_aggregate_of_equal_targets_is_that_target(
    body: dict[str, tuple[Decimal, Decimal]], aggregation: Aggregation, target: Decimal
) -> None:
    """Exactly: a rounded last digit would turn a target that is met into a miss."""
    found = floor_test(
        aggregation,
        dict.fromkeys(body, target),
        threshold=target,
        operator=AT_LEAST,
        weights={unit: weight for unit, (_, weight) in body.items()},
    )
    assert (found.aggregate, found.holds, found.shortfalls) == (target, True, ())


@settings(deadline=None)
@given(units, st.sampled_from([Aggregation.WEIGHTED, Aggregation.MEAN, Aggregation.SUM]), numbers, st.randoms())
def test_the_order_of_the_caisses_is_irrelevant(
    body: dict[str, tuple[Decimal, Decimal]], aggregation: Aggregation, threshold: Decimal, random: object
) -> None:
    shuffled = sorted(body, key=lambda _: random.random())  # type: ignore[attr-defined]
    one, other = (
        floor_test(
            aggregation,
            {unit: body[unit][0] for unit in order},
            threshold=threshold,
            operator=AT_LEAST,
            weights={unit: body[unit][1] for unit in order},
        )
        for order in (list(body), shuffled)
    )
    assert (one.aggregate, one.gap, one.shortfalls) == (other.aggregate, other.gap, other.shortfalls)


@settings(deadline=None)
@given(units, averaging, numbers)
def test_the_aggregate_lies_among_the_targets(
    body: dict[str, tuple[Decimal, Decimal]], aggregation: Aggregation, threshold: Decimal
) -> None:
    targets = {unit: target for unit, (target, _) in body.items()}
    found = floor_test(
        aggregation,
        targets,
        threshold=threshold,
        operator=AT_LEAST,
        weights={unit: weight for unit, (_, weight) in body.items()},
    )
    assert found.aggregate is not None
    assert min(targets.values()) <= found.aggregate <= max(targets.values())


@settings(deadline=None)
@given(units, averaging, numbers)
def test_what_the_short_caisses_take_less_what_the_others_give_is_the_gap(
    body: dict[str, tuple[Decimal, Decimal]], aggregation: Aggregation, threshold: Decimal
) -> None:
    targets = {unit: target for unit, (target, _) in body.items()}
    heavy = {unit: weight for unit, (_, weight) in body.items()}
    short, beyond = (
        floor_test(aggregation, targets, threshold=threshold, operator=operator, weights=heavy)
        for operator in (AT_LEAST, AT_MOST)
    )
    taken = sum((one.contribution for one in short.shortfalls), D(0))
    given_back = sum((one.contribution for one in beyond.shortfalls), D(0))
    assert short.gap is not None
    assert abs(taken - given_back - short.gap) < D("1e-20")
    if short.holds is False:
        assert short.shortfalls  # somebody carries it
