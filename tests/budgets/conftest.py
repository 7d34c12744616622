"""Accounts of the tests of the budgets."""

from datetime import UTC, datetime
from typing import Any

import pytest

from cog.demo import open_accounts
from cog.models import Convention, User
from cog.operations import command_account


@pytest.fixture
def people(convention: Convention) -> dict[str, User]:
    """The demonstration accounts by the name before the @."""
    open_accounts(code=convention.code, by=command_account(), at=datetime(2014, 1, 1, tzinfo=UTC))
    return {user.email.split("@")[0]: user for user in User.objects.filter(email__endswith="@demo.invalid")}


@pytest.fixture
def steering(people: dict[str, User]) -> User:
    return people["pilotage"]


@pytest.fixture
def keeper(client: Any, steering: User) -> Any:
    """A browser of the steering staff."""
    client.force_login(steering)
    return client
