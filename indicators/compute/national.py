"""National values: how what the units bring makes one figure for the whole.

PURE. `of_sums` computes again from summed quantities, never from percentages; `mean` is the unweighted mean
of local values. A `national_only` figure has one unit, the whole itself. To add a way, write it and register
it with `@national`.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from cog.figures import Reason
from indicators.compute.definition import Definition
from indicators.compute.methods import (
    Completeness,
    Outcome,
    State,
    UnsupportedMethodError,
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

SUPPORTED_NATIONAL_RULES = NATIONAL_RULES.keys()
"""Codes of the national rules computed today: a live view of the registry."""


def national(code: str) -> Callable[[Aggregation], Aggregation]:
    """Register an aggregation under the code of the methods file."""

    def register(aggregate: Aggregation) -> Aggregation:
        NATIONAL_RULES[code] = aggregate
        return aggregate

    return register


def national_outcome(definition: Definition, parts: Sequence[Part], *, provisional: bool) -> Outcome:
    """The national outcome of these parts. Raises UnsupportedMethodError."""
    return rule_of(definition)(definition, parts, provisional)


def rule_of(definition: Definition) -> Aggregation:
    """The registered national rule of a definition. Raises UnsupportedMethodError."""
    rule = NATIONAL_RULES.get(definition.national or "of_sums")  # a sheet to build has no rule yet
    if rule is None:
        raise UnsupportedMethodError(definition.code, "l'agrégation nationale", definition.national)
    return rule


@national("national_only")
@national("of_sums")
def of_sums(definition: Definition, parts: Sequence[Part], provisional: bool) -> Outcome:
    """The method applied to the sums of what the units brought."""
    return conclude(definition, add_spans([part.span for part in parts]), units_of(parts), provisional=provisional)


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
    return replace(outcome, state=State.INCOMPLETE) if unknown else outcome


def units_of(parts: Sequence[Part]) -> tuple[int, int]:
    """Units that reported something, and units concerned."""
    return sum(part.outcome.completeness.units_reported for part in parts), len(parts)
