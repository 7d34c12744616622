"""The formula of a figure with each term replaced by its number: « 1 234 / 1 450 × 100 = 85,1 % »."""

from decimal import Decimal

from cog.figures import format_exact, format_figure
from indicators.compute.lineage import Kind, Lineage
from indicators.compute.over_time import Quantities


def formula_in_numbers(found: Lineage) -> str:
    """What is computed, in numbers; empty where there is no value to come to."""
    outcome, definition = found.outcome, found.definition
    if outcome.value is None:
        return ""
    value = format_figure(outcome.value, definition.decimals, definition.unit)
    totals = found.groups[0].totals if found.groups else None
    return f"{_left(found, totals)} = {value}" if _left(found, totals) else ""


def _left(found: Lineage, totals: Quantities | None) -> str:
    definition, outcome = found.definition, found.outcome
    numerator, denominator = outcome.numerator, outcome.denominator
    if found.kind is Kind.LOWEST:
        return "la plus basse des ventilations"
    if found.kind is Kind.MONTHS:
        return f"somme des écarts pondérés {_short(numerator)} ÷ somme des poids {_exactly(denominator)}"
    if found.kind is Kind.VALUES:
        return _from_local_values(found)
    if found.kind is Kind.SIDES:
        factor = "" if definition.method == "growth_gap" else "100 × "
        return f"{factor}{_short(numerator)} ÷ {_short(denominator)}"
    now, before = _exactly(numerator), _exactly(denominator)
    method = definition.method
    if method == "variation":
        return f"{now} − {before}{_scaled(definition.scale)}"
    if method == "evolution":
        return f"100 × ({now} − {before}) ÷ {now if definition.options.get('divisor') == 'current' else before}"
    if method == "reference_index":
        return f"100 × ({now} ÷ {before} − 1)"
    if method == "share_of_units":
        return f"100 × {now} ÷ {before}"
    if denominator is None:
        return f"{now}{_scaled(definition.scale)}"
    factor = "" if definition.factor == 1 else f"{_exactly(definition.factor)} × "
    return f"{factor}{now} ÷ {before}"


def _from_local_values(found: Lineage) -> str:
    """A spread, a mean or a count over the caisses."""
    outcome, definition = found.outcome, found.definition
    numerator, denominator = outcome.numerator, outcome.denominator
    values = [one.value for one in found.components if one.value is not None]
    if numerator is None or denominator is None:
        if definition.national == "mean":
            return f"{_short(sum(values, Decimal(0)))} ÷ {len(values)} caisses"
        return f"tirée des valeurs de {len(values)} caisses"
    if found.name:
        return f"{_short(numerator)} sur {_exactly(denominator)} caisses"
    if definition.method == "variation_coefficient":
        return f"100 × écart-type {_short(numerator)} ÷ moyenne {_short(denominator)}"
    if definition.method == "quantiles":
        return f"9e décile {_short(numerator)} − 1er décile {_short(denominator)}"
    if definition.method == "dispersion":
        return f"maximum {_short(numerator)} − minimum {_short(denominator)}"
    return f"{_short(numerator)} ÷ {_exactly(denominator)}"


def _scaled(scale: Decimal) -> str:
    return "" if scale == 1 else f" × {_exactly(scale)}"


def _exactly(value: Decimal | None) -> str:
    """Sums of observations are short and shown whole."""
    return "" if value is None else format_exact(value.normalize() + 0)


def _short(value: Decimal | None) -> str:
    """A quotient has forty digits: six are shown."""
    return "" if value is None else format_exact(round(value, 6).normalize() + 0)
