"""A fiche and a caisse on two pages: what their pages show the same reader, no more; the same bytes each time."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from actions.enums import ActionStatus, CommitmentStatus
from actions.models import Action
from actions.operations import ProgressEntry, record_progress, say_of_commitment
from budgets.compute.allotment import Entry
from budgets.operations import record_allotment
from budgets.queries.allotment import AllotmentRequest, caisses
from cog.figures import format_figure
from cog.models import Convention, Fiche, Organisation, StateCommitment, User
from cog.operations import command_account
from indicators.queries.caisses import own_lines
from reports import caisse_brief, fiche_brief
from reports.fiche_brief import Room, cut, shortened
from reports.short_printing import print_caisse
from tests.reports.paper import assert_accessible, figures_in, pages_of, told, words_of
from tests.reports.quarter import AT, explain_all

pytestmark = pytest.mark.django_db

DAY = "2014-06-30"


def _as(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _fiche_pdf(user: User, number: int = 10, day: str = DAY) -> bytes:
    answer = _as(user).get(f"/fiches/{number}/fiche.pdf", {"au": day})
    assert answer.status_code == 200 and answer["Content-Type"] == "application/pdf"
    content: bytes = answer.content
    return content


def _caisse_pdf(user: User, code: str = "011", **asked: str) -> bytes:
    answer = _as(user).get(f"/caisses/{code}/caisse.pdf", asked)
    assert answer.status_code == 200 and answer["Content-Type"] == "application/pdf"
    content: bytes = answer.content
    return content


# --- A fiche -------------------------------------------------------------------------------------------------------


@pytest.fixture
def followed(computed: Convention, people: dict[str, User]) -> Convention:
    """Fiche 10 with its results, a word on its first action, explanations, and the State's word."""
    action = Action.objects.get(fiche__number=10, ordinal=1)
    entry = ProgressEntry(action.pk, ActionStatus.RUNNING, date(2014, 6, 1), None, "Le mot de la direction.")
    record_progress(entries=[entry], by=command_account(), at=AT)
    explain_all(computed, people["pilotage"])
    commitment = StateCommitment.objects.filter(fiche__number=10).first()
    if commitment is not None:
        kept, by = CommitmentStatus.KEPT, people["tutelle"]
        say_of_commitment(commitment=commitment, status=kept, as_of=date(2014, 6, 1), comment="", by=by, at=AT)
    return computed


def test_a_fiche_says_what_its_page_says(followed: Convention, people: dict[str, User]) -> None:
    page = _as(people["pilotage"]).get("/fiches/10/", {"au": DAY}).context["page"]
    text = words_of(_fiche_pdf(people["pilotage"]))
    assert told(page.fiche.title) in text
    for line in page.indicators:
        shown = [line.indicator.code, line.indicator.title, line.target, line.baseline]
        if line.latest:
            shown += [line.latest.shown, line.latest.verdict_label, line.latest.label]
        for words in filter(None, shown):
            assert told(words) in text, (line.indicator.code, words)
    for group in page.objectives:
        assert told(group.objective.title) in text
        for view in group.actions:
            assert told(str(view.timeliness.label)) in text
            assert told(view.action.label.replace("·", "").split("\n")[0][:60]) in text
    for view in page.commitments:
        assert told(view.commitment.wording[:60]) in text
    assert told("Les caisses n'ont pas toutes rendu leurs données.") in text


def test_untransmitted_figures_make_it_a_draft(followed: Convention, people: dict[str, User]) -> None:
    for page in pages_of(_fiche_pdf(people["pilotage"])):
        assert "PROJET" in page and "SIMULÉES" not in page
    assert told("Situation en cours, non transmise à l’État") in words_of(_fiche_pdf(people["pilotage"]))


@pytest.mark.parametrize("role", ["tutelle", "conseil", "exploitation"])
def test_who_reads_only_the_convention_finds_only_that(
    followed: Convention, people: dict[str, User], role: str
) -> None:
    text = words_of(_fiche_pdf(people[role]))
    assert "PROJET" not in text
    assert told(Fiche.objects.get(number=10).title) in text
    for hidden in (
        "non disponible",
        "Par année",
        "incomplet,",
        "en retard",
        "75,0",
        "n'ont pas toutes rendu",
        "en cours,",
    ):
        assert told(hidden) not in text, hidden
    assert told("ce document dit ce que la convention prévoit") in text


