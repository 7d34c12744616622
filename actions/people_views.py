"""Pages of who is in charge: every fiche with its direction, and the naming for a fiche or an action."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from actions.exports import charges_table
from actions.forms import NamingForm
from actions.models import Action
from actions.operations import Naming, ResponsibilityRefused, end_responsibility, name_responsible, open_direction
from actions.queries.lists import directions_in
from actions.queries.people import charge_lines, charge_of, people_to_name, responsibility_or_none
from actions.views import action_or_404
from cog.exports import DataState, Export, table_file
from cog.models import Fiche
from cog.permissions import Permission, account, can, requires
from cog.views import convention_or_404


@require_safe
@requires(Permission.READ_PROGRESS)
def responsibilities(request: HttpRequest) -> HttpResponse:
    """Every fiche with who carries it; those that nobody carries first."""
    lines = charge_lines(convention=convention_or_404())
    context = {
        "lines": lines,
        "orphans": sum(line.lead is None for line in lines),
        "may_name": can(request.user, Permission.NAME_RESPONSIBLES),
    }
    return render(request, "actions/responsibilities.html", context)


@require_safe
@requires(Permission.READ_PROGRESS)
def responsibilities_file(request: HttpRequest, kind: str) -> HttpResponse:
    """Every naming in force, one a row, and the fiches that nobody carries."""
    convention = convention_or_404()
    lines = charge_lines(convention=convention)
    named = [one for line in lines for one in (line.lead, *line.associated, *line.own) if one is not None]
    export = Export(
        title="Responsabilités",
        convention=convention,
        page=reverse("responsibilities"),
        state=DataState.CURRENT,
        simulated=any(one.simulated for one in named),
        about=[("Fiches", len(lines)), ("Fiches sans direction", sum(line.lead is None for line in lines))],
    )
    return table_file(request, export, [charges_table(lines)], name="responsabilites", kind=kind)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.NAME_RESPONSIBLES)
def fiche_charge(request: HttpRequest, number: int) -> HttpResponse:
    fiche = Fiche.objects.filter(convention=convention_or_404(), number=number).first()
    if fiche is None:
        raise Http404(f"La fiche n° {number} n'existe pas dans la convention.")
    return _charge(request, fiche, None)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.NAME_RESPONSIBLES)
def action_charge(request: HttpRequest, key: str) -> HttpResponse:
    found = action_or_404(key)
    return _charge(request, found.fiche, found)


def _charge(request: HttpRequest, fiche: Fiche, action: Action | None) -> HttpResponse:
    """Name a direction for a fiche, or for one of its actions."""
    convention, now = convention_or_404(), timezone.now()
    form = NamingForm(request.POST or None, directions=directions_in(convention=convention), people=people_to_name())
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            direction = told["direction"] or open_direction(
                convention=convention,
                code=told["code"],
                name=told["name"],
                by=account(request),
                at=now,
            )
            naming = Naming(fiche, action, direction, told["charge"], told["person"], told["substitute"])
            name_responsible(naming=naming, by=account(request), at=now)
        except ResponsibilityRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"{direction.code} est nommée.")
            return (
                redirect("action-charge", key=action.key) if action else redirect("fiche-charge", number=fiche.number)
            )
    context = {"fiche": fiche, "action": action, "form": form, "rows": charge_of(fiche=fiche, action=action)}
    return render(request, "actions/charge.html", context)


@require_POST
@requires(Permission.NAME_RESPONSIBLES)
def end_charge(request: HttpRequest, responsibility_id: int) -> HttpResponse:
    """Nobody takes the place."""
    found = responsibility_or_none(responsibility_id)
    if found is None:
        raise Http404("Cette responsabilité n'existe pas.")
    end_responsibility(responsibility=found, by=account(request), at=timezone.now())
    messages.success(request, f"{found.direction.code} n'est plus en charge ; l'historique le garde.")
    if found.action:
        return redirect("action-charge", key=found.action.key)
    return redirect("fiche-charge", number=found.fiche.number)
