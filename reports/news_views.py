"""What changed: the feed of news, filtered, page by page."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from cog.forms import DayField, FilterForm
from cog.models import Fiche
from cog.permissions import Permission, account, requires
from cog.views import convention_or_404
from reports import news_queries
from reports.operations.notices import mark_news_read

PER_PAGE = 50


class NewsFilter(FilterForm):
    """Which news to show."""

    type = forms.ChoiceField(label="Nature", required=False)
    fiche = forms.ChoiceField(label="Fiche", required=False)
    depuis = DayField(label="Depuis le", required=False)

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], fiches: list[Fiche], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["type"].choices = [("", "Toutes"), *kinds]
        self.fields["fiche"].choices = [("", "Toutes"), *((str(one.number), str(one)) for one in fiches)]


@require_safe
@requires(Permission.READ_REFERENCE)
def news(request: HttpRequest) -> HttpResponse:
    """What happened, day by day; `nouveau` keeps what one has not read yet."""
    convention = convention_or_404()
    kinds = news_queries.kinds_of(request.user)
    form = NewsFilter(
        request.GET,
        kinds=[(kind.value, kind.label) for kind in kinds],
        fiches=list(Fiche.objects.filter(convention=convention).order_by("number")),
    )
    chosen = form.cleaned_data if form.is_valid() else {}
    since = news_queries.moment_of(chosen.get("depuis"))
    before = news_queries.last_reading(account(request))
    if "nouveau" in request.GET:
        since = before
    rows = news_queries.news_events(
        request.user,
        kind=chosen.get("type", ""),
        fiche=int(chosen["fiche"]) if chosen.get("fiche") else None,
        since=since,
    )
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    days = news_queries.by_day(news_queries.told(page.object_list, convention=convention))
    context = {
        "form": form,
        "page": page,
        "days": days,
        "before": before,
        "unread": "nouveau" in request.GET,
        "filtered": any(chosen.values()) or "nouveau" in request.GET,
    }
    return render(request, "reports/news.html", context)


@require_POST
@requires(Permission.READ_REFERENCE)
def read(request: HttpRequest) -> HttpResponse:
    """Keep that everything up to now is read."""
    mark_news_read(user=account(request), at=timezone.now())
    messages.success(request, "Tout ce qui précède est noté comme lu.")
    return redirect("news")
