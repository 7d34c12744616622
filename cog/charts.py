"""Charts as SVG text: PURE drawing, `Decimal` values in, one string out, the same in a page and in a PDF.

Drawn by hand rather than by a library: see docs/decisions/0003-charts-own-svg.md. Every chart carries
role="img", a <title> that states its message and a <desc>; only presentation attributes and classes, which a
strict Content Security Policy lets through and a style sheet may override. A missing value leaves a gap,
never a zero. Colours differ in lightness, so that grey print and colour-blind readers lose nothing.

Common arguments: id (unique in the page), title and desc (sentences of the caller), unit and decimals (of the
values shown), width and height (px). ValueError for an id that is no name, a value that is not finite, or
sequences that do not fit together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from cog.figures import decimals_of, format_figure, round_half_up
from cog.svg import ACCENT, GREY, INK, MIDDLE, PALE, Canvas, Plot, text_width

SERIES_FILLS = (INK, "#8a9fc4", "#d3dbe8", ACCENT)


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


@dataclass(frozen=True, slots=True)
class Bars:
    """One series of bars: a value, or None, per category."""

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

    trajectory: one value per point, or nothing. baseline: the reference before the first period, from which
    the trajectory starts.
    """
    slots = [*([baseline] if baseline else []), *points]
    shift = len(slots) - len(points)
    path = [*([baseline.value] if baseline else []), *trajectory] if trajectory else []
    if path and len(path) != len(slots):
        raise ValueError("a trajectory has one value per point")
    known = [i for i, point in enumerate(slots) if point.value is not None and i >= shift]
    ends = [_target_label(target, unit) for target in targets]
    plot = Plot(
        (width, height),
        [*(p.value for p in slots), *path, *(t.value for t in targets)],
        [
            *[("line", INK, "valeur")] * bool(known),
            *[("hollow", INK, "provisoire")] * any(slots[i].provisional for i in known),
            *[("square", GREY, "valeur de référence")] * bool(baseline and baseline.value is not None),
            *[("dashed", GREY, "trajectoire indicative")] * bool(path),
            *[("line", ACCENT, "cible")] * bool(targets),
        ],
        unit,
        right=max(map(text_width, ends), default=4) + 14,
    )
    plot.columns([(point.label, point.group) for point in slots])
    for i, point in enumerate(slots):
        if point.break_label:
            at, side = plot.centre(i - 0.5), "start" if i <= len(slots) / 2 else "end"
            plot.draw(
                "line", "break", x1=at, x2=at, y1=plot.top - 16, y2=plot.bottom, stroke=GREY, dash="2 3"
            )
            plot.text(at + (5 if side == "start" else -5), plot.top - 8, point.break_label, 10, side)
    plot.polyline("trajectory", [plot.place(i, v) for i, v in enumerate(path)], GREY, 1.2, "5 4")
    _draw_targets(plot, targets, ends, shift, len(slots) - 1)

    places = [plot.place(i, point.value) for i, point in enumerate(slots)]
    starts = {0, shift, *(i for i, point in enumerate(slots) if point.break_label), len(slots)}
    for begin, stop in pairwise(sorted(starts)):
        plot.polyline("value", places[begin:stop], INK, 2)
    for i, (point, place) in enumerate(zip(slots, places, strict=True)):
        if place is None:
            if not known or i < known[-1]:
                plot.text(plot.centre(i), plot.bottom - 5, "n.d.", 10)
            continue
        shown = _figure(point.value, decimals, unit, targets)
        said = f"{point.label} {point.group}".strip() + f" : {shown}"
        if i < shift:
            plot.mark("square", place, GREY, said)
            plot.text(place[0] - 4, place[1] - 8, shown, 11, "start")
        else:
            plot.mark("hollow" if point.provisional else "dot", place, INK, said)
        if known and i == known[-1]:
            below = point.value is not None and any(point.value < target.value for target in targets)
            middle = min(place[0], width - text_width(shown, 12) / 2)
            plot.text(middle, place[1] + (18 if below else -9), shown, 12, fill=INK, weight="600")
    return plot.document(id, title, desc, "chart-series", width, height)


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
    flat, lines = len(groups) == 1, [target] if target else []
    single = groups[0] if flat else Distribution("", ())

    def words(label: str, value: Decimal | None) -> str:
        return f"{label} {_figure(value, decimals, unit, lines)}" if flat and value is not None else label

    target_words = _target_label(target, unit) if target else ""
    plot = Plot(
        (width, height or (190 if flat else 280)),
        [v for g in groups for v in (*g.values, *(g.box or ()), g.national, g.own)]
        + ([target.value] if target else []),
        [
            *[("small", MIDDLE, "une caisse")] * any(g.values for g in groups),
            *[("box", PALE, words("moitié centrale, médiane", single.box[1] if single.box else None))]
            * any(g.box for g in groups),
            *[("diamond", INK, words("national", single.national))]
            * any(g.national is not None for g in groups),
            *[("own", ACCENT, words("votre caisse", single.own))] * any(g.own is not None for g in groups),
            *[("line", ACCENT, target_words if flat else "cible")] * bool(target),
        ],
        unit,
        right=14 if flat or not target else text_width(target_words) + 14,
        flat=flat,
    )
    plot.columns([(group.label, "") for group in groups])
    half = min(plot.slot * 0.36, 44)
    for i, group in enumerate(groups):
        centre = plot.centre(i)
        if group.box:
            low, middle, high = (plot.scale(v) for v in group.box)
            plot.bar("box", centre - half, centre + half, low, high, PALE)
            plot.rule("median", centre - half, centre + half, middle, INK, 2)
        figures = [_figure(v, decimals, unit, lines) for v in group.values] if group.names else []
        offsets = _swarm([plot.scale(v) for v in group.values], half)
        plot.dots(
            [plot.at(centre + o, plot.scale(v)) for v, o in zip(group.values, offsets, strict=True)],
            [f"{name} : {shown}" for name, shown in zip(group.names, figures, strict=True)],
        )
        if not group.values:
            plot.text(*plot.at(centre, plot.middle), "n.d.", 10)
    if target:
        first, last = plot.centre(0) - plot.slot / 2, plot.centre(len(groups) - 1) + plot.slot / 2
        plot.rule("target", first, last, plot.scale(target.value), ACCENT, 1.5)
        if not flat:
            plot.text(last + 5, plot.scale(target.value) + 4, target_words, 11, "start", ACCENT, "600")
    for i, group in enumerate(groups):
        for shape, colour, one, label in (
            ("diamond", INK, group.national, "national"),
            ("own", ACCENT, group.own, "votre caisse"),
        ):
            if one is not None:
                said = f"{label}, {group.label} : {_figure(one, decimals, unit, lines)}"
                plot.mark(shape, plot.at(plot.centre(i), plot.scale(one)), colour, said)
    return plot.document(id, title, desc, "chart-distribution", width, plot.height)


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
    keys = [("box", fill, bars.label) for bars, fill in zip(series, SERIES_FILLS, strict=False)]
    values = [Decimal(0), *(v for bars in series for v in bars.values)]
    plot = Plot((width, height), values, keys, unit)
    plot.columns([(category, "") for category in categories])
    thickness = min(plot.slot * 0.78 / max(len(series), 1), 48)
    widest = max((text_width(format_figure(v, decimals)) for v in values if v is not None), default=0)
    for i, category in enumerate(categories):
        left = plot.centre(i) - thickness * len(series) / 2
        for number, (bars, fill) in enumerate(zip(series, SERIES_FILLS, strict=False)):
            value, begin = bars.values[i], left + number * thickness
            middle = begin + thickness / 2
            if value is None:
                plot.text(middle, plot.scale(Decimal(0)) - 5, "n.d.", 10)
                continue
            said = f"{category}, {bars.label} : {format_figure(value, decimals, unit)}"
            end = plot.scale(value)
            plot.bar("bar", begin + 1, begin + thickness - 1, plot.scale(Decimal(0)), end, fill, said)
            if widest <= thickness + 6:
                plot.text(middle, end + (12 if value < 0 else -5), format_figure(value, decimals), 10)
    plot.rule("zero", plot.left, plot.centre(len(categories) - 0.5), plot.scale(Decimal(0)), GREY, 1)
    return plot.document(id, title, desc, "chart-bars", width, height)


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
        return height / 2 if high == low else height - 4 - float((value - low) / (high - low)) * (height - 8)

    canvas = Canvas()
    if target is not None:
        canvas.draw(
            "line", "target", x1=2, x2=width - 2, y1=y(target), y2=y(target), stroke=ACCENT, sw=1, dash="3 2"
        )
    places = [None if v is None else (4 + i * step, y(v)) for i, v in enumerate(values)]
    canvas.polyline("value", places, INK, 1.5)
    for i, place in enumerate(places):
        alone = place and not any(places[max(i - 1, 0) : i]) and not any(places[i + 1 : i + 2])
        if place and (alone or not any(places[i + 1 :])):
            canvas.draw("circle", "point", cx=place[0], cy=place[1], r=2.2, fill=INK)
    return canvas.document(id, title, "", "sparkline", width, height)


