"""The report of the final evaluation on paper, and the choice of the printer an edition needs.

The same payload gives the same bytes: nothing is read but the payload, and no clock is.
"""

from typing import Any

from django.template.loader import render_to_string

from cog import pdf
from reports import printing
from reports.annual_drawings import without_ground
from reports.enums import EditionState
from reports.evaluation_drawings import five_years
from reports.short_printing import style_of_short_documents
from reports.snapshot import digest


def print_edition(payload: dict[str, Any]) -> bytes:
    """The PDF of an edition, by what its content says it is."""
    if payload.get("document") == "evaluation":
        return print_evaluation(payload)
    return printing.print_annual_report(payload)


def print_evaluation(payload: dict[str, Any]) -> bytes:
    """The PDF of the report to the board (l. 12257)."""
    rows = [row for fiche in payload["fiches"] for row in fiche["indicators"]]
    drawings = {row["measure"]["subject"]: five_years(row["measure"]) for row in rows}
    marks = [*["PROJET"] * (payload["state"] == EditionState.DRAFT), *["DONNÉES SIMULÉES"] * payload["simulated"]]
    content = {
        "report": payload,
        "indicators": rows,
        "drawings": {code: without_ground(drawn) for code, drawn in drawings.items() if drawn},
        "mark": " · ".join(marks),
        "marks": marks,
        "state_label": EditionState(payload["state"]).label,
        "fingerprint": digest(payload),
    }
    html = printing.on_paper(render_to_string("print/evaluation.html", content))
    return pdf.render(html, css=style_of_short_documents())
