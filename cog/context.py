"""What every page's template needs."""

from typing import Any

from django.http import HttpRequest

from cog.permissions import Permission, can, roles_of
from cog.queries import current_convention, holds_simulated_data


def site(request: HttpRequest) -> dict[str, Any]:
    """The convention in view, the person's roles, and whether this is a demonstration."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"convention": None, "demonstration": holds_simulated_data()}
    convention = current_convention()
    request.convention = convention  # for what explains its acronyms, included without the page's context
    return {
        "convention": convention,
        "roles": roles_of(user),
        "unread": getattr(user, "unread", 0),
        "may": {permission.name.lower(): can(user, permission) for permission in Permission},
        "demonstration": convention is not None and convention.holds_simulated,
    }
