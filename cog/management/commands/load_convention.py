"""`manage.py load_convention DOSSIER [--dry-run]`: bring the database in line with a convention's reference files."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cog.operations import ReferenceRefused, command_account, load_convention
from cog.queries import NoConvention, require_tables


class Command(BaseCommand):
    help = "Charge les fichiers de référence d'une convention (sans donnée remontée ni donnée de démonstration)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("dossier", type=Path, help="dossier de la convention, par exemple fixtures/cog-2013-2017")
        parser.add_argument("--dry-run", action="store_true", help="montrer ce qui changerait, sans rien écrire")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            require_tables()
            loaded = load_convention(
                path=options["dossier"], by=command_account(), at=timezone.now(), dry_run=options["dry_run"]
            )
        except NoConvention as error:
            raise CommandError(str(error)) from None
        except ReferenceRefused as refusal:
            for problem in refusal.problems:
                self.stderr.write(str(problem))
            self.stderr.write(f"{len(refusal.problems)} anomalie(s) : rien n'a été chargé.")
            raise SystemExit(1) from None
        for change in loaded.changes:
            if change.any:
                self.stdout.write(str(change))
        if not loaded.any:
            self.stdout.write(f"{loaded.convention} : rien à changer.")
        elif options["dry_run"]:
            self.stdout.write("Essai à blanc : rien n'a été écrit.")
