"""Families of counts: how a figure that stands by itself is drawn (volume, stock, flag, opening hours…).

A model gives whole numbers of the measure's smallest unit; national yearly paths are met but for rounding.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
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

    begins: (year, month) of the first period reported. feed: name of the monthly flow it comes with; the gaps of a flow
    are those of all its measures. decimals: of the values (the measure's own kind decides when None).
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

    def slots(self, measure: DemoMeasure, world: World) -> tuple[Slot, ...]:
        """Periods the measure is reported for."""
        return slots(PARTS[measure.finest_period], world.years, self.begins)

    def empty(self, measure: DemoMeasure, world: World) -> Series:
        """A series without values yet."""
        return Series(self.slots(measure, world), scale(measure), self.breakdowns)

    def fill(
        self, measure: DemoMeasure, world: World, series: Series, code: str, values: Sequence[int | None]
    ) -> None:
        """Gives a body its values, split, and nothing where it is not concerned."""
        kept = [
            value if value is None or world.concerned(self.concern, code, slot) else None
            for slot, value in zip(series.slots, values, strict=True)
        ]
        if self.split is None:
            series.values[code] = [None if value is None else (value,) for value in kept]
            return
        rng = world.rng(f"split:{measure.code}:{code}")
        sigma = self.split.spread
        tilts = [math.exp(rng.gauss(0, sigma) - sigma * sigma / 2) for _ in self.split.weights]
        offset = rng.random()
        weights = {
            year: [weight * tilt for weight, tilt in zip(self.split.at(year), tilts, strict=True)]
            for year in {slot.year for slot in series.slots}
        }
        series.values[code] = [
            None if value is None else shared_out(value, weights[slot.year], offset)
            for slot, value in zip(series.slots, kept, strict=True)
        ]


def scale(measure: DemoMeasure) -> int:
    """Smallest units in a unit: quantities have two decimals, everything else none."""
    return 100 if measure.value_kind == "amount" else 1


def reporters(measure: DemoMeasure, world: World) -> tuple[str, ...]:
    """Bodies that report the measure."""
    if measure.level == "national":
        return (NATIONAL,)
    return (*world.caisses, *world.others) if measure.level == "organisation" else world.caisses


@dataclass(frozen=True, kw_only=True)
class Volume(Model):
    """A count or an amount proportional to the size of the body; `total`: the caisses together, a year (or at its end).

    spread: how far from its size a body is (log). stock: a level, not a flow shared between the periods.
    reference_year: one more year, before the others, to compare with. noise: from one year to the next (log).
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
            raw = {
                code: weights[code] * math.exp(self.noise * walks[code].get(year, 0.0)) for code in codes
            }
            factor = at(self.total, year) / sum(raw[code] for code in world.caisses)
            for code in codes:
                yearly[code][year] = raw[code] * factor
        return yearly

    def _in_year(
        self, series: Series, yearly: Mapping[int, float], gauss: "Draw", offset: float
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


class Draw(Protocol):
    """`Random.gauss`."""

    def __call__(self, mu: float, sigma: float) -> float: ...


@dataclass(frozen=True, kw_only=True)
class YearToDate(Volume):
    """A flow declared every month as the total since January (Tms); the last month is the year's figure."""

    def build(self, measure: DemoMeasure, site: Site) -> Series:
        """Openings of places come late in the year."""
        world = site.world
        series = self.empty(measure, world)
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
    """A stock at the end of the year: what it was before, plus a flow, minus another; `opening`: before the first year."""

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
        inflow, outflow = site.of(self.inflow), site.of(self.outflow)
        yearly = Volume(total={BASE_YEAR: self.opening}).yearly(measure, world, [BASE_YEAR])
        for code in reporters(measure, world):
            level = round(yearly[code][BASE_YEAR])
            values: list[int | None] = []
            for slot in series.slots:
                level += _last(inflow, code, slot.year) - _last(outflow, code, slot.year)
                values.append(level)
            self.fill(measure, world, series, code, values)
        return series


def _last(series: Series, code: str, year: int) -> int:
    indexes = [index for index, slot in enumerate(series.slots) if slot.year == year]
    return (series.total(code, indexes[-1]) or 0) if indexes else 0


@dataclass(frozen=True, kw_only=True)
class Flag(Model):
    """Yes or no: each body adopts at its turn; `adopted`: part of the bodies that have, in %.

    keys: breakdown values (with `key`), each `keys[value]` years later than the path. last: yes only for those that would
    come last (a body that gave the activity to someone else never adopts).
    """

    adopted: Path
    key: str = ""
    keys: Mapping[str, float] = field(default_factory=dict)
    trait: str = ""
    last: bool = False

    @property
    def breakdowns(self) -> tuple[str, ...]:
        """One flag per value of the dimension."""
        return tuple(f"{self.key}={value}" for value in self.keys) or ("",)

    def build(self, measure: DemoMeasure, site: Site) -> Series:
        """Once adopted, adopted for good."""
        world, series = site.world, self.empty(measure, site.world)
        codes = reporters(measure, world)
        columns = [
            self._column(world, series, codes, f"{self.trait or measure.code}:{value}", delay)
            for value, delay in (self.keys or {"": 0.0}).items()
        ]
        for code in codes:
            series.values[code] = list(zip(*(column[code] for column in columns), strict=True))
        return series

    def _column(
        self, world: World, series: Series, codes: Sequence[str], trait: str, delay: float
    ) -> dict[str, list[int]]:
        ranks = world.ranks(trait, codes)
        reached = [at(self.adopted, slot.year - delay) / 100 for slot in series.slots]
        if self.last:
            return {code: [int(ranks[code] >= 1 - part) for part in reached] for code in codes}
        return {code: [int(ranks[code] < part) for part in reached] for code in codes}


@dataclass(frozen=True, kw_only=True)
class WeeklyHours(Model):
    """Opening hours of the year: 52 weeks of quarter hours; `mean` of the caisses, unweighted, and spread, in hours a week."""

    mean: Path
    spread: float

    def build(self, measure: DemoMeasure, site: Site) -> Series:
        """The mean of the caisses is met to a quarter of an hour."""
        world, series = site.world, self.empty(measure, site.world)
        scores, walks = world.scores(measure.code), world.walks(measure.code)
        for code in reporters(measure, world):
            values = list[int | None]()
            for slot in series.slots:
                shift = self.spread * (scores[code] + 0.15 * walks[code][slot.year])
                quarters = round(4 * max(at(self.mean, slot.year) + shift, 20.0))
                values.append(quarters * 52 * series.scale // 4)
            self.fill(measure, world, series, code, values)
        return series


@dataclass(frozen=True, kw_only=True)
class Same(Model):
    """The same number everywhere and always."""

    value: int

    def build(self, measure: DemoMeasure, site: Site) -> Series:
        """No draw."""
        series = self.empty(measure, site.world)
        for code in reporters(measure, site.world):
            series.values[code] = [(self.value * series.scale,)] * len(series.slots)
        return series


@dataclass(frozen=True, kw_only=True)
class NationalFigure(Model):
    """A yearly figure that exists only for the whole, as declared."""

    values: Path

    def build(self, measure: DemoMeasure, site: Site) -> Series:
        """No draw."""
        series = self.empty(measure, site.world)
        series.values[NATIONAL] = [
            (round(at(self.values, slot.year) * series.scale),) for slot in series.slots
        ]
        return series


@dataclass(frozen=True, kw_only=True)
class Daily(Model):
    """A national figure of every day, whose year adds up exactly to `total`: fewer at week-ends, more on the 5th (payment)."""

    total: Path

    def build(self, measure: DemoMeasure, site: Site) -> Series:
        """Every day of every year."""
        world = site.world
        rng = world.rng(f"daily:{measure.code}")
        found: list[Slot] = []
        values: list[Cells | None] = []
        for year in world.years:
            days = list(_days(year))
            weights = [_weight_of(day) * math.exp(rng.gauss(0, 0.05)) for day in days]
            found += [Slot(year, day.month - 1, 12, day.isoformat()) for day in days]
            values += [(value,) for value in shared_out(round(at(self.total, year)), weights, 0.5)]
        return Series(tuple(found), 1, self.breakdowns, {NATIONAL: values})


def _days(year: int) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += timedelta(days=1)


def _weight_of(day: date) -> float:
    weekday = (1.18, 1.12, 1.08, 1.05, 1.0, 0.62, 0.55)[day.weekday()]
    payment = 1.5 if day.day in (4, 5, 6) else 1.0
    return weekday * payment * (0.9 if day.month == 8 else 1.0)


@dataclass(frozen=True, kw_only=True)
class Parts(Model):
    """Breakdowns that do not make a total (or that stand beside it): one model each; the empty key is the total."""

    models: Mapping[str, Model]

    @property
    def needs(self) -> tuple[str, ...]:
        """What any part needs."""
        return tuple(code for model in self.models.values() for code in model.needs)

    @property
    def breakdowns(self) -> tuple[str, ...]:
        """As declared."""
        return tuple(self.models)

    def build(self, measure: DemoMeasure, site: Site) -> Series:
        """Each part is drawn as a measure of its own."""
        series = self.empty(measure, site.world)
        built = [
            model.build(
                DemoMeasure(f"{measure.code}|{key}", measure.value_kind, measure.level, measure.finest_period),
                site,
            )
            for key, model in self.models.items()
        ]
        for code in reporters(measure, site.world):
            series.values[code] = [
                tuple(part.total(code, index) or 0 for part in built) for index in range(len(series.slots))
            ]
        return series
