"""The site's way in: a file kept at once, checked by a job, accepted by a person; rights and values looked at again."""

from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from cog import jobs
from cog.demo import open_accounts
from cog.enums import JobState
from cog.jobs import Job
from cog.models import Convention, Organisation, User
from cog.operations import command_account
from indicators.enums import BatchState
from indicators.models import ImportBatch, Measure, Observation
from indicators.operations import (
    AcceptanceRefused,
    CheckOutdated,
    abandon_batch,
    accept_batch,
    receive_batch,
    request_acceptance,
    request_check,
    send_batch,
)
from indicators.operations.files import clean_name, stored_name

HEADER = "mesure,caisse,periode,ventilation,valeur\n"
GOOD = HEADER + "pieces_traitees,011,2014-01,,1000\npieces_traitees_15j,011,2014-01,,850\n"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "publish", lambda job_id: None)


@pytest.fixture
def people(convention: Convention) -> dict[str, User]:
    open_accounts(code=convention.code, by=command_account(), at=timezone.now())
    return {user.email.split("@")[0]: user for user in User.objects.filter(is_demonstration=True)}


def _send(convention: Convention, by: User, text: str, only: Organisation | None = None, name: str = "essai.csv"):
    return send_batch(convention=convention, file_name=name, data=text.encode(), only=only, by=by, at=timezone.now())


def _checked(convention: Convention, by: User, text: str, only: Organisation | None = None) -> ImportBatch:
    batch = _send(convention, by, text, only).batch
    jobs.run(str(batch.job_id))
    batch.refresh_from_db()
    return batch


def _accept(batch: ImportBatch, by: User, reason: str = "essai") -> Job:
    job = request_acceptance(batch=batch, by=by, at=timezone.now(), reason=reason)
    jobs.run(str(job.pk))
    return Job.objects.get(pk=job.pk)


def test_a_file_is_kept_at_once_then_checked_by_a_job(convention: Convention, people) -> None:
    batch = _send(convention, people["pilotage"], GOOD).batch
    assert (batch.state, batch.job.state) == (BatchState.RECEIVED, JobState.WAITING)
    assert Path(batch.file.path).read_bytes() == GOOD.encode()
    jobs.run(str(batch.job_id))
    batch.refresh_from_db()
    assert (batch.state, batch.row_count, batch.form) == (BatchState.CHECKED, 2, "long_csv")
    assert (batch.summary["added"], batch.summary["corrected"]) == (2, 0)
    assert batch.summary["caisses"] == {"011": 2}
    assert not Observation.objects.exists()
    jobs.run(str(batch.job_id))  # the message comes twice
    assert ImportBatch.objects.count() == 1


def test_a_refused_file_keeps_all_its_problems(convention: Convention, people) -> None:
    batch = _checked(convention, people["pilotage"], GOOD + "pieces_traitees,999,2014-01,,1\nx,011,2014-01,,1\n")
    assert (batch.state, batch.errors, len(batch.problems)) == (BatchState.REFUSED, 2, 2)
    with pytest.raises(AcceptanceRefused, match="refusé"):
        request_acceptance(batch=batch, by=people["pilotage"], at=timezone.now(), reason="essai")


def test_the_preview_tells_old_and_new(convention: Convention, people) -> None:
    by = people["pilotage"]
    assert _accept(_checked(convention, by, GOOD), by).state == JobState.DONE
    batch = _checked(convention, by, GOOD.replace("850", "860"))
    assert (batch.summary["added"], batch.summary["corrected"], batch.summary["unchanged"]) == (0, 1, 1)
    (correction,) = batch.summary["corrections"]
    assert (correction["old"], correction["new"], correction["line"]) == ("850", "860", 3)
    assert _accept(batch, by).state == JobState.DONE
    assert Observation.objects.filter(closed_by=batch).count() == 1
    assert Observation.objects.count() == 3


