"""Who may come in, and as what."""

from typing import ClassVar

from django.apps import apps
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from cog.enums import Role
from cog.models.convention import Fiche, Organisation


class UserManager(BaseUserManager["User"]):
    """Accounts are found by e-mail, whatever its case."""

    def get_queryset(self) -> models.QuerySet["User"]:
        """With how many notifications each has not read: the bell of every page asks nothing more."""
        told = apps.get_model("cog", "Notification").objects.filter(recipient=OuterRef("pk"), is_read=False)
        counted = told.order_by().values("recipient").annotate(count=Count("pk")).values("count")
        return super().get_queryset().annotate(unread=Coalesce(Subquery(counted), 0))

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
    invited_at = models.DateTimeField("invité le", null=True, blank=True)
    invited_by = models.ForeignKey(
        "self", models.PROTECT, verbose_name="invité par", null=True, blank=True, related_name="+"
    )

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

    @property
    def has_come(self) -> bool:
        """Whether the person chose a way in: an account that was only invited has none."""
        return self.has_usable_password() or self.last_login is not None


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
