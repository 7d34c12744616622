"""Documents owed: what is owed and when, what keeps one from leaving, what is frozen, who may read it."""

import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import Error, transaction

from budgets.demo_statements import load_statements
from budgets.models import Statement, StatementLayout
from cog.attachments import accept_file
from cog.models import AuditEvent, Convention, User
from cog.periods import parse
from indicators.queries.documents import known_figures, measure_lines
from reports.integrity import everything_wrong
from reports.models import Transmission
from reports.operations import (
    AlreadyTransmitted,
    NotAllowed,
    ReasonMissing,
    TransmissionRefused,
)
from reports.owed_document import differences as document_differences
from reports.owed_queries import (
    NoDocument,
    document_dossier,
    owed_document,
    situation_of,
)
from reports.transmitted import content_of
from tests.reports.owed_steps import AT, PASSWORD, PDF, as_, pages, send, steering, text_of
from tests.tables import told_in_sheet

pytestmark = pytest.mark.django_db


# --- What is owed ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "period", "due", "label"),
    [
        ("FRA-CHIFFRES", "2013", date(2014, 1, 30), "2013"),
        ("FRA-TDB", "2014-T1", None, "1er trimestre 2014"),
        ("SOC-DD", "2013", date(2014, 4, 30), "2013"),
        ("EV-VIREMENT", "2014-03-02", date(2014, 3, 17), "événement du 2 mars 2014"),
        ("EV-LETTRES", "2014-03-02", None, "événement du 2 mars 2014"),
        ("JAL-COM", "unique", None, "remise unique"),
        ("JAL-IGAS", "unique", date(2015, 6, 30), "remise unique"),
        ("FNAS-PASSAGE", "unique", None, "remise unique"),
    ],
)
def test_what_is_owed_has_its_date(
    convention: Convention, code: str, period: str, due: date | None, label: str
) -> None:
    owed = owed_document(convention=convention, code=code, period=period)
    assert (owed.due, owed.period_label) == (due, label)


@pytest.mark.parametrize(
    ("code", "period"),
    [
        ("RES-T1", "2014-T1"),
        ("TBB-4", "2014"),
        ("FNAS-1", "2014"),
        ("BIL-AN", "2014"),
        ("FRA-TDB", "2014"),
        ("FRA-TDB", "2019-T1"),
        ("EV-LETTRES", "mars"),
        ("EV-LETTRES", "2019-03-02"),
        ("RIEN", "2014"),
    ],
)
def test_what_is_not_owed_here_is_refused(convention: Convention, code: str, period: str) -> None:
    with pytest.raises(NoDocument):
        owed_document(convention=convention, code=code, period=period)


@pytest.mark.parametrize(
    ("code", "period", "day"),
    [
        ("FRA-CHIFFRES", "2013", date(2014, 1, 30)),  # its due date
        ("FRA-TDB", "2014-T1", date(2014, 3, 31)),  # no date: the end of what it covers
        ("MOY-INFO", "2013", date(2014, 12, 31)),  # presented the year after, with the executed budget
        ("FRA-TDB", "2017-T4", date(2016, 5, 1)),  # to come: today
        ("JAL-COM", "unique", date(2016, 5, 1)),
    ],
)
def test_a_document_speaks_of_its_day(convention: Convention, code: str, period: str, day: date) -> None:
    owed = owed_document(convention=convention, code=code, period=period)
    assert situation_of(owed, date(2016, 5, 1)) == day


# --- Sending --------------------------------------------------------------------------------------------------------


