"""The final contradictory evaluation: what each party reads in the results, and where they agree (l. 12257).

Nobody edits anything: a new wording is a new row. Once the evaluation is closed, the database refuses every row.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from cog.models import Convention
from reports.enums import Party, Stance, SubjectKind


class FinalEvaluation(models.Model):
    """« évaluation contradictoire finale »: the convention's last act, opened in its last year, closed by the Cnaf."""

    convention = models.OneToOneField(Convention, models.PROTECT, verbose_name="convention")
    opened_at = models.DateTimeField("ouverte le")
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="ouverte par", related_name="+"
    )
    closed_at = models.DateTimeField("close le", null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="close par", null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "évaluation contradictoire finale"
        verbose_name_plural = "évaluations contradictoires finales"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True)
                | Q(closed_at__gte=models.F("opened_at"), closed_by__isnull=False),
                name="evaluation_closed_by_someone_after_its_opening",
                violation_error_message="Une évaluation est close après avoir été ouverte, et quelqu'un le dit.",
            )
        ]

    def __str__(self) -> str:
        return f"évaluation de {self.convention}"

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None


class EvaluationReading(models.Model):
    """« lecture d'une partie »: what one party reads in an objective's results, and the causes it sees of the gap.

    `subject`: an indicator's code, or the number of a fiche. `internal` and `not_attributable`: one text a cause.
    """

    evaluation = models.ForeignKey(FinalEvaluation, models.PROTECT, verbose_name="évaluation", related_name="readings")
    kind = models.CharField("objet", max_length=12, choices=SubjectKind)
    subject = models.CharField("code de l'objet", max_length=12)
    party = models.CharField("partie", max_length=4, choices=Party)
    revision = models.PositiveSmallIntegerField("révision")
    text = models.TextField("lecture")
    internal = models.JSONField("causes internes au régime", default=list, blank=True)
    not_attributable = models.JSONField("causes non imputables au régime", default=list, blank=True)
    simulated = models.BooleanField("simulé", default=False)
    written_at = models.DateTimeField("écrite le")
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="écrite par", related_name="+"
    )

    class Meta:
        verbose_name = "lecture d'une partie"
        verbose_name_plural = "lectures des parties"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["evaluation", "kind", "subject", "party", "revision"],
                name="evaluation_reading_revision_once",
                violation_error_message="Cette révision de la lecture existe déjà.",
            ),
            models.CheckConstraint(
                condition=~Q(text=""),
                name="evaluation_reading_says_something",
                violation_error_message="Une lecture ne peut être vide.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.subject}, {self.get_party_display()}, révision {self.revision}"


class EvaluationShare(models.Model):
    """« partage des lectures »: a party shows the other what it has written so far; `up_to` is its last reading.

    The Cnaf shows the measures with it, as they stand that day: canonical JSON and its digest; the State reads these.
    """

    evaluation = models.ForeignKey(FinalEvaluation, models.PROTECT, verbose_name="évaluation", related_name="shares")
    party = models.CharField("partie", max_length=4, choices=Party)
    up_to = models.ForeignKey(EvaluationReading, models.PROTECT, verbose_name="dernière lecture", related_name="+")
    measures = models.TextField("mesures", blank=True)
    sha256 = models.CharField("empreinte des mesures", max_length=64, blank=True)
    shared_at = models.DateTimeField("fait le")
    shared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="fait par", related_name="+")

    class Meta:
        verbose_name = "partage des lectures"
        verbose_name_plural = "partages des lectures"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(party=Party.CNAF) & ~Q(measures="") & ~Q(sha256="")
                | Q(party=Party.STATE, measures="", sha256=""),
                name="evaluation_share_of_the_cnaf_has_the_measures",
                violation_error_message="La Cnaf, et elle seule, partage les mesures avec ses lectures.",
            )
        ]

    def __str__(self) -> str:
        return f"partage de {self.get_party_display()}"


class EvaluationPosition(models.Model):
    """« position d'une partie »: its agreement or disagreement with a reading the other one shared; the last one holds.

    It is about one wording: when that one is replaced, the position says it was on a former one.
    """

    about = models.ForeignKey(
        EvaluationReading, models.PROTECT, verbose_name="sur la lecture", related_name="positions"
    )
    evaluation = models.ForeignKey(FinalEvaluation, models.PROTECT, verbose_name="évaluation", related_name="positions")
    party = models.CharField("partie", max_length=4, choices=Party)
    stance = models.CharField("position", max_length=10, choices=Stance)
    text = models.TextField("motif ou réserve", blank=True)
    simulated = models.BooleanField("simulé", default=False)
    taken_at = models.DateTimeField("prise le")
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="prise par", related_name="+")

    class Meta:
        verbose_name = "position d'une partie"
        verbose_name_plural = "positions des parties"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(stance=Stance.AGREES) | ~Q(text=""),
                name="evaluation_disagreement_says_why",
                violation_error_message="Un désaccord dit pourquoi.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_party_display()} : {self.get_stance_display()} sur {self.about}"
