"""Opening, changing and closing accounts: by the pages of who manages them, one audit row a write."""

import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from time_machine import travel

from cog.demo import PASSWORD, open_accounts
from cog.enums import Role
from cog.models import AuditEvent, Convention, Fiche, Membership, Organisation, User
from cog.operations import AccountRefused, close_account, command_account, withdraw_membership
from cog.permissions import ROLES, Permission, can
from tests.accounts.conftest import log_in

FRESH = "cheval agrafe pile correct"
NEW = {"nom": "Robin Essai", "adresse": "Robin@essai.invalid", "role": "pilotage", "password": PASSWORD}


def link_in(message: Any) -> str:
    found = re.search(r"https?://[^/\s]+(/invitation/\S+)", str(message.body))
    assert found, message.body
    return found[1]


def text_of(answer: Any) -> str:
    return answer.content.decode().replace("&#x27;", "'")


@pytest.fixture
def invited_client(manager: Client, django_capture_on_commit_callbacks: Any) -> Client:
    """Robin was invited by the page; the message waits in `mail.outbox`."""
    with django_capture_on_commit_callbacks(execute=True):
        answer = manager.post("/comptes/nouveau/", NEW, follow=True)
    assert "une invitation est partie à robin@essai.invalid" in text_of(answer)
    return manager


# --- Invitation -----------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_an_invited_person_chooses_a_password_and_comes_in(invited_client: Client) -> None:
    user = User.objects.get(email="robin@essai.invalid")
    assert not user.has_usable_password()
    assert mail.outbox[0].to == ["robin@essai.invalid"] and "Robin Essai" in mail.outbox[0].body
    client, link = Client(), link_in(mail.outbox[0])
    assert "pilotage (Cnaf)" in text_of(client.get(link))
    short = client.post(link, {"new_password1": "court", "new_password2": "court"})
    assert short.status_code == 422 and User.objects.get(pk=user.pk).password == user.password
    done = client.post(link, {"new_password1": FRESH, "new_password2": FRESH})
    assert (done.status_code, done["Location"]) == (302, "/")
    assert client.get("/").status_code == 200
    assert log_in(Client(), "robin@essai.invalid", FRESH).status_code == 302
    events = AuditEvent.objects.filter(subject="robin@essai.invalid").order_by("pk")
    assert [event.action for event in events][:2] == ["account.invited", "account.invitation_accepted"]
    assert events[0].details["after"]["membership"]["role"] == "pilotage"


@pytest.mark.django_db
def test_the_link_serves_once(invited_client: Client) -> None:
    """Red when the token does not hold the state of the password."""
    link = link_in(mail.outbox[0])
    Client().post(link, {"new_password1": FRESH, "new_password2": FRESH})
    again = Client().post(link, {"new_password1": "un autre mot de passe", "new_password2": "un autre mot de passe"})
    assert again.status_code == 410 and "ne vaut plus" in text_of(again)
    assert log_in(Client(), "robin@essai.invalid", FRESH).status_code == 302


@pytest.mark.django_db
def test_a_link_too_old_replaced_forged_or_of_a_closed_account_lets_nobody_in(
    invited_client: Client, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    first, user = link_in(mail.outbox[0]), User.objects.get(email="robin@essai.invalid")
    assert Client().get(first).status_code == 200
    with travel(timezone.now() + timedelta(seconds=settings.INVITATION_LIFE + 60)):
        assert Client().get(first).status_code == 410
    assert Client().get(first[:-3] + "abc/").status_code in (404, 410)
    with django_capture_on_commit_callbacks(execute=True):
        invited_client.post(f"/comptes/{user.pk}/inviter/", {"password": PASSWORD})
    assert Client().get(first).status_code == 410
    second = link_in(mail.outbox[-1])
    assert Client().get(second).status_code == 200
    invited_client.post(f"/comptes/{user.pk}/fermer/", {"password": PASSWORD})
    assert Client().get(second).status_code == 410


@pytest.mark.django_db
def test_a_known_address_is_not_invited_twice(invited_client: Client) -> None:
    answer = invited_client.post("/comptes/nouveau/", NEW)
    assert answer.status_code == 422 and "Un compte a déjà cette adresse" in text_of(answer)
    assert User.objects.filter(email="robin@essai.invalid").count() == 1


@pytest.mark.django_db
def test_who_came_is_not_invited_again(manager: Client, people: dict[str, User]) -> None:
    answer = manager.post(f"/comptes/{people['caf'].pk}/inviter/", {"password": PASSWORD}, follow=True)
    assert "est déjà venue" in text_of(answer)


@pytest.mark.django_db
def test_a_mail_that_fails_undoes_nothing(
    manager: Client, django_capture_on_commit_callbacks: Any, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens
    with django_capture_on_commit_callbacks(execute=True):
        assert manager.post("/comptes/nouveau/", NEW).status_code == 302
    assert User.objects.filter(email="robin@essai.invalid").exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"password": "faux"}, "rien n'a été fait"),
        ({"role": "caf"}, "désigne sa caisse"),
        ({"role": "contributeur"}, "Choisir au moins une fiche"),
        ({"role": "controle"}, "Une mission de contrôle a une fin"),
        ({"depuis": "2016-02-01", "jusqu_au": "2016-01-01"}, "La fin vient avant le début"),
        ({"adresse": "pas une adresse"}, "adresse"),
        ({"nom": ""}, "Ce champ est obligatoire"),
    ],
)
def test_what_is_asked_is_checked(manager: Client, changes: dict[str, str], said: str) -> None:
    answer = manager.post("/comptes/nouveau/", NEW | changes)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert not User.objects.filter(email="robin@essai.invalid").exists()


