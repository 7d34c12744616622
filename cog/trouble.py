"""When the database undoes the transaction of a request, it is played again; `cog.incidents` tells what cannot be."""

import logging
from collections.abc import Callable
from typing import Any

from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse

logger = logging.getLogger(__name__)

ATTEMPTS = 3
REPLAYED = frozenset({"40001", "40P01"})
"""Serialization failure and deadlock: nothing was written, and the same work passes when it is done again."""


def code_of(error: BaseException) -> str:
    """The database's own code for an error; empty when it has none (SQLite, a connection that broke)."""
    return str(getattr(error.__cause__, "sqlstate", None) or "")


class ReplayMiddleware:
    """A view makes one transaction: when the database undid it, it is played again whole, three times at most.

    It calls the view itself, so it stands last: `cog.checks` refuses another order.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: list[Any], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """The answer of the view; None lets Django call it, for the last time."""
        if request.method != "POST" or connection.in_atomic_block:
            return None
        for attempt in range(1, ATTEMPTS):
            try:
                return view(request, *args, **kwargs)
            except OperationalError as error:
                if code_of(error) not in REPLAYED:
                    raise
                logger.warning("transaction défaite par la base (%s), essai %d refait", code_of(error), attempt)
                for file in request.FILES.values():
                    file.seek(0)
        return None
