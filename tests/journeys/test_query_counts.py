"""Every address asks the database few questions, whoever reads it, and no more when there are more rows."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cog.enums import Role
from cog.models import Convention, User
from cog.operations import command_account
from indicators.operations import accept_batch, receive_batch
from tests.journeys.addresses import PAGES
from tests.journeys.test_pages import Site, _fill, _load_convention

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:No directory at")]

MOST = 20
ADDRESSES = list(dict.fromkeys(path for paths in PAGES.values() for path in paths))


@pytest.fixture(scope="module")
def filled(django_db_setup: None, django_db_blocker: Any) -> Iterator[Site]:
    """What the journeys see, without a server."""
    with django_db_blocker.unblock():
        try:
            yield _fill("http://testserver")
        finally:
            call_command("flush", interactive=False, verbosity=0)
            _load_convention()  # as the tests that follow expect it


def _reader(role: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(email=f"{role}@demo.invalid"))
    client.get("/aide/")  # what the first page of a session writes is not counted
    return client


def _counts(site: Site, role: str) -> dict[str, int]:
    """address -> how many queries it took; the addresses this role may not read aside."""
    client, found = _reader(role), {}
    for path in ADDRESSES:
        with CaptureQueriesContext(connection) as asked:
            response = client.get(site.address(path).removeprefix(site.url))
        if response.status_code == 200:
            found[path] = len(asked)
    return found


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_no_page_asks_more_than_twenty_queries(filled: Site, role: str) -> None:
    counts = _counts(filled, role)
    assert len(counts) > 10
    assert {path: count for path, count in counts.items() if count > MOST} == {}


def test_more_rows_ask_no_more_queries(filled: Site) -> None:
    """Two corrections of a whole quarter later, every page asks what it asked."""
    before = _counts(filled, "pilotage")
    convention, by = Convention.objects.get(), command_account()
    for change in (1, 2):
        rows = "".join(f"pieces_traitees_15j,{code},2014-01,,{900 + change}\n" for code in ("011", "751", "131"))
        received = receive_batch(
            convention=convention,
            file_name=f"correction-{change}.csv",
            data=("mesure,caisse,periode,ventilation,valeur\n" + rows).encode(),
            by=by,
            at=timezone.now() + timedelta(days=change),
            simulated=True,
        )
        accept_batch(batch=received.batch, by=by, at=timezone.now() + timedelta(days=change), reason="essai")
    after = _counts(filled, "pilotage")
    more = {
        path: (before[path], after[path]) for path in before if after[path] > before[path] and "travaux" not in path
    }
    assert more == {}
