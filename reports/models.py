"""What is shown and sent: editions of the documents, transmissions to the State, what is written on them."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from cog.models import Convention, Job
from cog.periods import parse
from reports.enums import DocumentKind, EditionState, FeedScope, NoteKind, TransmissionKind


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
