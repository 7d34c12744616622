"""A page whose form gets back what was typed in it. PURE: HTML in, HTML out; a script is not needed.

Fields are found by their names, in the forms that post to one address; a password, a file and the token that protects
the form are left as they are.
"""

from collections.abc import Callable, Sequence
from html import escape
from html.parser import HTMLParser

UNTOUCHED = frozenset({"csrfmiddlewaretoken"})
_TICKED = ("checkbox", "radio")
_LEFT = ("password", "file", "submit", "button", "image", "reset")

Attributes = list[tuple[str, str | None]]


def filled(html: str, *, fields: Sequence[tuple[str, str]], sends_to: Callable[[str], bool]) -> str:
    """The page with `fields` (name, value) in every form that posts where `sends_to` says, given its `action`."""
    filler = _Filler(fields, sends_to)
    filler.feed(html)
    filler.close()
    return "".join(filler.written)


class _Filler(HTMLParser):
    """Writes the page again as it reads it, its fields aside."""

    def __init__(self, fields: Sequence[tuple[str, str]], sends_to: Callable[[str], bool]) -> None:
        super().__init__(convert_charrefs=False)
        self.written: list[str] = []
        self._typed: dict[str, list[str]] = {}
        for name, value in fields:
            if name not in UNTOUCHED:
                self._typed.setdefault(name, []).append(value)
        self._left = {name: list(values) for name, values in self._typed.items()}
        self._sends_to = sends_to
        self._inside = False
        self._select = ""
        self._silent = False

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        told = dict(attrs)
        name = told.get("name") or ""
        if tag == "form":
            self._inside = (told.get("method") or "").lower() == "post" and self._sends_to(told.get("action") or "")
        if not self._inside or not self._typed:
            self._as_is()
        elif tag == "input":
            self._input(attrs, name, (told.get("type") or "text").lower())
        elif tag == "select":
            self._select = name
            self._as_is()
        elif tag == "option" and self._select in self._typed:
            chosen = (told.get("value") or "") in self._typed[self._select]
            self._write(tag, _with(attrs, "selected", chosen))
        elif tag == "textarea" and name in self._left:
            self._as_is()
            self.written.append("\n" + escape(self._next(name), quote=False))
            self._silent = True
        else:
            self._as_is()

    def _input(self, attrs: Attributes, name: str, kind: str) -> None:
        if kind in _TICKED and name not in UNTOUCHED:
            value = dict(attrs).get("value") or "on"
            self._write("input", _with(attrs, "checked", value in self._typed.get(name, [])))
        elif name in self._left and kind not in _LEFT:
            self._write("input", [*_with(attrs, "value", False), ("value", self._next(name))])
        else:
            self._as_is()

    def _next(self, name: str) -> str:
        """The values of a name that comes several times, in their order."""
        held = self._left[name]
        return held.pop(0) if len(held) > 1 else held[0]

    def handle_startendtag(self, tag: str, attrs: Attributes) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._silent = False
        self.written.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self._say(data)

    def handle_entityref(self, name: str) -> None:
        self._say(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._say(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        self._say(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self._say(f"<!{decl}>")

    def _say(self, text: str) -> None:
        if not self._silent:
            self.written.append(text)

    def _as_is(self) -> None:
        self.written.append(self.get_starttag_text() or "")

    def _write(self, tag: str, attrs: Attributes) -> None:
        told = "".join(f" {name}" if value is None else f' {name}="{escape(value)}"' for name, value in attrs)
        self.written.append(f"<{tag}{told}>")


def _with(attrs: Attributes, flag: str, there: bool) -> Attributes:
    return [pair for pair in attrs if pair[0] != flag] + ([(flag, None)] if there else [])
