"""The file of a control mission: what it holds, who may have it, the trace it leaves."""

import hashlib
import io
import subprocess
import zipfile
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path

import openpyxl
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.utils import timezone

from cog.models import AuditEvent, Convention, Membership, User
from reports.mission import NoMission, mission_file
from reports.operations import produce_mission_file

pytestmark = pytest.mark.django_db

AT = datetime(2014, 4, 15, 9, tzinfo=UTC)


def _pages(data: bytes) -> list[str]:
    """The words of each page of a PDF."""
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=data, capture_output=True, check=True)
    return done.stdout.decode().split("\f")[:-1]


def _as(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_mission_file_holds_what_it_lists(computed: Convention, people: dict[str, User]) -> None:
    client = _as(people["controle"])
    traces = AuditEvent.objects.filter(action="mission.produced")
    assert "Produire le dossier" in client.get("/mission/").content.decode() and not traces.exists()
    answer = client.post("/mission/", {"au": "2014-06-30"})
    assert (
        answer["Content-Type"] == "application/zip" and "dossier-de-mission-2014-06-30" in answer["Content-Disposition"]
    )
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    names = archive.namelist()
    assert names == [
        "dossier-de-mission-2014-06-30.pdf", "charge.xlsx", "effectifs.xlsx", "simplifications.xlsx",
        "transmissions.xlsx", "SHA256SUMS",
    ]  # fmt: skip
    for line in archive.read("SHA256SUMS").decode().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256(archive.read(name)).hexdigest() == digest
    words = " ".join(_pages(archive.read(names[0])))
    assert "Ce que l’application ne tient pas" in words and "Programme de simplifications" in words
    book = openpyxl.load_workbook(io.BytesIO(archive.read("charge.xlsx")))
    values = [cell.value for row in book["Volumes remontés par les caisse"].iter_rows() for cell in row]
    assert 6000 in values and "6 sur 612" in values
    trace = traces.get()
    assert trace.by == people["controle"] and trace.details["sha256"] == hashlib.sha256(answer.content).hexdigest()


def test_a_mission_file_is_the_same_twice(computed: Convention) -> None:
    once, twice = (mission_file(convention=computed, at=date(2014, 6, 30), today=date(2015, 1, 1)) for _ in range(2))
    assert once.data == twice.data


def test_a_mission_that_is_over_gives_nothing(convention: Convention, people: dict[str, User]) -> None:
    user = people["controle"]
    yesterday = timezone.localdate() - timedelta(days=1)
    Membership.objects.filter(user=user).update(valid_to=yesterday)
    client = _as(user)
    assert client.get("/mission/").status_code == 403
    assert client.post("/mission/", {"au": "2014-06-30"}).status_code == 403
    assert not AuditEvent.objects.filter(action="mission.produced").exists()


@pytest.mark.parametrize("name", ["contributeur", "tutelle", "conseil", "exploitation"])
def test_a_mission_file_is_for_the_mission_and_the_steering(
    convention: Convention, people: dict[str, User], name: str
) -> None:
    assert _as(people[name]).post("/mission/", {"au": "2014-06-30"}).status_code == 403


def test_a_mission_file_of_a_day_to_come_is_refused(convention: Convention, people: dict[str, User]) -> None:
    answer = _as(people["pilotage"]).post("/mission/", {"au": "2031-01-01"})
    assert answer.status_code == 422 and "attendu un jour" in answer.content.decode()
    with pytest.raises(NoMission):
        produce_mission_file(convention=convention, situation=date(2012, 1, 1), by=people["pilotage"], at=AT)
    assert not AuditEvent.objects.filter(action="mission.produced").exists()


def test_the_command_writes_the_file_and_its_trace(convention: Convention, tmp_path: Path) -> None:
    target, said = tmp_path / "mission.zip", StringIO()
    call_command("mission_file", "2014-06-30", output=target, stdout=said)
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    assert digest in said.getvalue()
    assert AuditEvent.objects.get(action="mission.produced").details["sha256"] == digest
    with pytest.raises(CommandError, match="attendu un jour"):
        call_command("mission_file", "2012-06-30", output=target, stdout=said)
    with pytest.raises(CommandError, match="aucun compte"):
        call_command("mission_file", "2014-06-30", output=target, by="personne", stdout=said)
    with pytest.raises(CommandError, match="dossier"):
        call_command("mission_file", "2014-06-30", output=tmp_path, stdout=said)
