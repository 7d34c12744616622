"""Every page in a real Chromium, for every role: it loads, under its content policy, accessible, at 320 px too.

axe finds about half of what hinders people: no violation here is a floor, not a conformity.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connections
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from actions.demo import load_progress
from budgets.demo_statements import load_statements
from cog.demo import PASSWORD, open_accounts
from cog.models import Convention, Organisation, User
from cog.operations import command_account, load_convention
from cog.periods import parse
from indicators.operations import accept_batch, compute_results, receive_batch
from reports.annual_queries import annual_payload
from reports.enums import DocumentKind, EditionState
from reports.models import Edition
from reports.operations import request_annual_report
from tests.axe import assert_accessible
from tests.budgets.ledger import forecast, fund_of, spend, vote
from tests.journeys.addresses import PAGES, SHEET
from tests.words import assert_french

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:No directory at"),  # whitenoise: nothing is collected before a test
]

FOLDER = settings.BASE_DIR / "fixtures" / "cog-2013-2017"
HIDDEN = {("pilotage", "/adresse-inconnue/"), ("caf", "/travaux/{job}/")}  # what these may not see is not there
# What axe cannot judge, looked at by a person: the sign of a verdict, alone in its element, has the colour of the word
# it doubles; the arrow of a list is a background image; a wide table goes under the edge of its frame.
UNDECIDED = {"color-contrast"}


@dataclass(frozen=True)
class Site:
    """The site as a test sees it: its address, a session for each role, what is in its database."""

    url: str
    sessions: dict[str, str]
    edition: int
    ready: int
    job: str
    caisse: str
    other_caisse: str

    def address(self, path: str) -> str:
        return self.url + path.format(edition=self.edition, ready=self.ready, job=self.job)

    def enter(self, page: Page, role: str) -> None:
        """Be logged in; the login page has its own tests."""
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": self.sessions[role], "url": self.url}]
        )


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: Any, chromium: Browser) -> Iterator[Site]:
    """The convention, one simulated quarter, its results, one edition waiting: served for the whole module."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        # A thread of the server keeps no connection: PostgreSQL drops no database that someone still holds.
        patch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)
        server = LiveServer("localhost")
        try:
            yield _fill(server.url)
        finally:
            server.stop()
            call_command("flush", interactive=False, verbosity=0)
            _load_convention()  # as the tests that follow expect it


def _load_convention() -> Convention:
    load_convention(path=FOLDER, by=command_account(), at=timezone.now())
    return Convention.objects.get(code="cog-2013-2017")


def _fill(url: str) -> Site:
    convention, by, at = _load_convention(), command_account(), timezone.now()
    open_accounts(code=convention.code, by=by, at=at)
    caisses = list(Organisation.objects.filter(convention=convention).caisses().order_by("code"))
    received = receive_batch(
        convention=convention,
        file_name="un-trimestre.csv",
        data=_quarter([caisse.code for caisse in caisses]),
        by=by,
        at=at,
        simulated=True,
    )
    accept_batch(batch=received.batch, by=by, at=at, reason="essai")
    load_progress(convention=convention, by=by, at=at)
    compute_results(
        convention=convention, periods=[parse("2014-T1")], by=by, at=at, progress=lambda done, total, message: None
    )
    people = {user.email.split("@")[0]: user for user in User.objects.filter(is_demonstration=True)}
    _keep_budgets(convention, people["pilotage"])
    edition = request_annual_report(convention=convention, year=2014, by=people["pilotage"], at=at)
    return Site(
        url=url,
        sessions={role: _session(people[role]) for role in PAGES},
        edition=edition.pk,
        ready=_printed(convention, people["pilotage"], at).pk,
        job=str(edition.job_id),
        caisse=caisses[0].name,
        other_caisse=caisses[1].name,
    )


