"""National values: how what the units bring makes one figure for the whole.

PURE. `of_sums` computes again from summed quantities, never from percentages; `of_sums_plus` adds what only the Cnaf
supplies; `mean` is the unweighted mean of local values. A `national_only` figure has one unit, the whole itself.
Spreads over the caisses are in `readers`. To add a way, write it and register it with `@national`.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import NamedTuple

from cog.figures import Reason
from indicators.compute.definition import Definition
from indicators.compute.methods import (
    Completeness,
    Outcome,
    State,
    conclude,
    not_computable,
    state_of,
)
from indicators.compute.over_time import Span, add_spans


class Part(NamedTuple):
    """What one unit brings: its quantities over the period, and its own outcome."""

    unit: str
    span: Span
    outcome: Outcome


Aggregation = Callable[[Definition, Sequence[Part], bool], Outcome]

NATIONAL_RULES: dict[str, Aggregation] = {}


def national(code: str) -> Callable[[Aggregation], Aggregation]:
    """Register an aggregation under the code of the methods file."""

    def register(aggregate: Aggregation) -> Aggregation:
        NATIONAL_RULES[code] = aggregate
        return aggregate

    return register


def national_outcome(definition: Definition, parts: Sequence[Part], *, provisional: bool) -> Outcome:
    """The national outcome of these parts; a sheet to build has no rule yet."""
    return NATIONAL_RULES[definition.national or "of_sums"](definition, parts, provisional)


@national("national_only")
@national("share_of_units")
@national("of_sums")
def of_sums(definition: Definition, parts: Sequence[Part], provisional: bool) -> Outcome:
    """The method applied to the sums of what the units brought."""
    return conclude(definition, add_spans([part.span for part in parts]), units_of(parts), provisional=provisional)


@national("of_sums_plus")
def of_sums_plus(definition: Definition, parts: Sequence[Part], provisional: bool) -> Outcome:
    """The sums of the caisses, to whose numerator the parts without a denominator are added (F21-57).

    Each addition is one thing to report: without it the value is incomplete, and there is none from additions alone.
    """
    own = [part for part in parts if part.unit not in definition.national_additions]
    added = [part.span for part in parts if part.unit in definition.national_additions]
    span = add_spans([part.span for part in own])
    if isinstance(span.quantities, tuple):
        extra = sum((one.quantities[0] for one in added if isinstance(one.quantities, tuple)), Decimal(0))
        span = span._replace(quantities=(span.quantities[0] + extra, *span.quantities[1:]))
    span = span._replace(
        reported=span.reported + sum(one.reported for one in added),
        concerned=span.concerned + sum(one.concerned for one in added),
    )
    return conclude(definition, span, units_of(own), provisional=provisional)


@national("mean")
def mean(definition: Definition, parts: Sequence[Part], provisional: bool) -> Outcome:
    """Unweighted mean of the local values; it has no numerator nor denominator of its own."""
    span = add_spans([part.span for part in parts])
    completeness = Completeness(span.reported, span.concerned, *units_of(parts))
    values = [part.outcome.value for part in parts if part.outcome.value is not None]
    if definition.to_build or not values:
        return conclude(definition, span, units_of(parts), provisional=provisional)
    value = sum(values, Decimal(0)) / len(values)
    return Outcome(value, None, None, state_of(completeness, provisional=provisional), None, completeness)


def lowest(outcomes: Sequence[Outcome]) -> Outcome:
    """The lowest of several breakdowns, for a target that each must meet; incomplete while one is unknown."""
    known = [outcome for outcome in outcomes if outcome.value is not None]
    if not known:
        return outcomes[0] if outcomes else not_computable(Reason.MISSING_DATA, Completeness(0, 0, 0, 0))
    outcome = min(known, key=lambda candidate: candidate.value or Decimal(0))
    unknown = any(other.value is None and other.state is not State.NOT_APPLICABLE for other in outcomes)
    return outcome._replace(state=State.INCOMPLETE) if unknown else outcome


def units_of(parts: Sequence[Part]) -> tuple[int, int]:
    """Units that reported something, and units concerned."""
    return sum(part.outcome.completeness.units_reported for part in parts), len(parts)
