"""Charts as SVG text: `Decimal` values in, one string out, the same in a page and in a PDF. PURE.

Drawn by Vega-Lite (altair) through vl-convert, see `cog.charts_spec`; the sparkline alone is a few elements of
ours. Every chart carries role="img", a <title> that states its message and a <desc>; only presentation attributes
and classes, which a strict Content Security Policy lets through. A missing value leaves a gap, never a zero.
Every figure shown is formatted from the exact value. Colours differ in lightness: grey print loses nothing.

Common arguments: id (unique in the page), title and desc (sentences of the caller), unit and decimals (of the
values shown), width and height (px). ValueError for an id that is no name, a value that is not finite, or
sequences that do not fit together. Drawings are kept: the same content again costs nothing.
"""

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache, wraps
from itertools import groupby
from typing import ParamSpec
from xml.etree.ElementTree import SubElement

from cog.charts_spec import (
    ACCENT,
    GREY,
    INK,
    MIDDLE,
    PALE,
    WHITE,
    Key,
    Row,
    Side,
    Steps,
    boxes,
    draw,
    lines,
    new_root,
    rules,
    signs,
    steps,
    text_width,
    texts,
    written,
)
from cog.figures import decimals_of, format_figure, round_half_up

SERIES_FILLS = (INK, "#8a9fc4", "#dbe3f0", ACCENT)

_P = ParamSpec("_P")


def _kept(function: Callable[_P, str]) -> Callable[_P, str]:
    """The function with its last drawings kept, by content; lists among its arguments become tuples."""
    cached = lru_cache(maxsize=256)(function)

    @wraps(function)
    def drawn(*args: _P.args, **kwargs: _P.kwargs) -> str:
        return cached(*args, **{k: tuple(v) if isinstance(v, list) else v for k, v in kwargs.items()})

    return drawn


@dataclass(frozen=True, slots=True)
class Point:
    """One period: label under the axis (« T1 »), group below it (« 2014 »), value or None if missing.

    break_label: when not empty, the series breaks just before this point, and these words say why.
    """

    label: str
    value: Decimal | None
    group: str = ""
    provisional: bool = False
    break_label: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """A line at value, from the period number first to the period number last (None: the last one)."""

    value: Decimal
    label: str = "cible"
    first: int = 0
    last: int | None = None


@dataclass(frozen=True, slots=True)
class Distribution:
    """The local values of one period. box: the three quartiles, computed by the caller.

    own: the value to set apart (the reader's own caisse). names: one per value, or none at all.
    """

    label: str
    values: Sequence[Decimal]
    box: tuple[Decimal, Decimal, Decimal] | None = None
    national: Decimal | None = None
    own: Decimal | None = None
    names: Sequence[str] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", tuple(self.values))
        object.__setattr__(self, "names", tuple(self.names))


@dataclass(frozen=True, slots=True)
class Bars:
    """One series of bars: a value, or None, per category."""

    label: str
    values: Sequence[Decimal | None]

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", tuple(self.values))


PROVISIONAL = Key("provisoire", "circle", WHITE, INK)
BASELINE = Key("valeur de référence", "square", GREY, GREY)
TRAJECTORY = Key("trajectoire indicative", "M-1.4,0L-.9,0M-.5,0L.5,0M.9,0L1.4,0", GREY, GREY)
LOCAL = Key("une caisse", "circle", MIDDLE, WHITE)
NATIONAL = Key("national", "diamond", INK, WHITE)
OWN = Key("votre caisse", "circle", ACCENT, WHITE)
HALF = Key("moitié centrale, médiane", "M-1.2,-.8L1.2,-.8L1.2,.8L-1.2,.8ZM0,-.8L0,.8", PALE, INK)


BREAK = rules("break", GREY, 1, (2, 3))
PATH = lines("trajectory", GREY, 1.3, (5, 4))
TARGET = rules("target", ACCENT, 1.6)
VALUE = lines("value", INK, 2.2)
POINT = signs("point", 1.8)
BOX, BAR = boxes("box"), boxes("bar")
DOT = signs("dot", 0.6)
MEDIAN = rules("median", INK, 2)
LEAD = rules("lead", INK, 0.8)
MARK = signs("mark", 1.2)
ZERO = rules("zero", GREY, 1)
LABEL = texts("label")


