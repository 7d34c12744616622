"""Families of figures that depend on another: shares, ratios, costs brought together, forecasts."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from indicators.demo_data.inputs import DemoMeasure
from indicators.demo_data.models import Model, Site, matched, reporters
from indicators.demo_data.series import (
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

    spread: between caisses (log odds), or `quartiles` (min, Q1, median, Q3, max, in %) and standard
    `deviation` (points) of the yearly values of the first year. narrowing: what is left of that spread, by
    year. drift: of a caisse from year to year. jitter: from one period to the next. season: shift by month.
    loading: how much a caisse good in general is good here. shifts: by breakdown value of the measure it is a
    part of. overseas, elsewhere: shift of the overseas caisses, of the bodies that are not caisses. steps:
    the path jumps at the new year (a change of definition) instead of sloping.
    """

    of: str
    path: Path
    spread: float = 0.35
    quartiles: Sequence[float] = ()
    deviation: float = 0.0
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
        """Its own split; without one, when built, those of what it is a part of if it has them too."""
        return self.split.breakdowns if self.split else ("",)

    def build(self, measure: DemoMeasure, site: Site) -> Series:
        """Yearly rates first, solved so that the caisses together meet the path; then each period."""
        world, other = site.world, matched(site.of(self.of), measure)
        names = other.breakdowns if self._follows(measure, other) else self.breakdowns
        series = Series(other.slots, other.scale, names, adds=other.adds)
        together = names != other.breakdowns
        kept = {code: self._kept(world, other, code, together) for code in reporters(measure, world)}
        shifts = (0.0,) if together else tuple(self.shifts.get(name, 0.0) for name in names)
        rates = self._yearly(measure, world, series.slots, kept, shifts)
        trend = self._trend(series.slots)
        for code, values in kept.items():
            rng = world.rng(f"share:{measure.code}:{code}")
            moves = [rates[code][slot.year] + shift for slot, shift in zip(series.slots, trend, strict=True)]
            filled = list(self._parts(values, moves, shifts, rng, steady=series.slots[0].parts == 1))
            if self.split:
                totals = [None if cells is None else cells[0] for cells in filled]
                self.fill(measure, world, series, code, totals)
            else:
                series.values[code] = filled
        return series

    def _follows(self, measure: DemoMeasure, other: Series) -> bool:
        """Whether it has the breakdowns of the other measure, each a part of its own."""
        keys = {name.split("=")[0] for name in other.breakdowns if name}
        return self.split is None and keys <= measure.dimensions.keys()

    def _kept(self, world: World, other: Series, code: str, together: bool) -> list[Cells | None]:
        """Values of the other measure where the body is concerned, its breakdowns added up if `together`."""
        kept = [
            cells if world.concerned(self.concern, code, slot) else None
            for slot, cells in zip(other.slots, other.values[code], strict=True)
        ]
        return [None if cells is None else (sum(cells),) for cells in kept] if together else kept

    def _parts(
        self,
        values: Sequence[Cells | None],
        odds: Sequence[float],
        shifts: Sequence[float],
        rng: Random,
        *,
        steady: bool,
    ) -> Iterator[Cells | None]:
        """The part taken of each value; `steady`: without a draw of its own at each period."""
        offset = rng.random()
        for cells, level in zip(values, odds, strict=True):
            if cells is None:
                yield None
                continue
            moved = level if steady else level + rng.gauss(0, self.jitter)
            yield tuple(
                min(cell, whole(cell * from_log_odds(moved + shift), offset if steady else rng.random()))
                for cell, shift in zip(cells, shifts, strict=True)
            )

    def _yearly(
        self,
        measure: DemoMeasure,
        world: World,
        periods: Sequence[Slot],
        kept: Mapping[str, Sequence[Cells | None]],
        shifts: Sequence[float],
    ) -> dict[str, dict[int, float]]:
        """Log odds of each body and year."""
        trait = self.trait or measure.code
        weights = {code: _by_year(periods, kept[code]) for code in kept}
        base, walks = self._base(trait, world, weights), world.walks(trait)
        rates: dict[str, dict[int, float]] = {code: {} for code in kept}
        for year in world.years:
            narrowing = at(self.narrowing, year)
            raw = {code: narrowing * base[code] + self.drift * walks[code][year] for code in kept}
            known = [
                (weight, raw[code] + shift)
                for code in world.caisses
                for weight, shift in zip(weights[code].get(year, ()), shifts, strict=False)
            ]
            level = solve(_excess(known, at(self.path, year) / 100), -20.0, 20.0)
            for code in kept:
                rates[code][year] = level + raw[code]
        return rates

    def _base(self, trait: str, world: World, weights: Mapping[str, Mapping[int, Sequence[float]]]) -> dict[str, float]:
        """What sets each body apart for good, in log odds."""
        if self.quartiles:
            first = {code: sum(weights[code].get(world.years[0], ())) for code in world.caisses}
            mean = at(self.path, world.years[0])
            values = world.profile(trait, self.quartiles, self.deviation, first, mean)
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
            shift - sum(sums[slot.year]) / len(sums[slot.year]) for slot, shift in zip(periods, shifts, strict=True)
        ]

    def _slope(self, slot: Slot) -> float:
        if self.steps or slot.parts == 1:
            return 0.0
        moment = slot.year + (slot.part + (1.0 if self.stock else 0.5)) / slot.parts
        now = at(self.path, moment - (1.0 if self.stock else 0.5))
        return log_odds(now / 100) - log_odds(at(self.path, slot.year) / 100)


def _by_year(periods: Sequence[Slot], values: Sequence[Cells | None]) -> dict[int, list[float]]:
    """Sum of each year and breakdown, to weigh with; absent where there is nothing."""
    sums: dict[int, list[float]] = {}
    for slot, cells in zip(periods, values, strict=True):
        if cells is not None:
            known = sums.setdefault(slot.year, [0.0] * len(cells))
            for index, cell in enumerate(cells):
                known[index] += cell
    return sums


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
        """Every body follows the national ratio at its own distance; together they are on it."""
        world, other = site.world, matched(site.of(self.of), measure)
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
        return {year: (plain / far if far else 1.0) * self._level(year) for year, (plain, far) in sums.items()}

    def _level(self, year: int) -> float:
        value = at(self.path, year)
        return 1 / value if self.inverse else value


@dataclass(frozen=True, kw_only=True)
class EvenedRatio(Model):
    """Another measure times a ratio whose spread between caisses is known.

    variation: unweighted coefficient of variation of the caisses, in %.
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
                {code: scores[code] + 0.15 * walks[code][year] for code in world.caisses if code not in self.apart}
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
    """Eleven forecasts of a yearly amount, one a month from February to December.

    gap: weighted mean gap of the caisses together, in %. spread: of a caisse's own gap, in points.
    """

    of: str
    gap: Path
    spread: float = 1.2

    @property
    def needs(self) -> tuple[str, ...]:
        """The accounts."""
        return (self.of,)

    def build(self, measure: DemoMeasure, site: Site) -> Series:
        """Everyone forecasts a little too much; own errors cancel out in the whole."""
        world, accounts = site.world, matched(site.of(self.of), measure)
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
