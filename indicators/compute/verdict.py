"""Verdicts: what a result says against its target at a period.

PURE. Comparisons use the unrounded value. A target dated by one year has before it an *indicative*
trajectory, the straight line from the baseline (or the target before it); a floor (« dès 2013 », « sur toute
la Cog ») has none.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from enum import StrEnum
from typing import Protocol, TypeVar

from cog.figures import Operator
from cog.periods import Granularity, Period
from indicators.compute.definition import Definition
from indicators.compute.methods import PRECISION, Outcome, State


class Verdict(StrEnum):
    """« verdict » of a result, as published in results.csv."""

    MET = "atteint"
    ON_TRACK = "conforme"
    BEHIND = "en_retard"
    MISSED = "non_atteint"
    NOT_COMPARABLE = "non_comparable"
    NO_TARGET = "sans_cible"
    NOT_AVAILABLE = "non_disponible"
    INCOMPLETE = "incomplet"
    TO_BUILD = "a_construire"

    @property
    def label(self) -> str:
        """What a page says, in French."""
        return _LABELS[self]


_LABELS = {
    Verdict.MET: "atteint",
    Verdict.ON_TRACK: "conforme à la trajectoire",
    Verdict.BEHIND: "en retard sur la trajectoire",
    Verdict.MISSED: "non atteint",
    Verdict.NOT_COMPARABLE: "non comparable",
    Verdict.NO_TARGET: "sans cible",
    Verdict.NOT_AVAILABLE: "non disponible",
    Verdict.INCOMPLETE: "incomplet",
    Verdict.TO_BUILD: "à construire",
}


class TargetRole(StrEnum):
    """A target to reach, or the critical threshold shown beside it (F14-36: 98)."""

    TARGET = "target"
    CRITICAL_THRESHOLD = "critical_threshold"


class TargetMode(StrEnum):
    """How the printed value reads: as such, or as a change from a base year."""

    ABSOLUTE = "absolute"
    CHANGE_POINTS = "change_points"
    CHANGE_PERCENT = "change_percent"


@dataclass(frozen=True, slots=True)
class Target:
    """« cible » — the columns of targets.csv.

    `value` and `unit` are as printed; `threshold` is what is compared, in the unit of the indicator.
    `start`..`end` (columns `from`, `to`) is when it holds. `place`: among the targets of its sheet; that of an
    amendment has the place of the one it replaces, and `effective_on`, the day from which it does.
    """

    code: str
    scope: str
    year: int | None
    start: date
    end: date
    operator: Operator
    value: Decimal
    unit: str
    threshold: Decimal
    role: TargetRole = TargetRole.TARGET
    mode: TargetMode = TargetMode.ABSOLUTE
    cumulative: bool = False
    intermediate: bool = False
    origin: str = "target"
    place: int = 0
    effective_on: date | None = None

    @property
    def is_floor(self) -> bool:
        """Whether it holds over several years: owed from its first day, with no trajectory before."""
        return self.end.year > self.start.year

    def covers(self, period: Period) -> bool:
        """Whether the whole period lies where the target holds."""
        return self.start <= period.start and period.end <= self.end


@dataclass(frozen=True, slots=True)
class Baseline:
    """« valeur de référence » of a year, in the unit of the indicator."""

    year: int
    value: Decimal


@dataclass(frozen=True, slots=True)
class Break:
    """A change of measure: results of periods that begin before this day are not comparable with the target.

    `reason` ends a French sentence: « délais en jours calendaires avant janvier 2014 ».
    """

    before: date
    reason: str


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What a value is compared with at a period: a threshold, or a point of an indicative trajectory."""

    target: Target
    threshold: Decimal
    indicative: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, what the value was (or would be) compared with, and why it was not, in French."""

    verdict: Verdict
    yardstick: Yardstick | None = None
    reason: str = ""


def judge(
    definition: Definition,
    outcome: Outcome,
    period: Period,
    targets: Iterable[Target],
    *,
    baseline: Baseline | None = None,
    breaks: Sequence[Break] = (),
) -> Judgement:
    """The verdict on one outcome. `targets` are those of its scope: the convention's, or the caisse's Cpog.

    What stands first: a definition not adopted, a value that is not there, a value that is not complete, no
    target at this period, a break of the measure; only then the comparison.
    """
    if definition.provisional or outcome.state is State.TO_BUILD:
        return Judgement(Verdict.TO_BUILD)
    if outcome.value is None:
        return Judgement(Verdict.NOT_AVAILABLE)
    yardstick = None if _says_nothing_of(definition, period) else yardstick_at(period, targets, baseline)
    if outcome.state is State.INCOMPLETE:
        return Judgement(Verdict.INCOMPLETE, yardstick)
    if yardstick is None:
        return Judgement(Verdict.NO_TARGET)
    broken = next((one for one in breaks if period.start < one.before), None)
    if broken is not None:
        return Judgement(Verdict.NOT_COMPARABLE, yardstick, broken.reason)
    return Judgement(_compared(outcome.value, yardstick), yardstick)


class Placed(Protocol):
    """A target as an amendment may replace it."""

    @property
    def place(self) -> int: ...

    @property
    def effective_on(self) -> date | None: ...


Aim = TypeVar("Aim", bound=Placed)


def in_force(targets: Iterable[Aim], on: date) -> list[Aim]:
    """The targets in force on a day: of those that share a place, the last that had taken effect.

    A period is judged by those in force on its last day, as it is computed with the definition in force then.
    """
    known = list(targets)
    if all(one.effective_on is None for one in known):
        return known
    held: dict[int, Aim] = {}
    for one in sorted(known, key=lambda one: one.effective_on or date.min):
        if one.effective_on is None or one.effective_on <= on:
            held[one.place] = one
    return [one for one in known if held.get(one.place) is one]


def yardstick_at(period: Period, targets: Iterable[Target], baseline: Baseline | None = None) -> Yardstick | None:
    """What a value of this period is compared with; a critical threshold never is.

    The target that holds at the period (the one that holds the shortest time, if several); before a target
    dated by one year, its trajectory. After the last one, nothing: a target says nothing of years it does not name.
    """
    headline = sorted(
        (target for target in in_force(targets, period.end) if target.role is TargetRole.TARGET),
        key=lambda target: (target.start, target.end),
    )
    holding = [target for target in headline if target.covers(period)]
    if holding:
        target = min(holding, key=lambda one: one.end - one.start)
        return Yardstick(target, target.threshold)
    past = [target for target in headline if target.end < period.start]
    coming = next((target for target in headline if target.start > period.end), None)
    if coming is not None and not coming.is_floor:
        return _on_trajectory(period, coming, past[-1] if past else None, baseline)
    return None


def targets_of(targets: Iterable[Target], code: str, scope: str) -> tuple[Target, ...]:
    """The targets of one sheet for one scope (`national` or a caisse's code)."""
    return tuple(target for target in targets if (target.code, target.scope) == (code, scope))


def _on_trajectory(
    period: Period, target: Target, former: Target | None, baseline: Baseline | None
) -> Yardstick | None:
    """The point of the straight line at the year of the period; every period of a year has the same."""
    origin = Baseline(former.end.year, former.threshold) if former else baseline
    if origin is None or origin.year >= period.year or target.operator is Operator.EQUAL:
        return None
    with localcontext(PRECISION):
        elapsed, length = period.year - origin.year, target.start.year - origin.year
        threshold = origin.value + (target.threshold - origin.value) * elapsed / length
    return Yardstick(target, threshold, indicative=True)


def _says_nothing_of(definition: Definition, period: Period) -> bool:
    """A yearly total (F16-41, in M€) says nothing of a part of the year."""
    return definition.accumulates and period.granularity is not Granularity.YEAR


def _compared(value: Decimal, yardstick: Yardstick) -> Verdict:
    met = yardstick.target.operator.holds(value, yardstick.threshold)
    if yardstick.indicative:
        return Verdict.ON_TRACK if met else Verdict.BEHIND
    return Verdict.MET if met else Verdict.MISSED
