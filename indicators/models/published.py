"""Real figures others published, with their source."""

from typing import ClassVar

from django.db import models

from cog.models import Convention


class PublishedResult(models.Model):
    """« valeur publiée »: a real figure someone published, with its source, beside what is computed here."""

    convention = models.ForeignKey(Convention, models.PROTECT, verbose_name="convention")
    position = models.PositiveSmallIntegerField("rang")
    indicator_code = models.CharField("code", max_length=40)
    year = models.CharField("année", max_length=12, blank=True)
    period = models.CharField("période", max_length=20, blank=True)
    scope = models.CharField("portée", max_length=60)
    value = models.CharField("valeur publiée", max_length=40)
    unit = models.CharField("unité", max_length=60, blank=True)
    basis = models.CharField("nature", max_length=20)
    source = models.TextField("source")
    source_url = models.TextField("adresse de la source", blank=True)
    confidence = models.CharField("confiance", max_length=20, blank=True)
    note = models.TextField("note", blank=True)

    class Meta:
        verbose_name = "valeur publiée"
        verbose_name_plural = "valeurs publiées"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["convention", "position"],
                name="published_once",
                violation_error_message="Cette valeur publiée existe déjà.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.indicator_code} {self.period}"


class ChildcareCoverage(models.Model):
    """« taux de couverture publié »: real places of each kind of childcare per 100 children, by departement."""

    convention = models.ForeignKey(Convention, models.PROTECT, verbose_name="convention")
    year = models.PositiveSmallIntegerField("année")
    departement_code = models.CharField("code du département", max_length=3)
    departement_name = models.CharField("département", max_length=60)
    rates = models.JSONField("taux par mode d'accueil")

    class Meta:
        verbose_name = "taux de couverture publié"
        verbose_name_plural = "taux de couverture publiés"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["convention", "year", "departement_code"],
                name="coverage_once",
                violation_error_message="Ce taux de couverture existe déjà.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.departement_name} {self.year}"
