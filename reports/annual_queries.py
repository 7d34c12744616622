"""Reads for the annual bilan: one payload, gathered once, frozen with its edition."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from actions.enums import Plan
from actions.queries import ActionView, action_views, tally
from budgets.queries.programme import budget_table, funds
from cog.models import Convention
from cog.periods import format_date
from cog.queries import anomalies, commitments, domains_with_fiches, restitutions
from indicators.compute.verdict import targets_of
from indicators.enums import Verdict
from indicators.queries import (
    NATIONAL,
    Point,
    SheetLine,
    caisse_values,
    judged_baseline,
    judged_targets,
    sheet_lines,
    sheet_page,
)
from indicators.queries.explanations import explanations_in_year
from reports import annual_report
from reports.annual_report import Aims, Payload


def annual_payload(*, convention: Convention, year: int, state: str, number: int, produced_on: date) -> Payload:
    """The whole content of the bilan of a year, as it stands on 31 December."""
    at = date(year, 12, 31)
    lines = sheet_lines(convention=convention, until=at)
    views = action_views(convention=convention, at=at, with_progress=True)
    domains = _domains(convention, lines, views, year, at)
    said = explanations_in_year(convention=convention, year=year)
    results = [_sheet(convention, line, year, said.get(line.indicator.code, [])) for line in lines if line.is_result]
    payload: Payload = {
        "document": "bilan",
        "convention": {
            "code": convention.code,
            "title": convention.title,
            "short_title": convention.short_title,
            "branch": convention.branch,
            "seed_file": convention.seed_file,
        },
        "year": year,
        "at": format_date(at),
        "state": state,
        "number": number,
        "produced_on": format_date(produced_on),
        "produced_on_iso": produced_on.isoformat(),
        "tally": annual_report.tally_sentence(
            tally([view for view in views if view.action.plan == Plan.COG]), format_date(at)
        ),
        "sdsi": annual_report.tally_sentence(
            tally([view for view in views if view.action.plan == Plan.SDSI]), format_date(at)
        ),
        "verdicts": _verdicts(results),
        "domains": domains,
        "sheets": results,
        "pending": [entry for line in lines if (entry := annual_report.pending_payload(line, _value(line, year)))],
        "budgets": [annual_report.table_payload(budget_table(fund=fund)) for fund in funds(convention=convention)],
        "calendar": _calendar(convention, year),
        "commitments": [row.wording for row in commitments(convention=convention) if row.fiche_id is None],
        "anomalies": annual_report.anomalies_by_place(anomalies(convention=convention)),
    }
    payload["simulated"] = annual_report.simulated_anywhere([*domains, *results])
    return payload


def _domains(
    convention: Convention, lines: list[SheetLine], views: list[ActionView], year: int, at: date
) -> list[Payload]:
    by_fiche: dict[int, list[SheetLine]] = defaultdict(list)
    for line in lines:
        by_fiche[line.indicator.fiche_id].append(line)
    actions: dict[int, list[ActionView]] = defaultdict(list)
    for view in views:
        actions[view.action.fiche_id].append(view)
    promised: dict[int, list[str]] = defaultdict(list)
    for commitment in commitments(convention=convention):
        if commitment.fiche_id is not None:
            promised[commitment.fiche_id].append(commitment.wording)
    return [
        {
            "number": group.domain.number,
            "title": group.domain.title,
            "fiches": [
                {
                    "number": fiche.number,
                    "title": fiche.title,
                    "tally": annual_report.tally_sentence(tally(actions[fiche.pk]), format_date(at)),
                    "counts": annual_report.tally_payload(tally(actions[fiche.pk])),
                    "objectives": _objectives(actions[fiche.pk]),
                    "indicators": [annual_report.line_payload(line, year, _aims(line)) for line in by_fiche[fiche.pk]],
                    "commitments": promised[fiche.pk],
                }
                for fiche in group.fiches
            ],
        }
        for group in domains_with_fiches(convention=convention)
    ]


def _objectives(views: list[ActionView]) -> list[Payload]:
    grouped: dict[int, list[ActionView]] = defaultdict(list)
    for view in views:
        grouped[view.action.objective_id].append(view)
    return [
        {
            "title": [part for part in own[0].action.objective.title.split("\n") if part.strip()],
            "actions": [annual_report.action_payload(view) for view in own],
        }
        for own in grouped.values()
    ]


def _aims(line: SheetLine) -> Aims:
    targets = targets_of(judged_targets(line.indicator), line.indicator.code, NATIONAL)
    return Aims(targets, judged_baseline(line.indicator))


def _value(line: SheetLine, year: int) -> Point | None:
    return next((point for point in line.years if point.period == str(year)), None)


def _sheet(convention: Convention, line: SheetLine, year: int, said: Sequence[Any]) -> Payload:
    page = sheet_page(convention=convention, code=line.indicator.code, period=str(year))
    assert page is not None  # noqa: S101 - the code comes from the same table
    axis = page.definition.due_periods(convention.start, convention.end) if page.definition else ()
    values = sorted(value for _, value in caisse_values(indicator=line.indicator, period=str(year)))
    return annual_report.sheet_payload(page, year, _aims(line), axis, values, said)


def _verdicts(sheets: list[Payload]) -> list[Payload]:
    """How many result indicators have each verdict, in the order of the verdicts; one without a result has no value."""
    codes = [sheet["value"]["verdict"] if sheet["value"] else Verdict.NOT_AVAILABLE for sheet in sheets]
    counted = [(verdict, codes.count(verdict)) for verdict in Verdict]
    return [{"code": verdict.value, "label": str(verdict.label), "count": count} for verdict, count in counted if count]


def _calendar(convention: Convention, year: int) -> list[Payload]:
    return [
        {
            "due": format_date(row.due) if row.due else "",
            "title": row.obligation.title,
            "covers": annual_report.covered(row.covers),
            "recipient": row.obligation.recipient,
        }
        for row in restitutions(convention=convention, year=year)
    ]
