"""A form sent twice is done once: the second sending is led where the first one led.

A page gives its form a token of its own (the CSRF token, masked anew for each page): the same token, address and
content from the same account is the same gesture, made twice by a double click, a slow network, the back button.
"""

import hashlib
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError, models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from cog import incidents

PATIENCE = 10.0  # seconds the second sending waits for the first
ABANDONED = timedelta(minutes=2)  # the process of the first one is dead: no page lasts that long
KEPT = timedelta(days=1)


class Submission(models.Model):
    """« envoi de formulaire »: one gesture of an account, by its digest, and where it led; kept a day."""

    digest = models.CharField("empreinte", max_length=64, unique=True)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="compte", related_name="+")
    sent = models.DateTimeField("envoyé le", db_index=True)
    led_to = models.TextField("suite", blank=True)

    class Meta:
        app_label = "cog"
        verbose_name = "envoi de formulaire"
        verbose_name_plural = "envois de formulaire"

    def __str__(self) -> str:
        return self.digest[:12]


class SentOnce:
    """The middleware: claims the gesture before the view, remembers where it led, forgets what did nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        digest = _digest_of(request)
        if not digest:
            return self.get_response(request)
        end = time.monotonic() + PATIENCE
        while not _claim(digest, request, timezone.now()):
            held = Submission.objects.filter(digest=digest).first()
            if held is not None and held.led_to:
                messages.info(request, "Ce formulaire était déjà envoyé : voici ce que son premier envoi a donné.")
                return HttpResponseRedirect(held.led_to)
            if time.monotonic() > end:
                return incidents.page(request, code=409, title="Envoi en cours")
            time.sleep(0.1)
        response = self.get_response(request)
        if 300 <= response.status_code < 400:
            Submission.objects.filter(digest=digest).update(led_to=response["Location"])
        else:  # refused, or a page to correct: the same content may be sent again
            Submission.objects.filter(digest=digest).delete()
        return response


def _claim(digest: str, request: HttpRequest, at: datetime) -> bool:
    """True for the one who may go on: the first, or the one that follows a first whose process died."""
    Submission.objects.filter(sent__lt=at - KEPT).delete()
    try:
        with transaction.atomic():
            Submission.objects.create(digest=digest, account_id=request.user.pk, sent=at)
    except IntegrityError:
        dead = Submission.objects.filter(digest=digest, led_to="", sent__lt=at - ABANDONED)
        return bool(dead.update(sent=at))
    return True


def _digest_of(request: HttpRequest) -> str:
    """The digest of a gesture: account, address, token, fields and files; empty for what is not a form of a page."""
    if request.method != "POST" or not request.user.is_authenticated:
        return ""
    token = request.POST.get("csrfmiddlewaretoken", "")
    if not token:
        return ""
    told = hashlib.sha256(f"{request.user.pk}\n{request.get_full_path()}\n".encode())
    for name, values in sorted(request.POST.lists()):
        told.update(repr((name, values)).encode())
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            told.update(repr((name, file.name, file.size)).encode())
            for chunk in file.chunks():
                told.update(chunk)
            file.seek(0)
    return told.hexdigest()
