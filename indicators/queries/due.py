"""What the caisses owe with the transmission of a quarter, and what came: by sheet, by fiche, by caisse."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from cog.calendar import Occurrence, Precision
from cog.enums import ObligationFamily
from cog.models import Convention, Fiche, Organisation
from cog.periods import Granularity, Period
from cog.queries import every_restitution
from indicators.compute.due import Body, Slot, Term, Want, due_on, slots_of, transmissions, wanted
from indicators.enums import DueState, Statement
from indicators.intake.reference import MeasureInfo
from indicators.models import Indicator, Observation
from indicators.queries.engine import definition_of, definitions_held, measure_infos, version_at

Told = tuple[Period, str]  # a period and a breakdown for which something was said


@dataclass(frozen=True)
class Missing:
    """Values of one measure over one period that did not come."""

    measure: str
    period: Period
    breakdowns: tuple[str, ...]


@dataclass
class DueCell:
    """What one body owes for one sheet, and what came."""

    asked: int = 0
    missing: list[Missing] = field(default_factory=list)
    only_statements: bool = True
    late: bool = False

    @property
    def absent(self) -> int:
        return sum(len(one.breakdowns) for one in self.missing)

    @property
    def told(self) -> int:
        return self.asked - self.absent

    @property
    def state(self) -> DueState:
        if not self.missing:
            return DueState.NOT_CONCERNED if self.only_statements else DueState.COMPLETE
        if self.told:
            return DueState.PARTIAL_LATE if self.late else DueState.PARTIAL
        return DueState.LATE if self.late else DueState.EXPECTED


@dataclass(frozen=True)
class Line:
    """One fiche, sheet or body of the matrix, with how many of its cells are in each state."""

    subject: Any
    states: Counter[DueState]
    absent: int

    @property
    def total(self) -> int:
        return sum(self.states.values())

    @property
    def settled(self) -> int:
        """Cells from which nothing is awaited."""
        return self.states[DueState.COMPLETE] + self.states[DueState.NOT_CONCERNED]

    @property
    def awaited(self) -> int:
        return self.total - self.settled

    @property
    def complete(self) -> int:
        return self.states[DueState.COMPLETE]

    @property
    def not_concerned(self) -> int:
        return self.states[DueState.NOT_CONCERNED]

    @property
    def partial(self) -> int:
        return self.states[DueState.PARTIAL] + self.states[DueState.PARTIAL_LATE]

    @property
    def nothing(self) -> int:
        return self.states[DueState.EXPECTED] + self.states[DueState.LATE]

    @property
    def percent(self) -> int:
        return 100 * self.settled // self.total if self.total else 100


@dataclass(frozen=True)
class DueQuarter:
    """The matrix sheet x body of a quarter's transmission."""

    transmission: Period
    due: date | None
    is_past: bool
    sheets: list[Indicator]
    bodies: list[Organisation]
    cells: Mapping[tuple[str, str], DueCell]  # code of the sheet, code of the body

    @cached_property
    def states(self) -> Counter[DueState]:
        return Counter(cell.state for cell in self.cells.values())

    @property
    def total(self) -> int:
        return len(self.cells)

    @property
    def settled(self) -> int:
        return self.states[DueState.COMPLETE] + self.states[DueState.NOT_CONCERNED]

    @property
    def whole(self) -> Line:
        """All the cells as one line."""
        return _line(self.transmission, list(self.cells.values()))

    def by_fiche(self) -> list[Line]:
        """One line a fiche that something is owed for, in the order of the convention."""
        groups: dict[Fiche, list[DueCell]] = defaultdict(list)
        fiche_of = {sheet.code: sheet.fiche for sheet in self.sheets}
        for (code, _), cell in self.cells.items():
            groups[fiche_of[code]].append(cell)
        return sorted((_line(fiche, cells) for fiche, cells in groups.items()), key=lambda one: one.subject.number)

    def by_body(self) -> list[Line]:
        """One line a body, the one that owes most first."""
        groups: dict[str, list[DueCell]] = defaultdict(list)
        for (_, code), cell in self.cells.items():
            groups[code].append(cell)
        lines = [_line(body, groups[body.code]) for body in self.bodies if body.code in groups]
        return sorted(lines, key=lambda one: (-one.absent, one.subject.code))

    def of_body(self, code: str) -> list[tuple[Indicator, DueCell]]:
        """What one body owes, sheet by sheet: where something misses first."""
        rows = [(sheet, self.cells[sheet.code, code]) for sheet in self.sheets if (sheet.code, code) in self.cells]
        return sorted(rows, key=lambda row: not row[1].missing)


def _line(subject: Any, cells: list[DueCell]) -> Line:
    return Line(subject, Counter(cell.state for cell in cells), sum(cell.absent for cell in cells))


