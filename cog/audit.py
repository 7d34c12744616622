"""The audit trail: one row per write, in the same transaction as the write itself."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, models

logger = logging.getLogger(__name__)

BEFORE, AFTER = "before", "after"
"""Where `details` holds what an act replaced and what it put in its place, field by field."""


class AuditEvent(models.Model):
    """« trace d'audit »: who did what, when, on what. Append-only; its subject is text, so it blocks nothing."""

    at = models.DateTimeField("quand", db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="qui", null=True, related_name="+")
    action = models.CharField("acte", max_length=60)
    subject = models.CharField("objet", max_length=200)
    details = models.JSONField("détails", default=dict)

    class Meta:
        app_label = "cog"
        verbose_name = "trace d'audit"
        verbose_name_plural = "traces d'audit"

    def __str__(self) -> str:
        return f"{self.action} · {self.subject}"


Listener = Callable[["AuditEvent"], None]
_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """Have an act told as soon as it is written, in its own transaction: what is told and what was done go together."""
    if listener not in _listeners:
        _listeners.append(listener)


def record(
    *,
    action: str,
    subject: str,
    by: Any,
    at: datetime,
    details: dict[str, Any] | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Write the audit row of an operation; called inside the operation's transaction, once per operation.

    `before` and `after`: the fields an operation puts in the place of others; one that only adds tells `details`.
    """
    if not connection.in_atomic_block:  # an event of its own (a login); tests/operations finds any other by reading
        logger.info("trace « %s » écrite seule", action)
    compared = {name: said for name, said in ((BEFORE, before), (AFTER, after)) if said is not None}
    event = AuditEvent.objects.create(
        action=action, subject=subject[:200], by=by, at=at, details=(details or {}) | compared
    )
    for listener in _listeners:
        listener(event)
