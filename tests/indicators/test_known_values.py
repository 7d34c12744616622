"""Files against the values in force: refused, asked about, or let through, from the command and from the operations."""

from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cog.models import Convention
from cog.operations import command_account
from indicators.models import ImportBatch, Observation
from indicators.operations import AcceptanceRefused, ImportRefused, accept_batch, examination, receive_batch
from indicators.operations.examination import examine, is_overtaken
from indicators.queries.known_values import intake_relations, known_values

HEADER = "mesure,caisse,periode,ventilation,valeur\n"
WHOLE = "pieces_traitees,011,2014-01,,1000\n"
PART = "pieces_traitees_15j,011,2014-01,,850\n"

pytestmark = pytest.mark.django_db


def receive(convention: Convention, lines: str, **options):
    options = {"at": timezone.now(), "by": command_account(), "file_name": "essai.csv"} | options
    return receive_batch(convention=convention, data=(HEADER + lines).encode(), **options)


def accept(convention: Convention, lines: str, reason: str = "essai"):
    return accept_batch(batch=receive(convention, lines).batch, by=command_account(), at=timezone.now(), reason=reason)


def test_a_part_above_a_whole_accepted_before_refuses_the_file(convention: Convention) -> None:
    accept(convention, WHOLE)
    with pytest.raises(ImportRefused) as refusal:
        receive(convention, "pieces_traitees_15j,011,2014-01,,1200\nvisites,011,2014-01,,5\n")
    (problem,) = refusal.value.problems
    assert (problem.code, problem.line, problem.column) == ("numerator_above_denominator", 2, "valeur")
    assert "déjà acceptée" in str(problem)
    assert Observation.objects.count() == 1


def test_a_part_without_its_whole_is_no_error(convention: Convention) -> None:
    assert receive(convention, "pieces_traitees_15j,011,2014-01,,1200\n").problems == []


def test_a_value_withdrawn_is_no_longer_compared_with(convention: Convention) -> None:
    accept(convention, WHOLE)
    accept(convention, "pieces_traitees,011,2014-01,,ND\n")
    assert receive(convention, "pieces_traitees_15j,011,2014-01,,1200\n").problems == []


def test_a_correction_is_compared_with_what_is_in_force_not_with_what_it_replaces(convention: Convention) -> None:
    accept(convention, WHOLE + PART)
    accept(convention, "pieces_traitees,011,2014-01,,2000\n")
    assert receive(convention, "pieces_traitees_15j,011,2014-01,,1200\n").problems == []


def test_a_warning_needs_a_written_reason(convention: Convention) -> None:
    batch = receive(convention, "achats,011,2014,,500\nachats_mutualises,011,2014,,600\n").batch
    assert [problem["code"] for problem in batch.problems] == ["numerator_above_denominator"]
    for reason in ("", "  \n"):
        with pytest.raises(AcceptanceRefused):
            accept_batch(batch=batch, by=command_account(), at=timezone.now(), reason=reason)
    assert not Observation.objects.exists()
    assert accept_batch(batch=batch, by=command_account(), at=timezone.now(), reason="achats groupés").added == 2


def test_the_command_accepts_the_warnings_and_says_them(convention: Convention, tmp_path: Path) -> None:
    file = tmp_path / "achats.csv"
    file.write_text(HEADER + "achats,011,2014,,500\nachats_mutualises,011,2014,,600\n", encoding="utf-8")
    out, err = StringIO(), StringIO()
    call_command("import_observations", file, "--accept", stdout=out, stderr=err)
    assert "2 valeurs ajoutées" in out.getvalue()
    assert "attendu au plus 500" in err.getvalue()
    assert ImportBatch.objects.get().reason == "accepté en ligne de commande"


def test_the_same_file_says_it_is_accepted_even_when_corrected_since(convention: Convention) -> None:
    accept(convention, WHOLE)
    accept(convention, "pieces_traitees_15j,011,2014-01,,850\n")
    accept(convention, "pieces_traitees,011,2014-01,,700\npieces_traitees_15j,011,2014-01,,600\n")
    again = receive(convention, "pieces_traitees_15j,011,2014-01,,850\n")  # 850 of 700 now
    assert (again.already_accepted, again.problems) == (True, [])


def test_a_period_that_has_not_begun_when_the_file_comes_is_refused(convention: Convention) -> None:
    begun = datetime(2014, 1, 1, tzinfo=UTC)
    assert receive(convention, WHOLE, at=begun).problems == []
    with pytest.raises(ImportRefused) as refusal:
        receive(convention, WHOLE, at=datetime(2013, 12, 31, 12, tzinfo=UTC))
    assert [problem.code for problem in refusal.value.problems] == ["period_to_come"]


def test_known_values_are_those_in_force_of_one_body(convention: Convention) -> None:
    accept(convention, WHOLE + PART + "visites,011,2014-01,,NS\nram,021,2014,,7\nram,011,2014,,5\n")
    accept(convention, "pieces_traitees,011,2014-01,,1100\npieces_traitees_15j,011,2014-01,,ND\n")
    known = known_values(convention=convention)
    codes = frozenset({"pieces_traitees", "pieces_traitees_15j", "visites"})
    assert known("011", codes) == {
        ("pieces_traitees", ""): {"2014-01": Decimal(1100)},
        ("visites", ""): {"2014-01": None},
    }
    assert known("021", codes) == {}
    assert known("999", codes) == {}


def test_each_body_is_asked_for_once(convention: Convention) -> None:
    lines = "".join(f"{measure},{body},2014,,5\n" for body in ("011", "021", "751") for measure in ("ram", "achats"))
    with CaptureQueriesContext(connection) as queries:
        receive(convention, lines, keep=False)
    asked = [query["sql"] for query in queries if "o.organisation_id = " in query["sql"]]
    assert len(asked) == 3


def test_the_relations_are_those_of_the_definitions_in_force(convention: Convention) -> None:
    relations = intake_relations(convention=convention)
    assert len(relations.shares) == 31
    assert relations.named("ram") == "« Relais d’assistantes maternelles (Ram) » (ram)"


def test_a_value_that_comes_while_the_file_is_checked_is_noticed(
    convention: Convention, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The acceptance compares stamps: one taken after the checks knew their values would hide it."""

    accept(convention, "ram,011,2014,,5\n")
    with monkeypatch.context() as patch:
        patch.setattr(
            "indicators.queries.remembered._held", {}
        )  # the checks of the first file are kept for the next ones
        patch.setattr(examination, "file_check_of", lambda **_: lambda rows: _meanwhile(convention, patch))
        examined = examine(
            convention=convention, data=(HEADER + PART).encode(), file_name="essai.csv", only=None, simulated=False,
            received_at=timezone.now(), progress=lambda *_: None,
        )  # fmt: skip
    assert is_overtaken(examined)


def _meanwhile(convention: Convention, patch: pytest.MonkeyPatch) -> list[object]:
    patch.undo()
    accept(convention, WHOLE)
    return []
