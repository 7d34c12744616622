"""The second factor: set, used, replaced, taken away; owed by a role; as good as the password before a gesture."""

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client
from django.utils import timezone
from time_machine import travel

from cog.demo import PASSWORD
from cog.models import AuditEvent, User
from tests.accounts.conftest import log_in

pytestmark = pytest.mark.django_db


def code_of(secret: str) -> str:
    """The code an application shows now."""
    counters = list(yield_hotp_counters_from_time())
    return format_hotp_value(hotp_value(secret, counters[len(counters) // 2]))


def text_of(answer: Any) -> str:
    return answer.content.decode().replace("&#x27;", "'")


def set_one(client: Client) -> str:
    """By the pages: confirm who one is, read the key, type the first code; returns the key."""
    asked = client.get("/mon-compte/second-facteur/")
    assert asked.status_code == 302 and asked["Location"].startswith("/connexion/confirmer/")
    page = client.post(asked["Location"], {"password": PASSWORD}, follow=True)
    secret = re.search(r'<code class="secret">(\w+)</code>', text_of(page))
    assert secret
    assert 'src="data:image/svg+xml;base64,' in text_of(page)  # an image, under the strict policy
    done = client.post("/mon-compte/second-facteur/", {"code": code_of(secret[1])}, follow=True)
    assert "Codes de secours" in text_of(done)
    return secret[1]


@pytest.fixture
def client(people: dict[str, User]) -> Client:
    client = Client()
    log_in(client, "pilotage@demo.invalid")
    return client


def test_it_is_set_then_asked_at_login(client: Client, people: dict[str, User]) -> None:
    """Red without `SecondFactorStage`: the password alone would enter."""
    with travel(timezone.now(), tick=False) as clock:
        secret = set_one(client)
        clock.shift(120)  # the code that set it does not serve twice
        other = Client()
        answer = log_in(other, "pilotage@demo.invalid")
        assert answer["Location"] == "/connexion/second-facteur/"
        assert other.get("/fiches/").status_code == 302
        wrong = other.post("/connexion/second-facteur/", {"code": "000000"})
        assert "Ce code n'est pas le bon" in text_of(wrong)
        right = code_of(secret)
        assert other.post("/connexion/second-facteur/", {"code": right}).status_code == 302
        assert other.get("/fiches/").status_code == 200
        replay = Client()
        log_in(replay, "pilotage@demo.invalid")
        assert "Ce code n'est pas le bon" in text_of(replay.post("/connexion/second-facteur/", {"code": right}))
    acts = set(AuditEvent.objects.filter(by=people["pilotage"]).values_list("action", flat=True))
    assert {"account.second_factor_set", "account.recovery_codes_made", "account.logged_in"} <= acts


def test_the_codes_are_tried_five_times_then_no_more(client: Client) -> None:
    """F50 for the second factor. Red without `login_failed` in ACCOUNT_RATE_LIMITS."""
    with travel(timezone.now(), tick=False) as clock:
        secret = set_one(client)
        clock.shift(120)
        other = Client()
        log_in(other, "pilotage@demo.invalid")
        for rank in range(5):
            other.post("/connexion/second-facteur/", {"code": f"00000{rank}"}, REMOTE_ADDR=f"203.0.113.{rank}")
        answer = other.post("/connexion/second-facteur/", {"code": code_of(secret)}, REMOTE_ADDR="203.0.113.99")
        assert "Trop d'essais manqués" in text_of(answer)


def test_a_recovery_code_enters_once_and_new_ones_replace_the_old(client: Client, people: dict[str, User]) -> None:
    set_one(client)
    codes = re.findall(r"<li><code>(\w+)</code>", text_of(client.get("/mon-compte/codes/")))
    assert len(codes) == 10
    assert codes[0] in text_of(client.get("/mon-compte/codes/codes-de-secours.txt"))
    for expected in (302, 200):
        other = Client()
        log_in(other, "pilotage@demo.invalid")
        assert other.post("/connexion/second-facteur/", {"code": codes[0]}).status_code == expected
    client.post("/mon-compte/codes/nouveaux/")
    fresh = re.findall(r"<li><code>(\w+)</code>", text_of(client.get("/mon-compte/codes/")))
    assert len(fresh) == 10 and not set(fresh) & set(codes)
    assert "Il reste 10 codes de secours" in text_of(client.get("/mon-compte/"))


def test_it_is_taken_away_by_its_owner_after_confirming(client: Client, people: dict[str, User]) -> None:
    set_one(client)
    stranger = Client()
    stranger.force_login(people["pilotage"])
    assert stranger.post("/mon-compte/second-facteur/retirer/")["Location"].startswith("/connexion/confirmer/")
    assert Authenticator.objects.filter(user=people["pilotage"]).exists()
    client.post("/mon-compte/second-facteur/retirer/")
    assert not Authenticator.objects.filter(user=people["pilotage"]).exists()
    assert AuditEvent.objects.filter(action="account.second_factor_removed").count() == 1
    assert log_in(Client(), "pilotage@demo.invalid")["Location"] == "/"


def test_a_role_that_owes_one_goes_nowhere_without(people: dict[str, User], settings: Any) -> None:
    """Red without `cog.middleware.SecondFactor`. The other roles, and the way out, are not concerned."""
    settings.SECOND_FACTOR_ROLES = ["pilotage"]
    client = Client()
    log_in(client, "pilotage@demo.invalid")
    for address in ("/", "/campagnes/", "/documents/"):
        answer = client.get(address)
        assert (answer.status_code, answer["Location"]) == (302, "/mon-compte/second-facteur/"), address
    assert client.post("/documents/", {"exercice": 2015})["Location"] == "/mon-compte/second-facteur/"
    assert client.get("/aide/").status_code == 200
    set_one(client)
    assert client.get("/campagnes/").status_code == 200
    plain = Client()
    log_in(plain, "caf@demo.invalid")
    assert plain.get("/").status_code == 200


def test_a_role_given_meanwhile_asks_for_the_code_there_is(people: dict[str, User], settings: Any) -> None:
    settings.SECOND_FACTOR_ROLES = ["pilotage"]
    secret = "JBSWY3DPEHPK3PXP"
    Authenticator.objects.create(user=people["pilotage"], type=Authenticator.Type.TOTP, data={"secret": secret})
    client = Client()
    client.force_login(people["pilotage"])  # a session that proved nothing
    answer = client.get("/campagnes/?a=1")
    assert answer["Location"] == "/connexion/confirmer/code/?next=%2Fcampagnes%2F%3Fa%3D1"
    done = client.post("/connexion/confirmer/code/", {"code": code_of(secret), "next": "/campagnes/?a=1"})
    assert done["Location"] == "/campagnes/?a=1"
    assert client.get("/campagnes/").status_code == 200


def test_steering_can_be_made_to_owe_one_and_production_does(tmp_path: Any) -> None:
    from tests.house.test_settings import GOOD, python

    shown = "from django.conf import settings as s; print(','.join(s.SECOND_FACTOR_ROLES))"
    assert python("-c", shown, var=tmp_path, **GOOD).stdout.strip() == "pilotage,exploitation"
    assert python("-c", shown, var=tmp_path, **GOOD, SECOND_FACTOR_ROLES="tutelle").stdout.strip() == "tutelle"


def test_a_code_confirms_a_gesture_as_the_password_does(manager: Client, people: dict[str, User]) -> None:
    """One mechanism for transmitting and for changing rights (`cog.confirmation`)."""
    secret = "JBSWY3DPEHPK3PXP"
    Authenticator.objects.create(user=people["exploitation"], type=Authenticator.Type.TOTP, data={"secret": secret})
    address = f"/comptes/{people['caf'].pk}/fermer/"
    assert manager.post(address, {"password": "123456"}).status_code == 422
    typed = code_of(secret)
    assert manager.post(address, {"password": f"{typed[:3]} {typed[3:]}"}).status_code == 302
    assert not User.objects.get(pk=people["caf"].pk).is_active
    again = manager.post(f"/comptes/{people['caf'].pk}/rouvrir/", {"password": typed})
    assert again.status_code == 422  # a code serves once
