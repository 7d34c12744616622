"""The OpenAPI description is valid, in French, and the API keeps to it under a storm of requests."""

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import cycle
from typing import Any

import pytest
import requests
import schemathesis
import urllib3
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as hypothesis_settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth

from cog.models import Convention
from reports.api.document import schema
from reports.models import Transmission
from tests.api.conftest import ReaderOf

EXAMPLES = 5
"""Of each operation, in each mode."""

DESCRIPTION = schemathesis.openapi.from_dict(schema())
OPERATIONS = [one.ok() for one in DESCRIPTION.get_all_operations()]


def test_the_description_is_valid_openapi() -> None:
    assert schema()["openapi"] == "3.1.0"
    DESCRIPTION.validate()


def test_every_operation_and_field_is_told_in_french_with_an_example() -> None:
    told = schema()
    for path, one in told["paths"].items():
        operation = one["get"]
        assert "Droit demandé" in operation["description"] and operation["summary"], path
        for parameter in operation["parameters"]:
            assert parameter["description"], (path, parameter["name"])
            assert "example" in parameter or parameter["name"] in {"If-None-Match", "name", "number"}, parameter
    for name, shape in told["components"]["schemas"].items():
        for field, held in shape.get("properties", {}).items():
            assert held.get("description"), (name, field)
    english = re.compile(r"\b(the|of|with|should)\b")
    shapes = [shape for shape in told["components"]["schemas"].values() if "properties" in shape]
    said = [held["description"] for shape in shapes for held in shape["properties"].values()]
    assert not [words for words in said if english.search(words)]


@pytest.mark.django_db
def test_a_storm_of_requests_finds_no_error_and_no_answer_out_of_the_description(
    canaries: Convention, reader: ReaderOf, settings: Any
) -> None:
    """Requests the description allows, and requests it forbids, of the one who reads all and of a caisse in turn."""
    settings.API_RATE = 0
    secrets = cycle([reader("pilotage").secret, reader("caf").secret])
    for operation in OPERATIONS:
        _storm(operation, GenerationMode.POSITIVE, secrets)
        if any(one["name"] != "If-None-Match" for one in schema()["paths"][operation.path]["get"]["parameters"]):
            _storm(operation, GenerationMode.NEGATIVE, secrets)


def _storm(operation: Any, mode: GenerationMode, secrets: Iterator[str]) -> None:
    @seed(2014)
    @hypothesis_settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def one(case: Any) -> None:
        _conforms(case, next(secrets))

    one()


@pytest.mark.django_db
def test_what_is_frozen_conforms_too(sent: Transmission, reader: ReaderOf) -> None:
    """Real keys of a real transmission, which a storm would not guess."""
    secret = reader("tutelle").secret
    for operation in OPERATIONS:
        if operation.path.startswith("/api/v1/transmissions/"):
            case = operation.Case(path_parameters={"kind": "trimestre", "period": "2014-T2", "number": 1})
            assert _conforms(case, secret) == 200


def _conforms(case: Any, secret: str) -> int:
    """Put a request to the application, in this process and in the transaction of the test; check its answer."""
    told = case.as_transport_kwargs(base_url="http://localhost")
    asked = requests.Request(told["method"], told["url"], told.get("headers"), params=told.get("params")).prepare()
    headers = {**asked.headers, "Authorization": f"Bearer {secret}"}
    answer = Client(raise_request_exception=True).generic(asked.method, asked.path_url, headers=headers)
    raw = urllib3.HTTPResponse(
        io.BytesIO(answer.content), headers=dict(answer.items()), status=answer.status_code, preload_content=False
    )
    found = requests.adapters.HTTPAdapter().build_response(asked, raw)
    found.elapsed = timedelta(0)
    case.validate_response(found, excluded_checks=[ignored_auth])  # tried in test_tokens: it would use the network
    return int(answer.status_code)