def test_a_caisse_finds_results_without_progress_nor_explanations(
    followed: Convention, people: dict[str, User]
) -> None:
    text = words_of(_fiche_pdf(people["caf"]))
    assert "75,0" in text and "PROJET" in text
    assert told("n'ont pas toutes rendu") not in text
    assert told("Situation au") not in text and told("et leur situation") not in text


def test_a_date_before_knows_nothing_of_after(followed: Convention, people: dict[str, User]) -> None:
    text = words_of(_fiche_pdf(people["pilotage"], day="2014-03-31"))
    assert "31mars2014" in text and "75,0" not in text


def test_every_fiche_holds_on_two_pages(followed: Convention, people: dict[str, User]) -> None:
    for number in Fiche.objects.values_list("number", flat=True):
        pages = pages_of(_fiche_pdf(people["pilotage"], number))
        assert len(pages) <= 2, number
        for place, page in enumerate(pages, start=1):
            assert f"page {place}/{len(pages)}" in page


def test_the_information_system_plan_is_counted_not_listed(followed: Convention, people: dict[str, User]) -> None:
    text = words_of(_fiche_pdf(people["pilotage"], 23))
    assert told("Schéma directeur du système d’information") in text
    assert told("Projets par axe et programme") in text


def test_a_fiche_is_accessible_and_named(followed: Convention, people: dict[str, User]) -> None:
    data = _fiche_pdf(people["pilotage"])
    assert_accessible(data, title=f"Fiche n°\u00a010 au 30 juin 2014 · {followed.short_title} · projet")
    assert data == _fiche_pdf(people["pilotage"])
    answer = _as(people["pilotage"]).get("/fiches/10/fiche.pdf", {"au": DAY})
    assert answer["Content-Disposition"] == 'attachment; filename="fiche-10-au-2014-06-30.pdf"'


def test_a_simulated_word_marks_every_page(followed: Convention, people: dict[str, User]) -> None:
    action = Action.objects.get(fiche__number=10, ordinal=2)
    entry = ProgressEntry(action.pk, ActionStatus.RUNNING, date(2014, 6, 1), None, "Simulé.")
    record_progress(entries=[entry], by=command_account(), at=AT, simulated=True)
    assert all("PROJET · DONNÉES SIMULÉES" in page for page in pages_of(_fiche_pdf(people["pilotage"])))


def test_pages_lead_to_their_documents(computed: Convention, people: dict[str, User]) -> None:
    client = _as(people["pilotage"])
    assert f"/fiches/10/fiche.pdf?au={DAY}" in client.get("/fiches/10/", {"au": DAY}).content.decode()
    assert "/caisses/011/caisse.pdf?fin=2014-T2" in client.get("/caisses/011/", {"fin": "2014-T2"}).content.decode()


def test_a_fiche_that_is_not_there_has_no_document(people: dict[str, User]) -> None:
    assert _as(people["pilotage"]).get("/fiches/99/fiche.pdf").status_code == 404


# --- Shorter -------------------------------------------------------------------------------------------------------

ROOM = Room(label=20, wording=20, said=20, explanations=1, actions=2)


@pytest.mark.parametrize(
    ("cell", "line"),
    [
        ("Cibler les territoires,", "Cibler les territoires,"),
        ("Achats :\n· former ;\n· outiller.", "Achats : former\u00a0; outiller."),
        ("· former\net suivre\n· outiller", "former et suivre\u00a0; outiller"),
    ],
)
def test_a_printed_cell_holds_on_one_line(cell: str, line: str) -> None:
    assert fiche_brief._flat(cell) == line


@pytest.mark.parametrize(
    ("text", "most", "short"),
    [
        ("Cibler les territoires", 22, "Cibler les territoires"),
        ("Cibler les territoires", 21, "Cibler les…"),
        ("Cibler, les territoires", 8, "Cibler…"),
        ("Anticonstitutionnellement", 6, "Antic…"),
    ],
)
def test_a_text_is_cut_between_two_words(text: str, most: int, short: str) -> None:
    assert cut(text, most) == short and len(short) <= most


