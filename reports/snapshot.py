"""PURE. The canonical form of what is frozen, and its digest: the same content always gives the same bytes."""

import hashlib
import json
from typing import Any


def canonical(payload: dict[str, Any]) -> bytes:
    """The payload as sorted, compact, UTF-8 JSON. Raises TypeError on anything but text, integers, booleans, None,
    lists and mappings: a float or a Decimal in a frozen content would have more than one spelling.
    """
    _refuse_inexact(payload, "")
    return json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(payload: dict[str, Any]) -> str:
    """SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical(payload)).hexdigest()


def _refuse_inexact(value: Any, place: str) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise TypeError(f"{place}: key {key!r} is not text")
            _refuse_inexact(item, f"{place}/{key}")
    elif isinstance(value, list):
        for position, item in enumerate(value):
            _refuse_inexact(item, f"{place}/{position}")
    elif not (value is None or isinstance(value, str | int)):
        raise TypeError(f"{place}: {type(value).__name__} has no canonical form, write it as text")
