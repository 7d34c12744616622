"""Facts: the observations a calculation reads, in memory, with the rule that makes a total out of breakdowns.

PURE. A fact is (measure, organisation, period, breakdown) -> a number, or NS (« sans objet »: nothing to
report). What was not reported is simply not there: missing is never zero.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any, NamedTuple

from cog.periods import Granularity, Period
from indicators.compute.expression import (
    TOTAL,
    Breakdown,
    breakdown_pairs,
    canonical_breakdown,
    join_breakdown,
)

NATIONAL = "NATIONAL"
"""Organisation code of a figure that exists only for the whole."""


class Gap(Enum):
    """What stands where a number could be."""

    MISSING = "non remonté"
    NOT_APPLICABLE = "sans objet"
    DISAGREEING = "ventilations discordantes"
    ZERO_DIVISION = "division par zéro"  # inside a formula


Value = Decimal | Gap

Catalogue = Mapping[str, Mapping[str, Collection[str]]]
"""measure -> dimension -> its values (empty: the list is open), as `breakdowns` of measures.csv."""


class Fact(NamedTuple):
    """« valeur remontée » in force; Gap.NOT_APPLICABLE stands for NS. A withdrawn value is no fact."""

    measure: str
    organisation: str
    period: Period
    breakdown: Breakdown
    value: Value


class DuplicateFactError(ValueError):
    """Two values in force for one (measure, organisation, period, breakdown)."""


@dataclass(frozen=True, slots=True)
class History:
    """What is known of one measure, organisation and breakdown, and the lengths of the periods supplied."""

    values: Mapping[Period, Value]
    levels: frozenset[Granularity]

    def at(self, period: Period) -> Value:
        """The value supplied for exactly this period."""
        return self.values.get(period, Gap.MISSING)


_NOTHING = History({}, frozenset())


class Facts:
    """The store. Built once, then only read; `history` is remembered, so asking again costs nothing.

    `catalogue` says which dimensions each measure has and which values a closed one must have. A measure that
    is not in it has the dimensions found in the facts, all open. Facts may be plain tuples, in the order of `Fact`.
    `tracer` (an `over_time.Tracer`) makes the readings of these facts, when what they read is to be remembered.
    Raises DuplicateFactError.
    """

    tracer: Any = None

    def __init__(
        self,
        facts: Iterable[Fact | tuple[str, str, Period, Breakdown, Value]],
        catalogue: Catalogue | None = None,
    ) -> None:
        self._catalogue: Catalogue = catalogue or {}
        self._cells: dict[tuple[str, str, Breakdown], dict[Period, Value]] = {}
        self._parts: defaultdict[tuple[str, str], list[Breakdown]] = defaultdict(list)
        self._found: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._histories: dict[tuple[str, str, Breakdown, bool], History] = {}
        self._gather(facts)

    @classmethod
    def of_cells(
        cls,
        cells: Iterable[tuple[tuple[str, str, Breakdown], Mapping[Period, Value]]],
        catalogue: Catalogue | None = None,
    ) -> "Facts":
        """The same store from what is already gathered by (measure, organisation, breakdown), several times faster."""
        store = cls((), catalogue)
        for (measure, organisation, breakdown), values in cells:
            cell = store._cells.get((measure, organisation, breakdown))
            if cell is None:
                cell = store._new_cell(measure, organisation, breakdown)
            if cell and (twice := cell.keys() & values.keys()):
                raise _duplicate(measure, organisation, min(twice), breakdown)
            cell.update(values)
        return store

    def _gather(self, facts: Iterable[Fact | tuple[str, str, Period, Breakdown, Value]]) -> None:
        cells = self._cells
        for measure, organisation, period, breakdown, value in facts:
            cell = cells.get((measure, organisation, breakdown))
            if cell is None:
                cell = self._new_cell(measure, organisation, breakdown)
            if period in cell:
                raise _duplicate(measure, organisation, period, breakdown)
            cell[period] = value

    def _new_cell(self, measure: str, organisation: str, written: Breakdown) -> dict[Period, Value]:
        """The cell of a breakdown, under its canonical form and the one it was written in."""
        breakdown = canonical_breakdown(written)
        cell = self._cells.setdefault((measure, organisation, breakdown), {})
        if written != breakdown:
            self._cells[measure, organisation, written] = cell
        if breakdown and breakdown not in self._parts[measure, organisation]:
            self._parts[measure, organisation].append(breakdown)
        for dimension, value in breakdown_pairs(breakdown):
            self._found[measure][dimension].add(value)
        return cell

    def history(
        self, measure: str, organisation: str, breakdown: Breakdown = TOTAL, *, from_breakdowns: bool = True
    ) -> History:
        """What is known of a measure at one organisation and breakdown, totals of breakdowns included.

        A value supplied as such stands. Where there is none, the total is the sum over ONE dimension: every
        value of a closed dimension must be there; several dimensions must agree, else Gap.DISAGREEING.
        `from_breakdowns=False` (a survey) takes only what was supplied as such.
        """
        key = (measure, organisation, breakdown, from_breakdowns)
        known = self._histories.get(key)
        if known is None:
            known = self._histories[key] = self._read(measure, organisation, breakdown, from_breakdowns)
        return known

    def has_dimension(self, measure: str, dimension: str) -> bool:
        """Whether the measure is broken down by this dimension."""
        return dimension in self._catalogue.get(measure, self._found.get(measure, {}))

    def origins(self, measure: str, organisation: str, breakdown: Breakdown, period: Period) -> list[Breakdown]:
        """The breakdowns supplied that make what `history` says here: its own, or the parts of a total."""
        supplied = self._cells.get((measure, organisation, breakdown), {})
        if period in supplied:
            return [breakdown]
        for dimension, found in sorted(self._open_dimensions(measure, organisation, breakdown).items()):
            closed = frozenset(self._catalogue.get(measure, {}).get(dimension, ()))
            refined = {value: _refined(breakdown, dimension, value) for value in sorted(found)}
            known = {
                value: part
                for value, part in refined.items()
                if self.history(measure, organisation, part).at(period) is not Gap.MISSING
            }
            if known and closed <= known.keys():
                return [one for part in known.values() for one in self.origins(measure, organisation, part, period)]
        return []

    def dimension_values(self, measure: str, dimension: str) -> frozenset[str]:
        """Values of a dimension found in the facts of a measure."""
        return frozenset(self._found[measure][dimension]) if measure in self._found else frozenset()

    def _read(self, measure: str, organisation: str, breakdown: Breakdown, derive: bool) -> History:
        supplied = self._cells.get((measure, organisation, breakdown))
        values: Mapping[Period, Value] = supplied or {}
        if derive and (measure, organisation) in self._parts:
            values = self._derived(measure, organisation, breakdown) | dict(values)
        if not values:
            return _NOTHING
        return History(values, frozenset({period.granularity for period in values}))

    def _derived(self, measure: str, organisation: str, breakdown: Breakdown) -> dict[Period, Value]:
        """Totals by period: one candidate per dimension that this breakdown leaves open."""
        candidates: defaultdict[Period, list[Value]] = defaultdict(list)
        for dimension, found in self._open_dimensions(measure, organisation, breakdown).items():
            closed = frozenset(self._catalogue.get(measure, {}).get(dimension, ()))
            parts = {
                value: self.history(measure, organisation, _refined(breakdown, dimension, value)).values
                for value in found
            }
            for period in {period for part in parts.values() for period in part}:
                reported = {value: part[period] for value, part in parts.items() if period in part}
                if closed <= reported.keys():
                    candidates[period].append(sum_reported(list(reported.values())))
        return {period: _agreed(totals) for period, totals in candidates.items()}

    def _open_dimensions(self, measure: str, organisation: str, breakdown: Breakdown) -> dict[str, set[str]]:
        """Dimensions, with the values found, of the cells that are finer than `breakdown`."""
        fixed = set(breakdown_pairs(breakdown))
        found: defaultdict[str, set[str]] = defaultdict(set)
        for cell in self._parts.get((measure, organisation), ()):
            pairs = set(breakdown_pairs(cell))
            if fixed < pairs:
                for dimension, value in pairs - fixed:
                    found[dimension].add(value)
        return found


def _duplicate(measure: str, organisation: str, period: Period, breakdown: Breakdown) -> DuplicateFactError:
    key = ", ".join((measure, organisation, str(period), breakdown or "total"))
    return DuplicateFactError(f"Deux valeurs en vigueur pour {key}.")


def sum_reported(values: Sequence[Value]) -> Value:
    """Sum of what was reported. NS adds nothing, and nothing but NS is NS; a refused part refuses the sum."""
    numbers = [value for value in values if isinstance(value, Decimal)]
    if len(numbers) < len(values):
        gaps = {value for value in values if isinstance(value, Gap)}
        for refused in (Gap.DISAGREEING, Gap.ZERO_DIVISION):
            if refused in gaps:
                return refused
        if not numbers:
            return Gap.NOT_APPLICABLE if Gap.NOT_APPLICABLE in gaps else Gap.MISSING
    return sum(numbers[1:], numbers[0]) if numbers else Gap.MISSING


def _agreed(totals: list[Value]) -> Value:
    numbers = {total for total in totals if isinstance(total, Decimal)}
    if Gap.DISAGREEING in totals or len(numbers) > 1:
        return Gap.DISAGREEING
    return numbers.pop() if numbers else Gap.NOT_APPLICABLE


def _refined(breakdown: Breakdown, dimension: str, value: str) -> Breakdown:
    return join_breakdown((*breakdown_pairs(breakdown), (dimension, value)))
