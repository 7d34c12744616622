"""Two people explain the same figure at the same instant, on PostgreSQL: one is kept, the other is told."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from cog.models import Convention
from cog.operations import command_account
from indicators.models import Explanation, Indicator
from indicators.operations.explanations import ExplanationEntry, ExplanationMoved, write_explanation


@pytest.mark.django_db(transaction=True)
def test_of_two_who_write_at_once_one_is_told(reloaded_convention: Convention) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time, whatever the code does")
    sheet, by = Indicator.objects.get(convention=reloaded_convention, code="F10-21"), command_account()
    together = Barrier(4)

    def write(number: int) -> str:
        together.wait(10)
        try:
            entry = ExplanationEntry("interne", f"Texte {number}.")
            write_explanation(indicator=sheet, period="2014-T1", entry=entry, seen=0, by=by, at=timezone.now())
        except ExplanationMoved as moved:
            return moved.current.text
        finally:
            connection.close()
        return "kept"

    with ThreadPoolExecutor(4) as people:
        told = sorted(people.map(write, range(4)))
    held = Explanation.objects.get()
    assert told == sorted(["kept", *[held.text] * 3])
    assert held.revision == 1
