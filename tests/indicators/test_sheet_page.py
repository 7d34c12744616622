"""The page of an indicator: what stands beside a caisse's value, what was published, what leaves as files."""

import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from cog.demo import open_accounts
from cog.models import Convention, User
from cog.operations import command_account
from cog.periods import parse
from indicators.models import IndicatorResult, PublishedResult
from indicators.operations import accept_batch, compute_results, receive_batch
from indicators.queries import Point, published_beside, sheet_page

pytestmark = pytest.mark.django_db

HEADER = "mesure,caisse,periode,ventilation,valeur\n"
TREATED = {"011": ("10000", "8500"), "021": ("20000", "18000"), "751": ("5000", "3000"), "641": ("1000", "990")}
ROWS = HEADER + "".join(
    f"pieces_traitees,{code},2014-{month},,{whole}\npieces_traitees_15j,{code},2014-{month},,{part}\n"
    for code, (whole, part) in TREATED.items()
    for month in ("01", "02")
)
PAGE = "/indicateurs/F10-21/"


@pytest.fixture
def loaded(convention: Convention) -> Convention:
    by, at = command_account(), timezone.now()
    open_accounts(code=convention.code, by=by, at=at)
    batch = receive_batch(convention=convention, file_name="m.csv", data=ROWS.encode(), by=by, at=at).batch
    accept_batch(batch=batch, by=by, at=at, reason="essai")
    periods = [parse("2014-01"), parse("2014-02")]
    compute_results(convention=convention, periods=periods, by=by, at=at, progress=lambda *told: None)
    return convention


def _as(role: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(email=f"{role}@demo.invalid"))
    return client


def _rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_the_gap_to_the_nation_is_exact_and_keeps_its_sign(loaded: Convention) -> None:
    page = _as("pilotage").get(PAGE, {"periode": "2014-01"}).context["page"]
    national = Decimal(30490) / Decimal(36000) * 100
    known = [line for line in page.caisses if line.gap is not None]
    assert {line.organisation.code for line in known} == set(TREATED)
    for line in known:
        whole, part = map(Decimal, TREATED[line.organisation.code])
        assert line.gap == line.point.value - page.current.value
        assert abs(line.gap - (part / whole * 100 - national)) < Decimal("1e-12")  # as stored
    shown = {line.organisation.code: line.gap_shown for line in known}
    assert shown["021"] == "+5,3\u00a0points" and shown["751"] == "\u221224,7\u00a0points"


def test_where_the_nation_is_the_total_of_the_caisses_no_gap_is_told(loaded: Convention) -> None:
    at = timezone.now()
    rows = HEADER + "vacaf_enfants,011,2014,dispositif=avel,10\nvacaf_enfants,011,2014,dispositif=aven,5\n"
    batch = receive_batch(convention=loaded, file_name="v.csv", data=rows.encode(), by=command_account(), at=at).batch
    accept_batch(batch=batch, by=command_account(), at=at, reason="essai")
    compute_results(
        convention=loaded, periods=[parse("2014")], by=command_account(), at=at, progress=lambda *told: None
    )
    page = _as("pilotage").get("/indicateurs/F2-10/", {"periode": "2014"})
    assert {line.gap for line in page.context["page"].caisses} == {None}
    assert "Écart au national" not in page.content.decode()


def test_the_three_drawings_answer_and_the_map_names_every_caisse(loaded: Convention) -> None:
    client = _as("pilotage")
    for name in ("serie", "distribution", "dispersion", "carte"):
        answer = client.get(f"{PAGE}{name}.svg", {"periode": "2014-02"})
        assert answer.status_code == 200 and answer["Content-Type"] == "image/svg+xml"
    drawn = client.get(f"{PAGE}carte.svg", {"periode": "2014-02"}).content.decode()
    assert "Caf Aisne : 90,0 %" in drawn and "1er quart : 99,0 %" in drawn


def test_a_caisse_has_no_map_and_reads_no_name_nor_figure_but_its_own(loaded: Convention) -> None:
    client = _as("caf")
    assert client.get(f"{PAGE}carte.svg", {"periode": "2014-02"}).status_code == 404
    spread = client.get(f"{PAGE}dispersion.svg", {"periode": "2014-02"}).content.decode()
    assert "Caf Aisne" not in spread and "votre caisse" in spread
    told = _rows(client.get(f"{PAGE}caisses.csv", {"periode": "2014-02"}).content)
    assert [row["Code"] for row in told] == ["011"]
    book = load_workbook(io.BytesIO(client.get(f"{PAGE}tableaux.xlsx", {"periode": "2014-02"}).content))
    assert [row[0] for row in book["Caisses"].iter_rows(min_row=2, values_only=True)] == ["011"]


