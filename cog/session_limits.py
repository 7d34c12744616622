"""How long a session lasts: unused, and in all. Its two moments are kept in the session itself."""

from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase

_OPENED, _SEEN = "opened", "seen"
GRAIN = timedelta(minutes=1)
"""A use within the same minute is not written down again: reading a page writes nothing."""


class Limit(StrEnum):
    """Why a session ended, as the login page says it."""

    IDLE = "Votre session est restée trop longtemps sans usage : se reconnecter pour reprendre."
    ABSOLUTE = "Votre session a atteint sa durée limite : se reconnecter pour reprendre."


def open_limits(session: SessionBase, *, now: datetime) -> None:
    """A login: both counts start."""
    session[_OPENED] = session[_SEEN] = now.isoformat()


def limit_reached(session: SessionBase, *, now: datetime) -> Limit | None:
    """The limit this session is beyond, if any; a session that says nothing of its age is too old."""
    opened, seen = session.get(_OPENED), session.get(_SEEN)
    if not opened or not seen:
        return Limit.ABSOLUTE
    if now - datetime.fromisoformat(opened) > timedelta(seconds=settings.SESSION_ABSOLUTE_LIMIT):
        return Limit.ABSOLUTE
    if now - datetime.fromisoformat(seen) > timedelta(seconds=settings.SESSION_IDLE_LIMIT):
        return Limit.IDLE
    return None


def see(session: SessionBase, *, now: datetime) -> bool:
    """Note that the session is used; whether that was worth writing."""
    if now - datetime.fromisoformat(session[_SEEN]) < GRAIN:
        return False
    session[_SEEN] = now.isoformat()
    return True
