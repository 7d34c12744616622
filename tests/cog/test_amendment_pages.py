"""The pages of the amendments, and where the other pages say what they changed."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cog.models import Amendment, User
from reports.opendata import rows
from reports.opendata.known import Known
from tests.cog.amendment_steps import ACTION, CODE, Steps, steps
from tests.reports.edition_steps import read
from tests.tables import told_in_csv

__all__ = ["steps"]
pytestmark = pytest.mark.django_db


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_who_reads_what(steps: Steps, people: dict[str, User]) -> None:
    for role, user in people.items():
        client = client_of(user)
        assert client.get("/avenants/").status_code == 200
        draft = client.get("/avenants/1/").status_code
        assert (draft == 200) is (role == "pilotage"), role
        assert (client.get("/avenants/nouveau/").status_code == 200) is (role == "pilotage")
        assert client.get("/avenants/1/approuver/").status_code == (200 if role == "pilotage" else 403)
    steps.in_force()
    for user in people.values():
        page = read(client_of(user).get("/avenants/1/"))
        assert "au moins 90" in page and "au moins 88" in page


def test_the_journey_on_the_pages(convention, people: dict[str, User]) -> None:
    client = client_of(people["pilotage"])
    assert "Aucun avenant" in read(client.get("/avenants/"))
    refused = client.post("/avenants/nouveau/", {"title": "", "effective_on": "le 3"})
    assert refused.status_code == 422 and "Date illisible" in read(refused)
    act = {"title": "Essai", "effective_on": "01/01/2016", "reference": "Acte", "signed_on": "04/12/2015"}
    signed = SimpleUploadedFile("avenant.pdf", b"%PDF-1.4 essai", content_type="application/pdf")
    assert client.post("/avenants/nouveau/", act | {"fichier": signed}).status_code == 302
    row = Amendment.objects.get()
    assert row.file_name == "avenant.pdf" and len(row.file_sha256) == 64
    answer = client.get(f"/avenants/{row.number}/acte")
    assert b"".join(answer.streaming_content) == b"%PDF-1.4 essai"
    assert "attachment" in answer["Content-Disposition"]
    assert "Dire qui l" in read(client.get("/avenants/1/approuver/"))
    assert client.post("/avenants/1/modifier/", act | {"signatories": "Les deux parties"}).status_code == 302
    address = f"/avenants/1/modifier/cible/?objet={CODE}"
    assert "au moins 90" in read(client.get(address))
    bad = client.post(address, {"valeur-1": "beaucoup", "source": "art. 2"})
    assert bad.status_code == 422 and "trouvé « beaucoup »" in read(bad) and "art. 2" in read(bad)
    assert client.post(address, {"valeur-1": "88", "source": "art. 2"}).status_code == 302
    deadline = f"/avenants/1/modifier/echeance/?objet={ACTION}"
    assert client.post(deadline, {"valeur-": "Fin 2017"}).status_code == 302
    same = f"/avenants/1/modifier/definition/?objet={CODE}"
    initial = client.get(same).context["form"].fields["valeur-"].initial
    assert client.post(same, {"valeur-": initial}).status_code == 302  # left as it was: nothing is changed
    assert {one.kind for one in row.changes.all()} == {"cible", "echeance"}
    assert client.post(deadline, {"valeur-": ""}).status_code == 302  # emptied: taken out
    assert [one.kind for one in row.changes.all()] == ["cible"]
    rows_told = told_in_csv(client, "/avenants/1/tableau.csv")
    assert [(one["Porte sur"], one["Source"]) for one in rows_told] == [(CODE, "art. 2")]
    assert client.get("/avenants/1/modifier/chose/?objet=x").status_code == 404
    with time_machine.travel(datetime(2015, 12, 20, tzinfo=UTC)):
        client.force_login(people["pilotage"])
        assert client.post("/avenants/1/approuver/").status_code == 302
        assert "pas encore en vigueur" in read(client.get("/avenants/1/"))
        assert client.post("/avenants/1/retirer/", {"reason": ""}).status_code == 422
        assert client.post("/avenants/1/retirer/", {"reason": "Pas de vote."}).status_code == 302
        assert "Pas de vote." in read(client.get("/avenants/1/"))
        assert client.get("/avenants/1/retirer/").status_code == 404
        assert client.post(address, {"valeur-1": "87"}).status_code == 404


def test_the_other_pages_say_what_was_changed(steps: Steps, people: dict[str, User]) -> None:
    steps.in_force()
    client = client_of(people["pilotage"])
    name = "avenant n° 1 du 4 décembre 2015"
    sheet = read(client.get(f"/indicateurs/{CODE}/"))
    assert "modifiée par l'" in sheet and name in sheet
    assert name in read(client.get(f"/actions/{ACTION}/"))
    assert "avenant n° 1" in read(client.get("/fiches/10/"))
    budget = read(client.get("/budgets/fnga/2016/"))
    assert name in budget and "avenants" in budget
    assert name in read(client.get("/indicateurs/F10-25/definitions/"))


def test_open_data_tells_the_target_from_its_day_and_keeps_the_printed_one(steps: Steps) -> None:
    before = [row for row in rows.targets(Known(steps.convention)) if row[0] == CODE]
    steps.in_force()
    told = [row for row in rows.targets(Known(steps.convention)) if row[0] == CODE]
    assert told[: len(before)] == before  # what the convention prints does not move
    (amended,) = told[len(before) :]
    assert (amended[3].isoformat(), amended[4].isoformat(), amended[-1]) == ("2016-01-01", "2017-12-31", "amendment")
    assert str(amended[11].normalize()) == "88"
