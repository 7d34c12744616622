"""The door: every result of a sheet at a period, named by sheet. Expected values are worked out by hand."""

import statistics
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from cog.figures import Reason
from cog.periods import parse
from indicators.compute.evaluate import Perimeter, Sheet, evaluate, evaluate_sheet
from indicators.compute.methods import (
    State,
)
from tests.indicators.compute.builders import ONE, TWO, facts, headline, ratio, results, sheet

F10_21 = """
    pieces_traitees_15j 011 2014-01 80
    pieces_traitees     011 2014-01 100
    pieces_traitees_15j 751 2014-01 450
    pieces_traitees     751 2014-01 900
"""


def test_F10_21_national_is_computed_from_sums_not_from_percentages():
    found = results(sheet("F10-21"), facts(F10_21), "2014-01")
    assert {scope: outcome.value for (_, scope, _), outcome in found.items()} == {
        "011": Decimal(80),
        "751": Decimal(50),
        "national": Decimal(53),
    }
    national = found["", "national", ""]
    assert (national.numerator, national.denominator) == (530, 1000)
    assert (national.state, national.reason) == (State.DEFINITIVE, None)
    assert national.completeness == (2, 2, 2, 2)


def test_F10_21_a_caisse_that_did_not_answer_makes_the_national_value_incomplete():
    store = facts("pieces_traitees_15j 011 2014-01 80\npieces_traitees 011 2014-01 100")
    found = results(sheet("F10-21"), store, "2014-01")
    assert found["", "751", ""].value is None
    assert found["", "751", ""].state is State.MISSING_DATA
    national = found["", "national", ""]
    assert (national.value, national.state, national.completeness) == (80, State.INCOMPLETE, (1, 2, 1, 2))


def test_F10_21_a_numerator_without_its_denominator_is_left_out():
    store = facts(F10_21.replace("pieces_traitees     751 2014-01 900", ""))
    national = headline(sheet("F10-21"), store, "2014-01")
    assert (national.numerator, national.denominator, national.state) == (80, 100, State.INCOMPLETE)


def test_F10_21_zero_over_zero_is_not_computable_and_never_zero():
    store = facts("pieces_traitees_15j 751 2014-01 0\npieces_traitees 751 2014-01 0")
    outcome = headline(sheet("F10-21"), store, "2014-01", ONE)
    assert (outcome.value, outcome.state, outcome.reason) == (
        None,
        State.ZERO_DENOMINATOR,
        Reason.ZERO_DENOMINATOR,
    )
    assert (outcome.numerator, outcome.denominator) == (0, 0)
    assert outcome.completeness.complete, "it was reported"


def test_F10_21_nothing_reported_gives_rows_that_say_so():
    found = results(sheet("F10-21"), facts(""), "2014")
    assert {outcome.state for outcome in found.values()} == {State.MISSING_DATA}
    assert len(found) == 3


def test_sans_objet_is_an_answer_and_adds_nothing():
    store = facts("n 011 2014-01 NS\nd 011 2014-01 NS\nn 751 2014-01 1\nd 751 2014-01 4")
    found = results(ratio(), store, "2014-01")
    assert found["", "011", ""].state is State.NOT_APPLICABLE
    assert found["", "national", ""].value == 25
    assert found["", "national", ""].state is State.DEFINITIVE
    everyone = results(
        ratio(), facts("n 011 2014-01 NS\nd 011 2014-01 NS\nn 751 2014-01 NS\nd 751 2014-01 NS"), "2014-01"
    )
    assert everyone["", "national", ""].state is State.NOT_APPLICABLE


def test_sans_objet_beside_silence_is_missing_data():
    national = headline(ratio(), facts("n 011 2014-01 NS\nd 011 2014-01 NS"), "2014-01")
    assert (national.state, national.completeness) == (State.MISSING_DATA, (1, 2, 1, 2))


def test_a_sheet_that_is_not_local_has_no_row_per_caisse():
    store = facts("n 751 2014-01 1\nd 751 2014-01 4")
    assert set(results(ratio(local=False), store, "2014-01")) == {("", "national", "")}


