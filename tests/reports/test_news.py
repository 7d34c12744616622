"""The news: what happened, in words, for who may read it."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from cog.models import AuditEvent, Convention, User
from reports.models import Transmission
from reports.news import ACTS, Kind, sentence
from reports.news_queries import READ_BY, kinds_of, news_events

AT = datetime(2014, 8, 1, 9, tzinfo=UTC)


def acts(user: User, **asked: object) -> set[str]:
    return {event.action for event in news_events(user, **asked)}  # type: ignore[arg-type]


def test_every_kind_is_read_by_a_permission_and_every_act_has_words() -> None:
    assert set(READ_BY) == set(Kind)
    for action in ACTS:
        told = sentence(action, "objet", {"kind": "question", "actions": [1, 2]})
        assert "{" not in told
        assert told[0].isupper()


def test_each_reads_what_their_pages_show(sent: Transmission, people: dict[str, User]) -> None:
    assert {"quarter.transmitted", "explanation.written", "observations.accepted"} <= acts(people["pilotage"])
    assert acts(people["tutelle"]) == {"quarter.transmitted"}
    assert acts(people["conseil"]) == set()
    assert acts(people["caf"]) == set()  # the file was not accepted by its people


def test_a_caisse_reads_of_its_own_files(convention: Convention, people: dict[str, User]) -> None:
    for by, name in ((people["caf"], "le-sien.csv"), (people["pilotage"], "autre.csv")):
        AuditEvent.objects.create(
            at=AT, by=by, action="observations.accepted", subject=name, details={"batch": 1, "added": 1}
        )
    assert [event.subject for event in news_events(people["caf"])] == ["le-sien.csv"]


def test_a_draft_is_no_news_for_the_board(convention: Convention, people: dict[str, User]) -> None:
    for state in ("projet", "publie"):
        AuditEvent.objects.create(at=AT, action="edition.produced", subject=state, details={"state": state})
    assert [event.subject for event in news_events(people["conseil"])] == ["publie"]
    assert len(news_events(people["pilotage"])) == 2


def test_filters(client: Client, sent: Transmission, people: dict[str, User]) -> None:
    assert acts(people["pilotage"], kind="transmissions") == {"quarter.transmitted"}
    assert all(event.subject.startswith("F10-") for event in news_events(people["pilotage"], fiche=10))
    client.force_login(people["pilotage"])
    page = client.get("/nouveautes/", {"type": "explications", "fiche": "10"})
    assert 0 < page.context["page"].paginator.count < len(news_events(people["pilotage"]))


def test_what_is_read_is_no_longer_new(client: Client, sent: Transmission, people: dict[str, User]) -> None:
    client.force_login(people["tutelle"])
    AuditEvent.objects.create(
        at=datetime(2014, 7, 1, tzinfo=UTC), action="document.transmitted", subject="ancien", details={}
    )
    assert client.get("/nouveautes/?nouveau=1").context["page"].paginator.count == 2
    assert client.post("/nouveautes/lues/").status_code == 302
    assert client.get("/nouveautes/?nouveau=1").context["page"].paginator.count == 0
    assert client.get("/nouveautes/").context["page"].paginator.count == 2


@pytest.mark.parametrize("role", ["pilotage", "contributeur", "caf", "tutelle", "conseil", "controle", "exploitation"])
def test_every_link_is_a_page_of_the_reader(
    client: Client, sent: Transmission, people: dict[str, User], role: str
) -> None:
    client.force_login(people[role])
    for day in client.get("/nouveautes/").context["days"]:
        for one in day.news:
            assert client.get(one.url.split("#")[0]).status_code == 200, one
    assert isinstance(kinds_of(people[role]), list)
