"""The order of a list drawn by hand, kept in its address: `?ordre=attendues`, `?ordre=-attendues` downwards."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.http import HttpRequest

PARAMETER = "ordre"


def arranged(request: HttpRequest, rows: Iterable[Any], keys: Mapping[str, Callable[[Any], Any]]) -> list[Any]:
    """The rows in the order the address asks, else as they come; a row without a value comes last both ways."""
    held, asked = list(rows), request.GET.get(PARAMETER, "")
    key = keys.get(asked.removeprefix("-"))
    if key is None:
        return held
    known = [row for row in held if key(row) is not None]
    unknown = [row for row in held if key(row) is None]
    return sorted(known, key=key, reverse=asked.startswith("-")) + unknown
