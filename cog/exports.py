"""What leaves a page in figures: its tables as one workbook with its « Notes », a flat one as CSV too.

Every export says what it is: the page and its address, when, the filters in words, the state of the data, the
convention. Same permission as the page, same rows under the same filters: the view reads both by the same query.
"""

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import islice
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone

from cog.downloads import CSV, attachment, workbook
from cog.models import Convention
from cog.xlsx import Value, safe_text, write_workbook

Table = tuple[str, Sequence[str], Sequence[Sequence[Any]]]
"""The name of a sheet, its header, its rows: texts, numbers and dates, each as what it is."""


class DataState(StrEnum):
    """How far the data of an export may be relied on, in words."""

    REFERENCE = "texte de la convention, tel que lu ici"
    CURRENT = "en cours, avant transmission\u00a0: peut encore changer (provisoire)"
    DRAFT = "projet\u00a0: n'engage personne"
    SENT = "transmis à l'État, dans l'état où cela l'a été\u00a0: ne change plus"
    PUBLISHED = "publié"


SIMULATED = "certaines données sont simulées\u00a0: elles sont inventées pour la démonstration"


@dataclass(frozen=True)
class Export:
    """What an export says of itself. `page`: the address of the page it comes from, without its filters.

    `simulated`: whether some of its data is; None where that is only known of the whole convention.
    """

    title: str
    convention: Convention
    page: str
    state: DataState
    filters: Sequence[str] = ()
    simulated: bool | None = None
    about: Sequence[tuple[str, Value]] = field(default=())

    def notes(self, request: HttpRequest) -> list[tuple[str, Value]]:
        """The facts of the sheet « Notes »; the moment is that of the request."""
        query = request.META.get("QUERY_STRING", "")
        simulated = self.convention.holds_simulated if self.simulated is None else self.simulated
        return [
            ("Contenu", self.title),
            ("Convention", f"{self.convention.title}, {self.convention.start.year}-{self.convention.end.year}"),
            ("Page", request.build_absolute_uri(f"{self.page}?{query}" if query else self.page)),
            ("Extrait le", timezone.localtime()),
            ("Filtres", " ; ".join(self.filters) or "aucun"),
            ("État des données", self.state.value),
            ("Nature des données", SIMULATED if simulated else "aucune donnée simulée"),
            *self.about,
        ]


def xlsx(request: HttpRequest, export: Export, tables: Iterable[Table], *, name: str) -> HttpResponse:
    """The tables as one workbook, the notes last; `name` without its extension."""
    return workbook(write_workbook(tables, title=export.title, notes=export.notes(request)), name)


def table_file(request: HttpRequest, export: Export, tables: Sequence[Table], *, name: str, kind: str) -> HttpResponse:
    """The tables as a workbook (`kind` « xlsx »), or the first of them as « csv »; `name` without its extension.

    Raises Http404 for another kind.
    """
    if kind == "csv":
        return csv_file(tables[0], name=name)
    if kind != "xlsx":
        raise Http404(f"Ce tableau ne se lit pas en « {kind} » : l'extension est xlsx ou csv.")
    return xlsx(request, export, tables, name=name)


def csv_file(table: Table, *, name: str) -> HttpResponse:
    """One flat table as CSV; `name` without its extension."""
    _, header, rows = table
    return attachment(as_csv([list(header), *rows]), CSV, f"{name}.csv")


def csv_stream(header: Sequence[str], rows: Iterable[Sequence[Any]], *, name: str) -> StreamingHttpResponse:
    """A long table as CSV, written as it is read; `name` without its extension."""

    def pieces() -> Iterator[bytes]:
        yield as_csv([header])
        for part in batched(rows, 500):
            yield as_csv(part).removeprefix(codecs.BOM_UTF8)

    disposition = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingHttpResponse(pieces(), content_type=CSV, headers=disposition)


def batched(rows: Iterable[Sequence[Any]], size: int) -> Iterator[list[Sequence[Any]]]:
    """The rows, so many at a time."""
    rest = iter(rows)
    while part := list(islice(rest, size)):
        yield part


def as_csv(rows: Iterable[Sequence[Any]]) -> bytes:
    """UTF-8 with its mark, commas, decimal points, ISO dates: as the open data package, readable by a spreadsheet."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    for row in rows:
        writer.writerow([_written(cell) for cell in row])
    return buffer.getvalue().encode("utf-8-sig")


_FORMULA = ("=", "+", "-", "@", "\t")
"""What makes a spreadsheet take the text of a CSV for a formula; other controls are shown, « ␍ », by `safe_text`."""


def _written(cell: Any) -> str:
    """A number in plain digits, a date in ISO; a text that a spreadsheet would take for a formula is kept a text."""
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return format(cell, "f")
    if isinstance(cell, int):
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="minutes")
    if isinstance(cell, date):
        return cell.isoformat()
    text = safe_text(str(cell))
    return f"'{text}" if text.startswith(_FORMULA) else text
