"""The budgets in a real Chromium: an act by the grid, a transfer to its information, a dashboard to the State."""

from datetime import date

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from budgets.models import BudgetAct, Fund, Transfer
from budgets.operations import write_analysis
from cog.demo import PASSWORD
from cog.models import User
from reports.models import Transmission
from tests.journeys.test_pages import Site, site  # noqa: F401 - the served site, by name
from tests.journeys.test_transmissions import _sound, apart

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:No directory at"),
    pytest.mark.timeout(240),
]

PASTE = """
(field) => {
  const data = new DataTransfer();
  data.setData("text/plain", "741,50\\t60\\tPaie de juillet\\n13,60\\t1\\t");
  field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}
"""


def test_an_act_is_pasted_refused_mended_and_opened(site: Site, page: Page) -> None:  # noqa: F811
    site.enter(page, "pilotage")
    page.goto(site.address("/budgets/fnga/2014/"))
    page.get_by_text("Saisir un acte").click()
    page.get_by_role("link", name="Exécution à une date").click()
    page.get_by_label("Exécution arrêtée au").fill("2014-07-31")
    page.get_by_label("Frais de personnel, montant").evaluate(PASTE)
    assert page.get_by_label("Intéressement, montant").input_value() == "13,60"
    page.get_by_label("Réserve Nationale, montant").fill("3 050")
    page.get_by_role("button", name="Enregistrer l'acte").click()
    page.wait_for_selector(".error-summary")
    assert "plus de 20 fois le programme" in page.inner_text(".error-summary")
    _sound(page)
    page.locator(".error-summary a").first.click()
    page.get_by_label("Réserve Nationale, montant").fill("3,05")
    page.get_by_role("button", name="Enregistrer l'acte").click()
    page.wait_for_selector("text=Enregistré")
    _sound(page)
    assert "Paie de juillet" in page.inner_text("main")
    page.get_by_role("link", name="Frais de personnel").click()
    assert page.get_by_role("link", name="exécution au 31/07/2014").count() == 1
    _sound(page)


def test_a_transfer_is_judged_decided_and_told(site: Site, page: Page) -> None:  # noqa: F811
    site.enter(page, "pilotage")
    page.goto(site.address("/budgets/virements/"))
    page.get_by_role("link", name="Nouveau virement, Fnga").click()
    page.get_by_label("Exercice").select_option("2014")
    page.get_by_label("De la ligne").select_option(label="Plan informatique (informatique)")
    page.get_by_label("Vers la ligne").select_option(label="Frais de personnel (personnel)")
    page.get_by_label("Montant (M€)").fill("1,5")
    page.get_by_label("Motif").fill("Renfort des plateformes.")
    page.get_by_role("button", name="Enregistrer le projet").click()
    page.wait_for_selector(".error-summary")
    assert "Tout autre virement est interdit" in page.inner_text("main")
    _sound(page)
    page.get_by_label("De la ligne").select_option(label="Frais de personnel (personnel)")
    page.get_by_label("Vers la ligne").select_option(label="Plan informatique (informatique)")
    page.get_by_role("button", name="Enregistrer le projet").click()
    page.wait_for_selector("text=Projet enregistré")
    page.get_by_label("En date du").fill("2014-05-05")
    page.get_by_label("Pièce").fill("Décision n° 14-12")
    page.get_by_role("button", name="Enregistrer l'acte").click()
    page.wait_for_selector("text=Le virement est fait")
    assert "avant le 20 mai 2014" in page.inner_text("main")
    _sound(page)
    page.goto(site.address("/calendrier/"))
    assert "Informations à donner après un virement" in page.inner_text("main")
    assert Transfer.objects.filter(done_on=date(2014, 5, 5)).exists()


def _analyse() -> None:
    fund = Fund.objects.select_related("convention").get(code="fnga")
    by = User.objects.get(email="pilotage@demo.invalid")
    write_analysis(fund=fund, exercise=2014, number=4, text="Rien de notable.", by=by, at=timezone.now())


def test_a_dashboard_leaves_and_the_state_asks(site: Site, page: Page) -> None:  # noqa: F811
    site.enter(page, "pilotage")
    page.goto(site.address("/budgets/editions/fnga/2014/4/"))
    assert "L'analyse de l'exécution n'est pas écrite" in page.inner_text("main")
    apart(_analyse)
    page.reload()
    with page.expect_download() as draft:
        page.get_by_role("link", name="Projet (XLSX)").click()
    assert draft.value.suggested_filename == "projet-2014-TBB4.xlsx"
    page.get_by_role("link", name="Transmettre à l'État").click()
    page.get_by_label("Votre mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Transmettre à l'État").click()
    page.wait_for_selector("text=Reçu n° 2014-TBB4/1")
    _sound(page)
    sent = Transmission.objects.get(period="2014-TBB4")
    page.context.clear_cookies()
    site.enter(page, "tutelle")
    page.goto(site.address("/transmissions/"))
    page.get_by_role("link", name="n° 2014-TBB4/1").click()
    assert "Ensemble de la branche" in page.inner_text("main")
    with page.expect_download() as document:
        page.get_by_role("link", name="Document et reçu (PDF)").click()
    assert document.value.suggested_filename == "recu-2014-TBB4-1.pdf"
    _sound(page)
    assert not BudgetAct.objects.filter(recorded_at__gt=sent.transmitted_at).exists()
