"""The reusable receipts of the Fnga: `budgets/receipts.csv`, one row an account of the printed table (2.6, l. 6506)."""

import re

from pydantic import Field

from cog.reference.files import Folder, Record

FILE = "budgets/receipts.csv"
COLUMNS = ["account", "label", "printed_share", "share", "seed_line", "note"]


class ReceiptRecord(Record):
    account: str = Field(min_length=1)
    label: str = ""
    printed_share: str = ""
    share: int | None = Field(default=None, ge=0, le=100)
    seed_line: int = Field(ge=1)
    note: str = ""


def check_receipts(folder: Folder) -> list[ReceiptRecord]:
    """The accounts of the folder; one twice, or a share that is not the one printed, is a problem at its line."""
    found = folder.check_all(folder.csv(FILE, COLUMNS), ReceiptRecord)
    first: dict[tuple[str, str], int] = {}
    for row, item in found:
        line = first.setdefault((row.account, row.label), item.line)
        if line != item.line:
            again = f"{row.account}, {row.label} une seconde fois (déjà ligne {line})"
            folder.problem(item.file, item.line, again, "un compte une seule fois")
        printed = re.fullmatch(r"([0-9]+) ?%", row.printed_share)
        if printed and row.share != int(printed[1]):
            folder.problem(item.file, item.line, f"share = {row.share}", f"la part imprimée, {printed[1]}")
    return [row for row, _ in found]
