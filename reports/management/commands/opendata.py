"""`manage.py opendata DOSSIER`: write the open data package; the files appear only once all are written."""

import shutil
import tempfile
from argparse import ArgumentTypeError
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cog.models import Convention
from cog.queries import NoConvention, convention_or_refuse
from reports.opendata import DESCRIPTOR, FILES, Known, NotKnown, write_folder


def day(text: str) -> date:
    """« 2014-07-31 »."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"trouvé « {text} », attendu une date AAAA-MM-JJ") from None


class Command(BaseCommand):
    help = "Écrit le paquet de données ouvertes (Frictionless) dans un dossier."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("dossier", type=Path)
        parser.add_argument("--as-of", type=day, metavar="AAAA-MM-JJ", help="ce qui était connu à la fin de ce jour")
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
            self._write(target, _known(convention, options["as_of"]))
        except (NoConvention, NotKnown) as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(f"{target} : impossible à écrire ({error.strerror})") from None
        self.stdout.write(f"Paquet écrit dans {target}")

    def _write(self, target: Path, known: Known) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".paquet-") as folder:
            new = Path(folder)
            for name, count in write_folder(new, FILES, known).items():
                self.stdout.write(f"{name}.csv : {count} lignes")
            target.mkdir(exist_ok=True)
            for path in new.iterdir():
                shutil.move(path, target / path.name)


def _known(convention: Convention, asked: date | None) -> Known:
    if asked is None:
        return Known(convention)
    return Known.at_the_end_of(asked, convention=convention, today=timezone.localdate())
