"""Sending files, in a real Chromium: errors mended, warnings justified, a caisse's own file; without scripts too."""

import re
from pathlib import Path
from threading import Thread

import pytest
from django.db import connection
from playwright.sync_api import Page

from cog import jobs
from cog.enums import JobState
from cog.jobs import Job
from indicators.models import ImportBatch, Observation
from tests.axe import assert_accessible
from tests.journeys.test_pages import UNDECIDED, Site, page_without_scripts, site  # noqa: F401 - fixtures

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:No directory at"),
]

HEADER = "mesure,caisse,periode,ventilation,valeur\n"
WRONG = HEADER + "pieces_traitees,999,2014-02,,1000\npieces_traitees,021,2014-02,,douze\n"
# A correction (of a simulated value), and a quarter that its months do not make: a warning.
MENDED = HEADER + "pieces_traitees,021,2014-02,,1001\npieces_traitees,021,2014-T1,,5000\n"
OWN = HEADER + "pieces_traitees,011,2014-04,,1000\npieces_traitees_15j,011,2014-04,,900\n"


def _work() -> None:
    """Do what waits, as a worker would (real ones have their own tests, in tests/faults).

    On PostgreSQL in a thread, so outside this test's transaction: the server must see what was done.
    """
    if connection.vendor != "postgresql":
        _do()
        return
    thread = Thread(target=_do, args=[True])
    thread.start()
    thread.join()


def _do(apart: bool = False) -> None:
    try:
        for job in Job.objects.filter(state=JobState.WAITING, kind__in=["indicators.check", "indicators.accept"]):
            jobs.run(str(job.pk))
    finally:
        if apart:
            connection.close()


def _file(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def _sound(page: Page) -> None:
    """Accessible in light and in dark, and no wider than 320 px."""
    assert page.locator("h1").count() == 1
    assert "None" not in page.inner_text("main")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert_accessible(page, undecided=UNDECIDED)
    size = page.viewport_size
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.set_viewport_size(size)


def _send(page: Page, file: str) -> None:
    page.set_input_files("#id_fichier", file)
    page.get_by_role("button", name="Envoyer et contrôler").click()
    page.wait_for_url(re.compile(r"/remontees/\d+/"))


def test_the_steering_mends_a_file_then_confirms_it_with_a_reason(site: Site, page: Page, tmp_path: Path) -> None:  # noqa: F811
    site.enter(page, "pilotage")
    page.goto(site.address("/remontees/"))
    page.get_by_role("link", name="Envoyer un fichier").click()
    page.get_by_role("button", name="Envoyer et contrôler").click()  # nothing chosen: the browser itself objects
    assert page.url.endswith("/envoyer/")
    _send(page, _file(tmp_path, "fevrier.csv", WRONG))
    assert page.get_by_role("status").inner_text().startswith("En attente")
    _work()
    page.wait_for_selector(".error-summary")  # the page asked again by itself
    assert page.title().startswith("Erreur")
    assert "Fichier refusé : 2 erreurs" in page.inner_text(".error-summary")
    rows = page.get_by_role("table", name=re.compile("Anomalies")).locator("tbody tr").all_inner_texts()
    assert any("ligne 2" in row and "« 999 »" in row for row in rows)
    assert any("ligne 3" in row and "« douze »" in row for row in rows)
    _sound(page)

    page.get_by_role("link", name="Envoyer le fichier corrigé").click()
    _send(page, _file(tmp_path, "fevrier-corrige.csv", MENDED))
    _work()
    page.get_by_role("link", name="Continuer vers la confirmation").wait_for()
    assert "1 valeur corrigée" in page.inner_text("#corrections ~ .table-scroll caption")
    assert "avertissement" in page.inner_text("main .lead")
    _sound(page)
    page.get_by_role("link", name="Continuer vers la confirmation").click()
    _sound(page)
    page.fill("#id_motif", "   ")
    page.get_by_role("button", name="Accepter le fichier en entier").click()
    page.wait_for_selector(".error-summary")
    page.locator(".error-summary a").click()
    assert page.evaluate("document.activeElement.id") == "id_motif"
    page.fill("#id_motif", "panne du scanner en février")
    page.get_by_role("button", name="Accepter le fichier en entier").click()
    page.wait_for_url(re.compile(r"/remontees/\d+/(#.*)?$"))
    _work()
    page.get_by_text("Fichier accepté le").wait_for()
    assert "panne du scanner en février" in page.inner_text("main")
    assert "Camille Pilotage" in page.inner_text("main")
    _sound(page)
    page.get_by_role("link", name="pieces_traitees").click()
    assert "2 révisions" in page.inner_text("caption")
    _sound(page)
    assert ImportBatch.objects.filter(file_name="fevrier.csv").get().state == "refuse"


def test_a_caisse_sends_its_own_file_and_nothing_else(site: Site, page: Page, tmp_path: Path) -> None:  # noqa: F811
    site.enter(page, "caf")
    page.goto(site.address("/remontees/attendu/"))
    assert "Ce qui est attendu de" in page.inner_text("h1")
    page.goto(site.address("/remontees/envoyer/"))
    assert page.locator("#id_caisse option").all_inner_texts() == ["011 · Caf Ain"]
    _send(page, _file(tmp_path, "autre.csv", OWN + "pieces_traitees,021,2014-04,,5\n"))
    _work()
    page.wait_for_selector(".error-summary")
    assert "021" in page.inner_text("main table")
    before = Observation.objects.count()
    page.get_by_role("link", name="Envoyer le fichier corrigé").click()
    _send(page, _file(tmp_path, "avril.csv", OWN))
    _work()
    page.get_by_role("link", name="Continuer vers la confirmation").click()
    if page.get_attribute("#id_motif", "required") is not None:
        page.fill("#id_motif", "valeurs relues")
    page.get_by_role("button", name="Accepter le fichier en entier").click()
    _work()
    page.get_by_text("Fichier accepté le").wait_for()
    assert Observation.objects.count() == before + 2
    page.goto(site.address("/remontees/"))
    assert page.locator("tbody tr").count() == 2
    assert "un-trimestre.csv" not in page.content()


def test_the_three_steps_without_scripts(site: Site, page_without_scripts: Page, tmp_path: Path) -> None:  # noqa: F811
    page = page_without_scripts
    site.enter(page, "pilotage")
    page.goto(site.address("/remontees/envoyer/"))
    _send(page, _file(tmp_path, "sans-script.csv", OWN.replace(",011,", ",031,")))
    page.reload()
    assert page.get_by_role("status").inner_text().startswith("En attente")
    page.get_by_role("button", name="Annuler ce travail").click()
    assert "Annulé par Camille Pilotage" in page.inner_text("main")
    page.get_by_role("link", name="Voir ce que ce travail concerne").click()
    page.get_by_role("button", name="Contrôler de nouveau").click()
    _work()
    page.reload()
    page.get_by_role("button", name="Abandonner ce fichier").click()
    assert "aucune de ses valeurs n'est enregistrée" in page.inner_text("main")
