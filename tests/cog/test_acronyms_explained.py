"""Acronyms in the text of a page: the first of each, whole words only, nothing unescaped."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cog.acronyms import explained
from cog.demo import open_accounts
from cog.models import Convention, User
from cog.operations import command_account

WORDS = {
    "Eaje": "établissement d'accueil",
    "Psu": "prestation de service unique",
    "AL": "allocation logement",
    "Cog": "C",
}


def _told(text: str, told: set[str] | None = None) -> str:
    return explained(text, WORDS, set() if told is None else told)


def test_the_first_of_each_is_explained() -> None:
    shown = _told("Les Eaje hors Psu, puis les Eaje.")
    assert shown.count("<abbr") == 2
    assert shown.startswith(
        'Les <abbr class="acronym" tabindex="0" title="établissement d&#x27;accueil">Eaje</abbr> hors <abbr'
    )
    assert shown.endswith(", puis les Eaje.")


@pytest.mark.parametrize("text", ["Cogestion", "préEaje", "al", "LES AL ET LES EAJE", "Eajes"])
def test_what_is_not_the_acronym_is_left(text: str) -> None:
    assert _told(text) == text


@pytest.mark.parametrize("text", ["l\u2019Eaje", "(Eaje)", "EAJE\u00a0: oui", "Eaje/Psu", "hors-Psu"])
def test_punctuation_does_not_hide_it(text: str) -> None:
    assert "<abbr" in _told(text)


def test_what_was_told_is_told_once() -> None:
    told: set[str] = set()
    assert "<abbr" in _told("Eaje", told)
    assert _told("EAJE ou Eaje", told) == "EAJE ou Eaje"


def test_everything_is_escaped() -> None:
    shown = explained("<b>Eaje & Eaje</b>", {"Eaje": '"<script>'}, set())
    assert shown == (
        '&lt;b&gt;<abbr class="acronym" tabindex="0" title="&quot;&lt;script&gt;">Eaje</abbr> &amp; Eaje&lt;/b&gt;'
    )


def test_a_page_explains_them_in_one_query(convention: Convention) -> None:
    open_accounts(code=convention.code, by=command_account(), at=timezone.now())
    client = Client()
    client.force_login(User.objects.get(email="pilotage@demo.invalid"))
    with CaptureQueriesContext(connection) as caught:
        page = client.get("/indicateurs/F3-14/").content.decode()
    assert page.count('<abbr class="acronym"') >= 1
    assert sum("cog_acronym" in query["sql"] for query in caught) == 1
