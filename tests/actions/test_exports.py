"""The tables of the actions as files: the rows of their page, for who reads it."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from actions.enums import ActionStatus, Charge
from actions.models import Action, ActionProgress, Evidence
from actions.operations import Naming, ask_validation, name_responsible, open_direction
from cog.demo import open_accounts
from cog.models import Convention, Fiche, User
from cog.operations import command_account
from tests.tables import rows_of_page, told_in_csv, told_in_sheet
from tests.workbooks import sheets

pytestmark = pytest.mark.django_db

AT = datetime(2014, 7, 1, 10, tzinfo=UTC)


@pytest.fixture
def told(convention: Convention) -> Action:
    """Fiche 10 has its direction, its third action its own, a word, a proof, a question to the State."""
    by = command_account()
    open_accounts(code=convention.code, by=by, at=AT)
    action = Action.objects.get(fiche__number=10, plan="cog", ordinal=3)
    for code, own in (("A", None), ("B", action)):
        direction = open_direction(convention=convention, code=code, name=f"Direction {code}", by=by, at=AT)
        name_responsible(naming=Naming(action.fiche, own, direction, Charge.LEAD), by=by, at=AT)
    ask_validation(action=action, subject="Le cahier des charges", by=by, at=AT)
    ActionProgress.objects.create(
        action=action, status=ActionStatus.RUNNING, as_of=date(2014, 6, 30), percent=40, comment="=1+1",
        recorded_at=AT, recorded_by=by,
    )  # fmt: skip
    Evidence.objects.create(
        action=action, file="pieces/compte-rendu.pdf", file_name="compte-rendu.pdf", content_type="application/pdf",
        size=1234, sha256="ab" * 32, title="Compte rendu", added_at=AT, added_by=by,
    )  # fmt: skip
    return action


def _as(role: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(email=f"{role}@demo.invalid"))
    return client


def test_every_naming_and_every_fiche_that_nobody_carries(told: Action) -> None:
    client = _as("pilotage")
    rows = told_in_csv(client, "/actions/responsabilites/tableau.csv")
    assert [(row["Portée"], row["Direction"]) for row in rows if row["Fiche"] == "10"] == [
        ("toute la fiche", "A"),
        (f"action {told.key}", "B"),
    ]
    page = rows_of_page(client, "/actions/responsabilites/", "Responsabilités par fiche")
    assert len({row["Fiche"] for row in rows}) == page == Fiche.objects.count()
    assert sum(row["Direction"] == "personne" for row in rows) == page - 1
    assert rows[0]["Fiche"] == "1" and rows[-1]["Fiche"] == "10"  # those that nobody carries first, as on the page


@pytest.mark.parametrize(("role", "status"), [("contributeur", 200), ("caf", 403), ("tutelle", 403)])
def test_who_reads_the_responsibilities(told: Action, role: str, status: int) -> None:
    for address in ("", "tableau.xlsx", "tableau.csv"):
        assert _as(role).get(f"/actions/responsabilites/{address}").status_code == status


def test_the_months_are_those_of_the_calendar(told: Action) -> None:
    client, asked = _as("pilotage"), "?fiche=10&annee=2015&au=2014-07-01"
    page = client.get(f"/actions/calendrier/{asked}").context
    rows = told_in_sheet(client, f"/actions/calendrier/tableau.xlsx{asked}", "Mois par mois")
    assert [(row["Mois"], row["Action"] or None) for row in rows] == [
        (month.name, key)
        for month in page["months"]
        for key in [*(None for _ in month.owed), *(view.action.key for view in month.ending)]
    ]
    assert {row["Date"].year for row in rows} == {2015}
    own = told_in_sheet(client, f"/actions/calendrier/tableau.xlsx{asked}", "Actions")
    assert [row["Rang"] for row in own] == [view.action.ordinal for view in page["views"]]
    assert next(row["En charge"] for row in own if row["Rang"] == told.ordinal and row["Plan"] != "Sdsi") == "B"


def test_the_state_reads_no_progress_in_the_calendar(told: Action) -> None:
    (header, *_) = sheets(_as("tutelle").get("/actions/calendrier/tableau.xlsx").content)["Mois par mois"]
    assert "Respect" not in header
    assert Client().get("/actions/calendrier/tableau.xlsx").status_code == 302


def test_an_action_with_all_that_was_said_of_it(told: Action) -> None:
    client, address = _as("pilotage"), f"/actions/{told.key}/"
    page = client.get(address).context["page"]
    book = sheets(client.get(f"{address}tableau.xlsx").content)
    found: dict[str, Any] = {name: len(rows) - 1 for name, rows in book.items() if name != "Notes"}
    deadlines = len(page.view.deadlines) + sum(len(step.deadlines) for step in page.view.steps)
    assert found == {
        "Historique": rows_of_page(client, address, "Historique de l'action"),
        "Échéances": deadlines,
        "Pièces": len(page.evidence),
        "Validations demandées": len(page.validations),
        "Responsabilités": len(page.responsibilities),
    }
    assert found["Historique"] == found["Pièces"] == 1
    (word,) = told_in_sheet(client, f"{address}tableau.xlsx", "Historique")
    assert (word["Situation au"].date(), word["Avancement (%)"], word["Commentaire"]) == (date(2014, 6, 30), 40, "=1+1")
    (proof,) = told_in_sheet(client, f"{address}tableau.xlsx", "Pièces")
    assert (proof["Taille (octets)"], proof["Empreinte (sha256)"]) == (1234, "ab" * 32)
    (written,) = told_in_csv(client, f"{address}tableau.csv")
    assert written["Commentaire"] == "'=1+1"


def test_the_state_reads_only_what_is_printed_of_an_action(told: Action) -> None:
    book = sheets(_as("tutelle").get(f"/actions/{told.key}/tableau.xlsx").content)
    assert set(book) == {"Échéances", "Notes"}
    assert _as("pilotage").get("/actions/10-99/tableau.xlsx").status_code == 404
    assert _as("pilotage").get(f"/actions/{told.key}/tableau.pdf").status_code == 404
