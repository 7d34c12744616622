"""How the simulated rows arrive: by quarter in time, some late, some corrected months after, places settled in N+2.

Each delivery is one file with the day it is accepted, simulated like the rest; the year before the term is one file.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from random import Random
from typing import NamedTuple

from indicators.demo_data.generator import MODELS, generate_with_late
from indicators.demo_data.inputs import DemoBody, DemoMeasure, Row
from indicators.demo_data.rates import Share
from indicators.demo_data.series import BASE_YEAR
from indicators.demo_data.world import World

THIRDS = ("petite", "moyenne", "grande")
CORRECTED = 0.004
"""Part of the shares that are corrected months after they were accepted."""
LOWERED = (0.90, 0.995)
"""A correction lowers the part: it never exceeds its whole."""


class Delivery(NamedTuple):
    """« lot de remontée » to be: a file, the day it is accepted, its rows."""

    file_name: str
    accepted: date
    rows: list[Row]


class Membership(NamedTuple):
    """« groupe d'organismes comparables » to be."""

    key: str
    group: str
    body: str
    since: date
    until: date | None


def deliveries(
    *, measures: Sequence[DemoMeasure], bodies: Sequence[DemoBody], years: range, seed: int
) -> list[Delivery]:
    """Every file, in the order of acceptance; none gives twice a value that another gives, but the corrections."""
    finest = {measure.code: measure.finest_period for measure in measures}
    found: defaultdict[tuple[date, str], list[Row]] = defaultdict(list)
    rng = Random(f"{seed}:corrections")  # noqa: S311 - reproducible demonstration data, no secret
    lowered = _leaves()
    for row, late in generate_with_late(measures=measures, bodies=bodies, years=years, seed=seed):
        year = int(row.period[:4])
        if late:
            found[date(year + 1, 9, 20), f"demonstration-{year}-tardif"].append(row)
            continue
        found[_first(row, year, finest[row.measure])].append(row)
        if row.measure in lowered and year > BASE_YEAR and rng.random() < CORRECTED:
            after = _lowered(row, rng)
            if after is not None:
                found[date(year + 1, 11, 12), f"demonstration-{year}-correctif"].append(after)
    return [Delivery(f"{name}.csv", day, rows) for (day, name), rows in sorted(found.items())]


def _first(row: Row, year: int, finest: str) -> tuple[date, str]:
    """When a value comes for the first time, and in which file."""
    if year <= BASE_YEAR:
        return date(BASE_YEAR + 1, 3, 15), f"demonstration-{BASE_YEAR}"
    rest = row.period[5:]
    if not rest:
        if finest == "monthly":  # the definitive figures of a monthly declaration
            return date(year + 2, 3, 18), f"demonstration-{year}-mneaje"
        return date(year + 1, 4, 10), f"demonstration-{year}"
    half = rest.startswith("S")
    quarter = 2 * int(rest[1]) if half else (int(rest[:2]) + 2) // 3
    day = date(year + quarter // 4, (3 * quarter + 1) % 12 or 12, 22)
    return day, f"demonstration-{year}-T{quarter}"


def _leaves() -> frozenset[str]:
    """Shares that are no part of anything else and have no breakdown: lowering them alone breaks no sum."""
    needed = {code for model in MODELS.values() for code in model.needs}
    kept = (code for code, model in MODELS.items() if isinstance(model, Share) and code not in needed)
    return frozenset(kept)


def _lowered(row: Row, rng: Random) -> Row | None:
    factor = rng.uniform(*LOWERED)
    if row.breakdown or not row.value[:1].isdigit():
        return None
    if "." in row.value:
        after = f"{float(row.value) * factor:.2f}"
    else:
        after = str(int(int(row.value) * factor))
    return None if after == row.value else row._replace(value=after)


def groups(
    *, bodies: Sequence[DemoBody], years: range, seed: int, beneficiaries: Mapping[str, float]
) -> Iterator[Membership]:
    """Thirds of the caisses by size and by beneficiaries (a caisse without a figure is put last), and F1-3's pilots.

    The pilots hold to the end of 2016: every caisse is concerned from 2017 on (remark of the sheet).
    """
    world = World(bodies, years, seed)
    start = date(years[0], 1, 1)
    for key, weights in (("taille", world.sizes), ("population", beneficiaries)):
        ordered = sorted(world.caisses, key=lambda code: (weights.get(code, 0), code))
        for place, code in enumerate(ordered):
            yield Membership(key, THIRDS[3 * place // len(ordered)], code, start, None)
    for code in sorted(world.pilots):
        yield Membership("concerne:F1-3", "caisses pilotes", code, start, date(2016, 12, 31))
