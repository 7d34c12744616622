"""The keys programs read the API with."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from cog.enums import Role


class AccessToken(models.Model):
    """« jeton d'accès »: what a program shows to read, through the API, what its owner reads on the pages.

    The secret is shown once and never kept: only its digest is. It carries no more than its account holds on the day of
    each reading; `role` narrows it to one of the account's roles. `last_used_on`: the day, and no more, told by a
    worker: reading writes nothing.
    """

    name = models.CharField("usage", max_length=80)
    role = models.CharField("limité au rôle", max_length=12, choices=Role, blank=True)
    secret_sha256 = models.CharField("empreinte du secret", max_length=64, unique=True)
    expires_on = models.DateField("valable jusqu'au")
    last_used_on = models.DateField("dernier usage", null=True, blank=True)
    opened_at = models.DateTimeField("créé le")
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="créé par", related_name="access_tokens"
    )
    revoked_at = models.DateTimeField("révoqué le", null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="révoqué par", null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "jeton d'accès"
        verbose_name_plural = "jetons d'accès"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(name=""),
                name="token_has_a_name",
                violation_error_message="Un jeton dit à quoi il sert.",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__gte=models.F("opened_at"), revoked_by__isnull=False),
                name="token_revoked_by_someone_after_its_opening",
                violation_error_message="Un jeton est révoqué après avoir été créé, et quelqu'un le dit.",
            ),
        ]

    def __str__(self) -> str:
        return f"« {self.name} » de {self.opened_by}"
