"""The State's part: its word on its commitments, the validations it is asked for and its answers."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from actions.enums import Answer, CommitmentStatus, SharedKind
from actions.models import Action, CommitmentWord, SharedDocument, StateValidation
from cog import audit
from cog.models import Convention, StateCommitment, User


class StateWordRefused(Exception):
    """Why a word of the State, or a request to it, is not kept."""


@transaction.atomic
def say_of_commitment(
    *,
    commitment: StateCommitment,
    status: CommitmentStatus,
    as_of: date,
    comment: str,
    by: User,
    at: datetime,
    simulated: bool = False,
) -> CommitmentWord:
    """Add a word to the history of a commitment. Raises StateWordRefused for a day to come, or no word at all."""
    if as_of > timezone.localdate(at):
        raise StateWordRefused("Cette date est à venir : l'état d'un engagement se constate, au plus tard aujourd'hui.")
    if status in (CommitmentStatus.CHANGED, CommitmentStatus.DROPPED) and not comment.strip():
        raise StateWordRefused("Un engagement modifié ou abandonné dit pourquoi.")
    last = CommitmentWord.objects.filter(commitment=commitment).order_by("-pk").first()
    row = CommitmentWord.objects.create(
        commitment=commitment,
        status=status,
        as_of=as_of,
        comment=comment.strip(),
        simulated=simulated,
        recorded_at=at,
        recorded_by=by,
    )
    before, after = _told(last) if last else None, _told(row)
    audit.record(action="actions.commitment_said", subject=commitment.code, by=by, at=at, before=before, after=after)
    return row


def _told(row: CommitmentWord) -> dict[str, str]:
    return {"status": str(row.status), "as_of": row.as_of.isoformat(), "comment": row.comment}


@transaction.atomic
def ask_validation(*, action: Action, subject: str, by: User, at: datetime) -> StateValidation:
    """Ask the State to agree to something about an action. Raises StateWordRefused without a subject."""
    if not subject.strip():
        raise StateWordRefused("Dire ce que l'État est appelé à valider.")
    row = StateValidation.objects.create(
        action=action, subject=subject.strip(), asked_on=timezone.localdate(at), asked_at=at, asked_by=by
    )
    details = {"subject": row.subject}
    audit.record(action="actions.validation_asked", subject=f"action {action.key}", by=by, at=at, details=details)
    return row


@transaction.atomic
def answer_validation(
    *, validation: StateValidation, answer: Answer, text: str, answered_on: date, by: User, at: datetime
) -> StateValidation:
    """The State's answer, once. Raises StateWordRefused for a second one, a day out of place, a refusal without why."""
    row = StateValidation.objects.select_for_update(of=("self",)).select_related("action__fiche").get(pk=validation.pk)
    if row.answer:
        raise StateWordRefused("Cette demande a déjà sa réponse : en demander une nouvelle si elle a changé.")
    if not row.asked_on <= answered_on <= timezone.localdate(at):
        raise StateWordRefused("La réponse est datée entre la demande et aujourd'hui.")
    if answer != Answer.AGREED and not text.strip():
        raise StateWordRefused("Un refus ou une réserve dit pourquoi.")
    row.answer, row.answer_text, row.answered_on, row.answered_at, row.answered_by = (
        answer,
        text.strip(),
        answered_on,
        at,
        by,
    )
    row.save(update_fields=["answer", "answer_text", "answered_on", "answered_at", "answered_by"])
    after = {"answer": str(answer), "text": row.answer_text, "answered_on": answered_on.isoformat()}
    subject = f"action {row.action.key}"
    audit.record(action="actions.validation_answered", subject=subject, by=by, at=at, before={}, after=after)
    return row


@transaction.atomic
def share_document(
    *,
    convention: Convention,
    kind: SharedKind,
    reference: str,
    title: str,
    issued_on: date,
    shared_on: date,
    address: str,
    by: User,
    at: datetime,
) -> SharedDocument:
    """Enter in the register what was made available to the State. Raises StateWordRefused."""
    if not issued_on <= shared_on <= timezone.localdate(at):
        raise StateWordRefused("Un document est partagé entre sa date et aujourd'hui.")
    held = SharedDocument.objects.filter(convention=convention, kind=kind, reference=reference.strip())
    if held.exists():
        raise StateWordRefused(f"« {reference.strip()} » est déjà au registre.")
    row = SharedDocument.objects.create(
        convention=convention,
        kind=kind,
        reference=reference.strip(),
        title=title.strip(),
        issued_on=issued_on,
        shared_on=shared_on,
        address=address,
        recorded_at=at,
        recorded_by=by,
    )
    details = {"kind": str(kind), "issued_on": issued_on.isoformat(), "shared_on": shared_on.isoformat()}
    audit.record(action="actions.document_shared", subject=row.reference, by=by, at=at, details=details)
    return row
