"""The weekly e-mail: through a real SMTP server, once a week whatever rings, what a person refused left out."""

import socket
from collections.abc import Iterator
from datetime import UTC, date, datetime
from email.message import Message
from smtplib import SMTPRecipientsRefused
from threading import Thread
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler
from django.db import connection
from django.test import Client
from django.utils import timezone
from django.utils.module_loading import import_string

from actions.enums import Charge, DigestKind
from actions.models import Action, Digest
from actions.operations import (
    Naming,
    ProgressEntry,
    choose_digest,
    name_responsible,
    open_direction,
    record_progress,
    send_digests,
)
from actions.queries.digests import digest_content, week_of
from actions.tasks import send_weekly_digests
from cog import schedule
from cog.demo import open_accounts
from cog.models import Convention, Fiche, Membership, User
from cog.operations import command_account

pytestmark = pytest.mark.django_db

MONDAY = datetime(2014, 7, 7, 7, tzinfo=UTC)


class Inbox(MessageHandler):
    def __init__(self) -> None:
        super().__init__()
        self.received: list[Message] = []

    def handle_message(self, message: Message) -> None:
        self.received.append(message)


@pytest.fixture
def inbox(settings: Any) -> Iterator[Inbox]:
    """A real SMTP server, which the application writes to."""
    inbox = Inbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(inbox, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    try:
        yield inbox
    finally:
        server.stop()


@pytest.fixture
def person(convention: Convention) -> User:
    open_accounts(code=convention.code, by=command_account(), at=timezone.now())
    _carries(10)
    return User.objects.get(email="contributeur@demo.invalid")


def _carries(*fiches: int) -> None:
    held = Membership.objects.get(user__email="contributeur@demo.invalid")
    held.fiches.set(Fiche.objects.filter(number__in=fiches))


def _send(convention: Convention, at: datetime = MONDAY) -> int:
    return send_digests(convention=convention, by=command_account(), at=at)


def _body(message: Message) -> str:
    return message.get_payload(decode=True).decode("utf-8")  # type: ignore[union-attr]


def test_the_message_tells_what_is_late_and_soon_due_and_leads_to_it(
    person: User, convention: Convention, inbox: Inbox
) -> None:
    assert _send(convention) == 1
    (message,) = inbox.received
    body = _body(message)
    assert message["To"] == person.email and "ACTIONS EN RETARD" in body and "/actions/10-2/" in body
    assert "/actions/11-" not in body and "/actions/recapitulatif/" in body
    row = Digest.objects.get()
    content = digest_content(convention=convention, recipient=person, at=MONDAY.date())
    assert (row.week, row.counts) == ("2014-W28", content.counts) and row.counts["apres"] > 0


def test_two_beats_in_a_week_write_once_and_the_next_week_writes_again(
    person: User, convention: Convention, inbox: Inbox
) -> None:
    assert [_send(convention), _send(convention), _send(convention, datetime(2014, 7, 11, 7, tzinfo=UTC))] == [1, 0, 0]
    assert len(inbox.received) == 1
    assert _send(convention, datetime(2014, 7, 14, 7, tzinfo=UTC)) == 0  # a Monday, and a public holiday
    assert _send(convention, datetime(2014, 7, 15, 7, tzinfo=UTC)) == 1


def test_a_message_that_cannot_leave_leaves_no_trace_and_leaves_the_next_day(
    person: User, convention: Convention, inbox: Inbox, settings: Any
) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 9  # nobody listens there
    with pytest.raises(OSError):
        _send(convention)
    assert not Digest.objects.exists()
    settings.EMAIL_PORT = port
    assert _send(convention, datetime(2014, 7, 8, 7, tzinfo=UTC)) == 1 and len(inbox.received) == 1


def test_an_address_that_is_refused_does_not_silence_the_others(
    person: User, convention: Convention, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    steering = User.objects.get(email="pilotage@demo.invalid")
    by = command_account()
    direction = open_direction(convention=convention, code="A", name="A", by=by, at=MONDAY)
    fiche = Fiche.objects.get(number=11)
    name_responsible(naming=Naming(fiche, None, direction, Charge.LEAD, steering), by=by, at=MONDAY)

    async def refuse(server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if address == steering.email:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    monkeypatch.setattr(inbox, "handle_RCPT", refuse, raising=False)
    with pytest.raises(SMTPRecipientsRefused):
        _send(convention)
    assert [message["To"] for message in inbox.received] == [person.email]
    assert [row.recipient for row in Digest.objects.all()] == [person]


def test_a_refused_part_is_left_out_and_refusing_all_stops_the_message(
    person: User, convention: Convention, inbox: Inbox
) -> None:
    choose_digest(user=person, wanted=[DigestKind.SOON, DigestKind.YEARLY], at=MONDAY)
    _send(convention)
    assert "ACTIONS EN RETARD" not in _body(inbox.received[0])
    choose_digest(user=person, wanted=[], at=MONDAY)
    assert _send(convention, datetime(2014, 7, 15, 7, tzinfo=UTC)) == 0
    choose_digest(user=person, wanted=list(DigestKind), at=MONDAY)
    assert _send(convention, datetime(2014, 7, 15, 7, tzinfo=UTC)) == 1


def test_a_person_named_or_the_substitute_is_written_to_and_a_closed_account_is_not(
    person: User, convention: Convention, inbox: Inbox
) -> None:
    by = command_account()
    steering = User.objects.get(email="pilotage@demo.invalid")
    direction = open_direction(convention=convention, code="A", name="A", by=by, at=MONDAY)
    action = Action.objects.get(fiche__number=11, ordinal=1, plan="cog")
    naming = Naming(action.fiche, action, direction, Charge.LEAD, person, steering)
    name_responsible(naming=naming, by=by, at=MONDAY)
    assert _send(convention) in (1, 2)
    told = digest_content(convention=convention, recipient=steering, at=MONDAY.date())
    assert {view.action for part in told.parts for view in part.views} <= {action}
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert _send(convention, datetime(2014, 7, 15, 7, tzinfo=UTC)) == len(told.parts[:1])


def test_nothing_leaves_when_there_is_nothing_to_say(person: User, convention: Convention, inbox: Inbox) -> None:
    _carries(7)
    rows = Action.objects.filter(fiche__number=7)
    entries = [
        ProgressEntry(row.pk, "realisee", date(2014, 7, 1), date(2014, 7, 1), without_evidence="essai") for row in rows
    ]
    record_progress(entries=entries, by=person, at=MONDAY)
    assert _send(convention) == 0 and inbox.received == []


def test_the_page_previews_the_message_and_keeps_the_choice(person: User, convention: Convention) -> None:
    client = Client()
    client.force_login(person)
    page = client.get("/actions/recapitulatif/")
    assert page.context["message"].to == [person.email] and "ACTIONS EN RETARD" in page.content.decode()
    client.post("/actions/recapitulatif/", {"wanted": ["avant"]})
    assert "ACTIONS EN RETARD" not in client.get("/actions/recapitulatif/").content.decode()
    client.post("/actions/recapitulatif/", {})
    assert "Rien à dire" in client.get("/actions/recapitulatif/").content.decode()
    other = Client()
    other.force_login(User.objects.get(email="caf@demo.invalid"))
    assert other.get("/actions/recapitulatif/").status_code == 403


def test_it_is_due_every_morning_at_seven() -> None:
    due, path = schedule._things["recapitulatif"]
    assert import_string(path) is send_weekly_digests
    paris = ZoneInfo("Europe/Paris")
    assert due(datetime(2014, 7, 8, 6, 59, tzinfo=paris)) == datetime(2014, 7, 7, 7, tzinfo=paris)
    assert due(datetime(2014, 7, 8, 7, tzinfo=paris)) == datetime(2014, 7, 8, 7, tzinfo=paris)


@pytest.mark.parametrize(
    ("day", "week"),
    [(date(2014, 7, 7), "2014-W28"), (date(2013, 12, 30), "2014-W01"), (date(2017, 1, 1), "2016-W52")],
)
def test_a_week_belongs_to_the_year_of_its_thursday(day: date, week: str) -> None:
    assert week_of(day) == week


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_the_same_moment_write_once(reloaded_convention: Convention, inbox: Inbox) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("deux transactions à la fois : PostgreSQL seulement")
    open_accounts(code=reloaded_convention.code, by=command_account(), at=timezone.now())
    _carries(10)

    def beat() -> None:
        try:
            _send(reloaded_convention)
        finally:
            connection.close()

    beats = [Thread(target=beat) for _ in range(3)]
    for one in beats:
        one.start()
    for one in beats:
        one.join()
    assert len(inbox.received) == 1 and Digest.objects.count() == 1
