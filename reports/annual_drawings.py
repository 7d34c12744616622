"""PURE. The drawings of the bilan beside those of its sheets: trends, maps, bars. From the payload alone."""

from decimal import Decimal
from typing import Any

from cog import charts, maps
from cog.figures import BEFORE_UNIT

Payload = dict[str, Any]
COARSE = 6
"""The grid of the outlines of a map 66 mm wide: four tenths of a millimetre."""


def trends(payload: Payload) -> dict[str, str]:
    """code -> the shape of its yearly values, for the indicators that have two at least."""
    lines = [line for domain in payload["domains"] for fiche in domain["fiches"] for line in fiche["indicators"]]
    return {line["code"]: _trend(line) for line in lines if sum(bool(one["value"]) for one in line["years"]) > 1}


def _trend(line: Payload) -> str:
    said = ", ".join(f"{point['shown'] or 'n.d.'} en {point['period']}" for point in line["years"])
    return charts.sparkline(
        id=_name("tendance", line["code"]),
        title=f"{line['code']}{BEFORE_UNIT}: {said}",
        values=[_decimal(point["value"]) for point in line["years"]],
    )


def bars(payload: Payload) -> dict[str, str]:
    """fund -> its measures by year, where any is known."""
    return {fund["code"]: _bars(fund) for fund in payload["budgets"] if fund.get("bars")}


def _bars(fund: Payload) -> str:
    told = fund["bars"]
    return charts.bars_chart(
        id=_name("budget", fund["code"]),
        title=f"{fund['name']}{BEFORE_UNIT}: total du fonds par année, en {fund['unit']}",
        desc=", ".join(series["label"] for series in told["series"]) + ".",
        categories=told["years"],
        series=[charts.Bars(one["label"], [_decimal(value) for value in one["values"]]) for one in told["series"]],
        unit=fund["unit"],
        decimals=told["decimals"],
        height=210,
    )


def atlas(payload: Payload) -> dict[str, str]:
    """code -> the caisses by departement, in the shades of their quarters."""
    return {one["code"]: _map(one) for one in payload.get("maps", [])}


def _map(one: Payload) -> str:
    return maps.map_chart(
        id=_name("carte", one["code"]),
        title=f"{one['code']}{BEFORE_UNIT}: {one['title']}",
        desc=f"Les caisses par quart, par département, en {one['unit']}.",
        areas=[maps.Area(code, "", shade) for code, shade in one["areas"]],
        grid=COARSE,
        plain=True,
        keys=[quarter["place"] for quarter in one["quarters"]],  # their values are in the table beside
    )


def _name(kind: str, code: str) -> str:
    return f"{kind}-{code}".replace(".", "-")


def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if text else None
