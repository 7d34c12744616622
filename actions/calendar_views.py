"""The calendar of the actions: their timeline, and month by month what ends."""

from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from actions.enums import ActionStatus
from actions.exports import actions_table, holds_simulated, months_table, state_of_actions
from actions.queries import ActionView, action_views, with_leads
from actions.queries.calendar import months_of
from actions.views import read_at
from cog import downloads
from cog.exports import Export, csv_file, table_file
from cog.models import Convention, Fiche
from cog.permissions import Permission, can, requires
from cog.timeline import Bar, height_of, timeline_chart
from cog.views import convention_or_404


class CalendarFilter(forms.Form):
    """Whose actions, and which year month by month."""

    fiche = forms.ChoiceField(label="Fiche")
    annee = forms.ChoiceField(label="Année, mois par mois", required=False)

    def __init__(self, *args: Any, fiches: list[Fiche], years: range, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fiche"].choices = [(str(row.number), f"{row.number} · {row.title}") for row in fiches]
        self.fields["annee"].choices = [(str(year), str(year)) for year in years]


@require_safe
@requires(Permission.READ_REFERENCE)
def action_calendar(request: HttpRequest) -> HttpResponse:
    """The actions of a fiche over the term, and those of every fiche that end in a year."""
    convention = convention_or_404()
    dated, at = read_at(request, convention)
    fiche, year, form = _chosen(request, convention, at)
    views = action_views(convention=convention, at=at, with_progress=can(request.user, Permission.READ_PROGRESS))
    own = [view for view in views if view.action.fiche_id == fiche.pk]
    context = {
        "form": form,
        "dated": dated,
        "at": at,
        "fiche": fiche,
        "year": year,
        "drawn": len(_bars(own)),
        "timeline_height": height_of(len(_bars(own))),
        "drawing": urlencode({"fiche": fiche.number, "au": at.isoformat()}),
        "undated": [view for view in own if view.end is None],
        "views": own,
        "months": months_of(views, convention=convention, at=at, year=year),
        "with_progress": can(request.user, Permission.READ_PROGRESS),
    }
    return render(request, "actions/calendar.html", context)


@require_safe
@requires(Permission.READ_REFERENCE)
def action_calendar_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The year month by month, and, in the workbook, the actions of the fiche in view."""
    convention = convention_or_404()
    _, at = read_at(request, convention)
    fiche, year, _ = _chosen(request, convention, at)
    seen = can(request.user, Permission.READ_PROGRESS)
    views = action_views(convention=convention, at=at, with_progress=seen)
    months = months_of(views, convention=convention, at=at, year=year)
    own = [view for view in views if view.action.fiche_id == fiche.pk]
    export = Export(
        title=f"Calendrier des actions, {year}",
        convention=convention,
        page=reverse("action-calendar"),
        state=state_of_actions(seen),
        filters=[f"fiche «\u00a0{fiche.number}\u00a0»", f"année, mois par mois «\u00a0{year}\u00a0»"],
        simulated=holds_simulated([*own, *(view for month in months for view in month.ending)]),
        about=[("Situation au", at), ("Actions qui finissent dans l'année", sum(len(one.ending) for one in months))],
    )
    tables = [
        months_table(months, with_progress=seen),
        actions_table(with_leads(own) if seen else own, with_progress=seen),
    ]
    return table_file(request, export, tables, name=f"calendrier-actions-{year}-au-{at:%Y-%m-%d}", kind=kind)


@require_safe
@requires(Permission.READ_REFERENCE)
def timeline_svg(request: HttpRequest) -> HttpResponse:
    """The timeline of a fiche, as a drawing."""
    convention = convention_or_404()
    _, at = read_at(request, convention)
    fiche, _, _ = _chosen(request, convention, at)
    seen = can(request.user, Permission.READ_PROGRESS)
    bars = _bars(action_views(convention=convention, at=at, with_progress=seen, fiche=fiche))
    late = sum(bar.late for bar in bars)
    svg = timeline_chart(
        id=f"frise-{fiche.number}",
        title=f"Fiche n° {fiche.number} : {len(bars)} actions datées" + (f", {late} en retard" if late else ""),
        desc=f"Situation au {at:%d/%m/%Y}.",
        bars=bars,
        first=convention.start,
        last=convention.end,
        today=at,
    )
    return downloads.drawing(request, svg)


@require_safe
@requires(Permission.READ_REFERENCE)
def timeline_csv(request: HttpRequest) -> HttpResponse:
    """The actions of the drawing, with their dates."""
    convention = convention_or_404()
    _, at = read_at(request, convention)
    fiche, _, _ = _chosen(request, convention, at)
    seen = can(request.user, Permission.READ_PROGRESS)
    views = action_views(convention=convention, at=at, with_progress=seen, fiche=fiche)
    table = actions_table(with_leads(views) if seen else views, with_progress=seen)
    return csv_file(table, name=f"fiche-{fiche.number}-frise-au-{at:%Y-%m-%d}")


def _chosen(request: HttpRequest, convention: Convention, at: date) -> tuple[Fiche, int, CalendarFilter]:
    """The fiche and the year asked for; the first one, and the year in view, by default."""
    fiches = list(Fiche.objects.filter(convention=convention).order_by("number"))
    year = min(max(at.year, convention.start.year), convention.end.year)
    initial = {"fiche": str(fiches[0].number), "annee": str(year)}
    form = CalendarFilter(initial | request.GET.dict(), fiches=fiches, years=convention.years)
    told = form.cleaned_data if form.is_valid() else initial
    fiche = next((row for row in fiches if str(row.number) == told["fiche"]), fiches[0])
    return fiche, int(told.get("annee") or year), form


def _bars(views: list[ActionView]) -> list[Bar]:
    """The dated actions, in printed order."""
    return [bar for view in views if (bar := _bar(view)) is not None]


def _bar(view: ActionView) -> Bar | None:
    starts = [one.start for one in [*view.deadlines, *(d for step in view.steps for d in step.deadlines)] if one.start]
    if not starts or view.signed_end is None:
        return None
    action = view.action
    name = f"{action.number or action.ordinal} · {action.name}"
    told = f"{name}. {view.timeliness.label if view.timeliness else ''}".strip()
    return Bar(
        label=name,
        said=told,
        start=min(starts),
        end=view.signed_end,
        revised=view.end if view.end != view.signed_end else None,
        done=view.last.done_on if view.last and view.status == ActionStatus.DONE else None,
        late=view.is_late,
        faded=view.status == ActionStatus.ABANDONED,
    )
