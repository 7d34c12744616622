"""Demonstration observations, in long form: simulated, coherent, the same for the same seed.

PURE: standard library, no Django, no clock, no file. Nothing here is a real figure: a path starts at the
value the convention prints for 2012 (or the last year it has) and what follows is invented; whoever loads it
marks it « simulé ».

How. `world` draws the size of each caisse (orders of magnitude of its territory's population), how well it
does in general and how it drifts; `models` and `rates` are families (volume, share of another measure, ratio,
stock, flag, opening hours…); the `catalogue_*` files declare one model per measure, with the seed line of its
sheet; `generator` makes rows. Values are whole numbers of the smallest unit, so a numerator never exceeds its
denominator and breakdowns add up exactly; the caisses together meet each yearly path but for rounding and
gaps.

What is supplied. Every measure at its finest rhythm, from the year it exists; a daily measure of caisses by
month (only `caf_fr_visites`, national, is daily). A measure with closed dimensions is supplied by ONE of them
and its total is their sum: `eaje_places_creees` by month without breakdown (Tms, the year to date), then by
year and `origine` two years later (Mneaje); `demarches_dematerialisees` by `teleprocedure`, not by `voie`.
Exceptions without a sum: Senacs, and the survey of F10-33 (total and channels). Open lists (`prestation`) and
the clause of contracts are not supplied. `energie_kwh` and `ges_teq_co2` also have their reference year,
2009.

Trouble, from the seed; 2012 is left whole, it is what the rest is compared with:
- in 2013 and 2015, 1.5 % of the (caisse, month) pairs of a monthly flow are not reported; in 15 % of these
  only the numerator
  is missing;
- 0.2 % of the yearly figures of caisses are `ND`;
- `NS` overseas for the over-covered territories, and in ten caisses where no commune was targeted (F1-5);
- one caisse reports no monthly flow in the second quarter of 2015;
- no row before a measure exists: F6-18 and samples of F14-34 and F14-37 2014, F10-28 2015, F10-31 October
  2013, F14-35 and F4-17.1, .3, .4 2013, F10-30 a month of 2013 of each caisse's own; F1-3 in four pilot
  caisses from 2013, all in 2017;
- definition break: F14-35 jumps in January 2015 (8 months after, then 24). F10-21 and F10-22 also pass from
  calendar to working days in January 2014;
- 4 % of the definitive figures of F1-1.1 differ from the December declaration;
- two missing flows in five come late, in the September after; one share in 250 is corrected (lowered) in November;
- F21-53 leaves 481 and 976 out: they report all the same.
"""

from indicators.demo_data.deliveries import Delivery, Membership, deliveries, groups
from indicators.demo_data.generator import generate
from indicators.demo_data.inputs import DemoBody, DemoDataError, DemoMeasure, Row

__all__ = [
    "Delivery",
    "DemoBody",
    "DemoDataError",
    "DemoMeasure",
    "Membership",
    "Row",
    "deliveries",
    "generate",
    "groups",
]
