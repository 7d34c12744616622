"""What an amendment may change: each app brings a part for the values it owns, when it starts.

A part reads what people type, says what is wrong, and applies the changes when the amendment comes into force; it is
the only one that knows where its values are kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from cog.enums import ChangeKind
from cog.models import Convention, User
from cog.models.amendments import Amendment, AmendmentChange


@dataclass(frozen=True)
class Line:
    """One value that may be changed: its name, how it reads now, what to type. `long`: in a tall box.

    `initial`: what the box starts from, where it is easier to change a text than to write it.
    """

    key: str
    label: str
    before: str
    hint: str = ""
    initial: str = ""
    long: bool = False


class ChangeRefused(Exception):
    """What was typed cannot stand; the message says why, in French."""


class AmendmentPart(Protocol):
    """One kind of change."""

    kind: ChangeKind

    def subjects(self, *, convention: Convention) -> list[tuple[str, str]]:
        """What may be chosen: (code, words)."""
        ...

    def lines(self, *, convention: Convention, subject: str, on: date) -> list[Line]:
        """The values of a subject as they stand in force on a day; none where there is no such subject."""
        ...

    def after(self, *, convention: Convention, subject: str, key: str, entry: str, on: date) -> str:
        """How what is typed will read. Raises ChangeRefused."""
        ...

    def faults(self, *, amendment: Amendment, changes: Sequence[AmendmentChange], at: datetime) -> list[str]:
        """Everything that keeps these changes from being applied together, in French."""
        ...

    def apply(self, *, amendment: Amendment, changes: Sequence[AmendmentChange], by: User, at: datetime) -> None:
        """Put the changes in force, in the caller's transaction, and ask for what depends on them to be computed."""
        ...


_parts: dict[ChangeKind, AmendmentPart] = {}


def register(part: AmendmentPart) -> None:
    """Add an app's part, once."""
    _parts[part.kind] = part


def part_of(kind: str) -> AmendmentPart:
    return _parts[ChangeKind(kind)]


def kinds() -> list[ChangeKind]:
    """The kinds there is a part for, in the order of the enum."""
    return [kind for kind in ChangeKind if kind in _parts]
