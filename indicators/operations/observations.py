"""Receiving files of observations and accepting them: whole, once, and never by editing a value in place."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction

from cog import audit
from cog.models import Convention, Organisation, User
from indicators.enums import BatchState
from indicators.intake.checks import Row
from indicators.intake.long_form import read_long_form
from indicators.intake.messages import Problem, Severity
from indicators.models import ImportBatch, Measure, Observation
from indicators.queries import intake_reference

Key = tuple[int, int, str, str]  # measure, organisation, period, breakdown


class ImportRefused(Exception):
    """The file holds errors: it is refused whole, nothing was written. `problems` says everything there is to mend."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__(f"{len(problems)} anomalies dans le fichier")


@dataclass(frozen=True)
class Received:
    """A file that was checked: its batch, its warnings, and whether it was already accepted before."""

    batch: ImportBatch
    problems: list[Problem]
    already_accepted: bool


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
    """Check a long-form CSV and keep it as a batch that waits for a person; with `keep` false, only check it.

    `only` is the code of the one caisse whose rows are admitted. The same file already accepted is returned as it is.
    Raises ImportRefused when a row is wrong: nothing is kept then.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    intake = read_long_form(data, intake_reference(convention=convention), only=only)
    if intake.is_refused:
        raise ImportRefused(intake.problems)
    same = ImportBatch.objects.filter(convention=convention, sha256=sha256, simulated=simulated)
    known = same.filter(state=BatchState.ACCEPTED).first()
    if known is not None:
        return Received(known, intake.problems, already_accepted=True)
    batch = ImportBatch(
        convention=convention,
        file_name=file_name[:200],
        sha256=sha256,
        row_count=len(intake.rows),
        problems=[problem.as_dict() for problem in intake.problems],
        state=BatchState.CHECKED,
        simulated=simulated,
        received_at=at,
        received_by=by,
    )
    if keep:
        _keep(batch, data, by, at)
    return Received(batch, intake.problems, already_accepted=False)


@transaction.atomic
def _keep(batch: ImportBatch, data: bytes, by: User, at: datetime) -> None:
    same = ImportBatch.objects.filter(convention=batch.convention, sha256=batch.sha256, simulated=batch.simulated)
    same.filter(state=BatchState.CHECKED).delete()  # the same file checked again replaces the copy that waited
    batch.file.save(f"{batch.sha256}.csv", ContentFile(data), save=False)
    batch.save()
    audit.record(
        action="observations.received",
        subject=batch.file_name,
        by=by,
        at=at,
        details={"sha256": batch.sha256, "rows": batch.row_count},
    )


@dataclass(frozen=True)
class Accepted:
    """What accepting a batch did, in observations."""

    added: int
    corrected: int
    unchanged: int


@transaction.atomic
def accept_batch(*, batch: ImportBatch, by: User, at: datetime, reason: str) -> Accepted:
    """Write the observations of a checked batch, all or none.

    A value that differs from the one in force closes it and becomes its next revision; an equal one changes nothing;
    what the file does not name is left as it is. The batch is claimed first, so that two people cannot accept it twice.
    A simulated value never takes the place of a real one. Raises ImportRefused, and nothing is written.
    """
    claimed = ImportBatch.objects.filter(pk=batch.pk, state=BatchState.CHECKED).update(
        state=BatchState.ACCEPTED, accepted_at=at, accepted_by=by, reason=reason
    )
    if not claimed:
        return Accepted(0, 0, batch.row_count)
    with batch.file.open("rb") as stream:
        intake = read_long_form(stream.read(), intake_reference(convention=batch.convention), only=None)
    if intake.is_refused:  # the reference changed since the file was checked
        raise ImportRefused(intake.problems)
    measures = dict(Measure.objects.filter(convention=batch.convention).values_list("code", "pk"))
    bodies = dict(Organisation.objects.filter(convention=batch.convention).values_list("code", "pk"))
    present = _in_force({measures[row.measure] for row in intake.rows})
    added, closed, unchanged, usurping = [], [], 0, []
    for row in intake.rows:
        key = (measures[row.measure], bodies[row.body], row.period, row.breakdown)
        before = present.get(key)
        if before is not None and before.says(row, simulated=batch.simulated):
            unchanged += 1
            continue
        if before is not None and batch.simulated and not before.simulated:
            usurping.append(_usurping(row))
        if before is not None:
            closed.append(before.pk)
        added.append(_observation(key, row, batch, before.revision + 1 if before else 1))
    if usurping:
        raise ImportRefused(usurping)
    if batch.simulated:
        Convention.objects.filter(pk=batch.convention_id).update(holds_simulated=True)
    for start in range(0, len(closed), 500):
        Observation.objects.filter(pk__in=closed[start : start + 500]).update(closed_by=batch)
    Observation.objects.bulk_create(added, batch_size=2000)
    audit.record(
        action="observations.accepted",
        subject=batch.file_name,
        by=by,
        at=at,
        details={"sha256": batch.sha256, "added": len(added), "corrected": len(closed), "reason": reason},
    )
    return Accepted(len(added) - len(closed), len(closed), unchanged)


@dataclass(frozen=True)
class _InForce:
    pk: int
    value: Decimal | None
    statement: str
    revision: int
    simulated: bool

    def says(self, row: Row, *, simulated: bool) -> bool:
        """Whether a row would change nothing: the same value or statement, as real or as simulated."""
        return (self.value, self.statement, self.simulated) == (row.value, row.statement, simulated)


def _usurping(row: Row) -> Problem:
    return Problem(
        severity=Severity.ERROR,
        code="simulated_over_real",
        line=row.line,
        column="",
        found=f"une valeur simulée pour {row.measure}, {row.body}, {row.period}, qui a une valeur réelle",
        expected="une donnée sans valeur réelle",
        mend="retirez la ligne : le simulé ne remplace jamais le réel",
    )


def _in_force(measures: set[int]) -> dict[Key, _InForce]:
    """The open observations of some measures, by key."""
    rows: Any = Observation.objects.filter(measure_id__in=measures, closed_by__isnull=True).values_list(
        "pk",
        "measure_id",
        "organisation_id",
        "period",
        "breakdown",
        "value",
        "statement",
        "revision",
        "batch__simulated",
    )
    return {
        (measure, body, period, breakdown): _InForce(pk, *known)
        for pk, measure, body, period, breakdown, *known in rows.iterator(chunk_size=20_000)
    }


def _observation(key: Key, row: Row, batch: ImportBatch, revision: int) -> Observation:
    measure, body, period, breakdown = key
    return Observation(
        measure_id=measure,
        organisation_id=body,
        period=period,
        breakdown=breakdown,
        value=row.value,
        statement=row.statement,
        revision=revision,
        batch=batch,
        source_row=row.line,
    )
