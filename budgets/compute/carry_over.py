"""Which unused credits of a year may be spent the next one, how much, by which act.

Source: Fnas 2.3 (l. 6012-6024), Fnga 2.4 and 2.5 (l. 6466-6492). The articles are data, the first that speaks decides.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from budgets.compute.transfers import Act, Side, in_order


@dataclass(frozen=True, slots=True)
class CarryArticle:
    """One sentence of the convention about unused credits.

    Empty `groups` or `natures` mean any; `last_year`: it speaks of the convention's last year only. `condition`: what
    the credits carried over may be spent on. `words`: the sentence in short.
    """

    allowed: bool
    acts: tuple[Act, ...]
    paragraph: str
    seed_line: int
    words: str
    groups: tuple[str, ...] = ()
    natures: tuple[str, ...] = ()
    last_year: bool = False
    condition: str = ""
    anomaly: str = ""

    def speaks_of(self, origin: Side, *, is_last_year: bool) -> bool:
        if self.last_year and not is_last_year:
            return False
        return (not self.groups or origin.group in self.groups) and (not self.natures or origin.nature in self.natures)


@dataclass(frozen=True, slots=True)
class CarryOver:
    """What becomes of the unused credits of a group or line, in the fund's unit.

    `unused`: authorised minus executed, None when one of them is not known; `carriable` and `cancelled` share it: an
    overrun carries nothing over. `article` is None where the text says nothing.
    """

    unused: Decimal | None
    carriable: Decimal | None
    cancelled: Decimal | None
    requires: tuple[Act, ...]
    article: CarryArticle | None

    @property
    def allowed(self) -> bool:
        return self.article is not None and self.article.allowed


@dataclass(frozen=True, slots=True)
class Advance:
    """Payment credits of a real-estate operation that a body did not use, and what it keeps of them (2.5.1, l. 6482).

    `fault` says in French why what is kept may not be; empty when it may.
    """

    unused: Decimal
    kept: Decimal
    fault: str

    @property
    def given_back(self) -> Decimal:
        return self.unused - self.kept


def advance(unused: Decimal, kept: Decimal, *, is_last_year: bool) -> Advance:
    """Credits are kept within what is unused, and over the term only: none out of its last year."""
    fault = ""
    if kept < 0 or kept > unused:
        fault = "plus que les crédits non utilisés" if kept > unused else "un montant négatif"
    elif kept and is_last_year:
        fault = "les avances se gardent sur la période conventionnelle : aucune ne passe la dernière année"
    return Advance(unused, kept, fault)


def carry_article(articles: Iterable[CarryArticle], origin: Side, *, is_last_year: bool) -> CarryArticle | None:
    """The first article that speaks of the unused credits of `origin`."""
    return next((one for one in articles if one.speaks_of(origin, is_last_year=is_last_year)), None)


def carry_over(
    articles: Iterable[CarryArticle],
    origin: Side,
    *,
    authorised: Decimal | None,
    executed: Decimal | None,
    is_last_year: bool,
) -> CarryOver:
    """What may be carried over of what was authorised and not executed; nothing is said of an unknown figure."""
    article = carry_article(articles, origin, is_last_year=is_last_year)
    may = article is not None and article.allowed
    requires = in_order(article.acts) if article is not None else ()
    if authorised is None or executed is None:
        return CarryOver(None, None, None, requires, article)
    unused = authorised - executed
    left = max(unused, Decimal(0))
    return CarryOver(unused, left if may else Decimal(0), Decimal(0) if may else left, requires, article)