# --- Rights ---------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_rights_are_given_changed_and_withdrawn_with_before_and_after(
    manager: Client, people: dict[str, User], convention: Convention
) -> None:
    """Effective at the next request of the session that is open (F52)."""
    theirs = Client()
    log_in(theirs, "conseil@demo.invalid")
    user = people["conseil"]
    caisse = Organisation.objects.filter(convention=convention).caisses().order_by("code").last()
    fiches = list(Fiche.objects.filter(convention=convention, number__in=[3, 7]).order_by("number"))
    give = {"role": "caf", "caisse": caisse.pk, "depuis": "2013-01-01", "password": PASSWORD}
    assert manager.post(f"/comptes/{user.pk}/habilitations/nouvelle/", give).status_code == 302
    assert theirs.get("/remontees/").status_code == 200
    membership = Membership.objects.get(user=user, role="caf")
    until = {"role": "caf", "caisse": caisse.pk, "jusqu_au": "2013-06-30", "password": PASSWORD}
    manager.post(f"/comptes/{user.pk}/habilitations/{membership.pk}/", until)
    assert theirs.get("/remontees/").status_code == 403  # out of its days
    other = {"role": "contributeur", "fiches": [fiche.pk for fiche in fiches], "password": PASSWORD}
    manager.post(f"/comptes/{user.pk}/habilitations/nouvelle/", other)
    assert theirs.get("/remontees/").status_code == 200
    last = Membership.objects.get(user=user, role="contributeur")
    manager.post(f"/comptes/{user.pk}/habilitations/{last.pk}/retirer/", {"password": PASSWORD})
    assert theirs.get("/remontees/").status_code == 403
    events = list(AuditEvent.objects.filter(subject=user.email, action__contains="right").order_by("pk"))
    assert [event.action for event in events] == [
        "account.right_granted", "account.rights_changed", "account.right_granted", "account.right_withdrawn",
    ]  # fmt: skip
    changed = events[1].details
    assert changed["before"]["from"] == "2013-01-01" and changed["after"]["to"] == "2013-06-30"
    assert events[3].details == {"before": events[2].details["after"], "after": None}
    assert events[2].details["after"]["fiches"] == [3, 7]
    assert all(event.by == people["exploitation"] for event in events)
    page = text_of(manager.get(f"/comptes/{user.pk}/"))
    assert "Habilitation changée" in page and "jusqu'au 30 juin 2013" in page


@pytest.mark.django_db
def test_changing_rights_asks_for_the_password_again(manager: Client, people: dict[str, User]) -> None:
    """Red without the check of `ConfirmationForm`; five wrong ones, then even the right one waits."""
    address = f"/comptes/{people['conseil'].pk}/habilitations/nouvelle/"
    for _ in range(5):
        answer = manager.post(address, {"role": "tutelle", "password": "faux"})
        assert answer.status_code == 422 and "rien n'a été fait" in text_of(answer)
    answer = manager.post(address, {"role": "tutelle", "password": PASSWORD})
    assert "Trop d'essais manqués" in text_of(answer)
    assert not Membership.objects.filter(user=people["conseil"], role="tutelle").exists()


@pytest.mark.django_db
def test_nobody_gives_themselves_a_right(manager: Client, people: dict[str, User]) -> None:
    """Red without the comparison of `user` and `by` in `grant_membership`: the exploitation would read everything."""
    address = f"/comptes/{people['exploitation'].pk}/habilitations/nouvelle/"
    answer = manager.post(address, {"role": "pilotage", "password": PASSWORD})
    assert answer.status_code == 422 and "Nul ne change ses propres droits" in text_of(answer)
    assert not can(User.objects.get(pk=people["exploitation"].pk), Permission.TRANSMIT)


