"""What ties the middle apps together, and the secret addresses of the calendar."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from cog.models import Convention
from reports.enums import FeedScope


class CalendarFeed(models.Model):
    """« flux de calendrier »: a secret address where a calendar reads the dates of a person, or of their role.

    The secret itself is shown once and never kept: only its digest is. Revoked, the address answers no more.
    """

    scope = models.CharField("contenu", max_length=12, choices=FeedScope)
    secret_sha256 = models.CharField("empreinte du secret", max_length=64, unique=True)
    opened_at = models.DateTimeField("ouvert le")
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="ouvert par", related_name="calendar_feeds"
    )
    revoked_at = models.DateTimeField("révoqué le", null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="révoqué par", null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "flux de calendrier"
        verbose_name_plural = "flux de calendrier"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__gte=models.F("opened_at"), revoked_by__isnull=False),
                name="feed_revoked_by_someone_after_its_opening",
                violation_error_message="Un flux est révoqué après avoir été ouvert, et quelqu'un le dit.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_scope_display()} de {self.opened_by}"


class ActionIndicator(models.Model):
    """« lien entre une action et un indicateur »: the action is meant to move it; closed, never rewritten.

    Both sides are named by their keys (`10/3`, `F10-21`): the two apps do not know each other.
    """

    convention = models.ForeignKey(Convention, models.PROTECT, verbose_name="convention")
    action_key = models.CharField("action", max_length=12)
    indicator_code = models.CharField("indicateur", max_length=20)
    reason = models.CharField("ce qui en est attendu", max_length=250, blank=True)
    linked_at = models.DateTimeField("lié le")
    linked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="lié par", related_name="+")
    unlinked_at = models.DateTimeField("délié le", null=True, blank=True)
    unlinked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="délié par", null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "lien entre une action et un indicateur"
        verbose_name_plural = "liens entre actions et indicateurs"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["convention", "action_key", "indicator_code"],
                condition=Q(unlinked_at__isnull=True),
                name="action_indicator_once",
                violation_error_message="Cette action est déjà liée à cet indicateur.",
            ),
            models.CheckConstraint(
                condition=Q(unlinked_at__isnull=True, unlinked_by__isnull=True)
                | Q(unlinked_at__gte=models.F("linked_at"), unlinked_by__isnull=False),
                name="action_indicator_unlinked_by_someone",
                violation_error_message="Un lien est retiré après avoir été posé, et quelqu'un le dit.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action_key} → {self.indicator_code}"
