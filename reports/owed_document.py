"""PURE. A document owed, once frozen: what two of its contents differ in, and its workbook.

The content is plain text, integers, booleans and None (`snapshot.canonical`); a cell is a text, or a number with how it
is read and its unit.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from cog.figures import format_exact
from cog.xlsx import SafeSheet, SafeWorkbook

Content = Mapping[str, Any]

HEAD: Mapping[str, Any] = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "bg_color": "#E8EDF4"}
TEXT: Mapping[str, Any] = {"text_wrap": True, "valign": "top"}
WIDE, NARROW = 60, 18


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """One thing that differs between two contents; texts, empty where there was or is nothing.

    `cells`: what was and is written there, a number as a number, where the change is that of a cell of a table.
    """

    block: str
    row: str
    column: str
    before: str
    after: str
    cells: tuple[Any, Any] | None = None

    def __str__(self) -> str:
        what = " · ".join(filter(None, (self.block, self.row, self.column)))
        return f"{what} : {self.before or 'rien'} → {self.after or 'rien'}"


def substance(content: Content) -> dict[str, Any]:
    """The content but for the day it speaks of and what says that day: what a rectification must change."""
    kept = {key: value for key, value in content.items() if key not in ("at", "draft")}
    return {**kept, "blocks": [{k: v for k, v in block.items() if k != "source"} for block in content["blocks"]]}


def counts(content: Content) -> dict[str, int]:
    """How much a document holds."""
    tables = [table for block in content["blocks"] for table in block["tables"]]
    return {"tables": len(tables), "rows": sum(len(table["rows"]) for table in tables)}


def differences(old: Content, new: Content) -> list[DocumentChange]:
    """What `new` changes of `old`, block by block in the order of the new one; the file last."""
    before, after = _blocks(old), _blocks(new)
    found = [
        change
        for title in (*after, *(title for title in before if title not in after))
        for change in _of_block(title, before.get(title), after.get(title))
    ]
    told = _file(old), _file(new)
    return [*found, DocumentChange("pièce", "", "", *told)] if told[0] != told[1] else found


def _file(content: Content) -> str:
    held = content["attachment"]
    return f"{held['name']} ({held['sha256'][:12]}…)" if held else ""


def _blocks(content: Content) -> dict[str, Content]:
    return {block["title"]: block for block in content["blocks"]}


def _of_block(title: str, one: Content | None, two: Content | None) -> Iterator[DocumentChange]:
    if one is None or two is None:
        yield DocumentChange(title, "", "", "" if one is None else "présent", "" if two is None else "présent")
        return
    for before, after in zip_longest(one["tables"], two["tables"]):
        former, cells = _cells(before), _cells(after)
        for key in (*cells, *(key for key in former if key not in cells)):
            row, _, column = key
            told = former.get(key), cells.get(key)
            if said(told[0]) != said(told[1]):
                yield DocumentChange(title, row, column, said(told[0]), said(told[1]), told)
    if one["notes"] != two["notes"]:
        yield DocumentChange(title, "", "notes", " ".join(one["notes"]), " ".join(two["notes"]))


def _cells(table: Content | None) -> dict[tuple[str, int, str], Any]:
    """(first cell, which of the rows that begin so, heading) -> the cell."""
    found: dict[tuple[str, int, str], Any] = {}
    met: dict[str, int] = {}
    for row in table["rows"] if table else []:
        name = said(row[0])
        met[name] = met.get(name, 0) + 1
        for heading, cell in zip(table["header"][1:], row[1:], strict=True):  # type: ignore[index]  # it has rows
            found[name, met[name], heading] = cell
    return found


def said(cell: Any) -> str:
    """A cell in words, its number in full."""
    if not isinstance(cell, Mapping):
        return "" if cell is None else str(cell)
    return format_exact(Decimal(cell["number"]), cell.get("unit", ""))


def document_workbook(content: Content) -> bytes:
    """The workbook of a document: what it is, then a sheet for each block; the same content gives the same bytes."""
    book = SafeWorkbook(title=content["title"])
    _facts(book.sheet("Document"), content)
    for block in content["blocks"]:
        _block(book.sheet(block["title"]), block)
    return book.finish()


def _facts(sheet: SafeSheet, content: Content) -> None:
    sheet.write(1, 1, content["title"], {"bold": True, "font_size": 14})
    marks = [
        "DONNÉES SIMULÉES" if content["simulated"] else "",
        "PROJET, non remis" if content.get("draft") else "",
    ]
    sheet.write(2, 1, " · ".join(filter(None, marks)), {"bold": True, "font_color": "#9A3412"})
    row = 4
    for name, value in facts(content):
        sheet.write(row, 1, name, {"bold": True, "valign": "top"})
        sheet.write(row, 2, value, TEXT)
        row += 1
    sheet.widths(30, 90)


def facts(content: Content) -> list[tuple[str, str]]:
    """What names a document, line by line."""
    held = content["attachment"]
    told = [
        ("Convention", content["convention"]["title"]),
        ("Destinataire", content["recipient"]),
        ("Objet", content["period_label"]),
        ("Situation au", "/".join(reversed(content["at"].split("-")))),
        ("Source", f"{content['source']}, l. {content['seed_line']}".lstrip(", ")),
        ("Note", content["note"]),
        ("Pièce", f"{held['name']}, {held['size']} octets, SHA-256 {held['sha256']}" if held else ""),
    ]
    return [(name, value) for name, value in told if value]


def _block(sheet: SafeSheet, block: Content) -> None:
    sheet.write(1, 1, block["title"], {"bold": True, "font_size": 14})
    sheet.write(2, 1, block["source"] + (" · DONNÉES SIMULÉES" if block["simulated"] else ""), {"italic": True})
    row = 4
    for table in block["tables"]:
        sheet.write(row, 1, table["title"], {"bold": True})
        row = _rows(sheet, row + 1, table) + 1
    for note in block["notes"]:
        sheet.write(row, 1, note)
        row += 1
    widest = max((len(table["header"]) for table in block["tables"]), default=1)
    sheet.widths(WIDE, *[NARROW] * (widest - 1))
    sheet.print_wide()


def _rows(sheet: SafeSheet, start: int, table: Content) -> int:
    """A table, numbers as numbers with their unit beside; returns the row after it."""
    for column, heading in enumerate(table["header"], start=1):
        sheet.write(start, column, heading, HEAD)
    for place, cells in enumerate(table["rows"], start=start + 1):
        for column, cell in enumerate(cells, start=1):
            sheet.write(place, column, *_written(cell))
    return start + len(table["rows"]) + 1


def _written(cell: Any) -> Sequence[Any]:
    if not isinstance(cell, Mapping):
        return cell, TEXT
    unit = cell.get("unit", "").replace('"', "")
    digits = "#,##0.######"
    return Decimal(cell["number"]), {"valign": "top", "num_format": f'{digits} "{unit}"' if unit else digits}
