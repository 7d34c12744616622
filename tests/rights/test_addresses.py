"""Every address x every role, from the written matrix (cog/permissions.py); every own object x every other one."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from cog.enums import Role
from cog.models import User
from cog.permissions import ROLES as CARDS
from cog.permissions import Permission
from indicators.models import Explanation, ImportBatch
from tests.reports.quarter import HEADER, quarter_rows
from tests.rights.conftest import Crawl, rows_by_table
from tests.rights.site import QUERY, ROLES, Site, address, patterns, read

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(900)]  # the crawl counts in the first test that asks for it
ROUTES = dict(patterns())
OF = {"pilotage": Role.STEERING, "contributeur": Role.CONTRIBUTOR, "caf": Role.CAISSE, "tutelle": Role.STATE}
OF |= {"conseil": Role.BOARD, "controle": Role.CONTROL, "exploitation": Role.OPERATIONS}


def _permission(route: str) -> Permission | None:
    return getattr(ROUTES[route].callback, "permission", None)


@pytest.mark.parametrize("role", ROLES)
def test_an_address_answers_a_role_as_the_matrix_says(site: Site, crawl: Crawl, role: str) -> None:
    """F48: 403 without the permission the view names, by GET and by POST; never 403 nor an error with it."""
    client, wrong = site.client(role), []
    for route in ROUTES:
        permission = _permission(route)
        if permission is None:
            continue
        path = address(route, site.own)
        told = crawl[role].get(path) or crawl[role].get(path + QUERY)
        if told is None:
            continue  # a heavy document, not asked for by this role
        status = told.status
        if permission in CARDS[OF[role]].grants:
            if status >= 500 or (status == 403 and "ne permet pas" in told.text):
                wrong.append((path, status))
            continue
        with transaction.atomic():
            posted = client.post(path).status_code
        if status not in (403, 405) or posted not in (403, 405) or (status, posted) == (405, 405):
            wrong.append((path, status, posted))
    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
def test_no_address_ends_in_an_error(crawl: Crawl, role: str) -> None:
    assert {place: told.status for place, told in crawl[role].items() if told.status >= 500} == {}


OTHERS = {  # what a caisse has one of, and what is another one's
    "batch", "batch-confirm", "batch-check", "batch-abandon", "batch-file", "batch-problems-json", "batch-annotated",
    "batch-problems-file", "batch-file-values", "value-history", "value-history-file", "caisse", "caisse-xlsx",
    "caisse-pdf", "due-body", "due-body-file", "job", "job-cancel", "feed-revoke", "api-caisse",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(OTHERS))
def test_what_is_another_caisse_s_does_not_exist(site: Site, name: str) -> None:
    """F48: the same address with another's key is 404, by GET and by POST; with one's own it is not."""
    route = next(route for route, pattern in ROUTES.items() if pattern.name == name)
    client = site.client("caf")
    for method in (client.get, client.post):
        with transaction.atomic():
            mine, other = method(address(route, site.own)), method(address(route, site.own | site.other))
            own = mine.status_code
            read(mine)  # to its end: a file is then closed
            transaction.set_rollback(True)
        if own == 405:
            continue
        assert own not in (403, 404) or name == "feed-revoke", (name, own)
        assert other.status_code == 404, (method, name)
        assert not any(word in other.content.decode() for word in ("canari", "Caf Aisne"))


@pytest.mark.parametrize(
    "path",
    [
        "/actions/10-3/avancement/", "/actions/10-3/pieces/", "/actions/10-3/validation/", "/actions/fiche/10/saisie/",
        "/explications/F10-21/2014-T4/", "/actions/pieces/{evidence_id}/retirer/",
        "/actions/10-3/liens/{link_id}/retirer/",
    ],
)  # fmt: skip
def test_a_direction_writes_on_its_own_fiches_only(site: Site, path: str) -> None:
    """F48, F49: the contributor holds fiche 1; a POST on fiche 10 changes nothing."""
    before = rows_by_table()
    with transaction.atomic():
        answer = site.client("contributeur").post(
            path.format(**site.own),
            {"status": "realise", "text": "x", "comment": "x", "subject": "x", "cause": "interne"},
        )
    assert answer.status_code in (403, 404)
    after = rows_by_table()
    assert {table for table in after if after[table] != before[table]} <= {"cog_user"}  # last_login, if it is kept


def test_every_own_address_of_a_caisse_is_in_the_list() -> None:
    """An address that takes the key of something a caisse owns and is not listed above fails."""
    owned = re.compile(r"<\w+:(batch_id|job_id|feed_id|caisse)>|caisses/<(str:)?code>|^remontees/attendu/<str:code>")
    assert {pattern.name for route, pattern in ROUTES.items() if owned.search(route)} == OTHERS


@pytest.mark.parametrize("role", ROLES)
def test_reading_every_address_changes_no_row(crawl: Crawl, role: str) -> None:
    """F54: the rows of every table, digested before and after a GET of every address."""
    assert crawl[role]
    assert crawl.changed[role] == set()


def test_every_form_refuses_what_has_no_token(site: Site) -> None:
    """F54: a POST from elsewhere is refused on every address that takes one, and nothing is written."""
    from django.test import Client

    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(site.people["pilotage"])
    before = rows_by_table()
    refused = {}
    for route in ROUTES:
        answer = client.post(address(route, site.own), {"x": "y"})
        if answer.status_code != 405:
            refused[route] = answer.status_code
    assert set(refused.values()) == {403} and len(refused) > 40
    assert rows_by_table() == before


@pytest.mark.parametrize("role", ["pilotage", "caf", "tutelle"])
def test_a_file_is_always_something_to_keep(crawl: Crawl, role: str) -> None:
    """S15: attachment and nosniff, but the drawings (shown in pages) and what programs read: calendar, API, health."""
    for place, told in crawl[role].items():
        assert told.headers["X-Content-Type-Options"] == "nosniff", place
        kind = told.headers.get("Content-Type", "text/html").split(";")[0]
        if kind in ("text/html", "image/svg+xml", "text/calendar") or place.startswith(("/api/", "/sante/")):
            continue
        assert told.headers["Content-Disposition"].startswith("attachment"), place


@pytest.mark.parametrize("role", ROLES)
def test_what_an_account_reads_is_in_no_shared_cache(crawl: Crawl, role: str) -> None:
    """F62: private, and kept nowhere unless the view says how (the drawings, asked again each time)."""
    public = {
        "/" + route for route in ROUTES if route.startswith(("donnees/publiees/", "calendrier/flux/<str:secret>"))
    }
    for place, told in crawl[role].items():
        if told.headers.get("Content-Type", "").startswith("text/calendar") or place.split("?")[0] in public:
            continue
        policy = told.headers["Cache-Control"]
        assert "no-store" in policy or "private" in policy, place
        assert "public" not in policy, place


def test_two_accounts_at_one_address_read_each_their_own(site: Site) -> None:
    """F62: same address, both orders."""
    path = "/indicateurs/F10-21/?periode=2014"
    for first, second in (("pilotage", "tutelle"), ("tutelle", "pilotage")):
        told = {role: site.client(role).get(path).content.decode() for role in (first, second)}
        assert "987,6" in told["pilotage"] and "987,6" not in told["tutelle"]


def test_F49_a_field_that_the_form_has_not_is_ignored(site: Site) -> None:
    """Every field of the model is added to the form, with a value that would harm: the row holds what is right."""
    caf, other = site.people["caf"], site.people["pilotage"]
    hostile = {field.name: "1" for model in (ImportBatch, Explanation) for field in model._meta.local_fields}
    hostile |= {"received_by": other.pk, "written_by": other.pk, "only": "", "state": "accepte", "simulated": "on"}
    hostile |= {"revision": 99, "superseded_at": "2014-01-01", "organisation": 1, "id": 1, "pk": 1}
    rows = (HEADER + quarter_rows("011", 803)).encode()
    own = hostile | {"caisse": "011", "fichier": SimpleUploadedFile("essai.csv", rows)}
    assert site.client("caf").post("/remontees/envoyer/", own).status_code == 302
    batch = ImportBatch.objects.latest("pk")
    assert (batch.received_by, batch.only.code, batch.state, batch.simulated) == (caf, "011", "recu", False)
    foreign = hostile | {"caisse": "021", "fichier": SimpleUploadedFile("essai.csv", rows + b"\n")}
    assert site.client("caf").post("/remontees/envoyer/", foreign).status_code == 200, "another's caisse is no choice"
    assert ImportBatch.objects.latest("pk") == batch
    told = hostile | {"cause": "interne", "text": "Dit.", "seen": "0", "corrective_action": "", "expected_return": ""}
    written_by = site.people["pilotage"]
    told |= {"written_by": caf.pk, "indicator": 1, "period": "2017"}
    assert site.client("pilotage").post("/explications/F10-25/2014-T4/", told).status_code == 302
    row = Explanation.objects.latest("pk")
    assert (row.written_by, row.revision, row.simulated, row.superseded_at) == (written_by, 1, False, None)
    assert (row.indicator.code, row.period, row.organisation) == ("F10-25", "2014-T4", None)


def test_a_role_taken_away_is_gone_at_the_next_request(site: Site) -> None:
    client = site.client("controle")
    assert client.get("/budgets/fnga/2014/").status_code == 200
    User.objects.get(email="controle@demo.invalid").memberships.all().delete()
    assert client.get("/budgets/fnga/2014/").status_code == 403
