"""Readers: from the facts of each unit to the rows of one series, at any period.

PURE. `PooledReader` sums what the units bring and computes again from the sums. The others are what a sheet computes
otherwise: a share of units, a weighted gap of forecasts, a gap between two rates, a spread of local values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import NamedTuple, Protocol

from cog.figures import Reason
from cog.periods import Granularity, Period, month, year
from indicators.compute.expression import TOTAL, Breakdown, Expression, Reference, breakdown_pairs
from indicators.compute.facts import NATIONAL, Facts, Gap
from indicators.compute.methods import Completeness, Outcome, State, conclude, not_computable, state_of
from indicators.compute.national import Part, national_outcome
from indicators.compute.over_time import FlowReading, Reading, Rule, Span, Term, add_spans, reading, same_rule
from indicators.compute.series import Series, terms_of

NATIONAL_SCOPE = "national"
CAF_SCOPE = "caf"

Groups = Mapping[str, Mapping[str, Sequence[str]]]
"""key (« taille ») -> group -> the caisses in it at a period."""


@dataclass(frozen=True, slots=True)
class Perimeter:
    """The units concerned at a period: caisses that owe the measures, and the branch's other bodies (Cnaf,
    pôles…).

    `others` count only for a sheet whose perimeter is the branch. `groups`: caisses comparable with one another.
    """

    caisses: Sequence[str]
    others: Sequence[str] = ()
    groups: Groups = field(default_factory=dict)


class Result(NamedTuple):
    """One row of results.csv (`name` empty) or of secondary_results.csv, for the sheet and period asked.

    `scope` is a caisse's code, `national` or `caf`.
    """

    name: str
    scope: str
    breakdown: Breakdown
    outcome: Outcome


class Asked(NamedTuple):
    """What is asked of a sheet: a period, the units concerned, whether the facts may still move.

    `scopes`: the caisses whose rows are wanted (None: all); the whole is always given.
    """

    period: Period
    perimeter: Perimeter
    provisional: bool = False
    scopes: frozenset[str] | None = None


class Rows(NamedTuple):
    """The rows of a series, and the local values they rest on, of every caisse that has one."""

    results: list[Result]
    local_values: list[Decimal]


class SeriesReader(Protocol):
    """What every reader does: the rows of its series. `sampled`: a breakdown that exists only for the whole."""

    def rows(self, asked: Asked, *, sampled: bool = False) -> Rows: ...


class PooledReader:
    """One series whose whole is computed again from the sums of what the units bring."""

    def __init__(self, series: Series, facts: Facts) -> None:
        self._series = series
        self.definition = series.definition
        self._facts = facts
        self._since = series.definition.cumulate_from
        self._readings: dict[str, Reading | FlowReading] = {}

    def rows(self, asked: Asked, *, sampled: bool = False) -> Rows:
        """One row per caisse where the sheet is local, one for the whole, one for the caisses of the branch."""
        definition = self.definition
        caisses = self._caisses(asked)
        rows = []
        if definition.local and not sampled:
            rows = self._local_rows(caisses, asked)
        whole = self._whole(caisses, asked, sampled)
        rows.append(self._row(NATIONAL_SCOPE, self.together(whole, asked)))
        if definition.perimeter_branch:
            rows.append(self._row(CAF_SCOPE, self.together(caisses, asked)))
        return Rows(rows, [part.outcome.value for part in caisses if part.outcome.value is not None])

    def contributions(self, scope: str, asked: Asked, *, sampled: bool = False) -> list[Part]:
        """The parts that make the row of a scope: a caisse's own, or everything that makes the whole."""
        if scope not in (NATIONAL_SCOPE, CAF_SCOPE):
            return self.parts([scope], asked)
        caisses = self._caisses(asked)
        return caisses if scope == CAF_SCOPE else self._whole(caisses, asked, sampled)

    def _caisses(self, asked: Asked) -> list[Part]:
        alone = self.definition.national == "national_only" and not self.definition.perimeter_branch
        return [] if alone else self.parts(asked.perimeter.caisses, asked)

    def parts(self, units: Sequence[str], asked: Asked) -> list[Part]:
        """What each unit brings to the period, and its own outcome."""
        definition, period = self.definition, asked.period
        moves, settled = asked.provisional or definition.provisional, self._is_settled_by_year(period)
        parts = []
        for unit in units:
            span = self._span(unit, period)
            quantities, reported, _, direct = span
            answered = _ANSWERED if reported or isinstance(quantities, tuple) else _SILENT
            provisional = moves or (definition.has_vintages and not (direct and settled))
            parts.append(Part(unit, span, conclude(definition, span, answered, provisional=provisional)))
        return parts

    def _local_rows(self, caisses: list[Part], asked: Asked) -> list[Result]:
        name, breakdown, scopes = self._series.name, self._series.breakdown, asked.scopes
        return [
            Result(name, part.unit, breakdown, part.outcome)
            for part in caisses
            if scopes is None or part.unit in scopes
        ]

    def _whole(self, caisses: list[Part], asked: Asked, sampled: bool) -> list[Part]:
        """What makes the national value: the whole's own figure, or every unit of the perimeter."""
        definition = self.definition
        if definition.national == "national_only":
            return self.parts([NATIONAL], asked)
        if sampled:  # from the national sample; without one, from the caisses
            own = self.parts([NATIONAL], asked)
            return own if own[0].outcome.completeness.units_reported else caisses
        if definition.perimeter_branch:
            return caisses + self.parts(asked.perimeter.others, asked)
        if definition.national == "of_sums_plus" and self._series.breakdown == TOTAL:
            return caisses + [self._addition(measure, asked) for measure in definition.national_additions]
        return caisses

    def _addition(self, measure: str, asked: Asked) -> Part:
        """A figure that only the Cnaf supplies, under the name of its measure."""
        definition = self.definition
        term = Term(Expression((Reference(measure),)))
        read = reading([term], self._facts, NATIONAL, rules=definition.over_time, grid=definition.grid)
        span = read.span(asked.period)
        return Part(measure, span, not_computable(Reason.MISSING_DATA, Completeness(0, 0, 0, 0)))

    def _span(self, unit: str, period: Period) -> Span:
        read = self._readings.get(unit) or self._reading(unit)
        if self._since is None:
            return read.span(period)
        return add_spans([read.span(one) for one in _periods_since(self._since, period)])

    def _reading(self, unit: str) -> Reading | FlowReading:
        read = self._readings[unit] = reading(
            self._series.terms,
            self._facts,
            unit,
            rules=self.definition.over_time,
            grid=self.definition.grid,
            from_breakdowns=self.definition.method != "survey",
        )
        return read

    def together(self, parts: list[Part], asked: Asked) -> Outcome:
        """The outcome of several parts, under the rule of the whole."""
        definition = self.definition
        provisional = asked.provisional or definition.provisional
        if definition.has_vintages:
            direct = all(part.span.direct for part in parts)
            provisional = provisional or not (direct and self._is_settled_by_year(asked.period))
        return national_outcome(definition, parts, provisional=provisional)

    def _is_settled_by_year(self, period: Period) -> bool:
        """A sheet with vintages is « provisoire » but for its definitive one: the yearly figure supplied as such."""
        return period.granularity is Granularity.YEAR

    def _row(self, scope: str, outcome: Outcome) -> Result:
        return Result(self._series.name, scope, self._series.breakdown, outcome)


