"""Lines of the long form to rows, and what the checks between values find in them."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from indicators.intake.checks import STATEMENTS, Row
from indicators.intake.held import Known
from indicators.intake.messages import Problem
from indicators.intake.relations import Relations
from indicators.intake.semantics import file_check

TODAY = date(2026, 1, 1)


def rows_of(lines: Iterable[str], first: int = 2) -> list[Row]:
    """« mesure,caisse,periode,ventilation,valeur » to rows, counted from the second line of the file."""
    return [_row(number, *line.split(",")) for number, line in enumerate(lines, first)]


def _row(line: int, measure: str, body: str, period: str, breakdown: str, value: str) -> Row:
    statement = value if value in STATEMENTS else ""
    number = Decimal(value) if value and not statement else None
    return Row(line, measure, body, period, breakdown, number, statement)


def find(relations: Relations, lines: Iterable[str], known: Iterable[str] = (), today: date = TODAY) -> list[Problem]:
    """The problems of a file, where the values of `known` are in force."""
    return find_in(relations, rows_of(lines), known, today)


def find_in(relations: Relations, rows: list[Row], known: Iterable[str] = (), today: date = TODAY) -> list[Problem]:
    """The same, of rows."""
    in_force: defaultdict[str, defaultdict[tuple[str, str], dict[str, Decimal | None]]]
    in_force = defaultdict(lambda: defaultdict(dict))
    for row in rows_of(known):
        if row.statement != "ND":
            in_force[row.body][row.measure, row.breakdown][row.period] = row.value

    def lookup(body: str, measures: frozenset[str]) -> Known:
        return {key: series for key, series in in_force[body].items() if key[0] in measures}

    return list(file_check(relations, lookup, today=today)(rows))


def said(problems: Iterable[Problem]) -> list[tuple[str, str, int | None]]:
    """Severity, code and line of each problem, by line."""
    return sorted((one.severity.value, one.code, one.line) for one in problems)
