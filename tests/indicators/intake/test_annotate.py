"""The file given back with its problems: where they are, what they say, and that it may be sent again once mended."""

from io import BytesIO

import openpyxl

from indicators.intake.annotate import annotated_workbook
from indicators.intake.files import read_file
from indicators.intake.messages import Problem
from indicators.intake.reference import Reference
from tests.indicators.intake.test_template import TEMPLATE
from tests.workbooks import grid, long_rows, number, text, xlsx

BAD = [("ram", "11", "2014", "", "12"), ("ram", "751", "2014", "", "=1+1"), ("ram", "121", "2014", "", "3")]


def back(data: bytes, reference: Reference) -> openpyxl.Workbook:
    return openpyxl.load_workbook(BytesIO(annotated_workbook(data, read_file(data, reference).problems)))


def saved(book: openpyxl.Workbook) -> bytes:
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_a_workbook_comes_back_with_marks_notes_and_a_list(reference: Reference) -> None:
    book = back(xlsx({"Observations": grid(long_rows(*BAD))}), reference)
    assert book.sheetnames == ["Anomalies", "Observations"]
    sheet = book["Observations"]
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert {cell.coordinate for cell in cells if cell.comment} == {"B2", "E3"}
    assert {cell.coordinate for cell in cells if cell.fill.fgColor.rgb == "FFF9D0CC"} == {"B2", "E3"}
    assert "« 011 »" in sheet["B2"].comment.text
    assert (sheet["E3"].value, sheet["E3"].data_type) == ("=1+1", "s")  # a text, never a formula
    listed = [[cell.value for cell in row] for row in book["Anomalies"].iter_rows(min_row=4, max_row=5)]
    assert [row[:5] for row in listed] == [
        ["✖ erreur", "Observations", "B2", 2, "caisse"],
        ["✖ erreur", "Observations", "E3", 3, "valeur"],
    ]
    assert all(row[5] and row[6] and row[7] for row in listed)


def test_mended_in_the_copy_it_is_accepted(reference: Reference) -> None:
    book = back(xlsx({"Observations": grid(long_rows(*BAD))}), reference)
    book["Observations"]["B2"], book["Observations"]["E3"] = "011", 2
    intake = read_file(saved(book), reference)
    assert (intake.problems, len(intake.rows)) == ([], 3)


def test_numbers_stay_numbers_and_percentages_percentages(reference: Reference) -> None:
    row = [text("indus_recouvres"), text("011"), text("2014"), text("phase=amiable"), number("0.85", 1)]
    book = back(xlsx({"Observations": grid([long_rows()[0], row])}), reference)
    assert (book["Observations"]["E2"].value, book["Observations"]["E2"].number_format) == (0.85, "0.00%")


def test_a_template_comes_back_as_a_template(reference: Reference) -> None:
    book = openpyxl.load_workbook(BytesIO(TEMPLATE))
    book["Fiche 10"]["E8"] = -1
    given = back(saved(book), reference)
    assert given["Identifiant"].sheet_state == "hidden"
    assert given["Fiche 10"]["E8"].comment is not None
    given["Fiche 10"]["E8"] = 840
    intake = read_file(saved(given), reference)
    assert (intake.problems, [row.value for row in intake.rows], intake.form) == ([], [840], "modele")


def test_a_csv_comes_back_as_a_workbook_with_its_problems(reference: Reference) -> None:
    data = "\n".join(
        [";".join(long) for long in (("mesure", "caisse", "periode", "ventilation", "valeur"), *BAD)]
    ).encode()
    book = back(data, reference)
    rows = [[cell.value for cell in row] for row in book["Observations"].iter_rows()]
    assert rows[0][5] == "anomalies"
    assert [bool(row[5]) for row in rows[1:]] == [True, True, False]
    assert "« 011 »" in rows[1][5]
    book["Observations"]["B2"], book["Observations"]["E3"] = "011", "2"
    intake = read_file(saved(book), reference)
    assert (intake.problems, len(intake.rows)) == ([], 3)


def test_a_file_that_cannot_be_read_gives_the_list_alone(reference: Reference) -> None:
    for data in (b"PK\x03\x04", b"%PDF", b"", b"\xff\xfe\x00"):
        book = back(data, reference)
        assert book.sheetnames == ["Anomalies"]
        assert book["Anomalies"]["A4"].value == "✖ erreur"


def test_only_the_first_rows_and_the_wrong_ones_are_copied(reference: Reference, monkeypatch) -> None:
    monkeypatch.setattr("indicators.intake.annotate.MAX_ROWS", 2)
    book = back(xlsx({"Observations": grid(long_rows(*BAD, BAD[2], ("ram", "x", "2014", "", "1")))}), reference)
    filled = [row[0].row for row in book["Observations"].iter_rows() if row[0].value]
    assert filled == [1, 2, 3, 5, 6]  # 3, 5 and 6 have problems
    assert "seules les lignes en anomalie" in str([cell.value for row in book["Anomalies"].iter_rows() for cell in row])


def test_problems_survive_the_batch_that_keeps_them(reference: Reference) -> None:
    problems = read_file(xlsx({"Observations": grid(long_rows(*BAD))}), reference).problems
    assert [Problem.from_dict(problem.as_dict()) for problem in problems] == problems