def _printed(convention: Convention, by: User, at: datetime) -> Edition:
    """A draft of the year before, as a worker leaves it: its content is real, its file one page."""
    edition = Edition(
        convention=convention,
        kind=DocumentKind.ANNUAL,
        year=2013,
        number=1,
        state=EditionState.DRAFT,
        payload=annual_payload(convention=convention, year=2013, state="projet", number=1, produced_on=at.date()),
        payload_sha256="0" * 64,
        file_sha256="0" * 64,
        simulated=True,
        requested_at=at,
        requested_by=by,
    )
    edition.file.save("essai.pdf", ContentFile(b"%PDF"), save=False)
    edition.save()
    return edition


def _keep_budgets(convention: Convention, by: User) -> None:
    """Both funds voted for 2014, the Fnga spent and forecast by the end of June, the other tables filled."""
    for code in ("fnga", "fnas"):
        vote(fund_of(convention, code), 2014, by)
    spend(fund_of(convention), 2014, date(2014, 6, 30), "0.493", by)
    forecast(fund_of(convention), 2014, date(2014, 6, 30), by)
    load_statements(convention=convention, by=by, at=timezone.now())


def _quarter(codes: list[str]) -> bytes:
    """F10-21 in the first quarter of 2014, every caisse between 80 and 97 %."""
    rows = ["mesure,caisse,periode,ventilation,valeur"]
    for rank, code in enumerate(codes):
        for month in ("2014-01", "2014-02", "2014-03"):
            rows.append(f"pieces_traitees,{code},{month},,1000")
            rows.append(f"pieces_traitees_15j,{code},{month},,{800 + rank % 18 * 10}")
    return "\n".join(rows).encode()


def _session(user: Any) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.mark.parametrize(("role", "path"), [(role, path) for role, paths in PAGES.items() for path in paths])
def test_page_is_sound(site: Site, page: Page, role: str, path: str) -> None:
    site.enter(page, role)
    said: list[str] = []
    page.on("console", lambda message: message.type == "error" and said.append(message.text))
    hidden = (role, path) in HIDDEN
    response = page.goto(site.address(path))
    assert response is not None
    assert response.status == (404 if hidden else 200)
    assert page.locator("h1").count() == 1
    assert page.title().endswith("· Suivi de la Cog")
    assert not re.search(r"(?<![\w-])None(?![\w-])", page.inner_text("main"))
    for figure in page.locator("main td.num").all_inner_texts():
        assert not re.search(r"\d\.\d", figure), figure
    assert_french(page)
    assert_accessible(page, undecided=UNDECIDED)
    if role == "pilotage":  # the others see parts of the same pages
        page.emulate_media(color_scheme="dark")
        assert_accessible(page, undecided=UNDECIDED)
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert [text for text in said if not (hidden and "404" in text)] == []


def test_login_by_keyboard_alone(site: Site, page: Page) -> None:
    page.goto(site.url + "/fiches/")
    assert "/connexion/" in page.url
    assert_accessible(page, undecided=UNDECIDED)
    page.keyboard.type("pilotage@demo.invalid")  # the first field has the focus
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(site.url + "/fiches/")  # where one was going
    page.keyboard.press("Tab")
    assert _focused(page) == "Aller au contenu"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "contenu"
    page.keyboard.press("Shift+Tab")
    assert _focused(page) == "Aide"  # back among the links of the navigation
    page.locator(".account summary").focus()
    page.keyboard.press("Space")
    assert page.locator(".account-panel").inner_text().count("pilotage (Cnaf)") == 1
    page.keyboard.press("Tab")
    assert _focused(page) == "Mon compte"
    for _ in range(8):  # the links of the menu come first
        page.keyboard.press("Tab")
        if _focused(page) == "Se déconnecter":
            break
    assert _focused(page) == "Se déconnecter"
    page.keyboard.press("Enter")
    page.wait_for_url(site.url + "/connexion/")


def _focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent.trim()"))


