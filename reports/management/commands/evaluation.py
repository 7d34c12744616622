"""`manage.py evaluation [-o FICHIER.pdf]`: the report of the final evaluation, a draft as long as none is agreed to."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cog.operations import command_account
from cog.queries import NoConvention, convention_or_refuse
from reports.enums import DocumentKind
from reports.operations import EditionRefused, draft_evaluation_report
from reports.report_queries import stored_report


class Command(BaseCommand):
    help = "Écrit le rapport de l'évaluation contradictoire finale en PDF : l'édition établie, sinon un projet."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("-o", "--output", type=Path, help="fichier à écrire (par défaut var/evaluation.pdf)")
        parser.add_argument("--convention", default="", help="code de la convention (par défaut celle en vigueur)")

    def handle(self, *args: Any, **options: Any) -> None:
        target: Path = options["output"] or Path(settings.VAR_DIR) / "evaluation.pdf"
        try:
            convention = convention_or_refuse(code=options["convention"])
            edition = stored_report(
                convention=convention, year=convention.end.year, kind=DocumentKind.EVALUATION
            ) or draft_evaluation_report(
                convention=convention, by=command_account(), at=timezone.now(), progress=self._tell
            )
        except (NoConvention, EditionRefused) as error:
            raise CommandError(str(error)) from None
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with edition.file.open("rb") as stored:
                target.write_bytes(stored.read())
        except OSError as error:
            raise CommandError(f"{target} : fichier impossible à écrire ({error.strerror})") from None
        simulated = ", données simulées" if edition.simulated else ""
        self.stdout.write(f"{edition}, {edition.get_state_display()}{simulated} : {target}")
        self.stdout.write(f"sha256 {edition.file_sha256}")

    def _tell(self, done: int, total: int, message: str) -> None:
        self.stdout.write(f"  {done}/{total} {message}")
        self.stdout.flush()
