"""The open data package: `files` says what it holds, `known` as of when, `public` what anyone may read of it,
`package` writes it.
"""

from reports.opendata.files import FILES, Basis, Column, File, files_named
from reports.opendata.known import Known, NotKnown
from reports.opendata.package import DESCRIPTOR, csv_lines, text, write_folder, write_zip
from reports.opendata.public import NOTE, PUBLIC_FILES, Published

__all__ = [
    "DESCRIPTOR",
    "FILES",
    "NOTE",
    "PUBLIC_FILES",
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
    "write_zip",
]
