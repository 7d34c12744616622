"""What it costs: the funds, their printed lines and amounts, the chronicle of places and the reusable receipts."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from budgets.enums import LineKind, Nature
from cog.models import Convention


class Fund(models.Model):
    """« fonds »: Fnas or Fnga, with the unit its table states."""

    convention = models.ForeignKey(Convention, models.PROTECT, verbose_name="convention")
    position = models.PositiveSmallIntegerField("rang")
    code = models.SlugField("code", max_length=12)
    title = models.TextField("intitulé du tableau")
    name = models.CharField("nom", max_length=120)
    unit = models.CharField("unité", max_length=12)
    years = models.JSONField("colonnes")
    groups = models.JSONField("groupes de fongibilité", default=list)
    cross_checks = models.JSONField("égalités hors de l'arbre", default=list)
    derived = models.JSONField("lignes calculées", default=list)
    transfers = models.JSONField("articles sur les virements", default=list)
    carry_overs = models.JSONField("articles sur les crédits non consommés", default=list)
    editions = models.JSONField("éditions remises à l'État", default=list)
    incoming = models.JSONField("crédits venus d'un autre fonds", default=dict, blank=True)
    chronicle = models.JSONField("lignes que la chronique des places explique", default=list)
    seed_line = models.PositiveIntegerField("ligne du texte")

    class Meta:
        verbose_name = "fonds"
        verbose_name_plural = "fonds"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["convention", "code"],
                name="fund_code_once",
                violation_error_message="Ce fonds existe déjà dans la convention.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class BudgetLine(models.Model):
    """« ligne budgétaire »: a printed row; `parent` is the line whose printed figure it is a part of."""

    fund = models.ForeignKey(Fund, models.PROTECT, verbose_name="fonds", related_name="lines")
    position = models.PositiveSmallIntegerField("rang")
    label = models.TextField("libellé", blank=True)
    parent = models.ForeignKey("self", models.PROTECT, verbose_name="partie de", null=True, blank=True)
    kind = models.CharField("nature de ligne", max_length=10, choices=LineKind)
    nature = models.CharField("caractère des crédits", max_length=22, choices=Nature, blank=True)
    group = models.CharField("groupe de fongibilité", max_length=20, blank=True)
    seed_line = models.PositiveIntegerField("ligne du texte")
    note = models.TextField("note de lecture", blank=True)

    class Meta:
        verbose_name = "ligne budgétaire"
        verbose_name_plural = "lignes budgétaires"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["fund", "position"],
                name="budget_line_once",
                violation_error_message="Ce rang existe déjà dans le fonds.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.fund_id} · {self.position}"

    @property
    def unit(self) -> str:
        """The unit of its figures: the fund's, but for a rate, printed in per cent."""
        return "%" if self.kind == LineKind.RATE else str(self.fund.unit)


class BudgetAmount(models.Model):
    """« montant »: a printed figure of a line for a column of its table (a year, or the variation over the period)."""

    line = models.ForeignKey(BudgetLine, models.PROTECT, verbose_name="ligne", related_name="amounts")
    year = models.CharField("colonne", max_length=9)
    amount = models.DecimalField("montant", max_digits=18, decimal_places=4)
    decimals = models.PositiveSmallIntegerField("décimales imprimées")
    seed_line = models.PositiveIntegerField("ligne du texte", null=True, blank=True)

    class Meta:
        verbose_name = "montant"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["line", "year"],
                name="budget_amount_once",
                violation_error_message="Ce montant existe déjà pour la ligne et la colonne.",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=-(10**13), amount__lt=10**13),
                name="budget_amount_finite",
                violation_error_message="Un montant est un nombre fini.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line} {self.year}"


class PlacesLine(models.Model):
    """« chronique de sortie des solutions d'accueil collectif »: a row of the table of places, one value a column."""

    convention = models.ForeignKey(Convention, models.PROTECT, verbose_name="convention")
    position = models.PositiveSmallIntegerField("rang")
    label = models.TextField("libellé")
    kind = models.CharField("nature de ligne", max_length=10, choices=LineKind)
    year = models.CharField("colonne", max_length=9)
    value = models.BigIntegerField("places")
    seed_line = models.PositiveIntegerField("ligne du texte")

    class Meta:
        verbose_name = "chronique des solutions d'accueil"
        verbose_name_plural = "chronique des solutions d'accueil"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["convention", "position", "year"],
                name="places_line_once",
                violation_error_message="Cette case de la chronique existe déjà.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.year}"


class ReusableReceipt(models.Model):
    """« recette réemployable »: an account whose receipts above the estimate may be spent the year after."""

    convention = models.ForeignKey(Convention, models.PROTECT, verbose_name="convention")
    position = models.PositiveSmallIntegerField("rang")
    account = models.CharField("compte", max_length=20)
    label = models.TextField("libellé")
    printed_share = models.CharField("part imprimée", max_length=20, blank=True)
    share = models.PositiveSmallIntegerField("part en %", null=True, blank=True)
    seed_line = models.PositiveIntegerField("ligne du texte")
    note = models.TextField("note de lecture", blank=True)

    class Meta:
        verbose_name = "recette réemployable"
        verbose_name_plural = "recettes réemployables"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["convention", "position"],
                name="receipt_once",
                violation_error_message="Cette recette existe déjà.",
            )
        ]

    def __str__(self) -> str:
        return self.label
