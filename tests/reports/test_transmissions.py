"""A quarter is sent once, for good: what keeps it from leaving, what is copied, what never moves afterwards."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection

from cog.models import AuditEvent, Convention, User
from cog.operations import command_account, load_convention
from cog.queries import dated_restitutions
from indicators.models import Indicator, IndicatorVersion, Target
from indicators.operations import receive_batch
from indicators.queries.explanations import explanations_wanted
from reports.campaign_queries import campaign_lines, dossier
from reports.delivered import delivered
from reports.enums import NoteKind
from reports.integrity import everything_wrong
from reports.models import StateNote, Transmission
from reports.operations import (
    AlreadyTransmitted,
    NotAllowed,
    NoteRefused,
    ReasonMissing,
    TransmissionRefused,
    transmit_quarter,
    write_note,
)
from reports.quarter_snapshot import difference
from reports.snapshot import canonical
from reports.transmitted import content_of
from tests.conftest import CONVENTION_FOLDER
from tests.reports.quarter import (
    AT,
    HEADER,
    QUARTER,
    compute_quarter,
    import_rows,
    quarter_rows,
)

pytestmark = pytest.mark.django_db


def test_nothing_leaves_while_a_check_fails(computed: Convention, people: dict[str, User]) -> None:
    missing = explanations_wanted(convention=computed, period=str(QUARTER))
    with pytest.raises(TransmissionRefused) as refusal:
        transmit_quarter(convention=computed, period=QUARTER, by=people["pilotage"], at=AT)
    [check] = refusal.value.checks
    assert check.code == "unexplained"
    assert len(check.items) == len(missing) > 1
    assert not Transmission.objects.exists()


def test_every_check_that_fails_is_told_at_once(computed: Convention, people: dict[str, User]) -> None:
    by = command_account()
    receive_batch(
        convention=computed, file_name="attend.csv", data=(HEADER + quarter_rows("131", 9)).encode(), by=by, at=AT
    )
    import_rows(computed, "tard.csv", quarter_rows("021", 900))  # what rests on it is not computed again
    with pytest.raises(TransmissionRefused) as refusal:
        transmit_quarter(
            convention=computed, period=QUARTER, by=people["pilotage"], at=datetime(2014, 6, 30, tzinfo=UTC)
        )
    assert [check.code for check in refusal.value.checks] == ["not_over", "waiting_files", "stale", "unexplained"]
    assert "attend.csv" in refusal.value.checks[1].items
    assert "F10-21" in refusal.value.checks[2].items


def test_what_was_never_computed_does_not_leave(convention: Convention, people: dict[str, User]) -> None:
    codes = [check.code for check in dossier(convention=convention, period=QUARTER, at=date(2014, 7, 30)).blocking]
    assert "not_computed" in codes


@pytest.mark.parametrize("role", ["contributeur", "caf", "tutelle", "conseil", "controle", "exploitation"])
def test_only_the_steering_staff_transmits(ready: Convention, people: dict[str, User], role: str) -> None:
    with pytest.raises(NotAllowed):
        transmit_quarter(convention=ready, period=QUARTER, by=people[role], at=AT)


def test_what_is_sent_is_a_copy_of_everything(sent: Transmission, convention: Convention) -> None:
    content = content_of(sent)
    sheet = next(one for one in content["sheets"] if one["code"] == "F10-21")
    rows = [dict(zip(content["result_columns"], row, strict=True)) for row in sheet["results"]]
    national = next(row for row in rows if (row["scope"], row["name"], row["breakdown"]) == ("national", "", ""))
    assert (national["value"], national["numerator"], national["denominator"]) == ("75", "4500", "6000")
    assert {row["scope"] for row in rows if row["value"]} == {"national", "011", "751"}
    assert sheet["versions"][0]["formula"] == "pieces_traitees_15j / pieces_traitees"
    assert sheet["targets"][0]["threshold"] == "85"
    assert sheet["figures"][0]["explanation"]["cause"] == "interne"
    assert {"F10-23", "F10-30"} & {one["code"] for one in content["missing"]}
    assert canonical(content) == sent.payload.encode()
    assert hashlib.sha256(sent.payload.encode()).hexdigest() == sent.sha256


def test_its_receipt_says_when_and_whether_in_time(sent: Transmission, people: dict[str, User]) -> None:
    assert (sent.number, sent.receipt_number, sent.due, sent.late) == (1, "2014-T2/1", date(2014, 7, 31), False)
    assert bytes(sent.receipt).startswith(b"%PDF")
    assert hashlib.sha256(bytes(sent.receipt)).hexdigest() == sent.receipt_sha256
    event = AuditEvent.objects.get(action="quarter.transmitted")
    assert event.by == people["pilotage"] and event.details["sha256"] == sent.sha256


def test_the_day_after_the_due_date_is_late(ready: Convention, people: dict[str, User]) -> None:
    late = transmit_quarter(
        convention=ready, period=QUARTER, by=people["pilotage"], at=datetime(2014, 8, 1, 8, tzinfo=UTC)
    )
    assert late.late


def test_the_receipt_goes_to_who_sent_it_and_to_the_state(
    ready: Convention, people: dict[str, User], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        transmit_quarter(convention=ready, period=QUARTER, by=people["pilotage"], at=AT)
    [message] = mail.outbox
    assert message.to == ["pilotage@demo.invalid", "tutelle@demo.invalid"]
    assert "2014-T2/1" in message.subject and message.attachments


def test_sent_as_it_stands_it_is_not_sent_again(sent: Transmission, people: dict[str, User]) -> None:
    with pytest.raises(AlreadyTransmitted):
        transmit_quarter(convention=sent.convention, period=QUARTER, by=people["pilotage"], at=AT)
    assert Transmission.objects.count() == 1


def _late_correction(convention: Convention) -> None:
    import_rows(convention, "correction.csv", quarter_rows("751", 600))
    compute_quarter(convention)


def _changed_formula(convention: Convention) -> None:
    """The only definition of the sheet, changed in place: worse than anything the application allows."""
    version = IndicatorVersion.objects.get(indicator__code="F10-21")
    version.method = version.method | {"denominator": "pieces_traitees_15j"}
    version.save()
    compute_quarter(convention)


def _changed_target(convention: Convention) -> None:
    Target.objects.filter(indicator__code="F10-21").update(threshold=Decimal(50), value=Decimal(50))
    compute_quarter(convention)


def _reload(convention: Convention) -> None:
    Indicator.objects.filter(code="F10-21").update(title="Autre intitulé")
    load_convention(path=CONVENTION_FOLDER, by=command_account(), at=AT)
    compute_quarter(convention)


@pytest.mark.parametrize("change", [_late_correction, _changed_formula, _changed_target, _reload])
def test_a_transmitted_quarter_does_not_move(sent: Transmission, change: Callable[[Convention], None]) -> None:
    before = Transmission.objects.values().get(pk=sent.pk)
    change(sent.convention)
    assert Transmission.objects.values().get(pk=sent.pk) == before
    assert everything_wrong() == []


def test_what_changed_is_rectified_for_a_reason(sent: Transmission, people: dict[str, User]) -> None:
    _late_correction(sent.convention)
    with pytest.raises(ReasonMissing) as asked:
        transmit_quarter(convention=sent.convention, period=QUARTER, by=people["pilotage"], at=AT)
    assert asked.value.differences
    second = transmit_quarter(
        convention=sent.convention, period=QUARTER, by=people["pilotage"], at=AT, reason="La caisse 751 a corrigé."
    )
    assert (second.number, second.replaces, second.reason) == (2, sent, "La caisse 751 a corrigé.")
    told = [
        (one.scope, one.what, one.before, one.after)
        for one in difference(content_of(sent), content_of(second))
        if one.what in ("valeur", "numérateur") and one.code == "F10-21"
    ]
    assert told == [
        ("national", "valeur", "75", "70"),
        ("national", "numérateur", "4500", "4200"),
        ("751", "valeur", "70", "60"),
        ("751", "numérateur", "2100", "1800"),
    ]


def test_a_rectification_tells_which_marks_of_the_dispersion_move(sent: Transmission) -> None:
    _late_correction(sent.convention)
    payload = dossier(convention=sent.convention, period=QUARTER, at=date(2014, 8, 5)).payload
    [told] = [
        one
        for one in difference(content_of(sent), payload)
        if (one.code, one.what) == ("F10-21", "dispersion entre les caisses")
    ]
    assert told.before.startswith("minimum 70 ; ") and told.after.startswith("minimum 60 ; ")
    assert "maximum" not in told.after  # which did not move


def test_the_difference_is_empty_between_the_same_contents(sent: Transmission) -> None:
    assert difference(content_of(sent), content_of(sent)) == []


@pytest.mark.parametrize(
    ("column", "told"), [("payload", "empreinte du contenu"), ("receipt_sha256", "empreinte du reçu")]
)
def test_integrity_sees_what_was_forced(sent: Transmission, column: str, told: str) -> None:
    """Someone with all rights over the base thaws the table and changes a row."""
    from cog import frozen

    frozen.thaw(connection, "reports_transmission")
    value = sent.payload.replace("4500", "5500") if column == "payload" else "0" * 64
    Transmission.objects.filter(pk=sent.pk).update(**{column: value})
    problems = everything_wrong()
    assert any(told in problem for problem in problems)
    assert any("ne refuse plus" in problem for problem in problems)
    frozen.freeze(connection, "reports_transmission")


def test_the_command_says_everything_and_sends(ready: Convention, people: dict[str, User]) -> None:
    told = StringIO()
    call_command("transmit", "2014-T2", by="pilotage", stdout=told)
    assert "Reçu 2014-T2/1" in told.getvalue()
    again = StringIO()
    call_command("transmit", "2014-T2", by="pilotage@demo.invalid", stdout=again)
    assert "déjà transmise" in again.getvalue()


def test_the_command_lists_what_is_to_be_mended(computed: Convention, people: dict[str, User]) -> None:
    told = StringIO()
    with pytest.raises(SystemExit) as stop:
        call_command("transmit", "2014-T2", by="pilotage", stderr=told)
    assert stop.value.code == 1
    assert "écarts ne sont pas expliqués" in told.getvalue()
    assert "F10-21 2014-T2" in told.getvalue()


def test_the_package_lists_the_transmissions(sent: Transmission, tmp_path: Any) -> None:
    call_command("opendata", tmp_path / "paquet", stdout=StringIO())
    lines = (tmp_path / "paquet" / "transmissions.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "kind,period,number,due,transmitted_at,late,sha256,replaces"
    assert lines[1] == f"trimestre,2014-T2,1,2014-07-31,2014-07-30T10:00:00+00:00,0,{sent.sha256},"


def test_the_calendar_of_campaigns_tells_what_was_sent(sent: Transmission) -> None:
    lines = {str(line.period): line for line in campaign_lines(convention=sent.convention, at=date(2014, 11, 5))}
    assert len(lines) == 20
    assert (lines["2014-T2"].state, lines["2014-T3"].state, lines["2014-T4"].state) == (
        "transmise",
        "en_retard",
        "a_venir",
    )


def test_the_state_acknowledges_once_and_asks(sent: Transmission, people: dict[str, User]) -> None:
    state, steering = people["tutelle"], people["pilotage"]
    write_note(transmission=sent, kind=NoteKind.ACKNOWLEDGEMENT, text="", by=state, at=AT)
    with pytest.raises(NoteRefused, match="déjà"):
        write_note(transmission=sent, kind=NoteKind.ACKNOWLEDGEMENT, text="", by=state, at=AT)
    asked = write_note(transmission=sent, kind=NoteKind.QUESTION, text="Pourquoi ?", subject="F10-21", by=state, at=AT)
    with pytest.raises(NotAllowed):
        write_note(transmission=sent, kind=NoteKind.ANSWER, text="Voilà.", reply_to=asked, by=state, at=AT)
    with pytest.raises(NotAllowed):
        write_note(transmission=sent, kind=NoteKind.QUESTION, text="Et moi ?", by=steering, at=AT)
    write_note(transmission=sent, kind=NoteKind.ANSWER, text="Voilà.", reply_to=asked, by=steering, at=AT)
    assert StateNote.objects.count() == 3
    assert json.loads(sent.payload)  # and the transmission itself has not moved


def test_the_calendar_tells_what_a_transmission_answers(sent: Transmission) -> None:
    told = {
        (row.restitution.obligation.code, row.restitution.covers): (row.state.value, row.delivered)
        for row in dated_restitutions(
            convention=sent.convention,
            at=date(2014, 8, 15),
            delivered=delivered(convention=sent.convention),
        )
        if row.restitution.obligation.family == "resultats"
    }
    assert told["RES-T2", "2014-T2"] == ("faite", date(2014, 7, 30))
    assert told["RES-T1", "2014-T1"][0] == "en_retard"
    assert told["RES-AN", "2013"][0] == "en_retard"  # owed with the first quarter, which was not sent
