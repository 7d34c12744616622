"""Good data raise no error and hardly a warning: the simulated observations, as they would come year by year.

Of the 341 572 values, 87 are asked about: 14 days of the national site, a definition that breaks in January 2015, and
others that a person would look at too. A value ten times too large or too small is nearly always seen.
"""

import random
from collections import defaultdict
from decimal import Decimal

import pytest

from indicators.intake.checks import STATEMENTS, Row
from indicators.intake.held import Held, Known
from indicators.intake.messages import Severity
from indicators.intake.reference import NATIONAL
from indicators.intake.relations import Relations
from indicators.intake.semantics import check_body
from tests.indicators import demo_rows

FLAWLESS = 2_000  # at least so many values for one false warning
BODIES = (*demo_rows.CAISSES[::9], "751", NATIONAL)


def rows_of(body: str) -> list[Row]:
    return [
        Row(line, row.measure, row.body_code, row.period, row.breakdown, *_said(row.value))
        for line, row in enumerate(demo_rows.rows(), 2)
        if row.body_code == body
    ]


def _said(value: str) -> tuple[Decimal | None, str]:
    return (None, value) if value in STATEMENTS else (Decimal(value), "")


@pytest.fixture(scope="module")
def bodies() -> dict[str, list[Row]]:
    return {body: rows_of(body) for body in BODIES}


def test_simulated_data_raise_no_error_and_hardly_a_warning(relations: Relations, bodies: dict[str, list[Row]]) -> None:
    found = {body: [*check_body(Held(rows, {}), relations)] for body, rows in bodies.items()}
    days = found.pop(NATIONAL)
    assert [one for problems in [days, *found.values()] for one in problems if one.severity is Severity.ERROR] == []
    assert len(days) * 100 < len(bodies[NATIONAL])
    assert sum(map(len, found.values())) * FLAWLESS <= sum(len(bodies[body]) for body in found)


def test_year_after_year_nothing_more_is_found(relations: Relations, bodies: dict[str, list[Row]]) -> None:
    rows = bodies["751"]
    known: defaultdict[tuple[str, str], dict[str, Decimal | None]] = defaultdict(dict)
    found = []
    for year in sorted({row.period[:4] for row in rows}):
        own = [row for row in rows if row.period[:4] == year]
        found += check_body(Held(own, known), relations)
        for row in own:
            if row.statement != "ND":
                known[row.measure, row.breakdown][row.period] = row.value
    assert len(found) <= 3


@pytest.mark.parametrize(("change", "share"), [(Decimal(10), 98), (Decimal(2), 75), (Decimal("0.1"), 85)])
def test_a_value_spoilt_is_asked_about(
    relations: Relations, bodies: dict[str, list[Row]], change: Decimal, share: int
) -> None:
    """Of whole numbers of at least a hundred with two years behind them, `share` per cent at least are noticed."""
    rows = [row for row in bodies["751"] if row.value is not None]
    known: defaultdict[tuple[str, str], dict[str, Decimal | None]] = defaultdict(dict)
    for row in rows:
        known[row.measure, row.breakdown][row.period] = row.value
    large = [row for row in rows if row.period[:4] == "2016" and len(row.period) == 7 and row.value >= 100]
    sample = random.Random(1).sample(large, 150)
    noticed = sum(any(check_body(Held([_spoilt(row, change)], _without(known, row)), relations)) for row in sample)
    assert noticed * 100 >= share * len(sample)


def _spoilt(row: Row, change: Decimal) -> Row:
    return row._replace(value=(row.value * change).quantize(Decimal(1)))


def _without(known: Known, row: Row) -> Known:
    """What was known before this value came."""
    key = (row.measure, row.breakdown)
    return {**known, key: {period: value for period, value in known[key].items() if period < row.period}}