def test_a_difference_needs_both_of_its_parts():
    balance = ratio(numerator="n - m", denominator="d")
    lines = ["n 751 2014-01 9", "d 751 2014-01 10"]
    assert headline(balance, facts(lines), "2014-01", ONE).state is State.MISSING_DATA
    assert headline(balance, facts([*lines, "m 751 2014-01 4"]), "2014-01", ONE).value == 50
    assert headline(balance, facts([*lines, "m 751 2014-01 NS"]), "2014-01", ONE).value == 90
    stock = ratio(numerator="n - m", denominator="d", over_time="last")
    march = ["n 751 2014-03 9", "d 751 2014-03 10"]
    assert headline(stock, facts(march), "2014-T1", ONE).state is State.MISSING_DATA
    assert headline(stock, facts([*march, "m 751 2014-03 4"]), "2014-T1", ONE).value == 50


def test_disagreeing_breakdowns_are_refused_with_their_reason():
    store = facts("n 751 2014-01 a=x 1\nn 751 2014-01 b=x 2\nd 751 2014-01 4")
    outcome = headline(ratio(), store, "2014-01", ONE)
    assert (outcome.state, outcome.reason) == (State.MISSING_DATA, Reason.DISAGREEING_BREAKDOWNS)


def test_concerned_caisses_are_those_the_caller_gives():
    national = headline(sheet("F10-21"), facts(F10_21), "2014-01", perimeter=Perimeter(["011"]))
    assert (national.value, national.state) == (80, State.DEFINITIVE)


def test_F16_41_euros_are_reported_in_millions():
    store = facts("indus_frauduleux_montant 011 2013 60000000.5\nindus_frauduleux_montant 751 2013 53000000")
    found = results(sheet("F16-41"), store, "2013")
    national = found["", "national", ""]
    assert (national.value, national.numerator) == (Decimal("113.0000005"), Decimal("113000000.5"))
    assert found["indus_frauduleux_nombre", "national", ""].state is State.MISSING_DATA


def test_F16_42_secondary_ratio_reads_its_breakdown():
    store = facts("dossiers_fraude 751 2014-S1 recidive=avec 30\ndossiers_fraude 751 2014-S1 recidive=sans 70")
    found = results(sheet("F16-42"), store, "2014-S1", Perimeter([ONE]))
    assert found["", "national", ""].value == 100
    assert found["", "national", "recidive=avec"].value == 30
    assert found["dossiers_fraude[recidive=avec] / dossiers_fraude", ONE, ""].value == 30


def test_F15_40_the_denominator_is_the_sum_of_one_dimension_and_rows_are_shares():
    store = facts(
        """
        indus_recouvres 751 2014 phase=amiable 91
        indus_recouvres 751 2014 phase=contentieux 6
        indus_recouvres 751 2014 phase=indifferenciable 3
        """
    )
    found = results(sheet("F15-40"), store, "2014", Perimeter([ONE]))
    assert (found["", ONE, ""].value, found["", ONE, ""].denominator) == (91, 100)
    assert found["", ONE, "phase=contentieux"].value == 6
    assert sum(found["", ONE, f"phase={p}"].value for p in ("amiable", "contentieux", "indifferenciable")) == 100


def test_F10_27_numerator_and_denominator_are_broken_down_together():
    cells = [
        "demarches_dematerialisees 751 2014 teleprocedure=aide_logement 30",
        "demarches 751 2014 teleprocedure=aide_logement 60",
        "demarches_dematerialisees 751 2014 teleprocedure=aide_logement;voie=ideal 12",
        "demarches 751 2014 100",
        "demarches_dematerialisees 751 2014 44",
    ]  # fmt: skip
    found = results(sheet("F10-27"), facts(cells), "2014", Perimeter([ONE]))
    assert found["", ONE, ""].value == 44
    assert found["", ONE, "teleprocedure=aide_logement"].value == 50
    assert found["", ONE, "teleprocedure=aide_logement;voie=ideal"].value == 20
    assert found["", ONE, "teleprocedure=dar"].state is State.MISSING_DATA
    assert found["", ONE, ""].state is State.PROVISIONAL, "the definition is not adopted"


