"""From a frozen payload to the printed document: charts, template, PDF. Nothing is read but the payload."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from cog import charts, pdf
from cog.periods import Granularity, parse

STYLE = settings.BASE_DIR / "templates" / "print" / "report.css"


def print_annual_report(payload: dict[str, Any]) -> bytes:
    """The PDF of a bilan; the same payload gives the same bytes."""
    drawings = {sheet["code"]: _series(sheet) for sheet in payload["sheets"] if sheet["series"]}
    html = render_to_string("print/annual_report.html", {"report": payload, "drawings": drawings})
    return pdf.render(html, css=STYLE.read_text(encoding="utf-8"))


def _series(sheet: dict[str, Any]) -> str:
    points = sheet["series"]
    known = [point for point in points if point["value"]]
    first, last = (known[0], known[-1]) if known else (None, None)
    message = (
        f"de {first['shown']} ({first['label']}) à {last['shown']} {sheet['unit']} ({last['label']})"
        if first and last
        else "aucune valeur nationale"
    )
    return charts.series_chart(
        id=f"serie-{sheet['code']}".replace(".", "-"),
        title=f"{sheet['code']} : {message}",
        desc=sheet["title"],
        points=[_point(point, sheet["breaks"]) for point in points],
        unit=sheet["unit"],
        decimals=sheet["decimals"],
        targets=_targets(sheet),
    )


def _point(point: dict[str, Any], breaks: list[dict[str, str]]) -> charts.Point:
    period = parse(point["period"])
    whole_year = period.granularity is Granularity.YEAR
    return charts.Point(
        label=point["period"] if whole_year else point["period"].split("-", 1)[1],
        value=Decimal(point["value"]) if point["value"] else None,
        group="" if whole_year else str(period.year),
        provisional=point["state"] in ("provisoire", "incomplet"),
        break_label="rupture de série" if any(str(period.start) == one["before"] for one in breaks) else "",
    )


def _targets(sheet: dict[str, Any]) -> list[charts.Target]:
    drawn = []
    for threshold in sheet["thresholds"]:
        start, end = date.fromisoformat(threshold["from"]), date.fromisoformat(threshold["to"])
        held = [
            position
            for position, point in enumerate(sheet["series"])
            if start <= parse(point["period"]).start and parse(point["period"]).end <= end
        ]
        if held:
            label = "cible" if threshold["role"] == "target" else "seuil critique"
            drawn.append(charts.Target(Decimal(threshold["value"]), label, held[0], held[-1]))
    return drawn
