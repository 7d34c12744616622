"""What every request passes through (cog/guards.py, cog/incidents.py): each guard seen from outside."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.core.cache.backends.redis import RedisCache
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from django.utils import timezone

from cog import guards, incidents, urls
from cog.demo import open_accounts
from cog.guards import WriteOnRead
from cog.models import AuditEvent, Convention, User
from cog.operations import command_account
from tests.house.test_settings import GOOD, python

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2]
SECRET = "canari-secret-4821"


@login_not_required
def breaks(request: HttpRequest) -> HttpResponse:
    raise ValueError(f"valeur confidentielle {SECRET}")


@login_not_required
def sleeps(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(5)")
    return HttpResponse("trop tard")


@login_not_required
def writes(request: HttpRequest) -> HttpResponse:
    AuditEvent.objects.create(action="essai", subject=SECRET, at=timezone.now())
    return HttpResponse("écrit")


@login_not_required
def missing(request: HttpRequest) -> HttpResponse:
    raise Http404("Cette chose-là n'existe pas.")


urlpatterns = [
    *urls.urlpatterns,
    path("essai/panne/", breaks),
    path("essai/lent/", sleeps),
    path("essai/ecrit/", writes, name="essai-ecrit"),
    path("essai/absent/", missing),
]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500


@pytest.fixture(autouse=True)
def _more_addresses(settings: Any) -> Iterator[None]:
    settings.ROOT_URLCONF = __name__
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def steering(convention: Convention) -> Client:
    open_accounts(code=convention.code, by=command_account(), at=timezone.now())
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(email="pilotage@demo.invalid"))
    return client


def _number(answer: Any) -> str:
    found = re.search(r"incident <strong>([0-9A-F]{8})</strong>", answer.content.decode())
    assert found, answer.content.decode()[-600:]
    return found[1]


ERRORS = {
    400: lambda client: client.get("/", headers={"host": "evil.example"}),
    403: lambda client: Client(enforce_csrf_checks=True).post("/connexion/", {"username": "x"}),
    404: lambda client: client.get("/essai/absent/"),
    413: lambda client: client.post("/connexion/", b"x", "application/octet-stream", CONTENT_LENGTH=str(10**9)),
    500: lambda client: client.get("/essai/panne/"),
}


@pytest.mark.parametrize("code", ERRORS)
def test_an_error_page_has_the_number_of_the_log_and_nothing_of_the_inside(
    code: int, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "cog.incidents"):
        answer = ERRORS[code](Client(raise_request_exception=False))
    assert answer.status_code == code
    number = _number(answer)
    lines = [record for record in caplog.records if getattr(record, "incident", "") == number]
    assert len(lines) == 1
    assert (lines[0].code, lines[0].levelno) == (code, logging.ERROR if code >= 500 else logging.WARNING)
    body = answer.content.decode()
    for inside in (SECRET, "Traceback", "ValueError", "django", "site-packages", str(ROOT)):
        assert inside not in body, inside
    assert "Cette chose-là n&#x27;existe pas." in body or code != 404
    assert "unsafe" not in answer["Content-Security-Policy"] and answer["X-Content-Type-Options"] == "nosniff"


def test_the_page_of_a_server_error_asks_nothing_of_the_database(django_assert_num_queries: Any) -> None:
    client = Client(raise_request_exception=False)
    with django_assert_num_queries(0):
        assert client.get("/essai/panne/").status_code == 500


def test_too_many_fields_is_too_large(settings: Any) -> None:
    answer = Client().post(
        "/connexion/", {f"champ{rank}": "x" for rank in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)}
    )
    assert answer.status_code == 413
    assert "Envoi trop volumineux" in answer.content.decode()


def test_a_newline_in_an_address_stays_on_its_line_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "cog.incidents"):
        Client().get("/connexion/%0aERROR%20faux%20incident/%E2%80%AE")
    told = [record.getMessage() for record in caplog.records if record.name == "cog.incidents"]
    assert len(told) == 1
    assert "\n" not in told[0] and "\u202e" not in told[0]
    assert "\\nERROR faux incident" in told[0]


def test_a_traceback_tells_places_and_types_never_what_was_said() -> None:
    """F68: what an exception says may hold a name or a figure."""
    formatter = incidents.DiscreetFormatter("%(message)s")
    try:
        try:
            int(SECRET)
        except ValueError as error:
            raise KeyError(f"Duval {SECRET}") from error
    except KeyError:
        import sys

        record = logging.LogRecord("essai", logging.ERROR, __file__, 1, "incident", (), sys.exc_info())
    text = formatter.format(record)
    assert SECRET not in text and "Duval" not in text
    assert "builtins.ValueError" in text and "builtins.KeyError" in text
    assert f"{__file__}:" in text
    assert SECRET in logging.Formatter("%(message)s").format(
        logging.LogRecord("essai", logging.ERROR, __file__, 1, "incident", (), record.exc_info)
    ), "the ordinary formatter would have told it"


def test_nothing_sends_error_reports_outside(settings: Any) -> None:
    assert settings.ADMINS == [] and settings.MANAGERS == []
    read = python(
        "-c", "import sys, django; django.setup(); print([m for m in sys.modules if 'sentry' in m])", var=ROOT / "var"
    )
    assert read.stdout.strip() == "[]", read.stderr


def test_a_control_in_a_text_is_refused_and_named() -> None:
    """F19: in a form, a query, an address."""
    client = Client()
    for answer in (
        client.post("/essai/ecrit/", {"text": "a\x07b"}),
        client.get("/connexion/", {"next": "a\x07b"}),
        client.get("/connexion/%07/"),
    ):
        assert answer.status_code == 400
        assert "U+0007" in answer.content.decode() and "\x07" not in answer.content.decode()
    assert client.get("/connexion/", {"x": "a\x00b"}).status_code == 400
    assert not AuditEvent.objects.filter(subject=SECRET).exists()
    said = "É\u202etxt\u2066 \U0001f600\tun\r\ndeux"  # the twin: what people write, in whatever script
    assert client.post("/essai/ecrit/", {"text": said}).status_code == 200
    assert client.get("/connexion/", {"x": said}).status_code == 200


# --- Size, frequency ------------------------------------------------------------------------------------------------


def test_costly_pages_are_counted_by_account(steering: Client, settings: Any, convention: Convention) -> None:
    settings.COSTLY_A_MINUTE = {"file": 3, "search": 2}
    address = "/glossaire/tableau.csv"
    codes = [steering.get(address).status_code for _ in range(5)]
    assert codes[:3] == [200, 200, 200]
    assert 429 in codes[3:], "a minute may have begun meanwhile"
    searches = [steering.get("/glossaire/?mots=rsa") for _ in range(4)]
    assert [answer.status_code for answer in searches][:2] == [200, 200]
    refused = next(answer for answer in searches if answer.status_code == 429)
    assert refused["Retry-After"] == "60" and "attendre une minute" in refused.content.decode()
    _number(refused)
    assert steering.get("/glossaire/").status_code == 200, "what costs little is not counted"
    other = Client()
    other.force_login(User.objects.get(email="controle@demo.invalid"))
    assert other.get(address).status_code == 200, "one account does not use up another's share"


def test_a_cache_that_does_not_answer_stops_nobody(
    steering: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.COSTLY_A_MINUTE = {"file": 1, "search": 1}
    nobody = RedisCache("redis://127.0.0.1:1/0", {"OPTIONS": {"socket_connect_timeout": 1}})
    monkeypatch.setattr(guards, "cache", nobody)
    assert [steering.get("/glossaire/tableau.csv").status_code for _ in range(3)] == [200, 200, 200]


# --- Reading writes nothing -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_a_reading_that_writes_is_refused_and_nothing_is_written(method: str) -> None:
    with pytest.raises(WriteOnRead), transaction.atomic():
        getattr(Client(), method)("/essai/ecrit/")
    assert not AuditEvent.objects.filter(subject=SECRET).exists()


def test_a_form_without_its_token_writes_nothing() -> None:
    """F54: a POST that another site made a browser send."""
    assert Client(enforce_csrf_checks=True).post("/essai/ecrit/").status_code == 403
    assert not AuditEvent.objects.filter(subject=SECRET).exists()


def test_a_post_writes_and_so_does_a_view_that_is_named(settings: Any) -> None:
    assert Client().post("/essai/ecrit/").status_code == 200
    settings.GET_MAY_WRITE = {"essai-ecrit"}
    assert Client().get("/essai/ecrit/").status_code == 200
    assert AuditEvent.objects.filter(subject=SECRET).count() == 2


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO t VALUES (1)", " update t set a = 1", "DELETE FROM t", "TRUNCATE t", "COPY t FROM STDIN",
        "WITH gone AS (DELETE FROM t RETURNING *) SELECT * FROM gone", "DO $$ BEGIN END $$", "DROP TABLE t", "CALL f()",
        "with x as (select 1) update t set a = 1", "/* SELECT */ UPDATE t SET a = 1",
    ],
)  # fmt: skip
def test_what_is_not_a_reading_is_a_writing(sql: str) -> None:
    from cog.guards import _writes

    assert _writes(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1", '(SELECT 1) UNION (SELECT 2)', "WITH x AS (SELECT 1) SELECT * FROM x", 'SAVEPOINT "a"',
        "SELECT a FROM t FOR UPDATE", "RELEASE SAVEPOINT a", "WITH x AS (SELECT 1) SELECT * FROM x FOR UPDATE OF t",
    ],
)  # fmt: skip
def test_a_reading_is_let_through(sql: str) -> None:
    from cog.guards import _writes

    assert not _writes(sql)


# --- The database gives up ------------------------------------------------------------------------------------------


def test_a_question_that_lasts_ends_in_a_readable_page(caplog: pytest.LogCaptureFixture) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite n'a pas de délai par question")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '100ms'")
    answer = Client(raise_request_exception=False).get("/essai/lent/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    body = answer.content.decode()
    assert "dépasse le temps permis" in body and "n'a rien enregistré" in body
    assert _number(answer) in caplog.text


ASK = """
import django; django.setup()
from cog import wsgi
from django.db import connection, transaction
with connection.cursor() as cursor:
    for name in ("statement_timeout", "lock_timeout"):
        cursor.execute("SHOW " + name); print(cursor.fetchone()[0])
