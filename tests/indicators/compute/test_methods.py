"""The registries: what is computed today, what says it is not yet, and how a method is added."""

import pytest

from cog.periods import parse
from indicators.compute.evaluate import Sheet, resolved
from indicators.compute.methods import METHODS, State, method
from indicators.compute.over_time import Term
from tests.indicators.compute.builders import TWO, facts, methods, results, sheet


@pytest.mark.parametrize("code", [code for code, entry in methods().items() if entry["method"] == "to_build"])
def test_sheets_to_build_say_so_for_every_scope(code):
    found = results(sheet(code), facts(""), "2014")
    assert {scope for _, scope, _ in found} == {"011", "751", "national"}
    assert {(o.value, o.state, o.reason) for o in found.values()} == {(None, State.TO_BUILD, None)}


def test_every_method_of_the_file_is_computed():
    for code, entry in methods().items():
        definition = resolved(sheet(code), {"F10-21": sheet("F10-21"), "F10-22": sheet("F10-22")})
        assert Sheet(definition, facts("")).results(parse("2015"), TWO), (code, entry["method"])


def test_a_method_is_added_by_one_function(monkeypatch):
    monkeypatch.setitem(METHODS, "variation", METHODS["count"])  # undone after the test

    @method("variation", terms=lambda d: (Term(d.numerator), Term(d.numerator, years_back=1)))
    def variation(definition, quantities):
        return quantities[0] - quantities[1]

    store = facts("eaje_places_agreees 011 2013 10\neaje_places_agreees 011 2014 13\neaje_places_agreees 751 2014 99")
    found = results(sheet("F1-2", method="variation", numerator="eaje_places_agreees", denominator=None,
                          over_time="last"), store, "2014")  # fmt: skip
    assert found["", "011", ""].value == 3
    assert (found["", "national", ""].value, found["", "national", ""].state) == (3, State.INCOMPLETE)
