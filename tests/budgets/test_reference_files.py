"""The budgets' files: one spoiled cell or rule, one refusal on its file and line, and nothing loaded."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone

from cog.operations import ReferenceRefused, command_account, load_convention

FOLDER = Path(__file__).parents[2] / "fixtures" / "cog-2013-2017"

FUNDS = "budgets/funds.yaml"
FNAS = "budgets/fnas_amounts.csv"
FNGA = "budgets/fnga_amounts.csv"
PLACES = "budgets/chronique.csv"
RECEIPTS = "budgets/receipts.csv"
TABLES = "budgets/statements.yaml"
PUBLISHED = "budgets/published.csv"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "cog"))


def _replace(name: str, old: str, new: str) -> tuple[str, Callable[[str], str]]:
    def spoil(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return name, spoil


def _twice(name: str, start: str) -> tuple[str, Callable[[str], str]]:
    def spoil(text: str) -> str:
        return text + next(line for line in text.splitlines(keepends=True) if line.startswith(start))

    return name, spoil


SPOILED = {
    "cross-check of an unknown line": (_replace(FUNDS, "{line: 77, parts: [", "{line: 999, parts: ["), "999"),
    "cross-check of a text": (_replace(FUNDS, "parts: [68, 69, 74]", "parts: [zz]"), "zz"),
    "cross-check without its line": (_replace(FUNDS, "{line: 77, parts", "{ligne: 77, parts"), "ligne"),
    "a cross-check that does not hold": (_replace(FNAS, "77,2013,994111", "77,2013,994911"), "contrôle croisé"),
    "a cross-check of the Fnga": (_replace(FNGA, "31,2014,5.15", "31,2014,5.51"), "contrôle croisé"),
    "a wrong variation": (_replace(FNAS, "25,2012-2017,269677", "25,2012-2017,269767"), "2017 - 2012"),
    "a missing variation": (_replace(FNAS, "2,2012-2017,1435438,4587\n", ""), "une case vide"),
    "a variation on the blank line": (_replace(FNAS, "59,2012-2017,0", "59,2012-2017,9"), "2017 - 2012"),
    "a wrong rate": (_replace(FNAS, "88,2013,5.6", "88,2013,5.7"), "derived"),
    "a wrong mean rate": (_replace(FNAS, "101,2012-2017,7.5", "101,2012-2017,7.6"), "derived"),
    "a wrong difference": (_replace(FNAS, "99,2014,186065", "99,2014,186605"), "derived"),
    "a wrong cumul": (_replace(FNAS, "102,2012-2017,5784365", "102,2012-2017,5784635"), "derived"),
    "a rate where none is printed": (_replace(FNAS, "98,2013,9.3", "98,2012,9.3"), "case vide"),
    "a computed row nobody explains": (
        _replace(FUNDS, "      - {line: 98, kind: growth, of: 97, from: 2013}\n", ""),
        "ligne 98",
    ),
    "a rate said to be a difference": (
        _replace(FUNDS, "line: 88, kind: growth", "line: 88, kind: difference"),
        "rence",
    ),
    "a gap nobody names": (_replace(FUNDS, "anomaly: A-FNAS-1,", "anomaly: A-FNAS-999,"), "A-FNAS-999"),
    "a gap of another size": (_replace(FUNDS, "difference: -51353", "difference: -51354"), "-51353"),
    "a gap that is none": (
        _replace(FUNDS, 'line: 100, year: "2012-2017"', 'line: 87, year: "2012-2017"'),
        "tombe juste",
    ),
    "a group without a nature": (_replace(FUNDS, "nature: evaluatif, fungible", "nature: autre, fungible"), "autre"),
    "a group that is not fungible nor not": (_replace(FUNDS, "fungible: true", "fungible: parfois"), "fungible"),
    "a group of other keys": (_replace(FUNDS, "fungible: true", "fongible: true"), "fongible"),
    "an article of an unknown group": (_replace(FUNDS, "origins: [mayotte]", "origins: [maillote]"), "maillote"),
    "an article of an unknown nature": (
        _replace(FUNDS, "origin_natures: [evaluatif]", "origin_natures: [libre]"),
        "libre",
    ),
    "an article of an unknown anomaly": (_replace(FUNDS, "anomaly: A-FNGA-24", "anomaly: A-FNGA-99"), "A-FNGA-99"),
    "an article of an unknown act": (_replace(FUNDS, "acts: [vote]", "acts: [voeu]"), "acts"),
    "an article without its line": (_replace(FUNDS, "        seed_line: 6459\n", ""), "seed_line"),
    "an edition twice": (_replace(FUNDS, "number: 2, obligation: TBB-2", "number: 1, obligation: TBB-2"), "number"),
    "an edition that needs what is no act": (_replace(FUNDS, "needs: [prevision]", "needs: [previsions]"), "needs"),
    "credits that come to an unknown group": (
        _replace(FUNDS, "group: personnel, label", "group: perso, label"),
        "perso",
    ),
    "a table that adds up what it has not": (_replace(TABLES, "sum: [cdi, cdd]", "sum: [cdi, ccd]"), "ccd"),
    "a table of an unknown fund": (_replace(TABLES, "    fund: fnga\n", "    fund: fngb\n"), "fngb"),
    "a table whose equality names nothing": (_replace(TABLES, "{left: ap, right: cp,", "{left: ap, right: cq,"), "cq"),
    "a table with a column twice": (_replace(TABLES, "{code: cdd,", "{code: cdi,"), "une seconde fois"),
    "a published amount of an unknown line": (_replace(PUBLISHED, "vote,100,2013", "vote,1000,2013"), "1000"),
    "a published amount that is none": (_replace(PUBLISHED, ",4919,", ",environ 4919,"), "amount"),
    "a line above itself": (
        _replace("budgets/fnga_lines.csv", "TOTAL PERSONNEL,18,", "TOTAL PERSONNEL,3,"),
        "parent_position",
    ),
    "decimals in k€": (_replace(FNAS, "2,2010,2035996", "2,2010,2035996.4"), "près"),
    "three decimals in M€": (_replace(FNGA, "3,2013,1438.96", "3,2013,1438.961"), "près"),
    "two decimals in a rate": (_replace(FNAS, "88,2013,5.6", "88,2013,5.58"), "près"),
    "a number in scientific form": (_replace(FNAS, "2,2010,2035996", "2,2010,2E6"), "point"),
    "a second figure of places": (_twice(PLACES, "1,"), "une seconde fois"),
    "places under an unknown line": (_replace(PLACES, "PMI),3,component,2013", "PMI),9,component,2013"), "9"),
    "places that do not add up": (_replace(PLACES, "2016,15565", "2016,15655"), "somme de ses"),
    "a wrong total of places": (_replace(PLACES, "Total,34593", "Total,34953"), "somme de ses années"),
    "places of another year": (_replace(PLACES, "component,2013,17095", "component,2031,17095"), "2031"),
    "a receipt twice": (_twice(RECEIPTS, "704,"), "une seconde fois"),
    "a share above 100": (_replace(RECEIPTS, "résiduels,,75", "résiduels,,750"), "100"),
    "a share that is not the printed one": (_replace(RECEIPTS, "100%,100,6533", "100%,75,6533"), "imprimée"),
}


@pytest.mark.django_db
@pytest.mark.parametrize(("change", "words"), SPOILED.values(), ids=SPOILED.keys())
def test_a_spoiled_file_is_refused_and_says_where(folder: Path, change: tuple, words: str) -> None:
    name, spoil = change
    path = folder / name
    path.write_text(spoil(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(ReferenceRefused) as refusal:
        load_convention(path=folder, by=command_account(), at=timezone.now())
    problems = [problem for problem in refusal.value.problems if problem.file == name or "lines.csv" in name]
    assert any(words in str(problem) and problem.line for problem in problems), [*map(str, refusal.value.problems)]
