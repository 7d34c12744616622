"""Backups: the database and the stored files in one folder, with a manifest that says what each part must be.

A backup is complete when its manifest is there: it is written last, and renamed into place. Nothing is restored from a
folder whose parts are not, to the byte, what the manifest says.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

MANIFEST, FILES = "manifeste.json", "documents.tar"
DUMPS = {"postgresql": "base.dump", "sqlite": "base.sqlite3"}
VERSION = 1
LEFT_OUT = ".partiel"
"""End of the name of a file that is being written (`cog.storage`)."""


class BackupRefused(Exception):
    """The backup cannot be made or restored; the message says why, in French. Nothing was changed."""


@dataclass(frozen=True)
class Part:
    """One file of a backup."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup holds, when it was made, and by which migrations its base was shaped."""

    made_at: str
    vendor: str
    parts: list[Part]
    files: dict[str, str]
    migrations: list[str]
    rows: dict[str, int]

    def as_json(self) -> str:
        told = {"version": VERSION, **vars(self), "parts": [vars(part) for part in self.parts]}
        return json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True)


def back_up(
    folder: Path,
    *,
    at: datetime,
    database: Mapping[str, Any],
    vendor: str,
    documents: Path,
    migrations: list[str],
    rows: dict[str, int],
) -> Manifest:
    """Write a backup into a folder that does not exist yet, or is empty.

    The base first, the files after: a file is kept before the row that names it, so each row has its file.
    """
    if folder.exists() and any(folder.iterdir()):
        raise BackupRefused(
            f"{folder} n'est pas vide : donner un dossier neuf, une sauvegarde ne s'écrit pas sur une autre."
        )
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    dump = folder / DUMPS[vendor]
    (_dump_postgresql if vendor == "postgresql" else _dump_sqlite)(database, dump)
    files = _pack(documents, folder / FILES)
    parts = [Part(path.name, path.stat().st_size, digest(path)) for path in (dump, folder / FILES)]
    manifest = Manifest(at.isoformat(), vendor, parts, files, migrations, rows)
    written = folder / f"{MANIFEST}{LEFT_OUT}"
    with written.open("w", encoding="utf-8") as stream:
        stream.write(manifest.as_json())
        stream.flush()
        os.fsync(stream.fileno())
    written.rename(folder / MANIFEST)
    return manifest


def read(folder: Path) -> Manifest:
    """The manifest of a backup, once every part was found to be what it says. Raises BackupRefused with every fault."""
    try:
        told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        parts = [Part(**part) for part in told["parts"]]
        manifest = Manifest(told["made_at"], told["vendor"], parts, told["files"], told["migrations"], told["rows"])
    except FileNotFoundError:
        raise BackupRefused(f"{folder} n'a pas de {MANIFEST} : la sauvegarde n'est pas allée à son terme.") from None
    except (ValueError, KeyError, TypeError):
        raise BackupRefused(f"{folder / MANIFEST} n'est pas un manifeste de sauvegarde.") from None
    if told.get("version") != VERSION:
        raise BackupRefused(f"trouvé un manifeste de version {told.get('version')}, attendu {VERSION}.")
    if faults := list(_faults(folder, manifest)):
        raise BackupRefused("\n".join(faults))
    return manifest


def _faults(folder: Path, manifest: Manifest) -> Iterator[str]:
    for part in manifest.parts:
        path = folder / part.name
        if not path.is_file():
            yield f"{part.name} manque."
        elif path.stat().st_size != part.size:
            yield f"{part.name} : trouvé {path.stat().st_size} octets, attendu {part.size}."
        elif (found := digest(path)) != part.sha256:
            yield f"{part.name} : empreinte {found}, attendu {part.sha256}."


def restore_files(folder: Path, manifest: Manifest, documents: Path) -> None:
    """Put the stored files back, and check each; the folder must be empty."""
    documents.mkdir(parents=True, exist_ok=True)
    with tarfile.open(folder / FILES) as archive:
        archive.extractall(documents, filter="data")
    wrong = [name for name, sha256 in manifest.files.items() if digest(documents / name) != sha256]
    if wrong:
        raise BackupRefused(f"fichiers restaurés différents de ceux sauvegardés : {', '.join(wrong[:5])}")


def restore_database(folder: Path, manifest: Manifest, database: Mapping[str, Any], *, replace: bool) -> None:
    """Put the base back, whole or not at all. `replace`: what is there gives way."""
    dump = folder / DUMPS[manifest.vendor]
    if manifest.vendor == "sqlite":
        target = Path(str(database["NAME"]))
        for suffix in ("-wal", "-shm"):
            target.with_name(target.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(dump, target.with_name(target.name + LEFT_OUT))
        target.with_name(target.name + LEFT_OUT).replace(target)
        return
    options = ["--clean", "--if-exists"] if replace else []
    _run(
        database,
        "pg_restore",
        "--single-transaction",
        "--exit-on-error",
        "--no-owner",
        "--no-privileges",
        *options,
        dump,
    )


def digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _pack(documents: Path, archive: Path) -> dict[str, str]:
    """Every stored file, as it is at this moment, and its digest."""
    files = {}
    with tarfile.open(archive, "w") as packed:
        for path in sorted(documents.rglob("*")):
            if path.is_file() and not path.name.endswith(LEFT_OUT):
                name = path.relative_to(documents).as_posix()
                packed.add(path, arcname=name)
                files[name] = digest(path)
    return files


def _dump_sqlite(database: Mapping[str, Any], target: Path) -> None:
    """SQLite's own online backup: whole, whatever is written meanwhile."""
    source, copy = sqlite3.connect(str(database["NAME"])), sqlite3.connect(target)
    try:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
    finally:
        source.close()
        copy.close()


def _dump_postgresql(database: Mapping[str, Any], target: Path) -> None:
    _run(database, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--file", target)


def _run(database: Mapping[str, Any], program: str, *options: str | Path) -> None:
    """One of PostgreSQL's programs on a base; its password goes by the environment, never on the command line."""
    found = shutil.which(program)
    if found is None:
        raise BackupRefused(f"« {program} » manque : installer les outils clients de PostgreSQL (postgresql-client).")
    where = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD"}
    environment = os.environ | {name: str(database[key]) for name, key in where.items() if database.get(key)}
    target = ["--dbname", str(database["NAME"])]
    done = subprocess.run(  # noqa: S603 - PostgreSQL's program, options of ours
        [found, *target, *map(str, options)], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BackupRefused(f"« {program} » a échoué ; rien n'est changé :\n{done.stderr.strip()[-1500:]}")
