"""The final evaluation: opened, read and shared by each party, positions taken, closed; nothing is ever edited."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from cog import audit
from cog.models import Convention, User
from cog.permissions import Permission, can
from reports.enums import Party, Stance, SubjectKind
from reports.evaluation_queries import (
    closing_faults,
    last_shares,
    measures_now,
    shared_reading,
    unshared_readings,
)
from reports.models import EvaluationPosition, EvaluationReading, EvaluationShare, FinalEvaluation
from reports.operations.sending import NotAllowed
from reports.snapshot import canonical, digest

LONGEST = 4000
LONGEST_CAUSE = 400
MOST_CAUSES = 12

NEEDED = {Party.CNAF: Permission.EVALUATE_FOR_CNAF, Party.STATE: Permission.EVALUATE_FOR_STATE}


class EvaluationRefused(Exception):
    """The gesture is refused; `faults` says everything that is wrong, in French. Nothing was written."""

    def __init__(self, *faults: str) -> None:
        self.faults = faults
        super().__init__(" ".join(faults))


class ReadingMoved(Exception):
    """Someone of the same party wrote meanwhile: `current` is what is in force."""

    def __init__(self, current: EvaluationReading) -> None:
        self.current = current
        super().__init__(
            f"{current.written_by.name} a écrit pendant la saisie (révision {current.revision}) : rien n'est"
            " enregistré."
        )


@dataclass(frozen=True)
class ReadingEntry:
    """What a party reads in an objective: its words, and the causes of the gap, one text a cause."""

    kind: SubjectKind
    subject: str
    text: str
    internal: Sequence[str] = ()
    not_attributable: Sequence[str] = ()


@transaction.atomic
def open_evaluation(*, convention: Convention, by: User, at: datetime) -> FinalEvaluation:
    """Open the evaluation, in the last year of the convention or after; the one that is open is returned.

    Raises NotAllowed, EvaluationRefused.
    """
    _check(by, Permission.EVALUATE_FOR_CNAF)
    Convention.objects.select_for_update().get(pk=convention.pk)
    known = FinalEvaluation.objects.filter(convention=convention).first()
    if known is not None:
        return known
    if timezone.localdate(at).year < convention.end.year:
        raise EvaluationRefused(
            f"L'évaluation contradictoire s'ouvre la dernière année de la convention, en {convention.end.year}."
        )
    opened = FinalEvaluation.objects.create(convention=convention, opened_at=at, opened_by=by)
    audit.record(action="evaluation.opened", subject=str(opened), by=by, at=at)
    return opened


@transaction.atomic
def write_reading(
    *,
    evaluation: FinalEvaluation,
    party: Party,
    entry: ReadingEntry,
    seen: int,
    by: User,
    at: datetime,
    simulated: bool = False,
) -> EvaluationReading:
    """Add a party's reading of a subject, or the next wording of it; the same words again change nothing.

    `seen`: the revision the person started from (0: none). Raises NotAllowed, EvaluationRefused, ReadingMoved.
    """
    _check(by, NEEDED[party])
    _hold(evaluation)
    if found := _faults(evaluation, entry):
        raise EvaluationRefused(*found)
    rows = EvaluationReading.objects.filter(evaluation=evaluation, kind=entry.kind, subject=entry.subject, party=party)
    last = rows.select_related("written_by").order_by("-revision").first()
    if last is not None and last.revision != seen:
        raise ReadingMoved(last)
    told = {
        "text": entry.text.strip(),
        "internal": _causes(entry.internal),
        "not_attributable": _causes(entry.not_attributable),
    }
    if last is not None and all(getattr(last, name) == value for name, value in told.items()):
        return last
    added = EvaluationReading.objects.create(
        evaluation=evaluation,
        kind=entry.kind,
        subject=entry.subject,
        party=party,
        revision=last.revision + 1 if last else 1,
        simulated=simulated,
        written_at=at,
        written_by=by,
        **told,
    )
    audit.record(
        action="evaluation.read", subject=str(added), by=by, at=at, details=told | {"revision": added.revision}
    )
    return added


def _faults(evaluation: FinalEvaluation, entry: ReadingEntry) -> list[str]:
    found = []
    if not _is_known(evaluation.convention, entry):
        found.append(f"« {entry.subject} » n'est pas un objet de cette évaluation.")
    if not entry.text.strip():
        found.append("Écrire la lecture.")
    if len(entry.text) > LONGEST:
        found.append(f"Trouvé {len(entry.text)} caractères de lecture, attendu {LONGEST} au plus.")
    for causes in (_causes(entry.internal), _causes(entry.not_attributable)):
        if len(causes) > MOST_CAUSES:
            found.append(f"Trouvé {len(causes)} causes d'une même nature, attendu {MOST_CAUSES} au plus.")
        found += [f"Cause trop longue : « {one[:40]}… »." for one in causes if len(one) > LONGEST_CAUSE]
    return found


def _is_known(convention: Convention, entry: ReadingEntry) -> bool:
    if entry.kind == SubjectKind.FICHE:
        return entry.subject.isdecimal() and convention.fiche_set.filter(number=int(entry.subject)).exists()
    return bool(convention.indicator_set.filter(code=entry.subject).exists())


def _causes(texts: Sequence[str]) -> list[str]:
    return [words for one in texts if (words := " ".join(one.split()))]


@transaction.atomic
def share_readings(*, evaluation: FinalEvaluation, party: Party, by: User, at: datetime) -> EvaluationShare:
    """Show the other party everything written so far; the Cnaf shows the measures of the day with it.

    Raises NotAllowed, EvaluationRefused when there is nothing new to show.
    """
    _check(by, NEEDED[party])
    _hold(evaluation)
    last = EvaluationReading.objects.filter(evaluation=evaluation, party=party).order_by("-pk").first()
    if last is None:
        raise EvaluationRefused("Aucune lecture n'est encore écrite : il n'y a rien à partager.")
    told: dict[str, Any] = {}
    if party is Party.CNAF:
        measures = measures_now(convention=evaluation.convention, at=timezone.localdate(at))
        told = {"measures": canonical(measures).decode(), "sha256": digest(measures)}
    shares = last_shares(evaluation)
    former = shares.get(party)
    new = unshared_readings(evaluation, party, shares)
    if former is not None and not new and former.sha256 == told.get("sha256", ""):
        raise EvaluationRefused("Tout est déjà partagé : rien n'a été écrit ni mesuré depuis.")
    share = EvaluationShare.objects.create(
        evaluation=evaluation, party=party, up_to=last, shared_at=at, shared_by=by, **told
    )
    details = {"readings": new, "sha256": share.sha256}
    audit.record(action="evaluation.shared", subject=str(share), by=by, at=at, details=details)
    return share


@transaction.atomic
def take_position(
    *,
    evaluation: FinalEvaluation,
    party: Party,
    about: EvaluationReading,
    stance: Stance,
    text: str,
    by: User,
    at: datetime,
    simulated: bool = False,
) -> EvaluationPosition:
    """Agree or disagree with the other party's reading, in the wording it shared last; the last position holds.

    Raises NotAllowed, EvaluationRefused.
    """
    _check(by, NEEDED[party])
    _hold(evaluation)
    if shared_reading(evaluation, party.other, (about.kind, about.subject)) != about:
        raise EvaluationRefused(
            "Cette lecture a été remplacée ou n'est pas partagée : relire celle qui est en vigueur."
        )
    if stance is Stance.DISAGREES and not text.strip():
        raise EvaluationRefused("Un désaccord dit pourquoi : écrire le motif.")
    if len(text) > LONGEST:
        raise EvaluationRefused(f"Trouvé {len(text)} caractères, attendu {LONGEST} au plus.")
    said = EvaluationPosition.objects.create(
        evaluation=evaluation,
        about=about,
        party=party,
        stance=stance,
        text=text.strip(),
        simulated=simulated,
        taken_at=at,
        taken_by=by,
    )
    audit.record(
        action="evaluation.position",
        subject=str(said)[:200],
        by=by,
        at=at,
        details={"stance": stance.value, "text": said.text, "about": about.revision},
    )
    return said


@transaction.atomic
def close_evaluation(*, evaluation: FinalEvaluation, by: User, at: datetime) -> FinalEvaluation:
    """Close the evaluation for good: what both parties shared is what it says. Raises NotAllowed, EvaluationRefused."""
    _check(by, Permission.EVALUATE_FOR_CNAF)
    held = _hold(evaluation)
    if found := closing_faults(held, timezone.localdate(at)):
        raise EvaluationRefused(*found)
    held.closed_at, held.closed_by = at, by
    held.save(update_fields=["closed_at", "closed_by"])
    audit.record(action="evaluation.closed", subject=str(held), by=by, at=at)
    return held


def _check(by: User, needed: Permission) -> None:
    if not can(by, needed):
        raise NotAllowed(f"Le compte {by.email} ne permet pas de {needed.value}.")


def _hold(evaluation: FinalEvaluation) -> FinalEvaluation:
    """One writer at a time; nothing is written once it is closed."""
    rows = FinalEvaluation.objects.select_for_update(of=("self",)).select_related("convention")
    held = rows.get(pk=evaluation.pk)
    if held.is_closed:
        raise EvaluationRefused("L'évaluation est close : rien ne s'y ajoute.")
    return held
