"""Real worker processes on the test database and the real broker."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from cog import jobs
from cog.jobs import Job

ROOT = Path(__file__).parents[2]
CELERY = ["-m", "celery", "-A", "cog"]
OPTIONS = ["worker", "-c", "1", "-l", "info"]
KINDS = ["-I", "tests.faults.kinds"]
SILENCE = 2.0  # seconds without a sign after which these workers hold another one for dead


def database_url() -> str:
    """The address of the test database itself, for another process."""
    described = connection.settings_dict
    if connection.vendor == "sqlite":
        if not Path(str(described["NAME"])).is_file():
            pytest.skip("base de test en mémoire : un autre processus ne la voit pas (make test donne PostgreSQL)")
        return f"sqlite:///{described['NAME']}"
    user = f"{described['USER']}:{described['PASSWORD']}@" if described["USER"] else ""
    return f"postgres://{user}{described['HOST']}:{described['PORT']}/{described['NAME']}"


def environment(**others: str) -> dict[str, str]:
    """What a process of ours needs to work on the test database."""
    ours = {
        "DJANGO_SETTINGS_MODULE": "cog.settings",
        "DATABASE_URL": database_url(),
        "C_FORCE_ROOT": "1",
        "SUIVI_JOB_SILENCE": str(SILENCE),
    }
    return os.environ | ours | others


class Worker:
    """A worker process with one child, in a session of its own; `knows`: the kinds of the tests too."""

    def __init__(self, log: Path, *, knows: bool = True, options: list[str] | None = None, **others: str) -> None:
        self._log = log
        name = f"essai-{time.monotonic_ns()}@%h"
        command = options or [*OPTIONS, *(KINDS if knows else []), "-n", name]
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, *CELERY, *command],
                cwd=ROOT,
                env=environment(**others),
                start_new_session=True,
                stdout=output,
                stderr=output,
            )

    def kill(self, sign: int = signal.SIGKILL) -> None:
        """End the worker and its child at once."""
        try:
            os.killpg(self.process.pid, sign)
        except ProcessLookupError:
            return
        self.process.wait(timeout=30)

    def kill_child(self) -> bool:
        """End the child alone, as the kernel does when memory runs out; False when there is none."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for child in children:
            os.kill(int(child), signal.SIGKILL)
        return bool(children)

    def pause(self) -> None:
        """Stop the worker and its child where they are."""
        os.killpg(self.process.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.killpg(self.process.pid, signal.SIGCONT)

    def said(self) -> str:
        """What it wrote in its log."""
        return self._log.read_text(encoding="utf-8")

    def wait_ready(self, seconds: float = 60) -> "Worker":
        until(lambda: b"ready." in self._log.read_bytes(), seconds)
        return self


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for something to be so."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "rien ne s'est passé"
        time.sleep(0.02)


def ended(job: Job, seconds: float = 60) -> Job:
    """The job once over; the sweep of the beat process is done here meanwhile."""
    end, swept = time.monotonic() + seconds, 0.0
    while time.monotonic() < end:
        found = Job.objects.get(pk=job.pk)
        if found.is_over:
            return found
        if time.monotonic() - swept > 0.5:
            swept = time.monotonic()
            jobs.sweep()
        time.sleep(0.05)
    raise AssertionError(f"travail resté {found.state} après {found.attempts} essais : {found.message}")


@pytest.fixture(autouse=True)
def _short_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "STALE_AFTER", timedelta(seconds=SILENCE))


@pytest.fixture(scope="module")
def log_folder() -> Path:
    folder = Path(settings.VAR_DIR) / "journaux"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def start_worker(log_folder: Path) -> Iterator[Callable[..., Worker]]:
    """Starts workers; all are gone at the end."""
    database_url()
    started: list[Worker] = []

    def start(**options: Any) -> Worker:
        started.append(Worker(log_folder / f"{time.monotonic_ns()}.log", **options))
        return started[-1]

    yield start
    for worker in started:
        worker.kill()


@pytest.fixture
def start_beat(start_worker: Callable[..., Worker], tmp_path: Path) -> Callable[..., Worker]:
    """Starts beats, which only ring."""

    def start(**others: str) -> Worker:
        place = tmp_path / f"battement-{time.monotonic_ns()}"
        return start_worker(options=["beat", "-l", "info", "-s", str(place), "--pidfile="], **others)

    return start