def test_F21_57_only_what_has_the_dimension_is_broken_down():
    definition = sheet("F21-57", national="of_sums")  # of_sums_plus comes with the next methods
    store = facts(
        "cout_gestion_global 751 2014 poste=immeubles 200\nallocataires_ponderes 751 2014 50",
        {"cout_gestion_global": {"poste": []}, "allocataires_ponderes": {}},
    )
    assert results(definition, store, "2014")["", ONE, "poste=immeubles"].value == 4


def test_a_dimension_nobody_reported_makes_no_row():
    store = facts(
        """
        reclamations_traitees_15j 751 2014-01 1
        reclamations_traitees 751 2014-01 2
        reclamations_traitees_15j 751 2014-02 vecteur=appels 1
        reclamations_traitees 751 2014-02 vecteur=appels 2
        """
    )
    assert {key[2] for key in results(sheet("F10-30"), store, "2014-01")} == {""}
    assert ("", ONE, "vecteur=appels") in results(sheet("F10-30"), store, "2014-02")


def test_F18_44_an_optional_dimension_has_rows_only_where_reported_and_the_branch_two_totals():
    store = facts(
        """
        marches_avec_clause 751 2014 6
        marches_avec_clause 751 2014 clause=sociale 4
        marches 751 2014 10
        marches_avec_clause 011 2014 1
        marches 011 2014 10
        marches_avec_clause CNAF 2014 13
        marches CNAF 2014 20
        """
    )
    found = results(sheet("F18-44"), store, "2014", Perimeter(["011", ONE], ["CNAF"]))
    assert {scope: o.value for (_, scope, breakdown), o in found.items() if not breakdown} == {
        "011": 10, "751": 60, "caf": 35, "national": 50,
    }  # fmt: skip
    assert {key[1] for key in found if key[2] == "clause=sociale"} == {"751", "caf", "national"}


def test_F21_59_a_dimension_of_the_numerator_leaves_the_denominator_whole():
    store = facts(
        """
        achats_mutualises 751 2014 niveau=ugap 5
        achats 751 2014 20
        achats 751 2014 niveau=ugap 5
        """
    )
    assert results(sheet("F21-59"), store, "2014")["", ONE, "niveau=ugap"].value == 25


def test_F10_24_national_is_the_unweighted_mean_of_caisses():
    hours = {"011": 1976, "751": 1560, "131": 1768}
    store = facts([f"heures_ouverture_telephone {c} 2014 {h}\n" for c, h in hours.items()]
                  + [f"semaines_annee {c} 2014 52" for c in hours])  # fmt: skip
    national = headline(sheet("F10-24"), store, "2014", perimeter=Perimeter([*hours, "691"]))
    assert national.value == statistics.mean([38, 30, 34])
    assert (national.numerator, national.denominator) == (None, None)
    assert (national.state, national.completeness) == (State.INCOMPLETE, (3, 4, 3, 4))


def test_F10_32_a_national_only_sheet_and_variants_that_are_never_added():
    store = facts("caf_fr_visites NATIONAL 2014-01 90\ncaf_fr_visites 751 2014-01 5\n"
                  "caf_fr_dossiers_distincts_jour 751 2014-01 7")  # fmt: skip
    found = results(sheet("F10-32"), store, "2014-01", Perimeter([ONE]))
    assert found["", "national", ""].value == 90
    assert ("", ONE, "") not in found
    assert found["caf_fr_dossiers_distincts_jour", ONE, ""].value == 7
    assert found["caf_fr_allocataires_distincts_annee", "national", ""].state is State.MISSING_DATA


def test_F20_48_judges_the_value_since_2013_and_shows_the_year_beside():
    store = facts(
        """
        directrices_nommees NATIONAL 2013 2
        directeurs_nommes   NATIONAL 2013 10
        directrices_nommees NATIONAL 2014 4
        directeurs_nommes   NATIONAL 2014 10
        """
    )
    found = results(sheet("F20-48"), store, "2014", Perimeter([ONE], ["CNAF"]))
    assert found["", "national", ""].value == 30
    assert found["période seule", "national", ""].value == 40
    assert found["", "caf", ""].state is State.MISSING_DATA
    assert results(sheet("F20-48"), store, "2013")["", "national", ""].value == 20
    without_2013 = facts("directrices_nommees NATIONAL 2014 4\ndirecteurs_nommes NATIONAL 2014 10")
    assert headline(sheet("F20-48"), without_2013, "2014").state is State.INCOMPLETE


