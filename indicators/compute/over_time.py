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
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from cog.periods import Granularity, Period
from indicators.compute.expression import Expression, Program
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
    """One of the quantities a method compares: an expression, read `years_back` years before the period.

    With `in_year` it is read in that year, whatever the period's.
    """

    expression: Expression
    years_back: int = 0
    is_denominator: bool = False
    in_year: int | None = None


class Span(NamedTuple):
    """What one unit, or several, bring to one period: every quantity a method needs, or why there is none.

    `reported` of the `concerned` finest periods were supplied. `direct`: supplied for this very period, not
    made from finer ones.
    """

    quantities: Quantities | Gap
    reported: int
    concerned: int
    direct: bool


_NOTHING_OF_ONE = Span(Gap.MISSING, 0, 1, False)


@dataclass(frozen=True, slots=True)
class Grid:
    """The finest periods a sheet asks for, from the day it begins: what completeness counts."""

    finest: Granularity
    first: date | None = None

    def count(self, period: Period) -> int:
        """Number of finest periods owed within `period`; 1 for a period that is as fine or finer."""
        if period.granularity <= self.finest:
            return 1
        return len(_finest_parts(self, period))

    def owed(self, periods: Sequence[Period]) -> Sequence[Period]:
        """Those of `periods` that are not over before the sheet begins."""
        first = self.first
        return periods if first is None else [period for period in periods if period.end >= first]

    def parts(self, period: Period) -> Sequence[Period]:
        """The finest periods owed within a longer one."""
        return _finest_parts(self, period)


@lru_cache(maxsize=1 << 12)
def _finest_parts(grid: Grid, period: Period) -> Sequence[Period]:
    return tuple(grid.owed(period.children(grid.finest)))


@dataclass(frozen=True, slots=True)
class Source:
    """One measure of a term at one organisation: its history, and how it adds up."""

    history: History
    rules: Rules
    sign: int
    years_back: int
    in_year: int | None = None

    def at(self, period: Period) -> Value:
        """The value supplied for this very period (or the same one, of the year the term is read in)."""
        back = self.years_back if self.in_year is None else period.year - self.in_year
        return self.history.at(period.previous_year(back) if back else period)


class Reading:
    """The terms of a method at one organisation, to be read at any period; it remembers what it read."""

    def __init__(self, terms: Sequence[Sequence[Source]], programs: Sequence[Program], grid: Grid) -> None:
        self._terms = terms
        self._programs = programs
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
        if not self._sources:  # a sheet to build
            return Span(Gap.MISSING, 0, self._grid.count(period), False)
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
        totals = [
            _worked_out(program, [next(remaining) for _ in term])
            if program
            else _signed_sum([(next(remaining), source.sign) for source in term])
            for term, program in zip(self._terms, self._programs, strict=True)
        ]
        numbers = tuple(total for total in totals if isinstance(total, Decimal))
        if len(numbers) == len(totals):
            return numbers
        gaps = {total for total in totals if isinstance(total, Gap)}
        return next(gap for gap in _WORST_FIRST if gap in gaps)


_WORST_FIRST = (Gap.DISAGREEING, Gap.MISSING, Gap.ZERO_DIVISION, Gap.NOT_APPLICABLE)


class FlowReading:
    """The same as `Reading`, several times faster, where nothing is special: nearly all of what caisses report.

    Each term is one measure, supplied only at the sheet's finest periods, as numbers; either they all add up, or they
    all are stocks, of which a longer period has the last (`stocks`).
    """

    def __init__(self, histories: Sequence[History], grid: Grid, *, stocks: bool) -> None:
        first, *others = [history.values for history in histories]
        self._cells: dict[Period, Any] = {period: (value,) for period, value in first.items()}
        for other in others:
            self._cells = {p: (*known, other[p]) for p, known in self._cells.items() if p in other}
        self._pairs = len(histories) == 2
        self._grid = grid
        self._stocks = stocks
        self._spans: dict[Period, Span] = {}

    def span(self, period: Period) -> Span:
        """What the organisation brings to `period`."""
        known = self._spans.get(period)
        if known is None:
            known = self._spans[period] = self._read(period)
        return known

    def _read(self, period: Period) -> Span:
        cells = self._cells
        if period.granularity <= self._grid.finest:
            cell = cells.get(period)
            return _NOTHING_OF_ONE if cell is None else Span(cell, 1, 1, True)
        parts = _finest_parts(self._grid, period)
        if self._stocks:
            cell = cells.get(parts[-1]) if parts else None
            return _NOTHING_OF_ONE if cell is None else Span(cell, 1, 1, False)
        known = [cells[part] for part in parts if part in cells]
        if not known:
            return Span(Gap.MISSING, 0, len(parts), False)
        if self._pairs:
            first = second = _ZERO
            for one, other in known:
                first += one
                second += other
            return Span((first, second), len(known), len(parts), False)
        return Span(tuple(sum(column, _ZERO) for column in zip(*known, strict=True)), len(known), len(parts), False)


