"""Commands on a database that is not ready say what to do, without a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "command",
    [
        ["load_convention", "fixtures/cog-2013-2017"],
        ["compute", "2014"],
        ["bilan", "2014"],
        ["opendata", "paquet"],
        ["mission_file", "2014-06-30", "-o", "mission.zip"],
        ["import_observations", "README.md"],
        ["import_template", "--period", "2014-T1", "--caisse", "751", "-o", "modele.xlsx"],
    ],
    ids=lambda command: command[0],
)
def test_an_empty_database_is_told_to_migrate(command: list[str], tmp_path: Path) -> None:
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path / 'vide.sqlite3'}", "SUIVI_VAR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "manage.py migrate" in done.stderr
    assert "Traceback" not in done.stderr
