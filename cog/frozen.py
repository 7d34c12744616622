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
    "reports_finalevaluation",
    "reports_evaluationreading",
    "reports_evaluationshare",
    "reports_evaluationposition",
    "cog_amendment",
    "cog_auditevent",
    "cog_auditseal",
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
    "cog_amendment": "OLD.entered_at IS NOT NULL OR OLD.taken_back_at IS NOT NULL",
    "reports_finalevaluation": "OLD.closed_at IS NOT NULL",
}
"""Tables whose rows are written in steps: each is frozen once this holds of it."""

_EVALUATION = ("reports_finalevaluation", "evaluation_id")
CLOSED_WITH = {
    "reports_evaluationreading": _EVALUATION,
    "reports_evaluationshare": _EVALUATION,
    "reports_evaluationposition": _EVALUATION,
}
"""Tables that take no row more once the row they belong to is closed: its table, and the column that names it."""

CLOSED = "Ce dossier est clos : plus rien ne peut y entrer."

_FUNCTION = f"""
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{MESSAGE} (%)', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""

_CLOSING = f"""
CREATE OR REPLACE FUNCTION refuse_addition() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE closed boolean;
BEGIN
    EXECUTE format('SELECT closed_at IS NOT NULL FROM %I WHERE id = ($1).%I', TG_ARGV[0], TG_ARGV[1])
        INTO closed USING NEW;
    IF closed THEN
        RAISE EXCEPTION '{CLOSED} (%)', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""  # noqa: S608 - our own words; the names are those of CLOSED_WITH


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
            if table in CLOSED_WITH:
                parent, column = CLOSED_WITH[table]
                cursor.execute(_CLOSING)
                cursor.execute(
                    f"CREATE TRIGGER {table}_frozen_insert BEFORE INSERT ON {table}"
                    f" FOR EACH ROW EXECUTE FUNCTION refuse_addition('{parent}', '{column}')"
                )
            return
        for event in ("update", "delete"):
            cursor.execute(
                f"CREATE TRIGGER {table}_frozen_{event} BEFORE {event} ON {table} {when}"
                f" BEGIN SELECT RAISE(ABORT, '{MESSAGE} ({table})'); END"
            )
        if table in CLOSED_WITH:
            parent, column = CLOSED_WITH[table]
            cursor.execute(
                f"CREATE TRIGGER {table}_frozen_insert BEFORE INSERT ON {table}"  # noqa: S608 - names of CLOSED_WITH
                f" WHEN (SELECT closed_at FROM {parent} WHERE id = NEW.{column}) IS NOT NULL"
                f" BEGIN SELECT RAISE(ABORT, '{CLOSED} ({table})'); END"
            )


def thaw(connection: BaseDatabaseWrapper, table: str) -> None:
    """Take the refusal away: for a migration that goes back, and for tests that empty their database."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for name in ("row", "whole", "insert"):
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_frozen_{name} ON {table}")
            return
        for event in ("update", "delete", "insert"):
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_frozen_{event}")


def is_frozen(connection: BaseDatabaseWrapper, table: str) -> bool:
    """Whether the database refuses every change of the rows of a table, and any addition once it is closed."""
    names = ["row", "whole"] if connection.vendor == "postgresql" else ["update", "delete"]
    names += ["insert"] * (table in CLOSED_WITH)
    wanted = [f"{table}_frozen_{name}" for name in names]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A')")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        known = {name for (name,) in cursor.fetchall()}
    return known.issuperset(wanted)


class Freeze(migrations.RunPython):
    """The operation of a migration that freezes one table, and thaws it when the migration goes back."""

    def __init__(self, table: str) -> None:
        def forwards(apps: Any, schema_editor: Any) -> None:
            freeze(schema_editor.connection, table)

        def backwards(apps: Any, schema_editor: Any) -> None:
            thaw(schema_editor.connection, table)

        super().__init__(forwards, backwards)
        self.table = table

    def deconstruct(self) -> tuple[str, list[str], dict[str, Any]]:
        return self.__class__.__name__, [self.table], {}

    def describe(self) -> str:
        return f"Freeze the rows of {self.table}"
