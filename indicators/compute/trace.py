"""Trace: what the engine itself read to make a figure, remembered while it computes.

PURE. Nothing is computed here: a `TracedReading` is the engine's `Reading` whose sources note each value they give and
whose turns (a total tried, then left for its parts) take back what was noted in vain. A value that was missing where
one was owed is noted too.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from cog.periods import Period
from indicators.compute.expression import Breakdown, Program, Reference
from indicators.compute.facts import Facts, Gap, Value
from indicators.compute.over_time import Grid, Reading, Source, Span, Term


@dataclass(frozen=True)
class Cell:
    """One value a figure rests on, under the key of its observation; `Gap.MISSING` where none was reported.

    `term` is the rank of the quantity it went into (0: the numerator), `sign` how it went there.
    """

    organisation: str
    measure: str
    period: Period
    breakdown: Breakdown
    value: Value
    term: int
    sign: int
    is_denominator: bool


@dataclass(frozen=True)
class _Noted:
    reference: Reference
    term: int
    is_denominator: bool
    period: Period
    value: Value


@dataclass(frozen=True, kw_only=True)
class _TracedSource(Source):
    """A source that notes what it gives."""

    reference: Reference
    term: int
    is_denominator: bool
    log: list[_Noted]

    def at(self, period: Period) -> Value:
        value = super().at(period)
        if value is not Gap.MISSING:
            self.note(period, value)
        return value

    def note(self, period: Period, value: Value) -> None:
        back = self.years_back if self.in_year is None else period.year - self.in_year
        read = period.previous_year(back) if back else period
        self.log.append(_Noted(self.reference, self.term, self.is_denominator, read, value))


class TracedReading(Reading):
    """The engine's reading, which remembers the values that counted."""

    def __init__(
        self,
        terms: Sequence[Sequence[_TracedSource]],
        programs: Sequence[Program],
        grid: Grid,
        organisation: str,
        log: list[_Noted],
    ) -> None:
        super().__init__(terms, programs, grid)
        self.organisation = organisation
        self.log = log
        self._traced = [source for term in terms for source in term]
        self._marks: list[int] = []

    def _read(self, period: Period) -> Span:
        self._marks.append(len(self.log))
        try:
            return super()._read(period)
        finally:
            self._marks.pop()

    def _made_of_parts(self, period: Period) -> Span:
        del self.log[self._marks[-1] :]
        if not self._parts(period):  # nothing finer: what is owed here and absent leaves the rest of the terms unused
            for source in self._traced:
                if Source.at(source, period) is Gap.MISSING:
                    source.note(period, Gap.MISSING)
        return super()._made_of_parts(period)

    def _leaf(self, period: Period, values: Sequence[Value], *, direct: bool) -> Span:
        span = super()._leaf(period, values, direct=direct)
        if not isinstance(span.quantities, tuple):  # numbers whose other term is not one did not count
            mark = self._marks[-1]
            self.log[mark:] = [one for one in self.log[mark:] if isinstance(one.value, Gap)]
        return span

    def _alone(self, source: Source, period: Period) -> tuple[Value, int]:
        value, covered = super()._alone(source, period)
        if value is Gap.MISSING and not self._parts(period) and isinstance(source, _TracedSource):
            source.note(period, Gap.MISSING)
        return value, covered


class Trace:
    """The tracer of some facts: it makes their readings, and tells what they read."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._readings: list[TracedReading] = []
        facts.tracer = self

    def reading(
        self,
        organisation: str,
        terms: Sequence[Term],
        sources: Sequence[Sequence[Source]],
        programs: Sequence[Program],
        grid: Grid,
    ) -> TracedReading:
        """A reading of these terms that is remembered."""
        log: list[_Noted] = []
        traced = [
            [
                _TracedSource(
                    history=source.history, rules=source.rules, sign=source.sign, years_back=source.years_back,
                    in_year=source.in_year, reference=reference, term=rank, is_denominator=term.is_denominator, log=log,
                )
                for source, reference in zip(own, term.expression.references, strict=True)
            ]
            for rank, (term, own) in enumerate(zip(terms, sources, strict=True))
        ]  # fmt: skip
        made = TracedReading(traced, programs, grid, organisation, log)
        self._readings.append(made)
        return made

    def take(self) -> dict[str, list[Cell]]:
        """organisation -> the cells read since the last time this was asked, in the order of the terms and periods."""
        found: defaultdict[str, dict[Cell, None]] = defaultdict(dict)  # a dict: each cell once, in order
        for reading in self._readings:
            for noted in reading.log:
                for cell in self._cells(reading.organisation, noted):
                    found[reading.organisation][cell] = None
            reading.log.clear()
        return {unit: sorted(cells, key=_order) for unit, cells in found.items()}

    def _cells(self, organisation: str, noted: _Noted) -> list[Cell]:
        """The observations behind a value: itself, or the parts of a total that nobody supplied as such."""
        reference = noted.reference
        measure, period = reference.measure, noted.period
        rest = (noted.term, reference.sign, noted.is_denominator)
        origins = self._facts.origins(measure, organisation, reference.breakdown, period)
        if noted.value is Gap.MISSING or not origins:
            return [Cell(organisation, measure, period, reference.breakdown, noted.value, *rest)]
        return [
            Cell(organisation, measure, period, one, self._facts.history(measure, organisation, one).at(period), *rest)
            for one in origins
        ]


def _order(cell: Cell) -> tuple[int, str, Period, str]:
    return cell.term, cell.measure, cell.period, cell.breakdown
