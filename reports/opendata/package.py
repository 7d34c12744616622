"""Writing a package: each file as CSV, and the `datapackage.json` that says what they are, and as of when.

The same content gives the same bytes, in a folder as in a zip: nothing of the clock is written.
"""

import csv
import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Any

from django.utils import timezone

from cog.figures import plain
from indicators.queries import reference_read_at
from reports.opendata.files import Basis, File
from reports.opendata.known import Known

DESCRIPTOR = "datapackage.json"
_NO_DATE = (1980, 1, 1, 0, 0, 0)
"""Of the entries of a zip: its format has no earlier day."""

Progress = Callable[[int, int, str], None]


def text(value: Any) -> str:
    """A value as the package writes it: plain notation, ISO dates, empty for what is not there."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def csv_lines(file: File, known: Known) -> Iterator[list[str]]:
    """The lines of a file, its header first, in texts."""
    yield [column.name for column in file.columns]
    for row in file.rows(known):
        yield [text(value) for value in row]


def _write(stream: IO[str], file: File, known: Known) -> int:
    """Write a file and say how many rows it has, its header aside."""
    writer = csv.writer(stream, lineterminator="\n")
    count = -1
    for line in csv_lines(file, known):
        writer.writerow(line)
        count += 1
    return count


def write_folder(folder: Path, files: Sequence[File], known: Known, *, note: str = "") -> dict[str, int]:
    """Write the package in a folder; returns the rows of each file. Raises NotKnown before anything is written."""
    content = _described(files, known, note)
    counts = {}
    for file in files:
        with (folder / f"{file.name}.csv").open("w", encoding="utf-8", newline="") as stream:
            counts[file.name] = _write(stream, file, known)
    (folder / DESCRIPTOR).write_text(content, encoding="utf-8")
    return counts


def write_zip(
    stream: IO[bytes], files: Sequence[File], known: Known, *, progress: Progress, note: str = ""
) -> dict[str, int]:
    """Write the package as one zip; returns the rows of each file. Raises NotKnown before anything is written."""
    content = _described(files, known, note)
    counts = {}
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for number, file in enumerate(files):
            progress(number, len(files), f"écrit {file.name}.csv")
            with (
                archive.open(_entry(f"{file.name}.csv"), "w", force_zip64=True) as raw,
                TextIOWrapper(raw, encoding="utf-8", newline="") as lines,
            ):
                counts[file.name] = _write(lines, file, known)
        archive.writestr(_entry(DESCRIPTOR), content)
    progress(len(files), len(files), "terminé")
    return counts


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _NO_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


def _described(files: Sequence[File], known: Known, note: str) -> str:
    content = descriptor(files, known, note=note)
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def descriptor(files: Sequence[File], known: Known, *, note: str = "") -> dict[str, Any]:
    """`datapackage.json`: what each file holds and what it is as of, and whether any of it is simulated."""
    convention = known.convention
    warning = " Contient des données simulées (colonne simulated)." if convention.holds_simulated else ""
    said = f" {note}" if note else ""
    content = {
        "profile": "tabular-data-package",
        "name": convention.code,
        "title": convention.short_title,
        "description": f"{convention.title}.{said}{warning}",
        "resources": [_resource(file, known) for file in files],
    }
    return content if known.day is None else content | {"as_of": known.day.isoformat()}


def _resource(file: File, known: Known) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "fields": [
            {"name": column.name, "type": column.type, "description": column.meaning} for column in file.columns
        ],
        "missingValues": [""],
    }
    if file.key:
        schema["primaryKey"] = list(file.key)
    return {
        "profile": "tabular-data-resource",
        "name": file.name.replace("_", "-"),
        "title": file.title,
        "path": f"{file.name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        **_dated(file, known),
        "schema": schema,
    }


def _dated(file: File, known: Known) -> dict[str, str]:
    """What a file is as of, where a past day was asked for; the text of the convention is not of that day."""
    if known.day is None:
        return {}
    if file.basis is Basis.RESULTS:
        return {"as_of": known.day.isoformat(), "description": known.results.told}
    if file.basis is Basis.TRAIL:
        return {"as_of": known.day.isoformat(), "description": "ce qui était enregistré à la fin de ce jour"}
    read = reference_read_at(convention=known.convention)
    told = {"description": "texte de la convention et de ses sources, dans sa lecture actuelle"}
    return told if read is None else told | {"as_of": timezone.localdate(read).isoformat()}
