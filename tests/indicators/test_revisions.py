"""The revision triangle: each column is what was known at its date, by the files accepted by then."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cog.demo import open_accounts
from cog.models import Convention, Organisation, User
from cog.operations import command_account
from indicators.models import Indicator
from indicators.operations import accept_batch, receive_batch
from indicators.queries import Evaluation
from indicators.queries.revisions import Triangle, revision_triangle

pytestmark = pytest.mark.django_db

FIRST = datetime(2014, 5, 2, 9, 0, tzinfo=UTC)


def _accept(convention: Convention, at: datetime, *rows: str) -> None:
    text = "mesure,caisse,periode,ventilation,valeur\n" + "\n".join(rows) + "\n"
    by = command_account()
    received = receive_batch(convention=convention, file_name=f"{at:%m%d}.csv", data=text.encode(), by=by, at=at)
    accept_batch(batch=received.batch, by=by, at=at, reason="essai")


def _quarter(code: str, share: int) -> list[str]:
    months = ("2014-01", "2014-02", "2014-03")
    return [f"pieces_traitees,{code},{month},,100" for month in months] + [
        f"pieces_traitees_15j,{code},{month},,{share}" for month in months
    ]


def _triangle(code: str = "F10-21", length: str = "") -> Triangle:
    return revision_triangle(indicator=Indicator.objects.select_related("convention").get(code=code), length=length)


def _row(triangle: Triangle, period: str) -> list[tuple[str, str]]:
    row = next(one for one in triangle.rows if str(one.period) == period)
    return [(cell.shown, cell.change if cell.is_revised else "") for cell in row.cells]


def test_each_column_is_what_was_known_at_its_date(convention: Convention) -> None:
    _accept(convention, FIRST, *_quarter("011", 80))
    _accept(convention, FIRST + timedelta(days=1), *_quarter("021", 90))
    _accept(convention, FIRST + timedelta(days=2), "pieces_traitees_15j,011,2014-02,,50")
    _accept(convention, FIRST + timedelta(days=3), "visites,011,2014-02,,50")  # touches another sheet
    _accept(convention, FIRST + timedelta(days=4), "pieces_traitees_15j,011,2014-02,,80")
    triangle = _triangle()
    assert [column.label for column in triangle.columns] == ["2 mai 2014", "3 mai 2014", "4 mai 2014", "6 mai 2014"]
    assert triangle.length == "trimestre"
    assert _row(triangle, "2014-T1") == [
        ("80,0", ""), ("85,0", "▲ +5,0 points"), ("80,0", "▼ \u22125,0 points"), ("85,0", "▲ +5,0 points"),
    ]  # fmt: skip
    assert triangle.revisions == 3
    assert triangle.sentence == "Depuis qu'elles sont connues, 3 valeurs ont changé, sur 1 période (4 dates)."


def test_a_value_withdrawn_is_told_and_not_zero(convention: Convention) -> None:
    _accept(convention, FIRST, *_quarter("011", 80))
    gone = [row.rsplit(",", 1)[0] + ",ND" for row in _quarter("011", 80)]
    _accept(convention, FIRST + timedelta(days=1), *gone)
    _accept(convention, FIRST + timedelta(days=2), *_quarter("011", 70))
    assert _row(_triangle(), "2014-T1") == [("80,0", ""), ("n.d.", "✕ retirée"), ("70,0", "● rétablie")]


def test_what_was_not_known_yet_is_no_revision(convention: Convention) -> None:
    _accept(convention, FIRST, "pieces_traitees,011,2014-04,,100", "pieces_traitees_15j,011,2014-04,,80")
    _accept(convention, FIRST + timedelta(days=1), *_quarter("011", 80))
    triangle = _triangle()
    assert _row(triangle, "2014-T1") == [("n.d.", ""), ("80,0", "")]
    assert triangle.revisions == 0


def test_the_last_column_is_what_is_known_now(convention: Convention) -> None:
    codes = list(Organisation.objects.caisses().order_by("code").values_list("code", flat=True))[:5]
    for rank, code in enumerate(codes):
        _accept(convention, FIRST + timedelta(days=rank), *_quarter(code, 60 + 7 * rank))
    indicator = Indicator.objects.get(code="F10-21")
    evaluation = Evaluation(convention=convention)
    periods = [period for period in evaluation.due(indicator) if str(period) == "2014-T1"]
    now = next(row for row in evaluation.evaluate(indicator, periods, frozenset()).rows if "national" in row)
    shown = _row(_triangle(), "2014-T1")[-1][0]
    assert shown == "74,0"
    assert any(value is not None and format(value, ".1f") == "74.0" for value in now if hasattr(value, "is_nan"))


def test_many_dates_are_gathered_by_quarter(convention: Convention) -> None:
    for rank in range(14):
        _accept(convention, FIRST + timedelta(days=20 * rank), f"pieces_traitees_15j,011,2014-01,,{50 + rank}")
    _accept(convention, FIRST + timedelta(days=281), "pieces_traitees,011,2014-01,,100")
    triangle = _triangle(length="mois")
    assert [column.label for column in triangle.columns] == [
        "fin du 2e trimestre 2014", "fin du 3e trimestre 2014", "fin du 4e trimestre 2014", "fin du 1er trimestre 2015",
    ]  # fmt: skip
    assert sum(column.files for column in triangle.columns) == 15
    assert _row(triangle, "2014-01")[-1] == ("63,0", "")


@pytest.mark.parametrize(("length", "period"), [("trimestre", "2014-T1"), ("mois", "2014-01"), ("année", "2014")])
def test_the_break_of_the_series_is_marked_before_january_2014(
    convention: Convention, length: str, period: str
) -> None:
    rows = [row.replace(",2014-", ",2013-") for row in _quarter("011", 70)]
    _accept(convention, FIRST, *rows, *_quarter("011", 80))
    marked = {str(row.period): row.break_reason for row in _triangle(length=length).rows if row.break_reason}
    assert list(marked) == [period]
    assert "jours calendaires avant janvier 2014" in marked[period]


def test_vintages_are_named(convention: Convention) -> None:
    _accept(convention, FIRST + timedelta(days=300), "eaje_places_creees,011,2014-12,,40")
    _accept(convention, FIRST + timedelta(days=700), "eaje_places_creees,011,2014,,42")
    triangle = _triangle("F1-1.1", "année")
    cells = next(row for row in triangle.rows if str(row.period) == "2014").cells
    assert triangle.vintages == ["Tms", "Mneaje"]
    assert [cell.shown for cell in cells] == ["40", "42"]
    assert cells[0].vintage.endswith("(Tms)")


def test_without_a_file_there_is_nothing_to_compare(convention: Convention) -> None:
    triangle = _triangle()
    assert (triangle.columns, triangle.rows) == ([], [])
    assert triangle.sentence == "Aucun fichier accepté ne touche encore cet indicateur."


def test_the_page_is_for_those_who_read_results(convention: Convention) -> None:
    _accept(convention, FIRST, *_quarter("011", 80))
    _accept(convention, FIRST + timedelta(days=1), *_quarter("011", 81))
    open_accounts(code=convention.code, by=command_account(), at=timezone.now())
    for user in User.objects.filter(is_demonstration=True):
        client = Client()
        client.force_login(user)
        page = client.get("/indicateurs/F10-21/revisions/?pas=mois")
        role = user.email.split("@")[0]
        expected = 200 if role in {"pilotage", "contributeur", "caf", "controle"} else 403
        assert page.status_code == expected, role
        if expected == 200:
            assert "▲ +1,0 point" in page.content.decode()
            assert client.get("/indicateurs/F99-9/revisions/").status_code == 404
