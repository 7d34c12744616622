"""Whether a figure asks for an explanation, and why.

PURE. The convention asks to « analyser les écarts et leurs causes » (l. 12255) and to set the causes internal to the
regime apart from those that are not attributable to it (l. 12259). An explanation is wanted of:

- a result indicator that is « non atteint » or « en retard sur la trajectoire », however small the gap;
- any indicator whose unfavourable gap to what it is judged against is larger than its allowance, by default 2 points
  for a percentage and 2 % of the target for any other unit;
- a value that is owed and is not there.

A favourable gap asks for none: « au moins 85 % » names a floor, and a value above it is what was promised, not a gap.
An incomplete value is not judged, but it is transmitted: its gap is asked about beyond the allowance, whichever the
kind. Nothing is asked of a definition not adopted, nor of a series that was broken.
"""

from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import StrEnum

from cog.figures import BEFORE_UNIT, Operator, format_exact, format_figure
from indicators.compute.floor import measured_gap
from indicators.compute.methods import PRECISION, Outcome, State
from indicators.compute.verdict import Judgement, Verdict, Yardstick

RESULT = "resultat"
IN_POINTS = ("%", "points")
"""Units in which two values are points apart."""


class Mode(StrEnum):
    """How an allowance is counted: in the unit of the sheet (points for a percentage), or as a share of the target."""

    POINTS = "points"
    PERCENT = "percent"


@dataclass(frozen=True, slots=True)
class Allowance:
    """« seuil d'explication »: the unfavourable gap up to which nothing is asked."""

    value: Decimal
    mode: Mode

    def of(self, threshold: Decimal) -> Decimal:
        """The allowance in the unit of the sheet, for what a value is compared with."""
        if self.mode is Mode.POINTS:
            return self.value
        with localcontext(PRECISION):
            return abs(threshold) * self.value / 100

    def words(self, unit: str) -> str:
        """« 2 points », « 2 % de la cible », « 1,5 heure/semaine »."""
        if self.mode is Mode.PERCENT:
            return f"{format_exact(self.value, '%')} de la cible"
        if unit in IN_POINTS:
            return format_exact(self.value, "points" if self.value >= 2 else "point")
        return format_exact(self.value, unit)


def default_allowance(unit: str) -> Allowance:
    """Two points for a percentage, two per cent of the target for any other unit."""
    return Allowance(Decimal(2), Mode.POINTS if unit in IN_POINTS else Mode.PERCENT)


class Ground(StrEnum):
    """Why an explanation is wanted."""

    MISSED = "non_atteint"
    BEHIND = "en_retard"
    BEYOND = "ecart"
    ABSENT = "absente"


@dataclass(frozen=True, slots=True)
class Wanted:
    """An explanation that is wanted: the ground, how far short the value is (None without one), and a sentence."""

    ground: Ground
    short: Decimal | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A figure as it is asked about: its sheet's kind, unit and decimals, its outcome and how it was judged."""

    kind: str
    unit: str
    decimals: int
    outcome: Outcome
    judgement: Judgement
    is_owed: bool = True


def explanation_wanted(judged: Judged, allowance: Allowance) -> Wanted | None:
    """What is asked of this figure; None when nothing is."""
    outcome, judgement = judged.outcome, judged.judgement
    if outcome.value is None:
        return _absent(judged)
    yardstick = judgement.yardstick
    if yardstick is None or judgement.verdict not in _COMPARED:
        return None
    threshold, operator = yardstick.threshold, yardstick.target.operator
    short = shortfall(outcome.value, threshold, operator)
    if short <= 0:
        return None
    distance = f"{measured_gap(short, judged.decimals, judged.unit)} {_side(outcome.value, threshold)}"
    words = f"{distance} {_aimed(yardstick, judged)}"
    ground = _BINDING.get(judgement.verdict) if judged.kind == RESULT else None
    if ground is not None:
        return Wanted(ground, short, f"{judgement.verdict.label.capitalize()}{BEFORE_UNIT}: {words}.")
    if short <= allowance.of(threshold):
        return None
    head = f"Valeur incomplète{BEFORE_UNIT}: " if judgement.verdict is Verdict.INCOMPLETE else ""
    return Wanted(Ground.BEYOND, short, f"{head}{words}, au-delà du seuil de {allowance.words(judged.unit)}.")


_BINDING = {Verdict.MISSED: Ground.MISSED, Verdict.BEHIND: Ground.BEHIND}
"""What a result indicator owes an account of, however small the gap."""

_COMPARED = (*_BINDING, Verdict.MET, Verdict.ON_TRACK, Verdict.INCOMPLETE)


def shortfall(value: Decimal, threshold: Decimal, operator: Operator) -> Decimal:
    """How far a value is short of a threshold: above zero when it is, zero or less when it is not."""
    if operator is Operator.AT_LEAST:
        return threshold - value
    if operator is Operator.AT_MOST:
        return value - threshold
    return abs(value - threshold)


def _absent(judged: Judged) -> Wanted | None:
    """A value that is owed and not there; one that is without object, still to build or only offered is not missed."""
    outcome = judged.outcome
    if not judged.is_owed or judged.judgement.verdict is Verdict.TO_BUILD or outcome.state in _NOT_MISSED:
        return None
    why = outcome.reason.label.replace(" : ", f"{BEFORE_UNIT}: ") if outcome.reason else "aucune donnée remontée"
    return Wanted(Ground.ABSENT, None, f"Valeur due et absente{BEFORE_UNIT}: {why.removeprefix(_UNCOMPUTED)}.")


_UNCOMPUTED = f"non calculable{BEFORE_UNIT}: "
_NOT_MISSED = (State.NOT_APPLICABLE, State.TO_BUILD)


def _side(value: Decimal, threshold: Decimal) -> str:
    return "au-dessous de" if value < threshold else "au-dessus de"


def _aimed(yardstick: Yardstick, judged: Judged) -> str:
    """« la cible (85 %) »; on the way to a later target, « la trajectoire (16,7 %), qui mène à 20 % en 2015 »."""
    if not yardstick.indicative:
        return f"la cible ({format_exact(yardstick.threshold, judged.unit)})"
    now = format_figure(yardstick.threshold, judged.decimals, judged.unit)
    aim = format_exact(yardstick.target.threshold, judged.unit)
    return f"la trajectoire ({now}), qui mène à {aim} en {yardstick.target.start.year}"
