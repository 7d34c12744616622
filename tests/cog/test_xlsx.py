"""The guarded reading of workbooks: each refusal with a twin that passes, and the cells as they stand in the file."""

import random
import socket
import subprocess
import sys
import zipfile
from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from cog.xlsx import MAX_BYTES, Kind, WorkbookRefused, open_untrusted_xlsx, safe_text, write_workbook
from tests.workbooks import MAIN, OLE, grid, number, text, with_lying_size, with_parts, xlsx, zipped

ROOT = Path(__file__).parents[2]


def cells(data: bytes) -> list[tuple[int, list[tuple[int, Kind, str]]]]:
    """Every cell of the first sheet."""
    return [(row, [cell[:3] for cell in found]) for row, found in open_untrusted_xlsx(data).sheets[0].rows()]


def cell(inside: str, **options: object):
    """The only cell of a workbook."""
    data = xlsx({"S": f'<sheetData><row r="1"><c r="A1" {inside}</c></row></sheetData>'}, **options)
    rows = list(open_untrusted_xlsx(data).sheets[0].rows())
    return rows[0][1][0] if rows else None


def refusal(data: bytes) -> WorkbookRefused:
    with pytest.raises(WorkbookRefused) as caught:
        cells(data)
    assert caught.value.found and caught.value.expected and caught.value.mend
    return caught.value


