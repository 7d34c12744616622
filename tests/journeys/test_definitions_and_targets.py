"""Two journeys of the steering staff in a real Chromium: adopting a definition, entering the targets of the Cpog."""

import pytest
from playwright.sync_api import Page

from indicators.models import IndicatorVersion, LocalTarget
from tests.axe import assert_accessible
from tests.journeys.test_pages import UNDECIDED, Site, site  # noqa: F401 - the served site, by name

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:No directory at"),
]


def _sound(page: Page) -> None:
    """Accessible, and no wider than a telephone."""
    assert_accessible(page, undecided=UNDECIDED)
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.set_viewport_size({"width": 1280, "height": 900})


def test_a_definition_is_adopted_compared_and_taken_back(site: Site, page: Page) -> None:  # noqa: F811
    site.enter(page, "pilotage")
    page.goto(site.address("/indicateurs/F3-14/"))
    page.get_by_role("link", name="Adopter la première définition").click()
    page.get_by_label("Arrêtée par").fill("Dss et Cnaf, comité de suivi")
    page.get_by_label("Numérateur ou donnée").fill("pieces_traitees_15j + inconnue")
    page.get_by_label("Dénominateur").fill("pieces_traitees")
    page.get_by_label("Multiplié par").fill("100")
    page.get_by_label("Unité").fill("%")
    page.get_by_role("button", name="Voir ce que cela donne").click()
    page.wait_for_selector(".error-summary")
    summary = page.locator(".error-summary").inner_text()
    for words in ("inconnue", "En vigueur depuis le", "Arrêtée le", "Motif"):
        assert words in summary, words  # all at once
    assert page.title().startswith("Erreur")
    caret = page.locator("pre.caret").inner_text().splitlines()
    assert caret[0][len(caret[1]) - 1 :].startswith("inconnue")  # the mark stands under the faulty word
    _sound(page)
    page.get_by_label("Numérateur ou donnée").fill("pieces_traitees_15j")
    page.get_by_label("En vigueur depuis le").fill("2014-01-01")
    page.get_by_label("Arrêtée le").fill("2014-06-15")
    page.get_by_label("Motif").fill("Première définition, arrêtée en comité")
    page.get_by_role("button", name="Voir ce que cela donne").click()
    page.wait_for_selector("text=Ce que cette définition donne")
    assert "aucune définition" in page.locator("main table").inner_text()
    _sound(page)
    page.get_by_role("button", name="Revenir au formulaire").click()
    assert page.get_by_label("Motif").input_value() == "Première définition, arrêtée en comité"
    assert not IndicatorVersion.objects.filter(indicator__code="F3-14").exists()
    page.get_by_role("button", name="Voir ce que cela donne").click()
    page.get_by_role("button", name="Adopter cette définition").click()
    page.wait_for_url("**/F3-14/definitions/")
    assert "Dss et Cnaf, comité de suivi" in page.inner_text("main")
    _sound(page)
    page.get_by_role("link", name="la retirer").click()
    page.get_by_label("Motif du retrait").fill("Essai")
    page.get_by_role("button", name="Retirer la version 1").click()
    page.wait_for_url("**/F3-14/definitions/")
    assert "Aucune définition." in page.inner_text("main")


def test_targets_are_entered_weighed_confirmed_and_read_by_their_caisse(site: Site, page: Page) -> None:  # noqa: F811
    site.enter(page, "pilotage")
    page.goto(site.address("/indicateurs/cibles-cpog/F10-21/saisie/"))
    cells = page.locator("input[name$='-2014']")
    assert cells.count() == 102
    for place, text in enumerate(["81,5", "86", "beaucoup"]):
        cells.nth(place).fill(text)
    page.get_by_label("Source").fill("Cpog signés au 30 juin 2014")
    page.get_by_role("button", name="Voir ce qui change").click()
    page.wait_for_selector(".error-summary")
    page.locator(".error-summary a").click()
    assert page.evaluate("document.activeElement.value") == "beaucoup"
    _sound(page)
    page.keyboard.press("Control+A")
    page.keyboard.type("0,85")
    page.get_by_role("button", name="Voir ce qui change").click()
    page.wait_for_selector("text=Ce qui change")
    said = page.inner_text("main")
    for words in ("3 cibles changent", "À vérifier avant de confirmer", "99 caisses sans cible"):
        assert words in said, words
    _sound(page)
    assert not LocalTarget.objects.exists()
    page.get_by_role("button", name="Revenir à la saisie").click()
    assert page.locator("input[name$='-2014']").nth(1).input_value() == "86"
    page.get_by_role("button", name="Voir ce qui change").click()
    page.get_by_role("button", name="Enregistrer 3 cibles").click()
    page.wait_for_url("**/cibles-cpog/F10-21/")
    assert "3 ajoutées" in page.inner_text("main")
    _sound(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="XLSX").click()
    assert download.value.suggested_filename == "cibles-cpog-F10-21-2014.xlsx"
    site.enter(page, "caf")
    page.goto(site.address("/indicateurs/cibles-cpog/"))
    own = page.locator("main tbody tr")
    assert own.count() == 1
    assert "81,5" in own.inner_text()
    assert site.other_caisse not in page.content()
    _sound(page)
    LocalTarget.objects.all().delete()
