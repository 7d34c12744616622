"""What the tests of accounts share: the demonstration accounts with a known password, counters of their own."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from cog.demo import PASSWORD, open_accounts
from cog.models import Convention, User
from cog.operations import command_account


@pytest.fixture(autouse=True)
def own_counters(settings: Any, tmp_path: Any) -> Iterator[None]:
    """The limits count from nothing in each test, in a cache that processes could share."""
    settings.CACHES = settings.CACHES | {
        "default": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": str(tmp_path / "compteurs"),
        }
    }
    yield
    cache.clear()


@pytest.fixture
def people(convention: Convention) -> dict[str, User]:
    """One account per role."""
    open_accounts(code=convention.code, by=command_account(), at=timezone.now())
    return {user.email.partition("@")[0]: user for user in User.objects.filter(is_demonstration=True)}


@pytest.fixture
def manager(people: dict[str, User]) -> Client:
    """The exploitation, logged in."""
    client = Client()
    client.force_login(people["exploitation"])
    return client


def log_in(client: Client, email: str, password: str = PASSWORD, **extra: Any) -> Any:
    """By the login page, as a person does."""
    return client.post("/connexion/", {"username": email, "password": password}, **extra)
