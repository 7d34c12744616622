"""Time and values: the periods of a measure, yearly paths, seasons, and the values of one measure everywhere.

Every value is held as a whole number of its smallest unit (1, or a hundredth for quantities), so that sums
are exact.
"""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

Path = Mapping[int, float]
"""National value by year; straight lines in between, flat outside."""

BASE_YEAR = 2012

PARTS = {"annual": 1, "semestrial": 2, "quarterly": 4, "monthly": 12, "daily": 12}
"""Periods in a year by rhythm.

A daily measure of caisses is given by month: 102 x 2 192 days would be most of the rows. Only the national
one is really daily (figures.Daily).
"""

_FORMS = {1: "{year}", 2: "{year}-S{number}", 4: "{year}-T{number}", 12: "{year}-{number:02d}"}

FLAT = (1.0,) * 12
OFFICE = (1.12, 0.95, 1.00, 0.97, 0.90, 0.98, 0.93, 0.85, 1.15, 1.18, 1.02, 0.95)
"""Work of a caisse: January (rights are revised), September and October (new school year, students)."""
YEAR_END = (0.15, 0.25, 0.45, 0.55, 0.55, 0.75, 0.75, 0.50, 2.30, 1.60, 1.50, 2.65)
"""Openings of childcare places: September and the end of the year."""

STEADY = (0.0,) * 12
LOADED = (-0.12, 0.00, 0.06, 0.08, 0.10, 0.08, 0.02, -0.05, -0.15, -0.14, 0.00, 0.12)
"""Quality of service (shift of the log odds): the reverse of the load."""


class Slot(NamedTuple):
    """One period of a year: `part` from 0 among `parts`; `text` in the written form of the contract."""

    year: int
    part: int
    parts: int
    text: str

    @property
    def start_month(self) -> int:
        """Month (1 to 12) it begins in."""
        return self.part * 12 // self.parts + 1


Cells = tuple[int, ...]
"""One value per breakdown."""


@dataclass(slots=True)
class Series:
    """Values of one measure: body -> one entry per slot, each with one value per breakdown.

    An entry is None where the body is not concerned.

    adds: whether the periods of a year add up; else the last one is the year's.
    """

    slots: Sequence[Slot]
    scale: int = 1
    breakdowns: tuple[str, ...] = ("",)
    values: dict[str, list[Cells | None]] = field(default_factory=dict)
    adds: bool = True

    def total(self, code: str, index: int) -> int | None:
        """Sum of the breakdowns, in smallest units."""
        cells = self.values[code][index]
        return None if cells is None else sum(cells)

    def by_year(self) -> "Series":
        """The same figures by year, breakdowns added up; a year is there when any of its periods is."""
        years = sorted({slot.year for slot in self.slots})
        annual = Series(slots(1, years), self.scale, adds=self.adds)
        for code, values in self.values.items():
            reached: dict[int, int] = {}
            for slot, cells in zip(self.slots, values, strict=True):
                if cells is not None:
                    before = reached.get(slot.year, 0) if self.adds else 0
                    reached[slot.year] = before + sum(cells)
            annual.values[code] = [(reached[year],) if year in reached else None for year in years]
        return annual


def path(*values: float, start: int = BASE_YEAR) -> Path:
    """Yearly values from `start` on."""
    return {start + rank: value for rank, value in enumerate(values)}


def constant(value: float) -> Path:
    """The same value every year."""
    return {BASE_YEAR: value}


def at(line: Path, moment: float) -> float:
    """Value of a path at a moment: whole for a year's own value."""
    years = sorted(line)
    if moment <= years[0]:
        return line[years[0]]
    for before, after in itertools.pairwise(years):
        if moment <= after:
            share = (moment - before) / (after - before)
            return line[before] * (1 - share) + line[after] * share
    return line[years[-1]]


def slots(parts: int, years: Sequence[int], begins: tuple[int, int] = (0, 1)) -> tuple[Slot, ...]:
    """Periods of these years that start at or after `begins` (year, month)."""
    every = (
        Slot(year, part, parts, _FORMS[parts].format(year=year, number=part + 1))
        for year in years
        for part in range(parts)
    )
    return tuple(slot for slot in every if (slot.year, slot.start_month) >= begins)


def by_part(season: Sequence[float], parts: int) -> list[float]:
    """A season of twelve months as the mean of each part of the year."""
    width = 12 // parts
    return [sum(season[part * width : (part + 1) * width]) / width for part in range(parts)]


def whole(value: float, offset: float) -> int:
    """A whole number near `value`; over offsets spread in [0, 1) the mean is `value` itself."""
    return math.floor(value + offset)


def shared_out(total: int, weights: Sequence[float], offset: float) -> Cells:
    """`total` in whole parts proportional to `weights`, whose sum is exactly `total`."""
    scale = total / sum(weights)
    return tuple(_differences(weights, scale, total, offset))


def _differences(weights: Sequence[float], scale: float, total: int, offset: float) -> Iterator[int]:
    reached, before = 0.0, 0
    for weight in weights[:-1]:
        reached += weight * scale
        after = min(math.floor(reached + offset), total)
        yield after - before
        before = after
    yield total - before
