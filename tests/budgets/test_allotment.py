"""The dotations d'action sociale in the database: recording, what refuses it, the pages, the workbook both ways."""

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

from budgets.allotment_forms import sealed, unsealed
from budgets.compute.allotment import OF_THE_TEXT, Basis, Entry, Parameters, allot
from budgets.demo_allotment import load_allotments
from budgets.intake.allotment_workbook import COLUMNS, read_entries
from budgets.models import Allotment, AllotmentRow
from budgets.operations import AllotmentMoved, record_allotment
from budgets.queries.allotment import (
    AllotmentRefused,
    AllotmentRequest,
    caisses,
    known_dotations,
    stored_result,
)
from cog.audit import AuditEvent
from cog.demo import open_accounts
from cog.models import Convention, User
from cog.operations import command_account
from cog.xlsx import write_workbook

pytestmark = pytest.mark.django_db

AT = datetime(2014, 7, 1, 10, tzinfo=UTC)
D = Decimal
NBSP = "\u00a0"


@pytest.fixture
def codes(convention: Convention) -> list[str]:
    return [one.code for one in caisses(convention=convention)]


@pytest.fixture
def people(convention: Convention) -> Convention:
    open_accounts(code=convention.code, by=command_account(), at=timezone.now())
    return convention


def _as(role: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(email=f"{role}@demo.invalid"))
    return client


def _entries(codes: list[str]) -> tuple[Entry, ...]:
    """Every caisse alike but the first, which decreases and was rich: 20 000 for a prorata near 8 000."""
    rows = [Entry(code, D(1000 + place), D(8000), 100, 101) for place, code in enumerate(codes)]
    return (replace(rows[0], previous=D(20000), beneficiaries_now=90), *rows[1:])


def _request(codes: list[str], **changes: Any) -> AllotmentRequest:
    asked = AllotmentRequest(
        exercise=2014,
        envelope=D("889183"),
        entries=_entries(codes),
        act="Conseil d'administration, délibération 12",
        decided_on=date(2013, 12, 10),
    )
    return replace(asked, **changes)


def _record(convention: Convention, request: AllotmentRequest) -> Allotment:
    return record_allotment(convention=convention, request=request, by=command_account(), at=AT)


# --- The operation ---------------------------------------------------------------------------------------------------


def test_every_step_of_every_caisse_is_kept(convention: Convention, codes: list[str]) -> None:
    kept = _record(convention, _request(codes))
    assert (kept.number, kept.rows.count(), str(kept)) == (1, 102, "répartition 2014 n° 1")
    assert sum(row.amount for row in kept.rows.all()) == D("889183")
    kept.refresh_from_db()
    assert stored_result(allotment=kept) == allot(_entries(codes), envelope=D("889183"))
    first = kept.rows.get(organisation__code=codes[0])
    assert first.basis == Basis.CAPPED and first.amount <= first.prorata * D("1.1")
    event = AuditEvent.objects.get(action="budgets.allotment_recorded")
    assert event.subject == "répartition 2014 n° 1" and event.details["envelope"] == "889183"
    assert known_dotations(convention=convention, exercise=2014)[codes[0]] == first.amount
    assert known_dotations(convention=convention, exercise=2013) == {}


def test_what_is_allotted_is_frozen(convention: Convention, codes: list[str]) -> None:
    kept = _record(convention, _request(codes))
    for rows, change in ((Allotment.objects.filter(pk=kept.pk), {"act": "autre"}), (kept.rows.all(), {"amount": 1})):
        with pytest.raises(DatabaseError, match="ne change plus"), transaction.atomic():
            rows.update(**change)
        with pytest.raises(DatabaseError, match="ne change plus"), transaction.atomic():
            rows._raw_delete(rows.db)


def test_another_number_replaces_for_a_reason(convention: Convention, codes: list[str]) -> None:
    first = _record(convention, _request(codes))
    with pytest.raises(AllotmentRefused, match=r"Motif.* remplace le n° 1 de 2014"):
        _record(convention, _request(codes, seen=1))
    second = _record(convention, _request(codes, seen=1, reason="Prestations de la caisse 011 corrigées"))
    assert (first.number, second.number, second.reason) == (1, 2, "Prestations de la caisse 011 corrigées")
    assert Allotment.objects.count() == 2


