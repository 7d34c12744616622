"""`manage.py check_integrity`: digests of what was frozen, sums of the budgets, orphans; 1 when anything is off."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cog.queries import NoConvention, require_tables
from reports.integrity import everything_wrong


class Command(BaseCommand):
    help = "Recalcule les empreintes de ce qui est figé, les sommes des budgets, et cherche les lignes orphelines."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            require_tables()
        except NoConvention as error:
            raise CommandError(str(error)) from None
        problems = everything_wrong()
        for problem in problems:
            self.stderr.write(problem)
        if problems:
            raise SystemExit(1)
        self.stdout.write("Tout est intègre : transmissions, éditions, budgets, valeurs et résultats.")
