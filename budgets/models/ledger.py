"""The ledger: dated acts and their movements. Any figure is a sum of movements; nothing of it is ever rewritten."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from budgets.enums import DECIDED, ActKind
from budgets.models.programme import BudgetLine, Fund


class BudgetAct(models.Model):
    """« acte budgétaire »: what moves credits or says what was spent, on one day, for one exercise of a fund.

    Frozen by the database. What is voted is rectified by the next act, what was said spent by the next statement.
    """

    fund = models.ForeignKey(Fund, models.PROTECT, verbose_name="fonds", related_name="acts")
    exercise = models.PositiveSmallIntegerField("exercice")
    kind = models.CharField("nature", max_length=14, choices=ActKind)
    number = models.PositiveSmallIntegerField("numéro")
    dated = models.DateField("en date du")
    reference = models.CharField("acte ou pièce", max_length=200, blank=True)
    reason = models.TextField("motif", blank=True)
    source = models.CharField("fichier d'origine", max_length=250, blank=True)
    simulated = models.BooleanField("donnée simulée", default=False)
    recorded_at = models.DateTimeField("enregistré le")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="enregistré par", related_name="+"
    )

    class Meta:
        verbose_name = "acte budgétaire"
        verbose_name_plural = "actes budgétaires"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["fund", "exercise", "kind", "number"],
                name="budget_act_number_once",
                violation_error_message="Ce numéro d'acte existe déjà pour ce fonds et cet exercice.",
            ),
            models.CheckConstraint(
                condition=~Q(kind=ActKind.INITIAL) | Q(number=1),
                name="budget_act_one_initial",
                violation_error_message="Un exercice a un seul budget initial : ce qui est voté se rectifie.",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=[str(kind) for kind in DECIDED]) | ~Q(reference=""),
                name="budget_act_names_its_decision",
                violation_error_message="Un acte voté nomme la délibération ou la pièce qui le décide.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}, {self.fund.code.title()} {self.exercise}"

    @property
    def label(self) -> str:
        """« budget rectificatif 1 », « exécution à une date (30/06/2014) »."""
        kind = self.get_kind_display()
        if self.kind == ActKind.EXECUTED:
            return f"exécution au {self.dated:%d/%m/%Y}"
        if self.kind == ActKind.FORECAST:
            return f"prévision du {self.dated:%d/%m/%Y}"
        return kind if self.kind == ActKind.INITIAL else f"{kind} {self.number}"


class Movement(models.Model):
    """« mouvement »: what an act adds to a line, in the fund's unit; `national` is the Cnaf's own part.

    A movement of 0 is a statement: the line was looked at, and nothing moves.
    """

    act = models.ForeignKey(BudgetAct, models.PROTECT, verbose_name="acte", related_name="movements")
    line = models.ForeignKey(BudgetLine, models.PROTECT, verbose_name="ligne", related_name="movements")
    amount = models.DecimalField("montant", max_digits=20, decimal_places=6)
    national = models.DecimalField("dont Caisse nationale", max_digits=20, decimal_places=6, null=True, blank=True)
    comment = models.TextField("commentaire", blank=True)

    class Meta:
        verbose_name = "mouvement"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["act", "line"],
                name="movement_once_per_line",
                violation_error_message="Un acte ne bouge une ligne qu'une fois.",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=-(10**13), amount__lt=10**13),
                name="movement_finite",
                violation_error_message="Un montant est un nombre fini.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} {self.amount}"
