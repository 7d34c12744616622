"""Loading a convention: whole or not at all, every problem with its file and line, twice the same changes nothing."""

import shutil
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from actions.models import Action, Deadline
from budgets.models import BudgetAmount, BudgetLine
from cog.models import AuditEvent, Convention, Fiche, Organisation, SourceAnomaly
from cog.operations import ReferenceRefused, command_account, load_convention
from indicators.models import Indicator, Measure, Target

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "fixtures" / "cog-2013-2017"

# Rows of the 22 tables of actions, fiches 1 to 22 (the convention, l. 793-4428).
OTHER = "cog-bis"
ROWS = [13, 8, 14, 18, 10, 15, 14, 17, 11, 20, 13, 29, 5, 5, 4, 19, 2, 8, 21, 26, 11, 9]


def _load(folder: Path, *, dry_run: bool = False):
    return load_convention(path=folder, by=command_account(), at=timezone.now(), dry_run=dry_run)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the folder, under another code, that a test may spoil: nothing of it is in the database."""
    copy = Path(shutil.copytree(FOLDER, tmp_path / "cog"))
    _replace("convention.yaml", "code: cog-2013-2017", f"code: {OTHER}")(copy)
    return copy


@pytest.mark.django_db
def test_the_convention_is_whole_once_loaded() -> None:
    assert [Action.objects.filter(fiche__number=n).count() for n in range(1, 23)] == ROWS
    assert Fiche.objects.count() == 23
    assert Organisation.objects.caisses().count() == 102
    assert Indicator.objects.count() == 68
    assert Indicator.objects.values("number").distinct().count() == 59
    assert Indicator.objects.filter(kind="resultat").count() == 23
    assert {line.fund.code for line in BudgetLine.objects.select_related("fund")} == {"fnas", "fnga"}
    assert SourceAnomaly.objects.count() > 100
    assert Deadline.objects.filter(action__fiche__number=12, action__ordinal=8).get().raw == ""


@pytest.mark.django_db
def test_loading_twice_changes_nothing() -> None:
    events = AuditEvent.objects.count()
    assert events
    again = _load(FOLDER)
    assert not again.any, [str(change) for change in again.changes if change.any]
    assert AuditEvent.objects.count() == events


@pytest.mark.django_db
def test_a_dry_run_counts_and_writes_nothing(folder: Path) -> None:
    loaded = _load(folder, dry_run=True)
    assert loaded.any
    assert not Convention.objects.filter(code=OTHER).exists()


@pytest.mark.django_db
def test_a_corrected_file_updates_in_place(folder: Path) -> None:
    _load(folder)
    before = Measure.objects.get(convention__code=OTHER, code="pieces_traitees").pk
    path = folder / "measures.csv"
    text = path.read_text(encoding="utf-8")
    line = next(one for one in text.splitlines() if one.startswith("pieces_traitees,"))
    path.write_text(
        text.replace(line, line.replace("pieces_traitees,", "pieces_traitees,Autre libellé ", 1)),
        encoding="utf-8",
    )
    changes = {change.name: change for change in _load(folder).changes}
    assert (changes["données de base"].created, changes["données de base"].updated) == (0, 1)
    after = Measure.objects.get(convention__code=OTHER, code="pieces_traitees")
    assert after.pk == before
    assert after.label.startswith("Autre libellé")


@pytest.mark.django_db
def test_another_convention_lives_beside_this_one(folder: Path) -> None:
    _load(folder)
    assert Convention.objects.count() == 2
    assert Fiche.objects.count() == 46
    assert Target.objects.filter(indicator__convention__code=OTHER).exists()


def _replace(name: str, old: str, new: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        path = folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return spoil


def _double_measure(folder: Path) -> None:
    path = folder / "measures.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + text.splitlines()[-1] + "\n", encoding="utf-8")


def _remove_fiche_10(folder: Path) -> None:
    path = folder / "fiches.yaml"
    text = path.read_text(encoding="utf-8")
    start, end = text.index("  - number: 10\n"), text.index("  - number: 11\n")
    path.write_text(text[:start] + text[end:], encoding="utf-8")


SPOILED = {
    "a wrong sum": (
        _replace("budgets/fnga_amounts.csv", "5,2013,1465.36", "5,2013,1475.36"),
        "budgets/fnga_amounts.csv",
        "1465.36",
    ),
    "a duplicate code": (_double_measure, "measures.csv", "une seconde fois"),
    "dates out of order": (
        _replace(
            "actions/fiche-01.yaml",
            "start: 2013-01-01, end: 2013-12-31",
            "start: 2013-12-31, end: 2013-01-01",
        ),
        "actions/fiche-01.yaml",
        "après le début",
    ),
    "a term out of order": (
        _replace("convention.yaml", "end: 2017-12-31", "end: 2012-12-31"),
        "convention.yaml",
        "2013-01-01",
    ),
    "a missing fiche": (_remove_fiche_10, "fiches.yaml", "sans trou"),
    "broken YAML": (_replace("fiches.yaml", "  - number: 2\n", "  - number: [2\n"), "fiches.yaml", "YAML"),
    "a number that is none": (
        _replace("budgets/fnas_amounts.csv", "2,2010,2035996", "2,2010,2 035 996"),
        "budgets/fnas_amounts.csv",
        "point",
    ),
    "a reading the reader does not share": (
        _replace(
            "actions/fiche-01.yaml",
            '{raw: "2013", step: null, kind: year',
            '{raw: "2013", step: null, kind: period',
        ),
        "actions/fiche-01.yaml",
        "lecteur",
    ),
    "a key nobody knows": (
        _replace("fiches.yaml", "    domain: 1\n", "    domaine: 1\n"),
        "fiches.yaml",
        "domain",
    ),
    "a measure that is not described": (
        _replace("methods.yaml", "numerator: eaje_places_creees\n", "numerator: eaje_places_imaginaires\n"),
        "methods.yaml",
        "measures.csv",
    ),
    "a missing file": (
        lambda folder: (folder / "organisations.csv").unlink(),
        "organisations.csv",
        "un fichier",
    ),
    "other columns": (
        _replace("organisations.csv", "code,name", "code,nom"),
        "organisations.csv",
        "les colonnes",
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize(("spoil", "file", "words"), SPOILED.values(), ids=SPOILED.keys())
def test_a_bad_folder_is_refused_whole_and_says_where(folder: Path, spoil: Callable, file: str, words: str) -> None:
    spoil(folder)
    with pytest.raises(ReferenceRefused) as refusal:
        _load(folder)
    problems = [problem for problem in refusal.value.problems if problem.file == file]
    assert any(words in problem.expected or words in problem.found for problem in problems), refusal.value.problems
    assert any(problem.line for problem in problems) or file == "organisations.csv"
    assert not Convention.objects.filter(code=OTHER).exists()
    assert not BudgetAmount.objects.filter(line__fund__convention__code=OTHER).exists()


@pytest.mark.django_db
def test_all_problems_come_at_once(folder: Path) -> None:
    SPOILED["a wrong sum"][0](folder)
    SPOILED["a duplicate code"][0](folder)
    with pytest.raises(ReferenceRefused) as refusal:
        _load(folder)
    assert {"budgets/fnga_amounts.csv", "measures.csv"} <= {problem.file for problem in refusal.value.problems}


@pytest.mark.django_db
def test_the_command_prints_the_problems_and_exits_1(folder: Path) -> None:
    SPOILED["a wrong sum"][0](folder)
    errors = StringIO()
    with pytest.raises(SystemExit) as exit_status:
        call_command("load_convention", folder, stderr=errors)
    assert exit_status.value.code == 1
    assert "budgets/fnga_amounts.csv, ligne" in errors.getvalue()
    assert "rien n'a été chargé" in errors.getvalue()


@pytest.mark.django_db
def test_a_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReferenceRefused):
        _load(tmp_path / "nulle-part")
