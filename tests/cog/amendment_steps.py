"""An amendment prepared step by step, signed by the steering account."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from cog.amendments.operations import Act, approve_amendment, bring_due_into_force, change_values, draft_amendment
from cog.enums import ChangeKind
from cog.models import Amendment, AmendmentChange, Convention, User

SIGNED = date(2015, 12, 4)
EFFECTIVE = date(2016, 1, 1)
BEFORE = datetime(2015, 12, 10, 9, tzinfo=UTC)
AFTER = datetime(2016, 1, 2, 9, tzinfo=UTC)
ACT = Act("Suites du rendez-vous de 2015", EFFECTIVE, "Avenant signé à Paris", SIGNED, "l'État et la Cnaf", "Texte.")
CODE, ACTION, LINE = "F10-23", "10-3", "fnga/3"


class Steps:
    """The gestures on one amendment."""

    def __init__(self, convention: Convention, by: User, act: Act = ACT) -> None:
        self.convention, self.by = convention, by
        self.row = draft_amendment(convention=convention, act=act, by=by, at=BEFORE)

    def change(
        self, kind: ChangeKind, subject: str, source: str = "article 2", **entries: str
    ) -> list[AmendmentChange]:
        told = {key.removeprefix("v"): entry for key, entry in entries.items()}
        return change_values(
            amendment=self.row, kind=kind, subject=subject, entries=told, source=source, by=self.by, at=BEFORE
        )

    def all_kinds(self) -> None:
        """A target, a deadline, a definition and an amount."""
        self.change(ChangeKind.TARGET, CODE, v1="88")
        self.change(ChangeKind.DEADLINE, ACTION, v="Fin 2017")
        self.change(ChangeKind.DEFINITION, "F10-25", v=self.method("F10-25").replace("decimals: 1", "decimals: 2"))
        change_values(
            amendment=self.row,
            kind=ChangeKind.PROGRAMME,
            subject=LINE,
            entries={"2016": "1 470,5"},
            source="article 4",
            by=self.by,
            at=BEFORE,
        )

    def method(self, code: str) -> str:
        from cog.amendments.registry import part_of

        lines = part_of(ChangeKind.DEFINITION).lines(convention=self.convention, subject=code, on=EFFECTIVE)
        return lines[0].before

    def approve(self, at: datetime = BEFORE) -> Amendment:
        self.row = approve_amendment(amendment=self.row, by=self.by, at=at)
        return self.row

    def night(self, at: datetime = AFTER) -> Any:
        done = bring_due_into_force(by=self.by, at=at)
        self.row.refresh_from_db()
        return done

    def in_force(self) -> None:
        self.all_kinds()
        self.approve()
        assert self.night() == 1


@pytest.fixture
def steps(convention: Convention, people: dict[str, User]) -> Steps:
    return Steps(convention, people["pilotage"])
