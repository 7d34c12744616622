"""The long form as a workbook: the same rows as the CSV, and what only a workbook can hold."""

import pytest

from indicators.intake.files import read_file
from indicators.intake.long_form import read_long_form
from indicators.intake.reference import Reference
from indicators.intake.rows import Intake
from tests.workbooks import GOOD, HEADER, grid, long_rows, number, text, with_parts, xlsx

KEY = [text("ram"), text("011"), text("2014"), ""]
AMOUNT = [text("indus_recouvres"), text("011"), text("2014"), text("phase=amiable")]
DAILY = [text("caf_fr_dossiers_distincts_jour"), text("011")]
HEAD = [text(label) for label in HEADER]


@pytest.fixture
def read(reference: Reference):
    def read_sheet(*rows: list[str], after: str = "", before: str = "", head: list[str] = HEAD, **options) -> Intake:
        inside = before + grid([head, *rows]) + after
        return read_file(xlsx({"Observations": inside}, **options), reference)

    return read_sheet


def said(intake: Intake) -> list[tuple[str, str, str]]:
    """severity, code and cell of every problem."""
    return [(problem.severity.value, problem.code, problem.cell) for problem in intake.problems]


def values(intake: Intake) -> list[tuple[str, str, str, str, str]]:
    return [
        (row.measure, row.body, row.period, row.breakdown, row.statement or f"{row.value:f}") for row in intake.rows
    ]


def test_a_workbook_and_a_csv_of_the_same_values_give_the_same_rows(reference: Reference, read) -> None:
    lines = [",".join(f'"{cell}"' for cell in row) for row in (HEADER, *GOOD)]
    from_csv = read_long_form("\n".join(lines).encode(), reference)
    from_texts = read_file(xlsx(), reference)
    from_numbers = read(
        [text("ram"), text("011"), number("2014"), "", number("12")],
        [text("ram"), number("751"), text("2014"), "", number("1.234E3")],
        [text("ram"), number("121"), text("2014"), "", text("ns")],
    )
    assert [row[:7] for row in from_csv.rows] == [row[:7] for row in from_texts.rows]
    assert values(from_csv) == values(from_numbers)
    assert len(from_csv.rows) == 3
    assert from_texts.problems == from_numbers.problems == []
    assert (from_csv.form, from_texts.form) == ("long_csv", "long_xlsx")


def test_rows_and_problems_know_their_sheet_and_cell(read) -> None:
    intake = read(
        [*KEY, number("12")], [text("inconnue"), *KEY[1:], number("1.5")], [*KEY[:2], text("2014-01"), "", ""]
    )
    assert [(row.sheet, row.cell, row.line) for row in intake.rows] == [("Observations", "E2", 2)]
    assert [(one.code, one.cell, one.line) for one in intake.problems] == [
        ("unknown_measure", "A3", 3),
        ("period_too_fine", "C4", 4),
    ]
    assert str(intake.problems[0]).startswith("feuille « Observations », cellule A3, colonne mesure : ")


