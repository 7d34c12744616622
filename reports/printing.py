"""From a frozen payload to the printed document: charts, template, PDF. Nothing is read but the payload."""

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from fontTools.ttLib import TTFont

from cog import pdf
from cog.figures import BEFORE_UNIT
from reports import annual_drawings
from reports.annual_report import quoted_sources
from reports.enums import EditionState
from reports.snapshot import digest

STYLE = settings.BASE_DIR / "templates" / "print" / "report.css"

# The faces that cog.pdf declares.
FACES = ("Regular", "It", "Semibold", "Bold")

# A definition longer than this is set smaller, so that each sheet keeps to its page.
LONG_DEFINITION = 1400

# And with more words than these, its drawings are smaller too.
FULL_PAGE = 1400
CROWDED_PAGE = 3000


def print_annual_report(payload: dict[str, Any]) -> bytes:
    """The PDF of a bilan; the same payload gives the same bytes."""
    html, css = annual_report_html(payload), STYLE.read_text(encoding="utf-8")
    with _nothing_collected():
        return pdf.render(html, css=css)


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """All the boxes of a document live until it is written: looking for dead ones on the way costs 15 % of the time."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def annual_report_html(payload: dict[str, Any]) -> str:
    """The whole document, with its drawings, in the characters our fonts have."""
    sheets = payload["sheets"]
    content = {
        "report": payload,
        "drawings": {sheet["code"]: annual_drawings.series(sheet) for sheet in sheets if sheet["series"]},
        "strips": {
            sheet["code"]: annual_drawings.spread(sheet) for sheet in sheets if sheet["spread"] and sheet["locals"]
        },
        "long_definitions": {sheet["code"] for sheet in sheets if _words(sheet) > LONG_DEFINITION},
        "full_pages": {sheet["code"] for sheet in sheets if _words(sheet) > FULL_PAGE},
        "crowded_pages": {sheet["code"] for sheet in sheets if _words(sheet) > CROWDED_PAGE},
        "trends": annual_drawings.trends(payload),
        "bars": annual_drawings.bars(payload),
        "atlas": annual_drawings.atlas(payload),
        "sources": quoted_sources(sheets),
        "state_label": EditionState(payload["state"]).label,
        "fingerprint": digest(payload),
    }
    return on_paper(render_to_string("print/annual_report.html", content))


def _words(sheet: dict[str, Any]) -> int:
    """Characters of prose a sheet holds: its definition, and the explanation of its gap (none in an old payload)."""
    said = sheet.get("explanation")
    return _length(sheet["definition"]) + (sum(map(len, said["text"])) + 250 if said else 0)


def _length(blocks: list[dict[str, Any]]) -> int:
    return sum(len(line) for block in blocks for line in block["lines"])


# --- Characters ----------------------------------------------------------------------------------------------------


# What French typography asks of the spaces and apostrophes people type.
_TYPED = (
    (re.compile(r"(?<=\w)&#(?:x27|39);(?=\w)"), "’"),
    (re.compile(r"(?<=«)[ \u00a0]+|[ \u00a0]+(?=[»:;?!%])"), BEFORE_UNIT),
    (re.compile(r" ?\u00a0 | \u00a0"), BEFORE_UNIT),
)


def on_paper(html: str) -> str:
    """A document as it is printed: set as French asks, in the characters our fonts have."""
    return in_our_fonts(_typeset(html))


def _typeset(html: str) -> str:
    """The same words with the apostrophe of the convention (’) and no line broken before « : », « ; » or « » »."""
    for typed, printed in _TYPED:
        html = typed.sub(printed, html)
    return html


@cache
def _known_characters() -> frozenset[int]:
    """What every face of the document can draw."""
    known = [_characters_of(pdf.FONT_DIR / f"SourceSansPro-{face}.ttf") for face in FACES]
    return frozenset(set.intersection(*known)) | {ord("\n"), ord("\r"), ord("\t")}


def _characters_of(path: Path) -> set[int]:
    with TTFont(path, lazy=True) as face:
        return set(face.getBestCmap())


def in_our_fonts(html: str) -> str:
    """A character our fonts lack is printed as its code, « [U+1F600] », and never in whatever font the machine has."""
    missing = {ord(character) for character in set(html)} - _known_characters()
    return html.translate({code: _SUBSTITUTES.get(code, f"[U+{code:04X}]") for code in missing})


# Characters people paste from word processors, and what stands for them.
_SUBSTITUTES = {0x2010: "-", 0x2011: "-", 0x2012: "–", 0x2015: "—", 0x200B: "", 0x200C: "", 0x200D: "", 0xFEFF: ""}
