"""Facts: what was supplied, and the total of what was supplied only by breakdown."""

from decimal import Decimal

import pytest

from cog.periods import parse
from indicators.compute.facts import DuplicateFactError, Facts, Gap, sum_reported
from tests.indicators.compute.builders import facts

MARCH = parse("2014-03")
PHASES = {"m": {"phase": ["amiable", "contentieux"], "generation": []}}


def total(lines, catalogue=None, breakdown="", **options):
    return facts(lines, catalogue).history("m", "751", breakdown, **options).at(MARCH)


def test_missing_is_not_zero():
    assert total("") is Gap.MISSING
    assert total("m 751 2014-03 0") == Decimal(0)
    assert total("m 011 2014-03 5") is Gap.MISSING
    assert total("m 751 2014-04 5") is Gap.MISSING


def test_a_value_supplied_as_such_stands_over_its_breakdowns():
    assert total("m 751 2014-03 10\nm 751 2014-03 phase=amiable 3") == 10


def test_the_total_is_the_sum_over_one_dimension_never_two():
    lines = "m 751 2014-03 phase=amiable 3\nm 751 2014-03 phase=contentieux 4"
    assert total(lines) == 7
    assert total(lines + "\nm 751 2014-03 age=a 5\nm 751 2014-03 age=b 2") == 7


def test_dimensions_that_do_not_agree_refuse_the_total():
    assert total("m 751 2014-03 phase=amiable 3\nm 751 2014-03 age=a 5") is Gap.DISAGREEING


def test_a_closed_dimension_with_a_missing_value_makes_no_total():
    lines = "m 751 2014-03 phase=amiable 3"
    assert total(lines) == 3, "open as far as anyone knows"
    assert total(lines, PHASES) is Gap.MISSING
    assert total(lines + "\nm 751 2014-03 phase=contentieux NS", PHASES) == 3
    assert total(lines + "\nm 751 2014-03 generation=2013 9", PHASES) == 9, "the open dimension is whole"


def test_cells_of_two_dimensions_add_up_once():
    cells = [f"m 751 2014-03 phase={phase};age={age} 5" for phase in ("x", "y") for age in ("a", "b", "c")]
    assert total(cells) == 30
    assert total(cells, breakdown="phase=x") == 15
    assert total(cells, breakdown="age=b;phase=y") == 5


def test_a_survey_is_never_summed():
    lines = "m 751 2014-03 canal=web 3\nm 751 2014-03 canal=telephone 4"
    assert total(lines, from_breakdowns=False) is Gap.MISSING
    assert total(lines, breakdown="canal=web", from_breakdowns=False) == 3


def test_not_applicable_adds_nothing_and_alone_stays_so():
    assert sum_reported([Decimal(2), Gap.NOT_APPLICABLE, Gap.MISSING]) == 2
    assert sum_reported([Gap.NOT_APPLICABLE, Gap.MISSING]) is Gap.NOT_APPLICABLE
    assert sum_reported([Gap.MISSING]) is Gap.MISSING
    assert sum_reported([]) is Gap.MISSING
    assert sum_reported([Decimal(2), Gap.DISAGREEING]) is Gap.DISAGREEING


def test_breakdowns_are_read_in_canonical_form():
    store = facts("m 751 2014-03 b=2;a=1 5")
    assert store.history("m", "751", "a=1;b=2").at(MARCH) == 5


def test_two_values_for_one_key_are_refused():
    with pytest.raises(DuplicateFactError, match="Deux valeurs en vigueur pour m, 751, 2014-03, a=1;b=2"):
        facts("m 751 2014-03 b=2;a=1 5\nm 751 2014-03 a=1;b=2 5")


def test_dimensions_are_those_of_the_catalogue_else_those_found():
    store = facts("m 751 2014-03 phase=amiable 3\nn 751 2014-03 phase=amiable 3", {"m": {"age": []}})
    assert not store.has_dimension("m", "phase")
    assert store.has_dimension("m", "age")
    assert store.has_dimension("n", "phase")
    assert not store.has_dimension("unknown", "phase")
    assert store.dimension_values("n", "phase") == {"amiable"}


def test_cells_already_gathered_make_the_same_store():
    store = Facts.of_cells([(("m", "751", "b=2;a=1"), {MARCH: Decimal(5)})])
    assert store.history("m", "751", "a=1;b=2").at(MARCH) == 5
    with pytest.raises(DuplicateFactError, match="Deux valeurs en vigueur pour m, 751, 2014-03, b=2;a=1"):
        Facts.of_cells([(("m", "751", "a=1;b=2"), {MARCH: Decimal(5)}), (("m", "751", "b=2;a=1"), {MARCH: Decimal(5)})])
