"""What the values of one body must satisfy together, read from the definitions of the sheets: no list of codes here.

PURE. Three kinds of relation:
- a numerator is part of its denominator (`Share`): the ratios in per cent of one measure over another;
- the parts of a breakdown make a total (`Parts`): closed dimensions, unless a sheet says that they do not add up;
- the periods of a measure make a longer one: where every sheet that reads it sums it over time.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import IntEnum
from typing import NamedTuple

from cog.periods import Granularity
from indicators.compute.definition import HEADLINE_LOWEST, HEADLINE_NONE, Definition, Dimension, Side
from indicators.compute.expression import Breakdown, Expression, breakdown_pairs
from indicators.compute.over_time import Rule
from indicators.intake.messages import Severity
from indicators.intake.reference import Breakdowns

PER_CENT = Decimal(100)
_UNSUMMED_HEADLINES = (HEADLINE_LOWEST, HEADLINE_NONE)
_MAX_LABEL = 130


@dataclass(frozen=True, slots=True)
class Traits:
    """What a measure is, in the words of `measures.csv`."""

    label: str
    unit: str
    value_kind: str
    breakdowns: Breakdowns = field(default_factory=dict)


class Share(NamedTuple):
    """A numerator that is part of a denominator, in the sheet `code`.

    ERROR where both count the same thing (whole numbers of one unit): the part cannot be more than the whole.
    WARNING elsewhere: amounts, weighted numbers, two units (« bénéficiaires », « familles »), the terms of a balance.
    """

    numerator: str
    denominator: str
    severity: Severity
    code: str


class Parts(IntEnum):
    """How the parts of a dimension stand to the total, from the least to the most said."""

    UNRELATED = 0  # a survey, flags, a sheet without a total, an open list
    OVERLAPPING = 1  # one thing may be in several parts (a contract, its clauses): no part is above the total
    USUALLY_SUMMED = 2  # they should add up; a difference is a warning
    SUMMED = 3  # they add up; a difference is an error


@dataclass(frozen=True)
class Relations:
    """Every relation between the measures of a convention, and what its messages need."""

    traits: Mapping[str, Traits]
    shares: tuple[Share, ...]
    parts: Mapping[tuple[str, str], Parts]  # (measure, dimension)
    within: Mapping[tuple[str, str], Collection[Breakdown]]  # where a dimension exists only inside one value
    summed: Mapping[str, Collection[Granularity]]  # lengths of period that are the sum of the finer ones

    def partners(self, measures: Collection[str]) -> frozenset[str]:
        """The measures to know beside these ones to check them."""
        linked = {code for share in self.shares for code in share[:2] if {*share[:2]} & {*measures}}
        return frozenset(measures) | linked

    def parts_of(self, measure: str, dimension: str, whole: Breakdown) -> Parts:
        """How the values of `dimension` stand to the value of `whole`."""
        allowed = self.within.get((measure, dimension))
        if allowed is not None and not any(set(breakdown_pairs(one)) <= set(breakdown_pairs(whole)) for one in allowed):
            return Parts.UNRELATED
        return self.parts.get((measure, dimension), Parts.UNRELATED)

    def values_of(self, measure: str, dimension: str) -> Collection[str]:
        """The values of a closed dimension."""
        return self.traits[measure].breakdowns.get(dimension, ())

    def projected(self, measure: str, breakdown: Breakdown) -> Breakdown:
        """A breakdown without the dimensions that a measure does not have."""
        if not breakdown:
            return breakdown
        known = self.traits[measure].breakdowns
        return ";".join(f"{key}={value}" for key, value in breakdown_pairs(breakdown) if key in known)

    def named(self, measure: str, breakdown: Breakdown = "") -> str:
        """A measure as a person reads it: « Pièces traitées » (pieces_traitees, vecteur=pieces)."""
        label = self.traits[measure].label
        shown = label if len(label) <= _MAX_LABEL else f"{label[:_MAX_LABEL].rstrip()}…"
        code = f"{measure}, {breakdown}" if breakdown else measure
        return f"« {shown} » ({code})"


def relations_between(definitions: Iterable[Definition], traits: Mapping[str, Traits]) -> Relations:
    """The relations that the definitions in force say, secondary values and variants included."""
    read = [one for definition in definitions for one in _every(definition)]
    return Relations(
        traits=traits,
        shares=tuple(_shares(read, traits)),
        parts=_parts(read, traits),
        within=_within(read),
        summed=_summed(read),
    )


def _every(definition: Definition) -> Iterator[Definition]:
    yield definition
    over = definition.options.get("of")
    for child in (*definition.secondary, *definition.variants, over):
        if isinstance(child, Definition):
            yield from _every(child)


def _shares(definitions: Iterable[Definition], traits: Mapping[str, Traits]) -> list[Share]:
    """One per pair of measures, the strictest reading first met."""
    found: dict[tuple[str, str], Share] = {}
    for one in definitions:
        if one.factor != PER_CENT or one.numerator is None or one.denominator is None:
            continue
        for numerator, denominator in _pairs(one.numerator, one.denominator):
            part, whole = traits.get(numerator), traits.get(denominator)
            if part is None or whole is None or numerator == denominator:
                continue
            balance = len(one.numerator.references) > 1
            if balance and part.unit != whole.unit:
                continue
            same = part.value_kind == whole.value_kind == "count" and part.unit == whole.unit and not balance
            share = Share(numerator, denominator, Severity.ERROR if same else Severity.WARNING, one.code)
            known = found.get((numerator, denominator))
            if known is None or known.severity is Severity.WARNING:
                found[numerator, denominator] = share if known is None or same else known
    return list(found.values())


def _pairs(numerator: Expression, denominator: Expression) -> Iterator[tuple[str, str]]:
    """The terms of two formulas of the same shape, rank by rank: « a » over « b », « a - b » over « c - d »."""
    parts, wholes = numerator.references, denominator.references
    plain = _SUMS_ONLY.isdisjoint(f"{numerator}{denominator}")
    if plain and [one.sign for one in parts] == [one.sign for one in wholes]:
        yield from ((part.measure, whole.measure) for part, whole in zip(parts, wholes, strict=True))


_SUMS_ONLY = frozenset("*/()[")


def _parts(definitions: Iterable[Definition], traits: Mapping[str, Traits]) -> dict[tuple[str, str], Parts]:
    """Closed dimensions add up; each sheet may only say less."""
    parts = {
        (code, dimension): Parts.SUMMED
        for code, one in traits.items()
        for dimension, values in one.breakdowns.items()
        if values and one.value_kind in ("count", "amount")
    }
    for one in definitions:
        for dimension in one.dimensions:
            for code in _broken_down(one, dimension):
                key = (code, dimension.key)
                if key in parts:
                    parts[key] = min(parts[key], _said(one, dimension, traits[code]))
        if one.has_vintages:  # a declaration and a definitive figure may stand side by side
            for code, name in parts:
                if code in one.measures:
                    parts[code, name] = min(parts[code, name], Parts.USUALLY_SUMMED)
    return parts


def _said(definition: Definition, dimension: Dimension, traits: Traits) -> Parts:
    if definition.method == "survey" or definition.headline in _UNSUMMED_HEADLINES:
        return Parts.UNRELATED
    if dimension.optional and traits.value_kind == "count":
        return Parts.OVERLAPPING
    if dimension.optional or definition.headline:
        return Parts.USUALLY_SUMMED
    return Parts.SUMMED


def _within(definitions: Iterable[Definition]) -> dict[tuple[str, str], set[Breakdown]]:
    """Dimensions that are read inside one value of another; « everywhere » if a sheet does not say so."""
    found: defaultdict[tuple[str, str], set[Breakdown]] = defaultdict(set)
    for one in definitions:
        for dimension in one.dimensions:
            for code in _broken_down(one, dimension):
                found[code, dimension.key].add(dimension.within)
    return {key: places for key, places in found.items() if "" not in places}


def _broken_down(definition: Definition, dimension: Dimension) -> frozenset[str]:
    """The measures a dimension of a sheet is about."""
    sides: dict[Side, Callable[[], frozenset[str]]] = {
        Side.NUMERATOR: lambda: _measures(definition.numerator),
        Side.DENOMINATOR: lambda: _measures(definition.denominator),
        Side.BOTH: lambda: definition.measures,
    }
    return sides[dimension.side]()


def _measures(expression: Expression | None) -> frozenset[str]:
    return frozenset() if expression is None else expression.measures


def _summed(definitions: Iterable[Definition]) -> dict[str, frozenset[Granularity]]:
    """Lengths of period at which every sheet that reads a measure sums it."""
    lengths: dict[str, frozenset[Granularity]] = {}
    for one in definitions:
        for code, rules in one.over_time.items():
            here = frozenset(length for length, rule in rules.items() if rule is Rule.SUM)
            lengths[code] = lengths.get(code, here) & here
    return lengths
