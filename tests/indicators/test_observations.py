"""Receiving and accepting files: whole or not at all, once, corrections kept beside what they replace."""

import json
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, transaction
from django.utils import timezone

from cog.demo import open_accounts
from cog.models import Convention
from cog.operations import command_account
from indicators.enums import BatchState
from indicators.models import ImportBatch, Observation
from indicators.operations import ImportRefused, accept_batch, receive_batch

HEADER = "mesure,caisse,periode,ventilation,valeur\n"
GOOD = HEADER + "pieces_traitees,011,2014-01,,1000\npieces_traitees_15j,011,2014-01,,850\n"

pytestmark = pytest.mark.django_db


def _receive(convention: Convention, text: str, **options):
    return receive_batch(
        convention=convention,
        file_name="essai.csv",
        data=text.encode(),
        by=command_account(),
        at=timezone.now(),
        **options,
    )


def _accept(convention: Convention, text: str):
    batch = _receive(convention, text).batch
    return accept_batch(batch=batch, by=command_account(), at=timezone.now(), reason="essai")


def _value(measure: str, period: str = "2014-01") -> Observation:
    return Observation.objects.get(
        measure__code=measure, organisation__code="011", period=period, breakdown="", closed_by__isnull=True
    )


def test_a_checked_file_waits_and_writes_no_value(convention: Convention) -> None:
    received = _receive(convention, GOOD)
    assert received.batch.state == BatchState.CHECKED
    assert not Observation.objects.exists()


def test_an_accepted_file_is_written_whole(convention: Convention) -> None:
    accepted = _accept(convention, GOOD)
    assert (accepted.added, accepted.corrected, accepted.unchanged) == (2, 0, 0)
    assert _value("pieces_traitees").value == Decimal(1000)
    assert _value("pieces_traitees").source_row == 2


def test_a_wrong_row_refuses_the_whole_file(convention: Convention) -> None:
    with pytest.raises(ImportRefused) as refusal:
        _receive(convention, GOOD + "pieces_traitees,999,2014-01,,1\npieces_imaginaires,011,2014-01,,1\n")
    assert len(refusal.value.problems) == 2
    assert not ImportBatch.objects.exists()


def test_the_same_file_twice_is_one_batch(convention: Convention) -> None:
    _accept(convention, GOOD)
    again = _receive(convention, GOOD)
    assert again.already_accepted
    assert ImportBatch.objects.count() == 1
    assert Observation.objects.count() == 2


def test_a_batch_is_accepted_once(convention: Convention) -> None:
    batch = _receive(convention, GOOD).batch
    for _ in range(2):
        accept_batch(batch=batch, by=command_account(), at=timezone.now(), reason="essai")
    assert Observation.objects.count() == 2


def test_a_correction_closes_the_former_value_and_keeps_it(convention: Convention) -> None:
    _accept(convention, GOOD)
    accepted = _accept(convention, HEADER + "pieces_traitees_15j,011,2014-01,,860\npieces_traitees,011,2014-01,,1000\n")
    assert (accepted.added, accepted.corrected, accepted.unchanged) == (0, 1, 1)
    assert _value("pieces_traitees_15j").value == Decimal(860)
    assert _value("pieces_traitees_15j").revision == 2
    former = Observation.objects.get(measure__code="pieces_traitees_15j", closed_by__isnull=False)
    assert former.value == Decimal(850)
    assert former.closed_by.file_name == "essai.csv"


def test_empty_erases_nothing_and_nd_withdraws(convention: Convention) -> None:
    _accept(convention, GOOD)
    _accept(convention, HEADER + "pieces_traitees,011,2014-01,,\npieces_traitees_15j,011,2014-01,,ND\n")
    assert _value("pieces_traitees").value == Decimal(1000)
    withdrawn = _value("pieces_traitees_15j")
    assert (withdrawn.value, withdrawn.statement) == (None, "ND")


def test_zero_is_a_value_and_ns_a_statement(convention: Convention) -> None:
    _accept(convention, HEADER + "pieces_traitees,011,2014-01,,0\nvisites,011,2014-01,,NS\n")
    assert _value("pieces_traitees").value == Decimal(0)
    assert _value("visites").statement == "NS"


def test_another_caisse_s_rows_are_refused_when_one_is_named(convention: Convention) -> None:
    with pytest.raises(ImportRefused):
        _receive(convention, GOOD, only="751")
    assert _receive(convention, GOOD, only="011").batch.pk


def test_the_database_refuses_two_values_in_force(convention: Convention) -> None:
    _accept(convention, GOOD)
    twin = _value("pieces_traitees")
    twin.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), Decimal(10) ** 15])
