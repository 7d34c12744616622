"""The crawled site: filled once, every address asked by every role, then left as it was."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from cog.models import Convention
from tests.rights.site import QUERY, Site, address, fill, patterns, read


@dataclass(frozen=True)
class Told:
    """What an address answered to a role: without a query, then with one that asks for the year of the canaries."""

    status: int
    headers: dict[str, str]
    text: str


class Crawl:
    """role -> address -> answer, of a GET of every address of the site; each role crawls once, when first asked for.

    Who steers and who controls read nearly all of it, which is long: they ask for the heavy documents once, and
    contributors and control not at all.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._told: dict[str, dict[str, Told]] = {}
        self.changed: dict[str, set[str]] = {}

    def __getitem__(self, role: str) -> dict[str, Told]:
        if role not in self._told:
            client = self._site.client(role)  # whose login is written down
            before = rows_by_table()
            self._told[role] = {place: _ask(client, place) for place in self._places(role)}
            after = rows_by_table()
            self.changed[role] = {table for table in after if after[table] != before[table]}
        return self._told[role]

    def _places(self, role: str) -> list[str]:
        found = []
        for route in sorted({route for route, _ in patterns()}):
            path, another = address(route, self._site.own), address(route, self._site.own | self._site.other)
            heavy = path.endswith((".pdf", "/pdf", ".zip", "/mission/"))
            if role in ("contributeur", "controle"):
                found += [] if heavy else [path]
                continue
            found += [path + QUERY] if heavy and role == "pilotage" else [path, path + QUERY]
            if another != path:
                found.append(another)
            if ".<str:kind>" in route:
                found.append(path.replace(".xlsx", ".csv") + QUERY)
        return found


def _ask(client: Client, place: str) -> Told:
    with transaction.atomic():
        answer = client.get(place)
        return Told(answer.status_code, dict(answer.headers), read(answer))


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: Any) -> Iterator[Site]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield fill(Convention.objects.get(code="cog-2013-2017"))
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def crawl(site: Site, django_db_blocker: Any) -> Iterator[Crawl]:
    with django_db_blocker.unblock():
        yield Crawl(site)


SESSIONS = {"django_session", "usersessions_usersession"}


def rows_by_table() -> dict[str, tuple[int, str]]:
    """How many rows each table has, and a digest of all they hold; sessions apart, which any request renews."""
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            if table in SESSIONS:
                continue
            if connection.vendor == "postgresql":
                cursor.execute(
                    f"SELECT count(*), md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))) FROM \"{table}\" t"
                )
            else:
                cursor.execute(f'SELECT count(*), max(rowid) FROM "{table}"')
            count, digest = cursor.fetchone()
            found[table] = (count, str(digest))
    return found
