"""What is written about an edition before it leaves: the analysis of the execution."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from budgets.models.programme import Fund


class EditionAnalysis(models.Model):
    """« analyse de l'exécution »: what accompanies an edition (Fnga 2.7.1, l. 6647); the last one written counts."""

    fund = models.ForeignKey(Fund, models.PROTECT, verbose_name="fonds", related_name="analyses")
    exercise = models.PositiveSmallIntegerField("exercice")
    number = models.PositiveSmallIntegerField("édition")
    text = models.TextField("texte")
    simulated = models.BooleanField("donnée simulée", default=False)
    written_at = models.DateTimeField("écrite le")
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="écrite par", related_name="+"
    )

    class Meta:
        verbose_name = "analyse de l'exécution"
        verbose_name_plural = "analyses de l'exécution"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(text=""),
                name="edition_analysis_says_something",
                violation_error_message="Une analyse ne peut être vide.",
            )
        ]

    def __str__(self) -> str:
        return f"analyse {self.fund_id} {self.exercise}-{self.number}"
