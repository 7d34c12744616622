"""A value against the body's own others: a factor of a thousand, a rate in the place of a quantity, a sudden change.

PURE. Nothing is said where too little is known. Only the rate is refused, and only when everything points at it; the
rest is a warning. Thresholds are tuned on simulated data (`tests/indicators/intake/test_good_data_are_quiet.py`).
"""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from operator import itemgetter

from cog.figures import decimals_of, format_exact, format_figure
from cog.periods import Granularity, parse
from indicators.intake.checks import Row
from indicators.intake.held import Held, SeriesKey, at
from indicators.intake.messages import Problem, Severity
from indicators.intake.relations import Relations
from indicators.intake.shares import WRITE_WHY

THOUSAND = Decimal(1000)
LARGEST = {"count": Decimal(10) ** 10, "amount": Decimal(10) ** 12}
"""More than the whole branch: about 80 thousand million euros of benefits, some hundred million visits a year."""

ONE = Decimal(1)

FEWEST_OTHERS = 3
"""Other values of the body that a factor of a thousand is seen against."""

FEWEST_EARLIER = 6
WINDOW = 24
FAR = 4  # robust standard deviations
BEYOND = Decimal("1.5")  # times the largest (or under the smallest) of the earlier values
_MAD_TO_SIGMA = Decimal("1.4826")
_SMALLEST_SPREAD = Decimal("0.05")  # of the median: a series without noise is not a reason to warn at every step
_MANY = 12  # from so many values the most extreme on each side is left out: a former error hides nothing
_SEASONS = 2  # years back

_CLOSE = {100: Decimal(5), 1: Decimal("0.05")}  # points, as a percentage and as a ratio
_STEADY = Decimal("0.10")
_FEWEST_RATES = 3
_SURE_RATES = 6
_RATE_SHRINKS = 20

Series = Mapping[str, Decimal | None]
Points = Sequence[tuple[str, Decimal]]
"""(period, number), in order: the periods of one length sort as they are written."""


def against_history(held: Held, relations: Relations) -> Iterator[Problem]:
    """Every doubt that the body's own values raise about the values that the file changes; one a value, the gravest."""
    for key, rows in held.changed.items():
        kind = relations.traits[key[0]].value_kind
        numbers = sorted(held.numbers(*key), key=itemgetter(0))
        for length in sorted({_length(text) for text in rows}):
            points = [point for point in numbers if _length(point[0]) is length]
            yield from _doubts(held, relations, key, rows, points, kind)


@cache
def _length(text: str) -> Granularity:
    """Of the few hundred periods that a convention knows, each asked thousands of times."""
    return parse(text).granularity


def _doubts(
    held: Held, relations: Relations, key: SeriesKey, rows: Mapping[str, Row], points: Points, kind: str
) -> Iterator[Problem]:
    usual = _median(sorted(value for _, value in points)) if len(points) > FEWEST_OTHERS else None
    first = next((place for place, (text, _) in enumerate(points) if text in rows), len(points))
    start = max(0, first - WINDOW)
    earlier = deque((value for _, value in points[start:first]), maxlen=WINDOW)
    ordered = sorted(earlier)
    for text, value in points[first:]:
        row = rows.get(text)
        if row is not None:
            problem = (
                _rate(held, relations, key, row, usual)
                or _magnitude(row, value, usual, kind)
                or _sudden(row, value, earlier, ordered, held.series(*key))
            )
            if problem is not None:
                yield problem
        if len(earlier) == WINDOW:
            del ordered[bisect_left(ordered, earlier[0])]
        earlier.append(value)
        insort(ordered, value)


def _magnitude(row: Row, value: Decimal, usual: Decimal | None, kind: str) -> Problem | None:
    limit = LARGEST.get(kind)
    if limit is not None and abs(value) >= limit:
        expected = f"moins de {format_exact(limit)}, que la branche entière n'atteint pas"
        return _doubt(row, "absurd_magnitude", expected, "vérifiez l'unité et le nombre de zéros")
    if usual is None or usual <= 0 or value <= 0:
        return None
    if value < THOUSAND * usual and value * THOUSAND > usual:
        return None
    expected = f"un ordre de grandeur proche de {_about(usual)}, la valeur habituelle de cet organisme"
    return _doubt(row, "factor_1000", expected, "vérifiez l'unité (facteur 1000 : des euros pour des milliers ?)")