def test_nobody_records_over_a_number_that_was_not_seen(convention: Convention, codes: list[str]) -> None:
    _record(convention, _request(codes))
    with pytest.raises(AllotmentMoved, match="a enregistré le n° 1"):
        _record(convention, _request(codes))
    with pytest.raises(AllotmentMoved, match="Aucune n'est enregistrée"):
        _record(convention, _request(codes, exercise=2015, seen=3, reason="x"))
    assert Allotment.objects.count() == 1


def test_all_that_is_wrong_is_said_at_once_and_nothing_is_written(convention: Convention, codes: list[str]) -> None:
    rows = [*_entries(codes)[2:], Entry("999", D(1), D(1)), Entry(codes[2], D("0.0000001"), D(-1))]
    asked = _request(
        codes,
        exercise=2031,
        envelope=D("-1"),
        entries=tuple(rows),
        act=" ",
        decided_on=date(2014, 7, 2),
        parameters=Parameters(D("0.5"), D("1.1")),
        reason="sans objet",
    )
    with pytest.raises(AllotmentRefused) as refused:
        _record(convention, asked)
    told = "\n".join(refused.value.problems)
    for words in (
        "trouvé 2031, attendu une année de la convention, de 2013 à 2017",
        "citer l'acte",
        "trouvé 02/07/2014, attendu une date passée",
        "laisser vide",
        "l'avis donné au préalable aux services de l'État (l. 6049)",
        f"Caisse «{NBSP}999{NBSP}»{NBSP}: code inconnu",
        f"Caisses sans ligne, 2 sur 102{NBSP}: {codes[0]} ",
        "arrondir à 5 décimales",
        "Enveloppe nationale",
        f"Caisse {codes[2]}{NBSP}: présente 2 fois",
        "attendu un montant nul ou positif",
    ):
        assert words in told, words
    assert not Allotment.objects.exists() and not AuditEvent.objects.filter(action__startswith="budgets.").exists()


def test_other_parameters_need_the_notice_to_the_state(convention: Convention, codes: list[str]) -> None:
    kept = _record(
        convention,
        _request(codes, parameters=Parameters(D("0.5"), D("1.2")), state_notice="Lettre à la Dss du 2 décembre 2013"),
    )
    assert (kept.guaranteed_part, kept.cap, kept.state_notice[:6]) == (D("0.5"), D("1.2"), "Lettre")


def test_the_demonstration_is_marked_and_loaded_once(convention: Convention) -> None:
    assert load_allotments(convention=convention, by=command_account(), at=timezone.now()) == 5
    assert load_allotments(convention=convention, by=command_account(), at=timezone.now()) == 0
    convention.refresh_from_db()
    assert convention.holds_simulated and not Allotment.objects.filter(simulated=False).exists()
    bases = set(AllotmentRow.objects.values_list("basis", flat=True))
    assert bases == {Basis.PRORATA, Basis.GUARANTEED, Basis.CAPPED}
    for year in range(2014, 2018):  # each year starts from the dotations of the year before
        former = known_dotations(convention=convention, exercise=year - 1)
        rows = AllotmentRow.objects.filter(allotment__exercise=year)
        assert dict(rows.values_list("organisation__code", "previous")) == former


# --- The workbook ----------------------------------------------------------------------------------------------------


def _filled(codes: list[str], change: Callable[[list[list[Any]]], None] = lambda rows: None) -> bytes:
    rows: list[list[Any]] = [
        [one.code, "nom", one.benefits, one.previous, one.beneficiaries_before, one.beneficiaries_now]
        for one in _entries(codes)
    ]
    change(rows)
    return write_workbook([("Dotations", COLUMNS, rows)])


def test_the_workbook_gives_the_entries(codes: list[str]) -> None:
    read = read_entries(_filled(codes), dict.fromkeys(codes, "nom"))
    assert (tuple(read.entries), read.problems, read.warnings) == (_entries(codes), [], [])


def test_texts_short_codes_and_blanks_are_read(codes: list[str]) -> None:
    def change(rows: list[list[Any]]) -> None:
        rows[0][0], rows[0][2], rows[1][4] = 11, "1 234,5 k€", None

    read = read_entries(_filled(codes, change), dict.fromkeys(codes, "nom"))
    assert not read.problems
    assert read.entries[0].benefits == D("1234.5") and read.entries[1].beneficiaries_before is None


