"""OpenID Connect (ProConnect) against a provider on this machine: what enters, and each fault alone (F53)."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

pytest.importorskip("jwt", reason="PyJWT manque : django-allauth[socialaccount] l'apporte, le verrou ne le nomme pas")

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.core import mail
from django.test import Client

from cog.demo import PASSWORD
from cog.models import AuditEvent, User
from tests.accounts.conftest import log_in
from tests.accounts.fake_provider import CLIENT, SECRET, FakeProvider, served
from tests.accounts.test_second_factor import code_of
from tests.house.test_settings import GOOD, python, read_settings

pytestmark = pytest.mark.django_db


def settings_of(provider: FakeProvider) -> dict[str, Any]:
    """What the environment would say of this provider."""
    told = {
        "server_url": provider.issuer,
        "scope": ["openid", "email"],
        "auth_params": {"claims": "{}"},
        "oauth_pkce_enabled": True,
    }
    return {"proconnect": {"APPS": [{"name": "ProConnect", "client_id": CLIENT, "secret": SECRET, "settings": told}]}}


@pytest.fixture
def fake(people: dict[str, User], settings: Any) -> Iterator[FakeProvider]:
    with served() as provider:
        settings.OIDC_ISSUER = provider.issuer
        settings.SOCIALACCOUNT_PROVIDERS = settings_of(provider)
        yield provider


def text_of(answer: Any) -> str:
    return answer.content.decode().replace("&#x27;", "'")


def come_by_identity(client: Client, fake: FakeProvider, start: str = "/connexion/identite/", **back: str) -> Any:
    """Leave for the provider, agree there, come back; `back` replaces what is brought back."""
    leaving = client.get(start)
    assert leaving.status_code == 302 and leaving["Location"].startswith(f"{fake.issuer}/authorization_endpoint?")
    state = fake.authorize(leaving["Location"])
    return client.get("/connexion/identite/retour/", {"code": "code-1", "state": state} | back)


def tied(fake: FakeProvider, user: User, sub: str = "agent-1") -> SocialAccount:
    return SocialAccount.objects.create(user=user, provider="proconnect", uid=f"{fake.issuer} {sub}")


def is_in(client: Client) -> bool:
    return client.get("/aide/").status_code == 200


# --- What enters ----------------------------------------------------------------------------------------------------
def test_a_tied_identity_enters(fake: FakeProvider, people: dict[str, User]) -> None:
    tied(fake, people["pilotage"])
    client = Client()
    assert come_by_identity(client, fake, "/connexion/identite/?next=/fiches/")["Location"] == "/fiches/"
    assert is_in(client)
    asked = fake.asked[0]
    assert asked["client_id"] == CLIENT and asked["response_type"] == "code" and len(asked["nonce"]) == 32
    assert asked["redirect_uri"].endswith("/connexion/identite/retour/") and asked["code_challenge_method"] == "S256"
    login = AuditEvent.objects.get(action="account.logged_in")
    assert login.by == people["pilotage"] and login.details["way"] == "fournisseur d'identité"


def test_a_signed_userinfo_is_read_as_proconnect_sends_it(fake: FakeProvider, people: dict[str, User]) -> None:
    fake.signed_userinfo = True
    tied(fake, people["pilotage"])
    client = Client()
    come_by_identity(client, fake)
    assert is_in(client)


def test_one_ties_ones_identity_from_ones_account_after_confirming(fake: FakeProvider, people: dict[str, User]) -> None:
    client = Client()
    log_in(client, "pilotage@demo.invalid")
    asked = client.get("/mon-compte/identite/relier/")
    assert asked["Location"].startswith("/connexion/confirmer/")
    direct = come_by_identity(client, fake, "/connexion/identite/?process=connect")  # without confirming
    assert direct["Location"] == "/mon-compte/" and not SocialAccount.objects.exists()
    client.post(asked["Location"], {"password": PASSWORD})
    assert client.get("/mon-compte/identite/relier/")["Location"] == "/connexion/identite/?process=connect"
    come_by_identity(client, fake, "/connexion/identite/?process=connect")
    row = SocialAccount.objects.get()
    assert (row.user, row.uid) == (people["pilotage"], f"{fake.issuer} agent-1")
    assert set(row.extra_data) == {"second_factor", "email"}  # no more is kept of what was told
    other = Client()
    come_by_identity(other, fake)
    assert is_in(other)
    client.post(f"/mon-compte/identites/{row.pk}/delier/")
    assert not is_in_by(fake)
    acts = list(AuditEvent.objects.filter(action__contains="identity").values_list("action", flat=True).order_by("pk"))
    assert acts == ["account.identity_linked", "account.identity_unlinked"]


def is_in_by(fake: FakeProvider) -> bool:
    client = Client()
    come_by_identity(client, fake)
    return is_in(client)


def test_an_identity_tied_to_one_is_not_tied_to_another(fake: FakeProvider, people: dict[str, User]) -> None:
    tied(fake, people["pilotage"])
    client = Client()
    log_in(client, "caf@demo.invalid")
    client.post("/connexion/confirmer/", {"password": PASSWORD})
    come_by_identity(client, fake, "/connexion/identite/?process=connect")
    assert "déjà reliée à un autre compte" in text_of(client.get("/mon-compte/"))
    assert SocialAccount.objects.get().user == people["pilotage"]


def test_an_invitation_is_answered_by_the_provider(
    fake: FakeProvider, manager: Client, django_capture_on_commit_callbacks: Any
) -> None:
    fake.person = {"email": "tout-autre@ailleurs.invalid"}
    new = {"nom": "Robin", "adresse": "robin@essai.invalid", "role": "tutelle", "password": PASSWORD}
    with django_capture_on_commit_callbacks(execute=True):
        manager.post("/comptes/nouveau/", new)
    link = re.search(r"(/invitation/\S+)", str(mail.outbox[0].body))
    assert link
    client = Client()
    assert "Entrer avec ProConnect" in text_of(client.get(link[1]))
    assert client.post(link[1], {"identity": "1"})["Location"] == "/connexion/identite/"
    come_by_identity(client, fake)
    assert is_in(client)
    assert SocialAccount.objects.get().user.email == "robin@essai.invalid"
    assert Client().get(link[1]).status_code == 410  # used
    assert is_in_by(fake)  # and the identity enters from now on


def test_F50_a_colleague_locked_out_of_passwords_still_enters(fake: FakeProvider, people: dict[str, User]) -> None:
    """F50. Red when the limit of an account also holds for its identity."""
    tied(fake, people["pilotage"])
    for rank in range(6):
        log_in(Client(), "pilotage@demo.invalid", "essai", REMOTE_ADDR=f"203.0.113.{rank}")
    victim = Client()
    assert "Trop d'essais" in text_of(log_in(victim, "pilotage@demo.invalid"))
    come_by_identity(victim, fake)
    assert is_in(victim)


# --- F53: one fault at a time ---------------------------------------------------------------------------------------
FAULTS: dict[str, dict[str, Any]] = {
    "nonce of another": {"spoil": {"nonce": "n" * 32}},  # red without the comparison in `complete_login`
    "no nonce": {"spoil": {"nonce": None}},
    "audience of another": {"spoil": {"aud": "un-autre-site"}},  # red when `audience=` of `_checked` names it too
    "issuer of another": {"spoil": {"iss": "https://autre.example"}},  # red without `issuer=` in `_checked`
    "another issuer published": {"published_issuer": "https://autre.example"},
    "signed by a stranger": {"stranger_signs": True},  # red with verify_signature=False
    "not signed": {"algorithm": "none"},  # refused twice: ALGORITHMS, and keys the library reads as RSA
    "signed with our secret": {"algorithm": "HS256"},
    "over": {"spoil": {"exp": 1}},
    "no subject": {"spoil": {"sub": ""}},
    "two people": {"userinfo_sub": "agent-2"},  # red without the comparison of the two subjects
    "no identity token": {"without_token": True},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_F53_a_forged_answer_is_refused(fake: FakeProvider, people: dict[str, User], fault: str) -> None:
    """F53. The same exchange without the fault enters: `test_a_tied_identity_enters`."""
    tied(fake, people["pilotage"])
    for name, value in FAULTS[fault].items():
        setattr(fake, name, value)
    client = Client()
    answer = come_by_identity(client, fake)
    assert answer.status_code == 401 and "Identité refusée" in text_of(answer)
    assert not is_in(client)


def test_F53_a_state_that_is_not_ours_is_refused(fake: FakeProvider, people: dict[str, User]) -> None:
    """F53. Red without the look-up of the state: another's answer would be brought into this browser."""
    tied(fake, people["pilotage"])
    client = Client()
    assert come_by_identity(client, fake, state="x" * 16).status_code == 401
    assert not is_in(client)
    other = Client()  # the state of one browser, brought by another
    state = fake.authorize(client.get("/connexion/identite/")["Location"])
    assert other.get("/connexion/identite/retour/", {"code": "code-1", "state": state}).status_code == 401
    assert not is_in(other)
    assert client.get("/connexion/identite/retour/", {"code": "code-1", "state": state}).status_code == 302
    replay = client.get("/connexion/identite/retour/", {"code": "code-1", "state": state})
    assert replay.status_code == 401


