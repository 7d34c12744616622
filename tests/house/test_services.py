"""scripts/services.py: private servers for one command, and nothing left of them whatever the end."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SERVICES = [sys.executable, str(ROOT / "scripts" / "services.py")]

# Run under `services.py run`: tells on one line what it was given and what it found there.
PROBE = """
import json, os, pathlib, psycopg, redis
with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    def one(query):
        return connection.execute(query).fetchone()[0]
    words = "array['zoo', 'Évry', 'Eure', 'Ain', 'école', 'eau']"
    told = {
        "folder": str(pathlib.Path(one("show data_directory")).parent),
        "addresses": one("show listen_addresses"),
        "sorted": one(f"select array_agg(word order by word) from unnest({words}) word"),
    }
    broker = redis.from_url(os.environ["REDIS_URL"])
    told["redis_pid"] = broker.info("server")["process_id"]
    told["redis_keys"] = broker.dbsize()
    told["redis_saves"] = broker.config_get("save")["save"]
    broker.close()
folder = pathlib.Path(told["folder"])
told["postgresql_pid"] = int((folder / "data" / "postmaster.pid").read_text().split()[0])
told["owner"] = folder.stat().st_uid
told["pid"] = os.getpid()
told["urls"] = [os.environ["DATABASE_URL"], os.environ["REDIS_URL"]]
print(json.dumps(told), flush=True)
"""
WAIT = "\nimport time\ntime.sleep(120)"


def environment(**values: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "REDIS_URL"}}
    return kept | values


def run(*command: str, **values: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*SERVICES, "run", "--", *command],
        env=environment(**values),
        capture_output=True,
        text=True,
        timeout=120,
    )


def alive(pid: int) -> bool:
    """A zombie is dead: under `make test` or in a container, its new parent may bury it later."""
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2] if sys.platform == "linux" else ""
    except (ProcessLookupError, FileNotFoundError):
        return False
    return not state.startswith(" Z")


def assert_nothing_left(told: dict[str, Any]) -> None:
    assert not Path(told["folder"]).exists()
    assert not alive(told["postgresql_pid"])
    assert not alive(told["redis_pid"])


@pytest.fixture
def held() -> Iterator[subprocess.Popen[str]]:
    """A run whose command has told what it found, and now waits."""
    process = subprocess.Popen(
        [*SERVICES, "run", "--", sys.executable, "-c", PROBE + WAIT],
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with process:
        yield process
        if process.poll() is None:
            process.terminate()


def read(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout
    return dict(json.loads(process.stdout.readline()))


def test_servers_answer_are_private_and_are_gone_afterwards() -> None:
    done = run(sys.executable, "-c", PROBE)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["sorted"] == ["Ain", "eau", "école", "Eure", "Évry", "zoo"]
    assert told["addresses"] == "127.0.0.1"
    assert (told["redis_keys"], told["redis_saves"]) == (0, "")
    assert all("@127.0.0.1:" in url or "//127.0.0.1:" in url for url in told["urls"])
    assert not any(f":{usual}/" in url for usual in (5432, 6379) for url in told["urls"])
    if os.geteuid() == 0:
        assert told["owner"] != 0
    assert_nothing_left(told)


def test_a_command_that_fails_gives_its_status_and_nothing_is_left() -> None:
    done = run(sys.executable, "-c", PROBE + "\nraise SystemExit(7)")
    assert done.returncode == 7
    assert_nothing_left(json.loads(done.stdout))


def test_an_exception_gives_status_1_and_nothing_is_left() -> None:
    done = run(sys.executable, "-c", PROBE + "\nraise RuntimeError('on purpose')")
    assert done.returncode == 1
    assert "on purpose" in done.stderr
    assert_nothing_left(json.loads(done.stdout))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_the_command_and_the_servers(held: subprocess.Popen[str], number: signal.Signals) -> None:
    told = read(held)
    held.send_signal(number)
    assert held.wait(60) == 128 + number
    assert_nothing_left(told)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux hands orphans over")
def test_what_the_command_left_behind_is_ended_and_said() -> None:
    done = run("bash", "-c", "setsid sleep 300 & echo $!")
    assert done.returncode == 0
    assert not alive(int(done.stdout))
    assert "processus laissé en arrière, arrêté : " in done.stderr


@pytest.fixture
def deaf_to_quit() -> Iterator[None]:
    """What a shell without job control hands down to what it starts in the background."""
    before = signal.signal(signal.SIGQUIT, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGQUIT, before)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_nothing_outlives_a_killed_launcher(deaf_to_quit: None, held: subprocess.Popen[str]) -> None:
    told = read(held)
    held.kill()
    held.wait(10)
    deadline = time.monotonic() + 15
    pids = [told["pid"], told["postgresql_pid"], told["redis_pid"]]
    while any(map(alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(told["pid"])
    shutil.rmtree(told["folder"])  # a killed launcher leaves its folder, nobody is there to remove it
    assert_nothing_left(told)


def test_addresses_that_are_given_are_kept_and_no_server_is_started() -> None:
    given = {"DATABASE_URL": "postgres://someone@127.0.0.1:1/theirs", "REDIS_URL": "redis://127.0.0.1:1/5"}
    done = run("bash", "-c", "echo $DATABASE_URL $REDIS_URL", **given)
    assert done.stdout.split() == list(given.values())
    assert "privé prêt" not in done.stderr


def test_one_address_given_starts_the_other_server_only() -> None:
    done = run("bash", "-c", "echo $DATABASE_URL $REDIS_URL", REDIS_URL="redis://127.0.0.1:1/5")
    database, broker = done.stdout.split()
    assert database.startswith("postgres://suivi@127.0.0.1:")
    assert broker == "redis://127.0.0.1:1/5"
    assert "Redis privé prêt" not in done.stderr


def test_a_program_that_does_not_exist_is_said_so() -> None:
    done = run("programme-qui-n-existe-pas", DATABASE_URL="postgres://x/x", REDIS_URL="redis://x")
    assert done.returncode == 127
    assert "ne se lance pas" in done.stderr


def test_a_missing_server_says_how_to_have_it(tmp_path: Path) -> None:
    done = run("true", DATABASE_URL="postgres://x/x", PATH=str(tmp_path))
    assert done.returncode == 1
    assert "redis-server n'est pas installé : lancer « bash scripts/setup.sh dev »" in done.stderr


def test_hold_says_how_to_reach_the_servers_and_ctrl_c_ends_it() -> None:
    process = subprocess.Popen(
        [*SERVICES, "hold"],
        env=environment(DATABASE_URL="postgres://x/not-this-one"),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with process:
        assert process.stdout
        lines = [process.stdout.readline().strip() for _ in range(6)]
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    assert lines[1].startswith("export DATABASE_URL=postgres://suivi@127.0.0.1:")
    assert lines[2].startswith("export REDIS_URL=redis://127.0.0.1:")
