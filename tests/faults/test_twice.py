"""Two people at once on one thing, and one gesture made twice: fifty races of each, on PostgreSQL."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from actions.enums import ActionStatus
from actions.models import Action, ActionProgress, StateValidation
from actions.operations import ProgressEntry, ProgressMoved, record_progress
from cog import submissions
from cog.demo import open_accounts
from cog.models import Convention, Submission, User
from cog.operations import command_account
from indicators.models import Explanation, Indicator
from indicators.operations.explanations import ExplanationEntry, ExplanationMoved, write_explanation

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]
RACES = 50


@pytest.fixture(autouse=True)
def _postgresql() -> Iterator[None]:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite n'a qu'un écrivain à la fois")
    yield


def _race(*runners: Callable[[], Any]) -> list[Any]:
    """What each said, all started at the same instant."""
    together, told = Barrier(len(runners)), []

    def run(runner: Callable[[], Any]) -> None:
        together.wait(30)
        try:
            told.append(runner())
        finally:
            connection.close()

    threads = [Thread(target=run, args=[runner]) for runner in runners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == len(runners)
    return told


def test_F14_of_two_who_write_on_one_thing_the_second_is_told(reloaded_convention: Convention) -> None:
    """An explanation and an action's progress: one is kept, the other reads who wrote and what; nothing is lost."""
    open_accounts(code=reloaded_convention.code, by=command_account(), at=timezone.now())
    people = [User.objects.get(email=f"{name}@demo.invalid") for name in ("pilotage", "contributeur")]
    sheet = Indicator.objects.get(convention=reloaded_convention, code="F10-21")
    action = Action.objects.get(fiche__convention=reloaded_convention, fiche__number=10, ordinal=3)

    def explain(by: User, race: int) -> str:
        try:
            entry = ExplanationEntry("interne", f"{by.name} {race}.")
            write_explanation(indicator=sheet, period="2014-T1", entry=entry, seen=race, by=by, at=timezone.now())
        except ExplanationMoved as moved:
            assert moved.current.written_by != by and moved.current.written_by.name in str(moved)
            return "told"
        return "kept"

    def advance(by: User, race: int) -> str:
        last = seen[-1]
        try:
            entry = ProgressEntry(
                action.pk, ActionStatus("en_cours"), timezone.localdate(), comment=f"{by.name} {race}", seen=last
            )
            record_progress(entries=[entry], by=by, at=timezone.now())
        except ProgressMoved as moved:
            assert moved.last[action.pk].recorded_by != by and moved.last[action.pk].recorded_by.name in str(moved)
            return "told"
        return "kept"

    seen = [0]
    for race in range(RACES):
        assert sorted(_race(*(partial(explain, by, race) for by in people))) == ["kept", "told"], race
        assert sorted(_race(*(partial(advance, by, race) for by in people))) == ["kept", "told"], race
        seen.append(ActionProgress.objects.filter(action=action).latest("pk").pk)
    assert Explanation.objects.filter(indicator=sheet, period="2014-T1").count() == RACES
    assert Explanation.objects.filter(indicator=sheet, superseded_at__isnull=True).count() == 1
    assert ActionProgress.objects.filter(action=action).count() == RACES


PATH = "/actions/10-3/validation/"


def _enter() -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.get(email="pilotage@demo.invalid"))
    return client


def _token(client: Client) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', client.get(PATH).content.decode())
    assert found
    return found[1]


def _twin(client: Client) -> Client:
    """The same browser in another thread: same session, same cookies."""
    other = Client(enforce_csrf_checks=True)
    other.cookies = client.cookies.copy()
    return other


def test_F15_a_gesture_made_twice_at_once_is_one_row(reloaded_convention: Convention) -> None:
    open_accounts(code=reloaded_convention.code, by=command_account(), at=timezone.now())
    client = _enter()
    for race in range(RACES):
        sent = {"csrfmiddlewaretoken": _token(client), "subject": f"Demande {race}"}
        answers = _race(*(partial(_twin(client).post, PATH, sent) for _ in range(2)))
        assert [answer.status_code for answer in answers] == [302, 302], race
        assert len({answer["Location"] for answer in answers}) == 1, "both are led to the same page"
        assert StateValidation.objects.filter(subject=f"Demande {race}").count() == 1, race
    assert StateValidation.objects.count() == RACES
    assert Submission.objects.exclude(led_to="").count() == RACES
    assert "déjà envoyé" in client.get("/actions/10-3/").content.decode()


@pytest.fixture
def steering(reloaded_convention: Convention) -> Client:
    open_accounts(code=reloaded_convention.code, by=command_account(), at=timezone.now())
    return _enter()


def test_F15_the_back_button_and_another_page_are_told_apart(steering: Client) -> None:
    sent = {"csrfmiddlewaretoken": _token(steering), "subject": "Demande"}
    assert steering.post(PATH, sent).status_code == 302
    assert steering.post(PATH, sent).status_code == 302, "sent again after the back button"
    assert StateValidation.objects.count() == 1
    steering.post(
        PATH, sent | {"subject": "Autre demande"}
    )  # the twin: other words from the same page are another gesture
    steering.post(PATH, {"csrfmiddlewaretoken": _token(steering), "subject": "Demande"})  # and the same from a new page
    assert StateValidation.objects.count() == 3


def test_F15_a_refused_form_may_be_sent_again(steering: Client) -> None:
    sent = {"csrfmiddlewaretoken": _token(steering), "subject": ""}
    assert [steering.post(PATH, sent).status_code for _ in range(2)] == [200, 200]
    assert not Submission.objects.exists()


def test_F15_the_gesture_of_a_dead_process_may_be_made_again(steering: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row whose process was killed says nothing of where it led: refused while it may live, taken over after."""
    monkeypatch.setattr(submissions, "PATIENCE", 0.3)
    sent = {"csrfmiddlewaretoken": _token(steering), "subject": "Demande"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("actions.state_views.ask_validation", _killed)
        with pytest.raises(SystemExit):
            steering.post(PATH, sent)
    assert Submission.objects.get().led_to == ""
    refused = steering.post(PATH, sent)
    assert refused.status_code == 409 and "pas fini" in refused.content.decode()
    Submission.objects.update(sent=timezone.now() - submissions.ABANDONED * 2)
    assert steering.post(PATH, sent).status_code == 302
    assert StateValidation.objects.count() == 1


def _killed(**arguments: Any) -> None:
    raise SystemExit


def test_F15_without_its_guard_a_double_click_is_two_rows(steering: Client, settings: Any) -> None:
    """The proof."""
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if "SentOnce" not in one]
    bare = _enter()
    sent = {"csrfmiddlewaretoken": _token(bare), "subject": "Demande"}
    for _ in range(2):
        bare.post(PATH, sent)
    assert StateValidation.objects.count() == 2
