"""Kinds of jobs that only the fault tests have; a worker is told to import them (`celery worker -I`)."""

import os
import signal
import time
from pathlib import Path

from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection, transaction

from cog import jobs
from cog.jobs import Beat, Job
from cog.models import ScheduledRun


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


def hungry(job: Job, beat: Beat) -> None:
    """Takes memory and never gives it back."""
    _note(job)
    held = []
    while True:
        held.append(bytearray(16 * 1024 * 1024))


def deaf(job: Job, beat: Beat) -> None:
    """Goes on when it is asked to end."""
    _note(job)
    while True:
        try:
            time.sleep(60)
        except SoftTimeLimitExceeded:
            continue


def half_way(job: Job, beat: Beat) -> None:
    """Writes one row, says under which connection, waits, writes the other."""
    now = job.created_at
    with transaction.atomic():
        ScheduledRun.objects.create(name="moitié", due=now, heartbeat_at=now)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (backend,) = cursor.fetchone()
        _note(job, str(backend))
        if job.attempts == 1:
            time.sleep(3)
        ScheduledRun.objects.create(name="autre moitié", due=now, heartbeat_at=now)


def _note(job: Job, words: str = "") -> None:
    with Path(job.arguments["file"]).open("a", encoding="utf-8") as file:
        file.write(f"{words or job.pk}\n")


for name in ("poison", "steps", "hungry", "deaf", "half_way"):
    jobs.register(f"test.{name}", f"tests.faults.kinds.{name}", label=f"Essai « {name} »")
