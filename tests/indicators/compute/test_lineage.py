"""Lineage: what is shown adds up to the figure, and is what the engine read."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cog.periods import parse
from indicators.compute.evaluate import NATIONAL_SCOPE, Perimeter, evaluate_sheet
from indicators.compute.facts import Fact, Facts, Gap
from indicators.compute.lineage import Kind, Lineage, lineage
from tests.indicators.compute.builders import ONE, TWO, facts, methods, ratio, results, sheet


def traced(definition, lines, period, scope=NATIONAL_SCOPE, perimeter=TWO, **key) -> Lineage:
    found = lineage(definition, facts(lines), parse(period), perimeter, scope=scope, **key)
    assert found is not None
    return found


def cells(found: Lineage) -> list[str]:
    return [
        f"{c.organisation} {c.measure} {c.period}{' ' + c.breakdown if c.breakdown else ''} {_said(c.value)}"
        for one in found.components
        for c in one.cells
    ]


def _said(value) -> str:
    return value.name if isinstance(value, Gap) else str(value)


QUARTER = """
n 751 2014-01 8
d 751 2014-01 10
n 751 2014-02 7
d 751 2014-02 10
n 011 2014-01 1
d 011 2014-01 2
"""


def test_a_ratio_adds_up_and_what_misses_is_said_never_zero():
    found = traced(ratio(), QUARTER, "2014-T1")
    assert (found.kind, found.adds_up) == (Kind.SUMS, True)
    assert (found.outcome.numerator, found.outcome.denominator) == (16, 22)
    one = next(c for c in found.components if c.unit == ONE)
    assert one.quantities == (15, 20) == one.added_up
    assert [(c.measure, str(c.period)) for c in one.missing] == [("n", "2014-03"), ("d", "2014-03")]


def test_a_value_whose_pair_is_missing_did_not_count_and_is_not_among_the_cells():
    found = traced(ratio(), "n 751 2014-01 8\nd 751 2014-01 10\nn 751 2014-02 7", "2014-T1", scope=ONE)
    assert "751 n 2014-02 7" not in cells(found)
    assert "751 d 2014-02 MISSING" in cells(found)
    assert found.outcome.numerator == 8


def test_a_quarter_supplied_as_such_is_the_cell_and_its_months_are_not():
    found = traced(ratio(), QUARTER + "n 751 2014-T1 30\nd 751 2014-T1 40\n", "2014-T1", scope=ONE)
    assert cells(found) == ["751 n 2014-T1 30", "751 d 2014-T1 40"]


def test_a_stock_is_read_once_at_the_end():
    found = traced(ratio(over_time="last"), QUARTER + "n 751 2014-03 9\nd 751 2014-03 9\n", "2014-T1", scope=ONE)
    assert cells(found) == ["751 n 2014-03 9", "751 d 2014-03 9"]


def test_a_total_nobody_supplied_leads_to_its_parts():
    lines = "n 751 2014-01 a=x 3\nn 751 2014-01 a=y 4\nd 751 2014-01 10"
    found = traced(ratio(), lines, "2014-01", scope=ONE)
    assert cells(found) == ["751 n 2014-01 a=x 3", "751 n 2014-01 a=y 4", "751 d 2014-01 10"]
    assert found.components[0].added_up == (7, 10)


def test_an_evolution_reads_two_years_each_under_its_own_date():
    found = traced(sheet("F18-45"), "energie_kwh 751 2014 90\nenergie_kwh 751 2009 100", "2014", scope=ONE)
    assert sorted(cells(found)) == ["751 energie_kwh 2009 100", "751 energie_kwh 2014 90"]
    assert found.adds_up


def test_a_spread_leads_to_the_value_of_each_caisse_and_a_caisse_to_its_cells():
    lines = [row.replace("n ", "pieces_traitees_15j ").replace("d ", "pieces_traitees ") for row in QUARTER.split("\n")]
    code = next(code for code, one in methods().items() if one.get("of") == "F10-21")
    from indicators.compute.evaluate import resolved

    definition = resolved(sheet(code), {"F10-21": sheet("F10-21")})
    whole = traced(definition, lines, "2014-T1")
    assert whole.kind is Kind.VALUES
    values = [one.value for one in whole.components if one.value is not None]
    assert len(values) == 2 and whole.adds_up
    own = lineage(definition, facts(lines), parse("2014-T1"), TWO, scope=ONE)
    assert own is not None and own.kind is Kind.SUMS
    assert "751 pieces_traitees_15j 2014-01 8" in cells(own)


def test_a_figure_the_sheet_does_not_have_has_no_lineage():
    assert lineage(ratio(), facts(QUARTER), parse("2014-T1"), TWO, name="autre") is None
    assert lineage(ratio(), facts(QUARTER), parse("2014-T1"), TWO, breakdown="a=x") is None


MONTHS = ("2014-01", "2014-02", "2014-03", "2014-T1", "2014", "2013-12", "2013")
values = st.one_of(st.none(), st.just(Gap.NOT_APPLICABLE), st.integers(0, 9999).map(lambda n: Decimal(n) / 100))


@st.composite
def observations(draw, measures):
    """Some of everything a caisse may report on these measures."""
    rows = []
    for measure in measures:
        for unit in ("011", "751", "131"):
            for month in MONTHS:
                value = draw(values)
                if value is not None:
                    rows.append(Fact(measure, unit, parse(month), "", value))
    return rows


@pytest.mark.parametrize("over_time", ["sum", "last"])
@settings(max_examples=40, deadline=None)
@given(rows=observations(("n", "d")), period=st.sampled_from(["2014-01", "2014-T1", "2014-S1", "2014"]))
def test_whatever_is_reported_the_components_give_the_result_again(over_time, rows, period):
    """The traced reading says what the fast one says, and its cells give the terms back."""
    definition, perimeter = ratio(over_time=over_time), Perimeter(["011", "751", "131"])
    stored = {(row.scope): row.outcome for row in evaluate_sheet(definition, Facts(rows), parse(period), perimeter)}
    for scope, outcome in stored.items():
        found = lineage(definition, Facts(rows), parse(period), perimeter, scope=scope)
        assert found is not None
        assert found.outcome == outcome
        assert found.adds_up
        for one in found.components:
            assert one.quantities is None or one.added_up == one.quantities


@pytest.mark.parametrize("code", [code for code, one in methods().items() if one["method"] != "to_build"])
@settings(max_examples=3, deadline=None)
@given(data=st.data())
def test_every_sheet_every_figure(code, data):
    from indicators.compute.evaluate import resolved

    definition = sheet(code)
    if isinstance(definition.of, str):
        definition = resolved(definition, {definition.of: sheet(definition.of)})
    measures = sorted(definition.all_measures)
    rows = []
    number = data.draw(st.integers(1, 1000))
    for rank, measure in enumerate(measures):
        for unit in ("011", "751", "NATIONAL"):
            for year in (2009, 2012, 2013, 2014):
                if (rank + number + year) % 7:
                    rows.append(f"{measure} {unit} {year} {(number * (rank + 3) * year) % 997 + 1}")
    stored = results(definition, facts(rows), "2014", TWO)
    for (name, scope, breakdown), outcome in stored.items():
        key = {"name": name, "scope": scope, "breakdown": breakdown}
        found = lineage(definition, facts(rows), parse("2014"), TWO, **key)
        assert found is not None, key
        assert found.outcome == outcome, key
        assert found.adds_up, key
