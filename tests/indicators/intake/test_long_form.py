"""The CSV itself: encoding, delimiter, header, quotes, size; and what holds for any file at all."""

import csv
import io
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cog.figures import format_exact
from indicators.intake import long_form
from indicators.intake.checks import Row
from indicators.intake.columns import COLUMNS as COLUMNS_OF_THE_FORM
from indicators.intake.long_form import read_long_form
from indicators.intake.messages import Severity
from indicators.intake.reference import Reference, read_breakdowns
from indicators.intake.rows import Intake

HEADER = "mesure,caisse,periode,ventilation,valeur"
LINE = "ram,011,2014,,12"
ROW = Row(2, "ram", "011", "2014", "", Decimal(12), "")
COLUMNS = (
    "les colonnes « mesure », « caisse », « periode », « ventilation », « valeur », "
    "séparées par des virgules ou des points-virgules"
)
Read = Callable[..., Intake]


def messages(intake: Intake) -> list[str]:
    return [str(problem) for problem in intake.problems]


@pytest.mark.parametrize(
    "data",
    [
        f"{HEADER}\n{LINE}",
        f"{HEADER}\n{LINE}\n",
        f"{HEADER}\r\n{LINE}\r\n",
        f"{HEADER}\r{LINE}\r",
        f"\ufeff{HEADER}\n{LINE}\n",
        f"{HEADER}\n{LINE}\n\n   \n,,,,\n;;\n",
        f"{HEADER},,\n{LINE},,\n",
        f"{HEADER}\n{LINE},,\n",
        "mesure;caisse;periode;ventilation;valeur\nram;011;2014;;12\n",
        '"mesure","caisse","periode","ventilation","valeur"\n"ram","011","2014","","12"\n',
        "valeur,ventilation,periode,caisse,mesure\n12,,2014,011,ram\n",
        " Mesure,CAISSE,Période ,ven tilation,VALEUR\nram,011,2014,,12\n",
    ],
)
def test_the_same_value_in_every_accepted_dress(reference, data):
    assert read_long_form(data.encode(), reference) == Intake([ROW], [])


def test_lines_are_numbered_as_an_editor_shows_them(read: Read):
    assert [row.line for row in read("", LINE, "", "", "ram,021,2014,,1").rows] == [3, 6]


