"""Each role sees through the API what it sees on the pages: canary figures, its own caisse, another one."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from cog.models import Convention, User
from cog.permissions import Permission, can
from reports.api.document import schema
from reports.api.site import PERMISSIONS
from reports.enums import EditionState
from reports.models import Edition, Transmission
from reports.operations import agree_to_common
from tests.api.conftest import COMMENT, NATIONAL, OTHER, OWN, TARGET_OTHER, TARGET_OWN, ReaderOf
from tests.reports.edition_steps import AGREED, LATER, following

pytestmark = pytest.mark.django_db

ROLES = ["pilotage", "contributeur", "caf", "tutelle", "conseil", "controle", "exploitation"]
FOLLOWERS = ["pilotage", "contributeur", "controle"]
ADDRESSES = [
    "/", "/convention", "/domains", "/fiches?at=2014-12-31", "/fiches/10?at=2014-12-31",
    "/actions?fiche=10&at=2014-12-31", "/actions/10-1?at=2014-12-31", "/sdsi", "/indicators?limit=500",
    "/indicators/F10-21", "/indicators/F10-21/definitions", "/targets?limit=500", "/results?limit=500",
    "/secondary-results?limit=500", "/dispersions?limit=500", "/caisses?limit=500", "/caisses/011", "/funds",
    "/funds/fnga/lines?limit=500", "/funds/fnga/amounts?limit=500", "/funds/fnga/exercises/2014", "/transmissions",
    "/editions", "/editions/2014/1", "/editions/2014/1/indicators", "/anomalies?limit=500", "/glossary?limit=500",
    "/published-values?limit=500",
]  # fmt: skip


def _crawl(reader: ReaderOf, name: str) -> dict[str, str]:
    one = reader(name)
    return {address: one.text(address) for address in ADDRESSES}


@pytest.mark.parametrize("name", ["tutelle", "conseil", "exploitation"])
def test_what_is_not_transmitted_is_nowhere(canaries: Convention, reader: ReaderOf, name: str) -> None:
    for address, body in _crawl(reader, name).items():
        for canary in (NATIONAL, OWN, OTHER, TARGET_OWN, TARGET_OTHER, COMMENT, '"initial"', "projet"):
            if canary != "projet" or address.startswith("/editions"):
                assert canary not in body, f"{canary} sur {address}"


def test_a_caisse_reads_itself_and_the_nation_and_no_other(canaries: Convention, reader: ReaderOf) -> None:
    bodies = _crawl(reader, "caf")
    for address in ("/results?limit=500", "/secondary-results?limit=500"):
        assert OWN in bodies[address] and NATIONAL in bodies[address]
    assert TARGET_OWN in bodies["/targets?limit=500"]
    for address, body in bodies.items():
        for canary in (OTHER, TARGET_OTHER, COMMENT, "Aisne", '"initial"'):
            assert canary not in body, f"{canary} sur {address}"


@pytest.mark.parametrize("address", ["/results?scope={}", "/secondary-results?scope={}", "/caisses/{}"])
def test_another_caisse_does_not_exist(canaries: Convention, reader: ReaderOf, address: str) -> None:
    caisse, steering = reader("caf"), reader("pilotage")
    assert caisse.get(address.format("011")).status_code == 200
    assert caisse.get(address.format("021")).status_code == 404
    assert OTHER not in caisse.text(address.format("021"))
    assert steering.get(address.format("021")).status_code == 200


@pytest.mark.parametrize("name", FOLLOWERS)
def test_who_follows_the_convention_reads_everything(canaries: Convention, reader: ReaderOf, name: str) -> None:
    bodies = _crawl(reader, name)
    assert all(canary in bodies["/results?limit=500"] for canary in (NATIONAL, OWN, OTHER))
    assert all(canary in bodies["/targets?limit=500"] for canary in (TARGET_OWN, TARGET_OTHER))
    assert COMMENT in bodies["/actions/10-1?at=2014-12-31"] and COMMENT in bodies["/actions?fiche=10&at=2014-12-31"]
    assert '"initial"' in bodies["/funds/fnga/amounts?limit=500"]


@pytest.mark.parametrize("name", ROLES)
def test_an_operation_answers_who_holds_its_permission_and_nobody_else(
    accounts: Convention, reader: ReaderOf, name: str
) -> None:
    """Every operation of the description, with made-up keys: 403 without the permission, never with it."""
    one, user = reader(name), User.objects.get(email=f"{name}@demo.invalid")
    for path, told in schema()["paths"].items():
        operation = told["get"]
        made = path.removeprefix("/api/v1")
        for parameter in operation["parameters"]:
            if parameter["in"] == "path":
                made = made.replace(f"{{{parameter['name']}}}", str(parameter.get("example", 1)))
        allowed = can(user, PERMISSIONS[operation["operationId"]])
        assert (one.get(made).status_code == 403) is not allowed, made


def test_the_page_and_the_api_tell_the_same_figure(canaries: Convention, reader: ReaderOf) -> None:
    client = Client()
    client.force_login(User.objects.get(email="caf@demo.invalid"))
    page = client.get("/indicateurs/F10-21/?periode=2014").content.decode()
    rows = reader("caf").json("/results?indicator=F10-21&period=2014&breakdown=")["items"]
    assert {row["scope"]: row["value"] for row in rows} == {"national": NATIONAL, "011": OWN}
    assert "77,7" in page and "61,6" in page


# --- What is frozen -------------------------------------------------------------------------------------------------


def test_the_state_reads_what_was_sent_and_nothing_else(sent: Transmission, reader: ReaderOf) -> None:
    state = reader("tutelle")
    listed = state.json("/transmissions")["items"]
    assert [(row["kind"], row["period"], row["number"], row["sha256"]) for row in listed] == [
        ("trimestre", "2014-T2", 1, sent.sha256)
    ]
    own = "/transmissions/trimestre/2014-T2/1"
    assert state.json(own) == listed[0]
    rows = state.json(f"{own}/results?indicator=F10-21&scope=011&result_period=2014-T2&limit=500")["items"]
    headline = next(row for row in rows if not row["name"] and not row["breakdown"])
    assert headline["value"] == "80" and headline["numerator"] == "2400"
    assert state.json(listed[0]["content"].removeprefix("/api/v1"))["period"] == "2014-T2"
    assert state.get("/results").status_code == 403
    assert state.get("/transmissions/trimestre/2014-T3/1").status_code == 404


@pytest.mark.parametrize("name", ["caf", "conseil", "exploitation"])
def test_what_was_sent_is_closed_to_the_others(sent: Transmission, reader: ReaderOf, name: str) -> None:
    for end in ("", "/results", "/content"):
        assert reader(name).get(f"/transmissions/trimestre/2014-T2/1{end}").status_code == 403


def test_the_board_reads_what_was_presented_only(common: Edition, people: dict[str, User], reader: ReaderOf) -> None:
    board, state, steering = reader("conseil"), reader("tutelle"), reader("pilotage")
    assert _states(board) == set() and _states(state) == {"transmis", "commun"}
    assert _states(steering) == {"projet", "transmis", "commun"}
    assert board.get(f"/editions/2014/{common.number}").status_code == 404
    agree_to_common(edition=common, by=people["tutelle"], at=AGREED)
    told = {"presented_on": date(2015, 6, 18)}
    shown = following(common, EditionState.PUBLISHED, people["pilotage"], LATER, **told)
    assert _states(board) == {"publie"}
    lines = board.json(f"/editions/2014/{shown.number}/indicators?limit=500")
    assert lines["total"] == 68
    printed = {
        line["code"]: line for domain in shown.payload["domains"] for f in domain["fiches"] for line in f["indicators"]
    }
    for line in lines["items"]:
        assert [one["shown"] for one in line["years"]] == [one["shown"] for one in printed[line["indicator"]]["years"]]


def _states(reader: Any) -> set[str]:
    return {row["state"] for row in reader.json("/editions")["items"]}


def test_the_door_tells_what_the_account_may_read(accounts: Convention, reader: ReaderOf) -> None:
    told = reader("conseil").json("/")
    assert told["roles"] == ["conseil"]
    assert "editions" in told["operations"] and "results" not in told["operations"]
    assert PERMISSIONS["results"] is Permission.READ_RESULTS
