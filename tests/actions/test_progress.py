"""Words on actions: written all or none, never over a word that was not seen, and what they make of a deadline."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from actions.compute.timeliness import Timeliness
from actions.enums import ActionStatus, DeadlineKind
from actions.models import Action, ActionProgress
from actions.operations import ProgressEntry, ProgressMoved, ProgressRefused, record_progress
from actions.queries import ActionView, action_views
from cog.audit import AuditEvent
from cog.models import Convention, User
from cog.operations import command_account

pytestmark = pytest.mark.django_db

AT = datetime(2016, 1, 15, 12, tzinfo=UTC)


@pytest.fixture
def by(convention: Convention) -> User:
    return command_account()


@pytest.fixture
def action(convention: Convention) -> Action:
    """The first action that ends on 31 December 2014, as printed."""
    rows = Action.objects.filter(
        fiche__convention=convention, deadlines__end=date(2014, 12, 31), deadlines__kind=DeadlineKind.YEAR
    )
    return next(row for row in rows.order_by("fiche__number", "ordinal") if row.deadlines.count() == 1)


def _view(action: Action, at: date) -> ActionView:
    views = action_views(convention=action.fiche.convention, at=at, with_progress=True, fiche=action.fiche)
    return next(view for view in views if view.action == action)


def _say(action: Action, by: User, status: str, as_of: date, **told: object) -> ActionProgress:
    entry = ProgressEntry(action.pk, status, as_of, **told)  # type: ignore[arg-type]
    return record_progress(entries=[entry], by=by, at=AT)[0]


def test_state_at_the_end_of_2013_2014_and_2015_on_a_scripted_history(action: Action, by: User) -> None:
    _say(action, by, "en_cours", date(2013, 11, 4), percent=20)
    _say(
        action, by, "en_cours", date(2014, 10, 2), percent=60,
        revised_end=date(2015, 6, 30), revision_reason="marché relancé", revision_agreed_by="comité du 30 septembre",
    )  # fmt: skip
    _say(action, by, "realisee", date(2015, 9, 1), done_on=date(2015, 8, 20), without_evidence="livrable interne")
    told = {}
    for at in (date(2013, 12, 31), date(2014, 12, 31), date(2015, 7, 1), date(2015, 12, 31)):
        view = _view(action, at)
        told[at.isoformat()] = (view.status, view.percent, view.end, view.slip, view.timeliness)
    assert told == {
        "2013-12-31": ("en_cours", 20, date(2014, 12, 31), 0, Timeliness.A_L_HEURE),
        "2014-12-31": ("en_cours", 60, date(2015, 6, 30), 181, Timeliness.A_L_HEURE),
        "2015-07-01": ("en_cours", 60, date(2015, 6, 30), 181, Timeliness.EN_RETARD),
        "2015-12-31": ("realisee", None, date(2015, 6, 30), 181, Timeliness.REALISEE_EN_RETARD),
    }


def test_nothing_is_written_when_one_entry_is_wrong_and_all_faults_are_told(action: Action, by: User) -> None:
    other = Action.objects.exclude(pk=action.pk).first()
    assert other is not None
    entries = [
        ProgressEntry(action.pk, "en_cours", date(2014, 1, 1)),
        ProgressEntry(other.pk, "abandonnee", date(2020, 1, 1)),
    ]
    with pytest.raises(ProgressRefused) as refused:
        record_progress(entries=entries, by=by, at=AT)
    assert [field for field, _ in refused.value.found[other.pk]] == ["as_of", "decision"]
    assert (
        not ActionProgress.objects.exists()
        and not AuditEvent.objects.filter(action="actions.progress_recorded").exists()
    )


def test_the_second_to_write_sees_the_first(action: Action, by: User) -> None:
    first = _say(action, by, "en_cours", date(2014, 1, 1), comment="le premier")
    with pytest.raises(ProgressMoved) as moved:
        record_progress(entries=[ProgressEntry(action.pk, "a_lancer", date(2014, 1, 2), seen=0)], by=by, at=AT)
    assert moved.value.last == {action.pk: first} and by.name in str(moved.value)
    record_progress(entries=[ProgressEntry(action.pk, "a_lancer", date(2014, 1, 2), seen=first.pk)], by=by, at=AT)
    assert [row.comment for row in action.progress.order_by("pk")] == ["le premier", ""]


def test_an_ongoing_action_asks_for_a_word_a_year(convention: Convention, by: User) -> None:
    rows = Action.objects.filter(fiche__convention=convention, deadlines__kind=DeadlineKind.ONGOING)
    action = next(row for row in rows if row.deadlines.count() == 1)
    assert _view(action, date(2014, 3, 1)).word_due
    _say(action, by, "en_cours", date(2014, 6, 30))
    assert not _view(action, date(2014, 12, 31)).word_due
    assert _view(action, date(2015, 1, 1)).word_due
    _say(action, by, "abandonnee", date(2015, 2, 1), decision="note du 30 janvier 2015")
    assert not _view(action, date(2016, 1, 1)).word_due


@pytest.mark.parametrize(
    "told",
    [
        {"status": ActionStatus.DONE, "done_on": date(2014, 1, 1)},
        {"status": ActionStatus.ABANDONED},
        {"status": ActionStatus.RUNNING, "revised_end": date(2015, 1, 1)},
        {"status": ActionStatus.RUNNING, "revision_reason": "sans date"},
        {"status": ActionStatus.RUNNING, "percent": 101},
    ],
)
def test_the_database_refuses_what_the_rules_refuse(action: Action, by: User, told: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ActionProgress.objects.create(action=action, as_of=date(2014, 1, 1), recorded_at=AT, recorded_by=by, **told)
