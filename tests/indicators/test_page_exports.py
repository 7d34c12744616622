"""The tables of the indicators' pages as files: the rows of the page, typed; who reads them; a caisse, its own only."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from cog import jobs
from cog.demo import open_accounts
from cog.models import Convention, Job, Organisation, User
from cog.operations import command_account
from cog.periods import parse
from indicators.enums import GapMode
from indicators.intake.groups import GroupRow, read_groups
from indicators.models import ImportBatch, Indicator
from indicators.operations import compute_results, save_groups
from indicators.operations.explanations import set_gap_threshold
from indicators.queries import indicators_of
from indicators.queries.batches import history
from indicators.queries.definitions import versions_page
from indicators.queries.groups import group_reference
from tests.workbooks import sheets

pytestmark = pytest.mark.django_db

AT = datetime(2014, 7, 1, 9, 0, tzinfo=UTC)
HEADER = "mesure,caisse,periode,ventilation,valeur\n"
STRANGERS = ("tutelle", "conseil", "exploitation")


@pytest.fixture
def clients(convention: Convention, monkeypatch: pytest.MonkeyPatch) -> dict[str, Client]:
    monkeypatch.setattr(jobs, "publish", lambda job_id: None)
    open_accounts(code=convention.code, by=command_account(), at=timezone.now())
    found = {}
    for user in User.objects.filter(is_demonstration=True):
        found[user.email.split("@")[0]] = client = Client()
        client.force_login(user)
    return found


def _csv(client: Client, address: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(address).content.decode("utf-8-sig"))))


def _book(client: Client, address: str) -> dict[str, list[dict[str, Any]]]:
    """Each sheet but the notes, as rows by the names of their columns."""
    found = sheets(client.get(address).content)
    return {
        name: [dict(zip(header, row, strict=True)) for row in rows]
        for name, (header, *rows) in found.items()
        if name != "Notes"
    }


# --- Thresholds, groups, definitions ------------------------------------------------------------------------------


def test_the_thresholds_and_those_they_replaced(convention: Convention, clients: dict[str, Client]) -> None:
    one = Indicator.objects.get(convention=convention, code="F10-21")
    for value, at in (("1.5", AT), ("2.25", AT.replace(day=2))):
        last = one.gap_thresholds.filter(superseded_at__isnull=True).first()
        set_gap_threshold(
            indicator=one, value=Decimal(value), mode=GapMode.POINTS, reason="Comité", seen=last and last.pk,
            by=command_account(), at=at,
        )  # fmt: skip
    client = clients["pilotage"]
    rows = _csv(client, "/indicateurs/seuils-explication/tableau.csv")
    assert rows[0]["Code"] == "F10-21", "those that have their own first, as on the page"
    assert (rows[0]["Seuil propre"], rows[0]["Seuil par défaut"]) == ("2.25", "2")
    assert len(rows) == len(list(indicators_of(convention=convention)))
    book = _book(client, "/indicateurs/seuils-explication/tableau.xlsx")
    assert book["Seuils"][0]["Seuil propre"] == 2.25
    (past,) = book["Seuils d'avant"]
    assert (past["Code"], past["Seuil"]) == ("F10-21", 1.5)
    assert past["Fixé le"].isoformat() == "2014-07-01T11:00:00", "as it reads here, two hours after UTC"
    assert "seuils-explication/tableau.csv" in client.get("/indicateurs/seuils-explication/").content.decode()
    for role in ("caf", *STRANGERS):
        assert clients[role].get("/indicateurs/seuils-explication/tableau.xlsx").status_code == 403, role


def test_the_groups_come_back_as_a_file_of_groups(convention: Convention, clients: dict[str, Client]) -> None:
    kept = [
        GroupRow(2, "011", "taille", "Grande", date(2013, 1, 1), date(2014, 12, 31), "Cnaf"),
        GroupRow(3, "021", "taille", "Petite", date(2013, 2, 1), None, ""),
    ]
    save_groups(convention=convention, rows=kept, by=command_account(), at=AT)
    client = clients["conseil"]
    assert "groupes/tableau.csv" in client.get("/indicateurs/groupes/").content.decode()
    for kind in ("csv", "xlsx"):
        data = client.get(f"/indicateurs/groupes/tableau.{kind}").content
        read = read_groups(data, group_reference(convention=convention))
        assert not read.is_refused, read.problems
        assert {row[1:] for row in read.rows} >= {row[1:] for row in kept}
    told = _book(client, "/indicateurs/groupes/tableau.xlsx")["Groupes"]
    assert {type(row["depuis"]) for row in told} == {datetime}
    assert Client().get("/indicateurs/groupes/tableau.xlsx").status_code == 302


def test_the_versions_side_by_side(convention: Convention, clients: dict[str, Client]) -> None:
    page = versions_page(convention=convention, code="F10-21")
    assert page is not None
    rows = {
        row["Champ"]: row
        for row in _book(clients["conseil"], "/indicateurs/F10-21/definitions/tableau.xlsx")["Définitions"]
    }
    for field in page.rows:
        assert rows[field.label]["Version 1"] == field.cells[0].text
    since = page.columns[0].version.valid_from
    assert rows["En vigueur depuis"]["Version 1"].date() == since
    assert rows["Arrêtée par"]["Version 1"] == "la convention signée"
    assert rows["Résultats qui en dépendent"]["Version 1"] == 0
    flat = _csv(clients["conseil"], "/indicateurs/F10-21/definitions/tableau.csv")
    assert [row["Champ"] for row in flat] == list(rows)
    assert clients["conseil"].get("/indicateurs/F99-9/definitions/tableau.csv").status_code == 404
    assert Client().get("/indicateurs/F10-21/definitions/tableau.csv").status_code == 302


# --- Batches, values and figures ----------------------------------------------------------------------------------


def _report(client: Client, name: str, *rows: str, caisse: str = "", accept: bool = True) -> ImportBatch:
    """A file sent, checked, and accepted unless told not to."""
    file = SimpleUploadedFile(name, (HEADER + "\n".join(rows) + "\n").encode())
    client.post("/remontees/envoyer/", {"fichier": file, "caisse": caisse})
    batch = ImportBatch.objects.latest("pk")
    _work()
    if accept:
        client.post(f"/remontees/{batch.pk}/confirmer/", {"motif": "essai"})
        _work()
    batch.refresh_from_db()
    return batch


def _work() -> None:
    for job in Job.objects.filter(state="en_attente").exclude(kind="indicators.recompute"):
        jobs.run(str(job.pk))


def _values(caisse: str, treated: int, quick: int) -> list[str]:
    return [f"pieces_traitees,{caisse},2014-01,,{treated}", f"pieces_traitees_15j,{caisse},2014-01,,{quick}"]


def test_the_batches_that_the_filters_keep(clients: dict[str, Client]) -> None:
    client = clients["pilotage"]
    whole = _report(client, "tout.csv", *_values("011", 1000, 850), *_values("751", 10, 9))
    refused = _report(client, "refus.csv", "rien,011,2014-01,,1", accept=False)
    own = _report(clients["caf"], "ain.csv", *_values("011", 1000, 860), caisse="011", accept=False)
    rows = _csv(client, "/remontees/tableau.csv")
    assert [row["Lot"] for row in rows] == [str(one.pk) for one in (own, refused, whole)]
    told = _book(client, "/remontees/tableau.xlsx")["Lots de remontée"][2]
    assert (told["Fichier"], told["État"], told["Organismes"]) == ("tout.csv", whole.state_in_words, 2)
    assert (told["Valeurs"], told["Ajoutées"], told["Corrigées"], told["Erreurs"]) == (4, 4, 0, 0)
    assert isinstance(told["Reçu le"], datetime)
    assert [row["Fichier"] for row in _csv(client, "/remontees/tableau.csv?etat=refuse")] == ["refus.csv"]
    notes = dict(row[:2] for row in sheets(client.get("/remontees/tableau.xlsx?periode=2014-T1").content)["Notes"])
    assert notes["Filtres"] == "période «\u00a02014-T1\u00a0»"
    assert [row["Fichier"] for row in _csv(clients["caf"], "/remontees/tableau.csv")] == ["ain.csv"]
    for role in STRANGERS:
        assert clients[role].get("/remontees/tableau.csv").status_code == 403, role


def test_what_a_file_corrects_and_what_is_wrong_with_another(clients: dict[str, Client]) -> None:
    client = clients["pilotage"]
    _report(client, "un.csv", *_values("011", 1000, 850), *_values("751", 10, 9))
    second = _report(client, "deux.csv", *_values("011", 1000, 860), *_values("751", 10, 9), accept=False)
    assert f"/remontees/{second.pk}/tableau.csv" in client.get(f"/remontees/{second.pk}/").content.decode()
    book = _book(client, f"/remontees/{second.pk}/tableau.xlsx")
    (change,) = book["Valeurs corrigées"]
    assert (change["mesure"], change["caisse"]) == ("pieces_traitees_15j", "011")
    assert (change["En vigueur"], change["Dans le fichier"], change["Ligne"]) == (850, 860, 3)
    bodies = {row["Organisme"]: (row["Valeurs"], row["Changent"]) for row in book["Valeurs par organisme"]}
    assert bodies == {"011": (2, 1), "751": (2, 0)}
    third = _report(client, "trois.csv", "rien,011,2014-01,,1", "pieces_traitees,999,2014-01,,1", accept=False)
    assert _csv(client, f"/remontees/{third.pk}/tableau.csv") == []
    codes = {one["code"] for one in third.problems}
    assert len(codes) > 1
    assert len(_csv(client, f"/remontees/{third.pk}/anomalies.csv")) == len(third.problems)
    for code in codes:
        kept = [one for one in third.problems if one["code"] == code]
        assert len(_csv(client, f"/remontees/{third.pk}/anomalies.csv?nature={code}")) == len(kept)


def test_every_revision_of_a_value(convention: Convention, clients: dict[str, Client]) -> None:
    client = clients["pilotage"]
    for quick in (850, 860):
        _report(client, f"{quick}.csv", *_values("011", 1000, quick), *_values("751", 10, 9))
    address = "/remontees/valeurs/011/pieces_traitees_15j/2014-01/tableau"
    book = _book(client, f"{address}.xlsx")["Révisions"]
    body = Organisation.objects.get(convention=convention, code="011")
    held = history(organisation=body, measure="pieces_traitees_15j", period="2014-01", breakdown="")
    assert [row["Valeur"] for row in book] == [one.value for one in held] == [860, 850]
    assert [row["État"] for row in book] == ["en vigueur", "remplacée"]
    assert [row["Valeur"] for row in _csv(clients["caf"], f"{address}.csv")] == ["860", "850"]
    other = f"{address}.csv".replace("011", "751")
    assert (client.get(other).status_code, clients["caf"].get(other).status_code) == (200, 404)
    assert clients["tutelle"].get(f"{address}.csv").status_code == 403


def test_what_a_figure_is_made_of(convention: Convention, clients: dict[str, Client]) -> None:
    client = clients["pilotage"]
    _report(client, "un.csv", *_values("011", 1000, 850), *_values("751", 10, 9))
    _report(client, "deux.csv", *_values("011", 1000, 860))
    compute_results(
        convention=convention, periods=[parse("2014-T1")], by=command_account(), at=timezone.now(),
        progress=lambda done, total, message: None,
    )  # fmt: skip
    page, file = "/indicateurs/F10-21/figure/?periode=2014-T1", "/indicateurs/F10-21/figure/tableau.{}?periode=2014-T1"
    text = client.get(page).content.decode()
    assert "figure/tableau.csv?periode=2014-T1" in text
    bodies = {row["Code"]: row for row in _book(client, file.format("xlsx"))["Composants"]}
    assert len(bodies) == 102, "all of them, whatever the page"
    ours = bodies["011"]
    assert (ours["Numérateur ou quantité"], ours["Dénominateur"], ours["Valeur"]) == (860, 1000, 86)
    assert bodies["031"]["Numérateur ou quantité"] is None, "missing is never zero"
    own = file.format("xlsx") + "&organisme=011"
    book = _book(client, own)
    values = {(row["mesure"], row["periode"]): row for row in book["Valeurs remontées"]}
    read = values["pieces_traitees_15j", "2014-01"]
    assert (read["Valeur"], read["Fichier"], read["Révision"], read["Ligne"]) == (860, "deux.csv", 2, 3)
    assert values["pieces_traitees", "2014-02"]["Valeur"] is None
    assert values["pieces_traitees", "2014-02"]["Mention"] == "non remontée"
    assert [row["Valeur"] for row in book["Valeurs remplacées"]] == [850]
    notes = dict(row[:2] for row in sheets(client.get(own).content)["Notes"])
    assert notes["Filtres"] == "période «\u00a02014-T1\u00a0» ; organisme «\u00a0011\u00a0»"
    assert notes["Recalculé"] == "le chiffre est le même"


def test_a_caisse_exports_its_own_part_of_a_figure(convention: Convention, clients: dict[str, Client]) -> None:
    _report(clients["pilotage"], "un.csv", *_values("011", 1000, 850), *_values("751", 10, 9))
    file = "/indicateurs/F10-21/figure/tableau.csv?periode=2014-T1"
    assert [row["Code"] for row in _csv(clients["caf"], file)] == ["011"]
    assert {row["caisse"] for row in _csv(clients["caf"], f"{file}&organisme=011")} == {"011"}
    assert clients["caf"].get(f"{file}&organisme=751").status_code == 404
    assert clients["controle"].get(file).status_code == 200
    for role in STRANGERS:
        assert clients[role].get(file).status_code == 403, role
