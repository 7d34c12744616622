"""The one door: from a definition and facts to outcomes.

PURE. A `Sheet` gives every result of one technical sheet at a period: one per caisse, the national one (and
`caf` where the perimeter is the whole branch), breakdowns, secondary values and variants. `evaluate` gives
one headline.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal, localcontext
from typing import NamedTuple

from cog.periods import Period
from indicators.compute.definition import HEADLINE_LOWEST, HEADLINE_NONE, Definition, Dimension
from indicators.compute.dispersion import Dispersion, disperse
from indicators.compute.expression import TOTAL
from indicators.compute.facts import Facts
from indicators.compute.methods import PRECISION, Outcome
from indicators.compute.national import lowest
from indicators.compute.readers import (
    CAF_SCOPE,
    NATIONAL_SCOPE,
    Asked,
    GapReader,
    Perimeter,
    PooledReader,
    Result,
    Rows,
    SeriesReader,
    ShareReader,
    WeightedGapReader,
)
from indicators.compute.series import (
    OVER_LOCAL_VALUES,
    Series,
    breakdown_series,
    companions,
    headline_series,
)
from indicators.compute.spreads import SpreadReader
from indicators.compute.verdict import Target, yardstick_at

__all__ = [
    "CAF_SCOPE", "NATIONAL_SCOPE", "Computed", "Perimeter", "Result", "Sheet", "evaluate", "evaluate_sheet", "resolved",
]  # fmt: skip


class Computed(NamedTuple):
    """What a sheet gives at a period: its rows, and how its local values spread (None without any)."""

    results: list[Result]
    dispersion: Dispersion | None


def resolved(definition: Definition, sheets: Mapping[str, Definition]) -> Definition:
    """The definition whose spread is taken over another sheet (`of: F10-21`), with that sheet's definition inside.

    Raises KeyError when `sheets` does not have it.
    """
    if not isinstance(definition.of, str):
        return definition
    return replace(definition, options={**definition.options, "of": replace(sheets[definition.of], name="of")})


class Sheet:
    """A technical sheet and its facts, ready to be computed at any period; it remembers what it read.

    `targets`: those of the whole, for the secondary value that counts the caisses below it.
    """

    def __init__(self, definition: Definition, facts: Facts, targets: Iterable[Target] = ()) -> None:
        self._definition = definition
        self._main = _Values(definition, facts)
        self._companions = [_Values(companion, facts) for companion in companions(definition)]
        self._targets = tuple(targets)

    def at(
        self,
        period: Period,
        perimeter: Perimeter,
        *,
        provisional: bool = False,
        scopes: frozenset[str] | None = None,
    ) -> Computed:
        """Every result at one period, headline first; at most one per (name, scope, breakdown).

        `provisional`: the caller knows that the facts may still move. `scopes`: the caisses whose rows are wanted.
        """
        excluded = self._definition.excluded_units
        if excluded:
            perimeter = replace(perimeter, caisses=[code for code in perimeter.caisses if code not in excluded])
        with localcontext(PRECISION):
            asked = Asked(period, perimeter, provisional, scopes)
            headline = self._main.headline(asked)
            results = [*headline.results, *self._main.breakdowns(asked), *self._counts(asked, headline)]
            for companion in self._companions:
                results += companion.headline(asked).results
                results += companion.breakdowns(asked)
        return Computed(results, disperse(headline.local_values))

    def results(self, period: Period, perimeter: Perimeter, *, provisional: bool = False) -> list[Result]:
        """Every result at one period: the rows of `at`."""
        return self.at(period, perimeter, provisional=provisional).results

    def _counts(self, asked: Asked, headline: Rows) -> Iterator[Result]:
        """Secondary values drawn from the local values of the headline."""
        whole = next((row.outcome for row in headline.results if row.scope == NATIONAL_SCOPE and not row.name), None)
        values = headline.local_values
        for companion in self._definition.secondary:
            if companion.method not in OVER_LOCAL_VALUES or whole is None or not values:
                continue
            counted = len(values)
            if companion.method == "mean_of_caisses":
                total = sum(values, Decimal(0))
                outcome = whole._replace(value=total / counted, numerator=total, denominator=Decimal(counted))
            else:
                yardstick = yardstick_at(asked.period, self._targets)
                if yardstick is None or yardstick.indicative:
                    continue
                holds = yardstick.target.operator.holds
                below = Decimal(sum(not holds(value, yardstick.threshold) for value in values))
                outcome = whole._replace(value=below, numerator=below, denominator=Decimal(counted))
            yield Result(companion.name, NATIONAL_SCOPE, TOTAL, outcome)


def evaluate_sheet(
    definition: Definition,
    facts: Facts,
    period: Period,
    perimeter: Perimeter,
    *,
    provisional: bool = False,
    targets: Iterable[Target] = (),
) -> list[Result]:
    """Every result of one sheet at one period: `Sheet.results`, for a caller that asks only once."""
    return Sheet(definition, facts, targets).results(period, perimeter, provisional=provisional)


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

    None where the sheet has no single value there.
    """
    asked = Asked(period, perimeter or Perimeter([unit]), provisional)
    with localcontext(PRECISION):
        rows = _Values(definition, facts).headline(asked).results
    return next((row.outcome for row in rows if row.scope == unit and row.name == definition.name), None)


