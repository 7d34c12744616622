"""Charts as SVG text: PURE drawing, `Decimal` values in, one string out, the same in a page and in a PDF.

Drawn by hand rather than by a library: see docs/decisions/0003-charts-own-svg.md. Every chart carries role="img", a
<title> that states its message and a <desc>; only presentation attributes and classes, which a strict Content Security
Policy lets through and a style sheet may override (dark mode). A missing value leaves a gap, never a zero. Lightness
alone tells the colours apart, so that grey print and colour-blind readers lose nothing.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from html import escape
from itertools import groupby

from cog.figures import decimals_of, format_figure

INK, ACCENT = "#1f3a6e", "#b3541e"
GREY, HAIRLINE, PALE = "#5c6670", "#d5d9de", "#aebbd2"
SERIES_FILLS = (INK, "#8a9fc4", "#d3dbe8", ACCENT)
FONT = "'Source Sans Pro', 'Source Sans 3', 'DejaVu Sans', sans-serif"


@dataclass(frozen=True, slots=True)
class Point:
    """One period of a series: label under the axis (« T1 »), group under it (« 2014 »), value or None if missing.

    break_label: when not empty, the series breaks just before this point, and the words say why.
    """

    label: str
    value: Decimal | None
    group: str = ""
    provisional: bool = False
    break_label: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """A horizontal line at value, from point number first to point number last (None: the last one)."""

    value: Decimal
    label: str = "cible"
    first: int = 0
    last: int | None = None


@dataclass(frozen=True, slots=True)
class Distribution:
    """The local values of one period. box: quartiles 1, 2, 3, computed by the caller; names: one per value or none.

    own: the value to set apart (the reader's own caisse). national: the national value.
    """

    label: str
    values: Sequence[Decimal]
    box: tuple[Decimal, Decimal, Decimal] | None = None
    national: Decimal | None = None
    own: Decimal | None = None
    names: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Bars:
    """One series of bars, a value (or None) per category."""

    label: str
    values: Sequence[Decimal | None]


def series_chart(
    *,
    id: str,
    title: str,
    desc: str,
    points: Sequence[Point],
    unit: str = "",
    decimals: int = 1,
    targets: Sequence[Target] = (),
    trajectory: Sequence[Decimal | None] = (),
    baseline: Point | None = None,
    width: int = 720,
    height: int = 280,
) -> str:
    """Values over periods, with gaps, breaks, provisional points, targets and the indicative trajectory.

    id: unique in the page. trajectory: one value per point, or none at all. baseline: a point of reference before the
    first period; the trajectory starts from it. Raises ValueError when the arguments do not fit together.
    """
    if trajectory and len(trajectory) != len(points):
        raise ValueError("one trajectory value per point")
    slots = ([baseline] if baseline else []) + list(points)
    shift = len(slots) - len(points)
    path = [baseline.value if baseline else None, *trajectory][1 - shift :] if trajectory else []
    drawn = [v for v in (*(p.value for p in slots), *path, *(t.value for t in targets)) if v is not None]
    ends = [f"{t.label} {format_figure(t.value, decimals_of(t.value), unit)}".strip() for t in targets]
    plot = _Plot(width, height, drawn, unit, right=max(map(_text_width, ends), default=0) + 18)
    plot.axis(slots)
    x, y = plot.slot(len(slots)), plot.y

    for i, point in enumerate(slots):
        if point.break_label:
            at = x(i - 0.5)
            plot.add("line", "break", x1=at, x2=at, y1=plot.top - 4, y2=plot.bottom, stroke=GREY, dash="1 3")
            anchor = "end" if i > len(slots) / 2 else "start"
            plot.text(at + (4 if anchor == "start" else -4), plot.top + 5, point.break_label, 10, anchor)
    plot.line([(x(i), y(v)) if v is not None else None for i, v in enumerate(path)], "trajectory", GREY, 1.2, "5 4")
    spread = _spread([y(t.value) for t in targets])
    for target, end, label_y in zip(targets, ends, spread, strict=True):
        last = len(points) - 1 if target.last is None else target.last
        x1, x2 = x(target.first + shift - 0.5), x(last + shift + 0.5)
        at = y(target.value)
        plot.add("line", "target", x1=x1, x2=x2, y1=at, y2=at, stroke=ACCENT, width=1.5)
        if last == len(points) - 1:
            plot.text(x2 + 5, label_y + 4, end, 11, fill=ACCENT, weight="600")
        else:
            plot.text(x2, at - 4, end, 11, "end", fill=ACCENT, weight="600")

    places = [(x(i), y(p.value)) if p.value is not None else None for i, p in enumerate(slots)]
    for run in _runs(places, [i for i, p in enumerate(slots) if p.break_label] + [shift]):
        plot.line(run, "line", INK, 2)
    for i, (point, place) in enumerate(zip(slots, places, strict=True)):
        if place is None:
            plot.text(x(i), plot.bottom - 5, "n.d.", 10)
            continue
        said = f"{point.label} {point.group} : {format_figure(point.value, decimals, unit)}".replace("  ", " ")
        if i < shift:
            plot.add("rect", "baseline", said, x=place[0] - 3.5, y=place[1] - 3.5, w=7, h=7, fill=GREY)
            plot.text(place[0], place[1] - 8, format_figure(point.value, decimals, unit), 10)
        elif point.provisional:
            plot.add("circle", "point provisional", said + " (provisoire)", cx=place[0], cy=place[1], r=3.5,
                     fill="#ffffff", stroke=INK, width=1.8)  # fmt: skip
        else:
            plot.add("circle", "point", said, cx=place[0], cy=place[1], r=3.2, fill=INK)
    shown = [i for i, p in enumerate(slots) if p.value is not None and i >= shift]
    if shown:
        value, place = slots[shown[-1]].value, places[shown[-1]]
        assert value is not None and place is not None
        below = any(value <= t.value for t in targets)
        plot.text(place[0], place[1] + (17 if below else -9), format_figure(value, decimals, unit), 12, "middle",
                  fill=INK, weight="600")  # fmt: skip
    plot.legend(
        [("line", INK, "valeur")] * bool(shown)
        + [("hollow", INK, "provisoire")] * any(p.provisional and p.value is not None for p in points)
        + [("square", GREY, "référence")] * bool(baseline)
        + [("dashed", GREY, "trajectoire indicative")] * bool(path)
        + [("line", ACCENT, "cible")] * bool(targets)
    )
    return plot.svg(id, title, desc, "chart-series")
