"""Every style of our Word documents, in one place: restyling one of them restyles all that wear it.

Nothing else of a document says a font, a size or a colour: the writer (`cog.word`) only names styles.
"""

from dataclasses import dataclass
from typing import Any

from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Mm, Pt, RGBColor

FONT = "Arial"
LANGUAGE = "fr-FR"
INK, BLUE, MUTED, ALERT = "1A1F2B", "1F3A6E", "555F70", "8A2B00"
TEXT_WIDTH = Mm(166)

TABLE = "TableauCog"
"""The identifier of the style of every table."""


@dataclass(frozen=True)
class Style:
    """A paragraph style: what it is based on, its letters, its place on the page."""

    name: str
    base: str = "Normal"
    size: float = 10
    colour: str = INK
    bold: bool = False
    italic: bool = False
    before: float = 0
    after: float = 4
    right: bool = False
    keep_next: bool = False
    new_page: bool = False
    level: int | None = None
    contents: float | None = None  # of a table of contents: its indent in millimetres, its pages at the right


PARAGRAPHS = (
    Style("Normal", "", 10, after=5),
    Style("Title", size=28, colour=BLUE, bold=True, before=120, after=10),
    Style("Subtitle", size=14, colour=MUTED, after=8),
    Style("Heading 1", size=18, colour=BLUE, bold=True, after=10, keep_next=True, new_page=True, level=0),
    Style("Heading 2", size=13, colour=BLUE, bold=True, before=14, after=5, keep_next=True, level=1),
    Style("Heading 3", size=11, colour=INK, bold=True, before=9, after=4, keep_next=True, level=2),
    Style("Caption", size=9, colour=MUTED, bold=True, before=8, after=3, keep_next=True),
    Style("List Bullet", size=10, after=2),
    Style("Chapeau", size=11, bold=True, after=6),
    Style("Alerte", size=10, colour=ALERT, bold=True, before=4, after=6),
    Style("Note", size=8, colour=MUTED, before=3, after=8),
    Style("Figure", size=8, colour=MUTED, after=2, keep_next=True),
    Style("Tableau texte", size=8, after=1),
    Style("Tableau détail", "Tableau texte", 8, MUTED, italic=True, after=1),
    Style("Tableau nombre", "Tableau texte", 8, after=1, right=True),
    Style("Tableau groupe", "Tableau texte", 8, BLUE, bold=True, before=2, after=2, keep_next=True),
    Style("Tableau total", "Tableau texte", 8, bold=True, after=1),
    Style("Tableau total nombre", "Tableau nombre", 8, bold=True, after=1, right=True),
    Style("Tableau mémoire", "Tableau texte", 8, MUTED, italic=True, after=1),
    Style("Tableau mémoire nombre", "Tableau nombre", 8, MUTED, italic=True, after=1, right=True),
    Style("Titre de sommaire", size=18, colour=BLUE, bold=True, after=10, keep_next=True, new_page=True),
    Style("toc 1", size=10, bold=True, before=4, after=1, contents=0),
    Style("toc 2", size=9, after=0, contents=5),
    Style("table of figures", size=9, after=0, contents=0),
    Style("Header", size=8, colour=MUTED, after=0),
    Style("Footer", size=8, colour=MUTED, after=0),
)

_TABLE_STYLE = f"""
<w:style {nsdecls("w")} w:type="table" w:customStyle="1" w:styleId="{TABLE}">
  <w:name w:val="Tableau Cog"/><w:basedOn w:val="TableNormal"/><w:uiPriority w:val="99"/><w:qFormat/>
  <w:tblPr>
    <w:tblBorders>
      <w:top w:val="single" w:sz="8" w:space="0" w:color="{BLUE}"/>
      <w:bottom w:val="single" w:sz="8" w:space="0" w:color="{BLUE}"/>
      <w:insideH w:val="single" w:sz="2" w:space="0" w:color="C9D0DB"/>
    </w:tblBorders>
    <w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar>
  </w:tblPr>
  <w:tblStylePr w:type="firstRow">
    <w:rPr><w:b/></w:rPr><w:tcPr><w:shd w:val="clear" w:color="auto" w:fill="E6EBF4"/></w:tcPr>
  </w:tblStylePr>
</w:style>
"""


def dress(document: Any) -> None:
    """Give a new document our page, our language and our styles."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(22)
    section.top_margin, section.bottom_margin = Mm(24), Mm(20)
    defaults = document.styles.element.find("w:docDefaults/w:rPrDefault/w:rPr", document.styles.element.nsmap)
    for language in defaults.findall("w:lang", defaults.nsmap):
        defaults.remove(language)
    defaults.append(parse_xml(f'<w:lang {nsdecls("w")} w:val="{LANGUAGE}" w:eastAsia="{LANGUAGE}" w:bidi="ar-SA"/>'))
    for told in PARAGRAPHS:
        _wear(document, told)
    document.styles.element.append(parse_xml(_TABLE_STYLE))


def _wear(document: Any, told: Style) -> None:
    styles = document.styles
    known = {style.name for style in styles}
    style = styles[told.name] if told.name in known else styles.add_style(told.name, WD_STYLE_TYPE.PARAGRAPH)
    for part in ("w:rPr", "w:pPr"):
        for held in style.element.findall(part, style.element.nsmap):
            numbering = held.find("w:numPr", held.nsmap)  # the bullet of « List Bullet »
            if numbering is None:
                style.element.remove(held)
            else:
                for other in [one for one in held if one is not numbering]:
                    held.remove(other)
    if told.base:
        style.base_style = styles[told.base]
    style.hidden, style.quick_style = False, True
    style.font.name, style.font.size = FONT, Pt(told.size)
    style.font.bold, style.font.italic = told.bold, told.italic
    style.font.color.rgb = RGBColor.from_string(told.colour)
    layout = style.paragraph_format
    layout.space_before, layout.space_after = Pt(told.before), Pt(told.after)
    layout.keep_with_next, layout.page_break_before = told.keep_next, told.new_page
    if told.right:
        layout.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    if told.contents is not None:
        layout.left_indent = Mm(told.contents)
        layout.tab_stops.add_tab_stop(TEXT_WIDTH, WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
    if told.level is not None:
        outline = f'<w:outlineLvl {nsdecls("w")} w:val="{told.level}"/>'
        style.element.get_or_add_pPr().append(parse_xml(outline))
