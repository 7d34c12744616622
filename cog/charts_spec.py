"""From rows of marks to one SVG: Vega-Lite layers (altair), the conversion (vl-convert), what we owe on top.

PURE; see `cog.charts`. Positions are in columns (0, 1, 2…) and in steps of the value axis: floats that only place
ink. Every word shown comes ready from the caller and travels as data, never inside an expression.

Never draw in a process that will fork (gunicorn's or Celery's parent): the engine's thread does not survive it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import cache
from typing import Any
from xml.etree import ElementTree

import altair as alt
import font_source_sans_pro
import vl_convert

from cog.figures import decimals_of, format_figure

INK, ACCENT = "#1f3a6e", "#b3541e"
GREY, HAIRLINE, PALE, MIDDLE, WHITE = "#4d5761", "#d9dde2", "#dbe3f0", "#7f96bf", "#ffffff"
FONT = "Source Sans Pro"
SMALL, SIZE = 11, 12

Row = dict[str, Any]
"""One mark: where it is (x, y, x2, y2) and how it looks (colour, words…)."""

Size = tuple[int, int]

_ID = re.compile(r"[A-Za-z][\w.-]*", re.ASCII)
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LONG_NUMBER = re.compile(r"-?\d+\.\d{2,}(?:e-?\d+)?")
_DROPPED = {"role", "pointer-events", "stroke-miterlimit", "font-family"}
_NAMESPACE = "http://www.w3.org/2000/svg"


def clean(text: str) -> str:
    """The text without the characters that no XML document may hold."""
    return _NOT_XML.sub("", text)


def text_width(text: str) -> float:
    """Width in px of a text of ours, on the safe side: to choose between layouts. The library measures."""
    return len(text) * SMALL * 0.56


@dataclass(frozen=True, slots=True)
class Steps:
    """A value axis: round numbers around the values; the place of a value is counted in steps from the first."""

    ticks: tuple[Decimal, ...]

    def at(self, value: Decimal) -> float:
        first, second = self.ticks[:2]
        return round(float((value - first) / (second - first)), 4)

    @property
    def top(self) -> int:
        return len(self.ticks) - 1

    def names(self, unit: str = "") -> list[str]:
        """What the ticks say; with a unit, the last one says it."""
        decimals = max(decimals_of(tick) for tick in self.ticks)
        last = self.ticks[-1]
        return [format_figure(tick, decimals, unit if tick == last else "") for tick in self.ticks]


def steps(values: Sequence[Decimal | None], count: int) -> Steps:
    """Round numbers (1, 2 or 5 times a power of ten) around the values, about count of them, two at least.

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


# Layers: what is drawn from the rows of the same name.


def _chart(name: str) -> alt.Chart:
    return alt.Chart(alt.NamedData(name=name), name=name)


def _as_is(channel: Any, field: str) -> Any:
    """A channel whose rows hold the very colour, shape… to draw."""
    return channel(f"{field}:N", scale=None, legend=None)


def lines(name: str, colour: str, width: float, dash: Sequence[int] = (1, 0)) -> alt.Chart:
    """Lines through the rows of each `run`."""
    mark = _chart(name).mark_line(stroke=colour, strokeWidth=width, strokeDash=[*dash], aria=False)
    return mark.encode(alt.X("x:Q"), alt.Y("y:Q"), alt.Detail("run:N"))


def rules(name: str, colour: str, width: float, dash: Sequence[int] = (1, 0)) -> alt.Chart:
    """Straight lines from (x, y) to (x2, y2)."""
    mark = _chart(name).mark_rule(stroke=colour, strokeWidth=width, strokeDash=[*dash], aria=False)
    return mark.encode(alt.X("x:Q"), alt.Y("y:Q"), alt.X2("x2"), alt.Y2("y2"))


def boxes(name: str) -> alt.Chart:
    """Rectangles from (x, y) to (x2, y2), filled with `fill`, saying `said`."""
    mark = _chart(name).mark_rect(stroke=INK, strokeWidth=0.6)
    place = (alt.X("x:Q"), alt.Y("y:Q"), alt.X2("x2"), alt.Y2("y2"))
    return mark.encode(*place, _as_is(alt.Fill, "fill"), alt.Description("said:N"))


