"""The ground floor's part of the demonstration: one account per role."""

from datetime import date, datetime

from cog.enums import Role
from cog.models import Convention, Fiche, Organisation, User
from cog.operations import AccountRequest, open_account

PASSWORD = "demonstration-2013-2017"  # noqa: S105 - printed on the login page of every demonstration

_PEOPLE = [
    (Role.STEERING, "pilotage", "Camille Pilotage"),
    (Role.CONTRIBUTOR, "contributeur", "Dominique Direction"),
    (Role.CAISSE, "caf", "Claude Caisse"),
    (Role.STATE, "tutelle", "Alex Tutelle"),
    (Role.BOARD, "conseil", "Sacha Conseil"),
    (Role.CONTROL, "controle", "Maxime Contrôle"),
    (Role.OPERATIONS, "exploitation", "Lou Exploitation"),
]


def open_accounts(*, code: str, by: User, at: datetime) -> Convention:
    """Open the demonstration accounts, or find them again; returns the convention they look at."""
    convention = Convention.objects.get(code=code)
    caisse = Organisation.objects.filter(convention=convention).caisses().order_by("code").first()
    fiche = Fiche.objects.filter(convention=convention).order_by("number").first()
    for role, name, person in _PEOPLE:
        open_account(
            request=AccountRequest(
                email=f"{name}@demo.invalid",
                name=person,
                role=role,
                organisation=caisse if role is Role.CAISSE else None,
                fiches=(fiche,) if fiche and role is Role.CONTRIBUTOR else (),
                valid_from=date(2013, 1, 1) if role is Role.CONTROL else None,
            ),
            password=PASSWORD,
            by=by,
            at=at,
            demonstration=True,
        )
    return convention


def steering_account() -> User:
    """The demonstration's steering account, who signs what a person of the steering staff does."""
    return User.objects.get(email="pilotage@demo.invalid")


def state_account() -> User:
    """The demonstration's account of the State, who reads and questions what is transmitted."""
    return User.objects.get(email="tutelle@demo.invalid")
