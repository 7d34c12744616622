"""Over time: how the finest periods supplied make a month, a quarter, a semester, a year.

PURE. Rules of the convention's methods file:
- a value supplied for the very period asked is used, before any sum of finer ones;
- `sum` adds what was reported; `last` is the span's last period, and missing there is missing; `mean` is the
  mean of what was reported, weighted by duration; `stock_sum` adds month-end stocks;
- flows that are compared (a numerator and its denominator) are added over the periods that have BOTH.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from cog.periods import Granularity, Period
from indicators.compute.expression import Expression
from indicators.compute.facts import Facts, Gap, History, Value, sum_reported


class Rule(StrEnum):
    """How the parts of a period make its value."""

    SUM = "sum"
    LAST = "last"
    MEAN = "mean"


Rules = Mapping[Granularity, Rule]
"""The rule by length of the period that is made."""

Quantities = tuple[Decimal, ...]


def same_rule(rule: Rule) -> dict[Granularity, Rule]:
    """The same rule whatever the length of the period."""
    return dict.fromkeys(Granularity, rule)


STOCK_SUM: Rules = same_rule(Rule.SUM) | {Granularity.MONTH: Rule.LAST}
"""« stock_sum » — a month holds its last stock, longer periods add the months (F21-52)."""


@dataclass(frozen=True, slots=True)
class Term:
    """One of the quantities a method compares: an expression, read `years_back` years before the period."""

    expression: Expression
    years_back: int = 0
    is_denominator: bool = False


class Span(NamedTuple):
    """What one unit, or several, bring to one period: every quantity a method needs, or why there is none.

    `reported` of the `concerned` finest periods were supplied. `direct`: supplied for this very period, not
    made from finer ones.
    """

    quantities: Quantities | Gap
    reported: int
    concerned: int
    direct: bool


@dataclass(frozen=True, slots=True)
class Grid:
    """The finest periods a sheet asks for, from the day it begins: what completeness counts."""

    finest: Granularity
    first: date | None = None

    def count(self, period: Period) -> int:
        """Number of finest periods owed within `period`; 1 for a period that is as fine or finer."""
        if period.granularity <= self.finest:
            return 1
        return len(self.owed(period.children(self.finest)))

    def owed(self, periods: Sequence[Period]) -> Sequence[Period]:
        """Those of `periods` that are not over before the sheet begins."""
        first = self.first
        return periods if first is None else [period for period in periods if period.end >= first]


@dataclass(frozen=True, slots=True)
class Source:
    """One measure of a term at one organisation: its history, and how it adds up."""

    history: History
    rules: Rules
    sign: int
    years_back: int

    def at(self, period: Period) -> Value:
        """The value supplied for this very period (or the same, `years_back` years before)."""
        return self.history.at(period.previous_year(self.years_back) if self.years_back else period)


class Reading:
    """The terms of a method at one organisation, to be read at any period; it remembers what it read."""

    def __init__(self, terms: Sequence[Sequence[Source]], grid: Grid) -> None:
        self._terms = terms
        self._sources = [source for term in terms for source in term]
        self._grid = grid
        self._spans: dict[Period, Span] = {}
        self._levels = sorted({grid.finest}.union(*(source.history.levels for source in self._sources)))

    def span(self, period: Period) -> Span:
        """What the organisation brings to `period`."""
        known = self._spans.get(period)
        if known is None:
            known = self._spans[period] = self._read(period)
        return known

    def _read(self, period: Period) -> Span:
        values = [source.at(period) for source in self._sources]
        missing = sum(value is Gap.MISSING for value in values)
        if not missing:
            return self._leaf(period, values, direct=True)
        if missing < len(values):
            completed = [
                self._whole(source, period) if value is Gap.MISSING else value
                for source, value in zip(self._sources, values, strict=True)
            ]
            if all(value is not Gap.MISSING for value in completed):
                return self._leaf(period, completed, direct=False)
        return self._made_of_parts(period)

    def _made_of_parts(self, period: Period) -> Span:
        parts = self._parts(period)
        if not parts:
            return Span(Gap.MISSING, 0, self._owed(period), False)
        if all(source.rules[period.granularity] is Rule.SUM for source in self._sources):
            total = add_spans([self.span(part) for part in parts])
            if period.granularity > self._grid.finest:
                return total._replace(direct=False)
            return Span(total.quantities, int(total.reported == total.concerned), 1, False)
        return self._each_alone(period)

    def _each_alone(self, period: Period) -> Span:
        """Measures that do not add up alike (hours are summed, places are the last): each one by itself."""
        read = [self._alone(source, period) for source in self._sources]
        leaf = self._leaf(period, [value for value, _ in read], direct=False)
        covered = min(count for _, count in read)
        if not isinstance(leaf.quantities, tuple) or covered == self._grid.count(period):
            return leaf
        return leaf._replace(reported=covered)

    def _alone(self, source: Source, period: Period) -> tuple[Value, int]:
        """One source's value, and how many finest periods it covers."""
        value, owed = source.at(period), self._grid.count(period)
        if value is not Gap.MISSING:
            return value, owed
        parts = self._parts(period)
        if not parts:
            return Gap.MISSING, 0
        rule = source.rules[period.granularity]
        if rule is Rule.LAST:
            last, _ = self._alone(source, parts[-1])
            return last, 0 if last is Gap.MISSING else owed
        read = [self._alone(source, part) for part in parts]
        covered = sum(count for _, count in read)
        if period.granularity <= self._grid.finest:
            covered = int(covered == len(parts))
        make = weighted_mean if rule is Rule.MEAN else _sum_of_parts
        return make(read), covered

    def _whole(self, source: Source, period: Period) -> Value:
        """A source's value made of finer periods, only if none of them is missing."""
        value, covered = self._alone(source, period)
        return value if covered == self._grid.count(period) else Gap.MISSING

    def _parts(self, period: Period) -> Sequence[Period]:
        """The next finer periods that were supplied or are owed, from the day the sheet begins."""
        finer = [level for level in self._levels if level < period.granularity]
        return self._grid.owed(period.children(finer[-1])) if finer else ()

    def _owed(self, period: Period) -> int:
        """A last value is one thing to report, however long the period."""
        if all(source.rules[period.granularity] is Rule.LAST for source in self._sources):
            return 1
        return self._grid.count(period)

    def _leaf(self, period: Period, values: Sequence[Value], *, direct: bool) -> Span:
        quantities = self._quantities(values)
        owed = self._owed(period)
        known = isinstance(quantities, tuple) or quantities is Gap.NOT_APPLICABLE
        return Span(quantities, owed if known else 0, owed, direct and known)

    def _quantities(self, values: Sequence[Value]) -> Quantities | Gap:
        """The value of each term; one term without a number leaves the whole without."""
        remaining = iter(values)
        totals = [_signed_sum([(next(remaining), source.sign) for source in term]) for term in self._terms]
        numbers = tuple(total for total in totals if isinstance(total, Decimal))
        if len(numbers) == len(totals):
            return numbers
        gaps = {total for total in totals if isinstance(total, Gap)}
        return next(gap for gap in (Gap.DISAGREEING, Gap.MISSING, Gap.NOT_APPLICABLE) if gap in gaps)


