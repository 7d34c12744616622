"""Coming in by e-mail and password: limits, sessions, where one is led.

Each docstring of a guard says what to take away for its test to turn red.
"""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings as site
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import caches
from django.test import Client
from django.utils import timezone
from time_machine import travel

from cog.demo import PASSWORD
from cog.models import AuditEvent, User
from tests.accounts.conftest import log_in
from tests.house.test_settings import GOOD, python

pytestmark = pytest.mark.django_db


def text_of(answer: Any) -> str:
    return answer.content.decode()


# --- F50: brute force, stuffing, a lock-out turned against a colleague ----------------------------------------------
def test_F50_an_account_is_tried_five_times_then_no_more(people: dict[str, User]) -> None:
    """F50. Red without `login_failed` in ACCOUNT_RATE_LIMITS: the right password then still enters."""
    for rank in range(5):
        log_in(Client(), "pilotage@demo.invalid", f"essai {rank}", REMOTE_ADDR=f"203.0.113.{rank}")
    client = Client()
    answer = log_in(client, "pilotage@demo.invalid", REMOTE_ADDR="203.0.113.99")
    assert "Trop d'essais manqués" in text_of(answer).replace("&#x27;", "'")
    assert client.get("/").status_code == 302
    # Its twin: another account of the same site is not concerned.
    other = Client()
    assert log_in(other, "caf@demo.invalid", REMOTE_ADDR="203.0.113.99").status_code == 302
    assert other.get("/").status_code == 200


def test_F50_two_hundred_tries_from_one_address_get_twenty_answers(people: dict[str, User]) -> None:
    """F50, stuffing: each try names another account. Red without the part « /ip » of `login_failed` and of `login`."""
    client = Client()
    looked_at = 0
    for rank in range(200):
        answer = log_in(client, f"inconnu{rank}@demo.invalid", "essai", REMOTE_ADDR="203.0.113.7")
        looked_at += "Adresse ou mot de passe incorrect" in text_of(answer)
    assert looked_at <= 20
    assert log_in(client, "pilotage@demo.invalid", REMOTE_ADDR="203.0.113.7").status_code in (200, 429)
    assert client.get("/").status_code == 302
    fine = Client()
    log_in(fine, "pilotage@demo.invalid", REMOTE_ADDR="203.0.113.8")
    assert fine.get("/").status_code == 200


@pytest.mark.parametrize("proxies", [0, 1])
def test_F50_a_forged_address_escapes_nothing(people: dict[str, User], settings: Any, proxies: int) -> None:
    """F50. Red when the first address of X-Forwarded-For is believed (or the header at all, without a proxy)."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    looked_at = 0
    for rank in range(40):
        forged = f"198.51.100.{rank}" + (", 203.0.113.7" if proxies else "")  # the proxy adds the true one, last
        answer = log_in(
            Client(), f"inconnu{rank}@demo.invalid", "x", REMOTE_ADDR="203.0.113.7", HTTP_X_FORWARDED_FOR=forged
        )
        looked_at += "Adresse ou mot de passe incorrect" in text_of(answer)
    assert looked_at <= 20


def test_F50_production_believes_one_proxy_and_counts_in_redis(tmp_path: Path) -> None:
    """F50. The counters are never the memory of one process, and the proxy's word is the last address only."""
    read = python(
        "-c",
        "from django.conf import settings as s; print(s.ALLAUTH_TRUSTED_PROXY_COUNT, s.CACHES['default']['BACKEND'])",
        var=tmp_path,
        **GOOD,
    )
    assert read.stdout.split() == ["1", "django.core.cache.backends.redis.RedisCache"], read.stderr
    assert "locmem" not in type(caches["default"]).__module__


def test_an_unknown_account_is_answered_as_a_known_one(people: dict[str, User]) -> None:
    """Red when the form says which of the two is wrong, or the reset page whether it wrote."""

    def bare(answer: Any) -> str:
        return re.sub(r'value="[^"]*"', "", text_of(answer))  # what was typed, and the tokens of the forms

    answers = [bare(log_in(Client(), f"{name}@demo.invalid", "faux")) for name in ("pilotage", "personne")]
    assert answers[0] == answers[1]
    resets = [
        Client().post("/mot-de-passe/oublie/", {"email": f"{name}@demo.invalid"}, follow=True)
        for name in ("pilotage", "personne")
    ]
    assert bare(resets[0]) == bare(resets[1])
    assert [message.to for message in mail.outbox] == [["pilotage@demo.invalid"]]


def test_a_refused_login_leaves_a_trace_for_known_accounts_only(people: dict[str, User]) -> None:
    log_in(Client(), "pilotage@demo.invalid", "faux")
    log_in(Client(), "mot-de-passe-tapé-trop-haut@demo.invalid", "faux")
    assert [event.subject for event in AuditEvent.objects.filter(action="account.login_refused")] == [
        "pilotage@demo.invalid"
    ]


