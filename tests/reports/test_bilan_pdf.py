"""The printed bilan: one document drawn once from the whole convention and a few simulated observations."""

import copy
import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pikepdf
import pytest

from cog import pdf
from reports import printing
from reports.annual_parts import anomalies_by_place
from reports.annual_report import blocks, explanation_payload, gap_in_figures, simulated_anywhere
from tests.reports.bilan_content import YEAR, hostile, payload, visits

ROOT = Path(__file__).parents[2]
__all__ = ["hostile", "payload", "visits"]


@dataclass(frozen=True)
class Printed:
    """A document and what can be said of it, read once."""

    payload: dict[str, Any]
    data: bytes
    pages: list[str]

    @property
    def sheets(self) -> list[dict[str, Any]]:
        return list(self.payload["sheets"])

    @property
    def fiches(self) -> list[dict[str, Any]]:
        return [fiche for domain in self.payload["domains"] for fiche in domain["fiches"]]


def told(text: str) -> str:
    """Words without what printing changes: spaces, hyphens at the end of lines, the shape of apostrophes."""
    return re.sub(r"[\s\u00ad‐–-]|['’]", "", text)


def read(payload: dict[str, Any]) -> Printed:
    data = printing.print_annual_report(payload)
    text = subprocess.run(["pdftotext", "-raw", "-", "-"], input=data, capture_output=True, check=True).stdout.decode()
    return Printed(payload, data, text.split("\f")[:-1])


@pytest.fixture(scope="module")
def printed(payload: dict[str, Any]) -> Printed:
    return read(payload)


def shortened(payload: dict[str, Any]) -> dict[str, Any]:
    """The same document with one fiche, two sheets and one part of the anomalies: printed in a second."""
    short = copy.deepcopy(payload)
    short["domains"] = short["domains"][:1]
    short["domains"][0]["fiches"] = short["domains"][0]["fiches"][:1]
    short["sheets"] = [sheet for sheet in short["sheets"] if sheet["code"] in {"F10-21", "F10-23"}]
    short["anomalies"] = short["anomalies"][:1]
    short["budgets"] = short["budgets"][1:]
    return short


# --- What the document is ------------------------------------------------------------------------------------------


def test_it_is_an_accessible_named_and_dated_document(printed: Printed) -> None:
    with pikepdf.open(BytesIO(printed.data)) as document:
        assert document.Root.Lang == "fr"
        assert document.Root.MarkInfo.Marked
        assert document.Root.ViewerPreferences.DisplayDocTitle
        assert document.docinfo["/Title"] == "Bilan annuel 2014 · Cog 2013-2017 · projet · données simulées"
        assert str(document.docinfo["/CreationDate"]).startswith("D:20150302")
        assert 'pdfuaid:part="1"' in document.Root.Metadata.read_bytes().decode()


def test_bookmarks_go_down_to_the_third_level(printed: Printed) -> None:
    with pikepdf.open(BytesIO(printed.data)) as document, document.open_outline() as outline:
        depths = {
            "1": [item.title for item in outline.root],
            "2": [two.title for one in outline.root for two in one.children],
            "3": [three.title for one in outline.root for two in one.children for three in two.children],
        }
    assert {"Synthèse", "Indicateurs de résultat", "Budgets", "Annexe D. Anomalies du texte signé"} <= set(depths["1"])
    assert sum(title.startswith("Fiche n° ") for title in depths["2"]) == len(printed.fiches) == 23
    assert {"Actions", "Indicateurs", "Engagements de l’État", "Définition"} <= set(depths["3"])


def structure(element: Any) -> Iterator[Any]:
    """Every element of the structure tree."""
    if isinstance(element, pikepdf.Array):
        for one in element:
            yield from structure(one)
    elif isinstance(element, pikepdf.Dictionary) and "/S" in element:
        yield element
        if "/K" in element:
            yield from structure(element.K)


def test_figures_have_words_and_tables_have_headers(printed: Printed) -> None:
    with pikepdf.open(BytesIO(printed.data)) as document:
        elements = [(str(one.S), one) for one in structure(document.Root.StructTreeRoot.K)]
        figures = [str(one.get("/Alt", "")) for kind, one in elements if kind == "/Figure"]
        kinds = [kind for kind, _ in elements]
    assert any(alt.startswith("F10-21\u00a0: ") for alt in figures)
    assert all(figures)
    assert len(figures) >= 2
    assert kinds.count("/TH") > 500
    assert kinds.count("/Caption") >= 60
    assert kinds.count("/H1") >= 12


def test_only_our_fonts_are_there_and_they_are_embedded(printed: Printed) -> None:
    with pikepdf.open(BytesIO(printed.data)) as document:
        fonts = {
            str(font.BaseFont).split("+")[1]: "/FontFile2" in font.DescendantFonts[0].FontDescriptor
            for page in document.pages
            for font in page.Resources.Font.values()
        }
    assert fonts == {
        "Source-Sans-Pro": True,
        "Source-Sans-Pro-Italic": True,
        "Source-Sans-Pro-Semi-Bold": True,
        "Source-Sans-Pro-Bold": True,
    }


