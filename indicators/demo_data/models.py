"""What a model is, and the families of volumes: flows, stocks, flows declared as the year to date, balances.

A model gives whole numbers of the measure's smallest unit; national yearly paths are met but for rounding.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from indicators.demo_data.inputs import NATIONAL, DemoMeasure
from indicators.demo_data.series import (
    BASE_YEAR,
    FLAT,
    PARTS,
    YEAR_END,
    Cells,
    Path,
    Series,
    Slot,
    at,
    by_part,
    shared_out,
    slots,
    whole,
)
from indicators.demo_data.world import Concern, World

LAST_YEAR = 2017


class Site(Protocol):
    """Where models are built: the branch, and the other measures already built."""

    @property
    def world(self) -> World: ...

    def of(self, code: str) -> Series:
        """Values of another measure."""
        ...


@dataclass(frozen=True, kw_only=True)
class Split:
    """« ventilation » along one closed dimension: weights in the base year and, if they move, in 2017."""

    key: str
    weights: Mapping[str, float]
    end: Mapping[str, float] = field(default_factory=dict)
    spread: float = 0.12

    @property
    def breakdowns(self) -> tuple[str, ...]:
        """As written in the long form."""
        return tuple(f"{self.key}={value}" for value in self.weights)

    def at(self, year: int) -> list[float]:
        """Weights of a year."""
        ends = {BASE_YEAR: self.weights, LAST_YEAR: self.end or self.weights}
        return [at({when: ends[when][value] for when in ends}, year) for value in self.weights]


@dataclass(frozen=True, kw_only=True)
class Model(ABC):
    """A declaration of how a measure is simulated.

    begins: (year, month) of the first period reported. feed: name of the monthly flow it comes with; the gaps
    of a flow are those of all its measures.
    """

    split: Split | None = None
    begins: tuple[int, int] = (0, 1)
    concern: Concern = Concern.ALL
    feed: str = ""

    @property
    def needs(self) -> tuple[str, ...]:
        """Measures to build first."""
        return ()

    @property
    def breakdowns(self) -> tuple[str, ...]:
        """Breakdowns supplied; only the total when there is no split."""
        return self.split.breakdowns if self.split else ("",)

    @abstractmethod
    def build(self, measure: DemoMeasure, site: Site) -> Series:
        """Values of the measure everywhere."""

    def settle(self, measure: DemoMeasure, site: Site) -> Series | None:
        """A second delivery of the same figures, at another rhythm, if there is one."""
        return None

    def slots(self, measure: DemoMeasure, world: World) -> tuple[Slot, ...]:
        """Periods the measure is reported for."""
        return slots(PARTS[measure.finest_period], world.years, self.begins)

    def empty(self, measure: DemoMeasure, world: World) -> Series:
        """A series without values yet."""
        return Series(self.slots(measure, world), scale(measure), self.breakdowns)

    def fill(self, measure: DemoMeasure, world: World, series: Series, code: str, values: Sequence[int | None]) -> None:
        """Gives a body its values, split, and nothing where it is not concerned."""
        kept = [
            value if value is None or world.concerned(self.concern, code, slot) else None
            for slot, value in zip(series.slots, values, strict=True)
        ]
        series.values[code] = split_values(self.split, measure, world, series.slots, code, kept)


def split_values(
    split: Split | None,
    measure: DemoMeasure,
    world: World,
    periods: Sequence[Slot],
    code: str,
    values: Sequence[int | None],
) -> list[Cells | None]:
    """Values shared between the breakdowns; each body has its own habits, for good."""
    if split is None:
        return [None if value is None else (value,) for value in values]
    rng = world.rng(f"split:{measure.code}:{code}")
    tilts = [math.exp(rng.gauss(0, split.spread) - split.spread**2 / 2) for _ in split.weights]
    offset = rng.random()
    weights = {
        year: [weight * tilt for weight, tilt in zip(split.at(year), tilts, strict=True)]
        for year in {slot.year for slot in periods}
    }
    return [
        None if value is None else shared_out(value, weights[slot.year], offset)
        for slot, value in zip(periods, values, strict=True)
    ]


def scale(measure: DemoMeasure) -> int:
    """Smallest units in a unit: quantities have two decimals, everything else none."""
    return 100 if measure.value_kind == "amount" else 1


def matched(series: Series, measure: DemoMeasure) -> Series:
    """Another measure at this one's rhythm: a yearly measure is compared with the other's years."""
    yearly = PARTS[measure.finest_period] == 1 and any(slot.parts > 1 for slot in series.slots)
    return series.by_year() if yearly else series


def reporters(measure: DemoMeasure, world: World) -> tuple[str, ...]:
    """Bodies that report the measure."""
    if measure.level == "national":
        return (NATIONAL,)
    return (*world.caisses, *world.others) if measure.level == "organisation" else world.caisses


@dataclass(frozen=True, kw_only=True)
class Volume(Model):
    """A count or an amount proportional to the size of the body.

    total: the caisses together, in a year or at its end. spread: how far from its size a body is (log).
    noise: from one year to the next (log). stock: a level, not a flow shared between the periods.
    reference_year: one more year, before the others, to compare with.
    """

    total: Path
    spread: float = 0.15
    noise: float = 0.02
    season: Sequence[float] = FLAT
    stock: bool = False
    reference_year: int | None = None

    def build(self, measure: DemoMeasure, site: Site) -> Series:
        """The national path shared between the bodies, then between the periods."""
        world = site.world
        series = self.empty(measure, world)
        years = list(world.years)
        series.adds = not self.stock
        if self.reference_year is not None:
            years.insert(0, self.reference_year)
            series.slots = (*slots(1, years[:1]), *series.slots)
        yearly = self.yearly(measure, world, years)
        for code in reporters(measure, world):
            rng = world.rng(f"volume:{measure.code}:{code}")
            values = self._in_year(series, yearly[code], rng.gauss, rng.random())
            self.fill(measure, world, series, code, values)
        return series

    def yearly(self, measure: DemoMeasure, world: World, years: Sequence[int]) -> dict[str, dict[int, float]]:
        """Value of each body and year, in units; the caisses add up to the path."""
        codes = reporters(measure, world)
        scores, walks = world.scores(measure.code), world.walks(measure.code)
        weights = {code: world.sizes[code] * math.exp(self.spread * scores[code]) for code in codes}
        yearly: dict[str, dict[int, float]] = {code: {} for code in codes}
        for year in years:
            raw = {code: weights[code] * math.exp(self.noise * walks[code].get(year, 0.0)) for code in codes}
            factor = at(self.total, year) / sum(raw[code] for code in world.caisses)
            for code in codes:
                yearly[code][year] = raw[code] * factor
        return yearly

    def _in_year(
        self,
        series: Series,
        yearly: Mapping[int, float],
        gauss: Callable[[float, float], float],
        offset: float,
    ) -> list[int | None]:
        """A stock moves in a straight line from one year's end to the next; a flow follows its season."""
        values: list[int | None] = []
        for slot in series.slots:
            season = by_part(self.season, slot.parts)[slot.part]
            value = yearly[slot.year] * season
            if slot.parts > 1:
                value *= math.exp(gauss(0, 0.03 if not self.stock else self.noise / 4))
            if self.stock:
                before = yearly.get(slot.year - 1, yearly[slot.year])
                value *= 1 + (before / yearly[slot.year] - 1) * (1 - (slot.part + 1) / slot.parts)
            else:
                value /= slot.parts
            values.append(whole(value * series.scale, offset))
        return values


