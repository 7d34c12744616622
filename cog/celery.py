"""The Celery application: a doorbell only, the truth about background work is `cog.jobs.Job`."""

import logging
import os

from celery import Celery
from celery.signals import after_setup_logger, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cog.settings")

app = Celery("suivi")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@after_setup_logger.connect
def write_as_the_site_does(logger: logging.Logger, **kwargs: object) -> None:
    """A worker's log has the form of the site's."""
    from django.conf import settings

    from cog.logs import JsonLines

    if settings.LOG_FORMAT == "json":
        for handler in logger.handlers:
            handler.setFormatter(JsonLines())


@worker_ready.connect
def pick_up_what_was_left(**kwargs: object) -> None:
    """A message is gone once read: at worker start, unfinished jobs are published again."""
    from cog.jobs import sweep

    sweep()
