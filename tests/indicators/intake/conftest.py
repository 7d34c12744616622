"""The convention's own measures and organisations, and one way to read a few lines."""

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import yaml

from cog.periods import Granularity
from indicators.compute.methods_file import definition_from
from indicators.intake.long_form import read_long_form
from indicators.intake.reference import MeasureInfo, Reference, read_breakdowns
from indicators.intake.relations import Relations, Traits, relations_between
from indicators.intake.rows import Intake

CONVENTION = Path(__file__).parents[3] / "fixtures" / "cog-2013-2017"
RHYTHMS = {
    "daily": Granularity.DAY,
    "monthly": Granularity.MONTH,
    "quarterly": Granularity.QUARTER,
    "semestrial": Granularity.SEMESTER,
    "annual": Granularity.YEAR,
}
HEADER = "mesure,caisse,periode,ventilation,valeur"


def records(name: str) -> list[dict[str, str]]:
    with (CONVENTION / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="session")
def reference() -> Reference:
    measures = {
        record["code"]: MeasureInfo(
            value_kind=record["value_kind"],
            level=record["level"],
            finest_period=RHYTHMS[record["finest_period"]],
            breakdowns=read_breakdowns(record["breakdowns"]),
        )
        for record in records("measures.csv")
    }
    bodies = {record["code"]: record["kind"] for record in records("organisations.csv")}
    return Reference(measures=measures, bodies=bodies, end=date(2017, 12, 31))


@pytest.fixture(scope="session")
def read(reference: Reference) -> Callable[..., Intake]:
    """Read these lines under the usual header."""

    def read_lines(*lines: str, header: str = HEADER, only: str | None = None) -> Intake:
        return read_long_form("\n".join([header, *lines]).encode(), reference, only=only)

    return read_lines


@pytest.fixture(scope="session")
def relations() -> Relations:
    """What the convention's measures owe one another, from its own methods."""
    return convention_relations()


def convention_relations() -> Relations:
    """The same, for a module that needs it outside a test."""
    traits = {
        record["code"]: Traits(
            record["label"], record["unit"], record["value_kind"], read_breakdowns(record["breakdowns"])
        )
        for record in records("measures.csv")
    }
    methods = yaml.safe_load((CONVENTION / "methods.yaml").read_text(encoding="utf-8"))
    return relations_between([definition_from(code, entry) for code, entry in methods.items()], traits)