@pytest.mark.parametrize("role", ["tutelle", "conseil", "exploitation"])
@pytest.mark.parametrize("name", ["serie.csv", "caisses.csv", "tableaux.xlsx", "carte.svg", "dispersion.svg"])
def test_who_may_not_read_results_gets_none_in_any_form(loaded: Convention, role: str, name: str) -> None:
    assert _as(role).get(PAGE + name).status_code in (403, 404)


def test_the_files_hold_the_unrounded_values_of_the_page(loaded: Convention) -> None:
    client = _as("pilotage")
    caisses = _rows(client.get(f"{PAGE}caisses.csv", {"periode": "2014-02"}).content)
    stored = dict(
        IndicatorResult.objects.filter(
            indicator__code="F10-21", period="2014-02", name="", breakdown="", scope__in=TREATED
        ).values_list("scope", "value")
    )
    known = [row for row in caisses if row["Valeur"]]
    assert {row["Code"]: Decimal(row["Valeur"]) for row in known} == {k: v.normalize() for k, v in stored.items()}
    assert [row["Rang"] for row in known] == ["1", "2", "3", "4"]
    assert len(caisses) == 102  # a caisse without value keeps its line, its cells empty
    series = _rows(client.get(f"{PAGE}serie.csv").content)
    assert [row["Période"] for row in series] == ["2014-01", "2014-02"]
    book = load_workbook(io.BytesIO(client.get(f"{PAGE}tableaux.xlsx", {"periode": "2014-02"}).content))
    assert book.sheetnames == ["Série nationale", "Caisses", "Ventilations", "Publié ailleurs", "Notes"]
    assert isinstance(book["Caisses"]["H2"].value, int | float)


def _point(period: str, value: str | None, *, simulated: bool = False) -> Point:
    held = None if value is None else Decimal(value)
    return Point(period, held, "", "", "", "", "", None, None, 0, 0, 0, 0, simulated)


def _published(period: str, value: str, *, basis: str = "direct", scope: str = "national") -> PublishedResult:
    return PublishedResult(period=period, value=value, basis=basis, scope=scope, unit="%", source="s")


@pytest.mark.parametrize(
    ("row", "point", "difference"),
    [
        (_published("2014", "79.2"), _point("2014", "79.96"), "+0,8"),
        (_published("2014", "79.2"), _point("2014", "79.2"), "="),
        (_published("2014", "79"), _point("2014", "77.5"), "\u22122"),
        (_published("2014", "79.2"), _point("2014", "80", simulated=True), ""),
        (_published("2014", "79.2"), _point("2014", None), ""),
        (_published("2014", "79.2", basis="proxy"), _point("2014", "80"), ""),
    ],
)
def test_a_difference_is_told_between_the_same_measures_only(
    row: PublishedResult, point: Point, difference: str
) -> None:
    assert [one.difference for one in published_beside([row], [point])["2014"]] == [difference]


def test_what_is_of_another_period_place_or_is_no_number_stands_beside_nothing() -> None:
    rows = [
        _published("2013", "1"),
        _published("2014", "1", scope="31"),
        _published("2013-2017", "1"),
        _published("2014", "environ 12"),
    ]
    assert published_beside(rows, [_point("2014", "1")]) == {}
    assert list(published_beside([_published("2014-Q2", "1")], [_point("2014-T2", "1")])) == ["2014-T2"]


def test_real_published_values_stand_in_the_table_with_their_source(loaded: Convention) -> None:
    rows = HEADER + "pieces_traitees,011,2013-06,,100\npieces_traitees_15j,011,2013-06,,80\n"
    at = timezone.now()
    batch = receive_batch(convention=loaded, file_name="j.csv", data=rows.encode(), by=command_account(), at=at).batch
    accept_batch(batch=batch, by=command_account(), at=at, reason="essai")
    compute_results(
        convention=loaded, periods=[parse("2013-06")], by=command_account(), at=at, progress=lambda *told: None
    )
    answer = _as("pilotage").get(PAGE, {"periode": "2013-06"}).content.decode()
    assert "Publié ailleurs" in answer and "calculé moins publié\u00a0: +0,8" in answer
    page = sheet_page(convention=loaded, code="F10-21", period="2013-06")
    assert page is not None and page.published


def test_the_page_asks_few_queries(loaded: Convention, django_assert_max_num_queries: Any) -> None:
    client = _as("pilotage")
    with django_assert_max_num_queries(20):
        client.get(PAGE, {"periode": "2014-02"})
