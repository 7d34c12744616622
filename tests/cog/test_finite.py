"""F18: no numeric column of the database takes NaN nor Infinity, by SQL or by COPY; a forgotten column fails here."""

from collections.abc import Iterator

import psycopg
import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction

from cog import finite

pytestmark = pytest.mark.django_db
REFUSED = (DatabaseError, psycopg.Error)  # COPY goes around Django, which then wraps nothing
OURS = ("cog", "indicators", "actions", "budgets", "reports")
COLUMNS = [
    (model._meta.db_table, field.column)
    for label in OURS
    for model in apps.get_app_config(label).get_models()
    for field in model._meta.local_fields
    if isinstance(field, models.DecimalField)
]


@pytest.fixture(autouse=True)
def _postgresql() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite n'a pas de NaN : il en fait une valeur manquante")


@pytest.fixture
def bench(request: pytest.FixtureRequest, db: None) -> Iterator[tuple[str, str]]:
    """A table with the checks of the real one, and no other requirement: one column is written at a time."""
    table, column = request.param
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE banc (LIKE {table} INCLUDING CONSTRAINTS) ON COMMIT DROP")
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'banc'::regclass AND attnum > 0 AND attnotnull"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'ALTER TABLE banc ALTER "{name}" DROP NOT NULL')
    yield table, column
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE banc")


def _insert(column: str, value: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'INSERT INTO banc ("{column}") VALUES (%s)', [value])


def _copy(column: str, value: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor, cursor.copy(f'COPY banc ("{column}") FROM STDIN') as copy:
        copy.write_row([value])


@pytest.mark.parametrize("bench", COLUMNS, indirect=True, ids=".".join)
def test_no_column_takes_what_is_not_a_number(bench: tuple[str, str]) -> None:
    _, column = bench
    _insert(column, "1")  # the twin: a number is taken
    _copy(column, "1")
    for value in ("NaN", "Infinity", "-Infinity", "1E400", "douze"):
        for way in (_insert, _copy):
            with pytest.raises(REFUSED):
                way(column, value)


BOUNDED = [
    ("actions_actionprogress", "percent", "101"), ("actions_actionprogress", "percent", "-1"),
    ("indicators_gapthreshold", "value", "-1"), ("actions_sdsisynthesis", "spending", "-1"),
    ("budgets_transfer", "amount", "0"), ("budgets_allotment", "envelope", "0"),
    ("budgets_allotmentrow", "amount", "-1"),
    ("budgets_unspentrow", "kept", "-1"), ("budgets_movement", "amount", "10000000000000"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("bench", "value"), [((table, column), value) for table, column, value in BOUNDED], indirect=["bench"]
)
def test_a_number_out_of_its_range_is_refused(bench: tuple[str, str], value: str) -> None:
    """Negative, over 100 %: where the domain has a bound, the database holds it."""
    _, column = bench
    for way in (_insert, _copy):
        with pytest.raises(REFUSED):
            way(column, value)


@pytest.mark.parametrize("bench", [("budgets_transfer", "amount")], indirect=True)
def test_without_its_guard_a_column_takes_nan(bench: tuple[str, str]) -> None:
    """The proof: PostgreSQL holds that NaN is greater than zero."""
    table, column = bench
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE banc DROP CONSTRAINT {table}_{column}_nan")
    _insert(column, "NaN")


def test_the_guard_goes_and_comes(db: None) -> None:
    finite.allow_nan(connection, "budgets_transfer", "amount")
    finite.refuse_nan(connection, "budgets_transfer", "amount")
    finite.refuse_nan(connection, "budgets_transfer", "amount")
