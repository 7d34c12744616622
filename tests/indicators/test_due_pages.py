"""What is due and the reminders: states, whose matrix one sees, who is told what, once."""

from datetime import date
from io import BytesIO

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from cog import jobs
from cog.demo import open_accounts
from cog.enums import JobState
from cog.jobs import Job
from cog.models import AuditEvent, Convention, Organisation, User
from cog.operations import command_account
from cog.periods import parse
from indicators.enums import DueState
from indicators.models import Reminder
from indicators.operations import accept_batch, receive_batch
from indicators.operations.reminders import request_reminders
from indicators.queries.due import due_quarter

HEADER = "mesure,caisse,periode,ventilation,valeur\n"
MONTHS = ("2014-01", "2014-02", "2014-03")
T1 = parse("2014-T1")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "publish", lambda job_id: None)


@pytest.fixture
def people(convention: Convention) -> dict[str, User]:
    open_accounts(code=convention.code, by=command_account(), at=timezone.now())
    return {user.email.split("@")[0]: user for user in User.objects.filter(is_demonstration=True)}


def _client(people, role: str) -> Client:
    client = Client()
    client.force_login(people[role])
    return client


def _report(convention: Convention, caisse: str, months, value: str = "10") -> None:
    rows = [f"{m},{caisse},{month},,{value}" for month in months for m in ("pieces_traitees", "pieces_traitees_15j")]
    by, at = command_account(), timezone.now()
    data = (HEADER + "\n".join(rows)).encode()
    received = receive_batch(convention=convention, file_name="d.csv", data=data, by=by, at=at)
    accept_batch(batch=received.batch, by=by, at=at, reason="essai")


def _cell(convention: Convention, caisse: str, at: date):
    body = Organisation.objects.get(convention=convention, code=caisse)
    page = due_quarter(convention=convention, transmission=T1, at=at, bodies=[body])
    return page.cells["F10-21", caisse]


@pytest.mark.parametrize(
    ("months", "value", "at", "state", "told"),
    [
        ((), "", date(2014, 4, 30), DueState.EXPECTED, 0),
        ((), "", date(2014, 5, 1), DueState.LATE, 0),
        (MONTHS[:1], "10", date(2014, 4, 30), DueState.PARTIAL, 2),
        (MONTHS[:1], "10", date(2014, 5, 1), DueState.PARTIAL_LATE, 2),
        (MONTHS, "10", date(2014, 5, 1), DueState.COMPLETE, 6),
        (MONTHS, "0", date(2014, 5, 1), DueState.COMPLETE, 6),
        (MONTHS, "NS", date(2014, 5, 1), DueState.NOT_CONCERNED, 6),
        (MONTHS, "ND", date(2014, 5, 1), DueState.LATE, 0),
        (["2014-T1"], "10", date(2014, 5, 1), DueState.COMPLETE, 6),
    ],
)
def test_the_state_of_what_is_due(convention: Convention, months, value, at, state, told) -> None:
    if months:
        _report(convention, "011", months, value)
    cell = _cell(convention, "011", at)
    assert (cell.state, cell.told, cell.asked) == (state, told, 6)
    assert sum(len(one.breakdowns) for one in cell.missing) == 6 - told


def test_the_matrix_by_fiche_and_by_caisse(convention: Convention, people) -> None:
    _report(convention, "751", MONTHS)
    client = _client(people, "pilotage")
    summary = client.get("/remontees/attendu/?transmission=2014-T1").content.decode()
    assert "due depuis le 30 avril 2014" in summary
    assert "en retard, rien reçu" in summary
    fiche = client.get("/remontees/attendu/fiche/10/?transmission=2014-T1").content.decode()
    assert "Caf Paris" in fiche
    assert "6/6" in fiche
    assert client.get("/remontees/attendu/fiche/99/").status_code == 404
    book = load_workbook(BytesIO(client.get("/remontees/attendu.xlsx?transmission=2014-T1").content))
    rows = list(book["Remontées"].iter_rows(values_only=True))
    assert ("751", "F10-21", "complet", 6, 6, 0) in [(r[0], r[3], *r[5:]) for r in rows]
    assert ("011", "F10-21", "pieces_traitees", "2014-01") in [
        (r[0], r[2], r[3], r[4]) for r in book["Manquantes"].iter_rows(values_only=True)
    ]


