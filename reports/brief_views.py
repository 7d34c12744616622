"""The documents of two pages, beside the pages they are made of: a fiche at a date, a caisse at a quarter's end."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from cog.downloads import attachment
from cog.periods import parse
from cog.permissions import Permission, caisses_visible_to, can, requires
from cog.views import convention_or_404
from indicators.forms import SituationForm
from reports.brief_queries import caisse_content, fiche_content
from reports.views import fiche_as_read

PDF = "application/pdf"


@require_safe
@requires(Permission.READ_REFERENCE)
def fiche_pdf(request: HttpRequest, number: int) -> HttpResponse:
    """A fiche on two pages: what its page shows this reader at the same date."""
    from reports.short_printing import print_fiche  # two seconds of import that only a printing process should pay

    page, _, at = fiche_as_read(request, number)
    content = fiche_content(
        page,
        convention=convention_or_404(),
        at=at,
        with_results=can(request.user, Permission.READ_RESULTS),
        with_progress=can(request.user, Permission.READ_PROGRESS),
    )
    return attachment(print_fiche(content), PDF, f"fiche-{number}-au-{at.isoformat()}.pdf")


@require_safe
@requires(Permission.READ_RESULTS)
def caisse_pdf(request: HttpRequest, code: str) -> HttpResponse:
    """A caisse on two pages; one that the reader may not see does not exist."""
    from reports.short_printing import print_caisse  # two seconds of import that only a printing process should pay

    convention = convention_or_404()
    body = caisses_visible_to(request.user).caisses().filter(convention=convention, code=code).first()
    if body is None:
        raise Http404("Cette caisse n'existe pas, ou n'est pas ouverte à ce compte.")
    form = SituationForm(request.GET, periods=convention.quarters)
    chosen = form.cleaned_data.get("fin", "") if form.is_valid() else ""
    content = caisse_content(
        convention=convention,
        body=body,
        quarter=parse(chosen) if chosen else None,
        today=timezone.localdate(),
        with_owed=caisses_visible_to(request.user, Permission.SEE_OBSERVATIONS).filter(pk=body.pk).exists(),
        with_budgets=can(request.user, Permission.READ_BUDGETS),
    )
    name = f"caisse-{body.code}{f'-{chosen}' if chosen else ''}.pdf"
    return attachment(print_caisse(content), PDF, name)
