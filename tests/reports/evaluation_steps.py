"""An evaluation with one value to judge, taken step by step by both parties."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from cog.models import Convention, User
from indicators.models import Indicator, IndicatorResult
from reports.enums import Party, Stance, SubjectKind
from reports.evaluation_queries import evaluation_page, shared_reading
from reports.final_evaluation import Subject
from reports.models import EvaluationReading, FinalEvaluation
from reports.operations import ReadingEntry, open_evaluation, share_readings, take_position, write_reading

AT = datetime(2017, 11, 6, 10, tzinfo=UTC)
CODE = "F10-23"
INDICATOR = (SubjectKind.INDICATOR, CODE)
ACCOUNTS = {Party.CNAF: "pilotage", Party.STATE: "tutelle"}


def set_value(convention: Convention, value: str) -> None:
    """The national value of F10-23 in 2017: 82 at the start, 90 to reach."""
    indicator = Indicator.objects.get(convention=convention, code=CODE)
    told = {"value": Decimal(value), "state": "definitif", "verdict": "non_atteint"}
    counts = dict.fromkeys(("reported", "concerned", "units_reported", "units_concerned"), 1)
    IndicatorResult.objects.update_or_create(
        indicator=indicator,
        version=indicator.versions.get(),
        scope="national",
        period="2017",
        defaults=told | counts,
    )


@pytest.fixture
def opened(convention: Convention, people: dict[str, User]) -> FinalEvaluation:
    set_value(convention, "86")
    return open_evaluation(convention=convention, by=people["pilotage"], at=AT)


class Steps:
    """The gestures of both parties, signed by their own accounts."""

    def __init__(self, evaluation: FinalEvaluation, people: dict[str, User]) -> None:
        self.evaluation, self.people = evaluation, people

    def by(self, party: Party) -> User:
        return self.people[ACCOUNTS[party]]

    def write(self, party: Party, text: str = "Lu.", key: Any = INDICATOR, seen: int = 0, **causes: Any) -> Any:
        entry = ReadingEntry(*key, text, **causes)
        return write_reading(evaluation=self.evaluation, party=party, entry=entry, seen=seen, by=self.by(party), at=AT)

    def share(self, party: Party) -> Any:
        return share_readings(evaluation=self.evaluation, party=party, by=self.by(party), at=AT)

    def shared(self, party: Party) -> EvaluationReading:
        found = shared_reading(self.evaluation, party, INDICATOR)
        assert found is not None
        return found

    def position(self, party: Party, about: EvaluationReading, stance: Stance = Stance.AGREES, text: str = "") -> Any:
        return take_position(
            evaluation=self.evaluation, party=party, about=about, stance=stance, text=text, by=self.by(party), at=AT
        )

    def both_shared(self) -> None:
        for party in (Party.CNAF, Party.STATE):
            self.write(party, f"Lecture de {party.label}.")
            self.share(party)

    def seen_by(self, party: Party, key: Any = INDICATOR) -> Subject:
        found = evaluation_page(evaluation=self.evaluation, viewer=party).subject(key[0].value, key[1])
        assert found is not None
        return found


@pytest.fixture
def steps(opened: FinalEvaluation, people: dict[str, User]) -> Steps:
    return Steps(opened, people)
