"""Computing results: replaced sheet by sheet, each in one transaction; computing twice changes nothing."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import transaction

from cog import audit, jobs
from cog.enums import JobState
from cog.models import Convention, Job, User
from cog.parallel import shared
from cog.periods import Period, parse
from indicators.compute.readers import CAF_SCOPE, NATIONAL_SCOPE
from indicators.models import Indicator, IndicatorResult, Measure, StaleResult
from indicators.operations.results_store import replace_results
from indicators.queries import Dependencies, Evaluation
from indicators.queries.evaluation import COLUMNS
from indicators.queries.remembered import remembered

Progress = Callable[[int, int, str], None]

RECOMPUTE = "indicators.recompute"
DRAW = "indicators.draw"
"""Kind of the job that computes again what rests on facts that changed."""

SCOPE, PERIOD, NAME, BREAKDOWN = map(COLUMNS.index, ("scope", "period", "name", "breakdown"))
"""Where these stand in a row."""

MANY_BODIES, MANY_PERIODS = 12, 6
"""Past that many bodies, or periods, whose facts changed, all those of the sheet are computed again."""


@dataclass
class Computed:
    """What a computation did: results written, sheets computed."""

    results: int = 0
    sheets: int = 0


def compute_results(
    *, convention: Convention, periods: Iterable[Period] | None, by: User, at: datetime, progress: Progress
) -> Computed:
    """Compute every sheet at the given periods (None: the whole term) and replace its results, one transaction a sheet.

    `progress(done, total, message)` is called before each sheet. A sheet whose definition is still to be built gets its
    rows, without a value. Results of other periods that rest on facts changed since are computed again too: nothing
    that is kept contradicts what was reported.
    """
    wanted = None if periods is None else frozenset(periods)
    evaluation = Evaluation(convention)
    asked = {
        indicator.pk: [
            period
            for period in evaluation.due(indicator)
            if wanted is None or any(one.contains(period) for one in wanted)
        ]
        for indicator in evaluation.indicators
    }
    stale = set(StaleResult.objects.filter(indicator__convention=convention).values_list("indicator", flat=True))
    sheets = [one for one in evaluation.indicators if wanted is None or asked[one.pk] or one.pk in stale]

    def compute(indicator: Indicator) -> int:
        return _compute_sheet(evaluation, indicator, asked[indicator.pk], whole=wanted is None)

    computed = _over_sheets(sheets, compute, progress)
    with transaction.atomic():
        audit.record(
            action="results.computed",
            subject=convention.code,
            by=by,
            at=at,
            details={"sheets": computed.sheets, "results": computed.results},
        )
    return computed


def _over_sheets(indicators: Sequence[Indicator], compute: Callable[[Indicator], int], progress: Progress) -> Computed:
    """Compute each sheet, two at a time where that is possible, and add up the rows written."""

    def tell(done: int, indicator: Indicator | None) -> None:
        said = f"{indicator.code} · {indicator.title}"[:120] if indicator else "dernière fiche"
        progress(done, len(indicators), said)

    computed = Computed(results=shared(indicators, compute, tell), sheets=len(indicators))
    progress(len(indicators), len(indicators), "terminé")
    return computed


def _locked(indicator: Indicator) -> None:
    """Facts and results of one moment: nobody replaces those of the sheet before the caller's transaction ends."""
    list(Indicator.objects.select_for_update().filter(pk=indicator.pk).values_list("pk"))


@transaction.atomic
def _compute_sheet(evaluation: Evaluation, indicator: Indicator, kept: list[Period], *, whole: bool) -> int:
    """Replace the results of one sheet."""
    _locked(indicator)
    stale = list(StaleResult.objects.filter(indicator=indicator))
    if whole:
        evaluated = evaluation.evaluate(indicator, kept)
        replace_results(indicator=indicator.pk, periods=None, scopes=None, evaluated=evaluated)
    else:
        again = _kept_periods(indicator, {row.year for row in stale}) - set(kept) if stale else set()
        periods = sorted({*kept, *(again & set(evaluation.due(indicator)))})
        evaluated = evaluation.evaluate(indicator, periods)
        replace_results(indicator=indicator.pk, periods=periods, scopes=None, evaluated=evaluated)
    StaleResult.objects.filter(pk__in=[row.pk for row in stale]).delete()
    return len(evaluated.rows)


def _kept_periods(indicator: Indicator, years: Collection[int]) -> set[Period]:
    """The periods of these years that have results."""
    rows = IndicatorResult.objects.filter(indicator=indicator, scope=NATIONAL_SCOPE)
    return {
        period for text in rows.values_list("period", flat=True).distinct() if (period := parse(text)).year in years
    }


def recompute_stale(*, convention: Convention, by: User, at: datetime, progress: Progress) -> Computed:
    """Compute again what rests on facts that changed, and only that; asked twice, the second finds nothing to do.

    Each sheet in its transaction, with the marks it answers: killed, it is taken up where it stopped.
    """
    marked = set(StaleResult.objects.filter(indicator__convention=convention).values_list("indicator", flat=True))
    if not marked:
        progress(0, 0, "rien à recalculer")
        return Computed()
    evaluation = Evaluation(convention)
    sheets = [indicator for indicator in evaluation.indicators if indicator.pk in marked]
    computed = _over_sheets(sheets, partial(_recompute_sheet, evaluation), progress)
    with transaction.atomic():
        audit.record(
            action="results.recomputed",
            subject=convention.code,
            by=by,
            at=at,
            details={"sheets": computed.sheets, "results": computed.results},
        )
    return computed


