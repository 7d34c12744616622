"""The names of the two numbers beside a value: a case for each method, and no sheet of the convention left out."""

from decimal import Decimal

import pytest

from indicators.compute.terms import local_terms_of, terms_of, unit_of
from tests.indicators.compute.builders import methods, sheet


@pytest.mark.parametrize(
    ("code", "first", "second"),
    [
        ("F10-21", "Numérateur", "Dénominateur"),
        ("F16-41", "Somme des remontées", ""),
        ("F1-2", "Numérateur", "Dénominateur"),
        ("F1-1.2", "Valeur de la période", "Valeur un an avant"),
        ("F1-6", "Valeur de la période", "Valeur un an avant"),
        ("F18-45", "Valeur de la période", "Valeur de 2009"),
        ("F1-4.2", "Croissance mesurée", "Croissance de référence"),
        ("F1-5", "Taux mesuré", "Taux de référence"),
        ("F1-8", "Écarts pondérés, cumulés", "Poids cumulés"),
        ("F21-51.1", "Maximum", "Minimum"),
        ("F21-53", "Écart-type", "Moyenne"),
        ("F16-43.1", "9e décile", "1er décile"),
        ("F20-49", "Remplissent la condition", "Ont répondu"),
        ("F10-33", "Réponses retenues", "Taille de l'échantillon"),
    ],
)
def test_the_two_numbers_are_named_by_the_method(code: str, first: str, second: str) -> None:
    assert terms_of(sheet(code))[:2] == (first, second)


def test_a_caisse_has_the_numbers_a_spread_is_taken_over() -> None:
    assert local_terms_of(sheet("F21-52"))[:2] == ("Numérateur", "Dénominateur")
    assert local_terms_of(sheet("F21-51.1"))[:2] == ("Numérateur", "Dénominateur")
    assert local_terms_of(sheet("F1-6"))[:2] == ("Valeur de la période", "Valeur un an avant")


@pytest.mark.parametrize("code", [code for code in methods() if code != "notes"])
def test_only_a_ratio_has_a_numerator_and_a_denominator(code: str) -> None:
    definition = sheet(code)
    assert (terms_of(definition).first == "Numérateur") == (definition.method in ("ratio", "to_build"))


def test_a_term_is_shown_as_reported_or_with_few_decimals() -> None:
    assert terms_of(sheet("F10-21")).shown(Decimal("1234.50")) == "1\u202f234,5"
    assert terms_of(sheet("F21-52")).shown(Decimal("78.912345678901234567")) == "78,91"
    assert terms_of(sheet("F21-52")).shown(None) == ""


UNITS = {"cout_gestion_administrative": "€", "allocataires": "allocataires"}


@pytest.mark.parametrize(
    ("code", "name", "local", "unit"),
    [
        ("F10-21", "", False, "%"),
        ("F10-21", "", True, "%"),
        ("F21-52", "", False, "points"),
        ("F21-52", "", True, "%"),  # what is points apart between caisses is a percentage in each
        ("F21-52", "moyenne", False, "%"),
        ("F21-52", "écart-type", False, "points"),
        ("F15-39", "écart positif extrême à la moyenne", False, "points"),
        ("F21-53", "", False, "%"),
        ("F21-53", "", True, "€/allocataire"),
        ("F21-53", "écart-type", False, "€/allocataire"),
        ("F16-43.3", "rang", True, ""),
        ("F16-43.3", "médiane, taille=grande", False, "€"),
        ("F16-43.1", "écart à la médiane", True, "€/contrôle"),
        ("F10-24", "units_below_target", False, "caisses"),
        ("F1-8", "mean_of_caisses", False, "%"),
        ("F16-42", "dossiers_fraude[recidive=avec] / dossiers_fraude", False, "%"),
    ],
)
def test_each_value_is_told_in_its_own_unit(code: str, name: str, local: bool, unit: str) -> None:
    assert unit_of(sheet(code), name, UNITS, local=local)[0] == unit


@pytest.mark.parametrize(("code", "better"), [("F21-52", "none"), ("F16-43.1", "none"), ("F1-7", "lower")])
def test_that_a_spread_should_narrow_says_nothing_of_a_caisse(code: str, better: str) -> None:
    assert sheet(code).local_better == better
