"""What every test has: settings of its own, no network but this machine, and a real Chromium on request.

The database is the one of DATABASE_URL (`make test` gives a private PostgreSQL), else an SQLite file; a test
that does not ask for it (`db`, `transactional_db`, `@pytest.mark.django_db`) is refused it by pytest-django.
"""

import atexit
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parent.parent

# --- Settings: read only now, with a folder of ours in the place of ./var ---------------------------------
# pytest-django loads the settings that pyproject.toml names before any conftest, which would open ./var.
if "cog.settings" in sys.modules:
    raise pytest.UsageError(
        "cog.settings was loaded before tests/conftest.py, with the real ./var: "
        "run pytest without DJANGO_SETTINGS_MODULE and without --ds."
    )
_VAR = tempfile.mkdtemp(prefix="suivi-tests-")
atexit.register(shutil.rmtree, _VAR, ignore_errors=True)
os.environ["SUIVI_VAR"] = _VAR
os.environ["SUIVI_MODE"] = "demonstration"
_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
if os.environ.get("REDIS_URL"):  # each process of a parallel run has a Redis of its own, as it has its database
    os.environ["REDIS_URL"] = f"{os.environ['REDIS_URL'].rpartition('/')[0]}/{_WORKER}"
os.environ["DJANGO_SETTINGS_MODULE"] = "cog.settings"
for _name in ("DEBUG", "SECRET_KEY", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "SUIVI_CONVENTION"):
    os.environ.pop(_name, None)

import django  # noqa: E402 - only once the environment is set

django.setup()  # so that a conftest below this one may import models

from django.conf import settings  # noqa: E402 - only once set up

os.environ.pop("DJANGO_SETTINGS_MODULE")  # or the processes of a parallel run would read settings before this file

if os.environ.get("SUIVI_TEST_FILE"):  # SQLite in a file, for the tests whose other processes must see it
    settings.DATABASES["default"]["TEST"]["NAME"] = str(Path(_VAR) / "essais.sqlite3")
settings.COSTLY_A_MINUTE = {"file": 10**6, "search": 10**6}  # a test asks in a second what a person does in an hour
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # Argon2 is slow on purpose


# --- Network: this machine only ---------------------------------------------------------------------------
class OutsideNetwork(RuntimeError):
    """A test tried to reach another machine."""


_OTHERS = {urlsplit(os.environ.get(name, "")).hostname for name in ("DATABASE_URL", "REDIS_URL")} - {None}


def _refuse_outside(address: Any) -> None:
    host = address[0] if isinstance(address, tuple) else address
    host = host.decode() if isinstance(host, bytes) else host
    if host in (None, "", "localhost", "::1", "::", "0.0.0.0") or host.startswith("127.") or host in _OTHERS:
        return
    raise OutsideNetwork(f"tests reach this machine only, not {host!r}")


class _LocalSocket(socket.socket):
    """A socket that goes no further than this machine."""

    def connect(self, address: Any) -> None:
        if self.family != socket.AF_UNIX:
            _refuse_outside(address)
        super().connect(address)

    def connect_ex(self, address: Any) -> int:
        if self.family != socket.AF_UNIX:
            _refuse_outside(address)
        return super().connect_ex(address)

    def sendto(self, *arguments: Any) -> int:
        if self.family != socket.AF_UNIX:
            _refuse_outside(arguments[-1])
        return super().sendto(*arguments)


_getaddrinfo = socket.getaddrinfo


def _local_getaddrinfo(host: Any, *arguments: Any, **options: Any) -> Any:
    _refuse_outside(host)
    return _getaddrinfo(host, *arguments, **options)


@pytest.fixture(scope="session", autouse=True)
def _this_machine_only() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "socket", _LocalSocket)
        patch.setattr(socket, "getaddrinfo", _local_getaddrinfo)
        yield


# --- Frozen tables: the database refuses to empty them, which only the end of a transactional test may do ------
@pytest.fixture(scope="session", autouse=True)
def _frozen_tables_thaw_between_tests() -> Iterator[None]:
    from django.db import connection

    from cog import frozen

    operations = type(connection.ops)
    flush = operations.execute_sql_flush

    def thawed(self: Any, sql_list: list[str]) -> None:
        for table in frozen.TABLES:
            frozen.thaw(self.connection, table)
        try:
            flush(self, sql_list)
        finally:
            for table in frozen.TABLES:
                frozen.freeze(self.connection, table)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "execute_sql_flush", thawed)
        yield


# --- The convention: loaded once, found whole by every test that asks for a database -------------------------
CONVENTION_FOLDER = ROOT / "fixtures" / "cog-2013-2017"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The convention of 2013-2017 stands in the test database; a transactional test (run last) loads it again."""
    with django_db_blocker.unblock():
        _load_convention()


def _load_convention() -> Any:
    from django.utils import timezone

    from cog.models import Convention
    from cog.operations import command_account, load_convention

    load_convention(path=CONVENTION_FOLDER, by=command_account(), at=timezone.now())
    return Convention.objects.get(code="cog-2013-2017")


@pytest.fixture
def convention(db: None) -> Any:
    """The loaded convention."""
    from cog.models import Convention

    return Convention.objects.get(code="cog-2013-2017")


@pytest.fixture
def reloaded_convention(transactional_db: None) -> Any:
    """The convention, for a test whose database is emptied after it (live server, real worker)."""
    return _load_convention()


def pytest_itemcollected(item: pytest.Item) -> None:
    """A parallel run hands out whole groups: a file, and what it holds that empties the database apart."""
    item.add_marker(pytest.mark.xdist_group(f"{item.path.relative_to(ROOT)}{'#' * _empties_the_database(item)}"))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that empty the database run after all others, those whose module keeps data of its own included.

    The longest file goes first, or one process of a parallel run would end alone with it.
    """
    items.sort(key=lambda item: (_empties_the_database(item), item.path.name != LONGEST))


LONGEST = "test_pages.py"


def _empties_the_database(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    return bool(marker and marker.kwargs.get("transaction")) or "transactional_db" in getattr(item, "fixturenames", ())


# --- Files that lie beside the repository -----------------------------------------------------------------
@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The reference data kept beside the repository."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("../shared absent")
    return folder


# --- A real browser ---------------------------------------------------------------------------------------
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
]


def _close_connections() -> None:
    from django.db import connections

    connections.close_all()


@pytest.fixture(scope="session")
def chromium() -> Iterator["Browser"]:
    """One Chromium for the whole run; absent is a failure, since a skipped journey would look like a pass."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        pytest.fail(
            "Chromium est introuvable : lancer « bash scripts/setup.sh dev » (Chromium is missing).",
            pytrace=False,
        )
    from playwright.sync_api import sync_playwright

    with pytest.MonkeyPatch.context() as patch:
        # Playwright's loop runs in this thread, and Django takes the test's queries for asynchronous ones.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM_FLAGS)
            yield browser
            _close_connections()  # under Playwright's loop Django opens some of its own, which hold the test database
            browser.close()


@pytest.fixture
def page(chromium: "Browser") -> Iterator["Page"]:
    """A new French visitor; a script error or a broken content policy on any page fails the test."""
    context = chromium.new_context(locale="fr-FR", timezone_id="Europe/Paris", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(15_000)
    page = context.new_page()
    faults: list[str] = []
    context.on("weberror", lambda error: faults.append(str(error.error)))
    context.on(
        "console",
        lambda message: "Content Security Policy" in message.text and faults.append(message.text),
    )
    yield page
    context.close()
    assert not faults, "the page's own faults:\n" + "\n".join(faults)
