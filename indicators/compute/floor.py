"""The floor test: « Les objectifs agrégés des indicateurs Cpog ne pourront être inférieurs aux objectifs fixés par la
Cog » (l. 12265).

PURE. The targets of the caisses are put together the way the sheet puts their results together: a rate is weighted by
each caisse's denominator of a stated base period, a count is summed, a mean stays unweighted. The aggregate is then
compared, unrounded, with what the convention asks for that year; each caisse whose target is short of it is named
with what it takes from the aggregate. A caisse without a target, or without a weight, is named too and left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import StrEnum

from cog.figures import BEFORE_UNIT, Operator, format_against, format_exact, format_figure
from indicators.compute.definition import Definition
from indicators.compute.methods import PRECISION


class Aggregation(StrEnum):
    """How local targets make one figure."""

    WEIGHTED = "weighted"
    SUM = "sum"
    MEAN = "mean"
    SHARE = "share"
    NONE = "none"

    @property
    def label(self) -> str:
        """How the aggregate is made, in French; ends a sentence."""
        return _LABELS[self]

    @property
    def needs_weights(self) -> bool:
        """Whether a caisse without a weight is left out of the aggregate."""
        return self is Aggregation.WEIGHTED


_LABELS = {
    Aggregation.WEIGHTED: "moyenne des cibles, chacune pesée par le dénominateur de sa caisse",
    Aggregation.SUM: "somme des cibles",
    Aggregation.MEAN: "moyenne des cibles, sans pondération, comme l'indicateur",
    Aggregation.SHARE: "part des caisses dont la cible est de remplir la condition",
    Aggregation.NONE: "aucune : une dispersion ou un écart ne s'agrège pas",
}


def aggregation_of(definition: Definition) -> Aggregation:
    """The way a sheet's local targets aggregate, from the way its local results do."""
    if definition.method == "share_of_units" or definition.national == "share_of_units":
        return Aggregation.SHARE
    if definition.national == "mean":
        return Aggregation.MEAN
    if definition.national not in ("of_sums", "of_sums_plus"):
        return Aggregation.NONE
    if definition.method in ("ratio", "survey", "reference_index"):  # an index is weighted by its reference year
        return Aggregation.WEIGHTED
    if definition.method in ("count", "variation"):
        return Aggregation.SUM
    return Aggregation.NONE


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A caisse whose target is short of what the convention asks of it.

    `expected`: the convention's target, or for a sum the caisse's part of it by its weight. `contribution`: what it
    takes from the aggregate, in the unit of the sheet, always above zero.
    """

    unit: str
    target: Decimal
    expected: Decimal
    contribution: Decimal


@dataclass(frozen=True, slots=True)
class FloorTest:
    """What the test found. `aggregate` is None where nothing can be put together.

    `gap`: how far the aggregate is short of the convention's target (above zero: short; below: beyond it); None without
    an aggregate or without a target of the convention that year. The three lists of caisses are in the order given.
    """

    aggregation: Aggregation
    aggregate: Decimal | None
    threshold: Decimal | None
    operator: Operator
    gap: Decimal | None
    counted: int
    without_target: tuple[str, ...]
    without_weight: tuple[str, ...]
    shortfalls: tuple[Shortfall, ...]

    @property
    def holds(self) -> bool | None:
        """Whether the aggregate is no worse than the convention's target; None when it cannot be said."""
        if self.aggregate is None or self.threshold is None:
            return None
        return self.operator.holds(self.aggregate, self.threshold)

    @property
    def complete(self) -> bool:
        """Whether every caisse is in the aggregate."""
        return not self.without_target and not self.without_weight


def floor_test(
    aggregation: Aggregation,
    targets: Mapping[str, Decimal | None],
    *,
    threshold: Decimal | None,
    operator: Operator,
    weights: Mapping[str, Decimal | None] | None = None,
) -> FloorTest:
    """Put the local targets of one year together and compare them with the convention's `threshold`.

    `targets`: caisse -> its target, in the unit of the sheet, None where it has none. `weights`: what each caisse
    weighed in the base period (its denominator; for a sum, its value, which only serves to name who is short);
    one that is missing or not above zero cannot weigh. Source: l. 12265.
    """
    heavy = {unit: weight for unit, weight in (weights or {}).items() if weight is not None and weight > 0}
    given = {unit: target for unit, target in targets.items() if target is not None}
    unweighed = [unit for unit in given if aggregation.needs_weights and unit not in heavy]
    counted = {unit: target for unit, target in given.items() if unit not in unweighed}
    with localcontext(PRECISION):
        weighed = _weights(aggregation, counted, heavy)
        aggregate = _aggregate(aggregation, counted, weighed)
        gap = None if aggregate is None or threshold is None else _short_of(aggregate, threshold, operator)
        shortfalls = [] if threshold is None else _shortfalls(aggregation, counted, weighed, threshold, operator)
    return FloorTest(
        aggregation=aggregation,
        aggregate=aggregate,
        threshold=threshold,
        operator=operator,
        gap=gap,
        counted=len(counted) if aggregation is not Aggregation.NONE else 0,
        without_target=tuple(unit for unit, target in targets.items() if target is None),
        without_weight=tuple(unweighed),
        shortfalls=tuple(sorted(shortfalls, key=lambda one: (-one.contribution, one.unit))),
    )


