"""System checks: wrong combinations that only show once the applications are loaded."""

from pathlib import Path
from typing import Any

import font_source_sans_pro
from django.core.checks import CheckMessage, Error, register

FONT_PACKAGE = "font_source_sans_pro"


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
