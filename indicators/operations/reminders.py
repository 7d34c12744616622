"""Reminders by e-mail of what a caisse still owes: asked by a person, sent by a job, each one recorded as it leaves."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from cog import audit, jobs
from cog.jobs import Beat, Job
from cog.models import Convention, User
from cog.periods import Period, parse
from indicators.models import Reminder
from indicators.queries.reminders import Candidate, candidates

REMIND = "indicators.remind"
PAUSE = timedelta(hours=1)  # a caisse is not told twice within


def request_reminders(
    *, convention: Convention, transmission: Period, caisses: Sequence[str], by: User, at: datetime
) -> Job:
    """Ask a worker to remind these caisses of what they owe for a quarter."""
    return jobs.submit(
        kind=REMIND,
        arguments={"convention": convention.pk, "transmission": str(transmission), "caisses": sorted(set(caisses))},
        by=by,
        at=at,
    )


def compose(*, candidate: Candidate, convention: Convention, transmission: Period, by: User) -> EmailMessage:
    """The message a caisse gets, from what it owes at this moment."""
    caisse = candidate.line.subject
    context = {"candidate": candidate, "caisse": caisse, "convention": convention, "transmission": transmission}
    context |= {"by": by, "site": settings.SITE_URL}
    return EmailMessage(
        subject=f"Remontées attendues : {transmission.label}, {caisse.name}",
        body=render_to_string("indicators/due/reminder.txt", context),
        to=candidate.recipients,
        reply_to=[by.email],
    )


def remind_from_job(job: Job, beat: Beat) -> None:
    """What a worker does of a job asked by `request_reminders`; taken up again, it tells only who was not told yet."""
    convention = Convention.objects.get(pk=job.arguments["convention"])
    transmission = parse(job.arguments["transmission"])
    asked = set(job.arguments["caisses"])
    owing = [
        one
        for one in candidates(convention=convention, transmission=transmission, at=timezone.localdate(job.created_at))
        if one.line.subject.code in asked and one.recipients
    ]
    for done, candidate in enumerate(owing):
        beat(done, len(owing), f"écrit à {candidate.line.subject.name}")
        _remind(candidate, convention, transmission, job.created_by, job.created_at)
    beat(len(owing), len(owing), "rappels envoyés")


@transaction.atomic
def _remind(candidate: Candidate, convention: Convention, transmission: Period, by: User, at: datetime) -> None:
    """Record and send one reminder: a message that cannot leave leaves no trace of having left."""
    caisse = candidate.line.subject
    same = Reminder.objects.filter(convention=convention, organisation=caisse, period=str(transmission))
    if same.filter(sent_at__gt=at - PAUSE).exists():
        return
    Reminder.objects.create(
        convention=convention,
        organisation=caisse,
        period=str(transmission),
        recipients=candidate.recipients,
        missing=candidate.line.absent,
        sent_at=at,
        sent_by=by,
    )
    audit.record(
        action="reminder.sent",
        subject=f"{caisse.code} {transmission}",
        by=by,
        at=at,
        details={"recipients": candidate.recipients, "missing": candidate.line.absent},
    )
    compose(candidate=candidate, convention=convention, transmission=transmission, by=by).send()
