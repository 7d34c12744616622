"""The pages, files and report of the final evaluation, for each role."""

from datetime import date
from hashlib import sha256
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from cog.models import Convention, Restitution, User
from cog.permissions import Permission, can
from reports.delivered import delivered
from reports.enums import DocumentKind, EditionState, Party, Stance
from reports.models import DataPackage, Edition, EvaluationReading
from reports.operations import agree_to_common, close_evaluation, request_evaluation_report, request_following
from reports.report_queries import next_step
from tests.reports.edition_steps import done, read
from tests.reports.evaluation_steps import AT, CODE, Steps, set_value
from tests.reports.paper import assert_accessible, told, words_of
from tests.tables import told_in_csv, told_in_sheet

pytestmark = pytest.mark.django_db
SUBJECT = f"/evaluation/indicateurs/{CODE}/"


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_who_comes_in(steps: Steps, people: dict[str, User]) -> None:
    for role, user in people.items():
        status = client_of(user).get("/evaluation/").status_code
        assert (status == 200) is can(user, Permission.READ_EVALUATION), role
    assert client_of(people["tutelle"]).get(SUBJECT).status_code == 404  # nothing is shared yet
    for role in ("pilotage", "contributeur", "controle"):
        assert client_of(people[role]).get(SUBJECT).status_code == 200
    for role in ("tutelle", "contributeur", "controle"):
        assert client_of(people[role]).get("/evaluation/clore/").status_code == 403


def test_nobody_opened_it(convention: Convention, people: dict[str, User]) -> None:
    assert "Ouvrir l'évaluation" in read(client_of(people["pilotage"]).get("/evaluation/"))
    state = client_of(people["tutelle"])
    assert "Ouvrir l'évaluation" not in read(state.get("/evaluation/"))
    assert state.post("/evaluation/").status_code == 404
    assert state.get("/evaluation/tableau.csv").status_code == 404
    assert client_of(people["pilotage"]).post("/evaluation/", follow=True).status_code == 200
    assert "Objets évalués" in read(client_of(people["pilotage"]).get("/evaluation/"))


def test_both_halves_on_the_pages(steps: Steps, people: dict[str, User]) -> None:
    steering, state = client_of(people["pilotage"]), client_of(people["tutelle"])
    entry = {
        "text": "La Cnaf lit ceci.",
        "internal": "une cause\n\nune autre",
        "not_attributable": "le droit",
        "seen": "0",
    }
    assert steering.post(SUBJECT, entry).status_code == 302
    assert EvaluationReading.objects.get().internal == ["une cause", "une autre"]
    assert "pas encore partagée" in read(steering.get(SUBJECT))
    assert steering.post("/evaluation/partager/").status_code == 302
    page = read(state.get(SUBJECT))
    assert "La Cnaf lit ceci." in page and "Votre position sur la lecture de la Cnaf" in page
    about = str(EvaluationReading.objects.get().pk)
    held = {"geste": "position", "sur": about, "stance": "desaccord"}
    refused = state.post(SUBJECT, held | {"reason": ""})
    assert refused.status_code == 422 and "Un désaccord dit pourquoi" in read(refused)
    assert state.post(SUBJECT, held | {"reason": "Non."}).status_code == 302
    assert "Les deux lectures : désaccord" in read(steering.get(SUBJECT))
    empty = state.post(SUBJECT, {"text": "", "seen": "0"})
    assert empty.status_code == 422 and "Écrire la lecture" in read(empty)
    stale = steering.post(SUBJECT, entry | {"text": "Trop tard.", "seen": "0"})
    assert "rien n'est enregistré" in read(stale) and "Trop tard." in read(stale)
    old = state.post(SUBJECT, {"geste": "position", "sur": "999999", "stance": "accord"}, follow=True)
    assert "a changé" in read(old)


def test_a_reader_has_no_form_and_hands_nothing_in(steps: Steps, people: dict[str, User]) -> None:
    for role in ("contributeur", "controle"):
        client = client_of(people[role])
        assert 'name="text"' not in read(client.get(SUBJECT))
        assert client.post(SUBJECT, {"text": "Intrus.", "seen": "0"}).status_code == 404
        assert client.post("/evaluation/partager/").status_code == 404
        assert client.post("/evaluation/rapport/").status_code == 403
    assert not EvaluationReading.objects.exists()


