"""Amounts are numbers: PostgreSQL's `numeric` holds NaN too, which passes any check with one bound, spoils averages.

Infinity needs nothing: a column with a precision refuses it. SQLite has no NaN and makes it a missing value.
"""

from typing import Any

from django.db import migrations
from django.db.backends.base.base import BaseDatabaseWrapper


def refuse_nan(connection: BaseDatabaseWrapper, table: str, column: str) -> None:
    """Refuse NaN in a column; done twice, it is done once."""
    allow_nan(connection, table, column)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_nan CHECK (\"{column}\" <> 'NaN')")


def allow_nan(connection: BaseDatabaseWrapper, table: str, column: str) -> None:
    """Take the refusal away: for a migration that goes back."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {table}_{column}_nan")


class RefuseNaN(migrations.RunPython):
    """The operation of a migration by which columns of a table refuse NaN."""

    def __init__(self, table: str, *columns: str) -> None:
        def forwards(_: Any, editor: Any) -> None:
            for column in columns:
                refuse_nan(editor.connection, table, column)

        def backwards(_: Any, editor: Any) -> None:
            for column in columns:
                allow_nan(editor.connection, table, column)

        super().__init__(forwards, backwards)
        self.table, self.columns = table, columns

    def deconstruct(self) -> tuple[str, list[str], dict[str, Any]]:
        return self.__class__.__name__, [self.table, *self.columns], {}

    def describe(self) -> str:
        return f"Refuse NaN in {', '.join(self.columns)} of {self.table}"
