"""What anyone reads of a published bilan: no value reported, no small number, nobody's name, and nothing before."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from cog import jobs
from cog.models import Convention, User
from cog.operations import command_account
from indicators.models import IndicatorResult
from indicators.operations import accept_batch, compute_results, receive_batch
from reports.enums import DocumentKind, EditionState
from reports.models import DataPackage, Edition
from reports.opendata.known import DispersionRow, ResultRow
from reports.opendata.public import public_dispersion, public_row
from reports.operations import NotPublished, public_package
from tests.reports.quarter import HEADER, MONTHS

AT = datetime(2015, 4, 28, 9, tzinfo=UTC)
AFTER = datetime(2015, 6, 1, 9, tzinfo=UTC)
CANARIES = {
    "pieces": "86753", "dans les temps": "74101", "petit effectif": "7", "après l'exercice": "64229",
    "après l'édition": "97531", "hors indicateur": "55443322",
}  # fmt: skip


# --- The rules, on plain rows -----------------------------------------------------------------------------------------
def _row(scope: str, value: str | None, numerator: str | None, denominator: str | None, bodies: int = 102) -> ResultRow:
    numbers = [None if one is None else Decimal(one) for one in (value, numerator, denominator)]
    return ResultRow(
        "F1-1", scope, "2014", "", *numbers, "definitif", "atteint", Decimal(1), 1, False, "", (bodies, 102)
    )


@pytest.mark.parametrize(
    ("row", "state", "value"),
    [
        (_row("011", "84.5454545454", "93", "110"), "definitif", "84.5"),
        (_row("011", "9.090909", "10", "110"), "secret", None),
        (_row("011", "0", "0", "110"), "secret", None),
        (_row("011", "50", "11", "22"), "definitif", "50.0"),
        (_row("011", "110", "11", "10"), "secret", None),
        (_row("011", "5000", "5000", None), "secret", None),  # a number of its own is what it reported
        (_row("011", "5000", None, None), "secret", None),
        (_row("011", None, "93", None), "definitif", None),
        (_row("national", "9.0909090909", "10", "110"), "definitif", "9.0909090909"),
        (_row("national", "84.5454545454", "93", "110", bodies=2), "secret", None),
        (_row("caf", "84.5454545454", "93", "110", bodies=3), "definitif", "84.5454545454"),
    ],
)
def test_a_result_as_anyone_may_read_it(row: ResultRow, state: str, value: str | None) -> None:
    told = public_row(row, 1, rounded=False)
    assert (told.state, told.value) == (state, None if value is None else Decimal(value))
    if told.is_local or state == "secret":
        assert (told.numerator, told.denominator) == (None, None)
    assert told.verdict == ("non_disponible" if state == "secret" else "atteint")


def test_a_dispersion_with_a_secret_value_is_emptied() -> None:
    row = DispersionRow("F1-1", "2014", 50, *(Decimal("12.345678") for _ in range(10)))
    assert public_dispersion(row, 1, secret=False)[3:] == (Decimal("12.3"),) * 10
    assert public_dispersion(row, 1, secret=True) == ("F1-1", "2014", 50, *[None] * 10)
    assert public_dispersion(row._replace(n=10), 1, secret=False)[3:] == (None,) * 10


# --- The package of a published edition -------------------------------------------------------------------------------
def _quarter(caisse: str, known: str, in_time: str) -> str:
    rows = ((month, "pieces_traitees", known) for month in MONTHS)
    late = ((month, "pieces_traitees_15j", in_time) for month in MONTHS)
    return "".join(f"{measure},{caisse},{month},,{value}\n" for month, measure, value in (*rows, *late))


def _import(convention: Convention, rows: str, at: datetime) -> None:
    by, name = command_account(), f"{hash(rows)}.csv"
    received = receive_batch(convention=convention, file_name=name, data=(HEADER + rows).encode(), by=by, at=at)
    accept_batch(batch=received.batch, by=by, at=at, reason="essai")


@pytest.fixture
def published(convention: Convention, people: dict[str, User]) -> Edition:
    """Four caisses reported a quarter, one of them seven files in time; values came of the next year, and too late."""
    bodies = (("011", "86753", "74101"), ("751", "4000", "7"), ("131", "9000", "8000"), ("591", "9000", "8100"))
    _import(convention, "".join(_quarter(*body) for body in bodies), AT)
    _import(convention, "visites,011,2014-05,,55443322\n", AT)
    _import(convention, "pieces_traitees,011,2015-01,,64229\npieces_traitees_15j,011,2015-01,,64229\n", AT)
    by = command_account()
    _import(convention, "pieces_traitees,131,2014-04,,97531\n", AFTER)
    compute_results(convention=convention, periods=None, by=by, at=AFTER, progress=lambda *told: None)
    return Edition.objects.create(
        convention=convention, kind=DocumentKind.ANNUAL, year=2014, number=1, state=EditionState.PUBLISHED,
        requested_at=AT, requested_by=people["pilotage"],
    )  # fmt: skip


@pytest.fixture
def package(published: Edition, people: dict[str, User], django_capture_on_commit_callbacks: object) -> DataPackage:
    asked = public_package(edition=published, by=people["pilotage"], at=AT)
    jobs.run(str(asked.job_id))
    asked.refresh_from_db()
    assert asked.is_ready, asked.job.message
    return asked


def _rows(package: DataPackage, name: str) -> list[dict[str, str]]:
    with package.file.open("rb") as stream, zipfile.ZipFile(stream) as archive:
        return list(csv.DictReader(io.StringIO(archive.read(name).decode())))


def _cells(package: DataPackage) -> Iterator[str]:
    with package.file.open("rb") as stream, zipfile.ZipFile(stream) as archive:
        for name in archive.namelist():
            if name.endswith(".csv"):
                for line in csv.reader(io.StringIO(archive.read(name).decode())):
                    yield from line


@pytest.mark.django_db
def test_a_caisse_is_read_by_its_rates_and_a_small_number_is_secret(package: DataPackage) -> None:
    rows = {
        row["scope"]: row
        for row in _rows(package, "results.csv")
        if (row["code"], row["period"]) == ("F10-21", "2014-T2")
    }
    assert (rows["011"]["value"], rows["011"]["state"]) == ("85.4", "definitif")
    assert (rows["011"]["numerator"], rows["011"]["denominator"]) == ("", "")
    months = [
        r for r in _rows(package, "results.csv") if (r["code"], r["scope"], r["period"]) == ("F10-21", "751", "2014-04")
    ]
    assert [(r["value"], r["numerator"], r["state"], r["verdict"]) for r in months] == [
        ("", "", "secret", "non_disponible")
    ]
    assert rows["national"]["numerator"] == str(3 * (74101 + 7 + 8000 + 8100))
    assert all(row["period"] <= "2015" for row in _rows(package, "results.csv"))


@pytest.mark.django_db
def test_no_value_reported_and_nobody_is_in_it(package: DataPackage, people: dict[str, User]) -> None:
    """The canaries were reported; in no cell of no file, nor in the description, nor in the names of the files."""
    numbers = {cell for cell in _cells(package) if cell}
    for what, value in CANARIES.items():
        if what != "petit effectif":  # « 7 » is also the number of a fiche
            assert value not in numbers, what
    with package.file.open("rb") as stream:
        names = zipfile.ZipFile(stream).namelist()
    assert "observations.csv" not in names
    assert len(names) == 17
    whole = " ".join(numbers)
    for user in people.values():
        assert user.name not in whole
        assert user.email not in whole
    for row in _rows(package, "results.csv") + _rows(package, "secondary_results.csv"):
        if row["scope"] not in ("national", "caf"):
            assert (row["numerator"], row["denominator"]) == ("", "")


@pytest.mark.django_db
def test_what_came_after_the_edition_is_not_in_it(package: DataPackage) -> None:
    """The package is made later: it still tells what was known when the content of the edition was gathered."""
    rows = _rows(package, "results.csv")
    known = {row["period"]: row["value"] for row in rows if (row["code"], row["scope"]) == ("F10-21", "131")}
    assert known["2014-04"] == "88.9"
    assert IndicatorResult.objects.get(
        indicator__code="F10-21", scope="131", period="2014-04", name="", breakdown=""
    ).value < Decimal(9)


@pytest.mark.django_db
def test_frictionless_finds_the_public_package_valid(package: DataPackage, tmp_path: Path) -> None:
    from frictionless import Package

    with package.file.open("rb") as stream, zipfile.ZipFile(stream) as archive:
        archive.extractall(tmp_path)
    report = Package(str(tmp_path / "datapackage.json")).validate()
    assert report.valid, report.flatten(["path", "rowNumber", "fieldName", "message"])[:10]
    told = json.loads((tmp_path / "datapackage.json").read_text(encoding="utf-8"))
    assert told["as_of"] == "2015-04-28"
    assert "secret" in told["description"]


@pytest.mark.django_db
def test_a_draft_gives_nothing_and_a_second_call_gives_the_same(published: Edition, people: dict[str, User]) -> None:
    first = public_package(edition=published, by=people["pilotage"], at=AT)
    assert public_package(edition=published, by=people["pilotage"], at=AFTER) == first
    draft = Edition.objects.create(
        convention=published.convention, kind=DocumentKind.ANNUAL, year=2014, number=2, state=EditionState.DRAFT,
        requested_at=AT, requested_by=people["pilotage"],
    )  # fmt: skip
    with pytest.raises(NotPublished, match="attendu une édition publiée"):
        public_package(edition=draft, by=people["pilotage"], at=AT)


@pytest.mark.django_db
def test_anyone_reads_it_at_a_stable_address(client: Client, package: DataPackage, people: dict[str, User]) -> None:
    assert settings.LOGIN_URL  # the site asks to log in elsewhere
    page = client.get("/donnees/publiees/")
    assert page.status_code == 200
    assert "/donnees/publiees/2014/" in page.text
    year = client.get("/donnees/publiees/2014/")
    assert "secret" in year.text
    assert not any(
        user.name in page.text + year.text or user.email in page.text + year.text for user in people.values()
    )
    whole = client.get("/donnees/publiees/2014/paquet.zip")
    assert zipfile.is_zipfile(io.BytesIO(b"".join(whole)))
    alone = client.get("/donnees/publiees/2014/results.csv")
    assert b"".join(alone).startswith(b"code,scope,period")
    assert b"".join(client.get("/donnees/publiees/2014/datapackage.json")).startswith(b"{")


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["2014/observations.csv", "2014/../settings.csv", "2013/", "2013/paquet.zip"])
def test_nothing_else_is_there(client: Client, package: DataPackage, address: str) -> None:
    assert client.get(f"/donnees/publiees/{address}").status_code == 404


@pytest.mark.django_db
def test_nothing_is_public_before_publication(client: Client, published: Edition) -> None:
    Edition.objects.filter(pk=published.pk).update(state=EditionState.DRAFT)
    assert "Rien n'est encore publié" in client.get("/donnees/publiees/").text
    assert client.get("/donnees/publiees/2014/").status_code == 404
    assert client.get("/donnees/").status_code == 302  # the rest asks to log in