_NO_ROWS = Rows([], [])


class _Values:
    """The headline and the breakdowns of one definition (a sheet, a secondary value, a variant)."""

    def __init__(self, definition: Definition, facts: Facts) -> None:
        self._definition = definition
        read = definition.of if definition.is_spread else definition
        if not isinstance(read, Definition):
            raise ValueError(f"{definition.code}: the sheet its spread is taken over is not resolved")
        headline = headline_series(read, facts)
        self._headline = reader_for(definition, headline, facts) if headline else None
        self._dimensions = [
            (group.dimension, [reader_for(definition, series, facts) for series in group.series])
            for group in breakdown_series(read, facts)
        ]

    def headline(self, asked: Asked) -> Rows:
        """The results without breakdown; none for a sheet that has no single value."""
        if self._headline is not None:
            return self._headline.rows(asked)
        if self._definition.headline != HEADLINE_LOWEST:
            return _NO_ROWS
        everyone = asked._replace(scopes=None)
        by_scope: dict[str, list[Outcome]] = {}
        for dimension, readers in self._dimensions:
            for row in _rows(dimension, readers, everyone):
                by_scope.setdefault(row.scope, []).append(row.outcome)
        name = self._definition.name
        rows = [Result(name, scope, TOTAL, lowest(outcomes)) for scope, outcomes in by_scope.items()]
        local = [row.outcome.value for row in rows if row.scope not in (NATIONAL_SCOPE, CAF_SCOPE)]
        wanted = [row for row in rows if asked.scopes is None or row.scope in asked.scopes or _is_whole(row)]
        return Rows(wanted, [value for value in local if value is not None])

    def breakdowns(self, asked: Asked) -> Iterator[Result]:
        """The rows of each value of each dimension.

        A dimension that nobody reported at the period makes none, unless it stands for the whole; nor does a value of
        an open list that nobody reported; an optional one is there only for those who did.
        """
        for dimension, readers in self._dimensions:
            values = [reader.rows(asked, sampled=dimension.national_only).results for reader in readers]
            reported = [any(row.outcome.completeness.units_reported for row in rows) for rows in values]
            if not any(reported) and self._definition.headline != HEADLINE_NONE:
                continue
            for rows, known in zip(values, reported, strict=True):
                if dimension.optional:
                    yield from (row for row in rows if row.outcome.completeness.units_reported)
                elif known or dimension.values:
                    yield from rows


def _is_whole(row: Result) -> bool:
    return row.scope in (NATIONAL_SCOPE, CAF_SCOPE)


def _rows(dimension: Dimension, readers: Iterable[SeriesReader], asked: Asked) -> list[Result]:
    return [row for reader in readers for row in reader.rows(asked, sampled=dimension.national_only).results]


def reader_for(definition: Definition, series: Series, facts: Facts) -> SeriesReader:
    """The reader of a method."""
    if definition.is_spread:
        return SpreadReader(definition, series, facts)
    if definition.method == "weighted_gap":
        return WeightedGapReader(series, facts)
    if definition.method in ("growth_gap", "coverage_gap"):
        return GapReader(series, facts)
    return (ShareReader if definition.method == "share_of_units" else PooledReader)(series, facts)
