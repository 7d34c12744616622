"""What is reported: measures, files received, values, and the reminders of what is late."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from cog.models import Convention, Job, Organisation
from indicators.enums import BatchForm, BatchState, Level, Rhythm, Statement, ValueKind
from indicators.models.fields import LARGEST, OBSERVED


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
    """« lot de remontée »: one file received; it is checked, then accepted whole or not at all.

    `only` is the one caisse whose rows the sender may bring. `summary` is what the check counted (what would be added,
    corrected, left as it is) and what accepting did. A refused or abandoned batch keeps its file and its problems.
    """

    convention = models.ForeignKey(Convention, models.PROTECT, verbose_name="convention")
    file_name = models.CharField("nom du fichier", max_length=200)
    file = models.FileField("fichier", upload_to="remontees", max_length=200)
    size = models.PositiveIntegerField("taille en octets", default=0)
    sha256 = models.CharField("empreinte", max_length=64)
    form = models.CharField("forme", max_length=12, choices=BatchForm, blank=True)
    only = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name="caisse de l'envoi", null=True, blank=True, related_name="+"
    )
    row_count = models.PositiveIntegerField("lignes", default=0)
    problems = models.JSONField("anomalies de contrôle", default=list)
    errors = models.PositiveIntegerField("erreurs", default=0)
    warnings = models.PositiveIntegerField("avertissements", default=0)
    summary = models.JSONField("bilan du contrôle", default=dict)
    state = models.CharField("état", max_length=10, choices=BatchState)
    job = models.ForeignKey(
        Job, models.PROTECT, verbose_name="travail de fond", null=True, blank=True, related_name="+"
    )
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
                | (
                    Q(state__in=[BatchState.RECEIVED, BatchState.REFUSED, BatchState.CHECKED, BatchState.ABANDONED])
                    & Q(accepted_at__isnull=True, accepted_by__isnull=True)
                ),
                name="batch_accepted_has_its_author",
                violation_error_message="Un lot accepté dit quand et par qui.",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_under_way(self) -> bool:
        """Whether its job still waits or runs."""
        return self.job is not None and not self.job.is_over

    @property
    def state_in_words(self) -> str:
        """Its state, and what its job makes of it."""
        if self.state == BatchState.CHECKED and self.is_under_way:
            return "acceptation en cours"
        if self.state == BatchState.RECEIVED and self.job is not None and self.job.is_over:
            return "reçu, contrôle interrompu"
        return str(self.get_state_display())

    @property
    def shown_corrections(self) -> list[dict[str, Any]]:
        """The values in force it would correct, or did, as its check keeps them; none while it is not known."""
        if self.is_under_way or self.state == BatchState.REFUSED:
            return []
        return list(self.summary.get("corrections", []))


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
    source_sheet = models.CharField("feuille du classeur", max_length=31, blank=True)
    source_cell = models.CharField("cellule du classeur", max_length=12, blank=True)
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
                fields=["measure", "period", "organisation", "breakdown"],
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


class Reminder(models.Model):
    """« rappel »: an e-mail sent to a caisse about what it still owes for a period."""

    convention = models.ForeignKey(Convention, models.PROTECT, verbose_name="convention")
    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="caisse", related_name="+")
    period = models.CharField("période", max_length=10)
    recipients = models.JSONField("destinataires", default=list)
    missing = models.PositiveIntegerField("valeurs attendues")
    sent_at = models.DateTimeField("envoyé le")
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="envoyé par", related_name="+")

    class Meta:
        verbose_name = "rappel"
        indexes: ClassVar = [models.Index(fields=["convention", "period"], name="reminder_by_period")]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.period}"
