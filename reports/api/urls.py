"""Addresses of the API; each carries its permission, which `tests/house/test_rights.py` reads."""

from django.urls import URLPattern, path

from cog.permissions import Permission
from reports import token_views
from reports.api import views
from reports.api.document import PREFIX, parameters_of
from reports.api.door import door
from reports.api.site import PERMISSIONS, api

READ = Permission.READ_REFERENCE


def _operations() -> list[URLPattern]:
    """The operations the resources declared, each behind the door."""
    patterns = []
    for pattern in api.urls[0]:
        if pattern.name in PERMISSIONS:
            view = door(pattern.callback, PERMISSIONS[pattern.name], parameters_of(pattern.name))
            route = f"{PREFIX.strip('/')[4:]}/{pattern.pattern}"
            patterns.append(path(route, view, name=f"api-{pattern.name}"))
    return patterns


urlpatterns = [
    path("", views.documentation, name="api"),
    path("jetons/", token_views.tokens, name="api-tokens"),
    path("jetons/<int:token_id>/revoquer/", token_views.revoke, name="api-token-revoke"),
    path("v1/openapi.json", door(views.openapi, READ, frozenset()), name="api-openapi"),
    *_operations(),
    path("v1/<path:rest>", door(views.unknown, READ, frozenset()), name="api-unknown"),
]
