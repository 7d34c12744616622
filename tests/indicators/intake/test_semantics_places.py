"""Where a problem is placed and what it says, word for word; the periods to come; the order of the lines."""

import re
from datetime import date
from decimal import Decimal

import pytest

from indicators.intake.checks import Row
from indicators.intake.relations import Relations
from tests.indicators.intake.conftest import CONVENTION
from tests.indicators.intake.semantic_cases import find, find_in, rows_of, said

CHECKS = ("checks", "shares", "sums", "history", "semantics")
BEFORE = r"Severity\.[A-Z]+,\s+|severity, |_(?:error|refused|doubt)\((?:row, )?|code = |else "
CODE = re.compile(f'(?:{BEFORE})"([a-z]+_[a-z_0-9]+|duplicate|percent)"')
OLD_LABEL = "« Pièces (prestations légales et action sociale) traitées » (pieces_traitees)"
BOTH = "l'un est une partie de l'autre (F10-21) : vérifiez les deux valeurs, peut-être inversées"
ABOVE = ["pieces_traitees_15j,011,2014-01,,1200", "pieces_traitees,011,2014-01,,1000"]


def messages(relations: Relations, file: list[str], known: list[str]) -> list[str]:
    return [str(problem).replace("\u202f", " ").replace("\u00a0", " ") for problem in find(relations, file, known)]


@pytest.mark.parametrize(
    ("file", "known", "message"),
    [
        (ABOVE, [],
         "ligne 2, colonne valeur : trouvé « 1 200 » ; "
         f"attendu au plus 1 000, la valeur de {OLD_LABEL}, ligne 3 ; {BOTH}"),
        (ABOVE[:1], ABOVE[1:],
         "ligne 2, colonne valeur : trouvé « 1 200 » ; "
         f"attendu au plus 1 000, la valeur de {OLD_LABEL}, déjà acceptée ; {BOTH}"),
        (ABOVE[1:], ABOVE[:1],
         "ligne 2, colonne valeur : trouvé « 1 000 » ; attendu au moins 1 200, la valeur de « Pièces "
         "(prestations légales et action sociale) traitées dans un délai inférieur ou égal à 15 jours ouvrés » "
         f"(pieces_traitees_15j), déjà acceptée ; {BOTH}"),
    ],
)  # fmt: skip
def test_a_share_names_the_other_value(relations: Relations, file: list[str], known: list[str], message: str) -> None:
    assert messages(relations, file, known) == [message]


def test_a_problem_is_placed_at_the_cell_of_a_workbook(relations: Relations) -> None:
    rows = [
        Row(5, "pieces_traitees_15j", "011", "2014-01", "", Decimal(1200), "", "F10-21", "D5"),
        Row(6, "pieces_traitees", "011", "2014-01", "", Decimal(1000), "", "F10-21", "D6"),
    ]
    (problem,) = find_in(relations, rows)
    assert (problem.line, problem.sheet, problem.cell, problem.column) == (5, "F10-21", "D5", "valeur")
    assert str(problem).startswith("feuille « F10-21 », cellule D5, colonne valeur : trouvé « 1\u202f200 »")
    assert "cellule D6 de la feuille « F10-21 »" in problem.expected


@pytest.mark.parametrize(
    ("period", "today", "to_come"),
    [
        ("2014-04", date(2014, 3, 31), True),
        ("2014-04", date(2014, 4, 1), False),
        ("2014", date(2014, 1, 1), False),  # begun: forecasts and cumulative values are sent before the end
        ("2014", date(2013, 12, 31), True),
        ("2014-T2", date(2014, 3, 31), True),
    ],
)
def test_a_period_that_has_not_begun_is_an_error(relations: Relations, period: str, today: date, to_come: bool) -> None:
    problems = find(relations, [f"visites,011,{period},,12", "visites,011,2013-01,,12"], today=today)
    assert said(problems) == ([("error", "period_to_come", 2)] if to_come else [])
    assert [(problem.column, problem.found) for problem in problems] == ([("periode", period)] if to_come else [])


def test_the_values_of_a_line_that_is_refused_are_not_compared(relations: Relations) -> None:
    rows = rows_of([ABOVE[0]])
    unread = Row(3, "pieces_traitees", "011", "2014-01", "", None, "")
    assert find_in(relations, [*rows, unread], known=[ABOVE[1]]) == []


def test_only_the_partners_and_the_bodies_of_the_file_are_asked_for(relations: Relations) -> None:
    from indicators.intake.semantics import file_check

    asked = []
    check = file_check(relations, lambda body, measures: asked.append((body, measures)) or {}, today=date(2026, 1, 1))
    list(check(rows_of(["visites,021,2014-01,,1", "ram,011,2014,,1"])))
    assert asked == [("011", {"ram"}), ("021", {"visites", "visites_attente_20min"})]


def test_every_check_is_told_to_those_who_meet_it() -> None:
    """Codes are told in docs/controles.md, and the page tells no other."""
    intake = CONVENTION.parents[1] / "indicators" / "intake"
    sources = [(intake / f"{name}.py").read_text(encoding="utf-8") for name in CHECKS]
    codes = {code for source in sources for code in CODE.findall(source)}
    page = (CONVENTION.parents[1] / "docs" / "controles.md").read_text(encoding="utf-8")
    told = {code for line in page.splitlines() for code in re.findall(r"`([a-z_0-9]+)`", line.partition(" | ")[0])}
    assert told == codes
