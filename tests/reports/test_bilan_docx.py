"""The editable twin of the bilan, and its workbook: same content as the PDF, real styles, numbered captions."""

import copy
import hashlib
import re
import shutil
import subprocess
import zipfile
from collections import Counter
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from django.core.management import call_command
from django.test import Client
from docx.oxml.ns import qn
from lxml import etree

from cog.models import Convention, User
from cog.word import About, Row, Word
from reports.annual_word import word_report
from reports.annual_workbook import report_sheets, report_workbook
from reports.enums import EditionState
from reports.models import Edition
from reports.snapshot import digest
from tests import libreoffice
from tests.reports.bilan_content import YEAR, hostile, payload, visits
from tests.reports.edition_steps import common, draft, one_page, sent_edition
from tests.reports.quarter import people

__all__ = ["common", "draft", "hostile", "one_page", "payload", "people", "sent_edition", "visits"]

SIZED = ("w:sz", "w:szCs", "w:color", "w:rFonts", "w:b", "w:i", "w:highlight", "w:shd", "w:u")


def told(text: str) -> str:
    """Words without what setting changes: spaces, the shape of apostrophes, control characters."""
    return re.sub(r"[\s\x00-\x1f]|['’•]", "", text)


@pytest.fixture(scope="module")
def data(payload: dict[str, Any]) -> bytes:
    return word_report(payload)


@pytest.fixture(scope="module")
def document(data: bytes) -> Any:
    return docx.Document(BytesIO(data))


@pytest.fixture(scope="module")
def words(document: Any) -> str:
    """Every word of the document, tables included."""
    return told("".join(document.element.body.itertext()))


# --- Styles ---------------------------------------------------------------------------------------------------------


def test_nothing_is_formatted_but_by_styles(document: Any) -> None:
    """No run says a font, a size or a colour; every paragraph names a style that the document has."""
    body = document.element.body
    for run in body.iter(qn("w:rPr")):
        assert not [tag for tag in SIZED if run.find(qn(tag)) is not None], etree.tostring(run)[:300]
    for layout in body.iter(qn("w:pPr")):
        assert {child.tag for child in layout} <= {qn("w:pStyle"), qn("w:sectPr")}, etree.tostring(layout)[:300]
    known = {style.style_id for style in document.styles}
    used = Counter(one.get(qn("w:val")) for one in body.iter(qn("w:pStyle")))
    assert set(used) <= known
    assert sum(1 for _ in body.iter(qn("w:p"))) == sum(used.values())
    named = {document.styles.element.xpath(f'w:style[@w:styleId="{one}"]/w:name/@w:val')[0] for one in used}
    wanted = {"Title", "heading 1", "heading 2", "heading 3", "caption", "List Bullet", "toc 1", "toc 2"}
    assert wanted | {"table of figures", "Tableau nombre"} <= named
    tables = {one.get(qn("w:val")) for one in body.iter(qn("w:tblStyle"))}
    assert tables == {"TableauCog"} and "TableauCog" in known


def test_one_change_of_style_restyles_every_heading(document: Any) -> None:
    styles = {style.name: style for style in document.styles}
    assert styles["Heading 1"].font.size.pt == 18 and styles["Heading 1"].base_style.name == "Normal"
    first = [one for one in document.paragraphs if one.style.name == "Heading 1"]
    assert len(first) > 12 and all(run.font.size is None for one in first for run in one.runs)


def test_the_document_says_what_it_is_in_french(document: Any, payload: dict[str, Any]) -> None:
    told_of = document.core_properties
    assert told_of.title.startswith("Bilan annuel 2014") and told_of.author == "Branche Famille"
    assert told_of.language == "fr-FR" and digest(payload) in told_of.comments
    assert told_of.created.date().isoformat() == payload["produced_on_iso"] == told_of.modified.date().isoformat()
    languages = document.styles.element.xpath("w:docDefaults//w:lang/@w:val")
    assert languages == ["fr-FR"]


def test_every_page_says_project_simulated_and_its_number(document: Any, payload: dict[str, Any]) -> None:
    section = document.sections[0]
    assert "PROJET" in section.header.paragraphs[0].text and "DONNÉES SIMULÉES" in section.header.paragraphs[0].text
    foot = section.footer._element
    asked = "".join(one.text or "" for one in foot.iter(qn("w:instrText")))
    assert "PAGE" in asked and "NUMPAGES" in asked
    assert digest(payload)[:12] in "".join(foot.itertext())