def signs(name: str, width: float) -> alt.Chart:
    """Signs: `shape` of `size` (px across), with `fill` and `stroke`, saying `said`."""
    mark = _chart(name).mark_point(opacity=1, strokeWidth=width, size=alt.expr("datum.size*datum.size"))
    look = [_as_is(channel, channel.__name__.lower()) for channel in (alt.Shape, alt.Fill, alt.Stroke)]
    return mark.encode(alt.X("x:Q"), alt.Y("y:Q"), *look, alt.Description("said:N"))


def texts(name: str) -> alt.Chart:
    """The `words` at (x, y), moved by `dx` and `dy` px, with their `side` there, in `fill`, `weight` and `size`."""
    mark = _chart(name).mark_text(
        align=alt.expr("datum.side || 'center'"),
        dx=alt.expr("datum.dx || 0"),
        dy=alt.expr("datum.dy || 0"),
        fontSize=alt.expr(f"datum.size || {SMALL}"),
        fontWeight=alt.expr("datum.weight || 400"),
        fill=alt.expr(f"datum.fill || '{GREY}'"),
        aria=False,
    )
    return mark.encode(alt.X("x:Q"), alt.Y("y:Q"), alt.Text("words:N"))


@dataclass(frozen=True, slots=True)
class Key:
    """One item of a legend: its words and its sign."""

    words: str
    shape: str
    fill: str
    stroke: str


def _legend(keys: Sequence[Key], room: int, offset: int) -> alt.Chart:
    """The layer that draws the keys above the plot, in as many columns as the room allows."""
    widest = max(text_width(key.words) for key in keys) + 34
    drawn = alt.Legend(
        labelExpr="keys[datum.value]",
        columns=max(1, min(len(keys), int(room / widest))),
        offset=offset,
        aria=False,
    )

    def scale(looks: list[str]) -> alt.Scale:
        return alt.Scale(domain=[*range(len(keys))], range=looks)

    mark = _chart("key").mark_point(aria=False, opacity=1)
    return mark.encode(
        alt.Shape("key:N", scale=scale([key.shape for key in keys]), legend=drawn),
        alt.Fill("key:N", scale=scale([key.fill for key in keys]), legend=drawn),
        alt.Stroke("key:N", scale=scale([key.stroke for key in keys]), legend=drawn),
    )


# The drawing.


@dataclass(frozen=True, slots=True)
class Side:
    """One axis: where it begins and ends, its marks and what they say, whether hairlines cross the plot."""

    begin: float
    end: float
    names: Sequence[str | list[str]] = ()
    grid: bool = False

    def axis(self, param: str) -> alt.Axis | None:
        if not self.names:
            return None
        return alt.Axis(
            values=[*range(len(self.names))],
            tickCount=len(self.names),  # else the library thins the values out
            labelExpr=f"{param}[datum.value]",
            grid=self.grid,
            labelOverlap="greedy" if param == "columns" else False,
            aria=False,
        )


def draw(
    layers: Sequence[tuple[alt.Chart, Sequence[Row]]],
    across: Side,
    up: Side,
    keys: Sequence[Key],
    raised: bool,
    size: Size,
    attributes: Mapping[str, str],
) -> str:
    """The finished SVG, the first layer below the others.

    keys: the legend, if any, raised above words that stand above the plot. attributes: id, title, desc and class.
    """
    frame = _chart("frame").mark_point(aria=False)
    frame = frame.encode(
        alt.X("x:Q", axis=across.axis("columns"), scale=alt.Scale(domain=[across.begin, across.end], nice=False)),
        alt.Y("y:Q", axis=up.axis("names"), scale=alt.Scale(domain=[up.begin, up.end], nice=False)),
    )
    legend = [_legend(keys, size[0] - 60, 22 if raised else 10)] if keys else []
    words = {"columns": across.names, "names": up.names, "keys": [key.words for key in keys]}
    chart = alt.LayerChart(
        layer=[frame, *(layer for layer, rows in layers if rows), *legend],
        params=[alt.VariableParameter(name=name, value=[*value]) for name, value in words.items()],
        resolve=alt.Resolve(scale=alt.ScaleResolveMap(shape="independent", fill="independent", stroke="independent")),
        width=size[0],
        height=size[1],
        autosize=alt.AutoSizeParams(type="fit", contains="padding"),
        padding=5,
        background=WHITE,
        config=_config(),
    )
    spec = chart.to_dict(validate=False)  # validated by the tests: it costs as much as drawing
    spec["datasets"] = {"frame": [], "key": []} | {layer.name: [*rows] for layer, rows in layers}
    _register_fonts()
    return finish(vl_convert.vegalite_to_svg(_cleaned(spec), allowed_base_urls=[]), size, attributes)


