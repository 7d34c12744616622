"""The site at full demonstration data: pages under eight readers, first paint, the bilan, the exports, a second start.

    make bench                                              on a private PostgreSQL
    scripts/services.py run -- python benchmarks/bench_site.py [--only pages]

Pages are asked of gunicorn (two synchronous workers, as in production), beside an empty page of the same base template
in the same run. The bilan is measured beside WeasyPrint on the same HTML alone, the workbook beside its writer alone.
"""

import argparse
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

import dataset
from measuring import Bars, machine, step, tell

HERE = Path(__file__).resolve().parent
SCRIPT = str(Path(__file__).resolve())
READERS = 8
ROUNDS = 3  # each page is asked READERS x ROUNDS times, the first of them cold
ROLES = ("pilotage", "caf", "tutelle")
EMPTY = "/mesure/page-vide/"
PAGES = (30, 60, 120, 240)


# --- Steps, each in a process of its own ------------------------------------------------------------------------------
def _fill() -> dict[str, Any]:
    """The demonstration in the database of DATABASE_URL."""
    from django.core.management import call_command

    from indicators.models import IndicatorResult, Observation

    with Path(os.devnull).open("w", encoding="utf-8") as silence:
        call_command("demo", no_serve=True, stdout=silence)
    return {"observations": Observation.objects.count(), "results": IndicatorResult.objects.count()}


def _sessions() -> dict[str, Any]:
    """A session for each role, and what the addresses of the journeys leave open."""
    sys.path.insert(0, str(HERE.parent))  # the addresses of the journeys

    from django.conf import settings
    from django.test import Client

    from cog.models import Job, User
    from reports.models import Edition
    from tests.journeys.addresses import PAGES as ADDRESSES

    edition, job = Edition.objects.latest("pk"), Job.objects.first()
    known = {"edition": edition.pk, "ready": edition.pk, "job": job.pk if job else ""}
    cookies, addresses = {}, {}
    for role in ROLES:
        client = Client()
        client.force_login(User.objects.get(email=f"{role}@demo.invalid"))
        cookies[role] = f"{settings.SESSION_COOKIE_NAME}={client.session.session_key}"
        addresses[role] = [one for text in ADDRESSES[role] if (one := _whole(text, known))]
    return {"cookies": cookies, "addresses": addresses}


def _whole(text: str, known: dict[str, Any]) -> str:
    try:
        return text.format(**known)
    except KeyError:
        return ""


def _payload() -> Any:
    from reports.models import Edition

    return Edition.objects.filter(year=2014).exclude(file="").latest("pk").payload


def _report() -> dict[str, Any]:
    """Gathering, drawing and laying out the bilan of 2014, as the worker does; WeasyPrint alone on the same HTML."""
    from cog import pdf
    from cog.models import Convention
    from reports import printing
    from reports.annual_queries import annual_payload

    began = time.perf_counter()
    annual_payload(
        convention=Convention.objects.get(), year=2014, state="projet", number=1, produced_on=date(2015, 4, 1)
    )
    gathered = time.perf_counter()
    content = printing.print_annual_report(_payload())
    printed = time.perf_counter()
    html, css = printing.annual_report_html(_payload()), printing.STYLE.read_text(encoding="utf-8")
    alone = time.perf_counter()
    pdf.render(html, css=css)
    return {
        "gather": gathered - began,
        "print": printed - gathered,
        "alone": time.perf_counter() - alone,
        "kilobytes": len(content) // 1024,
    }


def _pages_against_time() -> dict[str, Any]:
    """The same document with fewer or more sheets: pages and seconds of calculation."""
    import io

    import pikepdf

    from reports import printing

    whole, found = _payload(), []
    sheets = whole["sheets"]
    for wanted in PAGES:
        share = max(1, round(len(sheets) * wanted / 137))
        many = [sheets[place % len(sheets)] | _renamed(sheets, place) for place in range(share)]
        kept = {sheet["code"] for sheet in many}
        short = whole | {"sheets": many}
        if wanted < 137:
            short |= {"domains": whole["domains"][: max(1, round(len(whole["domains"]) * wanted / 137))]}
            short |= {"definitions": [one for one in whole["definitions"] if one["code"] in kept]}
        began = time.process_time()
        content = printing.print_annual_report(short)
        with pikepdf.open(io.BytesIO(content)) as document:
            found.append([len(document.pages), time.process_time() - began])
    return {"points": found}


def _renamed(sheets: list[Any], place: int) -> dict[str, str]:
    return {} if place < len(sheets) else {"code": f"{sheets[place % len(sheets)]['code']}.{place}"}


