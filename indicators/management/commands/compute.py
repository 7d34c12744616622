"""`manage.py compute [2014-T1 | 2014-S1 | 2014 | --all]`: compute the results of a period, or of the whole term."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cog.operations import command_account
from cog.periods import PeriodError, parse
from cog.queries import NoConvention, convention_or_refuse
from indicators.operations import compute_results


class Command(BaseCommand):
    help = "Calcule les résultats d'une période et de celles qu'elle contient, ou de toute la convention."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("periode", nargs="?", help="2014-T1, 2014-S1, 2014-03 ou 2014")
        parser.add_argument("--all", action="store_true", help="toutes les périodes de la convention")
        parser.add_argument("--convention", default="", help="code de la convention (par défaut celle en vigueur)")

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["periode"]) == options["all"]:
            raise CommandError("indiquer une période, ou --all", returncode=2)
        try:
            convention = convention_or_refuse(code=options["convention"])
            periods = None if options["all"] else [parse(options["periode"])]
        except PeriodError as error:
            raise CommandError(str(error), returncode=2) from None
        except NoConvention as error:
            raise CommandError(str(error)) from None
        if periods and not (convention.start <= periods[0].start and periods[0].end <= convention.end):
            raise CommandError(
                f"{options['periode']} : trouvé une période hors de la convention, attendu une période"
                f" entre le {convention.start:%d/%m/%Y} et le {convention.end:%d/%m/%Y}"
            )
        computed = compute_results(
            convention=convention,
            periods=periods,
            by=command_account(),
            at=timezone.now(),
            progress=self._tell if options["verbosity"] > 0 else _silent,
        )
        self.stdout.write(f"{computed.results} résultats calculés pour {computed.sheets} fiches techniques.")

    def _tell(self, done: int, total: int, message: str) -> None:
        if self.stdout.isatty():
            self.stdout.write(f"\r{done}/{total} {message[:70]:<70}", ending="\n" if done == total else "")


def _silent(done: int, total: int, message: str) -> None:
    """No progress asked for."""