_ANSWERED, _SILENT = (1, 1), (0, 1)


def _periods_since(first: int, period: Period) -> Sequence[Period]:
    """Every period of a value cumulated since a year: whole years, then the year of the period up to it."""
    return (*(year(number) for number in range(first, period.year)), *period.to_date())


class ShareReader(PooledReader):
    """Units whose flag is 1 among those that answered; one whose excluding flag is 1 has nothing to answer."""

    def __init__(self, series: Series, facts: Facts) -> None:
        super().__init__(series, facts)
        self._excluding: dict[str, Reading | FlowReading] = {}

    def _span(self, unit: str, period: Period) -> Span:
        span = super()._span(unit, period)
        if self._is_excluded(unit, period):
            return Span(Gap.NOT_APPLICABLE, span.concerned, span.concerned, False)
        if not isinstance(span.quantities, tuple):
            return span
        return span._replace(quantities=(span.quantities[0], Decimal(1)))

    def _is_excluded(self, unit: str, period: Period) -> bool:
        flag = self.definition.excluded_flag
        if not flag:
            return False
        known = self._excluding.get(unit)
        if known is None:
            own = [pair for pair in breakdown_pairs(self._series.breakdown) if self._facts.has_dimension(flag, pair[0])]
            reference = Reference(flag)
            for key, value in own:
                reference = reference.within(key, value)
            term, rules = Term(Expression((reference,))), self.definition.over_time
            known = reading([term], self._facts, unit, rules=rules, grid=self.definition.grid)
            self._excluding[unit] = known
        quantities = known.span(period).quantities
        return isinstance(quantities, tuple) and quantities[0] == 1


