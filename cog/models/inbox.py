"""What the application tells a person by itself: notifications, how they want them, and how far they read the news."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from cog.audit import AuditEvent
from cog.enums import MailState, NotificationChannel, NotificationKind
from cog.models.accounts import User


class Notification(models.Model):
    """« notification »: one thing told to one person, once for each act; read when they say so.

    Written in the transaction of the act itself. `mail`: whether an e-mail goes with it, and whether it left.
    """

    recipient = models.ForeignKey(User, models.CASCADE, verbose_name="destinataire", related_name="notifications")
    kind = models.CharField("nature", max_length=12, choices=NotificationKind)
    text = models.CharField("texte", max_length=300)
    url = models.CharField("page", max_length=300, blank=True)
    moment = models.DateTimeField("le")
    event = models.ForeignKey(AuditEvent, models.PROTECT, verbose_name="acte", null=True, blank=True, related_name="+")
    is_read = models.BooleanField("lue", default=False)
    mail = models.CharField("courriel", max_length=10, choices=MailState, default=MailState.NONE)

    class Meta:
        verbose_name = "notification"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["recipient", "event"],
                condition=Q(event__isnull=False),
                name="notification_once_an_act",
                violation_error_message="Cette personne est déjà avertie de cet acte.",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["recipient", "is_read"], name="notification_unread"),
            models.Index(fields=["mail"], condition=Q(mail="a_envoyer"), name="notification_to_mail"),
        ]

    def __str__(self) -> str:
        return self.text


class NotificationChoice(models.Model):
    """« choix de notification »: how a person wants to be told of one kind of thing; in the application by default."""

    kind = models.CharField("nature", max_length=12, choices=NotificationKind)
    channel = models.CharField("canal", max_length=12, choices=NotificationChannel)
    chosen_at = models.DateTimeField("choisi le")
    chosen_by = models.ForeignKey(User, models.CASCADE, verbose_name="choisi par", related_name="notification_choices")

    class Meta:
        verbose_name = "choix de notification"
        verbose_name_plural = "choix de notification"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["chosen_by", "kind"],
                name="notification_choice_once",
                violation_error_message="Ce choix est déjà fait.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.chosen_by} · {self.get_kind_display()} · {self.get_channel_display()}"


class NewsReading(models.Model):
    """« lecture des nouveautés »: up to when a person said they read what changed."""

    read_at = models.DateTimeField("lu jusqu'au")
    read_by = models.OneToOneField(User, models.CASCADE, verbose_name="lu par", related_name="news_reading")

    class Meta:
        verbose_name = "lecture des nouveautés"
        verbose_name_plural = "lectures des nouveautés"

    def __str__(self) -> str:
        return f"{self.read_by}, jusqu'au {self.read_at:%d/%m/%Y}"
