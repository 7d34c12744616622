"""A map of the departements as SVG text: a shade and some words for each, one string out. PURE; see `cog.charts`.

The outlines come ready from `scripts/outlines.py` (IGN Admin Express and Insee, Licence Ouverte 2.0): drawing them
is placing paths, so no projection and no library is asked for at run time. A departement that is told twice (two
caisses) wears both shades in stripes; one that is not told is hatched in grey, never given the shade of a value.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from cog.charts_spec import GREY, HAIRLINE, TEXT, WHITE, Head, new_root

SHADES = ("#1f3a6e", "#5f7cb3", "#a3b6d8", "#dbe3f0")
"""From the first class to the last: dark to pale, so that grey print keeps the order."""

_WIDTH = 560
_ROW = 20
_STRIPE = "6"


@dataclass(frozen=True, slots=True)
class Area:
    """A departement: its code, what is said of it on hover, and its class (None: nothing to show)."""

    code: str
    said: str
    shade: int | None


@cache
def _outlines() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((Path(__file__).parent / "outlines" / "departements.json").read_text())
    return content


@cache
def _coarse(grid: int) -> dict[str, Any]:
    """The outlines with their points on a grid, none twice in a row: neighbours keep their common border.

    The insets are as they were; an island smaller than the grid goes.
    """
    fine = _outlines()
    if grid <= 1:
        return fine
    return fine | {"shapes": {code: _snapped(path, grid) for code, path in fine["shapes"].items()}}


def _snapped(path: str, grid: int) -> str:
    rings = []
    for ring in path.split("M")[1:]:
        start, _, rest = ring.partition("l")
        numbers = list(map(int, re.findall(r"-?\d+", rest)))
        x, y = map(int, re.findall(r"-?\d+", start))
        points = [(x, y)]
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            points.append((x, y))
        on_grid = [(round(px / grid) * grid, round(py / grid) * grid) for px, py in points]
        told = [one for place, one in enumerate(on_grid) if place == 0 or one != on_grid[place - 1]]
        if len(told) < 4:
            continue
        moves = [f"{dx},{dy}" for dx, dy in _straight((px - qx, py - qy) for (qx, qy), (px, py) in pairwise(told))]
        rings.append(f"M{told[0][0]},{told[0][1]}l{' '.join(moves)}z")
    return "".join(rings)


def _straight(moves: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same line, steps in one direction made one: on a grid, a third of them."""
    made: list[tuple[int, int]] = []
    for x, y in moves:
        if made:
            before_x, before_y = made[-1]
            if before_x * y == before_y * x and before_x * x + before_y * y > 0:
                made[-1] = (before_x + x, before_y + y)
                continue
        made.append((x, y))
    return made


def departements() -> frozenset[str]:
    """The codes that have an outline."""
    return frozenset(_outlines()["shapes"])


def map_chart(
    *,
    id: str,
    title: str,
    desc: str,
    areas: Sequence[Area],
    keys: Sequence[str],
    grid: int = 1,
    plain: bool = False,
) -> str:
    """The departements in the shades of their classes; `keys`: the words of each class, the darkest first.

    `grid`: how coarse the outlines are, in thousandths of the width; a small map needs few points. `plain`, for paper:
    one shape a class, nothing said on hover, and the words of the classes told beside the map.

    ValueError for more classes than shades, or a class that has no words.
    """
    if len(keys) > len(SHADES) or any(area.shade is not None and area.shade >= len(keys) for area in areas):
        raise ValueError("a class has words and a shade, four classes at most")
    outlines = _coarse(grid)
    scale = _WIDTH / outlines["width"]
    tall = round(outlines["height"] * scale)
    told: dict[str, list[Area]] = {}
    for area in areas:
        told.setdefault(area.code, []).append(area)
    missing = any(_shades(told.get(code, [])) == [None] for code in outlines["shapes"])
    double = any(len(_shades(several)) > 1 for several in told.values())
    lines = [*keys, *["pas de valeur"] * missing, *["deux caisses : les deux teintes"] * double]
    lines = [] if plain else lines
    root = new_root(Head(id, title, desc, "chart-map", _WIDTH, tall + 8 + _ROW * ((len(lines) + 1) // 2)))
    patterns = SubElement(root, "defs")
    _pattern(patterns, f"{id}-none", WHITE, HAIRLINE)
    ground = SubElement(root, "g", {"transform": f"scale({scale:g})", "stroke": WHITE, "stroke-width": "1.5"})
    for x, y, width, height in outlines["frames"]:
        frame = {"x": str(x), "y": str(y), "width": str(width), "height": str(height)}
        SubElement(ground, "rect", frame | {"fill": "none", "stroke": HAIRLINE})
    fills: dict[str, str] = {}
    whole: dict[str, list[str]] = {}
    for shapes in (outlines["shapes"], outlines["insets"]):
        for code, path in shapes.items():
            known = told.get(code, [])
            if code not in fills:
                fills[code] = _fill(patterns, id, code, _shades(known))
            if plain:
                whole.setdefault(fills[code], []).append(path)
                continue
            shape = SubElement(ground, "path", {"d": path, "fill": fills[code]})
            SubElement(shape, "title").text = " ; ".join(area.said for area in known) or f"{code} : pas de valeur"
    for fill, paths in whole.items():
        SubElement(ground, "path", {"d": "".join(paths), "fill": fill})
    for number, words in enumerate(lines):
        own = number < len(keys)
        first = f"{id}-none" if missing and number == len(keys) else f"{id}-{_double(told)}"
        _key(root, number, len(lines), tall + 16, SHADES[number] if own else f"url(#{first})", words)
    return tostring(root, encoding="unicode")


def _shades(areas: Sequence[Area]) -> list[int | None]:
    """The different classes of a departement, in order; [None] where nothing is told."""
    shades = dict.fromkeys(area.shade for area in areas)
    return list(shades) or [None]


def _double(told: dict[str, list[Area]]) -> str:
    return next((code for code, several in told.items() if len(_shades(several)) > 1), "")


def _fill(patterns: Element, id: str, code: str, shades: list[int | None]) -> str:
    if shades == [None]:
        return f"url(#{id}-none)"
    if len(shades) == 1:
        return SHADES[shades[0] or 0]
    first, second = (WHITE if shade is None else SHADES[shade] for shade in shades[:2])
    _pattern(patterns, f"{id}-{code}", first, second)
    return f"url(#{id}-{code})"


def _pattern(patterns: Element, id: str, ground: str, stripe: str) -> None:
    """Diagonal stripes of two colours."""
    size = {"width": _STRIPE, "height": _STRIPE}
    place = {"id": id, "patternUnits": "userSpaceOnUse", "patternTransform": "rotate(45)"}
    pattern = SubElement(patterns, "pattern", size | place)
    SubElement(pattern, "rect", size | {"fill": ground})
    SubElement(pattern, "rect", size | {"width": "3", "fill": stripe})


def _key(root: Element, number: int, count: int, top: int, fill: str, words: str) -> None:
    """One item of the legend, in two columns."""
    column, row = divmod(number, (count + 1) // 2)
    x, y = 4 + column * _WIDTH // 2, top + row * _ROW
    box = {"x": str(x), "y": str(y - 9), "width": "18", "height": "12", "stroke": GREY, "stroke-width": ".5"}
    SubElement(root, "rect", box | {"fill": fill})
    text = {"x": str(x + 24), "y": str(y + 1), "font-size": str(TEXT), "fill": GREY}
    SubElement(root, "text", text).text = words
