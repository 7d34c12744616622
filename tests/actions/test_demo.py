"""The actions' part of the demonstration: both plans have their words, most fiches a direction, all of it simulated."""

from datetime import UTC, datetime

import pytest

from actions.demo import load_progress
from actions.models import Action, ActionProgress, Direction, Responsibility, SdsiSynthesis
from actions.queries.people import charge_lines
from cog.models import Convention
from cog.operations import command_account

AT = datetime(2018, 1, 15, tzinfo=UTC)


@pytest.mark.django_db
def test_everything_shown_is_there_once_and_marked_simulated(convention: Convention) -> None:
    by = command_account()
    assert load_progress(convention=convention, by=by, at=AT)
    assert ActionProgress.objects.values("action").distinct().count() == Action.objects.count()
    orphans = [line.fiche.number for line in charge_lines(convention=convention) if line.lead is None]
    assert orphans == [9, 17]  # nobody in charge is a state to be seen
    for model in (ActionProgress, Direction, Responsibility, SdsiSynthesis):
        assert model.objects.exists() and not model.objects.filter(simulated=False).exists()
    assert not load_progress(convention=convention, by=by, at=AT)
    assert Responsibility.objects.count() == 21
