"""PURE. The content of the annual bilan: what the queries found, as plain text and lists to freeze and print.

Every figure is written here as it will be read (French form) and, for the charts, as its exact decimal text. Nothing is
computed: a figure that cannot be edited comes from the queries, a sentence is built from figures. Source: l. 12255 of
the convention (actions and deadlines, result and follow-up indicators, gaps and causes).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from cog.figures import BEFORE_UNIT, format_figure
from cog.periods import Granularity, Period, format_date, parse
from indicators.compute.methods import Completeness
from indicators.compute.sentences import coverage
from indicators.compute.terms import terms_of
from indicators.compute.verdict import Baseline, Target, Yardstick, yardstick_at

Payload = dict[str, Any]

# An indicator's chart shows its quarters when it has them, its years otherwise.
CHART_LENGTHS = (Granularity.QUARTER, Granularity.SEMESTER, Granularity.YEAR)

# The verdicts that compare a value with something; only they have a gap (a partial one when values are missing).
COMPARED = ("atteint", "conforme", "en_retard", "non_atteint")


def exact(value: Decimal | None) -> str:
    """A decimal as plain text for the frozen content: « 84.545454 »; empty when there is none."""
    if value is None:
        return ""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def blocks(text: str) -> list[Payload]:
    """A printed cell as paragraphs and lists: each run of lines that begin with « · » is one list."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    return [
        {"list": bulleted, "lines": [line.lstrip("·").strip() for line in run] if bulleted else list(run)}
        for bulleted, run in groupby(lines, key=lambda line: line.startswith("·"))
    ]


def point_payload(point: Any) -> Payload:
    """One value of a series, shown and exact."""
    return {
        "period": point.period,
        "label": point.label,
        "shown": point.shown,
        "value": exact(point.value),
        "state": point.state,
        "state_label": point.state_label,
        "verdict": point.verdict,
        "verdict_label": point.verdict_label,
        "answered": f"{point.units_reported}/{point.units_concerned}" if point.units_concerned > 1 else "",
        "simulated": point.simulated,
    }


@dataclass(frozen=True)
class Aims:
    """What the national values of an indicator are compared with."""

    targets: Sequence[Target]
    baseline: Baseline | None

    def at(self, period: Period) -> Yardstick | None:
        return yardstick_at(period, self.targets, self.baseline)


def line_payload(line: Any, year: int, aims: Aims) -> Payload:
    """An indicator on one line: baseline, target, value of the year, gap, verdict."""
    value = next((point for point in line.years if point.period == str(year)), None)
    yardstick = aims.at(parse(str(year)))
    return {
        "code": line.indicator.code,
        "title": line.indicator.title,
        "kind": line.indicator.kind,
        "kind_label": line.indicator.get_kind_display(),
        "unit": line.unit,
        "baseline": line.baseline,
        "target": line.target.replace("(dès ", "(dès\u00a0"),
        "aimed": _aimed(yardstick, line) if value else "",
        "value": point_payload(value) if value else None,
        "years": [point_payload(point) for point in line.years if point.period <= str(year)],
        "to_build": line.to_build,
    } | _gap(value, yardstick, line)


def _gap(value: Any, yardstick: Yardstick | None, line: Any) -> Payload:
    """The gap a verdict rests on, partial when values are missing; empty where the two cannot be compared."""
    if value is None or value.value is None or yardstick is None or value.verdict not in (*COMPARED, "incomplet"):
        return {"gap": "", "gap_unit": "", "gap_partial": False}
    gap = value.value - yardstick.threshold
    return {
        "gap": gap_in_figures(gap, line.decimals),
        "gap_unit": _gap_unit(gap, line.unit),
        "gap_partial": value.verdict == "incomplet",
    }


def _aimed(yardstick: Yardstick | None, line: Any) -> str:
    """« trajectoire 2014 : 16,7 % » where the year is judged on the way to a later target."""
    if yardstick is None or not yardstick.indicative:
        return ""
    return f"repère{BEFORE_UNIT}: {format_figure(yardstick.threshold, line.decimals, line.unit)}"