def test_filters_and_files_say_the_same(steps: Steps, people: dict[str, User]) -> None:
    steps.both_shared()
    steps.position(Party.STATE, steps.shared(Party.CNAF), Stance.DISAGREES, "Non.")
    client = client_of(people["pilotage"])
    page = client.get("/evaluation/?etat=desaccord")
    assert [one.name for one in page.context["shown"]] == [CODE]
    rows = told_in_csv(client, "/evaluation/tableau.csv?etat=desaccord")
    assert [(row["Code"], row["Degré"], row["Part du chemin"], row["Parties"]) for row in rows] == [
        (CODE, "partiellement atteint", "0.5", "désaccord")
    ]
    assert rows[0]["État : motif"] == "Non."
    assert len(told_in_csv(client, "/evaluation/tableau.csv?fiche=10&objet=fiche")) == 1
    assert len(told_in_csv(client, "/evaluation/tableau.csv?degre=partiel")) == 1
    counts = told_in_sheet(client, "/evaluation/tableau.xlsx", "Degrés")
    assert sum(row["Indicateurs de résultat"] for row in counts) == 23
    assert "Aucun objet ne répond" in read(client.get("/evaluation/?degre=atteint"))
    state = told_in_csv(client_of(people["tutelle"]), "/evaluation/tableau.csv")
    assert len(state) == 46


def test_the_report_from_draft_to_the_board(steps: Steps, people: dict[str, User]) -> None:
    convention = steps.evaluation.convention
    steps.write(Party.CNAF, "Ce que lit la Cnaf.", internal=["La charge"])
    draft = done(request_evaluation_report(convention=convention, by=people["pilotage"], at=AT))
    assert (draft.kind, draft.year, draft.state) == (DocumentKind.EVALUATION, 2017, EditionState.DRAFT)
    step = next_step(draft)
    assert step is not None and step.state is EditionState.COMMON and step.wait
    steps.share(Party.CNAF)
    steps.write(Party.STATE, "Ce que lit l'État.")
    steps.share(Party.STATE)
    steps.position(Party.STATE, steps.shared(Party.CNAF), Stance.DISAGREES, "Causes connues.")
    close_evaluation(evaluation=steps.evaluation, by=people["pilotage"], at=AT)
    common = done(request_following(edition=draft, state=EditionState.COMMON, by=people["pilotage"], at=AT))
    set_value(convention, "90")
    with common.file.open("rb") as stored:
        data = stored.read()
    words = words_of(data)
    for text in ("Ce que lit la Cnaf.", "Ce que lit l'État.", "Causes connues.", "50 % du chemin", "Causes internes"):
        assert told(text) in words, text
    assert told("PROJET") not in words
    assert_accessible(data, title=f"Évaluation contradictoire finale · {convention.short_title} · document commun")
    assert client_of(people["conseil"]).get(reverse("edition", args=[common.pk])).status_code == 404
    agree_to_common(edition=common, by=people["tutelle"], at=AT)
    common = Edition.objects.select_related("agreement").get(pk=common.pk)
    board = done(
        request_following(
            edition=common, state=EditionState.PUBLISHED, by=people["pilotage"], at=AT, presented_on=AT.date()
        )
    )
    same = {"state", "number", "presented_on"}
    assert {k: v for k, v in board.payload.items() if k not in same} == {
        k: v for k, v in common.payload.items() if k not in same
    }
    assert client_of(people["conseil"]).get(reverse("edition", args=[board.pk])).status_code == 200
    assert not DataPackage.objects.exists()
    owed = Restitution.objects.get(obligation__code="BIL-EVAL")
    assert delivered(convention=convention)[owed.pk] == date(2017, 11, 6)


def test_the_command_prints_a_draft(steps: Steps, tmp_path: Path) -> None:
    target, out = tmp_path / "evaluation.pdf", StringIO()
    call_command("evaluation", output=target, stdout=out)
    assert target.read_bytes().startswith(b"%PDF")
    assert "projet" in out.getvalue()
    edition = Edition.objects.get(kind=DocumentKind.EVALUATION)
    assert sha256(target.read_bytes()).hexdigest() == edition.file_sha256


def test_the_command_says_when_nothing_is_opened(convention: Convention, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="n'est pas ouverte"):
        call_command("evaluation", output=tmp_path / "evaluation.pdf")