def bomb(size: int, part: str = "xl/media/image1.xml", opening: bytes = b"", content: bytes = b" ") -> bytes:
    """A workbook with a part of `size` MiB of one character: 1000 times smaller packed."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        with zipfile.ZipFile(BytesIO(xlsx())) as good:
            for name in good.namelist():
                archive.writestr(name, good.read(name))
        with archive.open(part, "w") as stored:
            stored.write(opening)
            for _ in range(size):
                stored.write(content * (1 << 20))
    return stream.getvalue()


GOOD = xlsx()
ODS = zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x/>"})
DOCX = zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<x/>"})
ENTITY = (
    b'<?xml version="1.0"?><!DOCTYPE worksheet [<!ENTITY a0 "aaaaaaaaaa">%s]><worksheet xmlns="'
    + MAIN.encode()
    + b'"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&a9;</t></is></c></row></sheetData></worksheet>'
)
LAUGHS = ENTITY % b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))


def test_a_good_workbook_passes() -> None:
    row, found = cells(GOOD)[1]
    assert row == 2
    assert found == [(1, Kind.TEXT, "ram"), (2, Kind.TEXT, "011"), (3, Kind.TEXT, "2014"), (5, Kind.TEXT, "12")]


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"", "empty_file", "vide"),
        (b"  \n", "empty_file", "vide"),
        (b"%PDF-1.7 \n", "not_xlsx", "PDF"),
        (b"mesure;caisse\n", "not_xlsx", "un texte"),
        (OLE + b"\0" * 600, "not_xlsx", ".xls"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted", "mot de passe"),
        (ODS, "not_xlsx", ".ods"),
        (DOCX, "not_xlsx", "Word"),
        (zipped({"photo.png": b"x"}), "not_xlsx", "archive"),
        (GOOD[: len(GOOD) // 2], "damaged", "abîmé"),
        (GOOD[:-30], "damaged", "abîmé"),
        (b"PK\x03\x04", "damaged", "abîmé"),
        (with_parts(GOOD, {"xl/workbook.xml": None}), "not_xlsx", "archive"),
        (with_parts(GOOD, {"xl/workbook.xml": b"<workbook/>"}), "no_sheet", "sans feuille"),
        (with_parts(GOOD, {"xl/worksheets/sheet1.xml": b"<worksheet><sheetData>"}), "damaged", "abîmé"),
        (with_parts(GOOD, {"xl/vbaProject.bin": b"x"}), "macros", "macros"),
        (xlsx(types="application/vnd.ms-excel.sheet.macroEnabled.main+xml"), "macros", "macros"),
        (with_parts(GOOD, {"xl/workbook.bin": b"x"}), "not_xlsx", ".xlsb"),
        (zipped({"[Content_Types].xml": b"x"} | {f"p{n}": b"" for n in range(1001)}), "bomb", "morceaux"),
        (lambda: bomb(600), "bomb", "décompressé"),
        (lambda: bomb(20), "bomb", "compressé"),
        (with_lying_size(GOOD, "xl/worksheets/sheet1.xml", 40), "damaged", "abîmé"),
        (with_parts(GOOD, {"xl/worksheets/sheet1.xml": LAUGHS}), "damaged", "abîmé"),
        (with_parts(GOOD, {"xl/worksheets/sheet1.xml": b"<!DOCTYPE worksheet><worksheet/>"}), "damaged", "abîmé"),
        (with_parts(GOOD, {"xl/styles.xml": b"<!DOCTYPE styleSheet><styleSheet/>"}), "damaged", "abîmé"),
        (with_parts(GOOD, {"xl/worksheets/sheet1.xml": b"<?xml version='1.0' encoding='x'?><a/>"}), "damaged", "abîmé"),
        (lambda: b"PK" + b"\0" * MAX_BYTES, "size", "50 Mo"),
        (xlsx({"S": grid([[text("a")]], first=1_048_576)}), "too_many_rows", "1 000 000"),
        (xlsx({"S": '<sheetData><row r="3"><c r="XFD3"><v>1</v></c></row></sheetData>'}), "too_many_columns", "XFD3"),
        (xlsx({"S": '<sheetData><row r="3"/><row r="2"/></sheetData>'}), "damaged", "abîmé"),
        (xlsx({"S": '<sheetData><row r="1"><c r="B1"/><c r="A1"/></row></sheetData>'}), "damaged", "abîmé"),
        (xlsx({"S": '<sheetData><row r="1"><c r="A2"/></row></sheetData>'}), "damaged", "abîmé"),
        (xlsx({"S": '<sheetData><row r="1"><c r="A1" t="s"><v>7</v></c></row></sheetData>'}), "damaged", "abîmé"),
        (xlsx({"S": '<sheetData><row r="1"><c r="A1" s="99"><v>7</v></c></row></sheetData>'}), "damaged", "abîmé"),
        (xlsx({"S": grid([[text("a" * 32_768)]])}), "long_text", "32767"),
    ],
)
def test_what_is_refused_and_why(data: bytes | Callable[[], bytes], code: str, words: str) -> None:
    found = refusal(data() if callable(data) else data)
    assert found.code == code
    assert words in found.found


@pytest.mark.parametrize(
    "twin",
    [
        with_parts(GOOD, {"xl/media/image1.png": b"\x89PNG"}),  # a picture is no macro
        with_parts(
            GOOD,
            {"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>"},
        ),
        bomb(5),  # very compressed, but small
        xlsx({"S": grid([[text("a")]], first=1_000_000)}),
        xlsx({"S": '<sheetData><row r="3"><c r="IV3"><v>1</v></c></row></sheetData>'}),
        xlsx({"S": grid([[text("a" * 32_767)]])}),
    ],
)
def test_twins_that_pass(twin: bytes) -> None:
    assert cells(twin)


@pytest.mark.parametrize(
    ("inside", "kind", "expected"),
    [
        (number("12"), Kind.NUMBER, "12"),
        (number("0"), Kind.NUMBER, "0"),
        (number("-0"), Kind.NUMBER, "0"),
        (number("12.50"), Kind.NUMBER, "12.5"),
        (number("1.2345E3"), Kind.NUMBER, "1234.5"),
        (number("1E-3"), Kind.NUMBER, "0.001"),
        (number("0.30000000000000004"), Kind.NUMBER, "0.3"),
        (number("123456789012345"), Kind.NUMBER, "123456789012345"),
        (number("12345678901234567890"), Kind.NUMBER, "12345678901234600000"),
        (number("1E400"), Kind.UNREADABLE, "1E400"),
        (number("1E-400"), Kind.UNREADABLE, "1E-400"),
        (number("INF"), Kind.UNREADABLE, "INF"),
        (number("NaN"), Kind.UNREADABLE, "NaN"),
        (number("1_000"), Kind.UNREADABLE, "1_000"),
        (number("12,5"), Kind.UNREADABLE, "12,5"),
        (number("٣"), Kind.UNREADABLE, "٣"),
        (number("0.85", 1), Kind.PERCENT, "0.85"),
        (number("0.85", 2), Kind.PERCENT, "0.85"),
        (number("85", 5), Kind.NUMBER, "85"),  # « 85 % » by a literal: the number is 85
        (number("41729", 3), Kind.DATE, "2014-03-31"),
        (number("41699", 4), Kind.DATE, "2014-03-01"),
        (number("41729.5", 3), Kind.UNREADABLE, "41729.5"),
        (number("59", 3), Kind.UNREADABLE, "59"),  # before the 29 February 1900 that never was
        (number("99999999", 3), Kind.UNREADABLE, "99999999"),
        ('t="d"><v>2014-03-31</v>', Kind.DATE, "2014-03-31"),
        ('t="d"><v>2014-03-31T00:00:00</v>', Kind.DATE, "2014-03-31"),
        ('t="d"><v>2014-03-31T12:00:00</v>', Kind.UNREADABLE, "2014-03-31T12:00:00"),
        ('t="b"><v>1</v>', Kind.BOOLEAN, "VRAI"),
        ('t="e"><v>#DIV/0!</v>', Kind.ERROR, "#DIV/0!"),
        (text("001"), Kind.TEXT, "001"),
        (text(" 1 234,5 "), Kind.TEXT, " 1 234,5 "),
        ('t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r><rPh sb="0" eb="1"><t>x</t></rPh></is>', Kind.TEXT, "ab"),
        (text("a_x000D_b"), Kind.TEXT, "a\rb"),
        (text("a_xD800_b"), Kind.TEXT, "a_xD800_b"),
    ],
)  # fmt: skip
def test_a_cell_as_it_stands_in_the_file(inside: str, kind: Kind, expected: str) -> None:
    found = cell(inside)
    assert (found.kind, found.text, found.is_formula) == (kind, expected, False)


def test_the_calendar_of_1904() -> None:
    assert cell(number("40267", 3), book='<workbookPr date1904="1"/>')[1:3] == (Kind.DATE, "2014-03-31")
    assert cell(number("40267", 3), book='<workbookPr date1904="0"/>')[1:3] == (Kind.DATE, "2010-03-30")


@pytest.mark.parametrize(
    ("inside", "kind", "expected"),
    [
        ("><f>A2*2</f><v>24</v>", Kind.NUMBER, "24"),
        ('><f t="shared" si="0"/><v>24</v>', Kind.NUMBER, "24"),
        ("><f>A2*2</f>", Kind.EMPTY, ""),
        ("><f>A2*2</f><v></v>", Kind.EMPTY, ""),
        ('t="str"><f>A2</f><v></v>', Kind.EMPTY, ""),
        ('t="str"><f>A2</f><v>ram</v>', Kind.TEXT, "ram"),
        ('t="e"><f>1/0</f><v>#DIV/0!</v>', Kind.ERROR, "#DIV/0!"),
    ],
)
def test_formulas_say_that_they_are(inside: str, kind: Kind, expected: str) -> None:
    found = cell(inside)
    assert (found.kind, found.text, found.is_formula) == (kind, expected, True)


@pytest.mark.parametrize(
    ("digits", "rounded"), [("0.30000000000000004", False), ("0.33333333333333331", True), ("0.1", False)]
)
def test_rounding_is_said_when_it_is_not_noise(digits: str, rounded: bool) -> None:
    assert cell(number(digits)).is_rounded is rounded


def test_an_empty_cell_is_no_cell() -> None:
    assert cell('s="1"/><c r="B1">') is None
    assert cell('t="inlineStr"><is><t></t></is>') is None


def test_rows_without_addresses_and_with_a_prefix_are_read() -> None:
    plain = "<sheetData><row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row></sheetData>"
    expected = [(1, [(1, Kind.NUMBER, "1"), (2, Kind.NUMBER, "2")]), (2, [(1, Kind.NUMBER, "3")])]
    assert cells(xlsx({"S": plain})) == expected
    prefixed = plain.replace("<", "<x:").replace("<x:/", "</x:")
    part = f'<x:worksheet xmlns:x="{MAIN}">{prefixed}</x:worksheet>'.encode()
    assert cells(with_parts(xlsx({"S": ""}), {"xl/worksheets/sheet1.xml": part})) == expected


def test_shared_texts() -> None:
    sheet = '<sheetData><row r="1"><c r="A1" t="s"><v>1</v></c></row></sheetData>'
    assert cells(xlsx({"S": sheet}, shared="<si><t>a</t></si><si><r><t>b</t></r><r><t>c</t></r></si>")) == [
        (1, [(1, Kind.TEXT, "bc")])
    ]


def test_what_is_hidden_filtered_merged_or_linked_is_known() -> None:
    inside = (
        '<cols><col min="2" max="3" hidden="1"/></cols><sheetData><row r="1" hidden="1"><c r="A1"><v>1</v></c></row>'
        '<row r="2"><c r="A2"><v>1</v></c></row></sheetData><autoFilter ref="A1:B2"><filterColumn colId="0"/>'
        '</autoFilter><mergeCells><mergeCell ref="A1:B2"/></mergeCells>'
    )
    book = open_untrusted_xlsx(xlsx({"A": inside, "B": ""}, states={"B": "veryHidden"}))
    for _ in range(2):  # reading again says the same
        assert len(list(book.sheets[0].rows())) == 2
        facts = book.sheets[0].facts
        assert (facts.hidden_rows, [area.ref for area in facts.hidden_columns]) == ([1], ["B à C"])
        assert ([area[1:] for area in facts.merged], facts.is_filtered) == ([(1, 2, 1, 2)], True)
    assert [sheet.is_hidden for sheet in book.sheets] == [False, True]
    assert not book.has_links
    assert open_untrusted_xlsx(with_parts(GOOD, {"xl/externalLinks/externalLink1.xml": b"<x/>"})).has_links


def test_nothing_outside_is_read() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setblocking(False)  # whoever called waits in its queue
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/x".encode()
    for target in (address, b"file:///etc/passwd"):
        part = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "%s">]><worksheet><t>&e;</t></worksheet>' % target
        assert refusal(with_parts(GOOD, {"xl/worksheets/sheet1.xml": part})).code == "damaged"
    with listener, pytest.raises(BlockingIOError):
        listener.accept()


def test_random_mutations_are_read_or_refused() -> None:
    seed = random.randrange(1 << 30)
    print("seed", seed)
    chance = random.Random(seed)
    for turn in range(500):
        data = bytearray(GOOD if turn % 2 else zipped_stored())
        for _ in range(chance.randint(1, 6)):
            place = chance.randrange(len(data))
            if chance.random() < 0.2:
                del data[place : place + chance.randint(1, 40)]
            else:
                data[place] = chance.randrange(256)
        try:
            cells(bytes(data))
        except WorkbookRefused as refused:
            assert refused.found and refused.mend


def zipped_stored() -> bytes:
    """The good workbook not compressed, so that mutations reach its XML."""
    with zipfile.ZipFile(BytesIO(GOOD)) as archive:
        return zipped({name: archive.read(name) for name in archive.namelist()}, method=zipfile.ZIP_STORED)


MEASURED = """
import sys, time
from pathlib import Path
from cog.xlsx import WorkbookRefused, open_untrusted_xlsx
data = Path(sys.argv[1]).read_bytes()
start = time.process_time()
try:
    for sheet in open_untrusted_xlsx(data).sheets:
        for row in sheet.rows():
            pass
    said = "read"
