"""`manage.py restore DOSSIER [--replace]`: puts a backup back into the base of the settings, and checks it."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cog import backup
from cog.backup_operations import restore_everything
from reports.integrity import everything_wrong


class Command(BaseCommand):
    help = (
        "Restaure une sauvegarde dans la base (DATABASE_URL) et le dossier (SUIVI_VAR) des réglages, puis vérifie"
        " toutes les empreintes ; rend 1 si l'une diffère."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DOSSIER", help="dossier écrit par « manage.py backup »")
        parser.add_argument("--replace", action="store_true", help="perdre ce que tiennent déjà la base et le dossier")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"].resolve()
        try:
            found = restore_everything(folder=folder, at=timezone.now(), replace=options["replace"])
        except (backup.BackupRefused, OSError) as refusal:
            raise CommandError(str(refusal)) from refusal
        found += everything_wrong()
        for problem in found:
            self.stderr.write(problem)
        if found:
            raise SystemExit(1)
        self.stdout.write(
            "Restauré et vérifié : base, fichiers, empreintes. Sur PostgreSQL, relancer « manage.py grant_roles »."
        )
