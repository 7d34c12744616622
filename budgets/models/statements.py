"""Tables that people fill beside the funds, and their layouts as the convention's files describe them."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from budgets.models.programme import Fund
from cog.models import Convention


class StatementLayout(models.Model):
    """« modèle de tableau »: rows, columns, sums and equalities of a table that is owed beside the funds."""

    convention = models.ForeignKey(Convention, models.PROTECT, verbose_name="convention")
    position = models.PositiveSmallIntegerField("rang")
    code = models.SlugField("code", max_length=40)
    fund = models.ForeignKey(Fund, models.PROTECT, verbose_name="fonds", related_name="layouts")
    title = models.TextField("intitulé")
    recipient = models.TextField("destinataire")
    unit = models.CharField("unité", max_length=12)
    layout = models.JSONField("lignes, colonnes et égalités")
    note = models.TextField("note de lecture", blank=True)
    seed_line = models.PositiveIntegerField("ligne du texte")

    class Meta:
        verbose_name = "modèle de tableau"
        verbose_name_plural = "modèles de tableau"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["convention", "code"],
                name="statement_layout_once",
                violation_error_message="Ce tableau existe déjà dans la convention.",
            )
        ]

    def __str__(self) -> str:
        return self.title


class Statement(models.Model):
    """« tableau rempli »: the figures of a table for an exercise, on one day; the next number replaces it.

    Frozen by the database. `cells` holds the stated figures as text, `{row: {column: "12.5"}}`; `labels` the names of
    the rows that people name; `comments` what is said of a row.
    """

    layout = models.ForeignKey(StatementLayout, models.PROTECT, verbose_name="modèle", related_name="statements")
    exercise = models.PositiveSmallIntegerField("exercice")
    variant = models.CharField("état", max_length=20, blank=True)
    number = models.PositiveSmallIntegerField("numéro")
    dated = models.DateField("en date du")
    reference = models.CharField("acte ou pièce", max_length=200)
    reason = models.TextField("motif du remplacement", blank=True)
    cells = models.JSONField("chiffres")
    labels = models.JSONField("intitulés", default=dict)
    comments = models.JSONField("commentaires", default=dict)
    simulated = models.BooleanField("donnée simulée", default=False)
    recorded_at = models.DateTimeField("enregistré le")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="enregistré par", related_name="+"
    )

    class Meta:
        verbose_name = "tableau rempli"
        verbose_name_plural = "tableaux remplis"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["layout", "exercise", "variant", "number"],
                name="statement_number_once",
                violation_error_message="Ce numéro existe déjà pour ce tableau et cet exercice.",
            ),
            models.CheckConstraint(
                condition=Q(number=1) | ~Q(reason=""),
                name="statement_replacement_says_why",
                violation_error_message="Un tableau qui en remplace un autre dit pourquoi.",
            ),
            models.CheckConstraint(
                condition=~Q(reference=""),
                name="statement_names_its_source",
                violation_error_message="Un tableau nomme sa pièce ou son acte.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.layout}, {self.exercise}, n° {self.number}"
