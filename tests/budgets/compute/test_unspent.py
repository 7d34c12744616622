"""What a caisse keeps of its unused dotation: up to 6 % of it, the excess is pooled (l. 6055, 6057)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgets.compute.unspent import UnspentError, unspent

D = Decimal


@pytest.mark.parametrize(
    ("dotation", "executed", "unused", "kept", "pooled", "overspent"),
    [
        ("1000", "1000", "0", "0", "0", "0"),
        ("1000", "950", "50", "50", "0", "0"),
        ("1000", "940", "60", "60", "0", "0"),  # exactly 6 %: « qui excèdent »
        ("1000", "900", "100", "60", "40", "0"),
        ("1000", "0", "1000", "60", "940", "0"),
        ("1000", "1000.5", "0", "0", "0", "0.5"),
        ("0", "0", "0", "0", "0", "0"),
        ("333.33333", "300", "33.33333", "19.99999", "13.33334", "0"),  # 6 % = 19,9999998, to the cent below
    ],
)
def test_l_6055(dotation: str, executed: str, unused: str, kept: str, pooled: str, overspent: str) -> None:
    found = unspent(dotation=D(dotation), executed=D(executed))
    assert (found.unused, found.kept, found.pooled, found.overspent) == (D(unused), D(kept), D(pooled), D(overspent))


@given(st.decimals(0, 10**6, places=5), st.decimals(0, 10**6, places=5))
def test_nothing_is_lost(dotation: Decimal, executed: Decimal) -> None:
    found = unspent(dotation=dotation, executed=executed)
    assert found.kept + found.pooled - found.overspent == dotation - executed
    assert 0 <= found.kept <= found.limit <= dotation * D("0.06")
    assert not found.pooled or found.kept == found.limit


@pytest.mark.parametrize(("dotation", "executed"), [("-1", "0"), ("0", "-1"), ("NaN", "0"), ("1", "Infinity")])
def test_a_wrong_amount_is_refused(dotation: str, executed: str) -> None:
    with pytest.raises(UnspentError, match="attendu un montant nul ou positif"):
        unspent(dotation=D(dotation), executed=D(executed))
