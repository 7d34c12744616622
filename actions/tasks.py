"""Celery tasks of the actions: nothing in, one call out."""

from celery import shared_task
from django.utils import timezone

from actions.operations.digests import send_digests
from cog.operations import command_account
from cog.queries import current_convention


@shared_task(name="actions.send_digests")
def send_weekly_digests() -> None:
    convention = current_convention()
    if convention is not None:
        send_digests(convention=convention, by=command_account(), at=timezone.now())
