"""Celery tasks of the reports: text in, one call out."""

from datetime import date

from celery import shared_task

from reports.operations.notices import send_mails
from reports.operations.tokens import note_use


@shared_task(name="reports.note_token_use")
def note_token_use(token_id: int, day: str) -> None:
    note_use(token_id=token_id, on=date.fromisoformat(day))


@shared_task(name="reports.send_notifications")
def send_notifications() -> None:
    send_mails()
