"""What was promised, and when: the actions of the fiches, their steps and deadlines."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from actions.enums import DeadlineKind, Plan
from cog.models import Amendment, Fiche


class Objective(models.Model):
    """« objectif »: what a run of actions serves, as printed in the first column, under its sub-heading if any."""

    fiche = models.ForeignKey(Fiche, models.PROTECT, verbose_name="fiche")
    plan = models.CharField("plan", max_length=4, choices=Plan)
    position = models.PositiveSmallIntegerField("rang")
    title = models.TextField("intitulé", blank=True)

    class Meta:
        verbose_name = "objectif"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["fiche", "plan", "position"],
                name="objective_once",
                violation_error_message="Cet objectif existe déjà dans la fiche.",
            )
        ]

    def __str__(self) -> str:
        return self.title


class Action(models.Model):
    """« action »: one printed row, its label whole, its deadline cell as printed."""

    objective = models.ForeignKey(Objective, models.PROTECT, verbose_name="objectif")
    fiche = models.ForeignKey(Fiche, models.PROTECT, verbose_name="fiche")
    plan = models.CharField("plan", max_length=4, choices=Plan)
    ordinal = models.PositiveSmallIntegerField("rang")
    number = models.CharField("numéro imprimé", max_length=20, blank=True)
    label = models.TextField("intitulé")
    deadline_cell = models.TextField("échéance imprimée", blank=True)
    seed_line = models.PositiveIntegerField("ligne du texte")
    note = models.TextField("note de lecture", blank=True)

    class Meta:
        verbose_name = "action"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["fiche", "plan", "ordinal"],
                name="action_once",
                violation_error_message="Cette action existe déjà dans la fiche.",
            )
        ]

    def __str__(self) -> str:
        return f"fiche {self.fiche_id}, action {self.number or self.ordinal}"

    @property
    def name(self) -> str:
        """What a line calls it: its label without bullets; for a row of the Sdsi, the title of its project."""
        text = self.objective.title.partition("\n")[0] if self.plan == Plan.SDSI else self.label
        return " ".join(text.replace("·", " ").split())

    @property
    def key(self) -> str:
        """Its name in an address: `10-3` for the third row of fiche 10, `sdsi-12` for a row of the Sdsi."""
        return f"sdsi-{self.ordinal}" if self.plan == Plan.SDSI else f"{self.fiche.number}-{self.ordinal}"


class Step(models.Model):
    """« étape »: one bullet of an action."""

    action = models.ForeignKey(Action, models.CASCADE, verbose_name="action", related_name="steps")
    position = models.PositiveSmallIntegerField("rang")
    label = models.TextField("intitulé")

    class Meta:
        verbose_name = "étape"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["action", "position"],
                name="step_once",
                violation_error_message="Cette étape existe déjà dans l'action.",
            )
        ]

    def __str__(self) -> str:
        return self.label


class Deadline(models.Model):
    """« échéance »: one date as written and as read; it belongs to a step, or to the whole action."""

    action = models.ForeignKey(Action, models.CASCADE, verbose_name="action", related_name="deadlines")
    step = models.ForeignKey(Step, models.CASCADE, verbose_name="étape", null=True, blank=True)
    position = models.PositiveSmallIntegerField("rang")
    raw = models.CharField("échéance écrite", max_length=250, blank=True)
    kind = models.CharField("nature", max_length=16, choices=DeadlineKind)
    start = models.DateField("début", null=True, blank=True)
    end = models.DateField("fin", null=True, blank=True)

    class Meta:
        verbose_name = "échéance"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["action", "position"],
                name="deadline_once",
                violation_error_message="Cette échéance existe déjà dans l'action.",
            ),
            models.CheckConstraint(
                condition=Q(end__isnull=True) | Q(end__gte=F("start")),
                name="deadline_dates_in_order",
                violation_error_message="Une échéance finit après avoir commencé.",
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=[DeadlineKind.UNSCHEDULED, DeadlineKind.CROSS_REFERENCE],
                    start__isnull=True,
                    end__isnull=True,
                )
                | (~Q(kind__in=[DeadlineKind.UNSCHEDULED, DeadlineKind.CROSS_REFERENCE]) & Q(start__isnull=False)),
                name="deadline_has_dates_of_its_kind",
                violation_error_message="Seule une échéance datée a un début.",
            ),
        ]

    def __str__(self) -> str:
        return self.raw


class AmendedDeadline(models.Model):
    """« échéance d'un avenant »: the date an amendment gives to an action in place of those the convention prints."""

    action = models.ForeignKey(Action, models.PROTECT, verbose_name="action", related_name="amended_deadlines")
    amendment = models.ForeignKey(Amendment, models.PROTECT, verbose_name="avenant")
    effective_on = models.DateField("prend effet le")
    raw = models.CharField("échéance écrite", max_length=250)
    kind = models.CharField("nature", max_length=16, choices=DeadlineKind)
    start = models.DateField("début")
    end = models.DateField("fin")

    class Meta:
        verbose_name = "échéance d'un avenant"
        verbose_name_plural = "échéances des avenants"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["action", "amendment"],
                name="amended_deadline_once",
                violation_error_message="Cet avenant donne déjà une échéance à l'action.",
            ),
            models.CheckConstraint(
                condition=Q(end__gte=F("start")),
                name="amended_deadline_dates_in_order",
                violation_error_message="Une échéance finit après avoir commencé.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.raw}, {self.amendment}"
