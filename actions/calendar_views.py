"""The calendar of the actions: their timeline, and month by month what ends."""

from collections import defaultdict
from datetime import date
from typing import Any, NamedTuple

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from actions.enums import ActionStatus, Plan
from actions.queries import ActionView, action_views
from actions.views import read_at
from cog import downloads
from cog.models import Convention, Fiche
from cog.periods import MONTH_NAMES
from cog.permissions import Permission, can, requires
from cog.queries import DatedRestitution, dated_restitutions
from cog.timeline import Bar, timeline_chart
from cog.views import convention_or_404


class Month(NamedTuple):
    """A month: the actions that end in it, the accounts owed in it."""

    name: str
    ending: list[ActionView]
    owed: list[DatedRestitution]


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
        "undated": [view for view in own if view.end is None],
        "views": own,
        "months": _by_month(views, year, _owed(convention, at, year)),
        "with_progress": can(request.user, Permission.READ_PROGRESS),
    }
    return render(request, "actions/calendar.html", context)


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


def _owed(convention: Convention, at: date, year: int) -> dict[int, list[DatedRestitution]]:
    """month -> the accounts owed to the State and the board in it."""
    found: dict[int, list[DatedRestitution]] = defaultdict(list)
    for row in dated_restitutions(convention=convention, at=at):
        if row.restitution.due is not None and row.restitution.due.year == year:
            found[row.restitution.due.month].append(row)
    return found


def _by_month(views: list[ActionView], year: int, owed: dict[int, list[DatedRestitution]]) -> list[Month]:
    """The months of a year with the actions whose end in force falls in each, and the accounts owed."""
    found: dict[int, list[ActionView]] = defaultdict(list)
    for view in views:
        if view.end is not None and view.end.year == year:
            found[view.end.month].append(view)
    order = {Plan.COG: 0, Plan.SDSI: 1}
    return [
        Month(
            name,
            sorted(found[number], key=lambda one: (one.end or date.max, order[Plan(one.action.plan)])),
            owed.get(number, []),
        )
        for number, name in enumerate(MONTH_NAMES, start=1)
    ]
