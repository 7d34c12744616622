"""What comes round by itself: each thing once for each period, whoever rings and however often.

The beat only rings (`tick`). The row of a period is the truth: two beats ring twice and one of them finds it taken, no
beat at all rings late and what was missed is done then, for its last period.
"""

import logging
from collections.abc import Callable
from datetime import datetime, time, timedelta

from django.db import models
from django.utils import timezone
from django.utils.module_loading import import_string

logger = logging.getLogger(__name__)

GIVEN_UP_AFTER = timedelta(minutes=10)
"""A period whose work did not end by then (killed, failed) is taken again."""
KEPT = timedelta(days=7)

Due = Callable[[datetime], datetime]


class ScheduledRun(models.Model):
    """« passage programmé »: one thing that comes round, for one of its periods."""

    name = models.CharField("nature", max_length=40)
    due = models.DateTimeField("dû le")
    heartbeat_at = models.DateTimeField("commencé")
    finished_at = models.DateTimeField("fini", null=True)

    class Meta:
        app_label = "cog"
        verbose_name = "passage programmé"
        verbose_name_plural = "passages programmés"
        constraints = [
            models.UniqueConstraint(
                fields=["name", "due"],
                name="scheduled_run_once_a_period",
                violation_error_message="Ce passage est déjà pris pour cette période.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} · {self.due:%d/%m/%Y %H:%M}"


_things: dict[str, tuple[Due, str]] = {}


def register(name: str, path: str, *, due: Due) -> None:
    """Name what comes round: `due(now)` is the start of its current period, `path` the function that gets `now`."""
    _things[name] = (due, path)


def every(period: timedelta) -> Due:
    """A thing due at the start of each period of this length, counted from midnight."""

    def due(now: datetime) -> datetime:
        midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight + (now - midnight) // period * period

    return due


def each_day_at(moment: time) -> Due:
    """A thing due each day at this hour of Paris."""

    def due(now: datetime) -> datetime:
        here = timezone.localtime(now)
        today = here.replace(hour=moment.hour, minute=moment.minute, second=0, microsecond=0)
        return today if today <= here else today - timedelta(days=1)

    return due


def tick(*, at: datetime) -> int:
    """Do what is due and not done; returns how many things were done. One that fails does not stop the others."""
    done = 0
    for name, (due, path) in _things.items():
        period = due(at)
        if not _taken(name, period, at):
            continue
        try:
            import_string(path)(at)
        except Exception:  # whatever it raises: it is taken again later, and the others have their turn
            logger.exception("passage programmé « %s » en échec", name)
            continue
        ScheduledRun.objects.filter(name=name, due=period).update(finished_at=timezone.now())
        done += 1
    return done


def _taken(name: str, due: datetime, at: datetime) -> bool:
    """Whether this call has the period: it made its row, or took one that was begun and left."""
    if ScheduledRun.objects.filter(name=name, due=due, finished_at__isnull=False).exists():
        return False
    _, created = ScheduledRun.objects.get_or_create(name=name, due=due, defaults={"heartbeat_at": at})
    if created:
        return True
    left = ScheduledRun.objects.filter(
        name=name, due=due, finished_at__isnull=True, heartbeat_at__lt=at - GIVEN_UP_AFTER
    )
    return bool(left.update(heartbeat_at=at))


def canary(at: datetime) -> None:
    """Sings: a worker takes what is asked of it. What is old is swept at the same time."""
    ScheduledRun.objects.filter(due__lt=at - KEPT).delete()