def test_a_published_edition_says_neither_project_nor_draft(payload: dict[str, Any]) -> None:
    shown = payload | {"state": "publie", "presented_on": "18 juin 2015", "simulated": False}
    told_of = docx.Document(BytesIO(word_report(shown)))
    assert "PROJET" not in told_of.sections[0].header.paragraphs[0].text
    cover = "\n".join(one.text for one in told_of.paragraphs[:8])
    assert "présenté au conseil d’administration le 18 juin 2015" in cover and "SIMULÉES" not in cover


# --- Captions, contents, tables, pictures ---------------------------------------------------------------------------


def test_captions_are_numbered_by_fields_and_listed(document: Any) -> None:
    body = document.element.body
    asked = [one.text.strip() for one in body.iter(qn("w:instrText"))]
    captions = [one for one in document.paragraphs if one.style.name == "Caption"]
    for label in ("Tableau", "Figure"):
        own = [one.text for one in captions if one.text.startswith(label)]
        numbers = [int(re.match(rf"{label} (\d+)\. \S", text)[1]) for text in own]  # type: ignore[index]
        assert numbers == list(range(1, len(own) + 1)) and len(own) > 5
        assert asked.count(f"SEQ {label} \\* ARABIC") == len(own)
        assert sum(f'TOC \\h \\z \\c "{label}"' == one for one in asked) == 1
    assert len([one for one in captions if one.text.startswith("Tableau")]) == len(document.tables)
    assert len([one for one in captions if one.text.startswith("Figure")]) == len(document.inline_shapes)


def test_the_contents_list_every_heading_and_lead_to_it(document: Any) -> None:
    body = document.element.body
    marks = {one.get(qn("w:name")) for one in body.iter(qn("w:bookmarkStart"))}
    links = [one.get(qn("w:anchor")) for one in body.iter(qn("w:hyperlink"))]
    assert set(links) <= marks
    ids = [one.get(qn("w:id")) for one in body.iter(qn("w:bookmarkStart"))]
    assert len(ids) == len(set(ids)) and len(marks) == len(ids)
    headings = [one.text for one in document.paragraphs if one.style.name in ("Heading 1", "Heading 2")]
    listed = [one for one in document.paragraphs if one.style.name in ("toc 1", "toc 2")]
    shown = ["".join(part.text or "" for part in one._p.iter(qn("w:t"))).removesuffix("…") for one in listed]
    assert shown == headings and len(headings) > 60
    fields = Counter(one.get(qn("w:fldCharType")) for one in body.iter(qn("w:fldChar")))
    assert fields["begin"] == fields["separate"] == fields["end"] > 200


def test_every_table_repeats_its_header_and_no_row_is_cut(document: Any) -> None:
    for table in document.tables:
        first, *others = table._tbl.tr_lst
        assert first.find(qn("w:trPr")).find(qn("w:tblHeader")) is not None
        assert not [row for row in others if row.find(qn("w:trPr")).find(qn("w:tblHeader")) is not None]
        assert all(row.find(qn("w:trPr")).find(qn("w:cantSplit")) is not None for row in table._tbl.tr_lst)
        widths = len(table._tbl.tblGrid.gridCol_lst)
        for row in table._tbl.tr_lst:
            spans = [cell.tcPr.find(qn("w:gridSpan")) for cell in row.tc_lst]
            assert sum(1 if one is None else int(one.get(qn("w:val"))) for one in spans) == widths


def test_every_picture_has_its_words_and_its_table(document: Any, payload: dict[str, Any]) -> None:
    drawn = [shape._inline.docPr for shape in document.inline_shapes]
    assert all(len(one.get("descr")) > 40 and one.get("title") for one in drawn)
    assert len({one.get("id") for one in drawn}) == len(drawn)
    sheets = [sheet for sheet in payload["sheets"] if sheet["series"]]
    for sheet in sheets:
        start = told(f"{sheet['code']} : valeurs nationales")
        own = next(one for one in drawn if told(one.get("title")).startswith(start))
        assert all(told(point["shown"] or "n.d.") in told(own.get("descr")) for point in sheet["series"])
    after = [block.tag for block in document.element.body]
    for place, block in enumerate(document.element.body):
        if block.find(f".//{qn('w:drawing')}") is not None:
            assert qn("w:tbl") in after[place + 1 : place + 5], "a drawing is followed by its table"


# --- Figures --------------------------------------------------------------------------------------------------------


