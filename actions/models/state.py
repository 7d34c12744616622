"""The State's part: its word on its own commitments, and the validations it is asked for."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from actions.enums import Answer, CommitmentStatus, SharedKind
from actions.models.plan import Action
from cog.models import Convention, StateCommitment


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


class SharedDocument(models.Model):
    """« document partagé avec l'État »: a lettre réseau (l. 12259) or a national dashboard (l. 4324), and when it was.

    The register is added to: what was shared stays in it.
    """

    convention = models.ForeignKey(Convention, models.PROTECT, verbose_name="convention")
    kind = models.CharField("nature", max_length=12, choices=SharedKind)
    reference = models.CharField("référence", max_length=80)
    title = models.CharField("objet", max_length=250)
    issued_on = models.DateField("datée du")
    shared_on = models.DateField("mise à disposition le")
    address = models.URLField("adresse où la lire", max_length=500, blank=True)
    simulated = models.BooleanField("simulé", default=False)
    recorded_at = models.DateTimeField("saisi le")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="saisi par", related_name="+"
    )

    class Meta:
        verbose_name = "document partagé avec l'État"
        verbose_name_plural = "documents partagés avec l'État"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["convention", "kind", "reference"],
                name="shared_document_once",
                violation_error_message="Ce document est déjà au registre.",
            ),
            models.CheckConstraint(
                condition=Q(shared_on__gte=models.F("issued_on")),
                name="shared_after_it_was_issued",
                violation_error_message="Un document est partagé après avoir été daté.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.reference}"
