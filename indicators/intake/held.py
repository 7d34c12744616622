"""What one body would hold once the file is accepted: the values of the file over those in force.

PURE. Only what the file changes is ever blamed: a value sent again as it is in force raises nothing, so that a file
accepted once, or a template left untouched, stays without problems.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from cog.figures import decimals_of, format_exact
from cog.periods import parse
from indicators.compute.expression import Breakdown, breakdown_pairs
from indicators.intake.checks import NOT_AVAILABLE, Row
from indicators.intake.columns import VALUE
from indicators.intake.messages import Problem, Severity, quoted

SeriesKey = tuple[str, Breakdown]
"""(measure, breakdown)."""

Known = Mapping[SeriesKey, Mapping[str, Decimal | None]]
"""Of one body: series -> period -> the number in force, None for « NS ». What was withdrawn (ND) is not there."""

Lookup = Callable[[str, frozenset[str]], Known]
"""The values in force of a body (by code), for some measures."""

HALF = Decimal("0.5")


class Held:
    """The values of one body, and the rows of the file that change some of them."""

    def __init__(self, rows: Iterable[Row], known: Known) -> None:
        self.values: dict[SeriesKey, dict[str, Decimal | None]] = {key: {**series} for key, series in known.items()}
        self.changed: dict[SeriesKey, dict[str, Row]] = {}
        self.derived: dict[SeriesKey, dict[str, Decimal]] = {}
        self._breakdowns: dict[str, list[Breakdown]] = defaultdict(list)
        self._take(rows, known)
        for measure, breakdown in sorted(self.values):
            self._breakdowns[measure].append(breakdown)

    def breakdowns(self, measure: str) -> Sequence[Breakdown]:
        """The breakdowns something is held for, in order."""
        return self._breakdowns.get(measure, ())

    def series(self, measure: str, breakdown: Breakdown) -> Mapping[str, Decimal | None]:
        """period -> number, None for « NS »."""
        return self.values.get((measure, breakdown), {})

    def row(self, measure: str, breakdown: Breakdown, period: str) -> Row | None:
        """The row that changes this value, if the file does."""
        return self.changed.get((measure, breakdown), {}).get(period)

    def derive(self, measure: str, breakdown: Breakdown, period: str, total: Decimal) -> None:
        """Remember a total that nobody supplied, made of all its parts."""
        self.derived.setdefault((measure, breakdown), {})[period] = total

    def number(self, measure: str, breakdown: Breakdown, period: str) -> Decimal | None:
        """A number supplied, else one made of all its parts; None for « NS » or nothing."""
        series = self.series(measure, breakdown)
        if period in series:
            return series[period]
        return self.derived.get((measure, breakdown), {}).get(period)

    def numbers(self, measure: str, breakdown: Breakdown) -> Iterator[tuple[str, Decimal]]:
        """(period, number) of a series: what was supplied, then the totals made of their parts."""
        series = self.series(measure, breakdown)
        yield from ((period, value) for period, value in series.items() if value is not None)
        for period, value in self.derived.get((measure, breakdown), {}).items():
            if period not in series:
                yield period, value

    def all_breakdowns(self, measure: str) -> Sequence[Breakdown]:
        """The breakdowns something is held for, totals made of their parts included."""
        made = {breakdown for code, breakdown in self.derived if code == measure}
        return sorted({*self.breakdowns(measure), *made})

    def blamed(self, measure: str, breakdown: Breakdown, period: str) -> Row | None:
        """The row that changes this value, or the first of its parts that the file changes."""
        row = self.row(measure, breakdown, period)
        if row is not None or (measure, breakdown) not in self.derived:
            return row
        pairs = {*breakdown_pairs(breakdown)}
        parts = (one for one in self.breakdowns(measure) if pairs < {*breakdown_pairs(one)})
        return next((found for one in parts if (found := self.row(measure, one, period))), None)

    def measures(self) -> Sequence[str]:
        """The measures something is held for, in order."""
        return tuple(self._breakdowns)

    def changed_measures(self) -> frozenset[str]:
        """The measures of which the file changes something."""
        return frozenset(measure for measure, _ in self.changed)

    def _take(self, rows: Iterable[Row], known: Known) -> None:
        """The first row of a key stands: a second one is an error of its own."""
        seen: set[tuple[SeriesKey, str]] = set()
        for row in rows:
            key = (row.measure, row.breakdown)
            if (key, row.period) in seen:
                continue
            seen.add((key, row.period))
            series = self.values.setdefault(key, {})
            if row.value is None and row.statement in ("", NOT_AVAILABLE):  # unreadable, or withdrawn
                series.pop(row.period, None)
                continue
            before = known.get(key, {})
            if row.period not in before or before[row.period] != row.value:
                self.changed.setdefault(key, {})[row.period] = row
            series[row.period] = row.value


def tolerance(values: Iterable[Decimal]) -> Decimal:
    """How far a total of amounts may be from its parts by rounding alone: half the last decimal of each figure."""
    return sum((HALF.scaleb(-decimals_of(value)) for value in values), Decimal(0))


def at(row: Row, severity: Severity, code: str, expected: str, mend: str) -> Problem:
    """A problem placed at the value of a row."""
    found = row.statement if row.value is None else format_exact(row.value)
    return Problem(severity, code, row.line, VALUE.label, found, expected, mend, row.sheet, row.cell)


def place(row: Row | None) -> str:
    """Where the other value of a comparison is read."""
    if row is None:
        return "déjà acceptée"
    if row.cell:
        return f"cellule {row.cell} de la feuille {quoted(row.sheet)}" if row.sheet else f"cellule {row.cell}"
    return f"ligne {row.line}"


def when(period: str) -> str:
    """A period in words."""
    return parse(period).label


def without(breakdown: Breakdown, key: str) -> Breakdown:
    """A breakdown without one of its dimensions."""
    return ";".join(f"{known}={value}" for known, value in breakdown_pairs(breakdown) if known != key)
