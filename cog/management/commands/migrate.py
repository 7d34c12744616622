"""`manage.py migrate`, which waits two seconds for a lock and no more: whoever reads a table is never kept waiting."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands.migrate import Command as Migrate
from django.db import OperationalError, connections

LOCKED, TOO_LONG = "55P03", "57014"
"""PostgreSQL's own codes: the lock was not available in time, the statement was cut."""


class Command(Migrate):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--lock-timeout", type=int, default=2, help="secondes d'attente d'un verrou (2 ; 0 : sans limite)"
        )
        parser.add_argument(
            "--statement-timeout",
            type=int,
            default=600,
            help="secondes données à une instruction (600 ; 0 : sans limite)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        locks, statements = options.pop("lock_timeout"), options.pop("statement_timeout")
        connection = connections[options["database"]]
        if connection.vendor != "postgresql":
            super().handle(*args, **options)
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{locks}s"])
            cursor.execute("SELECT set_config('statement_timeout', %s, false)", [f"{statements}s"])
        try:
            super().handle(*args, **options)
        except OperationalError as error:
            code = getattr(error.__cause__, "sqlstate", None)
            if code == LOCKED:
                raise CommandError(
                    f"une table est tenue par un autre travail depuis plus de {locks} s : la migration s'est retirée"
                    " sans rien changer (celles qui précèdent restent faites). Relancer « manage.py migrate » ; si le"
                    " refus revient, attendre la fin des calculs et des imports en cours (page « Santé »)."
                ) from error
            if code == TOO_LONG:
                raise CommandError(
                    f"une instruction de la migration durait plus de {statements} s : elle est défaite, rien n'a"
                    " changé. Relancer de nuit avec « --statement-timeout 0 »."
                ) from error
            raise
        finally:
            with connection.cursor() as cursor:
                cursor.execute("RESET lock_timeout")
                cursor.execute("RESET statement_timeout")
