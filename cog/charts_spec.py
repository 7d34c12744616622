"""From rows of marks to one SVG: layers of Vega-Lite (altair), the conversion (vl-convert), what we owe on top.

PURE; see `cog.charts`. Places are counted in columns (0, 1, 2…) and in steps of the value axis: floats that only
place ink. Every word shown comes ready from the caller and travels as data, never inside an expression.

A process that has drawn must not fork: the engine's thread does not follow, and the child would wait for ever.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import cache
from operator import itemgetter
from typing import Any
from xml.etree import ElementTree

import altair as alt
import font_source_sans_pro
import vl_convert

from cog.figures import decimals_of, format_figure

INK, ACCENT = "#1f3a6e", "#b3541e"
GREY, HAIRLINE, PALE, MIDDLE, WHITE = "#4d5761", "#d9dde2", "#dbe3f0", "#7f96bf", "#ffffff"
FONT = "Source Sans Pro"
TEXT = 11

Row = dict[str, Any]
"""One mark: where it is (x, y, x2, y2), how it looks, what it says."""

_ID = re.compile(r"[A-Za-z][\w.-]*", re.ASCII)
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LONG_NUMBER = re.compile(r"-?\d+\.\d{2,}(?:e-?\d+)?")
_CIRCLE = re.compile(r"M([\d.]+),0A\1,\1,0,1,1,-\1,0A\1,\1,0,1,1,\1,0")
_USELESS = {"role", "pointer-events", "stroke-miterlimit", "font-family"}
_NAMESPACE = "http://www.w3.org/2000/svg"


@dataclass(frozen=True, slots=True)
class Head:
    """What the root of an SVG says of itself."""

    id: str
    title: str
    desc: str
    kind: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Steps:
    """Round numbers around the values of a chart; the place of a value is counted in steps from the first."""

    ticks: tuple[Decimal, ...]

    @property
    def top(self) -> int:
        return len(self.ticks) - 1

    def at(self, value: Decimal) -> float:
        return round(float((value - self.ticks[0]) / (self.ticks[1] - self.ticks[0])), 4)

    def side(self, unit: str = "", grid: bool = True) -> "Side":
        """The axis; with a unit, its last name says it."""
        decimals, last = max(decimals_of(tick) for tick in self.ticks), self.ticks[-1]
        names = [format_figure(tick, decimals, unit if tick == last else "") for tick in self.ticks]
        return Side(0, self.top, names, grid)


@dataclass(frozen=True, slots=True)
class Side:
    """One axis: where it begins and ends, the names of 0, 1, 2…, and whether hairlines cross the plot there."""

    begin: float
    end: float
    names: Sequence[str | list[str]] = ()
    grid: bool = False

    def axis(self, param: str, unit: str) -> alt.Axis | None:
        if not self.names:
            return None
        return alt.Axis(
            values=[*range(len(self.names))],
            tickCount=len(self.names),  # else the library thins them out, even where there is room
            labelExpr=f"{param}[datum.value]",
            labelOverlap="greedy",
            grid=self.grid,
            title=f"en {unit}" if unit else None,
        )


@dataclass(frozen=True, slots=True)
class Key:
    """One item of a legend: its words and its sign."""

    words: str
    shape: str
    fill: str
    stroke: str


def text_width(text: str) -> float:
    """Width in px of a text, on the safe side: to choose between layouts. What is drawn, the library measures."""
    return len(text) * TEXT * 0.56


def steps(values: Sequence[Decimal | None], count: int) -> Steps:
    """Multiples of 1, 2 or 5 times a power of ten around the values, about count of them, two at least.

    ValueError for a value that is not finite.
    """
    known = [value for value in values if value is not None]
    if not all(value.is_finite() for value in known):
        raise ValueError("a chart shows finite values")
    low, high = min(known, default=Decimal(0)), max(known, default=Decimal(1))
    if high - low <= max(abs(low), abs(high)).scaleb(-12):  # equal, but for the noise of a division
        low, high = low - abs(low) / 10 - Decimal("0.1"), high + abs(high) / 10 + Decimal("0.1")
    least = (high - low) / count
    power = Decimal(1).scaleb(least.adjusted())
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= least)
    first = (low / step).to_integral_value(ROUND_FLOOR)
    last = (high / step).to_integral_value(ROUND_CEILING)
    return Steps(tuple((first + i) * step for i in range(int(last - first) + 1)))


def apart(ends: Sequence[tuple[Decimal, Row]], gap: float) -> list[Row]:
    """The labels at the ends of the lines, in the order of their values, one line of text (gap) apart at least."""
    placed: list[Row] = []
    for _, row in sorted(ends, key=itemgetter(0), reverse=True):
        y = min(row["y"], placed[-1]["y"] - gap) if placed else row["y"]
        placed.append(row | {"y": y, "side": "left"})
    return placed


def swarm(places: Sequence[float], size: float, half: float) -> list[float]:
    """How far from the middle each dot stands, in px, so that close values do not hide each other."""
    rows: dict[int, list[int]] = {}
    for number in sorted(range(len(places)), key=lambda n: places[n]):
        rows.setdefault(round(places[number] / size), []).append(number)
    offsets = [0.0] * len(places)
    for row in rows.values():
        gap = min(size, 2 * half / max(len(row) - 1, 1))
        begin = gap / 2 if len(row) % 2 == 0 else 0  # alternately on one side and on the other
        for rank, number in enumerate(row):
            offsets[number] = begin + (rank + 1) // 2 * gap * (-1 if rank % 2 else 1)
    return offsets


def turned(rows: Sequence[Row]) -> list[Row]:
    """The rows with their values along the page instead of up."""
    names = {"x": "y", "y": "x", "x2": "y2", "y2": "x2"}
    return [{names.get(name, name): value for name, value in row.items()} for row in rows]


def _chart(name: str) -> alt.Chart:
    return alt.Chart(alt.NamedData(name=name), name=name)


def _placed(chart: alt.Chart, *channels: Any) -> alt.Chart:
    layer: alt.Chart = chart.encode(alt.X("x:Q"), alt.Y("y:Q"), *channels)
    return layer


def _as_is(*channels: Any) -> list[Any]:
    """Channels whose rows hold the very shape or colour to draw."""
    return [channel(f"{channel.__name__.lower()}:N", scale=None, legend=None) for channel in channels]


def _lines(name: str, colour: str, width: float, *dash: int) -> alt.Chart:
    """Lines through the rows of each `run`."""
    chart = _chart(name).mark_line(stroke=colour, strokeWidth=width, strokeDash=[*dash], aria=False)
    return _placed(chart, alt.Detail("run:N"))


def _rules(name: str, colour: str, width: float, *dash: int) -> alt.Chart:
    """Straight lines from (x, y) to (x2, y2)."""
    chart = _chart(name).mark_rule(stroke=colour, strokeWidth=width, strokeDash=[*dash], aria=False)
    return _placed(chart, alt.X2("x2"), alt.Y2("y2"))


def _boxes(name: str) -> alt.Chart:
    """Rectangles from (x, y) to (x2, y2), filled with `fill`, saying `said`."""
    chart = _chart(name).mark_rect(stroke=INK, strokeWidth=0.6)
    return _placed(chart, alt.X2("x2"), alt.Y2("y2"), *_as_is(alt.Fill), alt.Description("said:N"))


def _signs(name: str, width: float) -> alt.Chart:
    """Signs: `shape` of `size` (px across), with `fill` and `stroke`, saying `said`."""
    chart = _chart(name).mark_point(opacity=1, strokeWidth=width, size=alt.expr("datum.size * datum.size"))
    return _placed(chart, *_as_is(alt.Shape, alt.Fill, alt.Stroke), alt.Description("said:N"))


def _texts(name: str) -> alt.Chart:
    """The `words` at (x, y), moved by `dx` and `dy` px, with their `side` there, in `fill`, `weight` and `size`."""
    chart = _chart(name).mark_text(
        align=alt.expr("datum.side || 'center'"),
        dx=alt.expr("datum.dx || 0"),
        dy=alt.expr("datum.dy || 0"),
        fontSize=alt.expr(f"datum.size || {TEXT}"),
        fontWeight=alt.expr("datum.weight || 400"),
        fill=alt.expr(f"datum.fill || '{GREY}'"),
        aria=False,
    )
    return _placed(chart, alt.Text("words:N"))


LAYERS = {
    layer.name: layer
    for layer in (
        _rules("break", GREY, 1, 2, 3),
        _lines("trajectory", GREY, 1.3, 5, 4),
        _rules("target", ACCENT, 1.6),
        _lines("value", INK, 2.2),
        _signs("point", 1.8),
        _boxes("box"),
        _signs("dot", 0.6),
        _rules("median", INK, 2),
        _rules("lead", INK, 0.8),
        _signs("mark", 1.2),
        _boxes("bar"),
        _rules("zero", GREY, 1),
        _texts("label"),
    )
}


def _legend(keys: Sequence[Key], room: int) -> alt.Chart:
    """The layer that draws the keys above the plot, on one row or in columns."""
    widths = [text_width(key.words) + 40 for key in keys]
    fits = sum(widths) <= room
    legend = alt.Legend(
        labelExpr="keys[datum.value]",
        columns=len(keys) if fits else max(1, int(room / max(widths))),
        gridAlign="none" if fits else "each",
    )

    def channel(kind: Any, looks: list[str]) -> Any:
        return kind("key:N", scale=alt.Scale(domain=[*range(len(keys))], range=looks), legend=legend)

    return _placed(
        _chart("key").mark_point(opacity=1),
        channel(alt.Shape, [key.shape for key in keys]),
        channel(alt.Fill, [key.fill for key in keys]),
        channel(alt.Stroke, [key.stroke for key in keys]),
    )


CONFIG = alt.Config(
    font=FONT,
    view=alt.ViewConfig(stroke=None),
    axis=alt.AxisConfig(
        domain=False,
        ticks=False,
        gridColor=HAIRLINE,
        labelColor=GREY,
        labelFontSize=TEXT,
        labelLimit=0,
        labelPadding=6,
        labelFlush=False,
        labelSeparation=5,
        titleColor=GREY,
        titleFontSize=TEXT,
        titleFontWeight=400,
        titleLimit=0,
        titleAngle=0,
        titleAlign="right",
        titleX=-6,
        titleY=-20,
    ),
    legend=alt.LegendConfig(
        title=None,
        orient="top",
        offset=20,
        labelColor=GREY,
        labelFontSize=TEXT,
        labelLimit=0,
        symbolSize=60,
        symbolStrokeWidth=1.5,
        columnPadding=26,
        padding=0,
    ),
)


def draw(
    head: Head, rows: Mapping[str, Sequence[Row]], across: Side, up: Side, unit: str = "", keys: Sequence[Key] = ()
) -> str:
    """The finished SVG: the rows of each layer, the first one below the others, on two axes.

    unit: said above the names of the vertical axis. keys: the legend, if any. An image shown without our font has
    a wider one: words that stand in a margin have room for it.
    """
    beyond = [row["words"] for row in rows["label"] if row["x"] == across.end]
    left, right = (
        max(map(text_width, some), default=0) * share
        for some, share in (([f"en {unit}", *map(str, up.names)], 0.2), (beyond, 0.4))
    )
    right = max(right, max((text_width(name) for name in across.names[-1:] if isinstance(name, str)), default=0) * 0.2)
    scales = [alt.Scale(domain=[side.begin, side.end], nice=False) for side in (across, up)]
    frame: alt.Chart = _chart("frame").mark_point()
    frame = frame.encode(
        alt.X("x:Q", scale=scales[0], axis=across.axis("columns", "")),
        alt.Y("y:Q", scale=scales[1], axis=up.axis("names", unit)),
    )
    words = {"columns": across.names, "names": up.names, "keys": [key.words for key in keys]}
    chart = alt.LayerChart(
        layer=[
            frame,
            *(LAYERS[name] for name in rows if rows[name]),
            *([_legend(keys, head.width - 60)] if keys else []),
        ],
        params=[alt.VariableParameter(name=name, value=[*value]) for name, value in words.items()],
        resolve=alt.Resolve(scale=alt.ScaleResolveMap(shape="independent", fill="independent", stroke="independent")),
        width=head.width,
        height=head.height,
        autosize=alt.AutoSizeParams(type="fit", contains="padding"),
        padding={"left": 5 + left, "right": 5 + right, "top": 5, "bottom": 5},
        background=WHITE,
        config=CONFIG,
    )
    spec = chart.to_dict(validate=False)  # the tests validate it: that costs as much as drawing
    spec["datasets"] = {"frame": [], "key": []} | {name: [*some] for name, some in rows.items()}
    _register_fonts()
    return finished(vl_convert.vegalite_to_svg(_cleaned(spec), allowed_base_urls=[]), head)


@cache
def _register_fonts() -> None:
    """Text is measured in the font that pages and documents have."""
    vl_convert.register_font_directory(font_source_sans_pro.font_directory)


def _cleaned(content: Any) -> Any:
    """The content without the characters that no XML document may hold."""
    if isinstance(content, dict):
        return {name: _cleaned(value) for name, value in content.items()}
    if isinstance(content, list):
        return [_cleaned(value) for value in content]
    return _NOT_XML.sub("", content) if isinstance(content, str) else content


def finished(svg: str, head: Head) -> str:
    """The library's SVG with a root of ours, ids of this chart alone, and without what says nothing."""
    drawn = ElementTree.fromstring(svg.replace(f' xmlns="{_NAMESPACE}"', "", 1))  # noqa: S314 – written above
    for element in list(drawn.iter()):
        for child in list(element):
            if child.get("class") in ("background", "foreground") or child.get("opacity") == "0":
                element.remove(child)
        if element.get("aria-label"):
            ElementTree.SubElement(element, "title").text = element.get("aria-label")
        kept = {
            name: _LONG_NUMBER.sub(_short, value.replace("url(#", f"url(#{head.id}-"))
            for name, value in element.attrib.items()
            if value and name not in _USELESS and not name.startswith("aria-") and (name, value) != ("opacity", "1")
        }
        if "id" in kept:
            kept["id"] = f"{head.id}-{kept['id']}"
        cls = kept.pop("class", "").rpartition(" ")[2].removesuffix("_marks")
        if cls in LAYERS:
            kept["class"] = cls
        circle = _CIRCLE.fullmatch(kept.get("d", ""))
        if circle:  # printed rounder than an arc that is not closed
            element.tag, kept["r"] = "circle", circle[1]
            del kept["d"]
        element.attrib = kept
    root = new_root(head)
    root.extend(drawn)
    return ElementTree.tostring(root, encoding="unicode")


def _short(number: re.Match[str]) -> str:
    return f"{float(number[0]):.1f}".removesuffix(".0")


def new_root(head: Head) -> ElementTree.Element:
    """An SVG element with its title and description. ValueError when the id is not a plain name."""
    if not _ID.fullmatch(head.id):
        raise ValueError(f"{head.id!r} is not a plain name for an SVG element")
    said = [(tag, words) for tag, words in (("title", head.title), ("desc", head.desc)) if words or tag == "title"]
    root = ElementTree.Element(
        "svg",
        {
            "xmlns": _NAMESPACE,
            "id": head.id,
            "class": f"chart {head.kind}",
            "role": "img",
            "aria-labelledby": " ".join(f"{head.id}-{tag}" for tag, _ in said),
            "viewBox": f"0 0 {head.width} {head.height}",
            "width": str(head.width),
            "height": str(head.height),
            "font-family": f"'{FONT}', sans-serif",
        },
    )
    for tag, words in said:
        ElementTree.SubElement(root, tag, id=f"{head.id}-{tag}").text = _NOT_XML.sub("", words)
    return root
