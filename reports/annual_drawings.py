"""PURE. The drawings of the bilan: series, spreads, trends, maps, bars. From the payload alone."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from cog import charts, maps
from cog.figures import BEFORE_UNIT
from cog.periods import Granularity, Period, parse

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


def series(sheet: Payload) -> str:
    """The national values over the whole term, with the targets and the indicative trajectory that lie ahead."""
    known = {point["period"]: point for point in sheet["series"]}
    periods = [parse(code) for code in sheet["axis"]]
    start = sheet["start"]
    drawing = charts.series_chart(
        id=_name("serie", sheet["code"]),
        title=f"{sheet['code']}{BEFORE_UNIT}: {_message(sheet)}",
        desc=sheet["title"],
        points=[_point(period, known.get(str(period)), sheet["breaks"]) for period in periods],
        unit=sheet["unit"],
        decimals=sheet["decimals"],
        targets=_targets(sheet, periods),
        trajectory=[_decimal(value) for value in sheet["trajectory"]],
        baseline=charts.Point(label=str(start["year"]), value=Decimal(start["value"])) if start else None,
        height=210,
    )
    return without_ground(drawing)


def _message(sheet: Payload) -> str:
    known = [point for point in sheet["series"] if point["value"]]
    if not known:
        return "aucune valeur nationale"
    first, last, unit = known[0], known[-1], f"{BEFORE_UNIT}{sheet['unit']}"
    if first is last:
        return f"{last['shown']}{unit} ({last['label']})"
    return f"de {first['shown']} ({first['label']}) à {last['shown']}{unit} ({last['label']})"


def _point(period: Period, point: Payload | None, breaks: list[dict[str, str]]) -> charts.Point:
    whole_year = period.granularity is Granularity.YEAR
    return charts.Point(
        label=str(period) if whole_year else str(period).split("-", 1)[1],
        value=_decimal(point["value"]) if point else None,
        group="" if whole_year else str(period.year),
        provisional=point is not None and point["state"] in ("provisoire", "incomplet"),
        break_label="rupture de série" if any(str(period.start) == one["before"] for one in breaks) else "",
    )


def _targets(sheet: Payload, periods: list[Period]) -> list[charts.Target]:
    drawn = []
    for threshold in sheet["thresholds"]:
        start, end = date.fromisoformat(threshold["from"]), date.fromisoformat(threshold["to"])
        held = [place for place, period in enumerate(periods) if start <= period.start and period.end <= end]
        if held:
            label = "cible" if threshold["role"] == "target" else "seuil critique"
            drawn.append(charts.Target(Decimal(threshold["value"]), label, held[0], held[-1]))
    return drawn


def spread(sheet: Payload) -> str:
    """Every local value of the year on one line, with the middle half and the national value."""
    shown, exact = sheet["spread"]["shown"], sheet["spread"]["exact"]
    value = sheet["value"]
    national = _decimal(value["value"]) if value else None
    if national is not None and not Decimal(exact["minimum"]) <= national <= Decimal(exact["maximum"]):
        national = None  # a total of the caisses is off their scale
    drawing = charts.distribution_chart(
        id=_name("dispersion", sheet["code"]),
        title=(
            f"{sheet['code']}{BEFORE_UNIT}: de {shown['minimum']} à {shown['maximum']}{BEFORE_UNIT}{sheet['unit']}"
            f" selon la caisse, médiane {shown['median']}"
        ),
        desc=f"{sheet['title']}, {sheet['spread']['n']} valeurs locales.",
        groups=[
            charts.Distribution(
                label=value["label"] if value else "",
                values=[Decimal(text) for text in sheet["locals"]],
                box=(Decimal(exact["q1"]), Decimal(exact["median"]), Decimal(exact["q3"])),
                national=national,
            )
        ],
        unit=sheet["unit"],
        decimals=sheet["decimals"],
        height=120,
    )
    return without_ground(drawing)


def without_ground(drawing: str) -> str:
    """The drawing without its white ground: the mark of the page stays whole behind it."""
    return re.sub(r'<rect width="\d+" height="\d+" fill="#ffffff" ?/>', "", drawing, count=1)


def _name(kind: str, code: str) -> str:
    return f"{kind}-{code}".replace(".", "-")


def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if text else None
