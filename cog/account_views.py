"""Pages of the accounts, for who manages them: the list, one account, its rights, what is done to it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from cog import account_queries as queries
from cog import operations
from cog.account_forms import AccountFilter, GrantForm, InvitationForm
from cog.confirmation import ConfirmationForm
from cog.exports import DataState, Export, table_file
from cog.models import User
from cog.operations import AccountRefused
from cog.paging import page_of
from cog.permissions import Permission, account, requires
from cog.queries import current_convention
from cog.second_factor import is_owed
from cog.views import convention_or_404


@require_safe
@requires(Permission.MANAGE_ACCOUNTS)
def account_list(request: HttpRequest) -> HttpResponse:
    form, rows = _asked(request)
    page = page_of(request, rows)
    context = {"form": form, "page": page, "lines": queries.account_lines(page.object_list)}
    return render(request, "cog/accounts/list.html", context)


@require_safe
@requires(Permission.MANAGE_ACCOUNTS)
def account_list_file(request: HttpRequest, kind: str) -> HttpResponse:
    """Every account the filter keeps."""
    form, rows = _asked(request)
    header = ["Nom", "Adresse", "État", "Habilitations", "Second facteur", "Dernière connexion", "Invité le"]
    lines = [
        [
            line.user.name,
            line.user.email,
            line.state.label,
            line.rights,
            "oui" if line.second_factor else "non",
            _local(line.user.last_login),
            _local(line.user.invited_at),
        ]
        for line in queries.account_lines(rows)
    ]
    export = Export(
        title="Comptes",
        convention=convention_or_404(),
        page=reverse("accounts"),
        state=DataState.CURRENT,
        filters=form.in_words(),
        simulated=False,
        about=[("Comptes", len(lines))],
    )
    return table_file(request, export, [("Comptes", header, lines)], name="comptes", kind=kind)


def _local(moment: Any) -> Any:
    return timezone.localtime(moment).replace(tzinfo=None) if moment else None


def _asked(request: HttpRequest) -> tuple[AccountFilter, Any]:
    form = AccountFilter(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {"mots": "", "role": "", "etat": ""}
    return form, queries.accounts(words=chosen["mots"], role=chosen["role"], state=chosen["etat"])


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_ACCOUNTS)
def invite(request: HttpRequest) -> HttpResponse:
    """A new account: who, in which role; an invitation leaves by e-mail."""
    form = InvitationForm(request.POST or None, user=account(request), convention=current_convention())
    if request.method == "POST" and form.is_valid():
        try:
            user = operations.invite(request=form.request(), by=account(request), at=timezone.now())
        except AccountRefused as refused:
            form.add_error("adresse", str(refused))
        else:
            messages.success(request, f"Compte ouvert : une invitation est partie à {user.email}.")
            return redirect("account", key=user.pk)
    return render(request, "cog/accounts/invite.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@requires(Permission.MANAGE_ACCOUNTS)
def account_page(request: HttpRequest, key: int) -> HttpResponse:
    """One account: its rights and their days, its second factor, its sessions, its history."""
    user = _account_or_404(key)
    today = timezone.localdate()
    line = queries.account_lines([user])[0]
    context = {
        "person": user,
        "line": line,
        "rights": [(one, queries.in_words(one), queries.is_in_force(one, at=today)) for one in line.memberships],
        "owed": is_owed(user),
        "identities": queries.identities_of(user),
        "sessions": queries.sessions_of(user, now=timezone.now(), current=request.session.session_key),
        "history": queries.history_of(user),
    }
    return render(request, "cog/accounts/account.html", context)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_ACCOUNTS)
def grant(request: HttpRequest, key: int, membership: int | None = None) -> HttpResponse:
    """Give a role, or change one's scope and days."""
    user = _account_or_404(key)
    changed = get_object_or_404(user.memberships.select_related("organisation"), pk=membership) if membership else None
    form = GrantForm(request.POST or None, user=account(request), convention=current_convention(), membership=changed)
    if request.method == "POST" and form.is_valid():
        asked = form.grant()
        try:
            operations.grant_membership(
                user=user, grant=asked, by=account(request), at=timezone.now(), membership=changed
            )
        except AccountRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "Droits enregistrés : ils valent dès la prochaine page de cette personne.")
            return redirect("account", key=user.pk)
    context = {"form": form, "person": user, "membership": changed}
    return render(request, "cog/accounts/grant.html", context, status=422 if form.errors else 200)


