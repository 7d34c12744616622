"""Notifications: what the application told me, and how I want to be told."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cog.enums import NotificationChannel, NotificationKind
from cog.models import Notification
from cog.permissions import Permission, account, requires
from reports.notice_queries import channels_of, kinds_for
from reports.operations.notices import choose_notifications, mark_read

PER_PAGE = 50


class ChoiceForm(forms.Form):
    """One channel for each kind of thing a person may be told of."""

    def __init__(self, *args: Any, kinds: list[NotificationKind], held: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in kinds:
            self.fields[kind.value] = forms.ChoiceField(
                label=str(kind.label).capitalize(),
                choices=NotificationChannel.choices,
                initial=held.get(kind.value, NotificationChannel.IN_APP),
            )


@require_safe
@requires(Permission.READ_REFERENCE)
def notifications(request: HttpRequest) -> HttpResponse:
    """What was told, the latest first; `lues` shows what was read too."""
    rows = Notification.objects.filter(recipient=account(request)).order_by("-moment", "-pk")
    every = "lues" in request.GET
    page = Paginator(rows if every else rows.filter(is_read=False), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "reports/notifications.html", {"page": page, "every": every})


@require_POST
@requires(Permission.READ_REFERENCE)
def mark(request: HttpRequest) -> HttpResponse:
    """Mark everything as read."""
    count = mark_read(user=account(request), at=timezone.now())
    messages.success(
        request, f"{count} notification{'s' if count > 1 else ''} notée{'s' if count > 1 else ''} comme lue."
    )
    return redirect("notifications")


@require_POST
@requires(Permission.READ_REFERENCE)
def follow(request: HttpRequest, notification_id: int) -> HttpResponse:
    """Open the page of one, which is then read."""
    row = get_object_or_404(Notification, pk=notification_id, recipient=account(request))
    mark_read(user=account(request), keys=[row.pk], at=timezone.now())
    return redirect(row.url or "notifications")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.READ_REFERENCE)
def choices(request: HttpRequest) -> HttpResponse:
    """How one wants to be told of each kind of thing."""
    kinds, held = kinds_for(account(request)), channels_of(account(request))
    form = ChoiceForm(request.POST if request.method == "POST" else None, kinds=kinds, held=held)
    if request.method == "POST" and form.is_valid():
        chosen = {kind: NotificationChannel(form.cleaned_data[kind.value]) for kind in kinds}
        choose_notifications(user=account(request), chosen=chosen, at=timezone.now())
        messages.success(request, "Vos choix sont enregistrés ; ils valent dès la prochaine notification.")
        return redirect("notification-choices")
    return render(request, "reports/notification_choices.html", {"form": form})
