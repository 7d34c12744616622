"""The simulated branch, from the seed: how big each body is, how well it does, who is concerned by what."""

import math
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from random import Random

from indicators.demo_data.inputs import BRANCH_KINDS, DemoBody
from indicators.demo_data.series import Slot

_THOUSANDS = """
 01:612 02:540 03:343 04:161 05:140 06:1082 07:318 08:283 09:152 10:306 11:365 12:277 13:1985 14:689 15:147
16:354 17:629 18:311 19:240 201:146 202:171 21:529 22:596 23:120 24:416 25:531 26:491 27:595 28:433 29:901
30:726 31:1279 32:190 33:1484 34:1079 35:1007 36:229 37:597 38:1224 39:261 40:392 41:331 42:753 43:226
44:1314 45:662 46:174 47:332 48:77 49:798 50:500 51:569 52:182 53:307 54:733 55:193 56:732 57:1046 58:217
59:2588 60:807 61:291 62:1464 63:636 641:290 642:370 65:229 66:457 67:1106 68:755 69:1757 70:239 71:556
72:567 73:422 74:757 75:2240 76:1254 77:1354 78:1412 79:370 80:571 81:379 82:247 83:1017 84:546 85:646
86:429 87:376 88:377 89:342 90:143 91:1237 92:1582 93:1538 94:1342 95:1186 971:403 972:388 973:240 974:834
976:213
"""
RELATIVE_SIZES: Mapping[str, int] = {key: int(size) for key, size in (pair.split(":") for pair in _THOUSANDS.split())}
"""Orders of magnitude of the population of each caisse's territory, in thousands.

Key: the caisse's code, else its first two characters (departement). Elsewhere, a median size."""

ELSEWHERE_SIZES: Mapping[str, float] = {"cnaf": 0.022, "certi": 0.024, "cnedi": 0.020, "pole": 0.014}
"""Size of the other bodies of the branch, as a part of all the caisses together."""

PILOTS, UNTARGETED = 4, 10


class Concern(Enum):
    """Who reports a measure."""

    ALL = "everyone"
    PILOTS = "the caisses of 4 pilot departements, everyone from 2017 (remark of F1-3)"
    NOT_OVERSEAS = "NS overseas: no over-covered territory"
    TARGETED = "NS in ten caisses: no commune was targeted"
    STAGGERED = "a caisse starts at a month of 2013 of its own: the tool is rolled out through the year"