def test_every_figure_and_word_is_the_payload_s(words: str, payload: dict[str, Any]) -> None:
    for domain in payload["domains"]:
        for fiche in domain["fiches"]:
            assert told(fiche["title"]) in words and told(fiche["tally"]) in words
            for line in fiche["indicators"]:
                assert told(line["title"]) in words
                if line["value"] and line["value"]["value"]:
                    assert told(f"{line['value']['shown']}") in words
            for one in (one for objective in fiche["objectives"] for one in objective["actions"]):
                assert told(one["comment"]) in words and told(one["status"]) in words
    for sheet in payload["sheets"]:
        assert told(sheet["sentence"]) in words
        for shown in (sheet["spread"] or {"shown": {}})["shown"].values():
            assert told(shown) in words
    for fund in payload["budgets"]:
        assert all(told(cell["shown"]) in words for row in fund["rows"] for cell in row["cells"])
    for row in payload["calendar"]:
        assert told(row["title"]) in words
    for group in payload["anomalies"]:
        assert all(told(one["what"]) in words for one in group["records"])
    for part in payload["synthesis"]:
        assert all(told(one["text"]) in words for one in part["sentences"])
    assert digest(payload) in words


def test_the_row_of_an_indicator_says_its_value_its_gap_and_its_verdict(document: Any, payload: dict[str, Any]) -> None:
    sheet = next(one for one in payload["sheets"] if one["value"] and one["value"]["value"])
    table = next(one for one in document.tables if one._tbl.tr_lst[0].xpath("string()").startswith("CodeIndicateur"))
    row = next(one for one in table._tbl.tr_lst if one.xpath("string(w:tc[1])") == sheet["code"])
    cells = [told(cell.xpath("string()")) for cell in row.tc_lst]
    assert cells[3].startswith(told(sheet["value"]["shown"])) and cells[3].endswith(told(sheet["unit"]))
    assert sheet["gap"] in cells[4] and cells[5] == told(sheet["value"]["verdict_label"])


def test_a_hostile_comment_stays_words(data: bytes, words: str, hostile: str, visits: list[bytes]) -> None:
    assert told(hostile) in words
    assert len(visits) == 1, "nothing was fetched"
    with zipfile.ZipFile(BytesIO(data)) as package:
        links = b"".join(package.read(name) for name in package.namelist() if name.endswith(".rels"))
    assert b'TargetMode="External"' not in links and b"127.0.0.1" not in links


def test_the_same_content_gives_the_same_bytes(data: bytes, payload: dict[str, Any]) -> None:
    assert hashlib.sha256(word_report(copy.deepcopy(payload))).digest() == hashlib.sha256(data).digest()
    assert word_report(payload | {"tally": "Autre phrase."}) != data


def test_the_writer_keeps_what_xml_refuses_out() -> None:
    from datetime import UTC, datetime

    word = Word(About("t", "s", "a", "k", "c", datetime(2015, 1, 1, tzinfo=UTC)), head="h", foot="f")
    word.table("Un \x00 caractère & un <signe>", ["A"], [Row(["x\x0by"])])
    written = docx.Document(BytesIO(word.bytes()))
    assert written.tables[0].cell(1, 0).text == "xy"
    assert "caractère & un <signe>" in written.paragraphs[0].text


@libreoffice.installed
def test_libreoffice_opens_it_whole(data: bytes, document: Any, tmp_path: Path) -> None:
    """A second reader finds the same headings and captions, the page numbers, and the references resolved."""
    (tmp_path / "bilan.docx").write_bytes(data)
    home = f"-env:UserInstallation=file://{tmp_path}/home"
    command = ["soffice", home, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), "bilan.docx"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=240)
    assert shutil.which("pdftotext")
    asked = ["pdftotext", "-layout", str(tmp_path / "bilan.pdf"), "-"]
    pages = subprocess.run(asked, capture_output=True, check=True).stdout.decode().split("\f")[:-1]
    assert len(pages) > 60
    assert all(f"page {rank} / {len(pages)}" in page for rank, page in enumerate(pages, 1))
    assert all("PROJET" in page for page in pages)
    whole = told("".join(pages))
    captions = [one.text for one in document.paragraphs if one.style.name == "Caption"]
    assert not [text for text in captions if told(text) not in whole]


# --- Workbook -------------------------------------------------------------------------------------------------------


