"""Reads of what was transmitted: the frozen rows and nothing else, so that nothing else can be shown."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from cog.figures import format_exact, format_figure
from cog.models import Convention
from indicators.enums import ResultState
from reports.enums import NoteKind, TransmissionKind
from reports.models import Edition, StateNote, Transmission
from reports.papers import every_sent
from reports.quarter_snapshot import NATIONAL, Difference, counts, difference, rows_of

HEADER = ["Fiche", "Indicateur", "Intitulé", "Période", "Portée", "Valeur secondaire", "Ventilation", "Valeur"]
HEADER += ["Numérateur", "Dénominateur", "Unité", "État", "Verdict", "Remontées reçues", "Remontées attendues"]
HEADER += ["Définition", "Simulé"]


QUARTERS = (TransmissionKind.QUARTER,)
BUDGETS = (TransmissionKind.DASHBOARD, TransmissionKind.FNAS)
REPORTS = (TransmissionKind.REPORT,)
DOCUMENTS = (TransmissionKind.DOCUMENT,)


def listed(*, convention: Convention, kinds: Sequence[str] = QUARTERS) -> list[Transmission]:
    """The transmissions of some kinds, the latest period first, its last number first, with how many questions wait."""
    rows = [row for row in every_sent(convention=convention) if row.kind in kinds]
    if kinds == DOCUMENTS:
        return sorted(rows, key=lambda row: (row.transmitted_at, row.pk), reverse=True)
    return sorted(rows, key=lambda row: (row.period, row.number), reverse=True)


def latest(*, convention: Convention) -> Transmission | None:
    """The last quarter sent, in its last version, with how many questions wait."""
    return next(iter(listed(convention=convention)), None)


def sent_in_order(*, convention: Convention, until: datetime | None = None) -> QuerySet[Transmission]:
    """Every transmission (sent by a moment) by its key (kind, subject, period, number), without its content."""
    rows = Transmission.objects.filter(convention=convention).defer("payload", "receipt")
    if until is not None:
        rows = rows.filter(transmitted_at__lte=until)
    return rows.order_by("kind", "subject", "period", "number")


def one(*, convention: Convention, transmission_id: int) -> Transmission | None:
    rows = Transmission.objects.filter(convention=convention, pk=transmission_id)
    return rows.select_related("transmitted_by", "replaces", "rectified_by").first()


@dataclass(frozen=True)
class FicheGroup:
    """The figures of one fiche in a transmission."""

    number: int
    title: str
    lines: list[dict[str, Any]]


@dataclass(frozen=True)
class TransmissionPage:
    """What the page of a transmission places."""

    sent: Transmission
    content: dict[str, Any]
    counts: dict[str, int]
    verdicts: list[tuple[str, str, int]]
    chosen: str
    groups: list[FicheGroup]
    notes: list[StateNote]

    @property
    def acknowledgement(self) -> StateNote | None:
        return next((note for note in self.notes if note.kind == NoteKind.ACKNOWLEDGEMENT), None)

    @property
    def threads(self) -> list[StateNote]:
        """Questions and observations, in the order they were written; the answers are under them."""
        return [note for note in self.notes if note.kind in (NoteKind.QUESTION, NoteKind.OBSERVATION)]


def content_of(sent: Transmission) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(sent.payload)
    return content


def page(sent: Transmission, *, verdict: str = "") -> TransmissionPage:
    """A transmission by fiche; `verdict` keeps the figures of one verdict."""
    content = content_of(sent)
    counted = Counter(
        (figure["verdict"], figure["verdict_label"]) for sheet in content["sheets"] for figure in sheet["figures"]
    )
    return TransmissionPage(
        sent=sent,
        content=content,
        counts=counts(content),
        verdicts=[(code, label, count) for (code, label), count in counted.most_common()],
        chosen=verdict,
        groups=_groups(content, verdict),
        notes=_notes(sent),
    )


def _groups(content: dict[str, Any], verdict: str) -> list[FicheGroup]:
    found: dict[int, FicheGroup] = {}
    for sheet in content["sheets"]:
        for figure in sheet["figures"]:
            if verdict in ("", figure["verdict"]):
                group = found.setdefault(sheet["fiche"], FicheGroup(sheet["fiche"], sheet["fiche_title"], []))
                group.lines.append({"sheet": sheet, "figure": figure})
    return [found[number] for number in sorted(found)]


def threads_of(sent: Transmission) -> list[StateNote]:
    """Questions and observations on a transmission, in the order they were written, with their answers."""
    return [note for note in _notes(sent) if note.kind in (NoteKind.QUESTION, NoteKind.OBSERVATION)]


def _notes(sent: Transmission, code: str = "") -> list[StateNote]:
    rows = StateNote.objects.filter(transmission=sent).select_related("written_by")
    rows = rows.prefetch_related("answers__written_by").order_by("written_at", "pk")
    return [note for note in rows if code in ("", note.subject)]


@dataclass(frozen=True)
class BudgetPage:
    """What the page of a transmitted edition of a fund, or of a document owed, places."""

    sent: Transmission
    content: dict[str, Any]
    notes: list[StateNote]

    acknowledgement = TransmissionPage.acknowledgement
    threads = TransmissionPage.threads


def budget_page(sent: Transmission) -> BudgetPage:
    """An edition of a fund, or a document owed, as it was frozen."""
    return BudgetPage(sent, content_of(sent), _notes(sent))


@dataclass(frozen=True)
class ReportPage:
    """What the page of a transmitted project of the bilan places; `edition`: its printed document."""

    sent: Transmission
    content: dict[str, Any]
    notes: list[StateNote]
    edition: Edition | None

    acknowledgement = TransmissionPage.acknowledgement
    threads = TransmissionPage.threads

    @property
    def subjects(self) -> list[tuple[str, str]]:
        """What a note may be about: the result indicators."""
        return [(sheet["code"], f"{sheet['code']} {sheet['title']}") for sheet in self.content["sheets"]]


def report_page(sent: Transmission) -> ReportPage:
    """A project of the bilan, as it was frozen."""
    content = content_of(sent)
    printed = Edition.objects.filter(convention=sent.convention_id, payload_sha256=sent.sha256).exclude(file="")
    return ReportPage(sent, content, _notes(sent), printed.defer("payload").first())


@dataclass(frozen=True)
class TransmittedSheet:
    """What the page of a sheet within a transmission places."""

    sent: Transmission
    content: dict[str, Any]
    sheet: dict[str, Any]
    cells: list[tuple[str, str]]
    period: str
    figure: dict[str, Any] | None
    national_rows: list[dict[str, Any]]
    local_rows: list[dict[str, Any]]
    notes: list[StateNote]

    @property
    def threads(self) -> list[StateNote]:
        return [note for note in self.notes if note.kind in (NoteKind.QUESTION, NoteKind.OBSERVATION)]


def sheet_page(sent: Transmission, *, code: str, period: str) -> TransmittedSheet | None:
    """One sheet of a transmission at one of its periods (the first by default); None when it is not in it."""
    content = content_of(sent)
    sheet = next((one for one in content["sheets"] if one["code"] == code), None)
    if sheet is None:
        return None
    periods = [figure["period"] for figure in sheet["figures"]]
    chosen = period if period in periods else periods[0]
    rows = [_shown(row, sheet) for row in rows_of(content, sheet) if row["period"] == chosen]
    return TransmittedSheet(
        sent=sent,
        content=content,
        sheet=sheet,
        cells=_cells(sheet["cells"]),
        period=chosen,
        figure=next((figure for figure in sheet["figures"] if figure["period"] == chosen), None),
        national_rows=[row for row in rows if row["scope"] in (NATIONAL, "caf")],
        local_rows=[row for row in rows if row["scope"] not in (NATIONAL, "caf")],
        notes=_notes(sent, code),
    )


def _cells(text: str) -> list[tuple[str, str]]:
    """The cells of the printed sheet, as lines of text."""
    found = []
    for name, value in json.loads(text).items():
        lines = value if isinstance(value, list) else [value]
        found.append((str(name), " ".join(str(line) for line in lines if line)))
    return [(name, words) for name, words in found if words]


def _shown(row: dict[str, Any], sheet: dict[str, Any]) -> dict[str, Any]:
    """A row with its value as it is read: the unrounded one stays in the files."""
    value = None if row["value"] is None else Decimal(row["value"])
    unit = "" if row["name"] else sheet["unit"]
    terms = {
        f"{name}_shown": "" if row[name] is None else format_exact(Decimal(row[name]))
        for name in ("numerator", "denominator")
    }
    shown = format_figure(value, sheet["decimals"], unit if value is not None else "")
    return {**row, **terms, "shown": shown, "state_label": str(ResultState(row["state"]).label)}


def differences(sent: Transmission) -> list[Difference]:
    """What a rectification changes of the one it replaces."""
    former = sent.replaces
    return difference(content_of(former), content_of(sent)) if former is not None else []


def table(sent: Transmission) -> tuple[list[str], list[list[Any]]]:
    """Every result of a transmission, numbers as numbers."""
    content = content_of(sent)
    return HEADER, [result_cells(sheet, row) for sheet in content["sheets"] for row in rows_of(content, sheet)]


def result_cells(sheet: dict[str, Any], row: dict[str, Any]) -> list[Any]:
    """A result as a row of `HEADER`, unrounded."""
    numbers = [None if row[name] is None else Decimal(row[name]) for name in ("value", "numerator", "denominator")]
    return [
        sheet["fiche"], sheet["code"], sheet["title"], row["period"], row["scope"], row["name"], row["breakdown"],
        *numbers, "" if row["name"] else sheet["unit"], row["state"], row["verdict"], row["reported"],
        row["concerned"], row["version"], "simulé" if row["simulated"] else "",
    ]  # fmt: skip
