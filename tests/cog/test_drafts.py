"""F20: the session ends during a long form; what was typed comes back after the login, nothing is recorded before."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from actions.models import ActionProgress
from cog.demo import PASSWORD, open_accounts
from cog.drafts import KEY, MOST_TYPED
from cog.form_filling import filled
from cog.models import Convention
from cog.operations import command_account

PAGE = "/actions/10-3/avancement/"
TYPED = {"status": "en_cours", "as_of": "30/06/2014", "comment": 'Trois lignes\n\n"dites" & <gardées>', "seen": "0"}


@pytest.fixture
def visitor(convention: Convention) -> Client:
    open_accounts(code=convention.code, by=command_account(), at=timezone.now())
    return Client()


def _log_in(client: Client, address: str, who: str = "pilotage") -> str:
    answer = client.post(address, {"username": f"{who}@demo.invalid", "password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return str(answer["Location"])


def test_what_was_typed_comes_back_after_the_login(visitor: Client) -> None:
    login = visitor.post(PAGE, TYPED)["Location"]
    assert login.startswith("/connexion/?next=")
    back = _log_in(visitor, login)
    assert back == PAGE
    page = visitor.get(back).content.decode()
    assert "la saisie est revenue dans le formulaire" in page
    assert 'value="30/06/2014"' in page
    assert "Trois lignes\n\n&quot;dites&quot; &amp; &lt;gardées&gt;" in page.replace('"dites"', "&quot;dites&quot;")
    assert re.search(r'<option value="en_cours" selected>', page)
    assert not ActionProgress.objects.filter(comment=TYPED["comment"]).exists()
    sent = visitor.post(PAGE, TYPED)
    assert sent.status_code == 302
    assert ActionProgress.objects.filter(comment=TYPED["comment"]).count() == 1
    assert "la saisie est revenue" not in visitor.get(PAGE).content.decode()


def test_the_page_the_form_was_on_is_the_one_that_comes_back(visitor: Client) -> None:
    """An address that only receives has no page of its own."""
    page = "/actions/10-3/?au=2014-06-30"
    told = {"title": "Relevé de conclusions", "fichier": SimpleUploadedFile("releve.pdf", b"%PDF-1.4")}
    login = visitor.post("/actions/10-3/pieces/", told, headers={"referer": f"http://testserver{page}"})["Location"]
    assert _log_in(visitor, login) == page
    shown = visitor.get(page).content.decode()
    assert "Relevé de conclusions" in shown
    assert "choisir de nouveau les fichiers" in shown


def test_a_foreign_referer_is_not_followed(visitor: Client) -> None:
    login = visitor.post(PAGE, TYPED, headers={"referer": "https://ailleurs.invalid/x"})["Location"]
    assert _log_in(visitor, login) == PAGE


def test_the_blank_form_is_one_link_away(visitor: Client) -> None:
    _log_in(visitor, visitor.post(PAGE, TYPED)["Location"])
    assert "Trois lignes" not in visitor.get(f"{PAGE}?vierge=1").content.decode()


def test_another_browser_never_sees_it(visitor: Client) -> None:
    visitor.post(PAGE, TYPED)
    other = Client()
    _log_in(other, "/connexion/")
    assert "Trois lignes" not in other.get(PAGE).content.decode()


def test_nothing_too_long_no_password_and_no_token_is_kept(visitor: Client) -> None:
    visitor.post(PAGE, {"comment": "x", "password": "secret", "csrfmiddlewaretoken": "jeton"})
    (draft,) = visitor.session[KEY].values()
    assert draft["fields"] == [["comment", "x"]]
    big = Client()
    big.post(PAGE, {"comment": "x" * (MOST_TYPED + 1)})
    assert KEY not in big.session
    many = Client()
    for number in range(6):
        many.post(PAGE, {"comment": str(number)}, headers={"referer": f"http://testserver/fiches/{number}/"})
    assert len(many.session[KEY]) == 3


# --- The filling itself ---
FORM = """<!DOCTYPE html><title>Caf &amp; Cnaf &#233;</title><!-- note -->
<form method="get"><input name="a" value="1"></form>
<form method="post" action="/ailleurs/"><input name="a" value="2"></form>
<form method="post"><input type="hidden" name="csrfmiddlewaretoken" value="neuf"><input name="a" value="3">
<input name="l-0" value=""/><input type="checkbox" name="c" value="x" checked><input type="checkbox" name="c" value="y">
<input type="password" name="p"><select name="s"><option value="u" selected>U<option value="v">V</select>
<textarea name="t">ancien &eacute;</textarea><button name="b" value="1">Envoyer</button></form>"""


def test_only_the_form_that_posts_there_is_filled() -> None:
    fields = [("a", '"é"'), ("c", "y"), ("s", "v"), ("t", "neuf & vieux"), ("p", "non"), ("b", "2")]
    page = filled(FORM, fields=fields, sends_to=lambda action: not action)
    assert '<form method="get"><input name="a" value="1"></form>' in page
    assert '<form method="post" action="/ailleurs/"><input name="a" value="2"></form>' in page
    assert '<input name="a" value="&quot;é&quot;">' in page
    assert 'name="csrfmiddlewaretoken" value="neuf"' in page
    assert '<input type="checkbox" name="c" value="x"><input type="checkbox" name="c" value="y" checked>' in page
    assert '<option value="u">U<option value="v" selected>V' in page
    assert '<textarea name="t">\nneuf &amp; vieux</textarea>' in page
    assert '<input type="password" name="p">' in page
    assert '<button name="b" value="1">Envoyer</button>' in page
    assert page.startswith("<!DOCTYPE html><title>Caf &amp; Cnaf &#233;</title><!-- note -->")


def test_nothing_typed_changes_nothing() -> None:
    assert filled(FORM, fields=[], sends_to=lambda action: True) == FORM
