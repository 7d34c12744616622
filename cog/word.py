"""The only home of Word documents: named styles, numbered captions, contents, tables, pictures with their alt text.

The document holds no formatting of its own (`cog.word_styles` has it all) and no clock: the same calls give the same
bytes.
"""

import re
import zipfile
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import docx
import font_source_sans_pro
import vl_convert
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Emu

from cog.word_styles import LANGUAGE, TABLE, TEXT_WIDTH, dress

_NAMESPACES = nsdecls("w")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_EPOCH = (1980, 1, 1, 0, 0, 0)
_TWIPS = 635
"""English metric units in a twentieth of a point."""

_TO_UPDATE = (
    "Numéros de page : dans Word, accepter la mise à jour proposée à l’ouverture ; dans LibreOffice, Outils, "
    "Actualiser, Tous les index."
)

SHARPNESS = 2
"""Pixels of a picture for a pixel of its drawing."""

TABLES, FIGURES = "Tableau", "Figure"


@dataclass(frozen=True)
class Part:
    """A paragraph of a cell, with its style."""

    text: str
    style: str = ""


Cell = str | Sequence[Part]


@dataclass(frozen=True)
class Row:
    """A row of a table. `kind`: what it is (« groupe »: one cell over the whole row; « total », « mémoire »)."""

    cells: Sequence[Cell]
    kind: str = ""


@dataclass(frozen=True)
class About:
    """What a document says of itself; `made` is its date, never the clock's."""

    title: str
    subject: str
    author: str
    keywords: str
    comments: str
    made: datetime


@dataclass
class _Entry:
    """A line of a table of contents."""

    text: str
    mark: str
    style: str


