"""What the caisses did not spend of their dotations: kept up to the limit, pooled beyond."""

from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from budgets.models.allotment import Allotment
from cog.models import Convention, Organisation


class UnspentStatement(models.Model):
    """« état des crédits non consommés » of an exercise (l. 6055, 6057), in k€; frozen.

    It stands on the allotment in force when it was recorded. Another number replaces it, with its reason.
    """

    convention = models.ForeignKey(Convention, models.PROTECT, verbose_name="convention")
    allotment = models.ForeignKey(Allotment, models.PROTECT, verbose_name="répartition", related_name="statements")
    exercise = models.PositiveSmallIntegerField("exercice")
    number = models.PositiveSmallIntegerField("numéro")
    kept_at_most = models.DecimalField("limite gardée, en part de la dotation", max_digits=6, decimal_places=4)
    closed_on = models.DateField("comptes arrêtés au")
    source = models.CharField("source des dépenses", max_length=250)
    board_act = models.CharField("décision d'affectation des crédits mutualisés", max_length=250, blank=True)
    reason = models.TextField("motif du remplacement", blank=True)
    simulated = models.BooleanField("simulé", default=False)
    recorded_at = models.DateTimeField("saisi le")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="saisi par", related_name="+"
    )

    class Meta:
        verbose_name = "état des crédits non consommés"
        verbose_name_plural = "états des crédits non consommés"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["convention", "exercise", "number"],
                name="unspent_number_once",
                violation_error_message="Cet état existe déjà pour l'exercice.",
            ),
            models.CheckConstraint(
                condition=~Q(source=""),
                name="unspent_names_its_source",
                violation_error_message="Un état dit d'où viennent les dépenses.",
            ),
            models.CheckConstraint(
                condition=Q(number=1, reason="") | (Q(number__gt=1) & ~Q(reason="")),
                name="unspent_replacement_says_why",
                violation_error_message="Un état qui en remplace un autre dit pourquoi ; le premier, non.",
            ),
        ]

    def __str__(self) -> str:
        return f"crédits non consommés {self.exercise} n° {self.number}"


class UnspentRow(models.Model):
    """« crédits non consommés d'une caisse »: what it keeps, what is pooled, what it spent too much."""

    statement = models.ForeignKey(UnspentStatement, models.PROTECT, verbose_name="état", related_name="rows")
    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="caisse", related_name="+")
    dotation = models.DecimalField("dotation, en k€", max_digits=20, decimal_places=6)
    executed = models.DecimalField("dépense exécutée, en k€", max_digits=20, decimal_places=6)
    limit = models.DecimalField("limite, en k€", max_digits=20, decimal_places=6)
    kept = models.DecimalField("gardé par la caisse, en k€", max_digits=20, decimal_places=6)
    pooled = models.DecimalField("mutualisé, en k€", max_digits=20, decimal_places=6)
    overspent = models.DecimalField("dépassement, en k€", max_digits=20, decimal_places=6)

    class Meta:
        verbose_name = "crédits non consommés d'une caisse"
        verbose_name_plural = "crédits non consommés des caisses"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["statement", "organisation"],
                name="unspent_row_once",
                violation_error_message="Cette caisse est déjà dans l'état.",
            ),
            models.CheckConstraint(
                condition=Q(kept__gte=0, pooled__gte=0, overspent__gte=0, kept__lte=F("limit")),
                name="unspent_row_within_limit",
                violation_error_message="Ce qu'une caisse garde ne dépasse pas la limite, et rien n'est négatif.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} · {self.statement_id}"

    @property
    def unused(self) -> Decimal:
        """What was not spent of the dotation, in k€."""
        return self.kept + self.pooled
