"""Who is in charge of what, and where nobody is."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import QuerySet

from actions.enums import Charge
from actions.models import Action, Responsibility
from cog.enums import Role
from cog.models import Convention, Fiche, User


@dataclass(frozen=True)
class ChargeLine:
    """A fiche with its direction in charge (None: nobody), those associated, and its actions that have their own."""

    fiche: Fiche
    lead: Responsibility | None
    associated: list[Responsibility]
    own: list[Responsibility]


def charge_lines(*, convention: Convention) -> list[ChargeLine]:
    """Every fiche, with who carries it today; those that nobody carries first."""
    rows = Responsibility.objects.filter(fiche__convention=convention, ended_at__isnull=True)
    rows = rows.select_related("direction", "person", "substitute", "action__fiche").order_by("action__ordinal", "pk")
    held: dict[int, list[Responsibility]] = defaultdict(list)
    for row in rows:
        held[row.fiche_id].append(row)
    fiches = Fiche.objects.filter(convention=convention).order_by("number")
    lines = [_line(fiche, held[fiche.pk]) for fiche in fiches]
    return sorted(lines, key=lambda line: line.lead is not None)


def _line(fiche: Fiche, rows: list[Responsibility]) -> ChargeLine:
    whole = [row for row in rows if row.action_id is None]
    return ChargeLine(
        fiche=fiche,
        lead=next((row for row in whole if row.charge == Charge.LEAD), None),
        associated=[row for row in whole if row.charge == Charge.ASSOCIATED],
        own=[row for row in rows if row.action_id is not None],
    )


def charge_of(*, fiche: Fiche, action: Action | None) -> list[Responsibility]:
    """Those named for exactly this, then those who were, the latest first."""
    rows = Responsibility.objects.filter(fiche=fiche, action=action)
    rows = rows.select_related("direction", "person", "substitute", "named_by", "ended_by")
    return sorted(rows, key=lambda row: (row.ended_at is not None, -row.named_at.timestamp()))


def people_to_name() -> QuerySet[User]:
    """The accounts that may answer for a fiche or an action."""
    roles = [Role.STEERING, Role.CONTRIBUTOR]
    return User.objects.filter(is_active=True, memberships__role__in=roles).distinct().order_by("name")


def responsibility_or_none(responsibility_id: int) -> Responsibility | None:
    rows = Responsibility.objects.select_related("fiche", "action__fiche", "direction")
    return rows.filter(pk=responsibility_id).first()
