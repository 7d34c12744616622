"""People browsing and files imported at once, then the memory of each process over time.

    scripts/services.py run -- python benchmarks/load.py [--people 200] [--imports 20] [--minutes 3] [--think 10]

The site as in production: gunicorn with two synchronous workers, a Celery worker with its beat, PostgreSQL, Redis.
Each person is a thread with an account of its own, who reads a page, thinks, reads another; each import is a caisse
that sends its file through the site, twice at once as a double click does, follows the check, confirms, waits.
`--rounds N` sends N files one after the other for each caisse. Fails (status 1) on an error, a lost or doubled write,
a process whose memory grows (more than `GROWTH` between the second and the last quarter of a long run).
"""

import argparse
import http.client
import os
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
VAR = Path(tempfile.mkdtemp(prefix="suivi-charge-"))
os.environ |= {
    "SUIVI_VAR": str(VAR), "SUIVI_MODE": "demonstration", "DJANGO_SETTINGS_MODULE": "cog.settings",
    "SUIVI_FILES_A_MINUTE": "100000", "SUIVI_SEARCHES_A_MINUTE": "100000",
}  # fmt: skip
if not os.environ.get("DATABASE_URL", "").startswith("postgres") or not os.environ.get("REDIS_URL"):
    sys.exit("lancer par : scripts/services.py run -- python benchmarks/load.py")

import django  # noqa: E402 - only once the environment is set

django.setup()

from django.conf import settings  # noqa: E402 - once set up
from django.core.management import call_command  # noqa: E402 - once set up
from django.db import connection, connections  # noqa: E402 - once set up
from django.test import Client  # noqa: E402 - once set up
from django.utils import timezone  # noqa: E402 - once set up

from cog.models import AuditEvent, Convention, Fiche, Membership, Organisation, User  # noqa: E402 - once set up
from cog.operations import command_account, load_convention  # noqa: E402 - once set up
from cog.periods import parse  # noqa: E402 - once set up
from indicators.enums import BatchState  # noqa: E402 - once set up
from indicators.models import ImportBatch, Observation  # noqa: E402 - once set up
from indicators.operations import accept_batch, compute_results, receive_batch  # noqa: E402 - once set up

settings.ALLOWED_HOSTS = ["*"]  # of the client that opens the sessions; the site served has its own
SHARES = {"caf": 0.5, "contributeur": 0.25, "pilotage": 0.1, "tutelle": 0.05, "conseil": 0.05, "controle": 0.05}
COMMON = ["/", "/fiches/", "/fiches/10/", "/indicateurs/", "/indicateurs/F10-21/?periode=2014-T1", "/actions/",
          "/aide/", "/anomalies/", "/glossaire/?mots=rsa", "/budgets/", "/calendrier/", "/actions/10-3/"]  # fmt: skip
PAGES = {
    "caf": [*COMMON, "/remontees/", "/caisses/", "/remontees/attendu/?transmission=2014-T1"],
    "contributeur": [*COMMON, "/explications/?transmission=2014-T1",
                     "/indicateurs/F10-21/tableaux.xlsx?periode=2014-T1",
                     "/indicateurs/F10-21/serie.svg?periode=2014-T1", "/caisses/011/"],
    "pilotage": [*COMMON, "/campagnes/", "/remontees/", "/fiches/10/fiche.pdf?au=2014-03-31", "/remontees/attendu/",
                 "/explications/?transmission=2014-T1", "/travaux/"],
    "tutelle": [*COMMON, "/transmissions/", "/actions/engagements/", "/documents/"],
    "conseil": [*COMMON, "/documents/"],
    "controle": [*COMMON, "/explications/?transmission=2014-T1", "/budgets/fnga/2014/"],
}  # fmt: skip
MONTHS = ("2014-01", "2014-02", "2014-03")
GROWTH = 1.10


@dataclass
class Told:
    """What everyone saw, gathered under a lock."""

    seconds: list[float] = field(default_factory=list)
    codes: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    imports: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, seconds: float, code: int, what: str) -> None:
        with self.lock:
            self.seconds.append(seconds)
            self.codes[code] += 1
            if code not in (200, 302):
                self.wrong.append(f"{code} {what}")


