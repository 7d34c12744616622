"""`import_template`, then `import_observations` of what a caisse filled: the journey of a workbook."""

from io import StringIO
from pathlib import Path

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from indicators.models import ImportBatch, Observation
from tests.workbooks import grid, long_rows, xlsx

pytestmark = pytest.mark.django_db


def run(*arguments: object) -> str:
    out = StringIO()
    call_command(*map(str, arguments), stdout=out)
    return out.getvalue()


@pytest.fixture
def template(convention, tmp_path: Path) -> Path:
    file = tmp_path / "modele.xlsx"
    assert "13 fiches" in run("import_template", "--period", "2014-T1", "--caisse", "751", "-o", file)
    return file


def cell_of(book: openpyxl.Workbook, measure: str, period: str) -> tuple[str, str]:
    """Sheet and cell of a value, as the hidden map has them."""
    for row in book["Identifiant"].iter_rows(min_row=10, values_only=True):
        if row[3] == measure and row[4] == period:
            return row[0], row[1]
    raise AssertionError(measure)


def test_a_filled_template_is_accepted_and_keeps_the_place_of_each_value(template: Path) -> None:
    book = openpyxl.load_workbook(template)
    sheet, cell = cell_of(book, "pieces_traitees", "2014-02")
    book[sheet][cell] = 840
    book.save(template)
    assert "1 valeurs ajoutées" in run("import_observations", template, "--accept")
    row = Observation.objects.get()
    assert (row.organisation.code, row.period, row.value) == ("751", "2014-02", 840)
    assert (row.source_sheet, row.source_cell) == (sheet, cell)
    assert (ImportBatch.objects.get().form, f"{row.source_cell}"[1:]) == ("modele", str(row.source_row))


def test_untouched_it_changes_nothing_and_again_once_values_are_known(template: Path, tmp_path: Path) -> None:
    assert "0 valeurs ajoutées" in run("import_observations", template, "--accept")
    values = tmp_path / "valeurs.csv"
    values.write_text(
        "mesure,caisse,periode,ventilation,valeur\npieces_traitees,751,2014-02,,840\nram,751,2013,,NS\n"
        "indus_recouvres,751,2013,phase=amiable,0.1\n"
    )
    run("import_observations", values, "--accept")
    run("import_template", "--period", "2014-T1", "--caisse", "751", "-o", tmp_path / "second.xlsx")
    lines = openpyxl.load_workbook(tmp_path / "second.xlsx")["Identifiant"].iter_rows(min_row=10, values_only=True)
    given = [row[3:] for row in lines if row[6]]
    assert sorted(given) == [
        ("indus_recouvres", "2013", "phase=amiable", "0.1"),
        ("pieces_traitees", "2014-02", None, "840"),
        ("ram", "2013", None, "NS"),
    ]
    before = list(Observation.objects.values_list())
    assert "0 valeurs ajoutées, 0 corrigées" in run("import_observations", tmp_path / "second.xlsx", "--accept")
    assert list(Observation.objects.values_list()) == before


def test_only_what_is_due_for_the_quarter_is_asked(convention, tmp_path: Path) -> None:
    run("import_template", "--period", "2014-T2", "--caisse", "751", "-o", tmp_path / "t2.xlsx")
    lines = openpyxl.load_workbook(tmp_path / "t2.xlsx")["Identifiant"].iter_rows(min_row=10, values_only=True)
    assert {row[4] for row in lines} == {"2014-04", "2014-05", "2014-06", "2014-S1"}


def test_a_workbook_in_long_form_gives_the_values_of_its_csv(convention, tmp_path: Path) -> None:
    (tmp_path / "Valeurs.xlsx").write_bytes(xlsx({"Observations": grid(long_rows())}))
    assert "3 valeurs ajoutées" in run("import_observations", tmp_path / "Valeurs.xlsx", "--accept")
    found = Observation.objects.order_by("source_row").values_list("source_sheet", "source_cell", "source_row")
    assert list(found) == [("Observations", f"E{line}", line) for line in (2, 3, 4)]
    assert ImportBatch.objects.get().form == "long_xlsx"


@pytest.mark.parametrize(
    ("arguments", "words", "status"),
    [
        (["--period", "2014", "--caisse", "751"], "un trimestre", 2),
        (["--period", "janvier", "--caisse", "751"], "janvier", 2),
        (["--period", "2014-T1", "--caisse", "999"], "aucun organisme", 1),
        (["--period", "2014-T1", "--caisse", "VACAF"], "rien n'est demandé", 1),
        (["--period", "2025-T1", "--caisse", "751"], "rien n'est demandé", 1),
    ],
)
def test_what_the_command_refuses(convention, tmp_path: Path, arguments: list[str], words: str, status: int) -> None:
    with pytest.raises(CommandError, match=words) as caught:
        run("import_template", *arguments, "-o", tmp_path / "x.xlsx")
    assert caught.value.returncode == status
    assert not (tmp_path / "x.xlsx").exists()
