"""Groups of comparable bodies as people send them: `organisme, critere, groupe, depuis`, and `jusqu_au`, `source`.

PURE. The criterion is `taille`, `population`, or `concerne:CODE` for the bodies that a sheet concerns.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from indicators.intake.columns import fold
from indicators.intake.messages import Problem, Severity, listing, quoted
from indicators.intake.small_table import Line, read_table

CONCERNED = "concerne:"
KEYS = ("taille", "population")
_LONGEST_GROUP = 60


class GroupRow(NamedTuple):
    """One membership that reads; `until` is None while it lasts."""

    line: int
    body: str
    key: str
    value: str
    since: date
    until: date | None
    source: str


@dataclass(frozen=True, slots=True)
class GroupReference:
    """The bodies (code -> name) and the indicators that a group may name."""

    bodies: Mapping[str, str]
    indicators: Collection[str]


@dataclass(frozen=True)
class GroupFile:
    """What a file of groups holds, and what is wrong with it."""

    rows: list[GroupRow]
    problems: list[Problem]

    @property
    def is_refused(self) -> bool:
        return any(problem.severity is Severity.ERROR for problem in self.problems)


def read_groups(data: bytes, reference: GroupReference) -> GroupFile:
    """Every membership of a file, and every problem; a file with one error is refused whole."""
    lines, problems = read_table(
        data, required=("organisme", "critere", "groupe", "depuis"), optional=("jusqu_au", "source")
    )
    rows: list[GroupRow] = []
    for line in lines:
        row, found = _read_line(line, reference)
        problems += found
        if row is not None:
            problems += _overlaps(line, row, rows)
            rows.append(row)
    if not lines and not problems:
        problems.append(Problem(Severity.ERROR, "no_row", None, "", "aucun groupe", "une ligne par organisme", ""))
    return GroupFile(rows, problems)


def ends_before(later: GroupRow) -> date:
    """The day before a membership begins: where the one it follows ends."""
    return later.since - timedelta(days=1)


def _read_line(line: Line, reference: GroupReference) -> tuple[GroupRow | None, list[Problem]]:
    problems: list[Problem] = []
    error = Severity.ERROR
    body, value = line.cells["organisme"], line.cells["groupe"]
    code = next((one for one in (body, body.upper()) if one in reference.bodies), "")
    if not code:
        padded = body.zfill(3)
        mend = f"sans doute {quoted(padded)}" if padded in reference.bodies else ""
        problems.append(line.problem(error, "unknown_body", "organisme", "le code d'un organisme", mend))
    key = _key(line.cells["critere"], reference.indicators)
    if not key:
        expected = f"{listing(list(KEYS))}, ou {CONCERNED}CODE d'un indicateur, comme {CONCERNED}F1-3"
        problems.append(line.problem(error, "unknown_key", "critere", expected))
    if not value or len(value) > _LONGEST_GROUP:
        problems.append(
            line.problem(error, "wrong_group", "groupe", f"un nom de groupe, {_LONGEST_GROUP} signes au plus")
        )
    since = _day(line, "depuis", problems)
    until = _day(line, "jusqu_au", problems) if line.cells.get("jusqu_au") else None
    if since and until and until < since:
        problems.append(line.problem(error, "dates_reversed", "jusqu_au", f"une date après le {_written(since)}"))
    if problems or since is None:
        return None, problems
    return GroupRow(line.number, code, key, value, since, until, line.cells.get("source", "")), problems


def _key(text: str, indicators: Collection[str]) -> str:
    """The criterion as it is stored; empty when it is none."""
    folded = fold(text)
    if folded in KEYS:
        return folded
    code = text.partition(":")[2].strip().upper()
    return f"{CONCERNED}{code}" if folded.startswith(CONCERNED) and code in indicators else ""


def _day(line: Line, column: str, problems: list[Problem]) -> date | None:
    """A day, 2014-01-31 or 31/01/2014."""
    text = line.cells.get(column, "")
    day, _, rest = text.partition("/")
    month, _, year = rest.partition("/")
    try:
        return date.fromisoformat(text) if "-" in text else date(int(year), int(month), int(day))
    except ValueError:
        problems.append(line.problem(Severity.ERROR, "wrong_day", column, "une date, comme 2014-01-31 ou 31/01/2014"))
        return None


def _overlaps(line: Line, row: GroupRow, known: list[GroupRow]) -> list[Problem]:
    """Two memberships of a body by one criterion at the same time, in the file; open ones follow one another."""
    for other in known:
        if (other.body, other.key) != (row.body, row.key):
            continue
        first, second = sorted((other, row), key=lambda one: one.since)
        if first.since == second.since or (first.until is not None and first.until >= second.since):
            expected = f"une date hors de celles de la ligne {other.line}, pour le même organisme et le même critère"
            return [line.problem(Severity.ERROR, "overlap", "depuis", expected)]
    return []


def _written(day: date) -> str:
    return day.isoformat()
