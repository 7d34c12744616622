"""Which dates of the calendar were answered, and the day they were: results, funds, bilans, other documents."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.utils import timezone

from cog.enums import ObligationFamily
from cog.models import Convention, Restitution
from cog.once import once_a_page
from reports.campaign_queries import quarter_or_none
from reports.enums import DocumentKind, EditionState, TransmissionKind
from reports.papers import calendar_rows, every_edition, every_sent

ONCE = "unique"
"""The period of what is owed once, and covers nothing."""

PROJECT, COMMON_DOCUMENT = "BIL-AN", "BIL-CA"
"""The obligations a bilan answers: the project sent to the State, the common document presented to the board."""

EVALUATION = "BIL-EVAL"
"""The obligation that the report of the final evaluation answers, once the board has it (l. 12257)."""

Sent = dict[tuple[str, str, str], date]
"""(kind, obligation, period) -> the day it was first sent."""


@once_a_page
def delivered(*, convention: Convention) -> dict[int, date]:
    """restitution -> the day it was answered, in three queries."""
    dates = calendar_rows(convention=convention)
    sent: Sent = {
        (row.kind, row.subject, row.period): timezone.localdate(row.transmitted_at)
        for row in every_sent(convention=convention)
        if row.number == 1
    }
    found = dict(_results(dates, sent))
    found |= dict(_editions(dates, sent))
    found |= dict(_reports(convention, dates, sent))
    return found | dict(_documents(dates, sent, found))


def _results(dates: Sequence[Restitution], sent: Sent) -> Iterator[tuple[int, date]]:
    """What is owed for a quarter goes with that quarter; what is owed for a year or a half-year, with the first quarter
    due on the same day or after.
    """
    rows = [row for row in dates if row.obligation.family == ObligationFamily.RESULTS]
    quarters = sorted((row.due, row.covers) for row in rows if row.due and quarter_or_none(row.covers) is not None)
    for row in rows:
        own = row.covers if quarter_or_none(row.covers) is not None else None
        after = next((period for due, period in quarters if row.due and due >= row.due), None)
        day = sent.get((TransmissionKind.QUARTER, "", own or after or ""))
        if day is not None:
            yield row.pk, day


def _editions(dates: Sequence[Restitution], sent: Sent) -> Iterator[tuple[int, date]]:
    """The editions of the funds, which name their obligation in their period (« 2014-TBB4 »)."""
    days = {
        period: day
        for (kind, _, period), day in sent.items()
        if kind in (TransmissionKind.DASHBOARD, TransmissionKind.FNAS)
    }
    for row in dates:
        day = days.get(f"{row.covers}-{row.obligation.code.replace('-', '')}")
        if day is not None:
            yield row.pk, day


def _reports(convention: Convention, dates: Sequence[Restitution], sent: Sent) -> Iterator[tuple[int, date]]:
    """The project when it is sent to the State, the common document and the evaluation when the board has them."""
    boards: dict[str, date] = {}
    evaluated: date | None = None
    for edition in every_edition(convention=convention):  # the first one shown of a year, as its numbers follow
        if not edition.is_ready or edition.state != EditionState.PUBLISHED or edition.presented_on is None:
            continue
        if edition.kind == DocumentKind.ANNUAL:
            boards.setdefault(str(edition.year), edition.presented_on)
        elif edition.kind == DocumentKind.EVALUATION:
            evaluated = edition.presented_on
    for row in dates:
        if row.obligation.code == PROJECT:
            day = sent.get((TransmissionKind.REPORT, "", row.covers))
        elif row.obligation.code == EVALUATION:
            day = evaluated
        else:
            day = boards.get(row.covers) if row.obligation.code == COMMON_DOCUMENT else None
        if day is not None:
            yield row.pk, day


def _documents(dates: Sequence[Any], sent: Sent, found: dict[int, date]) -> Iterator[tuple[int, date]]:
    """Every other document, and what goes with an edition (`goes_with`: the obligation it is annexed to)."""
    keys = {(row.obligation.code, row.covers): row.pk for row in dates}
    for row in dates:
        code = row.obligation.code
        day = sent.get((TransmissionKind.DOCUMENT, code, row.covers or ONCE))
        if day is None and row.goes_with:
            day = found.get(keys.get((row.goes_with, row.covers), 0))
        if day is not None:
            yield row.pk, day
