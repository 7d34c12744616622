"""Whether what was frozen is still what it was, and whether everything holds together: `manage.py check_integrity`."""

import hashlib
import json
from collections.abc import Iterator

from django.db import connection

from actions.queries.integrity import changed_evidence
from budgets.queries.integrity import sums_that_do_not_hold
from cog import audit_seal, frozen
from cog.models import Convention
from indicators.queries.integrity import changed_files, orphans
from reports.budget_dashboard import broken_sums
from reports.models import DataPackage, Edition, Transmission
from reports.snapshot import canonical, digest


def everything_wrong() -> list[str]:
    """Every defect found, in sentences; nothing when all is well."""
    found = [*_transmissions(), *_editions(), *_packages(), *_thawed()]
    found += [f"journal d'audit : {one}" for one in audit_seal.broken()]
    found += [f"fichiers remontés : {one}" for one in changed_files()]
    for convention in Convention.objects.order_by("code"):
        found += [f"budget : {one}" for one in sums_that_do_not_hold(convention=convention)]
    found += [f"pièces : {one}" for one in changed_evidence()]
    return found + [f"orphelins : {one}" for one in orphans()]


def _transmissions() -> Iterator[str]:
    """Digests of contents and receipts; numbers that follow one another."""
    for row in Transmission.objects.select_related("replaces").order_by("convention", "period", "number").iterator():
        data = row.payload.encode()
        found = hashlib.sha256(data).hexdigest()
        if found != row.sha256:
            yield f"{row} : empreinte du contenu {found}, attendu {row.sha256}"
        elif canonical(json.loads(data)) != data:
            yield f"{row} : le contenu n'est pas sous sa forme canonique"
        found = hashlib.sha256(bytes(row.receipt)).hexdigest()
        if found != row.receipt_sha256:
            yield f"{row} : empreinte du reçu {found}, attendu {row.receipt_sha256}"
        if row.is_budget:
            for wrong in broken_sums(json.loads(data)):
                yield f"{row} : {wrong}"
        yield from _attachment(row)
        former = row.replaces
        if former is not None and (former.number, former.subject, former.period) != (
            row.number - 1,
            row.subject,
            row.period,
        ):
            yield f"{row} : rectifie {former}, attendu le numéro {row.number - 1} de la même période"


def _attachment(row: Transmission) -> Iterator[str]:
    """Whether the file that went with a document is still the one its content names."""
    if not row.is_document:
        return
    held = json.loads(row.payload)["attachment"]
    if (held is None) != (not row.attachment):
        yield f"{row} : {'aucune pièce' if held is None else 'une pièce'} au contenu, l'inverse dans les fichiers"
    if held is None or not row.attachment:
        return
    try:
        with row.attachment.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError:
        yield f"{row} : le fichier {row.attachment.name} manque"
        return
    if found != held["sha256"]:
        yield f"{row} : empreinte de la pièce {found}, attendu {held['sha256']}"


def _packages() -> Iterator[str]:
    """Digests of the open data that are published."""
    for row in DataPackage.objects.exclude(file="").order_by("pk").iterator():
        yield from _file_of(row)


def _file_of(row: Edition | DataPackage) -> Iterator[str]:
    try:
        with row.file.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError:
        yield f"{row} : le fichier {row.file.name} manque"
        return
    if found != row.file_sha256:
        yield f"{row} : empreinte du fichier {found}, attendu {row.file_sha256}"


def _editions() -> Iterator[str]:
    """Digests of the stored documents and of what they were printed from."""
    for row in Edition.objects.exclude(file="").order_by("kind", "year", "number").iterator():
        found = digest(row.payload)
        if found != row.payload_sha256:
            yield f"{row} : empreinte du contenu {found}, attendu {row.payload_sha256}"
        yield from _file_of(row)


def _thawed() -> Iterator[str]:
    """Frozen tables whose rows the database would let change."""
    for table in frozen.TABLES:
        if not frozen.is_frozen(connection, table):
            yield f"table {table} : la base ne refuse plus d'en changer les lignes ; relancer les migrations"
