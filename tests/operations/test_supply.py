"""F67: known vulnerabilities turn the audit red; an index that does not answer is told as « not checked »."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from scripts import audit

ROOT = Path(__file__).parents[2]


def _answer(monkeypatch: pytest.MonkeyPatch, stdout: str) -> None:
    def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        assert "pip_audit" in command and str(audit.LOCK) in command
        return subprocess.CompletedProcess(command, 1, stdout=stdout, stderr="")

    monkeypatch.setattr(audit.subprocess, "run", run)


def test_a_known_vulnerability_is_red(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    found = {"name": "django", "version": "1.0", "vulns": [{"id": "CVE-1", "fix_versions": ["1.1"]}]}
    well = {"name": "celery", "version": "5", "vulns": []}
    _answer(monkeypatch, json.dumps({"dependencies": [found, well]}))
    assert audit.main([]) == 1
    said = capsys.readouterr().out
    assert "django 1.0 : CVE-1, corrigée en 1.1" in said and "2 dépendances vérifiées, 1 en cause" in said


def test_none_is_green(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    _answer(monkeypatch, json.dumps({"dependencies": [{"name": "celery", "version": "5", "vulns": []}]}))
    assert audit.main([]) == 0
    assert "0 en cause" in capsys.readouterr().out


@pytest.mark.parametrize("stdout", ["", "{}", "Traceback"])
def test_an_index_that_does_not_answer_is_said_and_stops_nothing(
    stdout: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _answer(monkeypatch, stdout)
    assert audit.main([]) == 0
    said = capsys.readouterr().out
    assert "NON VÉRIFIÉES" in said and "0 en cause" not in said


def test_every_locked_dependency_has_its_digests_and_they_are_required() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=\S)", lock)
    named = [block for block in blocks if "==" in block.splitlines()[0]]
    assert len(named) > 50
    assert all("--hash=sha256:" in block for block in named)
    assert "--require-hashes -r /tmp/requirements.lock" in (ROOT / "Dockerfile").read_text(encoding="utf-8")