def test_columns_in_any_order_are_found_by_name(read) -> None:
    head = [text(" Valeur"), text("CAISSE"), text("Mesure "), text("ventilation"), text("Période")]
    rest = [text("ram"), "", text("2014")]
    intake = read([number("12"), text("011"), *rest], [number("1"), text("11"), *rest], head=head)
    assert values(intake) == [("ram", "011", "2014", "", "12")]
    assert said(intake) == [("error", "unknown_body", "B3")]
    assert "« 011 »" in intake.problems[0].mend


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([*KEY, number("12")], []),
        ([*KEY, number("12.0")], []),
        ([*KEY, number("0.85")], [("error", "fractional_count", "E2")]),
        ([*KEY, text("85 %")], [("error", "percent", "E2")]),
        ([*KEY, number("0.85", 1)], [("error", "percent", "E2")]),
        ([*AMOUNT, number("0.85", 1)], [("error", "percent", "E2")]),
        ([*AMOUNT, number("85", 5)], []),
        ([*AMOUNT, number("0.30000000000000004")], []),
        ([*AMOUNT, number("0.33333333333333331")], [("warning", "rounded", "E2")]),
        ([*AMOUNT, number("1E400")], [("error", "unreadable_number", "E2")]),
        ([*AMOUNT, number("NaN")], [("error", "unreadable_number", "E2")]),
        ([*AMOUNT, number("12345678901234567890")], [("error", "too_many_digits", "E2"), ("warning", "rounded", "E2")]),
        ([*AMOUNT, text("1.234")], [("warning", "ambiguous", "E2")]),
        ([*AMOUNT, text("1,234")], []),
        ([*AMOUNT, number("1.234")], []),
        ([*KEY, text("1.234")], [("error", "fractional_count", "E2"), ("warning", "ambiguous", "E2")]),
        ([*AMOUNT, text("1\u202f234,5")], []),
        ([*AMOUNT, text("1\u00a0234,5")], []),
        ([*AMOUNT, number("41729", 3)], [("error", "date", "E2")]),
        ([*AMOUNT, 't="b"><v>1</v>'], [("error", "unreadable_value", "E2")]),
        ([*AMOUNT, 't="e"><v>#DIV/0!</v>'], [("error", "spreadsheet_error", "E2")]),
        ([*AMOUNT, "><f>A1*2</f><v>24</v>"], [("warning", "formula", "E2")]),
        ([*AMOUNT, "><f>A1*2</f>"], [("error", "formula", "E2")]),
        ([*AMOUNT, 't="str"><f>A1</f><v>24</v>'], [("error", "formula", "E2")]),
        ([*AMOUNT, 't="e"><f>1/0</f><v>#DIV/0!</v>'], [("error", "spreadsheet_error", "E2")]),
        ([text("ram"), 't="str"><f>B9</f><v>011</v>', text("2014"), "", number("1")], [("warning", "formula", "B2")]),
        ([text("ram"), text("011"), 't="e"><v>#N/A</v>', "", number("1")], [("error", "spreadsheet_error", "C2")]),
        ([*DAILY, number("41729", 3), "", number("1")], [("warning", "date", "C2")]),
        ([text("pieces_traitees"), text("011"), number("41699", 4), "", number("1")],
         [("warning", "date", "C2"), ("error", "period_too_fine", "C2")]),
        ([text("pieces_traitees"), text("011"), text("31/03/14"), "", number("1")],
         [("error", "unreadable_period", "C2")]),
        ([*DAILY, text("2014-02-29"), "", number("1")], [("error", "unreadable_period", "C2")]),
        ([*DAILY, text("2016-02-29"), "", number("1")], []),
        ([text("ram"), number("11"), text("2014"), "", number("1")], [("error", "unknown_body", "B2")]),
        ([text("ram"), text("11"), text("2014"), "", number("1")], [("error", "unknown_body", "B2")]),
        ([*KEY, text("x" * 400)], [("error", "unreadable_value", "E2")]),
        ([*KEY, text("a_x0000_")], [("error", "control_character", "E2")]),
    ],
)  # fmt: skip
def test_each_cell_of_the_corpus(read, cells: list[str], expected: list[tuple[str, str, str]]) -> None:
    intake = read(cells)
    assert sorted(said(intake)) == sorted(expected)
    refused = any(severity == "error" for severity, _, _ in expected)
    assert (intake.is_refused, len(intake.rows)) == (refused, int(not refused))


def test_a_value_read_from_a_formula_is_the_one_kept(read) -> None:
    assert values(read([*KEY, "><f>SUM(A1:A9)</f><v>24</v>"])) == [("ram", "011", "2014", "", "24")]
    assert values(read([*AMOUNT, number("0.30000000000000004")]))[0][4] == "0.3"
    assert values(read([*AMOUNT, text("1.234")]))[0][4] == "1.234"


def test_a_date_of_the_calendar_of_1904(read) -> None:
    [row] = read([*DAILY, number("40267", 3), "", number("1")], book='<workbookPr date1904="1"/>').rows
    assert row.period == "2014-03-31"


