"""From the bytes of a workbook that people send to its sheets and their cells, as they stand in the file.

PURE. The few parts needed are read here, by expat, because openpyxl loses what the checks must know: the exact text of
a number, a formula together with its cached value, merged cells (docs/decisions/0005). Rows come one at a time, so that
memory does not grow with the file; caps stop everything else.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cog.xlsx.grid import Facts, Grid, Row
from cog.xlsx.guard import Archive, WorkbookRefused, too_big
from cog.xlsx.parts import Attributes, SharedStrings, formats_of, parse, relations, target_of

MAX_SHEETS = 200


@dataclass(frozen=True)
class Sheet:
    """« feuille » of a workbook; `facts` are known once its rows have been read."""

    name: str
    is_hidden: bool
    facts: Facts
    _read: Callable[[Facts], Iterator[Row]]

    def rows(self) -> Iterator[Row]:
        """The rows that hold something, in order. Raises WorkbookRefused on the way."""
        return self._read(self.facts)


@dataclass(frozen=True)
class Workbook:
    """« classeur », opened and harmless; its rows are read when asked for."""

    sheets: tuple[Sheet, ...]
    has_links: bool  # to other workbooks, never followed


def open_untrusted_xlsx(data: bytes) -> Workbook:
    """The sheets of a workbook that someone sent, in the order of their tabs.

    Nothing outside the bytes is ever read; no formula is computed. Raises WorkbookRefused, in words for its sender.
    """
    archive = Archive(data)
    book_part = target_of(archive, "_rels/.rels", "officeDocument") or "xl/workbook.xml"
    if book_part not in archive:
        raise WorkbookRefused("not_xlsx", "une archive, ou un autre document")
    book = _BookPart()
    parse(archive, book_part, book.start)
    if not book.sheets:
        raise WorkbookRefused("no_sheet", "un classeur sans feuille", "une feuille de données")
    if len(book.sheets) > MAX_SHEETS:
        raise too_big("too_many_sheets", f"plus de {MAX_SHEETS} feuilles")
    folder, _, name = book_part.rpartition("/")
    targets = relations(archive, f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels", folder)
    shared = SharedStrings(archive, next((t for kind, t in targets.values() if kind == "sharedStrings"), ""))
    formats = formats_of(archive, next((t for kind, t in targets.values() if kind == "styles"), ""))

    def sheet(label: str, state: str, relation: str) -> Sheet:
        kind, part = targets.get(relation, ("", ""))
        is_a_grid = kind == "worksheet" and part in archive  # not a chart

        def read(facts: Facts) -> Iterator[Row]:
            if not is_a_grid:
                return iter(())
            return Grid(archive, part, facts, shared, formats, is_1904=book.is_1904).rows()

        return Sheet(label, state in ("hidden", "veryHidden"), Facts(), read)

    return Workbook(
        sheets=tuple(sheet(*found) for found in book.sheets),
        has_links=any(part.lower().startswith("xl/externallinks/") for part in archive.names()),
    )


class _BookPart:
    """workbook.xml: the sheets (name, state, relation), and the calendar of the dates."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, str]] = []
        self.is_1904 = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "workbookPr":
            self.is_1904 = attributes.get("date1904", "0") in ("1", "true")
        elif name == "sheet":
            relation = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            self.sheets.append((attributes.get("name", ""), attributes.get("state", ""), relation))
