"""The pages of the actions: the table of all, one action, one word, the grid of a fiche, the proofs."""

import io
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from actions.models import Action, ActionProgress, Evidence
from actions.operations import ProgressEntry, record_progress
from actions.queries.integrity import changed_evidence
from actions.queries.pages import cited_in
from cog.demo import open_accounts
from cog.models import Convention, Fiche, Membership, User
from cog.operations import command_account

pytestmark = pytest.mark.django_db

AT = datetime(2014, 7, 1, 10, tzinfo=UTC)
PDF = b"%PDF-1.4 releve de conclusions"


@pytest.fixture
def people(convention: Convention, settings: Any, tmp_path: Any) -> Convention:
    settings.MEDIA_ROOT = tmp_path
    open_accounts(code=convention.code, by=command_account(), at=timezone.now())
    held = Membership.objects.get(user__email="contributeur@demo.invalid")
    held.fiches.set(Fiche.objects.filter(convention=convention, number=10))
    return convention


def _as(role: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(email=f"{role}@demo.invalid"))
    return client


def _action(fiche: int, ordinal: int) -> Action:
    return Action.objects.get(fiche__number=fiche, ordinal=ordinal, plan="cog")


def _say(action: Action, status: str, as_of: date, **told: Any) -> ActionProgress:
    entry = ProgressEntry(action.pk, status, as_of, **told)
    return record_progress(entries=[entry], by=command_account(), at=AT)[0]


def _post(client: Client, key: str, **told: str) -> Any:
    return client.post(f"/actions/{key}/avancement/", {"as_of": "2014-06-30", "seen": "0", **told})


# --- The table -------------------------------------------------------------------------------------------------------


def _keys(client: Client, **asked: str) -> set[str]:
    page = client.get("/actions/", asked | {"au": "2014-12-31"})
    return {view.action.key for view in page.context["table"].data.data}


def test_each_filter_keeps_its_own_and_the_address_carries_it(people: Convention) -> None:
    client = _as("pilotage")
    every = Action.objects.filter(fiche__convention=people)
    assert len(_keys(client)) == every.count()
    assert _keys(client, fiche="10") == {row.key for row in every.filter(fiche__number=10).select_related("fiche")}
    assert _keys(client, etat="a_lancer") == _keys(client)
    _say(_action(10, 1), "realisee", date(2014, 3, 1), done_on=date(2014, 2, 1), without_evidence="essai")
    assert _keys(client, etat="realisee") == {"10-1"} == _keys(client, echeance="realisee_en_retard")
    assert "10-1" not in _keys(client, echeance="en_retard")
    assert _keys(client, direction="-") == _keys(client)  # nobody is named yet: said, not hidden
    page = client.get("/actions/", {"fiche": "10", "au": "2014-12-31"}).content.decode()
    assert "tableau.xlsx?fiche=10&amp;au=2014-12-31" in page


def test_words_find_the_action_and_on_postgresql_its_relatives(people: Convention) -> None:
    client = _as("pilotage")
    assert "10-2" in _keys(client, mots="téléphonique")
    if connection.vendor == "postgresql":
        assert "10-2" in _keys(client, mots="téléphoniques")  # by the root of the word
    assert _keys(client, mots="zzzz") == set()


def test_the_export_takes_every_filtered_row_not_one_page(people: Convention) -> None:
    client = _as("pilotage")
    book = load_workbook(io.BytesIO(client.get("/actions/tableau.xlsx", {"au": "2014-12-31"}).content))
    header, *rows = book["Actions"].iter_rows(values_only=True)
    assert len(rows) == Action.objects.count() > 50 and len(set(header)) == len(header)
    some = load_workbook(io.BytesIO(client.get("/actions/tableau.xlsx", {"fiche": "10"}).content))["Actions"]
    assert some.max_row - 1 == Action.objects.filter(fiche__number=10).count()


def test_who_may_not_read_progress_reads_what_is_printed_only(people: Convention) -> None:
    _say(_action(10, 1), "en_cours", date(2014, 3, 1), comment="CANARI")
    for role in ("tutelle", "conseil", "caf"):
        client = _as(role)
        for address in ("/actions/", "/actions/10-1/", "/actions/?etat=en_cours"):
            page = client.get(address)
            assert page.status_code == 200 and "CANARI" not in page.content.decode()
            assert "situation au 1er mars 2014" not in page.content.decode()
        book = load_workbook(io.BytesIO(client.get("/actions/tableau.xlsx").content))["Actions"]
        assert "État" not in [cell.value for cell in book[1]]


