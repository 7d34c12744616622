"""What the tests of the API share: accounts, canary figures in live rows, a reader with a token."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from actions.enums import ActionStatus
from actions.models import Action
from actions.operations import ProgressEntry, record_progress
from cog.demo import open_accounts
from cog.enums import Role
from cog.models import Convention, Organisation, User
from cog.operations import command_account
from indicators.models import Dispersion, Indicator, IndicatorResult, LocalTarget
from reports.models import Edition
from reports.operations.tokens import open_token
from tests.budgets.ledger import fund_of, vote
from tests.reports.edition_steps import common, draft, one_page, sent_edition
from tests.reports.quarter import computed, people, ready, sent

__all__ = ["common", "computed", "draft", "one_page", "people", "ready", "sent", "sent_edition"]

NATIONAL, OWN, OTHER = "77.7123", "61.6123", "52.5123"
TARGET_OWN, TARGET_OTHER = "31.4159", "27.1828"
COMMENT = "canari-avancement-7391"


@dataclass
class Reader:
    """A program that reads with a token."""

    secret: str

    def get(self, path: str, **headers: str) -> Any:
        return Client().get(f"/api/v1{path}", headers={"Authorization": f"Bearer {self.secret}", **headers})

    def json(self, path: str) -> Any:
        answer = self.get(path)
        assert answer.status_code == 200, answer.content.decode()
        return answer.json()

    def text(self, path: str) -> str:
        return str(self.get(path).content.decode())


ReaderOf = Callable[..., Reader]


@pytest.fixture(autouse=True)
def _counted_afresh() -> None:
    cache.clear()


@pytest.fixture
def reader() -> ReaderOf:
    """A reader for a demonstration account, narrowed to a role when one is given."""

    def of(name: str, role: Role | None = None) -> Reader:
        owner = User.objects.get(email=f"{name}@demo.invalid")
        last = timezone.localdate() + timedelta(days=30)
        return Reader(open_token(owner=owner, name="essai", expires_on=last, role=role, at=timezone.now())[1])

    return of


@pytest.fixture
def accounts(convention: Convention) -> Convention:
    open_accounts(code=convention.code, by=command_account(), at=timezone.now())
    return convention


@pytest.fixture
def canaries(accounts: Convention) -> Convention:
    """A year of F10-21 for the nation and two caisses, a Cpog target of each, an action's progress, a draft, a vote."""
    indicator = Indicator.objects.get(code="F10-21", convention=accounts)
    for scope, value in (("national", NATIONAL), ("011", OWN), ("021", OTHER)):
        for name, breakdown in (("", ""), ("", "canal=papier"), ("variante", "")):
            IndicatorResult.objects.create(
                indicator=indicator,
                version=indicator.versions.get(),
                name=name,
                breakdown=breakdown,
                scope=scope,
                period="2014",
                value=Decimal(value),
                numerator=Decimal(value),
                denominator=Decimal(100),
                state="definitif",
                verdict="non_atteint",
                reported=1,
                concerned=3,
                units_reported=2,
                units_concerned=2,
            )
    marks = ("minimum", "d1", "q1", "median", "q3", "d9", "maximum", "value_range", "stdev", "mean")
    Dispersion.objects.create(indicator=indicator, period="2014", n=2, **dict.fromkeys(marks, Decimal("3.25")))
    by = command_account()
    for code, threshold in (("011", TARGET_OWN), ("021", TARGET_OTHER)):
        body = Organisation.objects.get(convention=accounts, code=code)
        said = {"threshold": Decimal(threshold), "entered_at": timezone.now(), "entered_by": by}
        LocalTarget.objects.create(indicator=indicator, organisation=body, year=2014, operator=">=", **said)
    action = Action.objects.get(fiche__convention=accounts, fiche__number=10, ordinal=1)
    entry = ProgressEntry(action.pk, ActionStatus.RUNNING, date(2014, 6, 30), None, COMMENT)
    record_progress(entries=[entry], by=by, at=timezone.now())
    told = {"kind": "bilan", "year": 2014, "number": 1, "state": "projet"}
    Edition.objects.create(convention=accounts, requested_at=timezone.now(), requested_by=by, **told)
    vote(fund_of(accounts), 2014, by)
    return accounts
