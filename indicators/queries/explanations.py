"""Reads of the explanations: what a quarter asks to be explained, what was said, and how it was said before."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet

from cog.figures import NOT_APPLICABLE, Operator, Reason, format_against, format_exact, format_figure
from cog.models import Convention, Fiche
from cog.periods import Period, parse
from indicators.compute import verdict as verdicts
from indicators.compute.definition import Definition
from indicators.compute.gaps import Allowance, Judged, Mode, Wanted, default_allowance, explanation_wanted, shortfall
from indicators.compute.methods import Completeness, Outcome, State
from indicators.compute.sentences import result_sentence
from indicators.enums import IndicatorKind, ResultState
from indicators.enums import Operator as Side
from indicators.models import Explanation, GapThreshold, Indicator, IndicatorResult
from indicators.queries.dossier import DossierLine, dossier_lines
from indicators.queries.engine import breaks_of, definition_of, judged_baseline, judged_targets, version_at
from indicators.queries.sheets import national_results
from indicators.queries.shown import NATIONAL

TRAJECTORY = "trajectoire"
UNKNOWN = Outcome(None, None, None, State.MISSING_DATA, None, Completeness(0, 0, 0, 0))


@dataclass(frozen=True)
class Figure:
    """A national figure of a dossier, as it is asked about: what it says, and what is asked of it."""

    indicator: Indicator
    period: str
    value: str
    unit: str
    target: str
    verdict: str
    verdict_label: str
    sentence: str
    state_label: str
    allowance: str
    wanted: Wanted | None
    explanation: Explanation | None
    simulated: bool = False
    decimals: int = 0
    amount: Decimal | None = None  # the value itself, unrounded
    gap: Decimal | None = None  # the value less what it is compared with
    number: Decimal | None = None  # the value itself, unrounded
    short_share: Decimal | None = None  # how far short of it, as a share of it; below zero beyond it

    @property
    def period_label(self) -> str:
        return parse(self.period).label

    @property
    def why(self) -> str:
        """Why an explanation is wanted; empty where none is."""
        return self.wanted.sentence if self.wanted else ""

    @property
    def on_the_way(self) -> bool:
        """Whether it is compared with a trajectory, not yet with the target it leads to."""
        return self.target.startswith(TRAJECTORY)

    @property
    def is_result(self) -> bool:
        return self.indicator.kind == IndicatorKind.RESULT

    @property
    def is_missing(self) -> bool:
        """Whether an explanation is wanted and nobody wrote it."""
        return self.wanted is not None and self.explanation is None


WantedExplanation = Figure
"""A figure of which an explanation is wanted."""


def explanations_wanted(*, convention: Convention, period: str) -> list[WantedExplanation]:
    """The figures of a quarter's dossier that ask for an explanation, in the order of the annex.

    Raises PeriodError for anything that is not a quarter.
    """
    return [one for one in explained_figures(convention=convention, period=period) if one.wanted is not None]


def missing_explanations(*, convention: Convention, period: str) -> list[Figure]:
    """The figures of a quarter's dossier whose explanation is wanted and not written, from what a page has read."""
    read = national_results(convention=convention)
    lines = dossier_lines(convention=convention, period=period, indicators=read.indicators)
    return [figure for figure in figures_of(lines, read.rows) if figure.is_missing]


def explained_figures(*, convention: Convention, period: str) -> list[Figure]:
    """Every figure of a quarter's dossier, with what is asked of it and what was said."""
    return figures_of(dossier_lines(convention=convention, period=period))


def explained_figure(*, indicator: Indicator, period: Period) -> Figure:
    """One national figure, whichever its period; it is taken for owed."""
    return figures_of([DossierLine(indicator, period, True)])[0]


def figures_of(lines: list[DossierLine], rows: Iterable[IndicatorResult] | None = None) -> list[Figure]:
    """The national figures of these lines, with what is asked of each; `rows`: their results, where they are read."""
    indicators = {line.indicator.pk for line in lines}
    periods = {str(line.period) for line in lines}
    if rows is None:
        national = IndicatorResult.objects.filter(indicator__in=indicators, scope=NATIONAL, breakdown="")
        rows = national.filter(period__in=periods)
    results = {(row.indicator_id, row.period, row.name): row for row in rows}
    said = Explanation.objects.filter(
        indicator__in=indicators, period__in=periods, organisation__isnull=True, superseded_at__isnull=True
    ).select_related("written_by")
    explanations = {(row.indicator_id, row.period): row for row in said}
    thresholds = {
        row.indicator_id: Allowance(row.value, Mode(row.mode))
        for row in GapThreshold.objects.filter(indicator__in=indicators, superseded_at__isnull=True)
    }
    return [_figure(line, results, explanations, thresholds) for line in lines]


