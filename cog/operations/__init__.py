"""The writes of the ground floor: loading a convention, opening, changing and closing accounts."""

from cog.operations.accounts import (
    AccountRefused,
    AccountRequest,
    Grant,
    accept_invitation,
    close_account,
    command_account,
    grant_membership,
    invite,
    invite_again,
    link_identity,
    note_event,
    open_account,
    reopen_account,
    reset_second_factor,
    unlink_identity,
    withdraw_membership,
)
from cog.operations.convention import Loaded, load_convention
from cog.operations.sessions import end_other_sessions, end_session, mark_seen
from cog.reference.files import ReferenceRefused

__all__ = [
    "AccountRefused",
    "AccountRequest",
    "Grant",
    "Loaded",
    "ReferenceRefused",
    "accept_invitation",
    "close_account",
    "command_account",
    "end_other_sessions",
    "end_session",
    "grant_membership",
    "invite",
    "invite_again",
    "link_identity",
    "load_convention",
    "mark_seen",
    "note_event",
    "open_account",
    "reopen_account",
    "reset_second_factor",
    "unlink_identity",
    "withdraw_membership",
]
