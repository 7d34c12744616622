"""Lineage: what a figure is made of, unit by unit and value by value, so that anyone can add it up again.

PURE. The figure is computed again by the very readers that made it (`evaluate.reader_for`); a `Trace` tells what they
read. No formula is written twice: what is checked here is only that the parts shown add up to the terms of the figure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, localcontext
from enum import StrEnum

from cog.periods import Period
from indicators.compute.definition import HEADLINE_LOWEST, Definition, Dimension
from indicators.compute.evaluate import Sheet, reader_for
from indicators.compute.expression import TOTAL, Breakdown
from indicators.compute.facts import Facts, Gap
from indicators.compute.methods import PRECISION, Outcome
from indicators.compute.national import Part
from indicators.compute.over_time import Quantities, Rule
from indicators.compute.readers import (
    CAF_SCOPE,
    NATIONAL_SCOPE,
    Asked,
    GapReader,
    MonthGap,
    Perimeter,
    PooledReader,
    Result,
    SeriesReader,
    WeightedGapReader,
)
from indicators.compute.series import OVER_LOCAL_VALUES, Series, breakdown_series, companions, headline_series
from indicators.compute.spreads import LOCAL_COMPANIONS, SpreadReader
from indicators.compute.trace import Cell, Trace
from indicators.compute.verdict import Target

WHOLES = (NATIONAL_SCOPE, CAF_SCOPE)


class Kind(StrEnum):
    """How a figure is put together."""

    SUMS = "sums"  # a method applied to sums of quantities
    SIDES = "sides"  # two rates, each from its own sums, compared
    MONTHS = "months"  # weighted gaps of months
    VALUES = "values"  # drawn from the local values of the caisses
    LOWEST = "lowest"  # the lowest of its breakdowns


@dataclass(frozen=True)
class Component:
    """What one unit brings: its quantities (None: why not), its own value, the cells it was read from."""

    unit: str
    quantities: Quantities | None
    gap: Gap | None
    reported: int
    concerned: int
    value: Decimal | None
    cells: tuple[Cell, ...] = ()

    @property
    def missing(self) -> tuple[Cell, ...]:
        """The values that were owed and are not there."""
        return tuple(cell for cell in self.cells if cell.value is Gap.MISSING)

    @property
    def added_up(self) -> Quantities:
        """The signed sum of the cells of each term."""
        size = len(self.quantities or ())
        return tuple(
            sum((c.value * c.sign for c in self.cells if c.term == rank and isinstance(c.value, Decimal)), Decimal(0))
            for rank in range(size)
        )


@dataclass(frozen=True)
class Group:
    """The components of one calculation: all of a figure, or one of the two rates it compares."""

    definition: Definition
    outcome: Outcome
    components: tuple[Component, ...]

    @property
    def totals(self) -> Quantities | None:
        """The sums of what the units brought; those of a national addition count for the numerator alone."""
        known = [one.quantities for one in self.components if one.quantities is not None]
        if not known:
            return None
        size = max(map(len, known))
        return tuple(sum((one[rank] for one in known if rank < len(one)), Decimal(0)) for rank in range(size))

    @property
    def adds_up(self) -> bool:
        """Whether the components give the terms of the figure, to the last digit."""
        numerator, denominator = self.outcome.numerator, self.outcome.denominator
        if numerator is None:  # a mean of local values, or nothing at all: there are no terms
            return True
        totals = self.totals or ()
        return totals[:1] == (numerator,) and (denominator is None or totals[1:2] == (denominator,))


@dataclass(frozen=True)
class Lineage:
    """A figure and everything it is made of. `parts`: the breakdowns a lowest value is taken among."""

    definition: Definition
    series: Series | None
    period: Period
    name: str
    scope: str
    breakdown: Breakdown
    kind: Kind
    outcome: Outcome
    groups: tuple[Group, ...] = ()
    months: tuple[MonthGap, ...] = ()
    parts: tuple[Result, ...] = ()
    perimeter: Perimeter = field(default_factory=lambda: Perimeter([]))

    @property
    def components(self) -> tuple[Component, ...]:
        return tuple(one for group in self.groups for one in group.components)

    @property
    def adds_up(self) -> bool:
        """Whether what is shown gives the figure again."""
        if self.kind is Kind.MONTHS:
            with localcontext(PRECISION):
                gaps = sum((month.gap * month.weight for month in self.months if month.gap is not None), Decimal(0))
                weights = sum((month.weight for month in self.months if month.gap is not None), Decimal(0))
            terms = (self.outcome.numerator, self.outcome.denominator)
            return terms[0] is None or (gaps, weights) == terms
        if self.kind is Kind.LOWEST:
            values = [part.outcome.value for part in self.parts if part.outcome.value is not None]
            return self.outcome.value == min(values, default=None)
        if self.kind is Kind.SIDES:
            rates = tuple(group.outcome.value for group in self.groups)
            terms = (self.outcome.numerator, self.outcome.denominator)
            return all(group.adds_up for group in self.groups) and terms in (rates, (None, None))
        return self.kind is Kind.VALUES or all(group.adds_up for group in self.groups)

    def rules(self) -> dict[str, Rule]:
        """measure -> how its parts make this period."""
        length = self.period.granularity
        return {measure: rules[length] for measure, rules in self.definition.over_time.items() if length in rules}


def lineage(
    definition: Definition,
    facts: Facts,
    period: Period,
    perimeter: Perimeter,
    *,
    name: str = "",
    scope: str = NATIONAL_SCOPE,
    breakdown: Breakdown = TOTAL,
    targets: Iterable[Target] = (),
) -> Lineage | None:
    """The lineage of one figure of a sheet; None when the sheet has no such figure.

    `facts` are the reader's to use from now on: their readings are traced.
    """
    if definition.excluded_units:
        kept = [code for code in perimeter.caisses if code not in definition.excluded_units]
        perimeter = replace(perimeter, caisses=kept)
    with localcontext(PRECISION):
        whole = _Whole(definition, facts, period, perimeter, tuple(targets))
        owner = _owner(definition, name)
        if owner is None:
            return whole.drawn_from_local_values(name, scope, breakdown)
        if owner.headline == HEADLINE_LOWEST and not breakdown:
            return whole.lowest(owner, scope)
        return whole.of_series(owner, scope, breakdown)


def _owner(definition: Definition, name: str) -> Definition | None:
    """The definition a named value is computed by; None for what is drawn from the local values of the sheet."""
    if name == definition.name:
        return definition
    return next((one for one in companions(definition) if one.name == name), None)


@dataclass(frozen=True)
class _Whole:
    """A sheet, what it reads, and where."""

    definition: Definition
    facts: Facts
    period: Period
    perimeter: Perimeter
    targets: tuple[Target, ...]

    def of_series(self, owner: Definition, scope: str, breakdown: Breakdown) -> Lineage | None:
        found = _series(owner, self.facts, breakdown)
        if found is None:
            return None
        series, dimension = found
        trace = Trace(self.facts)
        reader, sampled = reader_for(owner, series, self.facts), dimension is not None and dimension.national_only
        alone = scope not in WHOLES
        perimeter = replace(self.perimeter, caisses=[scope], others=()) if alone else self.perimeter
        asked = Asked(self.period, perimeter, scopes=frozenset({scope}))
        kind, groups, months = _put_together(reader, owner, scope, asked, sampled, trace)
        if alone and isinstance(reader, SpreadReader):  # a caisse's own value: its outcome, not the spread
            outcome: Outcome | None = groups[0].outcome
        else:
            rows = reader.rows(asked, sampled=sampled).results
            outcome = next((r.outcome for r in rows if r.scope == scope and r.name == owner.name), None)
        if outcome is None:  # a sheet without local results: what the caisse brings, all the same
            outcome = groups[0].outcome if groups and alone else None
        if outcome is None:
            return None
        if kind is not Kind.SIDES:
            groups = tuple(replace(group, outcome=outcome) for group in groups)
        return Lineage(
            owner, series, self.period, owner.name, scope, breakdown, kind, outcome, groups, months, perimeter=perimeter
        )

    def drawn_from_local_values(self, name: str, scope: str, breakdown: Breakdown) -> Lineage | None:
        """A count of caisses below the target, a decile, a rank: the local values, and what is said of them."""
        counts = any(one.name == name and one.method in OVER_LOCAL_VALUES for one in self.definition.secondary)
        if not ((counts and not breakdown) or self.definition.is_spread):
            return None
        rows = Sheet(self.definition, self.facts, self.targets).results(self.period, self.perimeter)
        outcome = next(
            (row.outcome for row in rows if (row.name, row.scope, row.breakdown) == (name, scope, breakdown)), None
        )
        if outcome is None or (scope not in WHOLES and name not in LOCAL_COMPANIONS):
            return None
        narrowed = replace(self, perimeter=self._group_of(name))
        found = narrowed.of_series(self.definition, NATIONAL_SCOPE, breakdown)
        if found is None:
            return None
        groups = tuple(replace(group, outcome=outcome) for group in found.groups)
        return replace(found, name=name, scope=scope, kind=Kind.VALUES, outcome=outcome, groups=groups)

    def _group_of(self, name: str) -> Perimeter:
        """The caisses of the group that a name ends with (« médiane, taille=grandes »); all of them without one."""
        for key, groups in self.perimeter.groups.items():
            for group, units in groups.items():
                if name.endswith(f", {key}={group}"):
                    kept = [code for code in self.perimeter.caisses if code in set(units)]
                    return replace(self.perimeter, caisses=kept)
        return self.perimeter

    def lowest(self, owner: Definition, scope: str) -> Lineage | None:
        """The lowest of the breakdowns, each of them a figure with its own lineage."""
        rows = Sheet(self.definition, self.facts, self.targets).results(self.period, self.perimeter)
        own = [row for row in rows if row.name == owner.name and row.scope == scope]
        outcome = next((row.outcome for row in own if not row.breakdown), None)
        if outcome is None:
            return None
        parts = tuple(row for row in own if row.breakdown)
        rest = (owner.name, scope, TOTAL, Kind.LOWEST, outcome)
        return Lineage(owner, None, self.period, *rest, parts=parts, perimeter=self.perimeter)


def _series(owner: Definition, facts: Facts, breakdown: Breakdown) -> tuple[Series, Dimension | None] | None:
    """The series of a breakdown (of the whole without one), and the dimension it belongs to."""
    read = owner.of if owner.is_spread else owner
    if not isinstance(read, Definition):
        return None
    if not breakdown:
        headline = headline_series(read, facts)
        return (headline, None) if headline else None
    for group in breakdown_series(read, facts):
        for series in group.series:
            if series.breakdown == breakdown:
                return series, group.dimension
    return None


def _put_together(
    reader: SeriesReader, owner: Definition, scope: str, asked: Asked, sampled: bool, trace: Trace
) -> tuple[Kind, tuple[Group, ...], tuple[MonthGap, ...]]:
    """How the reader makes the figure, and from what."""
    if isinstance(reader, GapReader):
        sides = [_group(side, owner, scope, asked, False, trace) for side in reader.sides]
        return Kind.SIDES, tuple(sides), ()
    if isinstance(reader, WeightedGapReader):
        units = list(asked.perimeter.caisses)
        pairs = [reader.pairs(unit, asked.period) for unit in units]
        cells = trace.take()
        whole = next(row.outcome for row in reader.rows(asked).results if row.scope == NATIONAL_SCOPE)
        components = tuple(
            Component(unit, None, None, sum(isinstance(one, tuple) for one in own.values()), len(own), None,
                      tuple(cells.get(unit, ())))
            for unit, own in zip(units, pairs, strict=True)
        )  # fmt: skip
        return Kind.MONTHS, (Group(owner, whole, components),), tuple(reader.months(pairs))
    if isinstance(reader, SpreadReader):
        group = _group(reader.local, owner, scope, asked, sampled, trace)
        return (Kind.VALUES if scope in WHOLES else Kind.SUMS), (group,), ()
    if not isinstance(reader, PooledReader):
        raise TypeError(f"no lineage for {type(reader).__name__}")
    mean = owner.national == "mean" and scope in WHOLES
    return (Kind.VALUES if mean else Kind.SUMS), (_group(reader, owner, scope, asked, sampled, trace),), ()


def _group(reader: PooledReader, owner: Definition, scope: str, asked: Asked, sampled: bool, trace: Trace) -> Group:
    parts = reader.contributions(scope, asked, sampled=sampled)
    cells = trace.take()
    own: Mapping[str, Sequence[Cell]] = {part.unit: _cells_of(part, owner, cells) for part in parts}
    components = tuple(_component(part, own[part.unit]) for part in parts)
    pooled = scope in WHOLES and not owner.is_spread  # a spread is no value of sums: its reader says it
    outcome = reader.together(parts, asked) if pooled or not parts else parts[0].outcome
    return Group(reader.definition, outcome, components)


def _cells_of(part: Part, owner: Definition, cells: Mapping[str, Sequence[Cell]]) -> Sequence[Cell]:
    """The cells of a unit; those of a national addition lie under the whole, by its measure."""
    if part.unit in owner.national_additions:
        return [cell for found in cells.values() for cell in found if cell.measure == part.unit]
    return cells.get(part.unit, ())


def _component(part: Part, cells: Sequence[Cell]) -> Component:
    quantities, reported, concerned, _ = part.span
    known = isinstance(quantities, tuple)
    return Component(
        part.unit,
        quantities if isinstance(quantities, tuple) else None,
        None if known else quantities if isinstance(quantities, Gap) else None,
        reported,
        concerned,
        part.outcome.value,
        tuple(cells),
    )
