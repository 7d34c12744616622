"""PURE. The final contradictory evaluation (l. 12257): its measures, both readings, its counts, its report.

A subject is an indicator or a fiche. Its measure is plain text to show and exact decimals to draw, frozen with each
sharing. What is said of several subjects is how many are of each kind: no percentage is ever averaged.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from cog.periods import format_date
from indicators.compute.achievement import METHOD, Achievement, Degree
from reports.annual_report import Payload, exact

INDICATOR, FICHE = "indicateur", "fiche"
CNAF, STATE = "cnaf", "etat"
PARTIES = {CNAF: "la Cnaf", STATE: "l'État"}
CAUSES = {"interne": "internes au régime", "non_imputable": "non imputables au régime"}

Key = tuple[str, str]
"""The kind of a subject, and its code."""


# --- What is measured ------------------------------------------------------------------------------------------------


BESIDE = "La cible juge une valeur associée à l'indicateur ; la série des cinq ans est celle de sa valeur principale."


def indicator_measure(
    line: Any, figure: Any, reached: Achievement, *, start: Any, thresholds: Iterable[Any], causes: Mapping[str, int]
) -> Payload:
    """An indicator at the end of the convention. `line`: its `SheetLine`; `figure`: the value that its target judges.

    `start`, `thresholds`: what the drawing shows of its aims; `causes`: of the explanations on the way, by kind.
    """
    sheet = line.indicator
    return {
        "kind": INDICATOR,
        "subject": sheet.code,
        "fiche": sheet.fiche.number,
        "title": sheet.title,
        "type": sheet.kind,
        "type_label": str(sheet.get_kind_display()),
        "unit": line.unit,
        "decimals": line.decimals,
        "baseline": line.baseline,
        "target": line.target,
        "year": figure.period,
        "value": figure.value,
        "exact": exact(figure.amount),
        "state_label": figure.state_label,
        "degree": reached.degree.value,
        "degree_label": reached.degree.label,
        "share": exact(reached.share),
        "share_shown": reached.share_shown,
        "reason": reached.reason,
        "note": BESIDE if line.definition is not None and line.definition.judged_name else "",
        "series": [
            {"period": one.period, "value": exact(one.value), "shown": one.shown, "state": one.state}
            for one in line.years
        ],
        "start": {"year": start.year, "value": exact(start.value)} if start else None,
        "thresholds": [
            {"value": exact(one.threshold), "from": one.start.year, "to": one.end.year, "role": one.role.value}
            for one in thresholds
        ],
        "explained": {code: causes.get(code, 0) for code in CAUSES},
        "simulated": bool(figure.simulated),
    }


def fiche_measure(fiche: Any, indicators: Sequence[Payload], actions: Mapping[str, int], *, simulated: bool) -> Payload:
    """A fiche at the end of the convention: its indicators counted by degree, its actions by what became of them."""
    return {
        "kind": FICHE,
        "subject": str(fiche.number),
        "fiche": fiche.number,
        "title": fiche.title,
        "domain": {"number": fiche.domain.number, "title": fiche.domain.title},
        "degrees": degree_counts(indicators),
        "actions": dict(actions),
        "explained": {code: sum(one["explained"][code] for one in indicators) for code in CAUSES},
        "simulated": simulated or any(one["simulated"] for one in indicators),
    }


ACTIONS = {
    "on_time": "réalisées à temps",
    "done_late": "réalisées en retard",
    "done": "réalisées, sans échéance à tenir",
    "late": "en retard",
    "open": "non réalisées, sans retard",
    "abandoned": "abandonnées",
}
"""What became of an action, in the order pages show it."""


def action_counts(views: Iterable[Any]) -> dict[str, int]:
    """How many actions of each kind; `views`: `actions.queries.ActionView`."""
    found = Counter(_became(view) for view in views)
    return {code: found[code] for code in ACTIONS}


def _became(view: Any) -> str:
    if view.status == "abandonnee":
        return "abandoned"
    stands = str(view.timeliness)
    if stands == "realisee_a_temps":
        return "on_time"
    if stands == "realisee_en_retard":
        return "done_late"
    if view.status == "realisee":
        return "done"
    return "late" if stands == "en_retard" else "open"


def degree_counts(measures: Iterable[Payload]) -> list[Payload]:
    """How many indicators of each degree, none left out."""
    found = Counter(one["degree"] for one in measures)
    return [{"code": one.value, "label": one.label, "count": found[one.value]} for one in Degree]


# --- What is said ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Side:
    """One party on one subject, as a reader may see it: its wordings, the latest first, and its last position.

    `shown_up_to`: how many of the wordings the other party sees; `stands`: whether the position is about the other's
    wording in force.
    """

    party: str
    revisions: Sequence[Any] = ()
    shared: bool = False
    position: Any = None
    stands: bool = False
    positions: Sequence[Any] = ()

    @property
    def label(self) -> str:
        return PARTIES[self.party]

    @property
    def reading(self) -> Any:
        """The wording in force; None where nothing is said."""
        return self.revisions[0] if self.revisions else None


AGREED, DISAGREED, WAITING, UNREAD = "accord", "desaccord", "en_attente", "sans_lecture"
OUTCOMES = {
    AGREED: "accord des parties",
    DISAGREED: "désaccord",
    WAITING: "position attendue",
    UNREAD: "sans lecture",
}


@dataclass(frozen=True)
class Subject:
    """An indicator or a fiche with its measure and both sides."""

    measure: Payload
    cnaf: Side
    state: Side

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.cnaf, self.state

    @property
    def key(self) -> Key:
        return self.measure["kind"], self.measure["subject"]

    @property
    def is_indicator(self) -> bool:
        return bool(self.measure["kind"] == INDICATOR)

    @property
    def name(self) -> str:
        """« F10-21 », « Fiche n° 10 »."""
        return str(self.measure["subject"]) if self.is_indicator else f"Fiche n° {self.measure['subject']}"

    @property
    def outcome(self) -> str:
        """A disagreement in force stands out; an agreement is whole when each wording in force has the other's."""
        if not any(side.reading for side in self.sides):
            return UNREAD
        held = [side.position for side in self.sides if side.position and side.stands]
        if any(one.stance == DISAGREED for one in held):
            return DISAGREED
        awaited = [side for side, other in (self.sides, self.sides[::-1]) if other.reading]
        return AGREED if all(side.position and side.stands for side in awaited) else WAITING

    @property
    def outcome_label(self) -> str:
        return OUTCOMES[self.outcome]

    def side(self, party: str) -> Side:
        return self.cnaf if party == CNAF else self.state


