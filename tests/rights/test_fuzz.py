"""F61: any query string, any word in an address: an answer, never an error. The seed is printed; SUIVI_SEED replays it.

`SUIVI_FUZZ=20` asks each address more often than the suite does.
"""

import os
import random
import re
from urllib.parse import quote, urlencode

import pytest
from django.db import transaction

from tests.rights.site import Site, address, patterns, read

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(900)]
TURNS = int(os.environ.get("SUIVI_FUZZ", "2"))
SEED = int(os.environ.get("SUIVI_SEED", random.SystemRandom().randrange(10**6)))
NAMES = [
    "annee", "anomalies", "base", "caisse", "etat", "fiche", "groupe", "mesure", "montrer", "mots", "nature", "numero",
    "page", "pas", "periode", "q", "reprendre", "transmission", "ventilation", "verdict", "arretes", "au", "domaine",
    "decidee", "direction", "echeance", "exercice", "famille", "fin", "kind", "local", "sujet", "tri", "type", "unite",
    "vers", "sort", "per_page", "regroupement", "debut",
]  # fmt: skip
VALUES = [
    "' OR '1'='1", "1; DROP TABLE cog_user; --", "\x00", "a\x00b", "-1", "0", str(10**9), str(10**30), "1e400", "NaN",
    "é" * 3000, "2014-13", "0000-00-00", "9999-12-31", "0001-01-01", "2014-02-30", "../../etc/passwd", "[]", "{}",
    "<script>alert(1)</script>", "\U0001f600", "\u202e", "%", "%s", "_", "\\", "(a+)+$", "x" * 50_000, "2014-T5",
    "2013-S0", "١٢", "-0", " ", "2014-T4,2014-T3", "id__gt", "-user__password", "user__password", "?", "\n",
    "\ud800".encode("utf-8", "surrogatepass"),
]  # fmt: skip
LONG = {".pdf", "/pdf", ".zip", "/mission/", "dossier"}


def _asked(chance: random.Random) -> str:
    names = chance.sample(NAMES, chance.randint(1, 12))
    return urlencode([(name, chance.choice(VALUES)) for name in names])


def _answer(client, place: str) -> int:
    with transaction.atomic():
        answer = client.get(place)
        if answer.streaming:
            read(answer)  # to its end: a file is then closed
        return answer.status_code


@pytest.mark.parametrize("role", ["pilotage", "caf"])
def test_any_query_gets_an_answer(site: Site, role: str) -> None:
    print(f"SUIVI_SEED={SEED}")
    chance, client, wrong = random.Random(f"{SEED}{role}"), site.client(role), []
    for route, _ in patterns():
        path = address(route, site.own)
        for _ in range(0 if path.endswith(tuple(LONG)) else TURNS):
            asked = _asked(chance)
            if (code := _answer(client, f"{path}?{asked}")) >= 500:
                wrong.append((code, path, asked[:500]))
    assert wrong == []


def test_any_word_in_an_address_gets_an_answer(site: Site) -> None:
    print(f"SUIVI_SEED={SEED}")
    chance, client, wrong = random.Random(SEED), site.client("pilotage"), []
    words = [value for value in VALUES if isinstance(value, str) and len(value) < 4000]
    for route, _ in patterns():
        if "<" not in route:
            continue
        for _ in range(TURNS):
            hostile = {
                name: (chance.choice(["0", "1", str(10**9), str(10**18), str(10**30)]) if kind == "int" else
                       re.sub(r"[^\w-]", "", chance.choice(words), flags=re.A) or "x" if kind == "slug" else
                       quote(chance.choice(words).replace("/", "-"), safe=""))
                for kind, name in re.findall(r"<(?:(\w+):)?(\w+)>", route)
                if kind != "uuid"
            }  # fmt: skip
            path = "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda part: str(hostile.get(part[1], "0" * 32)), route)  # noqa: B023
            if (code := _answer(client, path)) >= 500:
                wrong.append((code, path[:500]))
    assert wrong == []


@pytest.mark.parametrize("page", [10**9, 10**30, -1, "x", "last"])
def test_a_page_that_does_not_exist_is_a_page(site: Site, page: object) -> None:
    client = site.client("pilotage")
    for path in ("/anomalies/", "/travaux/", "/remontees/", "/indicateurs/", "/actions/", "/caisses/"):
        assert client.get(f"{path}?page={page}").status_code == 200


def test_a_slow_pattern_is_only_a_word(site: Site) -> None:
    """What is searched is a word, never a pattern: `%` and `_` find what holds them, `(a+)+$` nothing."""
    client = site.client("pilotage")
    for word in ("%", "_", "(a+)+$", "' OR '1'='1"):
        answer = client.get("/anomalies/", {"mots": word})
        assert answer.status_code == 200
        found = answer.context["page"].paginator.count
        assert found == 0 or any(word in f"{row.what}{row.reading}{row.place}" for row in answer.context["page"])
