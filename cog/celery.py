"""The Celery application: a doorbell only, the truth about background work is `cog.jobs.Job`."""

import os

from celery import Celery
from celery.signals import worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cog.settings")

app = Celery("suivi")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
def pick_up_what_was_left(**kwargs: object) -> None:
    """A message is gone once read: at worker start, unfinished jobs are published again."""
    from cog.jobs import sweep

    sweep()
