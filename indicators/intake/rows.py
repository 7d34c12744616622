"""From the records of a file to rows and problems. The same door for a CSV and for a workbook's sheet.

PURE. Cells repeat a great deal (116 measures, 103 bodies, some periods): what a text means is found once.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

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
from indicators.intake.reference import NATIONAL, Reference

LONG_CSV, LONG_XLSX, TEMPLATE = "long_csv", "long_xlsx", "modele"
"""Forms of a file; the codes of `BatchForm`."""


class Record(NamedTuple):
    """Line of the file (a number of its own), and its cells, or what keeps them from being read.

    `problems`: what the cells of a workbook hold beside their text (a formula, an error). An error of a column stands
    in the place of what its text would give.
    """

    line: int
    cells: Sequence[str] | Problem
    problems: Sequence[Problem] = ()


class Identity(NamedTuple):
    """What a template says it is: its convention, quarter, body, and the version of its making."""

    convention: str
    period: str
    body: str
    version: str


Locate = Callable[[int, str], tuple[str, str]]
"""Of a workbook: line and label of a column (empty: the value's) -> sheet and cell."""

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
    form: str = LONG_CSV
    template: Identity | None = None

    @property
    def is_refused(self) -> bool:
        """Whether nothing may be accepted from this file."""
        return self.errors > 0


def unusable(*problems: Problem, form: str = LONG_CSV) -> Intake:
    """A file whose rows cannot even be looked at."""
    return Intake([], list(problems), errors=len(problems), form=form)


def read_records(
    records: Iterable[Record],
    header: Header,
    reference: Reference,
    *,
    only: str | None = None,
    checks: Sequence[WholeFileCheck] = (),
    locate: Locate | None = None,
    notes: Callable[[], Iterable[Problem]] = tuple,
) -> Intake:
    """Check every record under a usable header, then the file as a whole; finds all the problems at once.

    `checks` are more checks of the file as a whole: those that need what is already known (`semantics`). `notes`: what
    is known of the file once its last record was read.
    """
    reader = _Reader(reference, only, checks, locate)
    for problem in header.problems:
        reader.report.add(problem)
    for line, cells, problems in records:
        if isinstance(cells, Problem):
            reader.refuse(line, cells)
        elif len(cells) != header.width and (misfit := _wrong_width(cells, header.width)):
            reader.refuse(line, misfit)
        else:
            reader.read(line, problems, *header.pick(cells))
    for problem in notes():
        reader.report.add(problem)
    return reader.finish()


class _Reader:
    """One reading of one file."""

    def __init__(
        self, reference: Reference, only: str | None, file_checks: Sequence[WholeFileCheck], locate: Locate | None
    ) -> None:
        checks = CellChecks(reference, only)
        self.report = Report()
        self._locate = locate
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
        self._sampled = {code: info.sampled for code, info in reference.measures.items() if info.sampled}
        self._figure = lru_cache(maxsize=_MEMORY)(lambda kind, text: _figure(checks, kind, text))

    def read(
        self, line: int, problems: Sequence[Problem], measure: str, body: str, period: str, breakdown: str, value: str
    ) -> None:
        """Check the five cells of a line, and keep the row they make."""
        what, of_measure = self._measure(None, measure)
        who, of_body = self._body(what, body)
        when, of_period = self._period(what, period)
        part, of_breakdown = self._breakdown(what, breakdown)
        number, statement, reported, of_value = self._figure(self._kind(what), value)
        if of_body and what and self._is_sampled(what, part):
            of_body = tuple(problem for problem in of_body if problem.code != "wrong_level" or who != NATIONAL)
        found = of_measure + of_body + of_period + of_breakdown + of_value
        if problems:
            known = {problem.column for problem in problems if problem.severity is Severity.ERROR}
            found = (*problems, *(problem for problem in found if problem.column not in known))
        for problem in found:
            self._add(problem, line)
        kept = self._rows
        if found and any(problem.severity is Severity.ERROR for problem in found):
            self._refused += 1
            kept = self._refused_keys
        elif not reported:
            self._unreported += 1
        if reported and what and who and when and part is not None:
            sheet, cell = self._locate(line, "") if self._locate else ("", "")
            kept.append(Row(line, what, who, when, part, number, statement, sheet, cell))

    def _is_sampled(self, measure: str, breakdown: str | None) -> bool:
        """Whether the whole may report this part of a measure of the caisses, from a national sample."""
        keys = self._sampled.get(measure, ())
        return any(pair.partition("=")[0] in keys for pair in (breakdown or "").split(";"))

    def refuse(self, line: int, problem: Problem) -> None:
        """A line whose cells cannot be told apart."""
        self._add(problem, line)
        self._refused += 1

    def finish(self) -> Intake:
        """Check the file as a whole, and hand everything over."""
        keyed = sorted([*self._rows, *self._refused_keys], key=_line) if self._refused_keys else self._rows
        refused = {row.line for row in self._refused_keys}
        blamed = set()
        for check in self._file_checks:
            for problem in check(keyed):
                self._add(problem, problem.line)
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

    def _add(self, problem: Problem, line: int | None) -> None:
        if self._locate is not None and line is not None and not problem.cell:
            sheet, cell = self._locate(line, problem.column)
            problem = replace(problem, sheet=sheet, cell=cell)
        self.report.add(problem, line)


def _line(row: Row) -> int:
    return row.line


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
