"""What was promised, and when: the actions of the fiches, their steps, deadlines and progress."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from actions.enums import ActionStatus, DeadlineKind, Plan
from cog.models import Fiche


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


class ActionProgress(models.Model):
    """« avancement »: one dated, signed word on an action; the history is added to, never rewritten."""

    action = models.ForeignKey(Action, models.PROTECT, verbose_name="action", related_name="progress")
    status = models.CharField("état", max_length=12, choices=ActionStatus)
    as_of = models.DateField("situation au")
    done_on = models.DateField("réalisée le", null=True, blank=True)
    comment = models.TextField("commentaire", blank=True)
    simulated = models.BooleanField("simulé", default=False)
    recorded_at = models.DateTimeField("saisi le")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="saisi par", related_name="+"
    )

    class Meta:
        verbose_name = "avancement"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status=ActionStatus.DONE, done_on__isnull=False)
                | (~Q(status=ActionStatus.DONE) & Q(done_on__isnull=True)),
                name="progress_done_has_its_date",
                violation_error_message="Une action réalisée porte sa date ; une autre n'en porte pas.",
            ),
            models.UniqueConstraint(
                fields=["action", "as_of", "recorded_at"],
                name="progress_once",
                violation_error_message="Cet avancement est déjà saisi.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["action", "as_of"], name="progress_by_action")]

    def __str__(self) -> str:
        return f"{self.action} · {self.get_status_display()}"
