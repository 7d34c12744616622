"""PURE. A fiche on two pages: what its page knows at a date, as plain text to print, and how to make it shorter.

Every figure is written as the page shows it; nothing is computed. What a page of paper has no room for is counted and
named (« la suite dans l'application »), never dropped in silence.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from cog.figures import BEFORE_UNIT
from cog.periods import format_date
from reports.annual_parts import tally_payload, tally_sentence
from reports.annual_report import Payload, exact

SDSI = "sdsi"
TREND = 5
"""How many yearly values the small drawing of an indicator shows."""


@dataclass(frozen=True)
class Room:
    """What a version of the document has room for: characters of each kind of text, explanations, actions."""

    label: int
    wording: int
    said: int
    explanations: int
    actions: int


ROOMS = (
    Room(label=230, wording=220, said=420, explanations=3, actions=40),
    Room(label=130, wording=150, said=260, explanations=3, actions=40),
    Room(label=62, wording=110, said=180, explanations=2, actions=40),
    Room(label=62, wording=90, said=140, explanations=2, actions=20),
    Room(label=62, wording=70, said=110, explanations=1, actions=8),
)
"""The versions of the document, from the roomiest to the tightest."""

URGENCY = ("en_retard", "bientot_echue", "a_l_heure", "sans_echeance", "realisee_en_retard", "realisee_a_temps", "")
"""Which actions stay when there is no room for all: late first, done last."""


def fiche_payload(
    page: Any, *, at: date, convention: Any, tallies: Sequence[Any], axes: Sequence[Any], measured: bool
) -> Payload:
    """The content of the document: `page` is a `reports.queries.FichePage`, which holds what its reader may see.

    `tallies`: of each objective of the page, in its order; `axes`: of the Sdsi, whose projects are counted by
    programme and never listed; `measured`: whether the reader may see results.
    """
    told = format_date(at)
    views = [view for group in page.objectives for view in group.actions]
    followed = any(view.timeliness for view in views)
    payload: Payload = {
        "document": "fiche",
        "convention": {
            "code": convention.code,
            "title": convention.title,
            "short_title": convention.short_title,
            "branch": convention.branch,
        },
        "number": page.fiche.number,
        "title": page.fiche.title,
        "domain": {"number": page.fiche.domain.number, "title": page.fiche.domain.title},
        "seed_line": page.fiche.seed_line,
        "at": told,
        "followed": followed,
        "measured": measured,
        "tally": tally_sentence(page.tally, told) if followed else "",
        "objectives": [
            _objective(group, tally_payload(tally), followed)
            for group, tally in zip(page.objectives, tallies, strict=True)
            if group.objective.plan != SDSI
        ],
        "axes": [_axis(axis) for axis in axes],
        "indicators": [_indicator(line) for line in _binding_first(page.indicators)],
        "explanations": [_explanation(row) for row in page.explanations],
        "commitments": [_commitment(view) for view in page.commitments],
        "simulated": page.simulated or any(row.simulated for row in page.explanations),
    }
    payload["draft"] = followed or bool(payload["explanations"]) or any(one["shown"] for one in payload["indicators"])
    return payload


def _binding_first(lines: Iterable[Any]) -> list[Any]:
    return sorted(lines, key=lambda line: not line.is_result)  # stable: the order of the annex within


def _objective(group: Any, counts: Payload, followed: bool) -> Payload:
    return {
        "title": " ".join(group.objective.title.split()),
        "counts": counts,
        "tally": _counted(counts, followed),
        "actions": [_action(view) for view in group.actions],
    }


def _axis(axis: Any) -> Payload:
    return {
        "number": axis.axis.number,
        "title": " ".join(axis.axis.title.split()),
        "programmes": [
            {
                "number": one.programme.number,
                "title": " ".join(one.programme.title.split()),
                "counts": tally_payload(one.tally),
            }
            for one in axis.programmes
        ],
    }


def _counted(counted: Mapping[str, int], followed: bool) -> str:
    """« 4 actions, 1 réalisée, 2 en retard »; the abandoned ones are of the number."""
    abandoned, done, late = counted["abandoned"], counted["done"], counted["late"]
    total = counted["total"] + abandoned
    words = [f"{total} action{'s' if total > 1 else ''}"]
    if followed and done:
        words.append(f"{done} réalisée{'s' if done > 1 else ''}")
    if followed and late:
        words.append(f"{late} en retard")
    if abandoned:
        words.append(f"{abandoned} abandonnée{'s' if abandoned > 1 else ''}")
    return ", ".join(words)


def _action(view: Any) -> Payload:
    last = view.last
    revised = view.end if view.revisions else None
    return {
        "number": view.action.number,
        "label": _flat(view.action.label),
        "deadline": " ; ".join(line.strip() for line in view.action.deadline_cell.split("\n") if line.strip()),
        "revised": f"revue au {format_date(revised)}" if revised else "",
        "status": view.status_label if view.timeliness else "",
        "done_on": format_date(last.done_on) if last and last.done_on else "",
        "timeliness": view.timeliness.value if view.timeliness else "",
        "timeliness_label": view.timeliness.label if view.timeliness else "",
        "simulated": bool(last and last.simulated),
    }


def _flat(text: str) -> str:
    """A printed cell on one line, its bullets parted by « ; »."""
    told = ""
    for line in (line.strip() for line in text.split("\n") if line.strip()):
        is_bullet, words = line.startswith("·"), line.lstrip("·").strip()
        follows = not told or not is_bullet or told.endswith(":")
        told = f"{told} {words}".strip() if follows else f"{told.rstrip(' ;.,')}{BEFORE_UNIT}; {words}"
    return told


def _indicator(line: Any) -> Payload:
    latest = line.latest
    years = [point for point in line.years if point.value is not None][-TREND:]
    return {
        "code": line.indicator.code,
        "title": line.indicator.title,
        "kind": line.indicator.kind,
        "unit": line.unit,
        "baseline": line.baseline,
        "target": line.target.replace("(dès ", f"(dès{BEFORE_UNIT}"),
        "shown": latest.shown if latest else "",
        "period": latest.label if latest else "",
        "state": latest.state if latest else "",
        "verdict": latest.verdict if latest else ("a_construire" if line.to_build else "non_disponible"),
        "verdict_label": latest.verdict_label if latest else ("à construire" if line.to_build else "non disponible"),
        "answered": _answered(latest),
        "years": [{"period": point.period, "shown": point.shown, "value": exact(point.value)} for point in years],
        "simulated": bool(latest and latest.simulated),
    }


def _answered(point: Any) -> str:
    """« 99/102 »; empty for a figure of one body."""
    if point is None or point.units_concerned <= 1:
        return ""
    return f"{point.units_reported}/{point.units_concerned}"


def _explanation(row: Any) -> Payload:
    fiche, ordinal = row.action_parts
    return {
        "code": row.indicator.code,
        "period": row.period_label,
        "cause": row.cause_label,
        "text": " ".join(row.text.split()),
        "action": f"fiche n°{BEFORE_UNIT}{fiche}, action de rang {ordinal}" if fiche else "",
        "expected_return": row.expected_return_label,
        "simulated": row.simulated,
    }


def _commitment(view: Any) -> Payload:
    """A promise of the State; its words only where the reader may see them."""
    said, row = view.last, view.commitment
    word = ""
    if view.timeliness:
        word = (
            f"la tutelle{BEFORE_UNIT}: {said.get_status_display()} au {format_date(said.as_of)}"
            if said
            else "la tutelle n'en a rien dit"
        )
    return {
        "wording": " ".join(row.wording.split()),
        "deadline": row.deadline_raw,
        "word": word,
        "timeliness": view.timeliness.value if view.timeliness else "",
        "timeliness_label": view.timeliness.label if view.timeliness else "",
    }


# --- Shorter -------------------------------------------------------------------------------------------------------


def shortened(payload: Payload, room: Room) -> Payload:
    """The content as a version of the document places it; `more` says in words what is read in the application only."""
    listed = payload["objectives"]
    kept = _kept(listed, room.actions)
    explanations = payload["explanations"][: room.explanations]
    left = sum(len(group["actions"]) for group in listed) - len(kept)
    return payload | {
        "objectives": [_within(group, rank, kept, room) for rank, group in enumerate(listed)],
        "indicators": [_cut(row, "baseline", room.label) for row in payload["indicators"]],
        "explanations": [_cut(row, "text", room.said) for row in explanations],
        "commitments": [_cut(row, "wording", room.wording) for row in payload["commitments"]],
        "more": _more(left, len(payload["explanations"]) - len(explanations)),
    }


Place = tuple[int, int]
"""Of an action: the rank of its objective, its own rank there."""


def _kept(objectives: list[Payload], most: int) -> set[Place]:
    """The actions that are listed: all of them, or the most urgent ones."""
    places = {
        (rank, own): URGENCY.index(action["timeliness"])
        for rank, group in enumerate(objectives)
        for own, action in enumerate(group["actions"])
    }
    return set(sorted(places, key=lambda place: (places[place], place))[:most])


def _within(group: Payload, rank: int, kept: set[Place], room: Room) -> Payload:
    actions = [_cut(action, "label", room.label) for own, action in enumerate(group["actions"]) if (rank, own) in kept]
    return group | {"actions": actions, "left": len(group["actions"]) - len(actions)}


def _cut(row: Payload, key: str, most: int) -> Payload:
    return row | {key: cut(row[key], most)}


def cut(text: str, most: int) -> str:
    """A text of so many characters at most, cut between two words: « Cibler et accompagner… »."""
    if len(text) <= most:
        return text
    return text[: most - 1].rsplit(" ", 1)[0].rstrip(" ,;:.(") + "…"


def _more(actions: int, explanations: int) -> list[str]:
    """What is left out, counted."""
    found = []
    if actions:
        found.append(f"{actions} autre{'s' if actions > 1 else ''} action{'s' if actions > 1 else ''}")
    if explanations:
        found.append(
            f"{explanations} autre{'s' if explanations > 1 else ''} explication{'s' if explanations > 1 else ''}"
        )
    return found
