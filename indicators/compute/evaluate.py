"""The one door: from a definition and facts to outcomes.

PURE. A `Sheet` gives every result of one technical sheet at a period: one per caisse, the national one (and
`caf` where the perimeter is the whole branch), breakdowns, secondary values and variants. `evaluate` gives
one headline.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import localcontext
from typing import NamedTuple

from cog.periods import Granularity, Period, year
from indicators.compute.definition import HEADLINE_LOWEST, Definition, Dimension
from indicators.compute.expression import TOTAL, Breakdown
from indicators.compute.facts import NATIONAL, Facts, Gap
from indicators.compute.methods import PRECISION, Outcome, conclude, method_of
from indicators.compute.national import Part, lowest, national_outcome, rule_of
from indicators.compute.over_time import Reading, Span, add_spans, reading
from indicators.compute.series import Series, breakdown_series, companions, headline_series

NATIONAL_SCOPE = "national"
CAF_SCOPE = "caf"


@dataclass(frozen=True, slots=True)
class Perimeter:
    """The units concerned at a period: caisses that owe the measures, and the branch's other bodies (Cnaf,
    pôles…).

    `others` count only for a sheet whose perimeter is the branch.
    """

    caisses: Sequence[str]
    others: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """One row of results.csv (`name` empty) or of secondary_results.csv, for the sheet and period asked.

    `scope` is a caisse's code, `national` or `caf`.
    """

    name: str
    scope: str
    breakdown: Breakdown
    outcome: Outcome


class _Asked(NamedTuple):
    """What is asked of a sheet: a period, the units concerned, and whether the facts may still move."""

    period: Period
    perimeter: Perimeter
    provisional: bool


class Sheet:
    """A technical sheet and its facts, ready to be computed at any period; it remembers what it read.

    Secondary values and variants that are not computed yet are left out. Raises UnsupportedMethodError when
    the sheet's own method, or its national rule, is not.
    """

    def __init__(self, definition: Definition, facts: Facts) -> None:
        self._main = _Values(definition, facts)
        self._companions = [_Values(companion, facts) for companion in companions(definition)]

    def results(self, period: Period, perimeter: Perimeter, *, provisional: bool = False) -> list[Result]:
        """Every result at one period, headline first; at most one per (name, scope, breakdown).

        `provisional`: the caller knows that the facts may still move.
        """
        with localcontext(PRECISION):
            asked = _Asked(period, perimeter, provisional)
            results = self._main.results(asked)
            for companion in self._companions:
                results += companion.results(asked)
            return results


def evaluate_sheet(
    definition: Definition, facts: Facts, period: Period, perimeter: Perimeter, *, provisional: bool = False
) -> list[Result]:
    """Every result of one sheet at one period: `Sheet.results`, for a caller that asks only once."""
    return Sheet(definition, facts).results(period, perimeter, provisional=provisional)


def evaluate(
    definition: Definition,
    facts: Facts,
    unit: str,
    period: Period,
    perimeter: Perimeter | None = None,
    *,
    provisional: bool = False,
) -> Outcome | None:
    """The headline of one unit: a caisse's code, `national` or `caf` (these two need the perimeter).

    None where the sheet has no single value there. Raises UnsupportedMethodError.
    """
    asked = _Asked(period, perimeter or Perimeter([unit]), provisional)
    with localcontext(PRECISION):
        rows = _Values(definition, facts).headline(asked)
    return next((row.outcome for row in rows if row.scope == unit), None)


class _Values:
    """The headline and the breakdowns of one definition (a sheet, a secondary value, a variant)."""

    def __init__(self, definition: Definition, facts: Facts) -> None:
        method_of(definition)
        rule_of(definition)
        self._definition = definition
        headline = headline_series(definition, facts)
        self._headline = _SeriesReader(headline, facts) if headline else None
        self._dimensions = [
            (group.dimension, [_SeriesReader(series, facts) for series in group.series])
            for group in breakdown_series(definition, facts)
        ]

    def results(self, asked: _Asked) -> list[Result]:
        return [
            *self.headline(asked),
            *self._breakdowns(asked),
        ]

    def headline(self, asked: _Asked) -> list[Result]:
        """The results without breakdown; none for a sheet that has no single value."""
        if self._headline is not None:
            return self._headline.rows(asked)
        if self._definition.headline != HEADLINE_LOWEST:
            return []
        by_scope: dict[str, list[Outcome]] = {}
        for dimension, readers in self._dimensions:
            for row in _rows(dimension, readers, asked):
                by_scope.setdefault(row.scope, []).append(row.outcome)
        name = self._definition.name
        return [Result(name, scope, TOTAL, lowest(outcomes)) for scope, outcomes in by_scope.items()]

    def _breakdowns(self, asked: _Asked) -> Iterator[Result]:
        """A dimension that nobody reported makes no row; an optional one only where it was reported."""
        for dimension, readers in self._dimensions:
            rows = _rows(dimension, readers, asked)
            reported = [row for row in rows if row.outcome.completeness.units_reported]
            if reported:
                yield from reported if dimension.optional else rows


def _rows(dimension: Dimension, readers: "Sequence[_SeriesReader]", asked: _Asked) -> list[Result]:
    return [row for reader in readers for row in reader.rows(asked, sampled=dimension.national_only)]


class _SeriesReader:
    """One series: from the facts of each unit to its rows."""

    def __init__(self, series: Series, facts: Facts) -> None:
        self._series = series
        self._definition = series.definition
        self._facts = facts
        self._readings: dict[str, Reading] = {}

    def rows(self, asked: _Asked, *, sampled: bool = False) -> list[Result]:
        """One row per caisse where the sheet is local, one for the whole, one for the caisses of the branch.

        `sampled`: a breakdown that exists only for the whole.
        """
        definition = self._definition
        alone = definition.national == "national_only" and not definition.perimeter_branch
        caisses = [] if alone else self._parts(asked.perimeter.caisses, asked)
        rows = []
        if definition.local and not sampled:
            rows = [self._row(part.unit, part.outcome) for part in caisses]
        whole = self._whole(caisses, asked, sampled)
        rows.append(self._row(NATIONAL_SCOPE, self._together(whole, asked)))
        if definition.perimeter_branch:
            rows.append(self._row(CAF_SCOPE, self._together(caisses, asked)))
        return rows

    def _whole(self, caisses: list[Part], asked: _Asked, sampled: bool) -> list[Part]:
        """What makes the national value: the whole's own figure, or every unit of the perimeter."""
        if self._definition.national == "national_only":
            return self._parts([NATIONAL], asked)
        if sampled:  # from the national sample; without one, from the caisses
            own = self._parts([NATIONAL], asked)
            return own if own[0].outcome.completeness.units_reported else caisses
        if self._definition.perimeter_branch:
            return caisses + self._parts(asked.perimeter.others, asked)
        return caisses

    def _parts(self, units: Sequence[str], asked: _Asked) -> list[Part]:
        return [self._part(unit, asked) for unit in units]

    def _part(self, unit: str, asked: _Asked) -> Part:
        span = self._span(unit, asked.period)
        provisional = self._may_move(span.direct, asked)
        answered = int(span.reported > 0 or isinstance(span.quantities, tuple))
        return Part(unit, span, conclude(self._definition, span, (answered, 1), provisional=provisional))

    def _span(self, unit: str, period: Period) -> Span:
        definition = self._definition
        if definition.to_build:
            return Span(Gap.MISSING, 0, definition.grid.count(period), False)
        read = self._reading(unit)
        spans = [read.span(one) for one in _periods_read(definition, period)]
        return spans[0] if len(spans) == 1 else add_spans(spans)

    def _reading(self, unit: str) -> Reading:
        known = self._readings.get(unit)
        if known is None:
            known = self._readings[unit] = reading(
                self._series.terms,
                self._facts,
                unit,
                rules=self._definition.over_time,
                grid=self._definition.grid,
                from_breakdowns=self._definition.method != "survey",
            )
        return known

    def _together(self, parts: list[Part], asked: _Asked) -> Outcome:
        direct = all(part.span.direct for part in parts)
        provisional = self._may_move(direct, asked)
        return national_outcome(self._definition, parts, provisional=provisional)

    def _may_move(self, direct: bool, asked: _Asked) -> bool:
        """Whether the result is « provisoire ».

        The caller says so, the definition is not adopted, or the sheet has vintages and this is not its
        definitive one: the yearly figure supplied as such.
        """
        definition = self._definition
        definitive = direct and asked.period.granularity is Granularity.YEAR
        return asked.provisional or definition.provisional or (definition.has_vintages and not definitive)

    def _row(self, scope: str, outcome: Outcome) -> Result:
        return Result(self._series.name, scope, self._series.breakdown, outcome)


def _periods_read(definition: Definition, period: Period) -> Sequence[Period]:
    """The period, or every one since the year a cumulated value starts from."""
    if definition.cumulate_from is None:
        return (period,)
    return (*(year(number) for number in range(definition.cumulate_from, period.year)), *period.to_date())
