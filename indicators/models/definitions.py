"""What the convention says of its indicators, and what is adopted later: definitions, targets, groups."""

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cog.models import Amendment, Convention, Fiche, Organisation
from cog.periods import Period
from indicators.enums import (
    Better,
    IndicatorKind,
    IndicatorStatus,
    Method,
    NationalRule,
    Operator,
    TargetMode,
    TargetOrigin,
    TargetRole,
    VersionOrigin,
)
from indicators.models.fields import LARGEST, OBSERVED


class Indicator(models.Model):
    """« indicateur »: one technical sheet of the annex, every cell kept as printed."""

    convention = models.ForeignKey(Convention, models.PROTECT, verbose_name="convention")
    fiche = models.ForeignKey(Fiche, models.PROTECT, verbose_name="fiche")
    position = models.PositiveSmallIntegerField("rang")
    code = models.CharField("code", max_length=12)
    printed_code = models.CharField("code imprimé", max_length=20)
    number = models.PositiveSmallIntegerField("numéro")
    kind = models.CharField("type", max_length=8, choices=IndicatorKind)
    title = models.TextField("intitulé")
    periodicities = models.JSONField("périodicités imprimées", default=list)
    status = models.CharField("état de la définition", max_length=8, choices=IndicatorStatus)
    sheet = models.JSONField("cases de la fiche technique", default=dict)
    seed_line = models.PositiveIntegerField("ligne du texte")
    breaks = models.JSONField("ruptures de série", default=list, blank=True)
    note = models.TextField("note de lecture", blank=True)

    class Meta:
        verbose_name = "indicateur"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["convention", "code"],
                name="indicator_code_once",
                violation_error_message="Ce code d'indicateur existe déjà dans la convention.",
            )
        ]

    def __str__(self) -> str:
        return self.code


