"""Reads of the documents owed beside the results and the funds: what is owed, what would leave, what was sent."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.utils import timezone

from budgets.queries.editions import editions_of
from budgets.queries.programme import funds
from cog.attachments import AcceptedFile
from cog.calendar import AfterEvent, Occurrence, Precision, State, state
from cog.enums import ObligationFamily
from cog.models import Convention, Obligation, Restitution
from cog.periods import Period, PeriodError, format_date, parse
from cog.queries import every_restitution
from reports.campaign_queries import Check
from reports.delivered import ONCE, delivered
from reports.enums import TransmissionKind
from reports.models import DocumentLayout, Transmission
from reports.owed_content import Built, Situation, build
from reports.owed_document import DocumentChange, differences, substance
from reports.transmitted import content_of

ELSEWHERE = (ObligationFamily.RESULTS, ObligationFamily.REPORT)
"""Families that have their own pages; so have the editions of the funds."""

OF_THE_FUNDS = (ObligationFamily.TBB, ObligationFamily.FNAS)

SCHEMA = 1


class NoDocument(Exception):
    """The convention owes no such document; the message says what there is."""


@dataclass(frozen=True)
class Owed:
    """One document owed: an obligation and what it covers. `restitution` None: one of the times an event happened."""

    obligation: Obligation
    period: str
    due: date | None
    layout: DocumentLayout | None
    restitution: int | None = None

    @property
    def code(self) -> str:
        return self.obligation.code

    @property
    def is_event(self) -> bool:
        return event_of(self.obligation) is not None

    @property
    def blocks(self) -> list[dict[str, Any]]:
        """What the application makes of it; nothing for what is a file only."""
        return list(self.layout.layout.get("blocks", [])) if self.layout else []

    @property
    def goes_with(self) -> str:
        """The obligation whose delivery is also its own; empty for most."""
        return self.layout.goes_with if self.layout else ""

    @property
    def note(self) -> str:
        return self.layout.note if self.layout else ""

    @cached_property
    def covered(self) -> Period | None:
        """The period it covers; None for a day, for what is owed once, or for several years."""
        return None if self.is_event else _period_or_none(self.period)

    @property
    def exercise(self) -> int | None:
        """The year it is filed under."""
        known = _period_or_none(self.period)
        return known.year if known is not None else self.due.year if self.due else None

    @property
    def period_label(self) -> str:
        """« 1er trimestre 2014 », « événement du 3 mars 2014 », « remise unique »."""
        if self.period == ONCE:
            return "remise unique"
        known = _period_or_none(self.period)
        if known is None:
            return self.period
        return f"événement du {format_date(known.start)}" if self.is_event else known.label

    @property
    def short(self) -> str:
        return f"{self.obligation.title}, {self.period_label}"


def _period_or_none(text: str) -> Period | None:
    try:
        return parse(text)
    except PeriodError:
        return None


def event_of(obligation: Obligation) -> AfterEvent | None:
    """What sets off an obligation that has no date of its own."""
    rule = obligation.rule
    return AfterEvent(rule["event"], rule["days"]) if rule["kind"] == "after_event" else None


def layouts(*, convention: Convention) -> dict[str, DocumentLayout]:
    """What documents are made of, by obligation."""
    return {row.code: row for row in DocumentLayout.objects.filter(convention=convention)}


def owed_restitutions(*, convention: Convention) -> list[Restitution]:
    """The dates of the calendar whose document is sent from here."""
    return _sent_from_here(convention, every_restitution(convention=convention))


def _sent_from_here(convention: Convention, dates: list[Restitution]) -> list[Restitution]:
    """Those of these dates that no other page answers: the editions of the funds are asked for where they may be."""
    rows = [row for row in dates if row.obligation.family not in ELSEWHERE]
    if not any(row.obligation.family in OF_THE_FUNDS for row in rows):
        return rows
    own = {spec.obligation for fund in funds(convention=convention) for spec in editions_of(fund)}
    return [row for row in rows if row.obligation.code not in own]


def _owed(row: Restitution, known: dict[str, DocumentLayout]) -> Owed:
    return Owed(row.obligation, row.covers or ONCE, row.due, known.get(row.obligation.code), row.pk)


def owed_document(*, convention: Convention, code: str, period: str) -> Owed:
    """Raises NoDocument."""
    every = every_restitution(convention=convention)
    rows = _sent_from_here(convention, [row for row in every if row.obligation.code == code])
    if not rows:
        raise NoDocument(f"aucune obligation « {code} » ne se remet ici")
    known = layouts(convention=convention)
    event = event_of(rows[0].obligation)
    if event is None:
        found = next((row for row in rows if (row.covers or ONCE) == period), None)
        if found is None:
            listed = ", ".join(row.covers or ONCE for row in rows[:20])
            raise NoDocument(f"trouvé « {period} », attendu pour {code} : {listed}")
        return _owed(found, known)
    try:
        day = date.fromisoformat(period)
    except ValueError:
        raise NoDocument(f"trouvé « {period} », attendu le jour de l’événement, AAAA-MM-JJ") from None
    if not convention.start <= day <= convention.end:
        raise NoDocument(f"trouvé le {day:%d/%m/%Y}, attendu un jour de la convention")
    return Owed(rows[0].obligation, day.isoformat(), event.due(day), known.get(code))


def obligation_or_none(*, convention: Convention, code: str) -> Obligation | None:
    """The obligation whose documents are sent from here."""
    rows = owed_restitutions(convention=convention)
    return next((row.obligation for row in rows if row.obligation.code == code), None)


# --- What was sent --------------------------------------------------------------------------------------------------


def sent_documents(*, convention: Convention) -> dict[tuple[str, str], list[Transmission]]:
    """(obligation, period) -> its transmissions, the last number first; without their content."""
    rows = Transmission.objects.filter(convention=convention, kind=TransmissionKind.DOCUMENT)
    found: dict[tuple[str, str], list[Transmission]] = {}
    for row in rows.select_related("transmitted_by").defer("payload", "receipt").order_by("-number"):
        found.setdefault((row.subject, row.period), []).append(row)
    return found


# --- The list -------------------------------------------------------------------------------------------------------

STATES = {
    State.FAITE: ("transmise", "remise"),
    State.FAITE_EN_RETARD: ("transmise_en_retard", "remise en retard"),
    State.EN_RETARD: ("en_retard", "en retard"),
    State.BIENTOT_DUE: ("ouverte", "bientôt due"),
    State.A_VENIR: ("a_venir", "à venir"),
    State.SANS_DATE: ("sans_date", "sans date"),
    State.ANTERIEURE_SIGNATURE: ("sans_date", "antérieure à la signature"),
}
"""(code of the sign, words) of each state on these pages, where what is sent is recorded."""


@dataclass(frozen=True)
class DocumentLine:
    """A document in the list. `name` without a period: an event that may still happen."""

    owed: Owed
    sent: Transmission | None
    state: State
    delivered: date | None
    waits_for_event: bool = False

    @property
    def code(self) -> str:
        """Of the sign that shows its state."""
        return "a_l_evenement" if self.waits_for_event else STATES[self.state][0]

    @property
    def state_label(self) -> str:
        return "à l’événement" if self.waits_for_event else STATES[self.state][1]

    @property
    def content_label(self) -> str:
        """How it is made."""
        if self.owed.goes_with:
            return f"avec {self.owed.goes_with}"
        return "établi ici" if self.owed.blocks else "pièce à joindre"


@dataclass(frozen=True)
class Criteria:
    """What is asked of the list; an empty field keeps everything."""

    year: str = ""
    family: str = ""
    state: str = ""


def document_lines(*, convention: Convention, at: date) -> list[DocumentLine]:
    """Every document owed, by year, family and date; how each stands at a day."""
    sent, done = sent_documents(convention=convention), delivered(convention=convention)
    known = layouts(convention=convention)
    lines = []
    for row in owed_restitutions(convention=convention):
        owed = _owed(row, known)
        if not owed.is_event:
            own = sent.get((owed.code, owed.period), [])
            lines.append(_line(owed, own, done.get(row.pk), at, convention))
            continue
        event = event_of(row.obligation)
        for (code, period), own in sorted(sent.items()):
            if code == owed.code and event is not None:
                told = Owed(row.obligation, period, event.due(date.fromisoformat(period)), owed.layout)
                lines.append(_line(told, own, timezone.localdate(own[-1].transmitted_at), at, convention))
        lines.append(DocumentLine(owed, None, State.SANS_DATE, None, waits_for_event=True))
    families = list(ObligationFamily.values)
    return sorted(
        lines,
        key=lambda line: (
            line.owed.exercise or 9999,
            families.index(line.owed.obligation.family),
            line.owed.due or date.max,
            line.owed.code,
            line.owed.period,
        ),
    )


def _line(owed: Owed, sent: list[Transmission], done: date | None, at: date, convention: Convention) -> DocumentLine:
    occurrence = Occurrence(owed.code, None, owed.due, owed.period, Precision.DAY)
    stands = state(occurrence, at, done, convention.signature_date)
    return DocumentLine(owed, sent[0] if sent else None, stands, done)


def answers(line: DocumentLine, asked: Criteria) -> bool:
    """Whether a line is among what is asked; « - » asks for what has no year."""
    year = str(line.owed.exercise or "")
    return (
        asked.year in ("", year or "-")
        and asked.family in ("", line.owed.obligation.family)
        and asked.state in ("", line.code)
    )


# --- One document ---------------------------------------------------------------------------------------------------


@dataclass
class DocumentDossier:
    """What would leave if the document were sent now, and everything that keeps it from leaving."""

    convention: Convention
    owed: Owed
    at: date
    blocks: list[Built]
    attachment: AcceptedFile | None
    sent: list[Transmission]
    checks: list[Check]
    simulated: bool = False

    @property
    def blocking(self) -> list[Check]:
        return [check for check in self.checks if check.blocking]

    @property
    def told(self) -> list[Check]:
        return [check for check in self.checks if not check.blocking]

    @cached_property
    def payload(self) -> dict[str, Any]:
        """The content itself: the same whoever sends it, and when."""
        obligation, held = self.owed.obligation, self.attachment
        blocks = [one.block for one in self.blocks]
        return {
            "schema": SCHEMA,
            "kind": TransmissionKind.DOCUMENT.value,
            "convention": {"code": self.convention.code, "title": self.convention.title},
            "code": obligation.code,
            "family": str(obligation.get_family_display()),
            "title": obligation.title,
            "recipient": obligation.recipient,
            "source": obligation.source,
            "seed_line": obligation.seed_line,
            "convention_note": obligation.note,
            "note": self.owed.note,
            "period": self.owed.period,
            "period_label": self.owed.period_label,
            "at": self.at.isoformat(),
            "blocks": blocks,
            "attachment": held
            and {"name": held.name, "size": held.size, "type": held.content_type, "sha256": held.sha256},
            "simulated": self.simulated or any(block["simulated"] for block in blocks),
        }

    @property
    def draft(self) -> dict[str, Any]:
        """The content as it is shown before it is sent."""
        return {**self.payload, "draft": True}

    @cached_property
    def changes(self) -> list[DocumentChange]:
        """What a rectification would change of what was sent."""
        return differences(content_of(self.sent[0]), self.payload) if self.sent else []

    @property
    def stands(self) -> bool:
        """Whether what was last sent is still what would leave, whatever day it speaks of."""
        return bool(self.sent) and substance(content_of(self.sent[0])) == substance(self.payload)


def situation_of(owed: Owed, today: date) -> date:
    """The day a document speaks of unless told otherwise: its due date, else the end of what it covers, once past.

    What is presented the year after, with the executed budget, speaks of the end of that year.
    """
    if owed.due is not None:
        return min(today, owed.due)
    if owed.covered is None:
        return today
    later = owed.obligation.rule.get("year_offset", 0)
    return min(today, owed.covered.end.replace(year=owed.covered.end.year + later) if later > 0 else owed.covered.end)


def document_dossier(
    *,
    convention: Convention,
    owed: Owed,
    at: date,
    today: date,
    attachment: AcceptedFile | None = None,
    simulated: bool = False,
) -> DocumentDossier:
    """A document as it stands on `at`, with the file that would go with it, looked at from every side."""
    exercise = owed.covered.year if owed.covered is not None else at.year
    situation = Situation(convention, at, owed.covered, exercise)
    blocks = [build(spec, situation) for spec in owed.blocks]
    own = _sent_versions(convention, owed)
    checks = list(_checks(owed, blocks, at, today, attachment, own))
    return DocumentDossier(convention, owed, at, blocks, attachment, own, checks, simulated)


def _sent_versions(convention: Convention, owed: Owed) -> list[Transmission]:
    """What was sent of a document, the last number first, with its content."""
    rows = Transmission.objects.filter(convention=convention, kind=TransmissionKind.DOCUMENT)
    own = rows.filter(subject=owed.code, period=owed.period)
    return list(own.select_related("transmitted_by").defer("receipt").order_by("-number"))


def _checks(
    owed: Owed,
    blocks: list[Built],
    at: date,
    today: date,
    attachment: AcceptedFile | None,
    sent: list[Transmission],
) -> Iterator[Check]:
    """Everything looked at, in the order in which it is mended."""
    if at > today:
        yield Check("future", f"La situation du {at:%d/%m/%Y} est à venir.", "Choisir une date passée.")
    if owed.goes_with:
        yield Check("elsewhere", f"Ce document part avec {owed.goes_with}.", "Remettre cette édition.")
    if not blocks and attachment is None and not owed.goes_with:
        yield Check("no_file", "Ce document se remet en pièce.", "Joindre le fichier.")
    for built in blocks:
        for one in built.missing:
            yield Check(
                "empty" if one.empty else "missing",
                f"{built.block['title']} : {one.sentence[0].lower()}{one.sentence[1:]}",
                one.mend,
                one.url,
                blocking=one.empty and attachment is None,
            )
    if owed.covered is not None and owed.covered.end > at and any(b.block["kind"] == "indicators" for b in blocks):
        yield Check("not_over", f"{owed.covered.label} n’est pas terminé au {at:%d/%m/%Y}.", "", blocking=False)
    if sent and sent[0].attachment and attachment is None:
        yield Check(
            "file_left",
            f"La pièce du n° {sent[0].receipt_number} n’est pas reprise.",
            "La joindre de nouveau si elle vaut encore.",
            blocking=False,
        )
