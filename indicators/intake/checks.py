"""The checks of a row, cell by cell, and those of a whole file; each returns all the problems it finds.

PURE. Nothing is guessed: what may be read in two ways is a problem, with advice. `rows` gives it its line.
"""

import difflib
import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Generic, NamedTuple, TypeVar

from cog.figures import MAX_DIGITS, NumberError, decimals_of, parse_french_decimal
from cog.periods import EXPECTED_FORMS, Granularity, Period, PeriodError, format_date, parse
from indicators.intake.columns import BODY, BREAKDOWN, MEASURE, PERIOD, VALUE, Column, fold
from indicators.intake.messages import Problem, Severity, listing, quoted
from indicators.intake.reference import NATIONAL, Breakdowns, MeasureInfo, Reference

NOT_CONCERNED = "NS"
NOT_AVAILABLE = "ND"
STATEMENTS = (NOT_AVAILABLE, NOT_CONCERNED)

MAX_DECIMALS = 15
MAX_BREAKDOWN = 120
_MAX_KEPT = 200  # characters of a cell in a report
_MAX_SUGGESTIONS = 300  # difflib is slow: past that many unknown codes, the file is another file

_BRANCH = ("caisse", "cnaf", "certi", "cnedi", "pole")
_LEVEL_KINDS = {"caisse": ("caisse",), "organisation": _BRANCH, "national": (NATIONAL,)}
_LEVEL_WORDS = {
    "caisse": "une caisse, pour cette donnée remontée par chaque caisse",
    "organisation": "un organisme de la branche (caisse, Cnaf, Certi, Cnedi, pôles), pour cette donnée",
    "national": f"« {NATIONAL} », pour cette donnée qui n'existe que pour l'ensemble",
}
_RHYTHM_WORDS = {
    Granularity.DAY: "un jour, ou une période plus longue",
    Granularity.MONTH: "un mois, ou une période plus longue",
    Granularity.QUARTER: "un trimestre, ou une période plus longue",
    Granularity.SEMESTER: "un semestre ou une année",
    Granularity.YEAR: "une année",
}
_NUMBER_WORDS = f"un nombre, « {NOT_AVAILABLE} », « {NOT_CONCERNED} » ou une cellule vide"

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_WORD = re.compile(r"[a-z0-9_]+")
_SHAPE_OF_A_NUMBER = re.compile(r"[-+\u2212]?[0-9 ]+([.,][0-9]+)?")

T = TypeVar("T")


class Row(NamedTuple):
    """« valeur remontée » as read on a line: canonical codes, and a number or a statement (NS, ND)."""

    line: int
    measure: str
    body: str
    period: str
    breakdown: str
    value: Decimal | None
    statement: str
    sheet: str = ""  # of a workbook, with the cell of the value
    cell: str = ""


class Reading(NamedTuple, Generic[T]):
    """What a cell says (None: it cannot be read), and its problems."""

    value: T | None
    problems: tuple[Problem, ...] = ()


class Figure(NamedTuple):
    """What a cell of the column `valeur` says; `reported` is False for an empty one."""

    value: Decimal | None = None
    statement: str = ""
    reported: bool = True
    problems: tuple[Problem, ...] = ()