@pytest.mark.django_db
def test_a_right_is_given_once(manager: Client, people: dict[str, User]) -> None:
    answer = manager.post(
        f"/comptes/{people['conseil'].pk}/habilitations/nouvelle/", {"role": "conseil", "password": PASSWORD}
    )
    assert answer.status_code == 422 and "déjà cette habilitation" in text_of(answer)


@pytest.mark.django_db
def test_the_last_manager_stays(manager: Client, people: dict[str, User]) -> None:
    """Red without `_someone_must_stay`: neither by the right, nor by closing, nor by a date."""
    me = people["exploitation"]
    mine = Membership.objects.get(user=me)
    for address in (f"/comptes/{me.pk}/fermer/", f"/comptes/{me.pk}/habilitations/{mine.pk}/retirer/"):
        answer = manager.post(address, {"password": PASSWORD}, follow=True)
        assert "Il ne resterait personne" in text_of(answer)
    assert can(User.objects.get(pk=me.pk), Permission.MANAGE_ACCOUNTS)
    # Its twin: with another manager who can come in, one may leave; someone only invited does not count.
    manager.post("/comptes/nouveau/", NEW | {"role": "exploitation"})
    answer = manager.post(f"/comptes/{me.pk}/fermer/", {"password": PASSWORD}, follow=True)
    assert "Il ne resterait personne" in text_of(answer)
    other = people["pilotage"]
    manager.post(f"/comptes/{other.pk}/habilitations/nouvelle/", {"role": "exploitation", "password": PASSWORD})
    until = {"role": "exploitation", "jusqu_au": "2030-01-01", "password": PASSWORD}
    right = Membership.objects.get(user=other, role="exploitation")
    assert manager.post(f"/comptes/{other.pk}/habilitations/{right.pk}/", until).status_code == 302
    assert "Il ne resterait personne" in text_of(
        manager.post(f"/comptes/{me.pk}/fermer/", {"password": PASSWORD}, follow=True)
    )
    for_good = {"role": "exploitation", "password": PASSWORD}
    manager.post(f"/comptes/{other.pk}/habilitations/{right.pk}/", for_good)
    manager.post(f"/comptes/{me.pk}/habilitations/{mine.pk}/retirer/", {"password": PASSWORD})
    assert not can(User.objects.get(pk=me.pk), Permission.MANAGE_ACCOUNTS)
    assert manager.get("/comptes/").status_code == 403


@pytest.mark.django_db(transaction=True)
def test_two_managers_do_not_remove_each_other(reloaded_convention: Convention) -> None:
    """Red without `_lock_managers`: each sees the other still there. Twenty times, at once."""
    open_accounts(code=reloaded_convention.code, by=command_account(), at=timezone.now())
    one, two = (User.objects.get(email=f"{name}@demo.invalid") for name in ("exploitation", "pilotage"))
    Membership.objects.create(user=two, role=Role.OPERATIONS)
    for _ in range(20):
        start, refused = threading.Barrier(2), []

        def remove(who: User, by: User, start: Any = start, refused: Any = refused) -> None:
            try:
                start.wait(10)
                withdraw_membership(
                    membership=Membership.objects.select_related("user").get(user=who, role=Role.OPERATIONS),
                    by=by,
                    at=timezone.now(),
                )
            except AccountRefused:
                refused.append(who)
            finally:
                connection.close()

        threads = [threading.Thread(target=remove, args=pair) for pair in ((one, two), (two, one))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        left = Membership.objects.filter(role=Role.OPERATIONS).select_related("user")
        assert (len(left), len(refused)) == (1, 1)
        missing = two if left[0].user == one else one
        Membership.objects.create(user=missing, role=Role.OPERATIONS)


# --- Closing --------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_closing_ends_the_sessions_and_reopening_gives_back(manager: Client, people: dict[str, User]) -> None:
    """F52: the old cookie is tried."""
    theirs = Client()
    log_in(theirs, "tutelle@demo.invalid")
    key = people["tutelle"].pk
    assert manager.post(f"/comptes/{key}/fermer/", {"password": PASSWORD}).status_code == 302
    assert theirs.get("/").status_code == 302
    assert "Compte fermé" in text_of(log_in(Client(), "tutelle@demo.invalid", follow=True))
    manager.post(f"/comptes/{key}/rouvrir/", {"password": PASSWORD})
    assert theirs.get("/").status_code == 302  # the cookie of before stays dead
    assert log_in(Client(), "tutelle@demo.invalid").status_code == 302
    details = AuditEvent.objects.get(action="account.closed").details
    assert details["before"] == {"active": True} and details["after"]["sessions_ended"] == 1


@pytest.mark.django_db
def test_a_manager_stops_a_session_and_resets_a_second_factor(
    manager: Client, people: dict[str, User], django_capture_on_commit_callbacks: Any
) -> None:
    theirs = Client()
    log_in(theirs, "tutelle@demo.invalid")
    user = people["tutelle"]
    page = text_of(manager.get(f"/comptes/{user.pk}/"))
    stop = re.search(rf"/comptes/{user.pk}/sessions/\d+/arreter/", page)
    assert stop
    manager.post(stop[0], {"password": PASSWORD})
    assert theirs.get("/").status_code == 302
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "A" * 32})
    with django_capture_on_commit_callbacks(execute=True):
        manager.post(f"/comptes/{user.pk}/second-facteur/", {"password": PASSWORD})
    assert not Authenticator.objects.filter(user=user).exists()
    assert mail.outbox[-1].to == [user.email] and "Lou Exploitation" in mail.outbox[-1].body
    assert AuditEvent.objects.get(action="account.second_factor_reset").details["before"] == {"second_factor": ["totp"]}


