"""The drawing board of the charts: SVG elements, a value scale, columns, legend. PURE; see `cog.charts`."""

import re
from collections.abc import Iterable, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from html import escape
from itertools import groupby

from cog.figures import decimals_of, format_figure

INK, ACCENT = "#1f3a6e", "#b3541e"
GREY, HAIRLINE, PALE, MIDDLE = "#56606a", "#d9dde2", "#d9e1ee", "#7f96bf"
FONT = "'Source Sans Pro', 'Source Sans 3', 'DejaVu Sans', sans-serif"

Place = tuple[float, float]
Key = tuple[str, str, str]
"""One item of a legend: shape, colour, words."""

_NAMES = {"cls": "class", "sw": "stroke-width", "w": "width", "h": "height", "dash": "stroke-dasharray"}
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ID = re.compile(r"[A-Za-z][\w.-]*", re.ASCII)


def text_width(text: str, size: float = 11) -> float:
    """Width in px to reserve for a text: on the safe side for the fonts of FONT."""
    return len(text) * size * 0.58


def _escaped(text: str) -> str:
    return escape(_NOT_XML.sub("", text))


def _attribute(value: float | str) -> str:
    return _escaped(value) if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")


class Canvas:
    """Elements in drawing order, and the document around them."""

    def __init__(self) -> None:
        self.elements: list[str] = []

    def draw(self, tag: str, cls: str, said: str = "", **attributes: float | str) -> None:
        """One shape; said becomes the words that show under the pointer."""
        pairs = "".join(f' {_NAMES.get(k, k)}="{_attribute(v)}"' for k, v in attributes.items())
        inside = f"><title>{_escaped(said)}</title></{tag}>" if said else "/>"
        self.elements.append(f'<{tag} class="{cls}"{pairs}{inside}')

    def text(
        self,
        x: float,
        y: float,
        words: str,
        size: int,
        side: str = "middle",
        fill: str = GREY,
        weight: str = "",
    ) -> None:
        """A line of text with its side (start, middle, end) at x and its baseline at y."""
        if words:
            bold = f' font-weight="{weight}"' if weight else ""
            self.elements.append(
                f'<text class="label" x="{_attribute(x)}" y="{_attribute(y)}" font-size="{size}"'
                f' text-anchor="{side}" fill="{fill}"{bold}>{_escaped(words)}</text>'
            )

    def polyline(
        self, cls: str, places: Iterable[Place | None], stroke: str, sw: float, dash: str = "none"
    ) -> None:
        """Lines between neighbours: a missing place cuts, and a place alone draws nothing."""
        for present, run in groupby(places, key=lambda place: place is not None):
            points = " ".join(f"{_attribute(p[0])},{_attribute(p[1])}" for p in run if p)
            if present and " " in points:
                self.draw("polyline", cls, points=points, fill="none", stroke=stroke, sw=sw, dash=dash)

    def mark(self, shape: str, at: Place, colour: str, said: str = "") -> None:
        """A sign of the charts, centred: dot, hollow, small, own, square, diamond, line, dashed, box."""
        x, y = at
        match shape:
            case "hollow":
                self.draw("circle", shape, said, cx=x, cy=y, r=3.4, fill="#ffffff", stroke=colour, sw=1.8)
            case "small":
                self.dots([at], colour=colour)
            case "own":
                self.draw("circle", shape, said, cx=x, cy=y, r=5, fill=colour, stroke="#ffffff", sw=1.5)
            case "square":
                self.draw("rect", shape, said, x=x - 3.5, y=y - 3.5, w=7, h=7, fill=colour)
            case "diamond":
                corners = f"M{_attribute(x)} {_attribute(y - 6)}l6 6l-6 6l-6 -6z"
                self.draw("path", shape, said, d=corners, fill=colour, stroke="#ffffff", sw=1.2)
            case "line" | "dashed":
                dash = "5 4" if shape == "dashed" else "none"
                self.draw(
                    "line", shape, said, x1=x - 9, x2=x + 9, y1=y, y2=y, stroke=colour, sw=1.8, dash=dash
                )
            case "box":
                self.draw("rect", shape, said, x=x - 6, y=y - 5, w=12, h=10, fill=colour, stroke=INK, sw=0.4)
            case _:
                self.draw("circle", "dot", said, cx=x, cy=y, r=3.2, fill=colour)

    def dots(self, places: Sequence[Place], said: Sequence[str] = (), colour: str = MIDDLE) -> None:
        """Many small dots, with the words of each or none."""
        circles = [f'<circle cx="{_attribute(x)}" cy="{_attribute(y)}" r="2.6"' for x, y in places]
        ends = [f"><title>{_escaped(words)}</title></circle>" for words in said] or ["/>"] * len(circles)
        dots = "".join(circle + end for circle, end in zip(circles, ends, strict=True))
        self.elements.append(
            f'<g class="dots" fill="{colour}" stroke="#ffffff" stroke-width="0.6">{dots}</g>'
        )

    def document(self, id: str, title: str, desc: str, cls: str, width: float, height: float) -> str:
        """The whole SVG element. ValueError when id is not a plain name."""
        if not _ID.fullmatch(id):
            raise ValueError(f"{id!r} is not a plain name for an SVG element")
        labelled = f"{id}-title {id}-desc" if desc else f"{id}-title"
        described = f'<desc id="{id}-desc">{_escaped(desc)}</desc>' if desc else ""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" id="{id}" class="chart {cls}" role="img"'
            f' aria-labelledby="{labelled}" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
            f' font-family="{FONT}"><title id="{id}-title">{_escaped(title)}</title>{described}'
            f"{''.join(self.elements)}</svg>"
        )


