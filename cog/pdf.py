"""Printing: HTML and our own style sheets in, PDF out; nothing outside is ever fetched."""

from collections.abc import Iterable
from pathlib import Path

import font_source_sans_pro
from weasyprint import CSS, HTML
from weasyprint.document import Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher

FONT_DIR = Path(font_source_sans_pro.__file__).parent / "files"

VARIANT = "pdf/ua-1"

_FACES = {
    ("normal", 400): "SourceSansPro-Regular.ttf",
    ("italic", 400): "SourceSansPro-It.ttf",
    ("normal", 600): "SourceSansPro-Semibold.ttf",
    ("normal", 700): "SourceSansPro-Bold.ttf",
}


class AddressRefused(FatalURLFetchingError):
    """A document asked for something outside itself: printing stops, nothing is fetched."""


class _OnlyOurFonts(URLFetcher):
    """Refuses every address but inline data and the font files of our package."""

    def fetch(self, url: str, headers: dict[str, str] | None = None):  # type: ignore[no-untyped-def]  # what it answers is WeasyPrint's own type, and WeasyPrint publishes none
        if url.startswith("data:") or url in _FONT_URLS:
            return super().fetch(url, headers)
        raise AddressRefused(f"adresse refusée dans un document : {url}")


_FONT_URLS = {(FONT_DIR / name).as_uri() for name in _FACES.values()}


def _font_faces() -> str:
    return "\n".join(
        f"@font-face {{ font-family: 'Source Sans Pro'; font-style: {style}; font-weight: {weight};"
        f" src: url('{(FONT_DIR / name).as_uri()}'); }}"
        for (style, weight), name in _FACES.items()
    )


def render(html: str, *, css: str) -> bytes:
    """The PDF (PDF/UA-1 tags, embedded fonts) of a whole HTML document styled by `css` alone.

    The same input gives the same bytes: dates come from the document's own metadata, never from the clock. Raises
    AddressRefused when the document asks for anything outside itself.
    """
    return _written(_laid_out(html, css))


def render_within(versions: Iterable[str], *, css: str, pages: int) -> bytes:
    """The PDF of the first of these versions of a document that holds within so many pages; else of the last one.

    Versions go from the roomiest to the tightest; one that is not needed is not asked for. ValueError without any.
    """
    document = None
    for html in versions:
        document = _laid_out(html, css)
        if len(document.pages) <= pages:
            break
    if document is None:
        raise ValueError("a document has one version at least")
    return _written(document)


def _laid_out(html: str, css: str) -> Document:
    fetcher = _OnlyOurFonts(allowed_protocols=("data", "file"))
    fonts = FontConfiguration()
    sheets = [CSS(string=_font_faces() + css, font_config=fonts, url_fetcher=fetcher)]
    document = HTML(string=html, url_fetcher=fetcher)
    return document.render(stylesheets=sheets, font_config=fonts, pdf_variant=VARIANT)


def _written(document: Document) -> bytes:
    pdf: bytes = document.write_pdf(pdf_variant=VARIANT)
    return pdf
