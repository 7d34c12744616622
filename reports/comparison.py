"""PURE. Two states of the convention side by side: what one says otherwise than the other, and why where it is known.

A state is what was known at a date, what a transmission froze, or what an edition prints: facts by section, each under
a key that names the same thing in both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

NOTHING = "absent"
"""What is said of a fact that one of the two states does not hold."""


@dataclass(frozen=True)
class Fact:
    """One thing a state says: its name, its page, its words, and why it is so where someone wrote it."""

    title: str
    shown: str
    url: str = ""
    why: str = ""


@dataclass(frozen=True)
class Situation:
    """A state of the convention: how it is called, and its facts by section, in order."""

    label: str
    sections: Mapping[str, Mapping[str, Fact]]
    simulated: bool = False


@dataclass(frozen=True)
class Change:
    """A fact that the second state says otherwise than the first."""

    title: str
    url: str
    before: str
    after: str
    why: str


@dataclass(frozen=True)
class Section:
    """What changed in one section. `compared`: how many facts both states hold."""

    title: str
    compared: int
    changes: list[Change] = field(default_factory=list)


def compare(before: Situation, after: Situation) -> list[Section]:
    """Section by section, in the order of the second state; a section that only one state has is told of too."""
    titles = [*after.sections, *(title for title in before.sections if title not in after.sections)]
    return [_section(title, before.sections.get(title, {}), after.sections.get(title, {})) for title in titles]


def _section(title: str, one: Mapping[str, Fact], two: Mapping[str, Fact]) -> Section:
    keys: Sequence[str] = [*two, *(key for key in one if key not in two)]
    changes = [_change(one.get(key), two.get(key)) for key in keys]
    both = sum(key in one for key in two)
    return Section(title, both, [change for change in changes if change.before != change.after])


def _change(one: Fact | None, two: Fact | None) -> Change:
    told = two or one
    assert told is not None, "a key comes from one of the two"  # noqa: S101 - for the types
    return Change(
        title=told.title,
        url=told.url,
        before=one.shown if one else NOTHING,
        after=two.shown if two else NOTHING,
        why=two.why if two else "",
    )
