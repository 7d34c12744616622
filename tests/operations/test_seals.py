"""The seals of the audit trail: whoever takes the trigger away and touches a row is found out by the next check."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection

from cog import audit, audit_seal, frozen
from cog.models import AuditEvent, AuditSeal, Convention
from cog.operations import command_account
from indicators.models import ImportBatch
from indicators.queries.integrity import changed_files
from reports.integrity import everything_wrong
from tests.reports.quarter import import_rows, quarter_rows

pytestmark = pytest.mark.django_db

AT = datetime(2014, 7, 8, 3, tzinfo=UTC)


def _write(count: int) -> list[int]:
    by = command_account()
    for n in range(count):
        audit.record(action="essai", subject=f"n° {n}", by=by, at=AT, details={"valeur": n})
    return list(AuditEvent.objects.filter(action="essai").order_by("pk").values_list("pk", flat=True))


@pytest.fixture
def sealed() -> list[int]:
    """Three nights: ten rows, then five, then two that only the next night seals."""
    rows: list[int] = []
    for night, count in enumerate((10, 5, 2)):
        rows = _write(count)
        audit_seal.seal(AT + timedelta(days=night))
    return rows


def _as_owner(sql: str, key: int) -> None:
    """What only the owner of the table can do: take the guard away, act, put it back."""
    frozen.thaw(connection, "cog_auditevent")
    with connection.cursor() as cursor:
        cursor.execute(sql, [key])
        assert cursor.rowcount == 1
    frozen.freeze(connection, "cog_auditevent")


def test_each_night_seals_what_the_former_one_saw(sealed: list[int]) -> None:
    seals = list(AuditSeal.objects.order_by("pk"))
    before = AuditEvent.objects.filter(pk__lt=sealed[0]).count()
    assert [one.count for one in seals] == [0, before + 10, 5]
    assert [one.seen_to for one in seals] == [sealed[9], sealed[14], sealed[16]]
    assert len({one.sha256 for one in seals}) == 3
    assert list(audit_seal.broken()) == []
    for night in (3, 4, 5):
        audit_seal.seal(AT + timedelta(days=night))
    assert AuditSeal.objects.count() == 4, "once everything is sealed, nothing new is written"


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE cog_auditevent SET subject = 'autre' WHERE id = %s", "empreinte des traces"),
        ("UPDATE cog_auditevent SET details = '{\"valeur\": 99}' WHERE id = %s", "empreinte des traces"),
        ("UPDATE cog_auditevent SET by_id = NULL WHERE id = %s", "empreinte des traces"),
        ("DELETE FROM cog_auditevent WHERE id = %s", "attendu"),
    ],
)
def test_a_row_changed_or_removed_by_the_owner_is_found(sealed: list[int], sql: str, said: str) -> None:
    _as_owner(sql, sealed[3])
    (wrong,) = list(audit_seal.broken())
    assert wrong.startswith("scellé n°") and said in wrong
    assert f"journal d'audit : {wrong}" in everything_wrong()


def test_a_row_slipped_in_afterwards_is_found(sealed: list[int]) -> None:
    hole = sealed[3]
    _as_owner("DELETE FROM cog_auditevent WHERE id = %s", hole)
    AuditEvent.objects.create(pk=hole, action="essai", subject="glissée", by=command_account(), at=AT, details={})
    assert len(list(audit_seal.broken())) == 1


def test_a_seal_made_again_breaks_the_next_one(sealed: list[int]) -> None:
    second = AuditSeal.objects.order_by("pk")[1]
    frozen.thaw(connection, "cog_auditseal")
    AuditSeal.objects.filter(pk=second.pk).update(sha256="0" * 64)
    frozen.freeze(connection, "cog_auditseal")
    assert len(list(audit_seal.broken())) == 2


def test_a_file_received_that_changed_is_found(convention: Convention) -> None:
    import_rows(convention, "avril-juin.csv", quarter_rows("011", 800))
    batch = ImportBatch.objects.exclude(file="").latest("pk")
    assert list(changed_files()) == []
    path = Path(batch.file.path)
    good = path.read_bytes()
    path.write_bytes(good + b"\n")
    assert f"lot {batch.pk}, « avril-juin.csv » : empreinte" in next(iter(changed_files()))
    path.write_bytes(good)
    batch.file.storage.delete(batch.file.name)
    assert "manque" in next(iter(changed_files()))
