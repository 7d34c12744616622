"""The tables of the pages as files: same permission as the page, same rows under the same filters, notes with each."""

import csv
import io
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from actions.queries import action_views
from cog.models import Convention, SourceAnomaly, User
from cog.queries import restitutions
from reports.models import Transmission
from tests import libreoffice
from tests.reports.quarter import AT
from tests.workbooks import sheets

pytestmark = pytest.mark.django_db

EXPORTS = {
    "/anomalies/": "/anomalies/tableau.xlsx",
    "/calendrier/": "/calendrier/tableau.xlsx",
    "/fiches/": "/fiches/tableau.xlsx",
    "/fiches/10/": "/fiches/10/tableau.xlsx",
    "/actions/": "/actions/tableau.xlsx",
    "/actions/sdsi/": "/actions/sdsi/tableau.xlsx",
    "/actions/engagements/": "/actions/engagements/tableau.xlsx",
    "/actions/10-3/liens/": "/actions/10-3/liens/tableau.xlsx",
    "/campagnes/": "/campagnes/tableau.xlsx",
    "/campagnes/2014-T2/": "/campagnes/2014-T2/tableau.xlsx",
    "/transmissions/": "/transmissions/tableau.xlsx",
    "/explications/": "/explications.xlsx",
    "/indicateurs/": "/indicateurs/tableau.xlsx",
    "/indicateurs/F10-21/": "/indicateurs/F10-21/tableaux.xlsx",
    "/caisses/": "/caisses/tableau.xlsx",
    "/caisses/011/": "/caisses/011/tableau.xlsx",
    "/remontees/attendu/": "/remontees/attendu.xlsx",
    "/budgets/editions/": "/budgets/editions/tableau.xlsx",
    "/budgets/fnga/": "/budgets/fnga/tableau.xlsx",
    "/budgets/publies/": "/budgets/publies/tableau.xlsx",
    "/budgets/fnas/2014/conformite/": "/budgets/fnas/2014/conformite/tableau.xlsx",
    "/budgets/virements/": "/budgets/virements/tableau.xlsx",
    "/actions/registre/": "/actions/registre/tableau.xlsx",
    "/remontees/attendu/fiche/10/": "/remontees/attendu/fiche/10/tableau.xlsx",
    "/remontees/attendu/011/": "/remontees/attendu/011/tableau.xlsx",
    "/indicateurs/F10-21/revisions/": "/indicateurs/F10-21/revisions/tableau.xlsx",
    "/indicateurs/F10-21/definitions/": "/indicateurs/F10-21/definitions/tableau.xlsx",
    "/indicateurs/seuils-explication/": "/indicateurs/seuils-explication/tableau.xlsx",
    "/indicateurs/groupes/": "/indicateurs/groupes/tableau.xlsx",
    "/indicateurs/cibles-cpog/": "/indicateurs/cibles-cpog/tableau.xlsx",
    "/indicateurs/cibles-cpog/F10-21/": "/indicateurs/cibles-cpog/F10-21/tableau.xlsx",
    "/remontees/": "/remontees/tableau.xlsx",
    "/budgets/fnga/2014/": "/budgets/fnga/2014/tableau.xlsx",
    "/actions/responsabilites/": "/actions/responsabilites/tableau.xlsx",
    "/actions/calendrier/": "/actions/calendrier/tableau.xlsx",
    "/actions/10-3/": "/actions/10-3/tableau.xlsx",
    "/budgets/": "/budgets/tableau.xlsx",
    "/budgets/fnga/2014/lignes/3/": "/budgets/fnga/2014/lignes/3/tableau.xlsx",
    "/budgets/dotations/": "/budgets/dotations/tableau.xlsx",
    "/budgets/tableaux/": "/budgets/tableaux/tableau.xlsx",
    "/documents/": "/documents/tableau.xlsx",
    "/glossaire/": "/glossaire/tableau.xlsx",
    "/budgets/fnas/periode/": "/budgets/fnas/periode/tableau.xlsx",
}
"""A page, and the file of its tables."""
SOONER = {"/indicateurs/", "/indicateurs/F10-21/"}
"""Pages of the text that anyone reads, whose file holds results: it asks for the permission to read these."""


@pytest.fixture
def steering(client: Client, people: dict[str, User]) -> Client:
    client.force_login(people["pilotage"])
    return client


@pytest.mark.parametrize(("page", "address"), EXPORTS.items())
def test_every_file_says_what_it_is(steering: Client, page: str, address: str) -> None:
    """Its notes name the page it comes from, when, the filters, the state of the data."""
    book = sheets(steering.get(f"{address}?fiche=10").content)
    notes = {str(row[0]): row[1] for row in book["Notes"]}
    assert notes["Page"] == f"http://testserver{page}?fiche=10"
    assert isinstance(notes["Extrait le"], datetime)
    assert {"Contenu", "Convention", "Filtres", "État des données", "Nature des données"} <= set(notes)