def transmission_quarters(*, convention: Convention) -> tuple[Period, ...]:
    """The quarters a transmission is made for."""
    definitions = [definition_of(rows[-1]) for rows in definitions_held(convention=convention).values()]
    return transmissions(definitions, _term(convention))


def due_quarter(
    *,
    convention: Convention,
    transmission: Period,
    at: date,
    bodies: Iterable[Organisation],
    fiche: int | None = None,
) -> DueQuarter:
    """What these bodies owe for a quarter (of one fiche), and what came, as things stand; `at` tells what is late."""
    known = definitions_held(convention=convention)
    versions = [version_at(rows, transmission) for rows in known.values()]
    measures = measure_infos(convention=convention)
    wants = wanted(
        transmission, [definition_of(one) for one in versions if one is not None], measures, _term(convention)
    )
    sheets = [rows[0].indicator for rows in known.values()]
    if fiche is not None:
        sheets = [sheet for sheet in sheets if sheet.fiche.number == fiche]
        kept = {sheet.code for sheet in sheets}
        wants = tuple(want for want in wants if want.sheet in kept)
    bodies = list(bodies)
    due = due_on(transmission, _result_dates(convention))
    is_past = due is not None and at > due
    told = _told(convention, wants, bodies)
    cells: dict[tuple[str, str], DueCell] = defaultdict(lambda: DueCell(late=is_past))
    apart = {code for want in wants for code in want.excluded}
    slots: dict[str, list[Slot]] = {}  # the same for all the bodies of a kind, but those that a sheet leaves out
    for body in bodies:
        alike = body.code if body.code in apart else body.kind
        if alike not in slots:
            slots[alike] = [slot for slot in slots_of(wants, measures, Body(body.code, body.kind)) if slot.is_owed]
        for slot in slots[alike]:
            _count(cells, slot, body.code, told, measures)
    owing = {code for code, _ in cells}, {code for _, code in cells}
    return DueQuarter(
        transmission=transmission,
        due=due,
        is_past=is_past,
        sheets=[sheet for sheet in sheets if sheet.code in owing[0]],
        bodies=[body for body in bodies if body.code in owing[1]],
        cells=dict(cells),
    )


def _count(
    cells: dict[tuple[str, str], DueCell],
    slot: Slot,
    body: str,
    told: Mapping[tuple[str, str], dict[Told, bool]],
    measures: Mapping[str, MeasureInfo],
) -> None:
    said = told.get((slot.measure, body), {})
    missing: tuple[str, ...] = ()
    if not all((slot.period, cell) in said for cell in slot.breakdowns):  # nearly always told as it is asked
        missing = slot.missing(said.keys(), measures[slot.measure])
    for sheet in slot.sheets:
        cell = cells[sheet, body]
        cell.asked += len(slot.breakdowns)
        cell.only_statements = cell.only_statements and not any(said.values())
        if missing:
            cell.missing.append(Missing(slot.measure, slot.period, missing))


def _told(
    convention: Convention, wants: Iterable[Want], bodies: list[Organisation]
) -> dict[tuple[str, str], dict[Told, bool]]:
    """(measure, body) -> what was said of it over these periods, and whether it is a number; ND says nothing."""
    wanted_periods = {want.period for want in wants}
    periods = {str(one): one for period in wanted_periods for one in _related(period)}
    rows = Observation.objects.filter(
        measure__convention=convention,
        measure__code__in={want.measure for want in wants},
        period__in=periods,
        closed_by__isnull=True,
    ).exclude(statement=Statement.NOT_AVAILABLE)
    if len(bodies) <= 30:
        rows = rows.filter(organisation__in=bodies)
    found: dict[tuple[str, str], dict[Told, bool]] = defaultdict(dict)
    fields: Any = rows.values_list("measure__code", "organisation__code", "period", "breakdown", "statement")
    for measure, body, period, breakdown, statement in fields.iterator(chunk_size=20_000):
        found[measure, body][periods[period], breakdown] = statement == Statement.NUMBER
    return found


def _related(period: Period) -> Iterable[Period]:
    """The period, the longer ones that hold it, the months and days within it: what may tell its value."""
    yield period
    for length in Granularity:
        if length > period.granularity:
            yield Period.containing(period.start, length)
        elif length < period.granularity:
            yield from period.children(length)


def _result_dates(convention: Convention) -> list[Occurrence]:
    rows = every_restitution(convention=convention)
    owed = [row for row in rows if row.obligation.family == ObligationFamily.RESULTS]
    return [Occurrence(row.obligation.code, None, row.due, row.covers, Precision.DAY) for row in owed]


def _term(convention: Convention) -> Term:
    return Term(convention.start, convention.end)
