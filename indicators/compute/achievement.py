"""PURE. The degree to which an objective was achieved at the end: how far from where it started to where it aimed.

Read by the final evaluation (l. 12257, « le degré de réalisation des objectifs »). Of two indicators nothing is ever
averaged: what is said of several is how many are of each degree.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import StrEnum

from cog.figures import Operator, format_against
from indicators.compute.methods import PRECISION
from indicators.compute.verdict import Target, TargetMode, TargetRole, Verdict


class Degree(StrEnum):
    """« degré de réalisation » of an objective that is measured."""

    REACHED = "atteint"
    PARTLY = "partiel"
    NOT_REACHED = "non_atteint"
    NOT_COMPUTABLE = "non_calculable"

    @property
    def label(self) -> str:
        """What a page says, in French."""
        return _LABELS[self]


_LABELS = {
    Degree.REACHED: "atteint",
    Degree.PARTLY: "partiellement atteint",
    Degree.NOT_REACHED: "non atteint",
    Degree.NOT_COMPUTABLE: "non calculable",
}

METHOD = (
    "La valeur nationale non arrondie de la dernière année que la cible nomme est comparée à cette cible. Atteint : la"
    " cible est respectée. Partiellement atteint : elle ne l'est pas, mais une part du chemin de la valeur de référence"
    " à la cible est faite ; cette part est (valeur − référence) ÷ (cible − référence) ; une valeur qui est"
    " elle-même une évolution part de zéro. Non atteint : la part est nulle"
    " ou négative, ou ne se calcule pas. Non calculable : sans cible, sans valeur, ou avec une valeur que la cible ne"
    " juge pas. Les degrés de plusieurs indicateurs se comptent, ils ne se moyennent jamais."
)
"""How the degrees are computed, as pages and the report print it."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A final value and what it is judged against. `verdict`: as the engine gives it at the year of the target.

    `missing`: why there is no value, in French, where there is none.
    """

    value: Decimal | None
    verdict: Verdict
    target: Target | None
    baseline: Decimal | None
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Achievement:
    """A degree; the share of the way that was done (1 is the target itself), where it means something; why."""

    degree: Degree
    share: Decimal | None = None
    reason: str = ""

    @property
    def share_shown(self) -> str:
        """« 62 % »; never rounded up to the whole way, nor to none; empty where there is no share."""
        if self.share is None:
            return ""
        return format_against(self.share * 100, Decimal(100), Operator.AT_LEAST, 0, "%")


def last_target(targets: Iterable[Target]) -> Target | None:
    """The target that speaks last, a critical threshold left out; the tightest span where two end together."""
    headline = [one for one in targets if one.role is TargetRole.TARGET]
    return max(headline, key=lambda one: (one.end, one.start), default=None)


_UNJUDGED = {
    Verdict.TO_BUILD: "la définition de l'indicateur n'est pas arrêtée",
    Verdict.NOT_COMPARABLE: "la mesure a changé, la valeur n'est pas comparable à la cible",
    Verdict.INCOMPLETE: "des remontées manquent, la valeur n'est pas jugée",
    Verdict.NO_TARGET: "la convention ne fixe pas de cible",
}


def achievement(measured: Measured) -> Achievement:
    """The degree of achievement of one indicator, and how it was found."""
    if measured.verdict is Verdict.TO_BUILD or (measured.target is not None and measured.verdict in _UNJUDGED):
        return Achievement(Degree.NOT_COMPUTABLE, reason=_UNJUDGED[measured.verdict])
    if measured.target is None:
        return Achievement(Degree.NOT_COMPUTABLE, reason=_UNJUDGED[Verdict.NO_TARGET])
    if measured.value is None:
        return Achievement(Degree.NOT_COMPUTABLE, reason=measured.missing or "aucune valeur nationale")
    if measured.target.operator.holds(measured.value, measured.target.threshold):
        return Achievement(Degree.REACHED)
    return _short_of(measured.value, measured.target, _start(measured))


def _start(measured: Measured) -> Decimal | None:
    """Where the way begins: a value that is itself a change from a base year (F18-45: −12 %) begins at none."""
    target = measured.target
    is_change = target is not None and target.mode is not TargetMode.ABSOLUTE
    if target is not None and is_change and abs(target.threshold) == abs(target.value):
        return Decimal(0)
    return measured.baseline


def _short_of(value: Decimal, target: Target, baseline: Decimal | None) -> Achievement:
    """How much of the way was done, of a value that misses its target."""
    if target.operator is Operator.EQUAL:
        return Achievement(Degree.NOT_REACHED, reason="la cible est une égalité : il n'y a pas de chemin")
    if baseline is None:
        return Achievement(Degree.NOT_REACHED, reason="aucune valeur de référence : la part du chemin est inconnue")
    if target.operator.holds(baseline, target.threshold):
        return Achievement(Degree.NOT_REACHED, reason="la valeur de référence respectait déjà la cible")
    with localcontext(PRECISION):
        share = (value - baseline) / (target.threshold - baseline)
    if share > 0:
        return Achievement(Degree.PARTLY, share)
    return Achievement(Degree.NOT_REACHED, share, "la valeur n'a pas progressé depuis la référence")


def counted(degrees: Iterable[Degree]) -> dict[Degree, int]:
    """How many are of each degree, none left out."""
    known = list(degrees)
    return {degree: known.count(degree) for degree in Degree}