def test_a_file_is_filed_with_its_fingerprint_and_its_receipt(
    convention: Convention, people: dict[str, User], django_capture_on_commit_callbacks: Any
) -> None:
    client = as_(steering(people))
    page = text_of(client, "/documents-dus/JAL-COM/unique/")
    assert "Pièce à joindre" in page and "686" in page
    url = "/documents-dus/JAL-COM/unique/remettre/"
    nothing = client.post(url, {"password": PASSWORD})
    assert nothing.status_code == 422
    with django_capture_on_commit_callbacks(execute=True):
        file = SimpleUploadedFile("schéma directeur.pdf", PDF)
        sent = client.post(url, {"password": PASSWORD, "fichier": file}, follow=True)
    assert sent.status_code == 200 and "tel que remis" in sent.content.decode()
    row = Transmission.objects.get()
    assert (row.subject, row.period, row.number, row.late, row.due) == ("JAL-COM", "unique", 1, False, None)
    held = content_of(row)["attachment"]
    assert held["sha256"] == hashlib.sha256(PDF).hexdigest() and held["name"] == "schéma directeur.pdf"
    assert held["size"] == len(PDF) and "schéma" not in row.attachment.name
    assert row.receipt_number == "JAL-COM unique/1" and "JAL-COM" in str(row)
    words = pages(bytes(row.receipt))[0]
    assert held["sha256"][:20] in words.replace("\n", "") and "PROJET" not in words
    [message] = mail.outbox
    assert "Schéma directeur de la communication" in message.body and "{" not in message.body
    assert message.attachments[0][0] == "recu-JAL-COM-unique-1.pdf"
    event = AuditEvent.objects.get(action="document.transmitted")
    assert event.details["file"]["sha256"] == held["sha256"]
    assert everything_wrong() == []


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("page.html", b"<html>", "nature acceptée"),
        ("faux.pdf", b"<html>", "contenu n"),
        ("lourd.pdf", PDF + b"0" * (10 * 1024 * 1024), "10 240 Ko au plus"),
    ],
)
def test_a_file_is_judged_by_its_content(
    convention: Convention, people: dict[str, User], name: str, data: bytes, told: str
) -> None:
    client = as_(steering(people))
    url = "/documents-dus/JAL-COM/unique/remettre/"
    answer = client.post(url, {"password": PASSWORD, "fichier": SimpleUploadedFile(name, data)})
    assert answer.status_code == 422 and told in answer.content.decode()
    assert not Transmission.objects.exists()


def test_the_antivirus_has_its_word_here_too(convention: Convention, people: dict[str, User], settings: Any) -> None:
    settings.EVIDENCE_SCANNER = f"{__name__}.found_something"
    client = as_(steering(people))
    file = SimpleUploadedFile("a.pdf", PDF)
    answer = client.post("/documents-dus/JAL-COM/unique/remettre/", {"password": PASSWORD, "fichier": file})
    assert "essai de virus" in answer.content.decode() and not Transmission.objects.exists()


def found_something(data: bytes) -> str:
    return "essai de virus"


def test_the_password_is_asked_again(convention: Convention, people: dict[str, User]) -> None:
    client = as_(steering(people))
    url = "/documents-dus/JAL-COM/unique/remettre/"
    answer = client.post(url, {"password": "autre", "fichier": SimpleUploadedFile("a.pdf", PDF)})
    assert answer.status_code == 422 and not Transmission.objects.exists()


def test_only_who_may_sends(convention: Convention, people: dict[str, User]) -> None:
    with pytest.raises(NotAllowed):
        send(convention, people["contributeur"], "JAL-COM", "unique", attachment=accept_file("a.pdf", PDF))
    for name in ("contributeur", "controle", "tutelle", "conseil", "caisse011"):
        user = people.get(name)
        if user is not None:
            assert as_(user).get("/documents-dus/JAL-COM/unique/remettre/").status_code == 403


def test_an_empty_block_keeps_it_from_leaving_unless_a_file_goes(
    convention: Convention, people: dict[str, User]
) -> None:
    steering = people["pilotage"]
    with pytest.raises(TransmissionRefused) as refused:
        send(convention, steering, "MOY-INFO", "2013")
    assert {check.code for check in refused.value.checks} == {"empty"}
    assert "n’est pas rempli" in refused.value.checks[0].sentence
    sent = send(convention, steering, "MOY-INFO", "2013", attachment=accept_file("a.pdf", PDF))
    assert content_of(sent)["attachment"] and content_of(sent)["blocks"][0]["tables"] == []


def test_a_situation_to_come_is_refused(convention: Convention, people: dict[str, User]) -> None:
    with pytest.raises(TransmissionRefused) as refused:
        send(convention, people["pilotage"], "FRA-TDB", "2014-T1", situation=AT.date() + timedelta(days=1))
    assert "future" in {check.code for check in refused.value.checks}


