"""May credits move from one group of spending to another, and which acts does it take?

The articles are the convention's (Fnas 2.2, l. 5990-6011; Fnga 2.3 and 2.4, l. 6437-6471), kept as data in their
order of precedence; the first one that speaks of a transfer decides. Where none does, nothing is guessed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Act(StrEnum):
    """An act that a decision on credits takes."""

    INFORMATION = "information"
    VOTE = "vote"
    COMMITTEE_OPINION = "avis_commission"
    STATE_AGREEMENT = "accord_prealable_etat"
    STATE_APPROVAL = "approbation_etat"


ORDER = (Act.STATE_AGREEMENT, Act.COMMITTEE_OPINION, Act.VOTE, Act.STATE_APPROVAL, Act.INFORMATION)
"""The order in which the acts are done: agreement before, opinion then vote, approval, information after."""


@dataclass(frozen=True, slots=True)
class Side:
    """Where credits come from or go to: a group and the nature of its credits, "" where the text names none."""

    group: str
    nature: str = ""


@dataclass(frozen=True, slots=True)
class Article:
    """One sentence of the convention about transfers.

    Empty `origins`, `destinations`, `origin_natures` or `destination_natures` mean any. `inside`: it speaks of
    transfers within one group. `allowed`: what it says; when it forbids, `acts` are those of its derogation.
    `recipients` and `days`: who is informed, and within how many days of the transfer (None: no delay printed).
    """

    allowed: bool
    acts: tuple[Act, ...]
    paragraph: str
    seed_line: int
    words: str
    inside: bool = False
    origins: tuple[str, ...] = ()
    destinations: tuple[str, ...] = ()
    origin_natures: tuple[str, ...] = ()
    destination_natures: tuple[str, ...] = ()
    recipients: str = ""
    days: int | None = None
    anomaly: str = ""

    def speaks_of(self, origin: Side, destination: Side) -> bool:
        if self.inside and (not origin.group or origin.group != destination.group):
            return False
        return all(
            not allowed or found in allowed
            for allowed, found in (
                (self.origins, origin.group),
                (self.destinations, destination.group),
                (self.origin_natures, origin.nature),
                (self.destination_natures, destination.nature),
            )
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the convention says of a transfer. `article` is None where no sentence speaks of it.

    `allowed`: it may be done, alone or with the acts of `requires`. When it may not, `requires` names the acts of the
    exceptional derogation; empty: there is none. `before`: the last day of the information, when there is a delay and
    the day of the transfer is known.
    """

    allowed: bool
    requires: tuple[Act, ...]
    article: Article | None
    before: date | None = None

    @property
    def is_derogation(self) -> bool:
        """Forbidden, but an exceptional derogation exists."""
        return not self.allowed and bool(self.requires)

    @property
    def is_possible(self) -> bool:
        return self.allowed or self.is_derogation

    @property
    def needed_first(self) -> tuple[Act, ...]:
        """The acts without which the transfer does not take effect: an information comes after it."""
        return tuple(act for act in self.requires if act is not Act.INFORMATION)


SILENT = Verdict(allowed=False, requires=(), article=None)
"""The text says nothing: it is not for us to allow it."""


def transfer_verdict(
    articles: Iterable[Article], origin: Side, destination: Side, *, on: date | None = None
) -> Verdict:
    """The verdict of the first article that speaks of a transfer from `origin` to `destination` done `on` a day."""
    for article in articles:
        if article.speaks_of(origin, destination):
            before = on + timedelta(days=article.days) if on is not None and article.days is not None else None
            return Verdict(article.allowed, in_order(article.acts), article, before)
    return SILENT


def in_order(acts: Iterable[Act]) -> tuple[Act, ...]:
    """Acts in the order in which they are done."""
    wanted = set(acts)
    return tuple(act for act in ORDER if act in wanted)
