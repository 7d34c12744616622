"""The pages of the explanations: who sees and writes what, two people at once, what is kept, the workbook."""

from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from cog.demo import open_accounts
from cog.models import Convention, Fiche, Membership, User
from cog.operations import command_account
from indicators.models import Explanation, GapThreshold, Indicator, IndicatorResult
from indicators.operations.explanations import ExplanationEntry, write_explanation

pytestmark = pytest.mark.django_db

LIST = "/explications/?transmission=2014-T1"
ENTRY = "/explications/F10-21/2014-T1/"
OTHER = "/explications/F1-7/2013/"
AT = datetime(2014, 4, 20, 9, 0, tzinfo=UTC)
TYPED = {"cause": "interne", "text": "Deux caisses ont changé d'outil.", "corrective_action": "", "expected_return": ""}


@pytest.fixture
def people(convention: Convention) -> dict[str, User]:
    """The demonstration accounts; the contributor is in charge of fiche 10 only."""
    open_accounts(code=convention.code, by=command_account(), at=timezone.now())
    membership = Membership.objects.get(user__email="contributeur@demo.invalid")
    membership.fiches.set(Fiche.objects.filter(convention=convention, number=10))
    for code, period, value in (("F10-21", "2014-T1", "82.7"), ("F1-7", "2013", "110.5")):
        sheet = Indicator.objects.get(convention=convention, code=code)
        IndicatorResult.objects.create(
            indicator=sheet, version=sheet.versions.order_by("number").first(), scope="national", period=period,
            value=Decimal(value), state="definitif", verdict="non_atteint", reported=1, concerned=1, units_reported=1,
            units_concerned=1,
        )  # fmt: skip
    return {user.email.split("@")[0]: user for user in User.objects.filter(is_demonstration=True)}


def _client(people: dict[str, User], role: str) -> Client:
    client = Client()
    client.force_login(people[role])
    return client


def _write(people: dict[str, User], text: str = "Première version.", *, code: str = "F10-21", period: str = "2014-T1"):
    sheet = Indicator.objects.get(code=code)
    return write_explanation(
        indicator=sheet, period=period, entry=ExplanationEntry("interne", text), seen=0, by=people["pilotage"], at=AT
    )


@pytest.mark.parametrize(
    ("role", "seen", "own", "other"),
    [
        ("pilotage", 200, 302, 302),
        ("contributeur", 200, 302, 404),
        ("controle", 200, 403, 403),
        ("caf", 403, 403, 403),
        ("tutelle", 403, 403, 403),
        ("conseil", 403, 403, 403),
        ("exploitation", 403, 403, 403),
    ],
)
def test_who_reads_and_who_writes(convention, people, role: str, seen: int, own: int, other: int) -> None:
    client = _client(people, role)
    for address in (LIST, "/explications.xlsx?transmission=2014-T1", ENTRY, OTHER, "/indicateurs/seuils-explication/"):
        assert client.get(address).status_code == seen, address
    assert client.post(ENTRY, TYPED | {"seen": "0"}).status_code == own
    assert client.post(OTHER, TYPED | {"seen": "0"}).status_code == other
    assert Explanation.objects.count() == (own == 302) + (other == 302)


def test_outside_ones_fiches_there_is_no_form(convention, people) -> None:
    client = _client(people, "contributeur")
    assert 'name="seen"' in client.get(ENTRY).content.decode()
    assert 'name="seen"' not in client.get(OTHER).content.decode()
    page = client.get(LIST).content.decode()
    assert "Écrire l&#x27;explication<span" in page or "Écrire l'explication<span" in page
    assert "Attendue de la direction chargée de la fiche." in page
    assert 'name="seen"' not in _client(people, "controle").get(ENTRY).content.decode()


def test_what_misses_comes_first_and_the_filters_say_so(convention, people) -> None:
    _write(people)
    client = _client(people, "pilotage")
    page = client.get(LIST).content.decode()
    assert page.index('id="manquantes"') < page.index("F1-7, Année 2013" if "Année" in page else "F1-7,")
    assert page.index('id="F1-7-2013"') < page.index('id="ecrites"') < page.index('id="F10-21-2014-T1"')
    assert "F10-21-2014-T1" not in client.get(f"{LIST}&etat=manquantes").content.decode()
    written = client.get(f"{LIST}&etat=ecrites&fiche=10").content.decode()
    assert "Première version." in written
    assert 'id="manquantes"' not in written
    nothing = client.get(f"{LIST}&etat=ecrites&fiche=1").content.decode()
    assert "Aucune explication ne répond à ces filtres." in nothing
    for odd in ("etat=x", "fiche=x", "fiche=%EF%BF%BD", "transmission=mars"):
        assert client.get(f"/explications/?{odd}").status_code == 200


