"""What leaves a page: typed cells, a text that is never a formula, notes that say what it is."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.http import Http404
from django.test import RequestFactory

from cog.exports import SIMULATED, DataState, Export, as_csv, table_file
from cog.models import Convention
from tests.workbooks import sheets

DAY, MOMENT = datetime(2014, 7, 31), datetime(2014, 7, 31, 9, 5)  # noqa: DTZ001 - a cell has no zone
TERM = Convention(code="essai", title="Convention d'essai", start=date(2013, 1, 1), end=date(2017, 12, 31))
HOSTILE = ["=1+1", "+33 1", "-1", "@SUM(A1)", "\t=1", "\r=1"]
TABLE = (
    "Valeurs",
    ["Code", "Valeur", "Rang", "Le", "À", "Rien"],
    [["011", Decimal("84.5454545454"), 3, date(2014, 7, 31), datetime(2014, 7, 31, 9, 5, tzinfo=UTC), None]],
)


def _export(**changes: object) -> Export:
    told = {"title": "Essai", "convention": TERM, "page": "/essai/", "state": DataState.CURRENT, **changes}
    return Export(**told)


def test_cells_are_what_they_are() -> None:
    request = RequestFactory().get("/essai.xlsx?fiche=3")
    data = table_file(request, _export(), [TABLE], name="essai", kind="xlsx").content
    book = openpyxl.load_workbook(BytesIO(data))
    row = next(book["Valeurs"].iter_rows(min_row=2))
    assert [cell.value for cell in row] == [
        "011", pytest.approx(84.5454545454), 3, DAY, MOMENT, None,
    ]  # fmt: skip
    assert [cell.data_type for cell in row[:3]] == ["s", "n", "n"]
    assert [cell.is_date for cell in row[3:5]] == [True, True]


def test_the_notes_say_what_it_is() -> None:
    request = RequestFactory().get("/essai.xlsx?fiche=3")
    export = _export(filters=["fiche : 3"], simulated=True, about=[("Situation au", date(2014, 7, 31))])
    data = table_file(request, export, [TABLE], name="essai", kind="xlsx").content
    notes = dict(row[:2] for row in sheets(data)["Notes"])
    assert notes["Contenu"] == "Essai"
    assert notes["Convention"] == "Convention d'essai, 2013-2017"
    assert notes["Page"] == "http://testserver/essai/?fiche=3"
    assert isinstance(notes["Extrait le"], datetime)
    assert notes["Filtres"] == "fiche : 3"
    assert notes["État des données"] == DataState.CURRENT.value
    assert notes["Nature des données"] == SIMULATED
    assert notes["Situation au"] == DAY


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_text_is_never_a_formula(hostile: str) -> None:
    request = RequestFactory().get("/")
    data = table_file(request, _export(), [("T", ["a"], [[hostile]])], name="essai", kind="xlsx").content
    cell = openpyxl.load_workbook(BytesIO(data))["T"]["A2"]
    assert cell.data_type == "s"
    assert as_csv([[hostile]]).decode("utf-8-sig").startswith(("'", "\"'", "␍"))


def test_a_csv_reads_in_a_spreadsheet_and_keeps_its_numbers() -> None:
    rows = [[Decimal("-12.50"), -3, date(2014, 7, 31), MOMENT, None, "a,b"]]
    assert as_csv(rows) == '\ufeff-12.50,-3,2014-07-31,2014-07-31 09:05,,"a,b"\r\n'.encode()


def test_there_is_no_other_kind() -> None:
    with pytest.raises(Http404, match="xlsx ou csv"):
        table_file(RequestFactory().get("/"), _export(), [TABLE], name="essai", kind="ods")