MERGED = "<mergeCells><mergeCell ref='{}'/></mergeCells>"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", MERGED.format("A2:A3"), [("error", "merged", "A2")]),
        ("", MERGED.format("A1:E1"), [("error", "merged", "A1")]),
        ("", MERGED.format("G1:H9"), []),  # beside the data
        ("", MERGED.format("A9:B9"), []),  # under them
        ('<cols><col min="5" max="5" hidden="1"/></cols>', "", [("warning", "hidden", "")]),
        ('<cols><col min="7" max="9" hidden="1"/></cols>', "", []),
        ("", '<autoFilter ref="A1:E3"><filterColumn colId="0"/></autoFilter>', [("warning", "filtered", "")]),
        ("", '<autoFilter ref="A1:E3"/>', []),  # arrows that hide nothing
    ],
)
def test_merged_hidden_and_filtered_content_is_told(read, before: str, after: str, expected: list) -> None:
    other = [text("ram"), text("751"), text("2014"), "", number("2")]
    intake = read([*KEY, number("1")], other, before=before, after=after)
    assert said(intake) == expected
    assert len(intake.rows) == 2  # hidden or not, everything is read


def test_a_hidden_row_is_told_and_read(reference: Reference) -> None:
    inside = grid(long_rows()).replace('<row r="3"', '<row r="3" hidden="1"')
    intake = read_file(xlsx({"Observations": inside}), reference)
    assert [str(one) for one in intake.problems] == [
        "feuille « Observations » : trouvé ligne masquée (3) ; "
        "leur contenu est lu comme le reste : affichez-les et vérifiez-le"
    ]
    assert len(intake.rows) == 3


def test_other_sheets_are_told_unless_they_are_empty(reference: Reference) -> None:
    sheets = {"Notes": grid([[text("bonjour")]]), "Feuil2": "<sheetData/>", "OBSERVATIONS ": grid(long_rows())}
    intake = read_file(xlsx(sheets, states={"Notes": "hidden"}), reference)
    assert [one.found for one in intake.problems] == ["feuille masquée non lue (« Notes »)"]
    assert len(intake.rows) == 3
    linked = with_parts(xlsx(), {"xl/externalLinks/externalLink1.xml": b"<x/>"})
    assert [one.code for one in read_file(linked, reference).problems] == ["links"]


@pytest.mark.parametrize(
    ("sheets", "code", "words"),
    [
        ({"Feuil1": grid(long_rows())}, "no_sheet", "« Feuil1 »"),
        ({"Observations": "<sheetData/>"}, "empty_file", "feuille vide"),
        ({"Observations": grid([[text("mesure"), text("caf"), text("valeur")]])}, "wrong_columns", "« caf »"),
    ],
)  # fmt: skip
def test_a_workbook_without_its_sheet_or_columns(reference: Reference, sheets, code: str, words: str) -> None:
    intake = read_file(xlsx(sheets), reference)
    assert [one.code for one in intake.problems] == [code]
    assert words in intake.problems[0].found
    assert (intake.is_refused, intake.form) == (True, "long_xlsx")


def test_content_beside_the_columns_is_told_once(read) -> None:
    intake = read([*KEY, number("1"), "", text("à revoir")], ["", "", "", "", "", "", text("total")])
    assert said(intake) == [("warning", "outside", "G2")]
    assert len(intake.rows) == 1


def test_an_extra_named_column_is_ignored_with_a_warning(read) -> None:
    assert said(read([*KEY, number("1"), text("x")], head=[*HEAD, text("note")])) == [
        ("warning", "ignored_columns", "")
    ]


def test_blank_rows_and_rows_of_spaces_are_nothing(read) -> None:
    intake = read([], [*KEY, number("1")], [text("  "), text(" ")])
    assert (len(intake.rows), intake.problems, intake.unreported) == (1, [], 0)


@pytest.mark.parametrize("data", [b"%PDF-1.4", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", xlsx()[:-40]])
def test_what_is_no_workbook_is_told_in_one_sentence(reference: Reference, data: bytes) -> None:
    [problem] = read_file(data, reference).problems
    assert problem.found and "attendu un classeur" in str(problem)


def test_a_text_file_is_read_as_a_csv(reference: Reference) -> None:
    intake = read_file(b"mesure;caisse;periode;ventilation;valeur\nram;011;2014;;12", reference)
    assert (values(intake), intake.form) == ([("ram", "011", "2014", "", "12")], "long_csv")