# --- F51: fixation, theft after logout, a shared computer -----------------------------------------------------------
def test_F51_the_key_changes_at_login_and_dies_at_logout(people: dict[str, User]) -> None:
    """F51. Red without `cycle_key` at login (a fixed key would then be a session) or without `flush` at logout."""
    client = Client()
    client.get("/connexion/identite/abandon/")
    session = client.session
    session["avant"] = "x"
    session.save()
    client.cookies[site.SESSION_COOKIE_NAME] = fixed = session.session_key
    log_in(client, "pilotage@demo.invalid")
    stolen = client.cookies[site.SESSION_COOKIE_NAME].value
    assert stolen != fixed
    thief = Client()
    thief.cookies[site.SESSION_COOKIE_NAME] = fixed
    assert thief.get("/").status_code == 302
    thief.cookies[site.SESSION_COOKIE_NAME] = stolen
    assert thief.get("/").status_code == 200
    client.post("/deconnexion/")
    thief.cookies[site.SESSION_COOKIE_NAME] = stolen
    assert thief.get("/").status_code == 302
    assert not Session.objects.filter(session_key=stolen).exists()


def test_F51_a_private_page_stays_in_no_cache(people: dict[str, User]) -> None:
    """F51. Red without `cog.guards.Headers` among the middleware."""
    client = Client()
    log_in(client, "pilotage@demo.invalid")
    for address in ("/", "/mon-compte/", "/fiches/"):
        assert "no-store" in client.get(address)["Cache-Control"], address


def test_the_cookie_goes_with_the_browser(people: dict[str, User]) -> None:
    client = Client()
    log_in(client, "pilotage@demo.invalid")
    cookie = client.cookies[site.SESSION_COOKIE_NAME]
    assert cookie["max-age"] == "" and cookie["httponly"] and cookie["samesite"] == "Lax"


# --- F52: closed or moved during a session --------------------------------------------------------------------------
def test_F52_a_closed_account_is_out_at_its_next_request(people: dict[str, User]) -> None:
    """F52. Red when the session keeps who it is without looking at `is_active` again."""
    client = Client()
    log_in(client, "pilotage@demo.invalid")
    User.objects.filter(pk=people["pilotage"].pk).update(is_active=False)  # even by a way that ends no session
    assert client.get("/fiches/").status_code == 302


def test_F52_a_role_taken_away_is_gone_at_the_next_request(people: dict[str, User]) -> None:
    """F52. Red when rights are kept in the session."""
    client = Client()
    log_in(client, "pilotage@demo.invalid")
    assert client.get("/campagnes/").status_code == 200
    people["pilotage"].memberships.all().delete()
    assert client.get("/campagnes/").status_code == 403
    answer = client.post("/documents/", {"exercice": 2015})
    assert answer.status_code == 403


# --- Limits of a session --------------------------------------------------------------------------------------------
def test_a_session_ends_unused_and_ends_old(people: dict[str, User], settings: Any) -> None:
    """Red without `cog.middleware.SessionLimits`."""
    settings.SESSION_IDLE_LIMIT, settings.SESSION_ABSOLUTE_LIMIT = 3600, 4 * 3600
    start = timezone.now()
    client = Client()
    with travel(start, tick=False) as clock:
        log_in(client, "pilotage@demo.invalid")
        for _ in range(7):  # used every half-hour: three hours and a half
            clock.shift(timedelta(minutes=30))
            assert client.get("/aide/").status_code == 200
        clock.shift(timedelta(minutes=31))  # beyond four hours in all
        answer = client.get("/aide/", follow=True)
        assert "durée limite" in text_of(answer)
        log_in(client, "pilotage@demo.invalid")
        clock.shift(timedelta(minutes=59))
        assert client.get("/aide/").status_code == 200
        clock.shift(timedelta(minutes=61))
        answer = client.get("/aide/", follow=True)
        assert answer.redirect_chain[0][0].startswith("/connexion/?next=")
        assert "sans usage" in text_of(answer)


def test_a_session_from_before_the_limits_is_over(people: dict[str, User]) -> None:
    client = Client()
    client.force_login(people["pilotage"])
    session = client.session
    del session["opened"]
    session.save()
    assert client.get("/").status_code == 302


# --- Sessions seen and stopped --------------------------------------------------------------------------------------
def test_one_sees_ones_sessions_and_stops_them(people: dict[str, User]) -> None:
    here, there = Client(), Client()
    log_in(here, "pilotage@demo.invalid", HTTP_USER_AGENT="Mozilla/5.0 (X11; Linux x86_64) Firefox/141.0")
    log_in(
        there,
        "pilotage@demo.invalid",
        REMOTE_ADDR="203.0.113.5",
        HTTP_USER_AGENT="Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36",
    )
    page = text_of(here.get("/mon-compte/"))
    assert "Firefox, Linux" in page and "Chrome, Windows" in page and "203.0.113.5" in page
    other = UserSession.objects.get(user=people["pilotage"], ip="203.0.113.5")
    assert here.post(f"/mon-compte/sessions/{other.pk}/arreter/").status_code == 302
    assert there.get("/").status_code == 302
    assert here.get("/").status_code == 200
    assert AuditEvent.objects.filter(action="account.session_ended", by=people["pilotage"]).exists()


