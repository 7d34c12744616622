"""The workbook of an act: handed out, filled, read again, every problem at its cell."""

import zipfile
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from budgets.act_workbook import AMOUNT, HEADER_ROW, Identity, Line, read_act_workbook, write_act_workbook
from budgets.compute.entry import Stated
from cog.xlsx import WorkbookRefused

D = Decimal
IDENTITY = Identity("cog", "fnga", 2014, "execute", "M€")
LINES = [
    Line(1, "Titre", 0, is_stated=False),
    Line(2, "Frais", 1, is_stated=True, amount=D("12.345678"), national=D("1.5"), programme=D(12)),
    Line(3, "Intéressement", 1, is_stated=True, amount=D(0)),
    Line(4, "Recettes", 1, is_stated=True),
    Line(5, "TOTAL", 0, is_stated=False, parts=((2, 1), (3, 1), (4, -1)), amount=D("12.345678")),
]


def _workbook() -> bytes:
    return write_act_workbook(IDENTITY, LINES, title="Exécution 2014", advice="Remplir.")


def _changed(change: Any) -> bytes:
    book = openpyxl.load_workbook(BytesIO(_workbook()))
    change(book.worksheets[0], book)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def _cell(position: int, column: int = AMOUNT) -> str:
    return f"{'ABCDEFG'[column - 1]}{HEADER_ROW + position}"


def test_untouched_it_states_what_it_was_given() -> None:
    filled = read_act_workbook(_workbook(), IDENTITY, LINES)
    assert filled.problems == []
    assert filled.stated == {2: Stated(D("12.345678"), D("1.5")), 3: Stated(D(0))}  # a blank states nothing
    assert filled.totals == {}


def test_typed_numbers_are_french_numbers_and_totals_by_hand_are_kept() -> None:
    def change(sheet: Any, _: Any) -> None:
        sheet[_cell(2)] = "1 234,5"
        sheet[_cell(3)] = 3
        sheet[_cell(3, 7)] = "Accord du 3 mai."
        sheet[_cell(5)] = 1237.5

    filled = read_act_workbook(_changed(change), IDENTITY, LINES)
    assert filled.problems == []
    assert filled.stated == {2: Stated(D("1234.5"), D("1.5")), 3: Stated(D(3), None, "Accord du 3 mai.")}
    assert filled.totals == {5: D("1237.5")}


def test_every_problem_has_its_cell() -> None:
    def change(sheet: Any, _: Any) -> None:
        sheet[_cell(2)] = "beaucoup"
        sheet["A7"] = 99  # the row of line 3
        sheet["A8"] = 2
        sheet["E12"] = 4

    found = [str(problem) for problem in read_act_workbook(_changed(change), IDENTITY, LINES).problems]
    assert [problem.split(" ")[0] for problem in found] == ["E6", "A7", "A8", "E12"]
    assert "« beaucoup »" in found[0]


def test_a_sum_whose_formula_was_changed_is_seen() -> None:
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(_workbook())) as source, zipfile.ZipFile(stream, "w") as target:
        for item in source.infolist():
            data = source.read(item)
            if item.filename == "xl/worksheets/sheet1.xml":
                data = data.replace(b'<v>12.345678</v></c><c r="F9"', b'<v>13</v></c><c r="F9"')
            target.writestr(item, data)
    [problem] = read_act_workbook(stream.getvalue(), IDENTITY, LINES).problems
    assert problem.cell == "E9"
    assert "12,345678 M€, la somme de ses lignes" in problem.expected


@pytest.mark.parametrize(
    "other",
    [
        Identity("cog", "fnas", 2014, "execute", "k€"),
        Identity("cog", "fnga", 2015, "execute", "M€"),
        Identity("cog", "fnga", 2014, "prevision", "M€"),
        Identity("autre", "fnga", 2014, "execute", "M€"),
    ],
)
def test_the_workbook_of_another_act_is_refused(other: Identity) -> None:
    with pytest.raises(WorkbookRefused, match="un modèle pour"):
        read_act_workbook(_workbook(), other, LINES)


def test_a_workbook_that_is_no_template_is_refused() -> None:
    stream = BytesIO()
    openpyxl.Workbook().save(stream)
    with pytest.raises(WorkbookRefused, match="un autre classeur"):
        read_act_workbook(stream.getvalue(), IDENTITY, LINES)
