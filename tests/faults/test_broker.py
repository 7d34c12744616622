"""Jobs with real workers and a real broker: poison, doubled messages, a lost queue, a mute broker, an end asked for."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

import tests.faults.kinds  # noqa: F401 - registers the kinds used here
from cog import jobs
from cog.enums import JobState
from cog.jobs import Job
from cog.operations import command_account
from cog.tasks import run_job
from tests.faults.conftest import ROOT, ended, environment, until

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True), pytest.mark.timeout(240)]


def _submit(kind: str, **arguments) -> Job:
    return jobs.submit(kind=f"test.{kind}", arguments=arguments, by=command_account(), at=timezone.now())


def _lines(file: Path) -> int:
    return len(file.read_text(encoding="utf-8").splitlines()) if file.exists() else 0


def test_poison_stops_after_three_attempts_while_a_healthy_job_ends(start_worker, tmp_path) -> None:
    trace, healthy_trace = tmp_path / "poison", tmp_path / "sain"
    start_worker().wait_ready()
    poisoned = _submit("poison", file=str(trace))
    until(lambda: _lines(trace) == 1)
    healthy = _submit("steps", file=str(healthy_trace), steps=1)
    assert ended(healthy).state == JobState.DONE
    assert Job.objects.get(pk=poisoned.pk).state == JobState.RUNNING, "the healthy one ended meanwhile"
    given_up = ended(poisoned)
    assert (given_up.state, given_up.attempts) == (JobState.FAILED, jobs.MAX_ATTEMPTS)
    assert "3 essais" in given_up.message
    assert _lines(trace) == jobs.MAX_ATTEMPTS


def test_one_message_delivered_twice_to_two_workers_is_done_once_and_a_cancelled_one_ends(
    start_worker, tmp_path
) -> None:
    workers = [start_worker(), start_worker()]
    for worker in workers:
        worker.wait_ready()
    trace = tmp_path / "une fois"
    job = _submit("steps", file=str(trace), steps=15)
    for _ in range(3):
        run_job.apply_async(args=[str(job.pk)])
    assert ended(job).state == JobState.DONE
    assert Job.objects.get(pk=job.pk).attempts == 1
    assert _lines(trace) == 1

    endless = _submit("steps", file=str(trace), steps=10_000)
    until(lambda: Job.objects.get(pk=endless.pk).done > 2)
    assert jobs.cancel(job_id=endless.pk, by=command_account(), at=timezone.now())
    assert ended(endless, seconds=10).state == JobState.CANCELLED


def test_a_stopped_worker_that_wakes_up_does_not_do_the_work_again(start_worker, tmp_path) -> None:
    trace = tmp_path / "reprise"
    slow = start_worker().wait_ready()
    job = _submit("steps", file=str(trace), steps=20)
    until(lambda: Job.objects.get(pk=job.pk).done > 1)
    slow.pause()
    start_worker().wait_ready()
    done = ended(job)
    assert (done.state, done.attempts) == (JobState.DONE, 2)
    slow.resume()
    until(lambda: "repris par un autre exécutant" in slow.said())
    assert Job.objects.get(pk=job.pk).finished_at == done.finished_at


def test_what_a_lost_queue_held_is_published_again_and_done_once(start_worker, tmp_path) -> None:
    trace = tmp_path / "file perdue"
    job = _submit("steps", file=str(trace), steps=1)
    assert Job.objects.get(pk=job.pk).published_at is not None
    _empty_the_broker()
    start_worker().wait_ready()
    assert _lines(trace) == 0, "the message was still there"
    assert ended(job).state == JobState.DONE
    assert _lines(trace) == 1


def _empty_the_broker() -> None:
    if settings.REDIS_URL:
        import redis

        redis.Redis.from_url(settings.REDIS_URL).flushall()
    else:
        for message in Path(settings.BROKER_DIR / "messages").iterdir():
            message.unlink()


SUBMIT = """
import django, time
django.setup()
from django.utils import timezone
from cog import jobs
from cog.operations import command_account
start = time.monotonic()
job = jobs.submit(kind="test.steps", arguments={"file": "%s", "steps": 1}, by=command_account(), at=timezone.now())
print(job.pk, time.monotonic() - start)
"""


@pytest.mark.parametrize("broker", ["down", "mute"])
def test_a_broker_that_does_not_answer_delays_no_one_and_loses_nothing(broker: str, tmp_path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if broker == "mute":
            listener.listen()  # accepts, and never says a word
        done = subprocess.run(
            [sys.executable, "-c", SUBMIT % (tmp_path / "trace")],
            cwd=ROOT,
            env=environment(REDIS_URL=f"redis://127.0.0.1:{listener.getsockname()[1]}/0"),
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
    number, seconds = done.stdout.split()
    assert float(seconds) < 5
    job = Job.objects.get(pk=number)
    assert (job.state, job.published_at) == (JobState.WAITING, None)
    assert jobs.sweep() == 1  # with the broker that answers
    job.refresh_from_db()
    assert job.published_at is not None
