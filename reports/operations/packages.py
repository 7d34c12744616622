"""Preparing the open data as one file: for the accounts that may read it, and for anyone once a bilan is published."""

import hashlib
import tempfile
from collections.abc import Callable, Sequence
from datetime import datetime

from django.core.files.base import File as Stored
from django.db import transaction
from django.utils import timezone

from cog import audit, jobs
from cog.models import Convention, User
from reports.enums import DataForm, EditionState
from reports.models import DataPackage, Edition
from reports.opendata import NOTE, PUBLIC_FILES, Known, NotKnown, Published, files_named, write_results, write_zip

JOB_KIND = "opendata"
Progress = Callable[[int, int, str], None]


class NotPublished(Exception):
    """The edition is not published: nothing of it may be read by anyone."""


@transaction.atomic
def request_package(
    *, convention: Convention, names: Sequence[str], by: User, at: datetime, form: DataForm = DataForm.PACKAGE
) -> DataPackage:
    """Ask a worker for these files, in this form; what is already under way is returned."""
    Convention.objects.select_for_update().get(pk=convention.pk)
    files = ",".join(names)
    asked = DataPackage.objects.filter(convention=convention, edition=None, form=form, files=files, file="")
    under_way = asked.filter(job__finished_at__isnull=True, job__isnull=False).first()
    return under_way or _asked(DataPackage(convention=convention, form=form, files=files), by, at)


@transaction.atomic
def public_package(*, edition: Edition, by: User, at: datetime) -> DataPackage:
    """Ask a worker for the public package of a published edition: what was known when its content was gathered.

    Called by what publishes the edition, in its transaction. The package already made, or under way, is returned; one
    that failed is asked again. Raises NotPublished.
    """
    locked = Edition.objects.select_for_update().select_related("convention").get(pk=edition.pk)
    if locked.state != EditionState.PUBLISHED:
        raise NotPublished(f"{locked} : trouvé « {locked.get_state_display()} », attendu une édition publiée")
    known = DataPackage.objects.filter(edition=locked).select_related("job").first()
    if known is not None and (known.is_ready or (known.job is not None and not known.job.is_over)):
        return known
    files = ",".join(file.name for file in PUBLIC_FILES)
    package = known or DataPackage(convention=locked.convention, edition=locked, files=files)
    return _asked(package, by, at)


def _asked(package: DataPackage, by: User, at: datetime) -> DataPackage:
    package.requested_at, package.requested_by = at, by
    package.save()
    package.job = jobs.submit(kind=JOB_KIND, arguments={"package": package.pk, "at": at.isoformat()}, by=by, at=at)
    package.save(update_fields=["job"])
    return package


def produce_package(*, package: DataPackage, by: User, at: datetime, progress: Progress) -> DataPackage:
    """Write the package and keep it with its digest; one already written is returned untouched.

    Raises NotKnown when what an edition was made from cannot be told any more.
    """
    if package.is_ready:
        return package
    edition, convention = package.edition, package.convention
    with tempfile.TemporaryFile() as stream:
        if edition is not None:
            published = Published(convention, edition.gathered_at, until=edition.year)
            counts = write_zip(stream, PUBLIC_FILES, published, progress=progress, note=NOTE)
        elif package.form == DataForm.WORKBOOK:
            notes = [("Extrait le", timezone.localtime(package.requested_at))]
            files = files_named(package.names)
            counts = write_results(stream, files, Known(convention), progress=progress, notes=notes)
        else:
            counts = write_zip(stream, files_named(package.names), Known(convention), progress=progress)
        stream.seek(0)
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        stream.seek(0)
        return _kept(package, Stored(stream), digest, counts, by, at)


@transaction.atomic
def _kept(
    package: DataPackage, content: Stored, digest: str, counts: dict[str, int], by: User, at: datetime
) -> DataPackage:
    locked = DataPackage.objects.select_for_update().get(pk=package.pk)
    if locked.is_ready:
        return locked
    locked.counts, locked.file_sha256 = counts, digest
    locked.simulated = package.convention.holds_simulated
    extension = "xlsx" if locked.form == DataForm.WORKBOOK else "zip"
    locked.file.save(f"donnees-{digest[:16]}.{extension}", content, save=False)
    locked.save()
    audit.record(
        action="package.produced", subject=str(locked)[:200], by=by, at=at, details={"sha256": digest, "rows": counts}
    )
    if locked.edition_id is None:
        _drop_the_former(locked)
    return locked


def _drop_the_former(package: DataPackage) -> None:
    """Of the packages of the same files only the last is kept; the files go once that is committed."""
    former = DataPackage.objects.filter(
        convention=package.convention, edition=None, form=package.form, files=package.files
    )
    for row in former.exclude(pk=package.pk).filter(pk__lt=package.pk).exclude(file=""):
        storage, name = row.file.storage, row.file.name
        row.delete()
        transaction.on_commit(lambda storage=storage, name=name: storage.delete(name), robust=True)


def produce_from_job(job: jobs.Job, beat: Progress) -> None:
    """What a worker does of a job asked by `request_package` or `public_package`."""
    package = DataPackage.objects.select_related("convention", "edition").get(pk=job.arguments["package"])
    at = datetime.fromisoformat(job.arguments["at"])
    try:
        produce_package(package=package, by=job.created_by, at=at, progress=beat)
    except NotKnown as refusal:
        raise jobs.JobRefused(f"Le paquet n'est pas écrit{chr(0xA0)}: {refusal}.") from None
