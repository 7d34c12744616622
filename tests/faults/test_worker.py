"""A real worker process on the real broker: it does what is asked, and what a killed one leaves is taken up again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from cog import jobs
from cog.enums import JobState
from cog.jobs import Job
from cog.operations import command_account
from reports.operations import request_annual_report

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True), pytest.mark.timeout(240)]


def _database_url() -> str:
    """The address of the test database itself, for another process."""
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{settings['NAME']}"
    user = f"{settings['USER']}:{settings['PASSWORD']}@" if settings["USER"] else ""
    return f"postgres://{user}{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"


@pytest.fixture
def worker() -> Iterator[Callable[[], subprocess.Popen]]:
    """Starts workers on the test database; all are gone at the end."""
    if connection.vendor == "sqlite" and not Path(str(connection.settings_dict["NAME"])).is_file():
        pytest.skip("base de test en mémoire : un autre processus ne la voit pas (make test donne PostgreSQL)")
    started: list[subprocess.Popen] = []

    def start() -> subprocess.Popen:
        environment = os.environ | {"DATABASE_URL": _database_url(), "C_FORCE_ROOT": "1"}
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "cog", "worker", "--pool", "prefork", "-c", "1", "-l", "error"],
            cwd=ROOT,
            env=environment,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        _kill(process, signal.SIGKILL)


def _kill(process: subprocess.Popen, sign: int) -> None:
    try:
        os.killpg(process.pid, sign)
    except ProcessLookupError:
        return
    process.wait(timeout=30)


def _wait(job: Job, condition: Callable[[Job], bool], seconds: float = 90) -> Job:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = Job.objects.get(pk=job.pk)
        if condition(found):
            return found
        time.sleep(0.1)
    raise AssertionError(f"travail resté {found.state} : {found.message}")


def test_the_bilan_asked_from_the_site_is_printed_by_a_worker(reloaded_convention, worker) -> None:
    edition = request_annual_report(convention=reloaded_convention, year=2014, by=command_account(), at=timezone.now())
    worker()
    done = _wait(edition.job, lambda job: job.is_over, seconds=180)
    assert done.state == JobState.DONE, done.message
    edition.refresh_from_db()
    assert edition.is_ready
    with edition.file.open("rb") as stream:
        assert stream.read(5) == b"%PDF-"


def test_asking_twice_is_one_edition(reloaded_convention) -> None:
    asked = [
        request_annual_report(convention=reloaded_convention, year=2014, by=command_account(), at=timezone.now())
        for _ in range(2)
    ]
    assert asked[0].pk == asked[1].pk
    assert Job.objects.count() == 1


def test_a_killed_worker_s_job_is_done_by_the_next_one(reloaded_convention, worker) -> None:
    edition = request_annual_report(convention=reloaded_convention, year=2015, by=command_account(), at=timezone.now())
    first = worker()
    _wait(edition.job, lambda job: job.state == JobState.RUNNING)
    _kill(first, signal.SIGKILL)
    left = Job.objects.get(pk=edition.job.pk)
    assert left.state == JobState.RUNNING, "killed too late to prove anything"
    silent = (
        timezone.now() - jobs.STALE_AFTER - timedelta(seconds=1)
    )  # two minutes of silence, told rather than waited for
    Job.objects.filter(pk=left.pk).update(heartbeat_at=silent)
    worker()  # a worker sweeps when it starts
    done = _wait(edition.job, lambda job: job.is_over, seconds=180)
    assert (done.state, done.attempts) == (JobState.DONE, 2), done.message
    edition.refresh_from_db()
    assert edition.is_ready
