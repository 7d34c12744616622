"""Dispersion: how the local values of an indicator spread over the caisses.

PURE. Quantiles by linear interpolation between closest ranks (type 7, the spreadsheet's CENTILE.INCLURE) and
population standard deviation, over the caisses that have a value: the methods file says so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from indicators.compute.methods import PRECISION


@dataclass(frozen=True, slots=True)
class Dispersion:
    """« dispersion » of `n` local values, in their unit: the columns of dispersions.csv."""

    n: int
    minimum: Decimal
    d1: Decimal
    q1: Decimal
    median: Decimal
    q3: Decimal
    d9: Decimal
    maximum: Decimal
    range: Decimal
    stdev: Decimal
    mean: Decimal

    @property
    def quartiles(self) -> tuple[Decimal, Decimal, Decimal, Decimal, Decimal]:
        """Q0 to Q4, as the convention names them."""
        return (self.minimum, self.q1, self.median, self.q3, self.maximum)


def disperse(values: Iterable[Decimal]) -> Dispersion | None:
    """The dispersion of these values, in any order; None when there is none."""
    ordered = sorted(values)
    if not ordered:
        return None
    with localcontext(PRECISION):
        mean = sum(ordered, Decimal(0)) / len(ordered)
        return Dispersion(
            n=len(ordered),
            minimum=ordered[0],
            d1=_quantile(ordered, 1, 10),
            q1=_quantile(ordered, 1, 4),
            median=_quantile(ordered, 1, 2),
            q3=_quantile(ordered, 3, 4),
            d9=_quantile(ordered, 9, 10),
            maximum=ordered[-1],
            range=ordered[-1] - ordered[0],
            stdev=_population_deviation(ordered, mean),
            mean=mean,
        )


def quantile(values: Iterable[Decimal], numerator: int, denominator: int) -> Decimal:
    """The quantile of order numerator / denominator (0 to 1), type 7. Raises ValueError without values."""
    ordered = sorted(values)
    if not ordered or not 0 <= numerator <= denominator:
        raise ValueError("quantile: no values, or an order outside 0..1")
    with localcontext(PRECISION):
        return _quantile(ordered, numerator, denominator)


def _quantile(ordered: Sequence[Decimal], numerator: int, denominator: int) -> Decimal:
    rank, remainder = divmod((len(ordered) - 1) * numerator, denominator)
    if not remainder:
        return ordered[rank]
    return ordered[rank] + (ordered[rank + 1] - ordered[rank]) * remainder / denominator


def _population_deviation(values: Sequence[Decimal], mean: Decimal) -> Decimal:
    squares = sum(((value - mean) ** 2 for value in values), Decimal(0))
    return (squares / len(values)).sqrt()