def test_sending_twice_is_one_batch_and_an_accepted_file_is_found_again(convention: Convention, people) -> None:
    by = people["pilotage"]
    first, again = _send(convention, by, GOOD), _send(convention, by, GOOD)
    assert (first.known, again.known, first.batch.pk) == (False, True, again.batch.pk)
    jobs.run(str(first.batch.job_id))
    first.batch.refresh_from_db()
    _accept(first.batch, by)
    third = _send(convention, by, GOOD)
    assert (third.known, third.batch.pk, third.batch.state) == (True, first.batch.pk, BatchState.ACCEPTED)


def test_a_caisse_never_meets_another_s_batch_by_its_fingerprint(convention: Convention, people) -> None:
    accepted = _checked(convention, people["pilotage"], GOOD)
    _accept(accepted, people["pilotage"])
    own = Organisation.objects.get(convention=convention, code="011")
    batch = _checked(convention, people["caf"], GOOD, own)
    assert batch.pk != accepted.pk
    assert (batch.summary["added"], batch.summary["unchanged"]) == (0, 2)
    job = _accept(batch, people["caf"])
    assert (job.state, "déjà accepté" in job.message) == (JobState.FAILED, True)
    assert Observation.objects.count() == 2


def test_a_caisse_sends_its_own_rows_only(convention: Convention, people) -> None:
    own = Organisation.objects.get(convention=convention, code="011")
    batch = _checked(convention, people["caf"], GOOD + "pieces_traitees,751,2014-01,,1\n", own)
    assert (batch.state, batch.problems[0]["code"]) == (BatchState.REFUSED, "other_body")


def test_warnings_need_a_reason(convention: Convention, people) -> None:
    measure = Measure.objects.filter(convention=convention, value_kind="amount", level="caisse").first().code
    batch = _checked(convention, people["pilotage"], HEADER + f"{measure},011,2014,,-5\n")
    assert (batch.state, batch.warnings) == (BatchState.CHECKED, 1)
    with pytest.raises(AcceptanceRefused, match="dire pourquoi"):
        request_acceptance(batch=batch, by=people["pilotage"], at=timezone.now(), reason="  ")
    with pytest.raises(AcceptanceRefused, match="dire pourquoi"):
        accept_batch(batch=batch, by=people["pilotage"], at=timezone.now(), reason="")
    assert _accept(batch, people["pilotage"], "vérifié par téléphone").state == JobState.DONE
    batch.refresh_from_db()
    assert (batch.reason, batch.accepted_by) == ("vérifié par téléphone", people["pilotage"])


def test_accepting_twice_is_one_job_and_recomputes_once(convention: Convention, people) -> None:
    by = people["pilotage"]
    batch = _checked(convention, by, GOOD)
    asked = [request_acceptance(batch=batch, by=by, at=timezone.now(), reason="") for _ in range(2)]
    assert asked[0].pk == asked[1].pk
    for _ in range(2):
        jobs.run(str(asked[0].pk))
    assert Observation.objects.count() == 2
    assert request_acceptance(batch=batch, by=by, at=timezone.now(), reason="").pk == asked[0].pk
    _accept(_checked(convention, by, GOOD.replace("1000", "1001")), by)
    assert Job.objects.filter(kind="indicators.recompute").count() == 1


def test_values_that_changed_since_the_check_send_back_to_it(convention: Convention, people) -> None:
    by = people["pilotage"]
    batch = _checked(convention, by, GOOD)
    other = receive_batch(
        convention=convention, file_name="b.csv", data=GOOD.replace("850", "840").encode(), by=by, at=timezone.now()
    )
    accept_batch(batch=other.batch, by=by, at=timezone.now(), reason="")
    job = _accept(batch, by)
    assert (job.state, "ont changé" in job.message) == (JobState.FAILED, True)
    batch.refresh_from_db()
    assert (batch.state, batch.summary["corrected"], batch.summary["unchanged"]) == (BatchState.CHECKED, 1, 1)
    assert not Observation.objects.filter(batch=batch).exists()
    assert _accept(batch, by).state == JobState.DONE  # now that the person has seen it


