"""`manage.py mission_file AAAA-MM-JJ -o FICHIER.zip [--by COMPTE]`: the file given to a control mission."""

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cog.models import User
from cog.operations import command_account
from cog.queries import NoConvention, account_named, convention_or_refuse
from reports.mission import NoMission
from reports.operations import produce_mission_file


class Command(BaseCommand):
    help = (
        "Écrit le dossier d'une mission de contrôle : charge, effectifs, simplifications et transmissions à une date."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("situation", type=date.fromisoformat, help="la date du dossier, AAAA-MM-JJ")
        parser.add_argument("-o", "--output", type=Path, required=True, help="le fichier .zip à écrire")
        parser.add_argument("--by", default="", help="adresse du compte qui le demande (par défaut « commande »)")
        parser.add_argument("--convention", default="", help="code de la convention (par défaut celle en vigueur)")

    def handle(self, *args: Any, **options: Any) -> None:
        target: Path = options["output"]
        if target.is_dir():
            raise CommandError(f"{target} : trouvé un dossier, attendu un fichier .zip à écrire")
        try:
            convention = convention_or_refuse(code=options["convention"])
            by = self._account(options["by"])
            made = produce_mission_file(convention=convention, situation=options["situation"], by=by, at=timezone.now())
            target.write_bytes(made.data)
        except (NoConvention, NoMission) as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(f"{target} : impossible à écrire ({error.strerror})", returncode=2) from None
        self.stdout.write(f"{target} : situation au {options['situation']:%d/%m/%Y}")
        self.stdout.write(f"sha256 {made.sha256}")

    def _account(self, text: str) -> User:
        found = account_named(text) if text else command_account()
        if found is None:
            raise CommandError(f"--by {text} : aucun compte actif de cette adresse")
        return found
