"""The workbook of the unused dotations: what each caisse spent of its dotation.

PURE.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from budgets.intake.caisse_table import CODE, NAME, CaisseTable

SHEET = "Execution"
DOTATION, EXECUTED = "Dotation (k€)", "Dépense exécutée (k€)"
COLUMNS = (CODE, NAME, DOTATION, EXECUTED)


@dataclass(frozen=True)
class ExecutedFile:
    """What a workbook holds, in k€ by code; with one problem nothing is to be kept."""

    executed: dict[str, Decimal]
    problems: list[str]
    warnings: list[str]


def read_executed(data: bytes, names: Mapping[str, str]) -> ExecutedFile:
    """The spending of every caisse (`names`: code -> name); the dotations printed beside are not read again."""
    table = CaisseTable(data, sheet=SHEET, columns=(EXECUTED,), names=names)
    executed = {}
    for row in table.rows():
        amount = row.money(EXECUTED)
        if row.code and amount is not None:
            executed[row.code] = amount
    return ExecutedFile(executed, table.found.problems, table.found.warnings)
