"""Celery tasks: text in, one call out."""

from celery import shared_task

from cog import jobs


@shared_task(name="cog.run_job")
def run_job(job_id: str) -> None:
    jobs.run(job_id, in_worker=True)


@shared_task(name="cog.sweep_jobs")
def sweep_jobs() -> None:
    jobs.sweep()
