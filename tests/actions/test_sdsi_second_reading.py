"""Annexe 2 read a second time, by eye: where each cell begins, what a deadline says, what the diagram has.

The line numbers and the dates below were noted by a reader who had not seen the reference file. The first reading's
test cuts the text at its tabs and counts cells by four; here every cell is found by its noted line, nothing of the
tables may be left over, and the dates are those of the notes, not those of the deadline reader.
"""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

FILE = Path(__file__).parents[2] / "fixtures" / "cog-2013-2017" / "sdsi.yaml"
pytestmark = pytest.mark.shared
FIRST, LAST = 7000, 8389  # the tables, from the first heading to the title that nothing follows

# Row: the lines where its four cells begin (project, objectives, actions, deadlines), then each deadline in printed
# order: « 2014 » that year, « 201407-201412 » those months, « 2015> » from then on, « ? » none, « 2014+2017 » two
# years in one bullet.
ROWS = {
    1: (7009, 7010, 7013, 7022, "201306-201306 201306-201306 201309-201309 201307-201307 201507-201512"),
    2: (7032, 7033, 7034, 7041, "201307-201312 2015 2016 201501-201612"),
    3: (7049, 7050, 7053, 7058, "2013 201501-201612 2016"),
    4: (7066, 7067, 7068, 7075, "201310-201312 2016 2016 2015"),
    5: (7085, 7086, 7087, 7098, "201410-201412 201504-201506 201507-201512 2016 201501-201506 2016"),
    6: (7110, 7111, 7112, 7115, "2014 201510-201512"),
    7: (7119, 7120, 7121, 7134, "2013 201306-201306 201401-201403 201410-201412 2015 2015 ?"),
    8: (7148, 7149, 7150, 7157, "201307-201309 201407-201409 2015 201404-201406"),
    9: (7173, 7174, 7179, 7190, "2014 2014 2016 2016 2016"),
    10: (7200, 7201, 7202, 7209, "2014 201401-201403 2016 201610-201612"),
    11: (7217, 7218, 7219, 7230, "2014 201410-201412 2014 2016 2013 2014"),
    12: (7242, 7245, 7250, 7255, "2016 2016 2016"),
    13: (7261, 7264, 7267, 7276, "2013 201301-201412 201301-201412 2014 201307-201312"),
    14: (7286, 7289, 7294, 7305, "201406-201406 201306-201306 201410-201412 201310-201312 2013> 201401-201512"),
    15: (7317, 7320, 7323, 7342, "2014 201401-201612 201501-201612 201406-201406 2016 2013 2015 201501-201612"),
    16: (7357, 7360, 7361, 7368, "201301-201301 201307-201307 201310-201312 2014"),
    17: (7376, 7379, 7382, 7387, "2014 2016 2016"),
    18: (7393, 7396, 7397, 7400, "2014 2015>"),
    19: (7404, 7407, 7410, 7415, "2014 2016 2016"),
    20: (7429, 7430, 7435, 7440, "201307-201312 201410-201412 2016"),
    21: (7448, 7449, 7450, 7453, "201407-201412 2015"),
    22: (7457, 7460, 7469, 7476, "201310-201312 201410-201512 201407-201512 201310-201312"),
    23: (7484, 7487, 7494, 7503, "2014 2014 2015 2014 ?"),
    24: (7513, 7516, 7521, 7532, "201301-201412 2015 2015 2015> 2017"),
    25: (7542, 7543, 7548, 7555, "201310-201312 201510-201512 201410-201412 201510-201512"),
    26: (7563, 7564, 7570, 7578, "201307-201312 201401-201512 2014 201401-201512 201501-201612"),
    27: (7588, 7589, 7594, 7599, "2014 2014 2016"),
    28: (7605, 7606, 7611, 7618, "201510-201512 201604-201606 201604-201606 201510-201512"),
    29: (7626, 7627, 7632, 7643, "2014 2015 2015 2016 2016 2017"),
    30: (7655, 7656, 7661, 7666, "201307-201312 201501-201503 2016"),
    31: (7672, 7673, 7680, 7681, "201510-201512"),
    32: (7691, 7692, 7693, 7700, "201307-201309 2014 201610-201612 2018>"),
    33: (7708, 7709, 7710, 7713, "201401-201403 2014+2017"),
    34: (7719, 7720, 7723, 7726, "2013 2016"),
    35: (7730, 7731, 7736, 7743, "201310-201312 2014 201410-201412 2016"),
    36: (7759, 7760, 7761, 7766, "201304-201306 201501-201503 201607-201609"),
    37: (7772, 7773, 7774, 7777, "201310-201312 201510-201512"),
    38: (7781, 7784, 7785, 7788, "201501-201503 201601-201712"),
    39: (7792, 7795, 7798, 7801, "201310-201312 201610-201612"),
    40: (7815, 7818, 7819, 7828, "201301-201303 201404-201406 2013 201407-201412 2015"),
    41: (7838, 7841, 7842, 7845, "2013 2013"),
    42: (7849, 7852, 7853, 7856, "2014 201501-201612"),
    43: (7860, 7861, 7862, 7865, "2014 2016"),
    44: (7869, 7870, 7871, 7872, "201410-201412"),
    45: (7874, 7877, 7878, 7881, "201406-201406 2016"),
    46: (7885, 7886, 7893, 7898, "201310-201312 201410-201412 201410-201412"),
    47: (7904, 7905, 7906, 7911, "2016 201406-201406 2016"),
    48: (7917, 7918, 7919, 7930, "201310-201312 201310-201312 201401-201406 201501-201506 201606-201606 2016"),
    49: (7942, 7943, 7944, 7947, "201510-201512 201310-201312"),
    50: (7951, 7952, 7953, 7959, "201301-201303 2014 2014 2015"),
    51: (7975, 7976, 7981, 7986, "2013 201307-201312 2015"),
    52: (7992, 7993, 8000, 8009, "201307-201312 201407-201412 201307-201312 2015 201401-201406"),
    53: (8019, 8020, 8023, 8030, "201307-201312 201310-201312 2015 201307-201312"),
    54: (8038, 8039, 8042, 8045, "2014 2015"),
    55: (8049, 8050, 8057, 8064, "201510-201512 201310-201312 201401-201406 2015"),
    56: (8072, 8073, 8076, 8081, "201301-201303 2014 201610-201612"),
    57: (8087, 8088, 8091, 8100, "201310-201312 201401-201406 201406-201406 201510-201512 201406-201406"),
    58: (8111, 8112, 8113, 8122, "201306-201306 201401-201403 201606-201606 201610-201612 201506-201506"),
    59: (8132, 8133, 8134, 8143, "2016 2016 2016 201410-201412 2015"),
    60: (8153, 8154, 8155, 8162, "2013 201501-201506 201507-201512 201501-201612"),
    61: (8170, 8171, 8172, 8175, "2013"),
    62: (8179, 8180, 8181, 8186, "2013 2015 2016"),
    63: (8192, 8193, 8194, 8197, "2014 2016"),
    64: (8201, 8202, 8207, 8212, "201301-201412 2014 2014"),
    65: (8218, 8219, 8226, 8233, "201510-201512 2016 2017 ?"),
    66: (8241, 8242, 8245, 8248, "201410-201412 2017>"),
    67: (8260, 8261, 8266, 8269, "2013 201301-201512"),
    68: (8273, 8274, 8275, 8276, "?"),
    69: (8278, 8279, 8284, 8289, "2013 201310-201312 2013"),
    70: (8295, 8296, 8299, 8304, "2013 201310-201312 2013"),
    71: (8310, 8311, 8316, 8321, "201301-201303 201307-201312 201310-201312"),
    72: (8327, 8328, 8331, 8336, "201310-201312 201307-201312 201407-201412"),
    73: (8342, 8343, 8348, 8353, "201307-201312 201501-201506 201510-201512"),
    74: (8359, 8360, 8363, 8366, "201301-201303 201307-201312"),
    75: (8370, 8371, 8372, 8375, "201306-201306 201510-201512"),
    76: (8379, 8380, 8381, 8384, "2015 2015"),
}  # fmt: skip

