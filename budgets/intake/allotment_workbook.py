"""The workbook of an allotment: benefits paid, previous dotation and beneficiaries of each caisse.

PURE. A number of beneficiaries may be blank: it is then unknown.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from budgets.compute.allotment import Entry
from budgets.intake.caisse_table import CODE, NAME, CaisseTable

SHEET = "Dotations"
BENEFITS, PREVIOUS = "Prestations versées (k€)", "Dotation précédente (k€)"
BEFORE, NOW = "Allocataires N-1", "Allocataires N"
COLUMNS = (CODE, NAME, BENEFITS, PREVIOUS, BEFORE, NOW)


@dataclass(frozen=True)
class EntriesFile:
    """What a workbook holds; with one problem nothing is to be kept."""

    entries: list[Entry]
    problems: list[str]
    warnings: list[str]


def read_entries(data: bytes, names: Mapping[str, str]) -> EntriesFile:
    """The row of every caisse (`names`: code -> name), and every problem with its cell."""
    table = CaisseTable(data, sheet=SHEET, columns=(BENEFITS, PREVIOUS, BEFORE, NOW), names=names)
    entries = []
    for row in table.rows():
        benefits, previous = row.money(BENEFITS), row.money(PREVIOUS)
        before, now = row.count(BEFORE), row.count(NOW)
        if row.code and benefits is not None and previous is not None:
            entries.append(Entry(row.code, benefits, previous, before, now))
    return EntriesFile(entries, table.found.problems, table.found.warnings)
