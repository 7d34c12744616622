"""The amendments of the convention: what they change, with the act that changes it (annexe 4, § 3, l. 12269)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cog.enums import AmendmentState, ChangeKind
from cog.models.convention import Convention
from cog.periods import format_date

PERSON = {"on_delete": models.PROTECT, "related_name": "+"}


class Amendment(models.Model):
    """« avenant »: targets, definitions, deadlines and programme amounts changed at once, by one signed act.

    It gathers its changes as a draft, is approved, then comes into force on its day; until then it can be taken back.
    Once it is in force, the database refuses every change of it.
    """

    convention = models.ForeignKey(Convention, models.PROTECT, verbose_name="convention")
    number = models.PositiveSmallIntegerField("numéro")
    title = models.CharField("objet", max_length=250)
    reference = models.CharField("référence de l'acte", max_length=250, blank=True)
    signed_on = models.DateField("signé le", null=True, blank=True)
    signatories = models.CharField("signataires", max_length=250, blank=True)
    effective_on = models.DateField("prend effet le")
    text = models.TextField("texte", blank=True)
    file = models.FileField("acte signé", upload_to="avenants", max_length=200, blank=True)
    file_name = models.CharField("nom du fichier", max_length=200, blank=True)
    file_sha256 = models.CharField("empreinte du fichier", max_length=64, blank=True)
    simulated = models.BooleanField("simulé", default=False)
    drafted_at = models.DateTimeField("préparé le")
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name="préparé par", **PERSON)
    approved_at = models.DateTimeField("approuvé le", null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="approuvé par", null=True, blank=True, **PERSON
    )
    entered_at = models.DateTimeField("entré en vigueur le", null=True, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="mis en vigueur par", null=True, blank=True, **PERSON
    )
    taken_back_at = models.DateTimeField("retiré le", null=True, blank=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="retiré par", null=True, blank=True, **PERSON
    )
    taken_back_reason = models.TextField("motif du retrait", blank=True)

    class Meta:
        verbose_name = "avenant"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["convention", "number"],
                name="amendment_number_once",
                violation_error_message="Ce numéro d'avenant existe déjà dans la convention.",
            ),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True, approved_by__isnull=True)
                | Q(approved_at__isnull=False, approved_by__isnull=False, signed_on__isnull=False)
                & ~Q(reference="")
                & ~Q(signatories=""),
                name="amendment_approved_has_its_act",
                violation_error_message="Un avenant approuvé a son acte : référence, signataires, date de signature.",
            ),
            models.CheckConstraint(
                condition=Q(entered_at__isnull=True, entered_by__isnull=True)
                | Q(entered_at__gte=F("approved_at"), entered_by__isnull=False, taken_back_at__isnull=True),
                name="amendment_enters_once_approved",
                violation_error_message="Un avenant entre en vigueur après son approbation, s'il n'est pas retiré.",
            ),
            models.CheckConstraint(
                condition=Q(taken_back_at__isnull=True, taken_back_by__isnull=True, taken_back_reason="")
                | Q(taken_back_at__isnull=False, taken_back_by__isnull=False) & ~Q(taken_back_reason=""),
                name="amendment_taken_back_says_why",
                violation_error_message="Un avenant retiré dit quand, par qui et pourquoi.",
            ),
        ]

    def __str__(self) -> str:
        signed = f" du {format_date(self.signed_on)}" if self.signed_on else ""
        return f"avenant n° {self.number}{signed}"

    @property
    def state(self) -> AmendmentState:
        if self.taken_back_at is not None:
            return AmendmentState.TAKEN_BACK
        if self.entered_at is not None:
            return AmendmentState.IN_FORCE
        return AmendmentState.APPROVED if self.approved_at is not None else AmendmentState.DRAFT

    @property
    def is_draft(self) -> bool:
        return self.state is AmendmentState.DRAFT


class AmendmentChange(models.Model):
    """« modification d'un avenant »: one value it changes: what it was, what it becomes, and where that is said.

    `subject` and `key` name the value for the app that owns it (`F10-21` and its target, `fnga/3` and a year…);
    `entry` is what was typed, `before` and `after` how both read.
    """

    amendment = models.ForeignKey(Amendment, models.CASCADE, verbose_name="avenant", related_name="changes")
    kind = models.CharField("objet", max_length=12, choices=ChangeKind)
    subject = models.CharField("porte sur", max_length=40)
    key = models.CharField("valeur", max_length=20, blank=True)
    label = models.CharField("intitulé", max_length=250)
    entry = models.TextField("saisie")
    before = models.TextField("avant", blank=True)
    after = models.TextField("après")
    source = models.CharField("source", max_length=250, blank=True)
    added_at = models.DateTimeField("ajoutée le")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name="ajoutée par", **PERSON)

    class Meta:
        verbose_name = "modification d'un avenant"
        verbose_name_plural = "modifications d'un avenant"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["amendment", "kind", "subject", "key"],
                name="amendment_change_once",
                violation_error_message="L'avenant change déjà cette valeur.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.label} : {self.before} → {self.after}"
