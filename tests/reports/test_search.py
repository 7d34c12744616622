"""The search box: by kind, by French roots, accents aside, and never more than the reader's pages show."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from actions.enums import ActionStatus
from actions.models import Action
from actions.operations import ProgressEntry, record_progress
from cog.models import Convention, User
from cog.words import Words
from indicators.enums import Cause
from indicators.models import Indicator
from indicators.operations.explanations import ExplanationEntry, write_explanation
from reports.search_queries import Found, search

AT = datetime(2014, 5, 2, 10, tzinfo=UTC)
CANARY = "zinzolin"


def found(user: User, convention: Convention, text: str) -> Found:
    return search(user, convention=convention, words=Words.of(text))


def kinds(one: Found) -> dict[str, int]:
    return {group.kind: len(group.hits) for group in one.groups}


@pytest.fixture
def written(convention: Convention, people: dict[str, User]) -> Convention:
    """The same rare word in an explanation, and in the comment of an action."""
    indicator = Indicator.objects.get(convention=convention, code="F10-21")
    entry = ExplanationEntry(Cause.INTERNAL, f"Un mot rare : {CANARY}.", "", "")
    write_explanation(indicator=indicator, period="2014-T1", entry=entry, seen=0, by=people["pilotage"], at=AT)
    action = Action.objects.get(fiche__convention=convention, fiche__number=10, ordinal=3, plan="cog")
    said = ProgressEntry(action.pk, ActionStatus.RUNNING, AT.date(), comment=f"Encore {CANARY}.")
    record_progress(entries=[said], by=people["pilotage"], at=AT)
    return convention


def test_what_people_wrote_is_found_by_those_who_read_it(written: Convention, people: dict[str, User]) -> None:
    for role in ("pilotage", "contributeur", "controle"):
        assert kinds(found(people[role], written, CANARY)) == {"explications": 1, "avancement": 1}, role


@pytest.mark.parametrize("role", ["caf", "tutelle", "conseil", "exploitation"])
def test_nobody_finds_what_they_may_not_read(written: Convention, people: dict[str, User], role: str) -> None:
    assert found(people[role], written, CANARY).count == 0


def test_a_caisse_finds_no_other_caisse(convention: Convention, people: dict[str, User]) -> None:
    assert kinds(found(people["pilotage"], convention, "caf"))["caisses"] > 50
    own = found(people["caf"], convention, "caf").of("caisses")
    assert own is not None
    assert len(own.hits) == 1
    assert found(people["tutelle"], convention, "caf").of("caisses") is None


def test_roots_and_accents(convention: Convention, people: dict[str, User]) -> None:
    for one, other in (("médiation", "mediations"), ("parent", "parents"), ("élève", "eleves")):
        told = kinds(found(people["pilotage"], convention, one))
        assert told, one
        assert told == kinds(found(people["pilotage"], convention, other)), one


@pytest.mark.parametrize(
    ("asked", "url"),
    [
        ("F10-21", "/indicateurs/F10-21/"),
        ("f10-21", "/indicateurs/F10-21/"),
        ("10-3", "/actions/10-3/"),
        ("10/3", "/actions/10-3/"),
        ("751", "/caisses/751/"),
        ("fiche 10", "/fiches/10/"),
        ("10", "/fiches/10/"),
    ],
)
def test_an_exact_code_goes_first(convention: Convention, people: dict[str, User], asked: str, url: str) -> None:
    assert url in [hit.url for hit in found(people["pilotage"], convention, asked).direct]


def test_the_words_are_shown_where_they_stand(client: Client, convention: Convention, people: dict[str, User]) -> None:
    client.force_login(people["pilotage"])
    page = client.get("/recherche/", {"q": "mediation familiale"}).content.decode()
    assert "<mark>médiation</mark>" in page
    assert "Indicateurs" in page


def test_what_is_typed_is_never_markup(client: Client, convention: Convention, people: dict[str, User]) -> None:
    client.force_login(people["pilotage"])
    page = client.get("/recherche/", {"q": "<script>alert(1)</script> & | ! '"}).content.decode()
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    ("asked", "told"),
    [("", "Que chercher ?"), ("de", "trop peu"), ("introuvable zzz", "Rien ne correspond")],
)
def test_every_state_says_what_to_do(
    client: Client, convention: Convention, people: dict[str, User], asked: str, told: str
) -> None:
    client.force_login(people["conseil"])
    assert told in client.get("/recherche/", {"q": asked}).content.decode().replace("&#x27;", "'")


def test_one_kind_page_by_page(client: Client, convention: Convention, people: dict[str, User]) -> None:
    client.force_login(people["tutelle"])
    page = client.get("/recherche/", {"q": "caf", "type": "actions", "page": "2"})
    assert page.status_code == 200
    assert page.context["page"].number == 2


def test_every_link_found_is_a_page(client: Client, written: Convention, people: dict[str, User]) -> None:
    client.force_login(people["pilotage"])
    for asked in ("accueil", CANARY, "budget", "Eaje", "751"):
        told = found(people["pilotage"], written, asked)
        for hit in [*told.direct, *(group.hits[0] for group in told.groups)]:
            assert client.get(hit.url.split("#")[0]).status_code == 200, hit
