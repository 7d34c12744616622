"""What is computed: results, their dispersion, and what has to be computed again."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from cog.models import Organisation
from indicators.enums import ResultState, Verdict
from indicators.models.definitions import Indicator, IndicatorVersion
from indicators.models.fields import COMPUTED


class IndicatorResult(models.Model):
    """« résultat d'indicateur »: a figure computed for a scope and a period, with what it was computed from.

    `scope` is `national`, `caf` (the caisses alone, where the perimeter is the whole branch) or a caisse's code; `name`
    is empty for the sheet's own value, otherwise it names a secondary value or a variant. Half a million rows that one
    operation replaces whole: their two keys are not checked again row by row (docs/decisions/0004).
    """

    indicator = models.ForeignKey(
        Indicator, models.PROTECT, verbose_name="indicateur", db_index=False, db_constraint=False
    )
    version = models.ForeignKey(
        IndicatorVersion,
        models.PROTECT,
        verbose_name="définition",
        null=True,
        blank=True,
        db_index=False,
        db_constraint=False,
    )  # None: the definition is still to be built
    name = models.CharField("valeur secondaire", max_length=80, blank=True)
    scope = models.CharField("portée", max_length=12)
    period = models.CharField("période", max_length=10)
    breakdown = models.CharField("ventilation", max_length=120, blank=True)
    value = models.DecimalField("valeur", **COMPUTED, null=True)
    numerator = models.DecimalField("numérateur", **COMPUTED, null=True)
    denominator = models.DecimalField("dénominateur", **COMPUTED, null=True)
    state = models.CharField("état", max_length=40, choices=ResultState)
    verdict = models.CharField("verdict", max_length=16, choices=Verdict)
    reported = models.PositiveIntegerField("remontées reçues")
    concerned = models.PositiveIntegerField("remontées attendues")
    units_reported = models.PositiveSmallIntegerField("organismes ayant répondu")
    units_concerned = models.PositiveSmallIntegerField("organismes concernés")
    simulated = models.BooleanField("simulé", default=False)

    class Meta:
        verbose_name = "résultat d'indicateur"
        verbose_name_plural = "résultats d'indicateurs"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["indicator", "name", "breakdown", "scope", "period"],
                name="result_once",
                violation_error_message="Ce résultat existe déjà.",
            ),
            models.CheckConstraint(
                condition=Q(reported__lte=F("concerned")),
                name="result_completeness_bounded",
                violation_error_message="On ne peut recevoir plus de remontées qu'il n'en est attendu.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.scope} {self.period}"


class Dispersion(models.Model):
    """« dispersion »: how the local values of a sheet spread over the caisses at a period."""

    indicator = models.ForeignKey(Indicator, models.PROTECT, verbose_name="indicateur", db_index=False)
    period = models.CharField("période", max_length=10)
    n = models.PositiveSmallIntegerField("caisses")
    minimum = models.DecimalField("minimum", **COMPUTED)
    d1 = models.DecimalField("1er décile", **COMPUTED)
    q1 = models.DecimalField("1er quartile", **COMPUTED)
    median = models.DecimalField("médiane", **COMPUTED)
    q3 = models.DecimalField("3e quartile", **COMPUTED)
    d9 = models.DecimalField("9e décile", **COMPUTED)
    maximum = models.DecimalField("maximum", **COMPUTED)
    value_range = models.DecimalField("étendue", **COMPUTED)
    stdev = models.DecimalField("écart-type", **COMPUTED)
    mean = models.DecimalField("moyenne", **COMPUTED)
    simulated = models.BooleanField("simulé", default=False)

    class Meta:
        verbose_name = "dispersion"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["indicator", "period"],
                name="dispersion_once",
                violation_error_message="Cette dispersion existe déjà.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.period}"


class StaleResult(models.Model):
    """« résultat à recalculer »: facts changed since a sheet was computed (no body: for all of them).

    What is to be computed again: the results of `year` whose period contains `period`.

    Written in the transaction that changes the facts, removed in the one that replaces the results: a computation that
    is killed leaves it, and the next one takes it up. The same mark may stand several times: each computation removes
    those it read before the facts, and no other, so that one written meanwhile is answered later.
    """

    indicator = models.ForeignKey(Indicator, models.CASCADE, verbose_name="indicateur")
    year = models.PositiveSmallIntegerField("année")
    period = models.CharField("période", max_length=10, blank=True)  # empty: the whole year
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, verbose_name="organisme", null=True, blank=True, db_index=False
    )

    class Meta:
        verbose_name = "résultat à recalculer"
        verbose_name_plural = "résultats à recalculer"

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.year}"
