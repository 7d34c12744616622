#!/usr/bin/env python3
"""A private PostgreSQL and a private Redis, for as long as one command lasts. Standard library only.

    services.py run -- COMMAND…   start them, export DATABASE_URL and REDIS_URL, run, stop, return its status
    services.py hold              start them and say how to reach them, until Ctrl-C

`run` keeps an address that is already in the environment, and does not start that server. Each server listens
on a free port of 127.0.0.1 and keeps its files in one temporary folder. Whatever the end (success, failure,
Ctrl-C, SIGTERM), servers, processes the command left behind and folder are gone afterwards.
"""

import argparse
import contextlib
import ctypes
import os
import pwd
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
START_TIMEOUT = 60.0
GRACE = 15.0  # what a command is given to end by itself once asked to
NAME = "suivi"  # the role and the database
OLDEST_POSTGRESQL = 15  # the first whose initdb knows --locale-provider
ACCOUNTS = ("suivi-test", "postgres", "nobody")  # root lends the servers the first that exists
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36  # linux/prctl.h


class Trouble(Exception):
    """A server cannot be had; the message says in French what to do."""


class Stopped(BaseException):
    """A signal asked for the end; not an Exception, so that nothing on the way swallows it."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(signal.Signals(number).name)


def say(text: str) -> None:
    print(f"→ {text}", file=sys.stderr, flush=True)


def prctl(option: int, value: int) -> None:
    """Linux only, and only a second safety: elsewhere the ordinary stop does the work alone."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


# --- Processes --------------------------------------------------------------------------------------------


def account() -> pwd.struct_passwd | None:
    """The unprivileged account that root lends to the servers; None when we are not root."""
    if os.geteuid() != 0:
        return None
    for name in ACCOUNTS:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise Trouble(f"aucun compte sans privilège ({', '.join(ACCOUNTS)}) : en créer un (adduser --system suivi-test)")


def popen(command: Sequence[str | Path], *, folder: Path, log: Path) -> subprocess.Popen[bytes]:
    """Start a server's program: own session (Ctrl-C is for us), bare environment, killed if we are."""
    owner = account()
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(part) for part in command],
            cwd=folder,
            env={
                "PATH": os.environ.get("PATH", os.defpath),
                "LC_ALL": "C.UTF-8",
                "HOME": str(folder),
                "TZ": "UTC",
            },
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=owner.pw_uid if owner else None,
            group=owner.pw_gid if owner else None,
            extra_groups=[] if owner else None,
            preexec_fn=_die_with_us,
        )


def _die_with_us() -> None:
    """In the child: end when we do. A background shell hands down SIGQUIT ignored, and redis leaves it so."""
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)
    prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


def finish(process: subprocess.Popen[bytes], *signals: signal.Signals, patience: float = 10.0) -> None:
    """Ask with each signal in turn, wait a while after each, and end by force."""
    for number in (*signals, signal.SIGKILL):
        if process.poll() is not None:
            return
        process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)