def test_F4_1_a_net_change_nil_or_negative_is_not_computable():
    codes = (
        "places_creees_sous_couvertes",
        "places_supprimees_sous_couvertes",
        "places_creees",
        "places_supprimees",
    )

    def year(caisse, number, values):
        return [f"eaje_{code} {caisse} {number} {value}" for code, value in zip(codes, values, strict=True)]

    before = [*year("011", 2013, (5, 5, 10, 12)), *year(ONE, 2013, (30, 6, 40, 8))]
    store = facts([*before, *year("011", 2014, (4, 0, 7, 3)), *year(ONE, 2014, (0, 0, 1, 1))])
    found = results(sheet("F1-4.1"), store, "2013")
    assert (found["", "011", ""].value, found["", "011", ""].state) == (None, State.NON_POSITIVE_BALANCE)
    assert found["", "national", ""].value == 80, "24 of a net change of 30, the caisse that lost places included"
    later = results(sheet("F1-4.1"), store, "2014")
    assert later["", "national", ""].denominator == 34
    assert later["période seule", ONE, ""].state is State.NON_POSITIVE_BALANCE
    assert later["", ONE, ""].value == 75


def test_F7_19_the_headline_is_one_value_of_the_dimension():
    store = facts("rsa_instructions 751 2014 issue=aboutie 8\nrsa_instructions 751 2014 issue=abandonnee 3\n"
                  "rsa_instructions 751 2014 issue=en_attente 1")  # fmt: skip
    assert headline(sheet("F7-19"), store, "2014", ONE).value == 8
    assert headline(sheet("F7-19"), facts("rsa_instructions 751 2014 12"), "2014", ONE).value is None


def test_F21_55_the_denominator_alone_is_broken_down():
    store = facts(
        """
        pieces_traitees_production 751 2014 1000
        etp_gestion_administrative 751 2014 gestion=ga 4
        etp_gestion_administrative 751 2014 gestion=oeuvres 1
        """
    )
    found = results(sheet("F21-55"), store, "2014")
    assert found["", ONE, ""].value == found["", ONE, "gestion=ga"].value == 250
    assert found["", ONE, "gestion=oeuvres"].value == 1000


def test_F4_17_2_has_no_single_value():
    store = facts("senacs_adherents 751 2014 adherent=caf 1\nsenacs_adherents 751 2014 adherent=centres_sociaux 9")
    found = results(sheet("F4-17.2"), store, "2014", Perimeter([ONE]))
    assert {key[2] for key in found} == {"adherent=caf", "adherent=centres_sociaux"}
    assert evaluate(sheet("F4-17.2"), store, ONE, parse("2014")) is None


def test_a_lowest_headline_waits_for_every_breakdown():
    definition = ratio(headline="min", breakdowns={"service": ["paie", "tim"]})
    lines = ["n 751 2014-01 service=paie 9", "d 751 2014-01 service=paie 10", "d 751 2014-01 service=tim 10"]
    partial = results(definition, facts(lines), "2014-01", Perimeter([ONE]))
    assert (partial["", ONE, ""].value, partial["", ONE, ""].state) == (90, State.INCOMPLETE)
    whole = results(definition, facts([*lines, "n 751 2014-01 service=tim 7"]), "2014-01", Perimeter([ONE]))
    assert (whole["", ONE, ""].value, whole["", ONE, ""].state) == (70, State.DEFINITIVE)
    nothing = results(definition, facts(""), "2014-01", Perimeter([ONE]))
    assert nothing["", ONE, ""].state is State.MISSING_DATA


