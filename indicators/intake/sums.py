"""The sums that the values of a body must keep: the parts of a breakdown and their total, the months and their year.

PURE. Whole numbers of things add up exactly; amounts may differ by the rounding of their last decimal, no more. NS adds
nothing. What is not known is not checked.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from cog.figures import format_exact
from cog.periods import Granularity, Period, parse
from indicators.compute.expression import Breakdown, breakdown_pairs
from indicators.intake.checks import Row
from indicators.intake.held import Held, at, place, tolerance, when, without
from indicators.intake.messages import Problem, Severity, quoted
from indicators.intake.relations import Parts, Relations

ACCEPT = "si les valeurs sont exactes, acceptez l'avertissement en écrivant pourquoi"
ZERO = Decimal(0)


def sums_of_breakdowns(held: Held, relations: Relations) -> Iterator[Problem]:
    """Totals and their parts, and dimensions that give different totals; fills `held.derived` on the way."""
    for measure in held.measures():
        if any(held.breakdowns(measure)):
            yield from _Breakdowns(held, relations, measure).problems()


@dataclass(frozen=True, slots=True)
class _Group:
    """The parts supplied of one total, over one dimension, at one period."""

    dimension: str
    whole: Breakdown
    period: str
    values: Mapping[Breakdown, Decimal | None]
    complete: bool

    @property
    def sum(self) -> Decimal | None:
        """None where every part is « NS »."""
        numbers = [value for value in self.values.values() if value is not None]
        return sum(numbers, ZERO) if numbers else None


class _Breakdowns:
    """The breakdowns of one measure, from the finest to the total."""

    def __init__(self, held: Held, relations: Relations, measure: str) -> None:
        self._held = held
        self._relations = relations
        self._measure = measure
        self._exact = relations.traits[measure].value_kind == "count"
        self._cells = {one: {**held.series(measure, one)} for one in held.breakdowns(measure)}

    def problems(self) -> Iterator[Problem]:
        depth = max(len(breakdown_pairs(one)) for one in self._cells)
        for level in range(depth, 0, -1):
            totals: defaultdict[tuple[Breakdown, str], list[_Group]] = defaultdict(list)
            for group in self._groups(level):
                totals[group.whole, group.period].append(group)
            for (whole, period), groups in totals.items():
                yield from self._total(whole, period, groups)

    def _groups(self, level: int) -> Iterator[_Group]:
        """The parts with `level` dimensions, by what they are parts of."""
        parts: defaultdict[tuple[Breakdown, str], list[Breakdown]] = defaultdict(list)
        for one in [*self._cells]:
            pairs = breakdown_pairs(one)
            if len(pairs) == level:
                for key, _ in pairs:
                    parts[without(one, key), key].append(one)
        for (whole, dimension), members in parts.items():
            if self._relations.parts_of(self._measure, dimension, whole) is not Parts.UNRELATED:
                yield from self._by_period(whole, dimension, sorted(members))

    def _by_period(self, whole: Breakdown, dimension: str, members: Sequence[Breakdown]) -> Iterator[_Group]:
        expected = len(self._relations.values_of(self._measure, dimension))
        for period in sorted({period for one in members for period in self._cells[one]}):
            values = {one: self._cells[one][period] for one in members if period in self._cells[one]}
            yield _Group(dimension, whole, period, values, complete=len(values) == expected)

    def _total(self, whole: Breakdown, period: str, groups: Sequence[_Group]) -> Iterator[Problem]:
        supplied = self._cells.get(whole, {})
        if period in supplied:
            total = supplied[period]
            if total is not None:
                for group in groups:
                    yield from self._against(total, group)
            return
        summed = [
            (group, group.sum)
            for group in groups
            if group.complete and self._rule(group) >= Parts.USUALLY_SUMMED and group.sum is not None
        ]
        if not summed:
            return
        first, total = summed[0]
        for other, other_total in summed[1:]:
            if total is not None and other_total is not None and self._differ(total, other_total, first, other):
                yield from self._disagreeing(first, other)
        if total is not None:
            self._held.derive(self._measure, whole, period, total)
            self._cells.setdefault(whole, {})[period] = total

    def _against(self, total: Decimal, group: _Group) -> Iterator[Problem]:
        rule = self._rule(group)
        numbers = [value for value in group.values.values() if value is not None]
        if not numbers:
            return
        if rule is Parts.OVERLAPPING:
            above = max(numbers)
            if above > total >= 0:
                yield from self._above(total, above, group, Severity.ERROR)
            return
        added = sum(numbers, ZERO)
        severity = Severity.ERROR if rule is Parts.SUMMED else Severity.WARNING
        if group.complete and self._differ(total, added, group, total):
            yield from self._different(total, added, group, severity)
        elif not group.complete and min(numbers) >= 0 and added > total and self._differ(total, added, group, total):
            yield from self._above(total, added, group, severity)

    def _differ(self, one: Decimal, other: Decimal, *read: "_Group | Decimal") -> bool:
        """Whether two totals differ by more than the rounding of the figures that were read."""
        if one == other or self._exact:
            return one != other
        figures = [[figure] if isinstance(figure, Decimal) else figure.values.values() for figure in read]
        return abs(one - other) > tolerance(value for some in figures for value in some if value is not None)

    def _rule(self, group: _Group) -> Parts:
        return self._relations.parts_of(self._measure, group.dimension, group.whole)

    def _blamed(self, *groups: _Group) -> tuple[Row | None, Row | None]:
        """The row of the total, and the first row of a part, among those that the file changes."""
        whole, period = groups[0].whole, groups[0].period
        parts = (self._held.blamed(self._measure, one, period) for group in groups for one in group.values)
        return self._held.row(self._measure, whole, period), next((row for row in parts if row), None)

    def _different(self, total: Decimal, added: Decimal, group: _Group, severity: Severity) -> Iterator[Problem]:
        whole, part = self._blamed(group)
        mend = "vérifiez le total et chaque partie" if severity is Severity.ERROR else ACCEPT
        parts = f"la somme de ses {len(group.values)} parties (ventilation {quoted(group.dimension)})"
        if whole is not None:
            yield at(whole, severity, "sum_of_parts", f"{format_exact(added)}, {parts}", mend)
        elif part is not None:
            expected = (
                f"des parties (ventilation {quoted(group.dimension)}) qui donnent ensemble le total "
                f"{format_exact(total)}, {self._place_of(group)} ; leur somme est {format_exact(added)}"
            )
            yield at(part, severity, "sum_of_parts", expected, mend)

    def _above(self, total: Decimal, above: Decimal, group: _Group, severity: Severity) -> Iterator[Problem]:
        whole, part = self._blamed(group)
        mend = "vérifiez le total et chaque partie" if severity is Severity.ERROR else ACCEPT
        dimension = f"ventilation {quoted(group.dimension)}"
        if whole is not None:
            expected = f"au moins {format_exact(above)}, ce que donnent déjà les parties connues ({dimension})"
            yield at(whole, severity, "parts_above_total", expected, mend)
        elif part is not None:
            expected = (
                f"des parties ({dimension}) qui ne dépassent pas le total {format_exact(total)}, "
                f"{self._place_of(group)} ; elles donnent {format_exact(above)}"
            )
            yield at(part, severity, "parts_above_total", expected, mend)

    def _disagreeing(self, first: _Group, other: _Group) -> Iterator[Problem]:
        _, row = self._blamed(other, first)
        if row is None or first.sum is None or other.sum is None:
            return
        expected = (
            f"le même total par chaque ventilation ; {quoted(first.dimension)} donne {format_exact(first.sum)}, "
            f"{quoted(other.dimension)} donne {format_exact(other.sum)}"
        )
        mend = "vérifiez les parties de chaque ventilation : aucun total ne peut en être tiré"
        yield at(row, Severity.ERROR, "disagreeing_breakdowns", expected, mend)

    def _place_of(self, group: _Group) -> str:
        return place(self._held.row(self._measure, group.whole, group.period))


def sums_over_time(held: Held, relations: Relations) -> Iterator[Problem]:
    """A year and its months, a quarter and its months…: what adds up differently is a warning.

    The longer period is the one used; its finer ones are compared level by level, down to the first that is whole.
    """
    for measure, breakdown in held.changed:
        lengths = relations.summed.get(measure, ())
        series = held.series(measure, breakdown)
        if lengths and len({parse(period).granularity for period in series}) > 1:
            exact = relations.traits[measure].value_kind == "count"
            yield from _over_time(held, measure, breakdown, series, lengths, exact=exact)


def _over_time(
    held: Held,
    measure: str,
    breakdown: Breakdown,
    series: Mapping[str, Decimal | None],
    lengths: Collection[Granularity],
    *,
    exact: bool,
) -> Iterator[Problem]:
    periods = [parse(text) for text in sorted(series)]
    levels = sorted({period.granularity for period in periods})
    for period in periods:
        total = series[str(period)]
        finer = [level for level in reversed(levels) if level < period.granularity]
        if total is None or period.granularity not in lengths:
            continue
        for level in finer:
            parts = [str(part) for part in period.children(level) if str(part) in series]
            numbers = [value for part in parts if (value := series[part]) is not None]
            complete = len(parts) == len(period.children(level))
            added = sum(numbers, ZERO)
            differ = added != total and (exact or abs(added - total) > tolerance([total, *numbers]))
            if numbers and differ and (complete or (min(numbers) >= 0 and added > total)):
                yield from _unlike(held, (measure, breakdown), period, parts, added, total)
            if complete:
                break


def _unlike(
    held: Held, key: tuple[str, Breakdown], period: Period, parts: Sequence[str], added: Decimal, total: Decimal
) -> Iterator[Problem]:
    words = f"des {len(parts)} périodes de « {when(parts[0])} » à « {when(parts[-1])} »"
    words = f"la somme {words}" if len(parts) > 1 else f"la valeur de « {when(parts[0])} »"
    least = "" if len(parts) == len(period.children(parse(parts[0]).granularity)) else "au moins "
    whole = held.row(*key, str(period))
    if whole is not None:
        expected = f"{least}{format_exact(added)}, {words}"
        mend = f"c'est la valeur de « {period.label} » qui sera utilisée ; {ACCEPT}"
        yield at(whole, Severity.WARNING, "sum_over_time", expected, mend)
        return
    part = next((row for one in parts if (row := held.row(*key, one))), None)
    if part is not None:
        expected = (
            f"des valeurs qui donnent ensemble {'au plus ' if least else ''}{format_exact(total)}, la valeur de "
            f"« {period.label} », {place(whole)} ; leur somme est {format_exact(added)}"
        )
        mend = f"la valeur de « {period.label} » reste utilisée ; {ACCEPT}"
        yield at(part, Severity.WARNING, "sum_over_time", expected, mend)
