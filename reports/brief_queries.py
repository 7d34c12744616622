"""Reads for the documents of two pages: a fiche at a date, a caisse at the end of a quarter."""

from datetime import date

from actions.queries import tally
from actions.queries.sdsi import sdsi_plan
from budgets.queries.allotment import allotments, stored_result, table_of
from cog.models import Convention, Organisation
from cog.periods import Period, parse
from indicators.queries.caisses import OwnLine, own_lines, yearly_values
from indicators.queries.due import due_quarter
from indicators.queries.groups import groups_of_body
from reports import caisse_brief, fiche_brief
from reports.annual_report import Payload
from reports.queries import FichePage

TREND_YEARS = 6


def fiche_content(
    page: FichePage, *, convention: Convention, at: date, with_results: bool, with_progress: bool
) -> Payload:
    """What is printed of a fiche: what its page holds for a reader who may see results, progress, or not."""
    tallies = [tally(group.actions) for group in page.objectives]
    axes = sdsi_plan(convention=convention, at=at, with_progress=with_progress) if page.has_sdsi else []
    return fiche_brief.fiche_payload(
        page, at=at, convention=convention, tallies=tallies, axes=axes, measured=with_results
    )


def caisse_content(
    *,
    convention: Convention,
    body: Organisation,
    quarter: Period | None,
    today: date,
    with_owed: bool,
    with_budgets: bool,
) -> Payload:
    """What is printed of a caisse at the end of a quarter, or at the last period the nation knows.

    `with_owed`: whether the reader may see what it has not sent; `with_budgets`: its dotation.
    """
    lines = own_lines(convention=convention, organisation=body, until=quarter.end if quarter else None)
    situation = quarter.end if quarter else _last_known(lines, convention)
    last = situation.year
    sent_with = _transmission(convention, situation) if with_owed else None
    return caisse_brief.caisse_payload(
        body,
        lines,
        convention=convention,
        situation=f"à la fin du {quarter.label}" if quarter else "à la dernière période connue",
        groups=groups_of_body(body),
        years=yearly_values(organisation=body, years=range(last - TREND_YEARS, last + (situation.month == 12))),
        owed=due_quarter(convention=convention, transmission=sent_with, at=today, bodies=[body]) if sent_with else None,
        dotation=_dotation(convention, body, last) if with_budgets else None,
    )


def _last_known(lines: list[OwnLine], convention: Convention) -> date:
    """The end of the last period the nation knows; the beginning of the convention where it knows none."""
    return max((parse(line.line.latest.period).end for line in lines if line.line.latest), default=convention.start)


def _transmission(convention: Convention, situation: date) -> Period | None:
    """The last quarter of the term that is over at a date."""
    return max((one for one in convention.quarters if one.end <= situation), default=None)


def _dotation(convention: Convention, body: Organisation, year: int) -> tuple[object, object] | None:
    """Its line in the last allotment in force of the year or before, with the allotment."""
    stored = allotments(convention=convention).filter(exercise__lte=year).first()
    if stored is None:
        return None
    table = table_of(
        convention=convention, exercise=stored.exercise, result=stored_result(allotment=stored), stored=stored
    )
    line = table.line_of(body.code)
    return None if line is None else (line, stored)
