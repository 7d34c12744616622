"""What documents are made of: a fault of `documents.yaml` is told with its line, whatever it names."""

import shutil
from pathlib import Path

import pytest

from cog.models import Convention
from cog.reference.convention import parse_convention
from cog.reference.files import Folder
from reports.models import DocumentLayout
from reports.reference import FILE, NEEDS, DocumentsContent, DocumentsPart

FOLDER = Path(__file__).parents[2] / "fixtures" / "cog-2013-2017"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "cog"))


def _parse(path: Path) -> tuple[DocumentsContent, Folder]:
    folder = Folder(path)
    ground = parse_convention(folder)
    assert ground is not None and not folder.problems
    return DocumentsPart().parse(folder, ground.context), folder


SPOILED = [
    ("code: FRA-TDB", "code: FRA-TDX", "l’obligation « FRA-TDX »"),
    ("goes_with: TBB-4", "goes_with: TBB-9", "l’obligation « TBB-9 »"),
    ("codes: [F16-41, F16-42,", "codes: [F16-99, F16-42,", "indicateur « F16-99 », inconnu"),
    ("codes: [bilan_fonds]", "codes: [bilan_des_fonds]", "tableau « bilan_des_fonds », inconnu"),
    ("fund: fnas}", "fund: fnax}", "fonds « fnax », inconnu"),
    ("fiches: [18]", "fiches: [81]", "fiche « 81 », inconnu"),
    ("{code: visites, over: sum}", "{code: visiteurs, over: sum}", "donnée « visiteurs », inconnu"),
    ("{code: visites, over: sum}", "{code: visites, over: mean}", "« mean »"),
    ("kind: sdsi_synthesis", "kind: sdsi_summary", "« sdsi_summary »"),
    (", fiches: [18]}", "}", "un bloc actions sans « fiches »"),
    ("name: effectifs", "name: charge", "deux sections du même nom"),
    ("goes_with: TBB-6", "goes_with: TBB-6\n    blocks: [{kind: sdsi_synthesis, title: x}]", "goes_with et des blocs"),
]


@pytest.mark.parametrize(("old", "new", "words"), SPOILED, ids=[words for _, _, words in SPOILED])
def test_a_fault_is_told_with_its_line(folder: Path, old: str, new: str, words: str) -> None:
    path = folder / FILE
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    _, read = _parse(folder)
    assert read.problems, words
    assert all(problem.file == FILE and problem.line for problem in read.problems)
    assert any(words in str(problem) for problem in read.problems), [str(one) for one in read.problems]


def test_a_convention_may_say_nothing_of_its_documents(folder: Path) -> None:
    (folder / FILE).unlink()
    content, read = _parse(folder)
    assert (content.documents, content.mission, read.problems) == ([], None, [])


def test_every_kind_of_block_is_one_we_can_build() -> None:
    from reports.owed_content import BUILDERS

    assert set(BUILDERS) == set(NEEDS)


def test_the_file_is_loaded(convention: Convention) -> None:
    rows = {row.code: row for row in DocumentLayout.objects.filter(convention=convention)}
    assert [block["kind"] for block in rows["FRA-TDB"].layout["blocks"]] == ["indicators", "actions"]
    assert rows["MOY-EFF-4"].goes_with == "TBB-4"
    assert [one["name"] for one in rows[DocumentLayout.MISSION].layout["sections"]][:2] == ["charge", "effectifs"]
