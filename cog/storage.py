"""Keeping a file whole: written beside its place, then renamed into it; nobody ever reads half of one."""

import os
import tempfile
from pathlib import Path

from django.core.files import File
from django.db.models.fields.files import FieldFile


class _Written(File):
    """A file on the disk of the storage, which the storage moves instead of copying it."""

    def temporary_file_path(self) -> str:
        return str(self.file.name)


def keep_whole(field: FieldFile, name: str, data: bytes) -> None:
    """Put `data` in the place that the storage gives `name`; the row of `field` is left to its caller to save."""
    folder = Path(field.storage.path(field.field.generate_filename(field.instance, name))).parent
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".", suffix=".partiel", delete=False) as written:
        pass
    try:
        with Path(written.name).open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        with Path(written.name).open("rb") as stream:
            field.save(name, _Written(stream, name=name), save=False)
    finally:
        Path(written.name).unlink(missing_ok=True)