@dataclass(frozen=True)
class CauseCount:
    """What one party says of the causes: how many of each kind, and on how many subjects it says any."""

    party: str
    internal: int
    not_attributable: int
    subjects: int

    @property
    def label(self) -> str:
        return PARTIES[self.party]


@dataclass(frozen=True)
class Synthesis:
    """The counts of the evaluation, over all of its subjects."""

    results: list[Payload]
    monitored: list[Payload]
    causes: list[CauseCount]
    outcomes: list[Payload]
    readings: dict[str, int]
    positions: dict[str, int]
    total: int
    actions: dict[str, int] = field(default_factory=dict)


def synthesis(subjects: Sequence[Subject]) -> Synthesis:
    """Reached, partly, not; causes by kind and by party; agreements and disagreements: counted, never averaged."""
    measures = [one.measure for one in subjects if one.is_indicator]
    outcomes = {
        kind: Counter(one.outcome for one in subjects if one.measure["kind"] == kind) for kind in (INDICATOR, FICHE)
    }
    fiches = [one.measure["actions"] for one in subjects if not one.is_indicator]
    return Synthesis(
        results=degree_counts(one for one in measures if one["type"] == "resultat"),
        monitored=degree_counts(one for one in measures if one["type"] != "resultat"),
        causes=[_causes(party, subjects) for party in PARTIES],
        outcomes=[
            {
                "code": code,
                "label": label,
                "indicators": outcomes[INDICATOR][code],
                "fiches": outcomes[FICHE][code],
            }
            for code, label in OUTCOMES.items()
        ],
        readings={party: sum(one.side(party).reading is not None for one in subjects) for party in PARTIES},
        positions={party: sum(one.side(party).stands for one in subjects) for party in PARTIES},
        total=len(subjects),
        actions={code: sum(counts[code] for counts in fiches) for code in ACTIONS},
    )


