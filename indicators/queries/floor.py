"""The floor test of the Cpog targets of an indicator, from its results and its targets, ready for a page."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from cog.figures import Operator, format_against, format_exact, format_figure
from cog.models import Convention, Organisation
from cog.periods import year as year_period
from indicators.compute.definition import Definition
from indicators.compute.evaluate import CAF_SCOPE, NATIONAL_SCOPE
from indicators.compute.floor import Aggregation, FloorTest, aggregation_of, floor_sentence, floor_test
from indicators.compute.verdict import Target, yardstick_at
from indicators.enums import IndicatorKind
from indicators.enums import Operator as Side
from indicators.intake.local_targets import IndicatorInfo, TargetReference
from indicators.models import Indicator, IndicatorResult, LocalTarget
from indicators.queries.engine import definition_of, judged_targets, version_at


@dataclass(frozen=True)
class FloorRow:
    """A caisse in the test. `expected` and `contribution` only where its target is short."""

    body: Organisation
    threshold: Decimal | None
    weight: Decimal | None
    expected: Decimal | None
    contribution: Decimal | None


@dataclass(frozen=True)
class FloorPage:
    """The test of one year, in words and in rows: the caisses that are short first, by what they take."""

    indicator: Indicator
    definition: Definition
    year: int
    base: int | None
    bases: list[int]
    test: FloorTest
    sentence: str
    rows: list[FloorRow]

    @property
    def needs_base(self) -> bool:
        return self.test.aggregation in (Aggregation.WEIGHTED, Aggregation.SUM)

    @property
    def short(self) -> list[FloorRow]:
        return [row for row in self.rows if row.contribution is not None]

    @property
    def without_target(self) -> list[str]:
        names = {row.body.code: row.body.name for row in self.rows}
        return [names[code] for code in self.test.without_target]

    @property
    def without_weight(self) -> list[str]:
        names = {row.body.code: row.body.name for row in self.rows}
        return [names[code] for code in self.test.without_weight]

    @property
    def aggregate_shown(self) -> str:
        """The aggregate, never rounded to the other side of what the convention asks."""
        test, definition = self.test, self.definition
        if test.aggregate is None or test.threshold is None:
            return format_figure(test.aggregate, definition.decimals, definition.unit)
        return format_against(test.aggregate, test.threshold, test.operator, definition.decimals, definition.unit)

    @property
    def asked_shown(self) -> str:
        """« au moins 85 % »; empty where the convention asks nothing that year."""
        if self.test.threshold is None:
            return ""
        return f"{Side(self.test.operator.value).label} {format_exact(self.test.threshold, self.definition.unit)}"

    @property
    def gap_unit(self) -> str:
        return "points" if self.definition.unit == "%" else self.definition.unit


def caisses_of(convention: Convention) -> list[Organisation]:
    """The caisses of the network, by code."""
    return list(Organisation.objects.filter(convention=convention).caisses().order_by("code"))


def definition_at(indicator: Indicator, number: int) -> Definition | None:
    """The definition that holds for a year; before the first, the first that will."""
    versions = list(indicator.versions.all())
    version = version_at(versions, year_period(number)) or min(versions, key=lambda one: one.number, default=None)
    if version is None:
        return None
    version.indicator = indicator
    return definition_of(version)


def asked_by_the_convention(targets: Iterable[Target], number: int) -> Target | None:
    """The convention's own target for a year; a point of an indicative trajectory is none."""
    national = [target for target in targets if target.scope == NATIONAL_SCOPE]
    yardstick = yardstick_at(year_period(number), national)
    return None if yardstick is None or yardstick.indicative else yardstick.target


def floor_page(
    *,
    indicator: Indicator,
    number: int,
    caisses: list[Organisation],
    base: int | None = None,
    instead: Mapping[str, Decimal | None] | None = None,
    held: "Held | None" = None,
) -> FloorPage | None:
    """The floor test of a year; None without a definition. `base`: the year of the weights (None: the best known).

    `instead`: thresholds put in the place of those in force, to see what an entry would give. `held`: the thresholds
    and weights of all indicators, where several are tested.
    """
    definition = definition_at(indicator, number)
    if definition is None:
        return None
    target = asked_by_the_convention(judged_targets(indicator), number)
    operator = target.operator if target else default_operator(definition)
    if held is None:
        held = Held.of([indicator])
    entered = held.thresholds.get((indicator.pk, number), {})
    thresholds = {body.code: entered.get(body.code) for body in caisses} | dict(instead or {})
    aggregation = aggregation_of(definition)
    known = held.weights(indicator, aggregation)
    bases = sorted(known)
    chosen = base if base in bases else max((one for one in bases if one <= number), default=min(bases, default=None))
    weights = known[chosen] if chosen is not None else {}
    test = floor_test(
        aggregation, thresholds, threshold=target.threshold if target else None, operator=operator, weights=weights
    )
    short = {one.unit: one for one in test.shortfalls}
    rows = [
        FloorRow(
            body,
            thresholds[body.code],
            weights.get(body.code),
            short[body.code].expected if body.code in short else None,
            short[body.code].contribution if body.code in short else None,
        )
        for body in caisses
    ]
    rows.sort(
        key=lambda row: (row.contribution is None, -(row.contribution or 0), row.threshold is not None, row.body.code)
    )
    sentence = floor_sentence(test, year=number, unit=definition.unit, decimals=definition.decimals)
    return FloorPage(indicator, definition, number, chosen, bases, test, sentence, rows)


