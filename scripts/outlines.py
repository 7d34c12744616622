"""Prepares the outlines of the departements for `cog.maps`: from longitudes and latitudes to paths of an SVG.

    python scripts/outlines.py departements.geojson cog/outlines/departements.json

Run by hand when the source changes. Mainland France and Corsica in Lambert-93; the overseas departements are each
brought into a frame on the left, Paris and its three neighbours, too small to be read, into one on the right.
Points are rounded to a grid: the same border on both sides stays the same, and what falls on one point is one.
"""

import json
import math
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

WIDTH, HEIGHT = 1000, 830  # of the drawing, in its own units
OVERSEAS = ("971", "972", "973", "974", "976")
CROWN = ("75", "92", "93", "94")
BOX = 110

Place = tuple[float, float]
Rings = list[list[Place]]


def lambert93(longitude: float, latitude: float) -> Place:
    """Conformal conic with the parallels 44 and 49 and the meridian 3; kilometres, south downwards."""
    south, north, origin = math.radians(44), math.radians(49), math.radians(46.5)
    n = math.log(math.cos(south) / math.cos(north)) / math.log(_tangent(north) / _tangent(south))
    f = math.cos(south) * _tangent(south) ** n / n
    rho, rho0 = (6378.137 * f / _tangent(angle) ** n for angle in (math.radians(latitude), origin))
    theta = n * math.radians(longitude - 3)
    return rho * math.sin(theta), rho * math.cos(theta) - rho0


def _tangent(angle: float) -> float:
    return math.tan(math.pi / 4 + angle / 2)


def local(rings: Rings) -> Callable[[float, float], Place]:
    """True to shape around the middle of these outlines."""
    middle = sum(y for ring in rings for _, y in ring) / sum(map(len, rings))
    return lambda x, y: (x * math.cos(math.radians(middle)), -y)


def fitted(shapes: dict[str, Rings], left: float, top: float, width: float, height: float) -> dict[str, Rings]:
    """The same outlines as large as the frame lets them be, in its middle."""
    xs = [x for rings in shapes.values() for ring in rings for x, _ in ring]
    ys = [y for rings in shapes.values() for ring in rings for _, y in ring]
    scale = min(width / (max(xs) - min(xs)), height / (max(ys) - min(ys)))
    dx = left + (width - scale * (max(xs) - min(xs))) / 2 - scale * min(xs)
    dy = top + (height - scale * (max(ys) - min(ys))) / 2 - scale * min(ys)
    return {code: [[(x * scale + dx, y * scale + dy) for x, y in r] for r in rings] for code, rings in shapes.items()}


def path(rings: Rings) -> str:
    """An SVG path on the grid, in relative steps."""
    words = []
    for ring in rings:
        points = [(round(x), round(y)) for x, y in ring]
        kept = [point for i, point in enumerate(points) if i == 0 or point != points[i - 1]]
        if len(kept) < 4:
            continue
        steps = (f"{b[0] - a[0]},{b[1] - a[1]}" for a, b in pairwise(kept[:-1]))
        words.append(f"M{kept[0][0]},{kept[0][1]}l{' '.join(steps)}z".replace(",-", "-").replace(" -", "-"))
    return "".join(words)


def main(source: str, destination: str) -> None:
    content = json.loads(Path(source).read_text())
    known: dict[str, Rings] = {}
    for feature in content["features"]:
        parts = feature["geometry"]["coordinates"]
        parts = [parts] if feature["geometry"]["type"] == "Polygon" else parts
        known[feature["properties"]["code"]] = [ring for part in parts for ring in part]

    def projected(codes: list[str], how: Callable[[float, float], Place]) -> dict[str, Rings]:
        return {code: [[how(x, y) for x, y in ring] for ring in known[code]] for code in codes}

    mainland = projected([code for code in known if code not in OVERSEAS], lambert93)
    placed = fitted(mainland, BOX - 10, 0, WIDTH - BOX, HEIGHT)
    crown = fitted({code: mainland[code] for code in CROWN}, WIDTH - BOX - 20, 20, BOX, BOX)
    shapes = {code: path(rings) for code, rings in placed.items()}
    frames = [[WIDTH - BOX - 30, 10, BOX + 20, BOX + 20]]
    insets = {code: path(rings) for code, rings in crown.items()}
    for number, code in enumerate(OVERSEAS):
        top = HEIGHT - 1 - (len(OVERSEAS) - number) * BOX + 10
        shapes |= {
            one: path(rings)
            for one, rings in fitted(projected([code], local(known[code])), 9, top + 8, BOX - 34, BOX - 26).items()
        }
        frames.append([1, top, BOX - 18, BOX - 10])
    told = {"source": content["source"], "licence": content["licence"], "width": WIDTH, "height": HEIGHT}
    told |= {"shapes": dict(sorted(shapes.items())), "insets": insets, "frames": frames}
    Path(destination).write_text(json.dumps(told, ensure_ascii=False, indent=0) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
