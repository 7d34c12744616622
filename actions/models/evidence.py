"""The proofs of what was done."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from actions.models.plan import Action


class Evidence(models.Model):
    """« pièce justificative »: a file that proves an action, known by its fingerprint; withdrawn, never erased."""

    action = models.ForeignKey(Action, models.PROTECT, verbose_name="action", related_name="evidence")
    file = models.FileField("fichier", upload_to="pieces/%Y/%m/")
    file_name = models.CharField("nom du fichier", max_length=200)
    content_type = models.CharField("nature", max_length=100)
    size = models.PositiveIntegerField("taille, en octets")
    sha256 = models.CharField("empreinte (sha256)", max_length=64)
    title = models.CharField("intitulé", max_length=200, blank=True)
    simulated = models.BooleanField("simulé", default=False)
    added_at = models.DateTimeField("ajoutée le")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="ajoutée par", related_name="+")
    withdrawn_at = models.DateTimeField("retirée le", null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="retirée par", null=True, blank=True, related_name="+"
    )
    withdrawal_reason = models.TextField("motif du retrait", blank=True)

    class Meta:
        verbose_name = "pièce justificative"
        verbose_name_plural = "pièces justificatives"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["action", "sha256"],
                condition=Q(withdrawn_at__isnull=True),
                name="evidence_once",
                violation_error_message="Cette pièce est déjà jointe à l'action.",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawal_reason="")
                | (Q(withdrawn_at__gte=F("added_at"), withdrawn_by__isnull=False) & ~Q(withdrawal_reason="")),
                name="evidence_withdrawn_for_a_reason",
                violation_error_message="Une pièce retirée dit quand, par qui et pourquoi.",
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.file_name
