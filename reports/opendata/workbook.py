"""The results as one workbook: a sheet a file, typed cells, and what they are in « Notes ». For those who work in a
spreadsheet what the package is for tools: the same rows.
"""

from collections.abc import Iterator, Sequence
from typing import IO, Any

from cog.exports import SIMULATED, DataState
from cog.xlsx import Value, write_large_workbook
from reports.opendata.files import Column, File
from reports.opendata.known import Known
from reports.opendata.package import Progress

SHEETS = ("results", "secondary_results", "dispersions")
"""The files of the package that are sheets here."""

TITLE = "Tous les résultats"
_STEP = 10_000
"""Rows between two signs of life: some seconds of work."""


def write_results(
    target: IO[bytes], files: Sequence[File], known: Known, *, progress: Progress, notes: Sequence[tuple[str, Value]]
) -> dict[str, int]:
    """Write the workbook row by row, whatever their number; returns the rows of each sheet."""
    counts: dict[str, int] = {}

    def rows(place: int, file: File) -> Iterator[list[Value]]:
        for number, row in enumerate(file.rows(known), start=1):
            if number % _STEP == 1:
                progress(place, len(files), f"écrit « {file.title} », ligne {number}")
            counts[file.name] = number
            yield [_cell(value) for value in row]

    sheets = [
        (file.title, [_label(column) for column in file.columns], rows(place, file)) for place, file in enumerate(files)
    ]
    write_large_workbook(target, sheets, title=TITLE, notes=[*_said(known), *notes, *_meanings(files)])
    progress(len(files), len(files), "terminé")
    return {file.name: counts.get(file.name, 0) for file in files}


def _cell(value: Any) -> Value:
    """A number stays one; yes and no are words."""
    if isinstance(value, bool):
        return "oui" if value else "non"
    return value  # type: ignore[no-any-return]  # rows of the package: texts, numbers, days, nothing


def _label(column: Column) -> str:
    """The head of a column: its meaning, up to what explains it further."""
    told = column.meaning.partition(";")[0].partition(":")[0].strip()
    return told[:1].upper() + told[1:]


def _said(known: Known) -> Iterator[tuple[str, Value]]:
    convention = known.convention
    yield "Contenu", TITLE
    yield "Convention", f"{convention.title}, {convention.start.year}-{convention.end.year}"
    yield "État des données", DataState.CURRENT.value
    yield "Nature des données", SIMULATED if convention.holds_simulated else "aucune donnée simulée"


def _meanings(files: Sequence[File]) -> Iterator[tuple[str, Value]]:
    seen = set()
    for file in files:
        for column in file.columns:
            if column.name not in seen:
                seen.add(column.name)
                yield _label(column), f"{column.meaning} (colonne « {column.name} » du paquet)"