def test_a_header_alone_is_a_file_with_nothing_to_say(reference):
    assert read_long_form(HEADER.encode(), reference) == Intake([], [])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "trouvé un fichier vide ; attendu une ligne d'en-tête, puis une ligne par valeur"),
        (b"\xef\xbb\xbf\n",
         "trouvé un fichier vide ; attendu une ligne d'en-tête, puis une ligne par valeur"),
        (b"PK\x03\x04", "trouvé un classeur ou une archive ; attendu un fichier CSV en UTF-8 ; "
         "dans le tableur : « Enregistrer sous », format « CSV UTF-8 »"),
        (b"%PDF-1.7", "trouvé un document PDF ; attendu un fichier CSV en UTF-8 ; "
         "dans le tableur : « Enregistrer sous », format « CSV UTF-8 »"),
        ("p\xe9riode".encode("utf-16"), "trouvé un texte en UTF-16 ; attendu un fichier CSV en UTF-8 ; "
         "dans le tableur : « Enregistrer sous », format « CSV UTF-8 »"),
        (f"{HEADER}\n".encode() + "ram,011,2014,,é".encode("latin-1"),
         "trouvé un fichier qui n'est pas en UTF-8 ; attendu un fichier CSV en UTF-8 ; "
         "dans le tableur : « Enregistrer sous », format « CSV UTF-8 »"),
        (b"a,b\n1,2", f"ligne 1 : trouvé les colonnes « a », « b » ; attendu {COLUMNS} ; "
         "il manque « mesure », « caisse », « periode », « ventilation », « valeur » ; "
         "inconnue : « a », « b »"),
        ("mesure;caisse;périodes;ventilation;valeur\n".encode(),
         "ligne 1 : trouvé les colonnes « mesure », « caisse », « périodes », « ventilation », « valeur » ; "
         f"attendu {COLUMNS} ; il manque « periode » ; « périodes » est sans doute « periode »"),
        (b"mesure,caisse,periode,ventilation,valeur,valeur\n",
         "ligne 1 : trouvé les colonnes « mesure », « caisse », « periode », « ventilation », « valeur », "
         f"« valeur » ; attendu {COLUMNS} ; en double : « valeur »"),
        (b'"mesure,caisse\n', f"ligne 1 : trouvé aucun nom de colonne ; attendu {COLUMNS} ; "
         "il manque « mesure », « caisse », « periode », « ventilation », « valeur »"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_told_in_one_sentence(reference, data, message):
    intake = read_long_form(data, reference)

    assert (messages(intake), intake.rows, intake.is_refused) == ([message], [], True)


def test_a_column_too_many_is_told_and_ignored(read: Read):
    intake = read("ram,note,011,2014,,12", header="mesure,Remarque,caisse,periode,ventilation,valeur")

    assert messages(intake) == [
        "ligne 1 : trouvé en plus : « Remarque » ; "
        "attendu les seules colonnes « mesure », « caisse », « periode », « ventilation », « valeur » ; "
        "le contenu des colonnes en plus est ignoré"
    ]
    assert (intake.rows, intake.is_refused) == ([ROW], False)


@pytest.mark.parametrize(
    ("line", "message", "twin"),
    [
        ("ram,011,2014,12", "ligne 2 : trouvé 4 cellules ; attendu 5 cellules, comme dans l'en-tête ; "
         "complétez la ligne : une cellule vide garde son séparateur", LINE),
        ("achats,011,2014,,12,5", "ligne 2 : trouvé 6 cellules ; attendu 5 cellules, comme dans l'en-tête ; "
         "un texte qui contient le séparateur (virgule décimale, ventilation) s'écrit entre guillemets",
         'achats,011,2014,,"12,5"'),
        ('achats,011,2014,,"12,5',
         "ligne 2 : trouvé un guillemet isolé ; attendu des guillemets par paires ; "
         "un texte s'écrit entre deux guillemets ; un guillemet à l'intérieur se double",
         'achats,011,2014,,"12,5"'),
        ("ram,011,2014,," + "1" * 10_000, "ligne 2 : trouvé une ligne trop longue ; "
         "attendu au plus 10\u202f000 caractères ; vérifiez la ligne", LINE),
    ],
)  # fmt: skip
def test_a_line_whose_cells_cannot_be_told_apart_spoils_itself_only(read: Read, line, message, twin):
    intake = read(line, "ram,021,2014,,1")

    assert messages(intake) == [message]
    assert ([row.line for row in intake.rows], intake.refused) == ([3], 1)
    assert read(twin, "ram,021,2014,,1").problems == []


def test_a_file_over_the_limit_is_refused_before_its_rows_are_looked_at(reference, monkeypatch):
    monkeypatch.setattr(long_form, "MAX_ROWS", 3)
    lines = [HEADER, LINE, "ram,021,2014,,x", "", "ram,031,2014,,1", "ram,041,2014,,1"]

    assert messages(read_long_form("\n".join(lines).encode(), reference)) == [
        "trouvé plus de 3 lignes ; attendu au plus 3 lignes ; envoyez-le en plusieurs fichiers"
    ]
    assert [problem.code for problem in read_long_form("\n".join(lines[:-1]).encode(), reference).problems] == [
        "unreadable_value"
    ]


def test_the_columns_feed_the_fields_of_a_row():
    assert [column.label for column in COLUMNS_OF_THE_FORM] == HEADER.split(",")
    assert [column.destination for column in COLUMNS_OF_THE_FORM] == list(Row._fields[1:6])


def test_the_breakdowns_of_the_reference_file():
    assert read_breakdowns("") == {}
    assert read_breakdowns("canal=web|telephone;prestation=*") == {
        "canal": {"web", "telephone"},
        "prestation": frozenset(),
    }


# What holds for any file.


@settings(deadline=None)
@given(st.one_of(st.binary(), st.text().map(str.encode), st.text().map(lambda t: f"{HEADER}\n{t}".encode())))
def test_any_bytes_get_an_answer(reference, data):
    intake = read_long_form(data, reference)

    assert all(str(problem) and problem.as_dict() for problem in intake.problems)
    assert intake.is_refused == any(problem.severity is Severity.ERROR for problem in intake.problems)


CELL = st.one_of(
    st.sampled_from(
        [
            "ram",
            "achats",
            "zzz",
            "011",
            "11",
            "CNAF",
            "2014",
            "2014-T1",
            "2007",
            "",
            "ND",
            "12",
            "-3",
            "1,5",
            "x=y",
        ]
    ),
    st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=6),
)
LIKELY = st.tuples(
    st.sampled_from(["ram", "achats", "sdavs_etabli", "zzz"]),
    st.sampled_from(["011", "021", "11", "CNAF"]),
    st.sampled_from(["2014", "2015", "2014-03", "2018"]),
    st.sampled_from(["", "", "x=y"]),
    st.sampled_from(["", "0", "1", "12", "-3", "1,5", "ND", "ns", "douze"]),
)


