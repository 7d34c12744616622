"""Demonstration observations: the caisses together, and their spread, are near what the convention prints."""

import statistics
from collections.abc import Sequence

import pytest

from tests.indicators.demo_rows import CAISSES, SEED, national, values, yearly


def local(numerator: str, denominator: str, year: int, seed: int = SEED) -> list[float]:
    known = yearly(seed)
    return [
        float(known[numerator, body, year] / known[denominator, body, year]) * 100
        for body in CAISSES
        if known.get((denominator, body, year)) and (numerator, body, year) in known
    ]


def five(found: Sequence[float]) -> list[float]:
    return [min(found), *statistics.quantiles(found, n=4, method="inclusive"), max(found)]


# --- Near what the convention prints for 2012 ---


@pytest.mark.parametrize("seed", [SEED, 1])
def test_F10_21_has_the_printed_quartiles_and_spread_in_2012(seed: int) -> None:
    found = local("pieces_traitees_15j", "pieces_traitees", 2012, seed)
    assert len(found) == 102
    assert five(found) == pytest.approx([51, 72.2, 83.8, 90.6, 99.9], abs=1.5)
    assert statistics.pstdev(found) == pytest.approx(12.3, abs=1)


def test_F10_22_and_F21_52_have_the_printed_quartiles_and_spread_in_2012() -> None:
    minima = local("pieces_minima_traitees_10j", "pieces_minima_traitees", 2012)
    assert five(minima) == pytest.approx([77, 92.7, 95.2, 98, 100], abs=1)
    assert statistics.pstdev(minima) == pytest.approx(3.7, abs=0.5)
    stock = local("pieces_solde_15j", "pieces_solde", 2012)
    assert five(stock) == pytest.approx([49, 77.4, 85.4, 94.9, 100], abs=1)
    assert statistics.pstdev(stock) == pytest.approx(13.3, abs=0.5)
    assert statistics.mean(stock) == pytest.approx(83.6, abs=1)


def test_F10_21_gets_better_and_caisses_closer_by_the_end() -> None:
    for year in (2015, 2016, 2017):
        share = 100 * national("pieces_traitees_15j", year) / national("pieces_traitees", year)
        assert 84.5 <= share <= 88.5
    spread = {year: local("pieces_traitees_15j", "pieces_traitees", year) for year in (2012, 2017)}
    width = {year: max(found) - min(found) for year, found in spread.items()}
    assert width[2017] < 0.65 * width[2012]


RATIOS = [
    # sheet, numerator, denominator, factor, printed value, tolerance
    ("F1-2", "eaje_heures_facturees", "eaje_places_agreees", 1, 1687, 10),
    ("F1-7", "assistants_maternels_actifs", "ram", 1, 117.3, 2),
    ("F3-11", "reaap_beneficiaires", "familles_enfant_moins_18", 100, 10, 0.1),
    ("F3-12", "enfants_0_5_ans", "laep_finances", 1, 4181, 60),
    ("F3-13", "mediations_terminees", "affaires_jaf_nouvelles", 100, 3.7, 0.05),
    ("F3-15", "communes_10000_couvertes", "communes_10000", 100, 81, 1.5),
    ("F10-21", "pieces_traitees_15j", "pieces_traitees", 100, 77.8, 0.3),
    ("F10-22", "pieces_minima_traitees_10j", "pieces_minima_traitees", 100, 94.1, 0.3),
    ("F10-23", "appels_traites_agents", "appels_aboutis_agents", 100, 82, 0.1),
    ("F10-25", "visites_attente_20min", "visites", 100, 88.9, 0.3),
    ("F20-47.1 caf", "demi_journees_absence_moins_4j", "demi_journees_calendrier", 100, 0.71, 0.005),
    ("F20-47.2 caf", "demi_journees_absence_4_a_8j", "demi_journees_calendrier", 100, 0.68, 0.005),
    ("F21-54", "surface_utile_nette", "postes_de_travail", 1, 12, 0.1),
    ("F21-54 agent", "surface_utile_nette", "agents_presents", 1, 15, 0.1),
]


@pytest.mark.parametrize(("sheet", "above", "below", "factor", "printed", "tolerance"), RATIOS)
def test_the_ratio_of_the_caisses_in_2012_is_near_the_printed_value(
    sheet: str, above: str, below: str, factor: int, printed: float, tolerance: float
) -> None:
    assert factor * national(above) / national(below) == pytest.approx(printed, abs=tolerance), sheet


def december(measure: str, year: int = 2012) -> float:
    return float(sum(values()[measure, body, f"{year}-12", ""] for body in CAISSES))


def cells(measure: str, breakdown: str, year: int = 2012) -> float:
    return float(sum(values()[measure, body, str(year), breakdown] for body in CAISSES))