# Lines that belong to no row: the headings of the tables, the names of their columns, the last title.
SECTIONS = {
    7000: "", 7002: "1.1", 7166: "1.2", 7422: "1.3", 7684: "1.4", 7752: "2", 7808: "3", 7968: "4", 8253: "5", 8389: "",
}  # fmt: skip
COLUMNS = [7004, 7168, 7424, 7686, 7754, 7810, 7970, 8255]

# The diagram prints a programme's title under its projects: the line of each title, then the lines of each project.
# What stands above l. 6681 is lost (programme 1, the beginning of 2), and so is programme 4, between 3 and 5.
TITLES = {
    2: 6697, 3: 6749, 5: 6771, 6: 6794, 8: 6818, 9: 6838, 7: 6856, 10: 6887, 11: 6943, 12: 6963, 13: 6989,
}  # fmt: skip
DIAGRAM = {
    17: (6681, 6683), 18: (6687, 6689), 19: (6693, 6695), 20: (6705, 6707), 21: (6711, 6711), 22: (6715, 6717),
    23: (6721, 6721), 24: (6725, 6727), 25: (6731, 6731), 26: (6735, 6735), 27: (6739, 6743), 28: (6747, 6747),
    29: (6755, 6755), 30: (6759, 6761), 31: (6765, 6769), 36: (6780, 6780), 37: (6784, 6784), 38: (6788, 6788),
    39: (6792, 6792), 40: (6844, 6846), 41: (6850, 6850), 42: (6854, 6854), 43: (6800, 6800), 44: (6804, 6804),
    45: (6808, 6808), 46: (6812, 6812), 47: (6816, 6816), 48: (6824, 6826), 49: (6830, 6832), 50: (6836, 6836),
    51: (6865, 6865), 52: (6869, 6869), 53: (6873, 6873), 54: (6877, 6877), 55: (6881, 6881), 56: (6885, 6885),
    57: (6891, 6891), 58: (6895, 6895), 59: (6899, 6899), 60: (6903, 6903), 61: (6907, 6907), 62: (6911, 6911),
    63: (6915, 6915), 64: (6919, 6921), 65: (6925, 6927), 66: (6931, 6933), 67: (6949, 6949), 68: (6953, 6953),
    69: (6957, 6957), 70: (6961, 6961), 71: (6967, 6967), 72: (6971, 6971), 73: (6975, 6975), 74: (6979, 6979),
    75: (6983, 6983), 76: (6987, 6987),
}  # fmt: skip

