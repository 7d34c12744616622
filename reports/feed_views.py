"""The calendar feeds: the page where one opens and revokes them, and the address a calendar reads."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from cog.permissions import Permission, account, requires
from cog.views import convention_or_404
from reports.calendar_file import calendar_file
from reports.enums import FeedScope
from reports.feed_queries import feed_events, feed_or_none, feeds_of, stamp_of
from reports.operations.feeds import open_feed, revoke_feed


class FeedForm(forms.Form):
    """What the feed holds."""

    scope = forms.ChoiceField(label="Contenu", choices=FeedScope.choices, widget=forms.RadioSelect)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.READ_REFERENCE)
def feeds(request: HttpRequest) -> HttpResponse:
    """One's feeds; a new one shows its address once."""
    form = FeedForm(request.POST or None, initial={"scope": FeedScope.OWN})
    address = ""
    if request.method == "POST" and form.is_valid():
        _, secret = open_feed(
            owner=account(request),
            scope=FeedScope(form.cleaned_data["scope"]),
            at=timezone.now(),
        )
        address = request.build_absolute_uri(f"/calendrier/flux/{secret}.ics")
    context = {"form": form, "address": address, "feeds": feeds_of(account(request))}
    return render(request, "reports/feeds.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.READ_REFERENCE)
def revoke(request: HttpRequest, feed_id: int) -> HttpResponse:
    """What will be lost; once confirmed, the address answers no more."""
    found = next((row for row in feeds_of(account(request)) if row.pk == feed_id), None)
    if found is None:
        raise Http404("Ce flux n'existe pas.")
    if request.method != "POST":
        return render(request, "reports/feed_revoke.html", {"feed": found})
    revoke_feed(feed=found, by=account(request), at=timezone.now())
    messages.success(request, "Le flux est révoqué : son adresse ne répond plus.")
    return redirect("feeds")


@login_not_required
@require_safe
def read(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar itself, for a program that has no session: the secret is the key, today's rights the filter."""
    feed = feed_or_none(secret=secret)
    if feed is None:
        raise Http404("Ce flux n'existe pas, ou a été révoqué.")
    convention, today = convention_or_404(), timezone.localdate()
    events = feed_events(convention=convention, feed=feed, at=today, address=request.build_absolute_uri)
    data = calendar_file(events, name=f"{convention.short_title} · échéances", stamp=stamp_of(today))
    response = HttpResponse(data, content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "private, max-age=900"
    response["X-Robots-Tag"] = "noindex"
    return response
