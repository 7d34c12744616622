"""What was reported and is in force, and how it makes the quantity of a longer period or of a whole.

Values are exact fractions; NS is a statement, kept apart from a number and from what is missing (None).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from tests.independent.reference import Reference, Term, below, count, number

NS = "NS"
Value = Fraction | str | None
Picked = dict[str, str]
Key = tuple[str, str, str, str]  # mesure, caisse, periode, ventilation


def in_force(files: Iterable[Iterable[Mapping[str, str]]]) -> dict[Key, str]:
    """The text in force of every key after files accepted in this order."""
    kept: dict[Key, str] = {}
    for rows in files:
        for row in rows:
            breakdown = ";".join(sorted(filter(None, (part.strip() for part in row["ventilation"].split(";")))))
            key = (row["mesure"], row["caisse"], row["periode"], breakdown)
            said = row["valeur"].strip()
            if said == "ND":
                kept.pop(key, None)
            elif said:
                kept[key] = said
    return kept


@dataclass
class Gathered:
    """The pairs a span gives: one tuple of values per (body, finest period) that has all its terms."""

    pairs: list[tuple[Fraction, ...]] = field(default_factory=list)
    reported: int = 0
    concerned: int = 0
    aside: int = 0  # said « sans objet »

    def add(self, other: "Gathered") -> None:
        self.pairs += other.pairs
        self.reported += other.reported
        self.concerned += other.concerned
        self.aside += other.aside


class Facts:
    """The observations in force, asked by measure, body, period and breakdown."""

    def __init__(self, reference: Reference, kept: Mapping[Key, str]) -> None:
        self.reference = reference
        self._gathered: dict[Any, Gathered] = {}
        self._cells: dict[tuple[str, str, str], dict[frozenset[tuple[str, str]], Value]] = defaultdict(dict)
        for (measure, body, period, breakdown), said in kept.items():
            pairs = frozenset(tuple(pair.split("=")) for pair in breakdown.split(";") if pair)
            self._cells[measure, body, period][pairs] = NS if said.upper() == NS else number(said)

    def breakdowns(
        self, measures: Iterable[str], bodies: Iterable[str], period: str
    ) -> set[frozenset[tuple[str, str]]]:
        """Every breakdown reported for a period or inside it."""
        found: set[frozenset[tuple[str, str]]] = set()
        measures, bodies = list(measures), list(bodies)
        for measure in measures:
            for one in self._inside(period, self.reference.measures[measure].finest):
                for body in bodies:
                    found |= self._cells.get((measure, body, one), {}).keys()
        return found

    def _inside(self, period: str, finest: str) -> list[str]:
        return [period, *(two for one in below(period, finest) for two in self._inside(one, finest))]

    def given(self, measure: str, body: str, period: str, picked: Picked, *, summed: bool = True) -> Value:
        """What was reported for exactly this period: the cell itself, else the sum over ONE dimension."""
        cells = self._cells.get((measure, body, period))
        if not cells:
            return None
        wanted = frozenset(picked.items())
        if wanted in cells:
            return cells[wanted]
        if not summed:
            return None
        for dimension in self.reference.measures[measure].dimensions:
            if dimension in picked:
                continue
            values = {dict(cell)[dimension] for cell in cells if wanted <= cell and dimension in dict(cell)}
            listed = self.reference.measures[measure].dimensions[dimension] or sorted(values)
            found = [self.given(measure, body, period, {**picked, dimension: value}) for value in listed]
            if found and None not in found:
                return _total(found)
        return None

    def value(self, measure: str, body: str, period: str, picked: Picked, rule: str, *, whole: bool = False) -> Value:
        """The quantity of a period: what was given for it, else `rule` (sum, last) over what is below.

        With `whole`, nothing below may be missing.
        """
        given = self.given(measure, body, period, picked)
        if given is not None:
            return given
        finer = below(period, self.reference.measures[measure].finest)
        if not finer:
            return None
        if rule == "last":
            return self.value(measure, body, finer[-1], picked, rule, whole=whole)
        found = [self.value(measure, body, one, picked, rule, whole=whole) for one in finer]
        if whole and None in found:
            return None
        known = [one for one in found if one is not None]
        if known and None in found and all(one == NS for one in known):
            return None
        return _total(known) if known else None

    def gather(
        self,
        terms: tuple[Term, ...],
        body: str,
        period: str,
        extra: Picked,
        rules: Any,
        *,
        summed: bool = True,
        cut: int = 1,
    ) -> Gathered:
        """The pairs of a body over a period: values side by side at the finest period where all are known.

        The terms before `cut` make one expression, the others another: NS beside a number counts for nothing in it.
        """
        key = (terms, body, period, frozenset(extra.items()), str(rules), summed, cut)
        if key not in self._gathered:
            self._gathered[key] = self._gather(terms, body, period, extra, rules, summed, cut)
        return self._gathered[key]

    def _gather(
        self, terms: tuple[Term, ...], body: str, period: str, extra: Picked, rules: Any, summed: bool, cut: int
    ) -> Gathered:
        finest = max((self.reference.measures[t.measure].finest for t in terms), key="DMTSA".index)
        rule = [rule_of(rules, term.measure) for term in terms]
        wanted = [self.picked(term, extra, terms) for term in terms]
        places = [self.body_of(term.measure, body) for term in terms]

        def go(span: str) -> Gathered:
            given = [
                self.given(t.measure, place, span, w, summed=summed)
                for t, place, w in zip(terms, places, wanted, strict=True)
            ]
            size = 1 if all(r == "last" for r in rule) else count(span, finest)
            if any(one is not None for one in given):
                whole = [
                    one if one is not None or not summed else self.value(t.measure, place, span, w, r, whole=True)
                    for one, t, place, w, r in zip(given, terms, places, wanted, rule, strict=True)
                ]
                if None not in whole:
                    whole = _without_object(whole[:cut]) + _without_object(whole[cut:])
                    if NS in whole:
                        return Gathered(aside=size)
                    return Gathered([tuple(whole)], size, size)  # type: ignore[list-item]
            finer = below(span, finest)
            if not finer:
                if all(r == "last" for r in rule) and span == period:  # a stock kept more finely than its partners
                    whole = [
                        self.value(t.measure, place, span, w, r, whole=True)
                        for t, place, w, r in zip(terms, places, wanted, rule, strict=True)
                    ]
                    if None not in whole and NS not in whole:
                        return Gathered([tuple(whole)], size, size)  # type: ignore[list-item]
                return Gathered(concerned=size)
            if all(r == "last" for r in rule):
                return go(finer[-1])
            found = Gathered()
            for one in finer:
                found.add(go(one))
            return found

        return go(period)

    def picked(self, term: Term, extra: Picked, together: tuple[Term, ...]) -> Picked:
        """The breakdown a term is asked for: its own and the row's, on the dimensions that its measure has.

        Where an expression picks a dimension itself, the row's breakdown stands in the place of what it picks, and the
        terms beside keep their total (F15-40: amiable / total, contentieux / total).
        """
        own = dict(term.picked)
        chosen = {dimension for other in together for dimension, _ in other.picked}
        dimensions = self.reference.measures[term.measure].dimensions
        wanted = {key: value for key, value in extra.items() if key in own or key not in chosen}
        return {key: value for key, value in {**own, **wanted}.items() if key in dimensions}

    def body_of(self, measure: str, body: str) -> str:
        """Who reports a measure: the body, or NATIONAL for what exists only for the whole."""
        return "NATIONAL" if self.reference.measures[measure].level == "national" else body


def rule_of(rules: Any, measure: str) -> str:
    """`over_time` of a measure: one for all, one per measure, or one per grain (month-end stocks add up)."""
    if isinstance(rules, dict):
        return rules.get(measure) or ("sum" if "stock_sum" in rules.values() else "last")
    return rules or "last"


def _without_object(values: list[Value]) -> list[Value]:
    """The terms of an expression where NS counts for nothing, unless all of them are NS."""
    if all(one == NS for one in values):
        return values
    return [Fraction(0) if one == NS else one for one in values]


def _total(found: list[Value]) -> Value:
    numbers = [one for one in found if isinstance(one, Fraction)]
    if numbers:
        return sum(numbers, Fraction(0))
    return NS if NS in found else None
