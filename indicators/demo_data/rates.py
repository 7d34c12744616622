"""Families of figures that depend on another: shares, ratios, costs brought together, forecasts."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from indicators.demo_data.inputs import DemoMeasure
from indicators.demo_data.models import Model, Site, reporters
from indicators.demo_data.series import (
    BASE_YEAR,
    STEADY,
    Cells,
    Path,
    Series,
    Slot,
    at,
    by_part,
    constant,
    whole,
)
from indicators.demo_data.world import World, solve, standardised

_CERTAIN = 0.9997


def log_odds(share: float) -> float:
    """Of a share between 0 and 1, never infinite."""
    share = min(max(share, 1 - _CERTAIN), _CERTAIN)
    return math.log(share / (1 - share))


def from_log_odds(value: float) -> float:
    """The share that has these log odds."""
    return 1 / (1 + math.exp(-value))


@dataclass(frozen=True, kw_only=True)
class Share(Model):
    """A part of another measure, never more than it; `path`: of the caisses together, in %.

    spread: between caisses (log odds), or `quartiles` (min, Q1, median, Q3, max, in %) of the yearly values of the first
    year. narrowing: what is left of that spread, by year. drift: of a caisse from year to year. jitter: from one period to
    the next. season: shift by month. loading: how much a caisse good in general is good here. shifts: by breakdown value of
    the measure it is a part of. overseas, elsewhere: shift of the overseas caisses, of the bodies that are not caisses.
    steps: the path jumps at the new year (a change of definition) instead of sloping.
    """

    of: str
    path: Path
    spread: float = 0.35
    quartiles: Sequence[float] = ()
    narrowing: Path = field(default_factory=lambda: constant(1.0))
    drift: float = 0.10
    jitter: float = 0.05
    season: Sequence[float] = STEADY
    loading: float = 0.5
    trait: str = ""
    shifts: Mapping[str, float] = field(default_factory=dict)
    overseas: float = 0.0
    elsewhere: float = 0.0
    steps: bool = False
    stock: bool = False

    @property
    def needs(self) -> tuple[str, ...]:
        """What it is a part of."""
        return (self.of,)

    @property
    def breakdowns(self) -> tuple[str, ...]:
        """Its own split, else (filled when built) the breakdowns of what it is a part of."""
        return self.split.breakdowns if self.split else ("",)

    def build(self, measure: DemoMeasure, site: Site) -> Series:
        """Yearly rates first, solved so that the caisses together meet the path; then each period."""
        world, whole_series = site.world, site.of(self.of)
        series = Series(
            whole_series.slots, whole_series.scale, self.breakdowns if self.split else whole_series.breakdowns
        )
        codes = reporters(measure, world)
        weights = {code: whole_series.yearly(code) for code in codes}
        rates = self._yearly(measure, world, weights)
        trend = self._trend(series.slots)
        shifts = [self.shifts.get(breakdown, 0.0) for breakdown in whole_series.breakdowns]
        for code in codes:
            rng = world.rng(f"share:{measure.code}:{code}")
            offset, fixed = rng.random(), series.slots[0].parts == 1
            filled: list[Cells | None] = []
            for slot, cells, shift in zip(series.slots, whole_series.values[code], trend, strict=True):
                if cells is None:
                    filled.append(None)
                    continue
                odds = rates[code][slot.year] + shift + (0.0 if fixed else rng.gauss(0, self.jitter))
                if self.split:
                    cells = (sum(cells),)
                filled.append(
                    tuple(
                        min(
                            cell,
                            whole(cell * from_log_odds(odds + extra), offset if fixed else rng.random()),
                        )
                        for cell, extra in zip(cells, shifts, strict=False)
                    )
                )
            if self.split:
                self.fill(measure, world, series, code, [cells and cells[0] for cells in filled])
            else:
                series.values[code] = filled
        return series

    def _yearly(
        self, measure: DemoMeasure, world: World, weights: Mapping[str, Mapping[int, float]]
    ) -> dict[str, dict[int, float]]:
        """Log odds of each body and year."""
        trait = self.trait or measure.code
        base, walks = self._base(trait, world, weights), world.walks(trait)
        centre = log_odds(at(self.path, BASE_YEAR) / 100)
        rates: dict[str, dict[int, float]] = {code: {} for code in weights}
        for year in world.years:
            narrowing, wanted = at(self.narrowing, year), at(self.path, year) / 100
            raw = {code: narrowing * base[code] + self.drift * walks[code][year] for code in weights}
            known = [
                (weights[code][year], raw[code]) for code in world.caisses if weights[code].get(year)
            ]
            level = solve(_excess(known, wanted), -20.0, 20.0) if known else centre
            for code in weights:
                rates[code][year] = level + raw[code]
        return rates

    def _base(
        self, trait: str, world: World, weights: Mapping[str, Mapping[int, float]]
    ) -> dict[str, float]:
        """What sets each body apart for good, in log odds."""
        if self.quartiles:
            first = {code: weights[code].get(world.years[0], 0.0) for code in world.caisses}
            mean = at(self.path, world.years[0])
            values = world.profile(trait, self.quartiles, first, mean)
            centre = log_odds(mean / 100)
            base = {code: log_odds(value / 100) - centre for code, value in values.items()}
        else:
            base = {code: self.spread * score for code, score in world.scores(trait, self.loading).items()}
        for code in world.overseas & base.keys():
            base[code] += self.overseas
        return base | {code: base.get(code, 0.0) + self.elsewhere for code in world.others}

    def _trend(self, periods: Sequence[Slot]) -> list[float]:
        """Shift of each period within its year: the season, and the slope of the path."""
        season = {slot.parts: by_part(self.season, slot.parts) for slot in periods}
        shifts = [season[slot.parts][slot.part] + self._slope(slot) for slot in periods]
        if self.stock:
            return shifts
        sums: dict[int, list[float]] = {}
        for slot, shift in zip(periods, shifts, strict=True):
            sums.setdefault(slot.year, []).append(shift)
        return [
            shift - sum(sums[slot.year]) / len(sums[slot.year])
            for slot, shift in zip(periods, shifts, strict=True)
        ]

    def _slope(self, slot: Slot) -> float:
        if self.steps or slot.parts == 1:
            return 0.0
        moment = slot.year + (slot.part + (1.0 if self.stock else 0.5)) / slot.parts
        now = at(self.path, moment - (1.0 if self.stock else 0.5))
        return log_odds(now / 100) - log_odds(at(self.path, slot.year) / 100)


def _excess(known: Sequence[tuple[float, float]], wanted: float) -> Callable[[float], float]:
    target = wanted * sum(weight for weight, _ in known)

    def excess(level: float) -> float:
        return sum(weight * from_log_odds(level + odds) for weight, odds in known) - target

    return excess


@dataclass(frozen=True, kw_only=True)
class Ratio(Model):
    """Another measure times a ratio (or divided by it: `inverse`); `path`: of the caisses together.

    spread (log), drift, trait, loading, overseas: as for a share.
    """

    of: str
    path: Path
    inverse: bool = False
    spread: float = 0.12
    drift: float = 0.02
    jitter: float = 0.05
    trait: str = ""
    loading: float = 0.0
    overseas: float = 0.0

    @property
    def needs(self) -> tuple[str, ...]:
        """What it is compared with."""
        return (self.of,)

    def build(self, measure: DemoMeasure, site: Site) -> Series:
        """Every body follows the national ratio at its own distance, and those distances add up to nothing."""
        world, other = site.world, site.of(self.of)
        series = self.empty(measure, world)
        codes = reporters(measure, world)
        trait = self.trait or measure.code
        scores, walks = world.scores(trait, self.loading), world.walks(trait)
        shift = {code: self.overseas if code in world.overseas else 0.0 for code in codes}
        kept = {code: self._known(world, other, series, code) for code in codes}
        distances = {
            code: {
                year: math.exp(self.spread * scores[code] + self.drift * walks[code][year] + shift[code])
                for year in world.years
            }
            for code in codes
        }
        factors = self._factors(world, series.slots, kept, distances)
        for code in codes:
            rng = world.rng(f"ratio:{measure.code}:{code}")
            offset, values = rng.random(), list[int | None]()
            for slot, known in zip(series.slots, kept[code], strict=True):
                if known is None:
                    values.append(None)
                    continue
                moved = math.exp(rng.gauss(0, self.jitter)) if slot.parts > 1 else 1.0
                value = known * factors[slot.year] * distances[code][slot.year] * moved
                values.append(whole(value * series.scale, offset))
            self.fill(measure, world, series, code, values)
        return series

    def _known(self, world: World, other: Series, series: Series, code: str) -> list[float | None]:
        """Values of the other measure at these periods, in units, where the body is concerned."""
        place = {slot.text: index for index, slot in enumerate(other.slots)}
        found: list[float | None] = []
        for slot in series.slots:
            total = other.total(code, place[slot.text]) if world.concerned(self.concern, code, slot) else None
            found.append(None if total is None else total / other.scale)
        return found

    def _factors(
        self,
        world: World,
        periods: Sequence[Slot],
        kept: Mapping[str, Sequence[float | None]],
        distances: Mapping[str, Mapping[int, float]],
    ) -> dict[int, float]:
        sums: dict[int, list[float]] = {}
        for code in world.caisses:
            for slot, known in zip(periods, kept[code], strict=True):
                both = sums.setdefault(slot.year, [0.0, 0.0])
                both[0] += known or 0.0
                both[1] += (known or 0.0) * distances[code][slot.year]
        return {
            year: (plain / far if far else 1.0) * self._level(year) for year, (plain, far) in sums.items()
        }

    def _level(self, year: int) -> float:
        value = at(self.path, year)
        return 1 / value if self.inverse else value


@dataclass(frozen=True, kw_only=True)
class EvenedRatio(Model):
    """Another measure times a ratio whose coefficient of variation between caisses follows `variation` (%), unweighted.

    apart: caisses left out of that coefficient, and how many times dearer they are.
    """

    of: str
    path: Path
    variation: Path
    apart: Mapping[str, float] = field(default_factory=dict)

    @property
    def needs(self) -> tuple[str, ...]:
        """What it is compared with."""
        return (self.of,)

    def build(self, measure: DemoMeasure, site: Site) -> Series:
        """Scores are made standard again every year, so that the coefficient is met."""
        world, other = site.world, site.of(self.of)
        series = self.empty(measure, world)
        scores, walks = world.scores(measure.code), world.walks(measure.code)
        by_year = {
            year: standardised(
                {
                    code: scores[code] + 0.15 * walks[code][year]
                    for code in world.caisses
                    if code not in self.apart
                }
            )
            for year in world.years
        }
        for code in reporters(measure, world):
            values = list[int | None]()
            for index, slot in enumerate(series.slots):
                far = self.apart.get(code)
                if far is None:
                    far = 1 + at(self.variation, slot.year) / 100 * by_year[slot.year][code]
                known = (other.total(code, index) or 0) / other.scale
                values.append(round(known * at(self.path, slot.year) * far * series.scale))
            self.fill(measure, world, series, code, values)
        return series


FORECAST_GAPS = (1.6, 1.5, 1.4, 1.3, 1.2, 1.05, 0.9, 0.75, 0.6, 0.4, 0.25)
"""How far from the accounts a forecast is, from February to December, before scaling."""
FORECAST_WEIGHTS = (1.0,) * 6 + (1.15,) * 3 + (1.3,) * 2
"""Weights of F1-8 (l. 8888)."""


@dataclass(frozen=True, kw_only=True)
class Forecast(Model):
    """Eleven monthly forecasts (February to December) of a yearly amount; `gap`: weighted mean gap of the caisses together, %."""

    of: str
    gap: Path
    spread: float = 1.2

    @property
    def needs(self) -> tuple[str, ...]:
        """The accounts."""
        return (self.of,)

    def build(self, measure: DemoMeasure, site: Site) -> Series:
        """Everyone forecasts a little too much; own errors cancel out in the whole."""
        world, accounts = site.world, site.of(self.of)
        series = Series(tuple(slot for slot in self.slots(measure, world) if slot.start_month > 1), 100)
        codes = reporters(measure, world)
        rng = world.rng(f"forecast:{measure.code}")
        weighted = zip(FORECAST_GAPS, FORECAST_WEIGHTS, strict=True)
        unit = sum(gap * weight for gap, weight in weighted) / sum(FORECAST_WEIGHTS)
        index_of = {slot.year: index for index, slot in enumerate(accounts.slots)}
        errors: dict[int, dict[str, float]] = {}
        for year in world.years:
            own = {code: rng.gauss(0, self.spread) for code in codes}
            spent = {code: accounts.total(code, index_of[year]) or 0 for code in codes}
            centre = sum(own[code] * spent[code] for code in codes) / sum(spent.values())
            errors[year] = {code: at(self.gap, year) + own[code] - centre for code in codes}
        for code in codes:
            values: list[int | None] = []
            for slot in series.slots:
                spent_there = accounts.total(code, index_of[slot.year]) or 0
                far = errors[slot.year][code] / 100 * FORECAST_GAPS[slot.part - 1] / unit
                values.append(round(spent_there * (1 + far + rng.gauss(0, 0.001))))
            self.fill(measure, world, series, code, values)
        return series
