"""Resources: what was promised and where it is, for the fiches and for the Sdsi."""

from datetime import date
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Path, Query
from pydantic import BaseModel, Field

from actions.compute.timeliness import Timeliness
from actions.enums import ActionStatus, Plan
from actions.queries import ActionView, DeadlineView
from actions.queries.lists import Criteria, listed_actions
from actions.queries.pages import action_or_none, action_page
from actions.queries.sdsi import sdsi_plan
from cog.permissions import Permission, can
from reports.api.asked import At, ByFiche, Label, SeedLine, Words, Year, convention_in_view, day_of
from reports.api.paging import Page, Paging, paged
from reports.api.site import Day, reads

TAG = "Actions"

Key = Annotated[
    str,
    Path(
        pattern=r"^([0-9]{1,3}|sdsi)-[0-9]{1,3}$",
        description="clé d'une action : « 10-3 », la troisième de la fiche 10 ; « sdsi-12 », une ligne du Sdsi",
        examples=["10-3"],
    ),
]


class DeadlineOut(BaseModel):
    """« échéance »: as written and as read."""

    step: int | None = Field(description="rang de l'étape ; null pour toute l'action", examples=[None])
    raw: str = Field(description="telle qu'imprimée", examples=["31/12/2014"])
    kind: str = Field(description="lecture", examples=["date"])
    start: Day | None = Field(description="premier jour")
    end: Day | None = Field(description="dernier jour")


class Standing(BaseModel):
    """« situation »: what was last said of an action, and whether it is late, at the date in view."""

    status: ActionStatus = Field(description="état", examples=["en_cours"])
    timeliness: str | None = Field(description="à l'heure ou non", examples=["en_retard"])
    as_of: Day | None = Field(description="date du dernier avancement ; null si rien n'a été dit")
    percent: int | None = Field(description="avancement, en %", examples=[60])
    done_on: Day | None = Field(description="réalisée le")
    comment: str = Field(description="commentaire")
    decision: str = Field(description="décision qui reporte ou abandonne")
    lead: str = Field(description="direction en charge, par son sigle ; vide si personne", examples=["DSI"])
    simulated: bool = Field(description="vrai si cet avancement est simulé")


class ActionOut(BaseModel):
    """« action »."""

    key: str = Field(description="clé", examples=["10-3"])
    plan: Plan = Field(description="plan", examples=["cog"])
    fiche: int = Field(description="numéro de la fiche", examples=[10])
    ordinal: int = Field(description="rang dans sa fiche, à partir de 1", examples=[3])
    number: str = Field(description="numéro imprimé ; vide où il n'y en a pas", examples=["3"])
    objective: str = Field(description="objectif")
    label: Label
    steps: list[str] = Field(description="étapes, telles qu'imprimées")
    deadline: str = Field(description="échéance, telle qu'imprimée", examples=["2014"])
    deadlines: list[DeadlineOut] = Field(description="échéances lues")
    seed_line: SeedLine
    signed_end: Day | None = Field(description="dernier jour, tel que la convention l'imprime")
    at: Day = Field(description="date de la situation")
    end: Day | None = Field(description="dernier jour en vigueur, révisé s'il l'a été")
    standing: Standing | None = Field(description="situation ; null sans le droit de lire l'avancement")


class WordOut(BaseModel):
    """« avancement »: one dated word."""

    as_of: Day = Field(description="situation au")
    status: ActionStatus = Field(description="état", examples=["en_cours"])
    percent: int | None = Field(description="avancement, en %", examples=[60])
    done_on: Day | None = Field(description="réalisée le")
    comment: str = Field(description="commentaire")
    decision: str = Field(description="décision qui reporte ou abandonne")
    revised_end: Day | None = Field(description="échéance révisée au")
    revision_reason: str = Field(description="motif de la révision")
    revision_agreed_by: str = Field(description="révision acceptée par")
    has_evidence: bool = Field(description="vrai si une pièce la prouve")
    without_evidence: str = Field(description="raison de l'absence de pièce")
    simulated: bool = Field(description="vrai si cet avancement est simulé")


class ActionDetail(ActionOut):
    """« action »: and all that was said of it."""

    history: list[WordOut] | None = Field(
        description="avancements, le dernier d'abord ; null sans le droit de lire l'avancement"
    )


class ProgrammeOut(BaseModel):
    """« programme du Sdsi »."""

    number: int = Field(description="numéro", examples=[3])
    title: str = Field(description="intitulé ; vide où il est perdu")
    printed_projects: int | None = Field(description="projets que le schéma annonce", examples=[7])
    actions: list[str] = Field(description="clés de ses lignes de projet", examples=[["sdsi-12"]])


class AxisOut(BaseModel):
    """« axe du Sdsi »."""

    number: int = Field(description="numéro", examples=[1])
    title: Label
    programmes: list[ProgrammeOut] = Field(description="programmes, dans l'ordre")


