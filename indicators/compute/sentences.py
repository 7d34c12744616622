"""Sentences: what a result says, in French, exact and generated.

PURE. « 85,3 % des pièces traitées en 15 jours ouvrés au T2 2014 : la cible (85 %) est atteinte. 99 caisses
sur 102 ont répondu ; l'écart entre la première et la dernière est de 41,2 points. »
"""

from decimal import Decimal

from cog.figures import BEFORE_UNIT, format_against, format_exact, format_figure, round_half_up
from cog.periods import Granularity, Period
from indicators.compute.definition import Definition
from indicators.compute.methods import Completeness, Outcome, State
from indicators.compute.verdict import Judgement, Verdict, Yardstick

_COLON = f"{BEFORE_UNIT}: "
_SEMICOLON = f"{BEFORE_UNIT}; "

_WHEN = {
    Granularity.DAY: "le {label}",
    Granularity.MONTH: "en {label}",
    Granularity.QUARTER: "au T{number} {year}",
    Granularity.SEMESTER: "au S{number} {year}",
    Granularity.YEAR: "en {year}",
}


def result_sentence(
    definition: Definition,
    subject: str,
    outcome: Outcome,
    judgement: Judgement,
    period: Period,
    *,
    spread: Decimal | None = None,
    spread_unit: str = "",
) -> str:
    """The paragraph under a figure.

    `subject` follows the figure and names what is counted: « des pièces traitées en 15 jours ouvrés ».
    `spread` is the gap between the first and the last local values; `spread_unit` their unit, where it is not that of
    the sheet.
    """
    sentences = [_result(definition, subject, outcome, judgement, period)]
    answers = coverage(outcome.completeness, "organismes" if definition.perimeter_branch else "caisses")
    if answers and outcome.state is not State.TO_BUILD:
        sentences.append(answers)
    if spread is not None:
        gap = format_figure(spread, definition.decimals, _gap_unit(spread_unit or definition.unit))
        clause = f"l'écart entre la première et la dernière est de {gap}"
        sentences[-1] += f"{_SEMICOLON}{clause}" if answers else f"{_COLON}{clause}"
    return " ".join(f"{sentence}." for sentence in sentences)


def when(period: Period) -> str:
    """A period in a sentence: « au T2 2014 », « en mars 2014 », « le 1er avril 2014 », « en 2014 »."""
    return _WHEN[period.granularity].format(label=period.label, number=period.number, year=period.year)


def coverage(completeness: Completeness, units: str) -> str:
    """« 99 caisses sur 102 ont répondu »; empty for a figure of one unit. `units` is a plural."""
    answered, concerned = completeness.units_reported, completeness.units_concerned
    if concerned <= 1:
        return ""
    if answered < concerned:
        if answered == 0:
            return f"Aucune réponse sur {concerned} {units}"
        verb = "ont" if answered > 1 else "a"
        return f"{answered} {units if answered > 1 else units.removesuffix('s')} sur {concerned} {verb} répondu"
    whole = f"Les {concerned} {units} ont répondu"
    if completeness.complete:
        return whole
    reported, owed = (format_figure(Decimal(count), 0) for count in (completeness.reported, completeness.concerned))
    return f"{whole}, avec {reported} remontées sur {owed} attendues"


def _result(definition: Definition, subject: str, outcome: Outcome, judgement: Judgement, period: Period) -> str:
    moment = when(period)
    if outcome.value is None:
        return _absence(outcome, moment)
    yardstick = judgement.yardstick
    figure, threshold = _figures(definition, outcome.value, yardstick)
    return f"{figure} {subject} {moment}{_COLON}{_clause(definition, judgement, threshold)}"


def _absence(outcome: Outcome, moment: str) -> str:
    if outcome.state is State.TO_BUILD:
        return f"Indicateur à construire{_COLON}aucune valeur tant que sa définition n'est pas arrêtée"
    if outcome.state is State.NOT_APPLICABLE:
        return f"Sans objet {moment}"
    label = outcome.reason.label.replace(" : ", _COLON) if outcome.reason else "non disponible"
    return f"Résultat {moment} {label}"


def _figures(definition: Definition, value: Decimal, yardstick: Yardstick | None) -> tuple[str, str]:
    """The value and what it is compared with, with the decimals it takes to keep them on their sides."""
    unit, decimals = definition.unit, definition.decimals
    if yardstick is None:
        return format_figure(value, decimals, unit), ""
    operator, threshold = yardstick.target.operator, yardstick.threshold
    if not yardstick.indicative:
        return format_against(value, threshold, operator, decimals, unit), format_exact(threshold, unit)
    met = operator.holds(value, threshold)
    while operator.holds(round_half_up(value, decimals), round_half_up(threshold, decimals)) is not met:
        decimals += 1
    return format_figure(value, decimals, unit), format_figure(threshold, decimals, unit)


def _clause(definition: Definition, judgement: Judgement, threshold: str) -> str:
    verdict, yardstick = judgement.verdict, judgement.yardstick
    if verdict is Verdict.MET:
        return f"la cible ({threshold}) est atteinte"
    if verdict is Verdict.MISSED:
        return f"la cible ({threshold}) n'est pas atteinte"
    if verdict in (Verdict.ON_TRACK, Verdict.BEHIND) and yardstick is not None:
        aim = format_exact(yardstick.target.threshold, definition.unit)
        dated = f"vers la cible de {yardstick.target.start.year} ({aim})"
        return f"{verdict.label} indicative ({threshold}) {dated}"
    if verdict is Verdict.NOT_COMPARABLE:
        return f"non comparable avec la cible ({threshold}), {judgement.reason}"
    if verdict is Verdict.INCOMPLETE:
        return "résultat incomplet, non comparé à une cible"
    if verdict is Verdict.TO_BUILD:
        return "définition provisoire, non arrêtée"
    return "aucune cible ne s'applique à cette période"


def _gap_unit(unit: str) -> str:
    """A gap between two percentages is in points."""
    return "points" if unit == "%" else unit
