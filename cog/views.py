"""Pages of the ground floor: login, anomalies and acronyms of the text, background jobs, help, errors."""

from itertools import groupby
from typing import Any
from uuid import UUID

from allauth.account.views import LoginView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from cog import incidents, jobs, provider
from cog.exports import DataState, Export, table_file
from cog.forms import AcronymFilter, AnomalyFilter
from cog.guards import too_large
from cog.help import TOPICS
from cog.models import Acronym, Convention, SourceAnomaly
from cog.paging import page_of
from cog.permissions import ROLES, Permission, jobs_visible_to, requires
from cog.queries import acronyms as acronyms_query
from cog.queries import anomalies as anomalies_query
from cog.queries import (
    anomalies_by_topic,
    current_convention,
    demonstration_accounts,
)


class Login(LoginView):
    """The login page; on a demonstration it lists the accounts to try."""

    template_name = "cog/login.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "accounts": demonstration_accounts(),
            "identity": settings.OIDC_NAME if provider.is_ready() else "",
            "next": self.request.GET.get("next") or self.request.POST.get("next") or "",
        }


@login_not_required
def signup_closed(request: HttpRequest) -> HttpResponse:
    """Nobody opens an account alone: an invitation comes from who manages them."""
    return render(request, "cog/accounts/signup_closed.html", {"contact": settings.ACCOUNTS_CONTACT}, status=403)


def convention_or_404() -> Convention:
    """The convention in view; a 404 page that says what to do when none is loaded."""
    convention = current_convention()
    if convention is None:
        raise Http404("Aucune convention n'est chargée : lancer « manage.py load_convention fixtures/cog-2013-2017 ».")
    return convention


@requires(Permission.READ_REFERENCE)
def anomalies(request: HttpRequest) -> HttpResponse:
    convention = convention_or_404()
    form, rows = _slips(request, convention)
    chosen = form.cleaned_data if form.is_valid() else {"sujet": "", "mots": ""}
    page = page_of(request, rows)
    counts = anomalies_by_topic(convention=convention)
    return render(
        request,
        "cog/anomalies.html",
        {"form": form, "page": page, "counts": counts, "total": sum(counts.values()), "chosen": chosen},
    )


@require_safe
@requires(Permission.READ_REFERENCE)
def glossary(request: HttpRequest) -> HttpResponse:
    """The acronyms of the text, letter by letter."""
    form, rows, total = _acronyms(request)
    letters = [(letter, list(group)) for letter, group in groupby(rows, key=lambda row: row.code[0].upper())]
    context = {"form": form, "letters": letters, "count": len(rows), "total": total}
    return render(request, "cog/glossary.html", context)


@require_safe
@requires(Permission.READ_REFERENCE)
def glossary_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The acronyms the filter keeps."""
    form, rows, total = _acronyms(request)
    header = ["Sigle", "Mots", "Ligne du texte", "Écrit en toutes lettres par la convention", "Source des mots", "Note"]
    lines = [
        [row.code, row.words, row.seed_line, "oui" if row.spelled_out else "non", row.source, row.note] for row in rows
    ]
    export = Export(
        title="Glossaire",
        convention=convention_or_404(),
        page=reverse("glossary"),
        state=DataState.REFERENCE,
        filters=form.in_words(),
        simulated=False,
        about=[("Sigles", len(rows)), ("Sur", total)],
    )
    return table_file(request, export, [("Glossaire", header, lines)], name="glossaire", kind=kind)


def _acronyms(request: HttpRequest) -> tuple[AcronymFilter, list[Acronym], int]:
    """The filter, what it keeps, and how many acronyms there are in all."""
    convention = convention_or_404()
    form = AcronymFilter(request.GET)
    words = form.cleaned_data["mots"] if form.is_valid() else ""
    rows = acronyms_query(convention=convention, words=words)
    return form, rows, len(acronyms_query(convention=convention)) if words else len(rows)


@requires(Permission.READ_REFERENCE)
def anomalies_file(request: HttpRequest, kind: str) -> HttpResponse:
    """Every slip the filters keep, whichever the page in view."""
    convention = convention_or_404()
    form, rows = _slips(request, convention)
    header = ["Endroit", "Ligne du texte", "Ce qui étonne", "Lecture retenue", "Sujet", "Code"]
    table = [[one.place, one.seed_line, one.what, one.reading, one.get_topic_display(), one.code] for one in rows]
    export = Export(
        title="Anomalies du texte",
        convention=convention,
        page=reverse("anomalies"),
        state=DataState.REFERENCE,
        filters=form.in_words(),
        simulated=False,
        about=[("Anomalies", len(table))],
    )
    return table_file(request, export, [("Anomalies", header, table)], name="anomalies-du-texte", kind=kind)


def _slips(request: HttpRequest, convention: Convention) -> tuple[AnomalyFilter, QuerySet[SourceAnomaly]]:
    """The filters of the address, and the slips they keep."""
    form = AnomalyFilter(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {"sujet": "", "mots": ""}
    return form, anomalies_query(convention=convention, topic=chosen["sujet"], words=chosen["mots"])


@requires(Permission.SEE_JOBS)
def job_list(request: HttpRequest) -> HttpResponse:
    """The background jobs one may see, the latest first."""
    page = page_of(request, jobs_visible_to(request.user))
    return render(request, "cog/jobs.html", {"page": page})


@requires(Permission.SEE_JOBS)
def job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """How far a background job is; seen by who asked for it, and by those who watch all of them."""
    found = get_object_or_404(jobs_visible_to(request.user), pk=job_id)
    return render(request, "cog/job.html", {"job": found})


@require_POST
@requires(Permission.SEE_JOBS)
def cancel_job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    found = get_object_or_404(jobs_visible_to(request.user), pk=job_id)
    if jobs.cancel(job_id=found.pk, by=request.user, at=timezone.now()):
        messages.success(request, "L'arrêt est demandé : le travail s'arrête à sa prochaine étape.")
    else:
        messages.info(request, "Ce travail est déjà fini, ou son arrêt est déjà demandé.")
    return redirect("job", job_id=found.pk)


@requires(Permission.READ_REFERENCE)
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "cog/help.html", {"role_cards": ROLES.items(), "topics": TOPICS})


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was not ours, or whose session ended: Django's own page would break our content policy."""
    advice = "Le formulaire a expiré ou ne vient pas de ce site : revenir à la page, la recharger et recommencer."
    return incidents.page(request, code=403, title="Formulaire refusé", reason=advice)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return too_large(request)
    return incidents.page(request, code=400, title="Demande incompréhensible")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return incidents.page(request, code=403, title="Accès réservé", reason=str(exception))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What a view says of what it did not find; of an unknown address or row, Django's words are not for people."""
    said = str(exception) if isinstance(exception, Http404) else ""
    foreign = "tried" in said or said.startswith("No ")
    return incidents.page(request, code=404, title="Page introuvable", reason="" if foreign else said)


def too_many(request: HttpRequest) -> HttpResponse:
    """The library's limits: too many forms of one kind from one address or for one account."""
    reason = "Trop de tentatives depuis cette adresse ou pour ce compte : attendre quelques minutes."
    return incidents.page(request, code=429, title="Trop de demandes", reason=reason, retry_after=300)


def server_error(request: HttpRequest) -> HttpResponse:
    return incidents.uncaught(request)
