"""A quarter goes from empty to transmitted in a real Chromium; the State reads it, asks; a rectification follows."""

import re
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest
from django.db import connection
from django.utils import timezone
from playwright.sync_api import Page

from cog.demo import PASSWORD
from cog.models import Convention, User
from cog.operations import command_account
from cog.periods import parse
from indicators.operations import accept_batch, compute_results, receive_batch
from indicators.operations.explanations import ExplanationEntry, write_explanation
from indicators.queries.explanations import explanations_wanted
from reports.models import Transmission
from tests.axe import assert_accessible
from tests.journeys.test_imports import _file, _send, _work
from tests.journeys.test_pages import UNDECIDED, Site, site  # noqa: F401 - the served site, by name

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:No directory at"),
    pytest.mark.timeout(240),
]

QUARTER = "2014-T3"
HEADER = "mesure,caisse,periode,ventilation,valeur\n"
MONTHS = ("2014-07", "2014-08", "2014-09")


def _rows(caisse: str, done: int, in_time: int) -> str:
    return "".join(
        f"pieces_traitees,{caisse},{month},,{done}\npieces_traitees_15j,{caisse},{month},,{in_time}\n"
        for month in MONTHS
    )


def apart(work: Callable[[], None]) -> None:
    """Do something the server must see: on PostgreSQL in a thread, outside this test's transaction."""
    if connection.vendor != "postgresql":
        work()
        return

    def closing() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = Thread(target=closing)
    thread.start()
    thread.join()


def _compute() -> None:
    """What « manage.py compute » does."""
    convention = Convention.objects.get()
    compute_results(
        convention=convention,
        periods=[parse(QUARTER)],
        by=command_account(),
        at=timezone.now(),
        progress=lambda *told: None,
    )


def _explain_the_rest() -> None:
    by = User.objects.get(email="pilotage@demo.invalid")
    for one in explanations_wanted(convention=Convention.objects.get(), period=QUARTER):
        if one.explanation is None:
            entry = ExplanationEntry("interne", "Les caisses n'ont pas rendu ces données.")
            write_explanation(indicator=one.indicator, period=one.period, entry=entry, seen=0, by=by, at=timezone.now())


def _correct() -> None:
    by, at = command_account(), timezone.now()
    data = (HEADER + _rows("011", 1000, 500)).encode()
    received = receive_batch(convention=Convention.objects.get(), file_name="apres.csv", data=data, by=by, at=at)
    accept_batch(batch=received.batch, by=by, at=at, reason="essai")
    _compute()
    _explain_the_rest()  # below its target now, the corrected value asks for its own


def _sound(page: Page) -> None:
    """Accessible, and no wider than a telephone."""
    assert page.locator("h1").count() == 1
    assert "None" not in page.inner_text("main")
    assert_accessible(page, undecided=UNDECIDED)
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.set_viewport_size({"width": 1280, "height": 900})


def _file_accepted(page: Page, tmp_path: Path) -> None:
    """A first file names a caisse that does not exist; mended, it is accepted."""
    page.get_by_role("link", name="Remontées", exact=True).click()
    page.get_by_role("link", name="Envoyer un fichier").click()
    _send(page, _file(tmp_path, "ete.csv", HEADER + _rows("999", 1000, 900)))
    _work()
    page.wait_for_selector(".error-summary")
    page.get_by_role("link", name="Envoyer le fichier corrigé").click()
    _send(page, _file(tmp_path, "ete-corrige.csv", HEADER + _rows("011", 1000, 900)))
    _work()
    page.get_by_role("link", name="Continuer vers la confirmation").click()
    page.get_by_role("button", name="Accepter le fichier en entier").click()
    _work()
    page.wait_for_selector("text=accepté")