class Browser:
    """One account's session, over sockets of its own: a request, a connection, as the proxy makes them."""

    def __init__(self, port: int, cookie: str, told: Told) -> None:
        self._port, self._told = port, told
        self._cookies = {settings.SESSION_COOKIE_NAME: cookie}

    def ask(self, path: str, body: bytes = b"", kind: str = "") -> tuple[int, str, str]:
        """Code, address one is led to, body."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if body:
            headers |= {"Content-Type": kind, "Referer": f"http://127.0.0.1:{self._port}{path}"}
        start = time.monotonic()
        line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=120)
        try:
            line.request("POST" if body else "GET", path, body or None, headers)
            answer = line.getresponse()
            data = answer.read()
            for header in answer.headers.get_all("Set-Cookie") or ():
                name, _, value = header.partition(";")[0].partition("=")
                self._cookies[name] = value
            told = answer.status, urlsplit(answer.headers.get("Location") or "").path, data.decode("utf-8", "replace")
        except OSError as error:
            told = 599, "", repr(error)
        finally:
            line.close()
        self._told.add(time.monotonic() - start, told[0], path)
        return told

    def token(self, path: str) -> str:
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.ask(path)[2])
        return found[1] if found else ""


def browse(browser: Browser, pages: list[str], think: float, end: float, chance: random.Random) -> None:
    time.sleep(chance.uniform(0, think))
    while time.monotonic() < end:
        browser.ask(chance.choice(pages))
        time.sleep(chance.expovariate(1 / think))


def send_one(browser: Browser, code: str, version: int, told: Told, starting: threading.Barrier) -> None:
    """A file through the three steps of the site, with all the other caisses; the first step is a double click."""
    starting.wait(600)
    start = time.monotonic()
    body, kind = _multipart(code, version, browser.token("/remontees/envoyer/"))
    answers: list[tuple[int, str, str]] = []
    clicks = [
        threading.Thread(target=lambda: answers.append(browser.ask("/remontees/envoyer/", body, kind)))
        for _ in range(2)
    ]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join()
    places = {place for _, place, _ in answers}
    place = places.pop()
    if places or not re.fullmatch(r"/remontees/\d+/", place):
        told.wrong.append(f"envoi de {code}, version {version} : mené à {[answer[:2] for answer in answers]}")
        return
    batch = int(place.strip("/").rpartition("/")[2])
    state = _wait(batch, {BatchState.CHECKED}, 300)
    if state == BatchState.CHECKED:
        sent = {"csrfmiddlewaretoken": browser.token(place + "confirmer/"), "motif": "charge"}
        browser.ask(place + "confirmer/", urlencode(sent).encode(), "application/x-www-form-urlencoded")
        state = _wait(batch, {BatchState.ACCEPTED}, 300)
    if state != BatchState.ACCEPTED:
        told.wrong.append(f"lot {batch} de {code} resté {state}")
    with told.lock:
        told.imports.append(time.monotonic() - start)


def _wait(batch: int, wanted: set[str], seconds: float) -> str:
    end, state = time.monotonic() + seconds, ""
    while time.monotonic() < end:
        state = ImportBatch.objects.values_list("state", flat=True).get(pk=batch)
        if state in wanted:
            break
        time.sleep(1)
    return state


def values_of(code: str, version: int) -> dict[tuple[str, str], int]:
    """What a caisse says: every version corrects every value."""
    base = 1000 + 10 * version + int(re.sub(r"\D", "", code)) % 7
    return {(name, month): base - (100 if name.endswith("15j") else 0)
            for name in ("pieces_traitees", "pieces_traitees_15j") for month in MONTHS}  # fmt: skip


def _file(code: str, version: int) -> bytes:
    lines = [f"{name},{code},{month},,{value}" for (name, month), value in values_of(code, version).items()]
    return "\n".join(["mesure,caisse,periode,ventilation,valeur", *lines, ""]).encode()


def _multipart(code: str, version: int, token: str) -> tuple[bytes, str]:
    mark = "----suivi-charge"
    parts = [f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
             for name, value in (("csrfmiddlewaretoken", token), ("caisse", code))]  # fmt: skip
    named = f'form-data; name="fichier"; filename="{code}-{version}.csv"'
    head = f"--{mark}\r\nContent-Disposition: {named}\r\nContent-Type: text/csv\r\n\r\n"
    body = "".join(parts).encode() + head.encode() + _file(code, version) + f"\r\n--{mark}--\r\n".encode()
    return body, f"multipart/form-data; boundary={mark}"


# --- The site -------------------------------------------------------------------------------------------------------


def fill(people: int, imports: int) -> tuple[list[tuple[str, User]], list[tuple[str, User]]]:
    """The convention, a quarter of a hundred caisses, its results; the accounts that browse, those that send."""
    by, at = command_account(), timezone.now()
    load_convention(path=ROOT / "fixtures" / "cog-2013-2017", by=by, at=at)
    convention = Convention.objects.get(code="cog-2013-2017")
    caisses = list(Organisation.objects.filter(convention=convention).caisses().order_by("code"))
    rows = b"".join(_file(body.code, 0).partition(b"\n")[2] for body in caisses)
    data = b"mesure,caisse,periode,ventilation,valeur\n" + rows
    received = receive_batch(convention=convention, file_name="t1.csv", data=data, by=by, at=at, simulated=True)
    accept_batch(batch=received.batch, by=by, at=at, reason="charge")
    compute_results(convention=convention, periods=[parse("2014-T1")], by=by, at=at, progress=lambda *told: None)
    fiches = list(Fiche.objects.filter(convention=convention).order_by("number"))
    browsing = []
    for role, share in SHARES.items():
        for rank in range(max(1, round(people * share))):
            user = _account(f"{role}-{rank}", role, caisses[rank % len(caisses)] if role == "caf" else None)
            if role == "contributeur":
                user.memberships.get().fiches.add(fiches[rank % len(fiches)])
            browsing.append((role, user))
    sending = [(body.code, _account(f"envoi-{body.code}", "caf", body)) for body in caisses[:imports]]
    return browsing[:people], sending


def _account(name: str, role: str, body: Organisation | None) -> User:
    user = User.objects.create(email=f"{name}@charge.invalid", name=name, password="!")
    Membership.objects.create(user=user, role=role, organisation=body)
    return user


def session_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def start(name: str, *command: str) -> subprocess.Popen[bytes]:
    with (VAR / f"{name}.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", *command], cwd=ROOT, stdout=log, stderr=log, start_new_session=True
        )


def memory(processes: dict[str, subprocess.Popen[bytes]]) -> dict[str, int]:
    """KiB held by each kind of process and its children."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            number, _, rest = stat.read_text().partition(" (")
            parents[int(number)] = int(rest.rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
    held = {}
    for name, process in processes.items():
        family, grown = {process.pid}, True
        while grown:
            more = {child for child, parent in parents.items() if parent in family} - family
            family, grown = family | more, bool(more)
        held[name] = sum(_rss(number) for number in family)
    return held


def _rss(number: int) -> int:
    try:
        found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{number}/status").read_text())
    except OSError:
        return 0
    return int(found[1]) if found else 0


def checked_writes(sending: list[tuple[str, User]], rounds: int) -> list[str]:
    """What is wrong in the base once all is sent: lost, doubled or mixed values."""
    wrong = []
    for code, _ in sending:
        rows = Observation.objects.filter(organisation__code=code, closed_by__isnull=True, breakdown="")
        held = Counter(rows.values_list("measure__code", "period"))
        values = {
            (name, month): int(value) for name, month, value in rows.values_list("measure__code", "period", "value")
        }
        if set(held.values()) != {1} or values != values_of(code, rounds):
            wrong.append(f"{code} : {values}, attendu {values_of(code, rounds)}")
    batches = ImportBatch.objects.filter(received_by__email__startswith="envoi-")
    wanted = len(sending) * rounds
    states = Counter(batches.values_list("state", flat=True))
    if states != Counter({BatchState.ACCEPTED: wanted}):
        wrong.append(f"lots : {dict(states)}, attendu {wanted} acceptés")
    traces = AuditEvent.objects.filter(by__email__startswith="envoi-", action="observations.accepted").count()
    if traces != wanted:
        wrong.append(f"{traces} traces d'acceptation pour {wanted} lots")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--imports", type=int, default=20)
    parser.add_argument(
        "--rounds", type=int, default=1, help="fichiers successifs de chaque caisse, répartis sur la durée"
    )
    parser.add_argument("--minutes", type=float, default=3)
    parser.add_argument("--think", type=float, default=10, help="secondes entre deux pages d'une personne, en moyenne")
    parser.add_argument("--web", type=int, default=2, help="processus web")
    asked = parser.parse_args()
    call_command("migrate", verbosity=0)
    browsing, sending = fill(asked.people, asked.imports)
    sessions = {user.pk: session_of(user) for _, user in [*browsing, *sending]}
    connections.close_all()
    port = 20_000 + os.getpid() % 20_000
    web = ("gunicorn", "cog.wsgi:application", "-b", f"127.0.0.1:{port}", "-w", str(asked.web), "--timeout", "60",
           "--max-requests", "2000", "--max-requests-jitter", "200", "--backlog", "512")  # fmt: skip
    os.environ["ALLOWED_HOSTS"] = "127.0.0.1"
    running = {"web": start("web", *web),
               "worker": start("worker", "celery", "-A", "cog", "worker", "-c", "2", "-l", "warning"),
               "beat": start("beat", "celery", "-A", "cog", "beat", "-s", str(VAR / "beat"),
                             "--pidfile", "")}  # fmt: skip
    told, samples = Told(), []
    try:
        _wait_for(port)
        begun = time.monotonic()
        end = begun + asked.minutes * 60
        chance = random.Random(2013)
        threads = [
            threading.Thread(target=browse, args=(Browser(port, sessions[user.pk], told), PAGES[role], asked.think, end,
                                                  random.Random(chance.random())))
            for role, user in browsing
        ]  # fmt: skip
        starting = threading.Barrier(asked.imports) if asked.imports else None
        threads += [
            threading.Thread(
                target=send_rounds, args=(Browser(port, sessions[user.pk], told), code, asked, told, starting, end)
            )
            for code, user in sending
        ]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            samples.append((time.monotonic() - begun, memory(running)))
            time.sleep(5)
        lasted = time.monotonic() - begun
        wrong = told.wrong + checked_writes(sending, asked.rounds)
        return _report(asked, told, samples, wrong, lasted)
    finally:
        for process in running.values():
            os.killpg(process.pid, signal.SIGTERM)
        for process in running.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
        connection.close()
        shutil.rmtree(VAR, ignore_errors=True)


def send_rounds(
    browser: Browser, code: str, asked: argparse.Namespace, told: Told, starting: threading.Barrier, end: float
) -> None:
    """The rounds of a caisse, spread over the time there is; version 0 is what the site was filled with."""
    for version in range(1, asked.rounds + 1):
        send_one(browser, code, version, told, starting)
        if version < asked.rounds:
            left = end - time.monotonic()
            time.sleep(max(0.0, left / (asked.rounds - version + 1)))
    connections.close_all()


def _wait_for(port: int) -> None:
    for _ in range(120):
        try:
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            line.request("GET", "/connexion/")
            if line.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.5)
    sys.exit((VAR / "web.log").read_text()[-2000:])


def _report(asked: argparse.Namespace, told: Told, samples: list, wrong: list[str], lasted: float) -> int:
    print(f"{asked.people} personnes, {asked.imports} imports à la fois × {asked.rounds}, {lasted / 60:.1f} min, "
          f"charge de la machine {os.getloadavg()[0]:.1f}")  # fmt: skip
    cuts = statistics.quantiles(told.seconds, n=100)
    print(f"requêtes : {len(told.seconds)} ({len(told.seconds) / lasted:.1f}/s), codes {dict(told.codes)}")
    print(
        f"durées : médiane {cuts[49]:.2f} s, p95 {cuts[94]:.2f} s, p99 {cuts[98]:.2f} s, "
        f"la plus longue {max(told.seconds):.2f} s"
    )
    if told.imports:
        print(
            f"imports, du clic à l'acceptation : médiane {statistics.median(told.imports):.1f} s, "
            f"le plus long {max(told.imports):.1f} s"
        )
    for name in ("web", "worker", "beat"):
        held = [sample[name] / 1024 for _, sample in samples]
        quarter = max(1, len(held) // 4)
        second, last = statistics.mean(held[quarter : 2 * quarter] or held), statistics.mean(held[-quarter:])
        print(
            f"mémoire {name} : {held[0]:.0f} Mio au départ, {second:.0f} au 2e quart, "
            f"{last:.0f} au dernier, {max(held):.0f} au plus"
        )
        if asked.minutes >= 15 and last > second * GROWTH:
            wrong.append(f"la mémoire de {name} croît : {second:.0f} puis {last:.0f} Mio")
    for line in wrong[:30]:
        print("✗", line)
    print(f"✗ {len(wrong)} défauts" if wrong else "✓ aucune erreur, aucune écriture perdue ni doublée")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
