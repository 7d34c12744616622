"""A bilan from draft to the board: each state printed once, with the figures of the one before, by who may."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from html import unescape
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from actions.enums import ActionStatus
from actions.models import Action
from actions.operations import ProgressEntry, record_progress
from cog import jobs, pdf
from cog.calendar import State
from cog.enums import JobState
from cog.models import AuditEvent, Convention, Job, User
from cog.queries import dated_restitutions
from reports import printing, receipts
from reports.delivered import delivered
from reports.enums import EditionState, NoteKind
from reports.models import DataPackage, Edition, EditionAgreement, SynthesisText, Transmission
from reports.operations import (
    EditionRefused,
    NotAllowed,
    SentenceRefused,
    agree_to_common,
    editions,
    request_annual_report,
    request_following,
    write_note,
    write_sentence,
)
from reports.report_queries import next_step, sentence_lines, waiting_steps
from reports.snapshot import digest
from reports.synthesis import sentences_of
from tests.tables import told_in_csv, told_in_sheet

pytestmark = pytest.mark.django_db

AT = datetime(2015, 4, 28, 10, tzinfo=UTC)
AGREED = datetime(2015, 6, 10, 10, tzinfo=UTC)
LATER = datetime(2015, 6, 20, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _small_pdf(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A page that says its state stands for the whole document: what is printed is tried elsewhere."""

    def page(payload: dict[str, Any]) -> bytes:
        words = f"<html lang='fr'><title>b</title><p>{payload['state']} {payload['number']}"
        return pdf.render(words, css="")

    monkeypatch.setattr(printing, "print_annual_report", page)
    monkeypatch.setattr(receipts, "print_report_receipt", lambda sent, content: page(content))
    yield


def _read(answer: Any) -> str:
    """The words of a page, with plain apostrophes and spaces."""
    return unescape(answer.content.decode()).replace("\u00a0", " ")


def _done(edition: Edition) -> Edition:
    """The edition once its worker is through; the test fails with the worker's words."""
    jobs.run(str(edition.job_id))
    job = Job.objects.get(pk=edition.job_id)
    assert job.state == JobState.DONE, job.message
    return Edition.objects.get(pk=edition.pk)


@pytest.fixture
def draft(convention: Convention, people: dict[str, User]) -> Edition:
    return _done(request_annual_report(convention=convention, year=2014, by=people["pilotage"], at=AT))


def _next(edition: Edition, state: EditionState, by: User, at: datetime = AT, **more: Any) -> Edition:
    return _done(request_following(edition=edition, state=state, by=by, at=at, **more))


@pytest.fixture
def sent(draft: Edition, people: dict[str, User]) -> Edition:
    return _next(draft, EditionState.SENT, people["pilotage"])


@pytest.fixture
def common(sent: Edition, people: dict[str, User]) -> Edition:
    transmission = Transmission.objects.get()
    question = write_note(
        transmission=transmission,
        kind=NoteKind.QUESTION,
        subject="F10-21",
        text="Pourquoi ?",
        by=people["tutelle"],
        at=AT,
    )
    write_note(
        transmission=transmission,
        kind=NoteKind.ANSWER,
        text="Parce que.",
        reply_to=question,
        by=people["pilotage"],
        at=AT,
    )
    return _next(sent, EditionState.COMMON, people["pilotage"])


def test_a_bilan_goes_from_draft_to_the_board(common: Edition, people: dict[str, User]) -> None:
    with pytest.raises(EditionRefused, match="n'a pas encore donné son accord"):
        request_following(
            edition=common, state=EditionState.PUBLISHED, by=people["pilotage"], at=LATER, presented_on=LATER.date()
        )
    agree_to_common(edition=common, by=people["tutelle"], at=AGREED)
    shown = _next(
        Edition.objects.get(pk=common.pk),
        EditionState.PUBLISHED,
        people["pilotage"],
        LATER,
        presented_on=date(2015, 6, 16),
    )
    states = list(Edition.objects.order_by("number").values_list("number", "state"))
    assert states == [(1, "projet"), (2, "transmis"), (3, "commun"), (4, "publie")]
    assert shown.payload["presented_on"] == "16 juin 2015"
    assert next_step(shown) is None
    assert DataPackage.objects.get().edition == shown
    assert shown.gathered_at == Edition.objects.get(number=2).requested_at
    own = {"state", "number", "produced_on", "produced_on_iso", "presented_on", "remarks", "synthesis"}
    first = Edition.objects.get(number=1)
    for later in Edition.objects.filter(number__gt=1):
        assert {key: value for key, value in later.payload.items() if key not in own} == {
            key: value for key, value in first.payload.items() if key not in own
        }
    [remark] = shown.payload["remarks"]
    assert (remark["subject"], remark["text"], remark["answers"][0]["text"]) == ("F10-21", "Pourquoi ?", "Parce que.")