"""


@pytest.mark.parametrize(("process", "told"), [("web", ["10s", "5s"]), ("", ["0", "0"])])
def test_pages_have_time_outs_that_jobs_have_not(process: str, told: list[str], tmp_path: Path) -> None:
    """The whole way: the WSGI entry point says it is the web, the connection it opens gives up in time."""
    import os

    if connection.vendor != "postgresql":
        pytest.skip("SQLite n'a pas de délai par question")
    said = {"DATABASE_URL": os.environ["DATABASE_URL"]}
    program = ASK if not process else "import cog.wsgi\n" + ASK
    program = program if process else program.replace("from cog import wsgi\n", "")
    answer = python("-c", program, var=tmp_path, **said)
    assert answer.stdout.split() == told, answer.stderr


# --- Headers, cookies, host -----------------------------------------------------------------------------------------


def test_what_an_account_is_told_is_kept_nowhere(steering: Client) -> None:
    for address in ("/", "/indicateurs/", "/glossaire/tableau.csv", "/adresse-inconnue/"):
        assert "no-store" in steering.get(address)["Cache-Control"], address
    anonymous = Client().get("/donnees/publiees/")
    assert "no-store" not in anonymous.get("Cache-Control", "")


HEADERS = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
PRODUCTION = """
import django; django.setup()
import json
from django.conf import settings
settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
from django.test import RequestFactory
from cog.wsgi import application
said = {}
def start(status, headers, *more): said.update(status=status, headers=dict(headers))
def ask(path, host, **more):
    environ = RequestFactory().get(path, **more).environ | {"HTTP_HOST": host}
    body = b"".join(application(environ, start))
    return {"status": int(said["status"][:3]), "headers": said["headers"], "body": body.decode()}
