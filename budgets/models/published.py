"""Real amounts others published, with their source: never mixed with the ledger."""

from typing import ClassVar

from django.db import models

from budgets.models.programme import BudgetLine
from cog.models import Convention


class PublishedBudget(models.Model):
    """« montant publié »: a real amount or headcount someone published; `line` is the printed line it surely names."""

    convention = models.ForeignKey(Convention, models.PROTECT, verbose_name="convention")
    position = models.PositiveSmallIntegerField("rang")
    subject = models.CharField("objet", max_length=20)
    label = models.TextField("intitulé publié")
    line = models.ForeignKey(BudgetLine, models.PROTECT, verbose_name="ligne", null=True, blank=True)
    year = models.CharField("année", max_length=9)
    amount = models.DecimalField("montant publié", max_digits=20, decimal_places=6)
    unit = models.CharField("unité", max_length=40)
    basis = models.CharField("nature", max_length=20)
    source = models.TextField("source")
    source_url = models.TextField("adresse de la source", blank=True)
    confidence = models.CharField("confiance", max_length=20, blank=True)
    note = models.TextField("note", blank=True)

    class Meta:
        verbose_name = "montant publié"
        verbose_name_plural = "montants publiés"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["convention", "position"],
                name="published_budget_once",
                violation_error_message="Ce montant publié existe déjà.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.year}"
