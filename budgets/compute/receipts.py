"""What reusable receipts and property sales let the Fnga spend the year after.

Source: Fnga 2.6 (l. 6494-6504) and its table of accounts (l. 6506-6630); anomalies A-FNGA-18 to A-FNGA-23.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Reuse:
    """What an account's receipts change, in the fund's unit. None: its estimate or its receipts are not known.

    `raised`: non-recurring binding authorisations of N+1 (below 0: they are reduced by the whole shortfall);
    `levy`: what lowers the levy on contributions. Both make the difference with the estimate.
    """

    account: str
    share: int
    estimate: Decimal | None
    received: Decimal | None
    raised: Decimal | None
    levy: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        if self.estimate is None or self.received is None:
            return None
        return self.received - self.estimate


def reuse(account: str, share: int, estimate: Decimal | None, received: Decimal | None) -> Reuse:
    """75 % of what exceeds the estimate (100 % for some accounts) is reused, the rest lowers the levy; a shortfall
    reduces the authorisations in full (l. 6496-6498). Without an estimate nothing is computed (A-FNGA-18)."""
    if estimate is None or received is None:
        return Reuse(account, share, estimate, received, None, None)
    difference = received - estimate
    if difference <= 0:
        return Reuse(account, share, estimate, received, difference, ZERO)
    raised = difference * share / 100
    return Reuse(account, share, estimate, received, raised, difference - raised)


@dataclass(frozen=True, slots=True)
class Total:
    """The whole effect on N+1; `unknown`: accounts that have receipts and no estimate, or the contrary."""

    raised: Decimal
    levy: Decimal
    unknown: tuple[str, ...]


def total(rows: Iterable[Reuse]) -> Total:
    """The sum of what is known, and the accounts of which nothing can be said."""
    kept = list(rows)
    return Total(
        sum((row.raised for row in kept if row.raised is not None), ZERO),
        sum((row.levy for row in kept if row.levy is not None), ZERO),
        tuple(row.account for row in kept if row.raised is None and (row.estimate, row.received) != (None, None)),
    )


def instalments(amount: Decimal, first_year: int, *, years: int, step: Decimal = Decimal("0.01")) -> dict[int, Decimal]:
    """A property gain given to rents in equal parts over some years (by tenths, l. 6502), to the last digit of `step`.

    The sum is exactly `amount`: what rounding leaves goes, a step at a time, to the first years.
    """
    sign = -1 if amount < 0 else 1
    each = (abs(amount) / years).quantize(step, rounding=ROUND_FLOOR)
    left = abs(amount) - each * years
    found = {}
    for year in range(first_year, first_year + years):
        more = min(step, left)
        left -= more
        found[year] = sign * (each + more)
    return found
