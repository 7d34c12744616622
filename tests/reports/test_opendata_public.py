"""What anyone reads of a published bilan: no value reported, no small number, nobody's name, and nothing before."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from openpyxl import load_workbook

from cog import jobs
from cog.models import Convention, User
from cog.operations import command_account
from indicators.operations import accept_batch, receive_batch
from reports.enums import DocumentKind, EditionState, TransmissionKind
from reports.models import DataPackage, Edition, Transmission
from reports.opendata import PUBLIC_FILES, SHEETS, files_named
from reports.opendata.known import WHOLE, DispersionRow, Known, ResultRow
from reports.opendata.public import public_dispersion, public_row
from reports.operations import NotPublished, public_package
from reports.package_queries import files_open_to
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
    _import(convention, "pieces_traitees,131,2014-04,,97531\n", AFTER)
    for period in ("2014-T1", "unique", "2015-T1"):
        Transmission.objects.create(
            convention=convention, kind=TransmissionKind.DOCUMENT, subject="FRA-TDB", period=period, number=1,
            transmitted_at=AT, transmitted_by=people["pilotage"], payload="{}", sha256="0" * 64, receipt=b"%PDF",
            receipt_sha256="0" * 64,
        )  # fmt: skip
    told = {"convention": convention, "kind": DocumentKind.ANNUAL, "year": 2014, "requested_by": people["pilotage"]}
    draft = Edition.objects.create(number=1, state=EditionState.DRAFT, requested_at=AT, **told)
    sent = Edition.objects.create(number=2, state=EditionState.SENT, origin=draft, requested_at=AT, **told)
    return Edition.objects.create(
        number=3, state=EditionState.PUBLISHED, origin=sent, presented_on=AFTER.date(), requested_at=AFTER, **told
    )


@pytest.fixture
def package(published: Edition, people: dict[str, User]) -> DataPackage:
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
def test_no_value_reported_no_small_number_and_nobody_is_in_it(
    package: DataPackage, people: dict[str, User], tmp_path: Path
) -> None:
    """The canaries were reported; they are in no cell of no file, nor is what came after the edition's content."""
    results = _rows(package, "results.csv")
    rows = {row["scope"]: row for row in results if (row["code"], row["period"]) == ("F10-21", "2014-T2")}
    assert (rows["011"]["value"], rows["011"]["state"]) == ("85.4", "definitif")
    assert rows["131"]["value"] == "88.9", "the correction that came after is not known yet"
    assert rows["national"]["numerator"] == str(3 * (74101 + 7 + 8000 + 8100))
    months = [r for r in results if (r["code"], r["scope"], r["period"]) == ("F10-21", "751", "2014-04")]
    assert [(r["value"], r["state"], r["verdict"]) for r in months] == [("", "secret", "non_disponible")]
    assert {row["period"][:4] for row in results} == {"2013", "2014"}
    local = [row for row in results + _rows(package, "secondary_results.csv") if row["scope"] not in WHOLE]
    assert local
    assert {(row["numerator"], row["denominator"]) for row in local} == {("", "")}
    numbers = {cell for cell in _cells(package) if cell}
    for what, value in CANARIES.items():
        if what != "petit effectif":  # « 7 » is also the number of a fiche
            assert value not in numbers, what
    whole = " ".join(numbers)
    assert not [user for user in people.values() if user.name in whole or user.email in whole]
    with package.file.open("rb") as stream, zipfile.ZipFile(stream) as archive:
        assert "observations.csv" not in archive.namelist()
        assert len(archive.namelist()) == 17
        archive.extractall(tmp_path)
    _is_valid(tmp_path)


def _is_valid(folder: Path) -> None:
    """Frictionless finds no fault; the description says as of when, and what is kept secret."""
    from frictionless import Package

    report = Package(str(folder / "datapackage.json")).validate()
    assert report.valid, report.flatten(["path", "rowNumber", "fieldName", "message"])[:10]
    told = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert told["as_of"] == "2015-04-28"
    assert "secret" in told["description"]


@pytest.mark.django_db
def test_what_was_sent_for_a_later_year_is_not_told(package: DataPackage) -> None:
    with zipfile.ZipFile(package.file.path) as archive:
        told = archive.read("transmissions.csv").decode()
    assert "FRA-TDB 2014-T1" in told
    assert "FRA-TDB unique" in told
    assert "FRA-TDB 2015-T1" not in told


@pytest.mark.django_db
def test_a_draft_gives_nothing_and_a_second_call_gives_the_same(published: Edition, people: dict[str, User]) -> None:
    first = public_package(edition=published, by=people["pilotage"], at=AT)
    assert public_package(edition=published, by=people["pilotage"], at=AFTER) == first
    draft = Edition.objects.create(
        convention=published.convention, kind=DocumentKind.ANNUAL, year=2014, number=4, state=EditionState.DRAFT,
        requested_at=AT, requested_by=people["pilotage"],
    )  # fmt: skip
    with pytest.raises(NotPublished, match="attendu une édition publiée"):
        public_package(edition=draft, by=people["pilotage"], at=AT)