def reading(
    terms: Iterable[Term],
    facts: Facts,
    organisation: str,
    *,
    rules: Mapping[str, Rules],
    grid: Grid,
    from_breakdowns: bool = True,
) -> Reading:
    """The reading of these terms at one organisation. `rules`: how each measure adds up over time."""

    def source(term: Term, index: int) -> Source:
        reference = term.expression.references[index]
        history = facts.history(reference.measure, organisation, reference.breakdown, from_breakdowns=from_breakdowns)
        return Source(history, rules[reference.measure], reference.sign, term.years_back)

    sources = [[source(term, index) for index in range(len(term.expression.references))] for term in terms]
    return Reading(sources, grid)


def add_spans(spans: Sequence[Span]) -> Span:
    """Several spans together (periods of a year, organisations): the sum of what was reported."""
    reported, concerned = sum(span.reported for span in spans), sum(span.concerned for span in spans)
    known = [span.quantities for span in spans if isinstance(span.quantities, tuple)]
    direct = bool(spans) and all(span.direct for span in spans)
    if known:
        return Span(tuple(sum(column, Decimal(0)) for column in zip(*known, strict=True)), reported, concerned, direct)
    gaps = {span.quantities for span in spans}
    if Gap.DISAGREEING in gaps:
        return Span(Gap.DISAGREEING, reported, concerned, direct)
    gap = Gap.NOT_APPLICABLE if gaps == {Gap.NOT_APPLICABLE} else Gap.MISSING
    return Span(gap, reported, concerned, direct)


def weighted_mean(parts: Sequence[tuple[Value, int]]) -> Value:
    """Mean of the values reported, each with the number of finest periods it covers (at least its own)."""
    weighted = [(value, max(weight, 1)) for value, weight in parts if isinstance(value, Decimal)]
    if not weighted:
        return _sum_of_parts(parts)
    total = sum((value * weight for value, weight in weighted), Decimal(0))
    return total / sum(weight for _, weight in weighted)


def _sum_of_parts(parts: Sequence[tuple[Value, int]]) -> Value:
    return sum_reported([value for value, _ in parts])


def _signed_sum(parts: Sequence[tuple[Value, int]]) -> Value:
    """a + b - c, where NS adds nothing but a missing part leaves the whole missing."""
    signed = [value * sign if isinstance(value, Decimal) else value for value, sign in parts]
    if len(signed) > 1 and any(value is Gap.MISSING for value in signed):
        return Gap.MISSING
    return sum_reported(signed)
