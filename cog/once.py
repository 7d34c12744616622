"""A read that several parts of a page ask for is made once while that page is made.

Only while a safe method (GET, HEAD) is answered, which writes nothing: elsewhere (commands, tasks, forms that write,
tests of a query) each call reads again. What a read gives is shared: nobody changes it.
"""

from collections.abc import Callable, Hashable
from contextvars import ContextVar
from functools import wraps
from inspect import signature
from typing import Any, ParamSpec, TypeVar

from django.http import HttpRequest, HttpResponseBase

P = ParamSpec("P")
T = TypeVar("T")

SAFE = frozenset({"GET", "HEAD"})
_held: ContextVar[dict[Hashable, Any] | None] = ContextVar("read_for_this_page", default=None)


class OnceAPage:
    """Middleware: opens the memory of a page, and closes it with the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        token = _held.set({} if request.method in SAFE else None)
        try:
            return self._get_response(request)
        finally:
            _held.reset(token)


def once_a_page(read: Callable[P, T]) -> Callable[P, T]:
    """Remember what `read` gives for the same arguments, while one page is made."""

    asked = signature(read)

    @wraps(read)
    def remembered(*args: P.args, **kwargs: P.kwargs) -> T:
        held = _held.get()
        if held is None:
            return read(*args, **kwargs)
        bound = asked.bind(*args, **kwargs)
        bound.apply_defaults()  # the same question, however it is put
        key = (read, tuple(bound.arguments.items()))
        if key not in held:
            held[key] = read(*args, **kwargs)
        value: T = held[key]
        return value

    return remembered
