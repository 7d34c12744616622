"""The log: one JSON object a line in production, tied to a request or a job by its number, without personal data.

Nothing of a person is written: no address, no name, no address of a machine, no text of a form; an account is its
number. What an exception says, which may quote a row, is left out; from messages, e-mail addresses are taken out.
"""

import json
import logging
import re
import time
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from cog.incidents import DiscreetFormatter

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The number of the request in hand, shown on error pages; empty outside one."""
job_id: ContextVar[str] = ContextVar("job_id", default="")

HEADER = "X-Request-ID"
_GIVEN = re.compile(r"[0-9a-f-]{8,36}")
_PERSONAL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+|(?m:^(?:DETAIL|CONTEXT|DÉTAIL):.*$)|(?<=[?&])[^\s\"']+")
_OURS = ("incident", "action", "methode", "route", "statut", "duree_ms", "compte")

access = logging.getLogger("suivi.acces")


def without_people(text: str) -> str:
    """A text as it may be logged: no e-mail address, no key quoted by the database, no query of an address."""
    return _PERSONAL.sub("[retiré]", text)


class JsonLines(DiscreetFormatter):
    """One object a line: a line break in a message stays inside its text. A trace by its types and its places."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "quand": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "niveau": record.levelname,
            "journal": record.name,
            "message": without_people(record.getMessage()),
        }
        if number := request_id.get():
            told["requete"] = number
        if number := job_id.get():
            told["travail"] = number
        told |= {name: getattr(record, name) for name in _OURS if hasattr(record, name)}
        if record.exc_info and record.exc_info[0] is not None:
            told["trace"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)


class Requests:
    """Middleware: gives each request its number, says it back, and logs one line about it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        token = request_id.set(given if _GIVEN.fullmatch(given) else uuid.uuid4().hex[:12])
        start = time.monotonic()
        try:
            response = self.get_response(request)
            response[HEADER] = request_id.get()
            self._tell(request, response, start)
        finally:
            request_id.reset(token)
        return response

    def _tell(self, request: HttpRequest, response: HttpResponse, start: float) -> None:
        match = request.resolver_match
        if match is not None and match.url_name in QUIET and response.status_code < 400:
            return
        user = getattr(request, "_cached_user", None)  # never loaded for the sake of a log line
        access.info(
            "requête servie",
            extra={
                "methode": request.method,
                "route": match.view_name if match else "",
                "statut": response.status_code,
                "duree_ms": round(1000 * (time.monotonic() - start)),
                "compte": getattr(user, "pk", None),
            },
        )


QUIET = frozenset({"live", "ready"})
