"""The weekly digest by e-mail: what left, and what a person does not want to be told."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from actions.enums import DigestKind


class Digest(models.Model):
    """« récapitulatif hebdomadaire »: one e-mail to one person for one week; the database lets no second one leave."""

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="destinataire", related_name="digests"
    )
    week = models.CharField("semaine", max_length=8)
    counts = models.JSONField("nombre d'actions par partie", default=dict)
    sent_at = models.DateTimeField("envoyé le")
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="envoyé par", related_name="+")

    class Meta:
        verbose_name = "récapitulatif hebdomadaire"
        verbose_name_plural = "récapitulatifs hebdomadaires"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["recipient", "week"],
                name="one_digest_a_week",
                violation_error_message="Le récapitulatif de cette semaine est déjà parti.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.recipient} {self.week}"


class MutedDigest(models.Model):
    """« partie refusée du récapitulatif »: what a person does not want in their weekly e-mail."""

    kind = models.CharField("partie", max_length=10, choices=DigestKind)
    muted_at = models.DateTimeField("refusée le")
    muted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="refusée par", related_name="muted_digests"
    )

    class Meta:
        verbose_name = "partie refusée du récapitulatif"
        verbose_name_plural = "parties refusées du récapitulatif"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["muted_by", "kind"],
                name="digest_part_muted_once",
                violation_error_message="Cette partie est déjà refusée.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.muted_by} · {self.get_kind_display()}"