@dataclass(frozen=True, kw_only=True)
class YearToDate(Volume):
    """A flow declared every month as the total since January (Tms); the last month is the year's figure.

    settled: how the definitive figure (Mneaje, two years later, from the second year on) is broken down.
    revised: part of the definitive figures that differ from the declaration.
    """

    settled: Split
    revised: float = 0.04

    def settle(self, measure: DemoMeasure, site: Site) -> Series | None:
        """The definitive figures of the years known by the end; most of them confirm December."""
        world = site.world
        declared = site.of(measure.code).by_year()
        kept = [slot for slot in declared.slots if world.years[0] < slot.year <= world.years[-1] - 2]
        series = Series(kept, declared.scale, self.settled.breakdowns)
        rng = world.rng(f"settled:{measure.code}")
        for code, known in declared.values.items():
            values = list[int | None]()
            for cells in known[1 : len(kept) + 1]:
                change = rng.uniform(-0.04, 0.02) if rng.random() < self.revised else 0.0
                values.append(None if cells is None else round(cells[0] * (1 + change)))
            series.values[code] = split_values(self.settled, measure, world, kept, code, values)
        return series

    def build(self, measure: DemoMeasure, site: Site) -> Series:
        """Openings of places come late in the year."""
        world = site.world
        series = self.empty(measure, world)
        series.adds = False
        yearly = self.yearly(measure, world, world.years)
        for code in reporters(measure, world):
            rng = world.rng(f"to-date:{measure.code}:{code}")
            offset, values = rng.random(), list[int | None]()
            for year in world.years:
                months = [weight * rng.uniform(0.3, 1.7) for weight in YEAR_END]
                total = whole(yearly[code][year] * series.scale, offset)
                reached = 0
                for added in shared_out(total, months, offset):
                    reached += added
                    values.append(reached)
            self.fill(measure, world, series, code, values)
        return series


@dataclass(frozen=True, kw_only=True)
class Balance(Model):
    """A stock at the end of the year: `opening` before the first one, plus a flow, minus another."""

    opening: float
    inflow: str
    outflow: str

    @property
    def needs(self) -> tuple[str, ...]:
        """The two flows."""
        return (self.inflow, self.outflow)

    def build(self, measure: DemoMeasure, site: Site) -> Series:
        """Adds up the last declaration of each year."""
        world, series = site.world, self.empty(measure, site.world)
        series.adds = False
        inflow, outflow = site.of(self.inflow).by_year(), site.of(self.outflow).by_year()
        yearly = Volume(total={BASE_YEAR: self.opening}).yearly(measure, world, [BASE_YEAR])
        for code in reporters(measure, world):
            level = round(yearly[code][BASE_YEAR])
            values: list[int | None] = []
            for index in range(len(series.slots)):
                level += (inflow.total(code, index) or 0) - (outflow.total(code, index) or 0)
                values.append(level)
            self.fill(measure, world, series, code, values)
        return series
