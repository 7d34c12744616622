"""The parts of the bilan on plain values: what is told whole, what was corrected, what is known whole."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from budgets.enums import Measure
from cog.calendar import State
from reports.annual_editions import Standing, changed_since, following
from reports.annual_parts import (
    action_payload,
    bars_payload,
    brief,
    calendar_counts,
    calendar_payload,
    corrections,
    map_payload,
    oldest_late,
    remarks_payload,
    whole_fund,
)


def _action(**more: Any) -> SimpleNamespace:
    action = SimpleNamespace(
        ordinal=1, number="1", label="Faire :\n· ceci\n· cela", deadline_cell="2014", fiche=SimpleNamespace(number=10)
    )
    told = {"action": action, "last": None, "revision": None, "status_label": "en cours", "timeliness": None}
    return SimpleNamespace(**told | {"is_late": False, "end": date(2014, 12, 31)} | more)


def _word(**more: Any) -> SimpleNamespace:
    told: dict[str, Any] = {"done_on": None, "has_evidence": False, "without_evidence": "", "decision": ""}
    return SimpleNamespace(**told | {"comment": "", "simulated": False, "as_of": date(2014, 6, 30)} | more)


@pytest.mark.parametrize(
    ("view", "due", "told"),
    [
        (_action(), True, True),
        (_action(), False, False),
        (_action(is_late=True), False, True),
        (_action(last=_word()), False, False),
        (_action(last=_word(done_on=date(2014, 6, 30))), False, True),
        (_action(last=_word(decision="Conseil du 3 juin")), False, True),
        (_action(last=_word(as_of=date(2013, 6, 30), done_on=date(2013, 6, 30))), False, False),
    ],
)
def test_an_action_is_told_whole_when_the_year_is_about_it(view: SimpleNamespace, due: bool, told: bool) -> None:
    assert action_payload(view, 2014, is_due=due)["is_told"] is told


def test_a_done_action_says_what_proves_it() -> None:
    done = {"done_on": date(2014, 6, 30)}
    proofs = [
        action_payload(_action(last=_word(**more)), 2014, is_due=True)["evidence"]
        for more in (done | {"has_evidence": True}, done | {"without_evidence": "Réunion."}, {})
    ]
    assert proofs == ["pièce jointe", "sans pièce\u00a0: Réunion.", ""]


def test_a_late_action_gives_its_new_date_and_why() -> None:
    revision = SimpleNamespace(revised_end=date(2015, 6, 30), revision_reason="Recette plus longue.")
    told = action_payload(_action(revision=revision), 2014, is_due=True)
    assert (told["revised"], told["revision_reason"]) == ("30 juin 2015", "Recette plus longue.")


def test_an_action_that_is_only_named_is_short() -> None:
    assert brief("Faire :\n· ceci\n· cela") == "Faire : ceci cela"
    assert brief("mot " * 60).endswith("mot…")
    assert len(brief("mot " * 60)) < 145


def test_the_oldest_late_action_is_the_one_whose_end_is_furthest() -> None:
    late = [_action(is_late=True, end=date(2014, 3, 31)), _action(is_late=True, end=date(2013, 12, 31)), _action()]
    assert oldest_late(late) == {"fiche": 10, "end": "31 décembre 2013"}
    assert oldest_late([_action()]) is None


def test_the_calendar_counts_what_was_kept() -> None:
    states = [State.FAITE, State.FAITE, State.FAITE_EN_RETARD, State.EN_RETARD, State.SANS_DATE, State.A_VENIR]
    rows = [{"state": state.value} for state in states]
    assert calendar_counts(rows) == {"dated": 4, "on_time": 2, "late": 1, "missing": 1}


def _total(executed: str | None, *, partial: bool = False, rate: str | None = "90") -> SimpleNamespace:
    def figure(amount: str | None) -> SimpleNamespace:
        return SimpleNamespace(amount=Decimal(amount) if amount else None, shown=amount or "", partial=partial)

    row = SimpleNamespace(is_total=True, depth=0, voted=figure("10"), executed=figure(executed), rate=figure(rate))
    return SimpleNamespace(rows=[row], closed_on=None, executed_on=date(2014, 9, 30))


def test_a_fund_has_a_rate_only_when_it_is_known_whole() -> None:
    assert whole_fund(_total("9")) == {"voted": "10", "executed": "9", "rate": "90", "until": "30 septembre 2014"}
    assert whole_fund(_total("9", rate=None)) is None
    assert whole_fund(_total(None)) is None
    assert whole_fund(_total("9", partial=True)) is None
    assert whole_fund(SimpleNamespace(rows=[])) is None


def test_a_measure_that_no_year_knows_is_not_drawn() -> None:
    told = bars_payload({Measure.PROGRAMME: [Decimal("1.50"), None], Measure.EXECUTED: [None, None]}, [2013, 2014], 2)
    assert told is not None
    assert [one["values"] for one in told["series"]] == [["1.5", ""]]
    assert bars_payload({Measure.EXECUTED: [None]}, [2013], 2) is None


def _caisse(departement: str, quarter: str, value: str | None) -> SimpleNamespace:
    point = SimpleNamespace(value=Decimal(value) if value else None, shown=value or "")
    return SimpleNamespace(organisation=SimpleNamespace(departement=departement), quarter=quarter, point=point)


def test_a_map_gives_each_quarter_its_ends_and_counts_who_is_missing() -> None:
    lines = [_caisse("01", "1er quart", "9"), _caisse("02", "1er quart", "7"), _caisse("03", "2e quart", "5")]
    page = SimpleNamespace(
        caisses=[*lines, _caisse("75", "", None)],
        local_unit="%",
        line=SimpleNamespace(indicator=SimpleNamespace(code="F1-1", title="Un")),
    )
    told = map_payload(page)
    assert told is not None
    assert told["quarters"][0] == {"place": "1er quart", "count": 2, "low": "7", "high": "9"}
    assert (told["areas"][-1], told["missing"]) == (["75", None], 1)
    assert map_payload(SimpleNamespace(caisses=[_caisse("75", "", None)])) is None


def _content(value: str, shown: str, **more: Any) -> dict[str, Any]:
    point = {"period": "2013", "value": value, "shown": shown, "state": "definitif", "verdict": "atteint"}
    point |= {"state_label": "définitif", "verdict_label": "atteint"}
    line = {"code": "F1-1", "title": "Un", "unit": "%", "years": [point]}
    return {"domains": [{"fiches": [{"indicators": [line]}]}], "sheets": []} | more


def test_a_value_that_moves_behind_its_rounding_is_told() -> None:
    told = corrections(_content("84.96", "85,0"), _content("85.01", "85,0"), "édition 1")
    [row] = told["rows"]
    assert row["before"] == "84,96, définitif, atteint"
    assert row["after"] == "85,01, définitif, atteint"
    assert corrections(_content("85", "85,0"), _content("85", "85,0"), "édition 1")["rows"] == []


def test_a_following_edition_keeps_every_figure() -> None:
    origin = _content("85", "85,0", state="projet", number=1, produced_on="1er avril 2015", remarks=[], synthesis=[])
    after = following(origin, Standing("publie", 4, date(2015, 6, 20), date(2015, 6, 16)))
    assert after["domains"] == origin["domains"]
    assert (after["state"], after["number"], after["presented_on"]) == ("publie", 4, "16 juin 2015")
    assert changed_since(origin, after) == []


def test_what_moved_is_named_by_its_code_or_its_part() -> None:
    origin = _content("85", "85,0", calendar=[1], state="projet")
    assert changed_since(origin, _content("86", "86,0", calendar=[1], state="transmis")) == ["F1-1"]
    assert changed_since(origin, _content("85", "85,0", calendar=[2], state="transmis")) == ["le calendrier"]
    assert changed_since(origin, _content("85", "85,0", calendar=[1], other=1)) == ["les annexes"]


def test_remarks_stand_side_by_side_in_the_order_of_the_indicators() -> None:
    def note(subject: str) -> SimpleNamespace:
        said = {"text": "Oui.", "written_by": SimpleNamespace(name="Alex"), "written_at": date(2015, 5, 4)}
        answers = SimpleNamespace(all=lambda: [SimpleNamespace(**said)])
        return SimpleNamespace(
            subject=subject, kind="question", get_kind_display=lambda: "question", answers=answers, **said
        )

    rows = remarks_payload([note("F2-1"), note("F1-1"), note("")], {"F1-1": "Un", "F2-1": "Deux"}, lambda at: at)
    assert [row["title"] for row in rows] == ["Ensemble du bilan", "Un", "Deux"]
    assert rows[0]["answers"] == [{"text": "Oui.", "by": "Alex", "on": "4 mai 2015"}]


def test_what_was_delivered_after_the_day_is_not_told_at_it() -> None:
    obligation = SimpleNamespace(title="Bilan", recipient="État")
    restitution = SimpleNamespace(due=date(2014, 12, 30), covers="2014", obligation=obligation)
    row = SimpleNamespace(restitution=restitution, state=State.EN_RETARD, delivered=date(2015, 3, 5))
    assert calendar_payload([row], date(2014, 12, 31))[0]["done_on"] == ""
    assert calendar_payload([row], date(2015, 3, 31))[0]["done_on"] == "5 mars 2015"
