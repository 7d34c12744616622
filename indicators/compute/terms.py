"""What the two numbers kept beside a value are, by method: a spread has no numerator, an evolution has two years.

PURE.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from cog.figures import format_exact, format_figure
from indicators.compute.definition import Definition
from indicators.compute.spreads import D1, D9, MEAN, MEDIAN, RANK


class Terms(NamedTuple):
    """The names of the two numbers of a result; the second is empty where there is one number only.

    `decimals`: how many are shown; None for quantities as they were reported, shown with the decimals they have.
    """

    first: str
    second: str
    decimals: int | None = None

    def shown(self, value: Decimal | None) -> str:
        """One of the two, as it is read; empty where it is not there."""
        if value is None:
            return ""
        return format_exact(value) if self.decimals is None else format_figure(value, self.decimals)


RATIO = Terms("Numérateur", "Dénominateur")

_NAMED = {
    "count": Terms("Somme des remontées", ""),
    "survey": Terms("Réponses retenues", "Taille de l'échantillon"),
    "variation": Terms("Valeur de la période", "Valeur un an avant"),
    "evolution": Terms("Valeur de la période", "Valeur un an avant"),
    "share_of_units": Terms("Remplissent la condition", "Ont répondu"),
    "growth_gap": Terms("Croissance mesurée", "Croissance de référence", 4),
    "coverage_gap": Terms("Taux mesuré", "Taux de référence", 4),
    "weighted_gap": Terms("Écarts pondérés, cumulés", "Poids cumulés", 2),
}


def terms_of(definition: Definition) -> Terms:
    """The names of the numbers of the national value."""
    shown = definition.decimals + 1
    if definition.method == "dispersion":
        return Terms("Maximum", "Minimum", shown)
    if definition.method == "quantiles":
        return Terms("9e décile", "1er décile", shown)
    if definition.method == "variation_coefficient":
        return Terms("Écart-type", "Moyenne", shown)
    if definition.method == "reference_index":
        return Terms("Valeur de la période", f"Valeur de {definition.reference_year}")
    return _NAMED.get(definition.method, RATIO)


def local_terms_of(definition: Definition) -> Terms:
    """The names of the numbers of one caisse: those of the value a spread is taken over."""
    if not definition.is_spread:
        return terms_of(definition)
    return terms_of(definition.of) if isinstance(definition.of, Definition) else RATIO


def local_unit_of(definition: Definition, units: Mapping[str, str]) -> str:
    """The unit of one caisse's value, `units` being those of the measures: points between percentages are of « % ».

    A coefficient of variation has no unit of its own to lend: its local value is counted in those of its two measures.
    """
    if not definition.is_spread:
        return definition.unit
    if definition.unit == "points":
        return "%"
    local = definition.of
    if definition.method != "variation_coefficient" or not isinstance(local, Definition):
        return definition.unit
    terms = [next(iter(term.measures), "") if term is not None else "" for term in (local.numerator, local.denominator)]
    top, bottom = (units.get(term, "") for term in terms)
    return f"{top}/{bottom.removesuffix('s')}" if bottom else top


def unit_of(definition: Definition, name: str, units: Mapping[str, str], *, local: bool) -> tuple[str, int]:
    """The unit and the decimals of a result: of the headline, or of the value beside it that has this name.

    `local`: it is a caisse's. A rank has no unit; a count of caisses is in caisses.
    """
    own = next((one for one in (*definition.secondary, *definition.variants) if one.name == name), None)
    if own is not None and own.method == "units_below_target":
        return "caisses", 0
    if own is not None:
        return own.unit, own.decimals
    if name == RANK:
        return "", 0
    of_values = (not name and local) or name.split(", ")[0] in (MEAN, D1, MEDIAN, D9)
    if of_values or (definition.method == "variation_coefficient" and name):
        return local_unit_of(definition, units), definition.decimals
    return definition.unit, definition.decimals
