"""The documents of a transmission, printed once, before the row that keeps them: what left, when, by whom."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone

from cog import pdf
from reports.budget_dashboard import counts as edition_counts
from reports.budget_dashboard import presentation
from reports.models import Transmission
from reports.owed_document import counts as document_counts
from reports.printing import in_our_fonts
from reports.quarter_snapshot import receipt_words
from reports.snapshot import digest

STYLE = Path(settings.BASE_DIR) / "templates" / "print" / "report.css"


def print_receipt(sent: Transmission, content: dict[str, Any]) -> bytes:
    """The PDF of the receipt of a transmission not saved yet; the same row and content give the same bytes."""
    figures = [figure for sheet in content["sheets"] for figure in sheet["figures"]]
    return _receipt(
        sent,
        **receipt_words(content),
        head=content["period_label"],
        verdicts=Counter(figure["verdict_label"] for figure in figures if figure["has_value"]),
    )


def print_report_receipt(sent: Transmission, content: dict[str, Any]) -> bytes:
    """The PDF of the receipt of a project of the bilan; the project itself is the edition that its content names."""
    fiches = [fiche for domain in content["domains"] for fiche in domain["fiches"]]
    actions = sum(len(objective["actions"]) for fiche in fiches for objective in fiche["objectives"])
    sheets = content["sheets"]
    return _receipt(
        sent,
        convention_title=content["convention"]["title"],
        what=f"projet de bilan annuel {content['year']}, édition n° {content['number']}",
        head=f"Bilan annuel {content['year']}",
        counted=(
            f"{len(fiches)} fiches, {actions} actions, {len(sheets)} indicateurs de résultat, situation au"
            f" {content['at']}"
        ),
        verdicts=Counter(sheet["value"]["verdict_label"] for sheet in sheets if sheet["value"]),
    )


def _receipt(
    sent: Transmission, *, convention_title: str, what: str, head: str, counted: str, verdicts: Mapping[str, int]
) -> bytes:
    """One page: what left, when, by whom, its digest. `what`: the thing sent, as « Transmission de … » names it."""
    context = {
        "sent": sent,
        "convention_title": convention_title,
        "what": what,
        "head": head,
        "counted": counted,
        "verdicts": sorted(verdicts.items(), key=lambda item: (-item[1], item[0])),
        "at": timezone.localtime(sent.transmitted_at),
    }
    html = render_to_string("print/receipt.html", context)
    return pdf.render(in_our_fonts(html), css=STYLE.read_text(encoding="utf-8"))


def print_dashboard(content: dict[str, Any], *, sent: Transmission | None = None) -> bytes:
    """The PDF of an edition of a fund, its receipt first when it is sent; « PROJET » on every page when it is not.

    The same content and row give the same bytes.
    """
    html = render_to_string(
        "print/dashboard.html",
        {
            "sent": sent,
            "content": content,
            **presentation(content),
            "counts": edition_counts(content),
            "fingerprint": digest({key: value for key, value in content.items() if key != "draft"}),
            "at": timezone.localtime(sent.transmitted_at) if sent else None,
        },
    )
    return pdf.render(in_our_fonts(html), css=STYLE.read_text(encoding="utf-8"))


def print_document(content: dict[str, Any], *, sent: Transmission | None = None) -> bytes:
    """The PDF of a document owed, its receipt first when it is sent; « PROJET » on every page when it is not.

    The same content and row give the same bytes.
    """
    html = render_to_string(
        "print/document.html",
        {
            "sent": sent,
            "content": content,
            "sections": [{"title": "", "blocks": content["blocks"]}],
            "counts": document_counts(content),
            "fingerprint": digest({key: value for key, value in content.items() if key != "draft"}),
            "at": timezone.localtime(sent.transmitted_at) if sent else None,
        },
    )
    return pdf.render(in_our_fonts(html), css=STYLE.read_text(encoding="utf-8"))


def print_mission_file(content: dict[str, Any]) -> bytes:
    """The PDF of a mission file; the same content gives the same bytes."""
    html = render_to_string(
        "print/mission.html", {"content": content, "sections": content["sections"], "fingerprint": digest(content)}
    )
    return pdf.render(in_our_fonts(html), css=STYLE.read_text(encoding="utf-8"))
