"""Background work: the `Job` row is the truth, the broker only wakes a worker up.

A job is created in the transaction of the request that asks for it, published after commit, claimed by a conditional
update, and counted before it starts, so that one that kills its worker stops after `MAX_ATTEMPTS`.
"""

import logging
import resource
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from threading import Event, Thread
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection, models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string

from cog import audit, logs
from cog.enums import JobState

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
STALE_AFTER = settings.JOB_SILENCE  # a running job gives a sign four times as often; silent longer, its worker is dead
OVER = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)
TOO_LONG = "Le travail a été arrêté : il durait plus longtemps que la limite. S'adresser à l'exploitation."
TOO_BIG = (
    "Le travail a été arrêté : il demandait plus de mémoire que la limite. Rien n'est enregistré à moitié. Envoyer un"
    " fichier plus petit ou demander moins à la fois ; sinon, s'adresser à l'exploitation."
)

Beat = Callable[[int, int, str], None]


class JobRefused(Exception):
    """What a handler raises for the person who asked: its message is shown as it is. Nothing was written."""


class _Cancelled(Exception):
    """A person asked for the end of this job."""


class _Superseded(Exception):
    """Another worker holds this job now: this one was believed dead."""


@dataclass(frozen=True)
class Kind:
    """A kind of job: the function that does it, its name in French, and the page of what it makes."""

    handler: str
    label: str
    page: str
    argument: str


_kinds: dict[str, Kind] = {}
_listeners: list[Callable[["Job"], None]] = []


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
    cancel_asked_at = models.DateTimeField("arrêt demandé", null=True)
    cancel_asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="arrêt demandé par", related_name="+", null=True
    )

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
                condition=Q(state__in=OVER, finished_at__isnull=False)
                | Q(state__in=[JobState.WAITING, JobState.RUNNING], finished_at__isnull=True),
                name="job_finished_has_its_date",
                violation_error_message="Un travail fini porte sa date de fin, un travail en cours n'en porte pas.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} · {self.get_state_display()}"

    @property
    def label(self) -> str:
        """What it does, in French."""
        known = _kinds.get(self.kind)
        return known.label if known else self.kind

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0

    @property
    def quarter_done(self) -> int:
        """The share done by steps of 25 %: what a screen reader is told, rather than every step."""
        return self.percent // 25 * 25

    @property
    def is_over(self) -> bool:
        return self.state in OVER

    @property
    def may_be_cancelled(self) -> bool:
        return not self.is_over and self.cancel_asked_at is None

    @property
    def result_url(self) -> str:
        """The page of what the job makes; empty when it has none."""
        known = _kinds.get(self.kind)
        if known is None or not known.page:
            return ""
        return reverse(known.page, args=[self.arguments[known.argument]] if known.argument else [])


def register(kind: str, path: str, *, label: str, page: str = "", argument: str = "") -> None:
    """Name the function that does the jobs of this kind, by its dotted path: only the worker that runs one imports it.

    It gets the job and a `beat(done, total, message)` to call at each step. `page` is the route of what the job makes,
    which takes the job's `argument`, if any.
    """
    _kinds[kind] = Kind(path, label, page, argument)


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


@transaction.atomic
def cancel(*, job_id: uuid.UUID, by: Any, at: datetime) -> bool:
    """Stop a job: at once when it waits, at its next step when it runs; False when it is over or already asked."""
    asked = {"cancel_asked_at": at, "cancel_asked_by": by}
    waiting = Job.objects.filter(pk=job_id, state=JobState.WAITING)
    running = Job.objects.filter(pk=job_id, state=JobState.RUNNING, cancel_asked_at__isnull=True)
    stopped = waiting.update(state=JobState.CANCELLED, finished_at=at, **asked) or running.update(**asked)
    if stopped:
        audit.record(action="job.cancelled", subject=str(job_id), by=by, at=at)
    return bool(stopped)


