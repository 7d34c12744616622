"""Real figures others published, beside what is computed here for the same period.

A difference is told only between the same measures: a value published as the convention's own (`direct`), and a
value computed from data that people sent. Nothing is corrected by what was published.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from cog.figures import decimals_of, format_gap
from cog.periods import PeriodError, parse
from indicators.models import PublishedResult
from indicators.queries.shown import NATIONAL, Point

DIRECT = "direct"


@dataclass(frozen=True)
class Beside:
    """A published value beside a computed one. `difference`: computed less published, in words; empty if none is."""

    published: PublishedResult
    value: Decimal
    difference: str

    @property
    def is_direct(self) -> bool:
        """Whether it was published as the convention's own measure."""
        return self.published.basis == DIRECT


def published_beside(rows: Iterable[PublishedResult], points: Iterable[Point]) -> dict[str, list[Beside]]:
    """period -> the national values published for it, for the periods of these points."""
    known = {point.period: point for point in points}
    found: dict[str, list[Beside]] = {}
    for row in rows:
        point, value = known.get(_period(row)), _number(row.value)
        if row.scope == NATIONAL and point is not None and value is not None:
            found.setdefault(point.period, []).append(Beside(row, value, _difference(row, value, point)))
    return found


def _period(row: PublishedResult) -> str:
    """The period as the application writes it; empty for a span of years."""
    try:
        return str(parse(row.period.replace("-Q", "-T")))
    except PeriodError:
        return ""


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _difference(row: PublishedResult, published: Decimal, point: Point) -> str:
    """« +0,7 »: with the decimals that were published."""
    if row.basis != DIRECT or point.simulated or point.value is None:
        return ""
    return format_gap(point.value - published, decimals_of(published))