@pytest.mark.parametrize("role", ["contributeur", "caf", "tutelle", "conseil", "controle", "exploitation"])
def test_a_file_is_given_to_who_reads_its_page(client: Client, people: dict[str, User], role: str) -> None:
    client.force_login(people[role])
    for page, address in EXPORTS.items():
        if page not in SOONER:
            told, given = client.get(page, follow=True).status_code, client.get(address).status_code
            assert told == given, (page, told, given)


def _csv(client: Client, address: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(address).content.decode("utf-8-sig"))))


def test_the_anomalies_are_those_the_filters_keep(steering: Client, convention: Convention) -> None:
    assert len(_csv(steering, "/anomalies/tableau.csv")) == SourceAnomaly.objects.filter(convention=convention).count()
    topic = SourceAnomaly.objects.filter(convention=convention).order_by("topic").values_list("topic", flat=True)[0]
    rows = _csv(steering, f"/anomalies/tableau.csv?sujet={topic}&page=2")
    assert len(rows) == SourceAnomaly.objects.filter(convention=convention, topic=topic).count()
    notes = dict(row[:2] for row in sheets(steering.get(f"/anomalies/tableau.xlsx?sujet={topic}").content)["Notes"])
    assert notes["Filtres"].startswith("sujet «")


def test_the_calendar_is_that_of_the_day_in_view(steering: Client, convention: Convention) -> None:
    book = sheets(steering.get("/calendrier/tableau.xlsx?au=2014-06-30").content)
    header, *rows = book["Remises"]
    assert len(rows) == restitutions(convention=convention).count()
    told = [dict(zip(header, row, strict=True)) for row in rows]
    past = [row for row in told if row["Date"] and row["Date"].date() <= date(2014, 6, 30)]
    assert past
    assert {row["État"] for row in past} == {"échue, remise non enregistrée"}


def test_the_actions_of_a_fiche_are_in_its_file(steering: Client, convention: Convention) -> None:
    book = sheets(steering.get("/fiches/10/tableau.xlsx?au=2014-06-30").content)
    views = action_views(convention=convention, at=AT.date(), with_progress=True)
    own = [view.action.label for view in views if view.action.fiche.number == 10]
    header, *rows = book["Actions"]
    assert [row[header.index("Action")] for row in rows] == own
    assert {"Indicateurs", "Engagements", "Anomalies du texte", "Notes"} < set(book)
    dates = [row[header.index("Échéance signée, lue")] for row in rows]
    assert any(isinstance(one, datetime) for one in dates)


def test_the_state_reads_no_progress_in_a_file(client: Client, people: dict[str, User]) -> None:
    client.force_login(people["tutelle"])
    header = sheets(client.get("/fiches/10/tableau.xlsx").content)["Actions"][0]
    assert "État" not in header
    assert "En retard" not in sheets(client.get("/fiches/tableau.xlsx").content)["Fiches"][0]
    assert "Respect" not in sheets(client.get("/actions/sdsi/tableau.xlsx").content)["Projets du Sdsi"][0]


def test_what_was_sent_and_what_is_to_send(sent: Transmission, steering: Client) -> None:
    rows = _csv(steering, "/transmissions/tableau.csv")
    assert [(row["Reçu"], row["Délai"], row["Empreinte (sha256)"]) for row in rows] == [
        (sent.receipt_number, "à l'heure", sent.sha256)
    ]
    header, *figures = sheets(steering.get("/campagnes/2014-T2/tableau.xlsx").content)["Résultats nationaux"]
    told = {row[header.index("Indicateur")]: row for row in figures}
    assert told["F10-21"][header.index("Valeur")] == 75
    assert told["F10-21"][header.index("Unité")] == "%"


@libreoffice.installed
def test_libreoffice_opens_them_and_finds_the_same(steering: Client, tmp_path: Path) -> None:
    names = {
        "calendrier": "/calendrier/tableau.xlsx", "fiche": "/fiches/10/tableau.xlsx",
        "sdsi": "/actions/sdsi/tableau.xlsx", "engagements": "/actions/engagements/tableau.xlsx",
        "anomalies": "/anomalies/tableau.xlsx",
    }  # fmt: skip
    ours = {name: steering.get(address).content for name, address in names.items()}
    theirs = libreoffice.recomputed(ours, tmp_path)
    for name in names:
        assert _read(theirs[name]) == _read(ours[name]), name


def _read(data: bytes) -> dict[str, list[Any]]:
    return {name: [[cell or None for cell in row] for row in rows] for name, rows in sheets(data).items()}
