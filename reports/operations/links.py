"""Linking an action to an indicator it should move, and undoing it."""

from datetime import datetime

from django.db import transaction

from cog import audit
from cog.models import Convention, User
from reports.link_queries import indicator_titles
from reports.models import ActionIndicator


class LinkRefused(Exception):
    """Why a link is not made."""


@transaction.atomic
def link_indicator(
    *, convention: Convention, action_key: str, indicator_code: str, reason: str, by: User, at: datetime
) -> ActionIndicator:
    """Say that an action should move an indicator; said again, it is the link there is. Raises LinkRefused."""
    if indicator_code not in indicator_titles(convention=convention):
        raise LinkRefused(f"L'indicateur « {indicator_code} » n'existe pas : choisir dans la liste.")
    row, created = ActionIndicator.objects.get_or_create(
        convention=convention,
        action_key=action_key,
        indicator_code=indicator_code,
        unlinked_at=None,
        defaults={"reason": reason.strip(), "linked_at": at, "linked_by": by},
    )
    if created:
        audit.record(action="reports.action_linked", subject=str(row), by=by, at=at, details={"reason": row.reason})
    return row


@transaction.atomic
def unlink_indicator(*, link: ActionIndicator, by: User, at: datetime) -> None:
    """The action is no longer meant to move it; undone already, nothing changes."""
    held = ActionIndicator.objects.filter(pk=link.pk, unlinked_at__isnull=True)
    if held.update(unlinked_at=at, unlinked_by=by):
        audit.record(action="reports.action_unlinked", subject=str(link), by=by, at=at)
