"""A real worker process on the real broker: it does what is asked, and what a killed one leaves is taken up again."""

import pytest
from django.utils import timezone

from cog.enums import JobState
from cog.jobs import Job
from cog.operations import command_account
from reports.operations import request_annual_report
from tests.faults.conftest import ended, until

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True), pytest.mark.timeout(240)]


def test_the_bilan_asked_from_the_site_is_printed_by_a_worker(reloaded_convention, start_worker) -> None:
    edition = request_annual_report(convention=reloaded_convention, year=2014, by=command_account(), at=timezone.now())
    start_worker()
    done = ended(edition.job, seconds=180)
    assert done.state == JobState.DONE, done.message
    edition.refresh_from_db()
    assert edition.is_ready
    with edition.file.open("rb") as stream:
        assert stream.read(5) == b"%PDF-"


def test_asking_twice_is_one_edition(reloaded_convention) -> None:
    asked = [
        request_annual_report(convention=reloaded_convention, year=2014, by=command_account(), at=timezone.now())
        for _ in range(2)
    ]
    assert asked[0].pk == asked[1].pk
    assert Job.objects.count() == 1


def test_a_killed_worker_s_job_is_done_by_the_next_one(reloaded_convention, start_worker) -> None:
    edition = request_annual_report(convention=reloaded_convention, year=2015, by=command_account(), at=timezone.now())
    first = start_worker()
    until(lambda: Job.objects.get(pk=edition.job.pk).state == JobState.RUNNING)
    first.kill()
    left = Job.objects.get(pk=edition.job.pk)
    assert left.state == JobState.RUNNING, "killed too late to prove anything"
    start_worker()  # a worker sweeps when it starts
    done = ended(edition.job, seconds=180)
    assert (done.state, done.attempts) == (JobState.DONE, 2), done.message
    edition.refresh_from_db()
    assert edition.is_ready
