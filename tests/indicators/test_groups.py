"""Groups of comparable bodies: files, dates that follow one another, the page."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from cog.audit import AuditEvent
from cog.demo import open_accounts
from cog.models import Convention, User
from cog.operations import command_account
from indicators.intake.groups import GroupReference, GroupRow, read_groups
from indicators.models import OrganisationGroup, StaleResult
from indicators.operations import GroupsOverlap, GroupsSaved, save_groups
from indicators.queries.groups import group_blocks

pytestmark = pytest.mark.django_db

AT = datetime(2014, 7, 1, 9, 0, tzinfo=UTC)
REFERENCE = GroupReference({"011": "Ain", "021": "Aisne", "CNAF": "Cnaf"}, frozenset({"F1-3", "F16-43.1"}))
HEADER = "organisme,critere,groupe,depuis,jusqu_au,source"


def _file(*rows: str) -> bytes:
    return "\n".join([HEADER, *rows]).encode()


def test_a_file_reads_dates_both_ways_and_criteria_whatever_their_case() -> None:
    read = read_groups(
        _file("011,Taille,Grande,2013-01-01,31/12/2014,Cnaf", "cnaf,CONCERNE:f1-3,oui,01/02/2013,,"), REFERENCE
    )
    assert read.problems == []
    assert read.rows == [
        GroupRow(2, "011", "taille", "Grande", date(2013, 1, 1), date(2014, 12, 31), "Cnaf"),
        GroupRow(3, "CNAF", "concerne:F1-3", "oui", date(2013, 2, 1), None, ""),
    ]


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("999,taille,Grande,2013-01-01,,", "unknown_body", "organisme"),
        ("11,taille,Grande,2013-01-01,,", "unknown_body", "organisme"),
        ("011,couleur,Grande,2013-01-01,,", "unknown_key", "critere"),
        ("011,concerne:F99-9,oui,2013-01-01,,", "unknown_key", "critere"),
        ("011,taille,,2013-01-01,,", "wrong_group", "groupe"),
        ("011,taille,Grande,,,", "wrong_day", "depuis"),
        ("011,taille,Grande,2013-02-30,,", "wrong_day", "depuis"),
        ("011,taille,Grande,2013,,", "wrong_day", "depuis"),
        ("011,taille,Grande,2013-02-01,2013-01-01,", "dates_reversed", "jusqu_au"),
    ],
)
def test_what_does_not_read_is_told_in_its_place(row: str, code: str, column: str) -> None:
    read = read_groups(_file(row), REFERENCE)
    assert [(one.code, one.line, one.column) for one in read.problems] == [(code, 2, column)]
    assert read.is_refused


@pytest.mark.parametrize(
    ("first", "second", "refused"),
    [
        ("2013-01-01,", "2013-01-01,", True),
        ("2013-01-01,2014-06-30", "2014-06-30,", True),
        ("2013-01-01,2014-06-30", "2014-07-01,", False),
        ("2013-01-01,", "2014-07-01,", False),
        ("2014-07-01,", "2013-01-01,2014-12-31", True),
    ],
)
def test_two_groups_at_once_are_refused_and_open_ones_follow(first: str, second: str, refused: bool) -> None:
    read = read_groups(_file(f"011,taille,Grande,{first},", f"011,taille,Petite,{second},"), REFERENCE)
    assert read.is_refused is refused


def _row(body: str, value: str, since: date, until: date | None = None, key: str = "taille") -> GroupRow:
    return GroupRow(2, body, key, value, since, until, "Cnaf")


def _save(convention: Convention, *rows: GroupRow) -> GroupsSaved:
    return save_groups(convention=convention, rows=rows, by=command_account(), at=AT)


def _held() -> list[tuple[str, str, date, date | None]]:
    rows = OrganisationGroup.objects.order_by("organisation__code", "valid_from")
    return [(row.organisation.code, row.value, row.valid_from, row.valid_to) for row in rows]


def test_a_later_membership_ends_the_former_the_day_before(convention: Convention) -> None:
    assert _save(convention, _row("011", "Grande", date(2013, 1, 1))) == GroupsSaved(1, 0, 0, 0)
    assert _save(convention, _row("011", "Petite", date(2015, 1, 1))) == GroupsSaved(1, 0, 1, 0)
    assert _held() == [
        ("011", "Grande", date(2013, 1, 1), date(2014, 12, 31)), ("011", "Petite", date(2015, 1, 1), None),
    ]  # fmt: skip
    assert _save(convention, _row("011", "Petite", date(2015, 1, 1))) == GroupsSaved(0, 0, 0, 1)
    assert _save(convention, _row("011", "Moyenne", date(2015, 1, 1))) == GroupsSaved(0, 1, 0, 0)
    told = [event.details["values"] for event in AuditEvent.objects.filter(action="groups.saved").order_by("pk")]
    assert len(told) == 3
    assert ["011", "taille", "Petite", "remplacé"] in told[-1]


def test_what_would_overlap_is_refused_and_nothing_written(convention: Convention) -> None:
    _save(convention, _row("011", "Petite", date(2015, 1, 1)))
    with pytest.raises(GroupsOverlap, match="011, taille : « Grande »"):
        _save(convention, _row("021", "Petite", date(2013, 1, 1)), _row("011", "Grande", date(2013, 1, 1)))
    assert _held() == [("011", "Petite", date(2015, 1, 1), None)]


def test_a_membership_that_begins_on_the_last_day_of_another_overlaps_it(convention: Convention) -> None:
    _save(convention, _row("011", "Petite", date(2013, 1, 1), date(2014, 6, 30)))
    with pytest.raises(GroupsOverlap, match="se chevauchent"):
        _save(convention, _row("011", "Grande", date(2014, 6, 30)))
    assert _save(convention, _row("011", "Grande", date(2014, 7, 1))) == GroupsSaved(1, 0, 0, 0)


def test_only_the_sheets_that_read_the_groups_are_computed_again(convention: Convention) -> None:
    _save(convention, _row("011", "Grande", date(2013, 1, 1)))
    assert set(StaleResult.objects.values_list("indicator__code", flat=True)) == {"F16-43.1", "F16-43.2", "F16-43.3"}
    StaleResult.objects.all().delete()
    _save(convention, _row("011", "oui", date(2013, 1, 1), key="concerne:F1-3"))
    assert set(StaleResult.objects.values_list("indicator__code", flat=True)) == {"F1-3"}


def test_the_page_lists_groups_and_takes_files_from_the_steering_staff_only(convention: Convention) -> None:
    open_accounts(code=convention.code, by=command_account(), at=timezone.now())
    for user in User.objects.filter(is_demonstration=True):
        client, role = Client(), user.email.split("@")[0]
        client.force_login(user)
        assert client.get("/indicateurs/groupes/").status_code == 200, role
        sent = _send(client, "organisme,critere,groupe,depuis\n011,taille,Grande,2013-01-01\n")
        assert sent.status_code == (200 if role == "pilotage" else 403), role
    block = group_blocks(convention=convention)[0]
    assert (block.label, [(group.value, group.current) for group in block.groups]) == ("Taille", [("Grande", 1)])


def _send(client: Client, text: str) -> Any:
    upload = SimpleUploadedFile("groupes.csv", text.encode(), content_type="text/csv")
    return client.post("/indicateurs/groupes/fichier/", {"fichier": upload}, follow=True)


def test_a_refused_file_says_all_and_keeps_nothing(convention: Convention) -> None:
    open_accounts(code=convention.code, by=command_account(), at=timezone.now())
    client = Client()
    client.force_login(User.objects.get(email="pilotage@demo.invalid"))
    page = _send(client, "organisme,critere,groupe,depuis\n999,x,,hier\n011,taille,Grande,2013-01-01\n")
    text = page.content.decode()
    for column in ("organisme", "critere", "groupe", "depuis"):
        assert f"ligne 2, colonne {column}" in text
    assert "<title>Erreur" in text
    assert not OrganisationGroup.objects.exists()