def _figure(
    line: DossierLine,
    results: dict[tuple[int, str, str], IndicatorResult],
    explanations: dict[tuple[int, str], Explanation],
    thresholds: dict[int, Allowance],
) -> Figure:
    """A figure with what it is judged against: the headline, or the value beside it that the targets judge (F1-4.2)."""
    indicator, period = line.indicator, str(line.period)
    headline = results.get((indicator.pk, period, ""))
    definition = _definition(indicator, headline, line.period)
    row = headline
    if definition.judged_name:
        row = results.get((indicator.pk, period, definition.judged_name), headline)
        own = next((one for one in definition.secondary if one.name == definition.judged_name), definition)
        definition = replace(own, code=definition.code, kind=definition.kind)
    outcome = UNKNOWN if row is None else _outcome(row)
    if row is None and definition.to_build:
        outcome = outcome._replace(state=State.TO_BUILD)
    judgement = _judgement(indicator, definition, outcome, line.period)
    allowance = thresholds.get(indicator.pk) or default_allowance(definition.unit)
    yardstick = judgement.yardstick
    compared = judgement.verdict is not verdicts.Verdict.NOT_COMPARABLE
    judged = Judged(indicator.kind, definition.unit, definition.decimals, outcome, judgement, line.is_owed)
    return Figure(
        indicator=indicator,
        period=period,
        value=_shown(outcome, definition, yardstick),
        unit=definition.unit,
        target=_aim(yardstick, definition),
        verdict=str(judgement.verdict.value),
        verdict_label=judgement.verdict.label,
        sentence=result_sentence(definition, "au niveau national", outcome, judgement, line.period),
        state_label=str(ResultState(outcome.state.value).label),
        allowance=allowance.words(definition.unit),
        wanted=explanation_wanted(judged, allowance),
        explanation=explanations.get((indicator.pk, period)),
        simulated=bool(row and row.simulated),
        decimals=definition.decimals,
        amount=outcome.value,
        gap=outcome.value - yardstick.threshold if yardstick and outcome.value is not None and compared else None,
        number=outcome.value,
        short_share=_short_share(outcome, yardstick) if compared else None,
    )


def _short_share(outcome: Outcome, yardstick: verdicts.Yardstick | None) -> Decimal | None:
    if yardstick is None or outcome.value is None or not yardstick.threshold:
        return None
    return shortfall(outcome.value, yardstick.threshold, yardstick.target.operator) / abs(yardstick.threshold)


def _definition(indicator: Indicator, row: IndicatorResult | None, period: Period) -> Definition:
    """The definition the result was computed with; without a result, the one in force at its period."""
    versions = list(indicator.versions.all())
    held = next((one for one in versions if row is not None and one.pk == row.version_id), None)
    held = held or version_at(versions, period)
    if held is None:
        return Definition(indicator.code, indicator.kind, "to_build", periodicities=tuple(indicator.periodicities))
    held.indicator = indicator
    return definition_of(held)


def _outcome(row: IndicatorResult) -> Outcome:
    return Outcome(
        value=row.value,
        numerator=row.numerator,
        denominator=row.denominator,
        state=State(row.state),
        reason=next((reason for reason in Reason if reason.state_code == row.state), None),
        completeness=Completeness(row.reported, row.concerned, row.units_reported, row.units_concerned),
    )


def _judgement(indicator: Indicator, definition: Definition, outcome: Outcome, period: Period) -> verdicts.Judgement:
    """The verdict as the engine gives it: the same targets, baseline and breaks."""
    targets = verdicts.targets_of(judged_targets(indicator), indicator.code, NATIONAL)
    return verdicts.judge(
        definition, outcome, period, targets, baseline=judged_baseline(indicator), breaks=breaks_of(indicator)
    )


def _shown(outcome: Outcome, definition: Definition, yardstick: verdicts.Yardstick | None) -> str:
    if outcome.state is State.NOT_APPLICABLE:
        return NOT_APPLICABLE
    if outcome.value is None or yardstick is None:
        return format_figure(outcome.value, definition.decimals, definition.unit if outcome.value is not None else "")
    operator = Operator(yardstick.target.operator)
    return format_against(outcome.value, yardstick.threshold, operator, definition.decimals, definition.unit)


def _aim(yardstick: verdicts.Yardstick | None, definition: Definition) -> str:
    """« au moins 85 % »; on the way to a later target, « trajectoire : au moins 16,7 % (20 % en 2015) »."""
    if yardstick is None:
        return ""
    side = str(Side(yardstick.target.operator.value).label)
    aim = format_exact(yardstick.target.threshold, definition.unit)
    if not yardstick.indicative:
        return f"{side} {aim}"
    now = format_figure(yardstick.threshold, definition.decimals, definition.unit)
    return f"{TRAJECTORY}\u00a0: {side} {now} ({aim} en {yardstick.target.start.year})"