@pytest.mark.parametrize("loss", ["closed", "moved"])
def test_rights_are_read_again_when_writing(convention: Convention, people, loss: str) -> None:
    own = Organisation.objects.get(convention=convention, code="011")
    batch = _checked(convention, people["caf"], GOOD, own)
    job = request_acceptance(batch=batch, by=people["caf"], at=timezone.now(), reason="")
    if loss == "closed":
        User.objects.filter(pk=people["caf"].pk).update(is_active=False)
    else:
        people["caf"].memberships.update(organisation=Organisation.objects.get(convention=convention, code="751"))
    jobs.run(str(job.pk))
    assert not Observation.objects.exists()
    job = Job.objects.get(pk=job.pk)
    assert (job.state, "n'a plus le droit" in job.message) == (JobState.FAILED, True)
    batch.refresh_from_db()
    assert batch.state == BatchState.CHECKED


def test_an_abandoned_batch_stops_its_job_and_is_never_written(convention: Convention, people) -> None:
    by = people["pilotage"]
    batch = _checked(convention, by, GOOD)
    job = request_acceptance(batch=batch, by=by, at=timezone.now(), reason="")
    assert abandon_batch(batch=batch, by=by, at=timezone.now())
    jobs.run(str(job.pk))
    batch.refresh_from_db()
    assert (batch.state, Job.objects.get(pk=job.pk).state) == (BatchState.ABANDONED, JobState.CANCELLED)
    assert not Observation.objects.exists()
    assert not abandon_batch(batch=batch, by=by, at=timezone.now())
    assert not _send(convention, by, GOOD).known


def test_a_lost_file_is_said_and_a_check_can_be_asked_again(convention: Convention, people) -> None:
    batch = _send(convention, people["pilotage"], GOOD).batch
    path = Path(batch.file.path)
    data = path.read_bytes()
    path.unlink()
    jobs.run(str(batch.job_id))
    assert "introuvable" in Job.objects.get(pk=batch.job_id).message
    path.write_bytes(data)
    job = request_check(batch=batch, by=people["pilotage"], at=timezone.now())
    assert request_check(batch=batch, by=people["pilotage"], at=timezone.now()).pk == job.pk
    jobs.run(str(job.pk))
    batch.refresh_from_db()
    assert batch.state == BatchState.CHECKED


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\T1.xlsx", "T1.xlsx"),
        ("a\r\nSet-Cookie: x.csv", "aSet-Cookie: x.csv"),
        ("\u202efdp.xslx\u200b.csv", "fdp.xslx.csv"),
        ("", "fichier sans nom"),
        ("..", "fichier sans nom"),
        ("\x00", "fichier sans nom"),
    ],
)
def test_a_hostile_name_is_shown_clean(name: str, shown: str) -> None:
    assert clean_name(name) == shown
    assert stored_name(name).split(".")[0].isalnum()


def test_a_long_name_is_cut_and_the_disk_knows_nothing_of_it(convention: Convention, people) -> None:
    name = "../" * 5 + "é" * 300 + ".CSV"
    batch = _send(convention, people["pilotage"], GOOD, name=name).batch
    assert len(batch.file_name) <= 120
    assert batch.file_name.endswith("….CSV")
    stored = Path(batch.file.path)
    assert stored.parent == Path(settings.STORAGES["default"]["OPTIONS"]["location"]) / "remontees"
    assert stored.suffix == ".csv"
    assert "é" not in stored.name


def test_an_acceptance_overtaken_between_reading_and_writing_starts_again(convention: Convention, people) -> None:
    by = people["pilotage"]
    batch = _checked(convention, by, GOOD)
    other = receive_batch(
        convention=convention, file_name="b.csv", data=GOOD.replace("850", "840").encode(), by=by, at=timezone.now()
    )

    def overtake(done: int, total: int, message: str) -> None:
        if message.startswith("enregistre"):
            accept_batch(batch=other.batch, by=by, at=timezone.now(), reason="")

    with pytest.raises(CheckOutdated):
        accept_batch(batch=batch, by=by, at=timezone.now(), reason="", progress=overtake)
    assert not Observation.objects.filter(batch=batch).exists()
    assert Observation.objects.filter(batch=other.batch).count() == 2
