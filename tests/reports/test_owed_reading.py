"""Documents owed, once sent: who reads them, what the calendar and the list say."""

import hashlib
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client

from cog.attachments import accept_file
from cog.models import Convention, User
from cog.permissions import ROLES, Permission, Scope
from cog.queries import every_restitution, next_restitutions, restitutions
from reports.integrity import everything_wrong
from reports.models import StateNote, Transmission
from reports.operations import (
    TransmissionRefused,
)
from reports.owed_queries import (
    delivered,
    document_lines,
)
from tests.reports.owed_steps import AT, PDF, as_, send, text_of

pytestmark = pytest.mark.django_db


def test_the_state_reads_it_and_answers_for_it(filed: Transmission, people: dict[str, User]) -> None:
    state = as_(people["tutelle"])
    assert "Données consolidées de développement durable" in text_of(state, "/transmissions/")
    page = text_of(state, f"/transmissions/{filed.pk}/")
    assert "en retard" in page and hashlib.sha256(PDF).hexdigest() in page
    state.post(f"/transmissions/{filed.pk}/notes/", {"kind": "question", "text": "Et l'eau ?"})
    assert StateNote.objects.get().text == "Et l'eau ?"
    assert "Et l&#x27;eau ?" in text_of(state, f"/transmissions/{filed.pk}/")
    book = openpyxl.load_workbook(BytesIO(state.get(f"/transmissions/{filed.pk}/resultats.xlsx").content))
    assert "Développement durable" in book.sheetnames
    assert state.get(f"/transmissions/{filed.pk}/F18-44/").status_code == 404
    exact = state.get(f"/transmissions/{filed.pk}/contenu.json").content
    assert hashlib.sha256(exact).hexdigest() == filed.sha256


def test_a_file_is_served_as_a_download_to_who_may_read(filed: Transmission, people: dict[str, User]) -> None:
    url = f"/transmissions/{filed.pk}/piece"
    answer = as_(people["tutelle"]).get(url)
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Type"] == "application/pdf" and answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment")
    assert as_(people["conseil"]).get(url).status_code == 403
    assert Client().get(url).status_code == 302


def test_a_transmission_without_a_file_has_none(filed: Transmission, people: dict[str, User]) -> None:
    other = send(filed.convention, people["pilotage"], "FRA-PLAN", "2014", situation=AT.date())
    assert as_(people["tutelle"]).get(f"/transmissions/{other.pk}/piece").status_code == 404


@pytest.mark.parametrize("name", ["tutelle", "conseil", "exploitation"])
def test_what_is_not_sent_is_not_for_everyone(convention: Convention, people: dict[str, User], name: str) -> None:
    client = as_(people[name])
    for url in ("/documents-dus/", "/documents-dus/FRA-PLAN/2014/", "/documents-dus/FRA-PLAN/2014/projet.pdf"):
        assert client.get(url).status_code == 403


def test_who_reads_drafts_may_read_all_they_are_made_of() -> None:
    """A draft mixes results, progress and budgets: its one permission is held only with all three."""
    for card in ROLES.values():
        if Permission.READ_EXPLANATIONS in card.grants or Permission.EXPORT_MISSION in card.grants:
            for needed in (Permission.READ_RESULTS, Permission.READ_PROGRESS, Permission.READ_BUDGETS):
                assert card.grants[needed] is Scope.ALL


def test_integrity_sees_a_file_that_changed_or_is_gone(filed: Transmission) -> None:
    path = Path(filed.attachment.path)
    path.write_bytes(PDF + b" retouche")
    [wrong] = everything_wrong()
    assert "empreinte de la pièce" in wrong and "SOC-DD" in wrong
    path.unlink()
    [gone] = everything_wrong()
    assert "manque" in gone


# --- The calendar and the list --------------------------------------------------------------------------------------


def test_the_calendar_counts_it_as_delivered(filed: Transmission, people: dict[str, User]) -> None:
    convention = filed.convention
    row = restitutions(convention=convention).get(obligation__code="SOC-DD", covers="2013")
    assert delivered(convention=convention)[row.pk] == date(2014, 5, 6)
    page = text_of(as_(people["pilotage"]), "/calendrier/?au=2014-06-01")
    assert "/documents-dus/SOC-DD/2013/" in page and "faite en retard" in page
    assert "/documents-dus/" not in text_of(as_(people["tutelle"]), "/calendrier/?au=2014-06-01")


