"""From a figure to the file and the line it was read from, in at most four clicks, in a real Chromium."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page

from cog.models import Convention, Organisation
from cog.operations import command_account
from cog.periods import parse
from indicators.operations import accept_batch, compute_results, receive_batch
from tests.axe import assert_accessible
from tests.journeys.test_pages import UNDECIDED, Site, site  # noqa: F401 - the served site, by name
from tests.journeys.test_transmissions import apart
from tests.workbooks import grid, long_rows, xlsx

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:No directory at"),
]

KINDS = ("avel", "aven")
SOURCE = re.compile(r"un-trimestre\.csv[\s\S]*ligne \d+")


class Clicks:
    """Counts them."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def on(self, link: Locator) -> None:
        link.first.click()
        self.page.wait_for_load_state()
        self.count += 1

    def arrived(self) -> None:
        assert SOURCE.search(self.page.inner_text("#valeurs + .table-scroll"))
        assert self.count <= 4


@pytest.mark.parametrize("start", ["/", "/fiches/10/", "/indicateurs/"])
def test_from_a_page_to_the_line_of_the_file(site: Site, page: Page, start: str) -> None:  # noqa: F811
    site.enter(page, "pilotage")
    page.goto(site.address(start))
    clicks = Clicks(page)
    clicks.on(page.locator("main a[href*='/indicateurs/F10-21/']"))
    clicks.on(page.get_by_role("link", name="D'où vient ce chiffre ?"))
    clicks.on(page.locator("main a[href*='organisme=011']"))
    clicks.arrived()
    assert_accessible(page, undecided=UNDECIDED)
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("role", ["pilotage", "caf"])
def test_from_the_row_of_a_caisse(site: Site, page: Page, role: str) -> None:  # noqa: F811
    site.enter(page, role)
    page.goto(site.address("/indicateurs/F10-21/"))
    clicks = Clicks(page)
    clicks.on(page.locator("main a[href*='organisme=']"))
    clicks.arrived()


def test_from_a_dispersion(site: Site, page: Page) -> None:  # noqa: F811
    site.enter(page, "pilotage")
    page.goto(site.address("/indicateurs/F21-51.1/?periode=2014-T1"))
    clicks = Clicks(page)
    clicks.on(page.get_by_role("link", name="D'où vient ce chiffre ?"))
    clicks.on(page.locator("main a[href*='organisme=011']"))
    clicks.arrived()


def test_from_a_value_to_its_file(site: Site, page: Page) -> None:  # noqa: F811
    site.enter(page, "pilotage")
    page.goto(site.address("/indicateurs/F10-21/figure/?periode=2014-T1&organisme=011"))
    page.get_by_role("link", name="un-trimestre.csv").first.click()
    page.wait_for_url(re.compile(r"/remontees/\d+/"))
    assert "un-trimestre.csv" in page.inner_text("h1")


def _send_a_workbook() -> None:
    """A workbook of the long form with a breakdown, accepted, and its year computed."""
    by, at = command_account(), timezone.now()
    convention = Convention.objects.get()
    codes = Organisation.objects.filter(convention=convention).caisses().order_by("code").values_list("code", flat=True)
    rows = long_rows(*(("vacaf_enfants", code, "2013", f"dispositif={one}", "41") for code in codes for one in KINDS))
    data = xlsx({"Observations": grid(rows)})
    received = receive_batch(convention=convention, file_name="vacaf.xlsx", data=data, by=by, at=at, simulated=True)
    accept_batch(batch=received.batch, by=by, at=at, reason="essai")
    compute_results(
        convention=convention, periods=[parse("2013")], by=by, at=at, progress=lambda done, total, message: None
    )


def test_from_a_breakdown_to_the_sheet_and_the_cell_of_a_workbook(site: Site, page: Page) -> None:  # noqa: F811
    apart(_send_a_workbook)
    site.enter(page, "pilotage")
    page.goto(site.address("/indicateurs/F2-10/?periode=2013"))
    clicks = Clicks(page)
    clicks.on(page.locator("#ventilations ~ .table-scroll a", has_text=re.compile(r"4.182")))
    clicks.on(page.locator("main a[href*='organisme=011']"))
    told = page.inner_text("#valeurs + .table-scroll")
    assert "vacaf.xlsx" in told and "Observations" in told and "E2" in told  # the first caisse of the file
    assert clicks.count == 2
