"""The template of a caisse: what it holds, what comes back from it, and what refuses it before any value."""

import csv
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from cog.periods import parse
from cog.xlsx import open_untrusted_xlsx
from indicators.intake.files import read_file
from indicators.intake.reference import Reference
from indicators.intake.rows import Identity, Intake
from indicators.intake.template import (
    IDENTITY_SHEET,
    VERSION,
    Asked,
    Block,
    Content,
    Line,
    Page,
    write_template,
)

MONTHS = tuple(Asked(parse(f"2014-0{number}"), True, None) for number in (1, 2, 3))
GIVEN = (Asked(parse("2013"), True, Decimal("12.50")), Asked(parse("2013-S1"), False, "NS"))
CONTENT = Content(
    identity=Identity("cog-2013-2017", "2014-T1", "751", VERSION),
    convention="Convention d'objectifs et de gestion",
    body="Caf Paris",
    period="1er trimestre 2014",
    due="30 avril 2014",
    pages=(
        Page(
            10,
            "Adapter la relation de service",
            (
                Block(
                    "F10-21",
                    "Délais de traitement",
                    "Rapport entre deux nombres de pièces.",
                    (
                        Line("pieces_traitees_15j", "Pièces traitées en 15 jours", "", "pièces", "count", "", MONTHS),
                        Line("pieces_traitees", "Pièces traitées", "", "pièces", "count", "", MONTHS),
                    ),
                ),
            ),
        ),
        Page(
            15,
            "Mieux recouvrer les indus",
            (
                Block(
                    "F15-40",
                    "Indus recouvrés",
                    "",
                    (Line("indus_recouvres", "Indus recouvrés", "phase=amiable", "€", "amount", "", GIVEN[:1]),),
                ),
                Block(
                    "F16-43.2",
                    "Avertissements",
                    "",
                    (Line("avertissements", "Avertissements", "", "avertissements", "count", "", GIVEN[1:]),),
                ),
            ),
        ),
    ),
)
TEMPLATE = write_template(CONTENT)
CELL = "E8"  # of « pieces_traitees_15j » for January


@pytest.fixture
def convention_reference(reference: Reference) -> Reference:
    return replace(reference, convention="cog-2013-2017")


@pytest.fixture
def back(convention_reference: Reference) -> Callable[..., Intake]:
    """What comes back from the template once changed by a person, in openpyxl's hands."""

    def read(change: Callable[[openpyxl.Workbook], object] = lambda book: None, **options) -> Intake:
        book = openpyxl.load_workbook(BytesIO(TEMPLATE))
        change(book)
        stream = BytesIO()
        book.save(stream)
        return read_file(stream.getvalue(), convention_reference, **options)

    return read


def fill(sheet: str, **values: object) -> Callable[[openpyxl.Workbook], None]:
    def change(book: openpyxl.Workbook) -> None:
        for cell, value in values.items():
            book[sheet][cell] = value

    return change


def codes(intake: Intake) -> list[tuple[str, str, str]]:
    return [(one.code, one.sheet, one.cell) for one in intake.problems]


def test_the_same_content_gives_the_same_bytes() -> None:
    assert write_template(CONTENT) == TEMPLATE


def test_only_value_cells_may_be_written_and_the_rest_is_protected() -> None:
    book = openpyxl.load_workbook(BytesIO(TEMPLATE))
    assert book.sheetnames == ["Mode d'emploi", "Fiche 10", "Fiche 15", IDENTITY_SHEET]
    assert book[IDENTITY_SHEET].sheet_state == "hidden"
    assert all(sheet.protection.sheet for sheet in book)
    free = {
        (sheet.title, cell.coordinate)
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if not cell.protection.locked
    }
    asked = {("Fiche 10", f"{letter}{row}") for letter in "EFG" for row in (8, 9)}
    assert free == asked | {("Fiche 15", "E7"), ("Fiche 15", "E11")}
    assert (book["Fiche 10"].freeze_panes, book["Fiche 10"]["E7"].value) == ("B4", "janvier 2014")
    rules = [str(rule.sqref) for rule in book["Fiche 10"].data_validations.dataValidation]
    assert sorted(rules) == sorted(cell for sheet, cell in asked)


