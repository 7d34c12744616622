"""The written matrix of rights: role x permission x scope. Code, tests and `docs/rights.md` all read it here.

A permission is granted to a role with a scope; a view names the one permission it needs (`@requires`), and a test fails
on an address whose view names none. Outside one's scope a thing does not exist: the answer is 404.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import wraps
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from cog.enums import OrganisationKind, Role
from cog.models import Convention, Fiche, Job, Membership, Organisation, OrganisationQuerySet, User


class Permission(StrEnum):
    """What may be done, in the words of the documentation page."""

    READ_REFERENCE = "lire la convention : fiches, actions, définitions, budgets, anomalies"
    READ_RESULTS = "lire les résultats en cours, avant transmission"
    READ_PROGRESS = "lire l'avancement des actions, avant transmission"
    RECORD_PROGRESS = "saisir l'avancement des actions et joindre leurs pièces"
    NAME_RESPONSIBLES = "nommer les directions et les personnes en charge"
    READ_STATE_PART = "lire ce que l'État dit de ses engagements et des validations demandées"
    SPEAK_FOR_STATE = "dire où en sont les engagements de l'État, répondre aux validations"
    READ_PUBLISHED = "lire les documents publiés"
    SEE_OBSERVATIONS = "voir les données remontées et ce qui manque"
    SEND_OBSERVATIONS = "envoyer des données remontées"
    ACCEPT_OBSERVATIONS = "accepter des données remontées"
    ADOPT_DEFINITION = "adopter une définition d'indicateur"
    ENTER_LOCAL_TARGETS = "saisir les cibles des Cpog et les groupes de caisses"
    READ_EXPLANATIONS = "lire les explications d'écart, avant transmission"
    EXPLAIN_GAP = "expliquer un écart"
    SET_GAP_THRESHOLD = "fixer le seuil à partir duquel un écart s'explique"
    TRANSMIT = "transmettre à l'État les résultats d'un trimestre, les éditions et les documents dus"
    READ_TRANSMITTED = "lire ce qui a été transmis à l'État, et ce qui en a été dit"
    ANNOTATE_TRANSMISSION = "accuser réception d'une transmission, questionner, observer"
    ANSWER_STATE = "répondre aux questions de la tutelle"
    READ_BUDGETS = "lire les budgets votés, exécutés et prévus, les virements et les effectifs, avant transmission"
    KEEP_BUDGETS = "tenir les budgets : actes, exécution, prévisions, virements, effectifs, annexes"
    SEND_REMINDERS = "rappeler aux caisses ce qu'elles doivent"
    PRODUCE_REPORT = "produire le bilan annuel, du projet au document présenté au conseil"
    READ_EVALUATION = "lire l'évaluation finale, de son côté"
    EVALUATE_FOR_CNAF = "ouvrir et clore l'évaluation finale, y écrire et partager la lecture de la Cnaf"
    EVALUATE_FOR_STATE = "écrire et partager la lecture de l'État dans l'évaluation finale"
    EXPORT_MISSION = "produire le dossier d'une mission de contrôle"
    KEEP_AMENDMENTS = "préparer, approuver et retirer les avenants"
    SEE_JOBS = "suivre et annuler les travaux de fond"
    MANAGE_ACCOUNTS = "ouvrir des comptes, en fixer les droits, les fermer"
    WATCH_OPERATIONS = "surveiller la santé de l'application"
    READ_AUDIT = "lire le journal d'audit ; ce qui a changé, si l'on lit les résultats"


class Scope(StrEnum):
    """How far a permission reaches."""

    ALL = "tout"
    OWN_CAISSE = "sa caisse"
    OWN_FICHES = "ses fiches"
    OWN_JOBS = "ses propres travaux"


@dataclass(frozen=True)
class RoleCard:
    """A role: one sentence anyone can read, and what it is granted."""

    sentence: str
    grants: dict[Permission, Scope]


ROLES: dict[Role, RoleCard] = {
    Role.STEERING: RoleCard(
        "Pilote la convention à la Cnaf : lit tout, produit les documents ; ne réécrit jamais ce qui a été transmis.",
        {
            Permission.READ_REFERENCE: Scope.ALL,
            Permission.READ_RESULTS: Scope.ALL,
            Permission.READ_PROGRESS: Scope.ALL,
            Permission.RECORD_PROGRESS: Scope.ALL,
            Permission.NAME_RESPONSIBLES: Scope.ALL,
            Permission.READ_STATE_PART: Scope.ALL,
            Permission.READ_PUBLISHED: Scope.ALL,
            Permission.SEE_OBSERVATIONS: Scope.ALL,
            Permission.SEND_OBSERVATIONS: Scope.ALL,
            Permission.ACCEPT_OBSERVATIONS: Scope.ALL,
            Permission.ADOPT_DEFINITION: Scope.ALL,
            Permission.ENTER_LOCAL_TARGETS: Scope.ALL,
            Permission.READ_EXPLANATIONS: Scope.ALL,
            Permission.EXPLAIN_GAP: Scope.ALL,
            Permission.SET_GAP_THRESHOLD: Scope.ALL,
            Permission.TRANSMIT: Scope.ALL,
            Permission.READ_TRANSMITTED: Scope.ALL,
            Permission.ANSWER_STATE: Scope.ALL,
            Permission.READ_BUDGETS: Scope.ALL,
            Permission.KEEP_BUDGETS: Scope.ALL,
            Permission.SEND_REMINDERS: Scope.ALL,
            Permission.PRODUCE_REPORT: Scope.ALL,
            Permission.READ_EVALUATION: Scope.ALL,
            Permission.EVALUATE_FOR_CNAF: Scope.ALL,
            Permission.EXPORT_MISSION: Scope.ALL,
            Permission.KEEP_AMENDMENTS: Scope.ALL,
            Permission.SEE_JOBS: Scope.ALL,
        },
    ),
    Role.CONTRIBUTOR: RoleCard(
        "Direction chargée d'une ou plusieurs fiches : dit où en sont leurs actions, suit leurs indicateurs, explique "
        "leurs écarts.",
        {
            Permission.READ_REFERENCE: Scope.ALL,
            Permission.READ_RESULTS: Scope.ALL,
            Permission.READ_PROGRESS: Scope.ALL,
            Permission.RECORD_PROGRESS: Scope.OWN_FICHES,
            Permission.READ_STATE_PART: Scope.ALL,
            Permission.READ_PUBLISHED: Scope.ALL,
            Permission.SEE_OBSERVATIONS: Scope.ALL,
            Permission.READ_EXPLANATIONS: Scope.ALL,
            Permission.EXPLAIN_GAP: Scope.OWN_FICHES,
            Permission.READ_BUDGETS: Scope.ALL,
            Permission.READ_TRANSMITTED: Scope.ALL,
            Permission.READ_EVALUATION: Scope.ALL,
        },
    ),
    Role.CAISSE: RoleCard(
        "Caisse locale : envoie ses données, voit ses propres résultats et sa place parmi les autres, sans leurs noms.",
        {
            Permission.READ_REFERENCE: Scope.ALL,
            Permission.READ_RESULTS: Scope.OWN_CAISSE,
            Permission.READ_PUBLISHED: Scope.ALL,
            Permission.SEE_OBSERVATIONS: Scope.OWN_CAISSE,
            Permission.SEND_OBSERVATIONS: Scope.OWN_CAISSE,
            Permission.ACCEPT_OBSERVATIONS: Scope.OWN_CAISSE,
            Permission.SEE_JOBS: Scope.OWN_JOBS,
        },
    ),
    Role.STATE: RoleCard(
        "Tutelle : lit ce qui a été transmis, en l'état, en accuse réception, questionne et observe ; rien avant.",
        {
            Permission.READ_REFERENCE: Scope.ALL,
            Permission.READ_PUBLISHED: Scope.ALL,
            Permission.READ_STATE_PART: Scope.ALL,
            Permission.SPEAK_FOR_STATE: Scope.ALL,
            Permission.READ_TRANSMITTED: Scope.ALL,
            Permission.ANNOTATE_TRANSMISSION: Scope.ALL,
            Permission.READ_EVALUATION: Scope.ALL,
            Permission.EVALUATE_FOR_STATE: Scope.ALL,
        },
    ),
    Role.BOARD: RoleCard(
        "Conseil d'administration : lit les rapports publiés ; ne voit aucun projet.",
        {Permission.READ_REFERENCE: Scope.ALL, Permission.READ_PUBLISHED: Scope.ALL},
    ),
    Role.CONTROL: RoleCard(
        "Corps de contrôle en mission datée : lit tout ce que sa lettre de mission ouvre ; n'écrit rien.",
        {
            Permission.READ_REFERENCE: Scope.ALL,
            Permission.READ_RESULTS: Scope.ALL,
            Permission.READ_PROGRESS: Scope.ALL,
            Permission.READ_STATE_PART: Scope.ALL,
            Permission.READ_PUBLISHED: Scope.ALL,
            Permission.SEE_OBSERVATIONS: Scope.ALL,
            Permission.READ_EXPLANATIONS: Scope.ALL,
            Permission.READ_BUDGETS: Scope.ALL,
            Permission.READ_TRANSMITTED: Scope.ALL,
            Permission.READ_EVALUATION: Scope.ALL,
            Permission.EXPORT_MISSION: Scope.ALL,
            Permission.READ_AUDIT: Scope.ALL,
        },
    ),
    Role.OPERATIONS: RoleCard(
        "Exploitation : tient les comptes, surveille l'application et ses travaux ; ne lit ni ne change les résultats.",
        {
            Permission.READ_REFERENCE: Scope.ALL,
            Permission.SEE_JOBS: Scope.ALL,
            Permission.MANAGE_ACCOUNTS: Scope.ALL,
            Permission.WATCH_OPERATIONS: Scope.ALL,
            Permission.READ_AUDIT: Scope.ALL,
        },
    ),
}


def account(request: HttpRequest) -> User:
    """The account that asks, behind a view that names its permission: an anonymous one never comes that far."""
    return cast(User, request.user)


def _memberships(user: Any, today: date) -> list[Membership]:
    """The memberships of an active account that are in force today, with their body and the keys of their fiches
    (`open_fiches`), read once per request.
    """
    if not getattr(user, "is_active", False) or not user.is_authenticated:
        return []
    cached: list[Membership] | None = getattr(user, "_memberships_in_force", None)
    if cached is None:
        found: dict[int, Any] = {}
        for row in user.memberships.select_related("organisation").annotate(open_fiche=F("fiches")).order_by("pk"):
            held = found.setdefault(row.pk, row)  # a row for each of its fiches
            held.open_fiches = [*getattr(held, "open_fiches", []), row.open_fiche]
        cached = [row for row in found.values() if (row.valid_from or today) <= today <= (row.valid_to or today)]
        user._memberships_in_force = cached
    return cached


def narrow(user: User, role: Role) -> None:
    """Leave an account, for the request it was read for, only what one of its roles gives it."""
    held = _memberships(user, timezone.localdate())
    user._memberships_in_force = [one for one in held if one.role == role]  # type: ignore[attr-defined]  # kept on the account for the request


def scopes(user: Any, permission: Permission) -> frozenset[Scope]:
    """The scopes in which `user` holds `permission` today; empty when they do not hold it."""
    today = timezone.localdate()
    return frozenset(
        ROLES[Role(membership.role)].grants[permission]
        for membership in _memberships(user, today)
        if permission in ROLES[Role(membership.role)].grants
    )


def can(user: Any, permission: Permission) -> bool:
    """Whether `user` holds `permission` in any scope."""
    return bool(scopes(user, permission))


def caisses_visible_to(user: Any, permission: Permission = Permission.READ_RESULTS) -> OrganisationQuerySet:
    """The bodies for which `user` holds a permission (by default: whose results they may see): all, one's own, none."""
    granted = scopes(user, permission)
    if Scope.ALL in granted:
        return Organisation.objects.all()
    if Scope.OWN_CAISSE in granted:
        own = [
            membership.organisation_id
            for membership in _memberships(user, timezone.localdate())
            if membership.organisation_id
        ]
        return Organisation.objects.filter(pk__in=own, kind=OrganisationKind.CAISSE)
    return Organisation.objects.none()


