"""A gap is explained in a real Chromium: found, written, met by another person's words, revised; then a threshold."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from cog.models import User
from indicators.models import Explanation, GapThreshold, Indicator
from indicators.operations.explanations import ExplanationEntry, write_explanation
from tests.axe import assert_accessible
from tests.journeys.test_pages import UNDECIDED, Site, site  # noqa: F401 - the served site, by name
from tests.journeys.test_transmissions import apart

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


def _another_person_writes() -> None:
    write_explanation(
        indicator=Indicator.objects.get(code="F10-25"),
        period="2014-T4",
        entry=ExplanationEntry("non_imputable", "Grève des transports."),
        seen=0,
        by=User.objects.get(email="contributeur@demo.invalid"),
        at=timezone.now(),
    )


def test_a_gap_is_explained_by_two_people_and_nothing_is_lost(site: Site, page: Page) -> None:  # noqa: F811
    site.enter(page, "pilotage")
    page.goto(site.address("/"))
    page.get_by_role("link", name="Explications").click()
    page.get_by_label("Transmission").select_option("2014-T4")
    page.get_by_role("button", name="Afficher").click()
    missing = page.locator("#F10-25-2014-T4")
    assert missing.count() == 1
    _sound(page)
    missing.get_by_role("link", name="Écrire l'explication").click()
    page.get_by_role("button", name="Enregistrer l'explication").click()
    page.wait_for_selector(".error-summary")
    assert "Dire si la cause est interne" in page.inner_text(".error-summary")
    _sound(page)
    page.get_by_label("Interne au régime").check()
    page.get_by_label("Explication", exact=True).fill("Trois caisses ont fermé leur accueil pour travaux.")
    page.get_by_label("Action corrective").select_option("10/4")
    page.get_by_label("Retour attendu").fill("T2 2015")
    indicator = Indicator.objects.get(code="F10-25")
    apart(_another_person_writes)
    page.get_by_role("button", name="Enregistrer l'explication").click()
    page.wait_for_selector("text=a écrit pendant votre saisie")
    assert "Grève des transports." in page.inner_text(".error-summary")
    assert page.get_by_label("Explication", exact=True).input_value().startswith("Trois caisses")
    _sound(page)
    page.get_by_role("button", name="Enregistrer à la place").click()
    page.wait_for_selector("text=est enregistrée")
    assert "2 révisions" in page.inner_text("main")
    page.get_by_text("Ce que la révision 2 a changé").click()
    assert "Grève des transports." in page.locator("#historique + ol table").inner_text()
    _sound(page)
    assert Explanation.objects.filter(indicator=indicator).count() == 2


def test_a_threshold_is_set_with_its_reason(site: Site, page: Page) -> None:  # noqa: F811
    site.enter(page, "pilotage")
    page.goto(site.address("/indicateurs/seuils-explication/"))
    _sound(page)
    page.get_by_role("link", name="fixer le seuil de F14-36").click()
    page.get_by_label("Seuil", exact=True).fill("0,5")
    page.get_by_label("Motif").fill("Le seuil critique est proche de la cible.")
    _sound(page)
    page.get_by_role("button", name="Enregistrer le seuil").click()
    page.wait_for_selector("text=est enregistré")
    assert "0,5 point" in page.inner_text("main").replace("\u00a0", " ")
    assert GapThreshold.objects.get().reason.startswith("Le seuil critique")
