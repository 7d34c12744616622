"""F45, F64: a disk that fills up, of the files or of the database: nothing half done, reading goes on."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client

pytestmark = [pytest.mark.fault, pytest.mark.timeout(240)]
ROOT = Path(__file__).parents[2]

WRITE = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # the write fails with EFBIG, as ENOSPC would
import django; django.setup()
from pathlib import Path
from django.conf import settings
from cog.models import Job
from cog.storage import keep_whole
from reports.models import Edition
edition = Edition()
keep_whole(edition.file, "bilan.pdf", b"%PDF-avant" * 1000)
before = edition.file.name
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    keep_whole(edition.file, "bilan.pdf", b"%PDF-apres" * 100_000)
except OSError as error:
    print("refused", error.errno)
folder = Path(edition.file.storage.path(before)).parent
print(*sorted(f"{path.name}:{path.stat().st_size}" for path in folder.iterdir()))
"""


def test_F45_a_disk_that_fills_up_leaves_no_half_file(tmp_path: Path) -> None:
    """The former file stays whole, the new one is not there at all, nor its beginning."""
    done = subprocess.run(
        [sys.executable, "-c", WRITE],
        cwd=ROOT,
        env=os.environ | {"SUIVI_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "cog.settings"},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    told, files = done.stdout.splitlines()
    assert told == "refused 27"
    assert files.split(" ") == ["bilan.pdf:10000"]


@pytest.fixture
def small_disk(transactional_db: None) -> Iterator[str]:
    """A tablespace of 16 MiB in memory, on which a table of ours is moved for the test."""
    if connection.vendor != "postgresql" or os.geteuid() != 0:
        pytest.skip("il faut PostgreSQL, et monter un tmpfs (root)")
    with connection.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        (data,) = cursor.fetchone()
    place = Path(data).parent / "petit-disque"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(place)], check=False).returncode:
        place.rmdir()
        pytest.skip("le noyau ne laisse pas monter de tmpfs ici")
    owner = Path(data).stat()
    os.chown(place, owner.st_uid, owner.st_gid)
    alone = psycopg.connect(_address(), autocommit=True)
    try:
        alone.execute(f"CREATE TABLESPACE petit LOCATION '{place}'")
        alone.execute("ALTER TABLE cog_auditevent SET TABLESPACE petit")
        yield "petit"
    finally:
        alone.execute("ALTER TABLE cog_auditevent SET TABLESPACE pg_default")
        alone.execute("DROP TABLESPACE petit")
        alone.close()
        subprocess.run(["umount", str(place)], check=False)
        place.rmdir()


def _address() -> str:
    described = connection.settings_dict
    return f"host={described['HOST']} port={described['PORT']} user={described['USER']} dbname={described['NAME']}"


def test_F64_a_database_that_fills_up_refuses_to_write_and_reads_on(small_disk: str, reloaded_convention) -> None:
    """The write is refused whole with the number of an incident; reading goes on; room made, writing goes on."""
    from django.utils import timezone

    from cog.audit import AuditEvent, record
    from cog.demo import open_accounts
    from cog.models import User
    from cog.operations import command_account
    from indicators.models import Explanation

    by = command_account()
    open_accounts(code=reloaded_convention.code, by=by, at=timezone.now())
    kept = AuditEvent.objects.count()
    with pytest.raises(OperationalError, match=r"No space left|could not extend"):
        for _ in range(40):
            with transaction.atomic():
                for _ in range(40):
                    record(
                        action="essai",
                        subject="remplir",
                        by=by,
                        at=timezone.now(),
                        details={"x": os.urandom(8192).hex()},
                    )
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(email="pilotage@demo.invalid"))
    filled = AuditEvent.objects.count()
    assert filled > kept
    assert client.get("/explications/F10-21/2014-T1/").status_code == 200, "reading goes on"
    sent = {"cause": "interne", "text": "Texte. " * 550, "seen": "0", "expected_return": "", "corrective_action": ""}
    while not (answer := client.post("/explications/F10-21/2014-T1/", sent)).status_code >= 500:
        sent |= {"seen": str(int(sent["seen"]) + 1), "text": sent["text"][:-7] + f" {sent['seen']} ."}
        assert int(sent["seen"]) < 200, "the disk never filled"
    assert "incident <strong>" in answer.content.decode() and "n'a rien enregistré" in answer.content.decode()
    written = Explanation.objects.filter(period="2014-T1").count()
    assert written == int(sent["seen"]), "what was refused left nothing"
    assert AuditEvent.objects.filter(action="explanation.written").count() == written, "one line of audit each, no more"
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE cog_auditevent SET TABLESPACE pg_default")
    assert client.post("/explications/F10-21/2014-T1/", sent).status_code == 302, "room made, writing goes on"
    assert Explanation.objects.filter(period="2014-T1").count() == written + 1
