"""Where finished drawings are kept for every process, by their content. PURE: the store is given at start-up.

A drawing costs about 0.2 s, and depends on nothing but what it is given: two people, or the worker and the site, share
one. A store that is away costs a drawing, never an error.
"""

import hashlib
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol


class Store(Protocol):
    """Texts by key; one that has nothing, or is away, answers None."""

    def get(self, key: str) -> str | None: ...

    def set(self, key: str, text: str) -> None: ...


_store: Store | None = None


def keep_in(store: Store | None) -> None:
    """Share drawings there from now on; None keeps them to this process."""
    global _store
    _store = store


def kept(draw: Callable[..., str], *args: Any, **kwargs: Any) -> str:
    """The drawing of these values: found, or drawn and kept."""
    if _store is None:
        return draw(*args, **kwargs)
    key = f"dessin-{_key(draw.__name__, args, kwargs)}"
    found = _store.get(key)
    if found is None:
        found = draw(*args, **kwargs)
        _store.set(key, found)
    return found


def _key(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    content = repr((_version(), name, args, sorted(kwargs.items())))
    return hashlib.sha256(content.encode()).hexdigest()


@cache
def _version() -> str:
    """What draws: another version of it draws anew."""
    here = Path(__file__).parent
    told = b"".join((here / name).read_bytes() for name in ("charts.py", "charts_spec.py", "figures.py"))
    engines = " ".join(f"{name} {version(name)}" for name in ("altair", "vl-convert-python", "font-source-sans-pro"))
    return hashlib.sha256(told + engines.encode()).hexdigest()
