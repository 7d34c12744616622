"""Joining a proof to an action, and withdrawing it: the file stays, its line says why it no longer counts."""

from datetime import datetime

from django.core.files.base import ContentFile
from django.db import transaction

from actions.models import Action, Evidence
from cog import audit
from cog.attachments import FileRefused, accept_file
from cog.models import User


@transaction.atomic
def join_evidence(
    *, action: Action, file_name: str, data: bytes, title: str, by: User, at: datetime, simulated: bool = False
) -> Evidence:
    """Keep a file that proves an action, with its fingerprint; the same file again is the one already kept.

    Raises FileRefused for what `cog.attachments` does not accept.
    """
    accepted = accept_file(file_name, data)
    Action.objects.select_for_update(of=("self",)).get(pk=action.pk)
    held = Evidence.objects.filter(action=action, sha256=accepted.sha256, withdrawn_at__isnull=True).first()
    if held is not None:
        return held
    row = Evidence(
        action=action,
        file_name=accepted.name,
        content_type=accepted.content_type,
        size=accepted.size,
        sha256=accepted.sha256,
        title=title.strip(),
        simulated=simulated,
        added_at=at,
        added_by=by,
    )
    row.file.save(accepted.stored_name, ContentFile(data), save=False)
    row.save()
    audit.record(
        action="actions.evidence_joined",
        subject=f"action {action.key}",
        by=by,
        at=at,
        details={"file": row.file_name, "sha256": row.sha256, "size": row.size},
    )
    return row


@transaction.atomic
def withdraw_evidence(*, evidence: Evidence, reason: str, by: User, at: datetime) -> Evidence:
    """Say that a proof no longer counts, and why; its file is kept. Raises FileRefused without a reason, or twice."""
    if not reason.strip():
        raise FileRefused("Dire pourquoi la pièce est retirée.")
    row = Evidence.objects.select_for_update(of=("self",)).select_related("action__fiche").get(pk=evidence.pk)
    if row.withdrawn_at is not None:
        raise FileRefused("Cette pièce est déjà retirée.")
    row.withdrawn_at, row.withdrawn_by, row.withdrawal_reason = at, by, reason.strip()
    row.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawal_reason"])
    audit.record(
        action="actions.evidence_withdrawn",
        subject=f"action {row.action.key}",
        by=by,
        at=at,
        details={"file": row.file_name, "sha256": row.sha256, "reason": row.withdrawal_reason},
    )
    return row
