"""Preparing an amendment, approving it, bringing it into force on its day, taking it back before."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from cog import audit
from cog.amendments.queries import changes_by_kind, due_amendments, faults_of
from cog.amendments.registry import ChangeRefused, part_of
from cog.attachments import AcceptedFile
from cog.enums import AmendmentState, ChangeKind
from cog.models import Convention, User
from cog.models.amendments import Amendment, AmendmentChange
from cog.permissions import Permission, can

logger = logging.getLogger(__name__)


class AmendmentRefused(Exception):
    """The gesture is refused; `faults` says everything that is wrong, in French. Nothing was written."""

    def __init__(self, *faults: str) -> None:
        self.faults = faults
        super().__init__(" ".join(faults))


@dataclass(frozen=True)
class Act:
    """The act of an amendment, as people give it; what is not known yet is empty until it is approved."""

    title: str
    effective_on: date
    reference: str = ""
    signed_on: date | None = None
    signatories: str = ""
    text: str = ""


@transaction.atomic
def draft_amendment(*, convention: Convention, act: Act, by: User, at: datetime, simulated: bool = False) -> Amendment:
    """Open a draft under the next number. Raises AmendmentRefused."""
    _check(by)
    Convention.objects.select_for_update().get(pk=convention.pk)
    last = Amendment.objects.filter(convention=convention).aggregate(last=Max("number"))["last"] or 0
    row = Amendment(
        convention=convention, number=last + 1, drafted_at=at, drafted_by=by, simulated=simulated, **_told(act)
    )
    row.save()
    audit.record(action="amendment.drafted", subject=str(row), by=by, at=at, details={"title": row.title})
    return row


@transaction.atomic
def revise_act(
    *, amendment: Amendment, act: Act, by: User, at: datetime, attachment: AcceptedFile | None = None
) -> Amendment:
    """Say again what the act of a draft is, and join the signed text. Raises AmendmentRefused."""
    _check(by)
    row = _held(amendment, AmendmentState.DRAFT)
    for name, value in _told(act).items():
        setattr(row, name, value)
    if attachment is not None:
        row.file_name, row.file_sha256 = attachment.name, attachment.sha256
        row.file.save(attachment.stored_name, ContentFile(attachment.data), save=False)
    row.save()
    details = {"title": row.title, "effective_on": row.effective_on.isoformat(), "file_sha256": row.file_sha256}
    audit.record(action="amendment.revised", subject=str(row), by=by, at=at, details=details)
    return row


def _told(act: Act) -> dict[str, object]:
    if not act.title.strip():
        raise AmendmentRefused("Dire en quelques mots ce que l'avenant change.")
    return {
        "title": act.title.strip(),
        "effective_on": act.effective_on,
        "reference": act.reference.strip(),
        "signed_on": act.signed_on,
        "signatories": act.signatories.strip(),
        "text": act.text.strip(),
    }


@transaction.atomic
def change_values(
    *,
    amendment: Amendment,
    kind: ChangeKind,
    subject: str,
    entries: Mapping[str, str],
    source: str,
    by: User,
    at: datetime,
) -> list[AmendmentChange]:
    """Put values of one subject in a draft; an empty entry takes the change of that value out of it.

    Raises AmendmentRefused with all that is wrong: nothing is written then.
    """
    _check(by)
    row = _held(amendment, AmendmentState.DRAFT)
    part, on = part_of(kind), row.effective_on
    lines = {line.key: line for line in part.lines(convention=row.convention, subject=subject, on=on)}
    if not lines:
        raise AmendmentRefused(f"« {subject} » ne se modifie pas par un avenant.")
    faults, kept = [], list[AmendmentChange]()
    for key, entry in entries.items():
        if key not in lines or not entry.strip():
            continue
        try:
            after = part.after(convention=row.convention, subject=subject, key=key, entry=entry.strip(), on=on)
        except ChangeRefused as refusal:
            faults.append(f"{lines[key].label} : {refusal}")
            continue
        told = {"label": lines[key].label, "entry": entry.strip(), "before": lines[key].before, "after": after}
        if after == lines[key].before:
            faults.append(f"{lines[key].label} : « {after} » est déjà la valeur en vigueur.")
        kept.append(
            AmendmentChange(
                amendment=row,
                kind=kind,
                subject=subject,
                key=key,
                source=source.strip(),
                added_at=at,
                added_by=by,
                **told,
            )
        )
    if faults:
        raise AmendmentRefused(*faults)
    row.changes.filter(kind=kind, subject=subject, key__in=entries.keys()).delete()
    saved = AmendmentChange.objects.bulk_create(kept)
    details = {"kind": kind.value, "changes": {f"{one.subject}/{one.key}": [one.before, one.after] for one in saved}}
    audit.record(action="amendment.changed", subject=str(row), by=by, at=at, details=details)
    return saved


@transaction.atomic
def approve_amendment(*, amendment: Amendment, by: User, at: datetime) -> Amendment:
    """Approve a draft once nothing is wrong with it; it comes into force at once when its day has come.

    Raises AmendmentRefused with everything that is wrong.
    """
    _check(by)
    row = _held(amendment, AmendmentState.DRAFT)
    if found := faults_of(row, at):
        raise AmendmentRefused(*found)
    row.approved_at, row.approved_by = at, by
    row.save(update_fields=["approved_at", "approved_by"])
    audit.record(action="amendment.approved", subject=str(row), by=by, at=at, details=_content(row))
    if row.effective_on <= timezone.localdate(at):
        _enter(row, by, at)
    return row


@transaction.atomic
def take_back_amendment(*, amendment: Amendment, reason: str, by: User, at: datetime) -> Amendment:
    """Take back an amendment that is not in force yet; the trail keeps what it said. Raises AmendmentRefused."""
    _check(by)
    row = _held(amendment, AmendmentState.DRAFT, AmendmentState.APPROVED)
    if not reason.strip():
        raise AmendmentRefused("Dire pourquoi l'avenant est retiré.")
    row.taken_back_at, row.taken_back_by, row.taken_back_reason = at, by, reason.strip()
    row.save(update_fields=["taken_back_at", "taken_back_by", "taken_back_reason"])
    details = _content(row) | {"reason": row.taken_back_reason}
    audit.record(action="amendment.taken_back", subject=str(row), by=by, at=at, details=details)
    return row


@transaction.atomic
def enter_into_force(*, amendment: Amendment, by: User, at: datetime) -> Amendment:
    """Put an approved amendment in force, its day being come. Raises AmendmentRefused; nothing is changed then."""
    row = _held(amendment, AmendmentState.APPROVED)
    if row.effective_on > timezone.localdate(at):
        raise AmendmentRefused(f"L'avenant ne prend effet que le {row.effective_on:%d/%m/%Y}.")
    if found := faults_of(row, at):
        raise AmendmentRefused(*found)
    return _enter(row, by, at)


def bring_due_into_force(*, by: User, at: datetime) -> int:
    """What the clock does every night: the amendments whose day has come; one that cannot is told, the others pass."""
    done = 0
    for amendment in due_amendments(on=timezone.localdate(at)):
        try:
            enter_into_force(amendment=amendment, by=by, at=at)
        except AmendmentRefused as refusal:
            logger.error("%s ne peut entrer en vigueur : %s", amendment, refusal)
        else:
            done += 1
    return done


def _enter(row: Amendment, by: User, at: datetime) -> Amendment:
    for group in changes_by_kind(row):
        if group.changes:
            part_of(group.kind).apply(amendment=row, changes=group.changes, by=by, at=at)
    row.entered_at, row.entered_by = at, by
    row.save(update_fields=["entered_at", "entered_by"])
    audit.record(action="amendment.entered", subject=str(row), by=by, at=at, details=_content(row))
    return row


def _content(row: Amendment) -> dict[str, object]:
    """What an amendment says, for the trail."""
    changes = [[one.kind, one.subject, one.key, one.before, one.after] for one in row.changes.order_by("pk")]
    return {"reference": row.reference, "effective_on": row.effective_on.isoformat(), "changes": changes}


def _check(by: User) -> None:
    if not can(by, Permission.KEEP_AMENDMENTS):
        raise AmendmentRefused(f"Le compte {by.email} ne permet pas de {Permission.KEEP_AMENDMENTS.value}.")


def _held(amendment: Amendment, *states: AmendmentState) -> Amendment:
    """One writer at a time; the state may have changed since the page was read."""
    row = Amendment.objects.select_for_update(of=("self",)).select_related("convention").get(pk=amendment.pk)
    if row.state not in states:
        raise AmendmentRefused(f"L'{row} est {row.state.label} : ce geste ne s'y fait plus.")
    return row