def _figure(value: Decimal | None, decimals: int, unit: str, targets: Sequence[Target]) -> str:
    """The figure shown, with as many more decimals as it takes not to round it onto or across a target."""
    if value is not None:
        while any(value.compare(t.value) != round_half_up(value, decimals).compare(t.value) for t in targets):
            decimals += 1
    return format_figure(value, decimals, unit)


def _target_label(target: Target, unit: str) -> str:
    return f"{target.label} {format_figure(target.value, decimals_of(target.value), unit)}"


def _draw_targets(
    plot: Plot, targets: Sequence[Target], labels: Sequence[str], shift: int, last: int
) -> None:
    """Target lines; those that reach the end are labelled in the margin, kept 13 px apart from each other."""
    taken: list[float] = []
    for target, label in sorted(zip(targets, labels, strict=True), key=lambda pair: -pair[0].value):
        stop = last if target.last is None else min(target.last + shift, last)
        begin, end = plot.centre(target.first + shift - 0.5), plot.centre(stop + 0.5)
        along = plot.scale(target.value)
        plot.rule("target", begin, end, along, ACCENT, 1.5)
        if stop < last:
            plot.text(end, along - 4, label, 11, "end", ACCENT, "600")
            continue
        taken.append(max(along, taken[-1] + 13) if taken else along)
        plot.text(end + 5, taken[-1] + 4, label, 11, "start", ACCENT, "600")


def _swarm(places: Sequence[float], half: float) -> list[float]:
    """How far from the middle each dot stands, so that close values do not hide each other."""
    size = 5.0
    rows: dict[int, list[int]] = {}
    for number in sorted(range(len(places)), key=lambda n: places[n]):
        rows.setdefault(round(places[number] / size), []).append(number)
    offsets = [0.0] * len(places)
    for row in rows.values():
        gap = min(size, 2 * half / max(len(row) - 1, 1))
        for rank, number in enumerate(row):
            offsets[number] = (rank + 1) // 2 * gap * (1 if rank % 2 else -1)
    return offsets
