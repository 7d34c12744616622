"""What the methods file says of the measures: which is part of which, which parts add up, which periods."""

import pytest

from cog.periods import Granularity
from indicators.compute.methods_file import definition_from
from indicators.intake.messages import Severity
from indicators.intake.relations import Parts, Relations, Traits, relations_between

ERROR, WARNING = Severity.ERROR, Severity.WARNING

SHARES = {
    ("pieces_traitees_15j", "pieces_traitees"): ERROR,
    ("pieces_minima_traitees_10j", "pieces_minima_traitees"): ERROR,
    ("appels_traites_agents", "appels_aboutis_agents"): ERROR,
    ("visites_attente_20min", "visites"): ERROR,
    ("demarches_dematerialisees", "demarches"): ERROR,
    ("rdv_realises_7j", "rdv_realises"): ERROR,
    ("reclamations_traitees_15j", "reclamations_traitees"): ERROR,
    ("courriels_traites_48h", "courriels_traites"): ERROR,
    ("allocataires_satisfaits", "allocataires_interroges"): ERROR,
    ("personnes_nir_certifie", "personnes_actives"): ERROR,
    ("eaje_enfants_tarif_max_1_euro", "eaje_enfants_inscrits"): ERROR,
    ("communes_10000_couvertes", "communes_10000"): ERROR,
    ("marches_avec_clause", "marches"): ERROR,
    ("demi_journees_absence_moins_4j", "demi_journees_calendrier"): ERROR,
    ("demi_journees_absence_4_a_8j", "demi_journees_calendrier"): ERROR,
    ("directrices_nommees", "directeurs_nommes"): ERROR,
    ("pieces_solde_15j", "pieces_solde"): ERROR,
    ("reaap_beneficiaires", "familles_enfant_moins_18"): WARNING,  # two units
    ("mediations_terminees", "affaires_jaf_nouvelles"): WARNING,
    ("avertissements", "dossiers_fraude"): WARNING,
    ("iql6_anomalies_nombre", "iql6_dossiers_controles"): WARNING,  # several anomalies in a file
    ("iql0_anomalies_nombre", "iql0_dossiers_controles"): WARNING,
    ("irr_anomalies_nombre", "irr_dossiers_controles"): WARNING,
    ("iql6_anomalies_montant", "iql6_montant_controle"): WARNING,  # amounts
    ("iql0_anomalies_montant", "iql0_montant_controle"): WARNING,
    ("irr_anomalies_montant", "irr_montant_controle"): WARNING,
    ("remises_dette_fnpf", "indus_fnpf"): WARNING,
    ("achats_mutualises", "achats"): WARNING,
    ("beneficiaires_handicap_ponderes", "effectif_assujetti"): WARNING,  # a weighted number
    ("eaje_places_creees_sous_couvertes", "eaje_places_creees"): WARNING,  # the terms of a balance
    ("eaje_places_supprimees_sous_couvertes", "eaje_places_supprimees"): WARNING,
}


def test_every_share_of_the_convention_and_no_other(relations: Relations) -> None:
    assert {(share.numerator, share.denominator): share.severity for share in relations.shares} == SHARES