def test_what_is_sent_is_a_transmission_of_the_same_content(sent: Edition) -> None:
    transmission = Transmission.objects.get()
    assert (transmission.kind, transmission.period, transmission.number) == ("bilan", "2014", 1)
    assert transmission.sha256 == sent.payload_sha256
    assert transmission.due == date(2015, 4, 30)
    assert not transmission.late
    actions = list(AuditEvent.objects.values_list("action", flat=True))
    assert actions.count("edition.produced") == 2
    assert actions.count("report.transmitted") == 1


def test_a_project_whose_figures_moved_is_not_sent(draft: Edition, people: dict[str, User]) -> None:
    action = Action.objects.order_by("fiche__number", "ordinal").first()
    assert action is not None
    entry = ProgressEntry(action.pk, ActionStatus.RUNNING, date(2014, 6, 30), None, "Lancée.")
    record_progress(entries=[entry], by=people["pilotage"], at=AT)
    asked = request_following(edition=draft, state=EditionState.SENT, by=people["pilotage"], at=AT)
    jobs.run(str(asked.job_id))
    job = Job.objects.get(pk=asked.job_id)
    assert job.state == JobState.FAILED
    assert "les actions et les indicateurs" in job.message
    assert "Produire un nouveau projet" in job.message
    assert not Transmission.objects.exists()
    assert not Edition.objects.get(pk=asked.pk).is_ready


def test_a_second_project_says_why_it_replaces_the_first(sent: Edition, people: dict[str, User]) -> None:
    by = people["pilotage"]
    again = _done(request_annual_report(convention=sent.convention, year=2014, by=by, at=LATER))
    with pytest.raises(EditionRefused, match="dire pourquoi"):
        request_following(edition=again, state=EditionState.SENT, by=by, at=LATER)
    _next(again, EditionState.SENT, by, LATER, reason="Une caisse a corrigé ses délais.")
    second = Transmission.objects.get(number=2)
    assert second.replaces is not None
    assert second.reason == "Une caisse a corrigé ses délais."


@pytest.mark.parametrize("state", [EditionState.COMMON, EditionState.PUBLISHED, EditionState.DRAFT])
def test_no_state_is_jumped(draft: Edition, people: dict[str, User], state: EditionState) -> None:
    with pytest.raises(EditionRefused, match="ne la suit pas"):
        request_following(edition=draft, state=state, by=people["pilotage"], at=AT)


def test_an_edition_past_which_another_went_is_left(draft: Edition, sent: Edition, people: dict[str, User]) -> None:
    with pytest.raises(EditionRefused, match="plus récente"):
        request_following(edition=draft, state=EditionState.SENT, by=people["pilotage"], at=AT, reason="encore")


@pytest.mark.parametrize("day", [None, date(2015, 6, 9), date(2015, 6, 21)])
def test_the_day_of_the_board_is_after_the_agreement_and_past(
    common: Edition, people: dict[str, User], day: date | None
) -> None:
    agree_to_common(edition=common, by=people["tutelle"], at=AGREED)
    found = Edition.objects.get(pk=common.pk)
    with pytest.raises(EditionRefused, match=r"séance|date"):
        request_following(
            edition=found, state=EditionState.PUBLISHED, by=people["pilotage"], at=LATER, presented_on=day
        )


def test_only_who_may_takes_it_further(draft: Edition, people: dict[str, User]) -> None:
    for role in ("tutelle", "contributeur", "conseil", "caf"):
        with pytest.raises(NotAllowed):
            request_following(edition=draft, state=EditionState.SENT, by=people[role], at=AT)


def test_agreement_is_the_states_and_said_once(common: Edition, people: dict[str, User]) -> None:
    with pytest.raises(NotAllowed):
        agree_to_common(edition=common, by=people["pilotage"], at=LATER)
    agree_to_common(edition=common, by=people["tutelle"], at=AGREED)
    with pytest.raises(EditionRefused, match="déjà donné"):
        agree_to_common(edition=Edition.objects.get(pk=common.pk), by=people["tutelle"], at=AGREED)
    assert EditionAgreement.objects.count() == 1