class World:
    """Bodies, sizes, hidden traits. Every draw has its own key, so that one measure never moves another."""

    def __init__(self, bodies: Sequence[DemoBody], years: Sequence[int], seed: int) -> None:
        self.seed = seed
        self.years = tuple(years)
        self.caisses = tuple(body.code for body in bodies if body.kind == "caisse")
        self.others = tuple(body.code for body in bodies if body.kind in BRANCH_KINDS)
        self.overseas = frozenset(body.code for body in bodies if body.is_dom)
        self.sizes = self._sizes(bodies)
        self._qualities = self._standard_normals("quality", self.caisses)
        drawn = self.rng("concern").sample(self.caisses, min(PILOTS + UNTARGETED, len(self.caisses)))
        self.pilots, self._untargeted = frozenset(drawn[:PILOTS]), frozenset(drawn[PILOTS:])
        start = self.rng("staggered")
        self._starts = {code: start.randint(1, 12) for code in self.caisses}

    def rng(self, key: str) -> Random:
        """A generator of its own for this key."""
        return Random(f"{self.seed}:{key}")  # noqa: S311 - reproducible demonstration data, no secret

    def concerned(self, concern: Concern, code: str, slot: Slot) -> bool:
        """Whether this body has this figure at this period."""
        if concern is Concern.PILOTS:
            return slot.year >= 2017 or code in self.pilots
        if concern is Concern.NOT_OVERSEAS:
            return code not in self.overseas
        if concern is Concern.TARGETED:
            return code not in self._untargeted
        if concern is Concern.STAGGERED:
            return slot.year > 2013 or slot.start_month >= self._starts.get(code, 1)
        return True

    def scores(self, trait: str, loading: float = 0.0) -> dict[str, float]:
        """A standard normal score per body; `loading`: its correlation with how well a caisse does."""
        own = self._standard_normals(f"score:{trait}", self.caisses)
        rest = math.sqrt(1 - loading * loading)
        scores = {code: loading * self._qualities[code] + rest * own[code] for code in self.caisses}
        others = self.rng(f"others:{trait}")
        return scores | {code: others.gauss(0, 1) for code in self.others}

    def walks(self, trait: str) -> dict[str, dict[int, float]]:
        """Where each body drifts, year after year: nothing in the first year, memory of the year before."""
        rng = self.rng(f"walk:{trait}")
        walks = {}
        for code in (*self.caisses, *self.others):
            position, walk = 0.0, {}
            for rank, year in enumerate(self.years):
                position = 0.7 * position + rng.gauss(0, 1) if rank else 0.0
                walk[year] = position
            walks[code] = walk
        return walks

    def ranks(self, trait: str, codes: Sequence[str]) -> dict[str, float]:
        """Place of each body in a random order, between 0 and 1."""
        order = sorted(codes)
        self.rng(f"rank:{trait}").shuffle(order)
        return {code: (rank + 0.5) / len(order) for rank, code in enumerate(order)}

    def profile(
        self,
        trait: str,
        quartiles: Sequence[float],
        deviation: float,
        weights: Mapping[str, float],
        mean: float,
    ) -> dict[str, float]:
        """Values with these quartiles and standard deviation, so given that the whole has this mean.

        How much the big caisses have the low values (or the high ones) is found by halving.
        """
        count = len(self.caisses)
        values = quantile_values(quartiles, deviation, count)
        scores = self.scores(trait, loading=0.5)
        by_size = sorted(self.caisses, key=lambda code: self.sizes[code])
        size_scores = {code: 3.4 * (rank / max(count - 1, 1) - 0.5) for rank, code in enumerate(by_size)}

        def given(tilt: float) -> dict[str, float]:
            order = sorted(self.caisses, key=lambda code: scores[code] + tilt * size_scores[code])
            return dict(zip(order, values, strict=True))

        def excess(tilt: float) -> float:
            known = given(tilt)
            return sum(weights[code] * known[code] for code in known) - mean * sum(weights[code] for code in known)

        return given(solve(excess, -4.0, 4.0))

    def _sizes(self, bodies: Sequence[DemoBody]) -> dict[str, float]:
        rng = self.rng("sizes")
        median = sorted(RELATIVE_SIZES.values())[len(RELATIVE_SIZES) // 2]
        raw = {}
        for code in self.caisses:
            size = RELATIVE_SIZES.get(code, RELATIVE_SIZES.get(code[:2], median))
            raw[code] = size * math.exp(rng.gauss(0, 0.12)) * (1.2 if code in self.overseas else 1.0)
        whole = sum(raw.values())
        sizes = {code: value / whole for code, value in raw.items()}
        return sizes | {body.code: ELSEWHERE_SIZES[body.kind] for body in bodies if body.kind in BRANCH_KINDS}

    def _standard_normals(self, key: str, codes: Sequence[str]) -> dict[str, float]:
        rng = self.rng(key)
        return standardised({code: rng.gauss(0, 1) for code in codes})


def quantile_values(quartiles: Sequence[float], deviation: float, count: int) -> list[float]:
    """Values with these five quartiles; the lowest quarter is bent to meet their standard deviation."""
    places = [rank / max(count - 1, 1) for rank in range(count)]

    def excess(bend: float) -> float:
        values = [_quantile(quartiles, place, bend) for place in places]
        mean = sum(values) / count
        return sum((value - mean) ** 2 for value in values) / count - deviation**2

    bend = solve(excess, 0.05, 4.0)
    return [_quantile(quartiles, place, bend) for place in places]


def _quantile(quartiles: Sequence[float], place: float, bend: float) -> float:
    quarter = min(int(place * 4), 3)
    rest = place * 4 - quarter
    low, high = quartiles[quarter], quartiles[quarter + 1]
    return low + (high - low) * (math.pow(rest, bend) if quarter == 0 else rest)


def standardised(values: Mapping[str, float]) -> dict[str, float]:
    """The same values with mean 0 and population standard deviation 1."""
    if not values:
        return {}
    mean = sum(values.values()) / len(values)
    deviation = math.sqrt(sum((value - mean) ** 2 for value in values.values()) / len(values)) or 1.0
    return {code: (value - mean) / deviation for code, value in values.items()}


def solve(excess: Callable[[float], float], low: float, high: float) -> float:
    """Where a monotone function crosses zero, by halving."""
    rising = excess(high) > excess(low)
    for _ in range(44):
        middle = (low + high) / 2
        if (excess(middle) > 0) is rising:
            high = middle
        else:
            low = middle
    return (low + high) / 2
