"""Who is in charge: directions, and the people who answer for a fiche or an action."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from actions.enums import Charge
from actions.models.plan import Action
from cog.models import Convention, Fiche


class Direction(models.Model):
    """« direction »: a part of the Cnaf, or a partner, that carries fiches or actions."""

    convention = models.ForeignKey(Convention, models.PROTECT, verbose_name="convention")
    code = models.CharField("sigle", max_length=20)
    name = models.CharField("nom", max_length=160)
    simulated = models.BooleanField("simulé", default=False)

    class Meta:
        verbose_name = "direction"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["convention", "code"],
                name="direction_code_once",
                violation_error_message="Ce sigle de direction existe déjà.",
            )
        ]

    def __str__(self) -> str:
        return self.code


class Responsibility(models.Model):
    """« responsabilité »: a direction in charge of a fiche, or of one of its actions, with its person and substitute.

    Without an action it holds for every action of the fiche that has none of its own. Closed, never rewritten.
    """

    fiche = models.ForeignKey(Fiche, models.PROTECT, verbose_name="fiche", related_name="responsibilities")
    action = models.ForeignKey(
        Action, models.PROTECT, verbose_name="action", null=True, blank=True, related_name="responsibilities"
    )
    direction = models.ForeignKey(Direction, models.PROTECT, verbose_name="direction", related_name="responsibilities")
    charge = models.CharField("rôle", max_length=10, choices=Charge)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="responsable", null=True, blank=True, related_name="+"
    )
    substitute = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="suppléant", null=True, blank=True, related_name="+"
    )
    simulated = models.BooleanField("simulé", default=False)
    named_at = models.DateTimeField("nommée le")
    named_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="nommée par", related_name="+")
    ended_at = models.DateTimeField("fin le", null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="fin saisie par", null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "responsabilité"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["fiche"],
                condition=Q(charge=Charge.LEAD, action__isnull=True, ended_at__isnull=True),
                name="one_lead_of_a_fiche",
                violation_error_message="La fiche a déjà une direction en charge.",
            ),
            models.UniqueConstraint(
                fields=["action"],
                condition=Q(charge=Charge.LEAD, action__isnull=False, ended_at__isnull=True),
                name="one_lead_of_an_action",
                violation_error_message="L'action a déjà une direction en charge.",
            ),
            models.UniqueConstraint(
                fields=["fiche", "direction"],
                condition=Q(action__isnull=True, ended_at__isnull=True),
                name="direction_of_a_fiche_once",
                violation_error_message="Cette direction est déjà nommée pour la fiche.",
            ),
            models.UniqueConstraint(
                fields=["action", "direction"],
                condition=Q(action__isnull=False, ended_at__isnull=True),
                name="direction_of_an_action_once",
                violation_error_message="Cette direction est déjà nommée pour l'action.",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__gte=F("named_at"), ended_by__isnull=False),
                name="responsibility_ended_by_someone",
                violation_error_message="Une responsabilité finit après avoir commencé, et quelqu'un le dit.",
            ),
            models.CheckConstraint(
                condition=Q(substitute__isnull=True) | Q(person__isnull=False) & ~Q(substitute=F("person")),
                name="substitute_of_someone_else",
                violation_error_message="Un suppléant supplée une autre personne que lui-même.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.direction} · {self.get_charge_display()}"
