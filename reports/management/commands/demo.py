"""`manage.py demo [--no-serve]`: the whole demonstration, from an empty folder to the bilan of 2014 and the site."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from actions.demo import load_progress
from budgets.demo import load_ledger
from budgets.demo_allotment import load_allotments
from budgets.demo_statements import load_statements
from cog.amendments.demo import load_amendment
from cog.demo import PASSWORD, open_accounts, state_account, steering_account
from cog.models import AuditEvent
from cog.operations import ReferenceRefused, command_account, load_convention
from indicators.demo import compute_everything, correct_a_month, load_observations
from indicators.demo_explanations import load_explanations
from reports.demo import transmit_documents, transmit_editions, transmit_past_quarters
from reports.demo_evaluation import load_evaluation

CONVENTION = settings.BASE_DIR / "fixtures" / "cog-2013-2017"
ADDRESS = "127.0.0.1:8000"
WORKER = ("worker", "-c", "1", "-B", "-l", "error")
WEB = ("-w", "2", "--log-level", "warning")


class Command(BaseCommand):
    help = "Prépare la démonstration (données simulées) et la sert sur http://127.0.0.1:8000/."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-serve", action="store_true", help="tout faire sauf servir")

    def handle(self, *args: Any, **options: Any) -> None:
        self._step("prépare la base")
        call_command("migrate", verbosity=0)
        by, at = command_account(), timezone.now()
        self._step("charge la convention")
        try:
            loaded = load_convention(path=CONVENTION, by=by, at=at)
        except ReferenceRefused as refusal:
            for problem in refusal.problems:
                self.stderr.write(str(problem))
            raise SystemExit(1) from None
        convention = open_accounts(code=loaded.convention, by=by, at=at)
        self._step("importe les données simulées des 102 caisses")
        load_observations(convention=convention, by=by, at=at, progress=self._tell)
        self._step("simule l'avancement des actions")
        load_progress(convention=convention, by=by, at=at)
        self._step("simule les budgets votés, exécutés et prévus")
        load_ledger(convention=convention, by=steering_account(), at=at)
        load_allotments(convention=convention, by=steering_account(), at=at)
        load_statements(convention=convention, by=steering_account(), at=at)
        if not _done_since(("results.computed", "results.recomputed"), ("convention.loaded", "observations.accepted")):
            self._step("calcule toutes les périodes")
            compute_everything(convention=convention, by=by, at=at, progress=self._tell)
        self._step("simule les explications des écarts")
        load_explanations(convention=convention, by=steering_account())
        self._step("transmet les trimestres de 2013")
        transmit_past_quarters(
            convention=convention,
            steering=steering_account(),
            state=state_account(),
            correct=lambda moment: correct_a_month(convention=convention, by=steering_account(), at=moment),
            progress=self._tell,
        )
        self._step("transmet des tableaux de bord budgétaires")
        transmit_editions(convention=convention, steering=steering_account(), progress=self._tell)
        self._step("remet des documents dus")
        transmit_documents(convention=convention, steering=steering_account(), progress=self._tell)
        self._step("prépare un projet d'avenant simulé")
        load_amendment(convention=convention, by=steering_account())
        self._step("simule l'évaluation contradictoire finale")
        load_evaluation(convention=convention, steering=steering_account(), state=state_account())
        report = Path(settings.VAR_DIR) / "bilan-2014.pdf"
        if not report.exists() or not _done_since(
            ("edition.produced",), ("results.computed", "actions.progress_recorded", "explanation.written")
        ):
            self._step("compose le bilan de 2014")
            call_command("bilan", 2014, output=report)
        self._say_what_is_ready(report)
        if not options["no_serve"]:
            self._serve()

    def _say_what_is_ready(self, report: Path) -> None:
        self.stdout.write(f"\nBilan : {report}")
        self.stdout.write(f"Site : http://{ADDRESS}/ (mot de passe de tous les comptes : {PASSWORD})")
        from cog.queries import demonstration_accounts

        for user in demonstration_accounts():
            roles = ", ".join(membership.get_role_display() for membership in user.memberships.all())
            self.stdout.write(f"  {user.email:<34} {roles}")

    def _serve(self) -> None:
        """Web and worker as two processes; Ctrl-C or a polite end stops both."""
        signal.signal(signal.SIGTERM, _interrupt)
        environment = os.environ | {"C_FORCE_ROOT": "1", "PYTHONWARNINGS": "ignore"}
        beat = str(Path(settings.VAR_DIR) / "celerybeat-schedule")
        worker = subprocess.Popen(  # noqa: S603 - our own interpreter, fixed arguments
            [sys.executable, "-m", "celery", "--quiet", "-A", "cog", *WORKER, "-s", beat],
            cwd=settings.BASE_DIR,
            env=environment,
            start_new_session=True,
        )
        self.stdout.write(f"\nEn service sur http://{ADDRESS}/ — Ctrl-C pour arrêter.")
        try:
            web = subprocess.run(  # noqa: S603 - our own interpreter, fixed arguments
                [sys.executable, "-m", "gunicorn", "cog.wsgi:application", "-b", ADDRESS, *WEB],
                cwd=settings.BASE_DIR,
                check=False,
            )
            if web.returncode:
                raise CommandError(f"le serveur s'est arrêté : l'adresse {ADDRESS} est peut-être déjà prise")
        except KeyboardInterrupt:
            self.stdout.write("Arrêt.")
        finally:
            os.killpg(worker.pid, signal.SIGTERM)
            worker.wait()

    def _step(self, message: str) -> None:
        self.stdout.write(f"→ {message}")
        self.stdout.flush()

    def _tell(self, done: int, total: int, message: str) -> None:
        if self.stdout.isatty():
            self.stdout.write(f"\r  {done}/{total} {message[:68]:<68}", ending="\n" if done == total else "")
        elif done == total or done % 10 == 0:
            self.stdout.write(f"  {done}/{total} {message[:68]}")
        self.stdout.flush()


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _done_since(acts: tuple[str, ...], causes: tuple[str, ...]) -> bool:
    """Whether the trail shows one of these acts after all that call for it: what was interrupted resumes there."""
    done = AuditEvent.objects.filter(action__in=acts).order_by("-pk").first()
    return done is not None and not AuditEvent.objects.filter(action__in=causes, pk__gt=done.pk).exists()
