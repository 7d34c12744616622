"""Series: the separate values one sheet gives, each with the terms it is computed from.

PURE. A sheet has its headline, one series per value of each breakdown, its secondary values and its variants.
The sum of breakdowns is never taken here: each series reads its own facts.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from indicators.compute.definition import (
    HEADLINE_LOWEST,
    HEADLINE_NONE,
    Definition,
    Dimension,
    Side,
)
from indicators.compute.expression import (
    TOTAL,
    Breakdown,
    Reference,
    breakdown_pairs,
    join_breakdown,
)
from indicators.compute.facts import Facts
from indicators.compute.methods import METHODS
from indicators.compute.over_time import Term

OWN_PERIOD = "période seule"
"""Name of the value of the period alone, shown beside a headline that cumulates several years."""

OVER_LOCAL_VALUES = frozenset({"units_below_target", "mean_of_caisses"})
"""Methods of secondary values drawn from the local values of the sheet itself."""

Terms = tuple[Term, ...]
Choice = Callable[[Term, Reference], bool]


@dataclass(frozen=True, slots=True)
class Series:
    """One value of a sheet: `name` is empty for the headline, `breakdown` for a total."""

    definition: Definition
    name: str
    breakdown: Breakdown
    terms: Terms


@dataclass(frozen=True, slots=True)
class BreakdownSeries:
    """The series of one dimension, shown together: all of its values, or none when nobody reported any."""

    dimension: Dimension
    series: tuple[Series, ...]


def headline_series(definition: Definition, facts: Facts) -> Series | None:
    """The series that stands for the whole; None where breakdowns alone do (« min », « none »)."""
    if definition.headline in (HEADLINE_LOWEST, HEADLINE_NONE):
        return None
    terms = terms_of(definition)
    for dimension in definition.dimensions:
        if definition.headline and definition.headline in dimension.values:
            terms = _at_value(terms, dimension, definition.headline, facts) or _forced(
                terms, dimension, definition.headline
            )
    return Series(definition, definition.name, TOTAL, terms)


def breakdown_series(definition: Definition, facts: Facts) -> Iterator[BreakdownSeries]:
    """The series of each dimension of a definition, closed lists in their order, open ones in alphabetical
    order.

    A dimension that no measure has gives none, unless its values stand for the whole (« min », « none »).
    """
    terms = terms_of(definition)
    owed = definition.headline in (HEADLINE_LOWEST, HEADLINE_NONE)
    for dimension in definition.dimensions:
        found: list[Series] = []
        for value in dimension.values or _values_found(terms, dimension, facts):
            read = _at_value(terms, dimension, value, facts) or (_forced(terms, dimension, value) if owed else None)
            if read is not None:
                found.append(Series(definition, definition.name, _breakdown(dimension, value), read))
        if found:
            yield BreakdownSeries(dimension, tuple(found))


def companions(definition: Definition) -> Iterator[Definition]:
    """Definitions shown beside the headline, each with its own formula: the period alone of a cumulated value,
    secondary values, variants.

    Those that count local values (`OVER_LOCAL_VALUES`) are left out: the sheet has these already.
    """
    if definition.cumulate_from is not None:
        yield replace(definition, cumulate_from=None, name=OWN_PERIOD, dimensions=(), secondary=(), variants=())
    for companion in (*definition.secondary, *definition.variants):
        if companion.method not in OVER_LOCAL_VALUES:
            yield companion


def terms_of(definition: Definition) -> Terms:
    """The terms of a definition's method; none where its reader finds them by itself."""
    return METHODS[definition.method].terms(definition) if definition.method in METHODS else ()


def _at_value(terms: Terms, dimension: Dimension, value: str, facts: Facts) -> Terms | None:
    """The terms read at one value of a dimension; None when no measure of theirs is broken down that way.

    Where the formula itself chooses a value (« indus_recouvres[phase=amiable] / indus_recouvres », a share),
    the value replaces it there and the rest stays whole. Elsewhere it goes to each measure that has the
    dimension.
    """
    for key, outer in breakdown_pairs(dimension.within):
        terms = _restricted(terms, key, outer, _having(key, facts))
    key = dimension.key
    if any(reference.fixes(key) for term in terms for reference in term.expression.references):
        return _restricted(terms, key, value, lambda term, reference: reference.fixes(key))
    having = _having(key, facts)
    restricted = _restricted(
        terms, key, value, lambda term, reference: _on_side(dimension, term) and having(term, reference)
    )
    return None if restricted == terms else restricted


def _forced(terms: Terms, dimension: Dimension, value: str) -> Terms:
    """The headline's value where nobody reports the dimension: asked for all the same, so found missing."""
    return _restricted(terms, dimension.key, value, lambda term, reference: _on_side(dimension, term))


def _values_found(terms: Terms, dimension: Dimension, facts: Facts) -> Sequence[str]:
    return sorted(
        {
            value
            for term in terms
            if _on_side(dimension, term)
            for reference in term.expression.references
            for value in facts.dimension_values(reference.measure, dimension.key)
        }
    )


def _on_side(dimension: Dimension, term: Term) -> bool:
    if dimension.side is Side.BOTH:
        return True
    return term.is_denominator is (dimension.side is Side.DENOMINATOR)


def _having(key: str, facts: Facts) -> Choice:
    return lambda term, reference: facts.has_dimension(reference.measure, key)


def _restricted(terms: Terms, key: str, value: str, chosen: Choice) -> Terms:
    """The terms with the references `chosen` read at `key=value`."""
    return tuple(
        replace(
            term,
            expression=term.expression.with_references(
                [
                    reference.within(key, value) if chosen(term, reference) else reference
                    for reference in term.expression.references
                ]
            ),
        )
        for term in terms
    )


def _breakdown(dimension: Dimension, value: str) -> Breakdown:
    return join_breakdown((*breakdown_pairs(dimension.within), (dimension.key, value)))
