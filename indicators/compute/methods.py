"""Methods: what a sheet computes once its quantities are known, and what comes out.

PURE. A method says which terms each unit must have (all of them, else the unit is left out) and how the value
comes from their sums. To add one, write its calculation and register it with `@method`; nothing else changes.
Methods that are no value of sums (spreads over the caisses, gaps between two rates, weighted gaps) are in `readers`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from cog.figures import Reason
from indicators.compute.definition import Definition
from indicators.compute.expression import Expression
from indicators.compute.facts import Gap
from indicators.compute.over_time import Quantities, Span, Term

PRECISION = Context(prec=40, rounding=ROUND_HALF_EVEN)
"""Context of every calculation: sums of observations are exact, a quotient has 40 significant digits, so that
it can never fall on a threshold it does not meet."""


class State(StrEnum):
    """« état » of a result, as published in results.csv."""

    DEFINITIVE = "definitif"
    PROVISIONAL = "provisoire"
    INCOMPLETE = "incomplet"
    NOT_APPLICABLE = "sans_objet"
    TO_BUILD = "a_construire"
    ZERO_DENOMINATOR = "non_calculable:denominateur_nul"
    MISSING_DATA = "non_calculable:donnee_manquante"
    NON_POSITIVE_BALANCE = "non_calculable:solde_nul_ou_negatif"

    @property
    def computed(self) -> bool:
        """Whether a result in this state has a value."""
        return self in (State.DEFINITIVE, State.PROVISIONAL, State.INCOMPLETE)


class Completeness(NamedTuple):
    """« complétude »: finest periods reported of those concerned, over all units; and units that answered."""

    reported: int
    concerned: int
    units_reported: int
    units_concerned: int

    @property
    def complete(self) -> bool:
        """Whether everything owed was reported."""
        return self.reported >= self.concerned


class Outcome(NamedTuple):
    """What a calculation gives: a value in the unit of the sheet, unrounded, or None with its reason.

    `numerator` and `denominator` are in the unit of the facts, kept even where no value comes out of them.
    """

    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    state: State
    reason: Reason | None
    completeness: Completeness


Calculation = Callable[[Definition, Quantities], Decimal | Reason]


@dataclass(frozen=True, slots=True)
class Method:
    """The terms every unit must have, and the value their sums give."""

    terms: Callable[[Definition], tuple[Term, ...]]
    calculate: Calculation


METHODS: dict[str, Method] = {}
"""How a value comes from sums, by code of the methods file; `rate_growth` is one side of a `growth_gap`."""


def method(code: str, terms: Callable[[Definition], tuple[Term, ...]]) -> Callable[[Calculation], Calculation]:
    """Register a calculation under the code of the methods file."""

    def register(calculate: Calculation) -> Calculation:
        METHODS[code] = Method(terms, calculate)
        return calculate

    return register


def method_of(definition: Definition) -> Method:
    """The registered method of a definition."""
    return METHODS[definition.method]


def _numerator_only(definition: Definition) -> tuple[Term, ...]:
    return (Term(_needed(definition, definition.numerator)),)


def _numerator_and_denominator(definition: Definition) -> tuple[Term, ...]:
    denominator = Term(_needed(definition, definition.denominator), is_denominator=True)
    return (*_numerator_only(definition), denominator)


def _needed(definition: Definition, expression: Expression | None) -> Expression:
    if expression is None:
        raise ValueError(f"{definition.code}: method {definition.method} lacks a formula")
    return expression


@method("count", terms=_numerator_only)
def count(definition: Definition, quantities: Quantities) -> Decimal | Reason:
    """« nombre »: the sum of the numerator, scaled to the unit of the sheet (euros to M€ for F16-41)."""
    return quantities[0] * definition.scale


@method("ratio", terms=_numerator_and_denominator)
def ratio(definition: Definition, quantities: Quantities) -> Decimal | Reason:
    """« taux »: factor x numerator / denominator; a nil denominator gives its reason, never 0."""
    numerator, denominator = quantities
    if denominator <= 0 and definition.denominator is not None and definition.denominator.is_balance:
        return Reason.NON_POSITIVE_BALANCE  # F1-4.1: a share of a net change that is no increase means nothing
    if denominator == 0:
        return Reason.ZERO_DENOMINATOR
    return definition.factor * numerator / denominator


@method("survey", terms=_numerator_and_denominator)
def survey(definition: Definition, quantities: Quantities) -> Decimal | Reason:
    """« enquête »: a share read from a sample; its denominator is the size of the sample."""
    return ratio(definition, quantities)


def _now_and_a_year_before(definition: Definition) -> tuple[Term, ...]:
    expression = _needed(definition, definition.numerator)
    return Term(expression), Term(expression, years_back=1, is_denominator=True)


@method("variation", terms=_now_and_a_year_before)
def variation(definition: Definition, quantities: Quantities) -> Decimal | Reason:
    """« variation »: the value of the period minus the one of a year before, over the units that have both."""
    now, before = quantities
    return (now - before) * definition.scale


@method("evolution", terms=_now_and_a_year_before)
def evolution(definition: Definition, quantities: Quantities) -> Decimal | Reason:
    """« taux d'évolution »: 100 x (N - N-1) / N-1, or / N where the sheet divides by N (F2-9)."""
    now, before = quantities
    divisor = now if definition.options.get("divisor") == "current" else before
    return Decimal(100) * (now - before) / divisor if divisor else Reason.ZERO_DENOMINATOR