def test_the_faces_known_to_printing_are_those_declared() -> None:
    declared = pdf._font_faces()
    assert sorted(re.findall(r"SourceSansPro-(\w+)\.ttf", declared)) == sorted(printing.FACES)


# --- What it says --------------------------------------------------------------------------------------------------


def test_every_page_says_what_it_is(printed: Printed) -> None:
    total = len(printed.pages)
    assert 80 <= total <= 150
    for number, page in enumerate(printed.pages, start=1):
        assert "PROJET" in page, number
        assert "DONNÉES SIMULÉES" in page, number
        assert f"page {number}/{total}" in page, number
        assert "Édition n° 3 du 2 mars 2015 · empreinte " in page, number


def test_a_published_document_without_simulation_says_neither(payload: dict[str, Any]) -> None:
    plain = shortened(payload)
    plain["domains"], plain["simulated"], plain["state"] = [], False, "publie"
    text = "\n".join(read(plain).pages)
    assert "F10-21" in text
    assert "PROJET" not in text
    assert "rojet, édition" not in text
    assert "imulé" not in text
    assert "IMULÉ" not in text


def test_every_fiche_and_every_result_indicator_is_there(printed: Printed) -> None:
    text = told("".join(printed.pages))
    for fiche in printed.fiches:
        assert told(fiche["title"]) in text, fiche["number"]
    assert len(printed.sheets) == 23
    for sheet in printed.sheets:
        assert told(sheet["title"]) in text, sheet["code"]


def test_a_result_indicator_has_one_page_with_its_whole_definition(printed: Printed) -> None:
    for sheet in printed.sheets:
        own = [page for page in printed.pages if f"Indicateur {sheet['code']}\n" in page]
        if sheet is printed.sheets[0]:  # the first one carries the name of the part
            own = [page for page in printed.pages if "Repères de F3-11" in page]
        assert len(own) == 1, sheet["code"]
        for block in sheet["definition"]:
            for line in block["lines"]:
                pieces = [told(" ".join(line.split()[at : at + 3])) for at in range(0, len(line.split()), 3)]
                missing = [piece for piece in pieces if piece not in told(own[0])]
                assert len(missing) <= 1, (sheet["code"], missing)  # a column break may part one of them


def test_nothing_of_the_anomalies_is_lost(printed: Printed) -> None:
    text = told("".join(printed.pages))
    codes = [record["code"] for group in printed.payload["anomalies"] for record in group["records"]]
    assert len(codes) > 300
    assert [code for code in codes if told(code) not in text] == []


def test_the_value_its_verdict_and_its_gap_are_told(printed: Printed) -> None:
    sheet = next(sheet for sheet in printed.sheets if sheet["code"] == "F10-21")
    assert sheet["value"]["verdict"] == "incomplet"
    assert sheet["gap"] == "−3,4"
    assert sheet["gap_partial"]
    page = next(page for page in printed.pages if "Indicateur F10-21\n" in page)
    for words in (f"{sheet['value']['shown']} %", "incomplet", "1 223 remontées sur 1 224 attendues", "Médiane"):
        assert told(words) in told(page)
    assert told(f"({sheet['gap']} points)") in told(page)
    assert sheet["published"][0]["value"] in page
    assert sheet["published"][0]["source"] in page


def test_contents_give_the_right_pages(printed: Printed) -> None:
    contents = told("".join(printed.pages[1:3]))
    found = re.search(r"Clésdelecture\.+(\d+)Synthèse\.+(\d+)Chiffresclés\.", contents)
    assert found is not None
    for number, title in ((found[1], "Clés de lecture"), (found[2], "Synthèse")):
        assert f"DONNÉES SIMULÉES {title}\n" in printed.pages[int(number) - 1]


def test_a_year_holds_nothing_of_the_years_after(printed: Printed) -> None:
    periods = [point["period"] for sheet in printed.sheets for point in (*sheet["series"], *sheet["years"])]
    assert periods
    assert {period[:4] for period in periods} == {str(YEAR)}


# --- What people type ----------------------------------------------------------------------------------------------


def test_a_hostile_comment_is_printed_as_text_and_fetches_nothing(
    printed: Printed, hostile: str, visits: list[bytes]
) -> None:
    text = told("".join(printed.pages))
    assert told(hostile.replace("\U0001f600", "[U+1F600]")) in text
    assert "root:x:" not in text
    assert visits[1:] == []
    with pikepdf.open(BytesIO(printed.data)) as document:
        assert "/EmbeddedFiles" not in document.Root.get("/Names", {})
        assert "/OpenAction" not in document.Root
        links = [link for page in document.pages for link in page.get("/Annots", [])]
        assert {str(link.Subtype) for link in links} == {"/Link"}
        assert all("/A" not in link and "/Dest" in link for link in links)  # inside the document only
        names = {str(key) for item in document.objects if isinstance(item, pikepdf.Dictionary) for key in item}
    assert not names & {"/JS", "/JavaScript", "/AA", "/EF"}