# Bullets that look like the title of those below: there are fewer deadlines than bullets, so that the dates belong to
# the row as a whole, as in the fiches.
TITLE_BULLETS = {9: {1}, 15: {1, 4}, 24: {3}}


@pytest.fixture(scope="module")
def lines(shared_dir: Path) -> list[str]:
    text = (shared_dir / "seed" / "cog-2013-2017.txt").read_text(encoding="utf-8")
    return ["", *text.split("\n")]  # the first line is number 1


@pytest.fixture(scope="module")
def plan() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return content


@pytest.fixture(scope="module")
def rows(plan: dict[str, Any]) -> dict[int, dict[str, Any]]:
    return {row["ordinal"]: row for row in plan["projects"]}


def paragraphs(lines: list[str], begin: int) -> Iterator[tuple[int, str]]:
    """The lines that say something from `begin` to the next cell or heading, with their numbers."""
    for number in range(begin, LAST):
        text = lines[number]
        if number > begin and (text.startswith("\t") or number in SECTIONS):
            return
        if text.strip(" \t\xa0·"):
            yield number, " ".join(text.split())


def words(lines: list[str], begin: int) -> list[str]:
    return [text for _, text in paragraphs(lines, begin)]


def spaced(cell: str) -> list[str]:
    """A cell of the file, its paragraphs one by one, a run of white space being one space."""
    return [" ".join(line.split()) for line in cell.split("\n")]


def test_the_noted_lines_leave_nothing_of_the_tables_aside(lines: list[str]) -> None:
    """Every line of the annex that says something is in one noted cell, a heading, or the name of a column."""
    begins = [begin for *cells, _ in ROWS.values() for begin in cells]
    assert begins == sorted(begins)
    assert all(lines[begin].startswith("\t") for begin in begins)
    seen = [number for begin in begins for number, _ in paragraphs(lines, begin)]
    seen += [*SECTIONS, *(first + more for first in COLUMNS for more in range(4))]
    told = [number for number in range(FIRST, LAST + 1) if lines[number].strip(" \t\xa0·")]
    assert sorted(seen) == told
    for first in COLUMNS:
        assert [lines[first + more].strip() for more in range(4)] == ["Projet", "Objectifs", "Actions", "Échéances"]


@pytest.mark.parametrize("ordinal", ROWS)
def test_a_row_says_what_its_four_cells_say(lines: list[str], rows: dict[int, dict[str, Any]], ordinal: int) -> None:
    project, objectives, actions, deadlines, _ = ROWS[ordinal]
    row = rows[ordinal]
    title = spaced(row["project"]) + ([row["beyond_term"]] if row["beyond_term"] else [])
    assert title == words(lines, project)
    assert spaced(row["objectives"]) == words(lines, objectives)
    assert spaced(row["label"]) == words(lines, actions)
    assert spaced(row["deadline_cell"]) == words(lines, deadlines)
    assert row["seed_line"] == actions
    assert row["beyond_term"] == "" or row["beyond_term"].startswith("Ce projet se poursuivra au-delà de 201")


@pytest.mark.parametrize("ordinal", ROWS)
def test_each_bullet_of_the_actions_is_a_step(lines: list[str], rows: dict[int, dict[str, Any]], ordinal: int) -> None:
    bullets = words(lines, ROWS[ordinal][2])
    assert all(bullet.startswith("·") for bullet in bullets)
    assert [f"· {' '.join(step.split())}" for step in rows[ordinal]["steps"]] == bullets