class IndicatorVersion(models.Model):
    """« définition en vigueur »: how the indicator is computed, from when, and who agreed to it.

    The one in force at a period is the last that began by the period's last day. Those of `origin` reference come from
    the convention's files; the others are adopted in the application (`adopted_by`) and no reload touches them.
    """

    indicator = models.ForeignKey(Indicator, models.PROTECT, verbose_name="indicateur", related_name="versions")
    number = models.PositiveSmallIntegerField("version", default=1)
    method = models.JSONField("méthode de calcul")
    valid_from = models.DateField("en vigueur depuis")
    provisional = models.BooleanField("définition provisoire, non arrêtée", default=False)
    origin = models.CharField("origine", max_length=12, choices=VersionOrigin, default=VersionOrigin.REFERENCE)
    agreed_by = models.CharField("arrêtée par", max_length=200, blank=True)
    agreed_on = models.DateField("arrêtée le", null=True, blank=True)
    reason = models.TextField("motif", blank=True)
    adopted_at = models.DateTimeField("enregistrée le", null=True, blank=True)
    adopted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="enregistrée par",
        related_name="+",
        null=True,
        blank=True,
    )
    note = models.TextField("choix et hypothèses", blank=True)

    class Meta:
        verbose_name = "définition en vigueur"
        verbose_name_plural = "définitions en vigueur"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["indicator", "number"],
                name="indicator_version_once",
                violation_error_message="Ce numéro de version existe déjà pour l'indicateur.",
            ),
            models.CheckConstraint(
                condition=Q(origin=VersionOrigin.REFERENCE, adopted_at__isnull=True, adopted_by__isnull=True)
                | (
                    Q(origin=VersionOrigin.APPLICATION, adopted_at__isnull=False, adopted_by__isnull=False)
                    & Q(agreed_on__isnull=False)
                    & ~Q(agreed_by="")
                    & ~Q(reason="")
                ),
                name="indicator_version_says_who_and_why",
                violation_error_message="Une définition adoptée dit qui l'a arrêtée, quand et pourquoi.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} v{self.number}"

    @property
    def method_in_words(self) -> str:
        return str(Method(self.method["method"]).label)

    @property
    def national_in_words(self) -> str:
        return str(NationalRule(self.method["national"]).label) if "national" in self.method else ""

    @property
    def better_in_words(self) -> str:
        return str(Better(self.method["better"]).label) if "better" in self.method else ""


class Baseline(models.Model):
    """« valeur de référence »: a value printed in the cell of 2012, as printed.

    `judged` is the one a trajectory starts from, in the indicator's unit, where the cell prints several values or
    another unit (F3-11: 1 « famille sur 10 » is 10 %).
    """

    indicator = models.ForeignKey(Indicator, models.CASCADE, verbose_name="indicateur", related_name="baselines")
    position = models.PositiveSmallIntegerField("rang")
    label = models.CharField("libellé", max_length=250, blank=True)
    year = models.PositiveSmallIntegerField("année", null=True, blank=True)
    value = models.DecimalField("valeur", **OBSERVED)
    decimals = models.PositiveSmallIntegerField("décimales imprimées")
    unit = models.CharField("unité", max_length=80, blank=True)
    judged = models.DecimalField("valeur comparée", **OBSERVED, null=True, blank=True)
    note = models.TextField("note", blank=True)

    class Meta:
        verbose_name = "valeur de référence"
        verbose_name_plural = "valeurs de référence"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["indicator", "position"],
                name="baseline_once",
                violation_error_message="Cette valeur de référence existe déjà.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.label or self.year}"


class Target(models.Model):
    """« cible »: what must be reached, over which dates, and where that is printed.

    That of an amendment stands for the printed one it `replaces`, or beside the others, from `effective_on` on.
    """

    indicator = models.ForeignKey(Indicator, models.CASCADE, verbose_name="indicateur", related_name="targets")
    position = models.PositiveSmallIntegerField("rang")
    scope = models.CharField("portée", max_length=12, default="national")
    year = models.PositiveSmallIntegerField("année imprimée", null=True, blank=True)
    holds_from = models.DateField("vaut depuis le")
    holds_to = models.DateField("vaut jusqu'au")
    cumulative = models.BooleanField("cumulée", default=False)
    role = models.CharField("rôle", max_length=20, choices=TargetRole)
    mode = models.CharField("mode", max_length=16, choices=TargetMode)
    operator = models.CharField("sens", max_length=2, choices=Operator)
    value = models.DecimalField("valeur imprimée", **OBSERVED)
    unit = models.CharField("unité imprimée", max_length=80, blank=True)
    threshold = models.DecimalField("seuil comparé", **OBSERVED)
    intermediate = models.BooleanField("intermédiaire", default=False)
    origin = models.CharField("origine", max_length=12, choices=TargetOrigin)
    seed_line = models.PositiveIntegerField("ligne du texte")
    note = models.TextField("note", blank=True)
    amendment = models.ForeignKey(Amendment, models.PROTECT, verbose_name="avenant", null=True, blank=True)
    effective_on = models.DateField("prend effet le", null=True, blank=True)
    replaces = models.PositiveSmallIntegerField("remplace la cible de rang", null=True, blank=True)

    class Meta:
        verbose_name = "cible"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["indicator", "position"],
                name="target_once",
                violation_error_message="Cette cible existe déjà.",
            ),
            models.CheckConstraint(
                condition=Q(holds_to__gte=F("holds_from")),
                name="target_dates_in_order",
                violation_error_message="Une cible cesse de valoir après avoir commencé.",
            ),
            models.CheckConstraint(
                condition=Q(origin=TargetOrigin.AMENDMENT, amendment__isnull=False, effective_on__isnull=False)
                | ~Q(origin=TargetOrigin.AMENDMENT)
                & Q(amendment__isnull=True, effective_on__isnull=True, replaces__isnull=True),
                name="target_of_an_amendment_names_it",
                violation_error_message="La cible d'un avenant, et elle seule, le nomme et dit quand elle prend effet.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.operator} {self.threshold}"

    @property
    def place(self) -> int:
        """Its rank; for the target of an amendment, that of the printed one it replaces."""
        return self.position if self.replaces is None else self.replaces

    def covers(self, period: Period) -> bool:
        """Whether the whole period lies where the target holds."""
        return self.holds_from <= period.start and period.end <= self.holds_to

    @property
    def said_from(self) -> date:
        """The first day it may be read as the aim: that of an amendment is not before it takes effect."""
        return max(self.holds_from, self.effective_on or self.holds_from)


class LocalTarget(models.Model):
    """« cible du Cpog »: what one caisse must reach, agreed in its own contract (l. 12265).

    Never edited: a new value closes the row (`closed_by`) and adds the next revision. Threshold in the sheet's unit.
    """

    indicator = models.ForeignKey(
        Indicator, models.PROTECT, verbose_name="indicateur", related_name="local_targets", db_index=False
    )
    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="caisse")
    year = models.PositiveSmallIntegerField("année")
    operator = models.CharField("sens", max_length=2, choices=Operator)
    threshold = models.DecimalField("seuil", **OBSERVED)
    revision = models.PositiveSmallIntegerField("révision", default=1)
    source = models.TextField("source", blank=True)
    simulated = models.BooleanField("simulé", default=False)
    entered_at = models.DateTimeField("saisie le")
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="saisie par", related_name="+"
    )
    closed_at = models.DateTimeField("remplacée le", null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="remplacée par",
        related_name="+",
        null=True,
        blank=True,
    )

    class Meta:
        verbose_name = "cible du Cpog"
        verbose_name_plural = "cibles des Cpog"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["indicator", "organisation", "year"],
                condition=Q(closed_at__isnull=True),
                name="local_target_open_once",
                violation_error_message="Cette caisse a déjà une cible en vigueur pour cet indicateur et cette année.",
            ),
            models.CheckConstraint(
                condition=Q(threshold__gt=-LARGEST, threshold__lt=LARGEST),
                name="local_target_is_a_finite_number",
                violation_error_message="Le seuil d'une cible est un nombre fini.",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True)
                | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="local_target_closed_by_someone",
                violation_error_message="Une cible remplacée dit quand et par qui.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.organisation_id} {self.year}"


class OrganisationGroup(models.Model):
    """« groupe d'organismes comparables »: that a body belongs to a group, from when to when, and who says so.

    `key` names a way of grouping (« taille », « population »), or, as « concerne:F1-3 », the bodies a sheet concerns;
    `value` is the group itself.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, verbose_name="organisme", related_name="groups")
    key = models.CharField("critère", max_length=40)
    value = models.CharField("groupe", max_length=60)
    valid_from = models.DateField("depuis le")
    valid_to = models.DateField("jusqu'au", null=True, blank=True)
    source = models.TextField("source", blank=True)
    simulated = models.BooleanField("simulé", default=False)

    class Meta:
        verbose_name = "groupe d'organismes comparables"
        verbose_name_plural = "groupes d'organismes comparables"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "key", "valid_from"],
                name="organisation_group_once",
                violation_error_message="Cet organisme est déjà rangé selon ce critère à cette date.",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="organisation_group_dates_in_order",
                violation_error_message="Une appartenance à un groupe cesse après avoir commencé.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.key}={self.value}"
