"""Each method on the sheet that asks for it, by figures worked out by hand; what is missing is said."""

from datetime import date
from decimal import Decimal, localcontext

import pytest

from cog.figures import Operator
from cog.periods import parse
from indicators.compute.evaluate import Perimeter, evaluate_sheet, resolved
from indicators.compute.methods import PRECISION, State
from indicators.compute.verdict import Target
from tests.indicators.compute.builders import TWO, facts, headline, results, sheet

THREE = Perimeter(["011", "131", "751"])
FIVE = Perimeter(["011", "131", "751", "481", "976"])


@pytest.fixture(autouse=True)
def forty_digits():
    """What is worked out here has as many digits as what is computed there."""
    with localcontext(PRECISION):
        yield


def value(found, scope="national", name="", breakdown=""):
    return found[name, scope, breakdown].value


def test_F1_1_2_variation_uses_the_caisses_that_have_both_years():
    store = facts("""
        eaje_places_agreees 011 2013 10
        eaje_places_agreees 011 2014 13
        eaje_places_agreees 751 2014 99
    """)
    found = results(sheet("F1-1.2"), store, "2014")
    assert (value(found, "011"), value(found)) == (3, 3)
    national = found["", "national", ""]
    assert (national.numerator, national.denominator, national.state) == (13, 10, State.INCOMPLETE)
    assert national.completeness == (1, 2, 1, 2)
    assert found["", "751", ""].state is State.MISSING_DATA


def test_F2_9_divides_by_the_year_itself_and_shows_the_usual_rate_beside():
    store = facts(
        ["alsh_actes 011 2013 40", "alsh_actes 011 2014 50", "alsh_actes 751 2013 60", "alsh_actes 751 2014 75"]
    )
    found = results(sheet("F2-9"), store, "2014")
    assert (value(found), value(found, name="taux usuel")) == (20, 25)
    assert value(found, "011") == 20


def test_an_evolution_from_nothing_is_not_computable():
    store = facts(["mon_enfant_visiteurs NATIONAL 2013 0", "mon_enfant_visiteurs NATIONAL 2014 5"])
    outcome = headline(sheet("F1-6"), store, "2014")
    assert (outcome.value, outcome.state, outcome.numerator) == (None, State.ZERO_DENOMINATOR, 5)


RATES = """
    places_accueil_sous_couvertes 011 2013 100
    places_accueil_sous_couvertes 011 2014 110
    enfants_moins_3_ans_sous_couvertes 011 2013 1000
    enfants_moins_3_ans_sous_couvertes 011 2014 1000
    places_accueil 011 2013 200
    places_accueil 011 2014 210
    enfants_moins_3_ans 011 2013 1000
    enfants_moins_3_ans 011 2014 1000
    places_accueil_sur_couvertes 011 2013 100
    places_accueil_sur_couvertes 011 2014 100
    enfants_moins_3_ans_sur_couvertes 011 2013 500
    enfants_moins_3_ans_sur_couvertes 011 2014 500
"""


def test_F1_4_2_growth_against_the_mean_and_against_the_over_covered():
    found = results(sheet("F1-4.2"), facts(RATES), "2014", Perimeter(["011"]))
    assert value(found) == Decimal("0.1") / Decimal("0.05")
    assert found["growth_gap", "national", ""].state is State.NON_POSITIVE_BALANCE  # the over-covered did not grow
    assert sheet("F1-4.2").judged_name == "growth_gap"


def test_each_rate_of_a_gap_takes_the_caisses_that_have_its_own_terms():
    store = facts(RATES + "\n places_accueil 751 2013 100\n places_accueil 751 2014 105\n"
                  " enfants_moins_3_ans 751 2013 400\n enfants_moins_3_ans 751 2014 400")  # fmt: skip
    found = results(sheet("F1-4.2"), store, "2014")
    assert value(found) == Decimal("0.1") / (Decimal(315) / 1400 / (Decimal(300) / 1400) - 1)
    assert found["", "national", ""].state is State.INCOMPLETE


