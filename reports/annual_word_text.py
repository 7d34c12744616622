"""PURE. Figures and words of a payload, as the cells of the Word twin hold them."""

import re
from typing import Any

from cog.figures import BEFORE_UNIT
from cog.word import Part

Payload = dict[str, Any]

DASH = "–"
DETAIL = "Tableau détail"

_TYPED = (
    (re.compile(r"(?<=\w)'(?=\w)"), "’"),
    (re.compile(r"(?<=«)[ \u00a0]+|[ \u00a0]+(?=[»:;?!%])"), BEFORE_UNIT),
    (re.compile(r" ?\u00a0 | \u00a0"), BEFORE_UNIT),
)


def french(text: str) -> str:
    """The same words as the PDF sets them: the apostrophe of the convention, no line broken before « : » or « ; »."""
    for typed, printed in _TYPED:
        text = typed.sub(printed, text)
    return text


def lines_of(first: str, *details: str) -> list[Part]:
    """A cell: its words, then what is said in smaller ones."""
    return [Part(french(first)), *(Part(french(one), DETAIL) for one in details if one)]


def blocks_of(blocks: list[Payload]) -> list[Part]:
    """A printed cell: its paragraphs, its lists with their bullet."""
    return [Part(french(f"•\u00a0{line}" if block["list"] else line)) for block in blocks for line in block["lines"]]


def value_of(value: Payload | None, unit: str) -> str:
    """The value of the year with its unit, and what to know about it."""
    if value and value["value"]:
        flag = {"provisoire": " p", "incomplet": " i"}.get(value["state"], "")
        return f"{value['shown']}{flag}{BEFORE_UNIT}{unit}".rstrip()
    return "s.o." if value and value["state"] == "sans_objet" else "n.d."


def numbered_value(line: Payload) -> str:
    return value_of(line["value"], line["unit"])


def gap(line: Payload) -> str:
    """The gap to the target, in brackets when values are missing."""
    if not line["gap"]:
        return "s.o."
    told = f"({line['gap']})" if line["gap_partial"] else line["gap"]
    return f"{told}{BEFORE_UNIT}{line['gap_unit']}".rstrip()


def verdict(line: Payload) -> str:
    if line["value"]:
        return str(line["value"]["verdict_label"])
    return "à construire" if line["to_build"] else "non disponible"


def plural(count: int, word: str) -> str:
    return f"{count} {word}{'s' if count > 1 else ''}"