def test_the_database_refuses_what_is_not_a_finite_number(convention: Convention, value: Decimal) -> None:
    _accept(convention, GOOD)
    with pytest.raises(Exception), transaction.atomic():  # noqa: B017 - each backend has its own word for it
        Observation.objects.filter(measure__code="pieces_traitees").update(value=value)
    assert _value("pieces_traitees").value == Decimal(1000)


def _command(path: Path, *options: str) -> tuple[str, str, int]:
    out, err = StringIO(), StringIO()
    try:
        call_command("import_observations", path, *options, stdout=out, stderr=err)
    except SystemExit as stop:
        return out.getvalue(), err.getvalue(), int(stop.code or 0)
    return out.getvalue(), err.getvalue(), 0


def test_the_command_refuses_with_every_problem_and_a_report(convention: Convention, tmp_path: Path) -> None:
    file, report = tmp_path / "faux.csv", tmp_path / "anomalies.json"
    file.write_text(GOOD + "pieces_traitees,11,2014-01,,1e5\n", encoding="utf-8")
    _, err, status = _command(file, "--accept", "--report", str(report))
    assert status == 1
    assert "« 11 »" in err
    assert "« 1e5 »" in err
    assert {problem["column"] for problem in json.loads(report.read_text(encoding="utf-8"))} == {"caisse", "valeur"}
    assert not ImportBatch.objects.exists()


def test_the_command_accepts_marks_and_says_so(convention: Convention, tmp_path: Path) -> None:
    file = tmp_path / "bon.csv"
    file.write_text(GOOD, encoding="utf-8")
    assert _command(file, "--dry-run")[2] == 0
    assert not ImportBatch.objects.exists()
    out, _, status = _command(file, "--accept", "--simulated", "--reason", "jeu d'essai")
    assert (status, "2 valeurs ajoutées" in out) == (0, True)
    batch = ImportBatch.objects.get()
    assert (batch.simulated, batch.reason, batch.accepted_by.name) == (True, "jeu d'essai", "commande")
    out, _, status = _command(file, "--accept", "--simulated")
    assert (status, "déjà accepté" in out) == (0, True)


def test_a_real_value_takes_the_place_of_a_simulated_one_even_when_equal(
    convention: Convention, tmp_path: Path
) -> None:
    file = tmp_path / "bon.csv"
    file.write_text(GOOD, encoding="utf-8")
    _command(file, "--accept", "--simulated")
    convention.refresh_from_db()
    assert convention.holds_simulated
    assert "2 corrigées" in _command(file, "--accept")[0]
    assert not _value("pieces_traitees").batch.simulated


def test_a_simulated_value_never_takes_the_place_of_a_real_one(convention: Convention, tmp_path: Path) -> None:
    _accept(convention, GOOD)
    file = tmp_path / "invente.csv"
    file.write_text(GOOD.replace("850", "999"), encoding="utf-8")
    _, err, status = _command(file, "--accept", "--simulated")
    assert status == 1
    assert "simulé ne remplace jamais" in err
    assert _value("pieces_traitees_15j").value == Decimal(850)
    assert not ImportBatch.objects.filter(simulated=True).exists()


def test_a_caisse_s_file_is_checked_even_when_it_was_accepted(convention: Convention, tmp_path: Path) -> None:
    file = tmp_path / "bon.csv"
    file.write_text(GOOD, encoding="utf-8")
    _command(file, "--accept")
    assert _command(file, "--accept", "--caisse", "021")[2] == 1
    with pytest.raises(CommandError) as error:
        _command(file, "--caisse", "999")
    assert error.value.returncode == 2


def test_who_may_not_accept_is_refused(convention: Convention, tmp_path: Path) -> None:
    open_accounts(code=convention.code, by=command_account(), at=timezone.now())
    file = tmp_path / "bon.csv"
    file.write_text(GOOD, encoding="utf-8")
    with pytest.raises(CommandError, match="ne permet pas"):
        _command(file, "--accept", "--by", "tutelle@demo.invalid")
    assert _command(file, "--accept", "--by", "pilotage@demo.invalid")[2] == 0


def test_a_report_that_cannot_be_written_is_a_misuse_and_keeps_nothing(convention: Convention, tmp_path: Path) -> None:
    file = tmp_path / "bon.csv"
    file.write_text(GOOD, encoding="utf-8")
    with pytest.raises(CommandError) as error:
        _command(file, "--report", str(tmp_path / "absent" / "r.json"))
    assert error.value.returncode == 2
    assert not ImportBatch.objects.exists()


def test_an_unknown_author_is_a_misuse(convention: Convention, tmp_path: Path) -> None:
    file = tmp_path / "bon.csv"
    file.write_text(GOOD, encoding="utf-8")
    with pytest.raises(CommandError) as error:
        _command(file, "--accept", "--by", "personne@ailleurs.invalid")
    assert error.value.returncode == 2