def fiches_open_to(user: Any, permission: Permission) -> QuerySet[Fiche]:
    """The fiches on which `user` holds a permission: all, those of their memberships, none."""
    granted = scopes(user, permission)
    if Scope.ALL in granted:
        return Fiche.objects.all()
    if Scope.OWN_FICHES in granted:
        return Fiche.objects.filter(pk__in=own_fiches(user))
    return Fiche.objects.none()


def own_fiches(user: Any) -> set[int]:
    """The keys of the fiches named by the memberships of an account."""
    held: list[Any] = list(_memberships(user, timezone.localdate()))
    return {key for membership in held for key in membership.open_fiches if key is not None}


def own_caisses(user: Any) -> list[Organisation]:
    """The caisses named by the memberships of an account."""
    held = [membership.organisation for membership in _memberships(user, timezone.localdate())]
    return [body for body in held if body is not None and body.kind == OrganisationKind.CAISSE]


def users_with(permission: Permission) -> list[User]:
    """The active accounts that hold a permission today, whatever its scope."""
    roles = [role for role, card in ROLES.items() if permission in card.grants]
    holders = User.objects.filter(is_active=True, memberships__role__in=roles).distinct().order_by("email")
    return [user for user in holders if can(user, permission)]


def people_of_caisse(convention: Convention, code: str) -> list[User]:
    """The active accounts of a caisse."""
    rows = User.objects.filter(
        is_active=True, memberships__organisation__convention=convention, memberships__organisation__code=code
    )
    return [user for user in rows.distinct().order_by("email") if roles_of(user)]


def jobs_visible_to(user: Any) -> QuerySet[Job]:
    """The background jobs `user` may follow: all, or those they asked for; the latest first."""
    rows = Job.objects.select_related("created_by", "cancel_asked_by").order_by("-created_at", "pk")
    return rows if Scope.ALL in scopes(user, Permission.SEE_JOBS) else rows.filter(created_by=user)


View = Callable[..., HttpResponseBase]


def requires(permission: Permission) -> Callable[[View], View]:
    """Name the permission a view needs; without it the answer is 403 with a page that says what is missing."""

    def wear(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not can(request.user, permission):
                raise PermissionDenied(f"Votre compte ne permet pas de {permission.value}.")
            return view(request, *args, **kwargs)

        checked.permission = permission  # type: ignore[attr-defined]  # read by tests/house/test_rights.py
        return checked

    return wear


def roles_of(user: User) -> list[Role]:
    """The roles `user` holds today."""
    return [Role(membership.role) for membership in _memberships(user, timezone.localdate())]
