"""What pages and documents place: a point of a series, an indicator on a line, a sheet, in words and figures."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from cog.figures import format_figure
from cog.models import Organisation
from cog.periods import Granularity, Period, parse
from indicators.compute.definition import Definition
from indicators.compute.terms import unit_of
from indicators.compute.verdict import in_force
from indicators.enums import IndicatorKind, Verdict
from indicators.models import (
    Baseline,
    ChildcareCoverage,
    Dispersion,
    Indicator,
    IndicatorVersion,
    Measure,
    PublishedResult,
    Target,
)

NATIONAL = "national"
ATTENTION = (
    Verdict.MISSED,
    Verdict.BEHIND,
    Verdict.INCOMPLETE,
    Verdict.NOT_COMPARABLE,
    Verdict.ON_TRACK,
    Verdict.REACHED,
    Verdict.NOT_AVAILABLE,
    Verdict.NO_TARGET,
    Verdict.TO_BUILD,
)
"""The verdicts, from what calls for attention to what does not."""
LENGTHS = {
    Granularity.DAY: "jour",
    Granularity.MONTH: "mois",
    Granularity.QUARTER: "trimestre",
    Granularity.SEMESTER: "semestre",
    Granularity.YEAR: "année",
}


@dataclass(frozen=True)
class Point:
    """One result of a series, ready to be shown."""

    period: str
    value: Decimal | None
    shown: str
    state: str
    state_label: str
    verdict: str
    verdict_label: str
    numerator: Decimal | None
    denominator: Decimal | None
    reported: int
    concerned: int
    units_reported: int
    units_concerned: int
    simulated: bool

    @property
    def label(self) -> str:
        """« 1er trimestre 2014 »."""
        return parse(self.period).label

    @property
    def year(self) -> int:
        return parse(self.period).year


@dataclass(frozen=True)
class SheetLine:
    """An indicator on one line: where it started, what is aimed at, where it is."""

    indicator: Indicator
    unit: str
    decimals: int
    baseline: str
    target: str
    latest: Point | None
    years: list[Point]
    to_build: bool = False  # no definition that is settled yet
    better: str = ""  # which way is progress
    definition: Definition | None = None  # in force at the latest period
    before: Point | None = None  # the same period as the latest, a year earlier
    known: list[Point] = field(default_factory=list)  # of every period, whatever its length

    @property
    def is_result(self) -> bool:
        return self.indicator.kind == IndicatorKind.RESULT


@dataclass(frozen=True)
class CaisseLine:
    """A caisse's result at a period, with its rank among those that have a value (1 = best)."""

    organisation: Organisation
    point: Point
    rank: int | None
    ranked: int  # how many have a value
    quarter: str  # « 1er quart » holds the best placed
    target: str = ""  # of its Cpog, in words; empty where it has none at this period
    gap: Decimal | None = None  # to the national value, in the unit of the sheet; None where they do not compare
    gap_shown: str = ""


@dataclass(frozen=True)
class CompanionLine:
    """A value shown beside the headline (secondary value, variant, what a spread says), in its own unit.

    `judged`: the targets of the sheet judge this one, not the headline.
    """

    label: str
    unit: str
    point: Point
    judged: bool
    name: str = ""


