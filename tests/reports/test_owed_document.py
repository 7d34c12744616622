"""What two contents of a document differ in, and its workbook: plain contents, no database."""

from copy import deepcopy
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from reports.owed_document import counts, differences, document_workbook, said, substance

NUMBER = {"number": "84.9636", "shown": "84,96 %", "unit": "%"}
CONTENT: dict[str, Any] = {
    "title": "Tableau de bord",
    "convention": {"code": "cog", "title": "Convention"},
    "recipient": "Etat",
    "period_label": "1er trimestre 2014",
    "at": "2014-03-31",
    "source": "fiche 16",
    "seed_line": 3367,
    "note": "",
    "attachment": None,
    "simulated": False,
    "blocks": [
        {
            "kind": "indicators",
            "title": "Résultats",
            "source": "au 31 mars 2014",
            "tables": [
                {
                    "title": "2 fiches",
                    "header": ["Indicateur", "Valeur"],
                    "rows": [["A", NUMBER], ["B", "n.d."]],
                    "numeric": [1],
                }
            ],
            "notes": ["=2+2"],
            "simulated": False,
        }
    ],
}


def _changed(**changes: Any) -> dict[str, Any]:
    content = deepcopy(CONTENT)
    table = content["blocks"][0]["tables"][0]
    if "cell" in changes:
        table["rows"][1][1] = changes["cell"]
    if "row" in changes:
        table["rows"].append(changes["row"])
    if "title" in changes:
        table["title"] = changes["title"]
    if "block" in changes:
        content["blocks"].append({**content["blocks"][0], "title": changes["block"]})
    if "notes" in changes:
        content["blocks"][0]["notes"] = changes["notes"]
    if "file" in changes:
        content["attachment"] = {"name": changes["file"], "sha256": "ab" * 32, "size": 3, "type": "application/pdf"}
    return content


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, []),
        ({"title": "2 fiches, autrement dites"}, []),
        ({"cell": NUMBER}, ["Résultats · B · Valeur : n.d. → 84,9636\u00a0%"]),
        ({"row": ["A", "n.d."]}, ["Résultats · A · Valeur : rien → n.d."]),
        ({"block": "Actions"}, ["Actions : rien → présent"]),
        ({"notes": []}, ["Résultats · notes : =2+2 → rien"]),
        ({"file": "a.pdf"}, ["pièce : rien → a.pdf (abababababab…)"]),
    ],
)
def test_what_changes_is_said(changes: dict[str, Any], told: list[str]) -> None:
    assert [str(one) for one in differences(CONTENT, _changed(**changes))] == told


def test_what_goes_away_is_said_too() -> None:
    told = differences(_changed(row=["C", "1"], block="Actions"), CONTENT)
    assert [str(one) for one in told] == ["Résultats · C · Valeur : 1 → rien", "Actions : présent → rien"]


def test_the_day_it_speaks_of_is_no_change() -> None:
    later = {**deepcopy(CONTENT), "at": "2014-04-30"}
    later["blocks"][0]["source"] = "au 30 avril 2014"
    assert substance(later) == substance(CONTENT)
    assert substance(_changed(cell="s.o.")) != substance(CONTENT)


def test_a_number_is_said_in_full() -> None:
    assert (said(NUMBER), said(None), said("n.d.")) == ("84,9636\u00a0%", "", "n.d.")


def test_the_workbook_has_numbers_for_numbers_and_no_formula() -> None:
    data = document_workbook({**CONTENT, "draft": True})
    assert data == document_workbook({**CONTENT, "draft": True})
    book = openpyxl.load_workbook(BytesIO(data))
    assert book.sheetnames == ["Document", "Résultats"]
    assert "PROJET" in str(book["Document"]["A2"].value)
    sheet = book["Résultats"]
    cells = {cell.coordinate: cell for row in sheet.iter_rows() for cell in row if cell.value is not None}
    value = next(cell for cell in cells.values() if cell.value == pytest.approx(84.9636))
    assert value.data_type == "n" and '"%"' in value.number_format
    note = next(cell for cell in cells.values() if cell.value == "=2+2")
    assert note.data_type == "s"


def test_it_counts_what_it_holds() -> None:
    assert counts(CONTENT) == {"tables": 1, "rows": 2}
