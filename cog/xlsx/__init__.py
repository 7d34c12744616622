"""Workbooks: the guarded reading of those people send, the safe writing of ours.

PURE. The only home of openpyxl and xlsxwriter: nothing else in the code opens or writes an XLSX.
"""

from cog.xlsx.grid import Area, Cell, Kind, Row
from cog.xlsx.guard import MAX_BYTES, WorkbookRefused, looks_like_a_workbook
from cog.xlsx.reader import Sheet, Workbook, open_untrusted_xlsx
from cog.xlsx.writer import (
    SafeSheet,
    SafeWorkbook,
    Value,
    column_letters,
    notes_sheet,
    safe_text,
    sum_formula,
    write_large_workbook,
    write_workbook,
)

__all__ = [
    "MAX_BYTES",
    "Area",
    "Cell",
    "Kind",
    "Row",
    "SafeSheet",
    "SafeWorkbook",
    "Sheet",
    "Value",
    "Workbook",
    "WorkbookRefused",
    "column_letters",
    "looks_like_a_workbook",
    "notes_sheet",
    "open_untrusted_xlsx",
    "safe_text",
    "sum_formula",
    "write_large_workbook",
    "write_workbook",
]