WEIGHTS: Mapping[int, Decimal] = {
    **dict.fromkeys(range(2, 8), Decimal(1)),
    **dict.fromkeys(range(8, 11), Decimal("1.15")),
    **dict.fromkeys((11, 12), Decimal("1.3")),
}
"""Month of the forecast -> its weight: 6 x 1 + 3 x 1.15 + 2 x 1.3, growing with the months (F1-8, l. 8922-8924)."""


class MonthGap(NamedTuple):
    """One month of a weighted gap: what was forecast, the accounts it is compared with; no gap where they are nil."""

    number: int
    forecast: Decimal
    accounts: Decimal
    weight: Decimal
    gap: Decimal | None


Pairs = dict[int, tuple[Decimal, Decimal] | Gap]
"""Month -> its forecast and the accounts of the year, or what is there instead."""


class WeightedGapReader:
    """« écart pondéré » between monthly forecasts of a year and its accounts (F1-8).

    The gap of a month is |forecast - accounts| / accounts, in per cent; the value is the mean of the gaps of the months
    that have both, weighted. The whole sums, month by month, the caisses that have both.
    """

    def __init__(self, series: Series, facts: Facts) -> None:
        definition = series.definition
        accounts = definition.reference_numerator
        if definition.numerator is None or accounts is None:
            raise ValueError(f"{definition.code}: weighted_gap compares a numerator with a reference_numerator")
        self._series = series
        self._definition = definition
        self._facts = facts
        self._accounts = accounts
        self._forecasts = definition.numerator

    def rows(self, asked: Asked, *, sampled: bool = False) -> Rows:
        """One row per caisse where the sheet is local, and the whole's."""
        pairs = {unit: self.pairs(unit, asked.period) for unit in asked.perimeter.caisses}
        local = {unit: self._outcome([found], asked) for unit, found in pairs.items()}
        name, breakdown = self._series.name, self._series.breakdown
        rows = [
            Result(name, unit, breakdown, outcome)
            for unit, outcome in local.items()
            if self._definition.local and (asked.scopes is None or unit in asked.scopes)
        ]
        rows.append(Result(name, NATIONAL_SCOPE, breakdown, self._outcome(list(pairs.values()), asked)))
        return Rows(rows, [outcome.value for outcome in local.values() if outcome.value is not None])

    def pairs(self, unit: str, period: Period) -> Pairs:
        """What a unit has for each month of a forecast."""
        accounts = self._reading(self._accounts, unit).span(period).quantities
        forecasts = self._reading(self._forecasts, unit, month(period.year, 1))
        return {number: _paired(forecasts.span(month(period.year, number)).quantities, accounts) for number in WEIGHTS}

    def _reading(self, formula: Expression, unit: str, finest: Period | None = None) -> Reading | FlowReading:
        definition = self._definition
        grid = replace(definition.grid, finest=finest.granularity) if finest else definition.grid
        rules = {measure: same_rule(Rule.LAST) for measure in formula.measures}
        return reading([Term(formula)], self._facts, unit, rules=rules, grid=grid)

    def months(self, units: Sequence[Pairs]) -> list[MonthGap]:
        """The months that a unit at least has whole: sums over the units that have both, and the gap between them."""
        found = []
        for number, weight in WEIGHTS.items():
            both = [pair for pairs in units if isinstance(pair := pairs[number], tuple)]
            if both:
                forecast = sum((pair[0] for pair in both), Decimal(0))
                accounts = sum((pair[1] for pair in both), Decimal(0))
                gap = Decimal(100) * abs(forecast - accounts) / accounts if accounts else None
                found.append(MonthGap(number, forecast, accounts, weight, gap))
        return found

    def _outcome(self, units: Sequence[Pairs], asked: Asked) -> Outcome:
        months = self.months(units)
        known = [(month.gap, month.weight) for month in months if month.gap is not None]
        gaps = sum((gap * weight for gap, weight in known), Decimal(0))
        weights = sum((weight for _, weight in known), Decimal(0))
        zero = len(known) < len(months)
        completeness = self._completeness(units)
        if weights:
            state = state_of(completeness, provisional=asked.provisional or self._definition.provisional)
            return Outcome(gaps / weights, gaps, weights, state, None, completeness)
        cells = {cell for pairs in units for cell in pairs.values() if isinstance(cell, Gap)}
        if zero:
            return not_computable(Reason.ZERO_DENOMINATOR, completeness)
        if cells == {Gap.NOT_APPLICABLE}:
            return Outcome(None, None, None, State.NOT_APPLICABLE, None, completeness)
        return not_computable(Reason.MISSING_DATA, completeness)

    def _completeness(self, units: Sequence[Pairs]) -> Completeness:
        answered = [sum(cell is Gap.NOT_APPLICABLE or isinstance(cell, tuple) for cell in u.values()) for u in units]
        return Completeness(sum(answered), len(WEIGHTS) * len(units), sum(map(bool, answered)), len(units))