def test_a_quarter_that_asks_nothing_says_why(convention, people, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reports.explanation_queries.explanations_wanted", lambda **_: [])
    page = _client(people, "pilotage").get(LIST).content.decode()
    assert "Aucune explication n&#x27;est demandée" in page or "Aucune explication n'est demandée" in page


def test_two_people_at_once_and_nothing_is_lost(convention, people) -> None:
    _write(people)
    client = _client(people, "contributeur")
    typed = TYPED | {"text": "Ce que j'avais tapé.", "seen": "0"}
    page = client.post(ENTRY, typed)
    body = page.content.decode()
    assert page.status_code == 200
    assert "a écrit pendant votre saisie" in body
    assert "Première version." in body
    assert "Ce que j&#x27;avais tapé." in body
    assert Explanation.objects.count() == 1
    assert 'name="seen" value="1"' in body  # the person has now seen it
    assert client.post(ENTRY, typed | {"seen": "1"}).status_code == 302
    page = client.get(ENTRY).content.decode()
    assert "Ce que la révision 2 a changé" in page
    assert "Première version." in page


def test_what_is_wrong_is_told_beside_its_field_and_nothing_typed_is_lost(convention, people) -> None:
    client = _client(people, "pilotage")
    page = client.post(ENTRY, {"cause": "", "text": "Un texte.", "expected_return": "bientôt", "seen": "0"})
    body = page.content.decode()
    assert "Dire si la cause est interne au régime" in body
    assert "Trouvé « bientôt »" in body
    assert "Un texte." in body
    refused = client.post(ENTRY, TYPED | {"expected_return": "T1 2014", "seen": "0"}).content.decode()
    assert "doit venir après la période expliquée" in refused
    assert client.post(ENTRY, TYPED | {"corrective_action": "10/999", "seen": "0"}).status_code == 200
    assert not Explanation.objects.exists()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("T4 2014", "2014-T4"), ("s2 2014", "2014-S2"), ("2015", "2015"), ("31/12/2014", "2014-12-31"), ("", "")],
)
def test_a_return_is_typed_as_people_write_it(convention, people, typed: str, kept: str) -> None:
    client = _client(people, "pilotage")
    assert client.post(ENTRY, TYPED | {"expected_return": typed, "seen": "0"}).status_code == 302
    assert Explanation.objects.get().expected_return == kept


def test_the_actions_of_the_fiche_come_first_and_one_is_kept(convention, people) -> None:
    client = _client(people, "pilotage")
    page = client.get(ENTRY).content.decode()
    assert page.index('label="Fiche n° 10"') < page.index('label="Fiche n° 1"')
    assert client.post(ENTRY, TYPED | {"corrective_action": "10/3", "seen": "0"}).status_code == 302
    assert Explanation.objects.get().corrective_action == "10/3"
    assert "fiche n° 10, action 3 ·" in client.get(ENTRY).content.decode()


def test_the_period_before_is_a_starting_point(convention, people) -> None:
    _write(people, "Comme au trimestre d'avant.", period="2013-T4")
    client = _client(people, "pilotage")
    assert "Reprendre l&#x27;explication" in client.get(ENTRY).content.decode().replace("l'", "l&#x27;")
    page = client.get(f"{ENTRY}?reprendre=1").content.decode()
    assert "Comme au trimestre d&#x27;avant." in page
    assert 'name="seen" value="0"' in page
    assert Explanation.objects.count() == 1  # reading writes nothing


@pytest.mark.parametrize(
    "address",
    ["F99-1/2014-T1", "F10-21/2014-03", "F10-21/2014-03-31", "F10-21/2012-T4", "F10-21/2018-T1", "F10-21/mars"],
)
def test_what_is_no_result_of_the_convention_does_not_exist(convention, people, address: str) -> None:
    assert _client(people, "pilotage").get(f"/explications/{address}/").status_code == 404


def test_the_workbook_tells_the_same_list(convention, people) -> None:
    _write(people)
    answer = _client(people, "controle").get("/explications.xlsx?transmission=2014-T1&fiche=10")
    rows = list(load_workbook(BytesIO(answer.content))["Explications"].iter_rows(min_row=2, values_only=True))
    found = {row[1]: row for row in rows}
    assert found["F10-21"][10:13] == ("écrite", "interne au régime", "Première version.")
    assert "F1-7" not in found


def test_a_threshold_is_set_given_back_and_told(convention, people) -> None:
    client = _client(people, "pilotage")
    address = "/indicateurs/seuils-explication/F14-36/"
    typed = {"value": "0,5", "mode": "points", "reason": "Le seuil critique est proche.", "seen": ""}
    assert client.post(address, typed).status_code == 302
    row = GapThreshold.objects.get()
    assert (row.value, row.set_by) == (Decimal("0.5"), people["pilotage"])
    assert "le seuil a changé" in client.post(address, typed | {"value": "0,7"}).content.decode().lower()
    assert "positif ou nul" in client.post(address, typed | {"value": "-1", "seen": str(row.pk)}).content.decode()
    assert "Dire pourquoi" in client.post(address, typed | {"reason": "", "seen": str(row.pk)}).content.decode()
    assert client.post(address, typed | {"value": "", "seen": str(row.pk)}).status_code == 302
    page = client.get("/indicateurs/seuils-explication/").content.decode()
    assert "0,5 point" in page.replace("\u00a0", " ")  # it stays readable
    assert "le seuil par défaut vaut partout" in page
    for role in ("contributeur", "controle"):
        assert _client(people, role).get(address).status_code == 403
    assert client.get("/indicateurs/seuils-explication/F99-1/").status_code == 404


def test_the_list_takes_few_queries(convention, people, django_assert_max_num_queries) -> None:
    client = _client(people, "pilotage")
    client.get(LIST)
    with django_assert_max_num_queries(24):
        client.get(LIST)


def test_the_fragment_of_an_indicator_is_for_who_may_read_it(convention, people) -> None:
    row = _write(people)
    context = {"explanations": [row], "may": {"read_explanations": True}}
    shown = render_to_string("indicators/_explanations.html", context)
    for words in ("1er trimestre 2014", "cause interne au régime", "Première version.", "non annoncé", "Camille"):
        assert words in shown, words
    assert "Première version." not in render_to_string("indicators/_explanations.html", {"explanations": [row]})
    empty = render_to_string("indicators/_explanations.html", context | {"explanations": []})
    assert "Aucune explication." in empty
