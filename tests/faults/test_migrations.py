"""F63: a migration that finds its table held gives up after two seconds, changes nothing, and passes later."""

import time
from collections.abc import Iterator
from threading import Thread

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from reports.models import DataPackage
from tests.faults.conftest import database_url

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]

BEFORE = "0007_document_layouts"


@pytest.fixture
def reader() -> Iterator[psycopg.Connection]:
    """Someone who reads a table in a transaction that lasts, as an export or a report does."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite n'a pas de verrou de table qui s'attend")
    with psycopg.connect(database_url()) as other:
        other.execute("SELECT * FROM reports_datapackage")
        yield other


def _columns() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'reports_datapackage' ORDER BY 1"
        )
        return [name for (name,) in cursor.fetchall()]


def test_a_held_table_makes_the_migration_give_up_cleanly_and_nobody_waits(reader: psycopg.Connection) -> None:
    columns, waited = _columns(), []

    def read_meanwhile() -> None:  # queued behind the migration, which is itself queued behind the reader
        time.sleep(0.5)
        start = time.monotonic()
        with psycopg.connect(database_url()) as other:
            other.execute("SELECT count(*) FROM reports_datapackage")
        waited.append(time.monotonic() - start)

    thread = Thread(target=read_meanwhile)
    thread.start()
    start = time.monotonic()
    with pytest.raises(CommandError, match="s'est retirée sans rien changer"):
        call_command("migrate", "reports", BEFORE, verbosity=0)
    assert 1.5 < time.monotonic() - start < 8  # its own two seconds, and those of a busy machine
    thread.join()
    assert waited[0] < 3, "a page waited longer than the migration's own patience"
    assert _columns() == columns
    assert DataPackage.objects.count() == 0, "the code of before still works"

    reader.rollback()
    try:
        call_command("migrate", "reports", BEFORE, verbosity=0)
        assert _columns() == []
    finally:
        call_command("migrate", verbosity=0)
    assert _columns() == columns


def test_without_its_patience_the_migration_would_wait_for_ever(reader: psycopg.Connection) -> None:
    """The proof: the same migration, with no limit, still waits after five seconds and keeps everyone out."""
    done: list[bool] = []

    def migrate() -> None:
        try:
            call_command("migrate", "reports", BEFORE, lock_timeout=0, verbosity=0)
            done.append(True)
        finally:
            connection.close()

    thread = Thread(target=migrate)
    thread.start()
    try:
        thread.join(timeout=5)
        assert thread.is_alive()
        with psycopg.connect(database_url(), autocommit=True) as other:
            other.execute("SET statement_timeout = '1s'")
            with pytest.raises(psycopg.errors.QueryCanceled):
                other.execute("SELECT count(*) FROM reports_datapackage")
    finally:
        reader.rollback()
        thread.join()
        call_command("migrate", verbosity=0)
    assert done == [True]