class CellChecks:
    """The checks of one cell against the reference; `only` is the code of the one caisse that may send."""

    def __init__(self, reference: Reference, only: str | None = None) -> None:
        self._reference = reference
        self._only = only
        self._measures = {fold(code): code for code in reference.measures}
        self._bodies = {fold(code): code for code in (*reference.bodies, NATIONAL)}
        self._suggestions = 0

    def measure(self, text: str) -> Reading[str]:
        """The code of a measure of the convention."""
        code = self._measures.get(MEASURE.clean(text))
        if code is not None:
            return Reading(code)
        mend = self._suggest(text, self._measures) or "voyez la liste des données de base"
        return _refused("unknown_measure", MEASURE, text, "le code d'une donnée de base de la convention", mend)

    def body(self, measure: str | None, text: str) -> Reading[str]:
        """The code of a body that may report this measure (None: a measure that could not be read)."""
        code = self._bodies.get(BODY.clean(text))
        if code is None:
            expected = f"le code d'une caisse (« 011 »), d'un organisme de la branche, ou « {NATIONAL} »"
            return _refused("unknown_body", BODY, text, expected, self._mend_body(text.strip()))
        problems = []
        if self._only is not None and code != self._only:
            expected = f"« {self._only} », la seule caisse de cet envoi"
            mend = "retirez les lignes d'une autre caisse, ou envoyez-les à part"
            problems.append(_error("other_body", BODY, text, expected, mend))
        info = self._info(measure)
        kind = NATIONAL if code == NATIONAL else self._reference.bodies[code]
        if info is not None and kind not in _LEVEL_KINDS[info.level]:
            mend = f"vérifiez la donnée ({quoted(measure or '')}) et l'organisme"
            problems.append(_error("wrong_level", BODY, text, _LEVEL_WORDS[info.level], mend))
        return Reading(code, tuple(problems))

    def period(self, measure: str | None, text: str) -> Reading[str]:
        """A period of the time covered, not finer than the measure is kept."""
        try:
            period = parse(PERIOD.clean(text))
        except PeriodError:
            mend = "écrivez l'année sur quatre chiffres, puis le trimestre, le mois ou le jour"
            return _refused("unreadable_period", PERIOD, text, EXPECTED_FORMS, mend)
        problems = [*self._outside(period, text)]
        info = self._info(measure)
        if info is not None and period.granularity < info.finest_period:
            example = quoted(str(Period.containing(period.start, info.finest_period)))
            expected = f"{_RHYTHM_WORDS[info.finest_period]} (comme {example})"
            mend = f"la donnée {quoted(measure or '')} n'est pas suivie plus finement"
            problems.append(_error("period_too_fine", PERIOD, text, expected, mend))
        return Reading(str(period), tuple(problems))

    def breakdown(self, measure: str | None, text: str) -> Reading[str]:
        """`key=value` pairs that the measure has, in canonical form; an empty cell is the total."""
        cleaned = BREAKDOWN.clean(text)
        if not cleaned:
            return Reading("")
        pairs = [_pair(part) for part in cleaned.split(";")]
        keys = [key for key, _ in pairs]
        if not all(key and value for key, value in pairs):
            expected = "des paires « cle=valeur » séparées par « ; », ou une cellule vide"
            return _refused("unreadable_breakdown", BREAKDOWN, text, expected, "vérifiez chaque paire")
        if len(set(keys)) < len(keys):
            expected = "une seule valeur par clé de ventilation"
            mend = "écrivez une ligne par valeur de la ventilation"
            return _refused("repeated_breakdown_key", BREAKDOWN, text, expected, mend)
        info = self._info(measure)
        problems = [] if info is None else [*_unknown_pairs(info.breakdowns, pairs, text)]
        canonical = ";".join(f"{key}={value}" for key, value in sorted(pairs))
        if len(canonical) > MAX_BREAKDOWN:
            expected = f"au plus {MAX_BREAKDOWN} caractères"
            problems.append(_error("long_breakdown", BREAKDOWN, text, expected, "abrégez les valeurs"))
        return Reading(canonical, tuple(problems))

    def figure(self, kind: str | None, text: str) -> Figure:
        """A number that this kind of measure may take (None: not known), a statement, or nothing."""
        cleaned = VALUE.clean(text)
        if not cleaned:
            return Figure(reported=False)
        if cleaned.upper() in STATEMENTS:
            return Figure(statement=cleaned.upper())
        try:
            number = _number(cleaned)
        except NumberError as error:
            return Figure(problems=(_unreadable_number(cleaned, text, error),))
        return Figure(number, problems=tuple(_impossible_number(kind, number, text)))

    def kind(self, measure: str | None) -> str | None:
        """The kind of number a measure takes."""
        info = self._info(measure)
        return info.value_kind if info else None

    def _info(self, measure: str | None) -> MeasureInfo | None:
        return None if measure is None else self._reference.measures[measure]

    def _outside(self, period: Period, text: str) -> Iterator[Problem]:
        first, end = self._reference.first_year, self._reference.end
        if period.year < first:
            expected = f"une période à partir de {first}"
            yield _error("period_too_early", PERIOD, text, expected, "vérifiez l'année")
        if period.end > end:
            expected = f"une période terminée au plus tard le {format_date(end)}, fin de la convention"
            yield _error("period_too_late", PERIOD, text, expected, "vérifiez l'année")

    def _mend_body(self, text: str) -> str:
        padded = text.zfill(3)
        if padded != text and padded in self._reference.bodies:
            return f"un tableur a sans doute retiré le zéro du début : écrivez {quoted(padded)}"
        begun = [code for code in self._reference.bodies if code.startswith(text)] if len(text) == 2 else []
        if begun:
            return f"vouliez-vous {listing(begun)} ?"
        return self._suggest(text, self._bodies) or "voyez la liste des organismes"

    def _suggest(self, text: str, codes: dict[str, str]) -> str:
        if not text.strip() or len(text) > 80 or self._suggestions >= _MAX_SUGGESTIONS:
            return ""
        self._suggestions += 1
        close = difflib.get_close_matches(fold(text), codes, n=1, cutoff=0.7)
        return f"vouliez-vous {quoted(codes[close[0]])} ?" if close else ""


def _number(text: str) -> Decimal:
    if len(text) <= MAX_DIGITS and text.isascii() and text.isdigit():  # nearly all of them, six times faster
        return Decimal(text)
    if "%" in text:
        raise NumberError(text, f"{_NUMBER_WORDS}, sans signe %")
    return parse_french_decimal(text, unit="")