def test_what_is_sent_is_frozen_and_only_a_change_is_sent_again(
    convention: Convention, people: dict[str, User]
) -> None:
    steering = people["pilotage"]
    load_statements(convention=convention, by=steering, at=datetime(2015, 6, 1, tzinfo=UTC))
    first = send(convention, steering, "MOY-INFO", "2013")
    content = content_of(first)
    table = content["blocks"][0]["tables"][0]
    assert table["header"][0] == "Ligne" and content["simulated"] and first.simulated
    assert any(isinstance(cell, dict) for row in table["rows"] for cell in row)
    assert "DONNÉES SIMULÉES" in pages(bytes(first.receipt))[0]
    with pytest.raises(AlreadyTransmitted):
        send(convention, steering, "MOY-INFO", "2013", at=AT + timedelta(days=3))  # another day is no change
    _correct(convention, steering)
    with pytest.raises(ReasonMissing) as missing:
        send(convention, steering, "MOY-INFO", "2013")
    assert any("Fonctionnement informatique" in str(one) for one in missing.value.differences)
    second = send(convention, steering, "MOY-INFO", "2013", reason="Erreur de saisie.")
    assert (second.number, second.replaces_id, second.reason) == (2, first.pk, "Erreur de saisie.")
    assert content_of(Transmission.objects.get(pk=first.pk)) == content
    page = text_of(as_(people["tutelle"]), f"/transmissions/{second.pk}/differences/")
    assert "Fonctionnement informatique" in page and "99,5" in page
    changed = told_in_sheet(
        as_(people["tutelle"]), f"/transmissions/{second.pk}/differences/tableau.xlsx", "Différences"
    )
    assert len(changed) == len(document_differences(content, content_of(second)))
    assert 99.5 in [row["Après"] for row in changed]
    assert as_(people["conseil"]).get(f"/transmissions/{second.pk}/differences/tableau.csv").status_code == 403
    with pytest.raises(Error), transaction.atomic():
        Transmission.objects.update(payload="{}")
    assert everything_wrong() == []


def _correct(convention: Convention, by: User) -> None:
    """The last table of the IT spending, with one figure changed."""
    layout = StatementLayout.objects.get(convention=convention, code="informatique")
    last = Statement.objects.filter(layout=layout, exercise=2013).latest("number")
    cells = json.loads(json.dumps(last.cells))
    cells["fonctionnement"]["execution"] = "99.5"
    told = {field.name: getattr(last, field.name) for field in Statement._meta.concrete_fields}
    Statement.objects.create(**{**told, "id": None, "number": last.number + 1, "cells": cells, "reason": "Erreur."})


def test_a_draft_says_so_on_every_page(convention: Convention, people: dict[str, User]) -> None:
    client = as_(people["contributeur"])
    answer = client.get("/documents-dus/FRA-PLAN/2014/projet.pdf?au=2014-06-30")
    assert all("PROJET" in page for page in pages(answer.content))
    book = openpyxl.load_workbook(BytesIO(client.get("/documents-dus/FRA-PLAN/2014/projet.xlsx").content))
    assert "PROJET" in str(book["Document"]["A2"].value)
    assert not Transmission.objects.exists()


# --- What indicators say --------------------------------------------------------------------------------------------


def test_a_document_takes_its_period_else_the_last_that_is_over(computed: Convention) -> None:
    def period(text: str, until: date) -> str:
        [one] = known_figures(convention=computed, codes=["F10-21"], period=parse(text), until=until)
        return one.figure.period

    assert period("2014-T2", date(2014, 6, 30)) == "2014-T2"
    assert period("2014", date(2014, 12, 31)) == "2014-S1"  # the longest of those that end together
    assert period("2013", date(2013, 12, 31)) == "2013"  # nothing is known


def test_missing_is_not_available_never_zero(computed: Convention) -> None:
    owed = owed_document(convention=computed, code="PIL-EQUILIBRE", period="2014")
    ready = document_dossier(convention=computed, owed=owed, at=date(2014, 12, 31), today=date(2015, 1, 5))
    rows = {row[0].split(" ")[0]: row for row in ready.payload["blocks"][0]["tables"][0]["rows"]}
    assert rows["F10-21"][2]["number"] == "75" and rows["F10-21"][2]["unit"] == "%"
    assert rows["F10-22"][2] == "n.d."
    blocked = {check.sentence.split(" :")[0] for check in ready.blocking}
    assert "Efficience" in blocked and "Service à l’allocataire" not in blocked


def test_measures_add_up_what_was_reported_and_say_how_much(computed: Convention) -> None:
    rules = [("pieces_traitees", "sum"), ("pieces_solde", "last"), ("allocataires", "last")]
    lines = measure_lines(convention=computed, rules=rules, years=[2013, 2014], until=date(2014, 6, 30))
    treated, left, people_ = [line.totals for line in lines]
    assert treated[0].amount is None and treated[0].reported == 0
    assert (treated[1].amount, treated[1].reported, treated[1].concerned) == (Decimal(6000), 6, 102 * 6)
    assert left[1].amount is None and left[1].concerned == 102
    assert people_[1].concerned == 0  # a yearly count is not owed before the year ends
    before = measure_lines(convention=computed, rules=rules[:1], years=[2014], until=date(2014, 5, 31))
    assert before[0].totals[0].amount == Decimal(4000)
