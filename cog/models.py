"""Tables every app shares: the convention, its fiches, the bodies of the branch, the accounts."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from cog.audit import AuditEvent
from cog.enums import AnomalyTopic, ObligationFamily, OrganisationKind, Role
from cog.jobs import Job
from cog.periods import Granularity, Period, year

__all__ = [
    "Acronym",
    "AuditEvent",
    "Convention",
    "Domain",
    "Fiche",
    "Job",
    "Membership",
    "Obligation",
    "Organisation",
    "Restitution",
    "SourceAnomaly",
    "StateCommitment",
    "User",
]


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


class UserManager(BaseUserManager["User"]):
    """Accounts are found by e-mail, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)

    def create_user(self, *, email: str, password: str | None, name: str) -> "User":
        user = self.model(email=email.strip().lower(), name=name)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """« compte »: a person, or the built-in account « commande » that signs what the command line does."""

    email = models.EmailField("adresse électronique", unique=True)
    name = models.CharField("nom", max_length=120)
    is_active = models.BooleanField("actif", default=True)
    is_demonstration = models.BooleanField("compte de démonstration", default=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["name"]
    objects = UserManager()

    class Meta:
        verbose_name = "compte"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(email=models.functions.Lower("email")),
                name="user_email_lower_case",
                violation_error_message="L'adresse électronique s'écrit en minuscules.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """« habilitation »: the role of an account, and the body or the fiches it is limited to."""

    user = models.ForeignKey(User, models.CASCADE, verbose_name="compte", related_name="memberships")
    role = models.CharField("rôle", max_length=12, choices=Role)
    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="caisse", null=True, blank=True)
    fiches = models.ManyToManyField(Fiche, verbose_name="fiches", blank=True)
    valid_from = models.DateField("depuis le", null=True, blank=True)
    valid_to = models.DateField("jusqu'au", null=True, blank=True)

    class Meta:
        verbose_name = "habilitation"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(role=Role.CAISSE, organisation__isnull=False)
                | (~Q(role=Role.CAISSE) & Q(organisation__isnull=True)),
                name="membership_caisse_has_its_organisation",
                violation_error_message="Le rôle « caisse » désigne sa caisse, les autres aucune.",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "organisation"],
                name="membership_once",
                violation_error_message="Ce compte a déjà cette habilitation.",
            ),
            models.UniqueConstraint(
                fields=["user", "role"],
                condition=Q(organisation__isnull=True),
                name="membership_without_body_once",
                violation_error_message="Ce compte a déjà cette habilitation.",
            ),
        ]

    def __str__(self) -> str:
        return self.get_role_display()
