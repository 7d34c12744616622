"""PURE. The content of the annual bilan: what the queries found, as plain text and lists that can be frozen and printed.

Every figure is written here as it will be read (French form) and, for the charts, as its exact decimal text. Nothing is
computed: a figure that cannot be edited comes from the queries, a sentence is built from figures. Source: l. 12255 of the
convention (actions and deadlines, result and follow-up indicators, gaps and causes).
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from cog.figures import BEFORE_UNIT, format_figure
from cog.periods import format_date

Payload = dict[str, Any]

# An indicator's chart shows its quarters when it has them, its years otherwise.
CHART_LENGTHS = ("T", "S", "")


def exact(value: Decimal | None) -> str:
    """A decimal as plain text for the frozen content: « 84.545454 »; empty when there is none."""
    if value is None:
        return ""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def action_payload(view: Any) -> Payload:
    """An action as it stood at the end of the year."""
    last = view.last
    return {
        "ordinal": view.action.ordinal,
        "number": view.action.number,
        "label": view.action.label.split("\n"),
        "deadline": view.action.deadline_cell.split("\n"),
        "status": view.status_label,
        "timeliness": view.timeliness.value if view.timeliness else "",
        "timeliness_label": view.timeliness.label if view.timeliness else "",
        "done_on": format_date(last.done_on) if last and last.done_on else "",
        "comment": last.comment if last else "",
        "simulated": bool(last and last.simulated),
    }


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


def line_payload(line: Any, year: int) -> Payload:
    """An indicator on one line: baseline, target, value of the year, verdict."""
    value = next((point for point in line.years if point.period == str(year)), None)
    return {
        "code": line.indicator.code,
        "title": line.indicator.title,
        "kind": line.indicator.kind,
        "kind_label": line.indicator.get_kind_display(),
        "unit": line.unit,
        "baseline": line.baseline,
        "target": line.target,
        "value": point_payload(value) if value else None,
        "years": [point_payload(point) for point in line.years],
        "method_ready": line.method_ready,
        "to_build": line.indicator.status == "to_build",
    }


def sheet_payload(page: Any, year: int) -> Payload:
    """A result indicator on its own sheet: value, series, spread of the caisses, definition, published figures."""
    until = str(year)
    series = [point for point in page.series if point.period[:4] <= until]
    spread = next((one for one in page.dispersions if one.period == until), None)
    decimals, unit = page.line.decimals, page.line.unit
    current = next((point for point in page.series if point.period == until), None)
    return line_payload(page.line, year) | {
        "gap": gap_in_words(current.value, _threshold(page, year), decimals, unit) if current else "",
        "sentence": sentence(page, current, spread, year),
        "series": [point_payload(point) for point in _charted(series)],
        "thresholds": [
            {
                "value": exact(target.threshold),
                "from": target.holds_from.isoformat(),
                "to": target.holds_to.isoformat(),
                "role": target.role,
            }
            for target in page.targets
            if target.scope == "national"
        ],
        "breaks": page.line.indicator.breaks,
        "decimals": decimals,
        "spread": _spread_payload(spread, decimals) if spread else None,
        "definition": (page.line.indicator.sheet.get("definition") or "").split("\n"),
        "source": page.line.indicator.sheet.get("source") or "",
        "numerator": exact(current.numerator) if current else "",
        "denominator": exact(current.denominator) if current else "",
        "published": [
            {
                "period": row.period or row.year,
                "value": row.value,
                "unit": row.unit,
                "basis": row.basis,
                "source": row.source,
            }
            for row in page.published
            if (row.year or row.period)[:4] <= until and row.scope == "national"
        ][-4:],
        "provisional_definition": bool(page.version and page.version.provisional),
        "seed_line": page.line.indicator.seed_line,
    }


def _charted(series: list[Any]) -> list[Any]:
    for mark in CHART_LENGTHS:
        points = [
            point for point in series if (f"-{mark}" in point.period if mark else len(point.period) == 4)
        ]
        if points:
            return points
    return []


def _threshold(page: Any, year: int) -> Decimal | None:
    """The national target that holds for the whole year, the shortest-lived if several."""
    held = [
        target
        for target in page.targets
        if target.role == "target"
        and target.scope == "national"
        and target.holds_from.year <= year <= target.holds_to.year
    ]
    return min(held, key=lambda target: target.holds_to - target.holds_from).threshold if held else None


def gap_in_words(value: Decimal | None, threshold: Decimal | None, decimals: int, unit: str) -> str:
    """« +0,3 point », the signed distance to the target, with as many decimals as it takes not to show zero."""
    if value is None or threshold is None:
        return ""
    gap = value - threshold
    while gap and decimals < 6 and not round(gap, decimals):
        decimals += 1
    sign = "+" if gap > 0 else ""
    return f"{sign}{format_figure(gap, decimals, 'points' if unit == '%' else unit)}"


def sentence(page: Any, current: Any, spread: Any, year: int) -> str:
    """What the value of the year says, for a reader in a hurry."""
    if current is None:
        return f"Aucun résultat n'est calculé pour {year}."
    if current.value is None:
        return f"En {year}, la valeur nationale n'est pas disponible{BEFORE_UNIT}: {current.state_label}."
    words = f"{current.shown}{BEFORE_UNIT}{page.line.unit} en {year}{BEFORE_UNIT}: {VERDICT_CLAUSES[current.verdict]}."
    if current.units_concerned > 1:
        words += f" {current.units_reported} organismes sur {current.units_concerned} ont répondu"
        if spread is not None:
            width = format_figure(
                spread.value_range, page.line.decimals, "points" if page.line.unit == "%" else page.line.unit
            )
            words += f"{BEFORE_UNIT}; l'écart entre le premier et le dernier est de {width}"
        words += "."
    return words


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


def table_payload(table: Any) -> Payload:
    """A fund's programme on its own layout."""
    return {
        "code": table.fund.code,
        "name": table.fund.name,
        "title": table.fund.title,
        "unit": table.fund.unit,
        "columns": table.columns,
        "rows": [
            {
                "label": row.line.label,
                "kind": row.line.kind,
                "depth": row.depth,
                "cells": [cell.shown for cell in row.cells],
                "marks": [cell.gap for cell in row.cells],
            }
            for row in table.rows
        ],
    }


def tally_sentence(tally: Any, at: str) -> str:
    """« 4 actions sur 13 sont en retard au 31 décembre 2014. »"""
    if not tally.total:
        return "Aucune action n'est suivie."
    if not tally.late:
        words = f"Aucune des {tally.total} actions n'est en retard au {at}"
    elif tally.late == 1:
        words = f"1 action sur {tally.total} est en retard au {at}"
    else:
        words = f"{tally.late} actions sur {tally.total} sont en retard au {at}"
    words += f"{BEFORE_UNIT}; {tally.done} réalisée{'s' if tally.done > 1 else ''}."
    if tally.abandoned:
        words += f" {tally.abandoned} abandonnée{'s' if tally.abandoned > 1 else ''}, hors de ce compte."
    return words


def simulated_anywhere(parts: Iterable[Payload]) -> bool:
    """Whether any figure or word of the content rests on simulated data."""
    return any(_has_simulated(part) for part in parts)


def _has_simulated(value: Any) -> bool:
    if isinstance(value, dict):
        return value.get("simulated") is True or any(_has_simulated(item) for item in value.values())
    if isinstance(value, list):
        return any(_has_simulated(item) for item in value)
    return False
