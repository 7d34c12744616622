"""`manage.py grant_roles`: gives the application's account its rights, after each migration, as the owner."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection, transaction

from cog import database_roles


class Command(BaseCommand):
    help = (
        "Crée le compte de base de l'application s'il manque, et lui donne ses droits : lire et écrire, jamais changer"
        " les tables, ni ce qui est figé. À lancer sous le compte propriétaire après chaque « migrate »."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if connection.vendor != "postgresql":
            self.stdout.write("SQLite ne connaît pas de comptes : rien à faire.")
            return
        asked = settings.APPLICATION_DATABASE
        if not asked or not asked["USER"]:
            raise CommandError(
                "APPLICATION_DATABASE_URL manque : donner l'adresse que l'application emploie (postgres://compte:mot de"
                " passe@…), dont viennent le nom du compte et son mot de passe."
            )
        if asked["USER"] == connection.settings_dict["USER"]:
            raise CommandError(
                f"trouvé le même compte « {asked['USER']} » dans DATABASE_URL et APPLICATION_DATABASE_URL, attendu deux"
                " comptes : le propriétaire dans le premier, l'application dans le second."
            )
        try:
            with transaction.atomic():
                tables = database_roles.grant(connection, role=asked["USER"], password=asked["PASSWORD"])
        except DatabaseError as error:
            raise CommandError(
                f"la base refuse ({str(error).strip()}) : il faut posséder les tables et pouvoir créer un compte."
            ) from error
        self.stdout.write(f"Compte « {asked['USER']} » : droits donnés sur {len(tables)} tables.")
