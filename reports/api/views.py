"""What stands beside the operations: the description, the page that reads it, the answer to any other address."""

from dataclasses import dataclass
from http import HTTPStatus
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from cog.permissions import Permission, can, requires
from reports.api.document import REFUSALS, TAGS, schema
from reports.api.problems import problem
from reports.api.site import PERMISSIONS

_HEADER = "If-None-Match"  # said once, at the top of the page


@dataclass(frozen=True)
class OperationLine:
    """An operation as the documentation page tells it. `fields`: (name, meaning) of one line of its answer."""

    path: str
    told: dict[str, Any]
    open: bool
    parameters: list[dict[str, Any]]
    fields: list[tuple[str, str]]

    @property
    def example(self) -> str:
        """Its address with the examples in the place of the parameters."""
        path = self.path
        for one in self.parameters:
            if one["in"] == "path":
                path = path.replace(f"{{{one['name']}}}", str(one["schema"].get("examples", [1])[0]))
        return path


@requires(Permission.READ_REFERENCE)
def documentation(request: HttpRequest) -> HttpResponse:
    """Every operation, from the description itself; those the account may call are said to be."""
    lines = [_line(request, path, told["get"]) for path, told in schema()["paths"].items()]
    groups = [(tag, TAGS[tag], list(found)) for tag, found in groupby(lines, key=lambda line: line.told["tags"][0])]
    context = {"groups": groups, "refusals": REFUSALS, "about": schema()["info"]["description"]}
    return render(request, "reports/api/documentation.html", context)


def _line(request: HttpRequest, path: str, told: dict[str, Any]) -> OperationLine:
    parameters = [one | {"choices": _choices(one)} for one in told["parameters"] if one["name"] != _HEADER]
    shape = told["responses"]["200"]["content"]["application/json"]["schema"]
    allowed = can(request.user, PERMISSIONS[told["operationId"]])
    return OperationLine(path, told, allowed, parameters, _fields(shape))


def _choices(parameter: dict[str, Any]) -> list[str]:
    """What a parameter may be, where only a few words are."""
    name = parameter["schema"].get("$ref", "").rsplit("/", 1)[-1]
    return list(schema()["components"]["schemas"].get(name, {}).get("enum", []))


def _fields(shape: dict[str, Any]) -> list[tuple[str, str]]:
    """What one line of an answer holds: of a page, its lines."""
    schemas = schema()["components"]["schemas"]
    held = schemas.get(shape.get("$ref", "").rsplit("/", 1)[-1], shape).get("properties", {})
    if "items" in held:
        held = schemas[held["items"]["items"]["$ref"].rsplit("/", 1)[-1]]["properties"]
    return [(name, one.get("description", "")) for name, one in held.items()]


def openapi(request: HttpRequest) -> HttpResponse:
    return JsonResponse(schema(), json_dumps_params={"ensure_ascii": False})


def unknown(request: HttpRequest, rest: str) -> HttpResponse:
    detail = f"Trouvé l'adresse « {rest[:200]} », attendu une opération de /api/v1/openapi.json."
    return problem(request, HTTPStatus.NOT_FOUND, detail)
