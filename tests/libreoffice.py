"""LibreOffice as a second opinion: every formula of our workbooks is computed again by it, and compared."""

import re
import shutil
import subprocess
import zipfile
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

installed = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice absent")


def without_kept_values(data: bytes) -> bytes:
    """The same workbook as if no spreadsheet had ever computed it: LibreOffice must do every sum itself."""
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as source, zipfile.ZipFile(stream, "w") as target:
        for item in source.infolist():
            part = source.read(item)
            if item.filename.startswith("xl/worksheets/"):
                part = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", part)
            target.writestr(item, part)
    return stream.getvalue()


def recomputed(workbooks: dict[str, bytes], folder: Path) -> dict[str, bytes]:
    """Each workbook as LibreOffice saves it once it has computed every formula; all in one start of the program."""
    names = []
    for name, data in workbooks.items():
        (folder / f"{name}.xlsx").write_bytes(without_kept_values(data))
        names.append(f"{name}.xlsx")
    home = f"-env:UserInstallation=file://{folder}/home"
    command = ["soffice", home, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", "out", *names]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=180)
    return {name: (folder / "out" / f"{name}.xlsx").read_bytes() for name in workbooks}


def compared_formulas(ours: bytes, theirs: bytes) -> int:
    """How many formulas of a workbook LibreOffice computes as we did; fails on the first that differs."""
    found = openpyxl.load_workbook(BytesIO(theirs), data_only=True)
    kept, written = (openpyxl.load_workbook(BytesIO(ours), data_only=only) for only in (True, False))
    compared = 0
    for sheet in written:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type != "f":
                    continue
                compared += 1
                told, own = found[sheet.title][cell.coordinate].value, kept[sheet.title][cell.coordinate].value
                where = (sheet.title, cell.coordinate, cell.value)
                if own is None or own == "":
                    assert told in (None, "", 0), where  # a spreadsheet adds blanks up to 0
                else:
                    assert told == pytest.approx(own, abs=1e-9), where
    return compared


def pasted(text: str, folder: Path) -> list[tuple[object, ...]]:
    """What a French LibreOffice makes of a text pasted from the clipboard: cells parted by tabs, read as typed."""
    (folder / "colle.csv").write_text(text, encoding="utf-8")
    reading = "--infilter=CSV:9,34,76,1,,1036,false,true"  # tabs, UTF-8, French, numbers recognised
    command = ["soffice", f"-env:UserInstallation=file://{folder}/home", "--headless", reading]
    subprocess.run(
        [*command, "--convert-to", "xlsx", "colle.csv"], cwd=folder, check=True, capture_output=True, timeout=180
    )
    return list(openpyxl.load_workbook(folder / "colle.xlsx").active.iter_rows(values_only=True))
