"""`manage.py transmit 2014-T1 --by COMPTE [--reason MOTIF]`: send the results of a quarter to the State."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cog.models import User
from cog.queries import NoConvention, account_named, convention_or_refuse
from reports.campaign_queries import quarter_or_none
from reports.operations import (
    AlreadyTransmitted,
    NotAllowed,
    ReasonMissing,
    TransmissionRefused,
    transmit_quarter,
)


class Command(BaseCommand):
    help = "Transmet à l'État les résultats d'un trimestre ; ce qui est transmis ne change plus."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("trimestre", help="le trimestre à transmettre : 2014-T1")
        parser.add_argument("--by", required=True, help="adresse du compte qui transmet (ou son début, s'il est seul)")
        parser.add_argument("--reason", default="", help="motif, pour une rectification")
        parser.add_argument("--convention", default="", help="code de la convention (par défaut celle en vigueur)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            convention = convention_or_refuse(code=options["convention"])
        except NoConvention as error:
            raise CommandError(str(error)) from None
        period = quarter_or_none(options["trimestre"])
        if period is None or period.year not in convention.years:
            raise CommandError(
                f"{options['trimestre']} : attendu un trimestre de {convention.years[0]} à {convention.years[-1]},"
                " comme « 2014-T1 »"
            )
        by = self._account(options["by"])
        try:
            sent = transmit_quarter(
                convention=convention, period=period, by=by, at=timezone.now(), reason=options["reason"]
            )
        except TransmissionRefused as refusal:
            for check in refusal.checks:
                self.stderr.write(str(check))
                for item in check.items:
                    self.stderr.write(f"  - {item}")
            raise SystemExit(1) from None
        except AlreadyTransmitted as known:
            self.stdout.write(str(known))
            return
        except (NotAllowed, ReasonMissing) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"Reçu {sent.receipt_number} : {'en retard' if sent.late else 'à l’heure'}")
        self.stdout.write(f"sha256 {sent.sha256}")

    def _account(self, text: str) -> User:
        found = account_named(text)
        if found is None:
            raise CommandError(f"--by {text} : aucun compte actif de cette adresse")
        return found
