"""Documents that are printed and numbered: editions of the bilan, what is said of them, packages of data."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from cog.models import Convention, Job
from reports.enums import DataForm, DocumentKind, EditionState


class Edition(models.Model):
    """« édition »: one numbered printing of a document; once printed, the database refuses to change it.

    A draft (« projet ») is numbered too: what was shown to someone can always be found again. The later states (sent
    to the State, common to both, presented to the board: l. 12255) are printed from the content of the one they come
    from (`origin`): their figures are the same, whatever moved since.
    """

    convention = models.ForeignKey(Convention, models.PROTECT, verbose_name="convention")
    kind = models.CharField("document", max_length=10, choices=DocumentKind)
    year = models.PositiveSmallIntegerField("exercice")
    number = models.PositiveSmallIntegerField("numéro")
    state = models.CharField("état", max_length=10, choices=EditionState)
    payload = models.JSONField("contenu", null=True)
    payload_sha256 = models.CharField("empreinte du contenu", max_length=64, blank=True)
    file = models.FileField("PDF", upload_to="editions", max_length=200, blank=True)
    file_sha256 = models.CharField("empreinte du PDF", max_length=64, blank=True)
    simulated = models.BooleanField("données simulées", default=False)
    requested_at = models.DateTimeField("demandée le")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="demandée par", related_name="+"
    )
    job = models.OneToOneField(Job, models.PROTECT, verbose_name="travail de fond", null=True, blank=True)
    origin = models.ForeignKey(
        "self", models.PROTECT, verbose_name="établie d'après", related_name="following", null=True, blank=True
    )
    presented_on = models.DateField("présentée au conseil le", null=True, blank=True)

    class Meta:
        verbose_name = "édition"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state=EditionState.DRAFT, origin__isnull=True)
                | ~Q(state=EditionState.DRAFT) & Q(origin__isnull=False),
                name="edition_comes_from_a_former_one",
                violation_error_message="Un projet est nouveau ; toute autre édition est établie d'après une autre.",
            ),
            models.CheckConstraint(
                condition=Q(state=EditionState.PUBLISHED, presented_on__isnull=False)
                | ~Q(state=EditionState.PUBLISHED) & Q(presented_on__isnull=True),
                name="edition_presented_has_its_day",
                violation_error_message="Une édition présentée au conseil, et elle seule, porte le jour de la séance.",
            ),
            models.UniqueConstraint(
                fields=["convention", "kind", "year", "number"],
                name="edition_number_once",
                violation_error_message="Ce numéro d'édition existe déjà pour ce document et cet exercice.",
            ),
            models.CheckConstraint(
                condition=(Q(file="") & Q(file_sha256="")) | (~Q(file="") & ~Q(file_sha256="") & ~Q(payload_sha256="")),
                name="edition_file_has_its_digest",
                violation_error_message="Un PDF enregistré porte son empreinte et celle de son contenu.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.year}, édition {self.number}"

    @property
    def is_ready(self) -> bool:
        return bool(self.file)

    @property
    def file_size(self) -> int:
        """Bytes of the PDF; 0 when its file is missing, which `check_integrity` tells."""
        try:
            return int(self.file.size) if self.file else 0
        except FileNotFoundError:
            return 0

    @property
    def gathered_at(self) -> datetime:
        """When its figures were gathered: those of a draft or of what was sent; a later state keeps the latter's."""
        if self.origin is None or self.state == EditionState.SENT:
            return self.requested_at
        return self.origin.gathered_at


class EditionAgreement(models.Model):
    """« accord de la tutelle »: the State agrees to a common document as it was printed; never taken back."""

    edition = models.OneToOneField(Edition, models.PROTECT, verbose_name="document commun", related_name="agreement")
    agreed_at = models.DateTimeField("donné le")
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="donné par", related_name="+")

    class Meta:
        verbose_name = "accord de la tutelle"
        verbose_name_plural = "accords de la tutelle"

    def __str__(self) -> str:
        return f"accord sur {self.edition}"


class SynthesisText(models.Model):
    """« texte de synthèse »: the words a person puts in place of a generated sentence of the bilan; the last one holds.

    Figures are written as names between braces, which the report replaces; an empty text gives the sentence back.
    """

    convention = models.ForeignKey(Convention, models.PROTECT, verbose_name="convention")
    year = models.PositiveSmallIntegerField("exercice")
    key = models.CharField("phrase", max_length=40)
    text = models.TextField("texte", blank=True)
    written_at = models.DateTimeField("écrit le")
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="écrit par", related_name="+")

    class Meta:
        verbose_name = "texte de synthèse"
        verbose_name_plural = "textes de synthèse"
        indexes: ClassVar = [models.Index(fields=["convention", "year", "key"], name="synthesis_text_of_a_year")]

    def __str__(self) -> str:
        return f"{self.key}, {self.year}"


class DataPackage(models.Model):
    """« paquet de données »: the open data as one file, for those who may read all of its files.

    That of a published edition is public: written once, it never changes. Of the others only the last is kept.
    """

    convention = models.ForeignKey(Convention, models.PROTECT, verbose_name="convention")
    edition = models.OneToOneField(
        Edition, models.PROTECT, verbose_name="édition publiée", related_name="data_package", null=True, blank=True
    )
    form = models.CharField("forme", max_length=8, choices=DataForm, default=DataForm.PACKAGE)
    files = models.CharField("fichiers", max_length=300)
    counts = models.JSONField("lignes de chaque fichier", default=dict)
    file = models.FileField("paquet", upload_to="paquets", max_length=200, blank=True)
    file_sha256 = models.CharField("empreinte du paquet", max_length=64, blank=True)
    simulated = models.BooleanField("données simulées", default=False)
    requested_at = models.DateTimeField("demandé le")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="demandé par", related_name="+"
    )
    job = models.OneToOneField(Job, models.PROTECT, verbose_name="travail de fond", null=True, blank=True)

    class Meta:
        verbose_name = "paquet de données"
        verbose_name_plural = "paquets de données"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(Q(file="") & Q(file_sha256="")) | (~Q(file="") & ~Q(file_sha256="")),
                name="data_package_file_has_its_digest",
                violation_error_message="Un paquet enregistré porte son empreinte.",
            ),
            models.CheckConstraint(
                condition=Q(form=DataForm.PACKAGE) | Q(edition=None),
                name="data_package_published_as_files",
                violation_error_message="Les données publiées avec un bilan sont un paquet de fichiers CSV.",
            ),
        ]

    def __str__(self) -> str:
        whose = f"publiques, {self.edition}" if self.edition else "internes"
        return f"Données {whose}"

    @property
    def is_ready(self) -> bool:
        return bool(self.file)

    @property
    def names(self) -> list[str]:
        """The files it holds."""
        return self.files.split(",")
