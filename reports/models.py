"""What is shown and sent: the editions of the documents, each with the payload it was printed from."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from cog.models import Convention, Job
from reports.enums import DocumentKind, EditionState


class Edition(models.Model):
    """« édition »: one numbered printing of a document; its payload, its PDF and their digests never change.

    A draft (« projet ») is numbered too: what was shown to someone can always be found again.
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

    class Meta:
        verbose_name = "édition"
        constraints: ClassVar = [
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