def test_F53_the_same_e_mail_from_another_does_not_open_the_account(
    fake: FakeProvider, people: dict[str, User]
) -> None:
    """F53: an e-mail taken by another provider. Red with SOCIALACCOUNT_EMAIL_AUTHENTICATION."""
    tied(fake, people["pilotage"])
    fake.sub, fake.person = "quelqu-un-d-autre", {"email": "pilotage@demo.invalid", "email_verified": True}
    client = Client()
    answer = come_by_identity(client, fake)
    assert answer.status_code == 403
    assert "n'ouvre aucun compte ici" in text_of(answer) and "s'adresser à l'exploitation" in text_of(answer)
    assert not is_in(client)
    assert User.objects.filter(email="pilotage@demo.invalid").count() == 1


def test_F53_the_same_subject_of_another_issuer_is_another_person(
    fake: FakeProvider, people: dict[str, User], settings: Any
) -> None:
    """F53: the provider is replaced by another, which names someone « agent-1 » too. Red when `extract_uid` leaves
    the issuer out."""
    client = Client()
    log_in(client, "pilotage@demo.invalid")
    client.post("/connexion/confirmer/", {"password": PASSWORD})
    come_by_identity(client, fake, "/connexion/identite/?process=connect")
    assert is_in_by(fake)
    with served() as other:
        settings.OIDC_ISSUER = other.issuer
        settings.SOCIALACCOUNT_PROVIDERS = settings_of(other)
        assert other.sub == fake.sub
        stranger = Client()
        assert come_by_identity(stranger, other).status_code == 403
        assert not is_in(stranger)


