"""The acronyms of the text: the reviewed file against the signed text, its loading, the page « Glossaire »."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.test import Client
from django.utils import timezone

from cog.demo import open_accounts
from cog.models import Acronym, Convention, User
from cog.operations import command_account, load_convention
from cog.queries import acronyms
from cog.reference.sync import Change
from cog.xlsx import open_untrusted_xlsx
from tests.cog.spoiled_folders import OTHER, remove, replace

FOLDER = settings.BASE_DIR / "fixtures" / "cog-2013-2017"
RECORDS: list[dict[str, Any]] = yaml.safe_load((FOLDER / "acronyms.yaml").read_text(encoding="utf-8"))["acronyms"]
ELSEWHERE = re.compile(r"convention, sans le sigle \(l\. (\d+)\)")


# --- The file against the text ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lines(shared_dir: Path) -> list[str]:
    return (shared_dir / "seed" / "cog-2013-2017.txt").read_text(encoding="utf-8").split("\n")


def _printed(code: str, line: str) -> bool:
    """Whether a line prints a sigle as a word, as it is written in the file or in capitals."""
    return any(re.search(rf"(?<![^\W_]){re.escape(form)}(?![^\W_])", line) for form in {code, code.upper()})


def _same(text: str) -> str:
    return " ".join(text.casefold().replace("'", "’").split())


@pytest.mark.shared
def test_each_line_prints_its_acronym_and_the_words_stand_where_they_are_said_to(lines: list[str]) -> None:
    wrong = []
    for record in RECORDS:
        code, line, elsewhere = record["code"], record["seed_line"], ELSEWHERE.fullmatch(record["source"])
        if not _printed(code, lines[line - 1]):
            wrong.append(f"{code}: not on line {line}")
        if not record.get("spelled_out", True):
            first = next(number for number, text in enumerate(lines, start=1) if _printed(code, text))
            if line != first:
                wrong.append(f"{code}: first on line {first}, not {line}")
            line = int(elsewhere[1]) if elsewhere else 0
        if line and _same(record["words"]) not in _same(lines[line - 1]):
            wrong.append(f"{code}: its words are not on line {line}")
    assert not wrong


@pytest.mark.shared
def test_a_line_named_in_a_note_is_a_line_of_the_text(lines: list[str]) -> None:
    named = [int(number) for record in RECORDS for number in re.findall(r"l\. (\d+)", record.get("note", ""))]
    assert named
    assert all(lines[number - 1].strip() for number in named)


def test_the_file_is_sorted_and_holds_each_acronym_once() -> None:
    codes = [record["code"].casefold() for record in RECORDS]
    assert codes == sorted(set(codes))
    assert all(record["note"].endswith(".") for record in RECORDS if "note" in record)


# --- Loading ------------------------------------------------------------------------------------------------------


def _load(folder: Path) -> Change:
    loaded = load_convention(path=folder, by=command_account(), at=timezone.now())
    return next(change for change in loaded.changes if change.name == "sigles")


@pytest.mark.django_db
def test_the_file_is_optional_and_a_corrected_one_updates_in_place(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FOLDER, tmp_path / "cog"))
    replace("convention.yaml", "code: cog-2013-2017", f"code: {OTHER}")(folder)
    remove("acronyms.yaml")(folder)
    assert not _load(folder).any
    mine = Acronym.objects.filter(convention__code=OTHER)
    assert not mine.exists()

    shutil.copy(FOLDER / "acronyms.yaml", folder)
    assert _load(folder).created == len(RECORDS)
    before = mine.get(code="Aah").pk
    replace("acronyms.yaml", "allocation aux adultes handicapés", "allocation d’adulte handicapé")(folder)
    change = _load(folder)
    assert (change.created, change.updated, change.removed, change.kept) == (0, 1, 0, len(RECORDS) - 1)
    assert mine.get(code="Aah").pk == before
    assert not _load(folder).any

    remove("acronyms.yaml")(folder)
    assert _load(folder).removed == len(RECORDS)
    assert not mine.exists()


# --- Reading ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("cneDI", {"Cnedi", "Certi"}),  # in the note of the other
        ("prestation d'accueil du jeune enfant", {"Paje"}),  # the text writes ’
        ("creche", {"Eaje", "FIPE", "PCPI"}),
        ("  oeuvres   universitaires ", {"Cnous", "Crous"}),
        ("introuvable", set()),
    ],
)
def test_words_are_found_whatever_their_accents_and_apostrophes(
    convention: Convention, words: str, found: set[str]
) -> None:
    assert {row.code for row in acronyms(convention=convention, words=words)} == found


@pytest.fixture
def board(convention: Convention) -> Client:
    """A member of the board, who reads the convention."""
    open_accounts(code=convention.code, by=command_account(), at=timezone.now())
    client = Client()
    client.force_login(User.objects.get(email="conseil@demo.invalid"))
    return client


def test_the_page_goes_letter_by_letter(board: Client) -> None:
    page = board.get("/glossaire/").content.decode()
    assert f"{len(RECORDS)} sigles</strong> sur {len(RECORDS)}" in page
    letters = re.findall(r'<h2 id="(\w)">', page)
    assert letters == sorted(letters) == re.findall(r'href="#(\w)"', page)
    assert re.findall(r"<dt>(.+?)</dt>", page) == [record["code"] for record in RECORDS]
    laep = page[page.index("<dt>Laep</dt>") :][:600]
    assert "lieux d’accueil enfants-parents" in laep
    assert "ligne 103 du texte de la convention" in laep
    assert "source" not in laep[: laep.index("</dd>")]
    psu = page[page.index("<dt>Psu</dt>") :][:600]
    assert "source : convention, sans le sigle (l. 716)" in psu
    assert '<a href="/glossaire/" aria-current="page">Glossaire</a>' in page


def test_the_address_filters_and_the_workbook_follows_it(board: Client) -> None:
    page = board.get("/glossaire/?mots=creche").content.decode()
    assert "3 sigles</strong> sur 251, mots" in page
    assert "/glossaire/tableau.xlsx?mots=creche" in page
    response = board.get("/glossaire/tableau.xlsx?mots=creche")
    assert 'filename="glossaire.xlsx"' in response["Content-Disposition"]
    sheet, notes = open_untrusted_xlsx(response.content).sheets
    assert notes.name == "Notes"
    rows = [[cell.text for cell in cells] for _, cells in sheet.rows()]
    assert rows[0][:3] == ["Sigle", "Mots", "Ligne du texte"]
    assert [row[0] for row in rows[1:]] == ["Eaje", "FIPE", "PCPI"]
    flat = board.get("/glossaire/tableau.csv?mots=creche").content.decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in flat] == ["Sigle", "Eaje", "FIPE", "PCPI"]


def test_nothing_found_says_why_and_what_to_do(board: Client, convention: Convention) -> None:
    page = board.get("/glossaire/?mots=introuvable").content.decode()
    assert "Aucun sigle ne répond à ces critères." in page
    assert "tableau.xlsx" not in page
    assert 'aria-label="Lettres"' not in page
    Acronym.objects.filter(convention=convention).delete()
    assert "acronyms.yaml" in board.get("/glossaire/").content.decode()


def test_the_page_is_read_only_and_asks_who_one_is(board: Client) -> None:
    assert board.post("/glossaire/").status_code == 405
    assert Client().get("/glossaire/").status_code == 302
