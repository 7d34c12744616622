"""F65: what was backed up is restored into a fresh base and folder, and everything agrees, to the digest."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection

from cog import audit, backup, health
from cog.backup_operations import back_up_everything
from cog.models import AuditEvent, Convention
from cog.operations import command_account
from reports.models import Transmission
from reports.operations import transmit_quarter
from tests.reports.quarter import QUARTER, compute_quarter, explain_all, import_rows, quarter_rows

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(240)]

ROOT = Path(__file__).parents[2]
AT = datetime(2014, 7, 30, 10, tzinfo=UTC)


@pytest.fixture
def sent(reloaded_convention: Convention) -> Transmission:
    """A quarter sent to the State, and a file among the documents."""
    from cog.demo import open_accounts, steering_account

    open_accounts(code=reloaded_convention.code, by=command_account(), at=AT)
    import_rows(reloaded_convention, "avril-juin.csv", quarter_rows("011", 800))
    compute_quarter(reloaded_convention)
    explain_all(reloaded_convention, steering_account())
    return transmit_quarter(convention=reloaded_convention, period=QUARTER, by=steering_account(), at=AT)


@pytest.fixture
def kept() -> Iterator[str]:
    name = default_storage.save("essais/pièce.txt", ContentFile(b"une piece"))
    yield name
    default_storage.delete(name)


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of another base and another folder, both empty."""
    var = tmp_path / "var"
    var.mkdir()
    kept = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL")}
    if connection.vendor == "sqlite":
        yield kept | {"DATABASE_URL": f"sqlite:///{var / 'neuve.sqlite3'}", "SUIVI_VAR": str(var)}
        return
    where = connection.settings_dict
    name = f"neuve_{os.getpid()}"
    admin = f"host={where['HOST']} port={where['PORT']} user={where['USER']} dbname=postgres"
    with psycopg.connect(admin, autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name}")
        server.execute(f"CREATE DATABASE {name}")
    url = f"postgres://{where['USER']}@{where['HOST']}:{where['PORT']}/{name}"
    yield kept | {"DATABASE_URL": url, "SUIVI_VAR": str(var)}
    with psycopg.connect(admin, autocommit=True) as server:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _manage(environment: dict[str, str], *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *map(str, arguments)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


SUMS = """
import hashlib, json
from django.core.files.storage import default_storage
from cog.models import AuditEvent, Convention
from indicators.models import IndicatorResult, Observation
from reports.models import Transmission
from cog.backup_operations import documents
sent = Transmission.objects.get()
print(json.dumps({
    "sha256": hashlib.sha256(sent.payload.encode()).hexdigest(),
    "receipt": hashlib.sha256(bytes(sent.receipt)).hexdigest(),
    "rows": [m.objects.count() for m in (Convention, Observation, IndicatorResult)],
    "restored": AuditEvent.objects.filter(action="base.restored").count(),
    "files": sorted(p.name for p in documents().rglob("*") if p.is_file()),
}))
"""


def test_a_backup_is_restored_into_a_fresh_base_and_everything_agrees(
    sent: Transmission, kept: str, fresh: dict[str, str], tmp_path: Path
) -> None:
    if connection.vendor == "sqlite" and not Path(str(connection.settings_dict["NAME"])).is_file():
        pytest.skip("base de test en mémoire : elle ne se sauvegarde pas")
    folder = tmp_path / "sauvegarde"
    call_command("backup", folder, verbosity=0)
    assert AuditEvent.objects.filter(action=health.BACKED_UP, subject=str(folder)).exists()
    assert folder.stat().st_mode & 0o077 == 0, "a backup is for its owner only"

    done = _manage(fresh, "restore", folder)
    assert done.returncode == 0, done.stderr
    assert "Restauré et vérifié" in done.stdout
    checked = _manage(fresh, "check_integrity")
    assert checked.returncode == 0, checked.stderr
    told = json.loads(_manage(fresh, "shell", "--no-imports", "-c", SUMS).stdout.strip().splitlines()[-1])
    assert (told["sha256"], told["receipt"]) == (sent.sha256, sent.receipt_sha256)
    assert told["rows"][0] == 1 and all(told["rows"])
    assert told["restored"] == 1
    assert Path(kept).name in told["files"]

    again = _manage(fresh, "restore", folder)
    assert again.returncode == 1
    assert "pas vide" in again.stderr and "--replace" in again.stderr
    replaced = _manage(fresh, "restore", folder, "--replace")
    assert replaced.returncode == 0, replaced.stderr
    aside = [path.name for path in Path(fresh["SUIVI_VAR"]).iterdir() if ".avant-" in path.name]
    assert len(aside) == 1, "the files that were there are moved aside, not lost"


@pytest.fixture
def made(reloaded_convention: Convention, kept: str, tmp_path: Path) -> Path:
    if connection.vendor == "sqlite" and not Path(str(connection.settings_dict["NAME"])).is_file():
        pytest.skip("base de test en mémoire : elle ne se sauvegarde pas")
    folder = tmp_path / "sauvegarde"
    back_up_everything(folder=folder, by=command_account(), at=AT)
    return folder


def test_a_backup_that_moved_by_one_byte_is_refused(made: Path) -> None:
    manifest = backup.read(made)
    for part in manifest.parts:
        path = made / part.name
        good = path.read_bytes()
        path.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
        with pytest.raises(backup.BackupRefused, match=f"{part.name} : empreinte"):
            backup.read(made)
        path.write_bytes(good[:-1])
        with pytest.raises(backup.BackupRefused, match="octets, attendu"):
            backup.read(made)
        path.write_bytes(good)
    assert backup.read(made) == manifest
    shutil.move(made / backup.FILES, made / "ailleurs")
    with pytest.raises(backup.BackupRefused, match="manque"):
        backup.read(made)


def test_a_backup_that_did_not_end_is_refused(made: Path) -> None:
    (made / backup.MANIFEST).rename(made / f"{backup.MANIFEST}.partiel")
    with pytest.raises(backup.BackupRefused, match="pas allée à son terme"):
        backup.read(made)
    (made / backup.MANIFEST).write_text("{}", encoding="utf-8")
    with pytest.raises(backup.BackupRefused, match="pas un manifeste"):
        backup.read(made)


def test_a_backup_is_never_written_over_another(made: Path) -> None:
    with pytest.raises(CommandError, match="n'est pas vide"):
        call_command("backup", made)
    with pytest.raises(CommandError, match="parmi les fichiers"):
        call_command("backup", default_storage.path("sauvegarde"))


def test_the_base_in_use_is_never_replaced_without_being_told(made: Path) -> None:
    before = AuditEvent.objects.count()
    with pytest.raises(CommandError, match="pas vide"):
        call_command("restore", made)
    assert AuditEvent.objects.count() == before


def test_the_backup_leaves_its_trace_only_once_it_is_whole(
    reloaded_convention: Convention, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "_pack", lambda *_: (_ for _ in ()).throw(OSError("plus de place")))
    with pytest.raises((CommandError, OSError)):
        call_command("backup", tmp_path / "pleine")
    assert not AuditEvent.objects.filter(action=health.BACKED_UP).exists()
    assert not (tmp_path / "pleine" / backup.MANIFEST).exists()
    assert audit.AuditEvent is AuditEvent
