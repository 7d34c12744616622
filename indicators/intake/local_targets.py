"""Cpog targets as people send them: `indicateur, caisse, annee, seuil`, and `sens`, `source` where they are said.

PURE. A blank threshold says nothing; `ND` takes the target back. The whole file is checked, every problem told at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from cog.figures import NumberError, Operator, format_exact, parse_french_decimal
from indicators.intake.messages import Problem, Severity, listing, quoted
from indicators.intake.small_table import Line, read_table

WITHDRAWN = "ND"
_SIDES = {
    ">=": Operator.AT_LEAST, "≥": Operator.AT_LEAST, "au moins": Operator.AT_LEAST, "minimum": Operator.AT_LEAST,
    "<=": Operator.AT_MOST, "≤": Operator.AT_MOST, "au plus": Operator.AT_MOST, "maximum": Operator.AT_MOST,
    "=": Operator.EQUAL, "égal à": Operator.EQUAL, "egal a": Operator.EQUAL,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class IndicatorInfo:
    """What an entry is checked against. `operator`: the side the convention's own target, or the sheet, gives.

    `asked`: year -> what the convention asks that year, in the unit of the sheet, where it asks something.
    """

    is_result: bool
    local: bool
    unit: str
    operator: Operator
    asked: Mapping[int, Decimal]


@dataclass(frozen=True, slots=True)
class TargetReference:
    """The indicators, the caisses (code -> name) and the years that a target may name."""

    indicators: Mapping[str, IndicatorInfo]
    caisses: Mapping[str, str]
    years: range


class TargetRow(NamedTuple):
    """One target that reads; `threshold` is None where it is taken back."""

    line: int
    indicator: str
    body: str
    year: int
    operator: Operator
    threshold: Decimal | None
    source: str


@dataclass(frozen=True)
class TargetFile:
    """What a file of targets holds, and what is wrong with it."""

    rows: list[TargetRow]
    problems: list[Problem]

    @property
    def is_refused(self) -> bool:
        return any(problem.severity is Severity.ERROR for problem in self.problems)


def read_targets(data: bytes, reference: TargetReference) -> TargetFile:
    """Every target of a file, and every problem; a file with one error is refused whole."""
    lines, problems = read_table(data, required=("indicateur", "caisse", "annee", "seuil"), optional=("sens", "source"))
    rows: list[TargetRow] = []
    first: dict[tuple[str, str, int], int] = {}
    for line in lines:
        row, found = _read_line(line, reference)
        problems += found
        if row is None:
            continue
        key = (row.indicator, row.body, row.year)
        if key in first:
            expected = f"une seule ligne pour {row.indicator}, {row.body}, {row.year} (déjà à la ligne {first[key]})"
            problems.append(line.problem(Severity.ERROR, "duplicate", "seuil", expected, "garder l'une des deux"))
            continue
        first[key] = row.line
        rows.append(row)
    if not lines and not problems:
        problems.append(Problem(Severity.ERROR, "no_row", None, "", "aucune cible", "une ligne par cible", ""))
    return TargetFile(rows, problems)


def read_threshold(text: str, unit: str) -> Decimal:
    """A threshold typed by a person, in the unit of the sheet. Raises NumberError."""
    return parse_french_decimal(text, unit=unit)


def doubts(info: IndicatorInfo, year: int, threshold: Decimal) -> list[tuple[str, str, str]]:
    """What may be a slip in a threshold that reads: (code, expected, how to mend), in French."""
    found = []
    asked = info.asked.get(year)
    if info.unit == "%" and 0 < threshold <= 1 and (asked is None or abs(asked) > 5):
        mend = f"lu {format_exact(threshold)} % : écrire {format_exact(threshold * 100)} si c'est un taux"
        found.append(("ratio_for_percent", "un pourcentage, comme 85", mend))
    elif info.unit == "%" and threshold > 100 and (asked is None or asked <= 100):
        found.append(("above_hundred", "au plus 100 %", "vérifier la valeur"))
    elif asked is not None and asked > 0 and (threshold > asked * 1000 or 0 < threshold * 1000 < asked):
        mend = f"la convention demande {format_exact(asked)} : vérifier l'unité ({info.unit})"
        found.append(("other_scale", "une valeur du même ordre que la cible de la convention", mend))
    return found


def _read_line(line: Line, reference: TargetReference) -> tuple[TargetRow | None, list[Problem]]:
    """The target of a line; None for a blank threshold, or when something in the line does not read."""
    problems: list[Problem] = []
    error = Severity.ERROR
    code, body, text = line.cells["indicateur"].upper(), line.cells["caisse"].upper(), line.cells["seuil"]
    info = reference.indicators.get(code)
    if info is None:
        mend = f"par exemple {listing(list(reference.indicators)[:3])}"
        problems.append(
            line.problem(error, "unknown_indicator", "indicateur", "un code d'indicateur de l'annexe 3", mend)
        )
    if body not in reference.caisses:
        padded = body.zfill(3)
        mend = (
            f"sans doute {quoted(padded)}" if padded in reference.caisses else "le code tient trois chiffres au moins"
        )
        problems.append(line.problem(error, "unknown_body", "caisse", "le code d'une caisse", mend))
    year = int(line.cells["annee"]) if line.cells["annee"].isdecimal() and len(line.cells["annee"]) == 4 else 0
    if year not in reference.years:
        expected = f"une année de {reference.years[0]} à {reference.years[-1]}"
        problems.append(line.problem(error, "wrong_year", "annee", expected))
    side = line.cells.get("sens", "").lower()
    if side and side not in _SIDES:
        problems.append(line.problem(error, "wrong_side", "sens", "« >= », « <= » ou « = », ou rien"))
    threshold: Decimal | None = None
    if text and text.upper() != WITHDRAWN:
        try:
            threshold = read_threshold(text, info.unit if info else "%")
        except NumberError as wrong:
            problems.append(line.problem(error, "not_a_number", "seuil", wrong.expected))
    if problems or not text or info is None:
        return None, problems
    if threshold is not None:
        problems += _warnings(line, info, year, threshold, side)
    row = TargetRow(
        line.number, code, body, year, _SIDES[side] if side else info.operator, threshold, line.cells.get("source", "")
    )
    return row, problems


def _warnings(line: Line, info: IndicatorInfo, year: int, threshold: Decimal, side: str) -> list[Problem]:
    """What a person must look at before accepting."""
    warning = Severity.WARNING
    found = [
        line.problem(warning, code, "seuil", expected, mend) for code, expected, mend in doubts(info, year, threshold)
    ]
    if not info.is_result:
        expected = "un indicateur de résultat : la convention (l. 12265) ne décline que ceux-là"
        found.append(line.problem(warning, "not_a_result", "indicateur", expected, "vérifier le code"))
    if not info.local:
        expected = "un indicateur qui a une valeur par caisse"
        mend = "la cible sera gardée, sans verdict : aucun résultat ne lui répond"
        found.append(line.problem(warning, "not_local", "indicateur", expected, mend))
    if side and _SIDES[side] is not info.operator:
        expected = f"« {info.operator} », le sens de la convention"
        found.append(line.problem(warning, "other_side", "sens", expected, "vérifier le sens"))
    return found
