"""Settings that would double a long job, or log in an unknown form, are refused at start, and say how to mend it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
READ = "from django.conf import settings; print(settings.CELERY_TASK_TIME_LIMIT, settings.LOG_FORMAT)"


def _start(var: Path, **values: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("SUIVI_")}
    ours = {"DJANGO_SETTINGS_MODULE": "cog.settings", "SUIVI_VAR": str(var)} | values
    return subprocess.run(
        [sys.executable, "-c", READ], cwd=ROOT, env=kept | ours, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("visibility", ["1860", "60"])
def test_a_visibility_below_the_limit_of_a_job_is_refused(visibility: str, tmp_path: Path) -> None:
    refused = _start(tmp_path, SUIVI_VISIBILITY=visibility)
    assert refused.returncode != 0
    assert f"SUIVI_VISIBILITY vaut {visibility} s, attendu plus que la limite d'un travail (1860 s)" in refused.stderr


def test_the_defaults_agree_and_a_longer_limit_asks_for_a_longer_visibility(tmp_path: Path) -> None:
    started = _start(tmp_path)
    assert (started.returncode, started.stdout.strip()) == (0, "1860 line"), started.stderr
    assert _start(tmp_path, SUIVI_JOB_TIME_LIMIT="7200").returncode != 0
    assert _start(tmp_path, SUIVI_JOB_TIME_LIMIT="7200", SUIVI_VISIBILITY="9000").returncode == 0


def test_an_unknown_form_of_log_is_refused(tmp_path: Path) -> None:
    assert "écrire « json » ou « line »" in _start(tmp_path, SUIVI_LOG="xml").stderr
    assert _start(tmp_path, SUIVI_LOG="json").stdout.strip() == "1860 json"


def test_a_middleware_after_the_one_that_calls_the_view_is_refused() -> None:
    from django.test import override_settings

    from cog.checks import replay_stands_last

    assert replay_stands_last(None) == []
    with override_settings(MIDDLEWARE=["cog.trouble.ReplayMiddleware", "cog.guards.Headers"]):
        (error,) = replay_stands_last(None)
    assert error.id == "cog.E002"
