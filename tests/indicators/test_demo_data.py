"""Demonstration observations: same seed, same rows; sums and shares hold; the announced trouble is there."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from itertools import islice

import pytest

from cog.periods import Granularity, Period, parse
from indicators.demo_data import DemoDataError, DemoMeasure, generate
from tests.indicators.demo_rows import (
    BODIES,
    BY_CODE,
    CAISSES,
    MEASURES,
    SEED,
    SURVEY,
    YEARS,
    national,
    rows,
    values,
    yearly,
)

# --- The same rows, all of them, and no more ---


def test_the_same_seed_gives_the_same_rows_and_another_seed_others() -> None:
    again = tuple(generate(measures=MEASURES, bodies=BODIES, years=YEARS, seed=SEED))
    assert again == rows()
    assert rows(1) != rows()


def test_a_measure_given_first_has_the_same_rows() -> None:
    turned = generate(measures=MEASURES[::-1], bodies=BODIES, years=YEARS, seed=SEED)
    last = MEASURES[-1].code
    expected = [row for row in rows() if row.measure == last]
    assert list(islice(turned, len(expected))) == expected


def test_the_number_of_rows_stays_reasonable() -> None:
    assert 200_000 <= len(rows()) <= 350_000


def test_every_measure_is_there() -> None:
    assert {row.measure for row in rows()} == BY_CODE.keys()


def test_no_value_is_given_twice() -> None:
    keys = [(row.measure, row.body_code, row.period, row.breakdown) for row in rows()]
    assert len(keys) == len(set(keys))


def test_a_measure_without_model_is_refused() -> None:
    unknown = DemoMeasure("inconnue", "count", "caisse", "annual")
    with pytest.raises(DemoDataError, match="inconnue"):
        next(generate(measures=[unknown], bodies=BODIES, years=YEARS, seed=SEED))


def test_a_model_with_other_breakdowns_than_the_measure_is_refused() -> None:
    other = DemoMeasure("vacaf_enfants", "count", "caisse", "annual", "dispositif=aven|autre")
    with pytest.raises(DemoDataError, match="vacaf_enfants"):
        next(generate(measures=[other], bodies=BODIES, years=YEARS, seed=SEED))


def test_a_missing_denominator_is_refused() -> None:
    with pytest.raises(DemoDataError, match="needs assistants_maternels_actifs"):
        next(generate(measures=[BY_CODE["ram"]], bodies=BODIES, years=YEARS, seed=SEED))


# --- Written as the contract says ---


def test_periods_are_the_finest_of_their_measure() -> None:
    lengths = {
        "annual": Granularity.YEAR,
        "semestrial": Granularity.SEMESTER,
        "monthly": Granularity.MONTH,
        "daily": Granularity.DAY,
    }
    for code, found in periods_by_measure().items():
        expected = {lengths[BY_CODE[code].finest_period]}
        if code == "eaje_places_creees":
            expected = {Granularity.MONTH, Granularity.YEAR}  # the definitive figures, two years later
        if code == "caf_fr_dossiers_distincts_jour":
            expected = {Granularity.MONTH}  # daily in the sheet; by month here, to keep the size sane
        assert {period.granularity for period in found} == expected, code


@cache
def periods_by_measure() -> Mapping[str, set[Period]]:
    found: defaultdict[str, set[Period]] = defaultdict(set)
    for measure, period in {(row.measure, row.period) for row in rows()}:
        found[measure].add(parse(period))
    return found


@pytest.mark.parametrize(
    ("measure", "first"),
    [
        ("pieces_traitees", "2012-01"),
        ("action_sociale_prevision", "2012-02"),
        ("rdv_realises", "2015-01"),
        ("courriels_traites", "2013-10"),
        ("eaje_enfants_inscrits", "2013"),
        ("energie_kwh", "2009"),
        ("ges_teq_co2", "2009"),
        ("caf_fr_visites", "2012-01-01"),
    ],
)
def test_a_measure_begins_when_it_exists(measure: str, first: str) -> None:
    found = periods_by_measure()[measure]
    assert str(min(found)) == first
    assert max(found).end.year == 2017


def test_values_are_written_as_their_kind_wants() -> None:
    for row in rows():
        kind = BY_CODE[row.measure].value_kind
        if row.value in ("NS", "ND"):
            continue
        if kind == "flag":
            assert row.value in ("0", "1"), row
        elif kind == "count":
            assert row.value.isdecimal(), row
        else:
            assert row.value[-3] == "." and row.value.replace(".", "", 1).isdecimal(), row


def test_bodies_are_those_of_the_level() -> None:
    levels = {
        "caisse": set(CAISSES),
        "organisation": {*CAISSES, "CNAF", "CERTI", "CNEDI", "POLES"},
        "national": {"NATIONAL"},
    }
    found = defaultdict(set)
    for row in rows():
        found[row.measure].add(row.body_code)
    for code, bodies in found.items():
        assert bodies == levels[BY_CODE[code].level], code


def test_breakdowns_are_of_one_dimension_with_all_its_values() -> None:
    supplied = defaultdict(set)
    for measure, breakdown in {(row.measure, row.breakdown) for row in rows()}:
        supplied[measure].add(breakdown)
    for code, found in supplied.items():
        keys = {breakdown.split("=")[0] for breakdown in found if breakdown}
        assert len(keys) <= 1, code
        for key in keys:
            assert {f"{key}={value}" for value in BY_CODE[code].dimensions.get(key, ())} == found - {""}, code
        beside_a_total = SURVEY | {"eaje_places_creees"}
        assert code in beside_a_total or not keys or "" not in found, code


# --- What adds up, what never exceeds ---


def test_definitive_places_by_origin_confirm_most_december_declarations() -> None:
    differing, compared = 0, 0
    for body in CAISSES:
        for year in (2013, 2014, 2015):
            declared = values().get(("eaje_places_creees", body, f"{year}-12", ""))
            if declared is not None:
                parts = [
                    values()["eaje_places_creees", body, str(year), f"origine={origin}"]
                    for origin in BY_CODE["eaje_places_creees"].dimensions["origine"]
                ]
                differing += sum(parts) != declared
                compared += 1
    assert 0 < differing < 0.1 * compared


def test_declared_places_only_grow_within_a_year() -> None:
    for body in CAISSES:
        for year in YEARS:
            months = [values().get(("eaje_places_creees", body, f"{year}-{month:02d}", "")) for month in range(1, 13)]
            known = [value for value in months if value is not None]
            assert known == sorted(known)


def test_approved_places_are_the_year_before_plus_net_creations() -> None:
    known = values()
    for body in CAISSES:
        december = known.get(("eaje_places_creees", body, "2014-12", ""))
        before, after, removed = (
            yearly().get((code, body, year))
            for code, year in (
                ("eaje_places_agreees", 2013),
                ("eaje_places_agreees", 2014),
                ("eaje_places_supprimees", 2014),
            )
        )
        if None not in (december, before, after, removed):
            assert after == before + december - removed  # type: ignore[operator]


def test_days_of_caf_fr_add_up_to_the_printed_year() -> None:
    assert yearly()["caf_fr_visites", "NATIONAL", 2012] == 196_740_000


@pytest.mark.parametrize(
    ("part", "whole"),
    [
        ("pieces_traitees_15j", "pieces_traitees"),
        ("pieces_minima_traitees_10j", "pieces_minima_traitees"),
        ("pieces_minima_traitees", "pieces_traitees"),
        ("visites_attente_20min", "visites"),
        ("rdv_realises_7j", "rdv_realises"),
        ("reclamations_traitees_15j", "reclamations_traitees"),
        ("courriels_traites_48h", "courriels_traites"),
        ("appels_traites_agents", "appels_aboutis_agents"),
        ("demarches_dematerialisees", "demarches"),
        ("allocataires_satisfaits", "allocataires_interroges"),
        ("iql0_anomalies_nombre", "iql0_dossiers_controles"),
        ("iql0_anomalies_montant", "iql0_montant_controle"),
        ("iql6_anomalies_nombre", "iql6_dossiers_controles"),
        ("iql6_anomalies_montant", "iql6_montant_controle"),
        ("personnes_nir_certifie", "personnes_actives"),
        ("pieces_solde_15j", "pieces_solde"),
        ("eaje_enfants_tarif_max_1_euro", "eaje_enfants_inscrits"),
        ("eaje_places_supprimees_sous_couvertes", "eaje_places_supprimees"),
        ("mediations_terminees", "affaires_jaf_nouvelles"),
        ("reaap_beneficiaires", "familles_enfant_moins_18"),
        ("communes_10000_couvertes", "communes_10000"),
        ("avertissements", "dossiers_fraude"),
        ("penalites_nombre", "dossiers_fraude"),
        ("marches_avec_clause", "marches"),
        ("remises_dette_fnpf", "indus_fnpf"),
        ("beneficiaires_handicap_ponderes", "effectif_assujetti"),
        ("achats_mutualises", "achats"),
    ],
)
def test_a_part_never_exceeds_its_whole(part: str, whole: str) -> None:
    compared = 0
    for body, period in {(row.body_code, row.period) for row in rows() if row.measure == part}:
        mine, other = parts_of(part, body, period), parts_of(whole, body, period)
        if mine.keys() != other.keys():
            mine, other = {"": sum(mine.values())}, {"": sum(other.values())}
        if all(other.values()):
            assert all(mine[name] <= other[name] for name in mine), (body, period)
            compared += 1
    assert compared > 90


@cache
def by_place() -> Mapping[tuple[str, str, str], dict[str, Decimal]]:
    found: defaultdict[tuple[str, str, str], dict[str, Decimal]] = defaultdict(dict)
    for (measure, body, period, breakdown), value in values().items():
        found[measure, body, period][breakdown] = value
    return found


def parts_of(measure: str, body: str, period: str) -> dict[str, Decimal | int]:
    return dict(by_place().get((measure, body, period), {}))


def test_a_service_is_never_both_joined_and_given_out() -> None:
    for (measure, body, period, breakdown), value in values().items():
        if measure == "activite_externalisee" and value:
            assert values().get(("adhesion_service_national", body, period, breakdown), 0) == 0


def test_a_flag_once_up_stays_up() -> None:
    last: dict[tuple[str, str, str], Decimal] = {}
    for (measure, body, _, breakdown), value in values().items():
        if BY_CODE[measure].value_kind == "flag":
            assert value >= last.get((measure, body, breakdown), 0)
            last[measure, body, breakdown] = value


# --- Trouble, as announced ---


def test_2012_is_whole() -> None:
    assert not [row for row in rows() if row.period[:4] == "2012" and row.value == "ND"]
    assert Counter(
        row.body_code for row in rows() if row.measure == "pieces_traitees" and row.period[:4] == "2012"
    ) == dict.fromkeys(CAISSES, 12)


def test_about_one_and_a_half_percent_of_the_months_are_missing_in_2013_and_2015_only() -> None:
    known = {year: set() for year in range(2013, 2018)}
    for row in rows():
        if row.measure == "pieces_traitees" and row.period > "2013":
            known[int(row.period[:4])].add((row.body_code, row.period))
    missing = {year: 1 - len(pairs) / (12 * len(CAISSES)) for year, pairs in known.items()}
    assert all(0.008 < missing[year] < 0.025 for year in (2013, 2015))
    assert all(missing[year] == 0 for year in (2014, 2016, 2017))


def test_one_caisse_misses_a_whole_quarter_of_every_flow() -> None:
    quarter = ("2015-04", "2015-05", "2015-06")
    silent = {
        measure: set(CAISSES) - {row.body_code for row in rows() if row.measure == measure and row.period in quarter}
        for measure in ("pieces_traitees", "visites", "courriels_traites", "irr_dossiers_controles")
    }
    assert len(set.intersection(*silent.values())) == 1


def test_a_few_statements_stand_in_place_of_numbers() -> None:
    said = Counter(row.value for row in rows() if row.value in ("NS", "ND"))
    assert 20 < said["ND"] < 400
    assert 50 < said["NS"] < 400


def test_F1_3_is_known_in_four_caisses_then_in_all() -> None:
    reporting = Counter(row.period for row in rows() if row.measure == "eaje_enfants_inscrits" and row.value != "ND")
    assert all(3 <= reporting[str(year)] <= 4 for year in range(2013, 2017))
    assert reporting["2017"] >= 100


def test_F14_35_breaks_in_2015_and_not_in_2014() -> None:
    rate = {
        year: national("irr_anomalies_nombre", year) / national("irr_dossiers_controles", year)
        for year in (2013, 2014, 2015)
    }
    assert abs(rate[2014] / rate[2013] - 1) < 0.1
    assert rate[2015] / rate[2014] > 1.3


def test_a_caisse_that_did_not_report_in_2013_had_not_begun_to_identify_complaints() -> None:
    first = {}
    for row in rows():
        if row.measure == "reclamations_traitees" and row.period < "2014":
            first[row.body_code] = min(row.period, first.get(row.body_code, row.period))
    assert len(set(first.values())) > 6


def test_places_of_under_covered_territories_are_a_part_of_all_places() -> None:
    for body in CAISSES:
        part = yearly().get(("places_accueil_sous_couvertes", body, 2012))
        whole = yearly().get(("places_accueil", body, 2012))
        assert part is not None and whole is not None and part < whole
