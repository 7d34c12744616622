"""The audit trail: one row per write, in the same transaction as the write itself."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models


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


def record(*, action: str, subject: str, by: Any, at: datetime, details: dict[str, Any] | None = None) -> None:
    """Write the audit row of an operation; called inside the operation's transaction, once per operation."""
    AuditEvent.objects.create(action=action, subject=subject, by=by, at=at, details=details or {})
