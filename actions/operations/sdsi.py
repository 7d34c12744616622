"""Loading the Sdsi: axes, programmes, the actions of its tables and the project behind each of them."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from actions.enums import Plan
from actions.models import Action, SdsiAxis, SdsiProgramme, SdsiProject, SdsiSynthesis
from actions.operations.reference import save_actions
from cog import audit
from cog.models import Convention, User
from cog.reference.sync import Change, sync

if TYPE_CHECKING:
    from actions.reference_sdsi import SdsiContent


def save_sdsi(*, convention: Convention, content: "SdsiContent") -> list[Change]:
    """Bring the plan in line with the reference file, inside the loader's transaction; none any more takes it away."""
    axes = {row.number: SdsiAxis(convention=convention, **row.model_dump()) for row in content.axes}
    changes = [_axes(convention, axes.values())]
    programmes = {
        row.number: SdsiProgramme(
            axis=axes[row.axis],
            number=row.number,
            title=row.title,
            printed_projects=row.projects,
            seed_line=row.seed_line,
            note=row.note or "",
        )
        for row in content.programmes
    }
    changes.append(_programmes(convention, programmes.values()))
    changes += save_actions(convention=convention, content=[content.rows] if content.rows else [], plan=Plan.SDSI)
    saved = Action.objects.filter(fiche__convention=convention, plan=Plan.SDSI)
    actions = {action.ordinal: action for action in saved}
    projects = [
        SdsiProject(
            programme=programmes[row.programme],
            action=actions[row.ordinal],
            title=row.project,
            objectives=row.objectives,
            section=row.section,
            beyond_term=row.beyond_term,
        )
        for row in (content.rows.actions if content.rows else [])
    ]
    return [*changes, _projects(convention, projects)]


def _axes(convention: Convention, rows: Iterable[SdsiAxis]) -> Change:
    known = SdsiAxis.objects.filter(convention=convention)
    return sync(known, rows, key=lambda row: row.number, fields=["title", "seed_line"])


def _programmes(convention: Convention, rows: Iterable[SdsiProgramme]) -> Change:
    known = SdsiProgramme.objects.filter(axis__convention=convention)
    fields = ["axis", "title", "printed_projects", "seed_line", "note"]
    return sync(known, rows, key=lambda row: row.number, fields=fields)


def _projects(convention: Convention, rows: Iterable[SdsiProject]) -> Change:
    known = SdsiProject.objects.filter(action__fiche__convention=convention)
    fields = ["programme", "title", "objectives", "section", "beyond_term"]
    return sync(known, rows, key=lambda row: row.action_id, fields=fields)


class SynthesisMoved(Exception):
    """Someone wrote on the same programme and year since the form was opened: nothing is written."""


@transaction.atomic
def write_synthesis(
    *,
    programme: SdsiProgramme,
    year: int,
    gains: str,
    achievements: str,
    spending: Decimal | None,
    seen: int,
    by: User,
    at: datetime,
    simulated: bool = False,
) -> SdsiSynthesis:
    """Add what a programme brought in a year; `seen`: the last word the person had in view. Raises SynthesisMoved."""
    SdsiProgramme.objects.select_for_update(of=("self",)).get(pk=programme.pk)
    last = SdsiSynthesis.objects.filter(programme=programme, year=year).order_by("-pk").first()
    if last is not None and last.pk != seen:
        raise SynthesisMoved(
            f"{last.recorded_by.name} a écrit pendant la saisie : rien n'est enregistré, relire d'abord."
        )
    row = SdsiSynthesis.objects.create(
        programme=programme,
        year=year,
        gains=gains.strip(),
        achievements=achievements.strip(),
        spending=spending,
        simulated=simulated,
        recorded_at=at,
        recorded_by=by,
    )
    before, after = _told(last) if last else None, _told(row)
    subject = f"{programme} {year}"
    audit.record(action="actions.synthesis_written", subject=subject, by=by, at=at, before=before, after=after)
    return row


def _told(row: SdsiSynthesis) -> dict[str, str | None]:
    spending = None if row.spending is None else str(row.spending)
    return {"gains": row.gains, "achievements": row.achievements, "spending": spending}
