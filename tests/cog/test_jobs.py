"""Background jobs: done, failed, running elsewhere, already over; published again when unheard."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, OperationalError, transaction
from django.test import Client
from django.utils import timezone

from cog import jobs
from cog.demo import open_accounts
from cog.enums import JobState
from cog.jobs import Job
from cog.models import AuditEvent, Convention, User
from cog.operations import command_account

pytestmark = pytest.mark.django_db

CALLS: list[str] = []
RUNG: list[str] = []


def succeed(job: Job, beat: Callable[[int, int, str], None]) -> None:
    beat(1, 2, "à moitié")
    CALLS.append(str(job.pk))


def fail(job: Job, beat: Callable[[int, int, str], None]) -> None:
    raise ValueError("le fichier a disparu")


def refuse(job: Job, beat: Callable[[int, int, str], None]) -> None:
    raise jobs.JobRefused("Le fichier a déjà été accepté.")


def lose_the_base(job: Job, beat: Callable[[int, int, str], None]) -> None:
    raise OperationalError("server closed the connection")


def cancelled_half_way(job: Job, beat: Callable[[int, int, str], None]) -> None:
    beat(1, 2, "à moitié")
    assert jobs.cancel(job_id=job.pk, by=command_account(), at=timezone.now())
    beat(2, 2, "presque")
    CALLS.append(str(job.pk))


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    CALLS.clear()
    RUNG.clear()
    monkeypatch.setattr(jobs, "_kinds", dict(jobs._kinds))
    for name in ("succeed", "fail", "refuse", "lose_the_base", "cancelled_half_way"):
        jobs.register(name, f"tests.cog.test_jobs.{name}", label=f"Essai « {name} »")
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


def test_a_refusal_meant_for_people_is_shown_as_it_is() -> None:
    job = _job("refuse")
    jobs.run(str(job.pk))
    assert (_state(job).state, _state(job).message) == (JobState.FAILED, "Le fichier a déjà été accepté.")


def test_an_unexpected_failure_gives_an_incident_number_and_nothing_internal() -> None:
    job = _job("fail")
    jobs.run(str(job.pk))
    failed = _state(job)
    assert failed.state == JobState.FAILED
    assert str(job.pk)[:8] in failed.message
    assert "ValueError" not in failed.message
    assert "disparu" not in failed.message


def test_a_base_that_goes_away_puts_the_job_back_three_times_at_most() -> None:
    job = _job("lose_the_base")
    for attempt in (1, 2):
        jobs.run(str(job.pk))
        assert (_state(job).state, _state(job).attempts) == (JobState.WAITING, attempt)
    jobs.run(str(job.pk))
    assert (_state(job).state, _state(job).attempts) == (JobState.FAILED, 3)


def test_a_kind_this_version_does_not_know_waits_for_another_worker() -> None:
    job = _job("d'une version à venir")
    jobs.run(str(job.pk))
    assert (_state(job).state, _state(job).attempts) == (JobState.WAITING, 0)


def test_a_waiting_job_is_cancelled_at_once_and_never_done() -> None:
    job = _job()
    assert jobs.cancel(job_id=job.pk, by=command_account(), at=timezone.now())
    before = _calls()
    jobs.run(str(job.pk))
    assert _calls() == before
    assert (_state(job).state, _state(job).cancel_asked_by) == (JobState.CANCELLED, command_account())
    assert AuditEvent.objects.filter(action="job.cancelled", subject=str(job.pk)).count() == 1
    assert not jobs.cancel(job_id=job.pk, by=command_account(), at=timezone.now())


def test_a_running_job_is_cancelled_at_its_next_beat() -> None:
    job = _job("cancelled_half_way")
    before = _calls()
    jobs.run(str(job.pk))
    assert _calls() == before
    assert (_state(job).state, _state(job).done) == (JobState.CANCELLED, 1)


def test_the_sweep_ends_a_cancelled_job_whose_worker_died() -> None:
    late = timezone.now() - jobs.STALE_AFTER - timedelta(seconds=1)
    job = _job(state=JobState.RUNNING, attempts=1, heartbeat_at=late)
    assert jobs.cancel(job_id=job.pk, by=command_account(), at=timezone.now())
    jobs.sweep()
    assert _state(job).state == JobState.CANCELLED
    assert str(job.pk) not in RUNG


def test_a_worker_believed_dead_stops_at_its_next_beat() -> None:
    slow = _state(_job(state=JobState.RUNNING, attempts=1, heartbeat_at=timezone.now()))
    Job.objects.filter(pk=slow.pk).update(attempts=2)  # another worker took it over
    with pytest.raises(jobs._Superseded):
        jobs._beat(slow, 1, 2, "encore là")
    assert _state(slow).done == 0


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


def _client(role: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(email=f"{role}@demo.invalid"))
    return client


def test_who_sees_and_cancels_a_job(convention: Convention) -> None:
    open_accounts(code=convention.code, by=command_account(), at=timezone.now())
    own = jobs.submit(kind="succeed", arguments={}, by=User.objects.get(email="caf@demo.invalid"), at=timezone.now())
    other = _job()
    expected = {"exploitation": (200, 200), "pilotage": (200, 200), "caf": (200, 404), "tutelle": (403, 403)}
    for role, statuses in expected.items():
        client = _client(role)
        assert tuple(client.get(f"/travaux/{job.pk}/").status_code for job in (own, other)) == statuses, role
    assert _client("caf").post(f"/travaux/{other.pk}/annuler/").status_code == 404
    assert _state(other).state == JobState.WAITING
    client = _client("caf")
    assert client.get(f"/travaux/{own.pk}/annuler/").status_code == 405
    page = client.post(f"/travaux/{own.pk}/annuler/", follow=True)
    assert "Annulé par Claude Caisse" in page.content.decode()
    assert str(other.pk) not in client.get("/travaux/").content.decode()


def test_the_page_shows_an_incident_and_no_traceback(convention: Convention) -> None:
    open_accounts(code=convention.code, by=command_account(), at=timezone.now())
    job = _job("fail")
    jobs.run(str(job.pk))
    body = _client("pilotage").get(f"/travaux/{job.pk}/").content.decode()
    assert "numéro d&#x27;incident" in body
    assert "ValueError" not in body
    assert "Traceback" not in body
