"""The revision triangle of an indicator: for each period, its national value as it was known at successive dates.

A column is a moment when files that touch its measures had been accepted; its facts are those in force at that moment
(accepted by then, not yet replaced by then). The definition is today's, so that only the facts move from one column to
the next.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from cog.figures import NOT_APPLICABLE, NOT_AVAILABLE, format_figure
from cog.periods import Granularity, Period, format_date
from indicators.compute.definition import Definition
from indicators.compute.evaluate import NATIONAL_SCOPE
from indicators.enums import ResultState
from indicators.models import Indicator
from indicators.queries.definitions import difference_in_words
from indicators.queries.engine import versions_of
from indicators.queries.evaluation import COLUMNS, Evaluation
from indicators.queries.facts import FactLoader, History
from indicators.queries.shown import LENGTHS, break_before

MOST_COLUMNS = 12


@dataclass(frozen=True)
class Column:
    """A moment the values are read at. `label`: its day, or the quarter whose last acceptance it is."""

    moment: datetime
    label: str
    files: int
    simulated: bool


@dataclass(frozen=True)
class Cell:
    """A value as it was known. `change`: its difference from the column before, in words; empty for the first known.

    `is_revised`: what was known before is no longer what is known. `vintage` names the state of the value.
    """

    shown: str
    change: str
    is_revised: bool
    vintage: str
    value: Decimal | None = None


@dataclass(frozen=True)
class RevisionRow:
    """A period, and the words of the break of the series just before it, if any."""

    period: Period
    cells: list[Cell]
    break_reason: str

    @property
    def revisions(self) -> int:
        return sum(cell.is_revised for cell in self.cells)


@dataclass(frozen=True)
class Triangle:
    """The revision triangle, ready for a table."""

    indicator: Indicator
    unit: str
    length: str
    lengths: list[str]
    columns: list[Column]
    left_out: int
    rows: list[RevisionRow]
    vintages: list[str]

    @property
    def revisions(self) -> int:
        return sum(row.revisions for row in self.rows)

    @property
    def sentence(self) -> str:
        """What the triangle says first."""
        if not self.columns:
            return "Aucun fichier accepté ne touche encore cet indicateur."
        dates = "une date" if len(self.columns) == 1 else f"{len(self.columns)} dates"
        if not self.revisions:
            return f"Aucune valeur connue n'a changé d'une date à l'autre ({dates})."
        revised = [row for row in self.rows if row.revisions]
        changed = "une valeur a changé" if self.revisions == 1 else f"{self.revisions} valeurs ont changé"
        where = f"{len(revised)} période{'s' if len(revised) > 1 else ''}"
        return f"Depuis qu'elles sont connues, {changed}, sur {where} ({dates})."


def revision_triangle(*, indicator: Indicator, length: str = "") -> Triangle:
    """The triangle of an indicator, for periods of one length (by default quarters, else years)."""
    convention = indicator.convention
    now = Evaluation(convention=convention)
    due = now.due(indicator)
    definitions = now.definitions(indicator)
    names = {LENGTHS[one]: one for one in sorted({period.granularity for period in due})}
    default = LENGTHS[Granularity.QUARTER] if LENGTHS[Granularity.QUARTER] in names else LENGTHS[Granularity.YEAR]
    chosen = length if length in names else default
    periods = [period for period in due if LENGTHS[period.granularity] == chosen]
    codes = {code for definition in definitions for code in definition.all_measures}
    history = History(convention=convention, measures=codes)
    moments, left_out = _moments(history.acceptances)
    values = [_known_at(indicator, history.at(column.moment), periods) for column in moments]
    last = definitions[-1] if definitions else None
    vintages = _vintages(indicator)
    rows = [_row(indicator, period, [known.get(str(period)) for known in values], last, vintages) for period in periods]
    return Triangle(
        indicator=indicator,
        unit=last.unit if last else "",
        length=chosen,
        lengths=list(names),
        columns=moments,
        left_out=left_out,
        rows=[row for row in rows if any(cell.shown != NOT_AVAILABLE for cell in row.cells)],
        vintages=vintages,
    )


def _moments(accepted: Sequence[tuple[datetime, bool]]) -> tuple[list[Column], int]:
    """The columns, the oldest first, and how many older ones are left out.

    One a day of acceptance; where they are too many, the last acceptance of each quarter.
    """
    days: dict[date, list[tuple[datetime, bool]]] = {}
    for one in accepted:
        days.setdefault(timezone.localdate(one[0]), []).append(one)
    columns = [_column(format_date(day), found) for day, found in days.items()]
    if len(columns) > MOST_COLUMNS:
        quarters: dict[Period, list[tuple[datetime, bool]]] = {}
        for one in accepted:
            quarter = Period.containing(timezone.localdate(one[0]), Granularity.QUARTER)
            quarters.setdefault(quarter, []).append(one)
        columns = [_column(f"fin du {quarter.label}", found) for quarter, found in quarters.items()]
    return columns[-MOST_COLUMNS:], max(0, len(columns) - MOST_COLUMNS)


def _column(label: str, accepted: Sequence[tuple[datetime, bool]]) -> Column:
    """The last of these acceptances, and whether one of their files is simulated."""
    return Column(accepted[-1][0], label, len(accepted), any(simulated for _, simulated in accepted))


@dataclass(frozen=True)
class _Known:
    value: Decimal | None
    state: str


def _known_at(indicator: Indicator, loader: FactLoader, periods: Sequence[Period]) -> dict[str, _Known]:
    """period -> the national value as it was known when these facts were in force."""
    found = Evaluation(convention=indicator.convention, loader=loader).evaluate(indicator, periods, frozenset())
    place = {name: COLUMNS.index(name) for name in ("name", "scope", "period", "breakdown", "value", "state")}
    return {
        str(row[place["period"]]): _Known(row[place["value"]], str(row[place["state"]]))
        for row in found.rows
        if row[place["scope"]] == NATIONAL_SCOPE and not row[place["name"]] and not row[place["breakdown"]]
    }


def _row(
    indicator: Indicator,
    period: Period,
    known: Sequence[_Known | None],
    definition: Definition | None,
    vintages: Sequence[str],
) -> RevisionRow:
    decimals, unit = (definition.decimals, definition.unit) if definition else (0, "")
    cells: list[Cell] = []
    before: Decimal | None = None
    was_known = False
    for one in known:
        value = one.value if one else None
        change = ""
        if was_known and value is not None and before is not None:
            change = difference_in_words(before, value, decimals, unit)
        elif was_known and (value is None) != (before is None):
            change = "✕ retirée" if value is None else "● rétablie"
        cells.append(
            Cell(_shown(one, decimals), change, bool(change) and value != before, _vintage(one, vintages), value)
        )
        was_known = was_known or value is not None
        before = value
    return RevisionRow(period, cells, break_before(indicator, period))


def _shown(known: _Known | None, decimals: int) -> str:
    if known is None:
        return NOT_AVAILABLE
    return NOT_APPLICABLE if known.state == ResultState.NOT_CONCERNED else format_figure(known.value, decimals)


def _vintages(indicator: Indicator) -> list[str]:
    """The names of the vintages, the provisional one first; none for a sheet that has but one."""
    versions = versions_of(convention=indicator.convention).get(indicator.pk, [])
    last = versions[-1] if versions else None
    return [str(name).capitalize() for name in last.method.get("vintages", {})] if last else []


def _vintage(known: _Known | None, vintages: Sequence[str]) -> str:
    """« provisoire (Tms) », « définitif (Mneaje) »; the state alone where a sheet has one vintage."""
    if known is None or known.value is None:
        return ""
    label = str(ResultState(known.state).label)
    if len(vintages) != 2:
        return label
    name = vintages[1] if known.state == ResultState.FINAL else vintages[0]
    return f"{label} ({name})"
