"""From the records of a file to rows and problems. The same door for a CSV and for a workbook's sheet.

PURE. Cells repeat a great deal (116 measures, 103 bodies, some periods): what a text means is found once.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from indicators.intake.checks import (
    WHOLE_FILE_CHECKS,
    CellChecks,
    Figure,
    Reading,
    Row,
    WholeFileCheck,
    control_characters,
)
from indicators.intake.columns import BODY, BREAKDOWN, MEASURE, PERIOD, VALUE, Column, Header
from indicators.intake.messages import Problem, Report, Severity
from indicators.intake.reference import Reference

Record = tuple[int, Sequence[str] | Problem]
"""Line of the file, and its cells, or what keeps them from being read."""

_MEMORY = 1 << 15


@dataclass(frozen=True, slots=True)
class Intake:
    """What a file gives. With one error or more the whole file is refused, whatever `rows` holds.

    Every line that is not blank is in one of three places: `rows`, `refused` (it has an error), `unreported`
    (valid, with an empty value). `errors` and `warnings` also count those that `problems` no longer lists.
    """

    rows: list[Row]
    problems: list[Problem]
    refused: int = 0
    unreported: int = 0
    errors: int = 0
    warnings: int = 0

    @property
    def is_refused(self) -> bool:
        """Whether nothing may be accepted from this file."""
        return self.errors > 0


def unusable(*problems: Problem) -> Intake:
    """A file whose rows cannot even be looked at."""
    return Intake([], list(problems), errors=len(problems))


def read_records(
    records: Iterable[Record],
    header: Header,
    reference: Reference,
    *,
    only: str | None = None,
    checks: Sequence[WholeFileCheck] = (),
) -> Intake:
    """Check every record under a usable header, then the file as a whole; finds all the problems at once.

    `checks` are more checks of the file as a whole: those that need what is already known (`semantics`).
    """
    reader = _Reader(reference, only, checks)
    for problem in header.problems:
        reader.report.add(problem)
    for line, cells in records:
        if isinstance(cells, Problem):
            reader.refuse(line, cells)
        elif len(cells) != header.width and (misfit := _wrong_width(cells, header.width)):
            reader.refuse(line, misfit)
        else:
            reader.read(line, *header.pick(cells))
    return reader.finish()


class _Reader:
    """One reading of one file."""

    def __init__(self, reference: Reference, only: str | None, file_checks: Sequence[WholeFileCheck]) -> None:
        checks = CellChecks(reference, only)
        self.report = Report()
        self._file_checks = (*WHOLE_FILE_CHECKS, *file_checks)
        self._rows: list[Row] = []
        self._refused_keys: list[Row] = []
        self._refused = 0
        self._unreported = 0
        self._kind = lru_cache(maxsize=_MEMORY)(checks.kind)
        self._measure = _remembered(MEASURE, lambda _, text: checks.measure(text))
        self._body = _remembered(BODY, checks.body)
        self._period = _remembered(PERIOD, checks.period)
        self._breakdown = _remembered(BREAKDOWN, checks.breakdown)
        self._figure = lru_cache(maxsize=_MEMORY)(lambda kind, text: _figure(checks, kind, text))

    def read(self, line: int, measure: str, body: str, period: str, breakdown: str, value: str) -> None:
        """Check the five cells of a line, and keep the row they make."""
        what, of_measure = self._measure(None, measure)
        who, of_body = self._body(what, body)
        when, of_period = self._period(what, period)
        part, of_breakdown = self._breakdown(what, breakdown)
        number, statement, reported, of_value = self._figure(self._kind(what), value)
        problems = of_measure + of_body + of_period + of_breakdown + of_value
        for problem in problems:
            self.report.add(problem, line)
        kept = self._rows
        if problems and any(problem.severity is Severity.ERROR for problem in problems):
            self._refused += 1
            kept = self._refused_keys
        elif not reported:
            self._unreported += 1
        if reported and what and who and when and part is not None:
            kept.append(Row(line, what, who, when, part, number, statement))

    def refuse(self, line: int, problem: Problem) -> None:
        """A line whose cells cannot be told apart."""
        self.report.add(problem, line)
        self._refused += 1

    def finish(self) -> Intake:
        """Check the file as a whole, and hand everything over."""
        keyed = sorted([*self._rows, *self._refused_keys]) if self._refused_keys else self._rows
        refused = {row.line for row in self._refused_keys}
        blamed = set()
        for check in self._file_checks:
            for problem in check(keyed):
                self.report.add(problem)
                if problem.severity is Severity.ERROR and problem.line not in refused:
                    blamed.add(problem.line)
        rows = [row for row in self._rows if row.line not in blamed] if blamed else self._rows
        return Intake(
            rows=rows,
            problems=self.report.problems(),
            refused=self._refused + len(blamed),
            unreported=self._unreported,
            errors=self.report.errors,
            warnings=self.report.warnings,
        )


def _remembered(
    column: Column, check: Callable[[str | None, str], Reading[str]]
) -> Callable[[str | None, str], Reading[str]]:
    """The check of a column, with that of control characters before it, worked out once for each text."""

    def guarded(measure: str | None, text: str) -> Reading[str]:
        problems = control_characters(column, text)
        return Reading(None, problems) if problems else check(measure, text)

    return lru_cache(maxsize=_MEMORY)(guarded)


def _figure(checks: CellChecks, kind: str | None, text: str) -> Figure:
    problems = control_characters(VALUE, text)
    return Figure(problems=problems) if problems else checks.figure(kind, text)


def _wrong_width(cells: Sequence[str], width: int) -> Problem | None:
    """Too few cells, or too many that hold something."""
    extra = [cell for cell in cells[width:] if cell.strip()]
    if len(cells) > width and not extra:
        return None
    mend = "complétez la ligne : une cellule vide garde son séparateur"
    if extra:
        mend = "un texte qui contient le séparateur (virgule décimale, ventilation) s'écrit entre guillemets"
    found = f"{len(cells)} cellule{'s' if len(cells) > 1 else ''}"
    expected = f"{width} cellules, comme dans l'en-tête"
    return Problem(Severity.ERROR, "wrong_width", None, "", found, expected, mend)
