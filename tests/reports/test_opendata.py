"""The open data package: the columns of the contract, valid for Frictionless, never half written."""

import csv
import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from cog.models import Convention
from cog.operations import command_account
from cog.periods import parse
from indicators.operations import accept_batch, compute_results, receive_batch
from reports.opendata import FILES

pytestmark = pytest.mark.django_db

OBSERVED = (
    "mesure,caisse,periode,ventilation,valeur\npieces_traitees,011,2014-01,,3\npieces_traitees_15j,011,2014-01,,1\n"
)


@pytest.fixture
def package(convention: Convention, tmp_path: Path) -> Path:
    """A package with one computed month."""
    by, at = command_account(), timezone.now()
    received = receive_batch(convention=convention, file_name="m.csv", data=OBSERVED.encode(), by=by, at=at)
    accept_batch(batch=received.batch, by=by, at=at, reason="essai")
    compute_results(convention=convention, periods=[parse("2014-01")], by=by, at=at, progress=lambda *step: None)
    call_command("opendata", tmp_path / "paquet", stdout=StringIO())
    return tmp_path / "paquet"


def _rows(package: Path, name: str) -> list[dict[str, str]]:
    with (package / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_frictionless_finds_it_valid(package: Path) -> None:
    from frictionless import Package

    report = Package(str(package / "datapackage.json")).validate()
    assert report.valid, report.flatten(["path", "rowNumber", "fieldName", "message"])[:10]


@pytest.mark.shared
def test_columns_are_those_of_the_contract(shared_dir: Path) -> None:
    """Every file this version writes has the columns `contracts.md` names, in its order."""
    text = (shared_dir / "design" / "contracts.md").read_text(encoding="utf-8")
    promised = dict(re.findall(r"^\| `(\w+)\.csv` \| (.+) \|$", text, flags=re.MULTILINE))
    for file in FILES:
        words = promised[file.name]
        if file.name in {"secondary_results", "published"}:
            continue
        listed = re.sub(r"\([^)]*\)", "", words).split(". ")[0].split(": ")[0].replace(" and ", ", ")
        names = [name.strip().rstrip(".") for name in listed.split(",")]
        assert [column.name for column in file.columns] == names, file.name


def test_every_row_of_the_convention_is_there(package: Path) -> None:
    counts = {
        name: len(_rows(package, name))
        for name in ("fiches", "actions", "indicators", "measures", "budget_lines", "budget_amounts")
    }
    assert counts == {
        "fiches": 23,
        "actions": 292 + 76,
        "indicators": 68,
        "measures": 116,
        "budget_lines": 134,
        "budget_amounts": 977,
    }


def test_a_deadline_is_a_row_even_when_the_cell_is_blank(package: Path) -> None:
    rows = [row for row in _rows(package, "deadlines") if (row["fiche"], row["ordinal"]) == ("12", "8")]
    assert [(row["raw"], row["kind"], row["start"], row["end"]) for row in rows] == [("", "unscheduled", "", "")]
    steps = [row for row in _rows(package, "deadlines") if (row["fiche"], row["ordinal"]) == ("1", "5")]
    assert [(row["step"], row["raw"], row["start"], row["end"]) for row in steps] == [
        ("1", "2014", "2014-01-01", "2014-12-31"),
        ("2", "2017", "2017-01-01", "2017-12-31"),
        ("3", "2014", "2014-01-01", "2014-12-31"),
    ]


def test_figures_are_plain_and_as_printed(package: Path) -> None:
    amounts = {(row["fund"], row["position"], row["year"]): row["amount"] for row in _rows(package, "budget_amounts")}
    assert amounts["fnga", "10", "2013"] == "24.00"
    assert amounts["fnas", "2", "2017"] == "3813006"
    targets = [row for row in _rows(package, "targets") if row["code"] == "F15-40"]
    assert [(row["mode"], row["operator"], row["value"], row["threshold"]) for row in targets] == [
        ("change_points", ">=", "2", "93")
    ]


def test_a_result_is_unrounded_and_a_missing_one_has_its_row(package: Path) -> None:
    rows = {
        row["scope"]: row for row in _rows(package, "results") if (row["code"], row["period"]) == ("F10-21", "2014-01")
    }
    assert rows["011"]["value"].startswith("33.3333333333")
    assert (rows["011"]["numerator"], rows["011"]["denominator"], rows["011"]["simulated"]) == ("1", "3", "0")
    assert (rows["021"]["value"], rows["021"]["state"]) == ("", "non_calculable:donnee_manquante")
    assert (rows["national"]["state"], rows["national"]["verdict"]) == ("incomplet", "incomplet")


def test_one_headline_per_key_in_order(package: Path) -> None:
    keys = [(row["code"], row["scope"], row["period"], row["breakdown"]) for row in _rows(package, "results")]
    assert len(keys) == len(set(keys))
    assert keys == sorted(keys)


def test_a_foreign_folder_is_refused_and_an_earlier_package_replaced(package: Path, tmp_path: Path) -> None:
    foreign = tmp_path / "autre"
    foreign.mkdir()
    (foreign / "important.txt").write_text("à garder", encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("opendata", foreign, stdout=StringIO())
    assert [path.name for path in foreign.iterdir()] == ["important.txt"]
    call_command("opendata", package, stdout=StringIO())
    assert (package / "datapackage.json").exists()
