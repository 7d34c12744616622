"""Light or dark pages: what the reader chose, kept in a cookie of this computer, else what the system asks."""

from typing import Any

from django.db.models import TextChoices
from django.http import HttpRequest

COOKIE = "apparence"
KEPT_FOR = 365 * 24 * 3600


class Appearance(TextChoices):
    """« apparence » of the pages; the value is the one of `data-theme` in the theme's sheet."""

    SYSTEM = "", "celle du système"
    LIGHT = "clair", "claire"
    DARK = "sombre", "sombre"


_SCHEMES = {Appearance.SYSTEM: "light dark", Appearance.LIGHT: "light", Appearance.DARK: "dark"}


def appearance(request: HttpRequest) -> dict[str, Any]:
    """For every page's template."""
    kept = request.COOKIES.get(COOKIE, "")
    chosen = Appearance(kept) if kept in Appearance.values else Appearance.SYSTEM
    return {"appearance": {"chosen": chosen, "scheme": _SCHEMES[chosen], "choices": Appearance}}
