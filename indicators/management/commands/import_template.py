"""`manage.py import_template --period 2014-T1 --caisse 751 -o FICHIER.xlsx`: the workbook a caisse fills."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cog.models import Convention, Organisation
from cog.periods import Granularity, Period, PeriodError, parse
from cog.queries import NoConvention, convention_or_refuse
from indicators.intake.template import write_template
from indicators.queries.template import template_content


class Command(BaseCommand):
    help = "Écrit le modèle de classeur qu'une caisse remplit pour la transmission d'un trimestre."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--period", required=True, help="le trimestre de la transmission, comme 2014-T1")
        parser.add_argument("--caisse", required=True, help="code de la caisse, comme 751")
        parser.add_argument("-o", "--output", type=Path, required=True, help="le fichier .xlsx à écrire")
        parser.add_argument("--convention", default="", help="code de la convention (par défaut celle en vigueur)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            convention = convention_or_refuse(code=options["convention"])
        except NoConvention as error:
            raise CommandError(str(error)) from None
        content = template_content(
            convention=convention,
            body=self._body(convention, options["caisse"]),
            transmission=self._quarter(options["period"]),
        )
        if not content.pages:
            raise CommandError(f"{options['caisse']} : rien n'est demandé pour {content.period}")
        try:
            options["output"].write_bytes(write_template(content))
        except OSError as error:
            raise CommandError(f"{options['output']} : impossible à écrire ({error.strerror})", returncode=2) from None
        values = sum(len(line.values) for page in content.pages for block in page.blocks for line in block.lines)
        self.stdout.write(f"{options['output']} : {len(content.pages)} fiches, {values} valeurs à remplir.")

    def _body(self, convention: Convention, code: str) -> Organisation:
        body = Organisation.objects.filter(convention=convention, code=code).first()
        if body is None:
            raise CommandError(f"--caisse {code} : trouvé aucun organisme de ce code, attendu un code comme « 751 »")
        return body

    def _quarter(self, text: str) -> Period:
        try:
            period = parse(text)
        except PeriodError as error:
            raise CommandError(f"--period : {error}", returncode=2) from None
        if period.granularity is not Granularity.QUARTER:
            raise CommandError(f"--period : trouvé « {text} », attendu un trimestre comme « 2014-T1 »", returncode=2)
        return period