def test_the_calendar_knows_what_the_bilan_answered(common: Edition, people: dict[str, User]) -> None:
    def state(code: str) -> State:
        rows = dated_restitutions(
            convention=common.convention, at=LATER.date(), delivered=delivered(convention=common.convention)
        )
        own = [row for row in rows if (row.restitution.obligation.code, row.restitution.covers) == (code, "2014")]
        return own[0].state

    assert state("BIL-AN") is State.FAITE
    assert state("BIL-CA") is State.SANS_DATE
    agree_to_common(edition=common, by=people["tutelle"], at=AGREED)
    found = Edition.objects.get(pk=common.pk)
    _next(found, EditionState.PUBLISHED, people["pilotage"], LATER, presented_on=date(2015, 6, 16))
    assert state("BIL-CA") is State.FAITE


def test_the_board_is_given_word_for_word_what_the_state_agreed_to(common: Edition, people: dict[str, User]) -> None:
    agree_to_common(edition=common, by=people["tutelle"], at=AGREED)
    line = next(one for one in sentence_lines(common) if one.sentence.key == "actions-en-retard")
    said = {"convention": common.convention, "year": 2014, "sentence": line.sentence, "by": people["pilotage"]}
    write_sentence(text="Autrement : {retard}.", at=LATER, **said)
    found = Edition.objects.get(pk=common.pk)
    shown = _next(found, EditionState.PUBLISHED, people["pilotage"], LATER, presented_on=date(2015, 6, 16))
    assert shown.payload["synthesis"] == common.payload["synthesis"]


def test_a_later_draft_takes_nothing_from_what_was_sent(common: Edition, people: dict[str, User]) -> None:
    agree_to_common(edition=common, by=people["tutelle"], at=AGREED)
    by = people["pilotage"]
    draft = _done(request_annual_report(convention=common.convention, year=2014, by=by, at=LATER))
    steps = {(edition.number, step.state) for edition, step in waiting_steps(convention=common.convention)}
    assert steps == {(3, EditionState.PUBLISHED), (draft.number, EditionState.SENT)}
    step = next_step(Edition.objects.get(pk=common.pk))
    assert step is not None and step.state is EditionState.PUBLISHED
    assert draft.payload["corrections"][0]["against"] == "bilan annuel 2014, édition 3"


def test_what_is_asked_for_is_read_once_printed(draft: Edition, people: dict[str, User]) -> None:
    asked = request_following(edition=draft, state=EditionState.SENT, by=people["pilotage"], at=AT)
    client = Client()
    client.force_login(people["tutelle"])
    assert client.get(reverse("edition", args=[asked.pk])).status_code == 404
    assert reverse("edition", args=[asked.pk]) not in _read(client.get(reverse("documents")))
    _done(asked)
    assert client.get(reverse("edition", args=[asked.pk])).status_code == 200


