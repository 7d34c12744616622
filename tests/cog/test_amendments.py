"""Avenants: one act changes targets, definitions, deadlines and amounts at once, from its day on."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from actions.models import ActionProgress
from actions.queries import action_views, all_deadlines
from budgets.enums import Measure
from budgets.queries.ledger import read_ledger
from budgets.queries.programme import fund_named
from cog import schedule
from cog.amendments.operations import (
    AmendmentRefused,
    approve_amendment,
    draft_amendment,
    enter_into_force,
    take_back_amendment,
)
from cog.amendments.queries import faults_of
from cog.enums import AmendmentState, ChangeKind
from cog.models import Amendment, AuditEvent, Convention, Job, User
from cog.operations import load_convention
from cog.periods import parse
from cog.tasks import amendments_due
from indicators.compute.verdict import yardstick_at
from indicators.models import Indicator, StaleResult, Target
from indicators.queries import judged_targets, sheet_lines, sheet_page
from reports.models import Edition, Transmission
from reports.snapshot import digest
from tests.cog.amendment_steps import ACT, ACTION, AFTER, BEFORE, CODE, EFFECTIVE, Steps, steps
from tests.conftest import CONVENTION_FOLDER

__all__ = ["steps"]
pytestmark = pytest.mark.django_db


def threshold(convention: Convention, period: str, known_at: datetime | None = None) -> str:
    indicator = Indicator.objects.get(convention=convention, code=CODE)
    found = yardstick_at(parse(period), judged_targets(indicator, known_at))
    return f"{found.threshold.normalize():f}" if found else ""


def programme(convention: Convention, at: date | None = None) -> Decimal:
    fund = fund_named(convention=convention, code="fnga")
    assert fund is not None
    return read_ledger(fund=fund, at=at).stated(Measure.PROGRAMME, 2016)[3]


def action(convention: Convention, at: date):
    views = action_views(convention=convention, at=at, with_progress=True)
    return next(view for view in views if view.action.key == ACTION)


def test_before_and_after_stand_side_by_side_with_their_source(steps: Steps) -> None:
    steps.all_kinds()
    told = {(one.kind, one.subject): (one.before, one.after, one.source) for one in steps.row.changes.all()}
    assert told["cible", CODE] == ("au moins 90\u00a0% (dès 2013)", "au moins 88\u00a0% (dès 2013)", "article 2")
    assert told["echeance", ACTION][1] == "Fin 2017 (au plus tard le 31 décembre 2017)"
    assert told["programme", "fnga/3"][:2] == ("1\u202f493,26\u00a0M€", "1\u202f470,50\u00a0M€")
    assert "decimals: 2" in told["definition", "F10-25"][1]
    assert faults_of(steps.row, BEFORE) == []


def test_a_draft_changes_nothing(steps: Steps) -> None:
    before = threshold(steps.convention, "2017"), programme(steps.convention), action(steps.convention, EFFECTIVE).end
    steps.all_kinds()
    steps.approve()  # approved, its day has not come
    assert steps.row.state is AmendmentState.APPROVED
    after = threshold(steps.convention, "2017"), programme(steps.convention), action(steps.convention, EFFECTIVE).end
    assert before == after == ("90", Decimal("1493.26"), date(2014, 12, 31))
    assert steps.night(BEFORE) == 0
    with pytest.raises(AmendmentRefused, match="01/01/2016"):
        enter_into_force(amendment=steps.row, by=steps.by, at=BEFORE)


def test_in_force_every_reading_follows_from_its_day_on(steps: Steps) -> None:
    steps.in_force()
    convention = steps.convention
    assert [threshold(convention, period) for period in ("2015", "2015-T4", "2016-T1", "2016", "2017")] == [
        "90", "90", "88", "88", "88",
    ]  # fmt: skip
    assert threshold(convention, "2017", BEFORE) == "90"  # as it was known before
    late, after = action(convention, date(2015, 12, 31)), action(convention, EFFECTIVE)
    assert (late.end, late.timeliness.value, late.amended) == (date(2014, 12, 31), "en_retard", None)
    assert (after.end, after.timeliness.value) == (date(2017, 12, 31), "a_l_heure")
    assert [one.raw for one in all_deadlines(after)] == ["Fin 2017"]
    assert programme(convention, date(2015, 12, 31)) == Decimal("1493.26")
    assert programme(convention, EFFECTIVE) == Decimal("1470.5")
    versions = list(Indicator.objects.get(code="F10-25").versions.order_by("number"))
    assert [(one.valid_from, one.method["decimals"]) for one in versions][-1] == (EFFECTIVE, 2)
    assert versions[-1].agreed_by == str(steps.row)
    lines = {line.indicator.code: line for line in sheet_lines(convention=convention, until=EFFECTIVE)}
    assert lines[CODE].target.endswith(f"avenant n°\u00a0{steps.row.number}")
    earlier = {line.indicator.code: line for line in sheet_lines(convention=convention, until=date(2015, 12, 31))}
    assert earlier[CODE].target == "au moins 90\u00a0% (dès 2013)"
    page = sheet_page(convention=convention, code=CODE)
    assert page is not None and page.replaced[1].amendment == steps.row
    assert [one.threshold for one in page.held_at(parse("2015"))] == [90]
    assert [one.threshold for one in page.held_at(parse("2016"))] == [88]


def test_what_depends_on_it_is_asked_to_be_computed_again(steps: Steps) -> None:
    Job.objects.all().delete()
    StaleResult.objects.all().delete()
    steps.in_force()
    marked = set(StaleResult.objects.values_list("indicator__code", flat=True))
    assert marked == {CODE, "F10-25"}
    assert Job.objects.filter(kind="indicators.recompute").exists()


def test_the_clock_brings_it_into_force_every_night(steps: Steps) -> None:
    due, path = schedule._things["avenants"]
    assert path == "cog.tasks.amendments_due"
    assert timezone.localtime(due(AFTER)).strftime("%H:%M") == "00:10"
    steps.all_kinds()
    steps.approve()
    amendments_due(AFTER)
    steps.row.refresh_from_db()
    assert steps.row.state is AmendmentState.IN_FORCE
    amendments_due(AFTER)  # a second ring changes nothing
    assert Target.objects.filter(origin="amendment").count() == 1


def test_a_revision_of_before_gives_way_and_one_of_after_holds(steps: Steps) -> None:
    steps.in_force()
    row = action(steps.convention, EFFECTIVE).action
    told = {
        "status": "reportee",
        "recorded_by": steps.by,
        "revision_reason": "essai",
        "decision": "Note",
        "revision_agreed_by": "La Dss",
    }
    for as_of, end in ((date(2015, 3, 1), date(2015, 6, 30)), (date(2016, 6, 1), date(2018, 3, 31))):
        at = datetime(as_of.year, as_of.month, 1, tzinfo=UTC)
        ActionProgress.objects.create(action=row, as_of=as_of, revised_end=end, recorded_at=at, **told)
    assert action(steps.convention, date(2015, 12, 31)).end == date(2015, 6, 30)
    assert action(steps.convention, date(2016, 1, 1)).end == date(2017, 12, 31)
    assert action(steps.convention, date(2016, 6, 1)).end == date(2018, 3, 31)


def test_it_is_taken_back_before_it_is_in_force_and_never_after(steps: Steps) -> None:
    steps.all_kinds()
    steps.approve()
    with pytest.raises(AmendmentRefused, match="pourquoi"):
        take_back_amendment(amendment=steps.row, reason=" ", by=steps.by, at=BEFORE)
    take_back_amendment(amendment=steps.row, reason="Le conseil n'a pas délibéré.", by=steps.by, at=BEFORE)
    assert steps.night() == 0
    assert steps.row.state is AmendmentState.TAKEN_BACK
    assert threshold(steps.convention, "2017") == "90"
    event = AuditEvent.objects.get(action="amendment.taken_back")
    assert event.details["reason"] == "Le conseil n'a pas délibéré." and len(event.details["changes"]) == 4
    second = Steps(steps.convention, steps.by)
    assert second.row.number == steps.row.number + 1
    second.in_force()
    with pytest.raises(AmendmentRefused, match="en vigueur"):
        take_back_amendment(amendment=second.row, reason="Trop tard.", by=steps.by, at=AFTER)
    with pytest.raises(IntegrityError), transaction.atomic():
        Amendment.objects.filter(pk=second.row.pk).update(title="Autre")


def test_all_that_is_wrong_is_told_at_once(convention: Convention, people: dict[str, User]) -> None:
    by = people["pilotage"]
    bare = draft_amendment(
        convention=convention, act=replace(ACT, reference="", signed_on=None, signatories=""), by=by, at=BEFORE
    )
    told = " ".join(faults_of(bare, BEFORE))
    for words in ("référence", "signé", "date de signature", "ne change encore rien"):
        assert words in told
    with pytest.raises(AmendmentRefused) as refused:
        approve_amendment(amendment=bare, by=by, at=BEFORE)
    assert len(refused.value.faults) == 4
    early = draft_amendment(convention=convention, act=replace(ACT, effective_on=date(2012, 1, 1)), by=by, at=BEFORE)
    told = " ".join(faults_of(early, BEFORE))
    assert "ou après" in told and "pendant la convention" in told


@pytest.mark.parametrize(
    ("kind", "subject", "key", "entry", "words"),
    [
        (ChangeKind.TARGET, CODE, "1", "beaucoup", "trouvé « beaucoup »"),
        (ChangeKind.TARGET, CODE, "1", "90", "déjà la valeur en vigueur"),
        (ChangeKind.TARGET, "F99-1", "1", "90", "ne se modifie pas"),
        (ChangeKind.DEADLINE, ACTION, "", "un de ces jours", "une seule échéance datée"),
        (ChangeKind.DEADLINE, "99-9", "", "Fin 2017", "ne se modifie pas"),
        (ChangeKind.PROGRAMME, "fnga/3", "2016", "x", "trouvé « x »"),
        (ChangeKind.PROGRAMME, "fnga/1", "2016", "10", "ne se modifie pas"),
        (ChangeKind.DEFINITION, "F10-25", "", "method: inconnue", "F10-25"),
        (ChangeKind.DEFINITION, "F10-25", "", "[1, 2]", "n'est pas lisible"),
    ],
)
def test_a_value_that_cannot_stand_is_refused(
    steps: Steps, kind: ChangeKind, subject: str, key: str, entry: str, words: str
) -> None:
    with pytest.raises(AmendmentRefused, match=words):
        steps.change(kind, subject, **{f"v{key}": entry})
    assert not steps.row.changes.exists()


def test_a_value_that_moved_meanwhile_is_typed_again(steps: Steps) -> None:
    steps.change(ChangeKind.TARGET, CODE, v1="88")
    other = Steps(steps.convention, steps.by)
    other.change(ChangeKind.TARGET, CODE, v1="89")
    other.approve(AFTER)
    assert other.row.state is AmendmentState.IN_FORCE  # its day had come: at once
    told = " ".join(faults_of(steps.row, AFTER))
    assert "au moins 89" in told and "saisir de nouveau" in told
    steps.change(ChangeKind.TARGET, CODE, v1="88")
    steps.approve(AFTER)
    assert threshold(steps.convention, "2017") == "88"  # the last one holds
    assert Target.objects.filter(origin="amendment").count() == 2


def test_a_year_without_target_is_given_one(steps: Steps) -> None:
    steps.change(ChangeKind.TARGET, "F1-5", **{"v+2017": "70"})
    steps.approve(AFTER)
    indicator = Indicator.objects.get(code="F1-5")
    found = yardstick_at(parse("2017"), judged_targets(indicator))
    assert found is not None and found.threshold == 70
    assert yardstick_at(parse("2016"), judged_targets(indicator)) is None


def test_past_editions_and_transmissions_do_not_move(
    sent: Transmission, draft: Edition, convention: Convention, people: dict[str, User]
) -> None:
    with draft.file.open("rb") as stored:
        printed = stored.read()
    kept = sent.payload, sent.sha256, bytes(sent.receipt), draft.payload_sha256, printed
    Steps(convention, people["pilotage"]).in_force()
    again, edition = Transmission.objects.get(pk=sent.pk), Edition.objects.get(pk=draft.pk)
    with edition.file.open("rb") as stored:
        printed = stored.read()
    assert (again.payload, again.sha256, bytes(again.receipt), digest(edition.payload), printed) == kept


def test_the_convention_loaded_again_keeps_its_amendments(steps: Steps) -> None:
    steps.in_force()
    load_convention(path=CONVENTION_FOLDER, by=steps.by, at=AFTER)
    assert threshold(steps.convention, "2017") == "88"
    assert action(steps.convention, EFFECTIVE).end == date(2017, 12, 31)
    assert programme(steps.convention) == Decimal("1470.5")


def test_only_the_steering_prepares_them(steps: Steps, people: dict[str, User]) -> None:
    for role, user in people.items():
        if role == "pilotage":
            continue
        with pytest.raises(AmendmentRefused, match="ne permet pas"):
            draft_amendment(convention=steps.convention, act=ACT, by=user, at=BEFORE)
        with pytest.raises(AmendmentRefused):
            take_back_amendment(amendment=steps.row, reason="x", by=user, at=BEFORE)
