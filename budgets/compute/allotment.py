"""« répartition des dotations d'action sociale »: the national envelope shared among the caisses, step by step.

PURE. Source: annexe 1, 3.1, l. 6047 (prorata, guarantee, cap) and l. 6049 (the parameters may change). Money is in k€,
to the euro-cent (0,00001 k€): the sum of what is allotted is exactly the envelope.

The text is silent on the order of the guarantee and the cap, and on who bears what they cost (A-FNAS-60). Read here:
1. prorata: envelope x benefits of the caisse / benefits of all;
2. guarantee: a caisse whose beneficiaries decrease has at least its previous dotation x (1 + 70 % of the mean growth),
   the mean growth being envelope / sum of the previous dotations - 1;
3. cap: where that guarantee is more than 110 % of the prorata, the dotation is 110 % of the prorata;
4. spreading: what 2 and 3 add beyond the envelope is taken, by prorata of benefits, from the caisses that are neither
   at their guarantee nor at their cap; one that would fall under its guarantee stops at it, and the spreading starts
   again without it, until nobody falls;
5. cents: guarantees are rounded up and caps down, so that each holds to the cent; the others share the rest by largest
   remainder, equal remainders by code.
Guarantees and caps give no less than the prorata: the others get no more than theirs, so that nobody passes 110 % of it
(to the cent). With a mean growth that is not negative the guarantees fit in the envelope (but for their cents); with a
negative one they may not, and the allotment is refused.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor

from cog.figures import EXACT, decimals_of, format_exact, format_figure

CENT = Decimal("0.00001")
"""A euro-cent, in k€."""

STEP_DECIMALS = 6
"""Decimals of the steps that are kept: a tenth of a cent. Only the result is in whole cents."""

RATE_DECIMALS = 10


class Basis(StrEnum):
    """« base de la dotation »: what the dotation of a caisse is in the end."""

    PRORATA = "prorata"
    GUARANTEED = "garantie"
    CAPPED = "plafond"


@dataclass(frozen=True, slots=True)
class Parameters:
    """« paramètres de répartition » (l. 6047): part of the mean growth guaranteed, cap as a multiple of the prorata.

    When they change the Cnaf tells the State beforehand (l. 6049).
    """

    guaranteed_part: Decimal = Decimal("0.70")
    cap: Decimal = Decimal("1.10")


OF_THE_TEXT = Parameters()
"""70 % and 110 %, as printed (l. 6047)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of a caisse: benefits paid and previous dotation in k€, beneficiaries before and now.

    A number of beneficiaries that is unknown is None: nothing says then that it decreases, and nothing is guaranteed.
    """

    code: str
    benefits: Decimal
    previous: Decimal
    beneficiaries_before: int | None = None
    beneficiaries_now: int | None = None

    @property
    def decreases(self) -> bool | None:
        """Whether its beneficiaries decrease; None when a number is unknown."""
        if self.beneficiaries_before is None or self.beneficiaries_now is None:
            return None
        return self.beneficiaries_now < self.beneficiaries_before


@dataclass(frozen=True, slots=True)
class Share:
    """The dotation of one caisse, with each step that leads to it, in k€.

    `guarantee` is None where none applies; `retained` is what stands before the spreading; `settled_in` is the round
    in which the caisse stopped at its guarantee (0: from the start, or at its cap; None: it shared to the end);
    `shared` is its part before the cents. Steps are rounded to STEP_DECIMALS, `amount` is in whole cents.
    """

    entry: Entry
    prorata: Decimal
    guarantee: Decimal | None
    cap: Decimal
    retained: Decimal
    shared: Decimal
    amount: Decimal
    basis: Basis
    settled_in: int | None

    @property
    def spread(self) -> Decimal:
        """What the spreading and the cents add to what was retained; negative: what they take."""
        return self.amount - self.retained

    @property
    def growth(self) -> Decimal | None:
        """Change of the dotation, as a fraction; None when there was none before."""
        return self.amount / self.entry.previous - 1 if self.entry.previous else None


@dataclass(frozen=True, slots=True)
class Round:
    """« tour de répartition »: the difference spread (k€; negative: taken), among how many, and who stops there.

    `coefficient`: what those who share would get for 1 of their prorata.
    """

    number: int
    difference: Decimal
    sharing: int
    coefficient: Decimal
    settled: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Allotment:
    """The whole allotment, its shares by code. Rates are fractions, rounded to RATE_DECIMALS."""

    envelope: Decimal
    parameters: Parameters
    mean_growth: Decimal
    guaranteed_rate: Decimal
    rounds: tuple[Round, ...]
    shares: tuple[Share, ...]


class AllotmentImpossible(ValueError):
    """No allotment can be made of this; `problems` says all that is wrong, in French."""

    def __init__(self, *problems: str) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class _Place:
    """A caisse and its exact steps, in cents."""

    entry: Entry
    prorata: Fraction
    guarantee: Fraction | None
    cap: Fraction

    @property
    def benefits(self) -> Fraction:
        return Fraction(self.entry.benefits)

    @property
    def needs(self) -> int:
        """Cents under which it may not fall while it shares."""
        return ceil(self.guarantee) if self.guarantee is not None else 0

    @property
    def settles_at_once(self) -> tuple[Basis, int] | None:
        """Its guarantee or its cap, when the guarantee gives more than the prorata: l. 6047."""
        if self.guarantee is None or self.guarantee <= self.prorata:
            return None
        if self.guarantee > self.cap:
            return Basis.CAPPED, floor(self.cap)
        return Basis.GUARANTEED, ceil(self.guarantee)


@dataclass(frozen=True, slots=True)
class _Settled:
    basis: Basis
    cents: int
    round: int


def allot(entries: Iterable[Entry], *, envelope: Decimal, parameters: Parameters = OF_THE_TEXT) -> Allotment:
    """Share the envelope (k€) among the caisses; the order in which they are given changes nothing.

    Raises AllotmentImpossible: a wrong input, no benefits at all, no previous dotation at all, guarantees alone above
    the envelope, or a rest that nobody may receive.
    """
    known = sorted(entries, key=lambda one: one.code)
    problems = faults(known, envelope=envelope, parameters=parameters)
    if problems:
        raise AllotmentImpossible(*problems)
    growth = Fraction(envelope) / _sum(one.previous for one in known) - 1
    rate = growth * Fraction(parameters.guaranteed_part)
    places = _places(known, _cents(envelope), rate, Fraction(parameters.cap))
    settled, rounds = _settle(places, int(_cents(envelope)))
    return Allotment(
        envelope=envelope,
        parameters=parameters,
        mean_growth=_rounded(growth, RATE_DECIMALS),
        guaranteed_rate=_rounded(rate, RATE_DECIMALS),
        rounds=rounds,
        shares=_shares(places, settled, int(_cents(envelope))),
    )


def faults(entries: Sequence[Entry], *, envelope: Decimal, parameters: Parameters = OF_THE_TEXT) -> list[str]:
    """Everything that keeps an allotment from being made, in French; empty when it can be tried."""
    found = _faults_of_the_whole(envelope, parameters)
    times = Counter(one.code for one in entries)
    found += [f"Caisse {code} : présente {n} fois, attendue une seule fois." for code, n in times.items() if n > 1]
    wrong = [fault for one in entries for fault in _faults_of(one)]
    if wrong:
        return found + wrong
    if not _sum(one.benefits for one in entries):
        found.append("Aucune prestation versée dans aucune caisse : le prorata ne se calcule pas.")
    if not _sum(one.previous for one in entries):
        found.append(
            "Aucune dotation précédente dans aucune caisse : le taux moyen d'évolution des dotations ne se calcule pas."
        )
    return found


def _faults_of_the_whole(envelope: Decimal, parameters: Parameters) -> list[str]:
    found = []
    if not envelope.is_finite() or envelope <= 0:
        found.append(f"Enveloppe nationale : trouvé {_shown(envelope)}, attendu un montant positif, en k€.")
    elif decimals_of(envelope) > decimals_of(CENT):
        found.append(
            f"Enveloppe nationale : trouvé {_shown(envelope)} k€, attendu un nombre entier de centimes, "
            f"soit au plus {decimals_of(CENT)} décimales."
        )
    if not 0 <= parameters.guaranteed_part <= 1:
        found.append("Part garantie du taux moyen : attendue entre 0 et 100 %.")
    if not parameters.cap >= 1:
        found.append("Plafond : attendu à 100 % du prorata au moins.")
    return found


def _faults_of(entry: Entry) -> list[str]:
    found = [
        f"Caisse {entry.code} : {what} : trouvé {_shown(value)}, attendu un montant nul ou positif, en k€."
        for what, value in (("prestations versées", entry.benefits), ("dotation précédente", entry.previous))
        if not value.is_finite() or value < 0
    ]
    for what, number in (("avant", entry.beneficiaries_before), ("maintenant", entry.beneficiaries_now)):
        if number is not None and number < 0:
            found.append(f"Caisse {entry.code} : allocataires {what} : trouvé {number}, attendu un nombre positif.")
    return found


def _places(entries: Sequence[Entry], envelope: Fraction, rate: Fraction, cap: Fraction) -> list[_Place]:
    """Steps 1 to 3 of each caisse, exact."""
    total = _sum(one.benefits for one in entries)
    places = []
    for one in entries:
        prorata = envelope * Fraction(one.benefits) / total
        guarantee = _cents(one.previous) * (1 + rate) if one.decreases else None
        places.append(_Place(one, prorata, guarantee, prorata * cap))
    return places


def _settle(places: Sequence[_Place], envelope: int) -> tuple[dict[str, _Settled], tuple[Round, ...]]:
    """Step 4: who stands at a guarantee or a cap, and the rounds that lead there. Raises AllotmentImpossible."""
    settled = {
        place.entry.code: _Settled(*at_once, 0) for place in places if (at_once := place.settles_at_once) is not None
    }
    rounds: list[Round] = []
    while True:
        free = [place for place in places if place.entry.code not in settled]
        left, prorata = _left(free, settled, envelope), sum((place.prorata for place in free), Fraction(0))
        coefficient = left / prorata if prorata else Fraction(0)
        fallen = [place for place in free if place.needs > coefficient * place.prorata]
        if fallen or left != prorata:
            codes = tuple(place.entry.code for place in fallen)
            ratio = _rounded(coefficient, RATE_DECIMALS)
            rounds.append(Round(len(rounds) + 1, _money(left - prorata), len(free), ratio, codes))
        if not fallen:
            return settled, tuple(rounds)
        for place in fallen:
            settled[place.entry.code] = _Settled(Basis.GUARANTEED, place.needs, len(rounds))


def _left(free: Sequence[_Place], settled: dict[str, _Settled], envelope: int) -> int:
    """Cents for those who share. Raises AllotmentImpossible when there are none to give, or nobody to receive them."""
    fixed = sum(one.cents for one in settled.values())
    left = envelope - fixed
    if left < 0:
        raise AllotmentImpossible(
            f"Les garanties et les plafonds font à eux seuls {_euros(fixed)} k€, plus que l'enveloppe de "
            f"{_euros(envelope)} k€ : la convention ne dit pas laquelle céderait (A-FNAS-60). Relever l'enveloppe, "
            "ou modifier les paramètres après avis à l'État (l. 6049)."
        )
    if left and not any(place.benefits for place in free):
        raise AllotmentImpossible(
            f"Il reste {_euros(left)} k€ à répartir et toutes les caisses sont à leur plafond ou à leur garantie, ou "
            "sans prestations : la convention ne dit pas qui recevrait ce reste (A-FNAS-60)."
        )
    return left


def _shares(places: Sequence[_Place], settled: dict[str, _Settled], envelope: int) -> tuple[Share, ...]:
    """Step 5, and every step of each caisse."""
    free = [place for place in places if place.entry.code not in settled]
    left = _left(free, settled, envelope)
    benefits = sum((place.benefits for place in free), Fraction(0))
    exact = {place.entry.code: left * place.benefits / benefits if benefits else Fraction(0) for place in free}
    cents = largest_remainder(exact, left) | {code: one.cents for code, one in settled.items()}
    shares = []
    for place in places:
        code = place.entry.code
        stands = settled.get(code)
        at_once = stands is not None and stands.round == 0
        shares.append(
            Share(
                entry=place.entry,
                prorata=_money(place.prorata),
                guarantee=None if place.guarantee is None else _money(place.guarantee),
                cap=_money(place.cap),
                retained=_money(Fraction(cents[code]) if at_once else place.prorata),
                shared=_money(exact.get(code, Fraction(cents[code]))),
                amount=_money(Fraction(cents[code])),
                basis=stands.basis if stands else Basis.PRORATA,
                settled_in=stands.round if stands else None,
            )
        )
    return tuple(shares)


def largest_remainder(exact: dict[str, Fraction], total: int) -> dict[str, int]:
    """Whole numbers that add up to `total`, each at most one away from its exact part; equal remainders by code.

    `exact` adds up to `total` and holds nothing negative.
    """
    whole = {code: floor(part) for code, part in exact.items()}
    by_remainder = sorted(exact, key=lambda code: (whole[code] - exact[code], code))
    for code in by_remainder[: total - sum(whole.values())]:
        whole[code] += 1
    return whole


def notes(allotment: Allotment) -> list[str]:
    """What a reader must be told of this allotment, in French."""
    part = format_exact(allotment.parameters.guaranteed_part * 100, "%")
    told = [
        "Le « taux moyen d'évolution des dotations » est lu enveloppe ÷ somme des dotations précédentes − 1, sur le "
        "socle (A-FNAS-41). L'ordre de la garantie et du plafond, et la charge de leur coût, sont un choix (A-FNAS-60)."
    ]
    if allotment.mean_growth < 0:
        fall = format_figure(-allotment.guaranteed_rate * 100, 2, "%")
        mean = format_figure(allotment.mean_growth * 100, 2, "%")
        told.append(
            f"Le taux moyen est négatif ({mean}) : « {part} du taux moyen » ne garantit alors aucune hausse, mais que "
            f"la dotation d'une caisse en baisse ne recule pas de plus de {fall}. Appliqué comme écrit (A-FNAS-41)."
        )
    unknown = [share.entry.code for share in allotment.shares if share.entry.decreases is None]
    if unknown:
        told.append(
            f"Allocataires inconnus pour {len(unknown)} caisse{'s' if len(unknown) > 1 else ''} "
            f"({', '.join(unknown)}) : leur garantie n'est pas examinée."
        )
    nothing = [share.entry.code for share in allotment.shares if not share.entry.benefits]
    if nothing:
        told.append(f"Aucune prestation versée, donc aucune dotation : {', '.join(nothing)}.")
    return told


def _sum(values: Iterable[Decimal]) -> Fraction:
    return sum((Fraction(value) for value in values), Fraction(0))


def _cents(amount: Decimal) -> Fraction:
    return Fraction(amount) / Fraction(CENT)


def _money(cents: Fraction) -> Decimal:
    """Cents as k€, to STEP_DECIMALS."""
    return _rounded(cents * Fraction(CENT), STEP_DECIMALS)


def _euros(cents: int) -> str:
    return format_exact(_money(Fraction(cents)))


def _rounded(value: Fraction, decimals: int) -> Decimal:
    """Half away from zero, as `cog.figures` rounds."""
    size = floor(abs(value) * 10**decimals + Fraction(1, 2))
    return Decimal(-size if value < 0 else size).scaleb(-decimals, EXACT)


def _shown(value: Decimal) -> str:
    return format_exact(value) if value.is_finite() else str(value)
