"""Reads of the final evaluation: what is measured, what each party may see of it, how far it is."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from actions.queries import ActionView, action_views
from cog.models import Convention, Fiche
from cog.periods import Period, format_date, year
from cog.permissions import Permission, can
from cog.queries import domains_with_fiches
from indicators.compute.achievement import Measured, achievement, last_target
from indicators.compute.verdict import Verdict, in_force, targets_of
from indicators.queries import NATIONAL, SheetLine, judged_baseline, judged_targets, sheet_lines
from indicators.queries.dossier import DossierLine
from indicators.queries.explanations import causes_counted, figures_of
from reports.enums import Party
from reports.final_evaluation import (
    CNAF,
    INDICATOR,
    Heading,
    Key,
    Payload,
    Side,
    Subject,
    action_counts,
    fiche_measure,
    indicator_measure,
    report_payload,
)
from reports.models import EvaluationPosition, EvaluationReading, EvaluationShare, FinalEvaluation
from reports.snapshot import digest

# --- What is measured ------------------------------------------------------------------------------------------------


def measures_now(*, convention: Convention, at: date) -> Payload:
    """Every subject as it stands at a day: the result indicators, the others that have results, the fiches."""
    at = min(at, convention.end)
    lines = [line for line in sheet_lines(convention=convention) if line.is_result or _has_result(line)]
    found = _indicators(convention, lines)
    views: dict[int, list[ActionView]] = defaultdict(list)
    for view in action_views(convention=convention, at=at, with_progress=True):
        views[view.action.fiche_id].append(view)
    fiches = [fiche for group in domains_with_fiches(convention=convention) for fiche in group.fiches]
    return {
        "at": at.isoformat(),
        "subjects": [*found, *(_fiche(fiche, found, views[fiche.pk]) for fiche in fiches)],
    }


def _has_result(line: SheetLine) -> bool:
    return any(point.value is not None for point in line.years)


def _indicators(convention: Convention, lines: Sequence[SheetLine]) -> list[Payload]:
    """The value of each, at the last year its target names: the last of the convention where it names none."""
    targets = {
        line.indicator.pk: targets_of(judged_targets(line.indicator), line.indicator.code, NATIONAL) for line in lines
    }
    last = {key: last_target(in_force(own, convention.end)) for key, own in targets.items()}
    asked = [DossierLine(line.indicator, _judged_year(convention, last[line.indicator.pk]), True) for line in lines]
    causes = causes_counted(convention=convention)
    found = []
    for line, figure in zip(lines, figures_of(asked), strict=True):
        indicator, target = line.indicator, last[line.indicator.pk]
        start = judged_baseline(indicator)
        beside = line.definition is not None and bool(line.definition.judged_name)
        measured = Measured(
            value=figure.amount,
            verdict=Verdict(figure.verdict),
            target=target,
            baseline=start.value if start and not beside else None,
            missing=figure.state_label if figure.amount is None else "",
        )
        told = indicator_measure(
            line,
            figure,
            achievement(measured),
            start=None if beside else start,
            thresholds=() if beside else in_force(targets[indicator.pk], convention.end),
            causes=causes.get(indicator.code, {}),
        )
        found.append(told)
    return found


def _judged_year(convention: Convention, target: Any) -> Period:
    end = convention.end.year
    return year(min(end, target.end.year) if target else end)


def _fiche(fiche: Fiche, indicators: Iterable[Payload], views: list[ActionView]) -> Payload:
    own = [one for one in indicators if one["fiche"] == fiche.number]
    simulated = any(view.last.simulated for view in views if view.last)
    return fiche_measure(fiche, own, action_counts(views), simulated=simulated)


# --- Who sees what ---------------------------------------------------------------------------------------------------


def final_evaluation(*, convention: Convention) -> FinalEvaluation | None:
    """The evaluation of the convention; None while it is not opened."""
    rows = FinalEvaluation.objects.filter(convention=convention)
    return rows.select_related("convention", "opened_by", "closed_by").first()


def party_of(user: Any) -> Party:
    """On whose side someone reads: the State on its own, all others with the Cnaf."""
    own = can(user, Permission.EVALUATE_FOR_STATE) and not can(user, Permission.EVALUATE_FOR_CNAF)
    return Party.STATE if own else Party.CNAF


def last_shares(evaluation: FinalEvaluation) -> dict[str, EvaluationShare]:
    """party -> what it shared last."""
    rows = EvaluationShare.objects.filter(evaluation=evaluation).select_related("shared_by", "up_to")
    return {row.party: row for row in rows.order_by("pk")}


def measures_for(evaluation: FinalEvaluation, viewer: Party, shares: dict[str, EvaluationShare]) -> Payload:
    """The measures a party reads: as shared, for the State and once it is closed; as they stand, for the Cnaf."""
    shared = shares.get(Party.CNAF)
    if viewer is Party.STATE or evaluation.is_closed:
        return json.loads(shared.measures) if shared else {"at": "", "subjects": []}
    return measures_now(convention=evaluation.convention, at=timezone.localdate())


@dataclass(frozen=True)
class EvaluationPage:
    """The evaluation as one party sees it."""

    evaluation: FinalEvaluation
    viewer: Party
    subjects: list[Subject]
    shares: dict[str, EvaluationShare]
    measured_on: str
    unshared: int  # wordings of the viewer's own that the other does not see

    @property
    def simulated(self) -> bool:
        return any(one.measure["simulated"] for one in self.subjects)

    def subject(self, kind: str, code: str) -> Subject | None:
        return next((one for one in self.subjects if one.key == (kind, code)), None)


def evaluation_page(*, evaluation: FinalEvaluation, viewer: Party) -> EvaluationPage:
    """Every subject with both sides: one's own whole, the other's as far as it was shared."""
    shares = last_shares(evaluation)
    measures = measures_for(evaluation, viewer, shares)
    readings = _readings(evaluation, viewer, shares)
    positions = _positions(evaluation)
    subjects = [
        Subject(
            measure,
            *(_side(party, (measure["kind"], measure["subject"]), readings, positions, shares) for party in Party),
        )
        for measure in measures["subjects"]
    ]
    at = measures["at"]
    return EvaluationPage(
        evaluation,
        viewer,
        subjects,
        shares,
        format_date(date.fromisoformat(at)) if at else "",
        unshared_readings(evaluation, viewer, shares),
    )


Readings = dict[tuple[Key, str], list[EvaluationReading]]
Positions = dict[tuple[Key, str], list[EvaluationPosition]]


def _readings(evaluation: FinalEvaluation, viewer: Party, shares: dict[str, EvaluationShare]) -> Readings:
    found: Readings = defaultdict(list)
    rows = EvaluationReading.objects.filter(evaluation=evaluation).select_related("written_by").order_by("-pk")
    for row in rows:
        if row.party == viewer or _is_shared(row, shares):
            found[(row.kind, row.subject), row.party].append(row)
    return found


def _is_shared(row: EvaluationReading, shares: dict[str, EvaluationShare]) -> bool:
    share = shares.get(row.party)
    return share is not None and row.pk <= share.up_to_id


def _positions(evaluation: FinalEvaluation) -> Positions:
    found: Positions = defaultdict(list)
    rows = EvaluationPosition.objects.filter(evaluation=evaluation).select_related("about", "taken_by")
    for row in rows.order_by("-pk"):
        found[(row.about.kind, row.about.subject), row.party].append(row)
    return found


def _side(party: Party, key: Key, readings: Readings, positions: Positions, shares: dict[str, EvaluationShare]) -> Side:
    own, other = readings.get((key, party), []), readings.get((key, party.other), [])
    held = positions.get((key, party), [])
    shown = next((row for row in other if _is_shared(row, shares)), None)  # what this party can have spoken of
    return Side(
        party=party.value,
        revisions=own,
        shared=bool(own) and _is_shared(own[0], shares),
        position=held[0] if held else None,
        stands=bool(held) and shown is not None and held[0].about_id == shown.pk,
        positions=held,
    )


def shared_reading(evaluation: FinalEvaluation, party: Party, key: Key) -> EvaluationReading | None:
    """The last wording of a subject that a party showed the other one."""
    share = last_shares(evaluation).get(party)
    if share is None:
        return None
    rows = EvaluationReading.objects.filter(evaluation=evaluation, party=party, kind=key[0], subject=key[1])
    return rows.filter(pk__lte=share.up_to_id).order_by("-pk").first()


def unshared_readings(evaluation: FinalEvaluation, party: Party, shares: dict[str, EvaluationShare]) -> int:
    """How many wordings a party wrote since it last shared."""
    rows = EvaluationReading.objects.filter(evaluation=evaluation, party=party)
    share = shares.get(party)
    return rows.filter(pk__gt=share.up_to_id).count() if share else rows.count()


# --- What keeps it open ----------------------------------------------------------------------------------------------


def closing_faults(evaluation: FinalEvaluation, at: date) -> list[str]:
    """Everything that keeps the evaluation from being closed, in French; nothing when it may be."""
    shares = last_shares(evaluation)
    faults = []
    for party, name in ((Party.CNAF, "La Cnaf"), (Party.STATE, "L'État")):
        if party not in shares:
            faults.append(f"{name} n'a encore partagé aucune lecture.")
        elif unshared_readings(evaluation, party, shares):
            faults.append(f"{name} a écrit des lectures qui ne sont pas partagées.")
    shared = shares.get(Party.CNAF)
    if shared is not None:
        then, now = json.loads(shared.measures), measures_now(convention=evaluation.convention, at=at)
        moved = moved_subjects(then, now)
        if moved:
            listed = ", ".join(moved[:8]) + ("…" if len(moved) > 8 else "")
            faults.append(
                f"Des mesures ont changé depuis le dernier partage de la Cnaf ({listed}) : partager de nouveau."
            )
    return faults


def moved_subjects(then: Payload, now: Payload) -> list[str]:
    """The names of the subjects whose measure is no more what was shared."""
    before = {(one["kind"], one["subject"]): digest(one) for one in then["subjects"]}
    after = {(one["kind"], one["subject"]): digest(one) for one in now["subjects"]}
    keys = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    return sorted(code if kind == INDICATOR else f"fiche n° {code}" for kind, code in keys)


# --- The report ------------------------------------------------------------------------------------------------------


def evaluation_payload(
    *, evaluation: FinalEvaluation, state: str, number: int, produced_on: date, beat: Any = None
) -> Payload:
    """The content of the report: both sides as the Cnaf sees them; once closed, as it was closed."""
    if beat is not None:
        beat(0, 3, "rassemble les mesures et les lectures")
    page = evaluation_page(evaluation=evaluation, viewer=Party(CNAF))
    convention = evaluation.convention
    heading = Heading(
        convention={
            "code": convention.code,
            "title": convention.title,
            "short_title": convention.short_title,
            "branch": convention.branch,
        },
        year=convention.end.year,
        state=state,
        number=number,
        measured_on=page.measured_on,
        produced_on=produced_on,
        opened_on=timezone.localdate(evaluation.opened_at),
        closed_on=timezone.localdate(evaluation.closed_at) if evaluation.closed_at else None,
    )
    return report_payload(heading, page.subjects, timezone.localdate)
