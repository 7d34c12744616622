"""What the independent calculation knows of the convention: methods, measures, bodies and floors, read from the folder.

Nothing of `indicators/` is imported here nor in the modules beside: a second mind must not share the first one's slips.
"""

import csv
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import yaml

GRAINS = {"daily": "D", "monthly": "M", "quarterly": "T", "semestrial": "S", "annual": "A"}
_ORDER = "DMTSA"
_PERIOD = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?|-T(\d)|-S(\d))?")
_TERM = re.compile(r"\s*([+-]?)\s*([a-z][a-z0-9_]*)(?:\[([a-z0-9_=;]*)\])?")
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


# --- Periods, as the text they are written in --------------------------------------------------------------
@cache
def grain(period: str) -> str:
    """D, M, T, S or A: how long a period is."""
    _year, month, day, quarter, semester = _PERIOD.fullmatch(period).groups()
    return "D" if day else "M" if month else "T" if quarter else "S" if semester else "A"


@cache
def parts(period: str) -> list[str]:
    """The periods just below: a year has two semesters, a semester two quarters, and so on down to days."""
    year, month, day, quarter, semester = _PERIOD.fullmatch(period).groups()
    if day:
        return []
    if month:
        leap = int(year) % 4 == 0 and month == "02"
        return [f"{year}-{month}-{d:02d}" for d in range(1, _DAYS[int(month) - 1] + leap + 1)]
    if quarter:
        return [f"{year}-{m:02d}" for m in range(3 * int(quarter) - 2, 3 * int(quarter) + 1)]
    if semester:
        return [f"{year}-T{2 * int(semester) - 1}", f"{year}-T{2 * int(semester)}"]
    return [f"{year}-S1", f"{year}-S2"]


@cache
def below(period: str, finest: str) -> list[str]:
    """`parts`, or nothing when they would be finer than `finest`; a grain nobody keeps is stepped over."""
    found = parts(period)
    return [one for one in found if _ORDER.index(grain(one)) >= _ORDER.index(finest)]


@cache
def count(period: str, finest: str) -> int:
    """How many periods of the finest grain a period holds."""
    found = below(period, finest)
    return sum(count(one, finest) for one in found) if found else 1


@cache
def months_of(period: str) -> list[str]:
    """The months of a period, in order."""
    if grain(period) in "DM":
        return [period[:7]]
    return [month for one in parts(period) for month in months_of(one)]


# --- Expressions -------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Term:
    """A measure in a sum, with its sign and the breakdown it picks."""

    sign: int
    measure: str
    picked: tuple[tuple[str, str], ...]


@cache
def terms_of(expression: str | None) -> tuple[Term, ...]:
    """« a - b[k=v] » as terms; the methods file only ever adds and subtracts."""
    found, place = [], 0
    text = (expression or "").strip()
    while place < len(text):
        match = _TERM.match(text, place)
        assert match, f"unreadable expression {text!r}"
        sign, measure, picked = match.groups()
        pairs = tuple(tuple(pair.split("=")) for pair in (picked or "").split(";") if pair)
        found.append(Term(-1 if sign == "-" else 1, measure, pairs))
        place = match.end()
    return tuple(found)


# --- The folder --------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Measure:
    """A line of measures.csv: level, finest grain, dimensions in the order printed (None: an open list)."""

    code: str
    kind: str
    level: str
    finest: str
    dimensions: dict[str, tuple[str, ...] | None]


@dataclass(frozen=True)
class Reference:
    """The convention's folder as plain values."""

    methods: dict[str, dict[str, Any]]
    measures: dict[str, Measure]
    caisses: tuple[str, ...]
    others: tuple[str, ...]  # of the branch: Cnaf, Certi, Cnedi, pôles
    targets: dict[str, list[dict[str, Any]]]

    @property
    def branch(self) -> tuple[str, ...]:
        return (*self.caisses, *self.others)


def read_folder(folder: Path) -> Reference:
    """Read methods, measures, organisations and printed targets."""
    methods = yaml.safe_load((folder / "methods.yaml").read_text("utf-8"))
    with (folder / "measures.csv").open(encoding="utf-8", newline="") as stream:
        measures = {row["code"]: _measure(row) for row in csv.DictReader(stream)}
    with (folder / "organisations.csv").open(encoding="utf-8", newline="") as stream:
        bodies = list(csv.DictReader(stream))
    targets: dict[str, list[dict[str, Any]]] = {}
    for file in sorted((folder / "indicators").glob("*.yaml")):
        for sheet in yaml.safe_load(file.read_text("utf-8"))["indicators"]:
            targets[sheet["code"]] = sheet.get("targets") or []
    return Reference(
        methods,
        measures,
        tuple(sorted(row["code"] for row in bodies if row["kind"] == "caisse")),
        tuple(row["code"] for row in bodies if row["in_network"] == "1" and row["kind"] != "caisse"),
        targets,
    )


def _measure(row: dict[str, str]) -> Measure:
    dimensions: dict[str, tuple[str, ...] | None] = {}
    for part in filter(None, row["breakdowns"].split(";")):
        key, values = part.split("=")
        dimensions[key] = None if "*" in values else tuple(values.split("|"))
    return Measure(row["code"], row["value_kind"], row["level"], GRAINS[row["finest_period"]], dimensions)


def number(text: str) -> Fraction:
    """A number as the long form writes it, exactly."""
    return Fraction(text.replace(",", ".").replace(" ", "").replace("\u00a0", "").replace("\u202f", ""))
