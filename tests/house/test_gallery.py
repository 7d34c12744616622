"""The gallery shows every component in its states; no template carries a style of its own; one sheet says the roles."""

import re
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from cog.demo import open_accounts
from cog.models import Convention, User
from cog.operations import command_account
from reports.gallery import COMPONENTS

ROOT = Path(__file__).parents[2]
PAGES = sorted(path for path in (ROOT / "templates").rglob("*.html") if "print" not in path.parts)
THEME = (ROOT / "cog" / "static" / "cog" / "theme.css").read_text(encoding="utf-8")


@pytest.fixture
def client(convention: Convention) -> Client:
    open_accounts(code=convention.code, by=command_account(), at=timezone.now())
    client = Client()
    client.force_login(User.objects.get(email="pilotage@demo.invalid"))
    return client


def test_every_component_is_in_the_gallery() -> None:
    files = {path.stem for path in (ROOT / "templates" / "components").glob("[!_]*.html")}
    assert files == {one.file for one in COMPONENTS}


def test_the_gallery_draws_every_state(client: Client) -> None:
    page = client.get("/aide/composants/").content.decode()
    states = [state for one in COMPONENTS for state in one.states]
    assert page.count('<div class="specimen">') == len(states) > len(COMPONENTS)
    for drawn in re.findall(r'<div class="specimen">(.*?)</div>', page, flags=re.DOTALL):
        assert "None" not in drawn
    for name in ("En erreur", "Verrouillé", "Refusé", "En échec", "Avec ce qu'il faut faire".replace("'", "&#x27;")):
        assert name in page, name


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_no_template_has_a_style_or_a_script_of_its_own(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=\"|javascript:", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)


def test_colours_are_said_once_for_light_and_dark() -> None:
    """Outside the roles, the sheet names no colour, but the white of the charts' paper and the black of print."""
    roles, rest = THEME.split("/* --- Bootstrap, on these roles", 1)
    assert set(re.findall(r"#[0-9a-f]{6}", rest)) <= {"#ffffff", "#000000"}
    used = set(re.findall(r"var\((--[\w-]+)", THEME))
    said = set(re.findall(r"^\s*(--[\w-]+):", THEME, flags=re.MULTILINE))
    assert {name for name in used if not name.startswith("--bs-")} <= said
    assert len(re.findall(r": light-dark\(", roles)) >= 18


@pytest.mark.django_db
def test_the_appearance_is_kept_by_a_form_and_a_cookie() -> None:
    visitor = Client()
    assert "data-theme" not in visitor.get("/connexion/").content.decode()
    answer = visitor.post("/apparence/", {"apparence": "sombre", "retour": "/connexion/?next=/fiches/"})
    assert (answer.status_code, answer["Location"]) == (302, "/connexion/?next=/fiches/")
    page = visitor.get("/connexion/").content.decode()
    assert 'data-theme="sombre"' in page
    assert 'content="dark"' in page
    visitor.post("/apparence/", {"apparence": "", "retour": "/connexion/"})
    assert "data-theme" not in visitor.get("/connexion/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("told", [{"apparence": "rose"}, {"apparence": "clair", "retour": "https://ailleurs.invalid/"}])
def test_a_wrong_appearance_or_return_is_not_followed(told: dict[str, str]) -> None:
    answer = Client().post("/apparence/", told)
    assert answer["Location"] == "/"
