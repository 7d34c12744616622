"""What `manage.py tbb` and `manage.py fnas_state` share: an edition as a workbook, as sent or as it stands."""

from datetime import date
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cog.queries import NoConvention, convention_or_refuse
from reports.budget_workbook import dashboard_workbook
from reports.edition_queries import NoEdition, edition_dossier, edition_name, last_sent, situation_of
from reports.transmitted import content_of


class EditionCommand(BaseCommand):
    """Writes the workbook of an edition of `fund`."""

    fund: ClassVar[str]

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("exercice", type=int, help="l'exercice, comme 2014")
        parser.add_argument("edition", type=int, help="le numéro de l'édition, de 1 à 6")
        parser.add_argument("-o", "--output", type=Path, required=True, help="le fichier .xlsx à écrire")
        parser.add_argument(
            "--at", type=date.fromisoformat, help="la situation d'un projet (par défaut à l'échéance, ou ce jour)"
        )
        parser.add_argument("--convention", default="", help="code de la convention (par défaut celle en vigueur)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            convention = convention_or_refuse(code=options["convention"])
            name = edition_name(
                convention=convention, fund_code=self.fund, exercise=options["exercice"], number=options["edition"]
            )
        except (NoConvention, NoEdition) as error:
            raise CommandError(str(error)) from None
        sent = last_sent(convention=convention, name=name)
        if sent is not None:
            content, told = content_of(sent), f"édition transmise, reçu n° {sent.receipt_number}"
        else:
            today = timezone.localdate()
            at = options["at"] or situation_of(name, today)
            ready = edition_dossier(convention=convention, name=name, at=at, today=today)
            content, told = ready.draft, f"projet, situation au {at:%d/%m/%Y}"
            for check in ready.blocking:
                self.stderr.write(str(check))
        try:
            options["output"].write_bytes(dashboard_workbook(content))
        except OSError as error:
            raise CommandError(f"{options['output']} : impossible à écrire ({error.strerror})", returncode=2) from None
        self.stdout.write(f"{options['output']} : {name.short}, {told}.")
