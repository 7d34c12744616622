"""What every request passes through: its size, how often, that a reading writes nothing, and the headers of the answer.

`docs/security.md` lists these guards with the test that turns red without each.
"""

import logging
import re
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse

from cog import incidents

logger = logging.getLogger(__name__)

Respond = Callable[[HttpRequest], HttpResponse]
SAFE_METHODS = {"GET", "HEAD", "OPTIONS", "TRACE"}

# What a page never needs: a script that slipped in could not ask for it either.
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()" for feature in ("camera", "geolocation", "microphone", "payment", "usb", "browsing-topics")
)


class Headers:
    """`Permissions-Policy` on every answer; `no-store` on what an account was told, unless the view chose otherwise."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if _known_account(request):  # a shared computer, a shared cache
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


def _known_account(request: HttpRequest) -> Any:
    """The account that asks, when someone has looked for it already: asking here would question the database."""
    user = getattr(request, "_cached_user", None)
    return user if user is not None and user.is_authenticated else None


class RequestSize:
    """413 before anything is read, for what announces more than `MAX_REQUEST_BYTES` (the proxy cuts first)."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        announced = request.META.get("CONTENT_LENGTH") or "0"
        if announced.isdecimal() and int(announced) > settings.MAX_REQUEST_BYTES:
            return too_large(request)
        return self.get_response(request)


def too_large(request: HttpRequest) -> HttpResponse:
    """The page of a request that is too big."""
    reason = f"L'envoi dépasse {settings.MAX_REQUEST_BYTES // 1024**2} Mo, ou ses champs sont trop longs."
    return incidents.page(request, code=413, title="Envoi trop volumineux", reason=reason)


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class PlainText:
    """400 for a text that holds a control character, in a form, a query or an address: the words name it and its field.

    No base, no workbook and no page can hold it whole; tabs and line ends are texts like others. The API reads each of
    its parameters by a rule of its own, and tells all the faults at once in its own form.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(incidents.API):
            return self.get_response(request)
        said = [("adresse", [request.path]), *request.GET.lists()]
        if request.method == "POST":
            said += request.POST.lists()
        for name, values in said:
            for found in filter(None, map(_CONTROL.search, values)):
                reason = (
                    f"«\u00a0{name[:60]}\u00a0» contient un caractère invisible (U+{ord(found[0]):04X}) : l'effacer, "
                    "puis envoyer de nouveau ; le bouton « précédent » rend ce qui était saisi."
                )
                return incidents.page(request, code=400, title="Texte refusé", reason=_CONTROL.sub("", reason))
        return self.get_response(request)


_FILE = re.compile(r"\.(xlsx|csv|pdf|zip|docx|json)$|/pdf$|/donnees/$|/fichier/$|/dossier$")


class CostlyPages:
    """429 for an account that asks for more files or searches in a minute than a person reads.

    Counted in the shared cache, by account, else by address. A cache that does not answer stops nobody: the site works
    without its broker, and these pages are read by known accounts.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        cost = _cost_of(request)
        if cost and _asked(request, cost) > settings.COSTLY_A_MINUTE[cost]:
            words = "fichiers" if cost == "file" else "recherches"
            reason = f"Plus de {settings.COSTLY_A_MINUTE[cost]} {words} en une minute : attendre une minute."
            return incidents.page(request, code=429, title="Trop de demandes", reason=reason, retry_after=60)
        return self.get_response(request)


def _cost_of(request: HttpRequest) -> str:
    """« file », « search », or nothing for a page that costs little."""
    if request.method not in SAFE_METHODS:
        return ""
    if _FILE.search(request.path):
        return "file"
    return "search" if request.GET.get("mots") or request.GET.get("q") else ""


def _asked(request: HttpRequest, cost: str) -> int:
    """How many times in this minute, this one included."""
    who = f"compte-{request.user.pk}" if request.user.is_authenticated else f"adresse-{client_address(request)}"
    key = f"couteux:{cost}:{who}:{int(time.time() // 60)}"
    try:
        cache.add(key, 0, timeout=120)
        return int(cache.incr(key))
    except Exception:  # whatever the cache's client raises
        logger.warning("le cache partagé ne répond pas : les pages coûteuses ne sont plus comptées")
        return 0


def client_address(request: HttpRequest) -> str:
    """Where a request comes from; in production the proxy writes it itself, whatever the client said."""
    told = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.PRODUCTION else ""
    return told.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")


class WriteOnRead(RuntimeError):
    """A request that should only read tried to write."""


_READS = re.compile(
    r"\s*\(*\s*(SELECT|WITH|VALUES|SHOW|EXPLAIN|PRAGMA|SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT|SET)\b", re.I
)
_HIDDEN_WRITE = re.compile(r"\b(INSERT\s+INTO|DELETE\s+FROM|MERGE\s+INTO|UPDATE\s+\S+\s+SET|SELECT\s.+\sINTO\s)", re.I)


class ReadsWriteNothing:
    """A GET changes no row: around the view, the connection refuses any statement that is not a reading.

    Innermost of all, so that the session, saved around it, is not concerned. Not PostgreSQL's own read-only
    transaction, which would forbid the session and need a second connection. Closed by default: a statement whose first
    word is not known to read is refused; a view that must write on GET (the return of an identity provider) is named in
    `GET_MAY_WRITE`.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in SAFE_METHODS:
            return self.get_response(request)
        with connection.execute_wrapper(partial(_refuse_writes, request)):
            return self.get_response(request)


def _refuse_writes(
    request: HttpRequest, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
) -> Any:
    if _writes(str(sql)) and not _may_write(request):
        raise WriteOnRead(f"{request.method} {request.path} : {str(sql).split(None, 1)[0]}")
    return execute(sql, params, many, context)


def _writes(sql: str) -> bool:
    first = _READS.match(sql)
    return first is None or (first[1].upper() in {"WITH", "EXPLAIN"} and _HIDDEN_WRITE.search(sql) is not None)


def _may_write(request: HttpRequest) -> bool:
    match = getattr(request, "resolver_match", None)
    return match is not None and match.view_name in settings.GET_MAY_WRITE