def _workbook() -> dict[str, Any]:
    """All results as one workbook."""
    from cog.models import Convention
    from reports.opendata import SHEETS, Known, files_named, write_results

    with tempfile.TemporaryFile() as target:
        counts = write_results(
            target, files_named(SHEETS), Known(Convention.objects.get()), progress=lambda *told: None, notes=[]
        )
    return {"rows": sum(counts.values())}


def _writer_alone() -> dict[str, Any]:
    """XlsxWriter on the same rows, all read beforehand; reading them is not counted."""
    from cog.models import Convention
    from reports.opendata import SHEETS, Known, files_named

    known = Known(Convention.objects.get())
    held = [list(file.rows(known)) for file in files_named(SHEETS)]
    import xlsxwriter

    began = time.perf_counter()
    with tempfile.TemporaryFile() as target:
        book = xlsxwriter.Workbook(target, {"constant_memory": True})
        for rows in held:
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                for column, value in enumerate(row):
                    if isinstance(value, str):
                        sheet.write_string(number, column, value)
                    elif value is not None:
                        sheet.write_number(number, column, value)
        book.close()
    return {"alone": time.perf_counter() - began}


def _package() -> dict[str, Any]:
    """The whole data package as one zip."""
    from cog.models import Convention
    from reports.opendata import FILES, Known, write_zip

    with tempfile.TemporaryFile() as target:
        counts = write_zip(target, FILES, Known(Convention.objects.get()), progress=lambda *told: None)
    return {"rows": sum(counts.values())}


def _package_alone() -> dict[str, Any]:
    """The csv and zip modules on the same lines, all read beforehand."""
    import csv
    import io
    import zipfile

    from cog.models import Convention
    from reports.opendata import FILES, Known, csv_lines

    known = Known(Convention.objects.get())
    held = [(file.name, list(csv_lines(file, known))) for file in FILES]
    began = time.perf_counter()
    with tempfile.TemporaryFile() as target, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, lines in held:
            with archive.open(name, "w", force_zip64=True) as raw, io.TextIOWrapper(raw, newline="") as stream:
                csv.writer(stream, lineterminator="\n").writerows(lines)
    return {"alone": time.perf_counter() - began}


STEPS = {
    "fill": _fill, "sessions": _sessions, "report": _report, "against": _pages_against_time, "workbook": _workbook,
    "writer": _writer_alone, "package": _package, "csv": _package_alone,
}  # fmt: skip


