"""cog/settings.py: an unsafe production does not start and says how to mend it; a good one starts, clean."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GOOD = {
    "SUIVI_MODE": "production",
    "SECRET_KEY": "n7Qv-2xkz_Wm0dRtYc9pL5sHfJ8uBgE3aTiOqXy6ZrCe4KlVwD1hNjMbP",
    "DATABASE_URL": "postgres://suivi@127.0.0.1:1/suivi",  # nothing listens there, nothing connects
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "ALLOWED_HOSTS": "suivi.example",
}
OURS = {*GOOD, "DEBUG", "SUIVI_VAR", "SECURE_SSL_REDIRECT", "CSRF_TRUSTED_ORIGINS", "SUIVI_CONVENTION"}


def python(*arguments: str, var: Path, **values: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if key not in OURS | {"DJANGO_ALLOW_ASYNC_UNSAFE"}}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=kept | {"DJANGO_SETTINGS_MODULE": "cog.settings", "SUIVI_VAR": str(var)} | values,
        capture_output=True,
        text=True,
        timeout=120,
    )


def read_settings(var: Path, **values: str) -> subprocess.CompletedProcess[str]:
    return python("-c", "from django.conf import settings; print(settings.MODE)", var=var, **values)


@pytest.mark.parametrize(
    ("changes", "mend"),
    [
        ({"DEBUG": "1"}, "retirer DEBUG de l'environnement"),
        ({"SECRET_KEY": ""}, "fournir au moins 50 caractères tirés au hasard"),
        ({"SECRET_KEY": "trop-courte"}, "fournir au moins 50 caractères tirés au hasard"),
        (
            {"SECRET_KEY": "cle-de-demonstration-sans-valeur-ne-jamais-employer-en-production"},
            "SECRET_KEY est celle de la démonstration : en tirer une nouvelle",
        ),
        ({"DATABASE_URL": None}, "donner une adresse « postgres://… »"),
        ({"DATABASE_URL": "sqlite:////tmp/suivi.sqlite3"}, "donner une adresse « postgres://… »"),
        ({"REDIS_URL": None}, "donner une adresse « redis://… »"),
        ({"ALLOWED_HOSTS": None}, "ALLOWED_HOSTS doit nommer les domaines servis"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS doit nommer les domaines servis"),
    ],
    ids=lambda value: ",".join(f"{key}={text}" for key, text in value.items()) if isinstance(value, dict) else "",
)
def test_an_unsafe_production_is_refused_and_says_how_to_mend(
    changes: dict[str, str | None], mend: str, tmp_path: Path
) -> None:
    values = {key: value for key, value in (GOOD | changes).items() if value is not None}
    refused = read_settings(tmp_path, **values)
    assert refused.returncode != 0
    assert "Réglages refusés en production" in refused.stderr
    assert mend in refused.stderr


def test_every_refusal_is_told_at_once(tmp_path: Path) -> None:
    refused = read_settings(tmp_path, SUIVI_MODE="production", DEBUG="1")
    assert refused.returncode != 0
    for name in ("DEBUG", "SECRET_KEY", "DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS"):
        assert f"- {name}" in refused.stderr


def test_an_unknown_mode_is_refused(tmp_path: Path) -> None:
    refused = read_settings(tmp_path, SUIVI_MODE="prod")
    assert refused.returncode != 0
    assert "écrire « demonstration » ou « production »" in refused.stderr


def test_a_good_production_starts(tmp_path: Path) -> None:
    started = read_settings(tmp_path, **GOOD)
    assert (started.returncode, started.stdout.strip()) == (0, "production"), started.stderr


def test_a_good_production_passes_the_deployment_checks(tmp_path: Path) -> None:
    checked = python("manage.py", "check", "--deploy", "--fail-level", "WARNING", var=tmp_path, **GOOD)
    assert checked.returncode == 0, checked.stderr
    assert "WARNINGS" not in checked.stderr


def test_the_demonstration_needs_nothing_else(tmp_path: Path) -> None:
    started = read_settings(tmp_path)
    assert (started.returncode, started.stdout.strip()) == (0, "demonstration"), started.stderr
