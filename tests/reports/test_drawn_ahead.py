"""When a computation ends the drawings of its pages are made, so that the first reader finds them."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cog import charts_store, jobs
from cog.enums import JobState
from cog.models import Convention, Job, User
from indicators.models import Indicator
from indicators.operations.results import mark_stale_sheet, request_recompute
from tests.reports.quarter import AT

pytestmark = pytest.mark.django_db


class Counting(dict[str, str]):
    """A store that counts what it did not have."""

    misses = 0

    def get(self, key: str, default: Any = None) -> Any:
        self.misses += key not in self
        return super().get(key)

    def set(self, key: str, text: str) -> None:
        self[key] = text


def test_the_first_reader_finds_the_drawings(
    computed: Convention, people: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Counting()
    monkeypatch.setattr(charts_store, "_store", store)
    indicator = Indicator.objects.get(convention=computed, code="F10-21")
    mark_stale_sheet(indicator=indicator)
    job = request_recompute(convention=computed, by=people["pilotage"], at=AT)
    jobs.run(str(job.pk))
    drawing = Job.objects.get(kind="indicators.draw")
    assert drawing.state == JobState.WAITING
    jobs.run(str(drawing.pk))
    assert Job.objects.get(pk=drawing.pk).state == JobState.DONE
    assert store.misses
    store.misses = 0
    client = Client()
    client.force_login(people["pilotage"])
    for name in ("indicator-series", "indicator-distribution", "indicator-spread"):
        assert client.get(reverse(name, args=["F10-21"])).status_code == 200
    assert store.misses == 0
