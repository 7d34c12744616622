"""The State's part: its commitments with the last word said of each at a date, the validations it is asked for."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from actions.compute.timeliness import Timeliness, timeliness
from actions.enums import CommitmentStatus
from actions.models import CommitmentWord, SharedDocument, StateValidation
from cog.models import Convention, Fiche, StateCommitment

_AS_ACTIONS = {
    CommitmentStatus.TO_START: "a_lancer",
    CommitmentStatus.RUNNING: "en_cours",
    CommitmentStatus.KEPT: "realisee",
    CommitmentStatus.CHANGED: "en_cours",
    CommitmentStatus.DROPPED: "abandonnee",
}


@dataclass(frozen=True)
class CommitmentView:
    """A commitment at a date: what the State last said of it, and whether its printed date is kept."""

    commitment: StateCommitment
    last: CommitmentWord | None
    timeliness: Timeliness | None

    @property
    def is_late(self) -> bool:
        return self.timeliness is Timeliness.EN_RETARD


def commitment_views(
    *, convention: Convention, at: date, with_words: bool, fiche: Fiche | None = None
) -> list[CommitmentView]:
    """The State's commitments (of one fiche) in printed order; without words only what is printed."""
    rows = StateCommitment.objects.filter(convention=convention).select_related("fiche").order_by("ordinal")
    if fiche is not None:
        rows = rows.filter(fiche=fiche)
    last: dict[int, CommitmentWord] = {}
    if with_words:
        words = CommitmentWord.objects.filter(commitment__in=rows, as_of__lte=at).select_related("recorded_by")
        last = {word.commitment_id: word for word in words.order_by("as_of", "recorded_at", "pk")}
    return [_view(row, last.get(row.pk), at, with_words) for row in rows]


def _view(row: StateCommitment, last: CommitmentWord | None, at: date, with_words: bool) -> CommitmentView:
    if not with_words:
        return CommitmentView(row, None, None)
    status = _AS_ACTIONS[CommitmentStatus(last.status)] if last else "a_lancer"
    done = last.as_of if last and status == "realisee" else None
    kind = row.deadline_kind or "unscheduled"
    return CommitmentView(row, last, timeliness(status, done, row.deadline_end, kind, at))


def commitment_or_none(*, convention: Convention, code: str) -> StateCommitment | None:
    return StateCommitment.objects.filter(convention=convention, code=code).select_related("fiche").first()


def words_of(commitment: StateCommitment) -> list[CommitmentWord]:
    """What was said of a commitment, the latest first."""
    rows = CommitmentWord.objects.filter(commitment=commitment).select_related("recorded_by")
    return list(rows.order_by("-as_of", "-recorded_at", "-pk"))


def validations_of(*, convention: Convention) -> list[StateValidation]:
    """What the State is asked to agree to, what waits for its answer first."""
    rows = StateValidation.objects.filter(action__fiche__convention=convention)
    rows = rows.select_related("action__fiche", "asked_by", "answered_by")
    return sorted(rows, key=lambda row: (bool(row.answer), -row.asked_at.timestamp()))


def validations_waiting(*, convention: Convention) -> QuerySet[StateValidation]:
    """What the State was asked to agree to and did not answer."""
    return StateValidation.objects.filter(action__fiche__convention=convention, answer="")


def validation_or_none(validation_id: int) -> StateValidation | None:
    return StateValidation.objects.filter(pk=validation_id).select_related("action__fiche").first()


def shared_documents(*, convention: Convention) -> list[SharedDocument]:
    """The register of what was made available to the State, the latest first."""
    rows = SharedDocument.objects.filter(convention=convention).select_related("recorded_by")
    return list(rows.order_by("-shared_on", "-issued_on", "reference"))
