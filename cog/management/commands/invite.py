"""Open an account from the command line: the first of an installation, who then invites the others."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.urls import reverse
from django.utils import timezone

from cog.enums import Role
from cog.invitations import token_for
from cog.models import User
from cog.operations import AccountRefused, AccountRequest, command_account, invite, invite_again

UNBOUND = [role for role in Role if role not in (Role.CAISSE, Role.CONTRIBUTOR)]


class Command(BaseCommand):
    help = "Ouvre un compte et envoie son invitation ; le lien est aussi écrit ici, si le courriel ne part pas."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("adresse", help="adresse électronique de la personne")
        parser.add_argument("--nom", default="", help="prénom et nom, pour un nouveau compte")
        parser.add_argument(
            "--role", default=Role.OPERATIONS.value, choices=[role.value for role in UNBOUND], help="rôle donné"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        email, by, at = options["adresse"].strip().lower(), command_account(), timezone.now()
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(f"« {email} » n'est pas une adresse électronique.") from None
        user = User.objects.filter(email=email).first()
        try:
            if user is not None:
                invite_again(user=user, by=by, at=at)
                user.refresh_from_db()
            elif not options["nom"]:
                raise CommandError("Donner le nom de la personne : --nom « Prénom Nom ».")
            else:
                request = AccountRequest(email=email, name=options["nom"], role=Role(options["role"]))
                user = invite(request=request, by=by, at=at)
        except AccountRefused as refused:
            raise CommandError(str(refused)) from None
        link = f"{settings.SITE_URL}{reverse('invitation', args=[token_for(user)])}"
        self.stdout.write(f"Invitation envoyée à {email}. Son lien, à ne donner qu'à cette personne :\n{link}")