def test_a_closed_account_does_not_enter_by_its_identity(fake: FakeProvider, people: dict[str, User]) -> None:
    tied(fake, people["pilotage"])
    User.objects.filter(pk=people["pilotage"].pk).update(is_active=False)
    client = Client()
    assert come_by_identity(client, fake)["Location"] == "/connexion/compte-ferme/"
    assert not is_in(client)


def test_an_unknown_person_is_told_whom_to_ask(fake: FakeProvider, settings: Any) -> None:
    settings.ACCOUNTS_CONTACT = "acces@cnaf.invalid"
    fake.sub, before = "inconnu", User.objects.count()
    answer = come_by_identity(Client(), fake)
    assert answer.status_code == 403 and "acces@cnaf.invalid" in text_of(answer)
    assert User.objects.count() == before


def test_who_turns_back_at_the_provider_is_told_so(fake: FakeProvider) -> None:
    client = Client()
    state = fake.authorize(client.get("/connexion/identite/")["Location"])
    answer = client.get("/connexion/identite/retour/", {"error": "access_denied", "state": state}, follow=True)
    assert "Connexion abandonnée" in text_of(answer)


# --- The second factor, told by the provider ------------------------------------------------------------------------
@pytest.mark.parametrize(("amr", "acr"), [(["pwd", "mfa"], "eidas1"), (["pwd"], "eidas2")])
def test_a_second_factor_the_provider_asked_is_not_asked_again(
    fake: FakeProvider, people: dict[str, User], settings: Any, amr: list[str], acr: str
) -> None:
    settings.SECOND_FACTOR_ROLES = ["pilotage"]
    fake.amr, fake.acr = amr, acr
    tied(fake, people["pilotage"])
    client = Client()
    come_by_identity(client, fake)
    assert client.get("/campagnes/").status_code == 200


def test_without_it_the_role_that_owes_one_is_asked_here(
    fake: FakeProvider, people: dict[str, User], settings: Any
) -> None:
    """Red when `amr` is not read: the provider's word would be taken for a second factor."""
    settings.SECOND_FACTOR_ROLES = ["pilotage"]
    tied(fake, people["pilotage"])
    client = Client()
    come_by_identity(client, fake)
    assert client.get("/campagnes/")["Location"] == "/mon-compte/second-facteur/"
    secret = "JBSWY3DPEHPK3PXP"
    Authenticator.objects.create(user=people["pilotage"], type=Authenticator.Type.TOTP, data={"secret": secret})
    other = Client()
    assert come_by_identity(other, fake)["Location"] == "/connexion/second-facteur/"
    assert not is_in(other)
    other.post("/connexion/second-facteur/", {"code": code_of(secret)})
    assert other.get("/campagnes/").status_code == 200


# --- Absent unless set ----------------------------------------------------------------------------------------------
def test_nothing_is_shown_where_the_environment_names_no_provider(people: dict[str, User]) -> None:
    client = Client()
    assert "ProConnect" not in text_of(client.get("/connexion/"))
    assert client.get("/connexion/identite/").status_code == 404
    assert client.get("/connexion/identite/retour/?code=a&state=b").status_code == 404
    log_in(client, "pilotage@demo.invalid")
    assert "Identité extérieure" not in text_of(client.get("/mon-compte/"))


def test_the_login_page_names_the_provider(fake: FakeProvider) -> None:
    page = text_of(Client().get("/connexion/?next=/fiches/"))
    assert "Se connecter avec ProConnect" in page and "/connexion/identite/?next=/fiches/" in page
    query = parse_qs(urlsplit(Client().get("/connexion/identite/")["Location"]).query)
    assert set(query["scope"][0].split()) == {"openid", "email"}


def test_the_three_settings_go_together(tmp_path: Any) -> None:
    refused = read_settings(tmp_path, OIDC_ISSUER="https://fia.example/api/v2")
    assert refused.returncode != 0 and "donner les trois" in refused.stderr
    three = {"OIDC_ISSUER": "https://fia.example/api/v2", "OIDC_CLIENT_ID": "a", "OIDC_CLIENT_SECRET": "b"}
    shown = "from django.conf import settings as s; print(list(s.SOCIALACCOUNT_PROVIDERS))"
    assert python("-c", shown, var=tmp_path, **GOOD, **three).stdout.strip() == "['proconnect']"