@pytest.mark.parametrize(
    ("measure", "dimension", "whole", "parts"),
    [
        ("rendez_vous_des_droits", "cadre", "", Parts.SUMMED),
        ("reclamations_traitees", "vecteur", "", Parts.SUMMED),
        ("irr_anomalies_nombre", "origine", "", Parts.SUMMED),
        ("irr_anomalies_nombre", "prestation", "", Parts.UNRELATED),  # an open list
        ("allocataires_interroges", "canal", "", Parts.UNRELATED),  # a survey
        ("senacs_adherents", "adherent", "", Parts.UNRELATED),  # no single value
        ("adhesion_service_national", "service", "", Parts.UNRELATED),  # flags
        ("activite_externalisee", "service", "", Parts.UNRELATED),  # flags of which no sheet says it
        ("marches_avec_clause", "clause", "", Parts.OVERLAPPING),  # a contract may carry both
        ("achats_mutualises", "niveau", "", Parts.USUALLY_SUMMED),
        ("etp_gestion_administrative", "gestion", "", Parts.USUALLY_SUMMED),  # one value stands for the whole
        ("rsa_instructions", "issue", "", Parts.USUALLY_SUMMED),
        ("eaje_places_creees", "origine", "", Parts.USUALLY_SUMMED),  # two vintages
        ("eaje_places_creees", "type_accueil", "", Parts.USUALLY_SUMMED),
        ("demarches_dematerialisees", "voie", "", Parts.UNRELATED),  # told apart for one procedure only
        ("demarches_dematerialisees", "voie", "teleprocedure=dar", Parts.UNRELATED),
        ("demarches_dematerialisees", "voie", "teleprocedure=aide_logement", Parts.SUMMED),
    ],
)
def test_how_parts_stand_to_their_total(
    relations: Relations, measure: str, dimension: str, whole: str, parts: Parts
) -> None:
    assert relations.parts_of(measure, dimension, whole) is parts


def test_which_longer_periods_are_sums(relations: Relations) -> None:
    assert Granularity.YEAR in relations.summed["pieces_traitees"]
    assert not relations.summed["personnes_actives"]  # the last month is the year's
    assert {*relations.summed["pieces_solde"]} >= {Granularity.QUARTER, Granularity.YEAR}  # sums of month-end stocks
    assert Granularity.MONTH not in relations.summed["pieces_solde"]
    assert not relations.summed["eaje_places_creees"]  # cumulative over the year


def test_the_partners_of_a_measure_are_those_of_its_shares(relations: Relations) -> None:
    assert relations.partners({"visites", "ram"}) == {"visites", "visites_attente_20min", "ram"}


def _entry(**changes: object) -> dict[str, object]:
    return {
        "kind": "suivi", "method": "ratio", "numerator": "a", "denominator": "b", "factor": 100, "unit": "%",
        "decimals": 1, "better": "higher", "periodicity": ["annual"], "over_time": "sum", "national": "of_sums",
        "local": True,
    } | changes  # fmt: skip


@pytest.mark.parametrize(
    ("entry", "units", "shares"),
    [
        (_entry(), "xxx", [("a", "b", ERROR)]),
        (_entry(), "xyz", [("a", "b", WARNING)]),
        (_entry(factor=1), "xxx", []),  # no rate in per cent
        (_entry(denominator="a"), "xxx", []),
        (_entry(numerator="a - c", denominator="b - c"), "xxx", [("a", "b", WARNING)]),
        (_entry(numerator="a - c", denominator="b - c"), "xyz", []),
        (_entry(numerator="a + c"), "xxx", []),  # not of the same shape
        (_entry(numerator="a - c", denominator="b + c"), "xxx", []),
        (_entry(numerator="a[k=v]"), "xxx", []),
    ],
)
def test_a_share_is_read_from_the_shape_of_a_definition(
    entry: dict[str, object], units: str, shares: list[tuple[str, str, Severity]]
) -> None:
    traits = {code: Traits(code, unit, "count") for code, unit in zip("abc", units, strict=True)}
    found = relations_between([definition_from("F1-1", entry)], traits).shares
    assert [(share.numerator, share.denominator, share.severity) for share in found] == shares


def test_the_strictest_of_two_sheets_stands_whatever_their_order() -> None:
    traits = {code: Traits(code, "x", "count") for code in "abc"}
    strict = definition_from("F1-1", _entry())
    balance = definition_from("F1-2", _entry(numerator="a - c", denominator="b - c"))
    for order in ([strict, balance], [balance, strict]):
        assert [share.severity for share in relations_between(order, traits).shares] == [ERROR]


def test_a_measure_that_one_sheet_does_not_sum_is_not_summed() -> None:
    traits = {code: Traits(code, "x", "count") for code in "ab"}
    both = [definition_from("F1-1", _entry()), definition_from("F1-2", _entry(over_time="last"))]
    for order in (both, both[::-1]):
        assert not relations_between(order, traits).summed["a"]