def test_F1_5_is_the_ratio_of_two_coverages():
    store = facts("""
        places_accueil_communes_ciblees 011 2014 30
        enfants_moins_3_ans_communes_ciblees 011 2014 100
        places_accueil 011 2014 50
        enfants_moins_3_ans 011 2014 100
    """)
    assert headline(sheet("F1-5"), store, "2014", perimeter=Perimeter(["011"])).value == 60


def test_F1_8_weighs_the_gaps_of_eleven_forecasts():
    rows = [f"action_sociale_prevision 011 2014-{month:02} {110 if month < 8 else 100}" for month in range(1, 13)]
    store = facts([*rows, "action_sociale_compte_definitif 011 2014 100"])
    found = results(sheet("F1-8"), store, "2014", Perimeter(["011"]))
    weights = 6 + 3 * Decimal("1.15") + 2 * Decimal("1.3")
    assert value(found) == Decimal(10) * 6 / weights  # January counts for nothing
    assert value(found, "011") == value(found, name="mean_of_caisses") == value(found)
    assert found["", "national", ""].completeness == (11, 11, 1, 1)


def test_F1_8_adds_the_caisses_month_by_month_then_takes_the_gap():
    rows = ["action_sociale_prevision 011 2014-02 90", "action_sociale_prevision 751 2014-02 330",
            "action_sociale_prevision 751 2014-11 300"]  # fmt: skip
    store = facts(
        [*rows, "action_sociale_compte_definitif 011 2014 100", "action_sociale_compte_definitif 751 2014 300"]
    )
    found = results(sheet("F1-8"), store, "2014")
    february, november = Decimal(20) / 400 * 100, Decimal(0)
    assert value(found) == (february + november * Decimal("1.3")) / Decimal("2.3")
    assert found["", "national", ""].state is State.INCOMPLETE
    assert value(found, name="mean_of_caisses") == (Decimal(10) + Decimal(10) / Decimal("2.3")) / 2


def _shares(*pairs, year="2014"):
    return facts(
        [f"remises_dette_fnpf {code} {year} {part}" for code, part in pairs]
        + [f"indus_fnpf {code} {year} 100" for code, _ in pairs]
    )


def test_F15_39_is_the_range_with_the_extreme_gaps_to_the_mean():
    found = results(sheet("F15-39"), _shares(("011", 10), ("131", 22), ("751", 13)), "2014", THREE)
    assert [value(found, code) for code in THREE.caisses] == [10, 22, 13]
    assert value(found) == 12
    assert (value(found, name="moyenne"), value(found, name="écart positif extrême à la moyenne")) == (15, 7)
    assert value(found, name="écart négatif extrême à la moyenne") == 5
    assert value(found, name="écart-type") == Decimal(26).sqrt()  # population: (25 + 49 + 4) / 3


def test_a_range_over_fewer_caisses_says_it_is_incomplete():
    outcome = headline(sheet("F15-39"), _shares(("011", 10), ("751", 13)), "2014", perimeter=THREE)
    assert (outcome.value, outcome.state, outcome.completeness) == (3, State.INCOMPLETE, (2, 3, 2, 3))
    assert headline(sheet("F15-39"), facts(""), "2014", perimeter=THREE).state is State.MISSING_DATA


def test_F21_51_takes_the_local_values_of_the_other_sheet_at_each_period():
    definition = resolved(sheet("F21-51.1"), {"F10-21": sheet("F10-21")})
    rows = []
    for code, months in (("011", (80, 90)), ("751", (60, 95))):
        for number, part in enumerate(months, start=1):
            rows += [
                f"pieces_traitees_15j {code} 2014-{number:02} {part}",
                f"pieces_traitees {code} 2014-{number:02} 100",
            ]
    found = results(definition, facts(rows), "2014-01")
    assert set(found) >= {("", "national", "")}
    assert not any(scope in ("011", "751") for _, scope, _ in found)
    assert (value(found), headline(definition, facts(rows), "2014-T1").value) == (20, Decimal("7.5"))


