"""A bilan from draft to the board: each state printed once, with the figures of the one before, by who may."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from actions.enums import ActionStatus
from actions.models import Action
from actions.operations import ProgressEntry, record_progress
from cog import jobs
from cog.calendar import State
from cog.enums import JobState
from cog.models import AuditEvent, Convention, Job, User
from cog.queries import dated_restitutions
from reports.delivered import delivered
from reports.enums import EditionState
from reports.models import DataPackage, Edition, EditionAgreement, Transmission
from reports.operations import (
    EditionRefused,
    NotAllowed,
    agree_to_common,
    editions,
    request_annual_report,
    request_following,
    write_sentence,
)
from reports.report_queries import next_step, sentence_lines, waiting_steps
from reports.snapshot import digest
from tests.reports.edition_steps import AGREED, AT, LATER, done, following, read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_page")]


def test_a_bilan_goes_from_draft_to_the_board(common: Edition, people: dict[str, User]) -> None:
    with pytest.raises(EditionRefused, match="n'a pas encore donné son accord"):
        request_following(
            edition=common, state=EditionState.PUBLISHED, by=people["pilotage"], at=LATER, presented_on=LATER.date()
        )
    agree_to_common(edition=common, by=people["tutelle"], at=AGREED)
    shown = following(
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


def test_what_is_sent_is_a_transmission_of_the_same_content(sent_edition: Edition) -> None:
    transmission = Transmission.objects.get()
    assert (transmission.kind, transmission.period, transmission.number) == ("bilan", "2014", 1)
    assert transmission.sha256 == sent_edition.payload_sha256
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


def test_a_second_project_says_why_it_replaces_the_first(sent_edition: Edition, people: dict[str, User]) -> None:
    by = people["pilotage"]
    again = done(request_annual_report(convention=sent_edition.convention, year=2014, by=by, at=LATER))
    with pytest.raises(EditionRefused, match="dire pourquoi"):
        request_following(edition=again, state=EditionState.SENT, by=by, at=LATER)
    following(again, EditionState.SENT, by, LATER, reason="Une caisse a corrigé ses délais.")
    second = Transmission.objects.get(number=2)
    assert second.replaces is not None
    assert second.reason == "Une caisse a corrigé ses délais."


@pytest.mark.parametrize("state", [EditionState.COMMON, EditionState.PUBLISHED, EditionState.DRAFT])
def test_no_state_is_jumped(draft: Edition, people: dict[str, User], state: EditionState) -> None:
    with pytest.raises(EditionRefused, match="ne la suit pas"):
        request_following(edition=draft, state=state, by=people["pilotage"], at=AT)


def test_an_edition_past_which_another_went_is_left(
    draft: Edition, sent_edition: Edition, people: dict[str, User]
) -> None:
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
    following(found, EditionState.PUBLISHED, people["pilotage"], LATER, presented_on=date(2015, 6, 16))
    assert state("BIL-CA") is State.FAITE


def test_the_board_is_given_word_for_word_what_the_state_agreed_to(common: Edition, people: dict[str, User]) -> None:
    agree_to_common(edition=common, by=people["tutelle"], at=AGREED)
    line = next(one for one in sentence_lines(common) if one.sentence.key == "actions-en-retard")
    said = {"convention": common.convention, "year": 2014, "sentence": line.sentence, "by": people["pilotage"]}
    write_sentence(text="Autrement : {retard}.", at=LATER, **said)
    found = Edition.objects.get(pk=common.pk)
    shown = following(found, EditionState.PUBLISHED, people["pilotage"], LATER, presented_on=date(2015, 6, 16))
    assert shown.payload["synthesis"] == common.payload["synthesis"]


def test_a_later_draft_takes_nothing_from_what_was_sent(common: Edition, people: dict[str, User]) -> None:
    agree_to_common(edition=common, by=people["tutelle"], at=AGREED)
    by = people["pilotage"]
    draft = done(request_annual_report(convention=common.convention, year=2014, by=by, at=LATER))
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
    assert reverse("edition", args=[asked.pk]) not in read(client.get(reverse("documents")))
    done(asked)
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
    found = done(asked)
    assert found.payload["at"] == "autrement"
    assert found.payload_sha256 == digest(found.payload)