def test_a_worker_that_wakes_up_late_changes_nothing(
    convention: Convention, people: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The content kept by the worker that took over is the one that is printed, by whoever prints it."""
    asked = request_annual_report(convention=convention, year=2014, by=people["pilotage"], at=AT)
    gather = editions.annual_payload

    def overtaken(**told: Any) -> dict[str, Any]:
        other = gather(**told) | {"at": "autrement"}
        kept = {"payload": other, "payload_sha256": digest(other), "simulated": False}
        Edition.objects.filter(pk=asked.pk).update(**kept)
        return gather(**told)

    monkeypatch.setattr(editions, "annual_payload", overtaken)
    found = _done(asked)
    assert found.payload["at"] == "autrement"
    assert found.payload_sha256 == digest(found.payload)


# --- Producing -----------------------------------------------------------------------------------------------------


def test_a_worker_that_takes_over_prints_what_was_gathered(
    convention: Convention, people: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = request_annual_report(convention=convention, year=2014, by=people["pilotage"], at=AT)
    working = printing.print_annual_report

    def killed(payload: dict[str, Any]) -> bytes:
        raise SystemExit

    monkeypatch.setattr(printing, "print_annual_report", killed)
    with pytest.raises(SystemExit):
        jobs.run(str(asked.job_id))
    gathered = Edition.objects.get(pk=asked.pk)
    assert gathered.payload is not None
    assert not gathered.is_ready
    monkeypatch.setattr(printing, "print_annual_report", working)
    monkeypatch.setattr("reports.operations.editions.annual_payload", None)  # it must not be gathered again
    Job.objects.filter(pk=asked.job_id).update(state=JobState.WAITING)
    assert _done(asked).payload_sha256 == gathered.payload_sha256


def test_progress_is_told_fiche_by_fiche_and_can_be_stopped(convention: Convention, people: dict[str, User]) -> None:
    asked = request_annual_report(convention=convention, year=2014, by=people["pilotage"], at=AT)
    told: list[str] = []

    def cancels(job: Job, done: int, total: int, message: str) -> None:
        told.append(message)
        if done == 3:
            jobs.cancel(job_id=job.pk, by=people["pilotage"], at=AT)
        jobs_beat(job, done, total, message)

    jobs_beat = jobs._beat
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "_beat", cancels)
        jobs.run(str(asked.job_id))
    assert told[0] == "fiche 1 sur 23"
    assert Job.objects.get(pk=asked.job_id).state == JobState.CANCELLED
    assert not Edition.objects.get(pk=asked.pk).is_ready


def test_no_half_written_file_is_left(draft: Edition) -> None:
    folder = Path(draft.file.path).parent
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []
    with draft.file.open() as file:
        assert file.read().startswith(b"%PDF")


def test_the_command_gives_back_the_stored_edition(sent: Edition, tmp_path: Path) -> None:
    call_command("bilan", 2014, "-o", str(tmp_path / "b.pdf"), stdout=StringIO())
    with sent.file.open() as file:
        assert (tmp_path / "b.pdf").read_bytes() == file.read()
    assert Edition.objects.count() == 2


# --- Words ---------------------------------------------------------------------------------------------------------


def test_words_stand_in_the_next_edition_and_the_printed_one_stays(draft: Edition, people: dict[str, User]) -> None:
    line = next(one for one in sentence_lines(draft) if one.sentence.key == "actions-en-retard")
    said = {"convention": draft.convention, "year": 2014, "sentence": line.sentence, "by": people["pilotage"], "at": AT}
    with pytest.raises(SentenceRefused) as refused:
        write_sentence(text="Il y a 3 retards.", **said)
    assert "« 3 » écrit à la main" in refused.value.faults[0]
    assert write_sentence(text="Retards : {retard}.", **said) is not None
    assert write_sentence(text="Retards :  {retard}.", **said) is None
    after = _next(draft, EditionState.SENT, people["pilotage"])
    texts = [one["text"] for part in after.payload["synthesis"] for one in part["sentences"]]
    assert any(text.startswith("Retards : ") for text in texts)
    assert all(not text.startswith("Retards : ") for text in (one.text for one in sentences_of(draft.payload)))
    assert write_sentence(text=line.sentence.template, **said) is not None
    assert SynthesisText.objects.order_by("pk").last().text == ""


# --- Pages ---------------------------------------------------------------------------------------------------------


def test_each_reads_the_states_that_are_theirs(common: Edition, people: dict[str, User]) -> None:
    readable = {"pilotage": {1, 2, 3}, "tutelle": {2, 3}, "conseil": set(), "contributeur": {2, 3}}
    for role, numbers in readable.items():
        client = Client()
        client.force_login(people[role])
        page = _read(client.get(reverse("documents")))
        for one in Edition.objects.all():
            found = client.get(reverse("edition", args=[one.pk])).status_code
            assert (found == 200) is (one.number in numbers), (role, one.number)
            file = client.get(reverse("edition-pdf", args=[one.pk]))
            assert file.status_code == found
            for close in getattr(file, "_resource_closers", []):  # its own close() would end the test's connection
                close()
            assert (reverse("edition", args=[one.pk]) in page) is (one.number in numbers)


def test_the_journey_on_the_pages(draft: Edition, people: dict[str, User]) -> None:
    steering, state = Client(), Client()
    steering.force_login(people["pilotage"])
    state.force_login(people["tutelle"])
    page = _read(steering.get(reverse("edition", args=[draft.pk])))
    onward = reverse("edition-following", args=[draft.pk, "transmis"])
    assert onward in page
    assert "Les chiffres du" in _read(steering.get(onward))
    assert "n'est pas celui de votre compte" in _read(steering.post(onward, {"password": "faux"}))
    people["pilotage"].set_password("un mot de passe long")
    people["pilotage"].save()
    steering.force_login(people["pilotage"])
    assert steering.post(onward, {"password": "un mot de passe long"}).status_code == 302
    sent = _done(Edition.objects.get(number=2))
    transmission = Transmission.objects.get()
    told = _read(state.get(reverse("transmission", args=[transmission.pk])))
    assert "Projet de bilan annuel 2014" in told
    assert reverse("edition-pdf", args=[sent.pk]) in told
    note = {"kind": "observation", "text": "Vu.", "subject": "F10-21"}
    assert state.post(reverse("transmission-note", args=[transmission.pk]), note).status_code == 302
    assert "F10-21" in _read(state.get(reverse("transmission", args=[transmission.pk])))
    for name in ("transmission-receipt", "transmission-figures", "transmission-content"):
        assert state.get(reverse(name, args=[transmission.pk])).status_code == 200
    assert steering.post(reverse("edition-following", args=[sent.pk, "commun"])).status_code == 302
    common = _done(Edition.objects.get(number=3))
    waits = _read(steering.get(reverse("edition-following", args=[common.pk, "publie"])))
    assert "n'a pas encore donné son accord" in waits
    assert "Donner l'accord" in _read(state.get(reverse("edition", args=[common.pk])))
    assert state.post(reverse("edition-agree", args=[common.pk])).status_code == 302
    shown = steering.post(
        reverse("edition-following", args=[common.pk, "publie"]), {"presented_on": f"{timezone.localdate():%Y-%m-%d}"}
    )
    assert shown.status_code == 302


def test_the_page_of_the_sentences_keeps_what_was_refused(draft: Edition, people: dict[str, User]) -> None:
    client = Client()
    client.force_login(people["pilotage"])
    address = reverse("edition-synthesis", args=[draft.pk])
    assert "Récrire" in _read(client.get(address))
    refused = client.post(address, {"key": "atteints", "text": "Soit 12 cibles."})
    assert refused.status_code == 422
    assert "Soit 12 cibles." in _read(refused)
    kept = client.post(address, {"key": "atteints", "text": "Atteints : {atteints}."}, follow=True)
    assert "prochaine édition" in _read(kept)
    assert "Revenir à la phrase générée" in _read(kept)
    client.post(address, {"key": "atteints", "text": "Atteints : {atteints}.", "generated": "1"})
    assert SynthesisText.objects.order_by("pk").last().text == ""
    for role in ("tutelle", "conseil", "contributeur"):
        other = Client()
        other.force_login(people[role])
        assert other.get(address).status_code == 403


def test_the_library_as_a_file_has_what_one_may_read_with_its_fingerprints(
    common: Edition, people: dict[str, User]
) -> None:
    for role, count in {"pilotage": 3, "tutelle": 2, "conseil": 0}.items():
        client = Client()
        client.force_login(people[role])
        listed = client.get(reverse("documents")).context["editions"]
        rows = told_in_csv(client, "/documents/tableau.csv")
        assert len(rows) == count
        assert [
            (row["Édition"], row["Empreinte du PDF (sha256)"], row["Empreinte du contenu (sha256)"]) for row in rows
        ] == [(str(one.number), one.file_sha256, one.payload_sha256) for one in listed]
        typed = told_in_sheet(client, "/documents/tableau.xlsx", "Éditions")
        assert [row["Taille du PDF (octets)"] for row in typed] == [one.file_size for one in listed]
    client.force_login(people["pilotage"])
    kept = told_in_csv(client, f"/documents/tableau.csv?etat={EditionState.COMMON.value}")
    assert [row["Édition"] for row in kept] == ["3"]
    client.force_login(people["exploitation"])
    assert client.get("/documents/tableau.xlsx").status_code == 403


def test_what_a_second_project_changes_as_a_file(sent: Edition, people: dict[str, User]) -> None:
    action = Action.objects.get(fiche__number=10, plan="cog", ordinal=3)
    entry = ProgressEntry(action.pk, ActionStatus.RUNNING, date(2014, 6, 30), None, "Lancée.")
    record_progress(entries=[entry], by=people["pilotage"], at=AT)
    again = _done(request_annual_report(convention=sent.convention, year=2014, by=people["pilotage"], at=LATER))
    _next(again, EditionState.SENT, people["pilotage"], LATER, reason="Une action est lancée.")
    second = Transmission.objects.get(number=2)
    client = Client()
    client.force_login(people["tutelle"])
    page = client.get(reverse("transmission-differences", args=[second.pk]))
    assert f"/transmissions/{second.pk}/differences/tableau.xlsx" in page.content.decode()
    address = reverse("transmission-differences-file", args=[second.pk, "xlsx"])
    assert [row["Partie"] for row in told_in_sheet(client, address, "Parties changées")] == page.context["parts"] != []
    assert len(told_in_sheet(client, address, "Différences")) == len(page.context["told"]["rows"])