@_kept
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

    trajectory: one value per point, or nothing. baseline: the reference before the first period, from which
    the trajectory starts.
    """
    slots = [*([baseline] if baseline else []), *points]
    shift = len(slots) - len(points)
    path = [*([baseline.value] if baseline else []), *trajectory] if trajectory else []
    if path and len(path) != len(slots):
        raise ValueError("a trajectory has one value per point")
    scale = steps([*(p.value for p in slots), *path, *(t.value for t in targets)], 5)
    across = Side(-0.5, max(len(slots), 1) - 0.5, [slot.label for slot in slots])
    values = [slot.value for slot in slots]
    known = [i for i, slot in enumerate(slots) if slot.value is not None and i >= shift]
    breaks = [i for i, slot in enumerate(slots) if slot.break_label]

    marks: list[Row] = []
    labels = [*_unit_label(unit, across, scale), *_group_labels(slots)]
    ends: list[Row] = []
    for i, slot in enumerate(slots):
        if slot.value is None:
            if not known or i < known[-1]:
                labels.append({"x": i, "y": 0, "dy": -7, "words": "n.d."})
            continue
        shown = _figure(slot.value, decimals, unit, targets)
        said = f"{slot.label} {slot.group}".strip() + f" : {shown}"
        mark = {"x": i, "y": scale.at(slot.value), "stroke": INK, "shape": "circle", "said": said}
        if i < shift:
            marks.append(mark | {"stroke": GREY, "fill": GREY, "shape": "square", "size": 6.5})
            rising = bool(path[1:2] and path[1] is not None and path[1] > slot.value and mark["y"] > 0.5)
            labels.append(mark | {"dx": -4, "dy": 13 if rising else -12, "side": "left", "words": shown})
        else:
            marks.append(mark | {"fill": WHITE if slot.provisional else INK, "size": 6})
        if known and i == known[-1]:
            last = i == len(slots) - 1
            ends.append(
                {"x": across.end if last else i, "y": mark["y"], "words": shown, "fill": INK, "size": 12}
                | {"dx": 4 if last else 9}
            )
    lined: list[Row] = []
    for target in targets:
        stop = len(slots) if target.last is None else min(target.last + shift + 1, len(slots))
        line = {"y": scale.at(target.value), "words": _target_label(target, unit), "fill": ACCENT, "weight": 600}
        lined.append(line | {"x": target.first + shift - 0.5, "x2": stop - 0.5, "y2": line["y"]})
        if stop == len(slots):
            ends.append(line | {"x": across.end, "dx": 4})
        else:
            wide = text_width(_target_label(target, unit)) * len(slots) / (width - 140)
            room = (target.first + shift - 0.5, stop - 0.5, scale.at(target.value))
            labels.append(line | _clear_of(values, scale, *room, wide, height))
    for i in breaks:
        early = i <= len(slots) / 2
        words = {"dx": 4 if early else -4, "side": "left" if early else "right", "words": slots[i].break_label}
        labels.append(words | {"x": i - 0.5, "y": scale.top, "dy": -8})

    keys = [
        *[PROVISIONAL] * any(slots[i].provisional for i in known),
        *[BASELINE] * bool(baseline and baseline.value is not None),
        *[TRAJECTORY] * bool(path),
    ]
    layers = [
        (BREAK, [{"x": i - 0.5, "x2": i - 0.5, "y": 0, "y2": scale.top} for i in breaks]),
        (PATH, _runs(path, scale)),
        (TARGET, lined),
        (VALUE, _runs(values, scale, [shift, *breaks])),
        (POINT, marks),
        (LABEL, [*labels, *_apart(ends, scale, height)]),
    ]
    up = Side(0, scale.top, scale.names(), grid=True)
    named = _named(id, title, desc, "chart-series")
    return draw(layers, across, up, keys, bool(unit or breaks), (width, height), named)


@_kept
def distribution_chart(
    *,
    id: str,
    title: str,
    desc: str,
    groups: Sequence[Distribution],
    unit: str = "",
    decimals: int = 1,
    target: Target | None = None,
    width: int = 720,
    height: int | None = None,
) -> str:
    """Every local value as a dot: one period lies along the page, several stand side by side.

    The box shows the middle half of the caisses and their median; the national value is a diamond.
    height: 190 px for one period, 280 for several, unless given.
    """
    for group in groups:
        if group.names and len(group.names) != len(group.values):
            raise ValueError("names go with values one by one")
    flat, targets = len(groups) == 1, [target] if target else []
    tall = height or (190 if flat else 280)
    values = [v for g in groups for v in (*g.values, *(g.box or ()), g.national, g.own)]
    scale = steps([*values, *(t.value for t in targets)], 8 if flat else 5)
    across = Side(-0.5, max(len(groups), 1) - 0.5, [] if flat else [group.label for group in groups])
    slot = (tall - 80 if flat else width - 120) / max(len(groups), 1)
    length = width - 60 if flat else tall - 90
    half, size = (0.28, 7.0) if flat else (min(0.3, 44 / slot), 5.6)

    def place(centre: float, value: Decimal, centre2: float | None = None, value2: Decimal | None = None) -> Row:
        """Across and along the values, whichever way the page goes."""
        x, y = ("y", "x") if flat else ("x", "y")
        row: Row = {x: centre, y: scale.at(value)}
        if centre2 is not None:
            row |= {f"{x}2": centre2, f"{y}2": scale.at(value if value2 is None else value2)}
        return row

    def shown(value: Decimal) -> str:
        return _figure(value, decimals, unit, targets)

    box_rows, medians, dots, marks, labels, leads = ([] for _ in range(6))
    lined: list[Row] = []
    if target:
        words = {"words": _target_label(target, unit), "fill": ACCENT, "weight": 600}
        lined.append(place(-half - 0.02 if flat else across.begin, target.value, across.end))
        labels.append(place(across.end, target.value) | words | ({"dy": -8} if flat else {"dx": 4, "side": "left"}))
    for i, group in enumerate(groups):
        if group.box:
            low, middle, high = group.box
            box_rows.append(place(i - half, low, i + half, high) | {"fill": PALE, "said": ""})
            medians.append(place(i - half, middle, i + half))
        offsets = _swarm([scale.at(v) / scale.top * length for v in group.values], size, half * slot)
        for number, value in enumerate(group.values):
            said = f"{group.names[number]} : {shown(value)}" if group.names else ""
            dot = {"fill": MIDDLE, "stroke": WHITE, "shape": "circle", "size": size, "said": said}
            dots.append(place(round(i + offsets[number] / slot, 4), value) | dot)
        if not group.values:
            labels.append({"x": scale.top / 2, "y": i} if flat else {"x": i, "y": scale.top / 2})
            labels[-1] |= {"words": "n.d."}
        for key, value, wide, edge in ((NATIONAL, group.national, 11, -0.42), (OWN, group.own, 11, 0.42)):
            if value is None:
                continue
            look = {"fill": key.fill, "stroke": key.stroke, "shape": key.shape, "size": wide}
            marks.append(place(i, value) | look | {"said": f"{key.words}, {group.label} : {shown(value)}"})
            if flat:
                leads.append(place(i, value, i + edge + (0.06 if edge < 0 else 0)))
                left = target is not None and value < target.value
                side = "center" if edge < 0 else "right" if left else "left"
                words = {"words": f"{key.words} {shown(value)}", "fill": key.fill, "weight": 600}
                labels.append(
                    place(i + edge, value) | words | {"side": side, "dx": 0 if edge < 0 else -4 if left else 4}
                )
    keys = [
        *[LOCAL] * any(g.values for g in groups),
        *[HALF] * any(g.box for g in groups),
        *[NATIONAL] * (not flat and any(g.national is not None for g in groups)),
        *[OWN] * (not flat and any(g.own is not None for g in groups)),
    ]
    if not flat:
        labels += _unit_label(unit, across, scale)
    layers = [
        (BOX, box_rows),
        (DOT, dots),
        (MEDIAN, medians),
        (TARGET, lined),
        (LEAD, leads),
        (MARK, marks),
        (LABEL, labels),
    ]
    up = Side(0, scale.top, scale.names(unit if flat else ""), grid=True)
    sides, raised = ((up, across), bool(target)) if flat else ((across, up), bool(unit))
    return draw(layers, *sides, keys, raised, (width, tall), _named(id, title, desc, "chart-distribution"))


@_kept
def bars_chart(
    *,
    id: str,
    title: str,
    desc: str,
    categories: Sequence[str],
    series: Sequence[Bars],
    unit: str = "",
    decimals: int = 0,
    width: int = 720,
    height: int = 280,
) -> str:
    """Up to four series side by side for each category (programme, executed… by year), from zero."""
    if len(series) > len(SERIES_FILLS) or any(len(bars.values) != len(categories) for bars in series):
        raise ValueError("four series at most, with one value per category each")
    scale = steps([Decimal(0), *(v for bars in series for v in bars.values)], 5)
    zero = scale.at(Decimal(0))
    slot = (width - 80) / max(len(categories), 1)
    names = [textwrap.wrap(name, max(8, int(slot / 6.2)), break_long_words=False) for name in categories]
    across = Side(-0.5, max(len(categories), 1) - 0.5, names)
    thick = min(0.78 / max(len(series), 1), 46 / slot)
    figures = [[format_figure(v, decimals) for v in bars.values] for bars in series]
    fits = all(text_width(figure) <= thick * slot + 6 for some in figures for figure in some)
    drawn: list[Row] = []
    labels = _unit_label(unit, across, scale)
    for number, (bars, fill) in enumerate(zip(series, SERIES_FILLS, strict=False)):
        for i, value in enumerate(bars.values):
            begin = i + (number - len(series) / 2) * thick
            middle = {"x": round(begin + thick / 2, 4)}
            if value is None:
                labels.append(middle | {"y": zero, "dy": -8, "words": "n.d."})
                continue
            said = f"{categories[i]}, {bars.label} : {format_figure(value, decimals, unit)}"
            end, gap = scale.at(value), 1 / slot
            box = {"x": round(begin + gap, 4), "x2": round(begin + thick - gap, 4), "y": zero, "y2": end}
            drawn.append(box | {"fill": fill, "said": said})
            if fits:
                labels.append(middle | {"y": end, "dy": 9 if value < 0 else -8, "words": figures[number][i]})
    keys = [Key(bars.label, "square", fill, INK) for bars, fill in zip(series, SERIES_FILLS, strict=False)]
    zeros: list[Row] = [{"x": across.begin, "x2": across.end, "y": zero, "y2": zero}]
    layers = [(BAR, drawn), (ZERO, zeros), (LABEL, labels)]
    up = Side(0, scale.top, scale.names(), grid=True)
    return draw(layers, across, up, keys, bool(unit), (width, height), _named(id, title, desc, "chart-bars"))


def sparkline(
    *,
    id: str,
    title: str,
    values: Sequence[Decimal | None],
    target: Decimal | None = None,
    width: int = 96,
    height: int = 24,
) -> str:
    """The shape of a series in a line of text: gaps where values are missing, a dot on the last one."""
    known = [v for v in (*values, target) if v is not None]
    if not all(value.is_finite() for value in known):
        raise ValueError("a chart shows finite values")
    low, high = (min(known), max(known)) if known else (Decimal(0), Decimal(0))
    step = (width - 8) / max(len(values) - 1, 1)

    def y(value: Decimal) -> float:
        share = 0.5 if high == low else float((value - low) / (high - low))
        return round(height - 4 - share * (height - 8), 1)

    root = new_root((width, height), _named(id, title, "", "sparkline"))
    if target is not None:
        place = {"x1": "2", "x2": f"{width - 2}", "y1": f"{y(target)}", "y2": f"{y(target)}"}
        SubElement(root, "line", {"class": "target", "stroke": ACCENT, "stroke-dasharray": "3 2"} | place)
    runs = [[*run] for present, run in groupby(enumerate(values), lambda pair: pair[1] is not None) if present]
    for run in runs:
        places = [(round(4 + i * step, 1), y(value)) for i, value in run if value is not None]
        if len(places) > 1:
            path = {"points": " ".join(f"{a},{b}" for a, b in places), "stroke-width": "1.5"}
            SubElement(root, "polyline", {"class": "value", "fill": "none", "stroke": INK} | path)
        if len(places) == 1 or run is runs[-1]:
            dot = {"cx": f"{places[-1][0]}", "cy": f"{places[-1][1]}", "r": "2.2"}
            SubElement(root, "circle", {"class": "point", "fill": INK} | dot)
    return written(root)


def _named(id: str, title: str, desc: str, cls: str) -> dict[str, str]:
    return {"id": id, "title": title, "desc": desc, "class": cls}


def _figure(value: Decimal, decimals: int, unit: str, targets: Sequence[Target]) -> str:
    """The figure shown, with as many more decimals as it takes not to round it onto or across a target."""
    while any(value.compare(t.value) != round_half_up(value, decimals).compare(t.value) for t in targets):
        decimals += 1
    return format_figure(value, decimals, unit)


def _target_label(target: Target, unit: str) -> str:
    return f"{target.label} {format_figure(target.value, decimals_of(target.value), unit)}"


def _unit_label(unit: str, across: Side, scale: Steps) -> list[Row]:
    """The unit, above the names of the value axis."""
    place = {"x": across.begin, "y": scale.top, "dx": -6, "dy": -16, "side": "right"}
    return [place | {"words": f"en {unit}"}] if unit else []


def _group_labels(slots: Sequence[Point]) -> list[Row]:
    """The names of the groups, each under the middle of its columns."""
    rows: list[Row] = []
    for name, members in groupby(enumerate(slots), lambda pair: pair[1].group):
        numbers = [i for i, _ in members]
        if name:
            rows.append({"x": (numbers[0] + numbers[-1]) / 2, "y": 0, "dy": 30, "words": name, "weight": 600})
    return rows


def _runs(values: Sequence[Decimal | None], scale: Steps, starts: Sequence[int] = ()) -> list[Row]:
    """The rows of a line that a missing value interrupts, and that begins anew at each start."""
    rows: list[Row] = []
    run = 0
    for i, value in enumerate(values):
        run += value is None or i in starts
        if value is not None:
            rows.append({"x": i, "y": scale.at(value), "run": run})
    return rows


def _clear_of(
    values: Sequence[Decimal | None], scale: Steps, begin: float, end: float, y: float, wide: float, height: int
) -> Row:
    """Where a label `wide` (in columns) disturbs the values least: above or below its line, at either end."""
    known = [(i, scale.at(value)) for i, value in enumerate(values) if value is not None]
    away = 12 * scale.top / (height - 85)

    def room(row: Row) -> float:
        first, last = (begin, begin + wide) if row["side"] == "left" else (end - wide, end)
        middle = y + (away if row["dy"] < 0 else -away)
        return min((abs(v - middle) for i, v in known if first - 0.6 <= i <= last + 0.6), default=scale.top)

    right: Row = {"x": end, "dx": -2, "side": "right"}
    left: Row = {"x": begin, "dx": 2, "side": "left"}
    return max((end | {"dy": dy} for end in (right, left) for dy in (-8, 9)), key=room)


def _apart(ends: Sequence[Row], scale: Steps, height: int) -> list[Row]:
    """The labels at the ends of the lines, from top to bottom, one line of text apart at least."""
    gap = 14 * scale.top / (height - 85)
    placed: list[Row] = []
    for row in sorted(ends, key=lambda row: -float(row["y"])):
        y = min(float(row["y"]), float(placed[-1]["y"]) - gap) if placed else row["y"]
        placed.append(row | {"y": y, "side": "left", "weight": 600})
    return placed


def _swarm(places: Sequence[float], size: float, half: float) -> list[float]:
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
