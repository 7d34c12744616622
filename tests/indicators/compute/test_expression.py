"""Expressions and breakdowns: a closed language; what is not in it is refused."""

import pytest

from indicators.compute.expression import (
    ExpressionError,
    Reference,
    canonical_breakdown,
    parse_expression,
)


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
        "", " ", "a b", "a * b", "a / b", "a-b", "-a", "a - ", "+ a", "a + - b", "A", "1", "a[k]", "a[k=v",
        "a[k=v][j=w]",
        "a[k=v;j=w]", "(a)", "a.b", "a()", "__import__('os')", "a if b else c", "é", "a[k=__class__]",
        "2 - a",
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


def test_a_difference_is_a_balance():
    assert parse_expression("a - b").is_balance
    assert not parse_expression("a + b").is_balance


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
