"""The short documents on paper: the dossier of a quarter, a fiche and a caisse on two pages.

The same content gives the same bytes: nothing is read here but what is given, and no clock is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone

from cog import charts, pdf
from cog.figures import BEFORE_UNIT
from reports import caisse_brief, fiche_brief
from reports.annual_report import Payload
from reports.models import Transmission
from reports.printing import on_paper
from reports.quarter_dossier import mark_labels, presentation
from reports.quarter_snapshot import Difference
from reports.snapshot import digest

PRINT = settings.BASE_DIR / "templates" / "print"
PAGES = 2
"""How long a fiche or a caisse is, at most."""


@dataclass(frozen=True)
class Doc:
    """What a document says of itself: in its metadata, in the head and foot of each page, and behind its text.

    `dated`: when it was produced, empty for a situation that is still moving.
    """

    kind: str
    title: str
    subject: str
    author: str
    head: str
    mark: str
    foot: str
    dated: str = ""


def _marked(title: str, marks: list[str]) -> str:
    return " · ".join([title, *marks])


def style_of_short_documents() -> str:
    return "\n".join((PRINT / name).read_text(encoding="utf-8") for name in ("report.css", "short.css"))


def print_dossier(sent: Transmission, content: dict[str, Any], differences: list[Difference]) -> bytes:
    """The PDF of what was transmitted for a quarter; `differences`: what it changes of the one it rectifies."""
    at = timezone.localtime(sent.transmitted_at)
    marks = ["DONNÉES SIMULÉES"] if sent.simulated else []
    title = f"Dossier du {content['period_label']}"
    shown = presentation(content, differences)
    doc = Doc(
        kind="dossier",
        title=_marked(f"{title} · {content['convention']['title']}", [mark.lower() for mark in marks]),
        subject=f"Résultats du {content['period_label']} transmis à l’État, reçu n° {sent.receipt_number}",
        author="Cnaf",
        head=_marked(title, marks),
        mark=" · ".join(marks),
        foot=f"Reçu n° {sent.receipt_number} · empreinte {sent.sha256[:12]}",
        dated=at.isoformat(),
    )
    html = render_to_string(
        "print/dossier.html",
        shown
        | {
            "doc": doc,
            "sent": sent,
            "content": content,
            "at": at,
            "judged": shown["verdicts"],
            "mark_labels": mark_labels(),
        },
    )
    return pdf.render(on_paper(html), css=style_of_short_documents())


def print_fiche(payload: Payload) -> bytes:
    """The PDF of a fiche, on two pages at most."""
    name = f"Fiche n°{BEFORE_UNIT}{payload['number']}"
    return _on_two_pages("print/fiche_brief.html", payload, _brief(payload, name, payload["title"], payload["at"]))


def print_caisse(payload: Payload) -> bytes:
    """The PDF of a caisse, on two pages at most."""
    subject = f"Résultats de {payload['name']} ({payload['code']}), {payload['situation']}"
    return _on_two_pages("print/caisse_brief.html", payload, _brief(payload, payload["name"], subject, ""))


def _brief(payload: Payload, name: str, subject: str, at: str) -> Doc:
    marks = [*["PROJET"] * payload["draft"], *["DONNÉES SIMULÉES"] * payload["simulated"]]
    dated = f" au {at}" if at else ""
    return Doc(
        kind="brief",
        title=_marked(f"{name}{dated} · {payload['convention']['short_title']}", [mark.lower() for mark in marks]),
        subject=subject,
        author=f"Branche {payload['convention']['branch']}",
        head=_marked(f"{name}{dated}", marks),
        mark=" · ".join(marks),
        foot=f"{payload['convention']['short_title']} · empreinte {digest(payload)[:12]}",
    )


_SHORTENED: dict[str, Any] = {
    "fiche": (fiche_brief.ROOMS, fiche_brief.shortened, "indicators"),
    "caisse": (caisse_brief.ROOMS, caisse_brief.shortened, "lines"),
}


def _on_two_pages(template: str, payload: Payload, doc: Doc) -> bytes:
    """The roomiest version of a document that holds on its pages."""
    rooms, shortened, drawn = _SHORTENED[payload["document"]]
    trends = {one["code"]: _trend(one) for one in payload[drawn] if len(one["years"]) > 1}

    def versions() -> Iterator[str]:
        for room in rooms:
            context = {"doc": doc, "brief": shortened(payload, room), "trends": trends, "draft": payload["draft"]}
            yield on_paper(render_to_string(template, context))

    return pdf.render_within(versions(), css=style_of_short_documents(), pages=PAGES)


def _trend(one: Payload) -> str:
    """The shape of the yearly values of an indicator."""
    said = ", ".join(f"{point['shown']} en {point['period']}" for point in one["years"])
    return charts.sparkline(
        id=f"tendance-{one['code']}".replace(".", "-"),
        title=f"{one['code']}{BEFORE_UNIT}: {said}",
        values=[Decimal(point["value"]) for point in one["years"]],
        width=64,
        height=20,
    )
