"""Background work: the `Job` row is the truth, the broker only wakes a worker up.

A job is created in the transaction of the request that asks for it, published after commit, claimed by a conditional
update, and counted before it starts, so that one that kills its worker stops after `MAX_ATTEMPTS`.
"""

import logging
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.module_loading import import_string

from cog.enums import JobState

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
STALE_AFTER = timedelta(minutes=2)  # a running job beats at each step; silent longer, its worker is dead

Handler = Callable[["Job", Callable[[int, int, str], None]], None]
_handlers: dict[str, str] = {}  # kind of job -> dotted path of the function that does it


class Job(models.Model):
    """« travail de fond »: what was asked, how far it is, how it ended."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("nature", max_length=40)
    arguments = models.JSONField("arguments", default=dict)
    state = models.CharField("état", max_length=12, choices=JobState, default=JobState.WAITING)
    done = models.PositiveIntegerField("fait", default=0)
    total = models.PositiveIntegerField("à faire", default=0)
    message = models.TextField("message", blank=True)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    created_at = models.DateTimeField("demandé")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="demandé par", related_name="+"
    )
    published_at = models.DateTimeField("publié", null=True)
    heartbeat_at = models.DateTimeField("dernier signe", null=True)
    finished_at = models.DateTimeField("fini", null=True)

    class Meta:
        app_label = "cog"
        verbose_name = "travail de fond"
        verbose_name_plural = "travaux de fond"
        constraints = [
            models.CheckConstraint(
                condition=Q(attempts__lte=MAX_ATTEMPTS),
                name="job_attempts_capped",
                violation_error_message=f"Un travail est tenté {MAX_ATTEMPTS} fois au plus.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[JobState.DONE, JobState.FAILED], finished_at__isnull=False)
                | Q(state__in=[JobState.WAITING, JobState.RUNNING], finished_at__isnull=True),
                name="job_finished_has_its_date",
                violation_error_message="Un travail fini porte sa date de fin, un travail en cours n'en porte pas.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} · {self.get_state_display()}"

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0

    @property
    def is_over(self) -> bool:
        return self.state in (JobState.DONE, JobState.FAILED)


def register(kind: str, path: str) -> None:
    """Name the function that does the jobs of this kind, by its dotted path: only the worker that runs one
    imports it. It gets the job and a `beat(done, total, message)` to call at each step.
    """
    _handlers[kind] = path


def submit(*, kind: str, arguments: dict[str, Any], by: Any, at: datetime) -> Job:
    """Record a job in the caller's transaction and ring the doorbell once it is committed."""
    job = Job.objects.create(kind=kind, arguments=arguments, created_by=by, created_at=at)
    transaction.on_commit(partial(publish, job.pk), robust=True)
    return job


def publish(job_id: uuid.UUID) -> None:
    """Tell the workers; a broker that is down is no error: `sweep` publishes again what stayed in waiting."""
    from cog.tasks import run_job

    try:
        run_job.apply_async(args=[str(job_id)], retry=False)
    except Exception:  # whatever the broker's client raises, the job is safe in its row
        logger.warning("courtier injoignable : le travail %s reste en attente", job_id, exc_info=True)
        return
    Job.objects.filter(pk=job_id).update(published_at=timezone.now())


def run(job_id: str) -> None:
    """Claim and do one job; does nothing when someone else has it, or when it is already over."""
    now = timezone.now()
    claimed = Job.objects.filter(
        Q(state=JobState.WAITING) | Q(state=JobState.RUNNING, heartbeat_at__lt=now - STALE_AFTER),
        pk=job_id,
        attempts__lt=MAX_ATTEMPTS,
    ).update(state=JobState.RUNNING, attempts=F("attempts") + 1, heartbeat_at=now)
    if not claimed:
        return
    job = Job.objects.get(pk=job_id)
    try:
        handler: Handler = import_string(_handlers[job.kind])
        handler(job, partial(_beat, job))
    except Exception as error:
        logger.exception("échec du travail %s", job_id)
        _finish(job, JobState.FAILED, f"{type(error).__name__} : {error}"[:2000])
    else:
        _finish(job, JobState.DONE, "")


def _mine(job: Job) -> models.QuerySet[Job]:
    """The row while this attempt holds it: a worker believed dead must not write over the one that took over."""
    return Job.objects.filter(pk=job.pk, state=JobState.RUNNING, attempts=job.attempts)


def _beat(job: Job, done: int, total: int, message: str) -> None:
    _mine(job).update(done=done, total=total, message=message, heartbeat_at=timezone.now())


def _finish(job: Job, state: JobState, message: str) -> None:
    changes: dict[str, Any] = {"state": state, "finished_at": timezone.now()}
    if state == JobState.FAILED:
        changes["message"] = message
    _mine(job).update(**changes)


def sweep() -> int:
    """Publish again what waits unheard or whose worker died; give up what was tried enough. Returns how many rang."""
    now = timezone.now()
    dead = Q(state=JobState.RUNNING, heartbeat_at__lt=now - STALE_AFTER)
    Job.objects.filter(dead, attempts__gte=MAX_ATTEMPTS).update(
        state=JobState.FAILED,
        finished_at=now,
        message=f"Abandonné après {MAX_ATTEMPTS} essais : le processus s'est arrêté à chaque fois.",
    )
    unheard = Q(state=JobState.WAITING) & (Q(published_at__isnull=True) | Q(published_at__lt=now - STALE_AFTER))
    left = list(Job.objects.filter(unheard | dead).values_list("pk", flat=True))
    for job_id in left:
        publish(job_id)
    return len(left)
