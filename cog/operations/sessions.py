"""The writes of sessions: seen, ended. A session that is ended here is out at its next request."""

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction

from cog import audit
from cog.models import User


def end_sessions_of(user: User, *, but: str = "") -> int:
    """End every session of an account, but one; inside the transaction of an operation."""
    known = UserSession.objects.filter(user=user).exclude(session_key=but)
    ended, _ = Session.objects.filter(session_key__in=list(known.values_list("session_key", flat=True))).delete()
    known.delete()
    return ended


@transaction.atomic
def end_session(*, session: UserSession, by: User, at: datetime) -> None:
    """End one session, one's own or another's."""
    Session.objects.filter(session_key=session.session_key).delete()
    details = {"before": {"address": session.ip, "device": session.user_agent[:120]}, "after": None}
    session.delete()
    audit.record(action="account.session_ended", subject=session.user.email, by=by, at=at, details=details)


@transaction.atomic
def end_other_sessions(*, user: User, but: str, by: User, at: datetime) -> int:
    """End all the sessions of an account but one."""
    ended = end_sessions_of(user, but=but)
    if ended:
        details = {"before": {"sessions": ended + bool(but)}, "after": {"sessions": int(bool(but))}}
        audit.record(action="account.sessions_ended", subject=user.email, by=by, at=at, details=details)
    return ended


def mark_seen(*, session_key: str, at: datetime) -> None:
    """When a session was last used, for its owner to see; no act of anyone, hence no audit row."""
    UserSession.objects.filter(session_key=session_key).update(last_seen_at=at)