def explanation_history(*, indicator: Indicator, period: str) -> list[Explanation]:
    """Every revision of what was said of a national figure, the latest first."""
    rows = Explanation.objects.filter(indicator=indicator, period=period, organisation__isnull=True)
    return list(rows.select_related("written_by", "superseded_by").order_by("-revision"))


def explanations_of_indicator(indicator: Indicator, *, until: Period | None = None) -> list[Explanation]:
    """What is in force on the national figures of an indicator, the latest period first."""
    rows = _in_force().filter(indicator=indicator)
    kept = [row for row in rows if until is None or parse(row.period).end <= until.end]
    return sorted(kept, key=_when, reverse=True)


def explanations_in_year(*, convention: Convention, year: int) -> dict[str, list[Explanation]]:
    """code of the indicator -> what is in force on its national figures of one year, the latest period first."""
    rows = _in_force().filter(indicator__convention=convention, period__startswith=str(year))
    found: dict[str, list[Explanation]] = {}
    for row in sorted(rows, key=_when, reverse=True):
        found.setdefault(row.indicator.code, []).append(row)
    return found


def _when(row: Explanation) -> tuple[date, int]:
    """By the end of the period; of two that end together, the longest is the later."""
    period = parse(row.period)
    return period.end, period.granularity


def explanation_before(*, indicator: Indicator, period: Period) -> Explanation | None:
    """The last explanation of an earlier period of the same length: what a person may start from."""
    rows = [
        row
        for row in explanations_of_indicator(indicator)
        if parse(row.period) < period and parse(row.period).granularity is period.granularity
    ]
    return rows[0] if rows else None


def _in_force() -> QuerySet[Explanation]:
    rows = Explanation.objects.filter(Q(superseded_at__isnull=True) & Q(organisation__isnull=True))
    return rows.select_related("written_by", "indicator")


@dataclass(frozen=True)
class ThresholdLine:
    """The gap from which one indicator is asked an explanation: its default, its own, and those it had."""

    indicator: Indicator
    unit: str
    default: str
    own: GapThreshold | None
    own_words: str
    past: list[GapThreshold]

    @property
    def past_lines(self) -> list[tuple[str, GapThreshold]]:
        """Those it had, in words."""
        return [(threshold_words(row, self.unit), row) for row in self.past]


def threshold_lines(*, convention: Convention, indicators: Iterable[Indicator]) -> list[ThresholdLine]:
    """Every indicator, in the order of the annex, with its threshold and the history of it."""
    rows: dict[int, list[GapThreshold]] = {}
    found = GapThreshold.objects.filter(indicator__convention=convention).select_related("set_by", "superseded_by")
    for row in found.order_by("-set_at", "-pk"):
        rows.setdefault(row.indicator_id, []).append(row)
    lines = []
    for indicator in indicators:
        unit = _unit(indicator)
        held = rows.get(indicator.pk, [])
        own = next((row for row in held if row.superseded_at is None), None)
        words = threshold_words(own, unit) if own else ""
        past = [row for row in held if row is not own]
        lines.append(ThresholdLine(indicator, unit, default_allowance(unit).words(unit), own, words, past))
    return lines


def threshold_words(row: GapThreshold, unit: str) -> str:
    """« 1,5 point », « 3 % de la cible »."""
    value: Decimal = row.value.normalize() + 0
    return Allowance(value, Mode(row.mode)).words(unit)


def _unit(indicator: Indicator) -> str:
    version = max(indicator.versions.all(), key=lambda row: row.number, default=None)
    if version is None:
        return ""
    return str(version.method.get("unit", ""))


def explanations_on_action(*, convention: Convention, key: str) -> list[Explanation]:
    """What is in force and names an action (`10/3`) as its corrective action, the latest period first."""
    rows = _in_force().filter(indicator__convention=convention, corrective_action=key)
    return sorted(rows, key=_when, reverse=True)


def explanations_known(*, convention: Convention) -> dict[tuple[str, str], str]:
    """(indicator, period) -> the words in force on its national figure."""
    rows = _in_force().filter(indicator__convention=convention)
    return {(row.indicator.code, row.period): row.text for row in rows}


def explanations_of_fiche(*, fiche: Fiche, at: date) -> list[Explanation]:
    """What is in force on the indicators of a fiche, of periods over at a date, the latest first."""
    rows = _in_force().filter(indicator__fiche=fiche)
    return sorted((row for row in rows if parse(row.period).end <= at), key=_when, reverse=True)


def causes_counted(*, convention: Convention) -> dict[str, dict[str, int]]:
    """code of the indicator -> how many explanations of its national figures are in force, by cause."""
    rows = _in_force().filter(indicator__convention=convention).order_by().values_list("indicator__code", "cause")
    found: dict[str, dict[str, int]] = {}
    for code, cause in rows:
        own = found.setdefault(code, {})
        own[cause] = own.get(cause, 0) + 1
    return found
