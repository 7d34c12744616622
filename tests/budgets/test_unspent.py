"""What the caisses did not spend of their dotations: recording, what refuses it, the pages, the workbook both ways."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from budgets.compute.allotment import Entry
from budgets.demo_allotment import load_allotments
from budgets.intake.unspent_workbook import COLUMNS, read_executed
from budgets.models import Allotment, UnspentRow, UnspentStatement
from budgets.operations import record_allotment, record_unspent
from budgets.queries.allotment import AllotmentRequest, caisses, known_dotations
from budgets.queries.integrity import sums_that_do_not_hold
from budgets.queries.unspent import UnspentRefused, UnspentRequest, stored_table
from budgets.unspent_forms import sealed, unsealed
from cog.audit import AuditEvent
from cog.demo import open_accounts
from cog.models import Convention, Organisation, User
from cog.operations import command_account
from cog.xlsx import write_workbook

pytestmark = pytest.mark.django_db

AT = datetime(2015, 3, 1, 10, tzinfo=UTC)
D = Decimal
NBSP = "\u00a0"


@pytest.fixture
def shared(convention: Convention) -> Allotment:
    """An allotment of 2014 where each of the 102 caisses has 1 000 k€."""
    entries = tuple(Entry(one.code, D(1), D(1000), 5, 5) for one in caisses(convention=convention))
    asked = AllotmentRequest(2014, D(102_000), entries, "Délibération 12", date(2013, 12, 10))
    return record_allotment(convention=convention, request=asked, by=command_account(), at=AT)


@pytest.fixture
def people(convention: Convention) -> Convention:
    open_accounts(code=convention.code, by=command_account(), at=timezone.now())
    return convention


def _as(role: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(email=f"{role}@demo.invalid"))
    return client


def _executed(convention: Convention) -> dict[str, Decimal]:
    """All is spent but by three: 950 of 1 000 (kept), 900 (60 kept, 40 pooled), 1 010 (10 too much)."""
    spent = dict.fromkeys((one.code for one in caisses(convention=convention)), D(1000))
    return spent | {"011": D(950), "021": D(900), "031": D(1010)}


def _request(convention: Convention, **changes: Any) -> UnspentRequest:
    asked = UnspentRequest(2014, _executed(convention), date(2014, 12, 31), "Comptes de 2014")
    return replace(asked, **changes)


def _record(convention: Convention, request: UnspentRequest) -> UnspentStatement:
    return record_unspent(convention=convention, request=request, by=command_account(), at=AT)


def test_what_is_kept_pooled_and_overspent(convention: Convention, shared: Allotment) -> None:
    kept = _record(convention, _request(convention))
    told = {
        row.organisation.code: (row.kept, row.pooled, row.overspent)
        for row in kept.rows.select_related("organisation").exclude(executed=1000)
    }
    assert told == {"011": (50, 0, 0), "021": (60, 40, 0), "031": (0, 0, 10)}
    table = stored_table(convention=convention, exercise=2014)
    totals = table.totals
    assert (totals["unused"], totals["kept"], totals["pooled"], totals["overspent"]) == (150, 110, 40, 10)
    assert [line.body.code for line in table.overspent] == ["031"] and not table.stands_on_a_former_allotment
    assert AuditEvent.objects.get(action="budgets.unspent_recorded").details["pooled"] == "40.000000"


def test_a_statement_is_frozen_and_replaced_for_a_reason(convention: Convention, shared: Allotment) -> None:
    kept = _record(convention, _request(convention))
    for rows, change in ((UnspentStatement.objects.all(), {"source": "x"}), (UnspentRow.objects.all(), {"kept": 1})):
        with pytest.raises(DatabaseError, match="ne change plus"), transaction.atomic():
            rows.update(**change)
    with pytest.raises(UnspentRefused, match="a enregistré l'état n° 1"):
        _record(convention, _request(convention))
    with pytest.raises(UnspentRefused, match="remplace le n° 1"):
        _record(convention, _request(convention, seen=1))
    assert _record(convention, _request(convention, seen=1, reason="Caisse 011 corrigée")).number == kept.number + 1


def test_all_that_is_wrong_is_said_at_once(convention: Convention, shared: Allotment) -> None:
    spent = _executed(convention) | {"999": D(1), "021": D(-1), "031": D("0.0000001")}
    del spent["011"]
    with pytest.raises(UnspentRefused) as refused:
        _record(
            convention, _request(convention, executed=spent, closed_on=date(2014, 6, 30), source="", reason="pourquoi")
        )
    told = "\n".join(refused.value.problems)
    for words in (
        f"«{NBSP}999{NBSP}»",
        f"1 sur 102{NBSP}: 011",
        f"Caisse 021{NBSP}: Dépense exécutée{NBSP}: trouvé −1",
        "arrondir à 5 décimales",
        "attendu le 31/12/2014 au plus tôt",
        "d'où viennent les dépenses",
        "laisser vide",
    ):
        assert words in told, (words, told)
    with pytest.raises(UnspentRefused, match="attendu une date passée"):
        _record(convention, _request(convention, closed_on=date(2015, 12, 31)))
    with pytest.raises(UnspentRefused, match="aucune répartition enregistrée"):
        _record(convention, _request(convention, exercise=2013))
    assert not UnspentStatement.objects.exists()


def _filled(convention: Convention, change: Callable[[list[list[Any]]], None] = lambda rows: None) -> bytes:
    rows: list[list[Any]] = [[code, "nom", 1000, amount] for code, amount in sorted(_executed(convention).items())]
    change(rows)
    return write_workbook([("Execution", COLUMNS, rows)])


def _asked(data: bytes, **changes: str) -> dict[str, Any]:
    told: dict[str, Any] = {"arretes": "2014-12-31", "source": "Comptes de 2014", "decision": "", "motif": ""}
    return told | changes | {"fichier": SimpleUploadedFile("depenses.xlsx", data)}


def test_shown_then_confirmed(people: Convention, shared: Allotment) -> None:
    client = _as("pilotage")
    assert "Aucun état" in client.get("/budgets/dotations/2014/reliquats/").content.decode()
    shown = client.post("/budgets/dotations/2014/reliquats/saisie/", _asked(_filled(people)))
    page = shown.content.decode()
    assert "Rien n'est encore enregistré" in page and f"dépassement{NBSP}: à expliquer" in page
    assert not UnspentStatement.objects.exists()
    wrong_year = client.post("/budgets/dotations/2015/reliquats/confirmer/", {"sealed": shown.context["sealed"]})
    assert wrong_year.url == "/budgets/dotations/2015/reliquats/saisie/" and not UnspentStatement.objects.exists()
    client.post("/budgets/dotations/2014/reliquats/confirmer/", {"sealed": shown.context["sealed"]})
    page = client.get("/budgets/dotations/2014/reliquats/").content.decode()
    assert "État n° 1" in page and "limite atteinte" in page and "Aucune décision" in page
    assert "état enregistré" in client.get("/budgets/dotations/").content.decode()
    asked = AllotmentRequest(
        2014,
        D(102_000),
        tuple(Entry(one.code, D(1), D(1000), 5, 5) for one in caisses(convention=people)),
        "Délibération 13",
        date(2014, 12, 10),
        reason="Erreur",
        seen=1,
    )
    record_allotment(convention=people, request=asked, by=command_account(), at=AT)
    assert "réparties de nouveau depuis" in client.get("/budgets/dotations/2014/reliquats/").content.decode()


def test_what_is_wrong_is_listed_with_its_cell(people: Convention, shared: Allotment) -> None:
    def change(rows: list[list[Any]]) -> None:
        rows[4][3] = "douze"

    answer = _as("pilotage").post(
        "/budgets/dotations/2014/reliquats/saisie/", _asked(_filled(people, change), motif="x")
    )
    page = answer.content.decode()
    assert f"cellule D6{NBSP}:" in page and "laisser vide" in page and "2 points" in page


def test_workbooks_come_back_as_they_went(people: Convention, shared: Allotment) -> None:
    client = _as("pilotage")
    empty = load_workbook(io.BytesIO(client.get("/budgets/dotations/2014/reliquats/modele.xlsx").content))["Execution"]
    assert [cell.value for cell in empty[2]] == ["011", "Caf Ain", 1000, None] and empty.max_row == 103
    assert client.get("/budgets/dotations/2014/reliquats/tableau.xlsx").status_code == 404
    _record(people, _request(people))
    names = dict.fromkeys(_executed(people), "nom")
    for address in ("modele.xlsx", "tableau.xlsx"):
        read = read_executed(client.get(f"/budgets/dotations/2014/reliquats/{address}").content, names)
        assert (read.executed, read.problems) == (_executed(people), [])
    assert client.get("/budgets/dotations/2031/reliquats/").status_code == 404


def test_a_seal_is_personal(convention: Convention) -> None:
    asked = _request(convention, board_act="CA", reason="motif", seen=1)
    assert unsealed(sealed(asked, user=3), user=3) == asked
    assert unsealed(sealed(asked, user=3), user=4) is None and unsealed("x", user=3) is None


def test_who_may_read_and_who_may_keep(people: Convention, shared: Allotment) -> None:
    _record(people, _request(people))
    pages = ["", "tableau.xlsx", "modele.xlsx", "saisie/"]
    for role, allowed in (("controle", [200, 200, 403, 403]), ("caf", [403] * 4), ("tutelle", [403] * 4)):
        client = _as(role)
        assert [client.get(f"/budgets/dotations/2014/reliquats/{page}").status_code for page in pages] == allowed, role


def test_the_demonstration_has_all_three_cases(convention: Convention) -> None:
    load_allotments(convention=convention, by=command_account(), at=timezone.now())
    rows = UnspentRow.objects.filter(statement__simulated=True)
    assert rows.count() == 5 * 102 == UnspentRow.objects.count()
    assert rows.filter(pooled__gt=0).exists() and rows.filter(overspent__gt=0).exists()
    assert known_dotations(convention=convention, exercise=2017)


def test_the_integrity_check_adds_everything_again(convention: Convention, shared: Allotment) -> None:
    _record(convention, _request(convention))
    assert sums_that_do_not_hold(convention=convention) == []
    told = dict.fromkeys(("convention_id", "envelope", "guaranteed_part", "cap", "mean_growth", "guaranteed_rate"))
    told |= dict.fromkeys(("act", "decided_on", "recorded_at", "recorded_by_id"))
    known = {name: getattr(shared, name) for name in told}
    Allotment.objects.create(exercise=2014, number=2, reason="essai", **known)  # an allotment without its caisses
    row = UnspentRow.objects.get(organisation__code="021")
    row.pk, row.organisation, row.pooled = None, Organisation.objects.get(code="CNAF"), D(41)
    row.save()
    first, second = sums_that_do_not_hold(convention=convention)
    assert "répartition 2014 n° 2" in first and "les dotations font 0 k€" in first
    assert "crédits non consommés 2014 n° 1, CNAF" in second
