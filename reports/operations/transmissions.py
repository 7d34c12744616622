"""Transmitting a quarter to the State, once, for good; and what is written on it afterwards."""

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from budgets.queries.programme import hold_fund
from cog import audit
from cog.models import Convention, User
from cog.periods import Period
from cog.permissions import Permission, can, users_with
from indicators.queries.content import hold_results
from reports.budget_dashboard import Change
from reports.campaign_queries import Check, dossier, last_transmission
from reports.edition_queries import EditionName, edition_dossier
from reports.enums import NoteKind, TransmissionKind
from reports.models import StateNote, Transmission
from reports.quarter_snapshot import Difference, difference
from reports.snapshot import canonical, digest
from reports.transmitted import content_of

logger = logging.getLogger(__name__)


class TransmissionRefused(Exception):
    """The quarter may not leave: `checks` says everything that is to be mended first."""

    def __init__(self, checks: list[Check]) -> None:
        self.checks = checks
        super().__init__(f"{len(checks)} contrôle(s) de consolidation à lever")


class NotAllowed(Exception):
    """This account may not do that."""


class AlreadyTransmitted(Exception):
    """The quarter was sent as it stands: there is nothing to rectify."""

    def __init__(self, transmission: Transmission) -> None:
        self.transmission = transmission
        super().__init__(f"{transmission} : déjà transmise, rien n'a changé depuis")


class ReasonMissing(Exception):
    """The quarter was sent and has changed since: a rectification says why. `differences`: what would change."""

    def __init__(self, transmission: Transmission, differences: Sequence[Difference | Change | str]) -> None:
        self.transmission = transmission
        self.differences = differences
        super().__init__(
            f"{transmission} est déjà transmise et {len(differences)} éléments ont changé : dire le motif de la"
            " rectification"
        )


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
    sent = _sent(
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
    transaction.on_commit(lambda: _tell(sent), robust=True)
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
    sent = _sent(leaving, former, by, at, reason.strip())
    audit.record(
        action="edition.transmitted",
        subject=str(sent),
        by=by,
        at=at,
        details={"number": sent.number, "sha256": sent.sha256, "late": sent.late, "reason": sent.reason},
    )
    transaction.on_commit(lambda: _tell(sent), robust=True)
    return sent


def _quarter_receipt(sent: Transmission, content: dict[str, Any]) -> bytes:
    from reports.receipts import print_receipt  # two seconds of import that only a printing process should pay

    return print_receipt(sent, content)


def _edition_document(sent: Transmission, content: dict[str, Any]) -> bytes:
    from reports.receipts import print_dashboard  # idem

    return print_dashboard(content, sent=sent)


@dataclass(frozen=True)
class Leaving:
    """What is about to be frozen: its name, its due date, its content, and how its receipt is printed."""

    convention: Convention
    kind: TransmissionKind
    period: str
    due: date | None
    content: dict[str, Any]
    printed: Callable[[Transmission, dict[str, Any]], bytes]


def _sent(leaving: Leaving, former: Transmission | None, by: User, at: datetime, reason: str) -> Transmission:
    payload = canonical(leaving.content).decode()
    sent = Transmission(
        convention=leaving.convention,
        kind=leaving.kind,
        period=leaving.period,
        number=former.number + 1 if former else 1,
        replaces=former,
        reason=reason if former else "",
        due=leaving.due,
        transmitted_at=at,
        transmitted_by=by,
        late=former.late if former else leaving.due is not None and timezone.localdate(at) > leaving.due,
        simulated=leaving.content["simulated"],
        payload=payload,
        sha256=hashlib.sha256(payload.encode()).hexdigest(),
    )
    sent.receipt = leaving.printed(sent, leaving.content)
    sent.receipt_sha256 = hashlib.sha256(sent.receipt).hexdigest()
    sent.save(force_insert=True)
    return sent


def _tell(sent: Transmission) -> None:
    """The receipt by e-mail, to who sent it and to the State; a mail that fails undoes nothing."""
    to = sorted({sent.transmitted_by.email, *(user.email for user in users_with(Permission.ANNOTATE_TRANSMISSION))})
    message = EmailMessage(
        subject=f"Reçu {sent.receipt_number} : {sent.get_kind_display()}, {sent.period}",
        body=render_to_string("reports/transmissions/receipt.txt", {"sent": sent, "site": settings.SITE_URL}),
        to=to,
    )
    message.attach(f"recu-{sent.period}-{sent.number}.pdf", bytes(sent.receipt), "application/pdf")
    try:
        message.send()
    except OSError:
        logger.exception("receipt not sent by e-mail: %s", sent.receipt_number)


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
