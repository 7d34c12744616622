"""Transfers of credits: asked, judged by the convention's articles, decided act by act, then written in the ledger."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from budgets.enums import TransferActKind, TransferState
from budgets.models.ledger import BudgetAct
from budgets.models.programme import BudgetLine, Fund


class Transfer(models.Model):
    """« virement de crédits »: from a line to another of the same fund, with the verdict it was recorded under.

    `verdict` keeps what the article said on that day: allowed, acts, paragraph, line of the text, words.
    """

    fund = models.ForeignKey(Fund, models.PROTECT, verbose_name="fonds", related_name="credit_transfers")
    exercise = models.PositiveSmallIntegerField("exercice")
    number = models.PositiveSmallIntegerField("numéro")
    origin = models.ForeignKey(BudgetLine, models.PROTECT, verbose_name="ligne d'origine", related_name="+")
    destination = models.ForeignKey(BudgetLine, models.PROTECT, verbose_name="ligne de destination", related_name="+")
    amount = models.DecimalField("montant", max_digits=20, decimal_places=6)
    reason = models.TextField("motif")
    exceptional = models.BooleanField("dérogation exceptionnelle", default=False)
    verdict = models.JSONField("verdict")
    state = models.CharField("état", max_length=10, choices=TransferState, default=TransferState.DRAFT)
    done_on = models.DateField("fait le", null=True, blank=True)
    act = models.OneToOneField(BudgetAct, models.PROTECT, verbose_name="acte", null=True, blank=True)
    simulated = models.BooleanField("donnée simulée", default=False)
    recorded_at = models.DateTimeField("enregistré le")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="enregistré par", related_name="+"
    )

    class Meta:
        verbose_name = "virement de crédits"
        verbose_name_plural = "virements de crédits"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["fund", "exercise", "number"],
                name="transfer_number_once",
                violation_error_message="Ce numéro de virement existe déjà.",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="transfer_amount_positive",
                violation_error_message="Un virement porte sur un montant positif.",
            ),
            models.CheckConstraint(
                condition=~Q(origin=F("destination")),
                name="transfer_between_two_lines",
                violation_error_message="Un virement va d'une ligne à une autre.",
            ),
            models.CheckConstraint(
                condition=Q(state=TransferState.DONE, act__isnull=False, done_on__isnull=False)
                | (~Q(state=TransferState.DONE) & Q(act__isnull=True, done_on__isnull=True)),
                name="transfer_done_is_in_the_ledger",
                violation_error_message="Un virement fait a son acte et sa date ; un autre n'en a pas.",
            ),
        ]

    def __str__(self) -> str:
        return f"virement {self.number}, {self.fund.code.title()} {self.exercise}"


class TransferAct(models.Model):
    """« acte d'un virement »: a decision, a vote, an opinion, an agreement or the information, dated and referenced."""

    transfer = models.ForeignKey(Transfer, models.PROTECT, verbose_name="virement", related_name="acts")
    kind = models.CharField("acte", max_length=22, choices=TransferActKind)
    favourable = models.BooleanField("favorable", default=True)
    dated = models.DateField("en date du")
    reference = models.CharField("pièce", max_length=200)
    recorded_at = models.DateTimeField("enregistré le")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="enregistré par", related_name="+"
    )

    class Meta:
        verbose_name = "acte d'un virement"
        verbose_name_plural = "actes d'un virement"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["transfer", "kind"],
                name="transfer_act_once",
                violation_error_message="Cet acte est déjà enregistré pour ce virement.",
            ),
            models.CheckConstraint(
                condition=~Q(reference=""),
                name="transfer_act_has_its_document",
                violation_error_message="Un acte nomme sa pièce : délibération, courrier, procès-verbal.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} du {self.dated:%d/%m/%Y}"