@pytest.mark.parametrize("ordinal", ROWS)
def test_each_deadline_is_read_as_by_eye_and_goes_to_its_bullet(
    lines: list[str], rows: dict[int, dict[str, Any]], ordinal: int
) -> None:
    row, notes = rows[ordinal], ROWS[ordinal][4].split()
    cell: list[str] = []
    for text in words(lines, ROWS[ordinal][3]):  # a paragraph without a bullet is the end of the one before
        if text.startswith("·"):
            cell.append(text.removeprefix("·").strip())
        else:
            cell[-1] += f" {text}"
    assert len(cell) == len(notes)
    dated = [place for place in range(1, len(row["steps"]) + 1) if place not in TITLE_BULLETS.get(ordinal, set())]
    assert len(dated) == len(notes)
    by_eye = [
        (raw, None if ordinal in TITLE_BULLETS else place, *reading)
        for raw, place, note in zip(cell, dated, notes, strict=True)
        for reading in _by_eye(note)
    ]
    told = [(" ".join(d["raw"].split()), d["step"], d["kind"], d["start"], d["end"]) for d in row["deadlines"]]
    assert told == by_eye
    assert bool(row["note"]) is (ordinal in TITLE_BULLETS or ordinal == 33)


def _by_eye(note: str) -> Iterator[tuple[str, date | None, date | None]]:
    for one in note.split("+"):
        if one == "?":
            yield "unscheduled", None, None
        elif one.endswith(">"):
            year = int(one[:-1])
            yield "from", date(year, 1, 1), date(2017, 12, 31) if year <= 2017 else None
        elif "-" in one:
            (first, month), (last, until) = ((int(end[:4]), int(end[4:])) for end in one.split("-"))
            yield "period", date(first, month, 1), date(last, until, monthrange(last, until)[1])
        else:
            yield "year", date(int(one), 1, 1), date(int(one), 12, 31)


# --- Programmes: each row against the diagram ---


def test_a_row_is_of_the_programme_whose_title_follows_its_project_in_the_diagram(
    plan: dict[str, Any], rows: dict[int, dict[str, Any]]
) -> None:
    for ordinal, (first, _) in DIAGRAM.items():
        programme = min((line, number) for number, line in TITLES.items() if line > first)[1]
        assert rows[ordinal]["programme"] == programme, ordinal
    # What the diagram lost, by the tables' own headings: 1.1 and 1.4, and the other rows of 1.2.
    lost = {ordinal: row["programme"] for ordinal, row in rows.items() if ordinal not in DIAGRAM}
    assert lost == dict.fromkeys(range(1, 9), 1) | dict.fromkeys(range(9, 17), 2) | dict.fromkeys(range(32, 36), 4)
    assert {one["number"] for one in plan["programmes"]} - set(TITLES) == {1, 4}


def test_a_programme_has_the_title_and_the_number_of_projects_that_the_diagram_prints(
    lines: list[str], plan: dict[str, Any]
) -> None:
    for one in plan["programmes"]:
        if one["number"] not in TITLES:
            assert (one["title"], one["projects"]) == ("", None)
            continue
        begin = TITLES[one["number"]]
        printed = " ".join(" ".join(lines[begin : begin + 5]).split())
        pattern = rf"{one['number']}\. {re.escape(one['title'])} ?[-–]? ?{one['projects']} ?projets"
        assert re.match(pattern, printed), (one["number"], printed)
        assert one["seed_line"] == begin


def test_a_row_is_in_the_table_and_the_axis_under_whose_heading_it_stands(
    plan: dict[str, Any], rows: dict[int, dict[str, Any]]
) -> None:
    axes = {one["number"]: one["axis"] for one in plan["programmes"]}
    for ordinal, (begin, *_) in ROWS.items():
        section = SECTIONS[max(line for line in SECTIONS if line < begin)]
        assert rows[ordinal]["section"] == section, ordinal
        assert axes[rows[ordinal]["programme"]] == int(section[0]), ordinal


def plain(text: str) -> str:
    letters = unicodedata.normalize("NFD", text.casefold().replace("œ", "oe"))
    return " ".join(re.findall(r"[a-z0-9]+", "".join(one for one in letters if not unicodedata.combining(one))))


# Projects that the diagram and the tables do not name alike, case and accents aside.
NAMED_OTHERWISE = {19, 28, 36, 51, 52, 58, 61, 63, 65}


def test_the_diagram_and_the_tables_name_a_project_alike_but_in_known_cases(
    lines: list[str], rows: dict[int, dict[str, Any]]
) -> None:
    differing = set()
    for ordinal, (first, last) in DIAGRAM.items():
        named = plain(" ".join(lines[first : last + 1]))
        if named != plain(rows[ordinal]["project"].split("\n")[-1]):
            differing.add(ordinal)
    assert differing == NAMED_OTHERWISE