def run(job_id: str, *, in_worker: bool = False) -> None:
    """Claim and do one job; does nothing when someone else has it, or when it is already over.

    A worker gives a sign of life by itself while the job lasts, whatever the length of its steps.
    """
    now = timezone.now()
    claimed = Job.objects.filter(
        Q(state=JobState.WAITING) | Q(state=JobState.RUNNING, heartbeat_at__lt=now - STALE_AFTER),
        pk=job_id,
        kind__in=list(_kinds),  # a kind of a newer version waits for a worker of that version
        attempts__lt=MAX_ATTEMPTS,
        cancel_asked_at__isnull=True,
    ).update(state=JobState.RUNNING, attempts=F("attempts") + 1, heartbeat_at=now)
    if not claimed:
        return
    job = Job.objects.select_related("created_by").get(pk=job_id)
    told = logs.job_id.set(str(job.pk))
    try:
        with _held(job) if in_worker else nullcontext():
            handler: Callable[[Job, Beat], None] = import_string(_kinds[job.kind].handler)
            handler(job, partial(_beat, job))
    except _Cancelled:
        _finish(job, JobState.CANCELLED, "")
    except _Superseded:
        logger.warning("travail %s repris par un autre exécutant", job_id)
    except JobRefused as refusal:
        _finish(job, JobState.FAILED, str(refusal)[:2000])
    except SoftTimeLimitExceeded:
        _finish(job, JobState.FAILED, TOO_LONG)
    except MemoryError:
        logger.error("travail %s arrêté : plus de mémoire que la limite", job_id)  # its trace would weigh as much
        _finish(job, JobState.FAILED, TOO_BIG)
    except (OperationalError, InterfaceError):  # the database went away: the same work may succeed later
        logger.exception("base injoignable pendant le travail %s", job_id)
        _release(job)
    except Exception:  # whatever a handler raises: the job ends, the person is told, the log has the trace
        logger.exception("échec du travail %s", job_id)
        _finish(job, JobState.FAILED, incident(job))
    else:
        _finish(job, JobState.DONE, "")
    finally:
        logs.job_id.reset(told)


def incident(job: Job) -> str:
    """What is said of an unexpected failure: what to do, and the number under which the log tells the rest."""
    number = str(job.pk)[:8]
    return (
        "Le travail s'est arrêté sur une erreur imprévue ; rien n'est enregistré à moitié. Le redemander ;"
        f" si l'erreur revient, donner à l'exploitation le numéro d'incident {number}."
    )


@contextmanager
def _held(job: Job) -> Iterator[None]:
    """In a worker: it says that it lives, and has so much memory and no more."""
    with _signs_of_life(job), _memory_cap(settings.JOB_MEMORY):
        yield


@contextmanager
def _memory_cap(size: int) -> Iterator[None]:
    """Bytes of private memory this process may write; beyond, Python raises MemoryError and the process lives on.

    What is only reserved does not count (RLIMIT_DATA, not RLIMIT_AS): the engine of the charts reserves a great deal.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    capped = size if hard == resource.RLIM_INFINITY else min(size, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (capped, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


@contextmanager
def _signs_of_life(job: Job) -> Iterator[None]:
    over = Event()

    def tell() -> None:
        while not over.wait(STALE_AFTER.total_seconds() / 4):
            try:
                _mine(job).update(heartbeat_at=timezone.now())
            except DatabaseError:  # the base is busy or away: the next sign will do
                connection.close()
        connection.close()

    thread = Thread(target=tell, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(timeout=1)


def _mine(job: Job) -> models.QuerySet[Job]:
    """The row while this attempt holds it: a worker believed dead must not write over the one that took over."""
    return Job.objects.filter(pk=job.pk, state=JobState.RUNNING, attempts=job.attempts)


def _beat(job: Job, done: int, total: int, message: str) -> None:
    told = (
        _mine(job)
        .filter(cancel_asked_at__isnull=True)
        .update(done=done, total=total, message=message, heartbeat_at=timezone.now())
    )
    if not told:
        raise _Cancelled if _mine(job).exists() else _Superseded


def listen(listener: Callable[[Job], None]) -> None:
    """Have the end of each job told, in the transaction that ends it."""
    if listener not in _listeners:
        _listeners.append(listener)


@transaction.atomic
def _finish(job: Job, state: JobState, message: str) -> None:
    changes: dict[str, Any] = {"state": state, "finished_at": timezone.now()}
    if state == JobState.FAILED:
        changes["message"] = message
    if _mine(job).update(**changes):
        job.state = state
        for listener in _listeners:
            listener(job)


def _release(job: Job) -> None:
    """Put it back in waiting for the sweep, or give it up; a base still away leaves it to the silence rule."""
    if not connection.in_atomic_block:  # a caller's transaction is its own to end
        connection.close_if_unusable_or_obsolete()
    try:
        if job.attempts >= MAX_ATTEMPTS:
            _finish(job, JobState.FAILED, incident(job))
        else:
            _mine(job).update(state=JobState.WAITING, published_at=None)
    except DatabaseError:
        logger.warning("travail %s laissé au balayage", job.pk)


def sweep() -> int:
    """Publish again what waits unheard or whose worker died; give up what was tried enough. Returns how many rang."""
    now = timezone.now()
    dead = Q(state=JobState.RUNNING, heartbeat_at__lt=now - STALE_AFTER)
    Job.objects.filter(dead, cancel_asked_at__isnull=False).update(state=JobState.CANCELLED, finished_at=now)
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
