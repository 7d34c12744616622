"""Reads of the open data packages: what an account may read of them, what anyone may."""

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cog.models import Convention
from cog.permissions import Scope, scopes
from reports.enums import DataForm, EditionState
from reports.models import DataPackage
from reports.opendata import DESCRIPTOR, FILES, PUBLIC_FILES, SHEETS, File


@dataclass(frozen=True)
class FileLine:
    """A file of the package as a page tells it. `rows`: None while no package is ready; `open`: one may read it."""

    file: File
    rows: int | None
    open: bool


@dataclass(frozen=True)
class Prepared:
    """The last file prepared in a form, and what became of the one asked since."""

    ready: DataPackage | None
    under_way: DataPackage | None
    failed: DataPackage | None


@dataclass(frozen=True)
class PackagePage:
    """What the page of the open data places. `workbook`: None for who may not read every result."""

    lines: list[FileLine]
    package: Prepared
    workbook: Prepared | None

    @property
    def readable(self) -> list[FileLine]:
        return [line for line in self.lines if line.open]

    @property
    def closed(self) -> list[FileLine]:
        return [line for line in self.lines if not line.open]


def files_open_to(user: Any) -> list[str]:
    """The files an account may read whole."""
    return [file.name for file in FILES if Scope.ALL in scopes(user, file.permission)]


def sheets_open_to(user: Any) -> list[str]:
    """The sheets of the workbook of results, for an account that may read them all; else none."""
    names = files_open_to(user)
    return list(SHEETS) if set(SHEETS) <= set(names) else []


def package_page(*, convention: Convention, user: Any) -> PackagePage:
    """The files, and the last package and workbook of those the account may read."""
    names, sheets = files_open_to(user), sheets_open_to(user)
    package = prepared(convention=convention, names=names, form=DataForm.PACKAGE)
    counts = package.ready.counts if package.ready else {}
    return PackagePage(
        lines=[FileLine(file, counts.get(file.name), file.name in names) for file in FILES],
        package=package,
        workbook=prepared(convention=convention, names=sheets, form=DataForm.WORKBOOK) if sheets else None,
    )


def prepared(*, convention: Convention, names: Sequence[str], form: DataForm) -> Prepared:
    """What was last prepared of these files in a form."""
    rows = DataPackage.objects.filter(convention=convention, edition=None, form=form, files=",".join(names))
    found = list(rows.select_related("job", "requested_by").order_by("-pk")[:5])
    last = found[0] if found and not found[0].is_ready else None
    running = last is not None and last.job is not None and not last.job.is_over
    return Prepared(
        ready=next((row for row in found if row.is_ready), None),
        under_way=last if running else None,
        failed=None if running else last,
    )


def public_packages(*, convention: Convention) -> list[DataPackage]:
    """The public package of the last published edition of each year, the latest year first."""
    rows = DataPackage.objects.filter(convention=convention, edition__state=EditionState.PUBLISHED).exclude(file="")
    last = {row.edition.year: row for row in rows.select_related("edition").order_by("edition__number")}
    return [last[year] for year in sorted(last, reverse=True)]


def public_package_of(*, convention: Convention, year: int) -> DataPackage | None:
    return next((row for row in public_packages(convention=convention) if row.edition.year == year), None)


def public_lines(package: DataPackage) -> list[FileLine]:
    """The files of a public package."""
    return [FileLine(file, package.counts.get(file.name), True) for file in PUBLIC_FILES]


def holds(package: DataPackage, name: str) -> bool:
    """Whether a package holds a file of this whole name."""
    return name == DESCRIPTOR or (name.removesuffix(".csv") in package.names and name.endswith(".csv"))


def read_member(package: DataPackage, name: str) -> Iterator[bytes]:
    """The bytes of one file of a package, read as they are asked for."""
    with package.file.open("rb") as stream, zipfile.ZipFile(stream) as archive, archive.open(name) as found:
        while chunk := found.read(1 << 16):
            yield chunk
