"""The explanations of the demonstration: simulated, written through the same operations, at plausible dates."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from cog.models import Convention, User
from cog.periods import Granularity, Period, parse, quarter
from indicators.demo_data.explanations import REVISED, THRESHOLD, UNTIL, DemoExplanation, explanation_of
from indicators.enums import GapMode
from indicators.models import Explanation, GapThreshold, Indicator
from indicators.operations.explanations import ExplanationEntry, set_gap_threshold, write_explanation
from indicators.queries.explanations import explanations_wanted

WEEKS_AFTER = 3
"""An explanation is written some three weeks after the quarter, ten days before its transmission is due."""


def load_explanations(*, convention: Convention, by: User) -> int:
    """Explain what every quarter asks up to the last of the demonstration; returns how many were added.

    What is there already stays: running it twice adds nothing.
    """
    _set_threshold(convention, by)
    added = 0
    last = quarter(*UNTIL)
    transmission = Period.containing(convention.start, Granularity.QUARTER)
    while transmission <= last:
        for place, one in enumerate(explanations_wanted(convention=convention, period=str(transmission))):
            if one.explanation is None and one.wanted is not None:
                told = explanation_of(one.indicator.code, one.period, one.wanted.ground.value)
                at = _moment(transmission.end + timedelta(weeks=WEEKS_AFTER, days=-place % 5), place)
                _write(one.indicator, one.period, told, 0, by, at)
                added += 1
        transmission = transmission.next()
    return added + _revise(convention, by)


def _set_threshold(convention: Convention, by: User) -> None:
    code, value, reason = THRESHOLD
    indicator = Indicator.objects.filter(convention=convention, code=code).first()
    if indicator is None or GapThreshold.objects.filter(indicator=indicator).exists():
        return
    set_gap_threshold(
        indicator=indicator,
        value=Decimal(value),
        mode=GapMode.POINTS,
        reason=reason,
        seen=None,
        by=by,
        at=_moment(convention.start + timedelta(days=40), 0),
        simulated=True,
    )


def _revise(convention: Convention, by: User) -> int:
    """One explanation is written twice, so that its history has something to show."""
    code, period, told = REVISED
    rows = Explanation.objects.filter(indicator__convention=convention, indicator__code=code, period=period)
    first = rows.select_related("indicator").order_by("-revision").first()
    if first is None or first.revision > 1 or not first.simulated:
        return 0
    _write(first.indicator, period, told, 1, by, first.written_at + timedelta(days=3, hours=2))
    return 1


def _write(indicator: Indicator, period: str, told: DemoExplanation, seen: int, by: User, at: datetime) -> None:
    expected = "" if told.quarters is None else str(_later(parse(period), told.quarters))
    write_explanation(
        indicator=indicator,
        period=period,
        entry=ExplanationEntry(told.cause, told.text, told.action, expected),
        seen=seen,
        by=by,
        at=at,
        simulated=True,
    )


def _later(period: Period, quarters: int) -> Period:
    """The quarter that comes so many quarters after a period; the year, after a period of a year."""
    found = Period.containing(period.end, Granularity.QUARTER)
    for _ in range(quarters):
        found = found.next()
    whole = period.granularity is Granularity.YEAR and quarters % 4 == 0
    return Period.containing(found.start, Granularity.YEAR) if whole else found


def _moment(day: date, place: int) -> datetime:
    return datetime.combine(day, time(8 + place % 9, 7 * place % 60), tzinfo=UTC)
