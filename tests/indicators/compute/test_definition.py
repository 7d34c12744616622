"""Definitions: the 68 sheets are read; a wrong entry tells everything that is wrong, in French."""

from datetime import date
from decimal import Decimal

import pytest

from cog.periods import Granularity, parse
from indicators.compute.definition import Dimension, Side, result_periods
from indicators.compute.methods_file import DefinitionError, definition_from
from tests.indicators.compute.builders import RATIO, methods, ratio, sheet

TERM = (date(2013, 1, 1), date(2017, 12, 31))
MONTHLY = {Granularity.MONTH: 60, Granularity.QUARTER: 20, Granularity.SEMESTER: 10, Granularity.YEAR: 5}


@pytest.mark.parametrize("code", sorted(methods()))
def test_every_sheet_of_the_convention_is_read(code):
    definition = sheet(code)
    entry = methods()[code]
    assert (definition.code, definition.method, definition.local) == (code, entry["method"], entry["local"])
    if definition.numerator:
        assert str(definition.numerator) == entry["numerator"]
        assert definition.measures <= definition.over_time.keys()


def test_there_are_68_sheets():
    assert len(methods()) == 68


def test_F21_55_reads_sides_rules_and_headline():
    definition = sheet("F21-55")
    assert definition.dimensions == (Dimension("gestion", ("ga", "oeuvres"), Side.DENOMINATOR),)
    assert definition.headline == "ga"
    assert definition.over_time["pieces_traitees_production"][Granularity.YEAR] == "sum"
    assert definition.over_time["etp_gestion_administrative"][Granularity.YEAR] == "last"


def test_F10_27_reads_a_dimension_inside_a_value_of_another():
    outer, inner = sheet("F10-27").dimensions
    assert (outer.key, outer.side, outer.within) == ("teleprocedure", Side.BOTH, "")
    assert (inner.key, inner.side, inner.within) == ("voie", Side.NUMERATOR, "teleprocedure=aide_logement")


def test_F14_34_reads_an_open_national_dimension_and_a_variant():
    definition = sheet("F14-34")
    assert definition.dimensions == (Dimension("prestation", national_only=True),)
    (variant,) = definition.variants
    assert variant.name == "iql6_anomalies_montant / iql6_montant_controle"
    assert (variant.method, variant.provisional, variant.dimensions) == ("ratio", True, definition.dimensions)


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("F16-41", ["indus_frauduleux_nombre"]),
        ("F16-42", ["dossiers_fraude[recidive=avec] / dossiers_fraude"]),
        ("F2-9", ["taux usuel"]),
        ("F10-24", ["units_below_target"]),
    ],
)
def test_secondary_values_have_a_name_and_no_breakdown(code, names):
    secondary = sheet(code).secondary
    assert [one.name for one in secondary] == names
    assert all(one.dimensions == () for one in secondary)


def test_a_secondary_value_with_its_own_measure_does_not_take_the_sheets_denominator():
    (child,) = ratio(secondary=[{"method": "count", "numerator": "n", "unit": "pièces"}]).secondary
    assert (child.denominator, child.factor, child.unit, child.decimals) == (None, 1, "pièces", 1)


def test_a_spread_keeps_its_local_value_as_a_definition_or_a_code():
    local = sheet("F15-39").options["of"]
    assert (local.method, str(local.numerator), local.factor) == ("ratio", "remises_dette_fnpf", 100)
    assert sheet("F21-51.1").options["of"] == "F10-21"


def test_every_problem_is_told_at_once_with_what_was_found_and_expected():
    entry = RATIO | {
        "numerator": "n * ", "denominator": None, "unit": 3, "decimals": -1, "better": "up",
        "periodicity": ["weekly"],
        "national": "median", "local": "yes", "factor": 1.5, "first_period": "2013-T7", "headline": "x",
        "colour": "red",
        "secondary": [{"method": "magic"}],
    }  # fmt: skip
    with pytest.raises(DefinitionError) as error:
        definition_from("F0-1", entry)
    text = "\n".join(error.value.problems)
    for field in (
        "numerator", "denominator", "unit", "decimals", "better", "periodicity", "national", "local",
        "factor",
        "first_period", "headline", "colour", "secondary[1].method",
    ):  # fmt: skip
        assert f"champ « {field} » : trouvé" in text, field
    assert str(error.value).startswith("F0-1 : champ «")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"over_time": "average"}, "over_time"),
        ({"over_time": None}, "over_time"),
        ({"over_time": {"n": "sum"}}, "over_time"),
        ({"over_time": {"n": "sum", "d": "last", "z": "sum"}}, "over_time"),
        ({"over_time": {"month": "sometimes"}}, "over_time"),
        ({"breakdowns": {"phase": "closed"}}, "breakdowns"),
        ({"breakdowns": ["phase"]}, "breakdowns"),
        ({"numerator_breakdowns": {"voie": ["a"], "of": "z"}}, "numerator_breakdowns"),
        ({"decimals": True}, "decimals"),
        ({"decimals": None}, "decimals"),
        ({"factor": "cent"}, "factor"),
        ({"variants": {"numerator": "n"}}, "variants"),
        ({"kind": None}, "kind"),
        ({"perimeter": "monde"}, "perimeter"),
    ],
)
def test_one_wrong_field_is_named(changes, field):
    with pytest.raises(DefinitionError) as error:
        definition_from("F0-1", RATIO | changes)
    assert {problem.split(" » ")[0] for problem in error.value.problems} == {f"champ « {field}"}


def test_measures_outside_the_list_are_refused():
    with pytest.raises(DefinitionError, match="une mesure connue"):
        definition_from("F0-1", RATIO, measures={"n"})
    assert definition_from("F0-1", RATIO, measures={"n", "d"}).factor == Decimal(100)


@pytest.mark.parametrize(
    ("rhythms", "counts"),
    [
        (["daily", "monthly", "annual"], MONTHLY),
        (["monthly"], MONTHLY),
        (["semestrial"], {Granularity.SEMESTER: 10, Granularity.YEAR: 5}),
        (["annual"], {Granularity.YEAR: 5}),
        ([], {Granularity.YEAR: 5}),
    ],
)  # fmt: skip
def test_result_periods_whatever_the_sheet_prints(rhythms, counts):
    periods = result_periods(rhythms, *TERM)
    assert {length: sum(p.granularity is length for p in periods) for length in counts} == counts
    assert len(periods) == sum(counts.values())
    assert list(periods) == sorted(set(periods))
    assert all(parse("2013").start <= p.start and p.end <= parse("2017").end for p in periods)


def test_F10_28_and_F10_31_are_due_from_their_own_first_day():
    assert sheet("F10-28").due_periods(*TERM)[0] == parse("2015-01")
    due = sheet("F10-31").due_periods(*TERM)
    assert {str(p) for p in due if p.year == 2013} == {
        "2013",
        "2013-S2",
        "2013-T4",
        "2013-10",
        "2013-11",
        "2013-12",
    }