def test_nobody_stops_the_session_of_another(people: dict[str, User]) -> None:
    mine, theirs = Client(), Client()
    log_in(mine, "caf@demo.invalid")
    log_in(theirs, "pilotage@demo.invalid")
    other = UserSession.objects.get(user=people["pilotage"])
    assert mine.post(f"/mon-compte/sessions/{other.pk}/arreter/").status_code == 404
    assert theirs.get("/").status_code == 200


def test_all_the_others_stop_at_once(people: dict[str, User]) -> None:
    here, there = Client(), Client()
    log_in(here, "pilotage@demo.invalid")
    log_in(there, "pilotage@demo.invalid")
    here.post("/mon-compte/sessions/arreter-les-autres/")
    assert (here.get("/").status_code, there.get("/").status_code) == (200, 302)


# --- Passwords ------------------------------------------------------------------------------------------------------
def test_a_forgotten_password_is_replaced_by_the_link_once(people: dict[str, User], settings: Any) -> None:
    """The link is of the configured domain; used, it is over; every session of before is stopped (F51)."""
    settings.SITE_URL, settings.ALLOWED_HOSTS = "https://suivi.example", ["testserver", "autre.example"]
    before = Client()
    log_in(before, "pilotage@demo.invalid")
    Client().post("/mot-de-passe/oublie/", {"email": "Pilotage@demo.invalid"}, HTTP_HOST="autre.example")
    link = re.search(r"https://suivi\.example(/mot-de-passe/nouveau/\S+)", str(mail.outbox[0].body))
    assert link, mail.outbox[0].body
    client = Client()
    form = client.get(link[1], follow=True)
    address = form.redirect_chain[-1][0]
    short = client.post(address, {"password1": "trop court", "password2": "trop court"})
    assert "15 caractères" in text_of(short).replace("\u00a0", " ")
    fresh = "cheval agrafe pile correct"
    assert client.post(address, {"password1": fresh, "password2": fresh}).status_code == 302
    assert before.get("/").status_code == 302
    assert log_in(Client(), "pilotage@demo.invalid").status_code == 200  # the old one no longer enters
    assert log_in(Client(), "pilotage@demo.invalid", fresh).status_code == 302
    again = Client().get(link[1], follow=True)
    assert "Ce lien ne vaut plus" in text_of(again)


def test_one_changes_ones_password_and_the_other_sessions_stop(people: dict[str, User]) -> None:
    here, there = Client(), Client()
    log_in(here, "pilotage@demo.invalid")
    log_in(there, "pilotage@demo.invalid")
    fresh = "cheval agrafe pile correct"
    data = {"oldpassword": "faux", "password1": fresh, "password2": fresh}
    assert here.post("/mon-compte/mot-de-passe/", data).status_code == 200
    assert here.post("/mon-compte/mot-de-passe/", data | {"oldpassword": PASSWORD}).status_code == 302
    assert (here.get("/").status_code, there.get("/").status_code) == (200, 302)
    assert AuditEvent.objects.filter(action="account.password_changed", by=people["pilotage"]).count() == 1


def test_nobody_signs_up_alone(people: dict[str, User]) -> None:
    before = User.objects.count()
    answer = Client().post("/connexion/inscription/", {"email": "moi@ici.invalid", "password1": "cheval agrafe pile"})
    assert answer.status_code == 403 and "sur invitation" in text_of(answer)
    assert User.objects.count() == before


# --- F59: where one is led ------------------------------------------------------------------------------------------
ELSEWHERE = [
    "//evil.example", "///evil.example", "////evil.example", "https://evil.example", "http://evil.example/",
    "https:evil.example", "http:evil.example", "https:/evil.example", "/\\evil.example", "\\\\evil.example",
    "\\/evil.example", "/\\/evil.example", "/\t/evil.example", "\t//evil.example", " //evil.example",
    "\x00//evil.example", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "ftp://evil.example",
    "//evil.example@127.0.0.1", "https://127.0.0.1@evil.example", "https://testserver@evil.example", "//evil%2eexample",
    "https://evil.example\\@testserver", "//testserver.evil.example", "https://testserver:80@evil.example",
    "//[::1]", "///\\;@evil.example", "https://evil.example#@testserver", "//testserver//evil.example",
]  # fmt: skip


@pytest.mark.parametrize("place", ELSEWHERE)
def test_F59_login_leads_to_no_other_site(people: dict[str, User], place: str) -> None:
    """F59. Red when `AccountAdapter.is_safe_url` answers yes to all."""
    assert len(ELSEWHERE) >= 30
    answer = Client().post("/connexion/", {"username": "caf@demo.invalid", "password": PASSWORD, "next": place})
    if "\x00" in place:  # a control in a form is refused before the login looks at it
        assert answer.status_code == 400
        return
    assert answer.status_code == 302
    assert answer["Location"] == "/"


def test_F59_a_page_of_this_site_is_where_one_was_going(people: dict[str, User]) -> None:
    answer = Client().post(
        "/connexion/", {"username": "caf@demo.invalid", "password": PASSWORD, "next": "/fiches/?a=1"}
    )
    assert answer["Location"] == "/fiches/?a=1"
