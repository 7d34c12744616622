"""Small words for the tests of the calculations: sheets as the convention has them, facts in one line."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path

import yaml

from cog.periods import parse
from indicators.compute.definition import Definition
from indicators.compute.evaluate import NATIONAL_SCOPE, Perimeter, Result, evaluate_sheet
from indicators.compute.facts import Catalogue, Fact, Facts, Gap
from indicators.compute.methods import Outcome
from indicators.compute.methods_file import definition_from

METHODS_FILE = Path(__file__).parents[3] / "fixtures" / "cog-2013-2017" / "methods.yaml"

RATIO = {
    "kind": "resultat", "method": "ratio", "numerator": "n", "denominator": "d", "factor": 100, "unit": "%",
    "decimals": 1, "better": "higher", "periodicity": ["monthly"], "over_time": "sum", "national": "of_sums",
    "local": True,
}  # fmt: skip

ONE = "751"
TWO = Perimeter(["011", "751"])


@cache
def methods() -> Mapping[str, Mapping[str, object]]:
    """The convention's methods file."""
    return yaml.safe_load(METHODS_FILE.read_text(encoding="utf-8"))


def sheet(code: str, **changes: object) -> Definition:
    """A sheet as the convention has it, but for these changes."""
    return definition_from(code, dict(methods()[code]) | changes)


def ratio(**changes: object) -> Definition:
    """A monthly ratio 100 x n / d, but for these changes."""
    return definition_from("F0-1", RATIO | changes)


def facts(lines: str | Iterable[str], catalogue: Catalogue | None = None) -> Facts:
    """One fact a line: « measure organisation period [breakdown] value », value a number or NS."""
    rows = lines.strip().splitlines() if isinstance(lines, str) else lines
    return Facts([_fact(row) for row in rows if row.strip()], catalogue)


def _fact(row: str) -> Fact:
    measure, organisation, period, *breakdown, value = row.split()
    number = Gap.NOT_APPLICABLE if value == "NS" else Decimal(value)
    return Fact(measure, organisation, parse(period), breakdown[0] if breakdown else "", number)


def results(
    definition: Definition, store: Facts, period: str, perimeter: Perimeter = TWO
) -> dict[tuple[str, str, str], Outcome]:
    """Every outcome at a period, by (name, scope, breakdown); a key given twice fails."""
    rows: list[Result] = evaluate_sheet(definition, store, parse(period), perimeter)
    found = {(row.name, row.scope, row.breakdown): row.outcome for row in rows}
    assert len(found) == len(rows), "two results for one key"
    return found


def headline(
    definition: Definition, store: Facts, period: str, scope: str = NATIONAL_SCOPE, perimeter: Perimeter = TWO
) -> Outcome:
    """The outcome without name nor breakdown of one scope."""
    return results(definition, store, period, perimeter)["", scope, ""]
