"""What was said of the gaps: an explanation by indicator and period, and the gap from which one is asked."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from cog.models import Organisation
from cog.periods import PeriodError, parse
from indicators.enums import Cause, GapMode
from indicators.models.definitions import Indicator
from indicators.models.fields import OBSERVED

REPLACED_BY_SOMEONE = Q(superseded_at__isnull=True, superseded_by__isnull=True) | Q(
    superseded_at__isnull=False, superseded_by__isnull=False
)


class Explanation(models.Model):
    """« explication d'écart »: why a figure is away from its target, or absent, and what is done about it.

    Without `organisation` it is about the national figure. Never edited: a new wording closes the row and adds the next
    revision. `corrective_action` names an action of a fiche by its key, `10/3` for the third of fiche 10.
    """

    indicator = models.ForeignKey(
        Indicator, models.PROTECT, verbose_name="indicateur", related_name="explanations", db_index=False
    )
    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="organisme", null=True, blank=True)
    period = models.CharField("période", max_length=10)
    revision = models.PositiveSmallIntegerField("révision")
    cause = models.CharField("cause", max_length=14, choices=Cause)
    text = models.TextField("explication")
    corrective_action = models.CharField("action corrective", max_length=12, blank=True)
    expected_return = models.CharField("retour attendu", max_length=10, blank=True)
    simulated = models.BooleanField("simulé", default=False)
    written_at = models.DateTimeField("écrite le")
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="écrite par", related_name="+"
    )
    superseded_at = models.DateTimeField("remplacée le", null=True, blank=True)
    superseded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="remplacée par",
        related_name="+",
        null=True,
        blank=True,
    )

    class Meta:
        verbose_name = "explication d'écart"
        verbose_name_plural = "explications d'écart"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["indicator", "period"],
                condition=Q(superseded_at__isnull=True, organisation__isnull=True),
                name="explanation_national_open_once",
                violation_error_message="Ce résultat national a déjà une explication en vigueur.",
            ),
            models.UniqueConstraint(
                fields=["indicator", "period", "organisation"],
                condition=Q(superseded_at__isnull=True, organisation__isnull=False),
                name="explanation_local_open_once",
                violation_error_message="Ce résultat d'organisme a déjà une explication en vigueur.",
            ),
            models.UniqueConstraint(
                fields=["indicator", "period", "revision"],
                condition=Q(organisation__isnull=True),
                name="explanation_national_revision_once",
                violation_error_message="Cette révision de l'explication existe déjà.",
            ),
            models.CheckConstraint(
                condition=~Q(text=""),
                name="explanation_says_something",
                violation_error_message="Une explication ne peut être vide.",
            ),
            models.CheckConstraint(
                condition=REPLACED_BY_SOMEONE,
                name="explanation_replaced_by_someone",
                violation_error_message="Une explication remplacée dit quand et par qui.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.period}, révision {self.revision}"

    @property
    def cause_label(self) -> str:
        return str(Cause(self.cause).label)

    @property
    def period_label(self) -> str:
        return parse(self.period).label

    @property
    def expected_return_label(self) -> str:
        """« 4e trimestre 2014 »; empty where none is announced."""
        try:
            return parse(self.expected_return).label if self.expected_return else ""
        except PeriodError:
            return self.expected_return

    @property
    def action_parts(self) -> tuple[str, str]:
        """The fiche and the rank of the corrective action; two empty texts without one."""
        fiche, _, ordinal = self.corrective_action.partition("/")
        return fiche, ordinal


class GapThreshold(models.Model):
    """« seuil d'explication »: the gap of an indicator beyond which an explanation is asked.

    Never edited: a new one closes the row; one that is closed without a successor gives the default back.
    """

    indicator = models.ForeignKey(
        Indicator, models.PROTECT, verbose_name="indicateur", related_name="gap_thresholds", db_index=False
    )
    value = models.DecimalField("seuil", **OBSERVED)
    mode = models.CharField("compté en", max_length=8, choices=GapMode)
    reason = models.TextField("motif")
    simulated = models.BooleanField("simulé", default=False)
    set_at = models.DateTimeField("fixé le")
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="fixé par", related_name="+")
    superseded_at = models.DateTimeField("remplacé le", null=True, blank=True)
    superseded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="remplacé par",
        related_name="+",
        null=True,
        blank=True,
    )

    class Meta:
        verbose_name = "seuil d'explication"
        verbose_name_plural = "seuils d'explication"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["indicator"],
                condition=Q(superseded_at__isnull=True),
                name="gap_threshold_open_once",
                violation_error_message="Cet indicateur a déjà un seuil d'explication en vigueur.",
            ),
            models.CheckConstraint(
                condition=Q(value__gte=0, value__lt=10**9),
                name="gap_threshold_is_a_distance",
                violation_error_message="Un seuil d'explication est un nombre fini, positif ou nul.",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="gap_threshold_says_why",
                violation_error_message="Un seuil d'explication dit pourquoi il est fixé.",
            ),
            models.CheckConstraint(
                condition=REPLACED_BY_SOMEONE,
                name="gap_threshold_replaced_by_someone",
                violation_error_message="Un seuil d'explication remplacé dit quand et par qui.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.value} {self.mode}"
