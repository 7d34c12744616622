"""Asking for an edition, producing it. A PDF is written once and served from storage."""

import hashlib
from collections.abc import Callable
from datetime import datetime

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Max

from cog import audit, jobs
from cog.models import Convention, User
from reports.annual_queries import annual_payload
from reports.enums import DocumentKind, EditionState
from reports.models import Edition
from reports.snapshot import digest

JOB_KIND = "bilan"
Progress = Callable[[int, int, str], None]


@transaction.atomic
def request_annual_report(*, convention: Convention, year: int, by: User, at: datetime) -> Edition:
    """Number a new draft edition of the year's bilan and ask a worker for it; the one already under way is returned."""
    _lock(convention)
    under_way = Edition.objects.filter(
        convention=convention,
        kind=DocumentKind.ANNUAL,
        year=year,
        file="",
        job__finished_at__isnull=True,
        job__isnull=False,
    ).first()
    if under_way is not None:
        return under_way
    edition = _numbered(convention, year, by, at)
    edition.job = jobs.submit(kind=JOB_KIND, arguments={"edition": edition.pk, "at": at.isoformat()}, by=by, at=at)
    edition.save(update_fields=["job"])
    return edition


def _lock(convention: Convention) -> None:
    """Editions of a convention are numbered one at a time."""
    Convention.objects.select_for_update().get(pk=convention.pk)


def _numbered(convention: Convention, year: int, by: User, at: datetime) -> Edition:
    rows = Edition.objects.filter(convention=convention, kind=DocumentKind.ANNUAL, year=year)
    last = rows.aggregate(last=Max("number"))["last"] or 0
    return Edition.objects.create(
        convention=convention,
        kind=DocumentKind.ANNUAL,
        year=year,
        number=last + 1,
        state=EditionState.DRAFT,
        requested_at=at,
        requested_by=by,
    )


def draft_annual_report(*, convention: Convention, year: int, by: User, at: datetime, progress: Progress) -> Edition:
    """Produce a draft at once, for the command line; only its number and its end are written under a lock."""
    with transaction.atomic():
        _lock(convention)
        edition = _numbered(convention, year, by, at)
    try:
        return produce_edition(edition=edition, by=by, at=at, progress=progress)
    except BaseException:
        Edition.objects.filter(pk=edition.pk, file="").delete()  # a number without a document would puzzle its readers
        raise


def produce_edition(*, edition: Edition, by: User, at: datetime, progress: Progress) -> Edition:
    """Gather the content, print it, store both with their digests; one already produced is returned untouched."""
    from reports.printing import print_annual_report  # two seconds of import that only a printing process should pay

    if edition.is_ready:
        return edition
    progress(0, 3, "rassemble le contenu")
    payload = annual_payload(
        convention=edition.convention,
        year=edition.year,
        state=edition.state,
        number=edition.number,
        produced_on=at.date(),
    )
    progress(1, 3, "compose le document")
    pdf = print_annual_report(payload)
    progress(2, 3, "enregistre le document")
    with transaction.atomic():
        locked = Edition.objects.select_for_update().get(pk=edition.pk)
        if locked.is_ready:
            return locked
        locked.payload = payload
        locked.payload_sha256 = digest(payload)
        locked.simulated = payload["simulated"]
        locked.file_sha256 = hashlib.sha256(pdf).hexdigest()
        locked.file.save(
            f"{locked.kind}-{locked.year}-{locked.number}-{locked.file_sha256[:12]}.pdf",
            ContentFile(pdf),
            save=False,
        )
        locked.save()
        audit.record(
            action="edition.produced",
            subject=str(locked),
            by=by,
            at=at,
            details={"payload_sha256": locked.payload_sha256, "file_sha256": locked.file_sha256},
        )
    progress(3, 3, "terminé")
    return locked


def produce_from_job(job: jobs.Job, beat: Progress) -> None:
    """What a worker does of a job asked by `request_annual_report`."""
    edition = Edition.objects.get(pk=job.arguments["edition"])
    produce_edition(edition=edition, by=job.created_by, at=datetime.fromisoformat(job.arguments["at"]), progress=beat)
