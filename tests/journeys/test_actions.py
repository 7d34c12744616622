"""A direction says where its actions are, in a real Chromium: the grid by keyboard alone, a block pasted, a proof."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.axe import assert_accessible
from tests.journeys.test_pages import UNDECIDED, Site, site  # noqa: F401 - the served site, by name

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:No directory at"),
]


def _reach(page: Page, name: str) -> None:
    """Tab until the cell of that name is in hand."""
    for _ in range(400):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.labels?.[0]?.textContent.trim() || ''") == name:
            return
    raise AssertionError(f"« {name} » cannot be reached with Tab")


def test_the_grid_works_by_keyboard_alone(site: Site, page: Page) -> None:  # noqa: F811
    site.enter(page, "pilotage")
    page.goto(site.address("/actions/fiche/7/saisie/"))
    assert_accessible(page, undecided=UNDECIDED)
    _reach(page, "Action 1, état")
    page.keyboard.type("abandonn")
    _reach(page, "Action 1, commentaire")
    page.keyboard.type("premier")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.labels[0].textContent.trim()") == "Action 2, commentaire"
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.value") == "premier"
    while page.evaluate("document.activeElement.type") != "submit":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".error-summary")  # an abandoned action names its act: nothing is kept
    assert "cite sa décision" in page.inner_text(".error-summary")
    assert page.locator("[name$='-comment']").first.input_value() == "premier"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the fault leads to its cell
    page.keyboard.type("note 2014-7")
    while page.evaluate("document.activeElement.type") != "submit":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=1 avancement enregistré")
    assert page.locator("[name$='-why']").first.input_value() == "note 2014-7"


PASTE = """([name, text]) => {
    const field = document.querySelector(name);
    field.focus();
    const data = new DataTransfer();
    data.setData("text/plain", text);
    field.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""


def test_a_block_copied_from_a_spreadsheet_is_pasted(site: Site, page: Page) -> None:  # noqa: F811
    site.enter(page, "pilotage")
    page.goto(site.address("/actions/fiche/8/saisie/"))
    block = "en cours\t20\t\t\tun\nréalisée\t100\t12/05/2014\tsans relevé\tdeux\n"
    third = page.locator("table[data-grid] tbody tr").nth(2).locator("[name$='-percent']")
    before = third.input_value()
    page.evaluate(PASTE, ["[name$='-status']", block])
    rows = page.locator("table[data-grid] tbody tr")
    assert rows.nth(0).locator("[name$='-percent']").input_value() == "20"
    assert rows.nth(1).locator("[name$='-done_on']").input_value() == "12/05/2014"
    assert rows.nth(1).locator("[name$='-status']").input_value() == "realisee"
    assert third.input_value() == before
    page.get_by_role("button", name="Enregistrer les lignes modifiées").click()
    page.wait_for_selector("text=2 avancements enregistrés")


def test_one_action_from_the_table_to_its_proof(site: Site, page: Page) -> None:  # noqa: F811
    site.enter(page, "pilotage")
    page.goto(site.address("/actions/?fiche=9"))
    assert_accessible(page, undecided=UNDECIDED)
    page.locator("tbody th a").first.click()
    page.wait_for_url(re.compile(r"/actions/9-\d+/"))
    assert_accessible(page, undecided=UNDECIDED)
    page.get_by_label("Fichier").set_input_files(
        {"name": "releve.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 releve"}
    )
    page.get_by_role("button", name="Joindre").click()
    expect(page.get_by_role("link", name="releve.pdf")).to_be_visible()
    page.get_by_role("link", name="Dire où en est l'action").click()
    assert_accessible(page, undecided=UNDECIDED)
    page.get_by_label("État").select_option("réalisée")
    page.get_by_label("Réalisée le").fill("2014-06-12")
    page.get_by_role("button", name="Enregistrer l'avancement").click()
    page.wait_for_selector("text=L'avancement est enregistré")
    assert "réalisée le 12 juin 2014" in page.inner_text("#historique + .table-scroll")
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