def sheet_payload(
    page: Any,
    year: int,
    aims: Aims,
    axis: Sequence[Period],
    locals_: Sequence[Decimal],
    explanations: Sequence[Any] = (),
) -> Payload:
    """A result indicator on its own sheet: value, series, spread of the caisses, definition, published figures.

    `axis`: the periods results are owed for, over the whole term; `locals_`: the values of the caisses in the year;
    `explanations`: what was said of the figures of the year, the latest period first.
    """
    until = str(year)
    spread = next((one for one in page.dispersions if one.period == until), None)
    decimals = page.line.decimals
    current = next((point for point in page.series if point.period == until), None)
    known = {point.period: point for point in page.series if point.period[:4] <= until}
    charted = _charted(axis, page.definition)
    return line_payload(page.line, year, aims) | {
        "sentence": sentence(page, current, spread, year),
        "series": [point_payload(known[str(period)]) for period in charted if str(period) in known],
        "axis": [str(period) for period in charted],
        "trajectory": _trajectory(aims, charted),
        "start": {"year": aims.baseline.year, "value": exact(aims.baseline.value)} if aims.baseline else None,
        "thresholds": [
            {
                "value": exact(target.threshold),
                "from": max(target.start, target.effective_on or target.start).isoformat(),
                "to": _read_until(target, aims.targets).isoformat(),
                "role": target.role.value,
            }
            for target in aims.targets
            if _read_until(target, aims.targets) >= max(target.start, target.effective_on or target.start)
        ],
        "breaks": page.line.indicator.breaks,
        "decimals": decimals,
        "spread": _spread_payload(spread, decimals) if spread else None,
        "locals": [exact(value) for value in locals_],
        "definition": blocks(page.line.indicator.sheet.get("definition") or ""),
        "source": " ".join((page.line.indicator.sheet.get("source") or "").split()),
        **_terms(page.definition, current),
        "explanation": explanation_payload(explanations),
        "published": [
            {
                "period": row.period or row.year,
                "value": row.value.replace(".", ","),
                "unit": row.unit,
                "basis": PUBLISHED_BASES.get(row.basis, row.basis),
                "source": row.source,
            }
            for row in page.published
            if (row.year or row.period)[:4] <= until and row.scope == "national"
        ][-4:],
        "method": method_in_words(page, current),
        "provisional_definition": bool(page.version and page.version.provisional),
        "seed_line": page.line.indicator.seed_line,
    }


def _read_until(target: Target, targets: Sequence[Target]) -> date:
    """The last day a target is the one to read: the day before an amendment takes its place, where one does."""
    own = target.effective_on or date.min
    later = [one.effective_on for one in targets if one.place == target.place and (one.effective_on or date.min) > own]
    return min([target.end, *(day - timedelta(days=1) for day in later if day is not None)])


def method_in_words(page: Any, current: Any) -> str:
    """How the value is made: version of the definition, bodies that answered, how settled it is."""
    if page.version is None or current is None:
        return ""
    since = format_date(page.version.valid_from)
    words = f"définition n°{BEFORE_UNIT}{page.version.number}, en vigueur depuis le {since}"
    if current.units_concerned > 1:
        words += f"{BEFORE_UNIT}; {current.units_reported} organismes sur {current.units_concerned} ont répondu"
    return f"{words}{BEFORE_UNIT}; valeur {current.state_label.lower()}"


def definition_payload(line: Any) -> Payload:
    """The definition of a follow-up indicator, as the annex prints it."""
    sheet = line.indicator.sheet
    return {
        "code": line.indicator.code,
        "title": line.indicator.title,
        "definition": blocks(sheet.get("definition") or ""),
        "source": " ".join((sheet.get("source") or "").split()),
        "seed_line": line.indicator.seed_line,
    }


# How a published figure compares with the indicator of the convention.
PUBLISHED_BASES = {
    "direct": "même définition",
    "derived": "recalculée",
    "proxy": "grandeur voisine",
}


def _charted(axis: Sequence[Period], definition: Any) -> list[Period]:
    """The quarters, else the semesters, else the years; a total that grows along the year is shown by years only."""
    lengths = (Granularity.YEAR,) if definition is not None and definition.accumulates else CHART_LENGTHS
    for length in lengths:
        periods = [period for period in axis if period.granularity is length]
        if periods:
            return periods
    return []


def _trajectory(aims: Aims, periods: Sequence[Period]) -> list[str]:
    """The indicative trajectory and the targets it leads to, one text per period; nothing where none is indicative."""
    yardsticks = [aims.at(period) for period in periods]
    if not any(yardstick.indicative for yardstick in yardsticks if yardstick):
        return []
    return [
        exact(yardstick.threshold) if yardstick and yardstick.target.end >= period.start else ""
        for period, yardstick in zip(periods, yardsticks, strict=True)
    ]


def _terms(definition: Any, current: Any) -> Payload:
    """The two numbers beside a value, named by its method; nothing where the value has not the two."""
    empty = {"numerator": "", "denominator": "", "numerator_label": "", "denominator_label": ""}
    if definition is None or current is None or current.numerator is None or current.denominator is None:
        return empty
    terms = terms_of(definition)
    return {
        "numerator": terms.shown(current.numerator),
        "denominator": terms.shown(current.denominator),
        "numerator_label": terms.first,
        "denominator_label": terms.second,
    }


