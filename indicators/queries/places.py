"""A result as pages show it: figures in words, a caisse's with its place among the others."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from cog.figures import NOT_APPLICABLE, Operator, format_against, format_exact, format_figure, format_gap
from cog.models import Organisation
from cog.periods import ordinal, parse
from indicators.compute import verdict as verdicts
from indicators.compute.definition import Definition
from indicators.enums import Operator as Side
from indicators.enums import ResultState, TargetRole
from indicators.models import Dispersion, IndicatorResult, Target
from indicators.queries.shown import CaisseLine, Point


def point_of(
    row: IndicatorResult,
    definition: Definition | None,
    targets: list[Target],
    local: verdicts.Target | None = None,
) -> Point:
    """A result ready to be shown; `local`: the Cpog target it is compared with."""
    decimals = definition.decimals if definition else 0
    shown = NOT_APPLICABLE if row.state == ResultState.NOT_CONCERNED else format_figure(row.value, decimals)
    if row.value is not None:
        target: Any = local or next((one for one in _in_force(targets, row) if _holds(one, row)), None)
        if target is not None:
            shown = format_against(row.value, target.threshold, Operator(target.operator), decimals)
    return Point(
        period=row.period,
        value=row.value,
        shown=shown,
        state=row.state,
        state_label=row.get_state_display(),
        verdict=row.verdict,
        verdict_label=row.get_verdict_display(),
        numerator=row.numerator,
        denominator=row.denominator,
        reported=row.reported,
        concerned=row.concerned,
        units_reported=row.units_reported,
        units_concerned=row.units_concerned,
        simulated=row.simulated,
    )


def _in_force(targets: list[Target], row: IndicatorResult) -> list[Target]:
    return targets if len(targets) < 2 else verdicts.in_force(targets, parse(row.period).end)


def _holds(target: Target, row: IndicatorResult) -> bool:
    period = parse(row.period)
    return (
        target.role == TargetRole.TARGET
        and target.scope == row.scope
        and target.holds_from <= period.start
        and period.end <= target.holds_to
    )


@dataclass(frozen=True)
class Field:
    """What the results of the caisses at a period are placed against.

    `nation`: the national point; `spread`: of the caisses that have a value; `local`: caisse -> its Cpog target.
    """

    definition: Definition | None
    nation: Point | None
    spread: Dispersion | None
    targets: list[Target]
    local: Mapping[str, verdicts.Target] = field(default_factory=dict)


def caisse_lines(
    rows: Iterable[IndicatorResult], against: Field, bodies: Mapping[str, Organisation]
) -> list[CaisseLine]:
    """The results of these bodies, best placed first; ranks are among all the results given, shown or not."""
    held = list(rows)
    falling = against.definition is not None and against.definition.local_better == "lower"
    known = [row for row in held if row.value is not None]
    first: dict[Decimal, int] = {}
    for position, row in enumerate(sorted(known, key=lambda row: row.value if falling else -row.value), start=1):
        first.setdefault(row.value, position)
    lines = [
        CaisseLine(
            organisation=bodies[row.scope],
            point=point_of(row, against.definition, against.targets, against.local.get(row.scope)),
            rank=None if row.value is None else first[row.value],
            ranked=len(known),
            quarter=_quarter(row.value, against.spread, falling=falling),
            target=_cpog_in_words(against.local.get(row.scope)),
            gap=_gap_to_nation(row, against),
            gap_shown=_gap_shown(row, against),
        )
        for row in held
        if row.scope in bodies
    ]
    return sorted(lines, key=lambda line: (line.rank is None, line.rank or 0, line.organisation.code))


def _gap_to_nation(row: IndicatorResult, against: Field) -> Decimal | None:
    """How far a caisse stands from the national value; nothing where the nation is a total of the caisses."""
    nation, definition = against.nation, against.definition
    if row.value is None or nation is None or nation.value is None:
        return None
    if definition is None or not definition.compares_with_nation:
        return None
    gap: Decimal = row.value - nation.value
    return gap


def _gap_shown(row: IndicatorResult, against: Field) -> str:
    gap, definition = _gap_to_nation(row, against), against.definition
    return "" if gap is None or definition is None else format_gap(gap, definition.decimals, definition.unit)


def _cpog_in_words(target: verdicts.Target | None) -> str:
    return "" if target is None else f"{Side(target.operator.value).label} {format_exact(target.threshold)}"


def _quarter(value: Decimal | None, dispersion: Dispersion | None, *, falling: bool) -> str:
    """In which quarter of the caisses a value stands, the best placed first; empty without a value."""
    if value is None or dispersion is None:
        return ""
    if falling:
        above = sum(value > bound for bound in (dispersion.q1, dispersion.median, dispersion.q3))
    else:
        above = sum(value < bound for bound in (dispersion.q1, dispersion.median, dispersion.q3))
    return f"{ordinal(above + 1)} quart"
