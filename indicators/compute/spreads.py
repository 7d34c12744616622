"""Spreads: sheets whose national value says how local values spread over the caisses.

PURE. Range (« dispersion »), D9 - D1 (« quantiles »), 100 x standard deviation / mean (« coefficient de variation »),
over the caisses that have a value. Beside it, what the sheets ask for: deviation, extreme gaps to the mean, thresholds,
each caisse's rank and its gaps to the thresholds, the same inside groups of comparable caisses.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from cog.figures import Reason
from indicators.compute.definition import Definition
from indicators.compute.dispersion import Dispersion, disperse
from indicators.compute.facts import Facts
from indicators.compute.methods import Completeness, Outcome, State, not_computable, state_of
from indicators.compute.national import Part, units_of
from indicators.compute.over_time import add_spans
from indicators.compute.readers import NATIONAL_SCOPE, Asked, PooledReader, Result, Rows
from indicators.compute.series import Series

D1, MEDIAN, D9 = "1er décile", "médiane", "9e décile"
RANK, TO_D1, TO_MEDIAN, TO_D9 = "rang", "écart au 1er décile", "écart à la médiane", "écart au 9e décile"
DEVIATION, MEAN = "écart-type", "moyenne"
ABOVE_MEAN, BELOW_MEAN = "écart positif extrême à la moyenne", "écart négatif extrême à la moyenne"
LOCAL_COMPANIONS = (RANK, TO_D1, TO_MEDIAN, TO_D9)
"""Names of the values of a caisse that move with those of the others."""


class SpreadReader:
    """One series of local values, and their spread as the value of the whole."""

    def __init__(self, definition: Definition, series: Series, facts: Facts) -> None:
        self._definition = definition
        self._series = replace(series, name=definition.name)
        self.local = PooledReader(self._series, facts)

    def rows(self, asked: Asked, *, sampled: bool = False) -> Rows:
        """One row per caisse where the sheet is local, the spread for the whole, and what stands beside."""
        parts = self.local.parts(asked.perimeter.caisses, asked)
        rows = [
            self._row(self._series.name, part.unit, part.outcome)
            for part in parts
            if self._definition.local and (asked.scopes is None or part.unit in asked.scopes)
        ]
        values = [part.outcome.value for part in parts if part.outcome.value is not None]
        rows.append(self._row(self._series.name, NATIONAL_SCOPE, self._spread(parts, asked)))
        if not self._series.name:
            rows += self._beside(parts, asked)
        return Rows(rows, values)

    def _spread(self, parts: Sequence[Part], asked: Asked) -> Outcome:
        span = add_spans([part.span for part in parts])
        completeness = Completeness(span.reported, span.concerned, *units_of(parts))
        spread = disperse(part.outcome.value for part in parts if part.outcome.value is not None)
        if spread is None:
            return _without_value([part.outcome for part in parts], completeness)
        value, numerator, denominator = _value(self._definition.method, spread)
        if value is None:
            return not_computable(Reason.ZERO_DENOMINATOR, completeness)._replace(
                numerator=numerator, denominator=denominator
            )
        moving = any(part.outcome.state is State.PROVISIONAL for part in parts)
        state = state_of(completeness, provisional=asked.provisional or self._definition.provisional or moving)
        return Outcome(value, numerator, denominator, state, None, completeness)

    def _beside(self, parts: Sequence[Part], asked: Asked) -> Iterator[Result]:
        whole = self._spread(parts, asked)
        known = [part for part in parts if part.outcome.value is not None]
        spread = disperse(part.outcome.value for part in known if part.outcome.value is not None)
        if spread is None:
            return
        for name, value in _beside(self._definition.method, spread):
            yield self._row(name, NATIONAL_SCOPE, whole._replace(value=value, numerator=None, denominator=None))
        if self._definition.method != "quantiles":
            return
        if self._definition.local:
            yield from self._places(known, spread, asked)
        for key, groups in asked.perimeter.groups.items():
            for group, units in groups.items():
                yield from self._of_group(f"{key}={group}", [part for part in parts if part.unit in units], asked)

    def _places(self, known: Sequence[Part], spread: Dispersion, asked: Asked) -> Iterator[Result]:
        """Each caisse's rank, from the lowest value, and its gaps to the three thresholds."""
        first: dict[Decimal, int] = {}
        ordered = sorted(part.outcome.value for part in known if part.outcome.value is not None)
        for position, each in enumerate(ordered, start=1):
            first.setdefault(each, position)
        for part in known:
            value = part.outcome.value
            if value is None or not (asked.scopes is None or part.unit in asked.scopes):
                continue
            places = (Decimal(first[value]), value - spread.d1, value - spread.median, value - spread.d9)
            for name, place in zip(LOCAL_COMPANIONS, places, strict=True):
                yield self._row(name, part.unit, part.outcome._replace(value=place, numerator=None, denominator=None))

    def _of_group(self, label: str, parts: Sequence[Part], asked: Asked) -> Iterator[Result]:
        outcome = self._spread(parts, asked)
        spread = disperse(part.outcome.value for part in parts if part.outcome.value is not None)
        yield self._row(f"D9 - D1, {label}", NATIONAL_SCOPE, outcome)
        for name, value in _beside("quantiles", spread) if spread else ():
            row = outcome._replace(value=value, numerator=None, denominator=None)
            yield self._row(f"{name}, {label}", NATIONAL_SCOPE, row)

    def _row(self, name: str, scope: str, outcome: Outcome) -> Result:
        return Result(name, scope, self._series.breakdown, outcome)


def _value(method: str, spread: Dispersion) -> tuple[Decimal | None, Decimal, Decimal]:
    """The value of a spread, and the two terms it is made of."""
    if method == "quantiles":
        return spread.d9 - spread.d1, spread.d9, spread.d1
    if method == "variation_coefficient":
        value = Decimal(100) * spread.stdev / spread.mean if spread.mean else None
        return value, spread.stdev, spread.mean
    return spread.range, spread.maximum, spread.minimum


def _beside(method: str, spread: Dispersion) -> tuple[tuple[str, Decimal], ...]:
    if method == "quantiles":
        return (D1, spread.d1), (MEDIAN, spread.median), (D9, spread.d9)
    return (
        (DEVIATION, spread.stdev),
        (MEAN, spread.mean),
        (ABOVE_MEAN, spread.maximum - spread.mean),
        (BELOW_MEAN, spread.mean - spread.minimum),
    )


def _without_value(outcomes: Sequence[Outcome], completeness: Completeness) -> Outcome:
    """Why no caisse has a value."""
    if outcomes and all(outcome.state is State.TO_BUILD for outcome in outcomes):
        return Outcome(None, None, None, State.TO_BUILD, None, completeness)
    if outcomes and all(outcome.state is State.NOT_APPLICABLE for outcome in outcomes):
        return Outcome(None, None, None, State.NOT_APPLICABLE, None, completeness)
    reasons = {outcome.reason for outcome in outcomes}
    if Reason.ZERO_DENOMINATOR in reasons and Reason.MISSING_DATA not in reasons:
        return not_computable(Reason.ZERO_DENOMINATOR, completeness)
    return not_computable(Reason.MISSING_DATA, completeness)
