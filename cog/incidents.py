"""Error pages: what happened in words, what to do, and a number that the log tells too; nothing of the inside.

The page of a server error asks nothing of the database, which may be what failed.
"""

import logging
import secrets
import sys
import traceback
from types import TracebackType
from typing import Any

from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string

logger = logging.getLogger("cog.incidents")

TOO_SLOW = {
    "57014": "la question posée à la base dépasse le temps permis",
    "55P03": "une autre écriture tient la ligne",
}
"""The states by which PostgreSQL tells that a time-out of ours fired (query_canceled, lock_not_available)."""
UNDONE = {"40P01": "deux écritures s'attendaient l'une l'autre", "40001": "deux écritures se contredisaient"}
"""Those of a transaction that the base undid; `cog.trouble` has then played it three times."""


API = "/api/v1/"
"""Programs read there: an error is told as RFC 9457 does (`reports/api/problems.py`), never as a page."""


def page(request: HttpRequest, *, code: int, title: str, reason: str = "", retry_after: int = 0) -> HttpResponse:
    """The page of an error, and its line in the log: number, code, address without its query, account by its key."""
    number = secrets.token_hex(4).upper()
    error = sys.exc_info()[1] if code >= 500 else None
    logger.log(
        logging.ERROR if code >= 500 else logging.WARNING,
        "incident %s : %s sur %s %s, compte %s",
        number,
        code,
        request.method,
        one_line(request.path),
        getattr(getattr(request, "_cached_user", None), "pk", None) or "-",
        exc_info=error,
        extra={"incident": number, "code": code},
    )
    context = {"code": code, "title": title, "reason": reason, "incident": number}
    if request.path.startswith(API):
        told = {
            "type": "about:blank",
            "title": title,
            "status": code,
            "detail": reason or title,
            "instance": request.path,
        }
        answer = told | {"errors": [], "incident": number}
        response: HttpResponse = JsonResponse(answer, status=code, content_type="application/problem+json")
    elif code >= 500 or code == 400:  # without the request: its host may be forged, its account not to be had
        response = HttpResponse(render_to_string("cog/error.html", context), status=code)
    else:
        response = render(request, "cog/error.html", context, status=code)
    if retry_after:
        response["Retry-After"] = str(retry_after)
    return response


def one_line(text: str) -> str:
    """A text that cannot pass for another line of the log, nor turn it over."""
    return text.encode("unicode_escape").decode()


def cause_of_slowness(error: BaseException | None) -> str:
    """Why the database gave up, when a time-out of ours fired; empty for any other error."""
    state = getattr(error.__cause__, "sqlstate", None) if isinstance(error, OperationalError) else None
    return (TOO_SLOW | UNDONE).get(state or "", "")


class DiscreetFormatter(logging.Formatter):
    """A traceback by its types and its places: what an exception says may hold a name or a figure."""

    def formatException(  # noqa: N802 - the library's name
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        """The chain of exceptions, types and frames only."""
        lines: list[str] = []
        error: BaseException | None = ei[1]
        while error is not None:
            frames = traceback.extract_tb(error.__traceback__)
            lines += [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
            lines.append(f"{type(error).__module__}.{type(error).__qualname__}")
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n".join(lines)


def uncaught(request: HttpRequest, *arguments: Any) -> HttpResponse:
    """What the site says of an error nobody foresaw: 500, or 503 when the database took too long."""
    error = sys.exc_info()[1]
    slow = cause_of_slowness(error)
    if slow:
        reason = f"La base de données n'a pas répondu à temps : {slow}."
        return page(request, code=503, title="Réponse trop lente", reason=reason, retry_after=30)
    if isinstance(error, OperationalError | InterfaceError):
        if not connection.in_atomic_block:  # else a caller's, to be undone by the caller
            connection.close()
        reason = "Les données ne sont pas joignables pour le moment ; rien n'est enregistré à moitié."
        return page(request, code=503, title="Base de données injoignable", reason=reason, retry_after=10)
    return page(request, code=500, title="Erreur de l'application")