@pytest.mark.django_db
def test_each_write_stands_or_falls_with_its_audit_row(people: dict[str, User], monkeypatch: Any) -> None:
    def broken(**_: Any) -> None:
        raise RuntimeError("audit")

    monkeypatch.setattr("cog.audit.record", broken)
    with pytest.raises(RuntimeError), transaction.atomic():
        close_account(user=people["caf"], by=people["exploitation"], at=timezone.now())
    assert User.objects.get(pk=people["caf"].pk).is_active


# --- Who may --------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OPERATIONS])
def test_only_the_exploitation_manages_accounts(people: dict[str, User], role: Role) -> None:
    user = people[role.value]
    client = Client()
    client.force_login(user)
    key, right = people["conseil"].pk, people["conseil"].memberships.get().pk
    for address in (
        "/comptes/", "/comptes/tableau.xlsx", "/comptes/nouveau/", f"/comptes/{key}/", f"/comptes/{key}/fermer/",
        f"/comptes/{key}/habilitations/nouvelle/", f"/comptes/{key}/habilitations/{right}/",
        f"/comptes/{key}/habilitations/{right}/retirer/",
    ):  # fmt: skip
        assert client.get(address).status_code == 403, address
        assert client.post(address, {"password": PASSWORD}).status_code in (403, 405), address
    assert [one for one in Role if Permission.MANAGE_ACCOUNTS in ROLES[one].grants] == [Role.OPERATIONS]


@pytest.mark.django_db
def test_the_list_is_filtered_searched_and_exported(manager: Client, people: dict[str, User]) -> None:
    manager.post("/comptes/nouveau/", NEW)
    assert "8 comptes" in text_of(manager.get("/comptes/"))
    assert "1 compte<" in text_of(manager.get("/comptes/?mots=robin"))
    assert "Robin Essai" in text_of(manager.get("/comptes/?etat=invite"))
    assert "2 comptes" in text_of(manager.get("/comptes/?role=pilotage"))
    assert "Aucun compte ne répond" in text_of(manager.get("/comptes/?etat=ferme"))
    rows = manager.get("/comptes/tableau.csv?role=caf").content.decode("utf-8-sig").splitlines()
    assert len(rows) == 2 and rows[1].startswith("Claude Caisse,caf@demo.invalid,ouvert,caisse (")
    assert manager.get("/comptes/tableau.xlsx")["Content-Type"].endswith("sheet")
    assert "commande@" not in text_of(manager.get("/comptes/"))
    assert manager.get(f"/comptes/{command_account().pk}/").status_code == 404


@pytest.mark.django_db
def test_the_list_asks_as_much_for_many_as_for_few(
    manager: Client, people: dict[str, User], django_assert_max_num_queries: Any
) -> None:
    for rank in range(45):
        user = User.objects.create_user(email=f"a{rank}@essai.invalid", password=None, name=f"A{rank}")
        Membership.objects.create(user=user, role=Role.STATE)
    with django_assert_max_num_queries(14):
        manager.get("/comptes/")
    with django_assert_max_num_queries(20):
        manager.get(f"/comptes/{people['caf'].pk}/")


@pytest.mark.django_db
def test_the_first_manager_is_invited_from_the_command_line(capsys: Any) -> None:
    call_command("invite", "Premiere@essai.invalid", "--nom", "Première Personne")
    link = re.search(r"(/invitation/\S+)", capsys.readouterr().out)
    assert link
    client = Client()
    client.post(link[1], {"new_password1": FRESH, "new_password2": FRESH})
    assert client.get("/comptes/").status_code == 200
    with pytest.raises(CommandError, match="déjà venue"):
        call_command("invite", "premiere@essai.invalid")
    with pytest.raises(CommandError, match="--nom"):
        call_command("invite", "autre@essai.invalid")