def test_every_problem_has_its_sheet_and_cell(codes: list[str]) -> None:
    def change(rows: list[list[Any]]) -> None:
        rows[0][0] = "999"
        rows[1][2] = None
        rows[2][2] = "douze"
        rows[3][3] = -4
        rows[4][3] = D("1.0000001")
        rows[5][4] = D("3.5")
        rows[6][0] = codes[7]
        rows.append([None, "Total", 5, 5, 5, 5])
        rows[8][2] = "1.234"

    read = read_entries(_filled(codes, change), dict.fromkeys(codes, "nom"))
    told = "\n".join(read.problems)
    for place, words in (
        ("A2", f"«{NBSP}999{NBSP}»"),
        ("C3", "case vide"),
        ("C4", "douze"),
        ("D5", "nul ou positif"),
        ("D6", "5 décimales"),
        ("E7", "nombre entier"),
        ("A9", "une seconde fois"),
        ("A104", "ligne de total"),
        ("C10", "« 1,234 » ou « 1 234 »"),
    ):
        assert any(f"cellule {place}{NBSP}:" in one and words in one for one in read.problems), (place, told)
    assert f"2 sur 102{NBSP}: {codes[0]} nom, {codes[6]} nom" in told


def test_a_file_that_is_no_workbook_or_lacks_its_columns_is_refused() -> None:
    assert f"Fichier{NBSP}: trouvé" in read_entries(b"%PDF-1.4", {"011": "Ain"}).problems[0]
    short = write_workbook([("Dotations", ["code", "Allocataires n"], [["011", 3]])])
    told = read_entries(short, {"011": "Ain"}).problems[0]
    assert "il manque" in told and "Prestations versées (k€)" in told and "Code" not in told
    twice = write_workbook([("Dotations", [*COLUMNS, "CODE"], [])])
    assert "cellule G1" in read_entries(twice, {}).problems[0]
    assert "vide" in read_entries(write_workbook([("Dotations", [], [])]), {}).problems[0]


# --- The pages -------------------------------------------------------------------------------------------------------


def _asked(data: bytes, **changes: str) -> dict[str, Any]:
    told: dict[str, Any] = {
        "exercice": "2014",
        "enveloppe": "889 183",
        "acte": "Délibération 12",
        "decidee": "2013-12-10",
        "part": "70",
        "plafond": "110",
        "avis": "",
        "motif": "",
    }
    return told | changes | {"fichier": SimpleUploadedFile("dotations.xlsx", data)}


def test_shown_then_confirmed(people: Convention, codes: list[str]) -> None:
    client = _as("pilotage")
    shown = client.post("/budgets/dotations/saisie/", _asked(_filled(codes)))
    page = shown.content.decode()
    assert shown.status_code == 200 and "Rien n'est encore enregistré" in page and "exactement l'enveloppe" in page
    assert "A-FNAS-60" in page and not Allotment.objects.exists()
    kept = client.post("/budgets/dotations/confirmer/", {"sealed": shown.context["sealed"]})
    assert kept.url == "/budgets/dotations/2014/1/"
    row = Allotment.objects.get()
    assert (row.recorded_by.email, row.simulated, row.guaranteed_part) == ("pilotage@demo.invalid", False, D("0.7"))
    page = client.get("/budgets/dotations/2014/1/").content.decode()
    assert "En vigueur" in page and "à leur plafond" in page and "n° 1" in page
    again = client.post("/budgets/dotations/confirmer/", {"sealed": shown.context["sealed"]}, follow=True)
    assert "rien n&#x27;est enregistré" in again.content.decode() and Allotment.objects.count() == 1


def test_a_replacement_is_shown_as_such(people: Convention, codes: list[str]) -> None:
    _record(people, _request(codes))
    client = _as("pilotage")
    refused = client.post("/budgets/dotations/saisie/", _asked(_filled(codes)))
    assert "remplace le n° 1" in refused.content.decode()
    shown = client.post("/budgets/dotations/saisie/", _asked(_filled(codes), motif="Erreur de saisie"))
    assert "Elle remplacera la" in shown.content.decode()
    client.post("/budgets/dotations/confirmer/", {"sealed": shown.context["sealed"]})
    assert Allotment.objects.latest("pk").number == 2
    assert "Remplacée" in client.get("/budgets/dotations/2014/1/").content.decode()
    listed = client.get("/budgets/dotations/").content.decode()
    assert "/budgets/dotations/2014/1/" in listed and "/budgets/dotations/2014/2/" in listed


