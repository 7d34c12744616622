"""What the tests of printed documents share: the words and the structure of a PDF."""

import re
import subprocess
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pikepdf


def pages_of(data: bytes) -> list[str]:
    """The text of each page."""
    done = subprocess.run(["pdftotext", "-raw", "-", "-"], input=data, capture_output=True, check=True)
    return done.stdout.decode().split("\f")[:-1]


def told(text: str) -> str:
    """Words without what printing changes: spaces, hyphens at the end of lines, the shape of apostrophes."""
    return re.sub(r"[\s\u00ad‐–-]|['’]", "", text)


def words_of(data: bytes) -> str:
    return told("".join(pages_of(data)))


def structure(element: Any) -> Iterator[Any]:
    """Every element of the structure tree."""
    if isinstance(element, pikepdf.Array):
        for one in element:
            yield from structure(one)
    elif isinstance(element, pikepdf.Dictionary) and "/S" in element:
        yield element
        if "/K" in element:
            yield from structure(element.K)


def assert_accessible(data: bytes, *, title: str) -> None:
    """Language, title, tags, headers of tables, words for drawings, bookmarks."""
    with pikepdf.open(BytesIO(data)) as document:
        assert document.Root.Lang == "fr"
        assert document.Root.MarkInfo.Marked
        assert document.docinfo["/Title"] == title
        assert document.docinfo["/Subject"]
        assert 'pdfuaid:part="1"' in document.Root.Metadata.read_bytes().decode()
        elements = [(str(one.S), one) for one in structure(document.Root.StructTreeRoot.K)]
        assert all(str(one.get("/Alt", "")) for kind, one in elements if kind == "/Figure")
        kinds = [kind for kind, _ in elements]
        assert kinds.count("/TH") > 0 and kinds.count("/Caption") > 0 and kinds.count("/H1") > 0
        with document.open_outline() as outline:
            assert outline.root


def figures_in(data: bytes) -> list[str]:
    """The words of every drawing."""
    with pikepdf.open(BytesIO(data)) as document:
        elements = structure(document.Root.StructTreeRoot.K)
        return [str(one.get("/Alt", "")) for one in elements if str(one.S) == "/Figure"]
