"""Pages of the campaigns and the transmissions: who reads what, the gesture that transmits, what is written on it."""

import re
from datetime import UTC, datetime

import pytest
from django.test import Client

from cog.demo import PASSWORD
from cog.models import Convention, User
from reports.enums import NoteKind
from reports.models import StateNote, Transmission
from tests.reports.paper import pages_of
from tests.reports.quarter import compute_quarter, import_rows, quarter_rows

pytestmark = pytest.mark.django_db

CANARY = "4321234"


def _as(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _text(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def test_the_campaign_page_tells_what_is_to_be_mended(computed: Convention, people: dict[str, User]) -> None:
    page = _text(_as(people["pilotage"]), "/campagnes/2014-T2/")
    assert "écarts ne sont pas expliqués" in page
    assert "/campagnes/2014-T2/transmettre/" not in page


@pytest.mark.parametrize("quarter", ["2014-T5", "2014", "2012-T1", "demain"])
def test_what_is_no_quarter_of_the_term_does_not_exist(people: dict[str, User], quarter: str) -> None:
    assert _as(people["pilotage"]).get(f"/campagnes/{quarter}/").status_code == 404


def test_transmitting_asks_for_the_password_again(ready: Convention, people: dict[str, User]) -> None:
    client = _as(people["pilotage"])
    people["pilotage"].set_password(PASSWORD)
    people["pilotage"].save()
    client = _as(people["pilotage"])
    assert "/campagnes/2014-T2/transmettre/" in _text(client, "/campagnes/2014-T2/")
    wrong = client.post("/campagnes/2014-T2/transmettre/", {"password": "autre chose"})
    assert wrong.status_code == 422
    assert "rien n&#x27;a été transmis" in wrong.content.decode()
    assert not Transmission.objects.exists()
    done = client.post("/campagnes/2014-T2/transmettre/", {"password": PASSWORD}, follow=True)
    transmission = Transmission.objects.get()
    assert done.redirect_chain[-1][0] == f"/transmissions/{transmission.pk}/"
    assert "2014-T2/1" in done.content.decode()
    assert transmission.transmitted_by == people["pilotage"]


def test_looking_transmits_nothing(ready: Convention, people: dict[str, User]) -> None:
    client = _as(people["pilotage"])
    for url in ("/campagnes/", "/campagnes/2014-T2/", "/campagnes/2014-T2/transmettre/", "/transmissions/"):
        assert client.get(url).status_code == 200
    assert not Transmission.objects.exists()


@pytest.mark.parametrize("role", ["contributeur", "caf", "tutelle", "conseil", "controle", "exploitation"])
def test_nobody_else_reaches_the_gesture(ready: Convention, people: dict[str, User], role: str) -> None:
    client = _as(people[role])
    for answer in (
        client.get("/campagnes/2014-T2/transmettre/"),
        client.post("/campagnes/2014-T2/transmettre/", {"password": PASSWORD}),
    ):
        assert answer.status_code == 403
    assert not Transmission.objects.exists()


def test_the_state_reads_what_was_sent_and_nothing_after(sent: Transmission, people: dict[str, User]) -> None:
    """A value that came after is on no page, in no file, that the State can open."""
    import_rows(sent.convention, "apres.csv", "".join(f"pieces_traitees,021,2014-0{n},,{CANARY}\n" for n in (4, 5, 6)))
    compute_quarter(sent.convention)
    client = _as(people["tutelle"])
    pages = [f"/transmissions/{sent.pk}/{end}" for end in ("", "F10-21/", "contenu.json", "resultats.xlsx", "recu.pdf")]
    for url in ("/", "/transmissions/", *pages, "/indicateurs/", "/indicateurs/F10-21/", "/fiches/10/"):
        answer = client.get(url)
        assert answer.status_code == 200, url
        shown = answer.content.decode(errors="replace").replace("\u202f", "").replace("\xa0", "")
        assert CANARY not in shown, url
    dossier = "".join(pages_of(client.get(f"/transmissions/{sent.pk}/dossier.pdf").content))
    assert CANARY not in re.sub(r"\s", "", dossier) and "75,0" in dossier
    assert "75,0" in _text(client, f"/transmissions/{sent.pk}/F10-21/").replace("\xa0", " ")
    assert client.get(f"/transmissions/{sent.pk}/contenu.json").content == sent.payload.encode()
    for url in ("/campagnes/", "/campagnes/2014-T2/", "/explications/", "/remontees/"):
        assert client.get(url).status_code in (403, 404), url


@pytest.mark.parametrize("role", ["caf", "conseil", "exploitation"])
def test_others_see_no_transmission(sent: Transmission, people: dict[str, User], role: str) -> None:
    client = _as(people[role])
    for url in ("/transmissions/", f"/transmissions/{sent.pk}/", f"/transmissions/{sent.pk}/contenu.json"):
        assert client.get(url).status_code == 403


def test_the_state_asks_and_the_cnaf_answers(sent: Transmission, people: dict[str, User]) -> None:
    state, steering = _as(people["tutelle"]), _as(people["pilotage"])
    notes = f"/transmissions/{sent.pk}/notes/"
    state.post(notes, {"kind": "accuse"})
    state.post(notes, {"kind": "question", "text": "Pourquoi cet écart ?", "subject": "F10-21"})
    question = StateNote.objects.get(kind=NoteKind.QUESTION)
    assert steering.post(notes, {"kind": "question", "text": "Non"}).status_code == 404
    assert state.post(notes, {"kind": "reponse", "text": "Non", "reply_to": question.pk}).status_code == 404
    steering.post(notes, {"kind": "reponse", "text": "Parce que.", "reply_to": question.pk})
    page = _text(state, f"/transmissions/{sent.pk}/F10-21/")
    assert "Pourquoi cet écart ?" in page and "Parce que." in page
    empty = state.post(notes, {"kind": "observation", "text": "  "}, follow=True)
    assert "pas enregistrée" in empty.content.decode()
    assert StateNote.objects.count() == 3


def test_a_rectification_shows_its_difference(sent: Transmission, people: dict[str, User]) -> None:
    import_rows(sent.convention, "correction.csv", quarter_rows("751", 600))
    compute_quarter(sent.convention)
    people["pilotage"].set_password(PASSWORD)
    people["pilotage"].save()
    client = _as(people["pilotage"])
    url = "/campagnes/2014-T2/transmettre/"
    assert "4200" in _text(client, url)
    silent = client.post(url, {"password": PASSWORD, "reason": " "})
    assert silent.status_code == 422
    client.post(url, {"password": PASSWORD, "reason": "La caisse 751 a corrigé."})
    second = Transmission.objects.get(number=2)
    page = _text(_as(people["tutelle"]), f"/transmissions/{second.pk}/differences/")
    assert "La caisse 751 a corrigé." in page and "4200" in page and "4500" in page
    former = _text(_as(people["tutelle"]), f"/transmissions/{sent.pk}/")
    assert "a été rectifiée" in former and f"/transmissions/{second.pk}/" in former
    assert _as(people["tutelle"]).get(f"/transmissions/{sent.pk}/differences/").status_code == 404


def test_pages_ask_few_queries(
    sent: Transmission, people: dict[str, User], django_assert_max_num_queries: object
) -> None:
    client = _as(people["pilotage"])
    for url in ("/campagnes/", "/campagnes/2014-T2/", "/transmissions/", f"/transmissions/{sent.pk}/"):
        client.get(url)
        with django_assert_max_num_queries(40):  # type: ignore[operator]
            client.get(url)


def test_the_moment_is_that_of_paris(sent: Transmission) -> None:
    assert sent.transmitted_at == datetime(2014, 7, 30, 10, tzinfo=UTC)
