"""The convention, its domains and fiches, the bodies of the branch."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from cog.enums import OrganisationKind
from cog.periods import Granularity, Period, year


class Convention(models.Model):
    """« convention d'objectifs et de gestion (Cog) »: the contract whose execution is followed.

    The signature date is not printed (« aujourd'hui », l. 5): it stays empty until someone enters it with its source.
    """

    code = models.SlugField("code", unique=True, max_length=40)
    title = models.TextField("intitulé")
    short_title = models.CharField("intitulé court", max_length=120)
    branch = models.CharField("branche", max_length=120)
    start = models.DateField("début")
    end = models.DateField("fin")
    signature_date = models.DateField("date de signature", null=True, blank=True)
    signature_note = models.TextField("source de la date de signature", blank=True)
    signatories = models.JSONField("signataires", default=list, blank=True)
    seed_file = models.CharField("texte source", max_length=120, blank=True)
    holds_simulated = models.BooleanField("contient des données simulées", default=False)

    class Meta:
        verbose_name = "convention d'objectifs et de gestion (Cog)"
        verbose_name_plural = "conventions d'objectifs et de gestion"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(end__gt=F("start")),
                name="convention_dates_in_order",
                violation_error_message="La convention doit finir après avoir commencé.",
            )
        ]

    def __str__(self) -> str:
        return self.short_title

    @property
    def years(self) -> range:
        """The calendar years of the term, in order."""
        return range(self.start.year, self.end.year + 1)

    @property
    def quarters(self) -> list[Period]:
        """The quarters of the term, in order."""
        return [one for number in self.years for one in year(number).children(Granularity.QUARTER)]


class Domain(models.Model):
    """« domaine »: one of the parts into which the fiches are gathered."""

    convention = models.ForeignKey(Convention, models.PROTECT, verbose_name="convention")
    number = models.PositiveSmallIntegerField("numéro")
    title = models.TextField("intitulé")
    seed_line = models.PositiveIntegerField("ligne du texte")

    class Meta:
        verbose_name = "domaine"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["convention", "number"],
                name="domain_number_once",
                violation_error_message="Ce numéro de domaine existe déjà dans la convention.",
            )
        ]

    def __str__(self) -> str:
        return self.title


class Fiche(models.Model):
    """« fiche thématique »: the unit in which the convention promises, measures and reports."""

    convention = models.ForeignKey(Convention, models.PROTECT, verbose_name="convention")
    domain = models.ForeignKey(Domain, models.PROTECT, verbose_name="domaine")
    number = models.PositiveSmallIntegerField("numéro")
    title = models.TextField("intitulé")
    seed_line = models.PositiveIntegerField("ligne du texte")

    class Meta:
        verbose_name = "fiche thématique"
        verbose_name_plural = "fiches thématiques"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["convention", "number"],
                name="fiche_number_once",
                violation_error_message="Ce numéro de fiche existe déjà dans la convention.",
            )
        ]

    def __str__(self) -> str:
        return f"Fiche n° {self.number}"


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def caisses(self) -> "OrganisationQuerySet":
        """The caisses of the network, which owe the local results."""
        return self.filter(kind=OrganisationKind.CAISSE, in_network=True)


class Organisation(models.Model):
    """« organisme »: a caisse, or another body of the branch that reports a figure; kinds and dates are data."""

    convention = models.ForeignKey(Convention, models.PROTECT, verbose_name="convention")
    code = models.CharField("code", max_length=12)
    name = models.CharField("nom", max_length=120)
    kind = models.CharField("nature", max_length=16, choices=OrganisationKind)
    departement = models.CharField("département", max_length=3, blank=True)
    departement_name = models.CharField("nom du département", max_length=60, blank=True)
    region_2013 = models.CharField("région de 2013", max_length=60, blank=True)
    region_code_2013 = models.CharField("code de la région de 2013", max_length=3, blank=True)
    region_2016 = models.CharField("région de 2016", max_length=60, blank=True)
    is_dom = models.BooleanField("outre-mer", default=False)
    in_network = models.BooleanField("dans le réseau", default=True)
    valid_from = models.DateField("existe depuis", null=True, blank=True)
    valid_to = models.DateField("existe jusqu'au", null=True, blank=True)
    source = models.TextField("source", blank=True)
    note = models.TextField("note", blank=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = "organisme"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["convention", "code"],
                name="organisation_code_once",
                violation_error_message="Ce code d'organisme existe déjà dans la convention.",
            )
        ]

    def __str__(self) -> str:
        return self.name
