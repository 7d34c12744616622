"""What is sent and printed, as files: every row of the page, numbers as numbers, for who reads it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from cog.models import Convention, User
from reports.exports import document_differences_table, report_differences_tables
from reports.models import Transmission
from reports.operations import transmit_quarter
from reports.owed_document import DocumentChange
from tests.reports.quarter import QUARTER, compute_quarter, import_rows, quarter_rows
from tests.reports.test_budget_editions import _send, steering
from tests.reports.test_budget_editions import ready as ready_fund
from tests.tables import rows_of_page, told_in_csv, told_in_sheet
from tests.workbooks import sheets

__all__ = ["ready_fund", "steering"]
pytestmark = pytest.mark.django_db

LATER = datetime(2014, 8, 20, 10, tzinfo=UTC)


def _as(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def second(sent: Transmission, people: dict[str, User]) -> Transmission:
    """The quarter sent again: a caisse corrected its figures."""
    import_rows(sent.convention, "correction.csv", quarter_rows("751", 600))
    compute_quarter(sent.convention)
    return transmit_quarter(
        convention=sent.convention, period=QUARTER, by=people["pilotage"], at=LATER, reason="La 751 a corrigé."
    )


def _forbidden(people: dict[str, User], *addresses: str) -> None:
    """The board and the caisses read nothing of what is sent."""
    for role in ("conseil", "caf"):
        assert {_as(people[role]).get(address).status_code for address in addresses} == {403}


def test_everything_a_rectified_quarter_changes(second: Transmission, people: dict[str, User]) -> None:
    client, address = _as(people["tutelle"]), f"/transmissions/{second.pk}/differences/"
    page = client.get(address).context
    rows = told_in_sheet(client, f"{address}tableau.xlsx", "Différences")
    assert [(row["Indicateur"], row["Ce qui change"]) for row in rows] == [
        (one.code, one.what) for one in [*page["national"], *page["local"].paginator.object_list]
    ]
    moved = next(row for row in rows if row["Ce qui change"] == "numérateur" and row["Où"] == "national")
    assert (moved["Avant"], moved["Après"]) == (4500, 4200)
    assert len(told_in_csv(client, f"{address}tableau.csv")) == len(rows)
    notes = dict(row[:2] for row in sheets(client.get(f"{address}tableau.xlsx").content)["Notes"])
    assert notes["Motif"] == "La 751 a corrigé." and notes["Empreinte du contenu (sha256)"] == second.sha256
    _forbidden(people, f"{address}tableau.xlsx", f"{address}tableau.csv")
    first = second.replaces
    assert first is not None
    assert client.get(f"/transmissions/{first.pk}/differences/tableau.xlsx").status_code == 404


def test_the_rows_of_a_sheet_at_its_period(sent: Transmission, people: dict[str, User]) -> None:
    client, address = _as(people["tutelle"]), f"/transmissions/{sent.pk}/F10-21/"
    page = client.get(address).context["page"]
    rows = told_in_sheet(client, f"{address}tableau.xlsx", "Résultats")
    assert [(row["Portée"], row["Valeur secondaire"] or "") for row in rows] == [
        (one["scope"], one["name"]) for one in [*page.national_rows, *page.local_rows]
    ]
    whole = next(row for row in rows if row["Portée"] == "national" and not row["Valeur secondaire"])
    assert (whole["Valeur"], whole["Numérateur"], whole["Dénominateur"]) == (75, 4500, 6000)
    assert {row["Période"] for row in rows} == {page.period}
    assert len(told_in_csv(client, f"{address}tableau.csv")) == len(rows)
    _forbidden(people, f"{address}tableau.xlsx")
    assert client.get(f"/transmissions/{sent.pk}/F99-1/tableau.xlsx").status_code == 404


def test_what_a_rectified_edition_of_a_fund_changes(
    ready_fund: Convention, steering: User, people: dict[str, User]
) -> None:
    _send(ready_fund, 3, steering, date(2014, 4, 15))
    second = _send(ready_fund, 3, steering, date(2014, 7, 2), reason="Rmpp connue.")
    client, address = _as(people["tutelle"]), f"/transmissions/{second.pk}/differences/"
    rows = told_in_csv(client, f"{address}tableau.csv")
    assert len(rows) == rows_of_page(client, address, "Différences")
    assert ("1479.46", "1480", "0.54") in {(row["Avant"], row["Après"], row["Écart"]) for row in rows}
    annexes = told_in_sheet(client, f"{address}tableau.xlsx", "Annexes changées")
    assert [row["Annexe"] for row in annexes] == client.get(address).context["annexes"]


def test_what_a_document_sent_again_changes_keeps_its_numbers() -> None:
    changes = [
        DocumentChange("Un", "a", "Montant", "1 234,5 €", "", ({"number": "1234.5", "unit": "€"}, None)),
        DocumentChange("pièce", "", "", "a.pdf (12…)", "b.pdf (34…)"),
    ]
    _, _, rows = document_differences_table(changes)
    assert rows == [
        ["Un", "a", "Montant", Decimal("1234.5"), "€", "", ""],
        ["pièce", "", "", "a.pdf (12…)", "", "b.pdf (34…)", ""],
    ]


def _bilan(values: list[str | None]) -> dict[str, Any]:
    lines = [
        {"code": f"F1-{place}", "title": "Un", "unit": "%", "years": [_point(value)]}
        for place, value in enumerate(values)
    ]
    return {"domains": [{"fiches": [{"indicators": lines}]}], "sheets": []}


def _point(value: str | None) -> dict[str, Any]:
    point = {"period": "2013", "value": value, "shown": value or "", "state": "definitif", "verdict": "atteint"}
    return point | {"state_label": "définitif", "verdict_label": "atteint"}


def test_every_value_a_second_bilan_changes_however_many() -> None:
    before, after = _bilan(["85.01"] * 300), _bilan([None, *["84"] * 299])
    (_, header, rows), (_, _, parts) = report_differences_tables(before, after)
    assert len(rows) == 300  # the page stops at 200 and says so
    told = dict(zip(header, rows[0], strict=True))
    assert (told["Valeur avant"], told["Valeur après"]) == (Decimal("85.01"), None)
    assert parts
