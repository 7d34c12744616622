"""Calendar feeds: valid files, stable identities, a secret kept by nobody, rights asked again at each reading."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from actions.models import Action
from actions.operations import ProgressEntry, record_progress
from budgets.enums import TransferActKind
from budgets.operations import TransferRequest, open_transfer, record_transfer_act
from cog.demo import open_accounts
from cog.models import Convention, Fiche, Membership, Restitution, User
from cog.operations import command_account
from reports.calendar_file import DayEvent, calendar_file
from reports.enums import FeedScope
from reports.models import CalendarFeed
from reports.operations import open_feed, revoke_feed
from tests.budgets.ledger import fund_of, vote

AT = datetime(2014, 7, 1, 10, tzinfo=UTC)
LONG = "Une action dont l'intitulé est long ; avec des virgules, des « guillemets », et\ndeux lignes, " * 4


def _read(data: bytes) -> dict[str, dict[str, object]]:
    """uid -> the fields of each event, as an independent reader finds them."""
    calendar = Calendar.from_ical(data)
    return {
        str(event["uid"]): {
            "day": event.decoded("dtstart"),
            "title": str(event["summary"]),
            "text": str(event["description"]),
            "sequence": int(event["sequence"]),
        }
        for event in calendar.walk("VEVENT")
    }


def _event(**changes: object) -> DayEvent:
    told = {"key": "c-action-10-3", "day": date(2014, 12, 31), "title": "t", "description": LONG, "url": "https://x/"}
    return DayEvent(**told | changes)  # type: ignore[arg-type]


def test_the_file_is_what_the_standard_asks() -> None:
    data = calendar_file([_event(), _event(key="c-action-10-4")], name="n", stamp=AT)
    assert data.startswith(b"BEGIN:VCALENDAR\r\n") and data.endswith(b"END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    for field in (b"VERSION:2.0", b"PRODID:", b"DTSTAMP:20140701T100000Z", b"DTSTART;VALUE=DATE:20141231"):
        assert field in data
    read = _read(data)
    assert read["c-action-10-3@suivi-cog"]["text"] == LONG and len(read) == 2


def test_a_renamed_or_moved_event_keeps_its_identity_and_the_same_content_its_bytes() -> None:
    before = calendar_file([_event()], name="n", stamp=AT)
    after = calendar_file([_event(title="autre", day=date(2015, 6, 30), revision=1)], name="n", stamp=AT)
    assert set(_read(before)) == set(_read(after))
    assert _read(after)["c-action-10-3@suivi-cog"]["sequence"] == 1
    assert calendar_file([_event()], name="n", stamp=AT) == before


# --- On the site -----------------------------------------------------------------------------------------------------


@pytest.fixture
def people(convention: Convention) -> dict[str, User]:
    open_accounts(code=convention.code, by=command_account(), at=timezone.now())
    held = Membership.objects.get(user__email="contributeur@demo.invalid")
    held.fiches.set(Fiche.objects.filter(convention=convention, number=10))
    return {user.email.split("@")[0]: user for user in User.objects.filter(is_demonstration=True)}


def _secret(owner: User, scope: FeedScope = FeedScope.ROLE) -> str:
    return open_feed(owner=owner, scope=scope, at=AT)[1]


def _events(secret: str) -> dict[str, dict[str, object]]:
    answer = Client().get(f"/calendrier/flux/{secret}.ics")
    assert answer.status_code == 200 and answer["Content-Type"].startswith("text/calendar")
    return _read(answer.content)


@pytest.mark.django_db
def test_a_feed_is_read_without_session_and_holds_restitutions_and_actions(people: dict[str, User]) -> None:
    events = _events(_secret(people["pilotage"]))
    dated = Action.objects.filter(deadlines__end__isnull=False).distinct().count()
    assert sum("-action-" in uid for uid in events) == dated
    owed = Restitution.objects.filter(due__isnull=False).count()
    assert sum("-remise-" in uid for uid in events) == owed > 100
    assert events["cog-2013-2017-action-10-2@suivi-cog"]["day"] == date(2013, 9, 30)


@pytest.mark.django_db
def test_a_revised_end_moves_the_event_and_a_done_action_leaves(people: dict[str, User]) -> None:
    action = Action.objects.get(fiche__number=10, ordinal=2, plan="cog")
    uid, secret = "cog-2013-2017-action-10-2@suivi-cog", _secret(people["pilotage"])
    told = {"revision_reason": "marché", "revision_agreed_by": "comité", "revised_end": date(2016, 3, 31)}
    record_progress(
        entries=[ProgressEntry(action.pk, "en_cours", date(2014, 6, 1), **told)], by=people["pilotage"], at=AT
    )
    assert _events(secret)[uid] | {"title": "", "text": ""} == {
        "day": date(2016, 3, 31), "sequence": 1, "title": "", "text": "",
    }  # fmt: skip
    Action.objects.filter(pk=action.pk).update(label="Intitulé corrigé")
    assert uid in _events(secret)
    done = ProgressEntry(action.pk, "realisee", date(2014, 6, 2), date(2014, 6, 2), without_evidence="essai")
    record_progress(entries=[done], by=people["pilotage"], at=AT)
    assert uid not in _events(secret)


@pytest.mark.django_db
def test_a_direction_s_own_feed_has_its_fiches_only_and_the_state_reads_printed_dates(people: dict[str, User]) -> None:
    own = {uid for uid in _events(_secret(people["contributeur"], FeedScope.OWN)) if "-action-" in uid}
    assert own and all("-action-10-" in uid for uid in own)
    action = Action.objects.get(fiche__number=10, ordinal=2, plan="cog")
    told = {"revision_reason": "CANARI", "revision_agreed_by": "comité", "revised_end": date(2016, 3, 31)}
    record_progress(
        entries=[ProgressEntry(action.pk, "en_cours", date(2014, 6, 1), **told)], by=people["pilotage"], at=AT
    )
    state = _events(_secret(people["tutelle"]))
    assert state["cog-2013-2017-action-10-2@suivi-cog"]["day"] == date(2013, 9, 30)


@pytest.mark.django_db
def test_a_feed_answers_no_more_once_revoked_or_its_account_closed(people: dict[str, User]) -> None:
    secret, other = _secret(people["pilotage"]), _secret(people["tutelle"])
    revoke_feed(feed=CalendarFeed.objects.get(opened_by=people["pilotage"]), by=people["pilotage"], at=timezone.now())
    assert Client().get(f"/calendrier/flux/{secret}.ics").status_code == 404
    people["tutelle"].is_active = False
    people["tutelle"].save()
    assert Client().get(f"/calendrier/flux/{other}.ics").status_code == 404
    assert Client().get("/calendrier/flux/inconnu.ics").status_code == 404


@pytest.mark.django_db
def test_a_right_taken_away_empties_the_feed_at_its_next_reading(people: dict[str, User]) -> None:
    secret = _secret(people["contributeur"])
    assert _events(secret)
    Membership.objects.filter(user=people["contributeur"]).update(valid_to=date(2014, 1, 1))
    assert _events(secret) == {}


@pytest.mark.django_db
def test_the_secret_is_shown_once_and_kept_nowhere(people: dict[str, User]) -> None:
    client = Client()
    client.force_login(people["contributeur"])
    page = client.post("/calendrier/flux/", {"scope": "mes_fiches"})
    secret = page.context["address"].rsplit("/", 1)[1].removesuffix(".ics")
    assert _events(secret)
    row = CalendarFeed.objects.get()
    assert secret not in {str(value) for value in vars(row).values()}
    assert secret not in client.get("/calendrier/flux/").content.decode()
    other = Client()
    other.force_login(people["pilotage"])
    assert other.post(f"/calendrier/flux/{row.pk}/revoquer/").status_code == 404
    asked = client.get(f"/calendrier/flux/{row.pk}/revoquer/")
    assert "ne pourra pas être rétablie" in asked.content.decode()
    row.refresh_from_db()
    assert row.revoked_at is None
    assert client.post(f"/calendrier/flux/{row.pk}/revoquer/").status_code == 302
    assert Client().get(f"/calendrier/flux/{secret}.ics").status_code == 404


@pytest.mark.django_db
def test_the_information_due_after_a_transfer_is_in_the_feeds_of_those_who_read_budgets(
    people: dict[str, User], client: Client
) -> None:
    convention, by = Convention.objects.get(), people["pilotage"]
    fund = fund_of(convention)
    vote(fund, 2014, by)
    first, second = fund.lines.get(position=3), fund.lines.get(position=13)
    request = TransferRequest(fund, 2014, first, second, Decimal("1.5"), "Chantier.")
    transfer = open_transfer(request=request, by=by, at=AT)
    act = {"kind": TransferActKind.DIRECTOR, "dated": date(2014, 5, 5), "reference": "Décision 12"}
    record_transfer_act(transfer=transfer, by=by, at=AT, **act)
    key = f"cog-2013-2017-virement-{transfer.pk}@suivi-cog"
    for name, told in (("pilotage", True), ("tutelle", False)):
        events = _events(_secret(people[name]))
        assert (key in events) is told
        if told:
            assert events[key]["day"] == date(2014, 5, 20)
            assert "ministères de tutelle" in str(events[key]["text"])
    client.force_login(by)
    for page in ("/calendrier/", "/", "/budgets/"):
        assert "20 mai 2014" in client.get(page).content.decode()
    told = {"kind": TransferActKind.INFORMATION, "dated": date(2014, 5, 12), "reference": "Courriel"}
    record_transfer_act(transfer=transfer, by=by, at=AT, **told)
    assert "Informations à donner" not in client.get("/calendrier/").content.decode()