@reads(
    "/actions",
    Permission.READ_REFERENCE,
    name="actions",
    tag=TAG,
    answer=Page[ActionOut],
    summary="Les actions des fiches et du Sdsi, à une date",
    description=(
        "Dans l'ordre imprimé. Sans le droit de lire l'avancement, `standing` est null, `end` est la date imprimée, et "
        "`status` et `timeliness` n'écartent rien, comme sur la page."
    ),
)
def actions(
    request: HttpRequest,
    cut: Paging,
    at: At = None,
    plan: Annotated[Plan | None, Query(description="cog (fiches) ou sdsi", examples=["cog"])] = None,
    fiche: ByFiche = None,
    status: Annotated[ActionStatus | None, Query(description="état", examples=["en_cours"])] = None,
    timeliness: Annotated[Timeliness | None, Query(description="à l'heure ou non", examples=["en_retard"])] = None,
    year: Year = None,
    words: Words = "",
) -> dict[str, Any]:
    held = convention_in_view()
    seen = can(request.user, Permission.READ_PROGRESS)
    day = day_of(at, held)
    asked = Criteria(
        plan=plan.value if plan else "",
        fiche=str(fiche) if fiche is not None else "",
        status=status.value if status else "",
        timeliness=timeliness.value if timeliness else "",
        year=str(year) if year is not None else "",
        words=words,
    )
    views, _ = listed_actions(convention=held, criteria=asked, at=day, with_progress=seen)
    return paged(request, views, cut, lambda view: _action(view, day, seen))


@reads(
    "/actions/{key}",
    Permission.READ_REFERENCE,
    name="action",
    tag=TAG,
    answer=ActionDetail,
    summary="Une action, à une date, et son histoire",
    description="L'histoire est entière, quelle que soit la date ; elle demande le droit de lire l'avancement.",
)
def action(request: HttpRequest, key: Key, at: At = None) -> dict[str, Any]:
    held = convention_in_view()
    found = action_or_none(convention=held, key=key)
    if found is None:
        raise Http404(f"Trouvé l'action « {key} », attendu une action de la convention.")
    seen = can(request.user, Permission.READ_PROGRESS)
    day = day_of(at, held)
    page = action_page(action=found, at=day, with_progress=seen)
    return _action(page.view, day, seen) | {"history": [_word(row) for row in page.history] if seen else None}


def _action(view: ActionView, day: date, seen: bool) -> dict[str, Any]:
    row = view.action
    deadlines = [_deadline(one, None) for one in view.deadlines]
    deadlines += [_deadline(one, rank) for rank, step in enumerate(view.steps, 1) for one in step.deadlines]
    return {
        "key": row.key,
        "plan": row.plan,
        "fiche": row.fiche.number,
        "ordinal": row.ordinal,
        "number": row.number,
        "objective": row.objective.title,
        "label": row.label,
        "steps": [step.label for step in view.steps],
        "deadline": row.deadline_cell,
        "deadlines": deadlines,
        "seed_line": row.seed_line,
        "signed_end": _day(view.signed_end),
        "at": day.isoformat(),
        "end": _day(view.end),
        "standing": _standing(view) if seen else None,
    }


def _standing(view: ActionView) -> dict[str, Any]:
    last = view.last
    return {
        "status": view.status,
        "timeliness": view.timeliness.value if view.timeliness else None,
        "as_of": _day(last.as_of) if last else None,
        "percent": view.percent,
        "done_on": _day(last.done_on) if last else None,
        "comment": last.comment if last else "",
        "decision": last.decision if last else "",
        "lead": view.lead,
        "simulated": bool(last and last.simulated),
    }


def _word(row: Any) -> dict[str, Any]:
    days = {name: _day(getattr(row, name)) for name in ("as_of", "done_on", "revised_end")}
    return {name: getattr(row, name) for name in WordOut.model_fields} | days


def _deadline(row: DeadlineView, step: int | None) -> dict[str, Any]:
    return {"step": step, "raw": row.raw, "kind": row.kind, "start": _day(row.start), "end": _day(row.end)}


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


@reads(
    "/sdsi",
    Permission.READ_REFERENCE,
    name="sdsi",
    tag=TAG,
    answer=Page[AxisOut],
    summary="Le schéma directeur du système d'information",
    description="Ses axes et ses programmes ; la situation de chaque ligne se lit par sa clé, dans les actions.",
)
def sdsi(request: HttpRequest, cut: Paging) -> dict[str, Any]:
    held = convention_in_view()
    axes = sdsi_plan(convention=held, at=held.end, with_progress=False)
    return paged(
        request,
        axes,
        cut,
        lambda axis: {
            "number": axis.axis.number,
            "title": axis.axis.title,
            "programmes": [
                {
                    "number": group.programme.number,
                    "title": group.programme.title,
                    "printed_projects": group.programme.printed_projects,
                    "actions": [one.view.action.key for one in group.projects],
                }
                for group in axis.programmes
            ],
        },
    )