@pytest.mark.parametrize(
    ("sheet", "found", "printed", "tolerance"),
    [
        ("F1-1.1", lambda: december("eaje_places_creees"), 14_475, 30),
        ("F1-6", lambda: float(yearly()["mon_enfant_visiteurs", "NATIONAL", 2012]), 2_204_976, 0),
        ("F2-10 Aven", lambda: cells("vacaf_enfants", "dispositif=aven"), 655, 30),
        ("F2-10 Avel", lambda: cells("vacaf_enfants", "dispositif=avel"), 43_600, 300),
        ("F4-17.2 Caf", lambda: cells("senacs_adherents", "adherent=caf"), 34, 0),
        ("F4-17.2 centres", lambda: cells("senacs_adherents", "adherent=centres_sociaux"), 1163, 15),
        ("F7-19", lambda: cells("rsa_instructions", "issue=aboutie"), 203_352, 1500),
        ("F10-24", lambda: hours("heures_ouverture_telephone"), 34.8, 0.1),
        ("F10-26", lambda: hours("heures_ouverture_accueil"), 37.5, 0.1),
        ("F10-32 dossiers", lambda: national("caf_fr_dossiers_distincts_jour"), 135_528_000, 900_000),
        (
            "F14-36",
            lambda: 100 * december("personnes_nir_certifie") / december("personnes_actives"),
            98.55,
            0.02,
        ),
        (
            "F15-40",
            lambda: 100 * cells("indus_recouvres", "phase=amiable") / national("indus_recouvres"),
            91,
            0.3,
        ),
        ("F20-50", lambda: branch("beneficiaires_handicap_ponderes", "effectif_assujetti"), 6.59, 0.02),
        (
            "F20-47.1",
            lambda: branch("demi_journees_absence_moins_4j", "demi_journees_calendrier"),
            0.70,
            0.005,
        ),
        (
            "F21-55",
            lambda: national("pieces_traitees_production") / cells("etp_gestion_administrative", "gestion=ga"),
            5898,
            5,
        ),
        (
            "F21-56",
            lambda: national("allocataires_ponderes") / cells("etp_gestion_administrative", "gestion=ga"),
            792.6,
            5,
        ),
        ("F21-57", lambda: whole_cost() / national("allocataires_ponderes"), 105.90, 0.5),
        ("F21-53", lambda: cost_variation(2012), 8.61, 0.05),
        ("F1-8", lambda: forecast_gap(2012), 2.71, 0.1),
    ],
)
def test_the_figure_of_2012_is_near_the_printed_value(sheet, found, printed, tolerance) -> None:  # type: ignore[no-untyped-def]
    assert found() == pytest.approx(printed, abs=tolerance), sheet


def hours(measure: str) -> float:
    return statistics.mean(float(yearly()[measure, body, 2012]) / 52 for body in CAISSES)


def branch(above: str, below: str) -> float:
    bodies = [*CAISSES, "CNAF", "CERTI", "CNEDI", "POLES"]
    return 100 * national(above, bodies=bodies) / national(below, bodies=bodies)


def whole_cost() -> float:
    added = sum(yearly()[code, "NATIONAL", 2012] for code in ("cout_global_national", "cout_poles_regionaux"))
    return national("cout_gestion_global") + float(added)


def cost_variation(year: int) -> float:
    costs = [
        float(yearly()["cout_gestion_administrative", body, year] / yearly()["allocataires", body, year])
        for body in CAISSES
        if body not in ("481", "976")
    ]
    return 100 * statistics.pstdev(costs) / statistics.mean(costs)


def forecast_gap(year: int) -> float:
    spent = national("action_sociale_compte_definitif", year)
    weights = [1.0] * 6 + [1.15] * 3 + [1.3] * 2
    gaps = [
        abs(
            float(sum(values()["action_sociale_prevision", body, f"{year}-{month:02d}", ""] for body in CAISSES))
            / spent
            - 1
        )
        for month in range(2, 13)
    ]
    return 100 * sum(gap * weight for gap, weight in zip(gaps, weights, strict=True)) / sum(weights)


def test_the_two_units_left_out_of_F21_53_report_all_the_same() -> None:
    for body in ("481", "976"):
        assert yearly()["cout_gestion_administrative", body, 2012] > 0


@pytest.mark.parametrize(("year", "reached"), [(2013, True), (2014, False), (2015, True), (2016, False)])
def test_F16_41_is_near_the_printed_targets_without_reaching_all(year: int, reached: bool) -> None:
    target = {2013: 113, 2014: 120, 2015: 127, 2016: 134}[year]
    amount = national("indus_frauduleux_montant", year) / 1e6
    assert amount == pytest.approx(target, rel=0.03)
    assert (amount >= target) is reached


@pytest.mark.parametrize(("measure", "low", "high"), [("energie_kwh", -12.0, -10.5), ("ges_teq_co2", -16.0, -14.5)])
def test_energy_and_emissions_come_near_their_target_of_2014(measure: str, low: float, high: float) -> None:
    bodies = [*CAISSES, "CNAF", "CERTI", "CNEDI", "POLES"]
    change = 100 * (national(measure, 2014, bodies) / national(measure, 2009, bodies) - 1)
    assert low < change < high
