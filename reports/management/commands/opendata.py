"""`manage.py opendata DOSSIER`: write the open data package; the files appear only once all are written."""

import csv
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cog.models import Convention
from cog.queries import NoConvention, convention_or_refuse
from reports.opendata import FILES, File, descriptor, text

DESCRIPTOR = "datapackage.json"


class Command(BaseCommand):
    help = "Écrit le paquet de données ouvertes (Frictionless) dans un dossier."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("dossier", type=Path)
        parser.add_argument("--convention", default="", help="code de la convention (par défaut celle en vigueur)")

    def handle(self, *args: Any, **options: Any) -> None:
        target: Path = options["dossier"]
        if target.exists() and (not target.is_dir() or (any(target.iterdir()) and not (target / DESCRIPTOR).exists())):
            raise CommandError(
                f"{target} : trouvé un dossier qui n'est ni vide ni un ancien paquet,"
                f" attendu un dossier à créer, vide, ou un ancien paquet ({DESCRIPTOR})"
            )
        try:
            convention = convention_or_refuse(code=options["convention"])
        except NoConvention as error:
            raise CommandError(str(error)) from None
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=target.parent, prefix=".paquet-") as folder:
                new = Path(folder)
                for file in FILES:
                    count = _write(new / f"{file.name}.csv", file, convention)
                    self.stdout.write(f"{file.name}.csv : {count} lignes")
                content = descriptor(convention, FILES, simulated=convention.holds_simulated)
                (new / DESCRIPTOR).write_text(
                    json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
                )
                target.mkdir(exist_ok=True)
                for path in new.iterdir():
                    shutil.move(path, target / path.name)
        except OSError as error:
            raise CommandError(f"{target} : impossible à écrire ({error.strerror})") from None
        self.stdout.write(f"Paquet écrit dans {target}")


def _write(path: Path, file: File, convention: Convention) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([column.name for column in file.columns])
        for row in file.rows(convention):
            writer.writerow([text(value) for value in row])
            count += 1
    return count
