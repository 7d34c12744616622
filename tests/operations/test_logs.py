"""F60, F68: one JSON object a line, with the number of the request, and nothing of anyone in it."""

import json
import logging
import sys
from collections.abc import Iterator

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from cog import logs
from cog.demo import PASSWORD, open_accounts
from cog.models import Convention, User
from cog.operations import command_account


def _line(message: str, *arguments: object, exc_info: object = None) -> dict:
    record = logging.LogRecord("essai", logging.ERROR, __file__, 1, message, arguments, exc_info)
    text = logs.JsonLines().format(record)
    assert "\n" not in text, "one line, whatever it holds"
    return json.loads(text)


def test_a_line_break_stays_inside_its_message() -> None:
    assert _line('un\n{"niveau": "faux"}\r\ndeux')["message"] == 'un\n{"niveau": "faux"}\r\ndeux'


def test_addresses_keys_and_queries_are_taken_out() -> None:
    said = _line("refus de %s sur %s", "camille.pilotage@cnaf.example", "/audit/?qui=Camille")
    assert said["message"] == "refus de [retiré] sur /audit/?[retiré]"
    quoted = "clé en double\nDETAIL:  Key (email)=(claude@caf.example) already exists.\nfin"
    try:
        raise ValueError(quoted)  # its text is not in the line of code, which a trace quotes
    except ValueError:
        trace = _line("échec", exc_info=sys.exc_info())["trace"]
    assert "claude" not in trace and "Key (email)" not in trace
    assert "builtins.ValueError" in trace and "test_logs.py" in trace
    assert "clé en double" not in trace, "what an exception says may hold a name or a figure"


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """What the site logs, as production writes it."""
    written: list[str] = []
    handler = logging.Handler()
    handler.setFormatter(logs.JsonLines())
    handler.emit = lambda record: written.append(handler.format(record))  # type: ignore[method-assign]
    root, access = logging.getLogger(), logging.getLogger("suivi")
    level = access.level
    root.addHandler(handler)
    access.setLevel(logging.INFO)
    yield written
    root.removeHandler(handler)
    access.setLevel(level)


@pytest.mark.django_db
@override_settings(SECURE_SSL_REDIRECT=False)
def test_a_request_leaves_one_line_with_its_number_and_no_one_in_it(convention: Convention, lines: list[str]) -> None:
    open_accounts(code=convention.code, by=command_account(), at=timezone.now())
    user = User.objects.get(email="pilotage@demo.invalid")
    client = Client()
    client.post("/connexion/", {"username": user.email, "password": PASSWORD})
    lines.clear()
    answer = client.get("/anomalies/?mots=secret-de-camille")
    (line,) = [json.loads(one) for one in lines]
    assert (line["journal"], line["methode"], line["route"], line["statut"], line["compte"]) == (
        "suivi.acces", "GET", "anomalies", 200, user.pk
    )  # fmt: skip
    assert line["requete"] == answer[logs.HEADER]
    text = lines[0]
    for personal in (user.email, user.name, "secret-de-camille", "127.0.0.1", "sessionid"):
        assert personal not in text


@pytest.mark.django_db
def test_the_number_of_the_proxy_is_kept_and_a_forged_one_is_not(lines: list[str]) -> None:
    assert Client().get("/connexion/", headers={"X-Request-ID": "0123456789ab"})[logs.HEADER] == "0123456789ab"
    forged = Client().get("/connexion/", headers={"X-Request-ID": "x\\n{faux}"})[logs.HEADER]
    assert forged and "faux" not in forged
    assert logs.request_id.get() == "", "nothing of a request outlives it"


@pytest.mark.django_db
def test_the_calls_of_machines_are_not_logged_unless_they_fail(lines: list[str]) -> None:
    Client().get("/sante/vie")
    assert not [one for one in lines if "suivi.acces" in one]
