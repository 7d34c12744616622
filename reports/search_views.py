"""The search box of the header, and its results."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cog.permissions import Permission, requires
from cog.views import convention_or_404
from cog.words import Words
from reports.search_queries import search

PER_PAGE = 50
LONGEST = 120


@require_safe
@requires(Permission.READ_REFERENCE)
def results(request: HttpRequest) -> HttpResponse:
    """Everything found, by kind; `type` keeps one kind, page by page."""
    words = Words.of(request.GET.get("q", "")[:LONGEST])
    found = search(request.user, convention=convention_or_404(), words=words)
    chosen = found.of(request.GET.get("type", ""))
    page = Paginator(chosen.hits, PER_PAGE).get_page(request.GET.get("page")) if chosen else None
    context = {"found": found, "words": words, "chosen": chosen, "page": page}
    return render(request, "reports/search.html", context)
