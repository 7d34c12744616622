"""The health addresses: two for machines, which say one word to anyone; a page for those who watch."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cog import health
from cog.permissions import Permission, requires

PLAIN = "text/plain; charset=utf-8"


@login_not_required
@require_safe
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    """The process answers: touches nothing else."""
    return HttpResponse("vivant\n", content_type=PLAIN)


@login_not_required
@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """Pages can be served; 503 with what is missing otherwise."""
    if wrong := health.ready():
        return HttpResponse(f"pas prêt : {', '.join(wrong)}\n", content_type=PLAIN, status=503)
    return HttpResponse("prêt\n", content_type=PLAIN)


@require_safe
@requires(Permission.WATCH_OPERATIONS)
def page(request: HttpRequest) -> HttpResponse:
    """Every sign, the broken ones first."""
    order = {health.Level.BAD: 0, health.Level.WATCH: 1, health.Level.GOOD: 2}
    now = timezone.now()
    signs = sorted(health.everything(at=now), key=lambda sign: order[sign.level])
    worst = signs[0].level
    wrong = [sign for sign in signs if sign.level is not health.Level.GOOD]
    response = render(request, "cog/health.html", {"signs": signs, "worst": worst, "wrong": wrong, "now": now})
    response["Refresh"] = "30"  # works without JavaScript
    return response