def test_F21_53_leaves_two_caisses_out_and_divides_the_deviation_by_the_mean():
    costs = {"011": 10, "131": 20, "751": 30, "481": 999, "976": 999}
    store = facts(
        [f"cout_gestion_administrative {code} 2014 {cost}" for code, cost in costs.items()]
        + [f"allocataires {code} 2014 1" for code in costs]
    )
    found = results(sheet("F21-53"), store, "2014", FIVE)
    assert {scope for _, scope, _ in found} == {"011", "131", "751", "national"}
    deviation = (Decimal(200) / 3).sqrt()
    assert value(found) == Decimal(100) * deviation / 20
    assert found["", "national", ""].completeness == (3, 3, 3, 3)


def test_F16_43_deciles_ranks_and_gaps():
    ten = Perimeter([f"{number:03}" for number in range(1, 12)], groups={"taille": {"grande": ["001", "002", "011"]}})
    rows = [f"penalites_montant {code} 2014-S1 {int(code) * 10}" for code in ten.caisses]
    rows += [f"penalites_nombre {code} 2014-S1 1" for code in ten.caisses]
    found = results(sheet("F16-43.3"), facts(rows), "2014-S1", ten)
    assert (value(found), found["", "national", ""].numerator, found["", "national", ""].denominator) == (80, 100, 20)
    assert [value(found, name=name) for name in ("1er décile", "médiane", "9e décile")] == [20, 60, 100]
    assert (value(found, "004", "rang"), value(found, "004", "écart à la médiane")) == (4, -20)
    assert value(found, name="médiane, taille=grande") == 20
    assert value(found, name="D9 - D1, taille=grande") == (Decimal(20) + 90 * Decimal("0.8")) - Decimal(12)


def test_F16_43_2_counts_beside_the_deciles():
    store = facts(["avertissements 011 2014-S1 3", "dossiers_fraude 011 2014-S1 10", "avertissements 751 2014-S1 4"])
    found = results(sheet("F16-43.2"), store, "2014-S1")
    assert (value(found, "011"), value(found, name="avertissements")) == (30, 7)


def test_F20_49_counts_the_units_that_answered():
    branch = Perimeter(["011", "131", "751"], ["CNAF"])
    store = facts(["plan_sst 011 2014 1", "plan_sst 131 2014 0", "plan_sst CNAF 2014 1"])
    found = results(sheet("F20-49"), store, "2014", branch)
    assert (value(found, "011"), value(found, "131"), value(found, "751")) == (100, 0, None)
    assert value(found) == Decimal(200) / 3
    assert value(found, "caf") == 50
    assert (found["", "national", ""].numerator, found["", "national", ""].denominator) == (2, 3)


def test_F21_58_is_the_lowest_of_the_services_over_those_that_are_not_excluded():
    services = ("editique", "paie", "tim", "lad", "arc", "snat")
    rows = [f"adhesion_service_national {code} 2014 service={name} 1" for code in TWO.caisses for name in services]
    rows[0] = "adhesion_service_national 011 2014 service=editique 0"
    rows[5] = "adhesion_service_national 011 2014 service=snat 0"
    rows.append("activite_externalisee 011 2014 service=snat 1")
    catalogue = {key: {"service": services} for key in ("adhesion_service_national", "activite_externalisee")}
    found = results(sheet("F21-58"), facts(rows, catalogue), "2014")
    assert value(found, breakdown="service=editique") == 50
    assert value(found, breakdown="service=snat") == 100
    assert found["", "011", "service=snat"].state is State.NOT_APPLICABLE
    assert (value(found), value(found, "011"), value(found, "751")) == (50, 0, 100)


