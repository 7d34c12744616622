"""Naming who is in charge of a fiche or of an action, and ending it: closed rows, never rewritten."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from actions.enums import Charge
from actions.models import Action, Direction, Responsibility
from cog import audit
from cog.models import Convention, Fiche, User


class ResponsibilityRefused(Exception):
    """Why a direction or a person is not named, in words a person can act on."""


@dataclass(frozen=True)
class Naming:
    """Who is named for what: a fiche, or one of its actions."""

    fiche: Fiche
    action: Action | None
    direction: Direction
    charge: Charge
    person: User | None = None
    substitute: User | None = None


@transaction.atomic
def open_direction(
    *, convention: Convention, code: str, name: str, by: User, at: datetime, simulated: bool = False
) -> Direction:
    """A direction that may be named; the same code again is the one there is. Raises ResponsibilityRefused."""
    if not code.strip() or not name.strip():
        raise ResponsibilityRefused("Une direction a un sigle et un nom.")
    row, created = Direction.objects.get_or_create(
        convention=convention, code=code.strip(), defaults={"name": name.strip(), "simulated": simulated}
    )
    if created:
        details = {"name": row.name, "simulated": simulated}
        audit.record(action="actions.direction_opened", subject=row.code, by=by, at=at, details=details)
    return row


@transaction.atomic
def name_responsible(*, naming: Naming, by: User, at: datetime, simulated: bool = False) -> Responsibility:
    """Name a direction, and its person; one in charge already gives way to the new one, an associated one is kept.

    Raises ResponsibilityRefused for a substitute without a person, or one who substitutes for themselves.
    """
    if naming.substitute and (naming.person is None or naming.person == naming.substitute):
        raise ResponsibilityRefused(
            "Un suppléant supplée quelqu'un d'autre que lui-même : nommer d'abord le responsable."
        )
    Fiche.objects.select_for_update(of=("self",)).get(pk=naming.fiche.pk)
    held = Responsibility.objects.filter(fiche=naming.fiche, action=naming.action, ended_at__isnull=True)
    replaced = held.filter(direction=naming.direction)
    if naming.charge == Charge.LEAD:
        replaced = replaced | held.filter(charge=Charge.LEAD)
    former = [_who(row) for row in replaced.select_related("direction", "person").order_by("pk")]
    replaced.update(ended_at=at, ended_by=by)
    row = Responsibility.objects.create(
        fiche=naming.fiche,
        action=naming.action,
        direction=naming.direction,
        charge=naming.charge,
        person=naming.person,
        substitute=naming.substitute,
        simulated=simulated,
        named_at=at,
        named_by=by,
    )
    audit.record(
        action="actions.responsible_named",
        subject=_subject(row),
        by=by,
        at=at,
        before={"responsible": former},
        after={"responsible": [_who(row)]},
    )
    return row


@transaction.atomic
def end_responsibility(*, responsibility: Responsibility, by: User, at: datetime) -> None:
    """Nobody takes its place: nobody in charge is a state the steering staff see. Ended already, nothing changes."""
    changed = Responsibility.objects.filter(pk=responsibility.pk, ended_at__isnull=True).update(
        ended_at=at, ended_by=by
    )
    if changed:
        before = {"responsible": [_who(responsibility)]}
        subject = _subject(responsibility)
        audit.record(action="actions.responsible_ended", subject=subject, by=by, at=at, before=before, after={})


def _who(row: Responsibility) -> str:
    return " · ".join(filter(None, (row.direction.code, row.get_charge_display(), str(row.person or ""))))


def _subject(row: Responsibility) -> str:
    return f"action {row.action.key}" if row.action else f"fiche {row.fiche.number}"
