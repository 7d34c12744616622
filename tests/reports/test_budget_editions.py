"""An edition of a fund: what keeps it from leaving, what is frozen, what moved since the former one, its workbook."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core import mail
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import Error, transaction
from django.urls import reverse

from budgets.compute.entry import Stated
from budgets.demo_statements import load_statements
from budgets.enums import ActKind
from budgets.operations import write_analysis
from cog.models import Convention, User
from cog.queries import restitutions
from reports.budget_dashboard import broken_sums, changes
from reports.budget_workbook import dashboard_workbook
from reports.delivered import delivered
from reports.edition_queries import (
    EditionName,
    NoEdition,
    edition_dossier,
    edition_lines,
    edition_name,
)
from reports.integrity import everything_wrong
from reports.models import Transmission
from reports.operations import (
    AlreadyTransmitted,
    NotAllowed,
    ReasonMissing,
    TransmissionRefused,
    transmit_edition,
)
from reports.transmitted import content_of
from tests import libreoffice
from tests.budgets.conftest import keeper, people, steering
from tests.budgets.ledger import AT, forecast, fund_of, spend, vote, write

__all__ = ["keeper", "people", "steering"]
pytestmark = pytest.mark.django_db


def _name(convention: Convention, number: int, code: str = "fnga") -> EditionName:
    return edition_name(convention=convention, fund_code=code, exercise=2014, number=number)


def _analyse(convention: Convention, by: User, *numbers: int) -> None:
    for number in numbers:
        write_analysis(fund=fund_of(convention), exercise=2014, number=number, text="Tout va bien.", by=by, at=AT)


@pytest.fixture
def ready(convention: Convention, steering: User) -> Convention:
    """The Fnga of 2014, ready for its dashboards 3 and 4; 2013 is closed."""
    fund = fund_of(convention)
    vote(fund, 2013, steering)
    spend(fund, 2013, date(2013, 12, 31), "0.98", steering)
    vote(fund, 2014, steering)
    spend(fund, 2014, date(2014, 3, 31), "0.25", steering)
    forecast(fund, 2014, date(2014, 3, 31), steering)
    spend(fund, 2014, date(2014, 6, 30), "0.5", steering)
    write(fund, 2014, ActKind.RECTIFIED, date(2014, 7, 1), {3: Stated(Decimal(1480), None, "Rmpp")}, steering)
    _analyse(convention, steering, 3, 5)
    return convention


def _send(convention: Convention, number: int, by: User, day: date, **more: Any) -> Transmission:
    name = _name(convention, number)
    at = more.pop("at", datetime(day.year, day.month, day.day, 9, tzinfo=UTC))
    return transmit_edition(convention=convention, name=name, situation=day, by=by, at=at, **more)


def test_nothing_leaves_while_something_is_missing(convention: Convention, steering: User) -> None:
    with pytest.raises(TransmissionRefused) as refused:
        _send(convention, 6, steering, date(2015, 4, 15))
    assert {check.code for check in refused.value.checks} >= {"no_initial", "no_execute", "not_closed", "no_analysis"}
    assert not Transmission.objects.exists()


def test_a_frozen_sum_that_is_not_one_is_seen(ready: Convention, steering: User) -> None:
    content = content_of(_send(ready, 3, steering, date(2014, 4, 15)))
    assert broken_sums(content) == []
    row = next(row for row in content["rows"] if row["position"] == 17)
    row["executed"] = "1.5"
    [wrong] = broken_sums(content)
    assert wrong.startswith("« TOTAL DEPENSES PARAMETREES », exécuté : ")


def test_only_who_may_transmits(ready: Convention, people: dict[str, User]) -> None:
    with pytest.raises(NotAllowed):
        _send(ready, 3, people["contributeur"], date(2014, 4, 15))


def test_what_is_sent_is_frozen_whole(ready: Convention, steering: User) -> None:
    sent = _send(ready, 3, steering, date(2014, 4, 15))
    assert (sent.period, sent.number, sent.late, sent.due) == ("2014-TBB3", 1, False, date(2014, 4, 15))
    content = content_of(sent)
    rows = {row["position"]: row for row in content["rows"]}
    assert rows[17]["executed"] == "1.525"
    assert rows[30]["voted"] == "2162.94"
    assert rows[3]["voted"] == "1479.46"  # what was rectified in July is not there
    assert content["carried"]["carriable"] == "37.6938"
    assert content["analysis"] == "Tout va bien."
    assert bytes(sent.receipt).startswith(b"%PDF")
    with pytest.raises(Error), transaction.atomic():
        Transmission.objects.update(payload="{}")
    assert everything_wrong() == []


def test_what_is_written_later_changes_nothing_of_it(ready: Convention, steering: User, tmp_path: Path) -> None:
    sent = _send(ready, 3, steering, date(2014, 4, 15))
    before = dashboard_workbook(content_of(sent))
    fund = fund_of(ready)
    write(fund, 2014, ActKind.RECTIFIED, date(2014, 9, 1), {3: Stated(Decimal(1500))}, steering)
    target = tmp_path / "tbb.xlsx"
    call_command("tbb", 2014, 3, output=target, stdout=StringIO())
    assert target.read_bytes() == before
    with pytest.raises(AlreadyTransmitted):
        _send(ready, 3, steering, date(2014, 4, 15))


def test_an_edition_tells_what_moved_since_the_former_one_and_why(ready: Convention, steering: User) -> None:
    first = _send(ready, 3, steering, date(2014, 4, 15))
    sent = _send(ready, 5, steering, date(2014, 10, 30))
    since = content_of(sent)["since"]
    assert since["receipt"] == first.receipt_number
    moved = {(row["position"], row["column"]): (row["before"], row["after"]) for row in since["rows"]}
    assert moved[3, "voted"] == ("1479.46", "1480")
    assert moved[17, "executed"] == ("1.525", "3.05")
    assert (17, "voted") not in moved
    assert [act["label"] for act in since["acts"]] == ["exécution au 30/06/2014", "budget rectificatif 1"]
    assert since["comments"][0]["text"] == "Rmpp"


def test_a_rectification_says_why_and_replaces(ready: Convention, steering: User, client: Any) -> None:
    first = _send(ready, 3, steering, date(2014, 4, 15))
    _analyse(ready, steering, 3)  # the same words: nothing to rectify
    with pytest.raises(AlreadyTransmitted):
        _send(ready, 3, steering, date(2014, 4, 15))
    with pytest.raises(ReasonMissing):
        _send(ready, 3, steering, date(2014, 7, 2))
    second = _send(ready, 3, steering, date(2014, 7, 2), reason="Rmpp connue.")
    assert (second.number, second.replaces, second.late) == (2, first, False)
    assert ("1479.46", "1480") in {(one.before, one.after) for one in changes(content_of(first), content_of(second))}
    client.force_login(steering)
    body = client.get(reverse("transmission-differences", args=[second.pk])).content.decode()
    assert "1\u202f479,46" in body
    assert "Rmpp connue." in body


def test_the_fourth_dashboard_has_the_staff_annexed(ready: Convention, steering: User) -> None:
    _analyse(ready, steering, 4)
    with pytest.raises(TransmissionRefused) as refused:
        _send(ready, 4, steering, date(2014, 7, 15))
    assert [check.code for check in refused.value.checks] == ["no_staff"]
    load_statements(convention=ready, by=steering, at=AT)
    content = content_of(_send(ready, 4, steering, date(2014, 7, 15)))
    assert content["staff"]["tables"][0]["title"].startswith("Effectifs par catégorie")
    assert content["simulated"]  # what was annexed is simulated: the whole says so
    assert content["payroll"] is not None
    assert content["receipts"] is None  # nothing of 2014 is dated by then


def test_late_is_said(ready: Convention, steering: User) -> None:
    sent = _send(ready, 3, steering, date(2014, 4, 15), at=datetime(2014, 4, 16, 9, tzinfo=UTC))
    assert sent.late
    line = next(line for line in edition_lines(convention=ready, at=date(2014, 5, 1)) if line.sent == sent)
    assert line.state == "transmise_en_retard"


def test_the_calendar_and_the_mail_know_of_it(
    ready: Convention, people: dict[str, User], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        _send(ready, 3, people["pilotage"], date(2014, 4, 15))
    [row] = restitutions(convention=ready).filter(obligation__code="TBB-3", covers="2014")
    assert delivered(convention=ready) == {row.pk: date(2014, 4, 15)}
    [message] = mail.outbox
    assert "tutelle@demo.invalid" in message.to
    assert "L'édition 2014-TBB3 a été transmise" in message.body


def test_the_state_reads_what_was_sent_and_nothing_before(
    ready: Convention, people: dict[str, User], client: Any
) -> None:
    sent = _send(ready, 3, people["pilotage"], date(2014, 4, 15))
    client.force_login(people["tutelle"])
    for name in ("transmission", "transmission-receipt", "transmission-content", "transmission-figures"):
        assert client.get(reverse(name, args=[sent.pk])).status_code == 200
    body = client.get(reverse("transmission", args=[sent.pk])).content.decode()
    assert "1,53" in body
    assert 'title="1,525"' in body
    assert "Crédits limitatifs ouverts" in body
    assert "1\u202f480" not in body
    assert client.get(reverse("transmissions")).content.decode().count("2014-TBB3") == 1
    assert client.get("/budgets/editions/fnga/2014/4/").status_code == 403
    told = {"kind": "question", "text": "Pourquoi cet écart ?", "subject": ""}
    assert client.post(reverse("transmission-note", args=[sent.pk]), told).status_code == 302
    assert sent.state_notes.get().text == "Pourquoi cet écart ?"


def test_it_is_sent_from_the_site_with_the_password_again(ready: Convention, keeper: Any, steering: User) -> None:
    steering.set_password("motdepasse-de-test")
    steering.save()
    keeper.force_login(steering)
    address = reverse("budget-edition-transmit", args=["fnga", 2014, 3])
    assert "Transmettre Tbb 3" in keeper.get(address).content.decode()
    assert keeper.post(address, {"password": "faux"}).status_code == 422
    answer = keeper.post(address, {"password": "motdepasse-de-test", "au": "2014-04-15"})
    [sent] = Transmission.objects.all()
    assert answer.url == reverse("transmission", args=[sent.pk])


def test_a_draft_says_it_is_one(ready: Convention, tmp_path: Path) -> None:
    target, told, errors = tmp_path / "tbb.xlsx", StringIO(), StringIO()
    call_command("tbb", 2014, 4, output=target, stdout=told, stderr=errors)
    assert "projet, situation au 15/07/2014" in told.getvalue()
    assert "L'analyse de l'exécution n'est pas écrite." in errors.getvalue()
    sheet = openpyxl.load_workbook(target).worksheets[0]
    assert sheet["B3"].value == "PROJET, non transmis"


@pytest.mark.parametrize(
    ("command", "exercise", "number", "words"),
    [
        ("tbb", 2018, 1, "de 2013 à 2017"),
        ("tbb", 2014, 7, "trouvé l'édition 7"),
        ("fnas_state", 2014, 0, "attendu 1, 2"),
    ],
)
def test_what_is_not_owed_is_refused_in_words(
    convention: Convention, command: str, exercise: int, number: int, words: str, tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match=words):
        call_command(command, exercise, number, output=tmp_path / "rien.xlsx")
    assert not (tmp_path / "rien.xlsx").exists()
    with pytest.raises(NoEdition):
        edition_name(convention=convention, fund_code="fnxx", exercise=2014, number=1)


@libreoffice.installed
@pytest.mark.parametrize(("code", "formulas"), [("fnga", 70), ("fnas", 200)])
def test_libreoffice_opens_it_and_finds_our_sums(
    ready: Convention, steering: User, tmp_path: Path, code: str, formulas: int
) -> None:
    if code == "fnas":
        vote(fund_of(ready, "fnas"), 2014, steering)
        spend(fund_of(ready, "fnas"), 2014, date(2014, 6, 30), "0.493", steering)
        forecast(fund_of(ready, "fnas"), 2014, date(2014, 6, 30), steering)
    name, day = _name(ready, 4, code), date(2014, 7, 15)
    ours = dashboard_workbook(edition_dossier(convention=ready, name=name, at=day, today=day).draft)
    [theirs] = libreoffice.recomputed({"edition": ours}, tmp_path).values()
    assert libreoffice.compared_formulas(ours, theirs) > formulas
