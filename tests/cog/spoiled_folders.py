"""A convention's folder with one fault in it: each way of spoiling a copy, the file it is told of, and the words."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

OTHER = "cog-bis"
"""The code of the copy."""


def replace(name: str, old: str, new: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        path = folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return spoil


def double_measure(folder: Path) -> None:
    path = folder / "measures.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + text.splitlines()[-1] + "\n", encoding="utf-8")


def append(name: str, text: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write(text)

    return spoil


def write(name: str, text: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_text(text, encoding="utf-8") and None


def remove(*names: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        for name in names:
            path = folder / name
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    return spoil


def folder_in_place_of(name: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        (folder / name).unlink()
        (folder / name).mkdir()

    return spoil


def header_only(name: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        path = folder / name
        path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")

    return spoil


def copy(name: str, other: str) -> Callable[[Path], None]:
    return lambda folder: shutil.copy(folder / name, folder / other) and None


def cut(name: str, start: str, end: str | None) -> Callable[[Path], None]:
    """Take away what stands from `start` up to `end`, or to the end of the file."""

    def spoil(folder: Path) -> None:
        path = folder / name
        text = path.read_text(encoding="utf-8")
        first = text.index(start)
        path.write_text(text[:first] + (text[text.index(end, first) :] if end else ""), encoding="utf-8")

    return spoil


def remove_fiche_10(folder: Path) -> None:
    path = folder / "fiches.yaml"
    text = path.read_text(encoding="utf-8")
    start, end = text.index("  - number: 10\n"), text.index("  - number: 11\n")
    path.write_text(text[:start] + text[end:], encoding="utf-8")


SPOILED = {
    "a wrong sum": (
        replace("budgets/fnga_amounts.csv", "5,2013,1465.36", "5,2013,1475.36"),
        "budgets/fnga_amounts.csv",
        "1465.36",
    ),
    "a duplicate code": (double_measure, "measures.csv", "une seconde fois"),
    "dates out of order": (
        replace(
            "actions/fiche-01.yaml",
            "start: 2013-01-01, end: 2013-12-31",
            "start: 2013-12-31, end: 2013-01-01",
        ),
        "actions/fiche-01.yaml",
        "après le début",
    ),
    "a term out of order": (
        replace("convention.yaml", "end: 2017-12-31", "end: 2012-12-31"),
        "convention.yaml",
        "2013-01-01",
    ),
    "a missing fiche": (remove_fiche_10, "fiches.yaml", "sans trou"),
    "broken YAML": (replace("fiches.yaml", "  - number: 2\n", "  - number: [2\n"), "fiches.yaml", "YAML"),
    "a number that is none": (
        replace("budgets/fnas_amounts.csv", "2,2010,2035996", "2,2010,2 035 996"),
        "budgets/fnas_amounts.csv",
        "point",
    ),
    "a reading the reader does not share": (
        replace(
            "actions/fiche-01.yaml",
            '{raw: "2013", step: null, kind: year',
            '{raw: "2013", step: null, kind: period',
        ),
        "actions/fiche-01.yaml",
        "lecteur",
    ),
    "a key nobody knows": (
        replace("fiches.yaml", "    domain: 1\n", "    domaine: 1\n"),
        "fiches.yaml",
        "domain",
    ),
    "a measure that is not described": (
        replace("methods.yaml", "numerator: eaje_places_creees\n", "numerator: eaje_places_imaginaires\n"),
        "methods.yaml",
        "measures.csv",
    ),
    "a missing file": (
        lambda folder: (folder / "organisations.csv").unlink(),
        "organisations.csv",
        "un fichier",
    ),
    "other columns": (
        replace("organisations.csv", "code,name", "code,nom"),
        "organisations.csv",
        "les colonnes",
    ),
    "no file for a fiche": (remove("actions/fiche-07.yaml"), "actions/fiche-07.yaml", "actions_elsewhere"),
    "no actions at all": (remove("actions"), "actions/*.yaml", "au moins un fichier"),
    "no anomalies at all": (remove("anomalies"), "anomalies/*.yaml", "au moins un fichier"),
    "a fiche without an action": (
        write("actions/fiche-07.yaml", "fiche: 7\nseed_line: 1903\nactions: []\n"),
        "actions/fiche-07.yaml",
        "au moins 1 élément",
    ),
    "a table without a row": (header_only("measures.csv"), "measures.csv", "au moins un enregistrement"),
    "two files for a fiche": (
        copy("actions/fiche-07.yaml", "actions/fiche-07b.yaml"),
        "actions/fiche-07b.yaml",
        "déjà dans actions/fiche-07.yaml",
    ),
    "actions of a fiche that has no table": (
        replace("actions/fiche-07.yaml", "fiche: 7\n", "fiche: 23\n"),
        "actions/fiche-07.yaml",
        "actions_line",
    ),
    "a control character": (append("commitments.yaml", "# \x07\n"), "commitments.yaml", "de contrôle"),
    "an escaped control character": (
        replace("fiches.yaml", 'title: "Développer', 'title: "\\0Développer'),
        "fiches.yaml",
        "de contrôle",
    ),
    "a NUL in a cell": (replace("organisations.csv", "Caf Ain", "Caf\x00Ain"), "organisations.csv", "de contrôle"),
    "a quotation mark left open": (append("measures.csv", '"sans fin'), "measures.csv", "guillemet"),
    "a day that does not exist": (
        replace("convention.yaml", "start: 2013-01-01", "start: 2013-02-30"),
        "convention.yaml",
        "date qui existe",
    ),
    "a key that is a list": (append("fiches.yaml", "? [a, b]\n: c\n"), "fiches.yaml", "clé simple"),
    "a key written twice": (append("fiches.yaml", "fiches: []\n"), "fiches.yaml", "deux fois"),
    "an octal number": (replace("fiches.yaml", "domain: 1\n", "domain: 010\n"), "fiches.yaml", "en chiffres"),
    "a folder in place of a file": (folder_in_place_of("fiches.yaml"), "fiches.yaml", "un dossier"),
    "a folder in place of a table": (folder_in_place_of("organisations.csv"), "organisations.csv", "un dossier"),
    "an empty file": (write("commitments.yaml", ""), "commitments.yaml", "un fichier vide"),
    "a file of comments": (write("commitments.yaml", "# rien\n"), "commitments.yaml", "un fichier vide"),
    "a line beyond the text": (
        replace("fiches.yaml", "seed_line: 61\n", "seed_line: 12279\n"),
        "fiches.yaml",
        "12278",
    ),
    "an acronym twice": (
        replace("acronyms.yaml", 'code: "AES"', 'code: "AF"'),
        "acronyms.yaml",
        "une seconde fois",
    ),
    "an acronym from the text and from elsewhere": (
        replace("acronyms.yaml", 'source: "code de la sécurité sociale"', "source: convention"),
        "acronyms.yaml",
        "spelled_out: false",
    ),
    "an acronym from elsewhere that does not say so": (
        replace("acronyms.yaml", "    spelled_out: false\n", ""),
        "acronyms.yaml",
        "spelled_out: true",
    ),
    "an acronym without its words": (
        replace("acronyms.yaml", 'words: "allocation d’adoption"', 'words: ""'),
        "acronyms.yaml",
        "non vide",
    ),
    "an acronym beyond the text": (
        replace("acronyms.yaml", "seed_line: 12004\n", "seed_line: 12279\n"),
        "acronyms.yaml",
        "12278",
    ),
    "a rank too large": (
        replace("commitments.yaml", "ordinal: 1\n", "ordinal: 32768\n"),
        "commitments.yaml",
        "32767",
    ),
    "a text too long": (
        replace("organisations.csv", "Caf Ain", "Caf " + "A" * 120),
        "organisations.csv",
        "120 caractères",
    ),
    "a text too long for its column, unseen by the record": (
        replace("calendar.yaml", 'covers: "{year}-T1"', 'covers: "' + "T" * 60 + '"'),
        "table « échéances de restitution »",
        "40 caractères",
    ),
    "a body that ends before it begins": (
        replace("organisations.csv", ",2012-01-01,,", ",2012-01-01,2011-01-01,"),
        "organisations.csv",
        "après valid_from",
    ),
    "an axis the Sdsi has not": (
        replace("sdsi.yaml", "{number: 6, axis: 2,", "{number: 6, axis: 9,"),
        "sdsi.yaml",
        "axis = 9",
    ),
    "a programme the Sdsi has not": (
        replace("sdsi.yaml", "ordinal: 76\n    programme: 13", "ordinal: 76\n    programme: 14"),
        "sdsi.yaml",
        "programme = 14",
    ),
    "a programme twice": (
        replace("sdsi.yaml", "{number: 13, axis: 5,", "{number: 12, axis: 5,"),
        "sdsi.yaml",
        "12",
    ),
    "a lost title that says nothing": (
        replace("sdsi.yaml", 'title: "Optimiser le pilotage des politiques"', 'title: ""'),
        "sdsi.yaml",
        "sans intitulé",
    ),
    "a rank missing in the Sdsi": (replace("sdsi.yaml", "ordinal: 76\n", "ordinal: 77\n"), "sdsi.yaml", "76"),
    "a deadline of the Sdsi read otherwise": (
        replace(
            "sdsi.yaml",
            '{raw: "S2 2015", step: 5, kind: period, start: 2015-07-01',
            '{raw: "S2 2015", step: 5, kind: period, start: 2015-08-01',
        ),
        "sdsi.yaml",
        "lecteur d'échéances",
    ),
    "a step that is not in the label": (
        replace("actions/fiche-01.yaml", '- "Favoriser la présence', '- "Encourager la présence'),
        "actions/fiche-01.yaml",
        "label",
    ),
    "a deadline that is not in the cell": (
        replace("actions/fiche-01.yaml", '{raw: "2013"', '{raw: "fin 2013"'),
        "actions/fiche-01.yaml",
        "des mots de la case",
    ),
    "an objective left out": (
        lambda folder: (folder / "actions/fiche-01.yaml").write_text(
            re.sub(r'objective: ".*"', 'objective: ""', (folder / "actions/fiche-01.yaml").read_text("utf-8"), count=1),
            encoding="utf-8",
        ),
        "actions/fiche-01.yaml",
        "objectif vide",
    ),
    "a domain without a fiche": (
        replace("fiches.yaml", "fiches:\n", '  - {number: 5, title: "Vide", seed_line: 1}\nfiches:\n'),
        "fiches.yaml",
        "sans fiche",
    ),
    "an anomaly without its line": (
        lambda folder: (folder / "anomalies/general.yaml").write_text(
            re.sub(r"\n +seed_line: \d+", "", (folder / "anomalies/general.yaml").read_text("utf-8"), count=1),
            encoding="utf-8",
        ),
        "anomalies/general.yaml",
        "obligatoire",
    ),
    "yes for a number": (replace("fiches.yaml", "domain: 1\n", "domain: yes\n"), "fiches.yaml", "nombre entier"),
    "a list nobody reads": (append("fiches.yaml", "annexes: []\n"), "fiches.yaml", "seulement"),
    "a code of another form": (
        replace("convention.yaml", f"code: {OTHER}", "code: Cog 2013"),
        "convention.yaml",
        "de la forme",
    ),
}
WITHOUT_LINE = {
    "a missing file", "no file for a fiche", "no actions at all", "no anomalies at all", "a folder in place of a file",
    "a folder in place of a table", "an empty file", "a file of comments",
    "a text too long for its column, unseen by the record",
}  # fmt: skip
