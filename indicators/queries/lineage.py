"""The lineage of a figure, from the number shown to the cells it was read from."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from django.db.models import Q

from cog.figures import NOT_APPLICABLE, NOT_AVAILABLE, format_exact, format_figure
from cog.models import Convention, Organisation
from cog.periods import Period, PeriodError, parse
from indicators.compute.definition import Definition
from indicators.compute.facts import Gap
from indicators.compute.lineage import WHOLES, Component, Group, Kind, Lineage, lineage
from indicators.compute.over_time import Rule
from indicators.compute.terms import unit_of
from indicators.compute.trace import Cell
from indicators.enums import ResultState, Statement
from indicators.models import Indicator, IndicatorResult, IndicatorVersion, Measure, Observation
from indicators.queries.engine import judged_targets
from indicators.queries.evaluation import Evaluation
from indicators.queries.formulas import formula_in_numbers
from indicators.queries.shown import companion_in_words

_STORED = Decimal(1).scaleb(-14)  # of a value: SQLite keeps 15 significant digits of it, PostgreSQL 18 decimals

RULE_WORDS = {
    Rule.SUM: "les périodes plus fines s'additionnent",
    Rule.LAST: "la dernière période vaut pour l'ensemble",
    Rule.MEAN: "moyenne des périodes remontées, pondérée par leur durée",
}


@dataclass(frozen=True)
class CellLine:
    """One value read, with the observations behind it: the one in force first, then those it replaced."""

    cell: Cell
    measure: Measure | None
    observations: list[Observation]

    @property
    def shown(self) -> str:
        if isinstance(self.cell.value, Decimal):
            return format_exact(self.cell.value.normalize() + 0)
        return NOT_APPLICABLE if self.cell.value is Gap.NOT_APPLICABLE else NOT_AVAILABLE

    @property
    def current(self) -> Observation | None:
        return next((one for one in self.observations if one.closed_by_id is None), None)

    @property
    def former(self) -> list[Observation]:
        return [one for one in self.observations if one.closed_by_id is not None]

    @property
    def is_missing(self) -> bool:
        return self.cell.value is Gap.MISSING

    @property
    def reason(self) -> str:
        """Why a value is missing."""
        current = self.current
        if current is not None and current.statement == Statement.NOT_AVAILABLE:
            return "déclarée non disponible (ND)"
        return "non remontée"


@dataclass(frozen=True)
class ComponentLine:
    """What a body brings, under its name; `open`: whether the reader may follow it to its cells."""

    code: str
    name: str
    component: Component
    open: bool

    @property
    def numerator(self) -> str:
        return _exact(self.component.quantities, 0)

    @property
    def denominator(self) -> str:
        return _exact(self.component.quantities, 1)

    @property
    def missing(self) -> int:
        return len(self.component.missing)

    @property
    def why(self) -> str:
        """Why it brings nothing."""
        gap = self.component.gap
        return "" if gap is None else gap.value


@dataclass(frozen=True)
class GroupLines:
    """The components of one calculation, and their totals."""

    group: Group
    lines: list[ComponentLine]
    title: str = ""

    @property
    def counted(self) -> int:
        return sum(one.quantities is not None or one.value is not None for one in self.group.components)

    @property
    def absent(self) -> list[ComponentLine]:
        return [line for line in self.lines if line.component.quantities is None and line.component.value is None]

    @property
    def total_numerator(self) -> str:
        return _exact(self.group.totals, 0)

    @property
    def total_denominator(self) -> str:
        return _exact(self.group.totals, 1)

    @property
    def has_denominator(self) -> bool:
        totals = self.group.totals
        return totals is not None and len(totals) > 1


@dataclass
class FigurePage:
    """Everything the lineage page of a figure places."""

    indicator: Indicator
    version: IndicatorVersion
    lineage: Lineage
    stored: IndicatorResult | None
    body: Organisation | None
    measures: dict[str, Measure]
    formula: str
    groups: list[GroupLines] = field(default_factory=list)
    cells: list[CellLine] = field(default_factory=list)

    @property
    def definition(self) -> Definition:
        return self.lineage.definition

    @property
    def period(self) -> Period:
        return self.lineage.period

    @property
    def shown(self) -> str:
        outcome = self.lineage.outcome
        if outcome.state.value == ResultState.NOT_CONCERNED:
            return NOT_APPLICABLE
        return format_figure(outcome.value, self._told[1])

    @property
    def unit(self) -> str:
        """The unit of the figure; none for a rank."""
        return self._told[0]

    @cached_property
    def _told(self) -> tuple[str, int]:
        units = {code: measure.unit for code, measure in self.measures.items()}
        name = "" if self.lineage.name == self.definition.name else self.lineage.name
        return unit_of(self.definition, name, units, local=self.lineage.scope not in WHOLES)

    @property
    def state_label(self) -> str:
        return str(ResultState(self.lineage.outcome.state.value).label)

    @property
    def subject(self) -> str:
        return companion_in_words(self.lineage.name) if self.lineage.name else ""

    @cached_property
    def agrees(self) -> bool:
        """Whether what is computed again is what the pages show, to the last digit the table keeps."""
        if self.stored is None:
            return self.lineage.adds_up
        outcome, stored = self.lineage.outcome, self.stored
        pairs = (
            (outcome.value, stored.value),
            (outcome.numerator, stored.numerator),
            (outcome.denominator, stored.denominator),
        )
        return self.lineage.adds_up and all(_same(one, other) for one, other in pairs)

    @property
    def simulated(self) -> bool:
        return bool(self.stored and self.stored.simulated)

    @property
    def over_time(self) -> list[tuple[str, str]]:
        """(measure in words, how its parts make the period)."""
        used = self.definition.measures
        return [
            (self.measures[code].label if code in self.measures else code, RULE_WORDS[rule])
            for code, rule in sorted(self.lineage.rules().items())
            if code in used
        ]

    @property
    def months(self) -> list[tuple[str, str, str, str, str]]:
        return [
            (
                parse(f"{self.period.year}-{month.number:02d}").label,
                format_exact(month.forecast.normalize() + 0),
                format_exact(month.accounts.normalize() + 0),
                format_figure(month.gap, 4),
                format_exact(month.weight),
            )
            for month in self.lineage.months
        ]

    @property
    def parts(self) -> list[tuple[str, str]]:
        return [
            (part.breakdown, format_figure(part.outcome.value, self.definition.decimals)) for part in self.lineage.parts
        ]

    @property
    def kind(self) -> str:
        return self.lineage.kind.value


def figure_page(
    *,
    convention: Convention,
    code: str,
    period: str,
    scope: str = "national",
    name: str = "",
    breakdown: str = "",
    visible: Collection[str],
    sees_all: bool,
) -> FigurePage | None:
    """The lineage of a figure; None where there is none. `visible`: the bodies whose own values may be shown."""
    try:
        asked = parse(period)
    except PeriodError:
        return None
    if scope not in WHOLES and scope not in visible:
        return None
    evaluation = Evaluation(convention)
    indicator = next((one for one in evaluation.indicators if one.code == code), None)
    if indicator is None or asked not in evaluation.due(indicator):
        return None
    ready = evaluation.inputs(indicator, asked)
    if ready is None:
        return None
    found = lineage(
        ready.definition, ready.loaded.facts, asked, ready.perimeter,
        name=name, scope=scope, breakdown=breakdown, targets=judged_targets(indicator),
    )  # fmt: skip
    if found is None:
        return None
    rows = IndicatorResult.objects.filter(
        indicator=indicator, name=name, scope=scope, period=period, breakdown=breakdown
    )
    bodies = {one.code: one for one in Organisation.objects.filter(convention=convention)}
    measures = {one.code: one for one in Measure.objects.filter(convention=convention, code__in=_measures(found))}
    page = FigurePage(
        indicator=indicator,
        version=ready.version,
        lineage=found,
        stored=rows.first(),
        body=bodies.get(scope),
        measures=measures,
        formula=formula_in_numbers(found),
    )
    titles = ("Premier terme", "Second terme") if found.kind is Kind.SIDES else ("",) * len(found.groups)
    for title, group in zip(titles, found.groups, strict=True):
        page.groups.append(GroupLines(group, _lines(group, bodies, measures, visible, sees_all), title))
    if scope not in WHOLES or len(found.components) == 1:
        # a caisse's rank rests on every caisse's value: only its own cells are listed under its name
        shown = [
            one
            for one in found.components
            if (one.unit == scope if scope not in WHOLES else _open(one.unit, bodies, visible, sees_all))
        ]
        page.cells = _cell_lines(shown, convention, measures)
    return page


def _measures(found: Lineage) -> set[str]:
    return {cell.measure for one in found.components for cell in one.cells} | set(found.definition.measures)


def _open(unit: str, bodies: dict[str, Organisation], visible: Collection[str], sees_all: bool) -> bool:
    return sees_all or (unit in bodies and unit in visible)


def _lines(
    group: Group,
    bodies: dict[str, Organisation],
    measures: dict[str, Measure],
    visible: Collection[str],
    sees_all: bool,
) -> list[ComponentLine]:
    """One line per body the reader may see, those that bring nothing first."""
    lines = [
        ComponentLine(one.unit, _named(one.unit, bodies, measures), one, one.unit in bodies)
        for one in group.components
        if _open(one.unit, bodies, visible, sees_all)
    ]
    return sorted(lines, key=lambda line: (not line.missing and line.component.gap is None, line.code))


def _named(unit: str, bodies: dict[str, Organisation], measures: dict[str, Measure]) -> str:
    if unit in bodies:
        return bodies[unit].name
    return measures[unit].label if unit in measures else unit


def _cell_lines(
    components: Iterable[Component], convention: Convention, measures: dict[str, Measure]
) -> list[CellLine]:
    """The cells of some bodies, each with every revision of its observation."""
    cells = list(dict.fromkeys(cell for one in components for cell in one.cells))
    wanted = Q(
        organisation__code__in={cell.organisation for cell in cells},
        measure__code__in={cell.measure for cell in cells},
        period__in={str(cell.period) for cell in cells},
    )
    rows = (
        Observation.objects.filter(wanted, measure__convention=convention)
        .select_related("measure", "organisation", "batch", "batch__received_by", "batch__accepted_by", "closed_by")
        .defer("batch__problems", "batch__summary", "closed_by__problems", "closed_by__summary")
        .order_by("-revision")
    )
    known: dict[tuple[str, str, str, str], list[Observation]] = {}
    for row in rows if cells else ():
        key = (row.organisation.code, row.measure.code, row.period, ";".join(sorted(row.breakdown.split(";"))))
        known.setdefault(key, []).append(row)
    return [
        CellLine(
            cell,
            measures.get(cell.measure),
            known.get((cell.organisation, cell.measure, str(cell.period), cell.breakdown), []),
        )
        for cell in cells
    ]


def _exact(quantities: Sequence[Decimal] | None, rank: int) -> str:
    if quantities is None or rank >= len(quantities):
        return NOT_AVAILABLE if quantities is None else ""
    return format_exact(quantities[rank].normalize() + 0)


def _same(one: Decimal | None, other: Decimal | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= _STORED * max(Decimal(1), abs(one))
