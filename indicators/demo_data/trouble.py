"""What goes wrong, from the seed: gaps, one late caisse, figures not available; the other years are left whole."""

from random import Random

from indicators.demo_data.inputs import DemoMeasure
from indicators.demo_data.series import BASE_YEAR, Slot
from indicators.demo_data.world import World

GAP_RATE = 0.015
"""Part of the (caisse, month) pairs of a monthly flow that are not reported, in the years that have gaps."""
GAP_YEARS = (2013, 2015)
"""Elsewhere every caisse reports, so that complete years stand beside incomplete ones."""
HALF_GAP = 0.15
"""Part of those where only the numerator is missing."""
LATE_RATE = 0.4
"""Part of the missing flows that come late."""
UNAVAILABLE_RATE = 0.002
"""Part of the yearly figures of caisses that are « ND »."""
LATE_YEAR, LATE_MONTHS = 2015, (4, 5, 6)
"""A caisse reports none of its monthly flows in the second quarter of 2015."""

FEEDS = (
    "tms", "pieces", "visites", "rendez-vous", "rendez-vous des droits", "réclamations", "courriels", "solde",
    "iql0", "iql6", "irr",
)  # fmt: skip


class Trouble:
    """Decided once, so that the measures of one flow are missing together."""

    def __init__(self, world: World) -> None:
        self._late = world.rng("late").choice(world.caisses) if world.caisses else ""
        self._gaps: dict[tuple[str, str, int, int], bool] = {}
        self._world = world
        self._unavailable: dict[str, Random] = {}
        for feed in FEEDS:
            rng = world.rng(f"gaps:{feed}")
            for code in world.caisses:
                for year in world.years:
                    for month in range(1, 13):
                        if rng.random() < GAP_RATE and year in GAP_YEARS:
                            self._gaps[feed, code, year, month] = rng.random() < HALF_GAP

    def is_missing(self, feed: str, code: str, slot: Slot, *, numerator: bool) -> bool:
        """Whether this body did not report this monthly flow."""
        if not feed:
            return False
        month = slot.start_month
        if code == self._late and slot.year == LATE_YEAR and month in LATE_MONTHS:
            return True
        only_numerator = self._gaps.get((feed, code, slot.year, month))
        return only_numerator is not None and (numerator or not only_numerator)

    def comes_late(self, feed: str, code: str, slot: Slot) -> bool:
        """Whether a flow that was missing is sent months after; the caisse that was silent a quarter stays so."""
        return code != self._late and self._world.rng(f"late:{feed}:{code}:{slot.text}").random() < LATE_RATE

    def is_unavailable(self, measure: DemoMeasure, code: str, slot: Slot) -> bool:
        """Whether a caisse says « ND » for this yearly figure."""
        if slot.parts > 1 or measure.level != "caisse" or measure.value_kind == "flag" or slot.year <= BASE_YEAR:
            return False
        rng = self._unavailable.get(measure.code)
        if rng is None:
            rng = self._unavailable[measure.code] = self._world.rng(f"unavailable:{measure.code}")
        return rng.random() < UNAVAILABLE_RATE
