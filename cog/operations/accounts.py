"""The writes of accounts: who may come in, as what, by which way. Each leaves one audit row, with before and after."""

import logging
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string

from cog import audit
from cog.enums import Role
from cog.invitations import token_for
from cog.models import Fiche, Membership, Organisation, User
from cog.operations.sessions import end_sessions_of
from cog.permissions import ROLES, Permission

logger = logging.getLogger(__name__)

COMMAND_ACCOUNT = "commande@suivi.invalid"
MANAGERS = [role for role, card in ROLES.items() if Permission.MANAGE_ACCOUNTS in card.grants]


class AccountRefused(Exception):
    """What cannot be done to an account, in words for who asked."""


@dataclass(frozen=True)
class Grant:
    """A role to give, for which caisse or fiches, between which days."""

    role: Role
    organisation: Organisation | None = None
    fiches: tuple[Fiche, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True)
class AccountRequest(Grant):
    """An account to open: whose, and its first role."""

    email: str = ""
    name: str = ""


def command_account() -> User:
    """The built-in account « commande », which signs what the command line does; nobody can log in with it."""
    user, _ = User.objects.get_or_create(email=COMMAND_ACCOUNT, defaults={"name": "commande"})
    if user.password == "":
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user


@transaction.atomic
def open_account(
    *, request: AccountRequest, password: str, by: User, at: datetime, demonstration: bool = False
) -> User:
    """Open an account with one role, or bring an existing one of the same address to that role."""
    user = User.objects.filter(email=request.email).first()
    if user is None:
        user = User.objects.create_user(email=request.email, password=password, name=request.name)
        user.is_demonstration = demonstration
        user.save(update_fields=["is_demonstration"])
    membership, created = Membership.objects.get_or_create(
        user=user,
        role=request.role,
        organisation=request.organisation,
        defaults={"valid_from": request.valid_from, "valid_to": request.valid_to},
    )
    membership.fiches.set(request.fiches)
    if created:
        audit.record(action="account.opened", subject=request.email, by=by, at=at, details={"role": request.role})
    return user


# --- Invitation -------------------------------------------------------------------------------------------------------
@transaction.atomic
def invite(*, request: AccountRequest, by: User, at: datetime) -> User:
    """Create an account without a password, and write to the person. Raises AccountRefused for a known address."""
    email = request.email.strip().lower()
    if User.objects.filter(email=email).exists():
        raise AccountRefused("Un compte a déjà cette adresse : ajouter une habilitation à ce compte.")
    user = User.objects.create_user(email=email, password=None, name=request.name.strip())
    user.invited_at, user.invited_by = at, by
    user.save(update_fields=["invited_at", "invited_by"])
    membership = _write(Membership(user=user, role=request.role), request)
    audit.record(
        action="account.invited",
        subject=email,
        by=by,
        at=at,
        details={"before": None, "after": {"name": user.name, "membership": in_plain(membership)}},
    )
    _mail_after_commit(user, "Votre accès au suivi de la Cog", "cog/accounts/invitation.txt", _link(user))
    return user


@transaction.atomic
def invite_again(*, user: User, by: User, at: datetime) -> None:
    """Write again to someone who never came; the former link no longer works. Raises AccountRefused otherwise."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if not user.is_active:
        raise AccountRefused("Ce compte est fermé : le rouvrir avant d'inviter de nouveau.")
    if user.has_come:
        raise AccountRefused("Cette personne est déjà venue : elle se connecte, ou demande un nouveau mot de passe.")
    before = user.invited_at.isoformat() if user.invited_at else None
    user.invited_at, user.invited_by = at, by
    user.save(update_fields=["invited_at", "invited_by"])
    details = {"before": {"invited_at": before}, "after": {"invited_at": at.isoformat()}}
    audit.record(action="account.invited_again", subject=user.email, by=by, at=at, details=details)
    _mail_after_commit(user, "Votre accès au suivi de la Cog", "cog/accounts/invitation.txt", _link(user))


@transaction.atomic
def accept_invitation(*, user: User, password: str | None, at: datetime) -> None:
    """The invited person chose a password (None: an identity elsewhere): the link is used. The caller checked it."""
    user.set_password(password)
    user.save(update_fields=["password"])
    details = {"before": None, "after": {"way": "mot de passe" if password else "fournisseur d'identité"}}
    audit.record(action="account.invitation_accepted", subject=user.email, by=user, at=at, details=details)


# --- Rights -----------------------------------------------------------------------------------------------------------
@transaction.atomic
def grant_membership(*, user: User, grant: Grant, by: User, at: datetime, membership: Membership | None = None) -> None:
    """Give a role, or change a role's scope and dates (`membership`). Nobody changes their own rights."""
    _lock_managers()
    if user == by:
        raise AccountRefused("Nul ne change ses propres droits : un autre gestionnaire des comptes le fait.")
    others = Membership.objects.filter(user=user, role=grant.role, organisation=grant.organisation)
    if others.exclude(pk=membership.pk if membership else None).exists():
        raise AccountRefused("Ce compte a déjà cette habilitation : en changer les dates ou la portée.")
    before = in_plain(membership) if membership else None
    written = _write(membership or Membership(user=user), grant)
    _someone_must_stay()
    audit.record(
        action="account.rights_changed" if before else "account.right_granted",
        subject=user.email,
        by=by,
        at=at,
        details={"before": before, "after": in_plain(written)},
    )


