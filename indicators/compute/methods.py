"""Methods: what a sheet computes once its quantities are known, and what comes out.

PURE. A method says which terms each unit must have (all of them, else the unit is left out) and how the value
comes from their sums. To add one, write its calculation and register it with `@method`; nothing else changes.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Context, Decimal
from enum import StrEnum
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


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a calculation gives: a value in the unit of the sheet, unrounded, or None with its reason.

    `numerator` and `denominator` are in the unit of the facts, kept even where no value comes out of them.
    """

    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    state: State
    reason: Reason | None
    completeness: Completeness


class UnsupportedMethodError(NotImplementedError):
    """A method of the methods file that the engine does not compute yet; the message is in French."""

    def __init__(self, code: str, what: str, name: str) -> None:
        super().__init__(f"{code} : {what} « {name} » n'est pas encore calculée par l'application.")
        self.code = code
        self.name = name


Calculation = Callable[[Definition, Quantities], Decimal | Reason]


@dataclass(frozen=True, slots=True)
class Method:
    """The terms every unit must have, and the value their sums give."""

    terms: Callable[[Definition], tuple[Term, ...]]
    calculate: Calculation


METHODS: dict[str, Method] = {}

SUPPORTED_METHODS = METHODS.keys()
"""Codes of the methods computed today: a live view of the registry."""


def method(code: str, terms: Callable[[Definition], tuple[Term, ...]]) -> Callable[[Calculation], Calculation]:
    """Register a calculation under the code of the methods file."""

    def register(calculate: Calculation) -> Calculation:
        METHODS[code] = Method(terms, calculate)
        return calculate

    return register


def method_of(definition: Definition) -> Method:
    """The registered method of a definition. Raises UnsupportedMethodError."""
    if definition.method not in METHODS:
        raise UnsupportedMethodError(definition.code, "la méthode", definition.method)
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


@method("to_build", terms=lambda definition: ())
def to_build(definition: Definition, quantities: Quantities) -> Decimal | Reason:
    """« à construire »: no value until a version of the definition is adopted."""
    return Reason.MISSING_DATA


_GAP_REASONS = {Gap.MISSING: Reason.MISSING_DATA, Gap.DISAGREEING: Reason.DISAGREEING_BREAKDOWNS}


def conclude(definition: Definition, span: Span, units: tuple[int, int], *, provisional: bool) -> Outcome:
    """The outcome of what was gathered: a value, or why there is none. `units`: answered, concerned."""
    completeness = Completeness(span.reported, span.concerned, *units)
    if definition.to_build:
        return Outcome(None, None, None, State.TO_BUILD, None, completeness)
    quantities = span.quantities
    if quantities is Gap.NOT_APPLICABLE:
        return Outcome(None, None, None, State.NOT_APPLICABLE, None, completeness)
    if isinstance(quantities, Gap):
        return not_computable(_GAP_REASONS[quantities], completeness)
    numerator, denominator = quantities[0], quantities[1] if len(quantities) > 1 else None
    value = method_of(definition).calculate(definition, quantities)
    if isinstance(value, Reason):
        return replace(not_computable(value, completeness), numerator=numerator, denominator=denominator)
    state = state_of(completeness, provisional=provisional)
    return Outcome(value, numerator, denominator, state, None, completeness)


def not_computable(reason: Reason, completeness: Completeness) -> Outcome:
    """An outcome without a value, for this reason."""
    return Outcome(None, None, None, State(reason.state_code), reason, completeness)


def state_of(completeness: Completeness, *, provisional: bool) -> State:
    """State of a result that has a value: what is missing matters more than what may still move."""
    if not completeness.complete:
        return State.INCOMPLETE
    return State.PROVISIONAL if provisional else State.DEFINITIVE
