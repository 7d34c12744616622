"""« Créer un compte » in Chromium: from the manager's page, through the mailed link, to the new person's home."""

import re
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from cog.demo import PASSWORD, open_accounts
from cog.models import Convention
from cog.operations import command_account
from tests.axe import assert_accessible

pytestmark = [
    pytest.mark.journey,
    pytest.mark.filterwarnings("ignore:No directory at"),
    pytest.mark.timeout(240),
]

UNDECIDED = {"color-contrast"}  # as tests/journeys/test_pages.py tells
FRESH = "cheval agrafe pile correct"


@pytest.fixture
def site(live_server: LiveServer, reloaded_convention: Convention, settings: Any) -> str:
    open_accounts(code=reloaded_convention.code, by=command_account(), at=timezone.now())
    settings.SITE_URL = live_server.url
    return str(live_server.url)


def enter(page: Page, site: str, email: str, password: str) -> None:
    page.goto(f"{site}/connexion/")
    page.fill("#id_username", email)
    page.fill("#id_password", password)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site}/")


@pytest.mark.parametrize("scripts", [True, False], ids=["avec JavaScript", "sans JavaScript"])
def test_create_an_account(site: str, page: Page, chromium: Browser, scripts: bool) -> None:
    context = chromium.new_context(locale="fr-FR", viewport={"width": 1280, "height": 900}, java_script_enabled=scripts)
    context.set_default_timeout(30_000)
    manager = context.new_page()
    enter(manager, site, "exploitation@demo.invalid", PASSWORD)
    manager.get_by_role("link", name="Comptes", exact=True).click()
    manager.get_by_role("link", name="Inviter une personne").click()
    manager.get_by_label("Nom").fill("Robin Essai")
    manager.get_by_label("Adresse électronique").fill("robin@essai.invalid")
    manager.get_by_label("Rôle").select_option(label="direction contributrice")
    manager.get_by_label("Votre mot de passe").fill("pas le bon")
    manager.get_by_role("button", name="Ouvrir le compte et inviter").click()
    summary = manager.locator(".error-summary").inner_text()
    assert "Choisir au moins une fiche" in summary and "rien n'a été fait" in summary
    assert manager.get_by_label("Nom").input_value() == "Robin Essai"  # what was typed is kept
    if scripts:
        assert_accessible(manager, undecided=UNDECIDED)
    manager.get_by_label("Fiches").select_option(index=[2, 9])
    manager.get_by_label("Votre mot de passe").fill(PASSWORD)
    manager.get_by_role("button", name="Ouvrir le compte et inviter").click()
    manager.wait_for_url(re.compile(r"/comptes/\d+/$"))
    told = manager.inner_text("main")
    assert "une invitation est partie à robin@essai.invalid" in told
    assert "Invité, pas encore venu" in told and "fiches n° 3, 10" in told
    if scripts:
        assert_accessible(manager, undecided=UNDECIDED)
    context.close()

    link = re.search(rf"{re.escape(site)}/invitation/\S+", str(mail.outbox[-1].body))
    assert link
    page.goto(link[0])
    assert page.locator("h1").inner_text() == "Bienvenue, Robin Essai"
    assert_accessible(page, undecided=UNDECIDED)
    page.get_by_label("Mot de passe", exact=True).fill(FRESH)
    page.get_by_label("Le même mot de passe").fill(FRESH)
    page.get_by_role("button", name="Enregistrer et entrer").click()
    page.wait_for_url(f"{site}/")
    page.locator(".account summary").click()
    assert "direction contributrice" in page.inner_text(".account-panel")
    page.get_by_role("link", name="Mon compte").click()
    assert "Direction contributrice (fiches n° 3, 10)" in page.inner_text("main")
    assert "Chrome, Linux" in page.inner_text("main")
    page.goto(link[0])
    assert "Ce lien ne vaut plus" in page.inner_text("h1")


def test_F51_the_back_button_shows_nothing_after_logout(site: str, page: Page) -> None:
    """F51, the shared computer. Red without `no-store` (cog.guards.Headers): Chromium shows the page it kept."""
    enter(page, site, "pilotage@demo.invalid", PASSWORD)
    page.goto(f"{site}/mon-compte/")
    page.locator(".account summary").click()
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url(f"{site}/connexion/")
    page.go_back()
    page.wait_for_url(re.compile("/connexion/"))
    assert "pilotage@demo.invalid" not in page.locator("dl").all_inner_texts()
    assert page.locator("h1").inner_text() == "Connexion"
