"""PURE. A caisse on two pages: what its page knows, what it owes, its dotation, as plain text to print.

Every figure is written as the page shows it; no other caisse is named. Ranks are among all the caisses with a value.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cog.figures import BEFORE_UNIT, format_figure, format_gap
from cog.periods import format_date
from reports.annual_report import Payload, exact
from reports.fiche_brief import cut

PLACES = ("1er quart", "2e quart", "3e quart", "4e quart")
REACHED = ("atteint", "conforme")
MISSED = ("non_atteint", "en_retard")
RESULT = "resultat"
CENTS_OF_KE = 5
"""Decimals of an amount in k€ to the centime."""
SHORT_UNIT = 3
"""Characters of a unit that stands beside its figure; a longer one stands beside the title."""
TREND = 5
"""How many yearly values the small drawing of an indicator shows."""


@dataclass(frozen=True)
class Room:
    """What a version of the document has room for: characters of a title, sheets of which values miss, lines."""

    title: int
    owed: int
    lines: int


ROOMS = (
    Room(title=84, owed=10, lines=200),
    Room(title=42, owed=6, lines=200),
    Room(title=42, owed=4, lines=44),
)
"""The versions of the document, from the roomiest to the tightest."""


def caisse_payload(
    body: Any,
    lines: Sequence[Any],
    *,
    convention: Any,
    situation: str,
    groups: Sequence[Any] = (),
    years: Mapping[str, Sequence[tuple[str, Any]]] | None = None,
    owed: Any = None,
    dotation: Any = None,
) -> Payload:
    """The content of the document: `lines` are those of the caisse's page (`indicators.queries.caisses.OwnLine`).

    `years`: code -> the yearly values of the caisse; `owed`: the `DueQuarter` of the caisse alone, None where the
    reader may not see it; `dotation`: its line of an allotment with the allotment, None where there is none to read.
    """
    told = [_line(line, (years or {}).get(line.line.indicator.code, ())) for line in lines]
    kept = sorted(told, key=lambda line: line["kind"] != RESULT)  # stable: the order of the annex within
    return {
        "document": "caisse",
        "convention": {
            "code": convention.code,
            "title": convention.title,
            "short_title": convention.short_title,
            "branch": convention.branch,
        },
        "code": body.code,
        "name": body.name,
        "place": ", ".join(filter(None, (body.departement_name, body.region_2016))),
        "groups": [{"key": group.key, "value": group.value} for group in groups],
        "situation": situation,
        "sentences": _sentences(told),
        "quarters": _quarters(told),
        "period": _common_period(kept),
        "lines": kept,
        "owed": None if owed is None else _owed(owed, body.code),
        "dotation": None if dotation is None else _dotation(*dotation),
        "simulated": any(line["simulated"] for line in told)
        or any(group.simulated for group in groups)
        or bool(dotation and dotation[1].simulated),
        "draft": True,
    }


def _line(line: Any, years: Sequence[tuple[str, Any]]) -> Payload:
    indicator, own = line.line.indicator, line.own
    known = [(period, value) for period, value in years if value is not None][-TREND:]
    return {
        "code": indicator.code,
        "title": indicator.title,
        "kind": indicator.kind,
        "unit": line.unit,
        "is_short": len(line.unit) <= SHORT_UNIT,
        "period": line.line.latest.label,
        "known": bool(own and own.point.value is not None),
        "shown": own.point.shown if own else "",
        "state": own.point.state if own else "",
        "state_label": own.point.state_label if own else "",
        "nation": line.nation_shown if own else "",
        "gap": format_gap(own.gap, line.line.decimals) if own and own.gap is not None else "",
        "rank": own.rank if own else None,
        "ranked": own.ranked if own else 0,
        "quarter": own.quarter if own else "",
        "target": own.target if own else "",
        "verdict": own.point.verdict if own and own.target else "",
        "verdict_label": own.point.verdict_label if own and own.target else "",
        "change": "rupture" if line.broken else _change(line),
        "years": [
            {"period": period, "shown": format_figure(value, line.line.decimals), "value": exact(value)}
            for period, value in known
        ],
        "simulated": bool(own and own.point.simulated),
    }


def _change(line: Any) -> str:
    return "" if line.change is None else format_gap(line.change, line.line.decimals)


def _common_period(lines: Sequence[Payload]) -> str:
    """The period of most lines: told once, the others beside their own line."""
    counted = Counter(line["period"] for line in lines)
    return max(counted, key=lambda period: counted[period], default="")


def _sentences(lines: list[Payload]) -> list[str]:
    """« 38 indicateurs sur 46 ont une valeur ; 5 des 6 cibles du Cpog sont atteintes ou en bonne voie. »"""
    if not lines:
        return ["Aucun indicateur n'a encore de valeur locale à cette date."]
    known = sum(line["known"] for line in lines)
    verb = "ont" if known > 1 else "a"
    plural = "s" if len(lines) > 1 else ""
    words = [f"{known} indicateur{'s' if known > 1 else ''} à valeur locale sur {len(lines)} {verb} une valeur."]
    if known == len(lines):
        words = [f"{len(lines)} indicateur{plural} à valeur locale, {'tous avec' if plural else 'avec'} une valeur."]
    judged = Counter(line["verdict"] for line in lines if line["verdict"])
    aimed = judged.total()
    if not aimed:
        return [*words, "Aucune cible de son Cpog ne s'applique à ces périodes."]
    reached, missed = (sum(judged[code] for code in codes) for codes in (REACHED, MISSED))
    told = [
        f"{reached} atteinte{'s' if reached > 1 else ''} ou en bonne voie",
        f"{missed} non atteinte{'s' if missed > 1 else ''} ou en retard",
    ]
    if aimed > reached + missed:
        told.append(f"{aimed - reached - missed} non jugée{'s' if aimed - reached - missed > 1 else ''}")
    return [*words, f"{aimed} cible{'s' if aimed > 1 else ''} de son Cpog{BEFORE_UNIT}: {', '.join(told)}."]


def _quarters(lines: list[Payload]) -> list[Payload]:
    """How many of its indicators stand in each quarter of the caisses."""
    counted = Counter(line["quarter"] for line in lines if line["quarter"])
    return [{"place": place, "count": counted[place]} for place in PLACES]


def _owed(quarter: Any, code: str) -> Payload:
    """What the caisse owes with a transmission and has not sent, sheet by sheet."""
    missing = [(sheet, cell) for sheet, cell in quarter.of_body(code) if cell.missing]
    return {
        "transmission": quarter.transmission.label,
        "due": format_date(quarter.due) if quarter.due else "",
        "late": quarter.is_past,
        "sheets": len([cell for (_, body), cell in quarter.cells.items() if body == code]),
        "absent": sum(cell.absent for _, cell in missing),
        "rows": [
            {"code": sheet.code, "title": sheet.title, "absent": cell.absent, "asked": cell.asked}
            for sheet, cell in missing
        ],
    }


def _dotation(line: Any, stored: Any) -> Payload:
    """Its dotation d'action sociale, in k€, as the allotment in force gives it."""
    return {
        "exercise": stored.exercise,
        "number": stored.number,
        "amount": format_figure(line.share.amount, CENTS_OF_KE, "k€"),
        "previous": format_figure(line.share.entry.previous, CENTS_OF_KE, "k€"),
        "growth": line.growth_shown,
        "basis": line.basis_words,
        "act": stored.act,
        "decided_on": format_date(stored.decided_on),
        "simulated": stored.simulated,
    }


def shortened(payload: Payload, room: Room) -> Payload:
    """The content as a version of the document places it; what is left out is counted."""
    lines = [line | {"title": cut(line["title"], room.title)} for line in payload["lines"]]
    kept, owed = lines[: room.lines], payload["owed"]
    if owed is not None:
        rows = [row | {"title": cut(row["title"], 60)} for row in owed["rows"]]
        owed = owed | {"rows": rows[: room.owed], "left": max(len(rows) - room.owed, 0)}
    binding = [line for line in kept if line["kind"] == RESULT]
    return payload | {
        "parts": [
            {"title": "Indicateurs de résultat (opposables)", "lines": binding},
            {"title": "Indicateurs de pilotage (suivi)", "lines": kept[len(binding) :]},
        ],
        "left": len(lines) - len(kept),
        "owed": owed,
    }