@pytest.mark.parametrize("address", ["/actions/", "/actions/10-1/", "/actions/fiche/10/saisie/"])
def test_pages_ask_few_queries(people: Convention, django_assert_max_num_queries: Any, address: str) -> None:
    client = _as("pilotage")
    with django_assert_max_num_queries(21):  # one of them for the deadlines of the amendments
        client.get(address)


# --- One action ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "fiche", "cited"),
    [
        ("Cf action 20 fiche 12", 8, [(12, "20")]),
        ("Voir action 1", 12, [(12, "1")]),
        ("Cf. Action 3 de la fiche 4", 1, [(4, "3")]),
        ("2014", 1, []),
    ],
)
def test_a_deadline_that_refers_to_another_action_is_read(raw: str, fiche: int, cited: list[tuple[int, str]]) -> None:
    assert cited_in(raw, fiche) == cited


def test_a_reference_leads_to_the_action_and_back(people: Convention) -> None:
    client = _as("pilotage")
    citing = Action.objects.get(fiche__number=8, deadlines__raw="Cf action 20 fiche 12")
    page = client.get(f"/actions/{citing.key}/")
    (cited,) = page.context["page"].cited
    assert (cited.fiche.number, cited.number) == (12, "20")
    assert citing in client.get(f"/actions/{cited.key}/").context["page"].citing


@pytest.mark.parametrize("key", ["10-999", "99-1", "10", "x-1", "sdsi-0"])
def test_an_unknown_action_has_no_page(people: Convention, key: str) -> None:
    assert _as("pilotage").get(f"/actions/{key}/").status_code == 404


# --- One word --------------------------------------------------------------------------------------------------------


def test_a_word_is_added_and_the_page_tells_it(people: Convention) -> None:
    client = _as("contributeur")
    answer = _post(client, "10-3", status="en_cours", percent="40", comment="Marché notifié.")
    assert answer.status_code == 302
    page = client.get("/actions/10-3/", {"au": "2014-07-01"}).content.decode()
    assert "Marché notifié." in page and "40 %" in page


def test_what_is_wrong_is_told_beside_its_field_and_nothing_is_kept(people: Convention) -> None:
    page = _post(_as("contributeur"), "10-3", status="realisee", percent="50")
    assert page.status_code == 200 and not ActionProgress.objects.exists()
    assert set(page.context["form"].errors) == {"done_on", "without_evidence", "percent"}
    assert "error-summary" in page.content.decode()


def test_the_second_person_sees_the_word_of_the_first_then_may_go_on(people: Convention) -> None:
    client = _as("contributeur")
    first = _say(_action(10, 3), "en_cours", date(2014, 6, 1), comment="le premier mot")
    page = _post(client, "10-3", status="en_cours", comment="le second")
    assert "le premier mot" in page.content.decode() and "a écrit pendant la saisie" in page.content.decode()
    assert ActionProgress.objects.count() == 1
    assert f'value="{first.pk}"' in page.content.decode()
    assert _post(client, "10-3", status="en_cours", comment="le second", seen=str(first.pk)).status_code == 302


def test_a_direction_touches_no_action_of_another_by_any_address_or_field(people: Convention) -> None:
    client = _as("contributeur")
    other = _action(11, 1)
    proof = Evidence.objects.create(
        action=other, file_name="a.pdf", size=1, sha256="0" * 64, added_at=AT, added_by=command_account()
    )
    for address in (
        f"/actions/{other.key}/avancement/",
        "/actions/fiche/11/saisie/",
        f"/actions/pieces/{proof.pk}/retirer/",
    ):
        assert client.get(address).status_code == 404
        assert client.post(address, {"status": "en_cours", "as_of": "2014-06-30", "reason": "x"}).status_code == 404
    assert (
        client.post(f"/actions/{other.key}/pieces/", {"fichier": SimpleUploadedFile("a.pdf", PDF)}).status_code == 404
    )
    # the field of another fiche's action, slipped into one's own grid, is not read
    client.post("/actions/fiche/10/saisie/", _grid(10) | {f"a{other.pk}-status": "en_cours", f"a{other.pk}-seen": "0"})
    assert not ActionProgress.objects.exists()
    assert Evidence.objects.filter(withdrawn_at__isnull=True).count() == 1