def _cleaned(spec: Any) -> Any:
    if isinstance(spec, dict):
        return {name: _cleaned(value) for name, value in spec.items()}
    if isinstance(spec, list):
        return [_cleaned(value) for value in spec]
    return clean(spec) if isinstance(spec, str) else spec


@cache
def _register_fonts() -> None:
    vl_convert.register_font_directory(font_source_sans_pro.font_directory)


@cache
def _config() -> alt.Config:
    return alt.Config(
        font=FONT,
        view=alt.ViewConfig(stroke=None),
        axis=alt.AxisConfig(
            title=None,
            domain=False,
            ticks=False,
            gridColor=HAIRLINE,
            labelColor=GREY,
            labelFontSize=SMALL,
            labelLimit=0,
            labelPadding=6,
            labelBound=False,
            labelFlush=False,
        ),
        legend=alt.LegendConfig(
            title=None,
            orient="top",
            labelColor=GREY,
            labelFontSize=SMALL,
            labelLimit=0,
            symbolSize=60,
            symbolStrokeWidth=1.5,
            columnPadding=16,
            padding=0,
        ),
    )


def finish(svg: str, size: Size, attributes: Mapping[str, str]) -> str:
    """What the library does not write: a name for the reader, ids of this chart alone; and what it writes too much."""
    drawn = ElementTree.fromstring(svg.replace(f' xmlns="{_NAMESPACE}"', "", 1))
    root = new_root(size, attributes)
    own = attributes["id"]
    for element in list(drawn.iter()):
        for child in [c for c in element if c.get("display") == "none" or c.get("d") == "M0,0h0v0h0Z"]:
            element.remove(child)
        said = element.get("aria-label")
        if said:
            ElementTree.SubElement(element, "title").text = said
        element.attrib = {
            name: f"{own}-{value}"
            if name == "id"
            else _LONG_NUMBER.sub(_short, value.replace("url(#", f"url(#{own}-"))
            for name, value in element.attrib.items()
            if name not in _DROPPED and not name.startswith("aria-") and (name, value) != ("opacity", "1")
        }
        if "class" in element.attrib:
            name = element.attrib.pop("class").rpartition(" ")[2].removesuffix("_marks")
            if name.isalpha():
                element.set("class", name)
    root.extend(drawn)
    return written(root)


def _short(match: re.Match[str]) -> str:
    return f"{float(match[0]):.1f}".removesuffix(".0")


def new_root(size: Size, attributes: Mapping[str, str]) -> ElementTree.Element:
    """An SVG element with its title and description. ValueError when id is not a plain name."""
    id, desc = attributes["id"], clean(attributes["desc"])
    if not _ID.fullmatch(id):
        raise ValueError(f"{id!r} is not a plain name for an SVG element")
    root = ElementTree.Element(
        "svg",
        {
            "xmlns": _NAMESPACE,
            "id": id,
            "class": f"chart {attributes['class']}",
            "role": "img",
            "aria-labelledby": f"{id}-title {id}-desc" if desc else f"{id}-title",
            "viewBox": f"0 0 {size[0]} {size[1]}",
            "width": str(size[0]),
            "height": str(size[1]),
            "font-family": f"'{FONT}', sans-serif",
        },
    )
    ElementTree.SubElement(root, "title", id=f"{id}-title").text = clean(attributes["title"])
    if desc:
        ElementTree.SubElement(root, "desc", id=f"{id}-desc").text = desc
    return root


def written(root: ElementTree.Element) -> str:
    return ElementTree.tostring(root, encoding="unicode")
