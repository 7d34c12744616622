"""Sending the weekly digests, and refusing parts of them."""

from collections.abc import Collection
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.utils import timezone

from actions.enums import DigestKind
from actions.models import Digest, MutedDigest
from actions.queries.digests import DigestContent, digest_content, recipients_of
from cog import audit
from cog.models import Convention, User
from cog.working_days import is_working


def send_digests(*, convention: Convention, by: User, at: datetime) -> int:
    """Write this week's digest to each person who carries something; returns how many left.

    Nobody is written to on a day off: it leaves on the next working day. Called again in the week, by another beat or
    after a failure, it writes only to those who were not written to. Raises the first OSError of the mail server, once
    everyone else was written to.
    """
    day = timezone.localdate(at)
    if not is_working(day):
        return 0
    sent, failures = 0, []
    for user in recipients_of(convention=convention):
        content = digest_content(convention=convention, recipient=user, at=day)
        try:
            sent += _send(content, convention, by, at)
        except OSError as error:  # a server that refuses one address does not silence the others
            failures.append(error)
    if failures:
        raise failures[0]
    return sent


def compose(*, content: DigestContent, convention: Convention) -> EmailMessage:
    """The message, from what holds at this moment."""
    context = {"content": content, "convention": convention, "site": settings.SITE_URL}
    total = sum(len(part.views) for part in content.parts)
    return EmailMessage(
        subject=f"Vos actions de la Cog : {total} à regarder",
        body=render_to_string("actions/digest.txt", context),
        to=[content.recipient.email],
    )


def _send(content: DigestContent, convention: Convention, by: User, at: datetime) -> bool:
    """Record then send, in one transaction: the row stops a second message, a failure leaves no row."""
    if not content.parts:
        return False
    try:
        with transaction.atomic():
            Digest.objects.create(
                recipient=content.recipient, week=content.week, counts=content.counts, sent_at=at, sent_by=by
            )
            details = {"counts": content.counts}
            subject = f"{content.recipient.email} {content.week}"
            audit.record(action="actions.digest_sent", subject=subject, by=by, at=at, details=details)
            compose(content=content, convention=convention).send()
    except IntegrityError:
        return False
    return True


@transaction.atomic
def choose_digest(*, user: User, wanted: Collection[DigestKind], at: datetime) -> None:
    """Keep which parts of the weekly e-mail a person wants; the others are refused until they change their mind."""
    former = sorted(MutedDigest.objects.filter(muted_by=user).values_list("kind", flat=True))
    refused = [kind for kind in DigestKind if kind not in wanted]
    MutedDigest.objects.filter(muted_by=user).exclude(kind__in=refused).delete()
    for kind in refused:
        MutedDigest.objects.get_or_create(muted_by=user, kind=kind, defaults={"muted_at": at})
    before, after = {"refused": former}, {"refused": sorted(str(kind) for kind in refused)}
    audit.record(action="actions.digest_chosen", subject=user.email, by=user, at=at, before=before, after=after)
