"""`manage.py bilan 2014 [-o FICHIER.pdf]`: the printed bilan of a year, a draft as long as none is published.

`-o FICHIER.docx` writes its editable twin, from the same content.
"""

import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cog.figures import format_figure
from cog.models import Convention
from cog.operations import command_account
from cog.queries import NoConvention, convention_or_refuse
from reports.models import Edition
from reports.operations import draft_annual_report
from reports.report_queries import stored_report


class Command(BaseCommand):
    help = (
        "Écrit le bilan annuel d'un exercice en PDF, ou en DOCX : l'édition publiée, sinon un projet marqué comme tel."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("annee", type=int, help="exercice, dans la convention : 2014")
        parser.add_argument(
            "-o", "--output", type=Path, help="fichier .pdf ou .docx à écrire (par défaut var/bilan-ANNÉE.pdf)"
        )
        parser.add_argument("--convention", default="", help="code de la convention (par défaut celle en vigueur)")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        year: int = options["annee"]
        target: Path = options["output"] or Path(settings.VAR_DIR) / f"bilan-{year}.pdf"
        try:
            convention = convention_or_refuse(code=options["convention"])
        except NoConvention as error:
            raise CommandError(str(error)) from None
        if year not in convention.years:
            raise CommandError(
                f"{year} : trouvé un exercice hors de la convention, attendu un exercice"
                f" de {convention.years[0]} à {convention.years[-1]}"
            )
        try:
            with _written_whole(target) as partial:
                edition = self._edition(convention, year)
                digest = _write(edition, target, partial)
        except OSError as error:
            raise CommandError(f"{target} : fichier impossible à écrire ({error.strerror})") from None
        simulated = ", données simulées" if edition.simulated else ""
        self.stdout.write(f"{edition}, {edition.get_state_display()}{simulated} : {target}")
        elapsed = format_figure(Decimal(time.monotonic() - started), 1, "s")
        self.stdout.write(f"sha256 {digest}, {elapsed}")

    def _edition(self, convention: Convention, year: int) -> Edition:
        stored = stored_report(convention=convention, year=year)
        if stored is not None:
            return stored
        return draft_annual_report(
            convention=convention, year=year, by=command_account(), at=timezone.now(), progress=self._tell
        )

    def _tell(self, done: int, total: int, message: str) -> None:
        self.stdout.write(f"  {done}/{total} {message}")
        self.stdout.flush()


def _write(edition: Edition, target: Path, partial: Path) -> str:
    """The PDF as it is stored, or the Word twin made from the same content; returns the digest of what is written."""
    if target.suffix.lower() != ".docx":
        with edition.file.open("rb") as stored, partial.open("xb") as copy:
            shutil.copyfileobj(stored, copy)
        return str(edition.file_sha256)
    from reports.annual_word import word_report

    data = word_report(edition.payload)
    partial.write_bytes(data)
    return hashlib.sha256(data).hexdigest()


@contextmanager
def _written_whole(target: Path) -> Iterator[Path]:
    """A file beside the target that takes its place once it is whole; the target is never seen half written."""
    if target.is_dir():
        raise CommandError(f"{target} : trouvé un dossier, attendu un fichier PDF à écrire")
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.{os.getpid()}.partiel")
    try:
        yield partial
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