def test_what_was_delivered_early_is_no_next_date(convention: Convention, people: dict[str, User]) -> None:
    send(convention, people["pilotage"], "JAL-IGAS", "unique", attachment=accept_file("a.pdf", PDF))
    done = delivered(convention=convention)
    rows = every_restitution(convention=convention)
    asked = {"rows": rows, "at": date(2015, 6, 29), "limit": 3}
    assert "JAL-IGAS" in [row.obligation.code for row in next_restitutions(**asked)]
    assert "JAL-IGAS" not in [row.obligation.code for row in next_restitutions(**asked, delivered=done)]
    before = next_restitutions(rows=rows, at=date(2014, 4, 1), limit=200, delivered=done)
    assert "JAL-IGAS" in [row.obligation.code for row in before]  # not yet delivered at that date


def test_what_goes_with_an_edition_is_delivered_with_it(
    convention: Convention, people: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    tbb = restitutions(convention=convention).get(obligation__code="TBB-4", covers="2014")
    staff = restitutions(convention=convention).get(obligation__code="MOY-EFF-4", covers="2014")
    assert delivered(convention=convention) == {}
    given = {tbb.pk: date(2014, 7, 15)}
    monkeypatch.setattr("reports.delivered._editions", lambda dates, sent: given.items())
    assert delivered(convention=convention) == given | {staff.pk: date(2014, 7, 15)}
    with pytest.raises(TransmissionRefused):
        send(convention, people["pilotage"], "MOY-EFF-4", "2014", attachment=accept_file("a.pdf", PDF))


@pytest.mark.parametrize(
    ("code", "period", "at", "label"),
    [
        ("FRA-CHIFFRES", "2013", date(2013, 12, 1), "à venir"),
        ("FRA-CHIFFRES", "2013", date(2014, 1, 15), "bientôt due"),
        ("FRA-CHIFFRES", "2013", date(2014, 1, 31), "en retard"),
        ("FRA-TDB", "2013-T1", date(2014, 1, 31), "sans date"),
        ("SOC-DD", "2013", date(2014, 6, 1), "remise en retard"),
        ("SOC-DD", "2013", date(2014, 5, 5), "en retard"),
    ],
)
def test_each_line_says_how_it_stands(filed: Transmission, code: str, period: str, at: date, label: str) -> None:
    lines = {(line.owed.code, line.owed.period): line for line in document_lines(convention=filed.convention, at=at)}
    assert lines[code, period].state_label == label


def test_the_list_is_filtered_in_its_address_and_exported(filed: Transmission, people: dict[str, User]) -> None:
    client = as_(people["controle"])
    page = text_of(client, "/documents-dus/?annee=2013&famille=social")
    assert "SOC-DD" in page and "FRA-TDB" not in page and "remise en retard" in page
    sheet = openpyxl.load_workbook(BytesIO(client.get("/documents-dus.xlsx?annee=2013&famille=social").content)).active
    [header, line] = [[cell.value for cell in row] for row in sheet.iter_rows()]
    told = dict(zip(header, line, strict=True))
    assert told["Dernier reçu"] == "SOC-DD 2013/1" and told["Empreinte (SHA-256)"] == filed.sha256
    assert "Aucun document" in text_of(client, "/documents-dus/?annee=2013&famille=social&etat=ouverte")
    assert "FRA-TDB" in text_of(client, "/documents-dus/?annee=rien")


def test_an_event_is_opened_by_its_day(convention: Convention, people: dict[str, User]) -> None:
    client = as_(people["pilotage"])
    answer = client.get("/documents-dus/EV-VIREMENT/?le=2014-03-02")
    assert answer.status_code == 302 and answer["Location"] == "/documents-dus/EV-VIREMENT/2014-03-02/"
    assert client.get("/documents-dus/EV-VIREMENT/?le=2019-03-02").status_code == 422
    assert client.get("/documents-dus/FRA-TDB/").status_code == 404
    assert client.get("/documents-dus/EV-VIREMENT/mars/").status_code == 404
    sent = send(
        convention, people["pilotage"], "EV-VIREMENT", "2014-03-02", at=datetime(2014, 3, 20, 9, tzinfo=UTC),
        attachment=accept_file("a.pdf", PDF),
    )  # fmt: skip
    assert sent.late and sent.due == date(2014, 3, 17)
    assert sent.receipt_number in text_of(client, "/documents-dus/EV-VIREMENT/")
    assert "EV-VIREMENT/2014-03-02" in text_of(client, "/documents-dus/?annee=2014&famille=evenement")


def test_the_list_asks_few_queries(
    filed: Transmission, people: dict[str, User], django_assert_max_num_queries: Any
) -> None:
    client = as_(people["pilotage"])
    client.get("/documents-dus/")
    with django_assert_max_num_queries(30):
        client.get("/documents-dus/")
