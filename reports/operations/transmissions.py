"""Transmitting a quarter to the State, once, for good; and what is written on it afterwards."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from budgets.queries.programme import hold_fund
from cog import audit
from cog.models import Convention, User
from cog.periods import Period
from cog.permissions import Permission, can
from indicators.queries.content import hold_results
from reports.campaign_queries import dossier, last_transmission
from reports.edition_queries import EditionName, edition_dossier
from reports.enums import NoteKind, TransmissionKind
from reports.models import StateNote, Transmission
from reports.operations.sending import (
    AlreadyTransmitted,
    Leaving,
    NotAllowed,
    ReasonMissing,
    TransmissionRefused,
    send,
    tell,
)
from reports.quarter_snapshot import difference
from reports.snapshot import digest
from reports.transmitted import content_of


class NoteRefused(Exception):
    """The note cannot be written; the message says why."""


@transaction.atomic
def transmit_quarter(
    *, convention: Convention, period: Period, by: User, at: datetime, reason: str = ""
) -> Transmission:
    """Send the results of a quarter to the State: everything is copied, and nothing of the copy ever changes.

    What is sent already is rectified by the next number, for a reason. Nobody computes nor transmits meanwhile.

    Raises NotAllowed; TransmissionRefused with every check that fails; AlreadyTransmitted when nothing has changed
    since the last one; ReasonMissing when something has and `reason` is empty. Nothing is written then.
    """
    if not can(by, Permission.TRANSMIT):
        raise NotAllowed(f"Le compte {by.email} ne permet pas de {Permission.TRANSMIT.value}.")
    Convention.objects.select_for_update().get(pk=convention.pk)
    hold_results(convention=convention)
    ready = dossier(convention=convention, period=period, at=timezone.localdate(at))
    if ready.blocking:
        raise TransmissionRefused(ready.blocking)
    former = last_transmission(convention=convention, period=period)
    if former is not None and former.sha256 == digest(ready.payload):
        raise AlreadyTransmitted(former)
    if former is not None and not reason.strip():
        raise ReasonMissing(former, difference(content_of(former), ready.payload))
    sent = send(
        Leaving(convention, TransmissionKind.QUARTER, str(ready.period), ready.due, ready.payload, _quarter_receipt),
        former,
        by,
        at,
        reason.strip(),
    )
    audit.record(
        action="quarter.transmitted",
        subject=str(sent),
        by=by,
        at=at,
        details={"number": sent.number, "sha256": sent.sha256, "late": sent.late, "reason": sent.reason},
    )
    transaction.on_commit(lambda: tell(sent), robust=True)
    return sent


@transaction.atomic
def transmit_edition(
    *, convention: Convention, name: EditionName, situation: date, by: User, at: datetime, reason: str = ""
) -> Transmission:
    """Send an edition of a fund (Tbb, state of the Fnas) as it stands on `situation`: its copy never changes.

    Nobody writes in the fund meanwhile. Raises as `transmit_quarter`; nothing is written then.
    """
    if not can(by, Permission.TRANSMIT):
        raise NotAllowed(f"Le compte {by.email} ne permet pas de {Permission.TRANSMIT.value}.")
    Convention.objects.select_for_update().get(pk=convention.pk)
    hold_fund(convention=convention, code=name.fund_code)
    ready = edition_dossier(convention=convention, name=name, at=situation, today=timezone.localdate(at))
    if ready.blocking:
        raise TransmissionRefused(ready.blocking)
    former = ready.sent[0] if ready.sent else None
    if former is not None and former.sha256 == digest(ready.payload):
        raise AlreadyTransmitted(former)
    if former is not None and not reason.strip():
        raise ReasonMissing(former, [*ready.changes, *ready.annexes_changed])
    leaving = Leaving(convention, name.kind, name.period, name.due, ready.payload, _edition_document)
    sent = send(leaving, former, by, at, reason.strip())
    audit.record(
        action="edition.transmitted",
        subject=str(sent),
        by=by,
        at=at,
        details={"number": sent.number, "sha256": sent.sha256, "late": sent.late, "reason": sent.reason},
    )
    transaction.on_commit(lambda: tell(sent), robust=True)
    return sent


def _quarter_receipt(sent: Transmission, content: dict[str, Any]) -> bytes:
    from reports.receipts import print_receipt  # two seconds of import that only a printing process should pay

    return print_receipt(sent, content)


def _edition_document(sent: Transmission, content: dict[str, Any]) -> bytes:
    from reports.receipts import print_dashboard  # idem

    return print_dashboard(content, sent=sent)


@transaction.atomic
def write_note(
    *,
    transmission: Transmission,
    kind: NoteKind,
    text: str,
    by: User,
    at: datetime,
    subject: str = "",
    reply_to: StateNote | None = None,
) -> StateNote:
    """Write on a transmission: the State acknowledges, asks or observes, the Cnaf answers. Nothing is edited later.

    Raises NotAllowed, or NoteRefused with the reason.
    """
    needed = Permission.ANSWER_STATE if kind is NoteKind.ANSWER else Permission.ANNOTATE_TRANSMISSION
    if not can(by, needed):
        raise NotAllowed(f"Le compte {by.email} ne permet pas de {needed.value}.")
    if kind is not NoteKind.ACKNOWLEDGEMENT and not text.strip():
        raise NoteRefused("Écrire le texte de la note : trouvé un texte vide.")
    if kind is NoteKind.ANSWER and (reply_to is None or reply_to.kind != NoteKind.QUESTION):
        raise NoteRefused("Une réponse répond à une question.")
    if kind is NoteKind.ACKNOWLEDGEMENT and transmission.state_notes.filter(kind=kind).exists():
        raise NoteRefused("Cette transmission a déjà son accusé de réception.")
    note = StateNote.objects.create(
        transmission=transmission,
        kind=kind,
        subject=subject,
        text=text.strip(),
        reply_to=reply_to,
        written_at=at,
        written_by=by,
    )
    audit.record(
        action="note.written",
        subject=str(transmission),
        by=by,
        at=at,
        details={"kind": kind, "indicator": subject, "note": note.pk},
    )
    return note
