"""How the API speaks: pages, fingerprints, refusals, methods, the number of queries."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from budgets.queries.ledger import read_ledger
from cog.models import Convention, SourceAnomaly, User
from indicators.models import IndicatorResult
from reports.models import Transmission
from tests.api.conftest import NATIONAL, ReaderOf
from tests.api.test_who_reads_what import ADDRESSES
from tests.budgets.ledger import fund_of

pytestmark = pytest.mark.django_db


def test_a_list_is_read_whole_page_by_page(accounts: Convention, reader: ReaderOf) -> None:
    one = reader("conseil")
    codes, address = [], "/api/v1/anomalies?limit=200"
    back = []
    while address:
        page = one.json(address.removeprefix("/api/v1"))
        codes += [row["code"] for row in page["items"]]
        back.append(page["previous"])
        address = page["next"]
    assert codes == list(SourceAnomaly.objects.order_by("seed_line", "code").values_list("code", flat=True))
    assert page["total"] == len(codes) > 400 and page["limit"] == 200
    assert back[0] is None and "offset=0" in back[1]
    assert one.json("/anomalies?offset=9999")["items"] == []


def test_figures_are_exact_texts_and_missing_is_null(canaries: Convention, reader: ReaderOf) -> None:
    IndicatorResult.objects.filter(scope="national", name="", breakdown="").update(value=None, state="incomplet")
    rows = reader("pilotage").json("/results?indicator=F10-21&scope=national&period=2014")["items"]
    headline = next(row for row in rows if not row["breakdown"])
    assert headline["value"] is None and headline["numerator"] == NATIONAL and headline["denominator"] == "100"
    assert headline["completeness"] == "0.333333333333" and headline["version"] == 1
    assert all(row["value"] == NATIONAL for row in rows if row["breakdown"])


def test_results_are_filtered_by_each_of_their_keys(canaries: Convention, reader: ReaderOf) -> None:
    one = reader("pilotage")
    count = {query: one.json(f"/results?{query}")["total"] for query in (
        "", "indicator=F10-21", "indicator=F10-22", "period=2014", "period=2013", "year=2014", "year=2015",
        "scope=021", "breakdown=", "breakdown=canal%3Dpapier", "state=definitif", "state=incomplet",
        "verdict=non_atteint", "verdict=atteint",
    )}  # fmt: skip
    assert list(count.values()) == [6, 6, 0, 6, 0, 6, 0, 2, 3, 3, 6, 0, 6, 0]
    assert one.json("/secondary-results?name=variante")["total"] == 3
    assert one.json("/secondary-results?name=autre")["total"] == 0
    assert one.json("/dispersions?indicator=F10-21&period=2014")["items"][0]["median"] == "3.25"


def test_the_exercise_of_a_fund_is_the_page_s_table(canaries: Convention, reader: ReaderOf) -> None:
    one = reader("pilotage")
    rows = one.json("/funds/fnga/exercises/2014")["rows"]
    ledger = read_ledger(fund=fund_of(canaries))
    from budgets.queries.tables import year_table

    table = year_table(ledger=ledger, exercise=2014)
    assert len(rows) == len(table.rows) > 20
    for row, told in zip(rows, table.rows, strict=True):
        for name in ("programme", "initial", "voted", "executed", "gap"):
            amount = row[name]["amount"]
            assert (None if amount is None else Decimal(amount)) == getattr(told, name).amount, (row["label"], name)
    assert one.get("/funds/fnga/exercises/2031").status_code == 404
    assert one.get("/funds/autre/lines").status_code == 404


def test_an_unchanged_answer_is_not_sent_again_and_a_changed_one_is(canaries: Convention, reader: ReaderOf) -> None:
    one = reader("pilotage")
    first = one.get("/results?scope=national")
    again = one.get("/results?scope=national", **{"If-None-Match": first["ETag"]})
    assert again.status_code == 304 and again.content == b"" and again["ETag"] == first["ETag"]
    assert "private" in first["Cache-Control"] and {"Authorization", "Cookie"} <= set(first["Vary"].split(", "))
    IndicatorResult.objects.filter(scope="national").update(value=Decimal("1.5"))
    moved = one.get("/results?scope=national", **{"If-None-Match": first["ETag"]})
    assert moved.status_code == 200 and moved["ETag"] != first["ETag"]


def test_a_fingerprint_opens_nothing(canaries: Convention, reader: ReaderOf) -> None:
    etag = reader("pilotage").get("/results")["ETag"]
    assert reader("tutelle").get("/results", **{"If-None-Match": etag}).status_code == 403
    assert Client().get("/api/v1/results", headers={"If-None-Match": etag}).status_code == 401


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_is_written(accounts: Convention, reader: ReaderOf, method: str) -> None:
    secret = reader("pilotage").secret
    client = Client(enforce_csrf_checks=True)
    answer = getattr(client, method)("/api/v1/actions", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 405 and answer["Allow"] == "GET, HEAD"
    assert answer["Content-Type"] == "application/problem+json" and answer.json()["title"] == "Lecture seule"


def test_head_is_answered_as_get_without_the_body(accounts: Convention, reader: ReaderOf) -> None:
    one = reader("conseil")
    answer = Client().head("/api/v1/convention", headers={"Authorization": f"Bearer {one.secret}"})
    assert answer.status_code == 200 and answer.content == b""
    assert answer["ETag"] == one.get("/convention")["ETag"]


@pytest.mark.parametrize(
    ("address", "parameter", "words"),
    [
        ("/results?limit=9000", "limit", "attendu un nombre de 500 au plus"),
        ("/results?limit=0", "limit", "attendu un nombre de 1 au moins"),
        ("/results?limit=dix", "limit", "trouvé « dix », attendu un nombre entier"),
        ("/results?period=2014-T5", "period", "attendu un texte de la forme"),
        ("/results?verdict=bon", "verdict", "'atteint'"),
        ("/results?limti=3", "limti", "un paramètre inconnu"),
        ("/actions?at=31/12/2014", "at", "attendu une date"),
        ("/actions?at=2014-02-30", "at", "attendu une date qui existe"),
        ("/actions?at=1388448000", "at", "attendu une date"),
        ("/anomalies?words=a%00b", "words", "un caractère de commande"),
        ("/fiches/dix", "number", "attendu un nombre entier"),
        ("/actions/10", "key", "attendu un texte de la forme"),
    ],
)
def test_a_parameter_that_cannot_be_read_is_told_with_what_is_expected(
    accounts: Convention, reader: ReaderOf, address: str, parameter: str, words: str
) -> None:
    answer = reader("pilotage").get(address)
    told = answer.json()
    assert answer.status_code == told["status"] == 422 and answer["Content-Type"] == "application/problem+json"
    assert [one["parameter"] for one in told["errors"]] == [parameter]
    assert words in told["detail"], told["detail"]
    assert told["instance"] == f"/api/v1{address.partition('?')[0]}"
    assert not re.search(r"\b(should|valid|input)\b", told["detail"])


@pytest.mark.parametrize(
    "address",
    ["/fiches/99", "/actions/10-99", "/indicators/F9-99", "/results?indicator=F9-99", "/ailleurs", "/funds/x/amounts"],
)
def test_what_does_not_exist_is_a_problem_in_french(accounts: Convention, reader: ReaderOf, address: str) -> None:
    answer = reader("pilotage").get(address)
    assert answer.status_code == 404 and answer["Content-Type"] == "application/problem+json"
    assert "Trouvé" in answer.json()["detail"] and "attendu" in answer.json()["detail"]


def test_an_account_reads_so_many_times_a_minute_whatever_its_tokens(
    accounts: Convention, reader: ReaderOf, settings: Any
) -> None:
    settings.API_RATE = 3
    first, second, other = reader("tutelle"), reader("tutelle"), reader("conseil")
    answers = [one.get("/convention").status_code for one in (first, second, first, second)]
    if answers != [200, 200, 200, 429]:  # the minute turned between two of them
        answers = [one.get("/convention").status_code for one in (first, second, first, second)]
    assert answers == [200, 200, 200, 429]
    refused = first.get("/convention")
    assert refused.status_code == 429 and 1 <= int(refused["Retry-After"]) <= 60
    assert "attendu 3 au plus" in refused.json()["detail"]
    assert other.get("/convention").status_code == 200


def test_a_reading_asks_few_questions(canaries: Convention, reader: ReaderOf) -> None:
    one = reader("pilotage")
    for address in ADDRESSES:
        with CaptureQueriesContext(connection) as asked:
            one.get(address)
        assert len(asked) <= 20, address


def test_a_transmission_asks_few_questions(sent: Transmission, reader: ReaderOf) -> None:
    one = reader("tutelle")
    for end in ("", "/results?limit=500", "/content"):
        with CaptureQueriesContext(connection) as asked:
            assert one.get(f"/transmissions/trimestre/2014-T2/1{end}").status_code == 200
        assert len(asked) <= 20


def test_the_documentation_page_tells_every_operation_and_which_are_closed(accounts: Convention) -> None:
    client = Client()
    client.force_login(User.objects.get(email="conseil@demo.invalid"))
    answer = client.get("/api/")
    page = answer.content.decode()
    told = client.get("/api/v1/openapi.json").json()
    assert all(f"<code>{path}</code>" in page for path in told["paths"])
    assert page.count("fermée à ce compte") == 10
    assert "default-src 'self'" in answer["Content-Security-Policy"] and "//cdn" not in page
