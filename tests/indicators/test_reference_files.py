"""The indicators' files: one spoiled cell, one refusal on its file and line, and nothing loaded."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone

from cog.operations import ReferenceRefused, command_account, load_convention

FOLDER = Path(__file__).parents[2] / "fixtures" / "cog-2013-2017"

COVERAGE = "childcare-coverage-2017.csv"
PUBLISHED = "published-results.csv"
FICHE_1 = "indicators/fiche-01.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "cog"))


def _replace(name: str, old: str, new: str) -> tuple[str, Callable[[str], str]]:
    def spoil(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return name, spoil


def _double_last(text: str) -> str:
    return text + text.splitlines()[-1] + "\n"


SPOILED = {
    "a year that is none": (_replace(COVERAGE, "2017,01,", "vers 2017,01,"), "un nombre entier"),
    "a rate above 300": (_replace(COVERAGE, ",12.6,", ",1260,"), "300"),
    "a rate below 0": (_replace(COVERAGE, ",12.6,", ",-12.6,"), "au moins"),
    "a comma in a rate": (_replace(COVERAGE, ",12.6,", ',"12,6",'), "point"),
    "a departement twice": ((COVERAGE, _double_last), "une seconde fois"),
    "a figure of an unknown sheet": (_replace(PUBLISHED, "F1-1.1,2013", "F1-99,2013"), "F1-99"),
    "a figure that is no number": (_replace(PUBLISHED, "national,13732,", "national,abc,"), "un nombre"),
    "a period that does not exist": (_replace(PUBLISHED, "2015,2015-12,", "2015,2015-13,"), "2015-13"),
    "breakdowns without values": (_replace("measures.csv", ",prestation=*,", ",prestation,"), "ventilations"),
    "a breakdown twice": (
        _replace("measures.csv", ",prestation=*,", ",prestation=*;prestation=a|b,"),
        "une seule fois",
    ),
    "a value twice": (_replace("measures.csv", "=avec|sans,", "=avec|avec,"), "une seule fois"),
    "a sheet in another fiche's file": (_replace(FICHE_1, "code: F1-1.1", "code: F2-1.1"), "F1-…"),
    "a sheet without method": (_replace(FICHE_1, "code: F1-1.1", "code: F1-1.9"), "sans méthode"),
    "two files for one fiche": (
        _replace("indicators/fiche-02.yaml", "fiche: 2\n", "fiche: 1\n"),
        FICHE_1,
    ),
    "a target after the term": (_replace(FICHE_1, "to: 2017-12-31", "to: 2019-12-31"), "2018-12-31"),
    "a target before the term": (_replace(FICHE_1, "from: 2017-01-01", "from: 2012-01-01"), "2013-01-01"),
    "a number that lost its digits": (_replace(FICHE_1, 'value: "14475"', "value: 14475.0"), "entre guillemets"),
    "a method without sheet": (_replace("methods.yaml", "\nF1-1.1:\n", "\nF1-1.9:\n"), "F1-1.9"),
    "a note without method": (_replace("method-notes.yaml", "  F1-1.1: ", "  F1-1.9: "), "F1-1.9"),
    "notes that are a list": (("method-notes.yaml", lambda text: "notes: [a, b]\n"), "notes"),
}


@pytest.mark.django_db
@pytest.mark.parametrize(("change", "words"), SPOILED.values(), ids=SPOILED.keys())
def test_a_spoiled_file_is_refused_and_says_where(folder: Path, change: tuple, words: str) -> None:
    name, spoil = change
    path = folder / name
    path.write_text(spoil(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(ReferenceRefused) as refusal:
        load_convention(path=folder, by=command_account(), at=timezone.now())
    problems = [problem for problem in refusal.value.problems if problem.file == name]
    assert any(words in str(problem) and problem.line for problem in problems), [*map(str, refusal.value.problems)]
