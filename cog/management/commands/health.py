"""`manage.py health [SIGNE…]`: how the application is, line by line; 1 when something is broken. For supervisors."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cog import health


class Command(BaseCommand):
    help = "Dit l'état de l'application, signe par signe ; rend 1 si l'un est en panne."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("signs", nargs="*", metavar="SIGNE", help="base, courtier, executant, attente… (tous)")

    def handle(self, *args: Any, **options: Any) -> None:
        signs = health.everything(at=timezone.now())
        wanted = set(options["signs"])
        if unknown := wanted - {sign.code for sign in signs}:
            known = ", ".join(sign.code for sign in signs)
            raise CommandError(f"signe inconnu ou caché par une base absente : {', '.join(unknown)} ; connus : {known}")
        shown = [sign for sign in signs if not wanted or sign.code in wanted]
        for sign in shown:
            self.stdout.write(f"{sign.level.mark} {sign.name} : {sign.words}")
        if any(sign.level is health.Level.BAD for sign in shown):
            raise SystemExit(1)