def children() -> dict[int, str]:
    """Our own children by their name, orphans adopted as sub-reaper included (Linux; nothing elsewhere)."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            pid, name, state, parent = re.match(r"(\d+) \((.*)\) (\S) (\d+)", stat.read_text()).groups()  # type: ignore[union-attr]
            if int(parent) == os.getpid() and state != "Z":
                found[int(pid)] = name
    return found


def wait_and_reap(process: subprocess.Popen[bytes]) -> int:
    """Wait for one child; the adopted orphans that end meanwhile are buried, as init would have done."""
    while process.returncode is None:
        pid, status = os.waitpid(-1, 0)
        if pid == process.pid:
            process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode


def sweep(spared: Sequence[int] = ()) -> None:
    """End whatever process was left behind: those it leaves in turn come to us, hence the rounds."""
    asked: set[int] = set()
    deadline = time.monotonic() + GRACE
    while left := {pid: name for pid, name in children().items() if pid not in spared}:
        for pid, name in left.items():
            force = time.monotonic() > deadline - GRACE / 2
            with contextlib.suppress(ProcessLookupError):
                if force or pid not in asked:
                    os.kill(pid, signal.SIGKILL if force else signal.SIGTERM)
            if pid not in asked:
                say(f"processus laissé en arrière, arrêté : {name} ({pid})")
                asked.add(pid)
        if time.monotonic() > deadline:
            break
        time.sleep(0.05)
    for pid in asked:
        with contextlib.suppress(OSError):
            os.waitpid(pid, os.WNOHANG)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(
    name: str,
    command: Callable[[int], Sequence[str | Path]],
    ready: Callable[[int, subprocess.Popen[bytes]], bool],
    *,
    folder: Path,
) -> tuple[int, subprocess.Popen[bytes]]:
    """Start a server on a free port and wait until it is this very process that answers.

    Another program may take the port between our look and the server's: it then gives up, and we try again.
    """
    log = folder / f"{name}.log"
    for _ in range(3):
        port = free_port()
        process = popen(command(port), folder=folder, log=log)
        deadline = time.monotonic() + START_TIMEOUT
        while process.poll() is None and time.monotonic() < deadline:
            if ready(port, process):
                return port, process
            time.sleep(0.02)
        finish(process)
    raise Trouble(f"{name} ne démarre pas ; fin de son journal :\n{log.read_text(errors='replace')[-2000:]}")


# --- The two servers --------------------------------------------------------------------------------------


def postgresql_programs() -> Path:
    """The folder of the newest PostgreSQL's programs: Debian keeps them out of PATH."""
    folders = [Path("/usr/lib/postgresql"), Path("/usr/local/opt"), Path("/opt/homebrew/opt")]
    found = [path.parent for folder in folders for path in folder.glob("*/bin/initdb")]
    if on_path := shutil.which("initdb"):
        found.append(Path(on_path).resolve().parent)
    versions = {}
    for folder in found:
        printed = subprocess.run([folder / "initdb", "--version"], capture_output=True, text=True, check=False).stdout
        if match := re.search(r"(\d+)", printed):
            versions[int(match[1])] = folder
    if not versions or max(versions) < OLDEST_POSTGRESQL:
        raise Trouble(
            f"PostgreSQL {OLDEST_POSTGRESQL} ou plus récent n'est pas installé : "
            "lancer « bash scripts/setup.sh dev », ou donner DATABASE_URL=postgres://…"
        )
    return versions[max(versions)]


def start_postgresql(folder: Path) -> tuple[str, subprocess.Popen[bytes]]:
    programs, data = postgresql_programs(), folder / "data"
    log = folder / "initdb.log"
    initdb = popen(
        [
            *(programs / "initdb", "-D", data, "-U", NAME, "--auth=trust", "--encoding=UTF8", "--no-sync"),
            *("--locale-provider=icu", "--icu-locale=fr-FR", "--locale=C.UTF-8"),
        ],
        folder=folder,
        log=log,
    )
    if initdb.wait(START_TIMEOUT):
        raise Trouble(f"initdb a échoué :\n{log.read_text(errors='replace')[-2000:]}")
    settings = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": str(folder),
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "max_connections": "100",
    }

    def command(port: int) -> list[str | Path]:
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        return [programs / "postgres", "-D", data, "-p", str(port), *options]

    def ready(_port: int, process: subprocess.Popen[bytes]) -> bool:
        with contextlib.suppress(OSError):  # the file comes with the server; line 1 is its pid, line 8 its state
            lines = (data / "postmaster.pid").read_text().splitlines()
            return len(lines) >= 8 and lines[0] == str(process.pid) and lines[7].strip() == "ready"
        return False

    port, server = start("postgresql", command, ready, folder=folder)
    create = popen(
        [programs / "createdb", "-h", "127.0.0.1", "-p", str(port), "-U", NAME, NAME], folder=folder, log=log
    )
    if create.wait(START_TIMEOUT):
        finish(server, signal.SIGQUIT)
        raise Trouble(f"createdb a échoué :\n{log.read_text(errors='replace')[-2000:]}")
    return f"postgres://{NAME}@127.0.0.1:{port}/{NAME}", server


def start_redis(folder: Path) -> tuple[str, subprocess.Popen[bytes]]:
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if not program:
        raise Trouble(
            "redis-server n'est pas installé : lancer « bash scripts/setup.sh dev », ou donner REDIS_URL=redis://…"
        )

    def command(port: int) -> list[str]:
        options = {
            "--bind": "127.0.0.1",
            "--port": str(port),
            "--dir": str(folder),
            "--save": "",
            "--appendonly": "no",
        }
        return [
            program,
            *(part for pair in options.items() for part in pair),
            "--maxmemory-policy",
            "noeviction",
        ]

    def ready(port: int, process: subprocess.Popen[bytes]) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as connection:
            connection.sendall(b"INFO server\r\n")
            return f"process_id:{process.pid}\r\n".encode() in connection.recv(8192)
        return False

    port, server = start("redis", command, ready, folder=folder)
    return f"redis://127.0.0.1:{port}/0", server


