"""Celery tasks: text in, one call out."""

from celery import shared_task
from django.utils import timezone

from cog import jobs
from cog.amendments.operations import bring_due_into_force
from cog.operations import command_account


@shared_task(name="cog.run_job")
def run_job(job_id: str) -> None:
    jobs.run(job_id, in_worker=True)


@shared_task(name="cog.sweep_jobs")
def sweep_jobs() -> None:
    jobs.sweep()


@shared_task(name="cog.amendments_due")
def amendments_due() -> None:
    bring_due_into_force(by=command_account(), at=timezone.now())