def _unreadable_number(cleaned: str, text: str, error: NumberError) -> Problem:
    digits = sum(character.isdigit() for character in cleaned)
    if "%" in cleaned:
        mend = "écrivez la quantité remontée elle-même : les taux sont calculés"
        return _error("percent", VALUE, text, error.expected, mend)
    if digits > MAX_DIGITS and _SHAPE_OF_A_NUMBER.fullmatch(cleaned):
        return _error("too_many_digits", VALUE, text, error.expected, "arrondissez la valeur")
    mend = f"sans unité ; sinon « {NOT_AVAILABLE} » (non disponible) ou « {NOT_CONCERNED} » (sans objet)"
    return _error("unreadable_value", VALUE, text, error.expected, mend)


def _impossible_number(kind: str | None, number: Decimal, text: str) -> Iterator[Problem]:
    if number % 1 and decimals_of(number) > MAX_DECIMALS:
        yield _error("out_of_range", VALUE, text, f"au plus {MAX_DECIMALS} décimales", "arrondissez la valeur")
    if kind == "flag" and number not in (0, 1):
        yield _error("not_a_flag", VALUE, text, "« 1 » pour oui ou « 0 » pour non", "corrigez la valeur")
    if kind == "count" and number < 0:
        yield _error("negative_count", VALUE, text, "un dénombrement, jamais négatif", "vérifiez le signe")
    if kind == "count" and number % 1:
        whole = "le point et la virgule annoncent des décimales ; séparez les milliers par une espace"
        yield _error("fractional_count", VALUE, text, "un dénombrement, donc un nombre entier", whole)
    if kind in ("amount", "average") and number < 0:
        mend = "vérifiez le signe ; si la valeur est bien négative, acceptez l'avertissement"
        yield _problem(Severity.WARNING, "negative_amount", VALUE, text, "d'ordinaire une valeur positive", mend)


def _pair(part: str) -> tuple[str, str]:
    key, _, value = part.partition("=")
    return key.strip(), value.strip()


def _unknown_pairs(known: Breakdowns, pairs: list[tuple[str, str]], text: str) -> Iterator[Problem]:
    if not known:
        expected = "une cellule vide : cette donnée n'a pas de ventilation"
        yield _error("unknown_breakdown", BREAKDOWN, text, expected, "videz la cellule, ou vérifiez la donnée")
        return
    for key, value in pairs:
        if key not in known:
            expected = f"la clé {listing(sorted(known))}"
            yield _error("unknown_breakdown", BREAKDOWN, text, expected, f"corrigez la clé {quoted(key)}")
        elif known[key] and value not in known[key]:
            expected = f"pour {quoted(key)} : {listing(sorted(known[key]))}"
            yield _error("unknown_breakdown_value", BREAKDOWN, text, expected, f"corrigez {quoted(value)}")
        elif not _WORD.fullmatch(value):
            expected = f"pour {quoted(key)} : des lettres sans accent, des chiffres ou « _ »"
            yield _error("unknown_breakdown_value", BREAKDOWN, text, expected, f"corrigez {quoted(value)}")


def control_characters(column: Column, text: str) -> tuple[Problem, ...]:
    """A cell must not hold NUL, tabulations or other control characters."""
    if not _CONTROL.search(text):
        return ()
    expected = "un texte sans caractère de contrôle"
    return (_error("control_character", column, text, expected, "ressaisissez la cellule"),)


WholeFileCheck = Callable[[Sequence[Row]], Iterator[Problem]]


def one_line_per_value(rows: Sequence[Row]) -> Iterator[Problem]:
    """A value is given once in a file, even when both lines say the same."""
    first_lines: dict[tuple[object, ...], int] = {}
    for row in rows:
        first = first_lines.setdefault(row[1:5], row.line)
        if first != row.line:
            key = ", ".join(part or "total" for part in (row.measure, row.body, row.period, row.breakdown))
            yield Problem(
                Severity.ERROR,
                "duplicate",
                row.line,
                "",
                f"une deuxième valeur pour la clé de la ligne {first} ({key})",
                "une seule ligne par donnée, organisme, période et ventilation",
                f"supprimez la ligne {first} ou la ligne {row.line}",
            )


WHOLE_FILE_CHECKS: tuple[WholeFileCheck, ...] = (one_line_per_value,)
"""Each gets every line whose key was read, in order; where the value was not, it is None without a statement.
Each problem names the line it blames: an error takes that line out of the rows.

Checks between measures (numerator above denominator, sums of breakdowns) and with the history are added here.
"""


def _refused(code: str, column: Column, text: str, expected: str, mend: str) -> Reading[str]:
    return Reading(None, (_error(code, column, text, expected, mend),))


def _error(code: str, column: Column, text: str, expected: str, mend: str) -> Problem:
    return _problem(Severity.ERROR, code, column, text, expected, mend)


def _problem(severity: Severity, code: str, column: Column, text: str, expected: str, mend: str) -> Problem:
    return Problem(severity, code, None, column.label, text[:_MAX_KEPT], expected, mend)
