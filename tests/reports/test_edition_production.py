"""How an edition is produced, taken over, stopped; and the words put in its synthesis."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from cog import jobs
from cog.enums import JobState
from cog.models import Convention, Job, User
from reports import printing
from reports.enums import EditionState
from reports.models import Edition, SynthesisText
from reports.operations import (
    SentenceRefused,
    request_annual_report,
    write_sentence,
)
from reports.report_queries import sentence_lines
from reports.synthesis import sentences_of
from tests.reports.edition_steps import AT, done, following

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_page")]


def test_a_worker_that_takes_over_prints_what_was_gathered(
    convention: Convention, people: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = request_annual_report(convention=convention, year=2014, by=people["pilotage"], at=AT)
    working = printing.print_annual_report

    def killed(payload: dict[str, Any]) -> bytes:
        raise SystemExit

    monkeypatch.setattr(printing, "print_annual_report", killed)
    with pytest.raises(SystemExit):
        jobs.run(str(asked.job_id))
    gathered = Edition.objects.get(pk=asked.pk)
    assert gathered.payload is not None
    assert not gathered.is_ready
    monkeypatch.setattr(printing, "print_annual_report", working)
    monkeypatch.setattr("reports.operations.editions.annual_payload", None)  # it must not be gathered again
    Job.objects.filter(pk=asked.job_id).update(state=JobState.WAITING)
    assert done(asked).payload_sha256 == gathered.payload_sha256


def test_progress_is_told_fiche_by_fiche_and_can_be_stopped(convention: Convention, people: dict[str, User]) -> None:
    asked = request_annual_report(convention=convention, year=2014, by=people["pilotage"], at=AT)
    told: list[str] = []

    def cancels(job: Job, done: int, total: int, message: str) -> None:
        told.append(message)
        if done == 3:
            jobs.cancel(job_id=job.pk, by=people["pilotage"], at=AT)
        jobs_beat(job, done, total, message)

    jobs_beat = jobs._beat
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "_beat", cancels)
        jobs.run(str(asked.job_id))
    assert told[0] == "fiche 1 sur 23"
    assert Job.objects.get(pk=asked.job_id).state == JobState.CANCELLED
    assert not Edition.objects.get(pk=asked.pk).is_ready


def test_no_half_written_file_is_left(draft: Edition) -> None:
    folder = Path(draft.file.path).parent
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []
    with draft.file.open() as file:
        assert file.read().startswith(b"%PDF")


def test_the_command_gives_back_the_stored_edition(sent_edition: Edition, tmp_path: Path) -> None:
    call_command("bilan", 2014, "-o", str(tmp_path / "b.pdf"), stdout=StringIO())
    with sent_edition.file.open() as file:
        assert (tmp_path / "b.pdf").read_bytes() == file.read()
    assert Edition.objects.count() == 2


def test_words_stand_in_the_next_edition_and_the_printed_one_stays(draft: Edition, people: dict[str, User]) -> None:
    line = next(one for one in sentence_lines(draft) if one.sentence.key == "actions-en-retard")
    said = {"convention": draft.convention, "year": 2014, "sentence": line.sentence, "by": people["pilotage"], "at": AT}
    with pytest.raises(SentenceRefused) as refused:
        write_sentence(text="Il y a 3 retards.", **said)
    assert "« 3 » écrit à la main" in refused.value.faults[0]
    assert write_sentence(text="Retards : {retard}.", **said) is not None
    assert write_sentence(text="Retards :  {retard}.", **said) is None
    after = following(draft, EditionState.SENT, people["pilotage"])
    texts = [one["text"] for part in after.payload["synthesis"] for one in part["sentences"]]
    assert any(text.startswith("Retards : ") for text in texts)
    assert all(not text.startswith("Retards : ") for text in (one.text for one in sentences_of(draft.payload)))
    assert write_sentence(text=line.sentence.template, **said) is not None
    assert SynthesisText.objects.order_by("pk").last().text == ""
