"""Rows that never change: the database itself refuses to update, delete or truncate them, whoever asks.

A migration names the frozen tables (`Freeze`). What is frozen is corrected by another row that points at it.
"""

from typing import Any

from django.db import migrations
from django.db.backends.base.base import BaseDatabaseWrapper

MESSAGE = "Ce qui est enregistré ici ne change plus : une correction est une nouvelle ligne."

TABLES = (
    "reports_transmission",
    "reports_statenote",
    "reports_edition",
    "reports_editionagreement",
    "reports_synthesistext",
    "reports_datapackage",
    "cog_auditevent",
    "actions_actionprogress",
    "actions_commitmentword",
    "budgets_budgetact",
    "budgets_editionanalysis",
    "budgets_movement",
    "budgets_statement",
    "budgets_transferact",
    "budgets_allotment",
    "budgets_allotmentrow",
    "budgets_unspentstatement",
    "budgets_unspentrow",
)
"""Every frozen table. On SQLite a migration that alters one of them rebuilds it without its triggers: freeze again."""

ONCE = {
    "reports_edition": "OLD.file_sha256 <> ''",
    "reports_datapackage": "OLD.edition_id IS NOT NULL AND OLD.file_sha256 <> ''",
}
"""Tables whose rows are written in steps: each is frozen once this holds of it."""

_FUNCTION = f"""
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{MESSAGE} (%)', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""


def freeze(connection: BaseDatabaseWrapper, table: str) -> None:
    """Refuse every change of the rows of a table; done twice, it is done once."""
    thaw(connection, table)
    when = f"WHEN ({ONCE[table]})" if table in ONCE else ""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_FUNCTION)
            for name, event, each in (
                ("row", "UPDATE OR DELETE", f"ROW {when}"),
                ("whole", "TRUNCATE", "STATEMENT"),
            ):
                cursor.execute(
                    f"CREATE TRIGGER {table}_frozen_{name} BEFORE {event} ON {table}"
                    f" FOR EACH {each} EXECUTE FUNCTION refuse_change()"
                )
            return
        for event in ("update", "delete"):
            cursor.execute(
                f"CREATE TRIGGER {table}_frozen_{event} BEFORE {event} ON {table} {when}"
                f" BEGIN SELECT RAISE(ABORT, '{MESSAGE} ({table})'); END"
            )


def thaw(connection: BaseDatabaseWrapper, table: str) -> None:
    """Take the refusal away: for a migration that goes back, and for tests that empty their database."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for name in ("row", "whole"):
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_frozen_{name} ON {table}")
            return
        for event in ("update", "delete"):
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_frozen_{event}")


def is_frozen(connection: BaseDatabaseWrapper, table: str) -> bool:
    """Whether the database refuses every change of the rows of a table."""
    names = ("row", "whole") if connection.vendor == "postgresql" else ("update", "delete")
    wanted = [f"{table}_frozen_{name}" for name in names]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            sql = "SELECT count(*) FROM pg_trigger WHERE tgenabled IN ('O', 'A') AND tgname IN (%s, %s)"
        else:
            sql = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name IN (%s, %s)"
        cursor.execute(sql, wanted)
        row = cursor.fetchone()
    return bool(row and row[0] == len(wanted))


class Freeze(migrations.RunPython):
    """The operation of a migration that freezes one table, and thaws it when the migration goes back."""

    def __init__(self, table: str) -> None:
        def forwards(_: Any, editor: Any) -> None:
            freeze(editor.connection, table)

        def backwards(_: Any, editor: Any) -> None:
            thaw(editor.connection, table)

        super().__init__(forwards, backwards)
        self.table = table

    def deconstruct(self) -> tuple[str, list[str], dict[str, Any]]:
        return self.__class__.__name__, [self.table], {}

    def describe(self) -> str:
        return f"Freeze the rows of {self.table}"
