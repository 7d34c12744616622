"""The indicators seen from the caisses: rank and quarter among all of them, one's own line only for a caisse."""

import io
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from cog.demo import open_accounts
from cog.models import Convention, Organisation, User
from cog.operations import command_account
from cog.periods import parse
from indicators.operations import accept_batch, compute_results, receive_batch
from indicators.queries.caisses import OwnLine

pytestmark = pytest.mark.django_db

HEADER = "mesure,caisse,periode,ventilation,valeur\n"
TREATED = {"011": "8500", "021": "9000", "751": "6000", "641": "9900", "691": "7000", "131": "7500"}
SURFACES = {"011": "1300", "021": "1500", "751": "1100"}


@pytest.fixture
def loaded(convention: Convention) -> Convention:
    open_accounts(code=convention.code, by=command_account(), at=timezone.now())
    rows = "".join(
        f"pieces_traitees,{code},2014-01,,10000\npieces_traitees_15j,{code},2014-01,,{part}\n"
        for code, part in TREATED.items()
    )
    rows += "".join(
        f"surface_utile_nette,{code},2014,,{surface}\npostes_de_travail,{code},2014,,100\n"
        for code, surface in SURFACES.items()
    )
    _load(convention, rows, "2014-01", "2014")
    return convention


def _load(convention: Convention, rows: str, *periods: str) -> None:
    by, at = command_account(), timezone.now()
    batch = receive_batch(convention=convention, file_name="n.csv", data=(HEADER + rows).encode(), by=by, at=at).batch
    accept_batch(batch=batch, by=by, at=at, reason="essai")
    compute_results(
        convention=convention, periods=[parse(one) for one in periods], by=by, at=at, progress=lambda *told: None
    )


def _as(role: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(email=f"{role}@demo.invalid"))
    return client


def _line(client: Client, code: str, indicator: str, **asked: str) -> OwnLine:
    lines = client.get(f"/caisses/{code}/", asked).context["lines"]
    found: OwnLine = next(line for line in lines if line.line.indicator.code == indicator)
    return found


def test_a_caisse_has_its_rank_among_those_that_have_a_value_the_best_first(loaded: Convention) -> None:
    client = _as("pilotage")
    own = _line(client, "011", "F10-21").own
    assert own is not None and (own.rank, own.ranked, own.quarter) == (3, 6, "2e quart")
    fewest = _line(client, "751", "F21-54").own  # lower is better
    assert fewest is not None and (fewest.rank, fewest.ranked, fewest.quarter) == (1, 3, "1er quart")


def test_the_nation_stands_beside_where_the_two_compare(loaded: Convention) -> None:
    line = _line(_as("pilotage"), "011", "F10-21")
    assert line.nation_shown == "79,8"
    assert line.own is not None and line.own.gap == line.own.point.value - line.line.latest.value
    _load(loaded, "vacaf_enfants,011,2014,dispositif=avel,10\nvacaf_enfants,011,2014,dispositif=aven,5\n", "2014")
    total = _line(_as("pilotage"), "011", "F2-10")
    assert total.nation_shown == "" and total.own is not None and total.own.gap is None


def test_the_year_before_is_that_of_the_caisse_and_a_break_forbids_it(loaded: Convention) -> None:
    _load(loaded, "pieces_traitees,011,2013-01,,100\npieces_traitees_15j,011,2013-01,,90\n", "2013")
    assert _line(_as("pilotage"), "011", "F10-21").broken
    _load(loaded, "surface_utile_nette,011,2013,,1400\npostes_de_travail,011,2013,,100\n", "2013")
    line = _line(_as("pilotage"), "011", "F21-54")
    assert (line.change, line.broken) == (Decimal(-1), False)
    assert _line(_as("pilotage"), "021", "F21-54").change is None


def test_the_list_counts_quarters_and_values_and_filters(loaded: Convention) -> None:
    client = _as("pilotage")
    rows = {row.organisation.code: row for row in client.get("/caisses/").context["table"].data.data}
    assert len(rows) == 102
    assert (rows["751"].first, rows["751"].last, rows["751"].known) == (1, 1, 2)
    assert rows["031"].known == 0 and not rows["031"].quarters
    corsica = client.get("/caisses/", {"region": "Corse"})
    assert corsica.context["count"] == 2 and "région «\u00a0Corse\u00a0»" in corsica.content.decode()
    assert client.get("/caisses/", {"mots": "morbihan"}).context["count"] == 1
    assert "Aucune caisse ne répond" in client.get("/caisses/", {"mots": "zzz"}).content.decode()


def test_the_situation_at_the_end_of_a_quarter_ignores_what_came_after(loaded: Convention) -> None:
    client = _as("pilotage")
    before = client.get("/caisses/011/", {"fin": "2014-T1"})
    assert [line.line.indicator.code for line in before.context["lines"]] == ["F10-21"]
    assert "Aucun résultat" in client.get("/caisses/011/", {"fin": "2013-T1"}).content.decode()


def test_a_caisse_sees_its_own_line_and_no_other_name(loaded: Convention) -> None:
    client = _as("caf")
    listed = client.get("/caisses/").content.decode()
    others = Organisation.objects.caisses().exclude(code="011")
    assert "Caf Ain" in listed and not any(body.name in listed for body in others)
    own = client.get("/caisses/011/")
    assert own.status_code == 200 and not any(body.name in own.content.decode() for body in others)
    assert _line(client, "011", "F10-21").own.rank == 3  # among all, unnamed
    for address in ("/caisses/021/", "/caisses/021/tableau.xlsx"):
        assert client.get(address).status_code == 404
    book = load_workbook(io.BytesIO(client.get("/caisses/tableau.xlsx").content))
    assert [row[0] for row in book["Caisses"].iter_rows(min_row=2, values_only=True)] == ["011"]


@pytest.mark.parametrize("role", ["tutelle", "conseil", "exploitation"])
@pytest.mark.parametrize("address", ["", "tableau.xlsx", "011/", "011/tableau.xlsx"])
def test_who_may_not_read_results_sees_no_caisse(loaded: Convention, role: str, address: str) -> None:
    assert _as(role).get(f"/caisses/{address}").status_code in (403, 404)


def test_the_workbooks_hold_numbers_under_names_of_their_own(loaded: Convention) -> None:
    client = _as("pilotage")
    book = load_workbook(io.BytesIO(client.get("/caisses/011/tableau.xlsx").content))
    header, *rows = book["Résultats"].iter_rows(values_only=True)
    assert len(set(header)) == len(header)
    told = next(dict(zip(header, row, strict=True)) for row in rows if row[0] == "F10-21")
    assert (told["Valeur"], told["Rang"], told["Sur"], told["Place"]) == (85, 3, 6, "2e quart")
    listed = load_workbook(io.BytesIO(client.get("/caisses/tableau.xlsx").content))
    header, *rows = listed["Caisses"].iter_rows(values_only=True)
    assert len(set(header)) == len(header) and len(rows) == 102


def test_both_pages_ask_few_queries(loaded: Convention, django_assert_max_num_queries: Any) -> None:
    client = _as("pilotage")
    for address in ("/caisses/", "/caisses/011/"):
        with django_assert_max_num_queries(20):
            client.get(address)


def test_an_unknown_caisse_and_a_body_outside_the_network_have_no_page(loaded: Convention) -> None:
    client = _as("pilotage")
    for code in ("000", "CNAF"):
        assert client.get(f"/caisses/{code}/").status_code == 404
