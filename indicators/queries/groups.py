"""Reads of the groups of comparable bodies."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from cog.models import Convention, Organisation
from indicators.intake.groups import CONCERNED, GroupReference
from indicators.models import Indicator, OrganisationGroup


@dataclass(frozen=True)
class GroupLine:
    """One group of a criterion: how many bodies are or were in it, and each membership."""

    value: str
    members: list[OrganisationGroup]

    @property
    def current(self) -> int:
        return sum(row.valid_to is None for row in self.members)


@dataclass(frozen=True)
class CriterionBlock:
    """A way of grouping: « taille », « population », or the bodies that a sheet concerns."""

    key: str
    groups: list[GroupLine]

    @property
    def label(self) -> str:
        if self.key.startswith(CONCERNED):
            return f"Organismes concernés par {self.key.removeprefix(CONCERNED)}"
        return self.key.capitalize()

    @property
    def simulated(self) -> bool:
        return any(row.simulated for group in self.groups for row in group.members)


def group_blocks(*, convention: Convention) -> list[CriterionBlock]:
    """Every criterion with its groups, by name."""
    rows = OrganisationGroup.objects.filter(organisation__convention=convention).select_related("organisation")
    ordered = list(rows.order_by("key", "value", "organisation__code", "valid_from"))
    return [
        CriterionBlock(key, [GroupLine(value, list(members)) for value, members in _by_value(found)])
        for key, found in groupby(ordered, key=lambda row: row.key)
    ]


def _by_value(rows: Iterable[OrganisationGroup]) -> Iterable[tuple[str, Iterable[OrganisationGroup]]]:
    return groupby(rows, key=lambda row: row.value)


def group_reference(*, convention: Convention) -> GroupReference:
    """What a file of groups is checked against."""
    return GroupReference(
        bodies=dict(Organisation.objects.filter(convention=convention).values_list("code", "name")),
        indicators=frozenset(Indicator.objects.filter(convention=convention).values_list("code", flat=True)),
    )


def groups_of_body(body: Organisation) -> list[OrganisationGroup]:
    """The groups of comparable caisses a body is in now, those of a sheet's concerned bodies left out."""
    rows = OrganisationGroup.objects.filter(organisation=body, valid_to__isnull=True)
    return list(rows.exclude(key__startswith=CONCERNED).order_by("key"))