# --- Pages ------------------------------------------------------------------------------------------------------------
@contextmanager
def _served() -> Iterator[str]:
    """gunicorn as in production, with one page more: the empty one."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "site_with_empty_page:application", "-w", "2", "--log-level", "error"]
    server = subprocess.Popen([*command, "-b", f"127.0.0.1:{port}"], env=os.environ | {"PYTHONPATH": str(HERE)})
    try:
        address = f"http://127.0.0.1:{port}"
        _until_it_answers(f"{address}/connexion/", 60)
        yield address
    finally:
        server.terminate()
        server.wait()


def _until_it_answers(address: str, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(address, timeout=20).read()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"{address} n'a pas répondu en {seconds:g} s")


def _asked(address: str, cookie: str) -> tuple[float, int, int]:
    """Seconds, status and bytes of one reading, as a browser that takes gzip is sent it."""
    request = urllib.request.Request(address, headers={"Cookie": cookie})
    began = time.perf_counter()
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return time.perf_counter() - began, answer.status, len(answer.read())
    except urllib.error.HTTPError as error:
        return time.perf_counter() - began, error.code, len(error.read())


def _p95(times: list[float]) -> float:
    return sorted(times)[max(0, round(0.95 * len(times)) - 1)]


def _pages(bars: Bars) -> None:
    told = step(SCRIPT, "sessions")
    lines: list[tuple[float, float, str, str, int, int]] = []
    with _served() as site, ThreadPoolExecutor(READERS) as readers:
        for role in ROLES:
            cookie = told["cookies"][role]
            for path in [EMPTY, *told["addresses"][role]]:
                first = _asked(site + path, cookie)
                found = [
                    first,
                    *readers.map(lambda _, at=site + path, by=cookie: _asked(at, by), range(READERS * ROUNDS)),
                ]
                times = [one[0] for one in found]
                lines.append((_p95(times), statistics.median(times), role, path, first[1], first[2]))
        paint = _first_paint(site, told["cookies"]["pilotage"])
    empty = statistics.median(line[0] for line in lines if line[3] == EMPTY)
    pages = [line for line in lines if line[3] != EMPTY and line[4] < 400]
    for p95, middle, role, path, status, size in sorted(pages, reverse=True)[:15]:
        print(
            f"  {p95 * 1000:5.0f} ms (médiane {middle * 1000:.0f}), {size // 1024} ko, {status} {role} {path}",
            flush=True,
        )
    print(f"  page vide, même gabarit : p95 {empty * 1000:.0f} ms ; {len(pages)} pages", flush=True)
    worst, heaviest = max(pages), max(pages, key=lambda line: line[5])
    bars.check(f"p95 de la page la plus lente à {READERS} lecteurs ({worst[3]})", worst[0] * 1000, 300, "ms")
    bars.check("soit, fois la page vide", worst[0] / empty, 300 / (empty * 1000), "fois")
    bars.check(f"page la plus lourde, sans images ({heaviest[3]})", heaviest[5] / 1024, 300, "ko")
    bars.check("premier affichage dans Chromium (accueil, indicateurs, actions)", paint, 1000, "ms")


def _first_paint(site: str, cookie: str) -> float:
    """The slowest of three pages, a new browser context each, in ms."""
    from playwright.sync_api import sync_playwright

    name, _, value = cookie.partition("=")
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    found = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        for path in ("/", "/indicateurs/", "/actions/"):
            context = browser.new_context(locale="fr-FR")
            context.add_cookies([{"name": name, "value": value, "url": site}])
            page = context.new_page()
            page.goto(site + path)
            script = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
            found.append(page.evaluate(script))
            context.close()
        browser.close()
    return max(found)


# --- The rest ---------------------------------------------------------------------------------------------------------
def _documents(bars: Bars) -> None:
    told = step(SCRIPT, "report")
    print(
        f"  bilan de 2014 : contenu {told['gather']:.1f} s, dessins et impression {told['print']:.1f} s, "
        f"WeasyPrint seul {told['alone']:.1f} s, {told['megabytes']:.0f} Mo, {told['kilobytes']} ko",
        flush=True,
    )
    bars.check("bilan, du calcul au fichier", told["gather"] + told["print"], 25)
    bars.check("bilan, contre WeasyPrint seul", (told["gather"] + told["print"]) / told["alone"], 1.25, "fois")
    for pages, seconds in step(SCRIPT, "against")["points"]:
        print(f"  {pages} pages : {seconds:.1f} s de calcul, {seconds / pages * 1000:.0f} ms par page", flush=True)


def _exports(bars: Bars) -> None:
    for name, reference, what in (
        ("workbook", "writer", "classeur des résultats"),
        ("package", "csv", "paquet de données"),
    ):
        ours, alone = step(SCRIPT, name), step(SCRIPT, reference)
        print(f"  {what} : {ours['rows']} lignes, {ours['seconds']:.1f} s, {ours['megabytes']:.0f} Mo", flush=True)
        bars.check(f"{what}, contre l'écriture seule", ours["seconds"] / alone["alone"], 1.5, "fois")


def _second_start(bars: Bars) -> None:
    """`manage.py demo` once more in a folder already filled (SQLite), until the first page answers."""
    with tempfile.TemporaryDirectory() as folder:
        own = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
        own |= {"SUIVI_VAR": folder}
        command = [sys.executable, str(HERE.parent / "manage.py"), "demo"]
        subprocess.run([*command, "--no-serve"], env=own, check=True, stdout=subprocess.DEVNULL)
        began = time.monotonic()
        server = subprocess.Popen(command, env=own, stdout=subprocess.DEVNULL)
        try:
            _until_it_answers("http://127.0.0.1:8000/connexion/", 120)
            bars.check("second départ de la démonstration, jusqu'à la première page", time.monotonic() - began, 15)
        finally:
            server.terminate()
            server.wait()


PARTS = {"pages": _pages, "documents": _documents, "exports": _exports, "start": _second_start}


def run(only: str) -> Bars:
    """Fill, measure, print."""
    bars = Bars()
    if only != "start":
        filled = step(SCRIPT, "fill")
        print(
            f"démonstration : {filled['observations']} valeurs, {filled['results']} résultats ; {machine()}", flush=True
        )
    for name, part in PARTS.items():
        if only in ("", name):
            part(bars)
    return bars


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", choices=["", *PARTS])
    parser.add_argument("--step")
    options = parser.parse_args()
    if options.step is None:
        with tempfile.TemporaryDirectory() as folder:
            os.environ["SUIVI_VAR"] = folder
            sys.exit(run(options.only).end())
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    dataset.set_up()
    tell(STEPS[options.step])
