"""The tables of the budgets as files: the rows of their page, amounts as numbers, for who reads it."""

from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from budgets.compute.allotment import Entry
from budgets.demo_statements import load_statements
from budgets.operations import record_allotment
from budgets.queries.allotment import AllotmentRequest, caisses
from cog.models import Convention, User
from tests.budgets.ledger import fund_of, spend, vote
from tests.tables import rows_of_page, told_in_csv, told_in_sheet
from tests.workbooks import sheets

pytestmark = pytest.mark.django_db

AT = datetime(2015, 7, 1, 10, tzinfo=UTC)
LINE = "/budgets/fnga/2014/lignes/3/"


@pytest.fixture
def voted(convention: Convention, steering: User) -> Convention:
    vote(fund_of(convention), 2014, steering)
    spend(fund_of(convention), 2014, date(2014, 6, 30), "0.5", steering)
    return convention


def test_the_funds_and_their_totals(keeper: Any, voted: Convention) -> None:
    page = keeper.get("/budgets/").context
    rows = told_in_sheet(keeper, "/budgets/tableau.xlsx", "Fonds")
    assert [row["Fonds"].lower() for row in rows] == [fund.code for fund, _ in page["funds"]]
    for row, (_, totals) in zip(rows, page["funds"], strict=True):
        assert {year: row[str(year)] for year in voted.years if row[str(year)] is not None} == {
            total.year: pytest.approx(float(total.amount)) for total in totals
        }
    places = told_in_sheet(keeper, "/budgets/tableau.xlsx", "Places")
    assert len(places) == rows_of_page(keeper, "/budgets/", "Chronique des solutions d'accueil collectif")
    receipts = told_in_sheet(keeper, "/budgets/tableau.xlsx", "Recettes réemployables")
    assert len(receipts) == rows_of_page(keeper, "/budgets/", "Recettes réemployables")
    assert len(told_in_csv(keeper, "/budgets/tableau.csv")) == len(rows)


def test_the_movements_of_a_line(keeper: Any, voted: Convention) -> None:
    page = keeper.get(LINE).context["page"]
    rows = told_in_csv(keeper, f"{LINE}tableau.csv")
    assert page.movements and len(rows) == rows_of_page(keeper, LINE, "Mouvements de la ligne")
    assert [(row["En date du"], Decimal(row["Mouvement"])) for row in rows] == [
        (one.act.dated.isoformat(), one.amount.amount) for one in page.movements
    ]
    early = told_in_csv(keeper, f"{LINE}tableau.csv?au=2014-03-01")
    assert len(early) == len(keeper.get(f"{LINE}?au=2014-03-01").context["page"].movements) < len(rows)
    amounts = {
        row["Mesure"]: row["Montant"] for row in told_in_sheet(keeper, f"{LINE}tableau.xlsx", "Montants de la ligne")
    }
    assert amounts["Crédits ouverts"] == float(page.row.voted.amount)
    assert amounts["Prévision d'exécution"] is None  # unknown stays blank
    assert keeper.get("/budgets/fnga/2014/lignes/999/tableau.xlsx").status_code == 404


def test_the_lines_a_sum_adds_up(keeper: Any, voted: Convention) -> None:
    fund = fund_of(voted)
    total = next(line for line in fund.lines.order_by("position") if line.kind == "total")
    address = f"/budgets/fnga/2014/lignes/{total.position}/"
    rows = told_in_csv(keeper, f"{address}tableau.csv")
    assert rows and len(rows) == rows_of_page(keeper, address, "Lignes additionnées")


def test_the_allotments(keeper: Any, convention: Convention, steering: User) -> None:
    entries = tuple(Entry(one.code, Decimal(8000), Decimal(8000), 100, 101) for one in caisses(convention=convention))
    asked = AllotmentRequest(
        exercise=2014, envelope=Decimal("889183"), entries=entries, act="Délibération 12", decided_on=date(2013, 12, 10)
    )  # fmt: skip
    record_allotment(convention=convention, request=asked, by=steering, at=AT)
    rows = told_in_sheet(keeper, "/budgets/dotations/tableau.xlsx", "Répartitions")
    assert [row["Exercice"] for row in rows] == list(convention.years)
    assert len(rows) == rows_of_page(keeper, "/budgets/dotations/", "Répartitions par exercice")
    held = {row["Exercice"]: row for row in rows}
    assert held[2014]["Enveloppe répartie (k€)"] == 889183
    assert held[2014]["Décidée le"].date() == date(2013, 12, 10)
    assert held[2015]["Enveloppe répartie (k€)"] is None and held[2015]["Crédits non consommés"] == "s.o."


def test_the_tables_that_are_owed(keeper: Any, convention: Convention, steering: User) -> None:
    load_statements(convention=convention, by=steering, at=AT)
    page = keeper.get("/budgets/tableaux/").context["rows"]
    rows = told_in_csv(keeper, "/budgets/tableaux/tableau.csv")
    assert len(rows) == rows_of_page(keeper, "/budgets/tableaux/", "Tableaux dus") * len(convention.years)
    filled = Counter(row["Rempli"] for row in rows)
    assert filled["rempli"] == sum(one is not None for row in page for _, one in row.cells)
    assert {row["Simulé"] for row in rows if row["Rempli"] == "rempli"} == {"simulé"}


@pytest.mark.parametrize("page", [LINE, "/budgets/dotations/", "/budgets/tableaux/"])
def test_who_reads_the_budgets_has_their_files(
    client: Any, voted: Convention, people: dict[str, User], page: str
) -> None:
    for role, status in (("contributeur", 200), ("tutelle", 403), ("caf", 403)):
        client.force_login(people[role])
        assert {client.get(f"{page}{file}").status_code for file in ("", "tableau.xlsx", "tableau.csv")} == {status}


def test_the_informations_are_for_who_reads_the_budgets(
    client: Any, voted: Convention, people: dict[str, User]
) -> None:
    client.force_login(people["tutelle"])
    assert set(sheets(client.get("/budgets/tableau.xlsx").content)) == {
        "Fonds", "Places", "Recettes réemployables", "Notes",
    }  # fmt: skip
