"""Putting rows of results in the place of others, as fast as each database takes them."""

from collections.abc import Collection, Iterable, Sequence
from operator import itemgetter
from typing import Any

from django.db import connection

from cog.periods import Period
from indicators.models import Dispersion, IndicatorResult
from indicators.queries.evaluation import COLUMNS, DISPERSION_COLUMNS, Evaluated, Row


def replace_results(
    *, indicator: int, periods: Sequence[Period] | None, scopes: Collection[str] | None, evaluated: Evaluated
) -> int:
    """Put these rows in the place of those of the same periods and scopes (None: all), in the caller's transaction.

    Returns how many results were written.
    """
    if periods is not None and not periods:
        return 0
    results = IndicatorResult.objects.filter(indicator=indicator)
    spreads = Dispersion.objects.filter(indicator=indicator)
    if periods is not None:
        codes = [str(period) for period in periods]
        results, spreads = results.filter(period__in=codes), spreads.filter(period__in=codes)
    if scopes is not None:
        results = results.filter(scope__in=scopes)
    results.delete()
    spreads.delete()
    _insert(IndicatorResult, COLUMNS, indicator, sorted(evaluated.rows, key=_KEY))
    _insert(Dispersion, DISPERSION_COLUMNS, indicator, evaluated.dispersions)
    return len(evaluated.rows)


# The order of the unique index (name, breakdown, scope, period): each row goes after the one before.
_KEY = itemgetter(1, 4, 2, 3)


def _insert(
    model: type[IndicatorResult | Dispersion], columns: Sequence[str], indicator: int, rows: Sequence[Row]
) -> None:
    if not rows:
        return
    table = connection.ops.quote_name(model._meta.db_table)
    names = f"{table} (indicator_id, {', '.join(columns)})"
    if connection.vendor == "postgresql":
        _copy(names, len(columns), indicator, rows)
    else:
        marks = ", ".join(["%s"] * (len(columns) + 1))
        with connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {names} VALUES ({marks})", _plain(indicator, rows))  # noqa: S608 - names of ours


def _copy(names: str, width: int, indicator: int, rows: Iterable[Row]) -> None:
    """PostgreSQL's own bulk loading: ten times faster than INSERT.

    No text of ours holds a tabulation, a line break or a backslash; a missing number is written as Python does.
    """
    line = "\t".join([str(indicator), *["%s"] * width])
    lines = [line % row for row in rows]
    with connection.cursor() as cursor, cursor.copy(f"COPY {names} FROM STDIN WITH (NULL 'None')") as copy:
        for start in range(0, len(lines), 5000):
            copy.write("\n".join(lines[start : start + 5000]) + "\n")


def _plain(indicator: int, rows: Iterable[Row]) -> list[tuple[Any, ...]]:
    """Rows as SQLite takes them: decimals as text, which its columns read as numbers."""
    return [
        (indicator, *(value if value is None or type(value) in (int, str, bool) else str(value) for value in row))
        for row in rows
    ]