def test_F14_34_a_national_dimension_comes_from_the_national_sample_else_from_the_caisses():
    sample = [
        "iql6_anomalies_nombre NATIONAL 2014-01 prestation=rsa 1",
        "iql6_dossiers_controles NATIONAL 2014-01 prestation=rsa 4",
    ]
    local = [line.replace("NATIONAL", ONE).replace(" 1", " 2") for line in sample]
    both = results(sheet("F14-34"), facts([*sample, *local]), "2014-01")
    assert both["", "national", "prestation=rsa"].value == 25
    assert ("", ONE, "prestation=rsa") not in both
    assert results(sheet("F14-34"), facts(local), "2014-01")["", "national", "prestation=rsa"].numerator == 2


def test_F1_1_monthly_declarations_are_provisional_until_the_yearly_figure():
    months = [f"eaje_places_creees {c} 2014-{m:02d} {m}" for c in TWO.caisses for m in range(1, 13)]
    declared = results(sheet("F1-1.1"), facts(months), "2014")
    assert declared["", "national", ""].value == 24, "December's cumulative declarations, not their sum"
    assert {outcome.state for outcome in declared.values()} == {State.PROVISIONAL}
    yearly = [
        f"eaje_places_creees {c} 2014 origine={o} 6" for c in TWO.caisses for o in ("hausse_agrement", "ouverture")
    ]
    definitive = results(sheet("F1-1.1"), facts([*months, *yearly]), "2014")
    assert {outcome.state for outcome in definitive.values()} == {State.DEFINITIVE}
    assert definitive["", ONE, "origine=ouverture"].value == 6
    assert results(sheet("F1-1.1"), facts([*months, *yearly]), "2014-12")["", ONE, ""].state is State.PROVISIONAL


def test_the_caller_may_know_that_facts_still_move():
    rows = evaluate_sheet(sheet("F10-21"), facts(F10_21), parse("2014-01"), TWO, provisional=True)
    assert {row.outcome.state for row in rows} == {State.PROVISIONAL}


def test_evaluate_gives_one_headline_like_the_sheet_does():
    store = facts(F10_21)
    assert evaluate(sheet("F10-21"), store, ONE, parse("2014-01")).value == 50
    assert evaluate(sheet("F10-21"), store, "national", parse("2014-01"), TWO).value == 53


COUNTS = st.one_of(st.none(), st.integers(0, 10**9))
CAISSES = [f"{number:03d}" for number in range(1, 8)]


@settings(deadline=None)
@given(st.lists(st.tuples(COUNTS, COUNTS), min_size=7, max_size=7))
def test_national_is_the_ratio_of_sums_over_the_caisses_that_have_both(pairs):
    lines = [
        f"{measure} {caisse} 2014-01 {value}"
        for caisse, pair in zip(CAISSES, pairs, strict=True)
        for measure, value in zip("nd", pair, strict=True)
        if value is not None
    ]
    national = headline(ratio(), facts(lines), "2014-01", perimeter=Perimeter(CAISSES))
    both = [(n, d) for n, d in pairs if n is not None and d is not None]
    assert national.completeness == (len(both), 7, len(both), 7)
    denominator = sum(d for _, d in both)
    if not both or not denominator:
        assert national.value is None
        return
    expected = Fraction(100 * sum(n for n, _ in both), denominator)
    assert abs(Fraction(national.value) - expected) <= abs(expected) / 10**38
    assert national.state is (State.DEFINITIVE if len(both) == 7 else State.INCOMPLETE)


@settings(deadline=None)
@given(st.integers(1, 10**15), st.integers(1, 10**15))
def test_a_quotient_never_falls_on_a_threshold_it_does_not_meet(numerator, denominator):
    store = facts(f"n 751 2014-01 {numerator}\nd 751 2014-01 {denominator}")
    value = headline(ratio(), store, "2014-01", ONE).value
    assert (value >= 85) is (100 * numerator >= 85 * denominator)


def test_results_do_not_depend_on_the_order_of_the_facts_nor_on_what_was_asked_before():
    lines = F10_21.strip().splitlines()
    forward, backward = (Sheet(sheet("F10-21"), facts(order)) for order in (lines, lines[::-1]))
    periods = [parse(text) for text in ("2014", "2014-01", "2014-T1")]
    first = [forward.results(period, TWO) for period in periods]
    second = [backward.results(period, TWO) for period in reversed(periods)][::-1]
    assert first == second
    assert forward.results(periods[0], TWO) == first[0]
