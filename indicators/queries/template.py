"""What the template of a body says for a quarter: what it is asked, in words, with the values in force."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from cog.calendar import Occurrence, Precision
from cog.enums import ObligationFamily
from cog.models import Convention, Organisation
from cog.periods import Period, format_date
from cog.queries import restitutions
from indicators.compute.due import Body, Slot, Term, due_on, due_slots
from indicators.intake.rows import Identity
from indicators.intake.template import VERSION, Asked, Block, Content, Line, Page, Value
from indicators.models import Indicator, Measure, Observation
from indicators.queries.engine import definition_of, intake_reference, version_at, versions_of

Given = Mapping[tuple[str, str, str], Value]
"""(measure, period, breakdown) -> the value in force."""


def template_content(*, convention: Convention, body: Organisation, transmission: Period) -> Content:
    """The content of the template of a body for the transmission of a quarter; no page when nothing is asked of it."""
    versions = [version_at(own, transmission) for own in versions_of(convention=convention).values()]
    slots = due_slots(
        transmission,
        [definition_of(version) for version in versions if version is not None],
        intake_reference(convention=convention).measures,
        Term(convention.start, convention.end),
        Body(body.code, body.kind),
    )
    rows = restitutions(convention=convention).filter(obligation__family=ObligationFamily.RESULTS)
    dates = [Occurrence(row.obligation.code, None, row.due, row.covers, Precision.DAY) for row in rows]
    due = due_on(transmission, dates)
    return Content(
        identity=Identity(convention.code, str(transmission), body.code, VERSION),
        convention=convention.title,
        body=body.name,
        period=transmission.label,
        due=format_date(due) if due else "",
        pages=tuple(_pages(convention, slots, _given(body, slots))),
    )


def _pages(convention: Convention, slots: Iterable[Slot], given: Given) -> Iterable[Page]:
    """One page for each fiche; a measure that several sheets share stands with the first of them."""
    measures = {measure.code: measure for measure in Measure.objects.filter(convention=convention)}
    by_sheet: defaultdict[str, list[Slot]] = defaultdict(list)
    for slot in slots:
        by_sheet[slot.sheets[0]].append(slot)
    sheets = Indicator.objects.filter(convention=convention, code__in=by_sheet).select_related("fiche")
    blocks: defaultdict[Any, list[Block]] = defaultdict(list)
    for sheet in sheets.order_by("fiche__number", "position"):
        help_text = " ".join(str(sheet.sheet.get("definition") or "").split())
        lines = tuple(_lines(by_sheet[sheet.code], measures, given))
        blocks[sheet.fiche].append(Block(sheet.code, " ".join(sheet.title.split()), help_text, lines))
    for fiche, own in blocks.items():
        yield Page(fiche.number, fiche.title, tuple(own))


def _lines(slots: Iterable[Slot], measures: Mapping[str, Measure], given: Given) -> Iterable[Line]:
    """The lines of a sheet: one for each measure and breakdown, with all its periods."""
    asked: defaultdict[tuple[str, str], list[Asked]] = defaultdict(list)
    for slot in slots:
        for cell in slot.breakdowns:
            value = given.get((slot.measure, str(slot.period), cell))
            asked[slot.measure, cell].append(Asked(slot.period, slot.is_owed, value))
    for (code, cell), values in asked.items():
        measure = measures[code]
        yield Line(code, measure.label, cell, measure.unit, measure.value_kind, measure.note, tuple(values))


def _given(body: Organisation, slots: Iterable[Slot]) -> Given:
    wanted = list(slots)
    rows: Any = Observation.objects.filter(
        organisation=body,
        measure__code__in={slot.measure for slot in wanted},
        period__in={str(slot.period) for slot in wanted},
        closed_by__isnull=True,
    ).values_list("measure__code", "period", "breakdown", "value", "statement")
    return {(code, period, cell): statement or value for code, period, cell, value, statement in rows}