def temporary_folder() -> Path:
    """A folder of ours, given to the servers' account; in /tmp when it cannot enter the usual place."""
    owner = account()
    place = Path(tempfile.gettempdir()).resolve()
    open_to_all = all(parent.stat().st_mode & 0o001 for parent in (place, *place.parents))
    if owner and not open_to_all:
        place = Path("/tmp")  # noqa: S108 - mkdtemp makes a private folder in it
    folder = Path(tempfile.mkdtemp(prefix="suivi-services-", dir=place))
    if owner:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    return folder


@contextlib.contextmanager
def services(environment: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """The environment completed with the addresses of the servers, which last as long as the block."""
    urls: dict[str, str] = {}
    servers: list[subprocess.Popen[bytes]] = []
    wanted = {
        "DATABASE_URL": ("PostgreSQL", start_postgresql),
        "REDIS_URL": ("Redis", start_redis),
    }
    folder = None
    try:
        for variable, (name, starter) in wanted.items():
            if environment.get(variable):
                say(f"{name} : {variable} est fournie, aucun serveur privé")
                continue
            folder = folder or temporary_folder()
            urls[variable], server = starter(folder)
            servers.append(server)
            say(f"{name} privé prêt : {urls[variable]}")
        # libpq would read these where an address is silent: with our own server they could only lead astray.
        ours = "DATABASE_URL" in urls
        kept = {key: value for key, value in environment.items() if not (ours and re.fullmatch("PG[A-Z]+", key))}
        yield kept | urls
    finally:
        deaf()
        sweep(spared=[server.pid for server in servers])
        for server in servers:
            finish(server, signal.SIGINT, signal.SIGQUIT)  # to PostgreSQL: fast, then immediate; both end Redis
        sweep()
        if folder:
            remove(folder)
            say("serveurs arrêtés, dossier temporaire retiré")


def remove(folder: Path) -> None:
    for _ in range(20):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.1)
    say(f"dossier à retirer à la main : {folder}")


# --- Signals and commands ---------------------------------------------------------------------------------


def deaf() -> None:
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def listen() -> None:
    def stop(number: int, _frame: FrameType | None) -> NoReturn:
        deaf()  # once is enough: a second Ctrl-C reaches the command, and does not cut the cleaning short
        raise Stopped(number)

    for number in STOP_SIGNALS:
        signal.signal(number, stop)


def typed_by_a_person() -> bool:
    """Whether Ctrl-C came from our terminal: the command, of the same group, has then had it too."""
    try:
        return os.tcgetpgrp(0) == os.getpgrp()
    except OSError:
        return False


def run(command: Sequence[str]) -> int:
    with services(os.environ) as environment:
        say(f"commande : {shlex.join(command)}")
        try:
            process = subprocess.Popen(
                command, env=environment, preexec_fn=lambda: prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            )
        except OSError as error:
            say(f"« {command[0]} » ne se lance pas : {error.strerror}")
            return 127
        try:
            status = wait_and_reap(process)
        except Stopped as stopped:
            first = signal.Signals(stopped.number)
            say(f"{first.name} reçu : arrêt de la commande")
            if first == signal.SIGINT and typed_by_a_person():
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(GRACE)
                first = signal.SIGTERM
            finish(process, first, patience=GRACE)
            raise
        return status if status >= 0 else 128 - status


def hold() -> int:
    with services({}) as environment:  # its own servers, whatever the environment already names
        database, broker = environment["DATABASE_URL"], environment["REDIS_URL"]
        print(
            "Serveurs d'essai, vides, effacés à l'arrêt (Ctrl-C). Dans un autre terminal :\n"
            f"  export DATABASE_URL={database}\n"
            f"  export REDIS_URL={broker}\n"
            "  .venv/bin/python manage.py migrate\n"
            f"  psql {database}\n"
            f"  redis-cli -u {broker}",
            flush=True,
        )
        while True:
            signal.pause()


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="services.py", description="PostgreSQL et Redis privés, le temps d'une commande."
    )
    commands = parser.add_subparsers(dest="what", required=True)
    one = commands.add_parser("run", help="les démarrer, lancer une commande, les arrêter")
    one.add_argument("command", nargs="+", metavar="COMMANDE", help="précédée de « -- »")
    commands.add_parser("hold", help="les tenir ouverts jusqu'à Ctrl-C")
    options = parser.parse_args(arguments)
    listen()
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    try:
        return run(options.command) if options.what == "run" else hold()
    except Stopped as stopped:
        return 0 if options.what == "hold" and stopped.number == signal.SIGINT else 128 + stopped.number
    except Trouble as trouble:
        say(str(trouble))
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
