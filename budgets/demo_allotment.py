"""The demonstration's allotments of the dotations: invented benefits and beneficiaries, through the same operation."""

from datetime import date, datetime
from decimal import Decimal
from random import Random

from budgets.compute.allotment import CENT, Entry, allot
from budgets.models import Allotment
from budgets.operations import record_allotment, record_unspent
from budgets.queries.allotment import AllotmentRequest, caisses, programme_of
from budgets.queries.unspent import UnspentRequest
from cog.models import Convention, User

SEED = 2013
EURO = Decimal("0.001")


def load_allotments(*, convention: Convention, by: User, at: datetime) -> int:
    """One simulated allotment per exercise, and what was not spent of it; how many exercises were recorded."""
    if Allotment.objects.filter(convention=convention).exists():
        return 0
    codes = [one.code for one in caisses(convention=convention)]
    years = [year for year in convention.years if programme_of(convention=convention, exercise=year)]
    before = programme_of(convention=convention, exercise=years[0] - 1) if years else None
    if not codes or before is None:
        return 0
    weights = _weights(codes)
    previous = _first_dotations(weights, before)
    recorded = 0
    for year in years:
        request = AllotmentRequest(
            exercise=year,
            envelope=programme_of(convention=convention, exercise=year) or Decimal(0),
            entries=tuple(_entry(code, year, weights[code], previous[code]) for code in codes),
            act="Décision simulée, sans acte réel",
            decided_on=date(year - 1, 12, 15),
        )
        kept = record_allotment(convention=convention, request=request, by=by, at=at, simulated=True)
        previous = dict(kept.rows.values_list("organisation__code", "amount"))
        if date(year, 12, 31) < at.date():
            record_unspent(convention=convention, request=_spent(year, previous), by=by, at=at, simulated=True)
        recorded += 1
    return recorded


def _weights(codes: list[str]) -> dict[str, Decimal]:
    """The size of each caisse: a few large ones, many small ones."""
    found = {}
    for code in codes:
        rng = Random(f"{SEED}:{code}")  # noqa: S311 - reproducible demonstration data, no secret
        found[code] = Decimal(round(rng.lognormvariate(0, 0.75) * 1000)) / 1000
    return found


def _first_dotations(weights: dict[str, Decimal], total: Decimal) -> dict[str, Decimal]:
    """Dotations of the year before the convention, near the prorata but inherited: some above, some below."""
    entries = []
    for code, weight in weights.items():
        rng = Random(f"{SEED}:{code}:heritage")  # noqa: S311 - simulated data, the same every time
        entries.append(Entry(code, (weight * rng.randint(85, 120)).quantize(CENT), Decimal(1)))
    return {share.entry.code: share.amount for share in allot(entries, envelope=total).shares}


def _entry(code: str, year: int, weight: Decimal, previous: Decimal) -> Entry:
    """Benefits that grow, beneficiaries that decrease in about a quarter of the caisses."""
    rng = Random(f"{SEED}:{code}:{year}")  # noqa: S311 - simulated data, the same every time
    trend = Random(f"{SEED}:{code}:allocataires").randint(-12, 30)  # noqa: S311 - simulated data, the same every time; per thousand and year
    benefits = weight * 420_000 * (1000 + 20 * (year - SEED) + rng.randint(-15, 15)) / 1000
    people = round(weight * 80_000 * (1000 + trend * (year - SEED)) / 1000)
    now = people + round(people * Decimal(trend + rng.randint(-3, 3)) / 1000)
    return Entry(code, benefits.quantize(EURO), previous, people, now)


def _spent(year: int, dotations: dict[str, Decimal]) -> UnspentRequest:
    """Most caisses spend nearly all, some leave more than they may keep, a few spend more than they have."""
    executed = {}
    for code, dotation in dotations.items():
        rng = Random(f"{SEED}:{code}:{year}:depense")  # noqa: S311 - simulated data, the same every time
        parts = rng.choices((rng.randint(950, 1000), rng.randint(900, 939), rng.randint(1001, 1010)), (85, 11, 4))
        executed[code] = (dotation * parts[0] / 1000).quantize(EURO)
    return UnspentRequest(
        exercise=year, executed=executed, closed_on=date(year, 12, 31), source="Dépenses simulées, sans comptes réels"
    )