def test_from_an_empty_quarter_to_a_rectification(site: Site, page: Page, tmp_path: Path) -> None:  # noqa: F811
    site.enter(page, "pilotage")
    page.goto(site.address(f"/campagnes/{QUARTER}/"))
    assert "ne sont pas calculés" in page.inner_text("main")
    assert page.get_by_role("link", name="Transmettre").count() == 0
    _file_accepted(page, tmp_path)
    apart(_compute)

    page.get_by_role("link", name="Campagnes").click()
    page.get_by_role("link", name="3e trimestre 2014").first.click()
    _sound(page)
    assert re.search(r"écarts ne sont pas expliqués", page.inner_text("main"))
    page.get_by_role("link", name="Les écarts et leurs explications").click()
    page.get_by_role("link", name="Écrire l'explication").first.click()
    page.get_by_label("Interne au régime").check()
    page.get_by_label("Explication", exact=True).fill("Les caisses n'ont pas rendu leurs données à temps.")
    page.get_by_role("button", name="Enregistrer l'explication").click()
    page.wait_for_selector("text=est enregistrée")
    apart(_explain_the_rest)

    page.goto(site.address(f"/campagnes/{QUARTER}/"))
    assert "Prêt à transmettre" in page.inner_text("main")
    page.get_by_role("link", name="Transmettre", exact=True).click()
    _sound(page)
    page.get_by_label("Votre mot de passe").fill("un autre mot de passe")
    page.get_by_role("button", name="Transmettre à l'État").click()
    page.wait_for_selector(".error-summary")
    assert "rien n'a été transmis" in page.inner_text(".error-summary")
    page.get_by_label("Votre mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Transmettre à l'État").click()
    page.wait_for_url(re.compile(r"/transmissions/\d+/"))
    assert f"{QUARTER}/1" in page.inner_text("main")
    _sound(page)
    with page.expect_download() as receipt:
        page.get_by_role("link", name="Reçu (PDF)").click()
    assert Path(receipt.value.path()).read_bytes().startswith(b"%PDF")

    _the_state_reads_and_asks(site, page)
    _rectified(site, page)


def _the_state_reads_and_asks(site: Site, page: Page) -> None:  # noqa: F811
    page.context.clear_cookies()
    site.enter(page, "tutelle")
    page.goto(site.address("/"))
    page.get_by_role("link", name=re.compile("^3e trimestre 2014, reçu")).click()
    page.get_by_role("button", name="Accuser réception").click()
    page.wait_for_selector("text=Accusé de réception le")
    page.get_by_role("link", name="F10-21", exact=True).click()
    assert "90,0" in page.inner_text("main")
    page.get_by_text("Écrire une question ou une observation").click()
    page.get_by_label("Texte").fill("Pourquoi une seule caisse a-t-elle répondu ?")
    page.get_by_role("button", name="Enregistrer la note").click()
    page.wait_for_selector("text=Pourquoi une seule caisse")
    _sound(page)
    for path in (f"/campagnes/{QUARTER}/", "/explications/", "/remontees/"):
        answer = page.goto(site.address(path))
        assert answer is not None and answer.status == 403, path
    page.goto(site.address("/indicateurs/F10-21/"))
    assert "Ce qui est en cours ne se lit pas ici." in page.inner_text("main")


def _rectified(site: Site, page: Page) -> None:  # noqa: F811
    apart(_correct)
    page.context.clear_cookies()
    site.enter(page, "pilotage")
    page.goto(site.address("/"))
    page.get_by_role("link", name=re.compile("question de la tutelle")).click()
    page.get_by_text("Répondre").click()
    page.get_by_label("Réponse").fill("Les autres rendent leurs données en octobre.")
    page.get_by_role("button", name="Envoyer la réponse").click()
    page.wait_for_selector("text=Les autres rendent")
    page.goto(site.address(f"/campagnes/{QUARTER}/"))
    assert "des éléments ont changé depuis" in page.inner_text("main")
    page.get_by_role("link", name="Rectifier").click()
    _sound(page)
    page.get_by_label("Motif de la rectification").fill("La caisse 011 a corrigé son trimestre.")
    page.get_by_label("Votre mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Transmettre la rectification").click()
    page.get_by_role("link", name="Ce qu'elle change").click()
    changed = page.locator("#national + .table-scroll").inner_text()
    assert "2700" in changed and "1500" in changed
    _sound(page)
    first, second = Transmission.objects.filter(period=QUARTER).order_by("number")
    assert (first.replaces, second.replaces) == (None, first)
