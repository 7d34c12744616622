"""PURE. The five years of an indicator that the final evaluation measures, from its measure alone."""

from decimal import Decimal
from typing import Any

from cog import charts
from cog.figures import BEFORE_UNIT

PROVISIONAL = ("provisoire", "incomplet")


def five_years(measure: dict[str, Any]) -> str:
    """The yearly values of the convention with its targets; empty where there is none."""
    series, start = measure["series"], measure["start"]
    known = [one for one in series if one["value"]]
    if not known:
        return ""
    years = [int(one["period"]) for one in series]
    return charts.series_chart(
        id=f"cinq-ans-{measure['subject']}".replace(".", "-"),
        title=f"{measure['subject']}{BEFORE_UNIT}: {_message(measure, known)}",
        desc=measure["title"],
        points=[
            charts.Point(label=one["period"], value=_decimal(one["value"]), provisional=one["state"] in PROVISIONAL)
            for one in series
        ],
        unit=measure["unit"],
        decimals=measure["decimals"],
        targets=[drawn for one in measure["thresholds"] if (drawn := _target(one, years)) is not None],
        baseline=charts.Point(label=str(start["year"]), value=Decimal(start["value"])) if start else None,
        height=200,
    )


def _message(measure: dict[str, Any], known: list[dict[str, Any]]) -> str:
    first, last, unit = known[0], known[-1], f"{BEFORE_UNIT}{measure['unit']}"
    if first is last:
        return f"{last['shown']}{unit} en {last['period']}"
    return f"de {first['shown']} en {first['period']} à {last['shown']}{unit} en {last['period']}"


def _target(one: dict[str, Any], years: list[int]) -> charts.Target | None:
    held = [place for place, number in enumerate(years) if one["from"] <= number <= one["to"]]
    if not held:
        return None
    label = "cible" if one["role"] == "target" else "seuil critique"
    return charts.Target(Decimal(one["value"]), label, held[0], held[-1])


def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if text else None
