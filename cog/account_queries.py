"""Reads of the accounts: the list, one account with its rights, its sessions, its history."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, Q, QuerySet

from cog.audit import AuditEvent
from cog.enums import AccountState, Role
from cog.models import Membership, User
from cog.operations.accounts import COMMAND_ACCOUNT
from cog.periods import format_date

HISTORY = 50


@dataclass(frozen=True)
class AccountLine:
    """An account as the list and the exports show it."""

    user: User
    state: AccountState
    memberships: list[Membership]
    second_factor: bool

    @property
    def rights(self) -> str:
        """« caisse (Caf de l'Ain), tutelle (État) »."""
        return ", ".join(in_words(one) for one in self.memberships) or "aucune"


def accounts(*, words: str = "", role: str = "", state: str = "") -> QuerySet[User]:
    """The accounts of people, by name; never the built-in one."""
    rows = User.objects.exclude(email=COMMAND_ACCOUNT)
    never_came = Q(last_login=None) & Q(("password__startswith", UNUSABLE_PASSWORD_PREFIX))
    if words:
        rows = rows.filter(Q(name__icontains=words) | Q(email__icontains=words))
    if role:
        rows = rows.filter(memberships__role=role).distinct()
    if state == AccountState.CLOSED:
        rows = rows.filter(is_active=False)
    elif state == AccountState.INVITED:
        rows = rows.filter(never_came, is_active=True)
    elif state == AccountState.OPEN:
        rows = rows.filter(~never_came, is_active=True)
    return rows.order_by("name", "pk")


def account_lines(users: Iterable[User]) -> list[AccountLine]:
    """Those accounts with what each line tells, in three questions however many they are."""
    people = list(users)
    rights: dict[int, list[Membership]] = {user.pk: [] for user in people}
    rows = Membership.objects.filter(user__in=people).select_related("organisation").prefetch_related("fiches")
    for membership in rows.order_by("role", "pk"):
        rights[membership.user_id].append(membership)
    with_factor = set(
        Authenticator.objects.filter(user__in=people, type=Authenticator.Type.TOTP).values_list("user_id", flat=True)
    )
    return [AccountLine(user, state_of(user), rights[user.pk], user.pk in with_factor) for user in people]


def state_of(user: User) -> AccountState:
    if not user.is_active:
        return AccountState.CLOSED
    return AccountState.OPEN if user.has_come else AccountState.INVITED


def account_or_none(*, key: int) -> User | None:
    return User.objects.exclude(email=COMMAND_ACCOUNT).select_related("invited_by").filter(pk=key).first()


def in_words(membership: Membership) -> str:
    """« direction contributrice (fiches n° 1 et 4), du 1er janvier 2014 au 31 mars 2014 »."""
    text = str(Role(membership.role).label)
    if membership.organisation:
        text += f" ({membership.organisation.name})"
    numbers = sorted(fiche.number for fiche in membership.fiches.all())
    if numbers:
        text += f" (fiche{'s' if len(numbers) > 1 else ''} n° {', '.join(map(str, numbers))})"
    return text + between(membership.valid_from, membership.valid_to)


def between(start: date | None, end: date | None) -> str:
    if start and end:
        return f", du {format_date(start)} au {format_date(end)}"
    if start:
        return f", depuis le {format_date(start)}"
    return f", jusqu'au {format_date(end)}" if end else ""


def is_in_force(membership: Membership, *, at: date) -> bool:
    return (membership.valid_from or at) <= at <= (membership.valid_to or at)


@dataclass(frozen=True)
class SessionLine:
    """A session: from what, from where, last used when."""

    session: UserSession
    device: str
    is_current: bool


def sessions_of(user: User, *, now: datetime, current: str | None = None) -> list[SessionLine]:
    """The sessions that still let in, the latest used first."""
    alive = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=now)
    rows = UserSession.objects.filter(Exists(alive), user=user).order_by("-last_seen_at", "pk")
    return [SessionLine(row, device_of(row.user_agent), row.session_key == current) for row in rows]


_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip


def device_of(user_agent: str) -> str:
    """« Firefox, Windows »: enough to know one's own."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "navigateur inconnu")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return f"{browser}, {system}" if system else browser


def identities_of(user: User) -> list[SocialAccount]:
    return list(SocialAccount.objects.filter(user=user).order_by("date_joined"))


ACTS = {
    "account.opened": "compte ouvert",
    "account.invited": "invitation envoyée",
    "account.invited_again": "invitation renvoyée",
    "account.invitation_accepted": "invitation acceptée",
    "account.right_granted": "habilitation donnée",
    "account.rights_changed": "habilitation changée",
    "account.right_withdrawn": "habilitation retirée",
    "account.closed": "compte fermé",
    "account.reopened": "compte rouvert",
    "account.logged_in": "connexion",
    "account.login_refused": "connexion refusée",
    "account.password_changed": "mot de passe changé",
    "account.second_factor_set": "second facteur posé",
    "account.second_factor_removed": "second facteur retiré",
    "account.second_factor_reset": "second facteur retiré par l'exploitation",
    "account.recovery_codes_made": "codes de secours tirés",
    "account.identity_linked": "identité reliée",
    "account.identity_unlinked": "identité déliée",
    "account.session_ended": "session fermée",
    "account.sessions_ended": "autres sessions fermées",
}


@dataclass(frozen=True)
class HistoryLine:
    """One act on an account: when, which, by whom, what it said."""

    at: datetime
    act: str
    by: str
    said: str


def history_of(user: User) -> list[HistoryLine]:
    """The latest acts on an account, the latest first."""
    rows = AuditEvent.objects.filter(subject=user.email, action__startswith="account.").select_related("by")
    return [
        HistoryLine(row.at, ACTS.get(row.action, row.action), row.by.name if row.by else "sans compte", _said(row))
        for row in rows.order_by("-at", "-pk")[:HISTORY]
    ]


def _said(event: AuditEvent) -> str:
    """Before and after, in words, where the act changed a right; by which way, where someone came in."""
    before, after = event.details.get("before"), event.details.get("after")
    told = [_right(part) for part in (before, after)]
    if any(told):
        old, new = told
        return f"{old} → {new}" if old and new else f"{old or new}"
    if way := event.details.get("way"):
        return f"par {way}" + (", second facteur prouvé" if event.details.get("second_factor") else "")
    return ""


def _right(part: object) -> str:
    """A membership kept in plain, as words."""
    if not isinstance(part, dict):
        return ""
    right = part.get("membership", part)
    if not isinstance(right, dict) or "role" not in right:
        return ""
    words = str(Role(right["role"]).label)
    words += f" ({right['caisse']})" if right["caisse"] else ""
    words += f" (fiches n° {', '.join(map(str, right['fiches']))})" if right["fiches"] else ""
    days = [date.fromisoformat(right[key]) if right[key] else None for key in ("from", "to")]
    return words + between(*days)
