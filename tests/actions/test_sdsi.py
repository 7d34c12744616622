"""The information-system plan: what the reference file says of annexe 2, its page, its rows in the package."""

import io
import re
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from actions.models import Action, SdsiAxis, SdsiProgramme, SdsiProject, SdsiSynthesis
from actions.queries.sdsi import sdsi_plan
from cog.demo import open_accounts
from cog.models import Convention, Fiche, Membership, User
from cog.operations import command_account

FILE = Path(__file__).parents[2] / "fixtures" / "cog-2013-2017" / "sdsi.yaml"


@pytest.fixture(scope="module")
def plan() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return content


def test_the_tables_have_76_rows_in_13_programmes_of_5_axes(plan: dict[str, Any]) -> None:
    assert [row["ordinal"] for row in plan["projects"]] == list(range(1, 77))
    assert [axis["number"] for axis in plan["axes"]] == [1, 2, 3, 4, 5]
    assert [one["number"] for one in plan["programmes"]] == list(range(1, 14))


def test_a_programme_has_the_rows_the_diagram_announces_but_where_the_eight_of_one_project_are_printed(
    plan: dict[str, Any],
) -> None:
    rows = Counter(row["programme"] for row in plan["projects"])
    announced = {one["number"]: one["projects"] for one in plan["programmes"]}
    assert {number: rows[number] for number, count in announced.items() if count not in (None, rows[number])} == {2: 11}
    cross = [row for row in plan["projects"] if row["project"].startswith("Mise en œuvre de la stratégie cross-canal")]
    assert len(cross) == 8 and {row["programme"] for row in cross} == {2}  # one project of the four, in eight rows


def test_what_the_text_lost_is_not_invented(plan: dict[str, Any]) -> None:
    lost = [one for one in plan["programmes"] if not one["title"]]
    assert [one["number"] for one in lost] == [1, 4] and all("A-GEN-" in one["note"] for one in lost)


def test_every_deadline_goes_to_a_step_or_says_why_not(plan: dict[str, Any]) -> None:
    """Bullet by bullet; where the text has more bullets than dates, to the whole row, as in the fiches."""
    for row in plan["projects"]:
        told = [deadline["step"] for deadline in row["deadlines"]]
        if row["steps"] and not row["note"]:
            assert told == list(range(1, len(row["steps"]) + 1)), row["ordinal"]
    whole = [
        row["ordinal"] for row in plan["projects"] if row["steps"] and None in [d["step"] for d in row["deadlines"]]
    ]
    assert whole == [9, 15, 24] and all(plan["projects"][ordinal - 1]["note"] for ordinal in whole)


@pytest.mark.shared
def test_the_rows_are_the_cells_of_the_signed_text_read_another_way(plan: dict[str, Any], shared_dir: Path) -> None:
    """Cut the annex at its tabs, four cells a row, and compare every cell without white space and bullets."""
    lines = (shared_dir / "seed" / "cog-2013-2017.txt").read_text(encoding="utf-8").split("\n")
    text = "\n".join(lines[6999:8387])
    text = re.sub(r"^[^\t\n]*Axe\s\d.*$", "", text, flags=re.M)  # the headings between the tables
    cells = [bare(cell) for cell in text.split("\t")[1:]]
    cells = [cell for cell in cells if cell not in ("Projet", "Objectifs", "Actions", "Échéances")]
    rows = [cells[place : place + 4] for place in range(0, len(cells), 4)]
    assert len(rows) == 76
    for row, printed in zip(plan["projects"], rows, strict=True):
        told = [row["project"] + row["beyond_term"], row["objectives"], row["label"], row["deadline_cell"]]
        assert [bare(cell) for cell in told] == printed, row["ordinal"]
        assert bare(lines[row["seed_line"] - 1]) == bare(row["label"].split("\n")[0]), row["ordinal"]


def bare(text: str) -> str:
    return re.sub(r"[\s·]", "", text)


@pytest.mark.django_db
def test_the_plan_is_loaded_and_tells_axes_programmes_and_projects(convention: Convention) -> None:
    axes = sdsi_plan(convention=convention, at=date(2014, 12, 31), with_progress=True)
    assert [len(axis.programmes) for axis in axes] == [5, 1, 3, 2, 2]
    assert sum(len(group.projects) for axis in axes for group in axis.programmes) == 76
    assert (SdsiAxis.objects.count(), SdsiProgramme.objects.count(), SdsiProject.objects.count()) == (5, 13, 76)
    action = Action.objects.get(plan="sdsi", ordinal=33)
    assert action.key == "sdsi-33" and action.objective.title.startswith(action.project.title)


