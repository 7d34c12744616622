"""What is measured: definitions, targets, observations and results."""

from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cog.models import Convention, Fiche, Organisation
from indicators.enums import (
    BatchState,
    Better,
    IndicatorKind,
    IndicatorStatus,
    Level,
    Method,
    NationalRule,
    Operator,
    ResultState,
    Rhythm,
    Statement,
    TargetMode,
    TargetOrigin,
    TargetRole,
    ValueKind,
    Verdict,
)

# Observations hold what a file may carry: at most 15 significant digits (SQLite keeps no more).
OBSERVED = {"max_digits": 30, "decimal_places": 15}
# Results keep every digit the division gives, well beyond what is shown.
COMPUTED = {"max_digits": 38, "decimal_places": 18}
LARGEST = Decimal(10) ** 15


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
    """« définition en vigueur »: how the indicator is computed, from when to when, and who agreed to it."""

    indicator = models.ForeignKey(Indicator, models.PROTECT, verbose_name="indicateur", related_name="versions")
    number = models.PositiveSmallIntegerField("version", default=1)
    method = models.JSONField("méthode de calcul")
    valid_from = models.DateField("en vigueur depuis")
    valid_to = models.DateField("en vigueur jusqu'au", null=True, blank=True)
    provisional = models.BooleanField("définition provisoire, non arrêtée", default=False)
    agreed_by = models.CharField("arrêtée par", max_length=200, blank=True)
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
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="indicator_version_dates_in_order",
                violation_error_message="Une définition cesse après être entrée en vigueur.",
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
    """« cible »: what must be reached, over which dates, and where that is printed."""

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
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.operator} {self.threshold}"


class Measure(models.Model):
    """« donnée de base »: what is reported, from which the indicators are computed."""

    convention = models.ForeignKey(Convention, models.PROTECT, verbose_name="convention")
    position = models.PositiveSmallIntegerField("rang")
    code = models.CharField("code", max_length=60)
    label = models.TextField("libellé")
    unit = models.CharField("unité", max_length=60)
    value_kind = models.CharField("nature", max_length=8, choices=ValueKind)
    level = models.CharField("niveau de saisie", max_length=12, choices=Level)
    finest_period = models.CharField("période la plus fine", max_length=10, choices=Rhythm)
    breakdowns = models.CharField("ventilations", max_length=400, blank=True)
    note = models.TextField("note", blank=True)
    seed_line = models.PositiveIntegerField("ligne du texte")

    class Meta:
        verbose_name = "donnée de base"
        verbose_name_plural = "données de base"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["convention", "code"],
                name="measure_code_once",
                violation_error_message="Ce code de donnée existe déjà dans la convention.",
            )
        ]

    def __str__(self) -> str:
        return self.code


class ImportBatch(models.Model):
    """« lot de remontée »: one file received; it is accepted whole or not at all."""

    convention = models.ForeignKey(Convention, models.PROTECT, verbose_name="convention")
    file_name = models.CharField("nom du fichier", max_length=200)
    file = models.FileField("fichier", upload_to="remontees", max_length=200)
    sha256 = models.CharField("empreinte", max_length=64)
    row_count = models.PositiveIntegerField("lignes")
    problems = models.JSONField("anomalies de contrôle", default=list)
    state = models.CharField("état", max_length=8, choices=BatchState)
    simulated = models.BooleanField("simulé", default=False)
    received_at = models.DateTimeField("reçu le")
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="reçu de", related_name="+")
    accepted_at = models.DateTimeField("accepté le", null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="accepté par",
        related_name="+",
        null=True,
        blank=True,
    )
    reason = models.TextField("motif", blank=True)

    class Meta:
        verbose_name = "lot de remontée"
        verbose_name_plural = "lots de remontée"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["convention", "sha256", "simulated"],
                condition=Q(state=BatchState.ACCEPTED),
                name="batch_accepted_once",
                violation_error_message="Ce fichier est déjà accepté.",
            ),
            models.CheckConstraint(
                condition=Q(state=BatchState.ACCEPTED, accepted_at__isnull=False, accepted_by__isnull=False)
                | Q(state=BatchState.CHECKED, accepted_at__isnull=True, accepted_by__isnull=True),
                name="batch_accepted_has_its_author",
                violation_error_message="Un lot accepté dit quand et par qui.",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class Observation(models.Model):
    """« valeur remontée »: a measure of a body over a period, with the batch it came from.

    Never edited: a correction closes the row (`closed_by`) and adds the next revision.
    """

    measure = models.ForeignKey(Measure, models.PROTECT, verbose_name="donnée de base", db_index=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="organisme", db_index=False)
    period = models.CharField("période", max_length=10)
    breakdown = models.CharField("ventilation", max_length=120, blank=True)
    value = models.DecimalField("valeur", **OBSERVED, null=True, blank=True)
    statement = models.CharField("mention", max_length=2, choices=Statement, blank=True, default=Statement.NUMBER)
    revision = models.PositiveSmallIntegerField("révision", default=1)
    batch = models.ForeignKey(ImportBatch, models.PROTECT, verbose_name="lot de remontée")
    source_row = models.PositiveIntegerField("ligne du fichier")
    closed_by = models.ForeignKey(
        ImportBatch,
        models.PROTECT,
        verbose_name="remplacée par",
        null=True,
        blank=True,
        related_name="closed",
    )

    class Meta:
        verbose_name = "valeur remontée"
        verbose_name_plural = "valeurs remontées"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["measure", "organisation", "period", "breakdown"],
                condition=Q(closed_by__isnull=True),
                name="observation_open_once",
                violation_error_message="Une valeur est déjà en vigueur pour cette clé.",
            ),
            models.CheckConstraint(
                condition=Q(statement=Statement.NUMBER, value__isnull=False, value__gt=-LARGEST, value__lt=LARGEST)
                | (~Q(statement=Statement.NUMBER) & Q(value__isnull=True)),
                name="observation_number_or_statement",
                violation_error_message="Une valeur remontée est un nombre fini, ou une mention (NS, ND) sans nombre.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["organisation", "period"], name="observation_by_organisation")]

    def __str__(self) -> str:
        return f"{self.measure_id} {self.period}"


class IndicatorResult(models.Model):
    """« résultat d'indicateur »: a figure computed for a scope and a period, with what it was computed from.

    `scope` is `national`, `caf` (the caisses alone, where the perimeter is the whole branch) or a caisse's code; `name`
    is empty for the sheet's own value, otherwise it names a secondary value or a variant.
    """

    indicator = models.ForeignKey(Indicator, models.PROTECT, verbose_name="indicateur", db_index=False)
    version = models.ForeignKey(
        IndicatorVersion, models.PROTECT, verbose_name="définition", null=True, blank=True, db_index=False
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
                fields=["indicator", "name", "scope", "period", "breakdown"],
                name="result_once",
                violation_error_message="Ce résultat existe déjà.",
            ),
            models.CheckConstraint(
                condition=Q(reported__lte=F("concerned")),
                name="result_completeness_bounded",
                violation_error_message="On ne peut recevoir plus de remontées qu'il n'en est attendu.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["scope", "period"], name="result_by_scope")]

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