def _causes(party: str, subjects: Iterable[Subject]) -> CauseCount:
    read = [reading for one in subjects if (reading := one.side(party).reading) is not None]
    return CauseCount(
        party,
        sum(len(one.internal) for one in read),
        sum(len(one.not_attributable) for one in read),
        sum(bool(one.internal or one.not_attributable) for one in read),
    )


# --- The report ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Heading:
    """What the report says of itself."""

    convention: Payload
    year: int
    state: str
    number: int
    measured_on: str
    produced_on: date
    opened_on: date
    closed_on: date | None


def report_payload(heading: Heading, subjects: Sequence[Subject], day_of: Any) -> Payload:
    """The whole content of the report to the board; `day_of`: the day of a moment where people live."""
    told = synthesis(subjects)
    content: Payload = {
        "document": "evaluation",
        "convention": heading.convention,
        "year": heading.year,
        "state": heading.state,
        "number": heading.number,
        "measured_on": heading.measured_on,
        "produced_on": format_date(heading.produced_on),
        "produced_on_iso": heading.produced_on.isoformat(),
        "opened_on": format_date(heading.opened_on),
        "closed_on": format_date(heading.closed_on) if heading.closed_on else "",
        "presented_on": "",
        "method": METHOD,
        "synthesis": {
            "results": told.results,
            "monitored": told.monitored,
            "causes": [
                {
                    "party": one.label,
                    "internal": one.internal,
                    "not_attributable": one.not_attributable,
                    "subjects": one.subjects,
                }
                for one in told.causes
            ],
            "outcomes": told.outcomes,
            "actions": [{"code": code, "label": label, "count": told.actions[code]} for code, label in ACTIONS.items()],
            "total": told.total,
        },
        "fiches": [
            _subject(one, day_of)
            | {"indicators": [_subject(row, day_of) for row in subjects if _is_of(row, one.measure["fiche"])]}
            for one in subjects
            if not one.is_indicator
        ],
    }
    content["simulated"] = any(one.measure["simulated"] or _said_simulated(one) for one in subjects)
    return content


def _is_of(subject: Subject, fiche: int) -> bool:
    return subject.is_indicator and bool(subject.measure["fiche"] == fiche)


def _said_simulated(subject: Subject) -> bool:
    return any(side.reading.simulated for side in subject.sides if side.reading)


def _subject(subject: Subject, day_of: Any) -> Payload:
    return {
        "measure": subject.measure,
        "name": subject.name,
        "outcome": subject.outcome,
        "outcome_label": subject.outcome_label,
        "sides": [_side(side, day_of) for side in subject.sides],
    }


def _side(side: Side, day_of: Any) -> Payload:
    said, held = side.reading, side.position
    return {
        "party": side.label,
        "reading": None
        if said is None
        else {
            "text": [line.strip() for line in said.text.split("\n") if line.strip()],
            "internal": list(said.internal),
            "not_attributable": list(said.not_attributable),
            "by": said.written_by.name,
            "on": format_date(day_of(said.written_at)),
            "revision": said.revision,
        },
        "position": None
        if held is None
        else {
            "stance": held.stance,
            "label": str(held.get_stance_display()),
            "text": held.text,
            "stands": side.stands,
            "by": held.taken_by.name,
            "on": format_date(day_of(held.taken_at)),
        },
    }


def restated(origin: Payload, *, state: str, number: int, produced_on: date, presented_on: date | None) -> Payload:
    """The same content under a later state of the document: the board is given what the State agreed to."""
    return origin | {
        "state": state,
        "number": number,
        "produced_on": format_date(produced_on),
        "produced_on_iso": produced_on.isoformat(),
        "presented_on": format_date(presented_on) if presented_on else "",
    }
