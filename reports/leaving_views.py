"""What a page says when something leaves for the State, or does not: one gesture for quarters, editions, documents."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from reports.models import Transmission
from reports.operations import AlreadyTransmitted, ReasonMissing, TransmissionRefused


def leave(
    request: HttpRequest, send: Callable[[], Transmission], *, back: HttpResponse, word: str = "transmis"
) -> HttpResponse:
    """Send, then show what was sent; `back` where it was refused, with what is to be mended. `word`: what was done."""
    try:
        sent = send()
    except TransmissionRefused as refusal:
        messages.error(request, f"Rien n'a été {word}. " + " ".join(check.sentence for check in refusal.checks))
        return back
    except (AlreadyTransmitted, ReasonMissing) as known:
        messages.info(request, f"{known}.")
        return back
    told = "en retard" if sent.late else "à l'heure" if sent.due else "sans échéance fixée"
    messages.success(request, f"{word.capitalize()} {told}. Reçu n° {sent.receipt_number}, envoyé aussi par courriel.")
    return redirect("transmission", transmission_id=sent.pk)
