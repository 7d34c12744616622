"""The names of the two numbers beside a value: a case for each method, and no sheet of the convention left out."""

from decimal import Decimal

import pytest

from indicators.compute.terms import local_terms_of, terms_of
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
