"""The production shape, read as data: no secret has a default, two accounts of the base, the broker drops nothing.

`docker compose config` where that program is, which also checks the file against Compose's own schema; a structural
check of ours everywhere.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.test import Client
from django.urls import resolve

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
NGINX = (ROOT / "docker" / "nginx.conf").read_text(encoding="utf-8")
OURS = {"migrate", "web", "worker", "beat", "backup"}
LASTING = set(SERVICES) - {"migrate", "backup"}

# What a service of the Compose specification may hold, of what is used here: a misspelt key is not ignored in silence.
KEYS = {
    "build", "image", "restart", "environment", "volumes", "read_only", "tmpfs", "cap_drop", "security_opt", "networks",
    "command", "depends_on", "healthcheck", "stop_grace_period", "ports", "profiles", "mem_limit",
}  # fmt: skip
HEALTH_KEYS = {"test", "interval", "timeout", "retries", "start_period"}


def test_the_file_has_the_shape_compose_expects() -> None:
    assert set(COMPOSE) - {"x-application"} == {"name", "services", "networks", "volumes"}
    for name, service in SERVICES.items():
        assert set(service) <= KEYS, name
        assert "image" in service, name
        assert set(service.get("networks", [])) <= set(COMPOSE["networks"]), name
        for other, condition in service.get("depends_on", {}).items():
            assert other in SERVICES, name
            assert condition["condition"] in {"service_healthy", "service_completed_successfully"}
            if condition["condition"] == "service_healthy":
                assert "healthcheck" in SERVICES[other], f"{name} waits for {other}, which never says it is well"
        for volume in service.get("volumes", []):
            source = str(volume).split(":")[0]
            assert source.startswith(("./", "${")) or source in COMPOSE["volumes"], volume


def test_every_value_to_give_is_asked_for_by_name() -> None:
    """Compose refuses to start and says what is missing; a few have a harmless default, none of them secret."""
    uses = re.findall(
        r"(?<!\$)\$\{?(\w+)([^}\s\"']*)\}?", "\n".join(line.split(" # ")[0] for line in TEXT.splitlines())
    )
    assert uses
    optional = {"SUIVI_CONVENTION", "CSRF_TRUSTED_ORIGINS"}
    for name, rest in uses:
        assert rest.startswith(":?") or (name in optional and rest == ":-"), f"{name}{rest}"
    heading = TEXT.split("name: suivi-cog")[0]
    assert {name for name, _ in uses} - optional <= set(re.findall(r"\b[A-Z][A-Z_]+\b", heading)), "said at the top"


@pytest.mark.skipif(
    not shutil.which("docker")
    or subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode != 0,
    reason="« docker compose » n'est pas installé : seul le contrôle de structure a lieu",
)
def test_compose_itself_accepts_the_file() -> None:
    names = set(re.findall(r"\$\{(\w+):\?", TEXT))
    full = os.environ | dict.fromkeys(names, "valeur")
    command = ["docker", "compose", "-f", str(ROOT / "docker-compose.yml"), "config", "--quiet"]
    assert subprocess.run(command, env=full, check=False).returncode == 0
    for name in names:
        lacking = {key: value for key, value in full.items() if key != name}
        assert subprocess.run(command, env=lacking, capture_output=True, check=False).returncode != 0, name


def test_only_the_migration_knows_the_owner_of_the_base() -> None:
    for name in OURS - {"migrate"}:
        environment = SERVICES[name]["environment"]
        assert environment["DATABASE_URL"].startswith("postgres://suivi_application:${APPLICATION_PASSWORD:?"), name
        assert "OWNER_PASSWORD" not in str(SERVICES[name]), name
    migrate = SERVICES["migrate"]
    assert migrate["environment"]["DATABASE_URL"].startswith("postgres://suivi:${OWNER_PASSWORD:?")
    told = SERVICES["web"]["environment"]["DATABASE_URL"]
    assert migrate["environment"]["APPLICATION_DATABASE_URL"] == told, "the account whose rights it gives"
    assert "migrate --noinput && python manage.py grant_roles" in migrate["command"][-1]
    assert SERVICES["database"]["environment"]["POSTGRES_USER"] == "suivi"
    for name in ("web", "worker", "beat"):
        assert SERVICES[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"


def test_nothing_of_ours_can_gain_rights_or_write_outside_its_folder() -> None:
    for name in OURS:
        service = SERVICES[name]
        assert service["read_only"] is True and service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["environment"]["SUIVI_MODE"] == "production", name
    assert "USER suivi" in DOCKERFILE
    assert COMPOSE["networks"]["inside"]["internal"] is True
    for name in ("database", "broker", "beat", "migrate", "backup"):
        assert SERVICES[name]["networks"] == ["inside"], f"{name} talks to nothing outside"
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]


def test_every_lasting_service_says_how_it_is() -> None:
    for name in LASTING:
        health = SERVICES[name]["healthcheck"]
        assert set(health) <= HEALTH_KEYS and {"test", "interval", "timeout", "retries"} <= set(health), name
        assert SERVICES[name]["restart"] == "unless-stopped", name


@pytest.mark.django_db
def test_the_health_checks_ask_what_exists() -> None:
    asked = str(SERVICES["web"]["healthcheck"]["test"])
    (address,) = re.findall(r"127\.0\.0\.1:8000(/[\w/]+)", asked)
    assert resolve(address).view_name == "ready"
    assert Client().get(address).status_code == 200
    assert SERVICES["worker"]["healthcheck"]["test"] == ["CMD", "python", "manage.py", "health", "executant"]


def test_the_broker_refuses_rather_than_forgets() -> None:
    command = SERVICES["broker"]["command"][-1]
    for option in ("--maxmemory-policy noeviction", "--appendonly yes", "--requirepass", "--maxmemory 256mb"):
        assert option in command


def test_the_database_archives_its_journal() -> None:
    command = SERVICES["database"]["command"]
    for option in ("wal_level=replica", "archive_mode=on", "archive_timeout=300"):
        assert option in command
    (archive,) = [part for part in command if part.startswith("archive_command=")]
    assert "test ! -f" in archive and ".partiel &&" in archive, "never over another, never half a segment"


def test_the_proxy_ends_tls_and_cuts_what_is_too_big() -> None:
    assert set(re.findall(r"ssl_protocols ([^;]+);", NGINX)) == {"TLSv1.2 TLSv1.3"}
    (megabytes,) = re.findall(r"client_max_body_size (\d+)m;", NGINX)
    assert int(megabytes) * 1024 * 1024 >= settings.MAX_REQUEST_BYTES, "a file that the site accepts is not cut before"
    assert int(megabytes) <= 64
    assert "return 308 https://$host$request_uri;" in NGINX
    for header in ("Host $host", "X-Forwarded-For $remote_addr", "X-Forwarded-Proto https", "X-Request-ID $request_id"):
        assert f"proxy_set_header {header};" in NGINX


def test_a_request_the_site_still_serves_is_not_cut_by_the_proxy() -> None:
    (proxy,) = re.findall(r"proxy_read_timeout (\d+)s;", NGINX)
    (gunicorn,) = re.findall(r'"--timeout", "(\d+)"', DOCKERFILE)
    assert int(proxy) > int(gunicorn)


def test_no_address_of_a_person_is_in_the_log_of_the_site() -> None:
    assert "--access-logfile" not in DOCKERFILE, "the application logs its requests itself (cog/logs.py)"


def test_the_image_has_what_a_backup_needs() -> None:
    (server,) = re.findall(r"postgres:(\d+)", SERVICES["database"]["image"])
    assert f"postgresql-client-{server}" in DOCKERFILE, "pg_dump of the version of the server"
