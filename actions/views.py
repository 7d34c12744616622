"""Pages of the actions that only read: the table of all, one action."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from actions.exports import action_tables, actions_table, holds_simulated, sdsi_table, state_of_actions
from actions.forms import ActionFilter, EvidenceForm
from actions.models import Action
from actions.queries import ActionView, tally
from actions.queries.lists import by_attention, directions_in, listed_actions
from actions.queries.pages import action_or_none, action_page
from actions.queries.sdsi import project_of, sdsi_plan
from actions.tables import ActionTable
from cog.exports import Export, table_file, xlsx
from cog.forms import DateFilter
from cog.models import Convention
from cog.paging import configure
from cog.permissions import Permission, can, fiches_open_to, requires
from cog.queries import domains_with_fiches
from cog.views import convention_or_404


@require_safe
@requires(Permission.READ_REFERENCE)
def actions(request: HttpRequest) -> HttpResponse:
    """All the actions, filtered by the address, as they stand at a date."""
    convention = convention_or_404()
    dated, at = read_at(request, convention)
    form, views, total = _listed(request, convention, at)
    seen = can(request.user, Permission.READ_PROGRESS)
    hidden = () if seen else ("timeliness", "status", "lead")
    table = ActionTable(by_attention(views) if seen else views, exclude=hidden)
    configure(request, table)
    context = {"table": table, "form": form, "dated": dated, "at": at, "count": len(views), "total": total}
    return render(request, "actions/list.html", context | {"with_progress": seen, "query": request.GET.urlencode()})


@require_safe
@requires(Permission.READ_REFERENCE)
def actions_xlsx(request: HttpRequest) -> HttpResponse:
    """Every action the filters keep, whichever the page in view."""
    convention = convention_or_404()
    _, at = read_at(request, convention)
    form, views, total = _listed(request, convention, at)
    seen = can(request.user, Permission.READ_PROGRESS)
    export = Export(
        title="Actions",
        convention=convention,
        page=reverse("actions"),
        state=state_of_actions(seen),
        filters=form.in_words(),
        simulated=holds_simulated(views),
        about=[("Situation au", at), ("Actions", len(views)), ("Sur", total)],
    )
    return xlsx(request, export, [actions_table(views, with_progress=seen)], name=f"actions-{at:%Y-%m-%d}")


def _listed(request: HttpRequest, convention: Convention, at: date) -> tuple[ActionFilter, list[ActionView], int]:
    seen = can(request.user, Permission.READ_PROGRESS)
    form = ActionFilter(
        request.GET,
        domains=domains_with_fiches(convention=convention),
        years=convention.years,
        directions=directions_in(convention=convention) if seen else [],
        with_progress=seen,
    )
    views, total = listed_actions(convention=convention, criteria=form.criteria, at=at, with_progress=seen)
    return form, views, total


@require_safe
@requires(Permission.READ_REFERENCE)
def sdsi(request: HttpRequest) -> HttpResponse:
    """The information-system plan: axes, programmes, projects and their actions at a date."""
    convention = convention_or_404()
    dated, at = read_at(request, convention)
    seen = can(request.user, Permission.READ_PROGRESS)
    axes = sdsi_plan(convention=convention, at=at, with_progress=seen)
    views = [one.view for axis in axes for programme in axis.programmes for one in programme.projects]
    context = {"axes": axes, "dated": dated, "at": at, "with_progress": seen, "tally": tally(views)}
    context |= {
        "simulated": any(view.last and view.last.simulated for view in views),
        "year": min(max(at.year, convention.start.year), convention.end.year),
    }
    return render(request, "actions/sdsi.html", context)


@require_safe
@requires(Permission.READ_REFERENCE)
def sdsi_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The whole plan at the date in view, one project a row."""
    convention = convention_or_404()
    _, at = read_at(request, convention)
    seen = can(request.user, Permission.READ_PROGRESS)
    axes = sdsi_plan(convention=convention, at=at, with_progress=seen)
    views = [one.view for axis in axes for programme in axis.programmes for one in programme.projects]
    export = Export(
        title="Schéma directeur du système d'information",
        convention=convention,
        page=reverse("sdsi"),
        state=state_of_actions(seen),
        simulated=holds_simulated(views),
        about=[("Situation au", at), ("Lignes de projet", len(views))],
    )
    table = sdsi_table(axes, with_progress=seen)
    return table_file(request, export, [table], name=f"sdsi-{at:%Y-%m-%d}", kind=kind)


@require_safe
@requires(Permission.READ_REFERENCE)
def action(request: HttpRequest, key: str) -> HttpResponse:
    """One action: what is printed, where it stands, all that was said of it, its proofs."""
    found = action_or_404(key)
    dated, at = read_at(request, found.fiche.convention)
    seen = can(request.user, Permission.READ_PROGRESS)
    page = action_page(action=found, at=at, with_progress=seen)
    context = {"page": page, "dated": dated, "at": at, "with_progress": seen, "form": EvidenceForm()}
    context |= {"project": project_of(found.pk)}
    return render(request, "actions/action.html", context | {"may_record": may_record(request, found)})


@require_safe
@requires(Permission.READ_REFERENCE)
def action_file(request: HttpRequest, key: str, kind: str) -> HttpResponse:
    """One action: its history, then its deadlines, its proofs, the rest; only its deadlines without progress."""
    found = action_or_404(key)
    convention = found.fiche.convention
    _, at = read_at(request, convention)
    seen = can(request.user, Permission.READ_PROGRESS)
    page = action_page(action=found, at=at, with_progress=seen)
    told = [*page.history, *page.evidence, *page.validations, *page.responsibilities]
    export = Export(
        title=f"Action {key}",
        convention=convention,
        page=reverse("action", args=[key]),
        state=state_of_actions(seen),
        simulated=any(one.simulated for one in told),
        about=[("Action", found.label), ("Fiche", found.fiche.number), ("Situation au", at)],
    )
    return table_file(request, export, action_tables(page, with_progress=seen), name=f"action-{key}", kind=kind)


def action_or_404(key: str) -> Action:
    found = action_or_none(convention=convention_or_404(), key=key)
    if found is None:
        raise Http404(f"L'action « {key} » n'existe pas dans la convention.")
    return found


def may_record(request: HttpRequest, found: Action) -> bool:
    """Whether the reader may say where this action is: every one, or those of their fiches."""
    return fiches_open_to(request.user, Permission.RECORD_PROGRESS).filter(pk=found.fiche_id).exists()


def read_at(request: HttpRequest, convention: Convention) -> tuple[DateFilter, date]:
    """The form of the date in view, and the date: today, or the term's last day once it is over, unless asked."""
    form = DateFilter(request.GET)
    return form, form.chosen(min(timezone.localdate(), convention.end))
