"""The open data package: `files` says what it holds, `known` as of when, `public` what anyone may read of it,
`package` writes it, `workbook` the results alone for a spreadsheet.
"""

from reports.opendata.files import FILES, Basis, Column, File, files_named
from reports.opendata.known import Known, NotKnown
from reports.opendata.package import DESCRIPTOR, csv_lines, text, write_folder, write_zip
from reports.opendata.public import NOTE, PUBLIC_FILES, Published
from reports.opendata.workbook import SHEETS, write_results

__all__ = [
    "DESCRIPTOR",
    "FILES",
    "NOTE",
    "PUBLIC_FILES",
    "SHEETS",
    "Basis",
    "Column",
    "File",
    "Known",
    "NotKnown",
    "Published",
    "csv_lines",
    "files_named",
    "text",
    "write_folder",
    "write_results",
    "write_zip",
]