@dataclass(frozen=True)
class Gesture:
    """What is done to an account by one confirmed button, in words."""

    title: str
    says: str
    button: str
    done: str
    act: Callable[..., None]


GESTURES = {
    "fermer": Gesture(
        "Fermer le compte",
        "Plus personne n'entre avec ce compte : ses sessions ouvertes s'arrêtent à leur prochaine page. "
        "Ce qu'il a écrit reste, à son nom. Le compte peut être rouvert.",
        "Fermer ce compte",
        "Compte fermé : ses sessions sont arrêtées.",
        operations.close_account,
    ),
    "rouvrir": Gesture(
        "Rouvrir le compte",
        "La personne entre de nouveau, avec les habilitations qu'elle avait : les relire d'abord.",
        "Rouvrir ce compte",
        "Compte rouvert.",
        operations.reopen_account,
    ),
    "inviter": Gesture(
        "Renvoyer l'invitation",
        "Un nouveau lien part par courriel. Le précédent ne vaut plus.",
        "Renvoyer l'invitation",
        "Invitation renvoyée.",
        operations.invite_again,
    ),
    "second-facteur": Gesture(
        "Retirer le second facteur",
        "À faire quand la personne a perdu son téléphone et ses codes de secours, après s'être assuré que c'est bien "
        "elle. Ses sessions s'arrêtent ; elle est prévenue par courriel, et pose un nouveau second facteur si son rôle "
        "en demande un.",
        "Retirer le second facteur",
        "Second facteur retiré.",
        operations.reset_second_factor,
    ),
}


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_ACCOUNTS)
def gesture(request: HttpRequest, key: int, name: str) -> HttpResponse:
    """One thing done to an account, said first, confirmed by the password."""
    user = _account_or_404(key)
    if name not in GESTURES:
        raise Http404
    return _confirm(request, user, GESTURES[name], subject={"user": user})


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_ACCOUNTS)
def withdraw(request: HttpRequest, key: int, membership: int) -> HttpResponse:
    """Take a role away."""
    user = _account_or_404(key)
    row = get_object_or_404(user.memberships.select_related("user", "organisation"), pk=membership)
    what = Gesture(
        "Retirer l'habilitation",
        f"« {queries.in_words(row)} » : dès sa prochaine page, la personne ne peut plus rien de ce que ce rôle permet.",
        "Retirer cette habilitation",
        "Habilitation retirée.",
        operations.withdraw_membership,
    )
    return _confirm(request, user, what, subject={"membership": row})


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_ACCOUNTS)
def end_session(request: HttpRequest, key: int, session: int) -> HttpResponse:
    """Stop one session of an account."""
    user = _account_or_404(key)
    row = get_object_or_404(UserSession.objects.select_related("user"), user=user, pk=session)
    what = Gesture(
        "Arrêter la session",
        f"{queries.device_of(row.user_agent)}, adresse {row.ip} : elle s'arrête à sa prochaine page.",
        "Arrêter cette session",
        "Session arrêtée.",
        operations.end_session,
    )
    return _confirm(request, user, what, subject={"session": row})


def _confirm(request: HttpRequest, user: User, what: Gesture, *, subject: dict[str, Any]) -> HttpResponse:
    form = ConfirmationForm(request.POST or None, user=account(request))
    if request.method == "POST" and form.is_valid():
        try:
            what.act(**subject, by=account(request), at=timezone.now())
        except AccountRefused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, what.done)
        return redirect("account", key=user.pk)
    context = {"form": form, "person": user, "what": what}
    return render(request, "cog/accounts/confirm.html", context, status=422 if form.errors else 200)


def _account_or_404(key: int) -> User:
    user = queries.account_or_none(key=key)
    if user is None:
        raise Http404("Ce compte n'existe pas.")
    return user
