"""Workbooks for the tests, made part by part: good ones, and the same with one fault in them.

`xlsx` writes the XML that Excel writes; each fault of the corpus changes one thing of a workbook that is accepted.
"""

import zipfile
from collections.abc import Mapping
from io import BytesIO
from struct import pack, unpack
from typing import Any

import openpyxl

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

HEADER = ("mesure", "caisse", "periode", "ventilation", "valeur")
GOOD = (("ram", "011", "2014", "", "12"), ("ram", "751", "2014", "", "1 234"), ("ram", "121", "2014", "", "NS"))

STYLES = f"""<styleSheet xmlns="{MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="0.0%"/>\
<numFmt numFmtId="165" formatCode="0.0&quot; %&quot;"/></numFmts>\
<cellStyleXfs count="1"><xf numFmtId="9"/></cellStyleXfs>\
<cellXfs count="6"><xf numFmtId="0"/><xf numFmtId="9"/><xf numFmtId="164"/><xf numFmtId="14"/><xf numFmtId="17"/>\
<xf numFmtId="165"/></cellXfs></styleSheet>"""
"""Styles 0 general, 1 « 0 % », 2 « 0,0 % », 3 a day, 4 a month, 5 a literal % after a number that is none."""


def text(value: str) -> str:
    """The inside of a text cell."""
    escaped = value.replace("&", "&amp;").replace("<", "&lt;")
    return f't="inlineStr"><is><t xml:space="preserve">{escaped}</t></is>'


def number(value: str, style: int = 0) -> str:
    """The inside of a number cell, with exactly these characters."""
    return f's="{style}"><v>{value}</v>'


def grid(rows: list[list[str]], *, first: int = 1) -> str:
    """sheetData: each cell is the inside of its element, empty for none."""
    lines = []
    for row, cells in enumerate(rows, start=first):
        written = "".join(f'<c r="{chr(65 + place)}{row}" {inside}</c>' for place, inside in enumerate(cells) if inside)
        lines.append(f'<row r="{row}">{written}</row>')
    return f"<sheetData>{''.join(lines)}</sheetData>"


def long_rows(*rows: tuple[str, ...], header: tuple[str, ...] = HEADER) -> list[list[str]]:
    """Rows of the long form, every cell a text."""
    return [[text(cell) if cell else "" for cell in row] for row in (header, *(rows or GOOD))]


def parts_of(
    sheets: Mapping[str, str],
    *,
    states: Mapping[str, str] | None = None,
    book: str = "",
    styles: str = STYLES,
    types: str = WORKBOOK_TYPE,
    shared: str = "",
) -> dict[str, bytes]:
    """The parts of a workbook; `sheets`: what stands inside `worksheet`, by name."""
    listed = "".join(
        f'<sheet name="{name}" sheetId="{place}" state="{(states or {}).get(name, "visible")}" r:id="rId{place}"/>'
        for place, name in enumerate(sheets, start=1)
    )
    links = "".join(
        f'<Relationship Id="rId{place}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{place}.xml"/>'
        for place in range(1, len(sheets) + 1)
    )
    found = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" '
        f'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{types}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">{book}<sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{links}'
        f'<Relationship Id="s1" Type="{RELATIONS}/styles" Target="styles.xml"/>'
        f'<Relationship Id="s2" Type="{RELATIONS}/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>',
        "xl/styles.xml": styles,
    } | {
        f"xl/worksheets/sheet{place}.xml": f'<worksheet xmlns="{MAIN}" xmlns:r="{RELATIONS}">{inside}</worksheet>'
        for place, inside in enumerate(sheets.values(), start=1)
    }
    if shared:
        found["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{shared}</sst>'
    return {name: f'<?xml version="1.0" encoding="UTF-8"?>{xml}'.encode() for name, xml in found.items()}


def zipped(parts: Mapping[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The bytes of a package."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return stream.getvalue()


def xlsx(sheets: Mapping[str, str] | None = None, **options: object) -> bytes:
    """A workbook; by default three good rows of the long form."""
    return zipped(parts_of(sheets or {"Observations": grid(long_rows())}, **options))  # type: ignore[arg-type]


def with_parts(data: bytes, changes: Mapping[str, bytes | None]) -> bytes:
    """The same package with parts added, changed, or (None) removed."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts: dict[str, bytes | None] = {name: archive.read(name) for name in archive.namelist()}
    return zipped({name: part for name, part in (parts | dict(changes)).items() if part is not None})


def with_lying_size(data: bytes, name: str, declared: int) -> bytes:
    """The same bytes, with another unpacked size in the header of one part."""
    place = data.rfind(name.encode()) - 46  # in the central directory
    assert unpack("<I", data[place : place + 4])[0] == 0x02014B50
    return data[: place + 24] + pack("<I", declared) + data[place + 28 :]


def sheets(data: bytes) -> dict[str, list[list[Any]]]:
    """The values of a workbook of ours: name of each sheet -> its rows."""
    book = openpyxl.load_workbook(BytesIO(data), data_only=True)
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}
