"""`manage.py backup DOSSIER`: the database and the stored files, with a manifest of digests; for each night."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cog import backup
from cog.backup_operations import back_up_everything
from cog.operations import command_account


class Command(BaseCommand):
    help = "Sauvegarde la base et les fichiers dans un dossier neuf, avec un manifeste d'empreintes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DOSSIER", help="dossier à créer, hors du disque de la base")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"].resolve()
        if folder.is_relative_to(settings.VAR_DIR / "documents"):
            raise CommandError(
                "une sauvegarde ne s'écrit pas parmi les fichiers qu'elle copie : donner un autre dossier."
            )
        try:
            manifest = back_up_everything(folder=folder, by=command_account(), at=timezone.now())
        except (backup.BackupRefused, OSError) as refusal:
            raise CommandError(str(refusal)) from refusal
        size = sum(part.size for part in manifest.parts)
        self.stdout.write(f"{folder / backup.MANIFEST} : {len(manifest.files)} fichiers, {size} octets.")
