"""Sending a document that is owed, once, for good; producing the file of a control mission."""

from datetime import date, datetime
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from budgets.queries.programme import funds, hold_fund
from cog import audit
from cog.attachments import AcceptedFile
from cog.models import Convention, User
from cog.permissions import Permission, can
from indicators.queries.content import hold_results
from reports.enums import TransmissionKind
from reports.mission import MissionFile, mission_file
from reports.models import Transmission
from reports.operations.sending import (
    AlreadyTransmitted,
    Leaving,
    NotAllowed,
    ReasonMissing,
    TransmissionRefused,
    send,
    tell,
)
from reports.owed_queries import Owed, document_dossier


@transaction.atomic
def transmit_document(
    *,
    convention: Convention,
    owed: Owed,
    situation: date,
    by: User,
    at: datetime,
    reason: str = "",
    attachment: AcceptedFile | None = None,
    simulated: bool = False,
) -> Transmission:
    """Send a document owed as it stands on `situation`, with its file: its copy never changes.

    `simulated`: the file itself is made up, for the demonstration. Nobody computes nor writes in the funds meanwhile.
    Raises as `transmit_quarter`; nothing is written then.
    """
    if not can(by, Permission.TRANSMIT):
        raise NotAllowed(f"Le compte {by.email} ne permet pas de {Permission.TRANSMIT.value}.")
    Convention.objects.select_for_update().get(pk=convention.pk)
    hold_results(convention=convention)
    for fund in funds(convention=convention):
        hold_fund(convention=convention, code=fund.code)
    ready = document_dossier(
        convention=convention,
        owed=owed,
        at=situation,
        today=timezone.localdate(at),
        attachment=attachment,
        simulated=simulated,
    )
    if ready.blocking:
        raise TransmissionRefused(ready.blocking)
    former = ready.sent[0] if ready.sent else None
    if former is not None and ready.stands:
        raise AlreadyTransmitted(former)
    if former is not None and not reason.strip():
        raise ReasonMissing(former, [str(change) for change in ready.changes])
    leaving = Leaving(
        convention,
        TransmissionKind.DOCUMENT,
        owed.period,
        owed.due,
        ready.payload,
        _document,
        subject=owed.code,
        attachment=ContentFile(attachment.data, name=attachment.stored_name) if attachment else None,
    )
    sent = send(leaving, former, by, at, reason.strip())
    audit.record(
        action="document.transmitted",
        subject=str(sent),
        by=by,
        at=at,
        details={
            "number": sent.number,
            "obligation": sent.subject,
            "sha256": sent.sha256,
            "file": ready.payload["attachment"],
            "late": sent.late,
            "reason": sent.reason,
        },
    )
    transaction.on_commit(lambda: tell(sent), robust=True)
    return sent


def _document(sent: Transmission, content: dict[str, Any]) -> bytes:
    from reports.receipts import print_document  # two seconds of import that only a printing process should pay

    return print_document(content, sent=sent)


@transaction.atomic
def produce_mission_file(*, convention: Convention, situation: date, by: User, at: datetime) -> MissionFile:
    """The file given to a control mission, as things stand on a day; nothing is kept but the trace of it.

    Raises NoMission when the convention says nothing of one, or for a day that is to come.
    """
    made = mission_file(convention=convention, at=situation, today=timezone.localdate(at))
    audit.record(
        action="mission.produced",
        subject=f"{convention.code}, {situation.isoformat()}",
        by=by,
        at=at,
        details={"file": made.name, "sha256": made.sha256, "size": len(made.data)},
    )
    return made
