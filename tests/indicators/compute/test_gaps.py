"""When a figure asks for an explanation: a case for each rule, then what must hold of any figure."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cog.figures import Operator, Reason
from indicators.compute.gaps import (
    Allowance,
    Ground,
    Judged,
    Mode,
    default_allowance,
    explanation_wanted,
    shortfall,
)
from indicators.compute.methods import Completeness, Outcome, State
from indicators.compute.verdict import Judgement, Target, Verdict, Yardstick

D = Decimal
WHOLE = Completeness(102, 102, 102, 102)
NBSP = "\u00a0"


def _target(threshold: str, operator: str) -> Target:
    return Target(
        "F0-1", "national", 2015, date(2015, 1, 1), date(2015, 12, 31), Operator(operator), D(threshold), "%",
        D(threshold),
    )  # fmt: skip


def _judged(
    value: str | None,
    verdict: str,
    *,
    kind: str = "resultat",
    operator: str = ">=",
    threshold: str = "85",
    indicative: bool = False,
    unit: str = "%",
    state: State = State.DEFINITIVE,
    reason: Reason | None = None,
    owed: bool = True,
) -> Judged:
    yardstick = Yardstick(_target(threshold, operator), D(threshold), indicative)
    outcome = Outcome(None if value is None else D(value), None, None, state, reason, WHOLE)
    return Judged(kind, unit, 1, outcome, Judgement(Verdict(verdict), yardstick), owed)


def _why(judged: Judged, allowance: Allowance | None = None) -> str | None:
    found = explanation_wanted(judged, allowance or default_allowance(judged.unit))
    return None if found is None else found.sentence.replace(NBSP, " ")


@pytest.mark.parametrize(
    ("judged", "sentence"),
    [
        # A result indicator that misses or is late, however small the gap.
        (_judged("72.7", "non_atteint"), "Non atteint : 12,3 points au-dessous de la cible (85 %)."),
        (_judged("84.96", "non_atteint"), "Non atteint : 0,04 point au-dessous de la cible (85 %)."),
        (_judged("87", "non_atteint", operator="<="), "Non atteint : 2,0 points au-dessus de la cible (85 %)."),
        (_judged("84", "non_atteint", operator="="), "Non atteint : 1,0 point au-dessous de la cible (85 %)."),
        (_judged("86", "non_atteint", operator="="), "Non atteint : 1,0 point au-dessus de la cible (85 %)."),
        (
            _judged("84", "en_retard", indicative=True),
            "En retard sur la trajectoire : 1,0 point au-dessous de la trajectoire (85,0 %), qui mène à 85 % en 2015.",
        ),
        # A monitoring one, beyond its allowance only: two points for a percentage…
        (_judged("83", "non_atteint", kind="suivi"), None),
        (
            _judged("82.9", "non_atteint", kind="suivi"),
            "2,1 points au-dessous de la cible (85 %), au-delà du seuil de 2 points.",
        ),
        (_judged("82.9", "en_retard", kind="suivi", indicative=True, unit="points", threshold="84.9"), None),
        # … two per cent of the target for another unit.
        (_judged("98", "non_atteint", kind="suivi", threshold="100", unit="places"), None),
        (
            _judged("97.5", "non_atteint", kind="suivi", threshold="100", unit="places"),
            "2,5 places au-dessous de la cible (100 places), au-delà du seuil de 2 % de la cible.",
        ),
        (
            _judged("-97.5", "non_atteint", kind="suivi", threshold="-100", operator="<=", unit="places"),
            "2,5 places au-dessus de la cible (−100 places), au-delà du seuil de 2 % de la cible.",
        ),
        # Favourable: a floor passed is no gap, however far.
        (_judged("99", "atteint"), None),
        (_judged("99", "atteint", kind="suivi"), None),
        (_judged("10", "conforme", operator="<=", indicative=True), None),
        # An incomplete value: not judged, transmitted all the same.
        (_judged("84", "incomplet", state=State.INCOMPLETE), None),
        (
            _judged("80", "incomplet", state=State.INCOMPLETE),
            "Valeur incomplète : 5,0 points au-dessous de la cible (85 %), au-delà du seuil de 2 points.",
        ),
        # Nothing is asked of what is compared with nothing.
        (_judged("10", "non_comparable"), None),
        (_judged("10", "sans_cible"), None),
        (_judged("10", "a_construire"), None),
        # A value that is owed and absent; not one that is without object, still to build, or only offered.
        (
            _judged(None, "non_disponible", state=State.MISSING_DATA, reason=Reason.MISSING_DATA),
            "Valeur due et absente : il manque une donnée.",
        ),
        (
            _judged(None, "non_disponible", kind="suivi", state=State.ZERO_DENOMINATOR, reason=Reason.ZERO_DENOMINATOR),
            "Valeur due et absente : le dénominateur est nul.",
        ),
        (
            _judged(None, "non_disponible", state=State.MISSING_DATA),
            "Valeur due et absente : aucune donnée remontée.",
        ),
        (_judged(None, "non_disponible", state=State.MISSING_DATA, owed=False), None),
        (_judged(None, "non_disponible", state=State.NOT_APPLICABLE), None),
        (_judged(None, "a_construire", state=State.TO_BUILD), None),
        (_judged(None, "a_construire", state=State.MISSING_DATA, reason=Reason.MISSING_DATA), None),
    ],
)
def test_what_asks_for_an_explanation(judged: Judged, sentence: str | None) -> None:
    assert _why(judged) == sentence


@pytest.mark.parametrize(
    ("allowance", "wanted"),
    [
        (Allowance(D("0.5"), Mode.POINTS), True),
        (Allowance(D("1"), Mode.POINTS), False),  # exactly the allowance: not beyond
        (Allowance(D("0.999999999999999"), Mode.POINTS), True),
        (Allowance(D("1"), Mode.PERCENT), True),  # 0.85 point
        (Allowance(D("1.5"), Mode.PERCENT), False),
        (Allowance(D("0"), Mode.POINTS), True),
    ],
)
def test_the_threshold_that_the_steering_staff_sets(allowance: Allowance, wanted: bool) -> None:
    judged = _judged("84", "non_atteint", kind="suivi")
    assert (explanation_wanted(judged, allowance) is not None) is wanted


@pytest.mark.parametrize(
    ("allowance", "unit", "words"),
    [
        (Allowance(D(2), Mode.POINTS), "%", "2 points"),
        (Allowance(D("0.5"), Mode.POINTS), "%", "0,5 point"),
        (Allowance(D(2), Mode.PERCENT), "places", "2 % de la cible"),
        (Allowance(D("1.5"), Mode.POINTS), "M€", "1,5 M€"),
    ],
)
def test_a_threshold_in_words(allowance: Allowance, unit: str, words: str) -> None:
    assert allowance.words(unit).replace(NBSP, " ") == words


numbers = st.decimals(min_value=-(10**6), max_value=10**6, places=6)
operators = st.sampled_from(Operator)


@given(value=numbers, threshold=numbers, operator=operators)
def test_a_value_is_short_exactly_when_it_misses(value: Decimal, threshold: Decimal, operator: Operator) -> None:
    assert (shortfall(value, threshold, operator) > 0) is not operator.holds(value, threshold)


@given(value=numbers, threshold=numbers, operator=operators, points=st.decimals(min_value=0, max_value=100, places=3))
def test_a_result_indicator_is_asked_whenever_a_monitoring_one_is(
    value: Decimal, threshold: Decimal, operator: Operator, points: Decimal
) -> None:
    verdict = "atteint" if operator.holds(value, threshold) else "non_atteint"
    found = {
        kind: explanation_wanted(
            _judged(str(value), verdict, kind=kind, operator=operator.value, threshold=str(threshold)),
            Allowance(points, Mode.POINTS),
        )
        for kind in ("resultat", "suivi")
    }
    if found["suivi"] is not None:
        assert found["suivi"].short > points
        assert found["resultat"] is not None
    assert (found["resultat"] is None) is (verdict == "atteint")


@given(value=numbers, threshold=numbers, operator=operators)
def test_a_sentence_never_shows_a_gap_as_nil(value: Decimal, threshold: Decimal, operator: Operator) -> None:
    if operator.holds(value, threshold):
        return
    found = explanation_wanted(
        _judged(str(value), "non_atteint", operator=operator.value, threshold=str(threshold)), default_allowance("%")
    )
    assert found is not None
    assert found.ground is Ground.MISSED
    shown = found.sentence.split(":", 1)[1].split("point")[0]
    assert any(digit in shown for digit in "123456789")