@dataclass
class SheetPage:
    """Everything the page of an indicator, or its part of a report, places."""

    line: SheetLine
    version: IndicatorVersion | None
    definition: Definition | None
    baselines: list[Baseline]
    targets: list[Target]
    published: list[PublishedResult]
    coverage: list[ChildcareCoverage]
    series: list[Point] = field(default_factory=list)
    dispersion: Dispersion | None = None
    dispersions: list[Dispersion] = field(default_factory=list)
    caisses: list[CaisseLine] = field(default_factory=list)
    breakdowns: list[tuple[str, Point]] = field(default_factory=list)
    companions: list[CompanionLine] = field(default_factory=list)
    measures: list[Measure] = field(default_factory=list)
    bodies: list[Organisation] = field(default_factory=list)
    period: str = ""
    sentence: str = ""

    @cached_property
    def current(self) -> Point | None:
        """The national point at the period in view."""
        return next((point for point in self.series if point.period == self.period), None)

    @cached_property
    def charted(self) -> list[Point]:
        """The national points of the length in view: what the chart draws and its table lists."""
        if not self.period:
            return []
        length = parse(self.period).granularity
        return [point for point in self.series if parse(point.period).granularity is length]

    @cached_property
    def local_unit(self) -> str:
        """The unit of a caisse's value: not that of the sheet where this is a spread."""
        if self.definition is None:
            return self.line.unit
        return unit_of(self.definition, "", {row.code: row.unit for row in self.measures}, local=True)[0]

    @cached_property
    def visible(self) -> dict[str, str]:
        """code -> name of the caisses the reader may see, whether they have a value at the period or not."""
        return {body.code: body.name for body in self.bodies}

    @property
    def broken(self) -> dict[str, str]:
        """period -> why the series breaks just before it, for the periods in view."""
        reasons = {point.period: break_before(self.line.indicator, parse(point.period)) for point in self.charted}
        return {period: reason for period, reason in reasons.items() if reason}

    @property
    def lengths(self) -> list[tuple[str, str, bool]]:
        """The lengths of period there are: their name, their last known period, whether it is the one in view."""
        last: dict[Granularity, str] = {}
        for point in self.series:
            length = parse(point.period).granularity
            if point.value is not None or length not in last:
                last[length] = point.period
        current = parse(self.period).granularity if self.period else None
        return [(LENGTHS[length], last[length], length is current) for length in sorted(last, reverse=True)]

    @property
    def target_lines(self) -> list[tuple[str, Target]]:
        return [(target_in_words(target), target) for target in self.targets]

    @property
    def replaced(self) -> dict[int, Target]:
        """rank of a printed target -> that of the amendment which replaces it last."""
        amended = [row for row in self.targets if row.effective_on is not None and row.replaces is not None]
        return {row.replaces: row for row in sorted(amended, key=lambda row: row.effective_on)}

    def held_at(self, period: Period) -> list[Target]:
        """The targets that are to be read at a period: in force on its last day, and holding over all of it."""
        return [row for row in in_force(self.targets, period.end) if row.covers(period)]

    @property
    def baseline_lines(self) -> list[tuple[str, Baseline]]:
        return [(baseline_in_words(baseline, self.line.unit), baseline) for baseline in self.baselines]

    @property
    def simulated(self) -> bool:
        return any(point.simulated for point in self.series)


def break_before(indicator: Indicator, period: Period) -> str:
    """Why the series breaks at the beginning of this period, or within it; empty where it does not."""
    reasons = [
        str(one["reason"])
        for one in indicator.breaks
        if period.start <= date.fromisoformat(str(one["before"])) <= period.end
    ]
    return reasons[0] if reasons else ""


def broken_between(indicator: Indicator, earlier: Period, later: Period) -> bool:
    """Whether the series broke after the beginning of the first period and before the end of the second."""
    start, end = earlier.start.isoformat(), later.end.isoformat()
    return any(start < str(one["before"]) <= end for one in indicator.breaks)


_COMPANIONS = {
    "growth_gap": "rapport des croissances, avec l'autre référence",
    "units_below_target": "caisses au-dessous de la cible",
    "mean_of_caisses": "moyenne des caisses",
}


def companion_in_words(name: str) -> str:
    """What a page calls a value shown beside the headline: its own name, or that of its method."""
    return _COMPANIONS.get(name, name)


def target_in_words(target: Target) -> str:
    """« au moins 85 % (dès 2013) »."""
    words = f"{target.get_operator_display()} {format_exactly(target.value)}"
    if target.mode != "absolute":
        sign = "+" if target.operator == ">=" else "\u2212"
        words = f"{sign}{format_exactly(target.value)}"
    if target.unit:
        words += f"\u00a0{target.unit}"
    if target.year:
        words += f" ({'dès ' if target.holds_to.year > target.year else ''}{target.year})"
    if target.amendment is not None:
        words += f", avenant n°\u00a0{target.amendment.number}"
    return words


def format_exactly(value: Decimal) -> str:
    from cog.figures import format_exact

    return format_exact(value.normalize() + 0)


def baseline_in_words(baseline: Baseline, unit: str) -> str:
    """« 83,80 % (2012) »: the digits as printed."""
    words = format_figure(baseline.value, baseline.decimals, baseline.unit or unit)
    label = f"{baseline.label}\u00a0: " if baseline.label else ""
    return f"{label}{words}" + (f" ({baseline.year})" if baseline.year else "")


def by_attention(lines: Iterable[SheetLine]) -> list[SheetLine]:
    """What is far from its target first; the order of the annex among equals."""
    return sorted(
        lines,
        key=lambda line: ATTENTION.index(line.latest.verdict) if line.latest else len(ATTENTION),
    )
