"""Refusals as RFC 9457 tells them, in French: what was found, what was expected."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from pydantic import BaseModel, Field

MEDIA_TYPE = "application/problem+json"
LONGEST_FOUND = 80

TITLES = {
    HTTPStatus.UNAUTHORIZED: "Authentification requise",
    HTTPStatus.FORBIDDEN: "Accès réservé",
    HTTPStatus.NOT_FOUND: "Introuvable",
    HTTPStatus.METHOD_NOT_ALLOWED: "Lecture seule",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Demande incompréhensible",
    HTTPStatus.TOO_MANY_REQUESTS: "Trop de demandes",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Erreur de l'application",
}


class Fault(BaseModel):
    """« faute »: a parameter that cannot be read."""

    parameter: str = Field(description="paramètre en faute", examples=["limit"])
    found: str = Field(description="ce qui a été trouvé", examples=["9000"])
    expected: str = Field(description="ce qui était attendu", examples=["un nombre de 500 au plus"])


class Problem(BaseModel):
    """« refus »: RFC 9457."""

    type: str = Field(description="ce refus dans la documentation", examples=["/api/#refus-404"])
    title: str = Field(description="le refus en deux mots", examples=["Introuvable"])
    status: int = Field(description="code HTTP", examples=[404])
    detail: str = Field(description="ce qui a été trouvé et ce qui était attendu")
    instance: str = Field(description="adresse demandée", examples=["/api/v1/fiches/99"])
    errors: list[Fault] = Field(default=[], description="les paramètres en faute, un par un")


def problem(
    request: HttpRequest,
    status: HTTPStatus,
    detail: str,
    *,
    faults: Sequence[Fault] = (),
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    told = Problem(
        type=f"/api/#refus-{status.value}",
        title=TITLES[status],
        status=status.value,
        detail=detail,
        instance=request.path,
        errors=list(faults),
    )
    body = json.dumps(told.model_dump(), ensure_ascii=False)
    return HttpResponse(body, status=status.value, content_type=MEDIA_TYPE, headers=headers)


def unreadable(request: HttpRequest, faults: Sequence[Fault]) -> HttpResponse:
    """422: parameters that cannot be read, all of them at once."""
    told = " ; ".join(f"{one.parameter} : trouvé « {one.found} », attendu {one.expected}" for one in faults)
    return problem(request, HTTPStatus.UNPROCESSABLE_ENTITY, f"{told}.", faults=faults)


def fault_of(error: Mapping[str, Any], values: Mapping[str, str]) -> Fault:
    """A fault that the library found, in French. `values`: what the address says of each parameter."""
    name = str(error["loc"][-1])
    found = values.get(name)
    return Fault(parameter=name, found="rien" if found is None else found[:LONGEST_FOUND], expected=_expected(error))


def _expected(error: Mapping[str, Any]) -> str:
    told: Mapping[str, Any] = error.get("ctx") or {}
    match error["type"]:
        case "int_parsing" | "int_parsing_size" | "int_type" | "int_from_float":
            return "un nombre entier"
        case "greater_than_equal":
            return f"un nombre de {told['ge']} au moins"
        case "less_than_equal":
            return f"un nombre de {told['le']} au plus"
        case "enum" | "literal_error":
            return f"l'un de {told['expected'].replace(' or ', ', ')}"
        case "string_too_long":
            return f"{told['max_length']} caractères au plus"
        case "string_pattern_mismatch":
            return f"un texte de la forme {told['pattern']}"
        case "missing":
            return "une valeur"
        case "bool_parsing" | "bool_type":
            return "true ou false"
        case kind if kind.startswith("date"):
            return "une date qui existe, AAAA-MM-JJ"
    return "une autre valeur"
