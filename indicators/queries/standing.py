"""Where each indicator stands: how far from its target, since a year ago, with what completeness, explained or not."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from cog.figures import format_gap
from cog.periods import parse
from indicators.enums import Better, TargetRole
from indicators.queries.dossier import DossierLine
from indicators.queries.explanations import Figure, figures_of
from indicators.queries.shown import NATIONAL, SheetLine, broken_between, by_attention


@dataclass(frozen=True)
class Standing:
    """A line of the table of all indicators: the sheet's line, and what its last known value says.

    `figure`: that value as it is asked about; None without a value. `change`: since the same period a year before, in
    the unit of the sheet; None where one of the two is missing or the series broke between them.
    """

    line: SheetLine
    figure: Figure | None
    change: Decimal | None
    broken: bool

    @property
    def gap_shown(self) -> str:
        """« −1,2 point »: the value less what it is compared with; empty without a target at its period."""
        if self.figure is None or self.figure.gap is None:
            return ""
        return format_gap(self.figure.gap, self.figure.decimals, self.figure.unit)

    @property
    def compared_with(self) -> str:
        """What the gap is counted from, where it is not the one target of the sheet: a trajectory, a milestone."""
        if self.figure is None or self.figure.gap is None:
            return ""
        targets = [
            one for one in self.line.indicator.targets.all() if one.scope == NATIONAL and one.role == TargetRole.TARGET
        ]
        return self.figure.target if self.figure.on_the_way or len(targets) > 1 else ""

    @property
    def change_shown(self) -> str:
        return "" if self.change is None else format_gap(self.change, self.line.decimals, self.line.unit)

    @property
    def direction(self) -> str:
        """« progrès », « recul », « stable »; empty where neither the rise nor the fall is progress."""
        if self.change is None or self.line.better not in (Better.HIGHER, Better.LOWER):
            return ""
        if not self.change:
            return "stable"
        return "progrès" if (self.change > 0) is (self.line.better == Better.HIGHER) else "recul"

    @property
    def share_reported(self) -> Decimal | None:
        """Of the values expected, the share that came; None where none is."""
        point = self.line.latest
        return Decimal(point.reported) / point.concerned if point is not None and point.concerned else None


def standings(lines: Iterable[SheetLine]) -> list[Standing]:
    """Every line with what its last known value says, in the order given."""
    held = list(lines)
    known = [line for line in held if line.latest is not None]
    asked = [DossierLine(line.indicator, parse(line.latest.period), True) for line in known if line.latest]
    figures = {figure.indicator.pk: figure for figure in figures_of(asked)}
    return [_standing(line, figures.get(line.indicator.pk)) for line in held]


def _standing(line: SheetLine, figure: Figure | None) -> Standing:
    latest, before = line.latest, line.before
    if latest is None or before is None or latest.value is None or before.value is None:
        return Standing(line, figure, None, False)
    broken = broken_between(line.indicator, parse(before.period), parse(latest.period))
    return Standing(line, figure, None if broken else latest.value - before.value, broken)


def ordered(rows: Iterable[Standing], by: str) -> list[Standing]:
    """The lines in the order asked: « annexe », « ecart », « tendance », « completude », else what calls for attention.

    A line that has nothing to be ordered by comes last, in the order of the annex.
    """
    held = list(rows)
    if by == "annexe":
        return held
    key = ORDERS.get(by)
    if key is None:
        rank = {id(line): place for place, line in enumerate(by_attention(row.line for row in held))}
        return sorted(held, key=lambda row: rank[id(row.line)])
    told = [(key(row), row) for row in held]
    known = sorted(((value, row) for value, row in told if value is not None), key=lambda pair: pair[0])
    return [row for _, row in known] + [row for value, row in told if value is None]


def _shortfall(row: Standing) -> Decimal | None:
    """How far short, as a share of the target: the furthest first, whatever the units."""
    figure = row.figure
    return None if figure is None or figure.short_share is None else -figure.short_share


def _progress(row: Standing) -> int | None:
    """What goes back first; units differ, so that no size is compared."""
    return {"recul": 0, "stable": 1, "progrès": 2}.get(row.direction)


ORDERS: dict[str, Callable[[Standing], Decimal | int | None]] = {
    "ecart": _shortfall,
    "tendance": _progress,
    "completude": lambda row: row.share_reported,
}
