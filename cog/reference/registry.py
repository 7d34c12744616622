"""The parts of a convention's folder, in the order they are read: an app adds its own when it starts."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from cog.models import Convention
from cog.reference.files import Folder
from cog.reference.sync import Change


@dataclass(frozen=True)
class Context:
    """What every part may refer to: the term, the known fiches and organisations, and which fiches have what."""

    start: date
    end: date
    fiches: frozenset[int]
    organisations: frozenset[str]
    fiches_with_actions: frozenset[int] = frozenset()  # whose table of actions is expected in actions/
    fiches_with_indicators: frozenset[int] = frozenset()  # whose section of indicators is printed


class Part(Protocol):
    """One app's share of the folder. `parse` only reads and adds problems; `save` calls the app's operation."""

    order: int

    def parse(self, folder: Folder, context: Context) -> Any: ...

    def save(self, convention: Convention, content: Any) -> list[Change]: ...


_parts: list[Part] = []


def register(part: Part) -> None:
    """Add an app's part, once."""
    if not any(type(known) is type(part) for known in _parts):
        _parts.append(part)


def parts() -> list[Part]:
    return sorted(_parts, key=lambda part: part.order)
