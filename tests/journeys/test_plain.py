"""Whole journeys with less than usual: without JavaScript, or by the keyboard alone."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from cog.demo import PASSWORD
from indicators.models import ImportBatch
from tests.journeys.test_imports import HEADER, _file, _work
from tests.journeys.test_pages import Site, page_without_scripts, site  # noqa: F401 - fixtures

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:No directory at"),
]


def _log_in(page: Page, url: str) -> None:
    page.goto(f"{url}/connexion/")
    page.fill("#id_username", "pilotage@demo.invalid")
    page.fill("#id_password", PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url(f"{url}/")


def test_progress_is_told_on_a_fiche_without_javascript(site: Site, page_without_scripts: Page) -> None:  # noqa: F811
    page = page_without_scripts
    _log_in(page, site.url)
    page.get_by_role("link", name="Fiches", exact=True).click()
    page.get_by_role("link", name=re.compile("^Fiche n° 12")).first.click()
    page.locator("#actions ~ * a[href^='/actions/12-']").first.click()
    page.get_by_role("link", name="Dire où en est l'action").click()
    page.get_by_label("État").select_option("en cours")
    page.get_by_label("Situation au").fill("31.02.14")
    page.get_by_role("button", name="Enregistrer l'avancement").click()
    expect(page.locator(".error-summary")).to_contain_text("Situation au : Date illisible : trouvé « 31.02.14 »")
    assert page.get_by_label("Situation au").input_value() == "31.02.14"
    page.get_by_label("Situation au").fill("28.02.14")
    page.get_by_label("Réalisée le").fill("")
    page.get_by_label("Avancement (%)").fill("40 %")
    page.get_by_label("Commentaire").fill("Dit sans script.")
    page.get_by_role("button", name="Enregistrer l'avancement").click()
    expect(page.get_by_text("L'avancement est enregistré")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Dit sans script.")


def test_a_gap_is_explained_without_javascript(site: Site, page_without_scripts: Page) -> None:  # noqa: F811
    page = page_without_scripts
    _log_in(page, site.url)
    page.get_by_role("link", name="Explications", exact=True).click()
    page.get_by_label("Transmission").select_option("2014-T4")
    page.get_by_role("button", name="Afficher").click()
    page.get_by_role("link", name="Écrire l'explication").first.click()
    page.get_by_role("button", name="Enregistrer l'explication").click()
    expect(page.locator(".error-summary")).to_contain_text("Dire si la cause est interne")
    page.get_by_label("Interne au régime").check()
    page.get_by_label("Explication", exact=True).fill("Écrite sans script.")
    page.get_by_role("button", name="Enregistrer l'explication").click()
    expect(page.locator("main")).to_contain_text("est enregistrée")
    expect(page.locator("main")).to_contain_text("Écrite sans script.")


def test_a_file_is_sent_and_mended_by_the_keyboard_alone(site: Site, page: Page, tmp_path: Path) -> None:  # noqa: F811
    """Every control is reached by Tab; only the choice of the file, a window of the system, is made for the hand."""
    page.goto(f"{site.url}/remontees/envoyer/")
    page.keyboard.type("pilotage@demo.invalid")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.url}/remontees/envoyer/")
    for name, rows in (
        ("faux", "pieces_traitees,999,2014-02,,1\n"),
        ("bon", "pieces_traitees,031,2014-05,,1\u202f000\n"),
    ):
        _tab_to(page, "#id_fichier")
        page.set_input_files("#id_fichier", _file(tmp_path, f"{name}.csv", HEADER + rows))
        _tab_to(page, "main form button[type=submit]")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/remontees/\d+/"))
        _work()
        if name == "faux":
            page.wait_for_selector(".error-summary")
            _tab_to(page, "a[href*='/remontees/envoyer/']", words="Envoyer le fichier corrigé")
            page.keyboard.press("Enter")
            page.wait_for_url("**/remontees/envoyer/**")
    page.get_by_role("link", name="Continuer vers la confirmation").wait_for()
    _tab_to(page, "a[href$='/confirmer/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/confirmer/")
    if page.get_attribute("#id_motif", "required") is not None:
        _tab_to(page, "#id_motif")
        page.keyboard.type("relu au clavier")
    _tab_to(page, "main form button[type=submit]", words="Accepter le fichier en entier")
    page.keyboard.press("Space")
    page.wait_for_url(re.compile(r"/remontees/\d+/(#.*)?$"))
    _work()
    page.get_by_text("Fichier accepté le").wait_for()
    assert ImportBatch.objects.filter(file_name="bon.csv").get().state == "accepte"


def _tab_to(page: Page, selector: str, words: str = "") -> None:
    """Press Tab until the control has the focus, seen by its outline; a trap or an absence fails."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate(
            """([selector, words]) => {
                const one = document.activeElement;
                return one.matches(selector) && one.textContent.includes(words);
            }""",
            [selector, words],
        ):
            style = "getComputedStyle(document.activeElement)"
            assert page.evaluate(f"{style}.outlineStyle") != "none", selector
            assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0, selector
            return
    raise AssertionError(f"Tab never reaches {selector} « {words} »")