def _sudden(
    row: Row, value: Decimal, earlier: Sequence[Decimal], ordered: Sequence[Decimal], series: Series
) -> Problem | None:
    """A robust z-score: distance to the median of the last values, in median absolute deviations.

    The value just before and those of the same season excuse a change that was seen already.
    """
    count = len(ordered)
    if count < FEWEST_EARLIER:
        return None
    left_out = 1 if count >= _MANY else 0
    lowest, highest = ordered[left_out], ordered[-1 - left_out]
    if _near(value, lowest, highest):
        return None
    median = _median(ordered)
    deviation = _MAD_TO_SIGMA * _median(sorted(abs(one - median) for one in ordered))
    spread = max(deviation, _SMALLEST_SPREAD * abs(median), abs(median).sqrt(), ONE)
    if abs(value - median) <= FAR * spread:
        return None
    if any(_near(value, one, one) for one in (earlier[-1], *_same_season(series, row.period))):
        return None
    expected = (
        f"une valeur proche des {count} précédentes de cet organisme : de {format_exact(ordered[0])} à "
        f"{format_exact(ordered[-1])}, le plus souvent autour de {_about(median)}"
    )
    return _doubt(row, "sudden_change", expected, "vérifiez la saisie, l'unité et la période")


def _near(value: Decimal, lowest: Decimal, highest: Decimal) -> bool:
    """Whether a value is not beyond what was seen, with a margin."""
    below = lowest / BEYOND if lowest > 0 else lowest * BEYOND
    above = highest * BEYOND if highest > 0 else highest / BEYOND
    return below <= value <= above


def _same_season(series: Series, text: str) -> Iterator[Decimal]:
    """The values of the same part of the last years."""
    period = parse(text)
    if period.granularity is not Granularity.YEAR:
        for back in range(1, _SEASONS + 1):
            value = series.get(str(period.previous_year(back)))
            if value is not None:
                yield value


def _rate(held: Held, relations: Relations, key: SeriesKey, row: Row, usual: Decimal | None) -> Problem | None:
    """A percentage or a ratio where a quantity is asked: it is as large as the usual rate, and tiny beside the rest."""
    value = row.value
    if value is None or usual is None or not 0 < value <= 100 or value * _RATE_SHRINKS > usual:
        return None
    for share in relations.shares:
        if share.numerator == key[0]:
            return _rate_of(held, relations, key, share.denominator, row)
    return None


def _rate_of(held: Held, relations: Relations, key: SeriesKey, denominator: str, row: Row) -> Problem | None:
    value = row.value
    whole_breakdown = relations.projected(denominator, key[1])
    whole = held.number(denominator, whole_breakdown, row.period)
    others = _others(held, key, (denominator, whole_breakdown), row.period)
    if value is None or len(others) < _FEWEST_RATES:
        return None
    rates = sorted(part / of for part, of in others)
    usual = _median(rates)
    steady = usual - rates[0] <= _STEADY and rates[-1] - usual <= _STEADY
    tiny = value * _RATE_SHRINKS <= min(part for part, _ in others)
    tiny = tiny and (whole is None or value * _RATE_SHRINKS <= usual * whole)
    alike = any(abs(value - usual * scale) <= close for scale, close in _CLOSE.items() if value <= scale)
    if not (steady and tiny and alike):
        return None
    smallest = min(part for part, _ in others)
    expected = (
        f"une quantité (au moins {format_exact(smallest)} les autres fois), et non un taux : "
        f"celui de cet organisme est d'environ {format_figure(usual * 100, 1, '%')}"
    )
    mend = "écrivez la quantité elle-même : les taux sont calculés"
    if len(others) >= _SURE_RATES and whole is not None:
        return at(row, Severity.ERROR, "rate_for_quantity", expected, mend)
    return _doubt(row, "rate_for_quantity", expected, mend)


def _others(held: Held, part: SeriesKey, whole: SeriesKey, period: str) -> list[tuple[Decimal, Decimal]]:
    """(numerator, denominator) at the other periods of the same length."""
    found = []
    for text, value in held.numbers(*part):
        of = held.number(*whole, text)
        comparable = text != period and _length(text) is _length(period)
        if comparable and of is not None and of > 0 and value > 0:
            found.append((value, of))
    return found


def _median(ordered: Sequence[Decimal]) -> Decimal:
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def _about(value: Decimal) -> str:
    """Three figures are enough to say what is usual."""
    decimals = 0 if abs(value) >= 100 else min(2, decimals_of(value))
    return format_figure(value, decimals)


def _doubt(row: Row, code: str, expected: str, mend: str) -> Problem:
    return at(
        row, Severity.WARNING, code, expected, f"{mend} ; {WRITE_WHY.replace('elles sont exactes', 'elle est exacte')}"
    )
