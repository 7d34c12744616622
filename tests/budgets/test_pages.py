"""Pages of the ledger: what each role reads, a grid and a workbook that keep all or nothing, a way back to it all."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from budgets.enums import ActKind, Measure
from budgets.models import BudgetAct, Transfer
from budgets.queries.ledger import read_ledger
from cog.models import Convention, User
from tests.budgets.ledger import forecast, fund_of, spend, vote

pytestmark = pytest.mark.django_db

ENTRY = {"code": "fnga", "exercise": 2014, "kind": "execute"}


@pytest.fixture
def voted(convention: Convention, steering: User) -> Convention:
    """Both funds voted, the Fnga spent and forecast by the end of June."""
    for code in ("fnga", "fnas"):
        vote(fund_of(convention, code), 2014, steering)
    spend(fund_of(convention), 2014, date(2014, 6, 30), "0.5", steering)
    forecast(fund_of(convention), 2014, date(2014, 6, 30), steering)
    return convention


READ = [
    "/budgets/fnga/2014/",
    "/budgets/fnas/2014/?au=2014-03-01",
    "/budgets/fnga/periode/?mesure=execute",
    "/budgets/fnga/2014/lignes/18/",
    "/budgets/fnga/2014/reports/",
    "/budgets/fnga/2014/reports/etat.xlsx",
    "/budgets/fnas/2014/conformite/",
    "/budgets/virements/",
    "/budgets/editions/",
    "/budgets/editions/fnga/2014/4/",
    "/budgets/fnga/2014/tableau.xlsx",
    "/budgets/fnga/graphique.svg?groupe=personnel",
]
KEEP = [
    "/budgets/fnga/2014/saisie/rectifie/",
    "/budgets/fnga/2014/saisie/report/modele.xlsx",
    "/budgets/virements/nouveau/fnas/",
    "/budgets/fnga/2014/editions/4/analyse/",
]


@pytest.mark.parametrize("address", READ)
def test_who_reads(client: Any, voted: Convention, people: dict[str, User], address: str) -> None:
    answers = {}
    for name, user in people.items():
        client.force_login(user)
        answers[name] = client.get(address).status_code
    may = {"pilotage", "contributeur", "controle"}
    assert answers == {name: 200 if name in may else 403 for name in people}


@pytest.mark.parametrize("address", KEEP)
def test_who_keeps(client: Any, voted: Convention, people: dict[str, User], address: str) -> None:
    answers = {}
    for name, user in people.items():
        client.force_login(user)
        answers[name] = client.get(address).status_code
    assert answers == {name: 200 if name == "pilotage" else 403 for name in people}


def test_everyone_reads_the_rules(client: Any, people: dict[str, User]) -> None:
    client.force_login(people["conseil"])
    body = client.get("/budgets/regles/").content.decode()
    assert body.count("6455") >= 7
    assert "interdit" in body


@pytest.mark.parametrize(
    "address",
    [
        "/budgets/fnxx/2014/",
        "/budgets/fnga/2018/",
        "/budgets/fnga/2014/lignes/999/",
        "/budgets/fnga/2014/saisie/virement/",
        "/budgets/actes/999999/",
        "/budgets/virements/999999/",
        "/budgets/editions/fnga/2014/7/",
        "/budgets/fnga/graphique.svg?groupe=rien",
    ],
)
def test_what_does_not_exist_is_a_404(keeper: Any, voted: Convention, address: str) -> None:
    assert keeper.get(address).status_code == 404


def _sent(page: Any, **changes: str) -> dict[str, str]:
    """What the grid would send: every field as it is shown, with some changes."""
    data = {"dated": "2014-07-31", "reference": "Balance de juillet", "reason": "", "source": ""}
    data["seen"] = str(page.context["heading"].initial["seen"] or "")
    for row, form in page.context["rows"]:
        if form is not None:
            for name in ("amount", "national", "comment"):
                data[f"l{row.line.position}-{name}"] = str(form[name].value() or "")
    return data | {name.replace("__", "-"): value for name, value in changes.items()}


def test_the_grid_records_what_changed(keeper: Any, voted: Convention) -> None:
    address = reverse("budget-entry", kwargs=ENTRY)
    answer = keeper.post(address, _sent(keeper.get(address), l3__amount="741,5 M€", l3__comment="Paie de juillet"))
    act = BudgetAct.objects.get(kind=ActKind.EXECUTED, number=2)
    assert answer.url == reverse("budget-act", args=[act.pk])
    [moved] = act.movements.all()
    assert (moved.line.position, moved.amount, moved.comment) == (3, Decimal("1.77"), "Paie de juillet")
    page = keeper.get(answer.url).content.decode()
    assert "Paie de juillet" in page
    assert "Balance de juillet" in page


def test_the_grid_keeps_nothing_while_something_is_wrong(keeper: Any, voted: Convention) -> None:
    address = reverse("budget-entry", kwargs=ENTRY)
    sent = _sent(keeper.get(address), l3__amount="beaucoup", l7__amount="20 000", dated="2013-01-01")
    body = keeper.post(address, sent).content.decode()
    assert "« beaucoup »" in body
    assert 'value="beaucoup"' in body
    body = keeper.post(address, sent | {"l3-amount": "741"}).content.decode()
    assert "plus de 20 fois le programme" in body
    assert "rien ne s&#x27;exécute avant" in body.lower()
    assert BudgetAct.objects.filter(kind=ActKind.EXECUTED).count() == 1


def test_the_second_person_is_told_and_may_go_on(keeper: Any, voted: Convention) -> None:
    address = reverse("budget-entry", kwargs=ENTRY)
    first = _sent(keeper.get(address), l3__amount="741")
    second = _sent(keeper.get(address), l3__amount="742")
    keeper.post(address, first)
    answer = keeper.post(address, second)
    assert "pendant la saisie" in answer.content.decode()
    seen = answer.context["heading"].data["seen"]
    assert keeper.post(address, second | {"seen": seen}).status_code == 302
    assert read_ledger(fund=fund_of(voted)).stated(Measure.EXECUTED, 2014)[3] == Decimal("742")


@pytest.mark.parametrize("kind", ["initial", "rectifie", "execute", "prevision", "report", "avenant"])
@pytest.mark.parametrize("code", ["fnga", "fnas"])
def test_a_workbook_handed_out_and_sent_back_changes_nothing(
    keeper: Any, voted: Convention, code: str, kind: str
) -> None:
    where = {"code": code, "exercise": 2014, "kind": kind}
    data = keeper.get(reverse("budget-entry-xlsx", kwargs=where)).content
    body = keeper.post(
        reverse("budget-entry-file", kwargs=where), {"classeur": SimpleUploadedFile("acte.xlsx", data)}
    ).content.decode()
    assert "ne change rien à ce qui est enregistré" in body


def test_a_filled_workbook_fills_the_grid_and_records_nothing(keeper: Any, voted: Convention) -> None:
    data = keeper.get(reverse("budget-entry-xlsx", kwargs=ENTRY)).content
    book = openpyxl.load_workbook(BytesIO(data))
    sheet = book.worksheets[0]
    row = next(row for row in sheet.iter_rows() if row[1].value == "Frais de personnel")
    row[4].value, row[6].value = 745.25, "Paie d'août"
    total = next(row for row in sheet.iter_rows() if row[1].value == "TOTAL PERSONNEL")
    total[4].value = 800
    stream = BytesIO()
    book.save(stream)
    upload = {"classeur": SimpleUploadedFile("août.xlsx", stream.getvalue())}
    body = keeper.post(reverse("budget-entry-file", kwargs=ENTRY), upload).content.decode()
    assert 'value="745,25"' in body
    assert "trouvé un total de 800 M€" in body
    assert BudgetAct.objects.filter(kind=ActKind.EXECUTED).count() == 1


def test_the_workbook_of_a_year_holds_every_digit(keeper: Any, voted: Convention) -> None:
    data = keeper.get("/budgets/fnga/2014/tableau.xlsx").content
    sheet = openpyxl.load_workbook(BytesIO(data)).worksheets[0]
    values = {row[0].value: row for row in sheet.iter_rows(min_row=5)}
    assert values[17][5].value == 3.05
    assert str(values[18][5].value).startswith("=F")


def test_a_transfer_from_request_to_ledger(keeper: Any, voted: Convention) -> None:
    fund = fund_of(voted)
    lines = {line.position: line.pk for line in fund.lines.all()}
    new = reverse("budget-transfer-new", args=["fnga"])
    told = {"exercise": "2014", "origin": lines[13], "destination": lines[3], "amount": "1,5", "reason": "Renfort"}
    refused = keeper.post(new, told).content.decode()
    assert "sauf dérogation exceptionnelle" in refused
    assert "l. 6457" in refused
    assert not Transfer.objects.exists()
    answer = keeper.post(new, told | {"exceptional": "on"})
    [transfer] = Transfer.objects.all()
    act = reverse("budget-transfer-act", args=[transfer.pk])
    for kind, day in (("accord_prealable_etat", "2014-05-05"), ("vote", "2014-05-07")):
        keeper.post(act, {"kind": kind, "dated": day, "reference": "Courrier 12", "favourable": "oui"})
    body = keeper.get(answer.url).content.decode()
    assert "dérogation exceptionnelle" in body
    transfer.refresh_from_db()
    assert transfer.act is not None
    assert "virement de crédits 1" in body
    assert keeper.post(act, {"kind": "vote", "dated": "", "reference": "", "favourable": "oui"}, follow=True)
    assert transfer.acts.count() == 2
