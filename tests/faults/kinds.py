"""Kinds of jobs that only the fault tests have; a worker is told to import them (`celery worker -I`)."""

import os
import signal
import time
from pathlib import Path

from cog import jobs
from cog.jobs import Beat, Job


def poison(job: Job, beat: Beat) -> None:
    """Kills the process that does it, every time."""
    _note(job)
    os.kill(os.getpid(), signal.SIGKILL)


def steps(job: Job, beat: Beat) -> None:
    """Writes one line, then beats for as long as it is asked."""
    _note(job)
    for done in range(job.arguments["steps"]):
        beat(done, job.arguments["steps"], f"pas {done}")
        time.sleep(0.1)


def _note(job: Job) -> None:
    with Path(job.arguments["file"]).open("a", encoding="utf-8") as file:
        file.write(f"{job.pk}\n")


for name in ("poison", "steps"):
    jobs.register(f"test.{name}", f"tests.faults.kinds.{name}", label=f"Essai « {name} »")