def test_what_is_wrong_is_listed_with_its_cell(people: Convention, codes: list[str]) -> None:
    def change(rows: list[list[Any]]) -> None:
        rows[4][2] = "douze"

    answer = _as("pilotage").post("/budgets/dotations/saisie/", _asked(_filled(codes, change), motif="pourquoi"))
    page = answer.content.decode()
    assert f"cellule C6{NBSP}:" in page and "laisser vide" in page and "2 points" in page
    answer = _as("pilotage").post("/budgets/dotations/saisie/", _asked(b"rien", enveloppe="mille", part="7,123"))
    page = answer.content.decode()
    assert "Trouvé" in page and "pourcentage" in page and not Allotment.objects.exists()


def test_a_seal_is_personal_and_cannot_be_altered(codes: list[str]) -> None:
    asked = _request(codes, parameters=Parameters(D("0.5"), D("1.2")), state_notice="avis", reason="motif", seen=2)
    text = sealed(asked, user=3)
    assert unsealed(text, user=3) == asked
    assert unsealed(text, user=4) is None and unsealed(text[:-2], user=3) is None
    assert len(text) < 10_000


def test_the_template_is_prefilled_and_what_is_exported_can_be_sent_back(people: Convention, codes: list[str]) -> None:
    client = _as("pilotage")
    empty = load_workbook(io.BytesIO(client.get("/budgets/dotations/2014/modele.xlsx").content))["Dotations"]
    assert [cell.value for cell in empty[1]] == list(COLUMNS) and empty.max_row == 103
    assert [cell.value for cell in empty[2]] == ["011", "Caf Ain", None, None, None, None]
    kept = _record(people, _request(codes))
    known = load_workbook(io.BytesIO(client.get("/budgets/dotations/2015/modele.xlsx").content))["Dotations"]
    assert D(str(known["D2"].value)) == kept.rows.get(organisation__code="011").amount and known["C2"].value is None
    names = dict.fromkeys(codes, "nom")
    for address in ("/budgets/dotations/2014/modele.xlsx", "/budgets/dotations/2014/1/tableau.xlsx"):
        read = read_entries(client.get(address).content, names)
        assert (tuple(read.entries), read.problems) == (_entries(codes), [])
    book = load_workbook(io.BytesIO(client.get("/budgets/dotations/2014/1/tableau.xlsx").content))
    formulas = [row[1].value for row in book["Notes"] if str(row[1].value).startswith("=SUM")]
    assert formulas == ["=SUM('Dotations'!N2:N103)"] and book["Dotations"]["N1"].value == "Dotation (k€)"
    assert client.get("/budgets/dotations/2031/modele.xlsx").status_code == 404


def test_one_caisse_can_be_followed_step_by_step(people: Convention) -> None:
    load_allotments(convention=people, by=command_account(), at=timezone.now())
    client = _as("controle")
    for basis, words in (
        ("plafond", "la garantie le dépasse"),
        ("garantie", "au tour"),
        ("prorata", "plus fort reste"),
    ):
        rows = AllotmentRow.objects.filter(allotment__exercise=2015, basis=basis).exclude(settled_in=0)
        if basis == "plafond":
            rows = AllotmentRow.objects.filter(allotment__exercise=2015, basis=basis)
        row = rows.select_related("organisation").first()
        page = client.get(f"/budgets/dotations/2015/1/{row.organisation.code}/").content.decode()
        assert words in page and "simulé" in page and row.organisation.name in page
    assert client.get("/budgets/dotations/2015/1/999/").status_code == 404
    assert client.get("/budgets/dotations/2015/7/").status_code == 404


def test_who_may_read_and_who_may_keep(people: Convention, codes: list[str]) -> None:
    _record(people, _request(codes))
    pages = ["", "2014/1/", "2014/1/011/", "2014/1/tableau.xlsx", "saisie/", "2014/modele.xlsx"]
    allowed = {
        role: [_as(role).get(f"/budgets/dotations/{page}").status_code == 200 for page in pages]
        for role in ("pilotage", "contributeur", "controle", "caf", "tutelle", "conseil")
    }
    reads, nothing = [True, True, True, True, False, False], [False] * 6
    assert allowed == {
        "pilotage": [True] * 6, "contributeur": reads, "controle": reads,
        "caf": nothing, "tutelle": nothing, "conseil": nothing,
    }  # fmt: skip
    assert _as("contributeur").post("/budgets/dotations/confirmer/", {"sealed": "x"}).status_code == 403
    assert _as("pilotage").post("/budgets/dotations/confirmer/", {"sealed": "x"}).url == "/budgets/dotations/saisie/"
    assert Parameters(D("0.70"), D("1.10")) == OF_THE_TEXT
