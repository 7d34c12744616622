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
from functools import lru_cache, partial, wraps
from itertools import groupby
from typing import ParamSpec
from xml.etree.ElementTree import SubElement, tostring

from cog import charts_spec as look
from cog.charts_spec import ACCENT, GREY, INK, MIDDLE, PALE, WHITE, Head, Key, Row, Side, Steps
from cog.charts_store import kept
from cog.figures import format_exact, format_figure, round_half_up

SERIES_FILLS = (INK, "#8a9fc4", "#dbe3f0", ACCENT)

_P = ParamSpec("_P")


def _kept(function: Callable[_P, str]) -> Callable[_P, str]:
    """The function with its drawings kept by content, here and for the other processes; lists become tuples."""
    cached = lru_cache(maxsize=256)(wraps(function)(partial(kept, function)))

    @wraps(function)
    def drawn(*args: _P.args, **kwargs: _P.kwargs) -> str:
        return cached(*args, **{k: tuple(v) if isinstance(v, list) else v for k, v in kwargs.items()})

    return drawn


@dataclass(frozen=True, slots=True)
class Point:
    """One period: label under the axis (« T1 »), group below it (« 2014 »), value or None if missing.

    break_label: when not empty, the series breaks just before this point, and these words say why.
    published: values others published for this period, drawn beside.
    """

    label: str
    value: Decimal | None
    group: str = ""
    provisional: bool = False
    break_label: str = ""
    published: tuple[Decimal, ...] = ()


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
PUBLISHED = Key("valeur publiée ailleurs", "diamond", WHITE, ACCENT)
TRAJECTORY = Key("trajectoire indicative", "M-1.4,0L-.9,0M-.5,0L.5,0M.9,0L1.4,0", GREY, GREY)
LOCAL = Key("une caisse", "circle", MIDDLE, WHITE)
HALF = Key("moitié centrale, médiane", "M-1.2,-.8L1.2,-.8L1.2,.8L-1.2,.8ZM0,-.8L0,.8", PALE, INK)
NATIONAL = Key("national", "diamond", INK, WHITE)
OWN = Key("votre caisse", "circle", ACCENT, WHITE)


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
    values = [slot.value for slot in slots]
    beside = [(i, one) for i, slot in enumerate(slots) for one in slot.published]
    scale = look.steps([*values, *path, *(target.value for target in targets), *(one for _, one in beside)], 5)
    across = _columns([slot.label for slot in slots])
    known = [i for i in range(shift, len(slots)) if values[i] is not None]
    breaks = [i for i, slot in enumerate(slots) if slot.break_label]
    margin: Row = {"x": across.end, "dx": 4, "weight": 600}
    names = ("break", "trajectory", "target", "value", "point", "label")
    rows: dict[str, list[Row]] = {name: [] for name in names}
    labels, ends = rows["label"], list[tuple[Decimal, Row]]()
    labels += _group_labels(slots)
    for i, slot in enumerate(slots):
        if slot.value is None:
            if not known or i < known[-1]:
                labels.append({"x": i, "y": 0, "dy": -7, "words": "n.d."})
            continue
        shown = _figure(slot.value, decimals, unit, targets)
        mark: Row = {"x": i, "y": scale.at(slot.value), "said": f"{slot.label} {slot.group}".strip() + f" : {shown}"}
        if i < shift:
            rising = bool(path and path[1:] and path[1] is not None and path[1] > slot.value)
            place: Row = {"dx": -4, "dy": 13 if rising and mark["y"] > 0.5 else -12, "side": "left"}
            rows["point"].append(mark | {"stroke": GREY, "fill": GREY, "shape": "square", "size": 6.5})
            labels.append(mark | place | {"words": shown})
        else:
            fill = WHITE if slot.provisional else INK
            rows["point"].append(mark | {"stroke": INK, "fill": fill, "shape": "circle", "size": 6})
        if known and i == known[-1]:
            own: Row = {"words": shown, "fill": INK, "size": 12, "weight": 600}
            if i == len(slots) - 1:
                ends.append((slot.value, mark | own | margin))
            else:  # after the point, on the side where no target nor trajectory is
                held = [t.value for t in targets if t.first <= i - shift and (t.last is None or i - shift <= t.last)]
                below = any(one is not None and one > slot.value for one in (*held, *path[i + 1 : i + 2]))
                labels.append(mark | own | {"dx": 2, "dy": 14 if below else -12, "side": "left"})
    for i, one in beside:
        said = f"{slots[i].label} {slots[i].group}".strip() + f", publié : {format_exact(one, unit)}"
        mark = {"x": i, "y": scale.at(one), "said": said}
        rows["point"].append(mark | {"stroke": ACCENT, "fill": WHITE, "shape": "diamond", "size": 9})
    for target in targets:
        begin, y = target.first + shift - 0.5, scale.at(target.value)
        stop = across.end if target.last is None else min(target.last + shift + 0.5, across.end)
        rows["target"].append({"x": begin, "x2": stop, "y": y, "y2": y})
        label = {"x": begin, "y": y, "words": _target_label(target, unit), "fill": ACCENT, "weight": 600}
        if stop == across.end:
            ends.append((target.value, label | margin))
        else:  # on the side of the line where the values are not
            near = values[target.first + shift] if target.first + shift < len(slots) else None
            below = near is not None and near >= target.value
            labels.append(label | {"dx": 2, "dy": 9 if below else -8, "side": "left"})
    for i in breaks:
        rows["break"].append({"x": i - 0.5, "x2": i - 0.5, "y": 0, "y2": scale.top})
        place = {"dx": 4, "side": "left"} if i <= len(slots) / 2 else {"dx": -4, "side": "right"}
        labels.append(place | {"x": i - 0.5, "y": scale.top, "dy": -8, "words": slots[i].break_label})
    rows["trajectory"] = _runs(path, scale)
    rows["value"] = _runs(values, scale, [shift, *breaks])
    labels += look.apart(ends, 14 * scale.top / max(height - 85, 40))
    keys = [
        *[PROVISIONAL] * any(slots[i].provisional for i in known),
        *[BASELINE] * bool(baseline and baseline.value is not None),
        *[TRAJECTORY] * bool(path),
        *[PUBLISHED] * bool(beside),
    ]
    head = Head(id, title, desc, "chart-series", width, height)
    return look.draw(head, rows, across, scale.side(), unit, keys)


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
    if any(group.names and len(group.names) != len(group.values) for group in groups):
        raise ValueError("names go with values one by one")
    flat, targets = len(groups) == 1, [target] if target else []
    tall = height or (190 if flat else 280)
    values = [v for g in groups for v in (*g.values, *(g.box or ()), g.national, g.own)]
    scale = look.steps([*values, *(t.value for t in targets)], 8 if flat else 5)
    across = _columns([group.label for group in groups])
    slot = (tall - 80 if flat else width - 120) / max(len(groups), 1)
    step = (width - 60 if flat else tall - 90) / scale.top
    half, size = (0.28, 7.0) if flat else (min(0.3, 44 / slot), 5.6)

    names = ("box", "dot", "median", "target", "lead", "mark", "label")
    rows: dict[str, list[Row]] = {name: [] for name in names}
    for i, group in enumerate(groups):
        if group.box:
            low, middle, high = map(scale.at, group.box)
            box = {"x": i - half, "x2": i + half}
            rows["box"].append(box | {"y": low, "y2": high, "fill": PALE, "said": ""})
            rows["median"].append(box | {"y": middle, "y2": middle})
        if not group.values:
            rows["label"].append({"x": i, "y": scale.top / 2, "words": "n.d."})
        offsets = look.swarm([scale.at(value) * step for value in group.values], size, half * slot)
        for number, (value, offset) in enumerate(zip(group.values, offsets, strict=True)):
            said = f"{group.names[number]} : {_figure(value, decimals, unit, targets)}" if group.names else ""
            sign: Row = {"fill": MIDDLE, "stroke": WHITE, "shape": "circle", "size": size}
            rows["dot"].append(sign | {"x": round(i + offset / slot, 4), "y": scale.at(value), "said": said})
        for key, one, away in ((NATIONAL, group.national, -0.42), (OWN, group.own, 0.42)):
            if one is None:
                continue
            place, shown = {"x": i, "y": scale.at(one)}, _figure(one, decimals, unit, targets)
            sign = {"fill": key.fill, "stroke": key.stroke, "shape": key.shape, "size": 11}
            rows["mark"].append(place | sign | {"said": f"{key.words}, {group.label} : {shown}"})
            if flat:  # national below the box; own above it, on the side where the target's line is not
                side = {"side": "left", "dx": 4} if not target or one >= target.value else {"side": "right", "dx": -4}
                rows["lead"].append(place | {"x2": away if away > 0 else away + 8 / slot, "y2": place["y"]})
                label = {"x": away, "words": f"{key.words} {shown}", "fill": key.fill, "weight": 600}
                rows["label"].append(place | label | (side if key is OWN else {}))
    if target:
        y = scale.at(target.value)
        rows["target"].append({"x": -half - 0.02 if flat else across.begin, "x2": across.end, "y": y, "y2": y})
        label = {"x": across.end, "y": y, "words": _target_label(target, unit), "fill": ACCENT, "weight": 600}
        rows["label"].append(label | ({"dy": -8} if flat else {"dx": 4, "side": "left"}))
    keys = [
        *[LOCAL] * any(group.values for group in groups),
        *[HALF] * any(group.box for group in groups),
        *[NATIONAL] * (not flat and any(group.national is not None for group in groups)),
        *[OWN] * (not flat and any(group.own is not None for group in groups)),
    ]
    head = Head(id, title, desc, "chart-distribution", width, tall)
    if flat:
        turned = {name: look.turned(some) for name, some in rows.items()}
        return look.draw(head, turned, scale.side(unit), Side(across.begin, across.end), "", keys)
    return look.draw(head, rows, across, scale.side(), unit, keys)


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
    scale = look.steps([Decimal(0), *(v for bars in series for v in bars.values)], 5)
    slot = (width - 80) / max(len(categories), 1)
    room = max(8, int(slot / look.text_width("n")))
    across = _columns([textwrap.wrap(name, room, break_long_words=False) for name in categories])
    thick = min(0.78 / max(len(series), 1), 46 / slot)
    figures = [[format_figure(v, decimals) for v in bars.values] for bars in series]
    fits = all(look.text_width(figure) <= thick * slot + 6 for row in figures for figure in row)
    zero = scale.at(Decimal(0))
    line = {"x": across.begin, "x2": across.end, "y": zero, "y2": zero}
    rows: dict[str, list[Row]] = {"bar": [], "zero": [line], "label": []}
    for number, (bars, fill) in enumerate(zip(series, SERIES_FILLS, strict=False)):
        for i, value in enumerate(bars.values):
            x = i + (number - len(series) / 2) * thick
            label = {"x": x + thick / 2, "words": figures[number][i]}
            if value is None:
                rows["label"].append(label | {"y": zero, "dy": -8})
                continue
            said = f"{categories[i]}, {bars.label} : {format_figure(value, decimals, unit)}"
            place = {"x": x + 1 / slot, "x2": x + thick - 1 / slot, "y": zero, "y2": scale.at(value)}
            rows["bar"].append(place | {"fill": fill, "said": said})
            if fits:
                rows["label"].append(label | {"y": place["y2"], "dy": 9 if value < 0 else -8})
    keys = [Key(bars.label, "square", fill, INK) for bars, fill in zip(series, SERIES_FILLS, strict=False)]
    return look.draw(
        Head(id, title, desc, "chart-bars", width, height), rows, across, scale.side(grid=not fits), unit, keys
    )


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

    root = look.new_root(Head(id, title, "", "sparkline", width, height))
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
    return tostring(root, encoding="unicode")


def _columns(names: Sequence[str | list[str]]) -> Side:
    return Side(-0.5, max(len(names), 1) - 0.5, names)


def _figure(value: Decimal, decimals: int, unit: str, targets: Sequence[Target]) -> str:
    """The figure shown, with as many more decimals as it takes not to round it onto or across a target."""
    while any(value.compare(t.value) != round_half_up(value, decimals).compare(t.value) for t in targets):
        decimals += 1
    return format_figure(value, decimals, unit)


def _target_label(target: Target, unit: str) -> str:
    return f"{target.label} {format_exact(target.value, unit)}"


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
