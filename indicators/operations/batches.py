"""The site's way in: a file is kept at once, checked by a job, then accepted by a person through another job.

A batch points at its last job. Each handler does its work outside any transaction, and writes in a short one that first
looks at the batch again: done twice, or taken up after a killed worker, it gives the same result once.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.core.files.base import ContentFile
from django.db import transaction

from cog import audit, jobs
from cog.jobs import Beat, Job, JobRefused
from cog.models import Convention, Organisation, User
from indicators.enums import BatchState
from indicators.models import ImportBatch
from indicators.operations.examination import Examination
from indicators.operations.files import clean_name, stored_name
from indicators.operations.observations import (
    AcceptanceRefused,
    CheckOutdated,
    ImportRefused,
    accept_batch,
    accepted_before,
    examine_batch,
    tell,
)
from indicators.operations.results import request_recompute
from indicators.queries.batches import may_accept

CHECK, ACCEPT = "indicators.check", "indicators.accept"

OUTDATED = (
    "Des valeurs en vigueur ont changé depuis le contrôle : le fichier vient d'être contrôlé de nouveau, et rien n'a"
    " été écrit. Relire ce qui changerait, puis confirmer."
)
NO_LONGER_RIGHT = (
    "Le fichier n'est plus recevable depuis son contrôle : il vient d'être contrôlé de nouveau, et rien n'a été écrit."
)
LOST = "Le fichier reçu est introuvable : l'envoyer de nouveau."


@dataclass(frozen=True)
class Sent:
    """A file that was kept: its batch, and whether that very file was already accepted or already waiting."""

    batch: ImportBatch
    known: bool


@transaction.atomic
def send_batch(
    *,
    convention: Convention,
    file_name: str,
    data: bytes,
    only: Organisation | None,
    by: User,
    at: datetime,
    simulated: bool = False,
) -> Sent:
    """Keep a file under a name of ours and ask a worker to check it; answers at once.

    `only` is the one caisse whose rows are admitted. The same file, already accepted or still waiting for the same
    sender, is returned as it is: sending twice is harmless.
    """
    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # the second click of a double click waits for the first
    sha256 = hashlib.sha256(data).hexdigest()
    accepted = accepted_before(convention=convention, sha256=sha256, simulated=simulated)
    if accepted is not None and (only is None or accepted.only_id == only.pk):
        return Sent(accepted, known=True)
    waiting = ImportBatch.objects.filter(
        convention=convention,
        sha256=sha256,
        simulated=simulated,
        only=only,
        received_by=by,
        state__in=[BatchState.RECEIVED, BatchState.CHECKED],
    ).first()
    if waiting is not None:
        return Sent(waiting, known=True)
    batch = ImportBatch(
        convention=convention,
        file_name=clean_name(file_name),
        size=len(data),
        sha256=sha256,
        only=only,
        state=BatchState.RECEIVED,
        simulated=simulated,
        received_at=at,
        received_by=by,
    )
    batch.file.save(stored_name(file_name), ContentFile(data), save=True)
    _ask_check(batch, by, at)
    audit.record(
        action="observations.received",
        subject=batch.file_name,
        by=by,
        at=at,
        details={"batch": batch.pk, "sha256": sha256, "size": len(data)},
    )
    return Sent(batch, known=False)


def _ask_check(batch: ImportBatch, by: User, at: datetime) -> Job:
    batch.job = jobs.submit(kind=CHECK, arguments={"batch": batch.pk}, by=by, at=at)
    batch.state = BatchState.RECEIVED
    batch.save(update_fields=["job", "state"])
    return batch.job


@transaction.atomic
def request_check(*, batch: ImportBatch, by: User, at: datetime) -> Job:
    """Check a batch again: after a job that failed or was cancelled, or because the reference changed."""
    current = _locked(batch)
    if current.job is not None and not current.job.is_over:
        return current.job
    if current.state in (BatchState.ACCEPTED, BatchState.ABANDONED):
        raise AcceptanceRefused(f"Ce lot ne se contrôle plus : il est {current.get_state_display()}.")
    return _ask_check(current, by, at)


def check_from_job(job: Job, beat: Beat) -> None:
    """What a worker does of a job asked by `send_batch` or `request_check`."""
    batch = _batch_of(job)
    if batch.state != BatchState.RECEIVED:
        return
    _store(batch, _examined(batch, beat), expected=BatchState.RECEIVED)
    beat(3, 3, "contrôlé")


def _examined(batch: ImportBatch, beat: Beat) -> Examination:
    try:
        return examine_batch(batch, beat)
    except FileNotFoundError:
        raise JobRefused(LOST) from None


@transaction.atomic
def _store(batch: ImportBatch, examined: Examination, *, expected: BatchState) -> None:
    """Write what a check found, unless the batch went elsewhere meanwhile."""
    current = _locked(batch)
    if current.state == expected:
        tell(current, examined)
        current.save()


@transaction.atomic
def request_acceptance(*, batch: ImportBatch, by: User, at: datetime, reason: str) -> Job:
    """A person accepts a checked batch: ask a worker to write it. Asked twice, it is one job.

    Raises AcceptanceRefused when the batch does not wait for that, or has warnings and no reason is given.
    """
    current = _locked(batch)
    if current.job is not None and current.job.kind == ACCEPT and not current.job.is_over:
        return current.job
    if current.state == BatchState.ACCEPTED and current.job is not None:
        return current.job
    if current.state != BatchState.CHECKED:
        raise AcceptanceRefused(f"Ce lot n'attend pas d'être accepté : il est {current.get_state_display()}.")
    if current.warnings and not reason.strip():
        raise AcceptanceRefused("Ce fichier a des avertissements : dire pourquoi il est accepté quand même.")
    current.job = jobs.submit(kind=ACCEPT, arguments={"batch": current.pk, "reason": reason.strip()}, by=by, at=at)
    current.save(update_fields=["job"])
    return current.job


def accept_from_job(job: Job, beat: Beat) -> None:
    """What a worker does of a job asked by `request_acceptance`; the person's rights are read again as it writes."""
    batch, by = _batch_of(job), job.created_by

    def allowed() -> bool:
        return may_accept(User.objects.get(pk=by.pk), batch)

    def then() -> None:
        recompute = request_recompute(convention=batch.convention, by=by, at=job.created_at)
        ImportBatch.objects.filter(pk=batch.pk).update(summary=batch.summary | {"recompute": str(recompute.pk)})

    try:
        accept_batch(
            batch=batch,
            by=by,
            at=job.created_at,
            reason=job.arguments["reason"],
            allowed=allowed,
            then=then,
            progress=beat,
        )
    except FileNotFoundError:
        raise JobRefused(LOST) from None
    except AcceptanceRefused as refusal:
        raise JobRefused(str(refusal)) from None
    except (CheckOutdated, ImportRefused) as outdated:
        _store(batch, outdated.examined, expected=BatchState.CHECKED)
        raise JobRefused(OUTDATED if isinstance(outdated, CheckOutdated) else NO_LONGER_RIGHT) from None


@transaction.atomic
def abandon_batch(*, batch: ImportBatch, by: User, at: datetime) -> bool:
    """Put a batch aside for good; its file and its problems stay. False when it is already accepted or abandoned."""
    current = _locked(batch)
    if current.state in (BatchState.ACCEPTED, BatchState.ABANDONED):
        return False
    current.state = BatchState.ABANDONED
    current.save(update_fields=["state"])
    if current.job is not None and not current.job.is_over:
        jobs.cancel(job_id=current.job.pk, by=by, at=at)
    audit.record(
        action="observations.abandoned", subject=current.file_name, by=by, at=at, details={"batch": current.pk}
    )
    return True


def _batch_of(job: Job) -> ImportBatch:
    return ImportBatch.objects.select_related("convention", "only").get(pk=job.arguments["batch"])


def _locked(batch: ImportBatch) -> ImportBatch:
    return ImportBatch.objects.select_related("job", "only").select_for_update(of=("self",)).get(pk=batch.pk)
