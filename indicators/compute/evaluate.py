"""The one door: from a definition and facts to outcomes.

PURE. `evaluate_sheet` gives every result of one sheet at one period: one per caisse, the national one (and `caf` where
the perimeter is the whole branch), breakdowns, secondary values and variants. `evaluate` gives one headline.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import localcontext

from cog.periods import Granularity, Period, year
from indicators.compute.definition import HEADLINE_LOWEST, Definition
from indicators.compute.expression import TOTAL, Breakdown
from indicators.compute.facts import NATIONAL, Facts, Gap
from indicators.compute.methods import PRECISION, Outcome, conclude, method_of
from indicators.compute.national import Part, lowest, national_outcome
from indicators.compute.over_time import Span, add_spans, reading
from indicators.compute.series import (
    BreakdownSeries,
    Series,
    breakdown_series,
    companions,
    headline_series,
)

NATIONAL_SCOPE = "national"
CAF_SCOPE = "caf"


@dataclass(frozen=True, slots=True)
class Perimeter:
    """The units concerned at a period: caisses that owe the measures, and the branch's other bodies (Cnaf, pôles…).

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


def evaluate_sheet(
    definition: Definition,
    facts: Facts,
    period: Period,
    perimeter: Perimeter,
    *,
    provisional: bool = False,
) -> list[Result]:
    """Every result of one sheet at one period; at most one per (name, scope, breakdown).

    `provisional`: the caller knows the facts may still move. Secondary values and variants whose method is not computed
    yet are left out. Raises UnsupportedMethodError when the sheet's own method, or its national rule, is not.
    """
    method_of(definition)
    with localcontext(PRECISION):
        evaluation = _Evaluation(facts, period, perimeter, provisional)
        results = evaluation.results(definition)
        for companion in companions(definition):
            results += evaluation.results(companion)
        return results


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
    with localcontext(PRECISION):
        evaluation = _Evaluation(facts, period, perimeter or Perimeter([unit]), provisional)
        headline = evaluation.headline(definition)
        return next((result.outcome for result in headline if result.scope == unit), None)


class _Evaluation:
    """One sheet at one period: what `evaluate_sheet` repeats for each of its series."""

    def __init__(self, facts: Facts, period: Period, perimeter: Perimeter, provisional: bool) -> None:
        self._facts = facts
        self._period = period
        self._perimeter = perimeter
        self._provisional = provisional

    def results(self, definition: Definition) -> list[Result]:
        """Headline, then breakdowns, of one definition."""
        return self.headline(definition) + self._breakdowns(definition)

    def headline(self, definition: Definition) -> list[Result]:
        """The results without breakdown; none for a sheet that has no single value."""
        series = headline_series(definition, self._facts)
        if series is not None:
            return self._rows(series)
        return self._lowest(definition) if definition.headline == HEADLINE_LOWEST else []

    def _breakdowns(self, definition: Definition) -> list[Result]:
        if definition.to_build:
            return []
        return [
            row for group in breakdown_series(definition, self._facts) for row in self._reported_rows(group)
        ]

    def _reported_rows(self, group: BreakdownSeries) -> Iterable[Result]:
        """A dimension that nobody reported makes no row; an optional one only where it was reported."""
        rows = [
            row
            for series in group.series
            for row in self._rows(series, national_only=group.dimension.national_only)
        ]
        if not any(row.outcome.completeness.reported for row in rows):
            return ()
        if group.dimension.optional:
            return [row for row in rows if row.outcome.completeness.reported]
        return rows

    def _lowest(self, definition: Definition) -> list[Result]:
        """For each scope, the lowest of the breakdowns."""
        by_scope: dict[str, list[Outcome]] = {}
        for row in self._breakdowns(definition):
            by_scope.setdefault(row.scope, []).append(row.outcome)
        return [
            Result(definition.name, scope, TOTAL, lowest(outcomes)) for scope, outcomes in by_scope.items()
        ]

    def _rows(self, series: Series, *, national_only: bool = False) -> list[Result]:
        """One row per caisse where the sheet is local, one for the whole, one for the caisses of the branch."""
        definition = series.definition
        caisses = self._parts(series, self._perimeter.caisses)
        rows = []
        if definition.local and not national_only:
            rows = [self._row(series, part.unit, part.outcome) for part in caisses]
        whole = self._whole(series, caisses, national_only)
        rows.append(self._row(series, NATIONAL_SCOPE, self._national(definition, whole)))
        if definition.perimeter_branch:
            rows.append(self._row(series, CAF_SCOPE, self._national(definition, caisses)))
        return rows

    def _whole(self, series: Series, caisses: list[Part], national_only: bool) -> list[Part]:
        """The parts of the national value: the whole's own figure, or every unit of the perimeter."""
        if series.definition.national == "national_only":
            return self._parts(series, [NATIONAL])
        if national_only:  # a national sample if there is one, else the caisses
            own = self._parts(series, [NATIONAL])
            return own if own[0].span.reported else caisses
        if series.definition.perimeter_branch:
            return caisses + self._parts(series, self._perimeter.others)
        return caisses

    def _parts(self, series: Series, units: Iterable[str]) -> list[Part]:
        return [self._part(series, unit) for unit in units]

    def _part(self, series: Series, unit: str) -> Part:
        definition = series.definition
        span = self._span(series, unit)
        provisional = self._may_move(definition, span.direct)
        outcome = conclude(definition, span, (int(span.reported > 0), 1), provisional=provisional)
        return Part(unit, span, outcome)

    def _span(self, series: Series, unit: str) -> Span:
        definition = series.definition
        if definition.to_build:
            return Span(Gap.MISSING, 0, definition.grid.count(self._period), False)
        read = reading(
            series.terms,
            self._facts,
            unit,
            rules=definition.over_time,
            grid=definition.grid,
            from_breakdowns=definition.method != "survey",
        )
        spans = [read.span(period) for period in _periods_read(definition, self._period)]
        return spans[0] if len(spans) == 1 else add_spans(spans)

    def _national(self, definition: Definition, parts: list[Part]) -> Outcome:
        direct = all(part.span.direct for part in parts)
        return national_outcome(definition, parts, provisional=self._may_move(definition, direct))

    def _may_move(self, definition: Definition, direct: bool) -> bool:
        """Whether the result is « provisoire ».

        The definition is not adopted, the caller says so, or the sheet has vintages and this is not its definitive one:
        the yearly figure supplied as such.
        """
        definitive = direct and self._period.granularity is Granularity.YEAR
        return self._provisional or definition.provisional or (definition.has_vintages and not definitive)

    def _row(self, series: Series, scope: str, outcome: Outcome) -> Result:
        return Result(series.name, scope, series.breakdown, outcome)


def _periods_read(definition: Definition, period: Period) -> Iterator[Period]:
    """The period, or every one since the year a cumulated value starts from."""
    if definition.cumulate_from is None:
        yield period
        return
    yield from (year(number) for number in range(definition.cumulate_from, period.year))
    yield from period.to_date()
