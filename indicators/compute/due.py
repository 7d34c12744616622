"""What a body owes with the transmission of a quarter: the values asked, from the sheets in force.

PURE. Rules of the convention (annexe 4, l. 12243-12251): what has a quarterly rhythm is owed for each quarter, by
month; what has none is owed for the year N-1 with the first quarter of N; half-yearly values are offered with the
second and the fourth quarter, owed only with the first of the next year. The last years reach beyond the term.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Protocol

from cog.calendar import Occurrence
from cog.periods import Granularity, Period, month, quarter, year
from indicators.compute.definition import Definition, Dimension, Side
from indicators.compute.expression import Breakdown, Expression, Reference, breakdown_pairs, join_breakdown
from indicators.compute.facts import NATIONAL

BRANCH = ("caisse", "cnaf", "certi", "cnedi", "pole")
LEVEL_KINDS: Mapping[str, tuple[str, ...]] = {
    "caisse": ("caisse",),
    "organisation": BRANCH,
    "national": (NATIONAL.lower(),),
}
"""Kinds of the bodies that report a measure of this level."""

FORECAST_MONTHS = range(2, 13)
"""F1-8: eleven monthly forecasts of the year, from February to December."""

DEFINITIVE_AFTER = 2
"""F1-1.1: the definitive values of a year, with their breakdown, come in March of N+2."""

_COMPARED_WITH_LAST_YEAR = ("variation", "evolution", "growth_gap")
_MADE_OF_LOCAL_VALUES = ("units_below_target", "mean_of_caisses")


class AskedMeasure(Protocol):
    """What must be known of a measure: its level, its finest period, its dimensions with their values (none: open)."""

    @property
    def level(self) -> str: ...
    @property
    def finest_period(self) -> Granularity: ...
    @property
    def breakdowns(self) -> Mapping[str, Collection[str]]: ...


class Body(NamedTuple):
    """« organisme » that reports: its code, and its kind in the codes of `organisations.csv` (`caisse`, `cnaf`…)."""

    code: str
    kind: str


@dataclass(frozen=True, slots=True)
class Term:
    """First and last day of the convention."""

    start: date
    end: date

    @property
    def years(self) -> range:
        """The exercises it covers."""
        return range(self.start.year, self.end.year + 1)


@dataclass(frozen=True, slots=True)
class Slot:
    """« valeur attendue » of a body: a measure over a period, once for each of `breakdowns`, for these sheets.

    Not `is_owed`: it may be sent already, or helps a calculation, but nobody is late for it.
    """

    measure: str
    period: Period
    breakdowns: tuple[Breakdown, ...]
    sheets: tuple[str, ...]
    is_owed: bool = True

    def missing(self, reported: Collection[tuple[Period, Breakdown]], asked: AskedMeasure) -> tuple[Breakdown, ...]:
        """The breakdowns without a value; `reported` is all that the body said of the measure (NS is a value).

        A value of a longer period that contains this one stands for it; so do the values of all its months or days, and
        for a total those of all the values of one dimension.
        """
        told: defaultdict[Breakdown, set[Period]] = defaultdict(set)
        for period, breakdown in reported:
            told[breakdown].add(period)
        return tuple(cell for cell in self.breakdowns if not _is_told(self.period, cell, told, asked.breakdowns))


class Want(NamedTuple):
    """One sheet asks for one measure over one period: what `wanted` hands to `slots_of`."""

    sheet: str
    measure: str
    period: Period
    breakdowns: tuple[Breakdown, ...]
    is_owed: bool
    is_survey: bool
    excluded: frozenset[str]


def transmissions(definitions: Iterable[Definition], term: Term) -> tuple[Period, ...]:
    """The quarters a transmission is made for: those of the convention, and the tail that its last year leaves."""
    quarters = [quarter(number, rank) for number in term.years for rank in range(1, 5)]
    tail = {1, DEFINITIVE_AFTER} if any(one.has_vintages for one in definitions) else {1}
    return (*quarters, *(quarter(term.end.year + shift, 1) for shift in sorted(tail)))


def due_on(transmission: Period, results: Sequence[Occurrence]) -> date | None:
    """The day a quarter's transmission is due; `results`: the occurrences of the obligations about results.

    A quarter of the tail is due with what its calendar still holds: 30 April 2018 for the year 2017. None: unknown.
    """
    own = [one.due for one in results if one.due is not None and one.covers == str(transmission)]
    first, last = transmission.start, transmission.next().end
    others = [one.due for one in results if one.due is not None and first <= one.due <= last]
    return max(own or others, default=None)


def due_slots(
    transmission: Period,
    definitions: Iterable[Definition],
    measures: Mapping[str, AskedMeasure],
    term: Term,
    body: Body,
    concerned: Mapping[str, Collection[str]] | None = None,
) -> tuple[Slot, ...]:
    """What a body is asked with the transmission of a quarter: measures in the order of the sheets, then periods.

    `definitions`: those in force at that quarter; a sheet to build asks nothing, a provisional one owes nothing yet.
    `concerned`: the bodies of a sheet that does not concern all of them (F1-3).
    """
    return slots_of(wanted(transmission, definitions, measures, term), measures, body, concerned)


def wanted(
    transmission: Period, definitions: Iterable[Definition], measures: Mapping[str, AskedMeasure], term: Term
) -> tuple[Want, ...]:
    """What the sheets ask, whoever the body: worked out once for all of them, then given to `slots_of`."""
    references = [
        (definition, part, reference, side)
        for definition in definitions
        if not definition.to_build
        for part, expression, side in _formulas(definition)
        for reference in expression.references
    ]
    settled = {reference.measure for _, part, reference, _ in references if part.has_vintages}
    return tuple(
        Want(
            sheet=sheet.code,
            measure=reference.measure,
            period=period,
            breakdowns=_cells(part, reference, side, period, measures[reference.measure]),
            is_owed=is_owed and not part.provisional,
            is_survey=part.method == "survey",
            excluded=frozenset(_texts(sheet.options.get("excluded_units"))),
        )
        for sheet, part, reference, side in references
        for period, is_owed in _periods(
            part, side, measures[reference.measure], transmission, term, is_settled_later=reference.measure in settled
        )
    )


def slots_of(
    wants: Iterable[Want],
    measures: Mapping[str, AskedMeasure],
    body: Body,
    concerned: Mapping[str, Collection[str]] | None = None,
) -> tuple[Slot, ...]:
    """The part of `wanted` that falls to one body, a slot for each measure, period and obligation."""
    restricted = concerned or {}
    groups: defaultdict[str, defaultdict[Period, list[Want]]] = defaultdict(lambda: defaultdict(list))
    for want in wants:
        is_concerned = want.sheet not in restricted or body.code in restricted[want.sheet]
        if is_concerned and body.code not in want.excluded and body.kind in LEVEL_KINDS[measures[want.measure].level]:
            groups[want.measure][want.period].append(want)
    return tuple(
        slot
        for measure, periods in groups.items()
        for period, group in sorted(periods.items())
        for slot in _merged(measure, period, group, measures[measure].breakdowns)
    )


class Place(NamedTuple):
    """A period whose national result goes with a transmission; not `is_owed`: it is only offered."""

    period: Period
    is_owed: bool


def results_placed(definition: Definition, transmission: Period, term: Term) -> tuple[Place, ...]:
    """The results of a sheet that go with the transmission of a quarter, as what they are made of is asked (`wanted`).

    A sheet with a quarterly rhythm gives the quarter. Another gives its exercise N-1 with the first quarter, and its
    semesters, which are also offered with the second and the fourth. Definitive values come once more,
    in their own time (F1-1.1). A sheet gives nothing before its own first period (F10-28, F10-31).
    """
    length = max(definition.grid.finest, Granularity.MONTH)
    if length <= Granularity.QUARTER:
        places = [Place(transmission, True)]
    else:
        places = [Place(one, one.year < transmission.year) for one in _rhythmless(transmission, length)]
        if transmission.number == 1 and length is not Granularity.YEAR:
            places.append(Place(year(transmission.year - 1), True))
    if definition.has_vintages and transmission.number == 1:
        places.append(Place(year(transmission.year - DEFINITIVE_AFTER), True))
    first = max(term.start, definition.first or term.start)
    return tuple(place for place in places if first <= place.period.end <= term.end)


def _formulas(definition: Definition) -> Iterator[tuple[Definition, Expression, Side]]:
    """Every formula of a sheet, with the part of the sheet it belongs to and its side of the ratio."""
    if definition.method in _MADE_OF_LOCAL_VALUES:
        return
    options = definition.options
    terms = (
        (definition.numerator, Side.NUMERATOR),
        (definition.denominator, Side.DENOMINATOR),
        (options.get("reference_numerator"), Side.NUMERATOR),
        (options.get("reference_denominator"), Side.DENOMINATOR),
    )
    for term, side in terms:
        if isinstance(term, Expression):
            yield definition, term, side
    for code in (*_texts(options.get("excluded_flag")), *_texts(options.get("national_addition"))):
        yield definition, Expression((Reference(code),)), Side.NUMERATOR
    local_value = options.get("of")
    inner = [local_value] if isinstance(local_value, Definition) else []
    for part in (*inner, *definition.secondary, *definition.variants):
        yield from _formulas(part)


def _periods(
    part: Definition, side: Side, asked: AskedMeasure, transmission: Period, term: Term, *, is_settled_later: bool
) -> Iterator[tuple[Period, bool]]:
    """The periods of one measure that go with this transmission, and whether each is owed or only offered.

    `is_settled_later`: a sheet asks for the definitive values of the year; this one's may then be corrected too.
    """
    first = max(term.start, part.first or term.start)
    length = max(part.grid.finest, asked.finest_period, Granularity.MONTH)
    if length <= Granularity.QUARTER:
        candidates = [(period, True) for period in transmission.children(length)]
    else:
        candidates = [(period, period.year < transmission.year) for period in _rhythmless(transmission, length)]
    if is_settled_later and transmission.number == 1:
        candidates.append((year(transmission.year - DEFINITIVE_AFTER), part.has_vintages))
    forecasts = part.method == "weighted_gap" and side is Side.NUMERATOR and asked.finest_period is Granularity.MONTH
    for period, is_owed in candidates:
        if first <= period.end <= term.end:
            months = [month(period.year, number) for number in FORECAST_MONTHS] if forecasts else [period]
            yield from ((one, is_owed) for one in months)
    if transmission == quarter(term.start.year, 1):
        yield from ((year(number), False) for number in _years_before(part, term))


def _rhythmless(transmission: Period, length: Granularity) -> Iterator[Period]:
    """What has no quarterly rhythm: all of N-1 with the first quarter of N; a semester is also offered at its end."""
    if transmission.number == 1:
        yield from year(transmission.year - 1).children(length)
    elif length is Granularity.SEMESTER and transmission.number in (2, 4):
        yield Period.containing(transmission.start, Granularity.SEMESTER)


def _years_before(part: Definition, term: Term) -> Iterator[int]:
    """Years before the convention that a method compares with: offered once, with the first transmission."""
    reference = part.options.get("reference_year")
    if isinstance(reference, int) and reference < term.start.year:
        yield reference
    if part.method in _COMPARED_WITH_LAST_YEAR:
        yield term.start.year - 1


def _cells(
    part: Definition, reference: Reference, side: Side, period: Period, asked: AskedMeasure
) -> tuple[Breakdown, ...]:
    """The cells of one reference: those of each dimension it leaves open; its total if none, or for a survey."""
    pairs = dict(breakdown_pairs(reference.breakdown))
    is_declaration = part.has_vintages and period.granularity < Granularity.YEAR  # carries no breakdown
    cells = [
        join_breakdown((pairs | dict(breakdown_pairs(dimension.within)) | {dimension.key: value}).items())
        for dimension in (() if is_declaration else part.dimensions)
        if dimension.key not in pairs and _is_asked(dimension, side, asked)
        for value in dimension.values
    ]
    return (reference.breakdown, *cells) if part.method == "survey" or not cells else tuple(cells)


def _is_asked(dimension: Dimension, side: Side, asked: AskedMeasure) -> bool:
    """Whether a dimension is one that every body fills, for a measure on this side of the ratio."""
    is_closed = bool(dimension.values) and bool(asked.breakdowns.get(dimension.key))
    return is_closed and dimension.side in (side, Side.BOTH) and not (dimension.optional or dimension.national_only)


def _merged(
    measure: str, period: Period, group: Sequence[Want], dimensions: Mapping[str, Collection[str]]
) -> Iterator[Slot]:
    """One slot for what is owed, one for what is only offered; a total that its breakdown gives is not asked."""
    cells = dict.fromkeys(cell for want in group for cell in want.breakdowns)
    if not any(want.is_survey for want in group):
        cells = dict.fromkeys(cell for cell in cells if not _is_given(cell, cells, dimensions))
    owed = {cell for want in group if want.is_owed for cell in want.breakdowns}
    for is_owed in (True, False):
        kept = [cell for cell in _by_dimension(cells) if (cell in owed) is is_owed]
        sheets = dict.fromkeys(want.sheet for want in group if want.is_owed is is_owed)
        if kept:
            yield Slot(measure, period, tuple(kept), tuple(sheets), is_owed)


def _by_dimension(cells: Collection[Breakdown]) -> list[Breakdown]:
    """Cells of one dimension together, in the order of the sheet's values; the total first."""
    return sorted(cells, key=lambda cell: [key for key, _ in breakdown_pairs(cell)])


