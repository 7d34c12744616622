"""What was sent to the State, what is written on it, and how the documents owed are made."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from cog.models import Convention
from cog.periods import parse
from reports.enums import NoteKind, TransmissionKind


class Transmission(models.Model):
    """« transmission à l'État »: a copy of every figure, with what explains it, as it was on the day it was sent.

    Frozen by the database (`cog.frozen`): a correction is the next number, a rectification that names the one it
    replaces and says why. `payload` is the canonical JSON of the content, of which `sha256` is the digest; the receipt
    binds both to the number, the time and the sender. `late`: sent for the first time after the due date. A document
    that is owed names its obligation (`subject`) and may carry a file, whose digest is in the payload.
    """

    convention = models.ForeignKey(Convention, models.PROTECT, verbose_name="convention")
    kind = models.CharField("nature", max_length=12, choices=TransmissionKind)
    subject = models.CharField("obligation", max_length=60, blank=True)
    period = models.CharField("période", max_length=10)
    number = models.PositiveSmallIntegerField("numéro")
    replaces = models.OneToOneField(
        "self", models.PROTECT, verbose_name="rectifie", related_name="rectified_by", null=True, blank=True
    )
    reason = models.TextField("motif de la rectification", blank=True)
    due = models.DateField("échéance", null=True)
    transmitted_at = models.DateTimeField("transmise le")
    transmitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="transmise par", related_name="+"
    )
    late = models.BooleanField("en retard", default=False)
    simulated = models.BooleanField("données simulées", default=False)
    payload = models.TextField("contenu")
    sha256 = models.CharField("empreinte du contenu", max_length=64)
    receipt = models.BinaryField("reçu (PDF)")
    receipt_sha256 = models.CharField("empreinte du reçu", max_length=64)
    attachment = models.FileField("pièce", upload_to="documents", max_length=200, blank=True)

    class Meta:
        verbose_name = "transmission à l'État"
        verbose_name_plural = "transmissions à l'État"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["convention", "kind", "subject", "period", "number"],
                name="transmission_number_once",
                violation_error_message="Ce numéro de transmission existe déjà pour cette période.",
            ),
            models.CheckConstraint(
                condition=Q(kind=TransmissionKind.DOCUMENT) & ~Q(subject="")
                | ~Q(kind=TransmissionKind.DOCUMENT) & Q(subject="", attachment=""),
                name="transmission_document_names_its_obligation",
                violation_error_message="Un document dû, et lui seul, nomme son obligation et porte une pièce.",
            ),
            models.CheckConstraint(
                condition=Q(number=1, replaces__isnull=True, reason="")
                | (Q(number__gt=1, replaces__isnull=False) & ~Q(reason="")),
                name="transmission_rectification_says_what_and_why",
                violation_error_message="Une rectification nomme la transmission qu'elle remplace et dit pourquoi.",
            ),
        ]

    def __str__(self) -> str:
        what = " ".join(filter(None, (self.get_kind_display(), self.subject, self.period)))
        return f"{what}, n° {self.number}"

    @property
    def receipt_number(self) -> str:
        """« 2014-T1/2 », « FRA-TDB 2014-T1/1 »: how people name it."""
        return f"{self.subject} {self.period}/{self.number}".lstrip()

    @property
    def is_budget(self) -> bool:
        """Whether it is an edition of a fund."""
        return self.kind in (TransmissionKind.DASHBOARD, TransmissionKind.FNAS)

    @property
    def is_report(self) -> bool:
        """Whether it is a project of the annual bilan."""
        return self.kind == TransmissionKind.REPORT

    @property
    def is_document(self) -> bool:
        """Whether it is a document owed beside the results and the funds."""
        return self.kind == TransmissionKind.DOCUMENT

    @property
    def is_quarter(self) -> bool:
        """Whether it is the results of a quarter."""
        return self.kind == TransmissionKind.QUARTER

    @property
    def period_label(self) -> str:
        return parse(self.period).label if self.is_quarter else self.period

    @property
    def file_name(self) -> str:
        """« 2014-T1-2 », « FRA-TDB-2014-T1-1 »: how its files are called."""
        return f"{self.subject}-{self.period}-{self.number}".lstrip("-")

    @property
    def is_rectification(self) -> bool:
        return self.number > 1


class DocumentLayout(models.Model):
    """« composition d'un document dû »: the blocks the application makes it of, as `documents.yaml` gives them.

    `code` is an obligation's, or `MISSION` for the file given to a control mission. `goes_with`: the obligation whose
    delivery is also this one's. Reference data: kept in line with its file, never edited elsewhere.
    """

    MISSION = "MISSION"

    convention = models.ForeignKey(Convention, models.PROTECT, verbose_name="convention")
    code = models.CharField("obligation", max_length=60)
    note = models.TextField("note", blank=True)
    goes_with = models.CharField("remis avec", max_length=60, blank=True)
    layout = models.JSONField("composition", default=dict)

    class Meta:
        verbose_name = "composition d'un document dû"
        verbose_name_plural = "compositions des documents dus"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["convention", "code"],
                name="document_layout_once",
                violation_error_message="La composition de ce document est déjà donnée.",
            )
        ]

    def __str__(self) -> str:
        return self.code


class StateNote(models.Model):
    """« note de la tutelle »: what the State writes on a transmission, and the answers; never edited.

    `subject` is the code of the indicator it is about; empty for the whole transmission.
    """

    transmission = models.ForeignKey(
        Transmission, models.PROTECT, verbose_name="transmission", related_name="state_notes"
    )
    kind = models.CharField("nature", max_length=12, choices=NoteKind)
    subject = models.CharField("indicateur", max_length=12, blank=True)
    text = models.TextField("texte", blank=True)
    reply_to = models.ForeignKey(
        "self", models.PROTECT, verbose_name="en réponse à", related_name="answers", null=True, blank=True
    )
    written_at = models.DateTimeField("écrite le")
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="écrite par", related_name="+"
    )

    class Meta:
        verbose_name = "note de la tutelle"
        verbose_name_plural = "notes de la tutelle"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["transmission"],
                condition=Q(kind=NoteKind.ACKNOWLEDGEMENT),
                name="state_note_acknowledged_once",
                violation_error_message="Cette transmission a déjà son accusé de réception.",
            ),
            models.CheckConstraint(
                condition=Q(kind=NoteKind.ANSWER, reply_to__isnull=False)
                | (~Q(kind=NoteKind.ANSWER) & Q(reply_to__isnull=True)),
                name="state_note_answers_a_question",
                violation_error_message="Une réponse, et elle seule, répond à une question.",
            ),
            models.CheckConstraint(
                condition=Q(kind=NoteKind.ACKNOWLEDGEMENT) | ~Q(text=""),
                name="state_note_says_something",
                violation_error_message="Une question, une réponse ou une observation ne peut être vide.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} sur {self.transmission_id}"
