"""Reads of the notifications: which kinds may come to a person, and how they want each."""

from typing import Any

from cog.enums import NotificationKind
from cog.models import NotificationChoice, User
from cog.permissions import Permission, Scope, can, scopes


def kinds_for(user: Any) -> list[NotificationKind]:
    """The kinds of things that may be told to a person with their rights."""
    may = {
        NotificationKind.SENT: can(user, Permission.ANNOTATE_TRANSMISSION) or can(user, Permission.TRANSMIT),
        NotificationKind.QUESTION: can(user, Permission.ANSWER_STATE),
        NotificationKind.ANSWER: can(user, Permission.ANNOTATE_TRANSMISSION),
        NotificationKind.VALIDATION: can(user, Permission.SPEAK_FOR_STATE) or can(user, Permission.RECORD_PROGRESS),
        NotificationKind.BOARD: can(user, Permission.PRODUCE_REPORT),
        NotificationKind.FILE: can(user, Permission.SEND_OBSERVATIONS),
        NotificationKind.REMINDER: Scope.OWN_CAISSE in scopes(user, Permission.SEND_OBSERVATIONS),
        NotificationKind.JOB: can(user, Permission.SEE_JOBS) or can(user, Permission.READ_RESULTS),
    }
    return [kind for kind in NotificationKind if may[kind]]


def channels_of(user: User) -> dict[str, str]:
    """kind -> the channel a person chose; absent where they chose nothing."""
    return dict(NotificationChoice.objects.filter(chosen_by=user).values_list("kind", "channel"))
