"""What was said of an action, one dated word after another."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from actions.enums import ActionStatus
from actions.models.plan import Action

DECIDED = [ActionStatus.POSTPONED, ActionStatus.ABANDONED]


class ActionProgress(models.Model):
    """« avancement »: one dated, signed word on an action; the history is added to, never rewritten.

    `revised_end`: the new last day of the action, known from `as_of` on; it stays in force until another one replaces
    it. A word that says nothing of the deadline leaves it as it was.
    """

    action = models.ForeignKey(Action, models.PROTECT, verbose_name="action", related_name="progress")
    status = models.CharField("état", max_length=12, choices=ActionStatus)
    as_of = models.DateField("situation au")
    percent = models.PositiveSmallIntegerField("avancement (%)", null=True, blank=True)
    done_on = models.DateField("réalisée le", null=True, blank=True)
    has_evidence = models.BooleanField("pièce jointe", default=False)
    without_evidence = models.TextField("raison de l'absence de pièce", blank=True)
    decision = models.CharField("référence de la décision", max_length=250, blank=True)
    revised_end = models.DateField("échéance révisée", null=True, blank=True)
    revision_reason = models.TextField("motif de la révision", blank=True)
    revision_agreed_by = models.CharField("révision acceptée par", max_length=120, blank=True)
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
            models.CheckConstraint(
                condition=~Q(status=ActionStatus.DONE) | Q(has_evidence=True) | ~Q(without_evidence=""),
                name="progress_done_is_proved",
                violation_error_message="Une action réalisée a une pièce, ou la raison de son absence.",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=DECIDED) | ~Q(decision=""),
                name="progress_decided_names_its_act",
                violation_error_message="Une action reportée ou abandonnée cite sa décision.",
            ),
            models.CheckConstraint(
                condition=Q(revised_end__isnull=True, revision_reason="", revision_agreed_by="")
                | (Q(revised_end__isnull=False) & ~Q(revision_reason="") & ~Q(revision_agreed_by="")),
                name="progress_revision_is_agreed",
                violation_error_message="Une échéance révisée dit pourquoi, et qui l'a acceptée.",
            ),
            models.CheckConstraint(
                condition=Q(percent__isnull=True) | Q(percent__lte=100),
                name="progress_percent_in_range",
                violation_error_message="Un avancement va de 0 à 100 %.",
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
