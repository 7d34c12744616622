"""What else the convention's text holds: anomalies, acronyms, commitments of the State, obligations and their dates."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from cog.enums import AnomalyTopic, ObligationFamily
from cog.models.convention import Convention, Fiche


class SourceAnomaly(models.Model):
    """« anomalie du texte »: a slip of the signed text, kept and shown, never repaired silently."""

    convention = models.ForeignKey(Convention, models.PROTECT, verbose_name="convention")
    code = models.CharField("code", max_length=40)
    place = models.CharField("endroit", max_length=250)
    seed_line = models.PositiveIntegerField("ligne du texte", null=True, blank=True)
    topic = models.CharField("sujet", max_length=16, choices=AnomalyTopic)
    what = models.TextField("ce qui étonne")
    reading = models.TextField("lecture retenue")

    class Meta:
        verbose_name = "anomalie du texte"
        verbose_name_plural = "anomalies du texte"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["convention", "code"],
                name="anomaly_code_once",
                violation_error_message="Ce code d'anomalie existe déjà dans la convention.",
            )
        ]

    def __str__(self) -> str:
        return self.code


class Acronym(models.Model):
    """« sigle »: a short name the text uses, with the words it stands for and where they come from.

    `seed_line` is the line that prints the sigle with its words when there is one (`spelled_out`, `source`
    « convention »), else the first line that uses it; the words then come from `source`.
    """

    convention = models.ForeignKey(Convention, models.PROTECT, verbose_name="convention")
    code = models.CharField("sigle", max_length=20)
    words = models.CharField("mots", max_length=250)
    seed_line = models.PositiveIntegerField("ligne du texte")
    source = models.CharField("source des mots", max_length=250)
    spelled_out = models.BooleanField("écrit en toutes lettres par la convention", default=True)
    note = models.TextField("note", blank=True)

    class Meta:
        verbose_name = "sigle"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["convention", "code"],
                name="acronym_code_once",
                violation_error_message="Ce sigle existe déjà dans la convention.",
            )
        ]

    def __str__(self) -> str:
        return self.code


class StateCommitment(models.Model):
    """« engagement de l'État »: what the State promised in a fiche, in a short wording of ours."""

    convention = models.ForeignKey(Convention, models.PROTECT, verbose_name="convention")
    fiche = models.ForeignKey(Fiche, models.PROTECT, verbose_name="fiche", null=True, blank=True)
    code = models.CharField("code", max_length=20)
    ordinal = models.PositiveSmallIntegerField("rang")
    wording = models.TextField("engagement, en bref")
    quote = models.TextField("mots du texte", blank=True)
    seed_line = models.PositiveIntegerField("ligne du texte")
    deadline_raw = models.CharField("échéance écrite", max_length=250, blank=True)
    deadline_kind = models.CharField("nature de l'échéance", max_length=20, blank=True)
    deadline_start = models.DateField("début de l'échéance", null=True, blank=True)
    deadline_end = models.DateField("fin de l'échéance", null=True, blank=True)

    class Meta:
        verbose_name = "engagement de l'État"
        verbose_name_plural = "engagements de l'État"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["convention", "code"],
                name="commitment_code_once",
                violation_error_message="Ce code d'engagement existe déjà dans la convention.",
            )
        ]

    def __str__(self) -> str:
        return self.code


class Obligation(models.Model):
    """« obligation de restitution »: an account the convention obliges the Cnaf to give, with the rule of its dates."""

    convention = models.ForeignKey(Convention, models.PROTECT, verbose_name="convention")
    code = models.CharField("code", max_length=60)
    family = models.CharField("famille", max_length=12, choices=ObligationFamily)
    title = models.TextField("intitulé")
    recipient = models.CharField("destinataire", max_length=250)
    rule = models.JSONField("règle")
    seed_line = models.PositiveIntegerField("ligne du texte")
    source = models.CharField("référence", max_length=250, blank=True)
    note = models.TextField("note", blank=True)

    class Meta:
        verbose_name = "obligation de restitution"
        verbose_name_plural = "obligations de restitution"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["convention", "code"],
                name="obligation_code_once",
                violation_error_message="Ce code d'obligation existe déjà dans la convention.",
            )
        ]

    def __str__(self) -> str:
        return self.title


class Restitution(models.Model):
    """« échéance de restitution »: one date of an obligation; a date on a weekend stays as written."""

    obligation = models.ForeignKey(Obligation, models.CASCADE, verbose_name="obligation")
    covers = models.CharField("objet", max_length=40, blank=True)
    due = models.DateField("échéance", null=True, blank=True)

    class Meta:
        verbose_name = "échéance de restitution"
        verbose_name_plural = "échéances de restitution"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["obligation", "covers", "due"],
                name="restitution_once",
                violation_error_message="Cette échéance de restitution existe déjà.",
            ),
            models.UniqueConstraint(
                fields=["obligation", "covers"],
                condition=Q(due__isnull=True),
                name="restitution_undated_once",
                violation_error_message="Cette restitution sans date existe déjà.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.obligation} · {self.covers}"
