"""Who is in charge, and the State's part: one lead at a time, histories kept, each party in its own door."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from actions.enums import Answer, Charge, CommitmentStatus
from actions.models import Action, CommitmentWord, Direction, Responsibility, SharedDocument, StateValidation
from actions.operations import (
    Naming,
    ResponsibilityRefused,
    StateWordRefused,
    answer_validation,
    ask_validation,
    end_responsibility,
    name_responsible,
    open_direction,
    say_of_commitment,
)
from actions.queries import action_views, with_leads
from actions.queries.state_part import commitment_views
from cog.audit import AuditEvent
from cog.demo import open_accounts
from cog.models import Convention, Fiche, Membership, StateCommitment, User
from cog.operations import command_account

pytestmark = pytest.mark.django_db

AT = datetime(2014, 7, 1, 10, tzinfo=UTC)


@pytest.fixture
def by(convention: Convention) -> User:
    open_accounts(code=convention.code, by=command_account(), at=timezone.now())
    held = Membership.objects.get(user__email="contributeur@demo.invalid")
    held.fiches.set(Fiche.objects.filter(convention=convention, number=10))
    return command_account()


def _as(role: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(email=f"{role}@demo.invalid"))
    return client


def _direction(code: str, by: User) -> Direction:
    return open_direction(convention=Convention.objects.get(), code=code, name=f"Direction {code}", by=by, at=AT)


def _fiche(number: int) -> Fiche:
    return Fiche.objects.get(number=number)


def _lead(action: Action) -> str:
    views = action_views(convention=action.fiche.convention, at=AT.date(), with_progress=True, fiche=action.fiche)
    return next(view.lead for view in with_leads(views) if view.action == action)


def test_an_action_has_its_own_direction_else_that_of_its_fiche_else_nobody(by: User) -> None:
    first, second = Action.objects.filter(fiche__number=10, plan="cog").order_by("ordinal")[:2]
    assert _lead(first) == ""
    name_responsible(naming=Naming(_fiche(10), None, _direction("A", by), Charge.LEAD), by=by, at=AT)
    name_responsible(naming=Naming(_fiche(10), second, _direction("B", by), Charge.LEAD), by=by, at=AT)
    assert (_lead(first), _lead(second)) == ("A", "B")
    end_responsibility(responsibility=Responsibility.objects.get(action=second), by=by, at=AT)
    assert _lead(second) == "A"


def test_a_new_direction_in_charge_takes_the_place_and_history_keeps_both(by: User) -> None:
    for code in ("A", "B"):
        name_responsible(naming=Naming(_fiche(10), None, _direction(code, by), Charge.LEAD), by=by, at=AT)
    name_responsible(naming=Naming(_fiche(10), None, _direction("C", by), Charge.ASSOCIATED), by=by, at=AT)
    rows = Responsibility.objects.order_by("pk")
    assert [(row.direction.code, row.charge, row.ended_at is None) for row in rows] == [
        ("A", "pilote", False),
        ("B", "pilote", True),
        ("C", "associee", True),
    ]
    assert AuditEvent.objects.filter(action="actions.responsible_named").count() == 3


def test_the_database_holds_one_direction_in_charge(by: User) -> None:
    told = {"fiche": _fiche(10), "charge": Charge.LEAD, "named_at": AT, "named_by": by}
    Responsibility.objects.create(direction=_direction("A", by), **told)
    with pytest.raises(IntegrityError), transaction.atomic():
        Responsibility.objects.create(direction=_direction("B", by), **told)


def test_a_substitute_substitutes_for_someone_else(by: User) -> None:
    with pytest.raises(ResponsibilityRefused):
        name_responsible(naming=Naming(_fiche(10), None, _direction("A", by), Charge.LEAD, None, by), by=by, at=AT)
    with pytest.raises(ResponsibilityRefused):
        name_responsible(naming=Naming(_fiche(10), None, _direction("A", by), Charge.LEAD, by, by), by=by, at=AT)
    assert not Responsibility.objects.exists()


def test_the_page_shows_where_nobody_is_and_names(by: User) -> None:
    client = _as("pilotage")
    assert "23 fiches n'ont pas de direction" in client.get("/actions/responsabilites/").content.decode()
    told = {"direction": "", "code": "DSER", "name": "Direction des services", "charge": "pilote", "person": ""}
    assert client.post("/actions/responsabilites/fiche/10/", told).status_code == 302
    page = client.get("/actions/responsabilites/").content.decode()
    assert "22 fiches n'ont pas" in page and "DSER" in page
    assert "DSER" in client.get("/actions/10-1/").content.decode()
    wrong = client.post("/actions/responsabilites/fiche/10/", {"charge": "pilote"})
    assert wrong.status_code == 200 and "error-summary" in wrong.content.decode()
    row = Responsibility.objects.get()
    client.post(f"/actions/responsabilites/{row.pk}/finir/")
    assert "23 fiches" in client.get("/actions/responsabilites/").content.decode()


@pytest.mark.parametrize("role", ["contributeur", "caf", "tutelle", "conseil", "controle", "exploitation"])
def test_only_the_steering_staff_names(by: User, role: str) -> None:
    told = {"code": "X", "name": "X", "charge": "pilote"}
    assert _as(role).post("/actions/responsabilites/fiche/10/", told).status_code in (403, 404)
    assert not Responsibility.objects.exists()


# --- The State's part ------------------------------------------------------------------------------------------------


def _commitment() -> StateCommitment:
    found = StateCommitment.objects.filter(fiche__number=10).order_by("ordinal").first()
    assert found is not None
    return found


def _last(at: date) -> str:
    views = commitment_views(convention=Convention.objects.get(), at=at, with_words=True)
    view = next(one for one in views if one.commitment == _commitment())
    return view.last.status if view.last else ""


def test_a_commitment_has_its_history_and_its_state_at_a_date(by: User) -> None:
    for status, as_of in ((CommitmentStatus.RUNNING, date(2013, 6, 1)), (CommitmentStatus.KEPT, date(2014, 2, 1))):
        say_of_commitment(commitment=_commitment(), status=status, as_of=as_of, comment="", by=by, at=AT)
    assert [_last(date(2013, 1, 1)), _last(date(2013, 12, 31)), _last(date(2014, 12, 31))] == ["", "en_cours", "tenu"]


@pytest.mark.parametrize(
    ("status", "as_of"),
    [(CommitmentStatus.KEPT, date(2014, 7, 2)), (CommitmentStatus.DROPPED, date(2014, 6, 1))],
)
def test_a_word_of_the_state_is_of_a_day_past_and_says_why(by: User, status: CommitmentStatus, as_of: date) -> None:
    with pytest.raises(StateWordRefused):
        say_of_commitment(commitment=_commitment(), status=status, as_of=as_of, comment=" ", by=by, at=AT)
    assert not CommitmentWord.objects.exists()


def test_only_the_state_speaks_and_who_follows_it_reads(by: User) -> None:
    address = f"/actions/engagements/{_commitment().code}/"
    told = {"status": "en_cours", "as_of": "2014-06-01", "comment": "Décret en préparation, CANARI."}
    for role in ("pilotage", "contributeur", "controle"):
        assert _as(role).post(address, told).status_code == 404
    for role in ("caf", "conseil", "exploitation"):
        assert _as(role).get(address).status_code == 403
        assert "CANARI" not in _as(role).get("/fiches/10/").content.decode()
    assert _as("tutelle").post(address, told).status_code == 302
    for role in ("pilotage", "contributeur", "controle", "tutelle"):
        for page in (address, "/actions/engagements/", "/fiches/10/?au=2014-12-31"):
            assert "CANARI" in _as(role).get(page).content.decode()
    assert "CANARI" not in _as("caf").get("/fiches/10/?au=2014-12-31").content.decode()


def test_a_validation_is_asked_by_the_direction_and_answered_once_by_the_state(by: User) -> None:
    asked = _as("contributeur").post("/actions/10-1/validation/", {"subject": "Le cahier des charges."})
    assert asked.status_code == 302
    validation = StateValidation.objects.get()
    assert _as("contributeur").post(f"/actions/validations/{validation.pk}/", {}).status_code == 403
    state = _as("tutelle")
    assert "Le cahier des charges." in state.get("/actions/engagements/").content.decode()
    today = timezone.localdate().isoformat()
    refused = {"answer": "refus", "answered_on": today, "text": ""}
    assert state.post(f"/actions/validations/{validation.pk}/", refused).status_code == 200
    agreed = {"answer": "accord", "answered_on": today, "text": ""}
    assert state.post(f"/actions/validations/{validation.pk}/", agreed).status_code == 302
    assert state.post(f"/actions/validations/{validation.pk}/", agreed).status_code == 200  # once
    assert "accord le" in _as("pilotage").get("/actions/10-1/").content.decode()


def test_an_answer_is_dated_after_the_question(by: User) -> None:
    action = Action.objects.filter(fiche__number=10).first()
    assert action is not None
    row = ask_validation(action=action, subject="x", by=by, at=AT)
    for day in (date(2014, 6, 30), date(2014, 7, 3)):
        with pytest.raises(StateWordRefused):
            answer_validation(
                validation=row,
                answer=Answer.AGREED,
                text="",
                answered_on=day,
                by=by,
                at=datetime(2014, 7, 2, tzinfo=UTC),
            )
    with pytest.raises(StateWordRefused):
        ask_validation(action=action, subject=" ", by=by, at=AT)


def test_the_state_asks_of_no_other_fiche_than_its_own(by: User) -> None:
    assert _as("contributeur").post("/actions/11-1/validation/", {"subject": "x"}).status_code == 404
    assert not StateValidation.objects.exists()


@pytest.mark.parametrize("address", ["/actions/engagements/", "/actions/responsabilites/", "/fiches/10/"])
def test_these_pages_ask_few_queries(by: User, django_assert_max_num_queries: Any, address: str) -> None:
    client = _as("pilotage")
    with django_assert_max_num_queries(21):  # one of them for the deadlines of the amendments
        client.get(address)


def test_the_register_is_kept_by_the_steering_staff_and_read_by_the_state(by: User) -> None:
    told = {"kind": "lettre", "reference": "LR 2014-012", "title": "Minima", "issued_on": "2014-05-02"}
    told |= {"shared_on": "2014-05-05", "address": ""}
    steering = _as("pilotage")
    assert steering.post("/actions/registre/", told).status_code == 302
    assert steering.post("/actions/registre/", told).status_code == 200  # once
    assert steering.post("/actions/registre/", told | {"reference": "x", "shared_on": "2014-05-01"}).status_code == 200
    assert steering.post("/actions/registre/", told | {"reference": "y", "shared_on": "2999-01-01"}).status_code == 200
    assert "LR 2014-012" in _as("tutelle").get("/actions/registre/").content.decode()
    for role in ("tutelle", "contributeur", "controle"):
        assert _as(role).post("/actions/registre/", told | {"reference": "z"}).status_code == 404
    for role in ("caf", "conseil", "exploitation"):
        assert _as(role).get("/actions/registre/").status_code == 403
    assert SharedDocument.objects.count() == 1