def test_F18_45_compares_with_2009_over_those_that_have_both():
    branch = Perimeter(["011", "751"], ["CNAF"])
    store = facts("""
        energie_kwh 011 2009 100
        energie_kwh 011 2015 90
        energie_kwh CNAF 2009 300
        energie_kwh CNAF 2015 270
        energie_kwh 751 2015 500
    """)
    found = results(sheet("F18-45"), store, "2015", branch)
    assert (value(found), value(found, "caf"), value(found, "751")) == (-10, -10, None)
    assert found["", "national", ""].state is State.INCOMPLETE


def test_F10_33_a_survey_is_never_the_sum_of_its_channels():
    rows = ["allocataires_satisfaits 011 2014 canal=web 8", "allocataires_interroges 011 2014 canal=web 10"]
    assert headline(sheet("F10-33"), facts(rows), "2014", "011").state is State.MISSING_DATA
    rows += ["allocataires_satisfaits 011 2014 9", "allocataires_interroges 011 2014 12"]
    found = results(sheet("F10-33"), facts(rows), "2014")
    assert (value(found, "011"), value(found, "011", breakdown="canal=web")) == (75, 80)


@pytest.mark.parametrize(("added", "expected", "state"), [(2, 25, State.DEFINITIVE), (1, 20, State.INCOMPLETE)])
def test_F21_57_adds_what_only_the_cnaf_supplies(added, expected, state):
    extra = ["cout_global_national NATIONAL 2014 10", "cout_poles_regionaux NATIONAL 2014 5"][:added]
    store = facts(["cout_gestion_global 011 2014 10", "allocataires_ponderes 011 2014 1", *extra])
    found = results(sheet("F21-57"), store, "2014", Perimeter(["011"]))
    assert (value(found), found["", "national", ""].state, value(found, "011")) == (expected, state, 10)


def test_F10_24_counts_the_caisses_below_the_floor():
    floor = Target("F10-24", "national", 2014, date(2014, 1, 1), date(2017, 12, 31), Operator.AT_LEAST, Decimal(30),
                   "heures", Decimal(30))  # fmt: skip
    store = facts("""
        heures_ouverture_telephone 011 2014 1560
        semaines_annee 011 2014 52
        heures_ouverture_telephone 751 2014 1508
        semaines_annee 751 2014 52
    """)
    rows = evaluate_sheet(sheet("F10-24"), store, parse("2014"), TWO, targets=[floor])
    found = {(row.name, row.scope, row.breakdown): row.outcome for row in rows}
    assert value(found) == Decimal("29.5")
    assert (value(found, name="units_below_target"), found["units_below_target", "national", ""].denominator) == (1, 2)
    without = evaluate_sheet(sheet("F10-24"), store, parse("2014"), TWO)
    assert not any(row.name == "units_below_target" for row in without)


def test_F20_48_is_judged_on_the_whole_term_and_shows_the_year_beside():
    store = facts("""
        directrices_nommees NATIONAL 2013 1
        directeurs_nommes NATIONAL 2013 10
        directrices_nommees NATIONAL 2014 3
        directeurs_nommes NATIONAL 2014 5
    """)
    found = results(sheet("F20-48"), store, "2014", Perimeter([]))
    assert (value(found), value(found, name="période seule")) == (Decimal(400) / 15, 60)


def test_F21_52_adds_the_stocks_of_the_months():
    rows = []
    for number, (late, all_of_them) in enumerate(((5, 10), (1, 30)), start=1):
        rows += [f"pieces_solde_15j 011 2014-{number:02} {late}", f"pieces_solde 011 2014-{number:02} {all_of_them}"]
        rows += [f"pieces_solde_15j 751 2014-{number:02} 1", f"pieces_solde 751 2014-{number:02} 1"]
    found = results(sheet("F21-52"), facts(rows), "2014-T1")
    assert (value(found, "011"), value(found)) == (15, 85)