def _now_and_in_reference_year(definition: Definition) -> tuple[Term, ...]:
    expression = _needed(definition, definition.numerator)
    return Term(expression), Term(expression, is_denominator=True, in_year=definition.reference_year)


@method("reference_index", terms=_now_and_in_reference_year)
def reference_index(definition: Definition, quantities: Quantities) -> Decimal | Reason:
    """« évolution depuis une année de référence »: 100 x (value / value of the reference year - 1)."""
    now, reference = quantities
    return Decimal(100) * (now / reference - 1) if reference else Reason.ZERO_DENOMINATOR


def _rate_now_and_a_year_before(definition: Definition) -> tuple[Term, ...]:
    numerator, denominator = _numerator_and_denominator(definition)
    return (
        numerator,
        denominator,
        Term(numerator.expression, years_back=1),
        Term(denominator.expression, years_back=1, is_denominator=True),
    )


@method("rate_growth", terms=_rate_now_and_a_year_before)
def rate_growth(definition: Definition, quantities: Quantities) -> Decimal | Reason:
    """Growth of a rate since the year before, 0.05 for 5 %: one of the two sides of a `growth_gap`."""
    numerator, denominator, numerator_before, denominator_before = quantities
    if not (denominator and denominator_before and numerator_before):
        return Reason.ZERO_DENOMINATOR
    return (numerator / denominator) / (numerator_before / denominator_before) - 1


@method("share_of_units", terms=_numerator_only)
def share_of_units(definition: Definition, quantities: Quantities) -> Decimal | Reason:
    """« part des organismes »: 100 x units whose flag is 1 / units that answered (`ShareReader` counts them)."""
    flagged, answered = quantities
    return Decimal(100) * flagged / answered if answered else Reason.ZERO_DENOMINATOR


@method("to_build", terms=lambda definition: ())
def to_build(definition: Definition, quantities: Quantities) -> Decimal | Reason:
    """« à construire »: no value until a version of the definition is adopted."""
    return Reason.MISSING_DATA


_GAP_REASONS = {
    Gap.MISSING: Reason.MISSING_DATA,
    Gap.DISAGREEING: Reason.DISAGREEING_BREAKDOWNS,
    Gap.ZERO_DIVISION: Reason.ZERO_DENOMINATOR,
}


def conclude(definition: Definition, span: Span, units: tuple[int, int], *, provisional: bool) -> Outcome:
    """The outcome of what was gathered: a value, or why there is none. `units`: answered, concerned."""
    quantities, reported, concerned, _ = span
    completeness = _completeness(reported, concerned, *units)
    if definition.method == "to_build":
        return Outcome(None, None, None, State.TO_BUILD, None, completeness)
    if not isinstance(quantities, tuple):
        if quantities is Gap.NOT_APPLICABLE:
            return Outcome(None, None, None, State.NOT_APPLICABLE, None, completeness)
        return not_computable(_GAP_REASONS[quantities], completeness)
    value = METHODS[definition.method].calculate(definition, quantities)
    numerator, denominator = quantities[0], quantities[1] if len(quantities) > 1 else None
    if isinstance(value, Reason):
        return Outcome(None, numerator, denominator, _STATES[value], value, completeness)
    if reported < concerned:
        return Outcome(value, numerator, denominator, State.INCOMPLETE, None, completeness)
    state = State.PROVISIONAL if provisional else State.DEFINITIVE
    return Outcome(value, numerator, denominator, state, None, completeness)


_completeness = lru_cache(maxsize=1 << 12)(Completeness)
"""Half a million outcomes share a few of them."""

_STATES = {reason: State(reason.state_code) for reason in Reason}


def not_computable(reason: Reason, completeness: Completeness) -> Outcome:
    """An outcome without a value, for this reason."""
    return Outcome(None, None, None, _STATES[reason], reason, completeness)


def state_of(completeness: Completeness, *, provisional: bool) -> State:
    """State of a result that has a value: what is missing matters more than what may still move."""
    if not completeness.complete:
        return State.INCOMPLETE
    return State.PROVISIONAL if provisional else State.DEFINITIVE