def test_untouched_it_gives_no_problem_and_no_row(convention_reference: Reference, back) -> None:
    for intake in (read_file(TEMPLATE, convention_reference), back()):
        assert (intake.rows, intake.problems, intake.is_refused) == ([], [], False)
        assert (intake.form, intake.template) == ("modele", CONTENT.identity)


def test_values_are_read_with_their_place(back) -> None:
    intake = back(fill("Fiche 10", E8=840, F8="NS", G8="nd", E9=0, F9="1 234"))
    assert intake.problems == []
    assert [(row.measure, row.period, row.value, row.statement, *row[7:], row.line) for row in intake.rows] == [
        ("pieces_traitees_15j", "2014-01", Decimal(840), "", "Fiche 10", "E8", 8),
        ("pieces_traitees_15j", "2014-02", None, "NS", "Fiche 10", "F8", 8),
        ("pieces_traitees_15j", "2014-03", None, "ND", "Fiche 10", "G8", 8),
        ("pieces_traitees", "2014-01", Decimal(0), "", "Fiche 10", "E9", 9),
        ("pieces_traitees", "2014-02", Decimal(1234), "", "Fiche 10", "F9", 9),
    ]  # fmt: skip
    assert {row.body for row in intake.rows} == {"751"}


def test_a_value_already_known_is_sent_again_only_once_corrected(back) -> None:
    assert back(fill("Fiche 15", E7=12.5, E11="NS")).rows == []
    corrected = back(fill("Fiche 15", E7=13, E11=4))
    assert [(row.breakdown, row.value) for row in corrected.rows] == [("phase=amiable", 13), ("", 4)]
    assert back(fill("Fiche 15", E7=None)).rows == []  # emptied: nothing is erased


def test_an_untouched_value_that_became_a_formula_is_flagged(back) -> None:
    assert codes(back(fill("Fiche 15", E7="=6.25*2"))) == [("formula", "Fiche 15", "E7")]  # never computed


@pytest.mark.parametrize(
    ("value", "code"),
    [(-1, "negative_count"), (0.5, "fractional_count"), ("85 %", "percent"), ("x", "unreadable_value")],
)
def test_a_wrong_value_is_told_at_its_cell(back, value: object, code: str) -> None:
    intake = back(fill("Fiche 10", E8=value, F8=12))
    assert codes(intake) == [(code, "Fiche 10", "E8")]
    assert intake.problems[0].line == 8
    assert str(intake.problems[0]).startswith("feuille « Fiche 10 », cellule E8, colonne valeur : trouvé ")
    assert [row.cell for row in intake.rows] == ["F8"]


def test_a_percent_format_asks(back) -> None:
    def change(book: openpyxl.Workbook) -> None:
        book["Fiche 10"]["E8"] = 0.85
        book["Fiche 10"]["E8"].number_format = "0 %"

    assert codes(back(change)) == [("percent", "Fiche 10", "E8")]


def delete_row(book: openpyxl.Workbook) -> None:
    book["Fiche 10"].delete_rows(8)


def insert_column(book: openpyxl.Workbook) -> None:
    book["Fiche 10"].insert_cols(2)


def swap_rows(book: openpyxl.Workbook) -> None:
    sheet = book["Fiche 10"]
    sheet["D8"], sheet["D9"] = sheet["D9"].value, sheet["D8"].value


def lie(book: openpyxl.Workbook) -> None:
    book[IDENTITY_SHEET]["B4"] = "011"


def rename(book: openpyxl.Workbook) -> None:
    book["Fiche 10"].title = "Feuille"


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (delete_row, "template_structure", "« pieces_traitees_15j »"),
        (insert_column, "template_structure", "« pieces_traitees_15j »"),
        (swap_rows, "template_structure", "« pieces_traitees_15j »"),
        (fill("Fiche 10", F7="janvier 2014"), "template_structure", "« février 2014 »"),
        (rename, "template_structure", "« Fiche 10 »"),
        (lie, "template_identity", "tel qu'il a été fourni"),
    ],
)
def test_a_changed_structure_is_refused_before_any_value(back, change, code: str, words: str) -> None:
    intake = back(change)
    assert [one.code for one in intake.problems] == [code]
    assert words in intake.problems[0].expected
    assert (intake.rows, intake.is_refused) == ([], True)


