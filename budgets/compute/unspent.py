"""« crédits non consommés »: what a caisse keeps of its unused dotation, and what is pooled.

PURE. Source: annexe 1, 3.2, l. 6055 and 6057: up to 6 % of its dotation stays with the caisse, the excess is pooled and
spent, by decision of the board of the Cnaf, on common ends. Money is in k€.

Read here: the 6 % are those of the dotation of the same year, without what was kept of the year before; the limit is
rounded down to the euro-cent.
"""

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from budgets.compute.allotment import CENT
from cog.figures import EXACT, format_exact

KEPT_AT_MOST = Decimal("0.06")
"""« Cette limite est fixée à 6% » (l. 6055)."""


@dataclass(frozen=True, slots=True)
class Unspent:
    """What becomes of an unused dotation, in k€: `unused` = `kept` + `pooled`, `kept` no more than `limit`.

    `overspent`: what was spent beyond the dotation; nothing is then unused, and the page says so.
    """

    dotation: Decimal
    executed: Decimal
    limit: Decimal
    unused: Decimal
    kept: Decimal
    pooled: Decimal
    overspent: Decimal


class UnspentError(ValueError):
    """A dotation or a spending that is none; says in French what was found and expected."""


def unspent(*, dotation: Decimal, executed: Decimal, kept_at_most: Decimal = KEPT_AT_MOST) -> Unspent:
    """Part what a caisse did not spend of its dotation (l. 6055, 6057). Raises UnspentError for a negative amount."""
    for what, value in (("Dotation", dotation), ("Dépense exécutée", executed)):
        if not value.is_finite() or value < 0:
            found = format_exact(value) if value.is_finite() else str(value)
            raise UnspentError(f"{what} : trouvé {found}, attendu un montant nul ou positif, en k€.")
    limit = (dotation * kept_at_most).quantize(CENT, ROUND_FLOOR, EXACT)
    left = dotation - executed
    unused, overspent = max(left, Decimal(0)), max(-left, Decimal(0))
    kept = min(unused, limit)
    return Unspent(dotation, executed, limit, unused, kept, unused - kept, overspent)