@pytest.mark.django_db
def test_its_page_opens_on_each_project_in_few_queries(
    convention: Convention, django_assert_max_num_queries: Any
) -> None:
    open_accounts(code=convention.code, by=command_account(), at=timezone.now())
    for role, sees in (("pilotage", True), ("tutelle", False)):
        client = Client()
        client.force_login(User.objects.get(email=f"{role}@demo.invalid"))
        with django_assert_max_num_queries(20):
            page = client.get("/actions/sdsi/?au=2014-12-31").content.decode()
        assert "intitulé perdu dans le texte" in page and "/actions/sdsi-76/" in page
        assert ("en retard au 31 décembre 2014" in page) is sees
        assert client.get("/actions/sdsi-9/").status_code == 200


# --- The yearly synthesis --------------------------------------------------------------------------------------------


@pytest.fixture
def people(convention: Convention) -> Convention:
    open_accounts(code=convention.code, by=command_account(), at=timezone.now())
    return convention


def _as(role: str, *fiches: int) -> Client:
    if fiches:
        held = Membership.objects.get(user__email=f"{role}@demo.invalid")
        held.fiches.set(Fiche.objects.filter(number__in=fiches))
    client = Client()
    client.force_login(User.objects.get(email=f"{role}@demo.invalid"))
    return client


ENTRY = "/actions/sdsi/synthese/2014/3/"


@pytest.mark.django_db
def test_the_synthesis_adds_what_is_known_and_names_what_is_missing(people: Convention) -> None:
    client = _as("contributeur", 23)
    assert "Aucune dépense n'est connue" in client.get("/actions/sdsi/synthese/2014/").content.decode()
    told = {"gains": "Moins de saisies.", "achievements": "Nims livré.", "spending": "1250,5", "seen": "0"}
    assert client.post(ENTRY, told).status_code == 302
    assert client.post("/actions/sdsi/synthese/2014/6/", {"spending": "0", "seen": "0"}).status_code == 302
    page = client.get("/actions/sdsi/synthese/2014/")
    assert (page.context["total"], page.context["missing"]) == (Decimal("1250.5"), 11)  # 0 is said, missing is not
    assert "1\u202f250,5 k€" in page.content.decode() and "non connues pour 11 programmes" in page.content.decode()
    book = load_workbook(io.BytesIO(client.get("/actions/sdsi/synthese/2014/tableau.xlsx").content))
    header, *rows = book["Synthèse"].iter_rows(values_only=True)
    assert len(rows) == 13 and len(set(header)) == len(header)
    spending = {row[0]: row[header.index("Dépenses (k€)")] for row in rows}
    assert (spending[3], spending[6], spending[1]) == (1250.5, 0, None)


@pytest.mark.django_db
def test_a_synthesis_is_never_rewritten_and_the_second_writer_sees_the_first(people: Convention) -> None:
    client = _as("contributeur", 23)
    client.post(ENTRY, {"gains": "le premier", "seen": "0"})
    assert client.post(ENTRY, {"gains": "le second", "seen": "0"}).status_code == 200
    first = SdsiSynthesis.objects.get()
    assert client.post(ENTRY, {"gains": "le second", "seen": str(first.pk)}).status_code == 302
    assert [row.gains for row in SdsiSynthesis.objects.order_by("pk")] == ["le premier", "le second"]
    assert "le second" in client.get("/actions/sdsi/synthese/2014/").content.decode()
    assert client.post(ENTRY, {"spending": "-1", "seen": "0"}).status_code == 200


@pytest.mark.django_db
def test_who_does_not_carry_the_plan_does_not_write_it(people: Convention) -> None:
    assert _as("contributeur", 10).post(ENTRY, {"gains": "x", "seen": "0"}).status_code == 404
    for role in ("caf", "tutelle", "conseil", "controle", "exploitation"):
        assert _as(role).post(ENTRY, {"gains": "x", "seen": "0"}).status_code == 403
    for role in ("caf", "tutelle", "conseil", "exploitation"):
        assert _as(role).get("/actions/sdsi/synthese/2014/").status_code == 403
    assert _as("controle").get("/actions/sdsi/synthese/2014/").status_code == 200
    assert _as("pilotage").get("/actions/sdsi/synthese/2019/").status_code == 404
    assert not SdsiSynthesis.objects.exists()
