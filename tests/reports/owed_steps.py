"""Sending a document owed, and one that was: what its tests share."""

import subprocess
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from cog.attachments import accept_file
from cog.models import Convention, User
from reports.models import Transmission
from reports.operations import (
    transmit_document,
)
from reports.owed_queries import (
    owed_document,
    situation_of,
)

PDF = b"%PDF-1.7\nune piece"
PASSWORD = "un mot de passe long"
AT = datetime(2014, 4, 15, 9, tzinfo=UTC)


def pages(data: bytes) -> list[str]:
    """The words of each page of a PDF."""
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=data, capture_output=True, check=True)
    return done.stdout.decode().split("\f")[:-1]


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def steering(people: dict[str, User]) -> User:
    user = people["pilotage"]
    user.set_password(PASSWORD)
    user.save()
    return user


def send(convention: Convention, by: User, code: str, period: str, at: datetime = AT, **more: Any) -> Transmission:
    owed = owed_document(convention=convention, code=code, period=period)
    situation = more.pop("situation", situation_of(owed, at.date()))
    return transmit_document(convention=convention, owed=owed, situation=situation, by=by, at=at, **more)


def text_of(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, (url, response.status_code)
    return response.content.decode()


@pytest.fixture
def filed(convention: Convention, people: dict[str, User]) -> Transmission:
    return send(
        convention, people["pilotage"], "SOC-DD", "2013",
        at=datetime(2014, 5, 6, 9, tzinfo=UTC), attachment=accept_file("données.pdf", PDF),
    )  # fmt: skip
