"""F43: every address of the site, in every format, asked by every role: nobody reads what is not theirs."""

import re

import pytest

from tests.rights.conftest import Crawl
from tests.rights.site import CANARIES, SEEN_BY_A_CAISSE

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(900)]  # the crawl counts in the first test that asks for it


def _where(told: dict, canary: str) -> list[str]:
    return [place for place, answer in told.items() if re.search(canary, answer.text)]


@pytest.mark.parametrize("role", ["tutelle", "conseil", "exploitation"])
@pytest.mark.parametrize("name", CANARIES)
def test_what_was_not_transmitted_is_nowhere(crawl: Crawl, role: str, name: str) -> None:
    if role == "exploitation" and name == "le message d'un travail":
        return  # it watches the jobs
    if role == "exploitation" and name.startswith("le fichier"):
        return  # the trail names what each act was done on: a file by its name, never what it holds
    assert _where(crawl[role], CANARIES[name]) == []


@pytest.mark.parametrize("name", CANARIES)
def test_a_caisse_reads_its_own_and_the_nation_s(crawl: Crawl, name: str) -> None:
    found = _where(crawl["caf"], CANARIES[name])
    assert bool(found) == (name in SEEN_BY_A_CAISSE), found


@pytest.mark.parametrize("name", CANARIES)
def test_every_canary_is_read_somewhere(crawl: Crawl, name: str) -> None:
    """The twin: by who steers, or by its own caisse; a canary that is nowhere would prove nothing."""
    assert _where(crawl["pilotage"], CANARIES[name]) or _where(crawl["caf"], CANARIES[name])


def test_every_format_was_read(crawl: Crawl) -> None:
    kinds = {answer.headers.get("Content-Type", "").split(";")[0] for answer in crawl["pilotage"].values()}
    wanted = {"text/html", "text/csv", "application/pdf", "image/svg+xml", "application/json", "text/calendar"}
    assert kinds >= wanted | {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