def default_operator(definition: Definition) -> Operator:
    return Operator.AT_MOST if definition.better == "lower" else Operator.AT_LEAST


@dataclass(frozen=True)
class Held:
    """What the caisses are asked and what they weigh, for some indicators, in two queries.

    `thresholds`: (indicator, year) -> caisse -> its target; `yearly`: indicator -> its local yearly results.
    """

    thresholds: dict[tuple[int, int], dict[str, Decimal]]
    yearly: dict[int, list[tuple[int, str, Decimal | None, Decimal | None]]]

    @classmethod
    def of(cls, indicators: Iterable[Indicator]) -> "Held":
        pks = [indicator.pk for indicator in indicators]
        thresholds: dict[tuple[int, int], dict[str, Decimal]] = defaultdict(dict)
        entered = LocalTarget.objects.filter(indicator__in=pks, closed_at__isnull=True)
        for pk, number, body, threshold in entered.values_list(
            "indicator_id", "year", "organisation__code", "threshold"
        ):
            thresholds[pk, number][body] = threshold
        yearly: dict[int, list[tuple[int, str, Decimal | None, Decimal | None]]] = defaultdict(list)
        rows = IndicatorResult.objects.filter(indicator__in=pks, name="", breakdown="", period__regex=r"^[0-9]{4}$")
        rows = rows.exclude(scope__in=[NATIONAL_SCOPE, CAF_SCOPE])
        for pk, period, scope, denominator, value in rows.values_list(
            "indicator_id", "period", "scope", "denominator", "value"
        ):
            yearly[pk].append((int(period), scope, denominator, value))
        return cls(thresholds, yearly)

    def weights(self, indicator: Indicator, aggregation: Aggregation) -> dict[int, dict[str, Decimal]]:
        """year -> caisse -> what it weighed in its yearly result: its denominator, or for a sum its value."""
        found: dict[int, dict[str, Decimal]] = {}
        if aggregation in (Aggregation.WEIGHTED, Aggregation.SUM):
            for number, scope, denominator, value in self.yearly.get(indicator.pk, ()):
                weight = denominator if aggregation is Aggregation.WEIGHTED else value
                if weight is not None:
                    found.setdefault(number, {})[scope] = weight
        return found


@dataclass(frozen=True)
class TargetsLine:
    """An indicator in the list: for each year, how many caisses have a target and what the floor test says."""

    indicator: Indicator
    definition: Definition
    years: list[tuple[int, int, FloorPage | None]]

    @property
    def entered(self) -> int:
        return sum(count for _, count, _ in self.years)


def targets_lines(*, convention: Convention) -> list[TargetsLine]:
    """The result indicators that can be declined locally, and any other that has Cpog targets."""
    sheets = Indicator.objects.filter(convention=convention).prefetch_related("versions", "targets")
    indicators = list(sheets.order_by("position"))
    open_rows = LocalTarget.objects.filter(indicator__convention=convention, closed_at__isnull=True)
    with_targets = set(open_rows.values_list("indicator_id", flat=True))
    held = Held.of([indicator for indicator in indicators if indicator.pk in with_targets])
    caisses = caisses_of(convention)
    lines = []
    for indicator in indicators:
        definition = definition_at(indicator, convention.end.year)
        if definition is None or not (
            indicator.pk in with_targets or (indicator.kind == IndicatorKind.RESULT and definition.local)
        ):
            continue
        years = [
            (
                number,
                len(held.thresholds.get((indicator.pk, number), ())),
                floor_page(indicator=indicator, number=number, caisses=caisses, held=held)
                if (indicator.pk, number) in held.thresholds
                else None,
            )
            for number in range(convention.start.year, convention.end.year + 1)
        ]
        lines.append(TargetsLine(indicator, definition, years))
    return lines


def target_reference(*, convention: Convention) -> TargetReference:
    """What an entry of targets is checked against."""
    years = range(convention.start.year, convention.end.year + 1)
    infos = {}
    for indicator in Indicator.objects.filter(convention=convention).prefetch_related("versions", "targets"):
        definition = definition_at(indicator, convention.end.year)
        targets = judged_targets(indicator)
        asked = {number: target for number in years if (target := asked_by_the_convention(targets, number))}
        last = asked[max(asked)].operator if asked else None
        infos[indicator.code] = IndicatorInfo(
            is_result=indicator.kind == IndicatorKind.RESULT,
            local=bool(definition and definition.local),
            unit=definition.unit if definition else "",
            operator=last or (default_operator(definition) if definition else Operator.AT_LEAST),
            asked={number: target.threshold for number, target in asked.items()},
        )
    return TargetReference(
        indicators=infos, caisses={body.code: body.name for body in caisses_of(convention)}, years=years
    )
