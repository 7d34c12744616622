"""What every transmission does when it leaves: refusals, the frozen row and its receipt, the e-mail."""

import hashlib
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone

from cog.models import Convention, User
from cog.permissions import Permission, users_with
from reports.budget_dashboard import Change
from reports.campaign_queries import Check
from reports.enums import TransmissionKind
from reports.models import Transmission
from reports.quarter_snapshot import Difference
from reports.snapshot import canonical

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


@dataclass(frozen=True)
class Leaving:
    """What is about to be frozen: its name, its due date, its content, and how its receipt is printed."""

    convention: Convention
    kind: TransmissionKind
    period: str
    due: date | None
    content: dict[str, Any]
    printed: Callable[[Transmission, dict[str, Any]], bytes]
    subject: str = ""
    attachment: "File[bytes] | None" = None  # a type only: File takes no parameter when it runs


def send(leaving: Leaving, former: Transmission | None, by: User, at: datetime, reason: str) -> Transmission:
    """Freeze it under the next number, with its receipt; the caller holds the transaction and writes the audit row."""
    payload = canonical(leaving.content).decode()
    sent = Transmission(
        convention=leaving.convention,
        kind=leaving.kind,
        subject=leaving.subject,
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
    if leaving.attachment is not None:
        sent.attachment.save(leaving.attachment.name, leaving.attachment, save=False)
    sent.save(force_insert=True)
    return sent


def _told(sent: Transmission) -> dict[str, Any]:
    """What the e-mail says of it; a document owed is named by its title."""
    title = json.loads(sent.payload)["title"] if sent.is_document else ""
    return {"sent": sent, "site": settings.SITE_URL, "title": title}


def tell(sent: Transmission) -> None:
    """The receipt by e-mail, to who sent it and to the State; a mail that fails undoes nothing."""
    to = sorted({sent.transmitted_by.email, *(user.email for user in users_with(Permission.ANNOTATE_TRANSMISSION))})
    message = EmailMessage(
        subject=f"Reçu {sent.receipt_number} : {sent.get_kind_display()}, {sent.period}",
        body=render_to_string("reports/transmissions/receipt.txt", _told(sent)),
        to=to,
    )
    message.attach(f"recu-{sent.file_name}.pdf", bytes(sent.receipt), "application/pdf")
    try:
        message.send()
    except OSError:
        logger.exception("receipt not sent by e-mail: %s", sent.receipt_number)