LONGEST_EXPLANATION = 700
"""A sheet keeps to its page: the end of a longer explanation is read in the application, and the document says so."""


def explanation_payload(rows: Sequence[Any]) -> Payload | None:
    """What was last said of the figures of the year, and of which other periods something was said."""
    if not rows:
        return None
    last = rows[0]
    text = last.text
    is_cut = len(text) > LONGEST_EXPLANATION
    if is_cut:
        text = text[:LONGEST_EXPLANATION].rsplit(" ", 1)[0] + "…"
    fiche, ordinal = last.action_parts
    return {
        "period": last.period_label,
        "cause": last.cause_label,
        "cause_code": last.cause,
        "text": [line.strip() for line in text.split("\n") if line.strip()],
        "is_cut": is_cut,
        "action": f"fiche n°{BEFORE_UNIT}{fiche}, action de rang {ordinal}" if fiche else "",
        "expected_return": last.expected_return_label,
        "written_by": last.written_by.name,
        "written_on": format_date(last.written_at.date()),
        "others": [row.period_label for row in reversed(rows[1:])],
        "simulated": last.simulated,
    }


def gap_in_figures(gap: Decimal, decimals: int) -> str:
    """« +0,3 », the signed distance to the target, with as many decimals as it takes not to show zero."""
    while gap and decimals < 6 and not round(gap, decimals):
        decimals += 1
    return f"{'+' if gap > 0 else ''}{format_figure(gap, decimals)}"


def _gap_unit(gap: Decimal, unit: str) -> str:
    """Two percentages are points apart; French counts in the plural from two."""
    if unit in ("%", "points"):
        return "points" if abs(gap) >= 2 else "point"
    return unit


def sentence(page: Any, current: Any, spread: Any, year: int) -> str:
    """What the value of the year says, for a reader in a hurry."""
    if current is None:
        return f"Aucun résultat n'est calculé pour {year}."
    if current.value is None:
        return f"En {year}, la valeur nationale n'est pas disponible{BEFORE_UNIT}: {current.state_label}."
    words = f"{current.shown}{BEFORE_UNIT}{page.line.unit} en {year}{BEFORE_UNIT}: {VERDICT_CLAUSES[current.verdict]}."
    whole_branch = page.definition is not None and page.definition.perimeter_branch
    completeness = Completeness(current.reported, current.concerned, current.units_reported, current.units_concerned)
    answers = coverage(completeness, "organismes" if whole_branch else "caisses")
    if answers and spread is not None:
        ends = "le premier et le dernier" if whole_branch else "la première et la dernière"
        width = format_figure(spread.value_range, page.line.decimals, _gap_unit(spread.value_range, page.line.unit))
        answers += f"{BEFORE_UNIT}; l'écart entre {ends} est de {width}"
    return f"{words} {answers}." if answers else words


VERDICT_CLAUSES = {
    "atteint": "la cible est atteinte",
    "conforme": "la valeur est conforme à la trajectoire indicative",
    "en_retard": "la valeur est en retard sur la trajectoire indicative",
    "non_atteint": "la cible n'est pas atteinte",
    "non_comparable": "la valeur n'est pas comparable à la cible (rupture de série)",
    "sans_cible": "aucune cible ne s'y applique",
    "non_disponible": "valeur non disponible",
    "incomplet": "il manque des remontées, la cible n'est pas jugée",
    "a_construire": "la définition reste à arrêter",
}


def _spread_payload(spread: Any, decimals: int) -> Payload:
    shown = {
        name: format_figure(getattr(spread, name), decimals)
        for name in ("minimum", "d1", "q1", "median", "q3", "d9", "maximum", "value_range", "stdev", "mean")
    }
    return {"n": spread.n, "shown": shown, "exact": {name: exact(getattr(spread, name)) for name in shown}}


def quoted_sources(sheets: list[Payload]) -> list[tuple[str, list[str]]]:
    """The sources of the published figures that are quoted, each with the indicators it is quoted for."""
    quoted: dict[str, list[str]] = {}
    for sheet in sheets:
        for source in dict.fromkeys(row["source"] for row in sheet["published"]):
            quoted.setdefault(source, []).append(sheet["code"])
    return sorted(quoted.items())


def simulated_anywhere(parts: Iterable[Payload]) -> bool:
    """Whether any figure or word of the content rests on simulated data."""
    return any(_has_simulated(part) for part in parts)


def _has_simulated(value: Any) -> bool:
    if isinstance(value, dict):
        return value.get("simulated") is True or any(_has_simulated(item) for item in value.values())
    if isinstance(value, list):
        return any(_has_simulated(item) for item in value)
    return False