def test_the_most_urgent_actions_stay_and_the_others_are_counted() -> None:
    def action(number: str, timeliness: str) -> dict[str, str]:
        return {"number": number, "label": "x", "timeliness": timeliness}

    actions = [action("1", "realisee_a_temps"), action("2", "a_l_heure"), action("3", "en_retard")]
    payload = {
        "objectives": [
            {"title": "A", "actions": actions},
            {"title": "B", "actions": [action("4", "bientot_echue")]},
        ],
        "indicators": [],
        "explanations": [{"text": "y"}] * 3,
        "commitments": [],
    }
    short = shortened(payload, ROOM)
    assert [[one["number"] for one in group["actions"]] for group in short["objectives"]] == [["3"], ["4"]]
    assert [group["left"] for group in short["objectives"]] == [2, 0]
    assert short["more"] == ["2 autres actions", "2 autres explications"]
    assert shortened(payload, replace(ROOM, actions=9, explanations=3))["more"] == []


# --- A caisse ------------------------------------------------------------------------------------------------------


def test_a_caisse_says_what_its_page_says(computed: Convention, people: dict[str, User]) -> None:
    body = Organisation.objects.get(code="011")
    lines = own_lines(convention=computed, organisation=body, until=date(2014, 6, 30))
    assert any(line.own and line.own.rank for line in lines)
    text = words_of(_caisse_pdf(people["pilotage"], fin="2014-T2"))
    assert told(body.name) in text and told("à la fin du 2e trimestre 2014") in text
    for line in lines:
        assert told(line.line.indicator.code) in text
        if line.own and line.own.point.value is not None:
            place = f"{line.own.rank}/{line.own.ranked}"
            gap = line.own.gap_shown.split("\u00a0")[0]  # its unit is said once, at the foot
            for words in (line.own.point.shown, line.nation_shown, gap, place, line.own.quarter):
                assert told(words) in text, (line.line.indicator.code, words)


def test_a_caisse_never_finds_another_nor_a_name(computed: Convention, people: dict[str, User]) -> None:
    client = _as(people["caf"])
    assert client.get("/caisses/751/caisse.pdf").status_code == 404
    assert client.get("/caisses/CNAF/caisse.pdf").status_code == 404
    text = words_of(_caisse_pdf(people["caf"]))
    for other in Organisation.objects.caisses().exclude(code="011"):
        assert told(other.name) not in text, other.code


@pytest.mark.parametrize(("role", "status"), [("tutelle", 403), ("conseil", 403), ("exploitation", 403)])
def test_who_reads_no_result_reads_no_caisse(
    computed: Convention, people: dict[str, User], role: str, status: int
) -> None:
    assert _as(people[role]).get("/caisses/011/caisse.pdf").status_code == status


def test_what_it_has_not_sent_is_told(computed: Convention, people: dict[str, User]) -> None:
    page = _as(people["caf"]).get("/remontees/attendu/011/", {"transmission": "2014-T2"})
    text = words_of(_caisse_pdf(people["caf"], fin="2014-T2"))
    assert told("Ce qu’elle n’a pas envoyé") in text
    missing = [(sheet, cell) for sheet, cell in page.context["rows"] if cell.missing]
    assert told(f"{sum(cell.absent for _, cell in missing)} valeurs manquent") in text
    assert told(missing[0][0].code) in text


def test_its_dotation_is_for_who_reads_budgets(computed: Convention, people: dict[str, User]) -> None:
    rows = [Entry(one.code, Decimal(1000), Decimal(8000), 100, 101) for one in caisses(convention=computed)]
    day, envelope = date(2013, 12, 10), Decimal("889183")
    asked = AllotmentRequest(2014, envelope, tuple(rows), "Délibération 12", day)
    kept = record_allotment(convention=computed, request=asked, by=command_account(), at=AT)
    amount = kept.rows.get(organisation__code="011").amount
    shown = told(format_figure(amount, 5, "k€"))
    assert shown in words_of(_caisse_pdf(people["pilotage"], fin="2014-T2"))
    assert told("Dotation d’action sociale") not in words_of(_caisse_pdf(people["caf"], fin="2014-T2"))
    assert told("Dotation d’action sociale") not in words_of(_caisse_pdf(people["pilotage"], fin="2013-T2"))


def test_a_caisse_holds_on_two_pages_and_gives_the_same_bytes(computed: Convention, people: dict[str, User]) -> None:
    data = _caisse_pdf(people["pilotage"])
    assert len(pages_of(data)) <= 2
    assert data == _caisse_pdf(people["pilotage"])
    name = Organisation.objects.get(code="011").name
    assert_accessible(data, title=f"{name} · {computed.short_title} · projet")


