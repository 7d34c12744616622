"""The API itself: how an operation is declared, and how what it raises is answered."""

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError
from ninja.renderers import BaseRenderer
from pydantic import Field

from cog.permissions import Permission
from reports.api.problems import fault_of, problem, unreadable

VERSION = "1.0.0"

Exact = Annotated[str, Field(pattern=r"^-?[0-9]+(\.[0-9]+)?$", examples=["84.545454545455"])]
"""A decimal, whole, as text: a number of JSON is read as a binary float by most programs."""

Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", examples=["2014-12-31"])]
"""A date of an answer."""


class _Json(BaseRenderer):
    """Our JSON: every character as itself, nothing between the words."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, **_: Any) -> str:
        return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


api = NinjaAPI(
    title="Suivi de la Cog",
    version=VERSION,
    urls_namespace="api-v1",
    docs_url=None,
    openapi_url=None,
    renderer=_Json(),
)

PERMISSIONS: dict[str, Permission] = {}
"""operation -> the permission it needs."""

Operation = Callable[..., Any]


def reads(
    path: str, permission: Permission, *, name: str, tag: str, answer: Any, summary: str, description: str = ""
) -> Callable[[Operation], Operation]:
    """Declare an operation: its address, the permission its door checks, what it answers, in French."""

    def wear(operation: Operation) -> Operation:
        PERMISSIONS[name] = permission
        register = api.get(
            path,
            response=answer,
            operation_id=name,
            url_name=name,
            summary=summary,
            description=f"{description}\n\nDroit demandé : {permission.value}.".strip(),
            tags=[tag],
        )
        register(operation)
        return operation

    return wear


@api.exception_handler(ValidationError)
def _unreadable(request: HttpRequest, error: ValidationError) -> HttpResponse:
    told = {**request.resolver_match.kwargs, **request.GET.dict()} if request.resolver_match else {}
    return unreadable(request, [fault_of(one, told) for one in error.errors])


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem(request, HTTPStatus.NOT_FOUND, str(error))