def test_typed_text_is_set_as_french_asks() -> None:
    html = printing._typeset("« l&#x27;avis », dit-il : c&#39;est 5 % ; oui ? Délais\u00a0 de")
    assert html == "«\u00a0l’avis\u00a0», dit-il\u00a0: c’est 5\u00a0%\u00a0; oui\u00a0? Délais\u00a0de"


def test_a_character_without_a_face_is_printed_as_its_code() -> None:
    assert printing.in_our_fonts("é\u2011\U0001f600\u4e2d\u200bœ") == "é-[U+1F600][U+4E2D]œ"


# --- The same content, the same bytes ------------------------------------------------------------------------------

PRINT = """
import hashlib, json, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "cog.settings"
import django
django.setup()
from reports.printing import print_annual_report
print(hashlib.sha256(print_annual_report(json.load(sys.stdin))).hexdigest())
"""


def test_the_same_payload_gives_the_same_bytes_in_another_process(payload: dict[str, Any]) -> None:
    short = shortened(payload)
    here = hashlib.sha256(printing.print_annual_report(short)).hexdigest()
    done = subprocess.run(
        [sys.executable, "-c", PRINT], cwd=ROOT, input=json.dumps(short), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip() == here


def test_another_payload_has_another_fingerprint(payload: dict[str, Any]) -> None:
    short = shortened(payload)
    prints = [
        re.search("empreinte (\\w{12})", printing.annual_report_html(short | {"number": number})) for number in (1, 2)
    ]
    assert prints[0] and prints[1] and prints[0][1] != prints[1][1]


# --- Its content, without a database -------------------------------------------------------------------------------


def test_a_cell_is_cut_in_paragraphs_and_lists() -> None:
    assert blocks("Titre :\n· un\n·  deux\n\nfin") == [
        {"list": False, "lines": ["Titre :"]},
        {"list": True, "lines": ["un", "deux"]},
        {"list": False, "lines": ["fin"]},
    ]


@pytest.mark.parametrize(
    ("gap", "decimals", "shown"), [("0.34", 1, "+0,3"), ("-0.02", 1, "−0,02"), ("0", 1, "0,0"), ("-12", 0, "−12")]
)
def test_a_gap_never_shows_as_zero(gap: str, decimals: int, shown: str) -> None:
    assert gap_in_figures(Decimal(gap), decimals) == shown


def test_anomalies_are_gathered_by_part() -> None:
    @dataclass
    class Row:
        code: str
        place: str
        seed_line: int = 1
        what: str = "w"
        reading: str = "r"

        def get_topic_display(self) -> str:
            return "chiffre"

    groups = anomalies_by_place([Row("A", "Fiche 2, action 1"), Row("B", "F1-1"), Row("C", "Fiche 2")])
    assert [(group["place"], [one["code"] for one in group["records"]]) for group in groups] == [
        ("Fiche 2", ["A", "C"]),
        ("F1-1", ["B"]),
    ]


def test_simulation_is_seen_wherever_it_is() -> None:
    assert simulated_anywhere([{"a": [{"b": {"simulated": True}}]}])
    assert not simulated_anywhere([{"a": [{"b": {"simulated": False}}]}])


def test_an_explanation_is_printed_on_its_sheet_and_an_old_payload_still_prints(printed: Printed) -> None:
    payload = copy.deepcopy(printed.payload)
    for sheet in payload["sheets"]:
        for key in ("explanation", "numerator_label", "denominator_label"):
            del sheet[key]
    old = printing.annual_report_html(payload)
    assert "Numérateur" in old
    assert "Explication de l’écart" not in old
    said = SimpleNamespace(
        period_label="3e trimestre 2014", cause_label="interne au régime", cause="interne",
        text="a" * 600 + "\n" + "b " * 200,
        action_parts=("10", "3"), expected_return_label="", written_by=SimpleNamespace(name="Camille"),
        written_at=datetime(2014, 10, 20, tzinfo=UTC), simulated=True,
    )  # fmt: skip
    payload["sheets"][0]["explanation"] = explanation_payload([said, said])
    page = told(printing.annual_report_html(payload))
    words = ("Explication de l’écart, 3e trimestre 2014", "Cause interne au régime.", "La suite se lit", "fiche n°")
    for one in (*words, "non annoncé", "Camille, le 20 octobre 2014", "explication simulée", "Autres explications"):
        assert told(one) in page, one


def test_a_spread_has_a_maximum_and_a_minimum_not_a_numerator(printed: Printed) -> None:
    labels = {sheet["code"]: sheet["numerator_label"] for sheet in printed.sheets if sheet["numerator"]}
    assert set(labels.values()) <= {"Numérateur", "Maximum", "Écart-type", "Valeur de la période"}
    assert all(label != "Numérateur" for code, label in labels.items() if code.startswith(("F21-51", "F21-52")))
