"""F08, F09: a job of another version waits for its worker; one too long or too hungry is ended, told; others go on."""

from pathlib import Path

import pytest
from django.utils import timezone

import tests.faults.kinds  # noqa: F401 - registers the kinds used here
from cog import jobs
from cog.celery import app
from cog.enums import JobState
from cog.jobs import Job
from cog.operations import command_account
from cog.tasks import run_job
from tests.faults.conftest import ended, until

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True), pytest.mark.timeout(240)]


def _submit(kind: str, file: Path, **arguments) -> Job:
    return jobs.submit(
        kind=f"test.{kind}", arguments={"file": str(file), **arguments}, by=command_account(), at=timezone.now()
    )


def _lines(file: Path) -> int:
    return len(file.read_text(encoding="utf-8").splitlines()) if file.exists() else 0


def _limit(monkeypatch: pytest.MonkeyPatch, *, soft: int, hard: int) -> None:
    """The limits travel with the message: whoever publishes sets them, by the settings of both in production."""
    monkeypatch.setattr(run_job, "soft_time_limit", soft)
    monkeypatch.setattr(run_job, "time_limit", hard)
    monkeypatch.setattr(run_job, "_exec_options", None)  # what Celery remembers of them since its first message


def _serves(tmp_path: Path) -> bool:
    trace = tmp_path / "sain"
    return ended(_submit("steps", trace, steps=1), seconds=30).state == JobState.DONE and _lines(trace) == 1


def test_a_job_that_eats_too_much_is_told_so_and_its_worker_serves_on(start_worker, tmp_path) -> None:
    worker = start_worker(SUIVI_JOB_MEMORY="400").wait_ready()
    over = ended(_submit("hungry", tmp_path / "faim"), seconds=30)
    assert (over.state, over.attempts) == (JobState.FAILED, 1)
    assert over.message == jobs.TOO_BIG
    assert _serves(tmp_path)
    assert "WorkerLostError" not in worker.said(), "the process itself lived on"


def test_a_job_that_lasts_too_long_is_told_so_and_its_worker_serves_on(start_worker, tmp_path, monkeypatch) -> None:
    _limit(monkeypatch, soft=2, hard=20)
    start_worker().wait_ready()
    over = ended(_submit("steps", tmp_path / "lent", steps=10_000), seconds=30)
    assert (over.state, over.attempts, over.message) == (JobState.FAILED, 1, jobs.TOO_LONG)
    assert _serves(tmp_path)


def test_a_job_that_does_not_listen_is_killed_then_given_up(start_worker, tmp_path, monkeypatch) -> None:
    trace = tmp_path / "sourd"
    _limit(monkeypatch, soft=1, hard=2)
    start_worker().wait_ready()
    over = ended(_submit("deaf", trace), seconds=60)
    assert (over.state, over.attempts) == (JobState.FAILED, jobs.MAX_ATTEMPTS)
    assert "3 essais" in over.message
    assert _lines(trace) == jobs.MAX_ATTEMPTS
    assert _serves(tmp_path)


def test_a_job_of_a_newer_version_waits_for_a_worker_of_that_version(start_worker, tmp_path) -> None:
    trace = tmp_path / "nouveau"
    old = start_worker(knows=False).wait_ready()
    job = _submit("steps", trace, steps=1)
    until(lambda: old.said().count("cog.run_job") >= 2, seconds=30)  # received, and done with
    job.refresh_from_db()
    assert (job.state, job.attempts, _lines(trace)) == (JobState.WAITING, 0, 0), "not lost, not counted, not begun"
    start_worker().wait_ready()
    assert ended(job).state == JobState.DONE
    assert _lines(trace) == 1


def test_a_message_this_version_does_not_know_is_told_and_stops_nothing(start_worker, tmp_path) -> None:
    worker = start_worker().wait_ready()
    app.send_task("cog.run_job_of_tomorrow", args=["1", {"version": 2}])
    until(lambda: "cog.run_job_of_tomorrow" in worker.said(), seconds=30)
    assert _serves(tmp_path)
