"""Does a voted budget conform to the convention, group by group, and is a cap over the whole term respected?

Source: a budget that conforms to the convention is deemed approved (Fnas 2.1, l. 5985; Fnga 2.1, l. 6430). Estimated
credits bind nothing; « plans crèches » are capped over the term only (Fnas 1.1.2.2, l. 5940-5944).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class GroupConformity:
    """What a group may open in a year, and what is voted for it, in the fund's unit.

    `allowed` = programme + each adjustment the convention provides (`adjustments`, by name); a group without programme
    may open its adjustments only. Nothing is decided while nothing is voted.
    """

    group: str
    programme: Decimal | None
    adjustments: Mapping[str, Decimal]
    voted: Decimal | None

    @property
    def is_empty(self) -> bool:
        """Nothing is programmed for the group and nothing voted: there is nothing to compare."""
        return self.programme is None and self.voted is None

    @property
    def allowed(self) -> Decimal:
        return (self.programme or ZERO) + sum(self.adjustments.values(), ZERO)

    @property
    def gap(self) -> Decimal | None:
        """Voted minus allowed: above 0 the budget goes beyond the convention."""
        return None if self.voted is None else self.voted - self.allowed

    @property
    def conforms(self) -> bool | None:
        return None if self.gap is None else self.gap <= 0


@dataclass(frozen=True, slots=True)
class TermCap:
    """Spending capped over the whole term: `cap` is the sum of the yearly programmes, `spent` of what is known.

    `spent` counts executed years, then forecasts of the others; `unknown_years` have neither.
    """

    cap: Decimal
    by_year: Mapping[int, Decimal]
    unknown_years: tuple[int, ...]

    @property
    def spent(self) -> Decimal:
        return sum(self.by_year.values(), ZERO)

    @property
    def left(self) -> Decimal:
        return self.cap - self.spent

    @property
    def is_exceeded(self) -> bool:
        return self.left < 0


def term_cap(
    programme: Mapping[int, Decimal],
    executed: Mapping[int, Decimal],
    forecast: Mapping[int, Decimal],
    *,
    closed: Mapping[int, bool],
) -> TermCap:
    """A cap over the term: a closed year counts as executed, an open one as forecast, or else as executed so far."""
    by_year: dict[int, Decimal] = {}
    unknown = []
    for year in sorted(programme):
        first, second = (executed, forecast) if closed.get(year) else (forecast, executed)
        value = first.get(year, second.get(year))
        if value is None:
            unknown.append(year)
        else:
            by_year[year] = value
    return TermCap(sum(programme.values(), ZERO), by_year, tuple(unknown))
