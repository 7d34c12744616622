"""A bilan taken from draft to common document, each printed as one page; and the steps that tests take themselves."""

from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest

from cog import jobs, pdf
from cog.enums import JobState
from cog.models import Convention, Job, User
from reports import printing, receipts
from reports.enums import EditionState, NoteKind
from reports.models import Edition, Transmission
from reports.operations import (
    request_annual_report,
    request_following,
    write_note,
)

AT = datetime(2015, 4, 28, 10, tzinfo=UTC)
AGREED = datetime(2015, 6, 10, 10, tzinfo=UTC)
LATER = datetime(2015, 6, 20, 10, tzinfo=UTC)


@pytest.fixture
def one_page(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A page that says its state stands for the whole document: what is printed is tried elsewhere."""

    def page(payload: dict[str, Any]) -> bytes:
        words = f"<html lang='fr'><title>b</title><p>{payload['state']} {payload['number']}"
        return pdf.render(words, css="")

    monkeypatch.setattr(printing, "print_annual_report", page)
    monkeypatch.setattr(receipts, "print_report_receipt", lambda sent, content: page(content))
    yield


def read(answer: Any) -> str:
    """The words of a page, with plain apostrophes and spaces."""
    return unescape(answer.content.decode()).replace("\u00a0", " ")


def done(edition: Edition) -> Edition:
    """The edition once its worker is through; the test fails with the worker's words."""
    jobs.run(str(edition.job_id))
    job = Job.objects.get(pk=edition.job_id)
    assert job.state == JobState.DONE, job.message
    return Edition.objects.get(pk=edition.pk)


@pytest.fixture
def draft(convention: Convention, people: dict[str, User], one_page: None) -> Edition:
    return done(request_annual_report(convention=convention, year=2014, by=people["pilotage"], at=AT))


def following(edition: Edition, state: EditionState, by: User, at: datetime = AT, **more: Any) -> Edition:
    return done(request_following(edition=edition, state=state, by=by, at=at, **more))


@pytest.fixture
def sent_edition(draft: Edition, people: dict[str, User]) -> Edition:
    return following(draft, EditionState.SENT, people["pilotage"])


@pytest.fixture
def common(sent_edition: Edition, people: dict[str, User]) -> Edition:
    transmission = Transmission.objects.get()
    question = write_note(
        transmission=transmission,
        kind=NoteKind.QUESTION,
        subject="F10-21",
        text="Pourquoi ?",
        by=people["tutelle"],
        at=AT,
    )
    write_note(
        transmission=transmission,
        kind=NoteKind.ANSWER,
        text="Parce que.",
        reply_to=question,
        by=people["pilotage"],
        at=AT,
    )
    return following(sent_edition, EditionState.COMMON, people["pilotage"])