def _is_given(cell: Breakdown, cells: Collection[Breakdown], dimensions: Mapping[str, Collection[str]]) -> bool:
    """Whether all the values of one dimension are there, each within this cell: their sum is the cell."""
    return any(set(finer) <= set(cells) for finer in _finer(cell, dimensions))


def _finer(cell: Breakdown, dimensions: Mapping[str, Collection[str]]) -> Iterator[list[Breakdown]]:
    """The cells of each closed dimension that this cell leaves open."""
    pairs = dict(breakdown_pairs(cell))
    for key, values in dimensions.items():
        if values and key not in pairs:
            yield [join_breakdown((pairs | {key: value}).items()) for value in values]


def _is_told(
    period: Period,
    cell: Breakdown,
    told: Mapping[Breakdown, Collection[Period]],
    dimensions: Mapping[str, Collection[str]],
) -> bool:
    spans = set(told.get(cell, ()))
    if any(span.contains(period) for span in spans):
        return True
    shorter = {span.granularity for span in spans if span.granularity < period.granularity}
    if any(spans.issuperset(period.children(length)) for length in shorter):
        return True
    return any(all(_is_told(period, one, told, {}) for one in finer) for finer in _finer(cell, dimensions))


def _texts(option: object) -> tuple[str, ...]:
    """The codes of an option of a method: one text or a list of them."""
    if isinstance(option, str):
        return (option,)
    return tuple(map(str, option)) if isinstance(option, Sequence) else ()
