"""Dotations d'action sociale (l. 6047): cases worked by hand, then what holds for any caisses."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budgets.compute.allotment import (
    CENT,
    AllotmentImpossible,
    Basis,
    Entry,
    Parameters,
    allot,
    largest_remainder,
    notes,
)

D = Decimal


def entry(code: str, benefits: str, previous: str, before: int | None = 100, now: int | None = 100) -> Entry:
    return Entry(code, D(benefits), D(previous), before, now)


FALLS = {"before": 100, "now": 99}

CASES = {
    # No beneficiaries decrease: 100 x 500/1000, 100 x 300/1000, 100 x 200/1000.
    "the prorata alone": (
        "100",
        [entry("A", "500", "40"), entry("B", "300", "30"), entry("C", "200", "30")],
        {"A": "50", "B": "30", "C": "20"},
        {},
    ),
    # Mean growth 110/100 - 1 = 10 %, guaranteed rate 7 %. C: prorata 22, guarantee 22 x 1,07 = 23,54, cap 24,2.
    # 23,54 is kept; 110 - 23,54 = 86,46 for A and B: x 500/800 = 54,0375 and x 300/800 = 32,4225.
    "a guarantee": (
        "110",
        [entry("A", "500", "45"), entry("B", "300", "33"), entry("C", "200", "22", **FALLS)],
        {"A": "54.0375", "B": "32.4225", "C": "23.54"},
        {"C": Basis.GUARANTEED},
    ),
    # The same with a previous dotation of 30: 30 x 1,07 = 32,1 is more than the cap 22 x 1,1 = 24,2.
    # 24,2 is kept; 85,8 for A and B: x 5/8 = 53,625 and x 3/8 = 32,175.
    "a cap": (
        "110",
        [entry("A", "500", "40"), entry("B", "300", "30"), entry("C", "200", "30", **FALLS)],
        {"A": "53.625", "B": "32.175", "C": "24.2"},
        {"C": Basis.CAPPED},
    ),
    # No growth, so what is guaranteed is the previous dotation. C: 210 for a prorata of 200, under its cap 220.
    # Round 1: 1000 - 210 = 790 for the 800 of A, B and D, 0,9875 each: D would have 98,75, under its 99,5.
    # Round 2: 790 - 99,5 = 690,5 for the 700 of A and B: 394,571428… and 295,928571…; the last cent goes to A.
    "a second round": (
        "1000",
        [
            entry("A", "400", "390"),
            entry("B", "300", "300.5"),
            entry("C", "200", "210", **FALLS),
            entry("D", "100", "99.5", **FALLS),
        ],
        {"A": "394.57143", "B": "295.92857", "C": "210", "D": "99.5"},
        {"C": Basis.GUARANTEED, "D": Basis.GUARANTEED},
    ),
    # Mean growth 900/1000 - 1 = -10 %, guaranteed rate -7 %. C: prorata 180, guarantee 200 x 0,93 = 186, cap 198.
    # 714 for the 720 of A and B: x 5/8 = 446,25 and x 3/8 = 267,75.
    "a guarantee of a negative rate": (
        "900",
        [entry("A", "500", "500"), entry("B", "300", "300"), entry("C", "200", "200", **FALLS)],
        {"A": "446.25", "B": "267.75", "C": "186"},
        {"C": Basis.GUARANTEED},
    ),
    # C decreases but its prorata, 40, is above its guarantee, 20 x 1 = 20: nothing changes.
    "a guarantee without effect": (
        "100",
        [entry("A", "60", "80"), entry("C", "40", "20", **FALLS)],
        {"A": "60", "C": "40"},
        {},
    ),
    # 100 / 3 = 33,333333…: 33,33333 each, and the cent that is left to the first by code.
    "cents": (
        "100",
        [entry("C", "1", "30"), entry("B", "1", "30"), entry("A", "1", "40")],
        {"A": "33.33334", "B": "33.33333", "C": "33.33333"},
        {},
    ),
    # Beneficiaries unknown: nothing says that they decrease, nothing is guaranteed.
    "unknown beneficiaries": (
        "110",
        [entry("A", "800", "70"), entry("C", "200", "30", None, 99)],
        {"A": "88", "C": "22"},
        {},
    ),
    # The same number is no decrease.
    "as many beneficiaries": (
        "110",
        [entry("A", "800", "70"), entry("C", "200", "30", 100, 100)],
        {"A": "88", "C": "22"},
        {},
    ),
    # C decreases and pays nothing: prorata 0, cap 0.
    "no benefits in one caisse": (
        "110",
        [entry("A", "800", "70"), entry("C", "0", "30", **FALLS)],
        {"A": "110", "C": "0"},
        {"C": Basis.CAPPED},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_l_6047(name: str) -> None:
    envelope, entries, amounts, bases = CASES[name]
    found = allot(entries, envelope=D(envelope))
    assert {share.entry.code: share.amount for share in found.shares} == {code: D(x) for code, x in amounts.items()}
    assert {s.entry.code: s.basis for s in found.shares if s.basis is not Basis.PRORATA} == bases
    assert sum(share.amount for share in found.shares) == D(envelope)


def test_each_step_is_kept() -> None:
    envelope, entries, *_ = CASES["a second round"]
    found = allot(entries, envelope=D(envelope))
    a, _, c, d = found.shares
    assert (found.mean_growth, found.guaranteed_rate) == (0, 0)
    assert [(r.number, r.difference, r.sharing, r.settled) for r in found.rounds] == [
        (1, D(-10), 3, ("D",)),
        (2, D("-9.5"), 2, ()),
    ]
    assert (found.rounds[0].coefficient, found.rounds[1].coefficient) == (D("0.9875"), D("0.9864285714"))
    assert (a.prorata, a.guarantee, a.cap, a.retained, a.shared) == (400, None, 440, 400, D("394.571429"))
    assert (c.prorata, c.guarantee, c.cap, c.retained, c.spread, c.settled_in) == (200, 210, 220, 210, 0, 0)
    assert (d.prorata, d.guarantee, d.retained, d.spread, d.settled_in) == (100, D("99.5"), 100, D("-0.5"), 1)
    assert (a.settled_in, a.spread, a.growth) == (None, D("-5.42857"), a.amount / 390 - 1)


def test_a_negative_mean_growth_says_what_it_guarantees() -> None:
    envelope, entries, *_ = CASES["a guarantee of a negative rate"]
    told = " ".join(notes(allot(entries, envelope=D(envelope))))
    assert "A-FNAS-41" in told and "A-FNAS-60" in told and "ne recule pas de plus de 7,00\u00a0%" in told
    envelope, entries, *_ = CASES["unknown beneficiaries"]
    told = " ".join(notes(allot(entries, envelope=D(envelope))))
    assert "1 caisse (C)" in told and "négatif" not in told
    envelope, entries, *_ = CASES["no benefits in one caisse"]
    assert "aucune dotation\u00a0: C." in " ".join(notes(allot(entries, envelope=D(envelope))))


def test_other_parameters() -> None:
    """100 % guaranteed, cap at 150 %: 30 x 1,1 = 33, exactly 22 x 1,5, which is not more than the cap."""
    _, entries, *_ = CASES["a cap"]
    found = allot(entries, envelope=D(110), parameters=Parameters(D(1), D("1.5")))
    assert (found.shares[2].amount, found.shares[2].basis) == (33, Basis.GUARANTEED)


IMPOSSIBLE = {
    # One caisse that decreases, half the envelope: guarantee 100 x 0,65 = 65, cap 55, envelope 50.
    "guarantees above the envelope": ([entry("A", "1", "100", **FALLS)], "50", ["plus que l'enveloppe"]),
    # A third of a cent each: caps rounded down give nothing, and a cent is left.
    "a cent that nobody may have": (
        [entry(code, "1", "100", **FALLS) for code in "ABC"],
        "0.00001",
        ["Il reste 0,00001 k€"],
    ),
    "no benefits": ([entry("A", "0", "1"), entry("B", "0", "2")], "3", ["Aucune prestation versée"]),
    "no previous dotation": ([entry("A", "1", "0")], "3", ["Aucune dotation précédente"]),
    "nobody": ([], "3", ["Aucune prestation versée", "Aucune dotation précédente"]),
    "everything wrong": (
        [entry("A", "-1", "NaN", -3), entry("A", "1", "1")],
        "-5",
        [
            "Enveloppe",
            "présente 2 fois",
            "prestations versées\u00a0: trouvé −1",
            "précédente\u00a0: trouvé NaN",
            "trouvé -3",
        ],
    ),
    "half a cent": ([entry("A", "1", "1")], "1.000005", ["nombre entier de centimes"]),
    "no envelope": ([entry("A", "1", "1")], "0", ["attendu un montant positif"]),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_what_cannot_be_shared_is_refused_with_all_its_reasons(name: str) -> None:
    entries, envelope, told = IMPOSSIBLE[name]
    with pytest.raises(AllotmentImpossible) as refused:
        allot(entries, envelope=D(envelope))
    for words in told:
        assert any(words in problem for problem in refused.value.problems), refused.value.problems


def test_wrong_parameters_are_refused() -> None:
    with pytest.raises(AllotmentImpossible, match=r"Part garantie .* Plafond"):
        allot([entry("A", "1", "1")], envelope=D(1), parameters=Parameters(D("1.2"), D("0.9")))


def test_largest_remainder() -> None:
    thirds = {"A": Fraction(1, 3), "B": Fraction(1, 3), "C": Fraction(4, 3)}
    assert largest_remainder(thirds, 2) == {"A": 1, "B": 0, "C": 1}
    assert largest_remainder({"A": Fraction(5, 2), "B": Fraction(3, 4), "C": Fraction(3, 4)}, 4) == {
        "A": 2,
        "B": 1,
        "C": 1,
    }
    assert largest_remainder({}, 0) == {}


# --- Properties ------------------------------------------------------------------------------------------------------


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[Entry], Decimal]:
    count = draw(st.integers(1, 102))
    money = st.decimals(0, 10**6, places=2)
    people = st.none() | st.integers(0, 300_000)
    entries = [
        Entry(f"{place:03}", draw(money), draw(money), draw(people), draw(people)) for place in range(1, count + 1)
    ]
    entries[0] = Entry("001", draw(st.decimals(1, 10**6, places=2)), draw(st.decimals(1, 10**6, places=2)), 100, 90)
    factor = draw(st.decimals("0.6", "1.6", places=3))
    envelope = (sum(one.previous for one in entries) * factor).quantize(CENT)
    return entries, envelope


def _try(entries: list[Entry], envelope: Decimal):
    """The allotment; None where guarantees and caps do not fit in the envelope, which is checked another way."""
    try:
        return allot(entries, envelope=envelope)
    except AllotmentImpossible:
        rate = (Fraction(envelope) / sum(Fraction(one.previous) for one in entries) - 1) * Fraction(7, 10)
        benefits = sum(Fraction(one.benefits) for one in entries)
        floors = Fraction(0)
        for one in entries:
            if one.decreases:
                cap = Fraction(envelope) * Fraction(one.benefits) / benefits * Fraction(11, 10)
                floors += min(Fraction(one.previous) * (1 + rate), cap)
        shares = any(one.benefits and not one.decreases for one in entries)
        assert floors > envelope - len(entries) * CENT or not shares
        return None


@settings(max_examples=150, deadline=None)
@given(cases())
def test_whatever_the_caisses(case: tuple[list[Entry], Decimal]) -> None:
    entries, envelope = case
    found = _try(entries, envelope)
    if found is None:
        return
    assert sum(share.amount for share in found.shares) == envelope
    rate = (Fraction(envelope) / sum(Fraction(one.previous) for one in entries) - 1) * Fraction(7, 10)
    benefits = sum(Fraction(one.benefits) for one in entries)
    for share in found.shares:
        amount, prorata = Fraction(share.amount), Fraction(envelope) * Fraction(share.entry.benefits) / benefits
        assert share.amount >= 0 and share.amount == share.amount.quantize(CENT)
        if share.entry.decreases and share.basis is not Basis.CAPPED:
            assert amount >= Fraction(share.entry.previous) * (1 + rate)
        if share.basis is Basis.CAPPED:
            assert amount <= prorata * Fraction(11, 10) < Fraction(share.entry.previous) * (1 + rate)
        assert amount <= prorata * Fraction(11, 10) + Fraction(CENT)
        assert abs(share.amount - share.shared) <= CENT
        assert share.retained + share.spread == share.amount
    coefficient = {
        Fraction(share.shared) / Fraction(share.prorata)
        for share in found.shares
        if share.basis is Basis.PRORATA and share.prorata > 1
    }
    assert not coefficient or max(coefficient) - min(coefficient) < Fraction(1, 10**5)  # the others share alike


@settings(max_examples=50, deadline=None)
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_the_caisses_changes_nothing(case: tuple[list[Entry], Decimal], random) -> None:
    entries, envelope = case
    found = _try(entries, envelope)
    random.shuffle(entries)
    assert _try(entries, envelope) == found


@settings(max_examples=50, deadline=None)
@given(cases(), st.integers(2, 50))
def test_scaling(case: tuple[list[Entry], Decimal], factor: int) -> None:
    """The unit of the benefits changes nothing; k times the money gives k times the dotations, but for the cents."""
    entries, envelope = case
    found = _try(entries, envelope)
    if found is None:
        return
    amounts = [share.amount for share in found.shares]
    people = [(one.beneficiaries_before, one.beneficiaries_now) for one in entries]
    paid = [
        Entry(one.code, one.benefits * factor, one.previous, *two) for one, two in zip(entries, people, strict=True)
    ]
    assert [share.amount for share in allot(paid, envelope=envelope).shares] == amounts
    richer = [
        Entry(one.code, one.benefits, one.previous * factor, *two) for one, two in zip(entries, people, strict=True)
    ]
    scaled = _try(richer, envelope * factor)
    if scaled is not None:
        for small, large in zip(amounts, scaled.shares, strict=True):
            assert abs(small * factor - large.amount) <= CENT * (factor + 1) * (len(entries) + 1)
