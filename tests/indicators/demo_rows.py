"""The demonstration rows, generated once for the tests of this folder, and what they add up to."""

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path

from indicators.demo_data import DemoBody, DemoMeasure, Row, generate

FOLDER = Path(__file__).parents[2] / "fixtures" / "cog-2013-2017"
YEARS = range(2012, 2018)
SEED = 2013

Values = Mapping[tuple[str, str, str, str], Decimal]


def lines(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


MEASURES = [
    DemoMeasure(line["code"], line["value_kind"], line["level"], line["finest_period"], line["breakdowns"])
    for line in lines("measures.csv")
]
BODIES = [DemoBody(line["code"], line["kind"], line["is_dom"] == "1") for line in lines("organisations.csv")]
CAISSES = [body.code for body in BODIES if body.kind == "caisse"]
BY_CODE = {measure.code: measure for measure in MEASURES}
SURVEY = {"allocataires_interroges", "allocataires_satisfaits"}


@cache
def rows(seed: int = SEED) -> tuple[Row, ...]:
    return tuple(generate(measures=MEASURES, bodies=BODIES, years=YEARS, seed=seed))


@cache
def values(seed: int = SEED) -> Values:
    return {
        (row.measure, row.body_code, row.period, row.breakdown): Decimal(row.value)
        for row in rows(seed)
        if row.value not in ("NS", "ND")
    }


@cache
def yearly(seed: int = SEED) -> Mapping[tuple[str, str, int], Decimal]:
    """(measure, body, year) -> sum of the finest periods and of the breakdowns; the survey's total alone."""
    sums: defaultdict[tuple[str, str, int], Decimal] = defaultdict(Decimal)
    for (measure, body, period, breakdown), value in values(seed).items():
        settled = measure == "eaje_places_creees" and "-" not in period
        channel = measure in SURVEY and breakdown
        if not settled and not channel:
            sums[measure, body, int(period[:4])] += value
    return sums


def national(measure: str, year: int = 2012, bodies: Sequence[str] = CAISSES) -> float:
    return float(sum(yearly().get((measure, body, year), 0) for body in bodies))
