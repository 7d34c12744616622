"""The information-system plan as its page shows it: axes, programmes, projects, each with its action at a date."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from actions.enums import Plan
from actions.models import SdsiAxis, SdsiProgramme, SdsiProject, SdsiSynthesis
from actions.queries.states import ActionView, Tally, action_views, tally
from cog.models import Convention


@dataclass(frozen=True)
class ProjectView:
    """A project and the action that is its row of the tables."""

    project: SdsiProject
    view: ActionView


@dataclass(frozen=True)
class ProgrammeView:
    """A programme and its projects, in printed order."""

    programme: SdsiProgramme
    projects: list[ProjectView]

    @property
    def tally(self) -> Tally:
        return tally([one.view for one in self.projects])

    @property
    def differs(self) -> bool:
        """Whether the diagram announces another number of projects than the tables have rows."""
        printed = self.programme.printed_projects
        return printed is not None and printed != len(self.projects)


@dataclass(frozen=True)
class AxisView:
    """An axis and its programmes, by number."""

    axis: SdsiAxis
    programmes: list[ProgrammeView]


def sdsi_plan(*, convention: Convention, at: date, with_progress: bool) -> list[AxisView]:
    """The whole plan at a date, in seven queries; without progress only what the convention prints."""
    views = {
        view.action.pk: view
        for view in action_views(convention=convention, at=at, with_progress=with_progress, plan=Plan.SDSI)
    }
    projects: dict[int, list[ProjectView]] = {}
    for row in SdsiProject.objects.filter(action__in=views).order_by("action__ordinal"):
        projects.setdefault(row.programme_id, []).append(ProjectView(row, views[row.action_id]))
    programmes: dict[int, list[ProgrammeView]] = {}
    for programme in SdsiProgramme.objects.filter(axis__convention=convention).order_by("number"):
        told = ProgrammeView(programme, projects.get(programme.pk, []))
        programmes.setdefault(programme.axis_id, []).append(told)
    axes = SdsiAxis.objects.filter(convention=convention).order_by("number")
    return [AxisView(axis, programmes.get(axis.pk, [])) for axis in axes]


def project_of(action_id: int) -> SdsiProject | None:
    """The project behind an action of the Sdsi; None for an action of a fiche."""
    return SdsiProject.objects.filter(action=action_id).select_related("programme__axis").first()


@dataclass(frozen=True)
class SynthesisLine:
    """A programme in a year: where its rows stand at its end, what the Cnaf says it brought and cost."""

    group: ProgrammeView
    last: SdsiSynthesis | None

    @property
    def programme(self) -> SdsiProgramme:
        return self.group.programme


def synthesis_lines(*, convention: Convention, year: int) -> list[SynthesisLine]:
    """Every programme on 31 December of a year, in order."""
    axes = sdsi_plan(convention=convention, at=date(year, 12, 31), with_progress=True)
    rows = SdsiSynthesis.objects.filter(programme__axis__convention=convention, year=year)
    last = {row.programme_id: row for row in rows.select_related("recorded_by").order_by("pk")}
    groups = [group for axis in axes for group in axis.programmes]
    return [
        SynthesisLine(group, last.get(group.programme.pk))
        for group in sorted(groups, key=lambda one: one.programme.number)
    ]


def spent(lines: list[SynthesisLine]) -> tuple[Decimal | None, int]:
    """The spending that is known, added (None: none is), and how many programmes it is missing for."""
    known = [line.last.spending for line in lines if line.last is not None and line.last.spending is not None]
    return sum(known, Decimal(0)) if known else None, len(lines) - len(known)


def programme_or_none(*, convention: Convention, number: int) -> SdsiProgramme | None:
    return SdsiProgramme.objects.filter(axis__convention=convention, number=number).select_related("axis").first()
