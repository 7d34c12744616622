"""Real amounts others published: `budgets/published.csv`, each with its source and basis."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from cog.reference.files import Folder, PlainDecimal, Record

FILE = "budgets/published.csv"
COLUMNS = ["fund", "line", "position", "year", "amount", "unit", "basis", "source", "source_url", "confidence", "note"]


class PublishedRecord(Record):
    """`position`: the printed line the amount surely names; left out where the perimeter is not said."""

    fund: str = Field(min_length=1, max_length=20)
    line: str = Field(min_length=1)
    position: int | None = Field(default=None, ge=1)
    year: str = Field(pattern=r"^[0-9]{4}(-[0-9]{4})?$")
    amount: PlainDecimal
    unit: str = Field(min_length=1, max_length=40)
    basis: Literal["direct", "derived", "forecast", "proxy"]
    source: str = Field(min_length=1)
    source_url: str = ""
    confidence: Literal["high", "medium", "low", ""] = ""
    note: str = ""


def check_published(folder: Folder, *, lines: Mapping[str, set[int]]) -> list[PublishedRecord]:
    """The published amounts of the folder, none where it has no such file; a line that does not exist is a problem."""
    if not (folder.path / FILE).exists():
        return []
    found = folder.check_all(folder.csv(FILE, COLUMNS), PublishedRecord)
    for record, item in found:
        if record.position is not None and record.position not in lines.get(record.fund, set()):
            folder.problem(FILE, item.line, f"position = {record.position}", f"le rang d'une ligne du {record.fund}")
    return [record for record, _ in found]