def _weights(
    aggregation: Aggregation, counted: Mapping[str, Decimal], heavy: Mapping[str, Decimal]
) -> dict[str, Decimal]:
    """What each caisse weighs in the whole. Empty where nobody knows: a sum then names nobody."""
    if aggregation is Aggregation.NONE:
        return {}
    if aggregation in (Aggregation.MEAN, Aggregation.SHARE):
        return dict.fromkeys(counted, Decimal(1))
    known = {unit: heavy[unit] for unit in counted if unit in heavy}
    return known if len(known) == len(counted) else {}


def _aggregate(
    aggregation: Aggregation, counted: Mapping[str, Decimal], weighed: Mapping[str, Decimal]
) -> Decimal | None:
    if not counted or aggregation is Aggregation.NONE:
        return None
    if aggregation is Aggregation.SUM:
        return sum(counted.values(), Decimal(0))
    if aggregation is Aggregation.SHARE:
        return Decimal(100) * sum(target > 0 for target in counted.values()) / len(counted)
    total = sum(weighed.values(), Decimal(0))
    return sum((counted[unit] * weight for unit, weight in weighed.items()), Decimal(0)) / total


def _short_of(value: Decimal, threshold: Decimal, operator: Operator) -> Decimal:
    """How far a value is short of a threshold, above zero when it is; for an equality, how far it is from it."""
    if operator is Operator.AT_LEAST:
        return threshold - value
    if operator is Operator.AT_MOST:
        return value - threshold
    return abs(value - threshold)


def _shortfalls(
    aggregation: Aggregation,
    counted: Mapping[str, Decimal],
    weighed: Mapping[str, Decimal],
    threshold: Decimal,
    operator: Operator,
) -> list[Shortfall]:
    """Every caisse that is short, with what it takes from the aggregate."""
    found = []
    total = sum(weighed.values(), Decimal(0))
    for unit, weight in weighed.items():
        target, expected = counted[unit], threshold
        if aggregation is Aggregation.SUM:
            expected = threshold * weight / total
        elif aggregation is Aggregation.SHARE:
            target, expected = Decimal(100 if target > 0 else 0), Decimal(100)
        short = _short_of(target, expected, operator)
        if short > 0:
            taken = short if aggregation is Aggregation.SUM else short * weight / total
            found.append(Shortfall(unit, counted[unit], expected, taken))
    return found


def floor_sentence(test: FloorTest, *, year: int, unit: str, decimals: int) -> str:
    """What the test found, in French; the caisses left out are told by the page, beside it."""
    if test.aggregation is Aggregation.NONE:
        return "Cet indicateur mesure un écart ou une dispersion : ses cibles locales ne s'agrègent pas."
    if not test.counted and not test.without_weight:
        return f"Aucune cible n'est saisie pour {year} : il n'y a rien à agréger."
    if test.aggregate is None:
        return f"Les cibles de {year} ne s'agrègent pas : aucune caisse n'a de dénominateur connu pour la peser."
    if test.threshold is None:
        together = format_figure(test.aggregate, decimals, unit)
        return f"Les cibles de {year} font ensemble {together}. La convention ne fixe pas d'objectif pour {year}."
    together = format_against(test.aggregate, test.threshold, test.operator, decimals, unit)
    asked = f"{_ASKED[test.operator]} {format_exact(test.threshold, unit)}"
    if test.holds:
        beyond = measured_gap(-(test.gap or Decimal(0)), decimals, unit)
        ahead = f", avec {beyond} d'avance" if test.gap and test.operator is not Operator.EQUAL else ""
        held = f"l'objectif de la convention ({asked}) est respecté{ahead}"
        return f"Les cibles de {year} font ensemble {together}\u00a0: {held}."
    side = {Operator.AT_LEAST: "au-dessous de", Operator.AT_MOST: "au-dessus de", Operator.EQUAL: "à l'écart de"}
    missing = measured_gap(test.gap or Decimal(0), decimals, unit)
    sentence = (
        f"Les cibles de {year} font ensemble {together}, {side[test.operator]} l'objectif de la convention ({asked})"
    )
    return f"{sentence}\u00a0: l'écart est de {missing}{_carried(len(test.shortfalls))}."


_ASKED = {Operator.AT_LEAST: "au moins", Operator.AT_MOST: "au plus", Operator.EQUAL: "exactement"}


def measured_gap(gap: Decimal, decimals: int, unit: str) -> str:
    """A gap in the unit of the sheet; a gap between percentages is in points, and is never shown as nil."""
    name = unit if unit not in ("%", "points") else "points" if abs(gap) >= 2 else "point"  # French is plural from 2 on
    shown = format_figure(gap, decimals)
    while gap and not any(digit in shown for digit in "123456789"):
        decimals += 1
        shown = format_figure(gap, decimals)
    return f"{shown}{BEFORE_UNIT}{name}".strip()


def _carried(caisses: int) -> str:
    if not caisses:
        return ""
    return f" ; {caisses} caisses le portent" if caisses > 1 else " ; une caisse le porte"