def _paired(forecast: tuple[Decimal, ...] | Gap, accounts: tuple[Decimal, ...] | Gap) -> tuple[Decimal, Decimal] | Gap:
    if isinstance(forecast, tuple) and isinstance(accounts, tuple):
        return forecast[0], accounts[0]
    gaps = {one for one in (forecast, accounts) if isinstance(one, Gap)}
    return Gap.MISSING if Gap.MISSING in gaps else gaps.pop()


class GapReader:
    """A rate compared with another one: coverages (F1-5), or how fast they grow (F1-4.2).

    Each of the two rates takes the caisses that have all of its own terms.
    """

    def __init__(self, series: Series, facts: Facts) -> None:
        definition = series.definition
        side = "ratio" if definition.method == "coverage_gap" else "rate_growth"
        own = replace(definition, method=side, factor=Decimal(1), options={})
        other = replace(own, numerator=definition.reference_numerator, denominator=definition.reference_denominator)
        self._series = series
        self._definition = definition
        self.sides = [PooledReader(Series(one, "", TOTAL, terms_of(one)), facts) for one in (own, other)]

    def rows(self, asked: Asked, *, sampled: bool = False) -> Rows:
        """The rows of the two rates, compared scope by scope."""
        own, other = (side.rows(asked).results for side in self.sides)
        name, breakdown = self._series.name, self._series.breakdown
        rows = [
            Result(name, mine.scope, breakdown, self._compared(mine.outcome, reference.outcome, asked))
            for mine, reference in zip(own, other, strict=True)
        ]
        local = [row.outcome.value for row in rows if row.scope not in (NATIONAL_SCOPE, CAF_SCOPE)]
        return Rows(rows, [value for value in local if value is not None])

    def _compared(self, own: Outcome, other: Outcome, asked: Asked) -> Outcome:
        reported, concerned, units, of_units = own.completeness
        completeness = Completeness(
            reported + other.completeness.reported,
            concerned + other.completeness.concerned,
            min(units, other.completeness.units_reported),
            of_units,
        )
        for side in (own, other):
            if side.value is None and side.reason is None:
                return Outcome(None, None, None, side.state, None, completeness)
            if side.value is None:
                return not_computable(side.reason or Reason.MISSING_DATA, completeness)
        if own.value is None or other.value is None:
            return not_computable(Reason.MISSING_DATA, completeness)
        growing = self._definition.method == "growth_gap"
        if growing and other.value <= 0:
            reason = Reason.NON_POSITIVE_BALANCE
        elif not other.value:
            reason = Reason.ZERO_DENOMINATOR
        else:
            value = own.value / other.value * (1 if growing else 100)
            state = state_of(completeness, provisional=asked.provisional or self._definition.provisional)
            return Outcome(value, own.value, other.value, state, None, completeness)
        return not_computable(reason, completeness)._replace(numerator=own.value, denominator=other.value)
