"""System checks: wrong combinations that only show once the applications are loaded."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import font_source_sans_pro
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

FONT_PACKAGE = "font_source_sans_pro"


@register()
def replay_stands_last(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """It calls the view itself: what stands after it (the check of a form, of a login) would be skipped."""
    if settings.MIDDLEWARE[-1] == "cog.trouble.ReplayMiddleware":
        return []
    hint = "Mettre les autres intergiciels avant lui : il appelle la vue lui-même."
    return [Error("cog.trouble.ReplayMiddleware n'est pas le dernier de MIDDLEWARE.", hint=hint, id="cog.E002")]


@register()
def font_is_there(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """WeasyPrint crashes the whole process when it finds no font at all."""
    if (Path(font_source_sans_pro.__file__).parent / "files" / "SourceSansPro-Regular.ttf").exists():
        return []
    return [
        Error(
            "La police des documents est introuvable.",
            hint=f"Réinstaller les dépendances : le paquet {FONT_PACKAGE} apporte SourceSansPro-Regular.ttf.",
            id="cog.E001",
        )
    ]


@register()
def tokens_can_be_read(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """An identity provider is set, and the library that reads its tokens is loaded at the first login only."""
    if not settings.SOCIALACCOUNT_PROVIDERS or find_spec("jwt"):
        return []
    return [
        Error(
            "Un fournisseur d'identité est réglé (OIDC_ISSUER), mais PyJWT manque : ses jetons ne pourraient être lus.",
            hint="Installer django-allauth[socialaccount], qui l'apporte, ou retirer OIDC_ISSUER.",
            id="cog.E002",
        )
    ]