_ZERO = Decimal(0)


def _plain(
    terms: Sequence[Sequence[Source]], programs: Sequence[Program], grid: Grid
) -> tuple[list[History], bool] | None:
    """The histories that a `FlowReading` can read, and whether they are stocks; None when one of them is special."""
    histories, rules = [], set()
    longer = [length for length in Granularity if length > grid.finest]
    for term, program in zip(terms, programs, strict=True):
        source = term[0]
        if program or len(term) > 1 or source.sign < 0 or source.years_back or source.in_year is not None:
            return None
        if not source.history.levels <= {grid.finest}:
            return None
        if not all(type(value) is Decimal for value in source.history.values.values()):
            return None
        rules |= {source.rules[length] for length in longer}
        histories.append(source.history)
    if not histories or len(rules) > 1 or Rule.MEAN in rules:
        return None
    return histories, rules == {Rule.LAST}


class Tracer(Protocol):
    """Makes the readings of facts whose reads are to be remembered (`compute.lineage`)."""

    def reading(
        self,
        organisation: str,
        terms: Sequence[Term],
        sources: Sequence[Sequence[Source]],
        programs: Sequence[Program],
        grid: Grid,
    ) -> Reading: ...


def reading(
    terms: Iterable[Term],
    facts: Facts,
    organisation: str,
    *,
    rules: Mapping[str, Rules],
    grid: Grid,
    from_breakdowns: bool = True,
) -> Reading | FlowReading:
    """The reading of these terms at one organisation. `rules`: how each measure adds up over time."""

    def source(term: Term, index: int) -> Source:
        reference = term.expression.references[index]
        history = facts.history(reference.measure, organisation, reference.breakdown, from_breakdowns=from_breakdowns)
        return Source(history, rules[reference.measure], reference.sign, term.years_back, term.in_year)

    terms = list(terms)
    sources = [[source(term, index) for index in range(len(term.expression.references))] for term in terms]
    programs = [term.expression.program for term in terms]
    tracer: Tracer | None = facts.tracer
    if tracer is not None:
        return tracer.reading(organisation, terms, sources, programs, grid)
    plain = _plain(sources, programs, grid)
    return FlowReading(plain[0], grid, stocks=plain[1]) if plain else Reading(sources, programs, grid)


def add_spans(spans: Sequence[Span]) -> Span:
    """Several spans together (periods of a year, organisations): the sum of what was reported."""
    reported, concerned, direct, known = 0, 0, bool(spans), []
    for quantities, of_reported, of_concerned, of_direct in spans:
        reported += of_reported
        concerned += of_concerned
        direct = direct and of_direct
        if isinstance(quantities, tuple):
            known.append(quantities)
    if known:
        return Span(tuple(sum(column, _ZERO) for column in zip(*known, strict=True)), reported, concerned, direct)
    gaps = {span.quantities for span in spans}
    for refused in (Gap.DISAGREEING, Gap.ZERO_DIVISION):
        if refused in gaps:
            return Span(refused, reported, concerned, direct)
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


def _worked_out(program: Program, values: Sequence[Value]) -> Value:
    """A formula with products: a missing part leaves the whole missing, NS adds nothing and multiplies into NS."""
    for refused in (Gap.DISAGREEING, Gap.MISSING):
        if any(value is refused for value in values):
            return refused
    stack: list[Value] = []
    for step in program:
        if isinstance(step, int):
            stack.append(values[step])
        elif isinstance(step, Decimal):
            stack.append(step)
        else:
            right, left = stack.pop(), stack.pop()
            stack.append(_operation(step, left, right))
    return stack[0]


def _operation(symbol: str, left: Value, right: Value) -> Value:
    if not isinstance(left, Decimal) or not isinstance(right, Decimal):
        if Gap.ZERO_DIVISION in (left, right):
            return Gap.ZERO_DIVISION
        if symbol in "*/" or left is right:
            return Gap.NOT_APPLICABLE
        known = right if left is Gap.NOT_APPLICABLE else left
        return known if symbol == "+" or known is left else -known if isinstance(known, Decimal) else known
    if symbol == "+":
        return left + right
    if symbol == "-":
        return left - right
    if symbol == "*":
        return left * right
    return left / right if right else Gap.ZERO_DIVISION