@transaction.atomic
def _recompute_sheet(evaluation: Evaluation, indicator: Indicator) -> int:
    """Answer the marks of one sheet: for each period of their years, the bodies whose facts changed, and the whole.

    All the bodies where the whole has not the same rows as before: a breakdown that appears or goes does so for all.
    """
    _locked(indicator)
    stale = list(
        StaleResult.objects.filter(indicator=indicator).values_list("pk", "year", "period", "organisation__code")
    )
    marks = {(year, text and parse(text), body) for _, year, text, body in stale}
    moved = {
        period: bodies
        for period in evaluation.due(indicator)
        if (bodies := {b for year, fact, b in marks if year == period.year and (not fact or period.contains(fact))})
    }
    alike = evaluation.moves_with_others(indicator)
    before = _rows_of_the_whole(indicator, [period for period in moved if None not in moved[period] and not alike])
    batches: defaultdict[frozenset[str], list[Period]] = defaultdict(list)
    for period, rows in before.items():
        if rows:
            batches[frozenset(filter(None, moved[period]))].append(period)
    written, answered = 0, set()
    for scopes, periods in batches.items():
        evaluated = evaluation.evaluate(indicator, periods, scopes)
        now: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
        for row in evaluated.rows:
            if row[SCOPE] == NATIONAL_SCOPE:
                now[row[PERIOD]].add((row[NAME], row[BREAKDOWN]))
        same = [period for period in periods if now[str(period)] == before[period]]
        answered |= set(same)
        written += replace_results(
            indicator=indicator.pk,
            periods=same,
            scopes={*scopes, NATIONAL_SCOPE, CAF_SCOPE},
            evaluated=evaluated.at({str(period) for period in same}),
        )
    others = [period for period in moved if period not in answered]
    evaluated = evaluation.evaluate(indicator, others)
    written += replace_results(indicator=indicator.pk, periods=others, scopes=None, evaluated=evaluated)
    StaleResult.objects.filter(pk__in=[pk for pk, *_ in stale]).delete()
    return written


def _rows_of_the_whole(indicator: Indicator, periods: Collection[Period]) -> dict[Period, set[tuple[str, str]]]:
    """period -> the (name, breakdown) of its rows for the whole; none where it was never computed."""
    found: dict[Period, set[tuple[str, str]]] = {period: set() for period in periods}
    rows = IndicatorResult.objects.filter(
        indicator=indicator, scope=NATIONAL_SCOPE, period__in=[str(period) for period in periods]
    )
    for text, name, breakdown in rows.values_list("period", "name", "breakdown"):
        found[parse(text)].add((name, breakdown))
    return found


def mark_stale(*, convention: Convention, changed: Iterable[tuple[int, int, str]]) -> int:
    """Mark what rests on facts that change in the caller's transaction; returns how many marks it took.

    `changed`: (measure's key, body's key, written period) of each. Marks are only added: a computation removes those it
    read before the facts, so that one written meanwhile stays.
    """
    facts = set(changed)
    if not facts:
        return 0
    codes = dict(Measure.objects.filter(convention=convention).values_list("pk", "code"))
    dependencies = remembered("dependencies", convention, lambda: Dependencies(convention=convention))
    moved: defaultdict[tuple[int, int], defaultdict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for measure, body, text in facts:
        known = int(text[:4])
        for indicator, year, exactly in dependencies.of(codes[measure], known):
            moved[indicator, year][_same_period(text, known, year) if exactly else ""].add(body)
    marks = [
        StaleResult(indicator_id=indicator, year=year, period=text, organisation_id=body)
        for (indicator, year), periods in moved.items()
        for text, bodies in _gathered(periods).items()
        for body in (bodies if len(bodies) <= MANY_BODIES else (None,))
    ]
    StaleResult.objects.bulk_create(marks, batch_size=2000)
    return len(marks)


def _same_period(text: str, known: int, year: int) -> str:
    """A written period of a year, as it stands in another; the whole year for a 29 February that is not there."""
    if known == year:
        return text
    return "" if text.endswith("-02-29") else f"{year}{text[4:]}"


def _gathered(periods: Mapping[str, set[int]]) -> Mapping[str, set[int]]:
    """One mark for the year where many of its periods, or all of it, are to be computed again."""
    if "" not in periods and len(periods) <= MANY_PERIODS:
        return periods
    return {"": set().union(*periods.values())}


def mark_stale_sheet(*, indicator: Indicator) -> None:
    """Mark every result of a sheet, in the caller's transaction: its definition, its targets or its caisses changed."""
    StaleResult.objects.bulk_create(StaleResult(indicator=indicator, year=year) for year in indicator.convention.years)


def request_recompute(*, convention: Convention, by: User, at: datetime) -> Job:
    """One job that computes again what the new facts touch; the one that still waits will do."""
    return _request_once(RECOMPUTE, convention, by, at)


def _request_once(kind: str, convention: Convention, by: User, at: datetime) -> Job:
    arguments = {"convention": convention.code}
    waiting = Job.objects.filter(kind=kind, state=JobState.WAITING, arguments=arguments).first()
    return waiting or jobs.submit(kind=kind, arguments=arguments, by=by, at=at)


def recompute_from_job(job: Job, beat: Progress) -> None:
    """The work of a recomputation job; the drawings of its results are asked for when it ends."""
    convention = Convention.objects.get(code=job.arguments["convention"])
    recompute_stale(convention=convention, by=job.created_by, at=job.created_at, progress=beat)
    _request_once(DRAW, convention, job.created_by, job.created_at)