class Plot(Canvas):
    """A canvas with a value axis and columns; flat turns it: values along the page, one column per row."""

    def __init__(
        self,
        size: tuple[int, int],
        values: Iterable[Decimal | None],
        keys: Sequence[Key],
        unit: str,
        right: float = 14,
        flat: bool = False,
    ) -> None:
        super().__init__()
        self.width, self.height = size
        self.flat = flat
        self.ticks = ticks([v for v in values if v is not None], 8 if flat else 5)
        decimals = max(decimals_of(tick) for tick in self.ticks)
        self.names = [format_figure(tick, decimals) for tick in self.ticks]
        self.right = self.width - right
        self.left = 14.0 if flat else max(text_width(name) for name in self.names) + 12
        self.top = self._legend(keys) + (8 if flat else 18)
        self.bottom = self.height - (26 if flat else 40)
        self.unit = unit
        self.slot = 0.0

    def scale(self, value: Decimal) -> float:
        """Where a value falls along the value axis, in px."""
        low, high = self.ticks[0], self.ticks[-1]
        share = float((value - low) / (high - low))
        return self.left + share * (self.right - self.left) if self.flat else self.bottom - share * self.tall

    @property
    def tall(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        """Half-way along the value axis, in px."""
        return (self.left + self.right) / 2 if self.flat else (self.top + self.bottom) / 2

    def centre(self, number: float) -> float:
        """Middle of a column (counted from 0), across the value axis, in px."""
        return (self.top if self.flat else self.left) + (number + 0.5) * self.slot

    def at(self, across: float, along: float) -> Place:
        """The place (x, y) of a position across and along the value axis."""
        return (along, across) if self.flat else (across, along)

    def place(self, number: int, value: Decimal | None) -> Place | None:
        """Where a column's value goes; None when it is missing."""
        return None if value is None else self.at(self.centre(number), self.scale(value))

    def rule(self, cls: str, begin: float, stop: float, along: float, stroke: str, sw: float) -> None:
        """A line across the value axis."""
        (x1, y1), (x2, y2) = self.at(begin, along), self.at(stop, along)
        self.draw("line", cls, x1=x1, y1=y1, x2=x2, y2=y2, stroke=stroke, sw=sw)

    def bar(
        self, cls: str, begin: float, stop: float, low: float, high: float, fill: str, said: str = ""
    ) -> None:
        """A rectangle from begin to stop across the value axis, and from low to high along it."""
        (x1, y1), (x2, y2) = self.at(begin, low), self.at(stop, high)
        stroke: dict[str, float | str] = (
            {} if fill in (INK, ACCENT) or cls == "box" else {"stroke": INK, "sw": 0.7}
        )
        corner: dict[str, float | str] = {
            "x": min(x1, x2),
            "y": min(y1, y2),
            "w": abs(x2 - x1),
            "h": abs(y2 - y1),
        }
        self.draw("rect", cls, said, **corner, fill=fill, **stroke)

    def columns(self, labels: Sequence[tuple[str, str]]) -> None:
        """Grid, ticks and the columns' (label, group); labels too wide to stand together are thinned out."""
        self.slot = (self.tall if self.flat else self.right - self.left) / max(len(labels), 1)
        first, last = self.centre(-0.5), self.centre(max(len(labels), 1) - 0.5)
        for tick, name in zip(self.ticks, self.names, strict=True):
            along = self.scale(tick)
            self.rule("grid", first, last, along, HAIRLINE, 1)
            if self.flat:
                words = name + (f"\u00a0{self.unit}" if self.unit and tick == self.ticks[-1] else "")
                over = along + text_width(words) / 2 > self.width
                self.text(
                    self.width - 2 if over else along,
                    self.bottom + 16,
                    words,
                    11,
                    "end" if over else "middle",
                )
            else:
                self.text(self.left - 6, along + 4, name, 11, "end")
        if self.flat:
            return
        if self.unit:
            self.text(2, self.top - 8, f"en {self.unit}", 10, "start")
        grouped = any(group for _, group in labels)
        lines = [[label] if grouped else _wrapped(label, self.slot - 4) for label, _ in labels]
        widest = max((text_width(line) for some in lines for line in some), default=0)
        step = max(1, -int(-(widest + 2) // self.slot))
        for i, some in enumerate(lines):
            for row, line in enumerate(some if (len(lines) - 1 - i) % step == 0 else ()):
                self.text(self.centre(i), self.bottom + 15 + 13 * row, line, 11)
        start = 0
        for name, members in groupby(labels, key=lambda label: label[1]):
            count = len(list(members))
            if start and name:
                edge = self.centre(start - 0.5)
                self.draw(
                    "line",
                    "group",
                    x1=edge,
                    x2=edge,
                    y1=self.bottom,
                    y2=self.bottom + 32,
                    stroke=HAIRLINE,
                    sw=1,
                )
            self.text(self.centre(start + (count - 1) / 2), self.bottom + 31, name, 11, "middle", GREY, "600")
            start += count

    def _legend(self, keys: Sequence[Key]) -> float:
        """Draws the keys in rows; returns the px taken."""
        x, y = 12.0, 14.0
        for shape, colour, words in keys:
            wide = 20 + text_width(words) + 14
            if x > 12 and x + wide > self.width:
                x, y = 12.0, y + 18
            self.mark(shape, (x, y - 4), colour)
            self.text(x + 14, y, words, 11, "start")
            x += wide
        return y + 6 if keys else 4.0


def _wrapped(label: str, width: float) -> list[str]:
    """The label on one line, or on two if that makes it fit."""
    words = label.split(" ")
    if text_width(label) <= width or len(words) == 1:
        return [label]
    halves = [[" ".join(words[:i]), " ".join(words[i:])] for i in range(1, len(words))]
    return min(halves, key=lambda two: max(len(line) for line in two))


def ticks(values: Sequence[Decimal], count: int) -> list[Decimal]:
    """Round numbers (1, 2 or 5 times a power of ten) around the values, about count of them, two at least.

    ValueError for a value that is not finite.
    """
    if not all(value.is_finite() for value in values):
        raise ValueError("a chart shows finite values")
    low, high = min(values, default=Decimal(0)), max(values, default=Decimal(1))
    if high - low <= max(abs(low), abs(high)).scaleb(-12):  # equal, but for the noise of a division
        low, high = low - abs(low) / 10 - Decimal("0.1"), high + abs(high) / 10 + Decimal("0.1")
    least = (high - low) / count
    power = Decimal(1).scaleb(least.adjusted())
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= least)
    first = (low / step).to_integral_value(ROUND_FLOOR)
    last = (high / step).to_integral_value(ROUND_CEILING)
    return [(first + i) * step for i in range(int(last - first) + 1)]
