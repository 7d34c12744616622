"""The dotations d'action sociale shared among the caisses, with every step of each, and what became of them."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from budgets.compute.allotment import Basis
from cog.models import Convention, Organisation

BASES = [(Basis.PRORATA.value, "prorata"), (Basis.GUARANTEED.value, "garantie"), (Basis.CAPPED.value, "plafond")]


class Allotment(models.Model):
    """« répartition des dotations d'action sociale » of an exercise (l. 6047), in k€; frozen.

    A decision that changes is another number, with its reason; the last one is in force. Rates are fractions.
    """

    convention = models.ForeignKey(Convention, models.PROTECT, verbose_name="convention")
    exercise = models.PositiveSmallIntegerField("exercice")
    number = models.PositiveSmallIntegerField("numéro")
    envelope = models.DecimalField("enveloppe nationale, en k€", max_digits=20, decimal_places=6)
    guaranteed_part = models.DecimalField("part garantie du taux moyen", max_digits=6, decimal_places=4)
    cap = models.DecimalField("plafond, en part du prorata", max_digits=8, decimal_places=4)
    mean_growth = models.DecimalField("taux moyen d'évolution", max_digits=30, decimal_places=10)
    guaranteed_rate = models.DecimalField("taux garanti", max_digits=30, decimal_places=10)
    rounds = models.JSONField("tours de répartition", default=list)
    act = models.CharField("décision", max_length=250)
    decided_on = models.DateField("décidée le")
    state_notice = models.CharField("avis à l'État des paramètres modifiés", max_length=250, blank=True)
    reason = models.TextField("motif du remplacement", blank=True)
    simulated = models.BooleanField("simulée", default=False)
    recorded_at = models.DateTimeField("saisie le")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="saisie par", related_name="+"
    )

    class Meta:
        verbose_name = "répartition des dotations d'action sociale"
        verbose_name_plural = "répartitions des dotations d'action sociale"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["convention", "exercise", "number"],
                name="allotment_number_once",
                violation_error_message="Cette répartition existe déjà pour l'exercice.",
            ),
            models.CheckConstraint(
                condition=Q(envelope__gt=0),
                name="allotment_envelope_positive",
                violation_error_message="L'enveloppe nationale est un montant positif.",
            ),
            models.CheckConstraint(
                condition=~Q(act=""),
                name="allotment_names_its_act",
                violation_error_message="Une répartition cite la décision qui l'arrête.",
            ),
            models.CheckConstraint(
                condition=Q(number=1, reason="") | (Q(number__gt=1) & ~Q(reason="")),
                name="allotment_replacement_says_why",
                violation_error_message="Une répartition qui en remplace une autre dit pourquoi ; la première, non.",
            ),
        ]

    def __str__(self) -> str:
        return f"répartition {self.exercise} n° {self.number}"


class AllotmentRow(models.Model):
    """« dotation d'une caisse »: what was known of it, the steps of `budgets.compute.allotment.Share`, the amount."""

    allotment = models.ForeignKey(Allotment, models.PROTECT, verbose_name="répartition", related_name="rows")
    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="caisse", related_name="+")
    benefits = models.DecimalField("prestations versées, en k€", max_digits=20, decimal_places=6)
    previous = models.DecimalField("dotation précédente, en k€", max_digits=20, decimal_places=6)
    beneficiaries_before = models.PositiveIntegerField("allocataires avant", null=True, blank=True)
    beneficiaries_now = models.PositiveIntegerField("allocataires maintenant", null=True, blank=True)
    prorata = models.DecimalField("prorata, en k€", max_digits=20, decimal_places=6)
    guarantee = models.DecimalField("garantie, en k€", max_digits=20, decimal_places=6, null=True, blank=True)
    ceiling = models.DecimalField("plafond, en k€", max_digits=20, decimal_places=6)
    retained = models.DecimalField("retenu avant répartition de l'écart, en k€", max_digits=20, decimal_places=6)
    shared = models.DecimalField("part avant les centimes, en k€", max_digits=20, decimal_places=6)
    amount = models.DecimalField("dotation, en k€", max_digits=20, decimal_places=6)
    basis = models.CharField("base", max_length=10, choices=BASES)
    settled_in = models.PositiveSmallIntegerField("tour où elle s'arrête", null=True, blank=True)

    class Meta:
        verbose_name = "dotation d'une caisse"
        verbose_name_plural = "dotations des caisses"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["allotment", "organisation"],
                name="allotment_row_once",
                violation_error_message="Cette caisse a déjà sa dotation dans la répartition.",
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0, benefits__gte=0, previous__gte=0),
                name="allotment_row_not_negative",
                violation_error_message="Les prestations et les dotations ne sont pas négatives.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} · {self.allotment_id}"
