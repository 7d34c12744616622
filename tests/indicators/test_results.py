"""Computing results from the database: true values, what is missing said, twice the same."""

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from cog.models import Convention, Organisation
from cog.operations import command_account
from cog.periods import parse
from indicators.models import Dispersion, IndicatorResult, StaleResult
from indicators.operations import accept_batch, compute_results, receive_batch

pytestmark = pytest.mark.django_db

ALSH = (
    "periscolaire_matin", "periscolaire_midi", "periscolaire_soir", "extrascolaire_mercredi", "extrascolaire_samedi",
    "petites_vacances", "grandes_vacances", "accueil_jeunes", "scoutisme",
)  # fmt: skip


def _import(convention: Convention, rows: list[str], *, simulated: bool = False) -> None:
    text = "mesure,caisse,periode,ventilation,valeur\n" + "\n".join(rows) + "\n"
    received = receive_batch(
        convention=convention,
        file_name="essai.csv",
        data=text.encode(),
        by=command_account(),
        at=timezone.now(),
        simulated=simulated,
    )
    accept_batch(batch=received.batch, by=command_account(), at=timezone.now(), reason="essai")


def _compute(convention: Convention, *periods: str):
    return compute_results(
        convention=convention,
        periods=[parse(period) for period in periods] or None,
        by=command_account(),
        at=timezone.now(),
        progress=lambda done, total, message: None,
    )


def _result(code: str, scope: str, period: str, breakdown: str = "", name: str = "") -> IndicatorResult:
    return IndicatorResult.objects.get(indicator__code=code, scope=scope, period=period, breakdown=breakdown, name=name)


def _whole_quarter(convention: Convention, share: int) -> list[str]:
    """Every caisse, the three months of 2014-T1: `share` documents of 100 in time, 200 in the first caisse."""
    codes = list(Organisation.objects.caisses().order_by("code").values_list("code", flat=True))
    rows = []
    for code in codes:
        total = 200 if code == codes[0] else 100
        for month in ("2014-01", "2014-02", "2014-03"):
            rows.append(f"pieces_traitees,{code},{month},,{total}")
            rows.append(f"pieces_traitees_15j,{code},{month},,{share}")
    return rows


def test_F10_21_adds_numerators_and_denominators_never_percentages(convention: Convention) -> None:
    _import(convention, _whole_quarter(convention, 90))
    _compute(convention, "2014-T1")
    national = _result("F10-21", "national", "2014-T1")
    assert (national.numerator, national.denominator) == (Decimal(102 * 3 * 90), Decimal(101 * 300 + 600))
    assert abs(national.value - Decimal(100) * national.numerator / national.denominator) < Decimal("1e-12")
    assert (national.state, national.verdict) == ("definitif", "atteint")
    assert (national.reported, national.concerned) == (306, 306)
    assert _result("F10-21", "011", "2014-T1").value == Decimal(45)
    assert _result("F10-21", "021", "2014-02").value == Decimal(90)
    spread = Dispersion.objects.get(indicator__code="F10-21", period="2014-T1")
    assert (spread.n, spread.minimum, spread.maximum) == (102, Decimal(45), Decimal(90))


def test_F10_21_a_miss_by_a_hair_is_a_miss(convention: Convention) -> None:
    rows = [
        row
        for row in _whole_quarter(convention, 85)
        if not row.startswith(("pieces_traitees,011", "pieces_traitees_15j,011"))
    ]
    rows += [f"pieces_traitees,011,{m},,100000" for m in ("2014-01", "2014-02", "2014-03")]
    rows += [f"pieces_traitees_15j,011,{m},,84999" for m in ("2014-01", "2014-02", "2014-03")]
    _import(convention, rows)
    _compute(convention, "2014-T1")
    assert _result("F10-21", "national", "2014-T1").verdict == "non_atteint"


def test_a_missing_caisse_is_said_and_never_zero(convention: Convention) -> None:
    rows = [row for row in _whole_quarter(convention, 90) if ",021," not in row]
    _import(convention, rows)
    _compute(convention, "2014-T1")
    missing = _result("F10-21", "021", "2014-T1")
    assert (missing.value, missing.state, missing.verdict) == (
        None,
        "non_calculable:donnee_manquante",
        "non_disponible",
    )
    national = _result("F10-21", "national", "2014-T1")
    assert (national.state, national.verdict, national.units_reported, national.units_concerned) == (
        "incomplet",
        "incomplet",
        101,
        102,
    )


