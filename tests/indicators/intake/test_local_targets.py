"""Files of Cpog targets: what reads, and every problem told with its place."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cog.figures import Operator
from cog.xlsx import SafeWorkbook, write_workbook
from indicators.intake.local_targets import IndicatorInfo, TargetReference, read_targets

D = Decimal
REFERENCE = TargetReference(
    indicators={
        "F10-21": IndicatorInfo(True, True, "%", Operator.AT_LEAST, {2015: D(85)}),
        "F21-53": IndicatorInfo(True, True, "%", Operator.AT_MOST, {2017: D("8.31")}),
        "F16-41": IndicatorInfo(True, True, "M€", Operator.AT_LEAST, {2015: D(100)}),
        "F1-5": IndicatorInfo(False, False, "%", Operator.AT_LEAST, {}),
    },
    caisses={"011": "Caf de l'Ain", "2A1": "Caf de Corse-du-Sud"},
    years=range(2013, 2018),
)


def _file(*rows: str, header: str = "indicateur,caisse,annee,seuil,sens") -> bytes:
    return "\n".join([header, *rows]).encode()


@pytest.mark.parametrize(
    ("text", "expected"), [("85", "85"), ('"84,5"', "84.5"), ("84.5", "84.5"), ("85 %", "85"), ("0", "0")]
)
def test_a_threshold_reads_as_people_write_it(text: str, expected: str) -> None:
    read = read_targets(_file(f"F10-21,011,2015,{text},"), REFERENCE)
    assert [(row.indicator, row.body, row.year, row.operator, row.threshold) for row in read.rows] == [
        ("F10-21", "011", 2015, Operator.AT_LEAST, D(expected))
    ]
    assert not read.is_refused


def test_the_side_is_the_convention_s_unless_it_is_said() -> None:
    read = read_targets(_file("F21-53,011,2017,8,", "F21-53,2a1,2017,8,<="), REFERENCE)
    assert {row.operator for row in read.rows} == {Operator.AT_MOST}
    assert read.problems == []
    read = read_targets(_file("F21-53,011,2017,8,>="), REFERENCE)
    assert [row.operator for row in read.rows] == [Operator.AT_LEAST]
    assert [problem.code for problem in read.problems] == ["other_side"]
    assert not read.is_refused


def test_blank_says_nothing_and_nd_takes_back() -> None:
    read = read_targets(_file("F10-21,011,2015,,", "F10-21,011,2016,nd,"), REFERENCE)
    assert [(row.year, row.threshold) for row in read.rows] == [(2016, None)]


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("F99-1,011,2015,85,", "unknown_indicator", "indicateur"),
        ("F10-21,999,2015,85,", "unknown_body", "caisse"),
        ("F10-21,11,2015,85,", "unknown_body", "caisse"),
        ("F10-21,011,2012,85,", "wrong_year", "annee"),
        ("F10-21,011,deux mille,85,", "wrong_year", "annee"),
        ("F10-21,011,²015,85,", "wrong_year", "annee"),
        ("F10-21,011,2015,beaucoup,", "not_a_number", "seuil"),
        ("F10-21,011,2015,NS,", "not_a_number", "seuil"),
        ("F10-21,011,2015,1e400,", "not_a_number", "seuil"),
        ("F10-21,011,2015,NaN,", "not_a_number", "seuil"),
        ("F10-21,011,2015,85,environ", "wrong_side", "sens"),
    ],
)
def test_an_error_says_its_line_and_column_and_refuses_the_file(row: str, code: str, column: str) -> None:
    read = read_targets(_file("F10-21,011,2014,80,", row), REFERENCE)
    assert [(problem.code, problem.line, problem.column) for problem in read.problems] == [(code, 3, column)]
    assert read.is_refused
    assert str(read.problems[0]).startswith(f"ligne 3, colonne {column} : trouvé")


def test_a_code_whose_zero_a_spreadsheet_ate_is_guessed() -> None:
    assert "« 011 »" in str(read_targets(_file("F10-21,11,2015,85,"), REFERENCE).problems[0])


@pytest.mark.parametrize(
    ("row", "codes"),
    [
        ("F10-21,011,2015,0.85,", ["ratio_for_percent"]),
        ("F10-21,011,2015,850,", ["above_hundred"]),
        ("F16-41,011,2015,1000000,", ["other_scale"]),
        ("F1-5,011,2015,50,", ["not_a_result", "not_local"]),
        ("F10-21,011,2015,1,", ["ratio_for_percent"]),
        ("F10-21,011,2015,2,", []),
        ("F10-21,011,2015,100,", []),
    ],
)
def test_a_doubt_is_a_warning_and_keeps_the_target(row: str, codes: list[str]) -> None:
    read = read_targets(_file(row), REFERENCE)
    assert [problem.code for problem in read.problems] == codes
    assert len(read.rows) == 1
    assert not read.is_refused


def test_the_same_target_twice_is_refused() -> None:
    read = read_targets(_file("F10-21,011,2015,85,", "f10-21,011,2015,86,"), REFERENCE)
    assert [(problem.code, problem.line) for problem in read.problems] == [("duplicate", 3)]
    assert "ligne 2" in str(read.problems[0])


def test_every_problem_is_told_at_once() -> None:
    read = read_targets(_file("F99-1,999,1900,x,y", "F10-21,011,2015,85,"), REFERENCE)
    assert len(read.problems) == 5
    assert len(read.rows) == 1


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"\n \n", "empty_file"),
        (b"PK\x03\x04", "damaged"),
        (b"%PDF-1.4", "not_xlsx"),
        ("indicateur,caisse,année,seuil\n".encode("latin-1"), "not_utf8"),
        (b"indicateur,caisse,annee\nF10-21,011,2015", "wrong_columns"),
        (b"indicateur,indicateur,caisse,annee,seuil\n", "wrong_columns"),
        (b'indicateur,caisse,annee,seuil\n"F10-21,011', "wrong_quotes"),
        (b"indicateur,caisse,annee,seuil\n", "no_row"),
        (b"indicateur,caisse,annee,seuil\nF10-21,011,2015,84,5,6", "too_many_cells"),
        (b"x" * 9_000_000, "too_big"),
    ],
)
def test_a_file_of_another_shape_is_refused_with_a_reason(data: bytes, code: str) -> None:
    read = read_targets(data, REFERENCE)
    assert [problem.code for problem in read.problems] == [code]
    assert read.is_refused
    assert read.rows == []


def test_columns_are_found_by_name_in_any_order_with_semicolons_and_accents() -> None:
    data = "\ufeffSeuil ; Année;Caisse;Indicateur;Autre\r\n84,5;2015;011;F10-21;x\r\n".encode()
    read = read_targets(data, REFERENCE)
    assert [(row.line, row.threshold) for row in read.rows] == [(2, D("84.5"))]
    assert [problem.code for problem in read.problems] == ["ignored_columns"]


def test_a_workbook_reads_as_the_csv_does_and_names_its_cells() -> None:
    header = ["Indicateur", "Caisse", "Année", "Seuil"]
    rows = [["F10-21", "011", 2015, D("84.5")], ["F10-21", "999", 2015, "beaucoup"]]
    read = read_targets(write_workbook([("Cibles", header, rows)]), REFERENCE)
    assert [(row.body, row.year, row.threshold) for row in read.rows] == [("011", 2015, D("84.5"))]
    assert [(problem.sheet, problem.cell) for problem in read.problems] == [("Cibles", "B3"), ("Cibles", "D3")]
    assert str(read.problems[0]).startswith("feuille « Cibles », cellule B3, colonne caisse : trouvé « 999 »")


def test_a_percentage_of_a_workbook_is_what_it_shows() -> None:
    book = SafeWorkbook()
    sheet = book.sheet("Cibles")
    for column, label in enumerate(["indicateur", "caisse", "annee", "seuil"], start=1):
        sheet.write(1, column, label)
    for column, value in enumerate(["F10-21", "011", 2015], start=1):
        sheet.write(2, column, value)
    sheet.write(2, 4, D("0.845"), {"num_format": "0.0%"})
    read = read_targets(book.finish(), REFERENCE)
    assert [row.threshold for row in read.rows] == [D("84.5")]


def test_an_empty_workbook_is_refused() -> None:
    book = SafeWorkbook()
    book.sheet("Rien")
    assert [problem.code for problem in read_targets(book.finish(), REFERENCE).problems] == ["empty_file"]


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_give_rows_or_problems_never_an_exception(data: bytes) -> None:
    read = read_targets(data, REFERENCE)
    assert read.problems or read.rows


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_under_a_right_header_never_raises(text: str) -> None:
    read_targets(f"indicateur,caisse,annee,seuil\n{text}".encode("utf-8", "surrogatepass"), REFERENCE)
