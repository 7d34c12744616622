"""Making a backup of this application, and putting one back: what is written, with its trace."""

from datetime import datetime
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from cog import audit, backup
from cog.health import BACKED_UP
from cog.models import User
from cog.operations import command_account

RESTORED = "base.restored"


def back_up_everything(*, folder: Path, by: User, at: datetime) -> backup.Manifest:
    """Back up the base and the files; the trace, by which the health page knows, follows what it tells of.

    Raises backup.BackupRefused.
    """
    manifest = backup.back_up(
        folder,
        at=at,
        database=connection.settings_dict,
        vendor=connection.vendor,
        documents=documents(),
        migrations=migrations(),
        rows=rows(),
    )
    with transaction.atomic():
        details = {"sha256": {part.name: part.sha256 for part in manifest.parts}, "files": len(manifest.files)}
        audit.record(action=BACKED_UP, subject=str(folder), by=by, at=at, details=details)
    return manifest


def restore_everything(*, folder: Path, at: datetime, replace: bool) -> list[str]:
    """Put a backup back into the base and the folder of the settings, and check it; returns what does not agree.

    Refuses a base that holds tables, or a folder that holds files, unless they may be replaced: the files are then
    moved aside. Raises backup.BackupRefused.
    """
    manifest = backup.read(folder)
    if manifest.vendor != connection.vendor:
        raise backup.BackupRefused(f"trouvé une sauvegarde de {manifest.vendor}, attendu {connection.vendor}.")
    place = documents()
    full = [name for name, held in (("la base", bool(_tables())), (str(place), _holds_files(place))) if held]
    if full and not replace:
        raise backup.BackupRefused(
            f"{' et '.join(full)} : pas vide. Restaurer dans une base neuve (DATABASE_URL) et un dossier neuf"
            " (SUIVI_VAR), ou dire --replace pour en perdre le contenu."
        )
    if _holds_files(place):
        place.rename(place.with_name(f"{place.name}.avant-{at:%Y%m%d-%H%M%S}"))
    backup.restore_files(folder, manifest, place)
    connection.close()
    backup.restore_database(folder, manifest, connection.settings_dict, replace=replace)
    found = list(_differences(manifest))
    with transaction.atomic():
        audit.record(
            action=RESTORED, subject=str(folder), by=command_account(), at=at, details={"of": manifest.made_at}
        )
    return found


def _differences(manifest: backup.Manifest) -> list[str]:
    """A table may have grown between the count and the copy, never shrunk."""
    held = rows()
    wrong = [
        f"table {name} : trouvé {held.get(name, 0)} lignes, attendu {count} au moins"
        for name, count in manifest.rows.items()
        if held.get(name, 0) < count
    ]
    if migrations() != manifest.migrations:
        wrong.append("la base restaurée n'a pas les migrations que dit le manifeste")
    return wrong


def documents() -> Path:
    return Path(default_storage.path(""))


def migrations() -> list[str]:
    """The migrations this base has had."""
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())


def rows() -> dict[str, int]:
    """How many rows each table holds."""
    return {model._meta.db_table: model._base_manager.count() for model in apps.get_models(include_auto_created=True)}


def _tables() -> list[str]:
    try:
        return connection.introspection.table_names()
    except DatabaseError as error:
        raise backup.BackupRefused(
            f"la base {settings.DATABASES['default']['NAME']} ne répond pas : {error}"
        ) from error


def _holds_files(place: Path) -> bool:
    return place.exists() and any(place.rglob("*"))
