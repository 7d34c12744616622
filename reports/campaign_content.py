"""From what the indicators hold to the plain content of a quarter's transmission."""

import json
from decimal import Decimal
from typing import Any

from cog.figures import format_gap, plain
from cog.models import Convention
from cog.periods import parse
from indicators.enums import IndicatorKind
from indicators.queries.content import RESULT_COLUMNS, SheetContent
from indicators.queries.shown import baseline_in_words, target_in_words

DISPERSION_COLUMNS = (
    "period", "n", "minimum", "d1", "q1", "median", "q3", "d9", "maximum", "value_range", "stdev", "mean",
)  # fmt: skip

SCHEMA = 2
"""Of the content: a later reader knows what it reads. 2: the domain of a sheet, the gap of a figure."""


def quarter_payload(*, convention: Convention, period: str, sheets: list[SheetContent]) -> dict[str, Any]:
    """Everything a transmission freezes; the same results give the same content, whoever sends it and when."""
    restated = [_sheet(one) for one in sheets]
    return {
        "schema": SCHEMA,
        "convention": {"code": convention.code, "title": convention.title},
        "kind": "trimestre",
        "period": period,
        "period_label": parse(period).label,
        "result_columns": list(RESULT_COLUMNS),
        "dispersion_columns": list(DISPERSION_COLUMNS),
        "sheets": restated,
        "missing": [
            {"code": sheet["code"], "period": figure["period"], "state_label": figure["state_label"]}
            for sheet in restated
            for figure in sheet["figures"]
            if not figure["has_value"]
        ],
        "simulated": any(row[-1] for sheet in restated for row in sheet["results"]),
    }


def _plain(value: Any) -> Any:
    """A value of a row as the content writes it."""
    return plain(value) if isinstance(value, Decimal) else value


def _sheet(content: SheetContent) -> dict[str, Any]:
    indicator = content.indicator
    unit = content.figures[0].unit
    values = {
        row[0]
        for row in content.results
        if row[RESULT_COLUMNS.index("scope")] == "national" and row[RESULT_COLUMNS.index("value")] is not None
    }
    return {
        "code": indicator.code,
        "printed_code": indicator.printed_code,
        "title": indicator.title,
        "fiche": indicator.fiche.number,
        "fiche_title": indicator.fiche.title,
        "domain": indicator.fiche.domain.number,
        "domain_title": indicator.fiche.domain.title,
        "kind": indicator.kind,
        "kind_label": str(IndicatorKind(indicator.kind).label),
        "unit": unit,
        "decimals": int(content.versions[-1].method.get("decimals", 0)) if content.versions else 0,
        "seed_line": indicator.seed_line,
        "cells": json.dumps(indicator.sheet, ensure_ascii=False, sort_keys=True),
        "versions": [_version(row) for row in content.versions],
        "targets": [_target(row) for row in indicator.targets.all()],
        "local_targets": [
            [row.organisation.code, row.year, row.operator, plain(row.threshold), row.revision]
            for row in content.local_targets
        ],
        "baselines": [
            {"year": row.year, "label": row.label, "value": plain(row.value), "words": baseline_in_words(row, unit)}
            for row in indicator.baselines.all()
        ],
        "figures": [_figure(figure, figure.period in values) for figure in content.figures],
        "results": [[_plain(value) for value in row] for row in content.results],
        "dispersions": [[_plain(getattr(row, name)) for name in DISPERSION_COLUMNS] for row in content.dispersions],
    }


def _version(row: Any) -> dict[str, Any]:
    return {
        "number": row.number,
        "valid_from": row.valid_from.isoformat(),
        "provisional": row.provisional,
        "origin": row.origin,
        "agreed_by": row.agreed_by,
        "agreed_on": row.agreed_on.isoformat() if row.agreed_on else "",
        "reason": row.reason,
        "note": row.note,
        "method": json.dumps(row.method, ensure_ascii=False, sort_keys=True),
        "words": f"version {row.number}, {row.method_in_words}, depuis le {row.valid_from:%d/%m/%Y}",
        "formula": _formula(row.method),
    }


def _formula(method: dict[str, Any]) -> str:
    """« pieces_traitees_15j / pieces_traitees »: the two terms as they are written."""
    terms = [str(method[name]) for name in ("numerator", "denominator") if method.get(name)]
    return " / ".join(terms)


def _target(row: Any) -> dict[str, Any]:
    return {
        "scope": row.scope,
        "year": row.year,
        "from": row.holds_from.isoformat(),
        "to": row.holds_to.isoformat(),
        "cumulative": row.cumulative,
        "role": row.role,
        "mode": row.mode,
        "operator": row.operator,
        "value": plain(row.value),
        "unit": row.unit,
        "threshold": plain(row.threshold),
        "intermediate": row.intermediate,
        "origin": row.origin,
        "words": target_in_words(row),
    }


def _figure(figure: Any, has_value: bool) -> dict[str, Any]:
    said = figure.explanation
    return {
        "period": figure.period,
        "period_label": figure.period_label,
        "has_value": has_value,
        "value": figure.value,
        "target": figure.target,
        "gap": "" if figure.gap is None else format_gap(figure.gap, figure.decimals, figure.unit),
        "verdict": figure.verdict,
        "verdict_label": figure.verdict_label,
        "state_label": figure.state_label,
        "sentence": figure.sentence,
        "why": figure.why,
        "simulated": figure.simulated,
        "explanation": said
        and {
            "cause": said.cause,
            "cause_label": said.cause_label,
            "text": said.text,
            "corrective_action": said.corrective_action,
            "expected_return": said.expected_return,
            "written_by": said.written_by.name,
            "written_on": said.written_at.date().isoformat(),
            "revision": said.revision,
        },
    }
