"""What a file is checked against: measures, bodies and the convention's dates, as frozen plain data.

PURE. Operations build it from the tables, tests from the convention's files.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from cog.periods import Granularity

NATIONAL = "NATIONAL"
"""Written in place of a body's code, for a figure that exists only for the whole."""

Breakdowns = Mapping[str, Collection[str]]
"""dimension -> the values it may take; none listed: the list is open."""


@dataclass(frozen=True, slots=True)
class MeasureInfo:
    """What a measure accepts, in the codes of `measures.csv` (`count`, `caisse`…).

    `sampled`: the dimensions known for the whole only, from a national sample; there `NATIONAL` may report too.
    """

    value_kind: str
    level: str
    finest_period: Granularity
    breakdowns: Breakdowns
    sampled: Collection[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reference:
    """Measures by code, kinds of bodies (`caisse`, `cnaf`…) by code, the last day and the code of the convention."""

    measures: Mapping[str, MeasureInfo]
    bodies: Mapping[str, str]
    end: date
    first_year: int = 2008
    convention: str = ""


def read_breakdowns(text: str) -> dict[str, frozenset[str]]:
    """The column `breakdowns` of `measures.csv`: « a=x|y;b=* » gives {a: {x, y}, b: {}}, empty if open."""
    pairs = (part.split("=", 1) for part in text.split(";") if part)
    return {key: _values(values.split("|")) for key, values in pairs}


def _values(values: list[str]) -> frozenset[str]:
    return frozenset() if "*" in values else frozenset(values)
