"""Celery tasks, and what comes round: text or a moment in, one call out."""

from datetime import datetime

from celery import shared_task
from django.utils import timezone

from cog import jobs, schedule
from cog.amendments.operations import bring_due_into_force
from cog.operations import command_account


@shared_task(name="cog.run_job")
def run_job(job_id: str) -> None:
    jobs.run(job_id, in_worker=True)


@shared_task(name="cog.sweep_jobs")
def sweep_jobs() -> None:
    jobs.sweep()


@shared_task(name="cog.tick")
def tick() -> None:
    schedule.tick(at=timezone.now())


def amendments_due(at: datetime) -> None:
    """What comes round a little after midnight: the amendments whose day has come."""
    bring_due_into_force(by=command_account(), at=at)