def test_a_nil_denominator_is_not_computable(convention: Convention) -> None:
    _import(convention, ["pieces_traitees,011,2014-01,,0", "pieces_traitees_15j,011,2014-01,,0"])
    _compute(convention, "2014-01")
    result = _result("F10-21", "011", "2014-01")
    assert (result.value, result.state) == (None, "non_calculable:denominateur_nul")


def test_F10_21_before_the_break_of_2014_is_not_comparable(convention: Convention) -> None:
    rows = [row.replace(",2014-", ",2013-") for row in _whole_quarter(convention, 90)]
    _import(convention, rows)
    _compute(convention, "2013-T1")
    assert _result("F10-21", "national", "2013-T1").verdict == "non_comparable"


def test_computing_twice_changes_nothing(convention: Convention) -> None:
    _import(convention, _whole_quarter(convention, 90))
    _compute(convention, "2014-T1")
    fields = ("indicator__code", "scope", "period", "breakdown", "name", "value", "state", "verdict")
    first = sorted(map(str, IndicatorResult.objects.values_list(*fields)))
    _compute(convention, "2014-T1")
    assert sorted(map(str, IndicatorResult.objects.values_list(*fields))) == first


def test_simulated_values_make_simulated_results(convention: Convention) -> None:
    _import(convention, ["visites,011,2014-01,,10", "visites_attente_20min,011,2014-01,,9"])
    _import(convention, ["pieces_traitees,011,2014-01,,10", "pieces_traitees_15j,011,2014-01,,9"], simulated=True)
    _compute(convention, "2014-01")
    assert _result("F10-21", "011", "2014-01").simulated
    assert _result("F10-21", "national", "2014-01").simulated
    assert not _result("F10-25", "011", "2014-01").simulated
    assert not _result("F10-21", "021", "2014-01").simulated


def test_a_sheet_to_build_has_its_rows_without_a_value(convention: Convention) -> None:
    _compute(convention, "2014")
    row = _result("F7-20", "national", "2014")
    assert (row.value, row.state, row.verdict) == (None, "a_construire", "a_construire")


def test_what_rests_on_a_fact_of_the_year_before_is_computed_again_with_any_period(convention: Convention) -> None:
    """F2-9 divides by N; a correction of 2013 moves the evolution of 2014, already kept, though 2013 alone is asked."""
    parts = ["alsh_actes,011,{},accueil=" + part + ",{}" for part in ALSH]
    _import(convention, [part.format(year, value) for part in parts for year, value in (("2013", 8), ("2014", 10))])
    _compute(convention, "2014")
    assert _result("F2-9", "011", "2014").value == 20
    _import(convention, [part.format("2013", 5) for part in parts])
    assert StaleResult.objects.filter(indicator__code="F2-9", year=2014).exists()
    _compute(convention, "2013")
    assert _result("F2-9", "011", "2014").value == 50
    assert not StaleResult.objects.filter(indicator__code="F2-9").exists()


def test_the_command_refuses_what_it_does_not_understand(convention: Convention) -> None:
    for arguments, returncode in ((("2014-T5",), 2), ((), 2), (("2014", "--all"), 2), (("2019",), 1)):
        with pytest.raises(CommandError) as error:
            call_command("compute", *arguments, stdout=StringIO())
        assert error.value.returncode == returncode, arguments


def test_F14_34_the_national_sample_by_benefit_comes_from_the_whole(convention: Convention) -> None:
    rows = [f"{name},NATIONAL,2014-03,prestation=al,{value}" for name, value in
            (("iql6_anomalies_nombre", 3), ("iql6_dossiers_controles", 60))]  # fmt: skip
    rows += ["iql6_anomalies_nombre,011,2014-03,,1", "iql6_dossiers_controles,011,2014-03,,10"]
    _import(convention, rows)
    _compute(convention, "2014-03")
    assert _result("F14-34", "national", "2014-03", "prestation=al").value == 5
    assert _result("F14-34", "national", "2014-03").value == 10
    assert not IndicatorResult.objects.filter(indicator__code="F14-34", scope="011", breakdown="prestation=al").exists()
