"""How the application is: a list of signs, each with its colour and its words. Reads only."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Max

from cog import database_roles
from cog.enums import JobState
from cog.models import AuditEvent, Job, ScheduledRun

CANARY = "canari"
BACKED_UP = "base.backed_up"
WAITING_LONG, BACKUP_OLD, BACKUP_LOST = timedelta(minutes=10), timedelta(hours=26), timedelta(hours=50)
DISK_LOW, DISK_LAST = 0.15, 0.05
GIB = 1024**3


class Level(StrEnum):
    """How much a sign worries; the value is what is read."""

    GOOD = "bon"
    WATCH = "à surveiller"
    BAD = "en panne"

    @property
    def mark(self) -> str:
        return {"bon": "✓", "à surveiller": "!", "en panne": "✗"}[self.value]


@dataclass(frozen=True)
class Sign:
    """One thing looked at. `todo`: what to do about it, when it is not well."""

    code: str
    name: str
    level: Level
    words: str
    todo: str = ""


def everything(*, at: datetime) -> list[Sign]:
    """Every sign, worst included; a base that is away hides those that rest on it."""
    base = database()
    if base.level is Level.BAD:
        return [base, broker(), disk()]
    looks: tuple[Callable[[datetime], Sign], ...] = (worker, oldest_waiting, last_backup)
    return [base, broker(), *(look(at) for look in looks), disk(), account()]


def ready() -> list[str]:
    """What stops pages from being served, by code; nothing when the application is ready."""
    wrong = [] if database().level is not Level.BAD else ["base"]
    return wrong if os.access(settings.VAR_DIR, os.W_OK) else [*wrong, "dossier"]


def database() -> Sign:
    """Whether it answers, and has the tables this version knows."""
    name = "Base de données"
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        connection.close()
        todo = (
            "Voir l'état du service de base de données et son journal ; docs/operations.md, « La base ne répond pas »."
        )
        return Sign("base", name, Level.BAD, "ne répond pas", todo)
    if missing:
        words = f"répond, mais {len(missing)} migration{'s' if len(missing) > 1 else ''} manque à la base"
        return Sign("base", name, Level.BAD, words, "Lancer « manage.py migrate » sous le compte propriétaire.")
    return Sign("base", name, Level.GOOD, "répond, à jour de ses migrations")


def broker() -> Sign:
    """Whether it answers, and how many messages wait in it."""
    name = "Courtier des travaux"
    try:
        length = _queue_length()
    except Exception:  # whatever its client raises, it does not answer
        todo = "Relancer le courtier : les travaux sont dans la base, le balayage les republie."
        return Sign("courtier", name, Level.BAD, "ne répond pas ; aucun travail n'est perdu", todo)
    plural = "s" if length > 1 else ""
    return Sign("courtier", name, Level.GOOD, f"répond, {length} message{plural} dans la file")


def _queue_length() -> int:
    if not settings.REDIS_URL:
        return sum(1 for _ in Path(settings.BROKER_DIR, "messages").iterdir())
    import redis

    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)
    try:
        return int(client.llen("celery"))  # type: ignore[arg-type]  # the client is typed for its two flavours at once
    finally:
        client.close()


def last_sign(*, at: datetime) -> datetime | None:
    """The last time a worker did something: a canary that sang, or a job that gives signs of life."""
    sung = ScheduledRun.objects.filter(name=CANARY).aggregate(last=Max("finished_at"))["last"]
    beaten = Job.objects.filter(state=JobState.RUNNING).aggregate(last=Max("heartbeat_at"))["last"]
    return max((moment for moment in (sung, beaten) if moment is not None), default=None)


def worker(at: datetime) -> Sign:
    """Whether one takes work: that its process exists proves nothing."""
    name, seen = "Exécutant", last_sign(at=at)
    todo = "Relancer le battement et l'exécutant ; docs/operations.md, « L'exécutant ne prend plus rien »."
    if seen is None:
        return Sign("executant", name, Level.BAD, "n'a encore jamais donné signe de vie", todo)
    silent = max(at - seen, timedelta(0))
    if silent > settings.CANARY_SILENCE:
        return Sign("executant", name, Level.BAD, f"ne prend plus aucun travail depuis {in_words(silent)}", todo)
    return Sign("executant", name, Level.GOOD, f"dernier signe il y a {in_words(silent)}")


def oldest_waiting(at: datetime) -> Sign:
    """How long the first job in the queue has been waiting."""
    name = "Travaux en attente"
    waiting = Job.objects.filter(state=JobState.WAITING).order_by("created_at")
    first = waiting.first()
    if first is None:
        return Sign("attente", name, Level.GOOD, "aucun")
    age, count = max(at - first.created_at, timedelta(0)), waiting.count()
    words = f"{count}, le plus ancien depuis {in_words(age)}"
    if age > WAITING_LONG:
        return Sign("attente", name, Level.WATCH, words, "Ajouter un exécutant, ou voir ce que font ceux qui tournent.")
    return Sign("attente", name, Level.GOOD, words)


def last_backup(at: datetime) -> Sign:
    """How old the last backup made by the command is."""
    name, todo = "Sauvegarde", "Lancer « manage.py backup DOSSIER », puis voir pourquoi celle de la nuit manque."
    last = AuditEvent.objects.filter(action=BACKED_UP).aggregate(last=Max("at"))["last"]
    if last is None:
        return Sign("sauvegarde", name, Level.BAD if settings.PRODUCTION else Level.WATCH, "aucune encore faite", todo)
    age = max(at - last, timedelta(0))
    words = f"la dernière il y a {in_words(age)}"
    if age > BACKUP_OLD:
        return Sign("sauvegarde", name, Level.BAD if age > BACKUP_LOST else Level.WATCH, words, todo)
    return Sign("sauvegarde", name, Level.GOOD, words)


def disk() -> Sign:
    """What is left where documents are written."""
    usage = shutil.disk_usage(settings.VAR_DIR)
    part = usage.free / usage.total
    words = f"{usage.free / GIB:.1f} Gio libres, {100 * part:.0f} % du disque des documents".replace(".", ",")
    todo = "Libérer ou agrandir le disque : plein, les imports et les documents échouent, sans rien perdre."
    level = Level.BAD if part < DISK_LAST else Level.WATCH if part < DISK_LOW else Level.GOOD
    return Sign("disque", "Disque", level, words, "" if level is Level.GOOD else todo)


def account() -> Sign:
    """Whether the database account of the application could undo what is frozen."""
    name = "Compte de la base"
    if connection.vendor != "postgresql":
        return Sign("compte", name, Level.GOOD, "sans objet : base embarquée de la démonstration")
    found = database_roles.excess(connection)
    if not found:
        return Sign("compte", name, Level.GOOD, "lit et écrit, ne peut ni changer les tables ni ce qui est figé")
    level = Level.BAD if settings.PRODUCTION else Level.WATCH
    todo = "Donner à l'application son propre compte : docs/operations.md, « Les deux comptes de la base »."
    return Sign("compte", name, level, " ; ".join(found), todo)


def in_words(span: timedelta) -> str:
    """A length of time as it is said."""
    seconds = int(span.total_seconds())
    for size, one, many in ((86400, "jour", "jours"), (3600, "h", "h"), (60, "min", "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {many if seconds // size > 1 else one}"
    return f"{seconds} s"
