"""What the actions do by themselves: a moment in, one call out."""

from datetime import datetime

from actions.operations.digests import send_digests
from cog.operations import command_account
from cog.queries import current_convention


def send_weekly_digests(at: datetime) -> None:
    convention = current_convention()
    if convention is not None:
        send_digests(convention=convention, by=command_account(), at=at)
