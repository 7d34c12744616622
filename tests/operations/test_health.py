"""The health addresses and page: one word for machines, every sign for those who watch, in colour and in words."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from cog import audit, database_roles, health, jobs
from cog.demo import open_accounts
from cog.enums import JobState
from cog.health import Level
from cog.jobs import Job
from cog.models import Convention, ScheduledRun, User
from cog.operations import command_account

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(convention: Convention) -> Client:
    open_accounts(code=convention.code, by=command_account(), at=timezone.now())
    client = Client()
    client.force_login(User.objects.get(email="exploitation@demo.invalid"))
    return client


def _sign(code: str, **later: float) -> health.Sign:
    return next(sign for sign in health.everything(at=timezone.now() + timedelta(**later)) if sign.code == code)


def test_anyone_may_ask_whether_it_lives_and_is_ready() -> None:
    live, ready = Client().get("/sante/vie"), Client().get("/sante/pret")
    assert (live.status_code, live.content.decode()) == (200, "vivant\n")
    assert (ready.status_code, ready.content.decode()) == (200, "prêt\n")
    assert "no-store" in live["Cache-Control"]


def test_it_lives_without_a_base_and_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(health.connection, "cursor", away)
    monkeypatch.setattr(health.connection, "close", lambda: None)
    assert Client().get("/sante/vie").status_code == 200
    answer = Client().get("/sante/pret")
    assert (answer.status_code, answer.content.decode()) == (503, "pas prêt : base\n")


def test_a_base_behind_the_code_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = SimpleNamespace(
        loader=SimpleNamespace(graph=SimpleNamespace(leaf_nodes=list)), migration_plan=lambda _: ["0042"]
    )
    monkeypatch.setattr(health, "MigrationExecutor", lambda _: plan)
    assert Client().get("/sante/pret").status_code == 503
    assert "1 migration manque" in health.database().words


def test_the_page_is_for_operations_only(operator: Client) -> None:
    assert operator.get("/sante/").status_code == 200
    for name in ("pilotage", "caf", "tutelle", "conseil", "controle", "contributeur"):
        client = Client()
        client.force_login(User.objects.get(email=f"{name}@demo.invalid"))
        assert client.get("/sante/").status_code == 403, name


def test_every_sign_is_told_in_words_the_worst_first(operator: Client) -> None:
    page = operator.get("/sante/")
    signs = page.context["signs"]
    assert {sign.code for sign in signs} == {
        "base", "courtier", "executant", "attente", "sauvegarde", "disque", "compte"
    }  # fmt: skip
    assert signs[0].level is Level.BAD, "no worker ever sang"
    text = page.content.decode()
    assert "n&#x27;a encore jamais donné signe de vie" in text and "Relancer le battement" in text
    assert page["Refresh"] == "30"
    assert all(sign.todo for sign in signs if sign.level is not Level.GOOD)


def test_a_worker_is_red_three_minutes_after_its_last_sign() -> None:
    now = timezone.now()
    ScheduledRun.objects.create(name=health.CANARY, due=now, heartbeat_at=now, finished_at=now)
    assert _sign("executant").level is Level.GOOD
    assert _sign("executant", minutes=2, seconds=55).level is Level.GOOD
    assert _sign("executant", minutes=3, seconds=5).level is Level.BAD
    assert "depuis 3 min" in _sign("executant", minutes=3, seconds=5).words


def test_a_worker_busy_with_a_long_job_is_not_taken_for_dead() -> None:
    now = timezone.now()
    job = jobs.submit(kind="bilan", arguments={"edition": 1}, by=command_account(), at=now - timedelta(minutes=20))
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, heartbeat_at=now)
    assert _sign("executant").level is Level.GOOD


def test_a_job_that_waits_long_is_told() -> None:
    assert _sign("attente").words == "aucun"
    jobs.submit(kind="bilan", arguments={"edition": 1}, by=command_account(), at=timezone.now())
    assert _sign("attente").level is Level.GOOD
    later = _sign("attente", minutes=25)
    assert later.level is Level.WATCH and "le plus ancien depuis 25 min" in later.words


def test_the_last_backup_ages() -> None:
    assert _sign("sauvegarde").words == "aucune encore faite"
    audit.record(action=health.BACKED_UP, subject="essai", by=command_account(), at=timezone.now())
    assert _sign("sauvegarde").level is Level.GOOD
    assert _sign("sauvegarde", hours=27).level is Level.WATCH
    assert _sign("sauvegarde", hours=51).level is Level.BAD


@pytest.mark.parametrize(("free", "level"), [(0.5, Level.GOOD), (0.1, Level.WATCH), (0.01, Level.BAD)])
def test_a_disk_that_fills_is_told(free: float, level: Level, monkeypatch: pytest.MonkeyPatch) -> None:
    total = 100 * health.GIB
    usage = SimpleNamespace(total=total, free=int(total * free))
    monkeypatch.setattr(health.shutil, "disk_usage", lambda _: usage)
    sign = health.disk()
    assert sign.level is level and f"{100 * free:.0f} % du disque" in sign.words


def test_an_account_that_could_undo_what_is_frozen_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "postgresql":
        assert "sans objet" in health.account().words
        return
    assert health.account().level is Level.WATCH, "the tests run as the owner"
    monkeypatch.setattr(database_roles, "excess", lambda _: [])
    assert health.account().level is Level.GOOD


def test_a_mute_broker_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> int:
        raise ConnectionError

    assert health.broker().level is Level.GOOD
    monkeypatch.setattr(health, "_queue_length", refuse)
    assert health.broker().level is Level.BAD


def test_the_command_says_it_too_and_fails_when_something_is_broken(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        call_command("health")
    assert "✗ Exécutant : n'a encore jamais donné signe de vie" in capsys.readouterr().out
    call_command("health", "base", "disque")
    assert "✓ Base de données : répond" in capsys.readouterr().out


def test_a_page_of_health_writes_nothing(operator: Client) -> None:
    before = (ScheduledRun.objects.count(), Job.objects.count())
    operator.get("/sante/")
    assert (ScheduledRun.objects.count(), Job.objects.count()) == before