def test_a_caisse_sees_its_own_dues_only(convention: Convention, people) -> None:
    client = _client(people, "caf")
    assert client.get("/remontees/attendu/")["Location"].startswith("011/")
    own = client.get("/remontees/attendu/011/?transmission=2014-T1").content.decode()
    assert "pieces_traitees" in own
    assert client.get("/remontees/attendu/751/?transmission=2014-T1").status_code == 404
    matrix = client.get("/remontees/attendu/fiche/10/?transmission=2014-T1").content.decode()
    assert "Caf Ain" in matrix
    assert "Caf Paris" not in matrix
    book = load_workbook(BytesIO(client.get("/remontees/attendu.xlsx?transmission=2014-T1").content))
    assert {row[0] for row in book["Remontées"].iter_rows(min_row=2, values_only=True)} == {"011"}
    for role in ("tutelle", "conseil", "exploitation"):
        assert _client(people, role).get("/remontees/attendu.xlsx").status_code == 403


def test_an_unreadable_transmission_shows_the_last_one(convention: Convention, people) -> None:
    client = _client(people, "pilotage")
    for asked in ("mars", "2014-03", "1890-T1", "%EF%BF%BD"):
        assert "4e trimestre 2017" in client.get(f"/remontees/attendu/?transmission={asked}").content.decode()


def test_a_reminder_is_composed_from_what_is_missing_and_sent_once(convention: Convention, people) -> None:
    _report(convention, "011", MONTHS[:2])
    client = _client(people, "pilotage")
    page = client.get("/remontees/rappels/?transmission=2014-T1").content.decode()
    assert "caf@demo.invalid" in page
    assert "aucun compte ouvert" in page
    answer = client.post("/remontees/rappels/", {"transmission": "2014-T1", "caisses": ["011", "751", "xxx"]})
    job = Job.objects.get(kind="indicators.remind")
    assert answer["Location"] == f"/travaux/{job.pk}/"
    assert job.arguments["caisses"] == ["011"]  # the other has nobody to write to
    jobs.run(str(job.pk))
    assert Job.objects.get(pk=job.pk).state == JobState.DONE
    (message,) = mail.outbox
    assert message.to == ["caf@demo.invalid"]
    assert "1er trimestre 2014" in message.subject
    assert "/remontees/attendu/011/?transmission=2014-T1" in message.body
    reminder = Reminder.objects.get()
    assert f"il manque encore {reminder.missing} valeurs" in message.body
    assert AuditEvent.objects.filter(action="reminder.sent").count() == 1
    assert "par Camille Pilotage" in client.get("/remontees/rappels/?transmission=2014-T1").content.decode()
    again = request_reminders(
        convention=convention, transmission=T1, caisses=["011"], by=people["pilotage"], at=timezone.now()
    )
    jobs.run(str(again.pk))
    assert len(mail.outbox) == 1
    nobody = client.post("/remontees/rappels/", {"transmission": "2014-T1"}, follow=True).content.decode()
    assert "Caisses : aucune n'est choisie" in nobody


def test_a_message_that_cannot_leave_is_not_recorded(convention: Convention, people, settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    job = request_reminders(
        convention=convention, transmission=T1, caisses=["011"], by=people["pilotage"], at=timezone.now()
    )
    jobs.run(str(job.pk))
    assert Job.objects.get(pk=job.pk).state == JobState.FAILED
    assert not Reminder.objects.exists()


@pytest.mark.parametrize("role", ["contributeur", "caf", "tutelle", "conseil", "controle", "exploitation"])
def test_only_the_steering_reminds(convention: Convention, people, role: str) -> None:
    client = _client(people, role)
    assert client.get("/remontees/rappels/").status_code == 403
    assert client.post("/remontees/rappels/", {"caisses": ["011"]}).status_code == 403
    assert not Job.objects.exists()