https = {"HTTP_X_FORWARDED_PROTO": "https"}
print(json.dumps({
    "login": ask("/aide/", "suivi.example", **https),
    "clear": ask("/aide/", "suivi.example"),
    "forged": ask("/aide/", "evil.example", **https),
    "forwarded": ask("/aide/", "suivi.example", HTTP_X_FORWARDED_HOST="evil.example", **https),
    "cookies": [settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.SESSION_COOKIE_SECURE,
                settings.CSRF_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY, settings.SESSION_COOKIE_SAMESITE,
                settings.SESSION_COOKIE_DOMAIN, settings.SESSION_COOKIE_PATH],
}))
"""


def test_production_answers_with_its_headers_over_tls_for_its_own_host_only(tmp_path: Path) -> None:
    """The production settings as they are, through the WSGI entry point."""
    import json

    told = python("-c", PRODUCTION, var=tmp_path, **GOOD)
    assert told.returncode == 0, told.stderr
    answers = json.loads(told.stdout)
    assert answers["login"]["status"] == 302
    for name, value in HEADERS.items():
        assert answers["login"]["headers"][name] == value, name
    policy = answers["login"]["headers"]["Content-Security-Policy"]
    for part in ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert part in policy
    assert "camera=()" in answers["login"]["headers"]["Permissions-Policy"]
    assert answers["clear"]["status"] == 301
    assert answers["clear"]["headers"]["Location"].startswith("https://suivi.example/")
    assert answers["forged"]["status"] == 400 and "evil.example" not in answers["forged"]["body"]
    assert "evil.example" not in json.dumps(answers["forwarded"])
    assert answers["cookies"] == ["__Host-session", "__Host-csrf", True, True, True, "Lax", None, "/"]


def test_the_proxy_takes_no_more_than_the_application(settings: Any) -> None:
    said = re.search(r"client_max_body_size (\d+)m;", (ROOT / "docker" / "nginx.conf").read_text())
    assert said and int(said[1]) * 1024**2 == settings.MAX_REQUEST_BYTES
