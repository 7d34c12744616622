"""The open data package: the columns of the contract, valid for Frictionless, never half written."""

import csv
import json
import re
from datetime import UTC, date, datetime, timedelta
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from cog import audit
from cog.models import Convention, User
from cog.operations import command_account
from cog.periods import parse
from indicators.intake.groups import GroupRow
from indicators.operations import accept_batch, compute_results, receive_batch, save_groups
from indicators.queries.known_at import CannotRestore, evaluation_known, memberships_known
from reports.models import Transmission
from reports.opendata import FILES, Known, files_named, text, write_zip

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


# --- As of a day ------------------------------------------------------------------------------------------------------
MAY, JUNE = datetime(2014, 5, 5, 9, tzinfo=UTC), datetime(2014, 6, 9, 9, tzinfo=UTC)
HEADER = "mesure,caisse,periode,ventilation,valeur\n"


def _accept(convention: Convention, at: datetime, *rows: str) -> None:
    by, data = command_account(), (HEADER + "\n".join(rows) + "\n").encode()
    received = receive_batch(convention=convention, file_name=f"{at:%m%d}.csv", data=data, by=by, at=at)
    accept_batch(batch=received.batch, by=by, at=at, reason="essai")


def _first_and_correction(convention: Convention) -> None:
    _accept(convention, MAY, "pieces_traitees,011,2014-01,,100", "pieces_traitees_15j,011,2014-01,,80")
    _accept(convention, JUNE, "pieces_traitees_15j,011,2014-01,,90")


def _as_of(tmp_path: Path, day: str) -> Path:
    call_command("opendata", tmp_path / day, "--as-of", day, stdout=StringIO())
    return tmp_path / day


def _told(package: Path) -> dict[str, dict[str, str]]:
    content = json.loads((package / "datapackage.json").read_text(encoding="utf-8"))
    return {one["name"]: one for one in content["resources"]}


def test_a_day_tells_what_was_known_then(convention: Convention, tmp_path: Path) -> None:
    """Before the correction, the value as first accepted and its result; the file says of when it is."""
    from frictionless import Package

    _first_and_correction(convention)
    package = _as_of(tmp_path, "2014-05-31")
    seen = [(row["measure"], row["value"], row["revision"]) for row in _rows(package, "observations")]
    assert seen == [("pieces_traitees", "100", "1"), ("pieces_traitees_15j", "80", "1")]
    rows = [r for r in _rows(package, "results") if (r["code"], r["scope"]) == ("F10-21", "011")]
    assert {row["period"]: row["value"] for row in rows}["2014-01"] == "80"
    assert max(row["period"] for row in rows) == "2014-T1", "no period that was not over"
    told = _told(package)
    assert {told[name]["as_of"] for name in ("observations", "results", "targets", "transmissions")} == {"2014-05-31"}
    assert "valeurs acceptées" in told["results"]["description"]
    assert "lecture actuelle" in told["fiches"]["description"]
    report = Package(str(package / "datapackage.json")).validate()
    assert report.valid, report.flatten(["path", "rowNumber", "fieldName", "message"])[:10]


def test_what_is_known_today_is_what_the_table_of_results_holds(convention: Convention) -> None:
    """The two ways give the same rows, to the last digit."""
    _first_and_correction(convention)
    compute_results(convention=convention, periods=None, by=command_account(), at=JUNE, progress=lambda *step: None)
    now = Known(convention)
    restored = Known.at_the_end_of(timezone.localdate(), convention=convention, today=timezone.localdate())
    for name in ("headlines", "secondary", "dispersions"):
        kept, told = list(getattr(now.results, name)()), list(getattr(restored.results, name)())
        assert len(kept) > (0 if name == "dispersions" else 1000)
        assert [list(map(text, row)) for row in told] == [list(map(text, row)) for row in kept], name


def _group(convention: Convention, value: str, since: date, at: datetime) -> None:
    row = GroupRow(line=1, body="011", key="taille", value=value, since=since, until=None, source="essai")
    save_groups(convention=convention, rows=[row], by=command_account(), at=at)


def test_groups_entered_since_are_undone(convention: Convention) -> None:
    _group(convention, "petite", date(2013, 1, 1), MAY)
    _group(convention, "grande", date(2014, 1, 1), JUNE)  # ends the first on 31 December
    between = MAY + timedelta(days=1)
    assert [tuple(one) for one in memberships_known(convention=convention, at=between)] == [
        ("taille", "petite", "011", date(2013, 1, 1), None)
    ]
    assert memberships_known(convention=convention, at=MAY - timedelta(days=1)) == []


def test_what_cannot_be_restored_is_taken_from_what_was_sent_or_refused(
    sent: Transmission, convention: Convention, tmp_path: Path
) -> None:
    """A membership replaced since cannot be undone: the results are those of the transmissions of that day, or none."""
    later = sent.transmitted_at + timedelta(days=30)
    _group(convention, "petite", date(2013, 1, 1), sent.transmitted_at - timedelta(days=9))
    _group(convention, "grande", date(2013, 1, 1), later)
    package = _as_of(tmp_path, "2014-08-01")
    assert "transmissions 2014-T2/1" in _told(package)["results"]["description"]
    rows = {row["scope"]: row for row in _rows(package, "results") if row["code"] == "F10-21"}
    assert (rows["011"]["period"], rows["011"]["numerator"]) == ("2014-T2", "2400")
    assert {row["period"] for row in _rows(package, "results")} <= {"2014-T2", "2014-S1"}
    with pytest.raises(CommandError, match=r"ne peuvent être rétablis.*remplacée depuis"):
        _as_of(tmp_path, "2014-07-29")
    assert not (tmp_path / "2014-07-29").exists()


def test_a_reference_changed_since_cannot_be_undone(convention: Convention) -> None:
    """The first load is the text itself; a later one that touched what results read is refused, with its date."""
    audit.record(
        action="convention.loaded", subject=convention.code, by=command_account(),
        at=timezone.now() + timedelta(days=1), details={"cibles": [0, 1, 0]},
    )  # fmt: skip
    with pytest.raises(CannotRestore, match=r"rechargée le .* : cibles"):
        evaluation_known(convention=convention, at=JUNE)


@pytest.mark.parametrize(("day", "said"), [("2999-01-01", "attendu au plus tard aujourd'hui"), ("mai", "AAAA-MM-JJ")])
def test_a_day_to_come_or_unreadable_is_refused(convention: Convention, tmp_path: Path, day: str, said: str) -> None:
    with pytest.raises(CommandError, match=said):
        _as_of(tmp_path, day)
    assert list(tmp_path.iterdir()) == []


def test_the_zip_is_the_same_whenever_it_is_written(convention: Convention, people: dict[str, User]) -> None:
    """A zip of the files an account may read: same content, same bytes."""
    files = files_named(["fiches", "actions", "anomalies"])
    found = []
    for _ in range(2):
        stream = BytesIO()
        counts = write_zip(stream, files, Known(convention), progress=lambda *step: None)
        found.append(stream.getvalue())
    assert counts["fiches"] == 23
    assert found[0] == found[1]