def test_every_table_of_the_bilan_is_in_the_workbook_whole(payload: dict[str, Any]) -> None:
    sheets = {name: rows for name, _, rows in report_sheets(payload)}
    fiches = [fiche for domain in payload["domains"] for fiche in domain["fiches"]]
    lines = [line for fiche in fiches for line in fiche["indicators"]]
    wanted = {
        "Fiches": len(fiches),
        "Indicateurs": len(lines),
        "Valeurs par année": sum(len(line["years"]) for line in lines),
        "Actions": sum(len(one["actions"]) for fiche in fiches for one in fiche["objectives"]),
        "Valeurs par période": sum(len(sheet["series"]) for sheet in payload["sheets"]),
        "Dispersions": sum(bool(sheet["spread"]) for sheet in payload["sheets"]),
        "Valeurs publiées": sum(len(sheet["published"]) for sheet in payload["sheets"]),
        "Cartes": sum(len(one["quarters"]) for one in payload["maps"]),
        "Sdsi": sum(len(axis["programmes"]) for axis in payload["sdsi"]["axes"]),
        "Fnas, programme": len(payload["budgets"][0]["rows"]),
        "Fnga, programme": len(payload["budgets"][1]["rows"]),
        "Calendrier": len(payload["calendar"]),
        "Sans valeur": len(payload["pending"]),
        "Définitions": len(payload["sheets"]) + len(payload["definitions"]),
        "Anomalies": sum(len(group["records"]) for group in payload["anomalies"]),
        "Sigles": len(payload["acronyms"]),
    }
    assert {name: len(sheets[name]) for name in wanted} == wanted
    assert {"Explications", "Remarques", "Corrections", "Engagements de l'État", "Sources"} <= set(sheets)


def test_the_numbers_of_the_workbook_are_the_payload_s_unrounded(payload: dict[str, Any]) -> None:
    book = openpyxl.load_workbook(BytesIO(report_workbook(payload)))
    rows = {row[0].value: row for row in book["Dispersions"].iter_rows(min_row=2)}
    spread = next(sheet for sheet in payload["sheets"] if sheet["spread"])
    cells = rows[spread["code"]]
    assert cells[3].value == spread["spread"]["n"]
    assert cells[4].value == pytest.approx(float(spread["spread"]["exact"]["minimum"]), rel=1e-14)
    fund = payload["budgets"][0]
    printed = book["Fnas, programme"].iter_rows(min_row=2, values_only=True)
    for row, told_of in zip(printed, fund["rows"], strict=True):
        for value, cell in zip(row[1:], told_of["cells"], strict=True):
            assert (value is None) == (cell["shown"] == "")
            assert value is None or isinstance(value, int | float), (told_of["label"], value)


# --- On the site and by command -------------------------------------------------------------------------------------


def _client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _status(client: Client, address: str) -> int:
    answer = client.get(address)
    if answer.streaming:
        assert b"".join(answer.streaming_content)  # read to its end, which closes the file
    return int(answer.status_code)


@pytest.mark.django_db
@pytest.mark.parametrize("end", ["bilan.docx", "tableaux.xlsx"])
def test_who_reads_the_pdf_of_an_edition_reads_its_twins(
    sent_edition: Edition, people: dict[str, User], end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.annual_word.word_report", lambda content: b"document")
    draft_id = Edition.objects.get(state=EditionState.DRAFT).pk
    for name, user in people.items():
        client = _client(user)
        for key in (draft_id, sent_edition.pk):
            asked = [_status(client, f"/documents/{key}/{one}") for one in ("pdf", end)]
            assert asked[0] == asked[1], (name, key)
    assert _client(people["tutelle"]).get(f"/documents/{sent_edition.pk}/{end}").status_code == 200
    assert _client(people["tutelle"]).get(f"/documents/{draft_id}/{end}").status_code == 404
    assert _client(people["conseil"]).get(f"/documents/{sent_edition.pk}/{end}").status_code == 404


@pytest.mark.django_db
def test_the_page_offers_the_twin_made_of_the_frozen_content(sent_edition: Edition, people: dict[str, User]) -> None:
    client = _client(people["pilotage"])
    page = client.get(f"/documents/{sent_edition.pk}/").content.decode()
    assert f"/documents/{sent_edition.pk}/bilan.docx" in page and f"/documents/{sent_edition.pk}/tableaux.xlsx" in page
    answer = client.get(f"/documents/{sent_edition.pk}/bilan.docx")
    assert answer["Content-Disposition"] == f'attachment; filename="bilan-2014-edition-{sent_edition.number}.docx"'
    assert answer.content == word_report(Edition.objects.get(pk=sent_edition.pk).payload)


@pytest.mark.django_db
def test_the_command_writes_the_twin(sent_edition: Edition, convention: Convention, tmp_path: Path) -> None:
    out, target = StringIO(), tmp_path / "b.docx"
    call_command("bilan", YEAR, "-o", str(target), stdout=out)
    written = target.read_bytes()
    assert written == word_report(Edition.objects.get(pk=sent_edition.pk).payload)
    assert f"sha256 {hashlib.sha256(written).hexdigest()}" in out.getvalue()
    assert [path.name for path in tmp_path.iterdir()] == ["b.docx"]
