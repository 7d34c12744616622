"""Tokens: shown once, kept as a digest, never more than their account, dead the moment they should be."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cog.enums import Role
from cog.models import AuditEvent, Convention, Membership, User
from reports.models import AccessToken
from reports.operations.tokens import MOST, TokenRefused, open_token, revoke_token
from reports.tasks import note_token_use
from tests.api.conftest import ReaderOf

pytestmark = pytest.mark.django_db


def _client(name: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(email=f"{name}@demo.invalid"))
    return client


def _asked(**changes: str) -> dict[str, str]:
    last = timezone.localdate() + timedelta(days=90)
    return {"name": "tableau de bord", "expires_on": last.isoformat(), "role": ""} | changes


def test_the_secret_is_shown_once_works_and_is_kept_nowhere(accounts: Convention) -> None:
    client = _client("pilotage")
    page = client.post("/api/jetons/", _asked())
    secret = page.context["secret"]
    assert secret.startswith("cog_") and secret in page.content.decode() and page["Cache-Control"] == "no-store"
    answer = Client().get("/api/v1/convention", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 200 and answer.json()["code"] == "cog-2013-2017"
    row = AccessToken.objects.get()
    assert secret not in {str(value) for value in vars(row).values()}
    assert secret not in client.get("/api/jetons/").content.decode()
    event = AuditEvent.objects.get(action="reports.token_opened")
    assert secret not in str(event.details) and event.details["name"] == "tableau de bord"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"expires_on": "2020-01-01"}, "attendu une date à venir"),
        ({"expires_on": "2099-01-01"}, "attendu une date à venir"),
        ({"expires_on": "demain"}, "date"),
        ({"name": ""}, "obligatoire"),
        ({"role": "tutelle"}, "choix"),
    ],
)
def test_a_token_too_long_unnamed_or_of_another_role_is_refused(
    accounts: Convention, changes: dict[str, str], words: str
) -> None:
    page = _client("pilotage").post("/api/jetons/", _asked(**changes))
    assert words in page.content.decode() and not page.context["secret"]
    assert not AccessToken.objects.exists()


def test_an_account_keeps_a_few_tokens(accounts: Convention) -> None:
    owner, last = User.objects.get(email="caf@demo.invalid"), timezone.localdate() + timedelta(days=1)
    said = {"owner": owner, "name": "essai", "expires_on": last, "role": None, "at": timezone.now()}
    for _ in range(MOST):
        open_token(**said)
    with pytest.raises(TokenRefused, match="en révoquer un"):
        open_token(**said)


def test_a_revoked_token_answers_no_more_and_only_its_owner_revokes_it(accounts: Convention, reader: ReaderOf) -> None:
    one = reader("tutelle")
    assert one.get("/convention").status_code == 200
    row = AccessToken.objects.get()
    assert _client("pilotage").post(f"/api/jetons/{row.pk}/revoquer/").status_code == 404
    assert one.get("/convention").status_code == 200
    assert _client("tutelle").post(f"/api/jetons/{row.pk}/revoquer/").status_code == 302
    assert one.get("/convention").status_code == 401
    assert AuditEvent.objects.filter(action="reports.token_revoked").count() == 1
    revoke_token(token=row, by=row.opened_by, at=timezone.now())
    assert AuditEvent.objects.filter(action="reports.token_revoked").count() == 1


def test_an_expired_token_answers_no_more(accounts: Convention, reader: ReaderOf) -> None:
    one = reader("tutelle")
    AccessToken.objects.update(expires_on=timezone.localdate())
    assert one.get("/convention").status_code == 200
    AccessToken.objects.update(expires_on=timezone.localdate() - timedelta(days=1))
    answer = one.get("/convention")
    assert answer.status_code == 401 and answer["WWW-Authenticate"].startswith("Bearer")


def test_a_closed_account_and_a_lost_role_are_effective_at_once(accounts: Convention, reader: ReaderOf) -> None:
    one = reader("pilotage")
    assert one.get("/results").status_code == 200
    Membership.objects.filter(user__email="pilotage@demo.invalid").update(valid_to="2014-01-01")
    assert one.get("/results").status_code == 403 and one.get("/convention").status_code == 403
    Membership.objects.filter(user__email="pilotage@demo.invalid").update(valid_to=None)
    User.objects.filter(email="pilotage@demo.invalid").update(is_active=False)
    assert one.get("/results").status_code == 401


def test_a_token_narrowed_to_a_role_carries_that_role_only(accounts: Convention, reader: ReaderOf) -> None:
    owner = User.objects.get(email="pilotage@demo.invalid")
    Membership.objects.create(user=owner, role=Role.BOARD)
    whole, board = reader("pilotage"), reader("pilotage", Role.BOARD)
    assert whole.json("/")["roles"] == ["conseil", "pilotage"] and board.json("/")["roles"] == ["conseil"]
    assert whole.get("/results").status_code == 200 and board.get("/results").status_code == 403
    Membership.objects.filter(user=owner, role=Role.BOARD).delete()
    assert board.get("/convention").status_code == 403  # the role is lost: the token carries nothing


@pytest.mark.parametrize("header", ["Bearer", "Bearer cog_inconnu", "Basic YTpi", "Bearer  ", "cog_inconnu"])
def test_a_wrong_header_is_refused_even_beside_a_session(accounts: Convention, header: str) -> None:
    answer = _client("pilotage").get("/api/v1/convention", headers={"Authorization": header})
    assert answer.status_code == 401 and answer["Content-Type"] == "application/problem+json"
    assert "attendu « Bearer JETON »" in answer.json()["detail"]


def test_the_session_of_the_pages_reads_too_and_nobody_is_refused(accounts: Convention) -> None:
    assert _client("conseil").get("/api/v1/convention").status_code == 200
    assert Client().get("/api/v1/convention").status_code == 401
    assert Client().get("/api/v1/openapi.json").status_code == 401
    assert Client().get("/api/").status_code == 302  # the page sends to the login


def test_reading_writes_nothing_and_the_day_of_use_is_told_by_a_worker(accounts: Convention, reader: ReaderOf) -> None:
    one = reader("tutelle")
    with patch("reports.api.door.note_token_use.apply_async") as told, CaptureQueriesContext(connection) as asked:
        for _ in range(3):
            assert one.get("/convention").status_code == 200
    assert all(query["sql"].startswith("SELECT") for query in asked.captured_queries)
    row = AccessToken.objects.get()
    told.assert_called_once_with(args=[row.pk, timezone.localdate().isoformat()], retry=False)
    note_token_use(row.pk, "2026-03-02")
    note_token_use(row.pk, "2026-03-01")
    assert AccessToken.objects.get().last_used_on.isoformat() == "2026-03-02"
    assert "2 mars 2026" in _client("tutelle").get("/api/jetons/").content.decode()


def test_a_mute_broker_or_cache_does_not_stop_a_reading(accounts: Convention, reader: ReaderOf) -> None:
    one = reader("tutelle")
    with patch("reports.api.door.note_token_use.apply_async", side_effect=OSError("muet")):
        assert one.get("/convention").status_code == 200
    with patch("reports.api.door.cache", None):
        assert one.get("/convention").status_code == 200
