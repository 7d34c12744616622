"""A worker killed with SIGKILL in the middle of a check or of an acceptance: all or nothing, then the same result.

`SUIVI_KILLS=20` draws more instants than the suite does; the seed is printed, `SUIVI_SEED` replays it.
"""

import os
import random
import time
from collections.abc import Callable

import pytest
from django.utils import timezone

from cog.demo import open_accounts
from cog.enums import JobState
from cog.jobs import Job
from cog.models import Convention, Organisation, User
from cog.operations import command_account
from indicators.enums import BatchState
from indicators.models import ImportBatch, Observation
from indicators.operations import request_acceptance, send_batch
from tests.faults.conftest import ended, until

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]

KILLS = int(os.environ.get("SUIVI_KILLS", "3"))  # in the check, and as many in the acceptance
SEED = int(os.environ.get("SUIVI_SEED", random.SystemRandom().randrange(10**6)))


def _file(convention: Convention, version: int) -> tuple[bytes, dict[tuple[str, str], int]]:
    """One measure, 102 caisses, 60 months; its values change with the version."""
    codes = Organisation.objects.filter(convention=convention).caisses().order_by("code").values_list("code", flat=True)
    months = [f"{year}-{month:02}" for year in range(2013, 2018) for month in range(1, 13)]
    values = {
        (code, month): 1000 * (version + 1) + rank
        for rank, (code, month) in enumerate((code, month) for code in codes for month in months)
    }
    lines = [f"pieces_traitees,{code},{month},,{value}" for (code, month), value in values.items()]
    return "\n".join(["mesure,caisse,periode,ventilation,valeur", *lines]).encode(), values


def _in_force() -> dict[tuple[str, str], int]:
    rows = Observation.objects.filter(closed_by__isnull=True).values_list("organisation__code", "period", "value")
    return {(code, period): int(value) for code, period, value in rows}


def test_killed_at_random_instants_an_import_is_whole_or_nothing(reloaded_convention, start_worker) -> None:
    print(f"SUIVI_SEED={SEED}")
    draw = random.Random(SEED)
    convention, worker = reloaded_convention, start_worker().wait_ready()
    open_accounts(code=convention.code, by=command_account(), at=timezone.now())
    by = User.objects.get(email="pilotage@demo.invalid")
    lasts = {"check": 0.0, "accept": 0.0}
    struck = 0
    before: dict[tuple[str, str], int] = {}
    for version in range(KILLS + 1):  # the first one is left alone: it says how long things last
        data, values = _file(convention, version)
        batch = send_batch(
            convention=convention, file_name=f"{version}.csv", data=data, only=None, by=by, at=timezone.now()
        ).batch
        struck += _strike(batch.job, worker.kill_child, draw.uniform(0, lasts["check"] / 2) if version else None)
        lasts["check"] = max(lasts["check"], _lasted(batch.job))
        batch.refresh_from_db()
        assert (batch.state, batch.row_count, batch.errors) == (BatchState.CHECKED, len(values), 0)
        assert (batch.summary["added"], batch.summary["corrected"]) == ((0, len(values)) if version else (6120, 0))
        assert _in_force() == before

        job = request_acceptance(batch=batch, by=by, at=timezone.now(), reason="essai")
        struck += _strike(job, worker.kill_child, draw.uniform(0, lasts["accept"] / 2) if version else None)
        lasts["accept"] = max(lasts["accept"], _lasted(job))
        assert _in_force() == values
        assert Observation.objects.count() == len(values) * (version + 1)
        assert Observation.objects.filter(closed_by=batch).count() == (len(values) if version else 0)
        assert ImportBatch.objects.get(pk=batch.pk).state == BatchState.ACCEPTED
        before = values
    assert struck, "every blow came too late to prove anything"


def _strike(job: Job, kill: Callable[[], bool], after: float | None) -> bool:
    """Let a job run, strike its process after a while, and see it done all the same; True when it had to be redone."""
    until(lambda: Job.objects.get(pk=job.pk).state != JobState.WAITING)
    if after is not None:
        time.sleep(after)
        values = Observation.objects.filter(closed_by__isnull=True).count()
        kill()
        assert Observation.objects.filter(closed_by__isnull=True).count() in (values, 6120), "half a file"
    done = ended(job)
    assert done.state == JobState.DONE, done.message
    return done.attempts > 1


def _lasted(job: Job) -> float:
    done = Job.objects.get(pk=job.pk)
    return (done.finished_at - done.created_at).total_seconds() if done.attempts == 1 else 0.0
