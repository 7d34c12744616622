"""Loading a convention: whole or not at all, every problem with its file and line, twice the same changes nothing."""

import re
import shutil
from collections.abc import Callable
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from actions.enums import ActionStatus
from actions.models import Action, Deadline, Objective, SdsiAxis, Step
from actions.operations import ProgressEntry, record_progress
from budgets.models import BudgetAmount, BudgetLine
from cog.models import AuditEvent, Convention, Fiche, Organisation, SourceAnomaly
from cog.operations import ReferenceRefused, command_account, load_convention
from indicators.models import Indicator, IndicatorVersion, Measure, Target

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


def _append(name: str, text: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write(text)

    return spoil


def _write(name: str, text: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_text(text, encoding="utf-8") and None


def _remove(*names: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        for name in names:
            path = folder / name
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    return spoil


def _folder_in_place_of(name: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        (folder / name).unlink()
        (folder / name).mkdir()

    return spoil


def _header_only(name: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        path = folder / name
        path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")

    return spoil


def _copy(name: str, other: str) -> Callable[[Path], None]:
    return lambda folder: shutil.copy(folder / name, folder / other) and None


def _cut(name: str, start: str, end: str | None) -> Callable[[Path], None]:
    """Take away what stands from `start` up to `end`, or to the end of the file."""

    def spoil(folder: Path) -> None:
        path = folder / name
        text = path.read_text(encoding="utf-8")
        first = text.index(start)
        path.write_text(text[:first] + (text[text.index(end, first) :] if end else ""), encoding="utf-8")

    return spoil


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
    "no file for a fiche": (_remove("actions/fiche-07.yaml"), "actions/fiche-07.yaml", "actions_elsewhere"),
    "no actions at all": (_remove("actions"), "actions/*.yaml", "au moins un fichier"),
    "no anomalies at all": (_remove("anomalies"), "anomalies/*.yaml", "au moins un fichier"),
    "a fiche without an action": (
        _write("actions/fiche-07.yaml", "fiche: 7\nseed_line: 1903\nactions: []\n"),
        "actions/fiche-07.yaml",
        "au moins 1 élément",
    ),
    "a table without a row": (_header_only("measures.csv"), "measures.csv", "au moins un enregistrement"),
    "two files for a fiche": (
        _copy("actions/fiche-07.yaml", "actions/fiche-07b.yaml"),
        "actions/fiche-07b.yaml",
        "déjà dans actions/fiche-07.yaml",
    ),
    "actions of a fiche that has no table": (
        _replace("actions/fiche-07.yaml", "fiche: 7\n", "fiche: 23\n"),
        "actions/fiche-07.yaml",
        "actions_line",
    ),
    "a control character": (_append("commitments.yaml", "# \x07\n"), "commitments.yaml", "de contrôle"),
    "an escaped control character": (
        _replace("fiches.yaml", 'title: "Développer', 'title: "\\0Développer'),
        "fiches.yaml",
        "de contrôle",
    ),
    "a NUL in a cell": (_replace("organisations.csv", "Caf Ain", "Caf\x00Ain"), "organisations.csv", "de contrôle"),
    "a quotation mark left open": (_append("measures.csv", '"sans fin'), "measures.csv", "guillemet"),
    "a day that does not exist": (
        _replace("convention.yaml", "start: 2013-01-01", "start: 2013-02-30"),
        "convention.yaml",
        "date qui existe",
    ),
    "a key that is a list": (_append("fiches.yaml", "? [a, b]\n: c\n"), "fiches.yaml", "clé simple"),
    "a key written twice": (_append("fiches.yaml", "fiches: []\n"), "fiches.yaml", "deux fois"),
    "an octal number": (_replace("fiches.yaml", "domain: 1\n", "domain: 010\n"), "fiches.yaml", "en chiffres"),
    "a folder in place of a file": (_folder_in_place_of("fiches.yaml"), "fiches.yaml", "un dossier"),
    "a folder in place of a table": (_folder_in_place_of("organisations.csv"), "organisations.csv", "un dossier"),
    "an empty file": (_write("commitments.yaml", ""), "commitments.yaml", "un fichier vide"),
    "a file of comments": (_write("commitments.yaml", "# rien\n"), "commitments.yaml", "un fichier vide"),
    "a line beyond the text": (
        _replace("fiches.yaml", "seed_line: 61\n", "seed_line: 12279\n"),
        "fiches.yaml",
        "12278",
    ),
    "a rank too large": (
        _replace("commitments.yaml", "ordinal: 1\n", "ordinal: 32768\n"),
        "commitments.yaml",
        "32767",
    ),
    "a text too long": (
        _replace("organisations.csv", "Caf Ain", "Caf " + "A" * 120),
        "organisations.csv",
        "120 caractères",
    ),
    "a text too long for its column, unseen by the record": (
        _replace("calendar.yaml", 'covers: "{year}-T1"', 'covers: "' + "T" * 60 + '"'),
        "table « échéances de restitution »",
        "40 caractères",
    ),
    "a body that ends before it begins": (
        _replace("organisations.csv", ",2012-01-01,,", ",2012-01-01,2011-01-01,"),
        "organisations.csv",
        "après valid_from",
    ),
    "an axis the Sdsi has not": (
        _replace("sdsi.yaml", "{number: 6, axis: 2,", "{number: 6, axis: 9,"),
        "sdsi.yaml",
        "axis = 9",
    ),
    "a programme the Sdsi has not": (
        _replace("sdsi.yaml", "ordinal: 76\n    programme: 13", "ordinal: 76\n    programme: 14"),
        "sdsi.yaml",
        "programme = 14",
    ),
    "a programme twice": (
        _replace("sdsi.yaml", "{number: 13, axis: 5,", "{number: 12, axis: 5,"),
        "sdsi.yaml",
        "12",
    ),
    "a lost title that says nothing": (
        _replace("sdsi.yaml", 'title: "Optimiser le pilotage des politiques"', 'title: ""'),
        "sdsi.yaml",
        "sans intitulé",
    ),
    "a rank missing in the Sdsi": (_replace("sdsi.yaml", "ordinal: 76\n", "ordinal: 77\n"), "sdsi.yaml", "76"),
    "a deadline of the Sdsi read otherwise": (
        _replace(
            "sdsi.yaml",
            '{raw: "S2 2015", step: 5, kind: period, start: 2015-07-01',
            '{raw: "S2 2015", step: 5, kind: period, start: 2015-08-01',
        ),
        "sdsi.yaml",
        "lecteur d'échéances",
    ),
    "a step that is not in the label": (
        _replace("actions/fiche-01.yaml", '- "Favoriser la présence', '- "Encourager la présence'),
        "actions/fiche-01.yaml",
        "label",
    ),
    "a deadline that is not in the cell": (
        _replace("actions/fiche-01.yaml", '{raw: "2013"', '{raw: "fin 2013"'),
        "actions/fiche-01.yaml",
        "des mots de la case",
    ),
    "an objective left out": (
        lambda folder: (folder / "actions/fiche-01.yaml").write_text(
            re.sub(r'objective: ".*"', 'objective: ""', (folder / "actions/fiche-01.yaml").read_text("utf-8"), count=1),
            encoding="utf-8",
        ),
        "actions/fiche-01.yaml",
        "objectif vide",
    ),
    "a domain without a fiche": (
        _replace("fiches.yaml", "fiches:\n", '  - {number: 5, title: "Vide", seed_line: 1}\nfiches:\n'),
        "fiches.yaml",
        "sans fiche",
    ),
    "an anomaly without its line": (
        lambda folder: (folder / "anomalies/general.yaml").write_text(
            re.sub(r"\n +seed_line: \d+", "", (folder / "anomalies/general.yaml").read_text("utf-8"), count=1),
            encoding="utf-8",
        ),
        "anomalies/general.yaml",
        "obligatoire",
    ),
    "yes for a number": (_replace("fiches.yaml", "domain: 1\n", "domain: yes\n"), "fiches.yaml", "nombre entier"),
    "a list nobody reads": (_append("fiches.yaml", "annexes: []\n"), "fiches.yaml", "seulement"),
    "a code of another form": (
        _replace("convention.yaml", f"code: {OTHER}", "code: Cog 2013"),
        "convention.yaml",
        "de la forme",
    ),
}
WITHOUT_LINE = {
    "a missing file", "no file for a fiche", "no actions at all", "no anomalies at all", "a folder in place of a file",
    "a folder in place of a table", "an empty file", "a file of comments",
    "a text too long for its column, unseen by the record",
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("case", SPOILED)
def test_a_bad_folder_is_refused_whole_and_says_where(folder: Path, case: str) -> None:
    spoil, file, words = SPOILED[case]
    spoil(folder)
    with pytest.raises(ReferenceRefused) as refusal:
        _load(folder)
    problems = [problem for problem in refusal.value.problems if problem.file == file]
    assert any(words in problem.expected or words in problem.found for problem in problems), refusal.value.problems
    assert any(problem.line for problem in problems) or case in WITHOUT_LINE
    assert not re.search(r"\b(should|must|input|valid|value_error)\b", " ".join(map(str, refusal.value.problems)))
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


@pytest.mark.django_db
@pytest.mark.parametrize(
    "case", ["a control character", "broken YAML", "yes for a number", "a folder in place of a file"]
)
def test_one_fault_is_said_once(folder: Path, case: str) -> None:
    SPOILED[case][0](folder)
    with pytest.raises(ReferenceRefused) as refusal:
        _load(folder)
    assert len(refusal.value.problems) == 1, refusal.value.problems


@pytest.mark.django_db
def test_a_wrong_action_does_not_shift_the_ranks_of_the_others(folder: Path) -> None:
    _replace("actions/fiche-01.yaml", 'number: "2"', "number: 2")(folder)
    with pytest.raises(ReferenceRefused) as refusal:
        _load(folder)
    assert [problem.found for problem in refusal.value.problems] == ["« number » = 2"]


@pytest.mark.django_db
def test_a_byte_order_mark_is_no_fault(folder: Path) -> None:
    for name in ("organisations.csv", "fiches.yaml"):
        (folder / name).write_bytes(b"\xef\xbb\xbf" + (folder / name).read_bytes())
    assert _load(folder).any


def _objective_lines(folder: Path) -> tuple[Path, str, list[str]]:
    path = folder / "actions/fiche-02.yaml"
    text = path.read_text(encoding="utf-8")
    return path, text, list(dict.fromkeys(re.findall(r"^    objective: .*$", text, re.M)))


@pytest.mark.django_db
def test_two_objectives_merged_leave_one_and_keep_their_actions(folder: Path) -> None:
    _load(folder)
    mine = Objective.objects.filter(fiche__convention__code=OTHER, fiche__number=2)
    before, rows = mine.count(), Action.objects.filter(fiche__convention__code=OTHER).count()
    path, text, objectives = _objective_lines(folder)
    path.write_text(text.replace(objectives[-1], objectives[-2]), encoding="utf-8")
    _load(folder)
    assert mine.count() == before - 1
    assert Action.objects.filter(fiche__convention__code=OTHER).count() == rows
    assert not _load(folder).any


def _without_last_action(folder: Path) -> None:
    path = folder / "actions/fiche-02.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.rindex("  - ordinal: ")], encoding="utf-8")


@pytest.mark.django_db
def test_the_last_action_of_a_fiche_goes_with_its_steps(folder: Path) -> None:
    _load(folder)
    _without_last_action(folder)
    _load(folder)
    actions = Action.objects.filter(fiche__convention__code=OTHER, fiche__number=2)
    assert actions.count() == ROWS[1] - 1
    assert not Step.objects.filter(action__fiche__convention__code=OTHER, action__fiche__number=2).exclude(
        action__in=actions
    )
    assert not _load(folder).any


@pytest.mark.django_db
def test_a_row_something_still_refers_to_is_not_removed_and_that_is_said(folder: Path) -> None:
    _load(folder)
    last = Action.objects.filter(fiche__convention__code=OTHER, fiche__number=2).order_by("ordinal").last()
    word = ProgressEntry(last.pk, ActionStatus.DONE, date(2014, 1, 1), date(2014, 1, 1), without_evidence="essai")
    record_progress(entries=[word], by=command_account(), at=timezone.now())
    _without_last_action(folder)
    _replace("fiches.yaml", "Développer les services", "Étendre les services")(folder)
    with pytest.raises(ReferenceRefused) as refusal:
        _load(folder)
    (problem,) = refusal.value.problems
    assert (problem.file, problem.found.rsplit(" : ", 1)[1]) == ("table « actions »", "avancements (1)")
    assert Action.objects.filter(pk=last.pk).exists()
    assert not Convention.objects.get(code=OTHER).domain_set.filter(title__startswith="Étendre").exists()


@pytest.mark.django_db
def test_the_last_fiche_can_be_removed(folder: Path) -> None:
    _load(folder)
    _cut("fiches.yaml", "  - number: 23\n", None)(folder)
    path = folder / "commitments.yaml"
    head, *records = re.split(r"^(?=  - code: )", path.read_text(encoding="utf-8"), flags=re.M)
    kept = [record for record in records if "fiche: 23\n" not in record]
    path.write_text(head + "".join(kept), encoding="utf-8")
    (folder / "sdsi.yaml").unlink()  # its plan goes with it
    _load(folder)
    assert not SdsiAxis.objects.filter(convention__code=OTHER).exists()
    assert Fiche.objects.filter(convention__code=OTHER).count() == 22


@pytest.mark.django_db
def test_a_sheet_can_be_removed_with_its_method(folder: Path) -> None:
    _load(folder)
    code = "F21-59"
    _cut("indicators/fiche-21.yaml", f"  - code: {code}\n", None)(folder)
    _cut_entry(folder / "methods.yaml", code)
    _cut_entry(folder / "method-notes.yaml", code)
    _load(folder)
    assert not Indicator.objects.filter(convention__code=OTHER, code=code).exists()
    assert not IndicatorVersion.objects.filter(indicator__convention__code=OTHER, indicator__code=code).exists()


def _cut_entry(path: Path, code: str) -> None:
    """Take a key away with all that is under it."""
    text = path.read_text(encoding="utf-8")
    pattern = rf'^( *)"?{re.escape(code)}"?:.*\n(?:\1 +.*\n|\n)*'
    path.write_text(re.sub(pattern, "", text, count=1, flags=re.M), encoding="utf-8")
