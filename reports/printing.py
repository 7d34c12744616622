"""From a frozen payload to the printed document: charts, template, PDF. Nothing is read but the payload."""

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from fontTools.ttLib import TTFont

from cog import charts, pdf
from cog.figures import BEFORE_UNIT
from cog.periods import Granularity, Period, parse
from reports import annual_drawings
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
        "drawings": {sheet["code"]: _series(sheet) for sheet in sheets if sheet["series"]},
        "strips": {sheet["code"]: _spread(sheet) for sheet in sheets if sheet["spread"] and sheet["locals"]},
        "long_definitions": {sheet["code"] for sheet in sheets if _words(sheet) > LONG_DEFINITION},
        "full_pages": {sheet["code"] for sheet in sheets if _words(sheet) > FULL_PAGE},
        "crowded_pages": {sheet["code"] for sheet in sheets if _words(sheet) > CROWDED_PAGE},
        "trends": annual_drawings.trends(payload),
        "bars": annual_drawings.bars(payload),
        "atlas": annual_drawings.atlas(payload),
        "sources": _sources(sheets),
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


def _sources(sheets: list[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    """The sources of the published figures that are quoted, each with the indicators it is quoted for."""
    quoted: dict[str, list[str]] = {}
    for sheet in sheets:
        for source in dict.fromkeys(row["source"] for row in sheet["published"]):
            quoted.setdefault(source, []).append(sheet["code"])
    return sorted(quoted.items())


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


# --- Drawings ------------------------------------------------------------------------------------------------------


def _series(sheet: dict[str, Any]) -> str:
    """The national values over the whole term, with the targets and the indicative trajectory that lie ahead."""
    known = {point["period"]: point for point in sheet["series"]}
    periods = [parse(code) for code in sheet["axis"]]
    start = sheet["start"]
    drawing = charts.series_chart(
        id=_name("serie", sheet),
        title=f"{sheet['code']}{BEFORE_UNIT}: {_message(sheet)}",
        desc=sheet["title"],
        points=[_point(period, known.get(str(period)), sheet["breaks"]) for period in periods],
        unit=sheet["unit"],
        decimals=sheet["decimals"],
        targets=_targets(sheet, periods),
        trajectory=[_decimal(value) for value in sheet["trajectory"]],
        baseline=charts.Point(label=str(start["year"]), value=Decimal(start["value"])) if start else None,
        height=210,
    )
    return without_ground(drawing)


def _message(sheet: dict[str, Any]) -> str:
    known = [point for point in sheet["series"] if point["value"]]
    if not known:
        return "aucune valeur nationale"
    first, last, unit = known[0], known[-1], f"{BEFORE_UNIT}{sheet['unit']}"
    if first is last:
        return f"{last['shown']}{unit} ({last['label']})"
    return f"de {first['shown']} ({first['label']}) à {last['shown']}{unit} ({last['label']})"


def _point(period: Period, point: dict[str, Any] | None, breaks: list[dict[str, str]]) -> charts.Point:
    whole_year = period.granularity is Granularity.YEAR
    return charts.Point(
        label=str(period) if whole_year else str(period).split("-", 1)[1],
        value=_decimal(point["value"]) if point else None,
        group="" if whole_year else str(period.year),
        provisional=point is not None and point["state"] in ("provisoire", "incomplet"),
        break_label="rupture de série" if any(str(period.start) == one["before"] for one in breaks) else "",
    )


def _targets(sheet: dict[str, Any], periods: list[Period]) -> list[charts.Target]:
    drawn = []
    for threshold in sheet["thresholds"]:
        start, end = date.fromisoformat(threshold["from"]), date.fromisoformat(threshold["to"])
        held = [place for place, period in enumerate(periods) if start <= period.start and period.end <= end]
        if held:
            label = "cible" if threshold["role"] == "target" else "seuil critique"
            drawn.append(charts.Target(Decimal(threshold["value"]), label, held[0], held[-1]))
    return drawn


def _spread(sheet: dict[str, Any]) -> str:
    """Every local value of the year on one line, with the middle half and the national value."""
    shown, exact = sheet["spread"]["shown"], sheet["spread"]["exact"]
    value = sheet["value"]
    national = _decimal(value["value"]) if value else None
    if national is not None and not Decimal(exact["minimum"]) <= national <= Decimal(exact["maximum"]):
        national = None  # a total of the caisses is off their scale
    drawing = charts.distribution_chart(
        id=_name("dispersion", sheet),
        title=(
            f"{sheet['code']}{BEFORE_UNIT}: de {shown['minimum']} à {shown['maximum']}{BEFORE_UNIT}{sheet['unit']}"
            f" selon la caisse, médiane {shown['median']}"
        ),
        desc=f"{sheet['title']}, {sheet['spread']['n']} valeurs locales.",
        groups=[
            charts.Distribution(
                label=value["label"] if value else "",
                values=[Decimal(text) for text in sheet["locals"]],
                box=(Decimal(exact["q1"]), Decimal(exact["median"]), Decimal(exact["q3"])),
                national=national,
            )
        ],
        unit=sheet["unit"],
        decimals=sheet["decimals"],
        height=120,
    )
    return without_ground(drawing)


def without_ground(drawing: str) -> str:
    """The drawing without its white ground: the mark of the page stays whole behind it."""
    return re.sub(r'<rect width="\d+" height="\d+" fill="#ffffff" ?/>', "", drawing, count=1)


def _name(kind: str, sheet: dict[str, Any]) -> str:
    return f"{kind}-{sheet['code']}".replace(".", "-")


def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if text else None