def test_wrong_password_is_said_first_and_the_address_kept(site: Site, page: Page) -> None:
    page.goto(site.url + "/connexion/")
    page.fill("#id_username", "pilotage@demo.invalid")
    page.fill("#id_password", "autre chose")
    page.keyboard.press("Enter")
    page.wait_for_selector(".error-summary")
    assert page.title().startswith("Erreur")
    assert page.evaluate("document.activeElement.className") == "error-summary"
    assert page.input_value("#id_username") == "pilotage@demo.invalid"
    assert page.input_value("#id_password") == ""
    assert_accessible(page, undecided=UNDECIDED)


def test_a_figure_carries_what_it_must(site: Site, page: Page) -> None:
    """Value, unit, period, state, verdict in words with its sign, simulated mark, definition."""
    site.enter(page, "pilotage")
    page.goto(site.address(SHEET))
    headline = page.locator(".headline").inner_text()
    for words in ("%", "1er trimestre 2014", "définitif", "simulé", "atteint", "●", "85\u00a0%", "Définition"):
        assert words in headline, words
    assert page.locator("img").evaluate_all("images => images.every(image => image.alt)")
    page.locator("#evolution").scroll_into_view_if_needed()
    page.locator(".chart-frame img").first.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('.chart-frame img').naturalWidth > 0")


def test_a_table_sorts_by_links(site: Site, page: Page) -> None:
    site.enter(page, "pilotage")
    page.goto(site.address(SHEET))
    table = page.locator("table:has(caption:has-text('Résultats des caisses'))")
    table.get_by_role("link", name="Caisse", exact=True).click()
    assert "periode=2014-T1" in page.url
    assert table.locator("th[aria-sort=ascending]").inner_text() == "Caisse"
    names = table.locator("tbody th").all_inner_texts()
    assert len(names) == 50
    assert names == sorted(names)
    page.get_by_role("navigation", name="Pages de la liste").get_by_role("link", name="page 2").click()
    assert table.locator("tbody th").first.inner_text() > names[-1]


def test_a_caisse_sees_its_own_row_and_its_rank(site: Site, page: Page) -> None:
    site.enter(page, "caf")
    page.goto(site.address(SHEET))
    rows = page.locator("table:has(caption:has-text('Résultat de votre caisse')) tbody tr")
    assert rows.count() == 1
    assert site.caisse in rows.inner_text()
    assert "4e quart" in rows.inner_text()
    assert site.other_caisse not in page.content()


def test_the_state_reads_what_was_transmitted_only(site: Site, page: Page) -> None:
    site.enter(page, "tutelle")
    for path in ("/", "/fiches/10/", SHEET, "/documents/"):
        page.goto(site.address(path))
        told = "Rien n'a encore été publié." if path == "/documents/" else "Ce qui est en cours ne se lit pas ici."
        assert told in page.inner_text("main"), path
        seen = "main img, main section:not(:has(#etat)) .timeliness"  # its own commitments are its own
        assert page.locator(seen).count() == 0, path
    assert page.request.get(site.url + "/indicateurs/F10-21/serie.svg").status == 403


@pytest.fixture
def page_without_scripts(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(locale="fr-FR", java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_everything_works_without_javascript(site: Site, page_without_scripts: Page) -> None:
    page = page_without_scripts
    site.enter(page, "pilotage")
    page.goto(site.address(SHEET))
    page.select_option("#periode", "2014-01")
    page.get_by_role("button", name="Afficher").click()
    page.wait_for_url("**periode=2014-01")
    page.locator("summary", has_text="Les valeurs du graphique en tableau").click()
    assert page.get_by_role("table", name=re.compile("Valeurs nationales")).is_visible()


def test_the_edition_is_followed_without_javascript(site: Site, page_without_scripts: Page) -> None:
    """The page says where the work stands in words; a link asks again."""
    page = page_without_scripts
    site.enter(page, "pilotage")
    page.goto(site.address("/documents/{edition}/"))
    assert page.get_by_role("status").inner_text().startswith("En attente")
    assert page.get_by_role("progressbar", name="Avancement").count() == 1
    page.get_by_role("link", name="Actualiser l'avancement").click()
    assert page.get_by_role("status").inner_text().startswith("En attente")
