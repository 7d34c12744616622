"""Explanations in the database: added to, never edited; what a quarter asks; thresholds and their history."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from cog.audit import AuditEvent
from cog.models import Convention, Organisation
from cog.operations import command_account
from cog.periods import PeriodError, parse
from indicators.demo_explanations import load_explanations
from indicators.models import Explanation, GapThreshold, Indicator, IndicatorResult
from indicators.operations.explanations import (
    ExplanationEntry,
    ExplanationMoved,
    ExplanationRefused,
    ThresholdMoved,
    set_gap_threshold,
    write_explanation,
)
from indicators.queries.engine import definition_of
from indicators.queries.explanations import (
    explanation_before,
    explanation_history,
    explanations_of_indicator,
    explanations_wanted,
    threshold_lines,
)
from indicators.queries.sheets import indicators_of

pytestmark = pytest.mark.django_db

AT = datetime(2014, 4, 20, 9, 0, tzinfo=UTC)
ENTRY = ExplanationEntry("interne", "Deux caisses ont changé d'outil de gestion.", "10/3", "2014-T4")


@pytest.fixture
def sheet(convention: Convention) -> Indicator:
    return Indicator.objects.select_related("convention").get(convention=convention, code="F10-21")


def _write(sheet: Indicator, entry: ExplanationEntry = ENTRY, *, seen: int = 0, period: str = "2014-T1", **more):
    return write_explanation(
        indicator=sheet, period=period, entry=entry, seen=seen, by=command_account(), at=AT, **more
    )


def _result(convention: Convention, code: str, period: str, value: str | None, **changes) -> IndicatorResult:
    sheet = Indicator.objects.get(convention=convention, code=code)
    fields = {
        "state": "definitif" if value else "non_calculable:donnee_manquante",
        "verdict": "sans_cible",
        "reported": 1,
        "concerned": 1,
        "units_reported": 1,
        "units_concerned": 1,
    }
    return IndicatorResult.objects.create(
        indicator=sheet, version=sheet.versions.order_by("number").first(), scope="national", period=period,
        value=None if value is None else Decimal(value), **(fields | changes),
    )  # fmt: skip


def test_an_explanation_is_added_then_replaced_never_edited(sheet: Indicator) -> None:
    first = _write(sheet)
    second = _write(sheet, ExplanationEntry("non_imputable", "Grève postale en mars."), seen=1)
    rows = explanation_history(indicator=sheet, period="2014-T1")
    assert [(row.revision, row.cause, row.superseded_at is None) for row in rows] == [
        (2, "non_imputable", True), (1, "interne", False),
    ]  # fmt: skip
    first.refresh_from_db()
    assert (first.text, first.superseded_by) == (ENTRY.text, command_account())
    assert explanations_of_indicator(sheet) == [second]
    assert AuditEvent.objects.filter(action="explanation.written", subject="F10-21 2014-T1").count() == 2


def test_the_same_words_again_leave_no_trace(sheet: Indicator) -> None:
    first = _write(sheet)
    assert _write(sheet, seen=1) == first
    assert Explanation.objects.count() == 1
    assert AuditEvent.objects.filter(action="explanation.written").count() == 1


@pytest.mark.parametrize("seen", [0, 2])
def test_nobody_overwrites_what_another_wrote_meanwhile(sheet: Indicator, seen: int) -> None:
    held = _write(sheet)
    with pytest.raises(ExplanationMoved) as moved:
        _write(sheet, ExplanationEntry("interne", "Un autre texte."), seen=seen)
    assert moved.value.current == held
    assert list(Explanation.objects.values_list("text", flat=True)) == [ENTRY.text]


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        (ExplanationEntry("externe", "Texte."), "cause"),
        (ExplanationEntry("interne", "  \n"), "text"),
        (ExplanationEntry("interne", "x" * 4001), "text"),
        (ExplanationEntry("interne", "Texte.", "fiche 10"), "corrective_action"),
        (ExplanationEntry("interne", "Texte.", "", "bientôt"), "expected_return"),
        (ExplanationEntry("interne", "Texte.", "", "2014-T1"), "expected_return"),  # not after what is explained
        (ExplanationEntry("interne", "Texte.", "", "2013"), "expected_return"),
    ],
)
def test_what_is_refused_says_which_field(sheet: Indicator, entry: ExplanationEntry, field: str) -> None:
    with pytest.raises(ExplanationRefused) as refused:
        _write(sheet, entry)
    assert [name for name, _ in refused.value.faults] == [field]
    assert not Explanation.objects.exists()


@pytest.mark.parametrize("expected", ["", "2014-T2", "2014-S2", "2014", "2014-06", "2014-09-30"])
def test_a_return_is_a_later_period_or_a_day(sheet: Indicator, expected: str) -> None:
    entry = ExplanationEntry("interne", "Texte.", "", expected)
    assert _write(sheet, entry).expected_return == expected


def test_all_that_is_wrong_is_told_at_once(sheet: Indicator) -> None:
    with pytest.raises(ExplanationRefused) as refused:
        _write(sheet, ExplanationEntry("", "", "x", "y"))
    assert len(refused.value.faults) == 4


def test_a_caisse_has_its_own_explanation_beside_the_national_one(convention: Convention, sheet: Indicator) -> None:
    body = Organisation.objects.get(convention=convention, code="011")
    _write(sheet)
    _write(sheet, organisation=body)
    assert len(explanations_of_indicator(sheet)) == 1  # the national one


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"revision": 2}, "open_once"),
        ({"revision": 1, "superseded_at": AT, "superseded_by_id": 1}, "revision_once"),
        ({"period": "2014-T2", "text": ""}, "says_something"),
        ({"period": "2014-T2", "superseded_at": AT}, "replaced_by_someone"),
    ],
)
def test_the_database_itself_refuses(sheet: Indicator, changes: dict[str, object], constraint: str) -> None:
    row = _write(sheet)
    fields = {
        "indicator": sheet, "period": row.period, "revision": 1, "cause": "interne", "text": "Autre.",
        "written_at": AT, "written_by": row.written_by,
    }  # fmt: skip
    if "superseded_by_id" in changes:
        changes = changes | {"superseded_by_id": row.written_by_id}
    with pytest.raises(IntegrityError), transaction.atomic():
        Explanation.objects.create(**(fields | changes))
    assert constraint in " ".join(one.name for one in Explanation._meta.constraints)


def test_the_explanation_before_is_of_the_same_length(sheet: Indicator) -> None:
    _write(sheet, period="2013")
    before = _write(sheet, ExplanationEntry("interne", "Fin d'année."), period="2013-T4")
    _write(sheet, ExplanationEntry("interne", "Été."), period="2013-T3")
    assert explanation_before(indicator=sheet, period=parse("2014-T1")) == before
    assert explanation_before(indicator=sheet, period=parse("2013-T3")) is None


def test_what_a_quarter_asks(convention: Convention, sheet: Indicator) -> None:
    _result(convention, "F10-21", "2014-T1", "82.7")  # result, missed
    _result(convention, "F10-22", "2014-T1", "94")  # met
    _result(convention, "F10-30", "2014-T1", "80")  # monitoring, far
    _result(convention, "F10-31", "2014-T1", "84")  # monitoring, near
    _result(convention, "F10-23", "2013", "84.96", state="incomplet")  # incomplete
    _result(convention, "F10-24", "2013", None, state="sans_objet")
    _write(sheet)
    found = {one.indicator.code: one for one in explanations_wanted(convention=convention, period="2014-T1")}
    assert {"F10-21", "F10-30", "F10-23"} <= set(found)
    assert not {"F10-22", "F10-31", "F10-24", "F15-38"} & set(found)
    one = found["F10-21"]
    assert (one.value, one.target, one.verdict) == ("82,7\u00a0%", "au moins 85\u00a0%", "non_atteint")
    assert one.why == "Non atteint\u00a0: 2,3\u00a0points au-dessous de la cible (85\u00a0%)."
    assert one.explanation.cause_label == "interne au régime"
    assert not one.is_missing
    assert found["F10-30"].is_missing
    assert "absente" in found["F10-25"].why  # owed, never computed
    assert found["F3-11"].period == "2013"  # annual, with the first quarter


def test_a_half_year_that_is_only_offered_is_not_missed(convention: Convention) -> None:
    codes = {one.indicator.code for one in explanations_wanted(convention=convention, period="2014-T2")}
    assert "F16-42" not in codes
    codes = {(one.indicator.code, one.period) for one in explanations_wanted(convention=convention, period="2015-T1")}
    assert ("F16-42", "2014-S1") in codes


def test_the_targets_of_f1_4_2_judge_the_value_beside(convention: Convention) -> None:
    sheet = Indicator.objects.get(convention=convention, code="F1-4.2")
    version = sheet.versions.get()
    name = definition_of(version).judged_name
    _result(convention, "F1-4.2", "2017", "9")
    _result(convention, "F1-4.2", "2017", "0.4", name=name)
    found = {one.indicator.code: one for one in explanations_wanted(convention=convention, period="2018-T1")}
    assert "0,4" in found["F1-4.2"].value


def test_what_a_quarter_asks_takes_few_queries(
    convention: Convention, sheet: Indicator, django_assert_max_num_queries
) -> None:
    _write(sheet)
    with django_assert_max_num_queries(10):
        for one in explanations_wanted(convention=convention, period="2014-T1"):
            assert one.indicator.fiche.title
            assert one.explanation is None or one.explanation.written_by.name


@pytest.mark.parametrize("wrong", ["2014", "2014-03", "T1"])
def test_only_a_quarter_is_asked(convention: Convention, wrong: str) -> None:
    with pytest.raises(PeriodError):
        explanations_wanted(convention=convention, period=wrong)


def _threshold(sheet: Indicator, value: str | None, seen: int | None, mode: str = "points"):
    return set_gap_threshold(
        indicator=sheet, value=None if value is None else Decimal(value), mode=mode, reason="Seuil critique à 98 %.",
        seen=seen, by=command_account(), at=AT,
    )  # fmt: skip


def test_a_threshold_is_replaced_never_edited_and_given_back(convention: Convention) -> None:
    sheet = Indicator.objects.get(convention=convention, code="F14-36")
    _result(convention, "F14-36", "2014-T1", "98.9")

    def asked() -> bool:
        wanted = explanations_wanted(convention=convention, period="2014-T1")
        return "F14-36" in {one.indicator.code for one in wanted}

    assert not asked()
    first = _threshold(sheet, "0.5", None)
    assert asked()
    assert _threshold(sheet, "0.5", first.pk) == first
    second = _threshold(sheet, "0.7", first.pk)
    assert not asked()
    with pytest.raises(ThresholdMoved):
        _threshold(sheet, "3", first.pk)
    assert _threshold(sheet, None, second.pk) is None
    line = next(
        one
        for one in threshold_lines(convention=convention, indicators=indicators_of(convention=convention))
        if one.indicator.code == "F14-36"
    )
    assert (line.own, line.default, len(line.past)) == (None, "2\u00a0points", 2)
    assert GapThreshold.objects.filter(superseded_at__isnull=True).count() == 0
    assert AuditEvent.objects.filter(action="gap_threshold.set").count() == 3


@pytest.mark.parametrize(("value", "reason"), [("-1", "motif"), ("1", "")])
def test_the_database_refuses_a_threshold_that_is_no_distance_or_unexplained(
    sheet: Indicator, value: str, reason: str
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        GapThreshold.objects.create(
            indicator=sheet, value=Decimal(value), mode="points", reason=reason, set_at=AT, set_by=command_account()
        )


def test_the_demonstration_explains_what_is_asked_up_to_the_first_quarter_of_2014_and_no_more(
    convention: Convention,
) -> None:
    _result(convention, "F10-21", "2014-T1", "82.7")
    _result(convention, "F10-21", "2014-T2", "82.7")
    _result(convention, "F10-23", "2013", "84")
    assert load_explanations(convention=convention, by=command_account()) > 10
    assert all(one.explanation for one in explanations_wanted(convention=convention, period="2014-T1"))
    assert all(one.is_missing for one in explanations_wanted(convention=convention, period="2014-T2"))
    assert Explanation.objects.filter(simulated=False).count() == 0
    assert [row.revision for row in explanation_history(
        indicator=Indicator.objects.get(convention=convention, code="F10-23"), period="2013"
    )] == [2, 1]  # fmt: skip
    counted = Explanation.objects.count(), AuditEvent.objects.count()
    assert load_explanations(convention=convention, by=command_account()) == 0
    assert (Explanation.objects.count(), AuditEvent.objects.count()) == counted


def test_the_demonstration_names_actions_of_the_convention(convention: Convention) -> None:
    from indicators.demo_data.explanations import BY_SHEET, REVISED, WRITTEN
    from reports.explanation_queries import action_labels

    labels = action_labels(convention=convention)
    told = [*WRITTEN.values(), *BY_SHEET.values(), REVISED[2]]
    assert {one.action for one in told if one.action} <= set(labels)
