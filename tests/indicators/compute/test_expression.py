"""Expressions and breakdowns: a closed language; what is not in it is refused."""

from decimal import Decimal, localcontext

import pytest

from cog.periods import Granularity, parse
from indicators.compute.expression import (
    ExpressionError,
    Reference,
    canonical_breakdown,
    parse_expression,
)
from indicators.compute.facts import Gap
from indicators.compute.methods import PRECISION
from indicators.compute.over_time import Grid, Rule, Term, reading, same_rule
from tests.indicators.compute.builders import facts


@pytest.mark.parametrize(
    ("text", "references"),
    [
        ("a", [("a", "", 1)]),
        ("a + b", [("a", "", 1), ("b", "", 1)]),
        ("a - b", [("a", "", 1), ("b", "", -1)]),
        ("a - b + c", [("a", "", 1), ("b", "", -1), ("c", "", 1)]),
        ("indus_recouvres[phase=amiable]", [("indus_recouvres", "phase=amiable", 1)]),
        ("m[k=v] - m", [("m", "k=v", 1), ("m", "", -1)]),
    ],
)
def test_closed_language(text, references):
    expression = parse_expression(text)
    assert [(r.measure, r.breakdown, r.sign) for r in expression.references] == references
    assert str(expression) == text
    assert parse_expression(str(expression)) == expression


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "a b", "-a", "a - ", "+ a", "a + - b", "A", "1", "1 + 2", "a[k]", "a[k=v", "a[k=v][j=w]",
        "a[k=v;j=w]", "a.b", "a()", "__import__('os')", "a if b else c", "é", "a[k=__class__]", "a ** 2", "a // b",
        "a % b", "(a", "a)", "()", "2a", "1.2.3 * a", "1e5 * a", "a = b", "a, b", "(" * 21 + "a" + ")" * 21,
        "a + " * 101 + "a", "a" * 2001,
    ],
)  # fmt: skip
def test_anything_else_is_refused(text):
    with pytest.raises(ExpressionError) as error:
        parse_expression(text)
    assert "attendu" in str(error.value)


def test_only_listed_measures_are_allowed():
    assert parse_expression("a + b", {"a", "b"}).measures == {"a", "b"}
    with pytest.raises(ExpressionError) as error:
        parse_expression("a + c", {"a", "b"})
    assert (error.value.found, error.value.expected) == ("c", "une mesure connue")


@pytest.mark.parametrize(
    ("text", "written", "value"),
    [
        ("2 * a", "2 * a", 20), ("a*b", "a * b", 30), ("a / b", "a / b", "10") , ("(a)", "a", 10), ("a-b", "a - b", 7),
        ("a - (b - c)", "a - (b - c)", 9), ("a - b - c", "a - b - c", 5), ("(a + b) * c", "(a + b) * c", 26),
        ("a + b * c", "a + b * c", 16), ("2 - a", "2 - a", -8), ("a × b ÷ c", "a * b / c", 15),
        ("a / (b / c)", "a / (b / c)", "20"), ("a − 1.5", "a - 1.5", "8.5"), ("((a))+((b))", "a + b", 13),
    ],
)  # fmt: skip
def test_four_operations_and_parentheses(text, written, value):
    values = {"a": 10, "b": 3, "c": 2}
    expression = parse_expression(text)
    store = facts([f"{name} 011 2014 {number}" for name, number in values.items()])
    grid, rules = Grid(Granularity.YEAR), {name: same_rule(Rule.SUM) for name in values}
    with localcontext(PRECISION):
        (found,) = reading([Term(expression)], store, "011", rules=rules, grid=grid).span(parse("2014")).quantities
        expected = Decimal(value) if "/" not in text else Decimal(value) / 3
    assert str(expression) == written
    assert str(parse_expression(written)) == written
    assert found == expected


@pytest.mark.parametrize(
    ("text", "position", "found"),
    [
        ("a - ", 4, "rien"), ("a $ b", 2, "$ b"), ("a b", 2, "b"), ("a + (b", 6, "la fin"), ("a)", 1, ")"),
        ("a * * b", 4, "*"), ("a + B", 4, "B"), ("a / c", 4, "c"), ("", 0, "rien"),
    ],
)  # fmt: skip
def test_the_faulty_character_is_shown(text, position, found):
    with pytest.raises(ExpressionError) as error:
        parse_expression(text, {"a", "b"})
    assert (error.value.position, error.value.found) == (position, found)
    assert error.value.pointed.splitlines() == [text, " " * position + "^"]


def test_a_gap_in_a_formula_with_products():
    store = facts(["a 011 2014 10", "b 011 2014 NS", "z 011 2014 0"])
    rules = {name: same_rule(Rule.SUM) for name in "abcz"}

    def value(text):
        terms = [Term(parse_expression(text))]
        return reading(terms, store, "011", rules=rules, grid=Grid(Granularity.YEAR)).span(parse("2014")).quantities

    assert value("a / z") is Gap.ZERO_DIVISION
    assert value("2 * c") is Gap.MISSING
    assert value("a / z + c") is Gap.MISSING
    assert value("2 * b") is Gap.NOT_APPLICABLE
    assert value("2 * a + b * 3") == (20,)
    assert value("b * 3 - a") == (-10,)


def test_a_difference_is_a_balance():
    assert parse_expression("a - b").is_balance
    assert not parse_expression("a + b").is_balance
    assert parse_expression("2 * a - b").is_balance
    assert not parse_expression("(a - b) * 2").is_balance


@pytest.mark.parametrize(
    ("text", "canonical"),
    [("", ""), ("a=1", "a=1"), ("b=2;a=1", "a=1;b=2"), (" b=2 ; a=1 ", "a=1;b=2"), ("a=x y", "a=x y")],
)
def test_canonical_breakdown(text, canonical):
    assert canonical_breakdown(text) == canonical


@pytest.mark.parametrize("text", ["a", "a=", "=1", ";", "a=1;", "a=1;a=2", "a=1=2", "A=1"])
def test_a_breakdown_that_is_not_pairs_is_refused(text):
    with pytest.raises(ExpressionError):
        canonical_breakdown(text)


def test_reading_a_reference_within_a_value_replaces_it():
    reference = Reference("m", "k=v")
    assert reference.within("j", "w").breakdown == "j=w;k=v"
    assert reference.within("k", "u").breakdown == "k=u"
    assert reference.fixes("k")
    assert not reference.fixes("j")
