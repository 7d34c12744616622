"""Adding many observations at once, as fast as each database takes them; the constraints judge them all the same."""

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from django.db import connection

from indicators.models import Observation

COLUMNS = (
    "measure_id",
    "period",
    "organisation_id",
    "breakdown",
    "value",
    "statement",
    "revision",
    "batch_id",
    "source_row",
    "source_sheet",
    "source_cell",
)
_KEY = itemgetter(0, 1, 2, 3)  # the order of the index of the values in force: each row goes after the one before

_AT_ONCE = 500  # parameters of a statement of SQLite


def close_observations(numbers: Sequence[int], *, batch: int) -> None:
    """Say of some observations which batch corrects them, in the caller's transaction."""
    if connection.vendor == "postgresql":
        table = connection.ops.quote_name(Observation._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET closed_by_id = %s WHERE id = ANY(%s)", [batch, list(numbers)])  # noqa: S608 - names of ours
        return
    for start in range(0, len(numbers), _AT_ONCE):
        Observation.objects.filter(pk__in=numbers[start : start + _AT_ONCE]).update(closed_by_id=batch)


def insert_observations(rows: Sequence[tuple[Any, ...]]) -> None:
    """Add rows of `COLUMNS`, in the caller's transaction."""
    table = connection.ops.quote_name(Observation._meta.db_table)
    names = f"{table} ({', '.join(COLUMNS)})"
    ordered = sorted(rows, key=_KEY)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {names} FROM STDIN") as copy:
                for row in ordered:
                    copy.write_row(row)
        else:  # SQLite: decimals as text, which the column reads as numbers
            marks = ", ".join(["%s"] * len(COLUMNS))
            plain = [(*row[:4], None if row[4] is None else str(row[4]), *row[5:]) for row in ordered]
            cursor.executemany(f"INSERT INTO {names} VALUES ({marks})", plain)  # noqa: S608 - names of ours
