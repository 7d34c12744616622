"""Background jobs: done, failed, running elsewhere, already over; published again when unheard."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from cog import jobs
from cog.enums import JobState
from cog.jobs import Job
from cog.operations import command_account

pytestmark = pytest.mark.django_db

CALLS: list[str] = []
RUNG: list[str] = []


def succeed(job: Job, beat: Callable[[int, int, str], None]) -> None:
    beat(1, 2, "à moitié")
    CALLS.append(str(job.pk))


def fail(job: Job, beat: Callable[[int, int, str], None]) -> None:
    raise ValueError("le fichier a disparu")


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    CALLS.clear()
    RUNG.clear()
    monkeypatch.setitem(jobs._handlers, "succeed", "tests.cog.test_jobs.succeed")
    monkeypatch.setitem(jobs._handlers, "fail", "tests.cog.test_jobs.fail")
    monkeypatch.setattr(jobs, "publish", lambda job_id: RUNG.append(str(job_id)))


def _job(kind: str = "succeed", **fields) -> Job:
    job = jobs.submit(kind=kind, arguments={}, by=command_account(), at=timezone.now())
    if fields:
        Job.objects.filter(pk=job.pk).update(**fields)
    return job


def _state(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


def _calls() -> int:
    import tests.cog.test_jobs as this  # the handler runs in the module the dotted path names

    return len(this.CALLS)


def test_done() -> None:
    job = _job()
    before = _calls()
    jobs.run(str(job.pk))
    done = _state(job)
    assert (done.state, done.attempts, done.done, done.total, done.percent) == (JobState.DONE, 1, 1, 2, 50)
    assert done.finished_at is not None
    assert _calls() == before + 1


def test_failed_says_why() -> None:
    job = _job("fail")
    jobs.run(str(job.pk))
    assert (_state(job).state, _state(job).message) == (JobState.FAILED, "ValueError : le fichier a disparu")


def test_running_elsewhere_is_left_alone() -> None:
    job = _job(state=JobState.RUNNING, attempts=1, heartbeat_at=timezone.now())
    before = _calls()
    jobs.run(str(job.pk))
    assert _calls() == before
    assert _state(job).attempts == 1


def test_already_over_is_not_done_again() -> None:
    job = _job()
    jobs.run(str(job.pk))
    before = _calls()
    jobs.run(str(job.pk))
    assert _calls() == before
    assert _state(job).attempts == 1


def test_a_dead_worker_s_job_is_taken_over() -> None:
    job = _job(
        state=JobState.RUNNING, attempts=1, heartbeat_at=timezone.now() - jobs.STALE_AFTER - timedelta(seconds=1)
    )
    jobs.run(str(job.pk))
    assert (_state(job).state, _state(job).attempts) == (JobState.DONE, 2)


def test_a_worker_believed_dead_does_not_write_over_the_next_one() -> None:
    late = timezone.now() - jobs.STALE_AFTER - timedelta(seconds=1)
    slow = _state(_job(state=JobState.RUNNING, attempts=1, heartbeat_at=late))
    jobs.run(str(slow.pk))  # the second worker takes over and ends well
    jobs._finish(slow, JobState.FAILED, "trop tard")
    assert (_state(slow).state, _state(slow).attempts) == (JobState.DONE, 2)


def test_the_sweep_rings_again_for_what_nobody_heard() -> None:
    unheard = _job()
    heard = _job(published_at=timezone.now())
    late = timezone.now() - jobs.STALE_AFTER - timedelta(seconds=1)
    dead = _job(state=JobState.RUNNING, attempts=1, heartbeat_at=late)
    assert jobs.sweep() == 2
    assert {str(unheard.pk), str(dead.pk)} <= set(RUNG)
    assert str(heard.pk) not in RUNG


def test_a_job_that_kills_its_worker_is_given_up() -> None:
    late = timezone.now() - jobs.STALE_AFTER - timedelta(seconds=1)
    job = _job(state=JobState.RUNNING, attempts=jobs.MAX_ATTEMPTS, heartbeat_at=late)
    jobs.sweep()
    assert _state(job).state == JobState.FAILED
    assert "essais" in _state(job).message
    assert str(job.pk) not in RUNG


def test_the_database_caps_the_attempts() -> None:
    job = _job()
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=job.pk).update(attempts=jobs.MAX_ATTEMPTS + 1)


def test_it_rings_only_once_committed(django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks(execute=False) as callbacks:
        job = _job()
        assert str(job.pk) not in RUNG
    for callback in callbacks:
        callback()
    assert [str(job.pk)] == RUNG


def test_a_broker_that_is_down_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    from cog.tasks import run_job

    def refuse(*args, **kwargs):
        raise ConnectionError("courtier injoignable")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run_job, "apply_async", refuse)
        job = Job.objects.create(kind="x", arguments={}, created_by=command_account(), created_at=timezone.now())
        jobs.publish(job.pk)
    assert (_state(job).state, _state(job).published_at) == (JobState.WAITING, None)
