"""What the weekly digest tells a person: their actions late, soon due, or that wait for the word of the year."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from actions.compute.timeliness import Timeliness
from actions.enums import DigestKind
from actions.models import MutedDigest, Responsibility
from actions.queries.states import ActionView, action_views
from cog.models import Convention, Membership, User
from cog.permissions import Permission, Scope, fiches_open_to, scopes


@dataclass(frozen=True)
class DigestPart:
    """One part of a digest and its actions, those whose end is nearest first."""

    kind: DigestKind
    views: list[ActionView]

    @property
    def title(self) -> str:
        return str(self.kind.label)


@dataclass(frozen=True)
class DigestContent:
    """A digest as it would leave: nothing leaves when it has no part."""

    recipient: User
    week: str
    at: date
    parts: list[DigestPart]

    @property
    def counts(self) -> dict[str, int]:
        return {str(part.kind): len(part.views) for part in self.parts}


def week_of(day: date) -> str:
    """« 2014-W27 »: the ISO week of a day."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def digest_content(*, convention: Convention, recipient: User, at: date) -> DigestContent:
    """What a person is told at a date, without the parts they refused."""
    muted = set(MutedDigest.objects.filter(muted_by=recipient).values_list("kind", flat=True))
    views = _views_of(convention, recipient, at)
    found = {
        DigestKind.LATE: [view for view in views if view.timeliness is Timeliness.EN_RETARD],
        DigestKind.SOON: [view for view in views if view.timeliness is Timeliness.BIENTOT_ECHUE],
        DigestKind.YEARLY: [view for view in views if view.word_due],
    }
    parts = [
        DigestPart(kind, sorted(told, key=lambda view: view.end or date.max))
        for kind, told in found.items()
        if told and kind not in muted
    ]
    return DigestContent(recipient, week_of(at), at, parts)


def recipients_of(*, convention: Convention) -> list[User]:
    """Those who carry something: the accounts limited to fiches, and the people named, or their substitutes."""
    named = Responsibility.objects.filter(fiche__convention=convention, ended_at__isnull=True)
    people = {pk for row in named for pk in (row.person_id, row.substitute_id) if pk}
    limited = Membership.objects.filter(fiches__convention=convention).values_list("user", flat=True)
    accounts = User.objects.filter(pk__in={*people, *limited}, is_active=True).order_by("pk")
    return [user for user in accounts if scopes(user, Permission.RECORD_PROGRESS)]


def _views_of(convention: Convention, recipient: User, at: date) -> list[ActionView]:
    """The actions a person carries: those of their fiches if they are limited to some, and those they are named for."""
    own = Responsibility.objects.filter(Q(person=recipient) | Q(substitute=recipient), ended_at__isnull=True)
    fiches = {row.fiche_id for row in own if row.action_id is None}
    actions = {row.action_id for row in own if row.action_id is not None}
    if Scope.OWN_FICHES in scopes(recipient, Permission.RECORD_PROGRESS):
        fiches |= set(fiches_open_to(recipient, Permission.RECORD_PROGRESS).values_list("pk", flat=True))
    views = action_views(convention=convention, at=at, with_progress=True)
    return [view for view in views if view.action.fiche_id in fiches or view.action.pk in actions]


def refused_by(user: User) -> set[str]:
    """The parts a person does not want."""
    return set(MutedDigest.objects.filter(muted_by=user).values_list("kind", flat=True))
