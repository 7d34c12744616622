"""The information-system plan: axes, programmes, and the project behind each row of its tables (annexe 2)."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from actions.models.plan import Action
from cog.models import Convention


class SdsiAxis(models.Model):
    """« axe du Sdsi »: one of the five directions of the plan (l. 648-652)."""

    convention = models.ForeignKey(Convention, models.PROTECT, verbose_name="convention")
    number = models.PositiveSmallIntegerField("numéro")
    title = models.TextField("intitulé")
    seed_line = models.PositiveIntegerField("ligne du texte")

    class Meta:
        verbose_name = "axe du Sdsi"
        verbose_name_plural = "axes du Sdsi"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["convention", "number"],
                name="sdsi_axis_once",
                violation_error_message="Cet axe du Sdsi existe déjà.",
            )
        ]

    def __str__(self) -> str:
        return f"axe {self.number}"


class SdsiProgramme(models.Model):
    """« programme du Sdsi »: one of the thirteen of the diagram; the title is empty where the text lost it."""

    axis = models.ForeignKey(SdsiAxis, models.PROTECT, verbose_name="axe", related_name="programmes")
    number = models.PositiveSmallIntegerField("numéro")
    title = models.TextField("intitulé", blank=True)
    printed_projects = models.PositiveSmallIntegerField("nombre de projets imprimé", null=True, blank=True)
    seed_line = models.PositiveIntegerField("ligne du texte")
    note = models.TextField("note de lecture", blank=True)

    class Meta:
        verbose_name = "programme du Sdsi"
        verbose_name_plural = "programmes du Sdsi"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["axis", "number"],
                name="sdsi_programme_once",
                violation_error_message="Ce programme du Sdsi existe déjà.",
            )
        ]

    def __str__(self) -> str:
        return f"programme {self.number}"


class SdsiProject(models.Model):
    """« projet du Sdsi »: a row of the tables; its actions and deadlines are those of its `action`."""

    programme = models.ForeignKey(SdsiProgramme, models.PROTECT, verbose_name="programme", related_name="projects")
    action = models.OneToOneField(Action, models.CASCADE, verbose_name="action", related_name="project")
    title = models.TextField("intitulé")
    objectives = models.TextField("objectifs")
    section = models.CharField("axe du tableau", max_length=4)
    beyond_term = models.CharField("suite après la convention, telle qu'imprimée", max_length=80, blank=True)

    class Meta:
        verbose_name = "projet du Sdsi"
        verbose_name_plural = "projets du Sdsi"

    def __str__(self) -> str:
        return self.title


class SdsiSynthesis(models.Model):
    """« synthèse annuelle d'un programme du Sdsi »: what the Cnaf tells the State each year (l. 4508).

    Added to, never rewritten: the last word on a programme and a year is the one in force.
    """

    programme = models.ForeignKey(SdsiProgramme, models.PROTECT, verbose_name="programme", related_name="syntheses")
    year = models.PositiveSmallIntegerField("année")
    gains = models.TextField("apports métiers", blank=True)
    achievements = models.TextField("réalisations techniques", blank=True)
    spending = models.DecimalField("dépenses, en k€", max_digits=12, decimal_places=1, null=True, blank=True)
    simulated = models.BooleanField("simulé", default=False)
    recorded_at = models.DateTimeField("saisie le")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="saisie par", related_name="+"
    )

    class Meta:
        verbose_name = "synthèse annuelle d'un programme du Sdsi"
        verbose_name_plural = "synthèses annuelles des programmes du Sdsi"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["programme", "year", "recorded_at"],
                name="sdsi_synthesis_once",
                violation_error_message="Cette synthèse est déjà saisie.",
            ),
            models.CheckConstraint(
                condition=models.Q(spending__isnull=True) | models.Q(spending__gte=0),
                name="sdsi_spending_not_negative",
                violation_error_message="Une dépense n'est pas négative.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.year}"
