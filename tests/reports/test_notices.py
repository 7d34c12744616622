"""Notifications: written with the act, told to those it concerns and to nobody else, mailed after, once."""

from datetime import UTC, datetime

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client

from cog import jobs
from cog.enums import JobState, MailState, NotificationChannel, NotificationKind
from cog.models import AuditEvent, Convention, Job, Notification, User
from indicators.operations import abandon_batch, receive_batch
from reports.enums import NoteKind
from reports.models import Transmission
from reports.operations import write_note
from reports.operations.notices import choose_notifications, mark_read, send_mails
from tests.reports.quarter import HEADER, quarter_rows

AT = datetime(2014, 8, 1, 9, tzinfo=UTC)


def told(user: User) -> list[tuple[str, str]]:
    return [(row.kind, row.url) for row in Notification.objects.filter(recipient=user).order_by("pk")]


def test_the_state_is_told_of_what_is_sent(sent: Transmission, people: dict[str, User]) -> None:
    assert told(people["tutelle"]) == [("transmission", f"/transmissions/{sent.pk}/")]
    assert told(people["pilotage"]) == []  # who sent it knows
    for role in ("caf", "conseil", "contributeur", "exploitation"):
        assert told(people[role]) == [], role


def test_a_question_goes_to_the_cnaf_and_its_answer_to_the_state(sent: Transmission, people: dict[str, User]) -> None:
    asked = write_note(transmission=sent, kind=NoteKind.QUESTION, text="Pourquoi ?", by=people["tutelle"], at=AT)
    assert told(people["pilotage"]) == [("question", f"/transmissions/{sent.pk}/#notes")]
    write_note(transmission=sent, kind=NoteKind.ANSWER, text="Parce que.", reply_to=asked, by=people["pilotage"], at=AT)
    assert told(people["tutelle"])[-1] == ("reponse", f"/transmissions/{sent.pk}/#notes")


def test_an_act_taken_back_tells_nothing(sent: Transmission, people: dict[str, User]) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        write_note(transmission=sent, kind=NoteKind.QUESTION, text="Pourquoi ?", by=people["tutelle"], at=AT)
        raise RuntimeError
    assert told(people["pilotage"]) == []


def test_a_caisse_is_told_of_its_file(convention: Convention, people: dict[str, User]) -> None:
    data = (HEADER + quarter_rows("011", 800)).encode()
    received = receive_batch(convention=convention, file_name="caf.csv", data=data, by=people["caf"], at=AT)
    abandon_batch(batch=received.batch, by=people["pilotage"], at=AT)
    assert told(people["caf"]) == [("fichier", f"/remontees/{received.batch.pk}/")]


def test_nothing_is_told_to_who_wants_nothing(sent: Transmission, people: dict[str, User]) -> None:
    choose_notifications(user=people["pilotage"], chosen={NotificationKind.QUESTION: NotificationChannel.NONE}, at=AT)
    write_note(transmission=sent, kind=NoteKind.QUESTION, text="Pourquoi ?", by=people["tutelle"], at=AT)
    assert told(people["pilotage"]) == []


def test_a_mail_leaves_once(sent: Transmission, people: dict[str, User]) -> None:
    choose_notifications(user=people["pilotage"], chosen={NotificationKind.QUESTION: NotificationChannel.MAIL}, at=AT)
    write_note(transmission=sent, kind=NoteKind.QUESTION, text="Pourquoi ?", by=people["tutelle"], at=AT)
    mail.outbox.clear()
    assert send_mails() == 1
    assert send_mails() == 0
    [message] = mail.outbox
    assert message.to == [people["pilotage"].email]
    assert f"/transmissions/{sent.pk}/#notes" in message.body
    assert "/notifications/choix/" in message.body


def test_a_mail_that_cannot_leave_waits(
    sent: Transmission, people: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    choose_notifications(user=people["pilotage"], chosen={NotificationKind.QUESTION: NotificationChannel.MAIL}, at=AT)
    write_note(transmission=sent, kind=NoteKind.QUESTION, text="Pourquoi ?", by=people["tutelle"], at=AT)

    def refuse(self: mail.EmailMessage) -> int:
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr(mail.EmailMessage, "send", refuse)
        with pytest.raises(ConnectionRefusedError):
            send_mails()
    assert Notification.objects.get(recipient=people["pilotage"]).mail == MailState.TO_SEND
    assert send_mails() == 1


@pytest.mark.parametrize(("state", "words"), [(JobState.DONE, "fini"), (JobState.FAILED, "en échec")])
def test_who_asked_for_a_job_is_told_how_it_ended(
    convention: Convention, people: dict[str, User], state: JobState, words: str
) -> None:
    job = Job.objects.create(
        kind="opendata", arguments={}, created_by=people["pilotage"], created_at=AT, state=JobState.RUNNING, attempts=1
    )
    jobs._finish(job, state, "essai")
    [row] = Notification.objects.filter(recipient=people["pilotage"])
    assert (row.kind, words in row.text) == ("travail", True)


def test_the_bell_counts_and_the_page_marks(client: Client, sent: Transmission, people: dict[str, User]) -> None:
    client.force_login(people["tutelle"])
    assert "1 non lue" in client.get("/").content.decode()
    row = Notification.objects.get(recipient=people["tutelle"])
    assert row.text in client.get("/notifications/").content.decode().replace("&#x27;", "'")
    opened = client.post(f"/notifications/{row.pk}/")
    assert opened.headers["Location"] == row.url
    assert "aucune non lue" in client.get("/").content.decode()
    assert row.text not in client.get("/notifications/").content.decode().replace("&#x27;", "'")
    assert row.text in client.get("/notifications/?lues=1").content.decode().replace("&#x27;", "'")


def test_nobody_opens_the_notification_of_another(client: Client, sent: Transmission, people: dict[str, User]) -> None:
    row = Notification.objects.get(recipient=people["tutelle"])
    client.force_login(people["pilotage"])
    assert client.post(f"/notifications/{row.pk}/").status_code == 404
    assert mark_read(user=people["pilotage"], keys=[row.pk], at=AT) == 0


def test_one_chooses_only_what_may_come(client: Client, convention: Convention, people: dict[str, User]) -> None:
    client.force_login(people["conseil"])
    assert "question" not in client.get("/notifications/choix/").context["form"].fields
    client.force_login(people["caf"])
    fields = list(client.get("/notifications/choix/").context["form"].fields)
    assert fields == ["fichier", "rappel", "travail"]
    answer = client.post("/notifications/choix/", {"fichier": "courriel", "rappel": "aucun", "travail": "application"})
    assert answer.status_code == 302
    assert AuditEvent.objects.filter(action="notifications.chosen", by=people["caf"]).exists()
    assert client.post("/notifications/choix/", {"fichier": "pigeon"}).status_code == 200
