"""Joining a proof to an action, and withdrawing it: the file stays, its line says why it no longer counts."""

import hashlib
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.module_loading import import_string

from actions.compute.proofs import ProofRefused, content_type_of
from actions.models import Action, Evidence
from cog import audit
from cog.models import User

Scanner = Callable[[bytes], str]
"""An antivirus: what it found in a file, in words; empty when it found nothing."""


@transaction.atomic
def join_evidence(
    *, action: Action, file_name: str, data: bytes, title: str, by: User, at: datetime, simulated: bool = False
) -> Evidence:
    """Keep a file that proves an action, with its fingerprint; the same file again is the one already kept.

    Raises ProofRefused for a type, a size or a content that is not accepted, and for what the antivirus refuses
    (`EVIDENCE_SCANNER`, the path of a function from bytes to words; none by default).
    """
    kind = content_type_of(file_name, data)
    found = _scanned(data)
    if found:
        raise ProofRefused(f"L'antivirus refuse ce fichier : {found}.")
    Action.objects.select_for_update(of=("self",)).get(pk=action.pk)
    digest = hashlib.sha256(data).hexdigest()
    held = Evidence.objects.filter(action=action, sha256=digest, withdrawn_at__isnull=True).first()
    if held is not None:
        return held
    row = Evidence(
        action=action,
        file_name=file_name[-200:],
        content_type=kind,
        size=len(data),
        sha256=digest,
        title=title.strip(),
        simulated=simulated,
        added_at=at,
        added_by=by,
    )
    row.file.save(f"{digest}{_suffix(file_name)}", ContentFile(data), save=False)
    row.save()
    audit.record(
        action="actions.evidence_joined",
        subject=f"action {action.key}",
        by=by,
        at=at,
        details={"file": row.file_name, "sha256": digest, "size": row.size},
    )
    return row


@transaction.atomic
def withdraw_evidence(*, evidence: Evidence, reason: str, by: User, at: datetime) -> Evidence:
    """Say that a proof no longer counts, and why; its file is kept. Raises ProofRefused without a reason, or twice."""
    if not reason.strip():
        raise ProofRefused("Dire pourquoi la pièce est retirée.")
    row = Evidence.objects.select_for_update(of=("self",)).select_related("action__fiche").get(pk=evidence.pk)
    if row.withdrawn_at is not None:
        raise ProofRefused("Cette pièce est déjà retirée.")
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


def _scanned(data: bytes) -> str:
    if not settings.EVIDENCE_SCANNER:
        return ""
    scanner: Scanner = import_string(settings.EVIDENCE_SCANNER)
    return scanner(data)


def _suffix(name: str) -> str:
    return "." + name.rsplit(".", 1)[-1].lower()
