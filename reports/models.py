"""What is shown and sent: editions of the documents, transmissions to the State, what is written on them."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from cog.models import Convention, Job
from cog.periods import parse
from reports.enums import DocumentKind, EditionState, FeedScope, NoteKind, TransmissionKind


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


class DataPackage(models.Model):
    """« paquet de données »: the open data as one file, for those who may read all of its files.

    That of a published edition is public: written once, it never changes. Of the others only the last is kept.
    """

    convention = models.ForeignKey(Convention, models.PROTECT, verbose_name="convention")
    edition = models.OneToOneField(
        Edition, models.PROTECT, verbose_name="édition publiée", related_name="data_package", null=True, blank=True
    )
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


class Transmission(models.Model):
    """« transmission à l'État »: a copy of every figure, with what explains it, as it was on the day it was sent.

    Frozen by the database (`cog.frozen`): a correction is the next number, a rectification that names the one it
    replaces and says why. `payload` is the canonical JSON of the content, of which `sha256` is the digest; the receipt
    binds both to the number, the time and the sender. `late`: sent for the first time after the due date.
    """

    convention = models.ForeignKey(Convention, models.PROTECT, verbose_name="convention")
    kind = models.CharField("nature", max_length=12, choices=TransmissionKind)
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

    class Meta:
        verbose_name = "transmission à l'État"
        verbose_name_plural = "transmissions à l'État"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["convention", "kind", "period", "number"],
                name="transmission_number_once",
                violation_error_message="Ce numéro de transmission existe déjà pour cette période.",
            ),
            models.CheckConstraint(
                condition=Q(number=1, replaces__isnull=True, reason="")
                | (Q(number__gt=1, replaces__isnull=False) & ~Q(reason="")),
                name="transmission_rectification_says_what_and_why",
                violation_error_message="Une rectification nomme la transmission qu'elle remplace et dit pourquoi.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.period}, n° {self.number}"

    @property
    def receipt_number(self) -> str:
        """« 2014-T1/2 »: how people name it."""
        return f"{self.period}/{self.number}"

    @property
    def is_budget(self) -> bool:
        """Whether it is an edition of a fund, not the results of a quarter."""
        return self.kind != TransmissionKind.QUARTER

    @property
    def period_label(self) -> str:
        return self.period if self.is_budget else parse(self.period).label

    @property
    def is_rectification(self) -> bool:
        return self.number > 1


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


class CalendarFeed(models.Model):
    """« flux de calendrier »: a secret address where a calendar reads the dates of a person, or of their role.

    The secret itself is shown once and never kept: only its digest is. Revoked, the address answers no more.
    """

    scope = models.CharField("contenu", max_length=12, choices=FeedScope)
    secret_sha256 = models.CharField("empreinte du secret", max_length=64, unique=True)
    opened_at = models.DateTimeField("ouvert le")
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="ouvert par", related_name="calendar_feeds"
    )
    revoked_at = models.DateTimeField("révoqué le", null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="révoqué par", null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "flux de calendrier"
        verbose_name_plural = "flux de calendrier"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__gte=models.F("opened_at"), revoked_by__isnull=False),
                name="feed_revoked_by_someone_after_its_opening",
                violation_error_message="Un flux est révoqué après avoir été ouvert, et quelqu'un le dit.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_scope_display()} de {self.opened_by}"


class ActionIndicator(models.Model):
    """« lien entre une action et un indicateur »: the action is meant to move it; closed, never rewritten.

    Both sides are named by their keys (`10/3`, `F10-21`): the two apps do not know each other.
    """

    convention = models.ForeignKey(Convention, models.PROTECT, verbose_name="convention")
    action_key = models.CharField("action", max_length=12)
    indicator_code = models.CharField("indicateur", max_length=20)
    reason = models.CharField("ce qui en est attendu", max_length=250, blank=True)
    linked_at = models.DateTimeField("lié le")
    linked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="lié par", related_name="+")
    unlinked_at = models.DateTimeField("délié le", null=True, blank=True)
    unlinked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="délié par", null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "lien entre une action et un indicateur"
        verbose_name_plural = "liens entre actions et indicateurs"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["convention", "action_key", "indicator_code"],
                condition=Q(unlinked_at__isnull=True),
                name="action_indicator_once",
                violation_error_message="Cette action est déjà liée à cet indicateur.",
            ),
            models.CheckConstraint(
                condition=Q(unlinked_at__isnull=True, unlinked_by__isnull=True)
                | Q(unlinked_at__gte=models.F("linked_at"), unlinked_by__isnull=False),
                name="action_indicator_unlinked_by_someone",
                violation_error_message="Un lien est retiré après avoir été posé, et quelqu'un le dit.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action_key} → {self.indicator_code}"
