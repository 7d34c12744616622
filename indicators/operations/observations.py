"""Accepting files of observations: whole, once, and never by editing a value in place."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction

from cog import audit
from cog.models import Convention, Organisation, User
from indicators.enums import BatchState
from indicators.intake.messages import Problem
from indicators.models import ImportBatch
from indicators.operations.examination import Change, Examination, Progress, examine, is_overtaken
from indicators.operations.files import clean_name, stored_name
from indicators.operations.observations_store import close_observations, insert_observations
from indicators.operations.results import mark_stale

RACES = 5  # acceptances that may overtake this one before it gives up


class ImportRefused(Exception):
    """The file holds errors: it is refused whole, nothing was written. `problems` says everything there is to mend."""

    def __init__(self, examined: Examination) -> None:
        self.examined = examined
        self.problems = examined.problems
        super().__init__(f"{len(self.problems)} anomalies dans le fichier")


class AcceptanceRefused(Exception):
    """The batch cannot be accepted; the message says why, to the person who asks."""


class CheckOutdated(Exception):
    """What accepting would do is no longer what was shown: `examined` is what it is now."""

    def __init__(self, examined: Examination) -> None:
        self.examined = examined
        super().__init__("le contrôle montré n'est plus à jour")


@dataclass(frozen=True)
class Received:
    """A file that was checked: its batch, its warnings, and whether it was already accepted before."""

    batch: ImportBatch
    problems: list[Problem]
    already_accepted: bool
    examined: Examination | None = None  # spares a second reading to who accepts at once


@dataclass(frozen=True)
class Accepted:
    """What accepting a batch did, in observations."""

    added: int
    corrected: int
    unchanged: int


def silent(done: int, total: int, message: str) -> None:
    """No progress asked for."""


def receive_batch(
    *,
    convention: Convention,
    file_name: str,
    data: bytes,
    by: User,
    at: datetime,
    simulated: bool = False,
    only: str | None = None,
    keep: bool = True,
) -> Received:
    """Check a file at once and keep it as a batch that waits for a person; with `keep` false, only check it.

    `only` is the code of the one caisse whose rows are admitted. The same file already accepted is returned as it is.
    Raises ImportRefused when a row is wrong: nothing is kept then. (The site keeps the file first: `send_batch`.)
    """
    sha256 = hashlib.sha256(data).hexdigest()
    known = accepted_before(convention=convention, sha256=sha256, simulated=simulated)
    examined = examine(
        convention=convention,
        data=data,
        file_name=file_name,
        only=only,
        simulated=simulated,
        received_at=None if known else at,
        progress=silent,
    )
    if examined.is_refused and (known is None or examined.intake.is_refused):
        raise ImportRefused(examined)
    if known is not None:
        return Received(known, examined.problems, already_accepted=True)
    waiting = ImportBatch.objects.filter(
        convention=convention,
        sha256=sha256,
        simulated=simulated,
        only__code=only,
        received_by=by,
        state=BatchState.CHECKED,
    )
    batch = waiting.first() or ImportBatch(
        convention=convention,
        file_name=clean_name(file_name),
        size=len(data),
        sha256=sha256,
        only=Organisation.objects.get(convention=convention, code=only) if only else None,
        simulated=simulated,
        received_at=at,
        received_by=by,
    )
    tell(batch, examined)
    if keep:
        _keep(batch, data, by, at)
    return Received(batch, examined.problems, already_accepted=False, examined=examined)


@transaction.atomic
def _keep(batch: ImportBatch, data: bytes, by: User, at: datetime) -> None:
    if not batch.file:
        batch.file.save(stored_name(batch.file_name), ContentFile(data), save=False)
    batch.save()
    audit.record(
        action="observations.received",
        subject=batch.file_name,
        by=by,
        at=at,
        details={"sha256": batch.sha256, "rows": batch.row_count},
    )


def accepted_before(*, convention: Convention, sha256: str, simulated: bool) -> ImportBatch | None:
    """The batch by which this very file was accepted."""
    return ImportBatch.objects.filter(
        convention=convention, sha256=sha256, simulated=simulated, state=BatchState.ACCEPTED
    ).first()


def tell(batch: ImportBatch, examined: Examination) -> None:
    """Put on a batch (not saved yet) what its check found."""
    batch.form = examined.form
    batch.row_count = len(examined.intake.rows)
    batch.problems = [problem.as_dict() for problem in examined.problems]
    batch.errors, batch.warnings = examined.errors, examined.warnings
    batch.summary = examined.summary()
    batch.state = BatchState.REFUSED if examined.is_refused else BatchState.CHECKED


def accept_batch(
    *,
    batch: ImportBatch,
    by: User,
    at: datetime,
    reason: str,
    examined: Examination | None = None,
    allowed: Callable[[], bool] = lambda: True,
    then: Callable[[], None] = lambda: None,
    progress: Progress = silent,
) -> Accepted:
    """Write the observations of a checked batch, all or none, in one short transaction.

    A value that differs from the one in force closes it and becomes its next revision; an equal one changes nothing;
    what the file does not name is left as it is. The file is read and checked again first, unless the caller just did
    (`examined`). `allowed` is asked again, and `then` called, in the transaction that writes.

    Raises ImportRefused when the file is no longer right; CheckOutdated when it would do something else than what the
    batch shows; AcceptanceRefused when the batch, the reason or the rights do not allow it. Nothing is written then.
    Accepting twice does nothing more.
    """
    if batch.warnings and not reason.strip():
        raise AcceptanceRefused("Ce fichier a des avertissements : dire pourquoi il est accepté quand même.")
    if ImportBatch.objects.filter(pk=batch.pk, state=BatchState.ACCEPTED).exists():
        return Accepted(0, 0, batch.row_count)
    for _ in range(RACES):
        examined = examined or examine_batch(batch, progress)
        if examined.is_refused:
            raise ImportRefused(examined)
        if examined.digest != batch.summary.get("digest"):
            raise CheckOutdated(examined)
        progress(2, 3, f"enregistre {len(examined.changes)} valeurs")
        with transaction.atomic():
            _one_acceptance_at_a_time()
            current = ImportBatch.objects.select_for_update(of=("self",)).defer("problems", "summary").get(pk=batch.pk)
            if current.state == BatchState.ACCEPTED:
                return Accepted(0, 0, current.row_count)
            if current.state != BatchState.CHECKED:
                raise AcceptanceRefused(f"Ce lot n'attend pas d'être accepté : il est {current.get_state_display()}.")
            if accepted_before(convention=batch.convention, sha256=batch.sha256, simulated=batch.simulated):
                raise AcceptanceRefused(
                    "Ce fichier est déjà accepté par un autre lot : il n'y a rien de plus à écrire."
                )
            if not allowed():
                raise AcceptanceRefused("Ce compte n'a plus le droit d'accepter ce fichier : rien n'a été écrit.")
            if not is_overtaken(examined):
                _write(current, examined, by, at, reason)
                then()
                return Accepted(examined.added, examined.corrected, examined.unchanged)
        examined = None  # overtaken by another acceptance: read and compare again
    raise AcceptanceRefused("D'autres fichiers sont acceptés en ce moment : recommencer dans une minute.")


def _one_acceptance_at_a_time() -> None:
    """One lock, whatever the convention: values are numbered in the order in which they are committed."""
    Convention.objects.select_for_update(no_key=True).order_by("pk").first()


def examine_batch(batch: ImportBatch, progress: Progress) -> Examination:
    """Read and check the file of a batch, as things are now. Raises FileNotFoundError."""
    with batch.file.open("rb") as stream:
        data = stream.read()
    return examine(
        convention=batch.convention,
        data=data,
        file_name=batch.file_name,
        only=batch.only.code if batch.only else None,
        simulated=batch.simulated,
        received_at=batch.received_at,
        progress=progress,
    )


def _write(batch: ImportBatch, examined: Examination, by: User, at: datetime, reason: str) -> None:
    closed = [change.before.pk for change in examined.changes if change.before is not None]
    close_observations(closed, batch=batch.pk)
    insert_observations([_row(change, batch) for change in examined.changes])
    mark_stale(convention=batch.convention, changed=(change.key[:3] for change in examined.changes))
    if batch.simulated:
        Convention.objects.filter(pk=batch.convention_id).update(holds_simulated=True)
    batch.state, batch.accepted_at, batch.accepted_by, batch.reason = BatchState.ACCEPTED, at, by, reason
    batch.save(update_fields=["state", "accepted_at", "accepted_by", "reason"])
    audit.record(
        action="observations.accepted",
        subject=batch.file_name,
        by=by,
        at=at,
        details={
            "batch": batch.pk,
            "sha256": batch.sha256,
            "added": examined.added,
            "corrected": examined.corrected,
            "reason": reason,
        },
    )


def _row(change: Change, batch: ImportBatch) -> tuple[Any, ...]:
    """The row a change adds, in the order of `observations_store.COLUMNS`."""
    (measure, body, period, breakdown), row, before = change
    revision = before.revision + 1 if before else 1
    said = (row.value, row.statement, revision)
    return measure, period, body, breakdown, *said, batch.pk, row.line, row.sheet, row.cell