except WorkbookRefused as refused:
    said = refused.code
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(said, time.process_time() - start, int(peak.split()[1]) / 1024)
"""


def million_rows() -> bytes:
    row = b'<row r="%d"><c r="A%d" t="n"><v>%d</v></c></row>'
    rows = b"".join(row % (n, n, n * 7919 % 99991) for n in range(1, 1_048_577))
    return with_parts(GOOD, {"xl/worksheets/sheet1.xml": b"<worksheet><sheetData>%s</sheetData></worksheet>" % rows})


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: bomb(968), "bomb"),
        (lambda: bomb(968, "xl/sharedStrings.xml", b"<sst><si><t>", b"a"), "bomb"),  # M8
        (million_rows, "too_many_rows"),
        (lambda: with_parts(GOOD, {"xl/worksheets/sheet1.xml": LAUGHS}), "damaged"),
        (lambda: xlsx({"S": grid([[text("a")]], first=1_048_576)}), "too_many_rows"),
        (lambda: GOOD, "read"),
    ],
)
def test_time_and_memory_are_bounded(make, said: str, tmp_path: Path) -> None:
    file = tmp_path / "file.xlsx"
    file.write_bytes(make())
    command = [sys.executable, "-c", MEASURED, str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found, seconds, peak = done.stdout.split()
    assert found == said
    assert float(seconds) < 5
    assert float(peak) < 300


# --- Writing -------------------------------------------------------------------------------------------------------
INJECTIONS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "http://example.org", "{=1}", "=HYPERLINK(1)"]


def test_a_text_is_never_a_formula_nor_a_link() -> None:
    data = write_workbook([("Essai", ["texte"], [[one] for one in INJECTIONS])])
    book = openpyxl.load_workbook(BytesIO(data))
    found = [(row[0].value, row[0].data_type, row[0].hyperlink) for row in book.active.iter_rows(min_row=2)]
    assert found == [(one, "s", None) for one in INJECTIONS]
    with zipfile.ZipFile(BytesIO(data)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_controls_and_half_characters_are_made_visible() -> None:
    assert safe_text("a\0b\x07\x7f") == "a␀b␇␡"
    assert safe_text("\ud800") == "?"
    assert len(safe_text("x" * 40_000)) == 32_767
    data = write_workbook(
        [("Nom [interdit]/: " * 4, ["x"], [["\0\ud800\uffff"]]), ("Nom [interdit]/: " * 4, ["x"], [])]
    )
    names = openpyxl.load_workbook(BytesIO(data)).sheetnames
    assert len(set(names)) == 2
    assert cells(data)[1] == (2, [(1, Kind.TEXT, "␀?\ufffd")])


def test_the_same_content_gives_the_same_bytes_and_reads_back() -> None:
    table = [("Valeurs", ["a", "b"], [["011", 12], ["x", Decimal("0.1")], [None, None]])]
    assert write_workbook(table) == write_workbook(table)
    assert cells(write_workbook(table))[1:] == [
        (2, [(1, Kind.TEXT, "011"), (2, Kind.NUMBER, "12")]),
        (3, [(1, Kind.TEXT, "x"), (2, Kind.NUMBER, "0.1")]),
    ]