def written(rows: list[tuple[str, ...]], delimiter: str = ",") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return text.getvalue()


@settings(deadline=None)
@given(st.lists(st.one_of(LIKELY, LIKELY, st.tuples(*[CELL] * 5), st.tuples(CELL, CELL)), max_size=12))
def test_each_line_is_a_row_or_refused_or_unreported(reference, cells):
    text = written(cells)
    intake = read_long_form(f"{HEADER}\n{text}".encode(), reference)
    lines = {
        number for number, line in enumerate(text.split("\n"), start=2) if line.strip(' \t\u00a0,;"')
    }  # the blank ones say nothing

    kept = {row.line for row in intake.rows}
    in_error = {problem.line for problem in intake.problems if problem.severity is Severity.ERROR}
    assert kept | in_error <= lines
    assert not kept & in_error
    assert len(in_error) == intake.refused
    assert len(kept) == len(intake.rows)
    assert len(kept) + intake.refused + intake.unreported == len(lines)
    assert [row.line for row in intake.rows] == sorted(kept)


def keys(reference: Reference) -> st.SearchStrategy[tuple[str, str, str, str]]:
    """Valid keys of measures reported yearly by a caisse, with any subset of their breakdowns."""
    caisses = [code for code, kind in reference.bodies.items() if kind == "caisse"]
    codes = sorted(
        code for code, info in reference.measures.items() if info.level == "caisse" and info.value_kind == "amount"
    )

    def of_measure(code: str) -> st.SearchStrategy[tuple[str, str, str, str]]:
        known = reference.measures[code].breakdowns
        pairs = {key: st.sampled_from(sorted(values) or ["af", "rsa_2"]) for key, values in known.items()}
        chosen = st.fixed_dictionaries({}, optional=pairs)
        breakdown = chosen.map(lambda d: ";".join(f"{key}={d[key]}" for key in sorted(d)))
        years = st.integers(2008, 2017).map(str)
        return st.tuples(st.just(code), st.sampled_from(caisses), years, breakdown)

    return st.sampled_from(codes).flatmap(of_measure)


DECIMALS = st.integers(-(10**15) + 1, 10**15 - 1).flatmap(
    lambda digits: st.integers(0, 15).map(lambda places: Decimal(digits).scaleb(-places))
)
WRITINGS = st.sampled_from([lambda d: f"{d:f}", lambda d: f"{d:f}".replace(".", ","), format_exact])
VALUES = st.one_of(st.sampled_from(["ND", "NS"]), DECIMALS)


@settings(deadline=None)
@given(data=st.data(), delimiter=st.sampled_from(",;"), order=st.permutations(range(5)), mark=st.booleans())
def test_what_is_written_is_read_back(reference, data, delimiter, order, mark):
    values = data.draw(st.dictionaries(keys(reference), VALUES, max_size=8))
    writing = data.draw(WRITINGS)
    rows: list[tuple[str, ...]] = [tuple(HEADER.split(","))]
    rows += [(*key, value if isinstance(value, str) else writing(value)) for key, value in values.items()]
    text = written([tuple(row[place] for place in order) for row in rows], delimiter)

    intake = read_long_form(text.encode("utf-8-sig" if mark else "utf-8"), reference)

    assert intake.errors == 0
    assert {row[1:5]: row.statement or row.value for row in intake.rows} == values
