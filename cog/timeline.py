"""A timeline (Gantt) as SVG text: bars over years, a mark where something ended. PURE; see `cog.charts`.

A bar goes from a start to the end that was promised; what a revision added is drawn apart, so that a slip is seen and
not only read. A few elements of ours: there is no scale to choose, and no text to lay out beyond one line a row.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from xml.etree.ElementTree import Element, SubElement, tostring

from cog.charts_spec import ACCENT, GREY, HAIRLINE, INK, MIDDLE, PALE, TEXT, Head, new_root

Scale = Callable[[date], float]
"""From a day to its place across the drawing."""

ROW, TOP, LABELS, RIGHT = 20, 34, 250, 14
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Bar:
    """A line of the timeline.

    `label` is cut to one line; `said` is told on hover. `end`: the last day promised; `revised`: the one in force where
    another was agreed; `done`: the day it was done; `late`: past its end and not done; `faded`: given up.
    """

    label: str
    said: str
    start: date
    end: date
    revised: date | None = None
    done: date | None = None
    late: bool = False
    faded: bool = False


def height_of(bars: int) -> int:
    """The height of the drawing, in px: a page keeps its place before it comes."""
    return TOP + ROW * max(bars, 1) + 26


def timeline_chart(
    *, id: str, title: str, desc: str, bars: Sequence[Bar], first: date, last: date, today: date, width: int = 960
) -> str:
    """The bars between two days, whole years ruled, the day in view marked when it is between them.

    ValueError when the last day is not after the first.
    """
    if last <= first:
        raise ValueError("a timeline ends after it starts")
    height = height_of(len(bars))
    root = new_root(Head(id, title, desc, "chart-timeline", width, height))
    room = width - LABELS - RIGHT

    def x(day: date) -> float:
        share = (min(max(day, first), last) - first).days / (last - first).days
        return round(LABELS + share * room, 1)

    for year in range(first.year, last.year + 2):
        start = date(year, 1, 1)
        if first <= start <= last or year == first.year:
            at = str(x(start))
            _line(root, at, TOP - 12, at, height - 24, HAIRLINE)
            _text(root, x(start) + 4, TOP - 16, str(year), GREY)
    for number, bar in enumerate(bars):
        _bar(root, bar, TOP + ROW * number, x)
    if first <= today <= last:
        at = str(x(today))
        _line(root, at, TOP - 12, at, height - 24, ACCENT)
    _keys(root, height - 8)
    return tostring(root, encoding="unicode")


def _bar(root: Element, bar: Bar, top: int, x: Scale) -> None:
    group = SubElement(root, "g", {"opacity": "0.45"} if bar.faded else {})
    SubElement(group, "title").text = bar.said
    label = bar.label if len(bar.label) <= _LONGEST else f"{bar.label[: _LONGEST - 1]}…"
    _text(group, 4, top + 13, label, INK)
    _rect(group, x(bar.start), x(bar.end), top, INK if bar.done else MIDDLE)
    if bar.revised and bar.revised > bar.end:
        _rect(group, x(bar.end), x(bar.revised), top, PALE, stroke=MIDDLE)
    end = bar.revised or bar.end
    if bar.done:
        late = bar.done > end
        mark = {"cx": str(x(bar.done)), "cy": str(top + 9), "r": "5", "stroke": INK, "stroke-width": "1.5"}
        SubElement(group, "circle", mark | {"fill": ACCENT if late else "#ffffff"})
    elif bar.late:
        _text(group, x(end) + 4, top + 13, "en retard", ACCENT)


def _rect(root: Element, begin: float, stop: float, top: int, fill: str, stroke: str = "none") -> None:
    place = {"x": str(begin), "y": str(top + 4), "width": str(max(round(stop - begin, 1), 3)), "height": "10"}
    SubElement(root, "rect", place | {"fill": fill, "stroke": stroke, "rx": "1"})


def _line(root: Element, x1: str, y1: int, x2: str, y2: int, stroke: str) -> None:
    SubElement(root, "line", {"x1": x1, "y1": str(y1), "x2": x2, "y2": str(y2), "stroke": stroke})


def _text(root: Element, x: float, y: float, words: str, fill: str) -> None:
    SubElement(root, "text", {"x": str(x), "y": str(y), "font-size": str(TEXT), "fill": fill}).text = words


def _keys(root: Element, y: int) -> None:
    """What the signs mean, on one line under the bars."""
    at = 4.0
    for words, sign in _SIGNS:
        if sign == "dot":
            place = {"cx": str(at + 6), "cy": str(y - 4), "r": "5", "stroke": INK, "stroke-width": "1.5"}
            SubElement(root, "circle", place | {"fill": ACCENT if "retard" in words else "#ffffff"})
        else:
            box = {"x": str(at), "y": str(y - 9), "width": "14", "height": "10", "fill": sign}
            SubElement(root, "rect", box | ({"stroke": MIDDLE} if sign == PALE else {}))
        _text(root, at + 19, y, words, GREY)
        at += 34 + len(words) * TEXT * 0.56


_SIGNS = (
    ("jusqu'à l'échéance signée", MIDDLE),
    ("action réalisée", INK),
    ("délai ajouté par une révision", PALE),
    ("réalisée à temps", "dot"),
    ("réalisée en retard", "dot"),
)