@pytest.fixture
def stored(published: Edition, people: dict[str, User]) -> DataPackage:
    """A public package that stands in storage, whatever is in it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("results.csv", "code,scope\nF1-1,national\n")
        archive.writestr("datapackage.json", "{}")
    package = DataPackage(
        convention=published.convention, edition=published, files=",".join(one.name for one in PUBLIC_FILES),
        counts={"results": 1}, file_sha256="0" * 64, requested_at=AT, requested_by=people["pilotage"],
    )  # fmt: skip
    package.file.save("essai.zip", ContentFile(stream.getvalue()))
    return package


@pytest.mark.django_db
def test_anyone_reads_it_at_a_stable_address(client: Client, stored: DataPackage, people: dict[str, User]) -> None:
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
    assert b"".join(alone) == b"code,scope\nF1-1,national\n"
    assert b"".join(client.get("/donnees/publiees/2014/datapackage.json")) == b"{}"


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["2014/observations.csv", "2014/../settings.csv", "2013/", "2013/paquet.zip"])
def test_nothing_else_is_there(client: Client, stored: DataPackage, address: str) -> None:
    assert client.get(f"/donnees/publiees/{address}").status_code == 404


@pytest.mark.django_db
def test_nothing_is_public_before_publication(client: Client, published: Edition) -> None:
    Edition.objects.filter(pk=published.pk).update(state=EditionState.COMMON, presented_on=None)
    assert "Rien n'est encore publié" in client.get("/donnees/publiees/").text
    assert client.get("/donnees/publiees/2014/").status_code == 404
    assert client.get("/donnees/").status_code == 302  # the rest asks to log in


# --- The package of an account ----------------------------------------------------------------------------------------
FILES_OF = {"pilotage": 17, "contributeur": 17, "controle": 17, "tutelle": 11, "conseil": 10, "caf": 10}


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "count"), FILES_OF.items())
def test_an_account_is_given_the_files_it_reads_whole(
    client: Client, people: dict[str, User], convention: Convention, role: str, count: int
) -> None:
    """A caisse is not given the results of the others, nor the State what was not transmitted."""
    assert len(files_open_to(people[role])) == count
    if role != "conseil":
        return
    client.force_login(people[role])
    assert client.get("/donnees/paquet.zip").status_code == 404
    assert client.post("/donnees/").status_code == 302
    client.post("/donnees/")  # asked twice, under way once
    package = DataPackage.objects.get()
    assert "étape" in client.get("/donnees/").text or "commencera" in client.get("/donnees/").text
    jobs.run(str(package.job_id))
    page = client.get("/donnees/").text
    assert "Télécharger le paquet" in page
    assert "observations" not in page
    whole = zipfile.ZipFile(io.BytesIO(b"".join(client.get("/donnees/paquet.zip"))))
    assert len(whole.namelist()) == count + 1
    assert b"".join(client.get("/donnees/fichiers/fiches.csv")).startswith(b"number,title")
    assert client.get("/donnees/fichiers/results.csv").status_code == 404
    client.force_login(people["pilotage"])
    assert client.get("/donnees/paquet.zip").status_code == 404, "the package of others is not his"


# --- The results as one workbook --------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_the_workbook_of_results_is_that_of_the_package(people: dict[str, User], published: Edition) -> None:
    """Asked and followed on the page, under CSRF; the same rows as the package, numbers as numbers."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(people["pilotage"])
    assert client.get("/donnees/resultats.xlsx").status_code == 404
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get("/donnees/").text)
    assert token
    asked = client.post("/donnees/", {"forme": "classeur", "csrfmiddlewaretoken": token[1]})
    assert asked.status_code == 302
    package = DataPackage.objects.get(form="classeur")
    jobs.run(str(package.job_id))
    page = client.get("/donnees/").text
    assert "Télécharger le classeur" in page
    assert "Télécharger le paquet" not in page, "each form is asked for itself"
    book = load_workbook(io.BytesIO(b"".join(client.get("/donnees/resultats.xlsx"))), read_only=True)
    known = Known(published.convention)
    assert book.sheetnames == [file.title for file in files_named(SHEETS)] + ["Notes"]
    for file in files_named(SHEETS):
        rows = list(book[file.title].iter_rows(min_row=2, values_only=True))
        expected = list(file.rows(known))
        assert len(rows) == len(expected) == package_counts(package)[file.name]
        for cells, row in zip(rows, expected, strict=True):
            for cell, value in zip(cells, row, strict=False):
                assert _as_written(cell) == _as_written(value)


def package_counts(package: DataPackage) -> dict[str, int]:
    package.refresh_from_db()
    return package.counts


def _as_written(value: object) -> object:
    """What a cell and a value have in common: text, fifteen digits of a number, yes and no."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "oui" if value else "non"
    return f"{value:.12g}" if isinstance(value, (int, float, Decimal)) else str(value)


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["caf", "tutelle", "conseil"])
def test_the_workbook_of_results_is_for_who_reads_them_all(
    client: Client, people: dict[str, User], convention: Convention, role: str
) -> None:
    client.force_login(people[role])
    assert "classeur" not in client.get("/donnees/").text
    assert client.post("/donnees/", {"forme": "classeur"}).status_code == 404
    assert client.get("/donnees/resultats.xlsx").status_code in {403, 404}
    assert not DataPackage.objects.exists()
