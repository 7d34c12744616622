"""Reads for the annual bilan: one payload, gathered once, frozen with its edition."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from actions.enums import Plan
from actions.queries import ActionView, action_views, all_deadlines, ends_in, tally
from actions.queries.sdsi import sdsi_plan, synthesis_lines
from budgets.enums import Measure
from budgets.queries.charts import series_of
from budgets.queries.ledger import read_ledger
from budgets.queries.programme import budget_table, funds
from budgets.queries.tables import HEADINGS, year_table
from budgets.queries.worked import annex
from cog.models import Convention, Fiche
from cog.periods import format_date
from cog.queries import acronyms, anomalies, commitments, dated_restitutions, domains_with_fiches
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
from indicators.queries.floor import caisses_of
from reports import annual_parts, annual_report, synthesis
from reports.annual_report import Aims, Payload
from reports.delivered import delivered
from reports.report_queries import former_editions, written_sentences

Beat = Callable[[int, int, str], None]
STAFF = ("effectifs", "plafond_emplois")


def annual_payload(
    *,
    convention: Convention,
    year: int,
    state: str,
    number: int,
    produced_on: date,
    beat: Beat = lambda done, total, words: None,
) -> Payload:
    """The whole content of the bilan of a year, as it stands on 31 December; `beat` is told of each fiche.

    What is spent is what the ledger knows on the day it is produced: a year is closed after its end.
    """
    at = date(year, 12, 31)
    lines = sheet_lines(convention=convention, until=at)
    views = action_views(convention=convention, at=at, with_progress=True)
    gathered = _Gathered(convention, year, at, lines, views)
    domains, sheets, maps = gathered.fiches(beat)
    promised = [view for view in views if view.action.plan == Plan.COG]
    calendar = _calendar(convention, year, at)
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
        "tally": annual_parts.tally_sentence(tally(promised), format_date(at)),
        "actions": annual_parts.tally_payload(tally(promised)),
        "oldest_late": annual_parts.oldest_late(promised),
        "sdsi": _sdsi(convention, year, at, views),
        "verdicts": _verdicts(sheets),
        "domains": domains,
        "sheets": sheets,
        "maps": maps,
        "definitions": [annual_report.definition_payload(line) for line in lines if not line.is_result],
        "pending": [entry for line in lines if (entry := annual_parts.pending_payload(line, _value(line, year)))],
        "budgets": _budgets(convention, year, produced_on),
        "staff": annex(convention=convention, codes=STAFF, exercise=year, at=produced_on),
        "calendar": calendar,
        "calendar_counts": annual_parts.calendar_counts(calendar),
        "commitments": [row.wording for row in commitments(convention=convention) if row.fiche_id is None],
        "acronyms": [
            {"code": row.code, "words": row.words, "note": row.note} for row in acronyms(convention=convention)
        ],
        "anomalies": annual_parts.anomalies_by_place(anomalies(convention=convention)),
        "presented_on": "",
        "remarks": [],
    }
    payload["corrections"] = [
        annual_parts.corrections(former.payload, payload, str(former))
        for former in former_editions(convention=convention, year=year, before=number)
    ]
    payload["simulated"] = annual_report.simulated_anywhere([payload])
    said = written_sentences(convention=convention, year=year)
    payload["synthesis"] = synthesis.synthesis_payload(synthesis.sentences(payload), said)
    return payload


class _Gathered:
    """What the fiches are made of, read once for all."""

    def __init__(
        self, convention: Convention, year: int, at: date, lines: list[SheetLine], views: list[ActionView]
    ) -> None:
        self.convention, self.year, self.at = convention, year, at
        self.lines: dict[int, list[SheetLine]] = defaultdict(list)
        for line in lines:
            self.lines[line.indicator.fiche_id].append(line)
        self.views: dict[int, list[ActionView]] = defaultdict(list)
        for view in views:
            self.views[view.action.fiche_id].append(view)
        self.promised: dict[int, list[str]] = defaultdict(list)
        for commitment in commitments(convention=convention):
            if commitment.fiche_id is not None:
                self.promised[commitment.fiche_id].append(commitment.wording)
        self.said = explanations_in_year(convention=convention, year=year)
        self.caisses = caisses_of(convention)

    def fiches(self, beat: Beat) -> tuple[list[Payload], list[Payload], list[Payload]]:
        """The domains with their fiches, the sheets of the result indicators, their maps."""
        groups = domains_with_fiches(convention=self.convention)
        total, done = sum(len(group.fiches) for group in groups), 0
        domains, sheets, maps = [], list[Payload](), list[Payload]()
        for group in groups:
            told = []
            for fiche in group.fiches:
                beat(done, total + 2, f"fiche {fiche.number} sur {total}")
                told.append(self._fiche(fiche))
                for line in self.lines[fiche.pk]:
                    if line.is_result:
                        sheet, drawn = self._sheet(line)
                        sheets.append(sheet)
                        maps += [drawn] if drawn else []
                done += 1
            domains.append({"number": group.domain.number, "title": group.domain.title, "fiches": told})
        beat(done, total + 2, "compose le document")
        return domains, sheets, maps

    def _fiche(self, fiche: Fiche) -> Payload:
        views = self.views[fiche.pk]
        return {
            "number": fiche.number,
            "title": fiche.title,
            "tally": annual_parts.tally_sentence(tally(views), format_date(self.at)),
            "counts": annual_parts.tally_payload(tally(views)),
            "objectives": self._objectives(views),
            "indicators": [annual_report.line_payload(line, self.year, _aims(line)) for line in self.lines[fiche.pk]],
            "commitments": self.promised[fiche.pk],
        }

    def _objectives(self, views: list[ActionView]) -> list[Payload]:
        grouped: dict[int, list[ActionView]] = defaultdict(list)
        for view in views:
            grouped[view.action.objective_id].append(view)
        return [
            {
                "title": [part for part in own[0].action.objective.title.split("\n") if part.strip()],
                "actions": [annual_parts.action_payload(view, self.year, is_due=self._is_due(view)) for view in own],
            }
            for own in grouped.values()
        ]

    def _is_due(self, view: ActionView) -> bool:
        return any(ends_in(deadline, self.year) for deadline in all_deadlines(view))

    def _sheet(self, line: SheetLine) -> tuple[Payload, Payload | None]:
        page = sheet_page(
            convention=self.convention, code=line.indicator.code, period=str(self.year), caisses=self.caisses
        )
        assert page is not None  # noqa: S101 - the code comes from the same table
        axis = page.definition.due_periods(self.convention.start, self.convention.end) if page.definition else ()
        values = sorted(value for _, value in caisse_values(indicator=line.indicator, period=str(self.year)))
        said: Sequence[Any] = self.said.get(line.indicator.code, [])
        sheet = annual_report.sheet_payload(page, self.year, _aims(line), axis, values, said)
        return sheet, annual_parts.map_payload(page) if page.period == str(self.year) else None


def _aims(line: SheetLine) -> Aims:
    targets = targets_of(judged_targets(line.indicator), line.indicator.code, NATIONAL)
    return Aims(targets, judged_baseline(line.indicator))


def _value(line: SheetLine, year: int) -> Point | None:
    return next((point for point in line.years if point.period == str(year)), None)


def _verdicts(sheets: list[Payload]) -> list[Payload]:
    """How many result indicators have each verdict, in the order of the verdicts; one without a result has no value."""
    codes = [sheet["value"]["verdict"] if sheet["value"] else Verdict.NOT_AVAILABLE for sheet in sheets]
    counted = [(verdict, codes.count(verdict)) for verdict in Verdict]
    return [{"code": verdict.value, "label": str(verdict.label), "count": count} for verdict, count in counted if count]


def _sdsi(convention: Convention, year: int, at: date, views: list[ActionView]) -> Payload:
    own = tally([view for view in views if view.action.plan == Plan.SDSI])
    return annual_parts.sdsi_payload(
        sdsi_plan(convention=convention, at=at, with_progress=True),
        synthesis_lines(convention=convention, year=year),
        own,
    ) | {"tally": annual_parts.tally_sentence(own, format_date(at))}


def _budgets(convention: Convention, year: int, known_on: date) -> list[Payload]:
    """Each fund: its programme as printed, its execution in the year, its measures by year."""
    told = []
    for fund in funds(convention=convention):
        ledger = read_ledger(fund=fund, at=known_on)
        table = year_table(ledger=ledger, exercise=year)
        told.append(
            annual_parts.table_payload(budget_table(fund=fund))
            | {
                "execution": annual_parts.execution_payload(table, HEADINGS),
                "whole": annual_parts.whole_fund(table),
                "bars": annual_parts.bars_payload(
                    _until(series_of(ledger, ""), ledger.years, year), ledger.years, ledger.decimals
                ),
            }
        )
    return told


def _until(
    series: dict[Measure, list[Decimal | None]], years: Sequence[int], last: int
) -> dict[Measure, list[Decimal | None]]:
    """The measures up to a year, and the programme of the whole term: what a later year spends is not told here."""
    return {
        measure: [
            one if year <= last or measure is Measure.PROGRAMME else None
            for year, one in zip(years, values, strict=True)
        ]
        for measure, values in series.items()
    }


def _calendar(convention: Convention, year: int, at: date) -> list[Payload]:
    """What was owed in the year, kept or late: the dated accounts first, as they were on 31 December."""
    rows = dated_restitutions(convention=convention, at=at, delivered=delivered(convention=convention))
    own = [row for row in rows if _belongs(row, year)]
    return annual_parts.calendar_payload(own, at)


def _belongs(row: Any, year: int) -> bool:
    due = row.restitution.due
    return due.year == year if due else row.restitution.covers.startswith(str(year))