@pytest.mark.parametrize("role", ["caf", "tutelle", "conseil", "controle", "exploitation"])
def test_who_may_not_record_does_not(people: Convention, role: str) -> None:
    client = _as(role)
    assert _post(client, "10-3", status="en_cours").status_code in (403, 404)
    assert client.get("/actions/fiche/10/saisie/").status_code in (403, 404)
    assert not ActionProgress.objects.exists()


# --- The grid --------------------------------------------------------------------------------------------------------


def _grid(fiche: int, **changes: str) -> dict[str, str]:
    """What the grid of a fiche posts when nothing was touched, then the changes, `o3_status` for the third row."""
    told = {"as_of": "2014-06-30"}
    rows = {row.ordinal: row for row in Action.objects.filter(fiche__number=fiche, plan="cog")}
    for row in rows.values():
        last = row.progress.order_by("as_of", "pk").last()
        told |= {
            f"a{row.pk}-status": last.status if last else "a_lancer",
            f"a{row.pk}-seen": str(last.pk if last else 0),
        }
    for name, value in changes.items():
        ordinal, field = name.removeprefix("o").split("_", 1)
        told[f"a{rows[int(ordinal)].pk}-{field}"] = value
    return told


def test_only_the_lines_that_changed_are_kept(people: Convention) -> None:
    client = _as("contributeur")
    client.post("/actions/fiche/10/saisie/", _grid(10, o1_status="en_cours", o2_comment="Attendu en mai."))
    assert sorted(ActionProgress.objects.values_list("action__ordinal", "status", "comment")) == [
        (1, "en_cours", ""),
        (2, "a_lancer", "Attendu en mai."),
    ]
    again = client.post("/actions/fiche/10/saisie/", _grid(10), follow=True)
    assert "Aucune ligne n" in again.content.decode() and ActionProgress.objects.count() == 2


def test_one_wrong_line_keeps_all_the_others_unwritten_with_its_fault_in_place(people: Convention) -> None:
    changes = {"o1_status": "en_cours", "o2_status": "abandonnee", "o3_percent": "beaucoup"}
    page = _as("contributeur").post("/actions/fiche/10/saisie/", _grid(10, **changes))
    assert page.status_code == 200 and not ActionProgress.objects.exists()
    faults = {view.action.ordinal: set(form.errors) for view, form in page.context["rows"] if form.errors}
    assert faults == {3: {"percent"}}
    page = _as("contributeur").post(
        "/actions/fiche/10/saisie/", _grid(10, o1_status="en_cours", o2_status="abandonnee")
    )
    faults = {view.action.ordinal: set(form.errors) for view, form in page.context["rows"] if form.errors}
    assert faults == {2: {"why"}} and not ActionProgress.objects.exists()


def test_a_word_written_meanwhile_stops_the_grid_and_is_shown(people: Convention) -> None:
    told = _grid(10, o1_status="en_cours", o2_status="en_cours")
    _say(_action(10, 2), "reportee", date(2014, 6, 1), decision="note 12", comment="entre-temps")
    page = _as("contributeur").post("/actions/fiche/10/saisie/", told)
    assert "entre-temps" in page.content.decode() and ActionProgress.objects.count() == 1


# --- Proofs ----------------------------------------------------------------------------------------------------------


def _join(client: Client, name: str, data: bytes) -> Any:
    return client.post("/actions/10-1/pieces/", {"fichier": SimpleUploadedFile(name, data)}, follow=True)


