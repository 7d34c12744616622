"""An action and the indicators it should move, the gaps that count on it: linked once, undone, each in its fiches."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.utils import timezone

from actions.models import Action
from actions.operations import ProgressEntry, record_progress
from cog.demo import open_accounts
from cog.models import Convention, Fiche, Membership, User
from cog.operations import command_account
from indicators.models import Explanation, Indicator
from reports.models import ActionIndicator
from reports.operations import link_indicator
from reports.operations.links import LinkRefused

pytestmark = pytest.mark.django_db

AT = datetime(2014, 7, 1, tzinfo=UTC)


@pytest.fixture
def people(convention: Convention) -> Convention:
    open_accounts(code=convention.code, by=command_account(), at=timezone.now())
    held = Membership.objects.get(user__email="contributeur@demo.invalid")
    held.fiches.set(Fiche.objects.filter(convention=convention, number=10))
    return convention


def _as(role: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(email=f"{role}@demo.invalid"))
    return client


def test_a_link_is_made_once_shown_on_both_pages_and_undone(people: Convention) -> None:
    client = _as("contributeur")
    for _ in range(2):
        assert client.post("/actions/10-3/liens/", {"indicator": "F10-23", "reason": "appels"}).status_code == 302
    link = ActionIndicator.objects.get()
    assert (link.action_key, link.indicator_code) == ("10/3", "F10-23")
    assert "/indicateurs/F10-23/" in client.get("/actions/10-3/liens/").content.decode()
    assert "doit faire bouger" in _as("tutelle").get("/fiches/10/").content.decode()
    assert client.post(f"/actions/10-4/liens/{link.pk}/retirer/").status_code == 404  # not of that action
    assert client.post(f"/actions/10-3/liens/{link.pk}/retirer/").status_code == 302
    assert "doit faire bouger" not in client.get("/fiches/10/").content.decode()
    assert client.post("/actions/10-3/liens/", {"indicator": "F10-23"}).status_code == 302  # again, a new one
    assert ActionIndicator.objects.count() == 2


def test_what_does_not_exist_is_not_linked(people: Convention) -> None:
    with pytest.raises(LinkRefused):
        link_indicator(
            convention=people, action_key="10/3", indicator_code="F99-1", reason="", by=command_account(), at=AT
        )
    assert _as("pilotage").post("/actions/10-3/liens/", {"indicator": "F99-1"}).status_code == 200
    assert _as("pilotage").get("/actions/10-999/liens/").status_code == 404
    assert not ActionIndicator.objects.exists()


def test_a_direction_links_its_own_fiches_only_and_others_read(people: Convention) -> None:
    assert _as("contributeur").post("/actions/11-1/liens/", {"indicator": "F10-23"}).status_code == 404
    for role in ("caf", "tutelle", "conseil", "controle"):
        assert _as(role).post("/actions/10-3/liens/", {"indicator": "F10-23"}).status_code == 404
        assert _as(role).get("/actions/10-3/liens/").status_code == 200
    assert not ActionIndicator.objects.exists()


def test_the_gaps_that_count_on_an_action_stand_on_its_page_for_who_reads_them(people: Convention) -> None:
    Explanation.objects.create(
        indicator=Indicator.objects.get(code="F10-23"),
        period="2014",
        revision=1,
        cause="interne",
        text="Le CANARI a chanté.",
        corrective_action="10/3",
        written_at=AT,
        written_by=command_account(),
    )
    assert "CANARI" in _as("pilotage").get("/actions/10-3/liens/").content.decode()
    assert "CANARI" not in _as("tutelle").get("/actions/10-3/liens/").content.decode()
    assert "CANARI" not in _as("pilotage").get("/actions/10-4/liens/").content.decode()


def test_the_fiche_tells_what_was_said_and_explained_each_to_who_may_read_it(people: Convention) -> None:
    action = Action.objects.get(fiche__number=10, ordinal=3, plan="cog")
    entry = ProgressEntry(action.pk, "en_cours", date(2014, 6, 1), comment="MERLE noté.")
    record_progress(entries=[entry], by=command_account(), at=AT)
    Explanation.objects.create(
        indicator=Indicator.objects.get(code="F10-23"), period="2013", revision=1, cause="interne", text="Le CANARI.",
        written_at=AT, written_by=command_account(),
    )  # fmt: skip
    page = _as("pilotage").get("/fiches/10/?au=2014-06-30").content.decode()
    assert "MERLE" in page and "CANARI" in page
    assert "CANARI" not in _as("pilotage").get("/fiches/10/?au=2013-06-30").content.decode()  # not over yet
    for role in ("caf", "tutelle", "conseil"):
        page = _as(role).get("/fiches/10/?au=2014-06-30").content.decode()
        assert "MERLE" not in page and "CANARI" not in page
    assert "schéma directeur par axe" in _as("pilotage").get("/fiches/23/").content.decode()
