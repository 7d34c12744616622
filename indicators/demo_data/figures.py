"""Families of figures that are neither a volume nor a part of another: flags, opening hours, national."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from indicators.demo_data.inputs import NATIONAL, DemoMeasure
from indicators.demo_data.models import Model, Site, reporters
from indicators.demo_data.series import Cells, Path, Series, Slot, at, shared_out
from indicators.demo_data.world import World


@dataclass(frozen=True, kw_only=True)
class Flag(Model):
    """Yes or no: each body adopts at its turn; `adopted`: part of the bodies that have, in %.

    keys: breakdown values (with `key`), each `keys[value]` years later than the path. last: yes only for
    those that would come last (a body that gave the activity to someone else never adopts).
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
    """Opening hours of the year: 52 weeks, to a quarter of an hour.

    mean (of the caisses, unweighted) and spread in hours a week.
    """

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
        series.values[NATIONAL] = [(round(at(self.values, slot.year) * series.scale),) for slot in series.slots]
        return series


@dataclass(frozen=True, kw_only=True)
class Daily(Model):
    """A national figure of every day; a year adds up exactly to `total`.

    Fewer at week-ends, more around the 5th, day of payment.
    """

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
    """Breakdowns that do not make a total, or stand beside it (empty key): one model each."""

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
