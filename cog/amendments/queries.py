"""Reads of the amendments: those one may see, one with its changes by kind, what keeps it from coming into force."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from cog.amendments.registry import kinds, part_of
from cog.enums import ChangeKind
from cog.models import Convention
from cog.models.amendments import Amendment, AmendmentChange
from cog.permissions import Permission, can


def amendments(*, convention: Convention, user: Any) -> QuerySet[Amendment]:
    """The amendments one may read, the last first: drafts and those taken back are for who prepares them."""
    rows = Amendment.objects.filter(convention=convention)
    if not can(user, Permission.KEEP_AMENDMENTS):
        rows = rows.filter(approved_at__isnull=False, taken_back_at__isnull=True)
    return rows.select_related("convention", "drafted_by", "approved_by", "taken_back_by").order_by("-number")


@dataclass(frozen=True)
class KindOfChanges:
    """The changes of one kind, as pages group them."""

    kind: ChangeKind
    changes: list[AmendmentChange]


def changes_by_kind(amendment: Amendment) -> list[KindOfChanges]:
    """Every change, by kind; a kind without any is there, so that one may be added."""
    rows = list(amendment.changes.select_related("added_by").order_by("subject", "key"))
    return [KindOfChanges(kind, [row for row in rows if row.kind == kind]) for kind in kinds()]


def faults_of(amendment: Amendment, at: datetime) -> list[str]:
    """Everything that keeps a draft from being approved, or an approved one from coming into force; all at once."""
    found = list(_faults_of_act(amendment))
    groups = [group for group in changes_by_kind(amendment) if group.changes]
    if not groups:
        found.append("L'avenant ne change encore rien : ajouter au moins une modification.")
    for group in groups:
        part = part_of(group.kind)
        for change in group.changes:
            stands = {line.key: line.before for line in _lines(amendment, change)}
            if change.key not in stands:
                found.append(f"{change.label} : cette valeur n'existe plus.")
            elif stands[change.key] != change.before:
                words = f"« {stands[change.key]} » et non plus « {change.before} »"
                found.append(
                    f"{change.label} : la valeur en vigueur est {words} ; saisir de nouveau cette modification."
                )
        found += part.faults(amendment=amendment, changes=group.changes, at=at)
    return found


def _lines(amendment: Amendment, change: AmendmentChange) -> list[Any]:
    on = amendment.effective_on
    return part_of(change.kind).lines(convention=amendment.convention, subject=change.subject, on=on)


def _faults_of_act(amendment: Amendment) -> list[str]:
    found = []
    if not amendment.reference.strip():
        found.append("Donner la référence de l'acte.")
    if not amendment.signatories.strip():
        found.append("Dire qui l'a signé.")
    if amendment.signed_on is None:
        found.append("Donner la date de signature.")
    elif amendment.effective_on < amendment.signed_on:
        found.append(
            f"Trouvé une prise d'effet au {amendment.effective_on:%d/%m/%Y}, attendu le jour de la signature,"
            f" {amendment.signed_on:%d/%m/%Y}, ou après."
        )
    start, end = amendment.convention.start, amendment.convention.end
    if not start <= amendment.effective_on <= end:
        found.append(f"Attendu une prise d'effet pendant la convention, du {start:%d/%m/%Y} au {end:%d/%m/%Y}.")
    return found


def due_amendments(*, on: date) -> list[Amendment]:
    """Those that are approved and whose day has come, the oldest first."""
    rows = Amendment.objects.filter(approved_at__isnull=False, entered_at__isnull=True, taken_back_at__isnull=True)
    return list(rows.filter(effective_on__lte=on).select_related("convention").order_by("effective_on", "number"))
