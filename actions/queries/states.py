"""Reads of the actions: a fiche's table at a date, with what is late and what is not."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Exists, OuterRef

from actions.compute.timeliness import Timeliness, timeliness
from actions.enums import ActionStatus, Charge, DeadlineKind, Plan
from actions.models import Action, ActionProgress, AmendedDeadline, Deadline, Objective, Responsibility, Step
from cog.models import Convention, Fiche
from cog.once import once_a_page


@dataclass(frozen=True)
class DeadlineView:
    """A deadline as written and as read."""

    raw: str
    kind: str
    kind_label: str
    start: date | None
    end: date | None


@dataclass(frozen=True)
class StepView:
    """A step with its own deadlines, if it has any."""

    label: str
    deadlines: list[DeadlineView]


@dataclass(frozen=True)
class ActionView:
    """An action at a date: what is printed, what was last said of it, and whether it is late.

    `end`: the last day in force, revised or not; `signed_end`: as the convention prints it, or as its amendment gives
    it. `lead`: the direction in charge, empty where nobody is. `word_due`: an action « en continu » of which the year
    has no word yet.
    """

    action: Action
    steps: list[StepView]
    deadlines: list[DeadlineView]
    status: str
    status_label: str
    timeliness: Timeliness | None
    last: ActionProgress | None
    end: date | None
    signed_end: date | None = None
    lead: str = ""
    word_due: bool = False
    revisions: int = 0  # how many times the end was revised
    revision: ActionProgress | None = None  # the word that set the end in force, where it was revised
    amended: AmendedDeadline | None = None  # the deadline an amendment in force gives it

    @property
    def slip(self) -> int | None:
        """Days between the signed end and the one in force; None where one of them is not known, 0 where none moved."""
        if self.end is None or self.signed_end is None:
            return None
        return (self.end - self.signed_end).days

    @property
    def percent(self) -> int | None:
        return self.last.percent if self.last else None

    @property
    def is_late(self) -> bool:
        return self.timeliness is Timeliness.EN_RETARD


@dataclass(frozen=True)
class ObjectiveView:
    """An objective and its actions, in printed order."""

    objective: Objective
    actions: list[ActionView]


@dataclass(frozen=True)
class Tally:
    """Actions counted by what they are at a date; abandoned ones are named apart, out of `total`."""

    total: int
    done: int
    late: int
    soon: int
    abandoned: int
    unscheduled: int


def fiche_objectives(*, fiche: Fiche, at: date, with_progress: bool) -> list[ObjectiveView]:
    """The actions of a fiche at a date, by objective; without progress only what the convention prints."""
    views = action_views(convention=fiche.convention, at=at, with_progress=with_progress, fiche=fiche)
    grouped: dict[Objective, list[ActionView]] = defaultdict(list)
    for view in views:  # they come by plan, then as printed
        grouped[view.action.objective].append(view)
    return [ObjectiveView(objective, told) for objective, told in grouped.items()]


def action_views(
    *,
    convention: Convention,
    at: date,
    with_progress: bool,
    fiche: Fiche | None = None,
    plan: Plan | None = None,
    with_steps: bool = True,
) -> list[ActionView]:
    """Every action of the convention (of one fiche, of one plan) at a date, in printed order, in five queries.

    Without steps nor progress, only how many there are is told: one query.
    """
    rows, steps, deadlines, given = _printed(convention, fiche, plan, with_steps, with_steps or with_progress)
    amended = {row.action_id: row for row in given if row.effective_on <= at}  # they come by day: the last one holds
    words: dict[int, list[ActionProgress]] = defaultdict(list)
    if with_progress:
        history = ActionProgress.objects.filter(action__in=rows, as_of__lte=at).order_by("as_of", "recorded_at", "pk")
        for word in history:
            words[word.action_id].append(word)
    return [
        _view(row, steps[row.pk], deadlines[row.pk], amended.get(row.pk), words[row.pk], at, with_progress)
        for row in rows
    ]


@once_a_page
def _printed(
    convention: Convention, fiche: Fiche | None, plan: Plan | None, with_steps: bool, with_deadlines: bool
) -> tuple[list[Action], dict[int, list[Step]], dict[int, list[Deadline]], list[AmendedDeadline]]:
    """The actions with their steps and deadlines, as the convention prints them and its amendments change them."""
    actions = Action.objects.filter(fiche__convention=convention).select_related("fiche__domain", "objective")
    actions = actions.annotate(is_amended=Exists(AmendedDeadline.objects.filter(action=OuterRef("pk"))))
    if fiche is not None:
        actions = actions.filter(fiche=fiche)
    if plan is not None:
        actions = actions.filter(plan=plan)
    rows = list(actions.order_by("plan", "fiche__number", "ordinal"))
    steps: dict[int, list[Step]] = defaultdict(list)
    if with_steps:
        for step in Step.objects.filter(action__in=rows).order_by("position"):
            steps[step.action_id].append(step)
    deadlines: dict[int, list[Deadline]] = defaultdict(list)
    amended: list[AmendedDeadline] = []
    if with_deadlines:
        for deadline in Deadline.objects.filter(action__in=rows).order_by("position"):
            deadlines[deadline.action_id].append(deadline)
        touched = [row.pk for row in rows if row.is_amended]  # none, as long as no amendment moved a deadline
        given = AmendedDeadline.objects.filter(action__in=touched).select_related("amendment")
        amended = list(given.order_by("effective_on", "pk")) if touched else []
    return rows, steps, deadlines, amended


def _view(
    action: Action,
    steps: list[Step],
    deadlines: list[Deadline],
    amended: AmendedDeadline | None,
    words: list[ActionProgress],
    at: date,
    with_progress: bool,
) -> ActionView:
    last = words[-1] if words else None
    status = ActionStatus(last.status) if last else ActionStatus.TO_START
    final = amended or _final_deadline(deadlines)
    signed, kind = (final.end, final.kind) if final else (None, DeadlineKind.UNSCHEDULED)
    revised = [word for word in words if word.revised_end and (amended is None or word.as_of > amended.effective_on)]
    revision = revised[-1] if revised else None
    end, kind = (revision.revised_end, DeadlineKind.DATE) if revision else (signed, kind)
    return ActionView(
        action=action,
        steps=[StepView(step.label, [_deadline(d) for d in deadlines if d.step_id == step.pk]) for step in steps],
        deadlines=[_deadline(d) for d in deadlines if d.step_id is None],
        status=status.value,
        status_label=str(status.label),
        timeliness=timeliness(status.value, last.done_on if last else None, end, kind, at) if with_progress else None,
        last=last,
        end=end,
        signed_end=signed,
        revisions=sum(word.revised_end is not None for word in words),
        revision=revision,
        amended=amended,
        word_due=with_progress and _word_due(kind, status, last, at),
    )


def _word_due(kind: str, status: ActionStatus, last: ActionProgress | None, at: date) -> bool:
    """An action « en continu » has no end to meet: it asks for a word a year, until it is done or abandoned."""
    if kind != DeadlineKind.ONGOING or status in (ActionStatus.DONE, ActionStatus.ABANDONED):
        return False
    return last is None or last.as_of.year < at.year


def with_leads(views: list[ActionView]) -> list[ActionView]:
    """The same, with the direction in charge of each: its own, or that of its fiche; empty where nobody is."""
    rows = Responsibility.objects.filter(
        fiche__in={view.action.fiche_id for view in views}, charge=Charge.LEAD, ended_at__isnull=True
    ).select_related("direction")
    of_fiche = {row.fiche_id: row.direction.code for row in rows if row.action_id is None}
    own = {row.action_id: row.direction.code for row in rows if row.action_id is not None}
    return [replace(view, lead=own.get(view.action.pk) or of_fiche.get(view.action.fiche_id, "")) for view in views]


def _final_deadline(deadlines: list[Deadline]) -> Deadline | None:
    """The deadline that ends the action: the last end; an action is late when the END of the reading is past."""
    dated = [row for row in deadlines if row.end is not None]
    if dated:
        return max(dated, key=lambda row: row.end or date.min)
    return deadlines[0] if deadlines else None


def _deadline(row: Deadline | AmendedDeadline) -> DeadlineView:
    return DeadlineView(row.raw, row.kind, row.get_kind_display(), row.start, row.end)


def tally(views: list[ActionView]) -> Tally:
    """How many actions are done, late, soon due… among those not abandoned."""
    alive = [view for view in views if view.status != ActionStatus.ABANDONED]
    return Tally(
        total=len(alive),
        done=sum(view.status == ActionStatus.DONE for view in alive),
        late=sum(view.is_late for view in alive),
        soon=sum(view.timeliness is Timeliness.BIENTOT_ECHUE for view in alive),
        abandoned=len(views) - len(alive),
        unscheduled=sum(view.timeliness is Timeliness.SANS_ECHEANCE for view in alive),
    )


def tallies_by_fiche(*, convention: Convention, at: date, with_progress: bool) -> dict[int, Tally]:
    """fiche number -> its tally at a date."""
    grouped: dict[int, list[ActionView]] = defaultdict(list)
    for view in action_views(convention=convention, at=at, with_progress=with_progress):
        grouped[view.action.fiche.number].append(view)
    return {number: tally(views) for number, views in grouped.items()}


def actions_due(*, convention: Convention, year: int, at: date) -> list[ActionView]:
    """The actions one of whose deadlines ends in the year, as they stand at a date."""
    views = action_views(convention=convention, at=at, with_progress=True)
    return [view for view in views if any(ends_in(deadline, year) for deadline in all_deadlines(view))]


def all_deadlines(view: ActionView) -> list[DeadlineView]:
    """Every deadline in force: those printed, or the one an amendment gives in their place."""
    if view.amended is not None:
        return [_deadline(view.amended)]
    return [*view.deadlines, *(deadline for step in view.steps for deadline in step.deadlines)]


def ends_in(deadline: DeadlineView, year: int) -> bool:
    return deadline.end is not None and deadline.end.year == year
