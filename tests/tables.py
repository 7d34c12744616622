"""The tables of a page and of its files, read back, so that a test lays them side by side."""

import csv
import io
import re
from typing import Any

from django.test import Client

from tests.workbooks import sheets


def told_in_csv(client: Client, address: str) -> list[dict[str, str]]:
    """The rows of a CSV by their headings."""
    return list(csv.DictReader(io.StringIO(client.get(address).content.decode("utf-8-sig"))))


def told_in_sheet(client: Client, address: str, sheet: str) -> list[dict[str, Any]]:
    """The rows of one sheet of a workbook by their headings."""
    header, *rows = sheets(client.get(address).content)[sheet]
    return [dict(zip(header, row, strict=True)) for row in rows]


def rows_of_page(client: Client, address: str, label: str) -> int:
    """How many rows the table of that name has on a page, its head aside."""
    page = client.get(address).content.decode()
    table = page.split(f'aria-label="{label}"', 1)[1].split("</table>", 1)[0]
    return len(re.findall(r"<tr[ >]", table.split("<tbody>", 1)[1]))
