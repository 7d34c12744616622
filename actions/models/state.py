"""The State's part: its word on its own commitments, and the validations it is asked for."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from actions.enums import Answer, CommitmentStatus
from actions.models.plan import Action
from cog.models import StateCommitment


class CommitmentWord(models.Model):
    """« suite donnée à un engagement de l'État »: one dated, signed word; the history is added to, never rewritten."""

    commitment = models.ForeignKey(
        StateCommitment, models.PROTECT, verbose_name="engagement de l'État", related_name="words"
    )
    status = models.CharField("état", max_length=12, choices=CommitmentStatus)
    as_of = models.DateField("situation au")
    comment = models.TextField("commentaire", blank=True)
    simulated = models.BooleanField("simulé", default=False)
    recorded_at = models.DateTimeField("saisi le")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="saisi par", related_name="+"
    )

    class Meta:
        verbose_name = "suite donnée à un engagement de l'État"
        verbose_name_plural = "suites données aux engagements de l'État"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["commitment", "as_of", "recorded_at"],
                name="commitment_word_once",
                violation_error_message="Cette suite est déjà saisie.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.commitment} · {self.get_status_display()}"


class StateValidation(models.Model):
    """« validation de l'État »: what the Cnaf asks the State to agree to for an action, and the answer."""

    action = models.ForeignKey(Action, models.PROTECT, verbose_name="action", related_name="validations")
    subject = models.TextField("objet de la demande")
    asked_on = models.DateField("demandée le")
    simulated = models.BooleanField("simulé", default=False)
    asked_at = models.DateTimeField("saisie le")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="demandée par", related_name="+"
    )
    answer = models.CharField("réponse", max_length=10, choices=Answer, blank=True)
    answer_text = models.TextField("texte de la réponse", blank=True)
    answered_on = models.DateField("réponse du", null=True, blank=True)
    answered_at = models.DateTimeField("réponse saisie le", null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="répondu par", null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "validation de l'État"
        verbose_name_plural = "validations de l'État"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(answer="", answered_on__isnull=True, answered_at__isnull=True, answered_by__isnull=True)
                | (~Q(answer="") & Q(answered_on__isnull=False, answered_at__isnull=False, answered_by__isnull=False)),
                name="validation_answered_by_someone",
                violation_error_message="Une réponse porte sa date et son auteur.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.action} · {self.get_answer_display() or 'en attente'}"