@transaction.atomic
def withdraw_membership(*, membership: Membership, by: User, at: datetime) -> None:
    """Take a role away, at once. Raises AccountRefused when nobody would be left to manage the accounts."""
    _lock_managers()
    before, user = in_plain(membership), membership.user
    membership.delete()
    _someone_must_stay()
    details = {"before": before, "after": None}
    audit.record(action="account.right_withdrawn", subject=user.email, by=by, at=at, details=details)


@transaction.atomic
def close_account(*, user: User, by: User, at: datetime) -> None:
    """Nobody comes in with it any more, from the next request on: its sessions end here."""
    _lock_managers()
    _set_active(user, active=False)
    _someone_must_stay()
    ended = end_sessions_of(user)
    details = {"before": {"active": True}, "after": {"active": False, "sessions_ended": ended}}
    audit.record(action="account.closed", subject=user.email, by=by, at=at, details=details)


@transaction.atomic
def reopen_account(*, user: User, by: User, at: datetime) -> None:
    """It is let in again, with the rights it had."""
    _set_active(user, active=True)
    details = {"before": {"active": False}, "after": {"active": True}}
    audit.record(action="account.reopened", subject=user.email, by=by, at=at, details=details)


# --- Second factor, identity elsewhere --------------------------------------------------------------------------------
@transaction.atomic
def reset_second_factor(*, user: User, by: User, at: datetime) -> None:
    """Forget the second factor of someone who lost it; their sessions end, they are told."""
    kinds = sorted(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    if not kinds:
        raise AccountRefused("Ce compte n'a pas de second facteur.")
    Authenticator.objects.filter(user=user).delete()
    end_sessions_of(user)
    details = {"before": {"second_factor": kinds}, "after": {"second_factor": []}}
    audit.record(action="account.second_factor_reset", subject=user.email, by=by, at=at, details=details)
    _mail_after_commit(user, "Votre second facteur a été retiré", "cog/accounts/second_factor_reset.txt", {"by": by})


@transaction.atomic
def link_identity(*, user: User, identity: SocialAccount, by: User, at: datetime) -> None:
    """Tie an identity (issuer and subject, never the e-mail) to an account that proved itself otherwise."""
    identity.user = user
    identity.save()
    details = {"before": None, "after": {"identity": identity.uid}}
    audit.record(action="account.identity_linked", subject=user.email, by=by, at=at, details=details)


@transaction.atomic
def unlink_identity(*, identity: SocialAccount, by: User, at: datetime) -> None:
    """Forget an identity: it lets nobody in any more. Raises AccountRefused where it is the only way in."""
    if not identity.user.has_usable_password():
        raise AccountRefused("C'est la seule façon d'entrer : choisir d'abord un mot de passe.")
    details = {"before": {"identity": identity.uid}, "after": None}
    subject = identity.user.email
    identity.delete()
    audit.record(action="account.identity_unlinked", subject=subject, by=by, at=at, details=details)


def note_event(
    *, action: str, user: User, by: User | None, at: datetime, details: dict[str, Any] | None = None
) -> None:
    """Keep the trace of what the library did to an account (a login, a password, a second factor)."""
    audit.record(action=action, subject=user.email, by=by, at=at, details=details)


# --- Inside -----------------------------------------------------------------------------------------------------------
def in_plain(membership: Membership) -> dict[str, Any]:
    """A membership as its audit row tells it."""
    return {
        "role": str(membership.role),
        "caisse": membership.organisation.code if membership.organisation else None,
        "fiches": sorted(membership.fiches.values_list("number", flat=True)),
        "from": membership.valid_from.isoformat() if membership.valid_from else None,
        "to": membership.valid_to.isoformat() if membership.valid_to else None,
    }


def _write(membership: Membership, grant: Grant) -> Membership:
    membership.role, membership.organisation = grant.role, grant.organisation
    membership.valid_from, membership.valid_to = grant.valid_from, grant.valid_to
    membership.save()
    membership.fiches.set(grant.fiches)
    return membership


def _set_active(user: User, *, active: bool) -> None:
    if not User.objects.filter(pk=user.pk, is_active=not active).update(is_active=active):
        raise AccountRefused("Ce compte est déjà ouvert." if active else "Ce compte est déjà fermé.")
    user.is_active = active


def _lock_managers() -> None:
    """Two managers who would remove each other at once: the second waits, and is refused."""
    list(Membership.objects.select_for_update().filter(role__in=MANAGERS))


def _someone_must_stay() -> None:
    """Raises AccountRefused when no account that can come in holds the right for good."""
    held = Membership.objects.filter(role__in=MANAGERS, user__is_active=True, valid_to=None).select_related("user")
    if not any(one.user.has_come for one in held):
        raise AccountRefused("Il ne resterait personne pour gérer les comptes : nommer d'abord un autre gestionnaire.")


def _link(user: User) -> dict[str, Any]:
    return {"token": token_for(user), "days": settings.INVITATION_LIFE // 86400}


def _mail_after_commit(user: User, subject: str, template: str, context: dict[str, Any]) -> None:
    """Write to the person once all is saved; a mail that fails undoes nothing, and can be sent again."""
    body = render_to_string(template, {"user": user, "site": settings.SITE_URL, **context})

    def send() -> None:
        try:
            EmailMessage(subject=subject, body=body, to=[user.email]).send()
        except OSError:
            logger.exception("account e-mail not sent: %s", template)

    transaction.on_commit(send)
