"""Telling people: notifications are written with the act itself, their e-mails leave after it."""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from cog import audit
from cog.enums import JobState, MailState, NotificationChannel, NotificationKind
from cog.models import AuditEvent, Job, NewsReading, Notification, NotificationChoice, User
from cog.permissions import roles_of
from reports.notices import notice_of

logger = logging.getLogger(__name__)

MAILS = {NotificationChannel.MAIL: MailState.TO_SEND, NotificationChannel.IN_APP: MailState.NONE}


def tell_of_act(event: AuditEvent) -> None:
    """Write the notifications of an act, in its transaction; nobody is told of what they did themselves."""
    notice = notice_of(event)
    if notice is not None:
        people = {user.pk: user for user in notice.people if user.pk != event.by_id}
        _tell(people.values(), notice.kind, notice.text, notice.url, event.at, event)


def tell_of_job(job: Job) -> None:
    """Tell who asked for a job how it ended; the command line asks for itself."""
    if job.state not in (JobState.DONE, JobState.FAILED) or not roles_of(job.created_by):
        return
    ended = "fini" if job.state == JobState.DONE else "en échec"
    url = job.result_url if job.state == JobState.DONE and job.result_url else f"/travaux/{job.pk}/"
    _tell([job.created_by], NotificationKind.JOB, f"{job.label} : {ended}", url, timezone.now(), None)


def _tell(
    people: Iterable[User], kind: NotificationKind, text: str, url: str, at: datetime, event: AuditEvent | None
) -> None:
    told = list(people)
    chosen = dict(NotificationChoice.objects.filter(chosen_by__in=told, kind=kind).values_list("chosen_by", "channel"))
    rows = [
        Notification(
            recipient=user,
            kind=kind,
            text=text[:300],
            url=url,
            moment=at,
            event=event,
            mail=MAILS[NotificationChannel(channel)],
        )
        for user in told
        if (channel := chosen.get(user.pk, NotificationChannel.IN_APP)) != NotificationChannel.NONE
    ]
    Notification.objects.bulk_create(rows)
    if any(row.mail == MailState.TO_SEND for row in rows):
        transaction.on_commit(ring, robust=True)


def ring() -> None:
    """Have the e-mails leave now; a broker that is down is no error: the next beat sends what waits."""
    from reports.tasks import send_notifications

    try:
        send_notifications.apply_async(retry=False)
    except Exception:  # whatever the broker's client raises, what is to be sent is in its rows
        logger.warning("courtier injoignable : les courriels de notification attendent", exc_info=True)


def send_mails() -> int:
    """Send what waits, each once; returns how many left. Raises the first OSError once all were tried."""
    waiting = Notification.objects.filter(mail=MailState.TO_SEND).select_related("recipient").order_by("moment", "pk")
    sent, failures = 0, []
    for row in list(waiting[:500]):
        try:
            sent += _send(row)
        except OSError as error:  # a server that refuses one address does not silence the others
            failures.append(error)
    if failures:
        raise failures[0]
    return sent


@transaction.atomic
def _send(row: Notification) -> bool:
    """Claim then send, in one transaction: two workers send it once, a failure leaves it to send."""
    claimed = Notification.objects.filter(pk=row.pk, mail=MailState.TO_SEND).update(mail=MailState.SENT)
    if claimed:
        context = {"row": row, "site": settings.SITE_URL}
        EmailMessage(
            subject=f"Suivi de la Cog : {row.text}"[:150],
            body=render_to_string("reports/notification.txt", context),
            to=[row.recipient.email],
        ).send()
    return bool(claimed)


@transaction.atomic
def mark_read(*, user: User, keys: Iterable[int] | None = None, at: datetime) -> int:
    """Mark some notifications of a person as read, or all of them."""
    rows = Notification.objects.filter(recipient=user, is_read=False)
    if keys is not None:
        rows = rows.filter(pk__in=list(keys))
    count = rows.update(is_read=True)
    if count:
        audit.record(action="notifications.read", subject=user.email, by=user, at=at, details={"count": count})
    return count


@transaction.atomic
def choose_notifications(*, user: User, chosen: Mapping[NotificationKind, NotificationChannel], at: datetime) -> None:
    """Keep how a person wants to be told of each kind of thing."""
    for kind, channel in chosen.items():
        NotificationChoice.objects.update_or_create(
            chosen_by=user, kind=kind, defaults={"channel": channel, "chosen_at": at}
        )
    details = {str(kind): str(channel) for kind, channel in chosen.items()}
    audit.record(action="notifications.chosen", subject=user.email, by=user, at=at, details=details)


@transaction.atomic
def mark_news_read(*, user: User, at: datetime) -> None:
    """Keep that a person read what changed up to a moment."""
    NewsReading.objects.update_or_create(read_by=user, defaults={"read_at": at})
    audit.record(action="news.read", subject=user.email, by=user, at=at)