@dataclass
class Word:
    """A document being written."""

    about: About
    head: str
    foot: str
    _marks: int = 0
    _counts: dict[str, int] = field(default_factory=lambda: {TABLES: 0, FIGURES: 0})
    _entries: dict[str, list[_Entry]] = field(default_factory=lambda: {"": [], TABLES: [], FIGURES: []})
    _holders: list[tuple[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._document = docx.Document()
        self._body = self._document.element.body
        dress(self._document)
        self._properties()
        self._margins()

    # --- Text -------------------------------------------------------------------------------------------------------

    def paragraph(self, text: str, style: str = "Normal", *, page_of: str = "") -> None:
        """A paragraph; `page_of`: the anchor whose page it ends with."""
        tail = f"{_run(' page ')}{_reference(_bookmark(page_of))}" if page_of else ""
        self._append(_paragraph(self._id(style), f"{_run(text)}{tail}"))

    def heading(self, text: str, level: int, anchor: str = "") -> None:
        """A heading, listed in the contents down to the second level; `anchor`: what a reference calls it."""
        mark = self._mark()
        inside = _marked(_run(text), mark, self._marks)
        if anchor:
            self._marks += 1
            inside = _marked(inside, _bookmark(anchor), self._marks)
        self._append(_paragraph(self._id(f"Heading {level}"), inside))
        if level <= 2:
            self._entries[""].append(_Entry(text, mark, self._id(f"toc {level}")))

    def bullets(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.paragraph(line, "List Bullet")

    # --- Contents ---------------------------------------------------------------------------------------------------

    def contents(self, title: str, of: str = "") -> None:
        """Where a table of contents stands, or the list of the tables or figures (`of`): written at the end."""
        self.paragraph(title, "Titre de sommaire")
        self.paragraph(_TO_UPDATE, "Note")
        holder = parse_xml(_paragraph(self._id("Normal"), ""))
        self._body.insert(len(self._body) - 1, holder)
        self._holders.append((of, holder))

    def _write_contents(self, of: str, holder: Any) -> None:
        """A field that Word brings up to date, already filled for whoever does not."""
        asked = f'TOC \\h \\z \\c "{of}"' if of else 'TOC \\o "1-2" \\h \\z \\u'
        opening = f"{_mark_of('begin')}{_instruction(asked)}{_mark_of('separate')}"
        entries = self._entries[of]
        if not entries:
            holder.getparent().remove(holder)
            return
        for rank, entry in enumerate(entries):
            line = f"{_run(entry.text)}<w:r><w:tab/></w:r>{_page_of(entry.mark, '…')}"
            link = f'<w:hyperlink w:anchor="{entry.mark}" w:history="1">{line}</w:hyperlink>'
            closing = _mark_of("end") if rank == len(entries) - 1 else ""
            holder.addprevious(parse_xml(_paragraph(entry.style, f"{'' if rank else opening}{link}{closing}")))
        holder.getparent().remove(holder)

    # --- Tables and figures -----------------------------------------------------------------------------------------

    def table(
        self,
        caption: str,
        header: Sequence[str],
        rows: Iterable[Row | Sequence[Cell]],
        *,
        numeric: Collection[int] = (),
        widths: Sequence[int] = (),
    ) -> None:
        """A numbered table whose header is repeated on each page. `widths`: the share of each column."""
        self._caption(TABLES, caption)
        shares = list(widths) or [1] * len(header)
        columns = [int(TEXT_WIDTH) // _TWIPS * share // sum(shares) for share in shares]
        told = [self._row(Row(header), columns, numeric, is_header=True)]
        told += [self._row(row if isinstance(row, Row) else Row(row), columns, numeric) for row in rows]
        grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in columns)
        words = escape(_clean(caption), {'"': "&quot;"})
        self._append(
            f'<w:tbl {_NAMESPACES}><w:tblPr><w:tblStyle w:val="{TABLE}"/><w:tblW w:w="5000" w:type="pct"/>'
            '<w:tblLayout w:type="fixed"/><w:tblLook w:val="0020" w:firstRow="1" w:lastRow="0" w:firstColumn="0"'
            f' w:lastColumn="0" w:noHBand="1" w:noVBand="1"/><w:tblCaption w:val="{words}"/></w:tblPr>'
            f"<w:tblGrid>{grid}</w:tblGrid>{''.join(told)}</w:tbl>"
        )
        self.paragraph("", "Note")

    def _row(self, row: Row, columns: Sequence[int], numeric: Collection[int], *, is_header: bool = False) -> str:
        once = "<w:tblHeader/>" if is_header else ""
        opening = f"<w:tr><w:trPr><w:cantSplit/>{once}</w:trPr>"
        if row.kind == "groupe":
            return f"{opening}{self._cell(row.cells[0], sum(columns), 'Tableau groupe', span=len(columns))}</w:tr>"
        cells = []
        for place, cell in enumerate(row.cells):
            name = f"Tableau {row.kind}" if row.kind else "Tableau texte"
            if place in numeric:
                name = f"{name} nombre" if row.kind else "Tableau nombre"
            cells.append(self._cell(cell, columns[place], name))
        return f"{opening}{''.join(cells)}</w:tr>"

    def _cell(self, cell: Cell, width: int, style: str, *, span: int = 1) -> str:
        parts = [Part(cell)] if isinstance(cell, str) else list(cell) or [Part("")]
        inside = "".join(_paragraph(self._id(part.style or style), _run(part.text), root=False) for part in parts)
        over = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
        return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{over}</w:tcPr>{inside}</w:tc>'

    def figure(self, svg: str, caption: str, alt: str, *, width: float = 1.0) -> None:
        """A drawing as a numbered picture; `width`: its share of the text's."""
        paragraph = self._document.add_paragraph(style="Figure")
        shape = paragraph.add_run().add_picture(BytesIO(_picture(svg)), width=Emu(int(TEXT_WIDTH * width)))
        properties = shape._inline.docPr
        properties.set("descr", _clean(alt))
        properties.set("title", _clean(caption))
        self._caption(FIGURES, caption)

    def _caption(self, label: str, text: str) -> None:
        """« Tableau 3. … », its number a field that follows when one is added before."""
        self._counts[label] += 1
        number, mark = self._counts[label], self._mark()
        counted = _field(f"SEQ {label} \\* ARABIC", str(number))
        told = f"{_run(f'{label} ')}{counted}{_run(f'. {text}')}"
        self._append(_paragraph(self._id("Caption"), _marked(told, mark, self._marks)))
        style = self._id("table of figures")
        self._entries[label].append(_Entry(f"{label} {number}. {text}", mark, style))

    # --- The whole --------------------------------------------------------------------------------------------------

    def bytes(self) -> bytes:
        """The file."""
        for of, holder in self._holders:
            self._write_contents(of, holder)
        stream = BytesIO()
        self._document.save(stream)
        return _undated(stream.getvalue())

    def _properties(self) -> None:
        told = self._document.core_properties
        for name in ("title", "subject", "author", "keywords", "comments"):
            setattr(told, name, _clean(getattr(self.about, name))[:255])
        told.last_modified_by, told.language, told.category = told.author, LANGUAGE, "rapport"
        told.created = told.modified = self.about.made
        told.revision = 1
        compatibility = self._document.settings.element.find(qn("w:compat"))  # what follows it, in the schema's order
        compatibility.addprevious(parse_xml(f'<w:updateFields {_NAMESPACES} w:val="true"/>'))

    def _margins(self) -> None:
        """What every page says above and below."""
        section = self._document.sections[0]
        above, below = section.header.paragraphs[0], section.footer.paragraphs[0]
        above.text = _clean(self.head)
        page = f"{_run(f'{self.foot} · page ')}{_field('PAGE', '1')}{_run(' / ')}{_field('NUMPAGES', '1')}"
        below._p.getparent().replace(below._p, parse_xml(_paragraph(self._id("Footer"), page)))

    def _append(self, xml: str) -> None:
        self._body.insert(len(self._body) - 1, parse_xml(xml))  # the section's properties stay last

    def _mark(self) -> str:
        self._marks += 1
        return f"_Toc{self._marks:08}"

    def _id(self, name: str) -> str:
        """The identifier of a style, which Word makes from its name."""
        return _identifiers(self._document)[name]


def _identifiers(document: Any) -> dict[str, str]:
    known: dict[str, str] | None = getattr(document, "_ours", None)
    if known is None:
        known = {style.name: style.style_id for style in document.styles}
        document._ours = known
    return known


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("", text)


def _run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{escape(_clean(text))}</w:t></w:r>' if text else ""


def _paragraph(style: str, inside: str, *, root: bool = True) -> str:
    names = f" {_NAMESPACES}" if root else ""
    return f'<w:p{names}><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{inside}</w:p>'


def _mark_of(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def _instruction(text: str) -> str:
    return f'<w:r><w:instrText xml:space="preserve"> {escape(text)} </w:instrText></w:r>'


def _field(instruction: str, shown: str) -> str:
    """A field with what it shows until it is brought up to date."""
    return f"{_mark_of('begin')}{_instruction(instruction)}{_mark_of('separate')}{_run(shown)}{_mark_of('end')}"


def _bookmark(anchor: str) -> str:
    return "a_" + re.sub(r"\W", "_", anchor)[:38]


def _page_of(mark: str, shown: str = "1") -> str:
    return _field(f"PAGEREF {mark} \\h", shown)


def _reference(mark: str) -> str:
    return f'<w:hyperlink w:anchor="{mark}" w:history="1">{_page_of(mark)}</w:hyperlink>'


def _marked(inside: str, name: str, number: int) -> str:
    return f'<w:bookmarkStart w:id="{number}" w:name="{name}"/>{inside}<w:bookmarkEnd w:id="{number}"/>'


@cache
def _fonts() -> None:
    vl_convert.register_font_directory(str(Path(font_source_sans_pro.__file__).parent / "files"))


def _picture(svg: str) -> bytes:
    _fonts()
    return bytes(vl_convert.svg_to_png(svg, scale=SHARPNESS))


def _undated(data: bytes) -> bytes:
    """The same package with no hour in it: the same content gives the same bytes."""
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as source, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            item = zipfile.ZipInfo(name, _EPOCH)
            item.compress_type, item.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            target.writestr(item, source.read(name))
    return stream.getvalue()
