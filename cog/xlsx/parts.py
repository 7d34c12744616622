"""The parts of a workbook that are not grids: relations, shared texts, formats. By expat, DTD and entities refused.

PURE. A part of no interest is not even decompressed; what it names outside the workbook is left out.
"""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple
from xml.parsers import expat

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

from cog.xlsx.guard import Archive, damage_is_refused, too_big

_MAX_STRINGS = 64 * 1024 * 1024
_MAX_SMALL_PART = 16 * 1024 * 1024
_MAX_FORMAT = 255
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')

Attributes = Mapping[str, str]


class Format(NamedTuple):
    """What a number under this format is."""

    is_percent: bool = False
    is_date: bool = False


class _ForbiddenXml(ValueError):
    """A DTD, an entity: nothing of the kind is ever in a workbook."""


def parser_of_untrusted_xml() -> expat.XMLParserType:
    """A parser that stops at the first DTD or entity, and reaches nothing outside its bytes."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def refuse(*_: object) -> int:
        raise _ForbiddenXml

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    return parser


def parse(
    archive: Archive,
    part: str,
    start: Callable[[str, Attributes], object],
    end: Callable[[str], object] | None = None,
    text: Callable[[str], object] | None = None,
) -> None:
    """Go through a part that is not a grid; elements are given without their prefix."""
    if archive.size(part) > _MAX_SMALL_PART and part.rpartition("/")[2].lower() != "sharedstrings.xml":
        raise too_big("bomb", "un classeur dont un morceau est démesuré")
    parser = parser_of_untrusted_xml()
    parser.StartElementHandler = lambda name, attributes: start(local(name), attributes)
    if end is not None:
        parser.EndElementHandler = lambda name: end(local(name))
    if text is not None:
        parser.CharacterDataHandler = text
    for chunk in archive.chunks(part):
        with damage_is_refused():
            parser.Parse(chunk, False)
    with damage_is_refused():
        parser.Parse(b"", True)


def local(name: str) -> str:
    """The name of an element without its prefix."""
    return name if ":" not in name else name.rpartition(":")[2]


def relations(archive: Archive, part: str, folder: str) -> dict[str, tuple[str, str]]:
    """id -> kind and part of what a part names inside the workbook; what is outside is left out."""
    found: dict[str, tuple[str, str]] = {}

    def start(name: str, attributes: Attributes) -> None:
        if name == "Relationship" and attributes.get("TargetMode", "") != "External":
            target = attributes.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else f"{folder}/{target}" if folder else target
            found[attributes.get("Id", "")] = (attributes.get("Type", "").rpartition("/")[2], path)

    if part in archive:
        parse(archive, part, start)
    return found


def target_of(archive: Archive, part: str, kind: str) -> str:
    """The first part of this kind that a part names."""
    return next((target for own, target in relations(archive, part, "").values() if own == kind), "")


class SharedStrings:
    """The texts that cells share, read when the first cell asks for one."""

    def __init__(self, archive: Archive, part: str) -> None:
        self._archive = archive
        self._part = part
        self._texts: list[str] | None = None

    def at(self, index: str) -> str:
        """Raises ValueError for an index that is none."""
        if self._texts is None:
            self._texts = self._load()
        number = int(index) if index.isascii() and index.isdigit() else len(self._texts)
        if number >= len(self._texts):
            raise ValueError("index of a shared text")
        return self._texts[number]

    def _load(self) -> list[str]:
        if not self._part or self._part not in self._archive:
            return []
        if self._archive.size(self._part) > _MAX_STRINGS:
            raise too_big("bomb", "un classeur dont les textes sont démesurés")
        texts: list[str] = []
        collector = TextCollector()

        def end(name: str) -> None:
            collector.end(name)
            if name == "si":
                texts.append(collector.take())

        parse(self._archive, self._part, collector.start, end, collector.text)
        return texts


class TextCollector:
    """The text of a rich or plain text, without its phonetic reading."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._in_text = False
        self._phonetic = 0

    def start(self, name: str, _: Attributes) -> None:
        if name == "t":
            self._in_text = not self._phonetic
        elif name == "rPh":
            self._phonetic += 1

    def end(self, name: str) -> None:
        if name == "t":
            self._in_text = False
        elif name == "rPh":
            self._phonetic -= 1

    def text(self, data: str) -> None:
        if self._in_text:
            self._parts.append(data)

    def take(self) -> str:
        """What was collected since the last time."""
        text = unescaped("".join(self._parts))
        self._parts.clear()
        return text


def unescaped(text: str) -> str:
    """Excel writes a control character as _x000D_."""
    return _ESCAPED.sub(_character, text) if "_x" in text else text


def _character(escaped: re.Match[str]) -> str:
    code = int(escaped[1], 16)
    return escaped[0] if 0xD800 <= code <= 0xDFFF else chr(code)  # half a character is none


def formats_of(archive: Archive, part: str) -> list[Format]:
    """The format of each style of cell, by index."""
    codes: dict[str, str] = {str(number): code for number, code in BUILTIN_FORMATS.items()}
    styles: list[Format] = []
    inside = {"cellXfs": False}

    def start(name: str, attributes: Attributes) -> None:
        if name == "numFmt" and not inside["cellXfs"]:
            codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            inside["cellXfs"] = True
        elif name == "xf" and inside["cellXfs"]:
            styles.append(_format(codes.get(attributes.get("numFmtId", "0"), "General")))

    def end(name: str) -> None:
        if name == "cellXfs":
            inside["cellXfs"] = False

    if part and part in archive:
        parse(archive, part, start, end)
    return styles


def _format(code: str) -> Format:
    code = code[:_MAX_FORMAT]
    return Format(is_percent="%" in _LITERAL.sub("", code), is_date=bool(is_date_format(code)))
