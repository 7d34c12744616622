"""What a calculation gives: a value or the reason there is none, a row of a file, and the statistics of a spread."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from fractions import Fraction

from tests.independent.reference import Term

NO_DATA = "non_calculable:donnee_manquante"
ZERO = "non_calculable:denominateur_nul"
NET = "non_calculable:solde_nul_ou_negatif"

Figure = Fraction | Decimal | None


@dataclass
class Outcome:
    """A value or the reason there is none, and what it was made of."""

    value: Figure = None
    numerator: Fraction | None = None
    denominator: Fraction | None = None
    reported: int = 0
    concerned: int = 0
    aside: int = 0
    reason: str = ""
    partial: bool = False
    provisional: bool = False

    def state(self) -> str:
        if self.reason:
            return self.reason
        if self.value is None:
            return "sans_objet" if self.aside and not self.concerned else NO_DATA
        if self.partial or self.reported < self.concerned:
            return "incomplet"
        return "provisoire" if self.provisional else "definitif"

    def completeness(self) -> Fraction | None:
        concerned = self.concerned + self.aside  # NS is an answer
        return Fraction(self.reported + self.aside, concerned) if concerned else None


@dataclass(frozen=True)
class Line:
    """A row of a results file."""

    code: str
    scope: str
    period: str
    breakdown: str
    outcome: Outcome
    name: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        return (self.code, self.scope, self.period, self.breakdown, self.name)


@dataclass(frozen=True)
class Spread:
    """A row of dispersions.csv."""

    n: int
    figures: dict[str, Figure]


# --- Statistics ------------------------------------------------------------------------------------------------
def quantile(values: list[Fraction], share: Fraction) -> Fraction:
    """Type 7: linear interpolation between closest ranks of sorted values."""
    place = share * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (place - low) * (values[high] - values[low])


def stdev(values: list[Fraction]) -> Decimal:
    """Population standard deviation."""
    mean = sum(values, Fraction(0)) / len(values)
    variance = sum(((one - mean) ** 2 for one in values), Fraction(0)) / len(values)
    with localcontext() as context:
        context.prec = 60
        return (Decimal(variance.numerator) / Decimal(variance.denominator)).sqrt()


def spread(values: Iterable[Fraction]) -> Spread:
    """Everything dispersions.csv prints about local values."""
    ordered = sorted(values)
    tenth = Fraction(1, 10)
    figures: dict[str, Figure] = {
        "min": ordered[0], "d1": quantile(ordered, tenth), "q1": quantile(ordered, Fraction(1, 4)),
        "median": quantile(ordered, Fraction(1, 2)), "q3": quantile(ordered, Fraction(3, 4)),
        "d9": quantile(ordered, 9 * tenth), "max": ordered[-1], "range": ordered[-1] - ordered[0],
        "stdev": stdev(ordered), "mean": sum(ordered, Fraction(0)) / len(ordered),
    }  # fmt: skip
    return Spread(len(ordered), figures)


def lowest(found: list[Outcome]) -> Outcome:
    """`headline: min`: the lowest of the breakdowns."""
    known = [one for one in found if one.value is not None]
    if not known:
        return found[0]
    best = min(known, key=lambda one: one.value)
    return replace(best, partial=any(one.state() in ("incomplet", NO_DATA) for one in found))


def coefficient(shown: Spread) -> Decimal | None:
    """100 x stdev / mean."""
    mean = shown.figures["mean"]
    if mean == 0:
        return None
    with localcontext() as context:
        context.prec = 60
        return Decimal(100) * shown.figures["stdev"] * Decimal(mean.denominator) / Decimal(mean.numerator)


def signed(terms: tuple[Term, ...], pairs: list[tuple[Fraction, ...]]) -> Fraction:
    """The sum of pairs, each term with its sign."""
    total = Fraction(0)
    for pair in pairs:
        for term, value in zip(terms, pair, strict=True):
            total += term.sign * value
    return total
