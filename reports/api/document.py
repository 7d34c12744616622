"""The OpenAPI description, from what the operations declare."""

from functools import cache
from typing import Any

from reports.api import money, plans, results, sent, sheets, text
from reports.api.problems import MEDIA_TYPE, TITLES, Problem
from reports.api.site import api

PREFIX = "/api/v1"

RESOURCES = (text, plans, sheets, results, money, sent)
"""Imported for the operations they declare."""

ABOUT = """Lecture seule, en JSON, de ce que montrent les pages : même compte, mêmes droits, mêmes chiffres.

- **Décimales** : écrites en texte (`"84.545454545455"`), exactes, non arrondies ; un nombre JSON perdrait des chiffres.
- **Valeur qui manque** : `null`, jamais zéro ; `state` dit pourquoi.
- **Dates** : AAAA-MM-JJ ; périodes : `2014-03`, `2014-T1`, `2014-S1`, `2014`.
- **Clés** : les codes de la convention et des données ouvertes (`F10-21`, `10-3`, `sdsi-12`, `fnas`…), stables.
- **Pages** : `limit` (500 au plus) et `offset` ; `next` et `previous` donnent l'adresse de la suite.
- **Cache** : chaque réponse porte un `ETag` ; le rendre dans `If-None-Match` donne 304 si rien n'a changé.
- **Refus** : RFC 9457, en français, avec ce qui a été trouvé et ce qui était attendu.
- **Hors de sa portée**, une chose n'existe pas : la réponse est 404.
"""

TAGS = {
    "Convention": "le texte signé : domaines, fiches, anomalies, sigles",
    "Actions": "les actions des fiches et du Sdsi, à une date",
    "Indicateurs": "les fiches techniques, leurs définitions, leurs cibles",
    "Résultats": "les valeurs calculées, pour qui peut les lire avant transmission",
    "Budgets": "les fonds, leur programme et, pour qui les lit, ce qui est ouvert, exécuté et prévu",
    "Transmissions et documents": "ce qui est figé : envoyé à l'État, présenté au conseil",
}

_ETAG = {"description": "empreinte de la réponse", "schema": {"type": "string"}}
_IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "ETag d'une réponse déjà reçue",
    "schema": {"type": "string"},
}
REFUSALS = {
    401: "aucun jeton valable",
    403: "le compte n'a pas le droit demandé",
    404: "l'adresse, ou ce qu'elle nomme, n'existe pas pour ce compte",
    405: "une écriture a été tentée",
    422: "un paramètre ne se lit pas",
    429: "trop de lectures en une minute",
}


@cache
def schema() -> dict[str, Any]:
    """The whole description; the same for everyone."""
    told: dict[str, Any] = dict(api.get_openapi_schema(path_prefix=f"{PREFIX.strip('/')}"))
    told["info"] |= {"description": ABOUT, "license": {"name": "MIT", "identifier": "MIT"}}
    told["servers"] = [{"url": "/", "description": "ce site"}]
    told["tags"] = [{"name": name, "description": meaning} for name, meaning in TAGS.items()]
    told["security"] = [{"jeton": []}, {"session": []}]
    components = told["components"]
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    components["schemas"] |= problem.pop("$defs") | {"Problem": problem}
    components["securitySchemes"] = {
        "jeton": {"type": "http", "scheme": "bearer", "description": "un jeton de la page « Mes jetons »"},
        "session": {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": "la session des pages"},
    }
    components["responses"] = {f"Refus{status}": _refusal(status) for status in REFUSALS}
    components["schemas"].pop("Cut", None)  # its fields are parameters
    for path in told["paths"].values():
        _finish(path["get"])
    rank = list(TAGS).index
    told["paths"] = dict(sorted(told["paths"].items(), key=lambda pair: rank(pair[1]["get"]["tags"][0])))
    return told


def _refusal(status: int) -> dict[str, Any]:
    example = {
        "type": f"/api/#refus-{status}",
        "title": next(title for code, title in TITLES.items() if code == status),
        "status": status,
        "detail": f"{REFUSALS[status][0].upper()}{REFUSALS[status][1:]}.",
        "instance": "/api/v1/results",
        "errors": [],
    }
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}}
    return {"description": REFUSALS[status], "content": content}


def _finish(operation: dict[str, Any]) -> None:
    """What every operation shares: its condition, its fingerprint, its refusals."""
    operation["parameters"] = [*map(_parameter, operation["parameters"]), _IF_NONE_MATCH]
    found = operation["responses"].pop(200)
    operation["responses"] = {
        "200": found | {"description": "trouvé", "headers": {"ETag": _ETAG}},
        "304": {"description": "rien n'a changé depuis l'ETag rendu"},
        **{str(status): {"$ref": f"#/components/responses/Refus{status}"} for status in REFUSALS if status != 405},
    }


def _parameter(told: dict[str, Any]) -> dict[str, Any]:
    """A parameter as OpenAPI 3.1 writes it: an address cannot say null, an example stands beside the schema."""
    shape = {key: value for key, value in told["schema"].items() if key not in ("title", "description", "examples")}
    choices = [one for one in shape.pop("anyOf", []) if one.get("type") != "null"]
    shape |= choices[0] if choices else {}
    if shape.get("default", "") is None:
        del shape["default"]
    examples = told["schema"].get("examples", [])
    kept = {key: told[key] for key in ("in", "name", "required", "description") if key in told}
    return kept | {"schema": shape} | ({"example": examples[0]} if examples else {})


def parameters_of(name: str) -> frozenset[str]:
    """What the address of an operation may say after its question mark."""
    operation = next(path["get"] for path in schema()["paths"].values() if path["get"]["operationId"] == name)
    return frozenset(one["name"] for one in operation["parameters"] if one["in"] == "query")
