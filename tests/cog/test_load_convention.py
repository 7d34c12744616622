"""Loading a convention: whole or not at all, every problem with its file and line, twice the same changes nothing."""

import re
import shutil
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
from tests.cog.spoiled_folders import OTHER, SPOILED, WITHOUT_LINE, cut, replace

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "fixtures" / "cog-2013-2017"

# Rows of the 22 tables of actions, fiches 1 to 22 (the convention, l. 793-4428).
ROWS = [13, 8, 14, 18, 10, 15, 14, 17, 11, 20, 13, 29, 5, 5, 4, 19, 2, 8, 21, 26, 11, 9]


def _load(folder: Path, *, dry_run: bool = False):
    return load_convention(path=folder, by=command_account(), at=timezone.now(), dry_run=dry_run)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the folder, under another code, that a test may spoil: nothing of it is in the database."""
    copy = Path(shutil.copytree(FOLDER, tmp_path / "cog"))
    replace("convention.yaml", "code: cog-2013-2017", f"code: {OTHER}")(copy)
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
    replace("actions/fiche-01.yaml", 'number: "2"', "number: 2")(folder)
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
    replace("fiches.yaml", "Développer les services", "Étendre les services")(folder)
    with pytest.raises(ReferenceRefused) as refusal:
        _load(folder)
    (problem,) = refusal.value.problems
    assert (problem.file, problem.found.rsplit(" : ", 1)[1]) == ("table « actions »", "avancements (1)")
    assert Action.objects.filter(pk=last.pk).exists()
    assert not Convention.objects.get(code=OTHER).domain_set.filter(title__startswith="Étendre").exists()


@pytest.mark.django_db
def test_the_last_fiche_can_be_removed(folder: Path) -> None:
    _load(folder)
    cut("fiches.yaml", "  - number: 23\n", None)(folder)
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
    cut("indicators/fiche-21.yaml", f"  - code: {code}\n", None)(folder)
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