@pytest.mark.parametrize(
    ("identity", "options", "code"),
    [
        (CONTENT.identity._replace(version="0"), {}, "template_version"),
        (CONTENT.identity._replace(convention="cog-2018-2022"), {}, "template_convention"),
        (CONTENT.identity._replace(body="999"), {}, "template_body"),
        (CONTENT.identity, {"only": "011"}, "other_body"),
        (CONTENT.identity, {"period": "2014-T2"}, "template_period"),
    ],
)
def test_another_template_is_refused_from_its_identifier(
    convention_reference: Reference, identity: Identity, options: dict, code: str
) -> None:
    data = write_template(replace(CONTENT, identity=identity))
    assert [one.code for one in read_file(data, convention_reference, **options).problems] == [code]


def test_the_right_template_passes_the_same_checks(convention_reference: Reference) -> None:
    assert read_file(TEMPLATE, convention_reference, only="751", period="2014-T1").problems == []


def test_what_is_written_beside_the_cells_is_told(back) -> None:
    assert codes(back(fill("Fiche 10", H8=12))) == [("outside", "Fiche 10", "H8")]
    other = back(lambda book: book.create_sheet("Notes").append(["à revoir"]))
    assert [one.found for one in other.problems] == ["feuille non lue (« Notes »)"]


def test_hidden_rows_and_merged_cells_are_told(back) -> None:
    def hide(book: openpyxl.Workbook) -> None:
        book["Fiche 10"].row_dimensions[9].hidden = True

    assert codes(back(hide)) == [("hidden", "Fiche 10", "")]
    assert codes(back(lambda book: book["Fiche 10"].merge_cells("E8:F8"))) == [("merged", "Fiche 10", "E8")]


soffice = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice absent")


@soffice
@pytest.mark.timeout(120)
def test_libreoffice_saves_it_again_and_it_still_comes_back(
    convention_reference: Reference, back, tmp_path: Path
) -> None:
    book = openpyxl.load_workbook(BytesIO(TEMPLATE))
    book["Fiche 10"]["E8"] = 840
    book["Fiche 15"]["E7"] = 0.1
    book.save(tmp_path / "rempli.xlsx")
    home = f"-env:UserInstallation=file://{tmp_path}/home"
    command = [
        "soffice",
        home,
        "--headless",
        "--convert-to",
        "xlsx:Calc MS Excel 2007 XML",
        "--outdir",
        "out",
        "rempli.xlsx",
    ]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=100)
    intake = read_file((tmp_path / "out" / "rempli.xlsx").read_bytes(), convention_reference)
    assert intake.problems == []
    assert [(row.cell, row.value) for row in intake.rows] == [("E8", Decimal(840)), ("E7", Decimal("0.1"))]


@soffice
@pytest.mark.timeout(120)
def test_libreoffice_saves_a_long_form_that_reads_as_its_csv(reference: Reference, tmp_path: Path) -> None:
    rows = [["mesure", "caisse", "periode", "ventilation", "valeur"], ["ram", "011", "2014", "", "12"]]
    with (tmp_path / "Observations.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows(rows)
    home = f"-env:UserInstallation=file://{tmp_path}/home"
    texts = "--infilter=CSV:44,34,76,1,1/2/2/2/3/2"  # the second column as text keeps 011
    for kind in ("xlsx:Calc MS Excel 2007 XML", "ods", "xls"):
        command = ["soffice", home, "--headless", texts, "--convert-to", kind, "--outdir", "out", "Observations.csv"]
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=100)
    sheets = open_untrusted_xlsx((tmp_path / "out" / "Observations.xlsx").read_bytes()).sheets
    assert [sheet.name for sheet in sheets] == ["Observations"]
    intake = read_file((tmp_path / "out" / "Observations.xlsx").read_bytes(), reference)
    assert [(row.body, row.period, row.value) for row in intake.rows] == [("011", "2014", Decimal(12))], intake.problems
    for name, words in (("Observations.ods", ".ods"), ("Observations.xls", ".xls")):
        [problem] = read_file((tmp_path / "out" / name).read_bytes(), reference).problems
        assert words in problem.found
