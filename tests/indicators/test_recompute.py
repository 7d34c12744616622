"""Recomputing what is stale: only that, all of it, once; a full computation gives the same rows."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from cog.enums import OrganisationKind
from cog.models import Convention, Organisation
from cog.operations import command_account
from cog.periods import parse
from indicators.models import Dispersion, IndicatorResult, StaleResult
from indicators.operations import (
    ImportRefused,
    accept_batch,
    compute_results,
    receive_batch,
    recompute_stale,
    request_recompute,
)
from indicators.operations.results import MANY_BODIES
from tests.independent.generator import Generator
from tests.independent.reference import read_folder

pytestmark = pytest.mark.django_db

FOLDER = Path(__file__).parents[2] / "fixtures" / "cog-2013-2017"
HEADER = "mesure,caisse,periode,ventilation,valeur"


def _import(convention: Convention, name: str, rows: Iterator[str] | list[str]) -> None:
    data = "\n".join([HEADER, *rows]).encode()
    by, at = command_account(), timezone.now()
    try:
        received = receive_batch(convention=convention, file_name=name, data=data, by=by, at=at)
    except ImportRefused as refusal:
        pytest.fail("\n".join(map(str, refusal.problems)))
    accept_batch(batch=received.batch, by=by, at=at, reason="essai")


def _silent(done: int, total: int, message: str) -> None:
    """No one watches."""


def _compute(convention: Convention, *periods: str) -> int:
    wanted = [parse(period) for period in periods] or None
    by, at = command_account(), timezone.now()
    return compute_results(convention=convention, periods=wanted, by=by, at=at, progress=_silent).results


def _recompute(convention: Convention, progress: Any = _silent) -> int:
    by, at = command_account(), timezone.now()
    return recompute_stale(convention=convention, by=by, at=at, progress=progress).results


def _everything() -> list[list[tuple[Any, ...]]]:
    """Every row of results and of dispersions, but its key."""
    found = []
    for model in (IndicatorResult, Dispersion):
        fields = [field.attname for field in model._meta.concrete_fields if not field.primary_key]
        found.append(sorted(model.objects.values_list(*fields), key=repr))
    return found


def _line(row: dict[str, str]) -> str:
    return ",".join(f'"{row[key]}"' for key in ("mesure", "caisse", "periode", "ventilation", "valeur"))


@pytest.fixture(scope="module")
def case() -> Any:
    return Generator(read_folder(FOLDER), 7, caisses=6).case()


@pytest.fixture(autouse=True)
def _small_network(convention: Convention, case: Any) -> None:
    """The caisses of the case, and three more that report nothing: the whole term in a second or two."""
    spoken = {row["caisse"] for rows in case.files for row in rows}
    others = Organisation.objects.filter(convention=convention).exclude(code__in=spoken | {"011", "021", "751"})
    others.caisses().update(in_network=False)


def test_after_each_file_only_what_it_touches_is_computed_and_all_at_once_gives_the_same(
    convention: Convention, case: Any
) -> None:
    _import(convention, "0.csv", map(_line, case.files[0]))
    _compute(convention)
    for number, rows in enumerate(case.files[1:], start=1):
        _import(convention, f"{number}.csv", map(_line, rows))
        assert _recompute(convention) > 0
        assert not StaleResult.objects.exists()
    kept = _everything()
    _compute(convention)
    assert _everything() == kept


def test_asked_twice_the_second_finds_nothing_to_do(convention: Convention) -> None:
    _import(convention, "1.csv", ["pieces_traitees,011,2014-03,,10", "pieces_traitees_15j,011,2014-03,,9"])
    assert _recompute(convention) > 0
    assert _recompute(convention) == 0
    by, at = command_account(), timezone.now()
    first = request_recompute(convention=convention, by=by, at=at)
    assert request_recompute(convention=convention, by=by, at=at) == first


def test_one_caisse_moves_its_own_rows_and_those_of_the_whole(convention: Convention) -> None:
    codes = ["011", "021", "751"]
    _import(
        convention,
        "1.csv",
        [f"{name},{code},2014-03,,10" for name in ("pieces_traitees", "pieces_traitees_15j") for code in codes],
    )
    _compute(convention)
    before = {row.pk for row in IndicatorResult.objects.filter(indicator__code="F10-21")}
    _import(convention, "2.csv", ["pieces_traitees,021,2014-03,,20"])
    _recompute(convention)
    moved = IndicatorResult.objects.filter(indicator__code="F10-21").exclude(pk__in=before)
    assert {row.scope for row in moved} == {"021", "national"}
    assert {row.period for row in moved} == {"2014-03", "2014-T1", "2014-S1", "2014"}
    assert {row.indicator.code for row in IndicatorResult.objects.filter(pk__gt=max(before))} >= {"F10-21", "F21-51.1"}


def test_a_fact_of_a_base_year_moves_every_year_that_looks_back_to_it(convention: Convention) -> None:
    _import(convention, "1.csv", [f"energie_kwh,011,{year},,100" for year in (2009, 2013, 2014, 2015, 2016, 2017)])
    _compute(convention)
    _import(convention, "2.csv", ["energie_kwh,011,2009,,200"])
    _recompute(convention)
    rows = IndicatorResult.objects.filter(indicator__code="F18-45", scope="011")
    assert {(row.period, int(row.value)) for row in rows} == {(str(year), -50) for year in range(2013, 2018)}


def test_stopped_between_two_sheets_it_is_taken_up_where_it_stopped(convention: Convention) -> None:
    _import(
        convention,
        "1.csv",
        [f"{name},011,2014-03,,10" for name in ("pieces_traitees", "pieces_traitees_15j", "visites", "pieces_solde")],
    )

    class Stopped(Exception):
        """Someone stops it."""

    def stop(done: int, total: int, message: str) -> None:
        if done == 2:
            raise Stopped

    marked = set(StaleResult.objects.values_list("indicator", flat=True))
    with pytest.raises(Stopped):
        _recompute(convention, stop)
    left = set(StaleResult.objects.values_list("indicator", flat=True))
    assert left and left < marked
    _recompute(convention)
    assert not StaleResult.objects.exists()
    kept = {row for row in _everything()[0] if row[0] in marked}
    _compute(convention)
    assert kept and kept <= set(_everything()[0])


def test_many_bodies_make_one_mark(convention: Convention) -> None:
    bodies = Organisation.objects.filter(convention=convention, kind=OrganisationKind.CAISSE).order_by("code")
    codes = [row.code for row in bodies[: MANY_BODIES + 1]]
    _import(convention, "1.csv", [f"visites,{code},2014-03,,10" for code in codes])
    assert list(StaleResult.objects.filter(indicator__code="F10-25").values_list("year", "organisation")) == [
        (2014, None)
    ]


def test_a_period_is_simulated_when_what_it_reads_is_whether_computed_alone_or_not(convention: Convention) -> None:
    for name, simulated, month in (("1.csv", True, "2014-07"), ("2.csv", False, "2014-01")):
        rows = [f"pieces_traitees,011,{month},,10", f"pieces_traitees_15j,011,{month},,9"]
        data, by, at = "\n".join([HEADER, *rows]).encode(), command_account(), timezone.now()
        received = receive_batch(convention=convention, file_name=name, data=data, by=by, at=at, simulated=simulated)
        accept_batch(batch=received.batch, by=by, at=at, reason="essai")
    marked = []
    for periods in (["2014-T1"], ["2014-T3"], ["2014"], []):
        _compute(convention, *periods)
        rows = IndicatorResult.objects.filter(indicator__code="F10-21", scope__in=["011", "national"])
        marked.append(set(rows.filter(simulated=True).values_list("period", flat=True)))
    assert marked == [set(), {"2014-07", "2014-T3"}, *[{"2014-07", "2014-T3", "2014-S2", "2014"}] * 2]