def test_a_proof_is_kept_with_its_fingerprint_once_and_read_by_who_reads_the_action(people: Convention) -> None:
    client = _as("contributeur")
    _join(client, "releve.pdf", PDF)
    _join(client, "le-meme.pdf", PDF)
    (proof,) = Evidence.objects.all()
    assert (proof.file_name, proof.size, proof.content_type) == ("releve.pdf", len(PDF), "application/pdf")
    sent = _as("controle").get(f"/actions/pieces/{proof.pk}/")
    assert b"".join(sent.streaming_content) == PDF and sent["Content-Disposition"].startswith("attachment")
    for role in ("caf", "tutelle", "conseil", "exploitation"):
        assert _as(role).get(f"/actions/pieces/{proof.pk}/").status_code in (403, 404)
    assert _post(client, "10-1", status="realisee", done_on="2014-05-01").status_code == 302


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("macro.exe", b"MZ", "nature acceptée"),
        ("faux.pdf", b"<html>", "contenu n"),
        ("lourd.pdf", PDF + b"0" * (10 * 1024 * 1024), "10 240 Ko au plus"),
    ],
)
def test_what_is_no_proof_is_refused_with_the_reason(people: Convention, name: str, data: bytes, told: str) -> None:
    page = _join(_as("contributeur"), name, data)
    assert told in page.content.decode() and not Evidence.objects.exists()


def found_something(data: bytes) -> str:
    return "essai de virus" if b"releve" in data else ""


def test_the_antivirus_has_its_word(people: Convention, settings: Any) -> None:
    settings.EVIDENCE_SCANNER = f"{__name__}.found_something"
    assert "essai de virus" in _join(_as("contributeur"), "a.pdf", PDF).content.decode()
    assert not Evidence.objects.exists()


def test_a_proof_is_withdrawn_for_a_reason_and_stays_on_the_page(people: Convention) -> None:
    client = _as("contributeur")
    _join(client, "releve.pdf", PDF)
    proof = Evidence.objects.get()
    assert client.post(f"/actions/pieces/{proof.pk}/retirer/", {"reason": ""}).status_code == 200
    client.post(f"/actions/pieces/{proof.pk}/retirer/", {"reason": "mauvais relevé"})
    assert "mauvais relevé" in client.get("/actions/10-1/").content.decode()
    assert _post(client, "10-1", status="realisee", done_on="2014-05-01").status_code == 200  # it proves nothing now


def test_integrity_sees_a_proof_that_changed_or_is_gone(people: Convention) -> None:
    _join(_as("contributeur"), "releve.pdf", PDF)
    path = Path(Evidence.objects.get().file.path)
    assert changed_evidence() == []
    path.write_bytes(PDF + b" retouche")
    assert "empreinte" in changed_evidence()[0] and "attendu" in changed_evidence()[0]
    path.unlink()
    assert "manque" in changed_evidence()[0]


# --- The calendar ----------------------------------------------------------------------------------------------------


def test_the_calendar_draws_a_fiche_and_lists_a_year_by_month(people: Convention) -> None:
    told = {"revised_end": date(2015, 6, 30), "revision_reason": "marché", "revision_agreed_by": "comité"}
    _say(_action(10, 3), "en_cours", date(2014, 6, 1), **told)
    client = _as("pilotage")
    page = client.get("/actions/calendrier/", {"fiche": "10", "annee": "2015", "au": "2014-07-01"})
    months = {month.name: month for month in page.context["months"]}
    assert "10-3" in [view.action.key for view in months["juin"].ending]
    assert {row.restitution.due.month for row in months["avril"].owed} == {4}
    assert sum(len(month.ending) for month in months.values()) == sum(
        view.end is not None and view.end.year == 2015 for view in client.get("/actions/").context["table"].data.data
    )
    drawn = client.get("/actions/calendrier/frise.svg", {"fiche": "10", "au": "2014-07-01"})
    assert drawn["Content-Type"] == "image/svg+xml" and "Téléphone" in drawn.content.decode()
    assert client.get("/actions/calendrier/", {"fiche": "99", "annee": "x"}).status_code == 200


def test_the_calendar_of_who_may_not_read_progress_keeps_the_printed_dates(people: Convention) -> None:
    told = {"revised_end": date(2015, 6, 30), "revision_reason": "CANARI", "revision_agreed_by": "comité"}
    _say(_action(10, 3), "en_cours", date(2014, 6, 1), **told)
    page = _as("tutelle").get("/actions/calendrier/", {"fiche": "10", "annee": "2015", "au": "2014-07-01"})
    june = next(month for month in page.context["months"] if month.name == "juin")
    assert "10-3" not in [view.action.key for view in june.ending]
    assert "CANARI" not in page.content.decode()
