"""cog/pdf.py: one style sheet, our fonts, nothing from outside, the same bytes each time."""

import socket
import threading
from collections.abc import Iterator
from io import BytesIO

import pikepdf
import pytest

from cog.pdf import FONT_DIR, AddressRefused, render, render_within

PAGE = "<!DOCTYPE html><html lang='fr'><head><title>Essai</title>{head}</head><body>{body}</body></html>"
SVG = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><title>t</title>{}</svg>"


def page(body: str, head: str = "") -> str:
    return PAGE.format(head=head, body=body)


@pytest.fixture
def address() -> Iterator[str]:
    """An address of this machine that must never be asked for anything: a single visit fails the test."""
    visits = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            try:
                while True:
                    connection, _ = server.accept()
                    visits.append(connection.recv(200))
                    connection.close()
            except OSError:
                return

        listener = threading.Thread(target=listen, daemon=True)
        listener.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/x"
        server.shutdown(socket.SHUT_RDWR)
        listener.join(timeout=5)
    assert visits == []


REFUSED = {
    "image": (page("<img alt='x' src='{url}'>"), ""),
    "style sheet": (page("<p>x", "<link rel='stylesheet' href='{url}'>"), ""),
    "import in the document": (page("<p>x", "<style>@import '{url}';</style>"), ""),
    "background": (page("<p style='background: url({url})'>x"), ""),
    "font": (page("<p>x"), "@font-face { font-family: z; src: url({url}) } p { font-family: z }"),
    "generated content": (page("<p>x"), "p::before { content: url({url}) }"),
    "list marker": (page("<ul><li>x</ul>"), "li { list-style-image: url({url}) }"),
    "object": (page("<object data='{url}'></object>"), ""),
    "embed": (page("<embed src='{url}'>"), ""),
    "attachment of the document": (page("<p>x", "<link rel='attachment' href='{url}'>"), ""),
    "attachment of a link": (page("<p><a rel='attachment' href='{url}'>x</a>"), ""),
    "base": (page("<img alt='x' src='x.png'>", "<base href='{url}'>"), ""),
}


@pytest.mark.parametrize(("html", "css"), REFUSED.values(), ids=list(REFUSED))
@pytest.mark.parametrize("where", ["network", "file"])
def test_an_outside_address_stops_the_printing(html: str, css: str, where: str, address: str) -> None:
    url = address if where == "network" else "file:///etc/passwd"
    with pytest.raises(AddressRefused):
        render(html.replace("{url}", url), css=css.replace("{url}", url))


IGNORED = {
    "relative address": (page("<img alt='x' src='../../etc/passwd'>"), ""),
    "import after the fonts": (page("<p>x"), "@import url('{url}');"),
    "image of a drawing": (page(SVG.format("<image href='{url}' width='5' height='5'/>")), ""),
    "part of another drawing": (page(SVG.format("<use href='{url}#a'/>")), ""),
    "script": (page("<p>x", "<script>fetch('{url}')</script><script src='{url}'></script>"), ""),
    "frame": (page("<iframe src='{url}'></iframe>"), ""),
    "refresh": (page("<p>x", "<meta http-equiv='refresh' content='0; url={url}'>"), ""),
}


@pytest.mark.parametrize(("html", "css"), IGNORED.values(), ids=list(IGNORED))
@pytest.mark.parametrize("where", ["network", "file"])
def test_what_is_not_refused_is_not_fetched_either(html: str, css: str, where: str, address: str) -> None:
    url = address if where == "network" else "file:///etc/passwd"
    with pikepdf.open(BytesIO(render(html.replace("{url}", url), css=css.replace("{url}", url)))) as pdf:
        assert b"root:" not in b"".join(item.read_bytes() for item in pdf.objects if isinstance(item, pikepdf.Stream))
        assert "/EmbeddedFiles" not in pdf.Root.get("/Names", {})


def test_only_the_four_faces_are_readable() -> None:
    other = (FONT_DIR / "SourceSansPro-Black.ttf").as_uri()
    with pytest.raises(AddressRefused):
        render(page("<p>x"), css=f"@font-face {{ font-family: z; src: url({other}) }} p {{ font-family: z }}")


def test_a_document_is_tagged_named_and_set_in_our_fonts() -> None:
    css = "body { font-family: 'Source Sans Pro' } i { font-style: italic } b { font-weight: 700 }"
    with pikepdf.open(BytesIO(render(page("<h1>Été</h1><p><i>à</i> <b>œ</b> ≥ 1\u202f000"), css=css))) as pdf:
        assert pdf.Root.Lang == "fr"
        assert pdf.Root.MarkInfo.Marked
        assert pdf.docinfo["/Title"] == "Essai"
        assert "pdfuaid" in pdf.Root.Metadata.read_bytes().decode()
        fonts = [str(font.BaseFont) for font in pdf.pages[0].Resources.Font.values()]
    assert fonts
    assert all("Source-Sans-Pro" in font for font in fonts)


def test_the_same_input_gives_the_same_bytes() -> None:
    html = page("<h1>Titre</h1><table><tr><th scope='col'>a<tr><td>1</table>")
    assert render(html, css="h1 { color: #1f3a6e }") == render(html, css="h1 { color: #1f3a6e }")


@pytest.mark.parametrize(("pages", "kept"), [(3, "A"), (2, "B"), (1, "B")])
def test_the_roomiest_version_that_holds_is_kept_and_the_tighter_ones_are_not_asked_for(pages: int, kept: str) -> None:
    css = "p { break-before: page }"
    known = {"A": page("<h1>A</h1><p>x<p>y"), "B": page("<h1>B</h1><p>x")}
    asked = []

    def versions() -> Iterator[str]:
        for name, html in known.items():
            asked.append(name)
            yield html

    assert render_within(versions(), css=css, pages=pages) == render(known[kept], css=css)
    assert asked == list(known)[: 1 if kept == "A" else 2]


def test_a_document_has_one_version_at_least() -> None:
    with pytest.raises(ValueError, match="one version"):
        render_within([], css="", pages=1)
