"""F17, F39: the application's account of the database fills the tables; it only adds to the frozen ones."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.test import override_settings

from cog import database_roles, frozen
from cog.backup_operations import back_up_everything
from cog.demo import open_accounts
from cog.models import AuditEvent, Convention, User
from cog.operations import command_account
from indicators.models import Observation
from reports.models import Transmission
from reports.operations import transmit_quarter
from tests.conftest import _load_convention
from tests.reports.quarter import AT, QUARTER, compute_quarter, explain_all, import_rows, quarter_rows

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(240)]

PASSWORD = "mot-de-passe-d-essai"


@pytest.fixture
def role() -> str:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite ne connaît pas de comptes")
    return f"application_{connection.settings_dict['NAME']}"[:63]


@pytest.fixture
def as_application(transactional_db: None, role: str) -> Iterator[None]:
    """This process's connection is the application's; the owner's again afterwards, which alone may empty the base."""
    owner = connection.settings_dict["USER"]
    with override_settings(APPLICATION_DATABASE={"USER": role, "PASSWORD": PASSWORD}):
        call_command("grant_roles", verbosity=0)
    connection.close()
    connection.settings_dict["USER"] = role
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["USER"] = owner


@pytest.fixture
def sent(as_application: None) -> Transmission:
    """The whole way, as the application's account: load, import, compute, transmit."""
    convention: Convention = _load_convention()
    open_accounts(code=convention.code, by=command_account(), at=AT)
    steering = User.objects.get(email="pilotage@demo.invalid")
    import_rows(convention, "avril-juin.csv", quarter_rows("011", 800))
    compute_quarter(convention)
    explain_all(convention, steering)
    return transmit_quarter(convention=convention, period=QUARTER, by=steering, at=AT)


def _refused(sql: str) -> None:
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), transaction.atomic():
        _run(sql)


def _run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def test_the_whole_way_is_walked_by_the_application_which_can_undo_none_of_it(sent: Transmission) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (connection.settings_dict["USER"], False)
    assert database_roles.excess(connection) == []
    assert Transmission.objects.get().sha256 == sent.sha256
    assert Observation.objects.exists()
    trail = AuditEvent.objects.count()
    assert trail > 3
    for table in frozen.TABLES:
        _refused(f"TRUNCATE {table} CASCADE")
        _refused(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        _refused(f"DROP TRIGGER {table}_frozen_row ON {table}")
        if table in database_roles.APPEND_ONLY:
            _refused(f"DELETE FROM {table}")
            _refused(f"UPDATE {table} SET id = id")
    for sql in (
        "DROP TABLE cog_auditevent",
        "CREATE TABLE cachette (n int)",
        "TRUNCATE indicators_observation CASCADE",
        "DELETE FROM django_migrations",
        "SET session_replication_role = replica",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    ):
        _refused(sql)
    assert (Transmission.objects.count(), AuditEvent.objects.count()) == (1, trail)


def test_the_application_s_account_is_enough_for_the_backup_of_the_night(as_application: None, tmp_path: Path) -> None:
    _load_convention()
    back_up_everything(folder=tmp_path / "nuit", by=command_account(), at=AT)
    assert AuditEvent.objects.filter(action="base.backed_up").exists()


def test_a_new_table_is_closed_until_rights_are_given_again(as_application: None, role: str) -> None:
    application = connection.settings_dict["USER"]
    connection.close()
    connection.settings_dict["USER"] = "suivi" if application == role else application
    _run("CREATE TABLE venue_apres (n int)")
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT has_table_privilege(%s, 'venue_apres', 'SELECT')", [role])
            assert cursor.fetchone() == (False,)
            with transaction.atomic():
                database_roles.grant(connection, role=role)
                database_roles.grant(connection, role=role)  # twice is once
            cursor.execute("SELECT has_table_privilege(%s, 'venue_apres', 'SELECT')", [role])
            assert cursor.fetchone() == (True,)
    finally:
        _run("DROP TABLE venue_apres")


def test_the_owner_is_told_to_be_too_strong(role: str) -> None:
    """The proof: the same look at the account that owns the tables finds what it may do."""
    assert database_roles.excess(connection) == ["le compte de la base en est l'administrateur : il peut tout"]
    _run("DROP ROLE IF EXISTS proprietaire_essai")
    _run("CREATE ROLE proprietaire_essai")
    try:
        with transaction.atomic():
            _run("GRANT UPDATE, DELETE, TRUNCATE ON cog_auditevent TO proprietaire_essai")
            _run("GRANT CREATE ON SCHEMA public TO proprietaire_essai")
            _run("SET LOCAL ROLE proprietaire_essai")
            told = database_roles.excess(connection)
            transaction.set_rollback(True)
    finally:
        _run("DROP ROLE proprietaire_essai")
    assert told == [
        "le compte de la base peut créer des tables",
        "le compte de la base peut vider des tables d'un coup : cog_auditevent",
        "le compte de la base peut changer des lignes figées : cog_auditevent",
    ]


def test_the_password_is_never_sent_in_clear(role: str) -> None:
    with transaction.atomic():
        database_roles.grant(connection, role=role, password=PASSWORD)
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolpassword FROM pg_authid WHERE rolname = %s", [role])
        (kept,) = cursor.fetchone()
    assert kept.startswith("SCRAM-SHA-256$")
    assert PASSWORD not in kept


@pytest.mark.parametrize("asked", [None, {"USER": "", "PASSWORD": ""}])
def test_without_the_application_s_address_the_command_says_what_is_missing(role: str, asked: dict | None) -> None:
    with override_settings(APPLICATION_DATABASE=asked), pytest.raises(CommandError, match="APPLICATION_DATABASE_URL"):
        call_command("grant_roles")


def test_one_account_for_both_is_refused(role: str) -> None:
    same = {"USER": connection.settings_dict["USER"], "PASSWORD": ""}
    with override_settings(APPLICATION_DATABASE=same), pytest.raises(CommandError, match="attendu deux comptes"):
        call_command("grant_roles")


def test_an_account_that_owns_nothing_cannot_give_rights(as_application: None) -> None:
    with (
        override_settings(APPLICATION_DATABASE={"USER": "autre", "PASSWORD": ""}),
        pytest.raises(CommandError, match="la base refuse"),
    ):
        call_command("grant_roles")
    assert issubclass(ProgrammingError, DatabaseError)
