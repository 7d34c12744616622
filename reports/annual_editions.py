"""PURE. From one edition of the bilan to the next: the same figures under another state, and what would differ."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from cog.periods import format_date
from reports.annual_parts import corrections
from reports.annual_report import Payload
from reports.synthesis import Written, sentences_of, synthesis_payload

OWN = {"state", "number", "produced_on", "produced_on_iso", "presented_on", "synthesis", "corrections", "remarks"}
"""What belongs to an edition itself; the rest is what it tells, and passes unchanged to the editions that follow it."""

PARTS = {
    "domains": "les actions et les indicateurs",
    "sheets": "les fiches des indicateurs de résultat",
    "maps": "les cartes",
    "sdsi": "le Sdsi",
    "budgets": "les budgets",
    "staff": "les effectifs",
    "calendar": "le calendrier",
}
"""The parts of the content, as a refusal names them."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What an edition is: its state, its number, the day it is printed, the day of the board."""

    state: str
    number: int
    produced_on: date
    presented_on: date | None = None


def following(
    origin: Payload,
    standing: Standing,
    *,
    said: Mapping[str, Written] | None = None,
    remarks: list[Payload] | None = None,
) -> Payload:
    """The content of an edition established from another: its figures under its own state.

    `said`: the last words put in the synthesis; `remarks`: what both parties wrote, for the common document. None keeps
    those of the origin: the board is given, word for word, what the State agreed to.
    """
    return origin | {
        "state": standing.state,
        "number": standing.number,
        "produced_on": format_date(standing.produced_on),
        "produced_on_iso": standing.produced_on.isoformat(),
        "presented_on": format_date(standing.presented_on) if standing.presented_on else "",
        "synthesis": origin.get("synthesis", []) if said is None else synthesis_payload(sentences_of(origin), said),
        "remarks": origin.get("remarks", []) if remarks is None else remarks,
    }


def changed_since(origin: Payload, fresh: Payload) -> list[str]:
    """The corrected indicators by their code; else the parts whose figures or words are no more those of an edition."""
    moved = [row["code"] for row in corrections(origin, fresh, "")["rows"]]
    return sorted(set(moved)) if moved else parts_changed(origin, fresh)


def parts_changed(origin: Payload, fresh: Payload) -> list[str]:
    """The parts that two contents tell otherwise."""
    keys = [key for key in fresh.keys() | origin.keys() if key not in OWN and origin.get(key) != fresh.get(key)]
    return sorted({PARTS.get(key, "les annexes") for key in keys})
