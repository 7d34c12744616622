"""`manage.py import_observations FICHIER`: check a long-form file, and accept it when asked to."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cog.models import Convention, Organisation, User
from cog.operations import command_account
from cog.permissions import Permission, can
from cog.queries import NoConvention, convention_or_refuse
from indicators.intake.messages import Problem
from indicators.operations import (
    AcceptanceRefused,
    Accepted,
    CheckOutdated,
    ImportRefused,
    Received,
    accept_batch,
    receive_batch,
)

DEFAULT_REASON = "accepté en ligne de commande"


class Command(BaseCommand):
    help = "Contrôle un fichier de données remontées (CSV en forme longue) et l'accepte avec --accept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("fichier", type=Path)
        parser.add_argument("--caisse", help="n'admettre que les lignes de cette caisse")
        parser.add_argument("--dry-run", action="store_true", help="contrôler sans rien garder")
        parser.add_argument("--report", type=Path, help="écrire les anomalies dans ce fichier JSON")
        parser.add_argument("--accept", action="store_true", help="accepter le fichier, avertissements compris")
        parser.add_argument("--reason", default=DEFAULT_REASON, help="motif de l'acceptation")
        parser.add_argument("--by", help="adresse du compte qui accepte (par défaut le compte « commande »)")
        parser.add_argument("--simulated", action="store_true", help="marquer ces valeurs comme simulées")
        parser.add_argument("--convention", default="", help="code de la convention (par défaut celle en vigueur)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            convention = convention_or_refuse(code=options["convention"])
            by = self._author(options["by"])
            self._check_options(convention, options["caisse"], options["report"])
            data = options["fichier"].read_bytes()
            received = receive_batch(
                convention=convention,
                file_name=options["fichier"].name,
                data=data,
                by=by,
                at=timezone.now(),
                simulated=options["simulated"],
                only=options["caisse"],
                keep=not options["dry_run"],
            )
        except NoConvention as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(f"{options['fichier']} : fichier illisible ({error.strerror})", returncode=2) from None
        except ImportRefused as refusal:
            self._tell(refusal.problems, options["report"])
            self.stderr.write("Fichier refusé : rien n'a été écrit.")
            raise SystemExit(1) from None
        self._tell(received.problems, options["report"])
        if received.already_accepted:
            self.stdout.write(f"{received.batch.file_name} : ce fichier est déjà accepté, rien à faire.")
        elif options["dry_run"]:
            self.stdout.write(f"{received.batch.row_count} valeurs contrôlées, rien n'a été gardé (essai à blanc).")
        elif options["accept"]:
            accepted = self._accept(received, by, options["reason"], options["report"])
            self.stdout.write(
                f"{accepted.added} valeurs ajoutées, {accepted.corrected} corrigées, {accepted.unchanged} inchangées."
            )
        else:
            self.stdout.write(
                f"{received.batch.row_count} valeurs contrôlées ; le lot attend d'être accepté (--accept)."
            )

    def _check_options(self, convention: Convention, caisse: str | None, report: Path | None) -> None:
        if caisse and not Organisation.objects.filter(convention=convention, code=caisse).exists():
            raise CommandError(f"--caisse {caisse} : aucun organisme de ce code", returncode=2)
        if report is not None:
            try:
                report.write_text("[]\n", encoding="utf-8")
            except OSError as error:
                raise CommandError(
                    f"--report {report} : impossible à écrire ({error.strerror})", returncode=2
                ) from None

    def _accept(self, received: Received, by: User, reason: str, report: Path | None) -> Accepted:
        try:
            return accept_batch(
                batch=received.batch, by=by, at=timezone.now(), reason=reason, examined=received.examined
            )
        except AcceptanceRefused as refusal:
            raise CommandError(str(refusal)) from None
        except CheckOutdated:
            raise CommandError("d'autres valeurs sont arrivées pendant le contrôle : relancer la commande") from None
        except ImportRefused as refusal:
            self._tell(refusal.problems, report)
            self.stderr.write("Fichier refusé : aucune valeur n'a été écrite.")
            raise SystemExit(1) from None

    def _author(self, email: str | None) -> User:
        if not email:
            return command_account()
        user = User.objects.filter(email=email.lower(), is_active=True).first()
        if user is None:
            raise CommandError(f"--by {email} : aucun compte actif de cette adresse", returncode=2)
        if not can(user, Permission.ACCEPT_OBSERVATIONS):
            raise CommandError(f"--by {email} : ce compte ne permet pas d'{Permission.ACCEPT_OBSERVATIONS.value}")
        return user

    def _tell(self, problems: list[Problem], report: Path | None) -> None:
        for problem in problems:
            self.stderr.write(str(problem))
        if report is not None:
            content = json.dumps([problem.as_dict() for problem in problems], ensure_ascii=False, indent=2)
            report.write_text(content + "\n", encoding="utf-8")
