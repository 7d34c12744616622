"""The list of the indicators: filters alone and together, and what leaves as a workbook."""

import io

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from cog.demo import open_accounts
from cog.models import Convention, User
from cog.operations import command_account
from cog.periods import parse
from indicators.models import Indicator
from indicators.operations import accept_batch, compute_results, receive_batch

pytestmark = pytest.mark.django_db

HEADER = "mesure,caisse,periode,ventilation,valeur\n"
ROWS = HEADER + "pieces_traitees,011,2014-01,,10000\npieces_traitees_15j,011,2014-01,,8496\n"


@pytest.fixture
def client(convention: Convention) -> Client:
    by, at = command_account(), timezone.now()
    open_accounts(code=convention.code, by=by, at=at)
    batch = receive_batch(convention=convention, file_name="m.csv", data=ROWS.encode(), by=by, at=at).batch
    accept_batch(batch=batch, by=by, at=at, reason="essai")
    compute_results(convention=convention, periods=[parse("2014-01")], by=by, at=at, progress=lambda *told: None)
    logged = Client()
    logged.force_login(User.objects.get(email="pilotage@demo.invalid"))
    return logged


def _codes(client: Client, **asked: str) -> set[str]:
    return {line.indicator.code for line in client.get("/indicateurs/", asked).context["lines"]}


def test_each_filter_keeps_its_own(client: Client) -> None:
    every = Indicator.objects.all()
    assert _codes(client) == set(every.values_list("code", flat=True))
    assert _codes(client, fiche="10") == set(every.filter(fiche__number=10).values_list("code", flat=True))
    assert _codes(client, domaine="2") == set(every.filter(fiche__domain__number=2).values_list("code", flat=True))
    assert _codes(client, type="resultat") == set(every.filter(kind="resultat").values_list("code", flat=True))
    assert "F10-21" in _codes(client, sens="higher")
    assert "F10-21" not in _codes(client, sens="lower")
    assert _codes(client, mots="f10-21") == {"F10-21"}


def test_filters_add_up_and_are_told(client: Client) -> None:
    both = _codes(client, fiche="10", sens="higher", type="resultat")
    assert both == _codes(client, fiche="10") & _codes(client, sens="higher") & _codes(client, type="resultat")
    page = client.get("/indicateurs/", {"fiche": "10", "sens": "higher"}).content.decode()
    assert "fiche « 10 ·" in page and "sens « " in page
    assert "tableau.xlsx?fiche=10" in page


def test_what_does_not_exist_shows_everything_rather_than_nothing(client: Client) -> None:
    assert len(_codes(client, fiche="99")) == Indicator.objects.count()


def test_a_miss_is_never_rounded_into_a_hit(client: Client) -> None:
    page = client.get("/indicateurs/", {"mots": "F10-21"}).content.decode()
    assert "84,96" in page and "85,0" not in page


def test_the_workbook_holds_numbers_and_what_was_asked(client: Client) -> None:
    answer = client.get("/indicateurs/tableau.xlsx", {"mots": "F10-21"})
    book = load_workbook(io.BytesIO(answer.content))
    header, row = book["Indicateurs"].iter_rows(values_only=True)
    told = dict(zip(header, row, strict=True))
    assert (told["Code"], told["Période"], told["Valeur"], told["Fiche"]) == ("F10-21", "2014-01", 84.96, 10)
    assert any("F10-21" in str(value) for value in next(iter(book["Notes"].iter_rows(min_row=3, values_only=True))))


def test_who_reads_no_result_has_no_workbook(client: Client) -> None:
    client.force_login(User.objects.get(email="tutelle@demo.invalid"))
    assert client.get("/indicateurs/tableau.xlsx").status_code == 403