def test_a_caisse_without_any_result_says_so(convention: Convention, people: dict[str, User]) -> None:
    text = words_of(_caisse_pdf(people["pilotage"], "021"))
    assert told("Aucun indicateur n'a encore de valeur locale à cette date.") in text


# --- Content, on values that no database holds -----------------------------------------------------------------------


def _own(code: str, **changes: Any) -> Any:
    point = SimpleNamespace(
        shown="85,3", value=Decimal("85.3"), state="definitif", state_label="définitif", verdict="atteint",
        verdict_label="atteint", simulated=False,
    )  # fmt: skip
    own = SimpleNamespace(point=point, gap=Decimal(1), rank=1, ranked=9, quarter="1er quart", target="au moins 85")
    line = SimpleNamespace(
        indicator=SimpleNamespace(code=code, title=f"Titre {code}", kind="suivi"),
        latest=SimpleNamespace(label="2e trimestre 2014"),
        decimals=1,
    )
    told_of = {"line": line, "own": own, "unit": "%", "broken": False, "change": Decimal("0.5")}
    return SimpleNamespace(**(told_of | {"nation_shown": "84,3"} | changes))


def _content(lines: list[Any], **given: Any) -> dict[str, Any]:
    body = SimpleNamespace(code="011", name="Caf de l'Ain", departement_name="Ain", region_2016="")
    convention = SimpleNamespace(code="c", title="C", short_title="C", branch="famille")
    return caisse_brief.caisse_payload(body, lines, convention=convention, situation="", **given)


@pytest.mark.parametrize(
    ("verdicts", "sentence"),
    [
        (["atteint"], "1 cible de son Cpog\u00a0: 1 atteinte ou en bonne voie, 0 non atteinte ou en retard."),
        (
            ["atteint", "conforme", "en_retard", "incomplet"],
            "4 cibles de son Cpog\u00a0: 2 atteintes ou en bonne voie, 1 non atteinte ou en retard, 1 non jugée.",
        ),
    ],
)
def test_cpog_targets_are_counted_in_words(verdicts: list[str], sentence: str) -> None:
    lines = [_own(f"F1-{rank}") for rank in range(len(verdicts))]
    for line, verdict in zip(lines, verdicts, strict=True):
        line.own.point.verdict = verdict
    assert _content(lines)["sentences"][1] == sentence


def test_trends_are_drawn_with_their_words_and_a_drawing_alone_has_none() -> None:
    years = {
        "F1-1": [("2012", Decimal("80")), ("2013", None), ("2014", Decimal("85.3"))],
        "F1-2": [("2014", Decimal(1))],
    }
    data = print_caisse(_content([_own("F1-1"), _own("F1-2")], years=years))
    assert figures_in(data) == ["F1-1\u00a0: 80,0 en 2012, 85,3 en 2014"]


def test_a_caisse_with_very_much_to_say_still_holds_on_two_pages() -> None:
    lines = [_own(f"F{rank}-{rank}") for rank in range(80)]
    for line in lines:
        line.line.indicator.title = (
            "Un intitulé qui n'en finit pas de dire ce que l'indicateur mesure, et comment, " * 2
        )
    pages = pages_of(print_caisse(_content(lines)))
    assert len(pages) == 2
    assert "la suite dans l’application" in "".join(pages).replace("\n", " ")


def test_what_people_type_is_printed_as_text_and_fetches_nothing() -> None:
    line = _own("F1-1")
    line.line.indicator.title = "<img src='file:///etc/passwd'><script>x</script> \U0001f600"
    text = words_of(print_caisse(_content([line])))
    assert told("<img src='file:///etc/passwd'><script>x</script> [U+1F600]") in text and "root:x:" not in text


def test_a_simulated_caisse_is_marked() -> None:
    line = _own("F1-1")
    line.own.point.simulated = True
    assert all("PROJET · DONNÉES SIMULÉES" in page for page in pages_of(print_caisse(_content([line]))))


def test_the_rooms_go_from_the_roomiest_to_the_tightest() -> None:
    for rooms in (fiche_brief.ROOMS, caisse_brief.ROOMS):
        for wide, tight in pairwise(rooms):
            assert all(most >= least for most, least in zip(vars(wide).values(), vars(tight).values(), strict=True))
