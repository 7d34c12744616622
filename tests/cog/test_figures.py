"""Figures: rounding, French out, French in. The table of cases of U19, U20, F30 and F32 (measured in M11)."""

from decimal import Context, Decimal, localcontext

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cog.figures import (
    AmbiguousNumberError,
    NumberError,
    Operator,
    Reason,
    decimals_of,
    format_against,
    format_exact,
    format_figure,
    format_gap,
    format_size,
    parse_french_decimal,
    round_half_up,
)

NNBSP, NBSP, THIN, MINUS = "\u202f", "\u00a0", "\u2009", "\u2212"

NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=4)


@pytest.mark.parametrize(
    ("value", "decimals", "rounded"),
    [
        ("0.5", 0, "1"), ("1.5", 0, "2"), ("2.5", 0, "3"), ("-2.5", 0, "-3"), ("0.45", 1, "0.5"),
        ("0.44", 1, "0.4"),
        ("84.95", 1, "85.0"), ("2.675", 2, "2.68"), ("1234567.891", 2, "1234567.89"), ("0.05", 1, "0.1"),
        ("99.999", 2, "100.00"), ("-0.04", 1, "0.0"), ("-0", 0, "0"), ("1E+3", 0, "1000"),
        ("1E-20", 3, "0.000"),
    ],
)  # fmt: skip
def test_rounding_is_half_away_from_zero_and_never_minus_zero(value, decimals, rounded):
    assert str(round_half_up(Decimal(value), decimals)) == rounded


def test_rounding_does_not_depend_on_the_callers_context():
    with localcontext(Context(prec=3)):
        assert format_figure(Decimal("123456789.25"), 1) == f"123{NNBSP}456{NNBSP}789,3"


@pytest.mark.parametrize(
    ("value", "decimals", "unit", "shown"),
    [
        ("85.3", 1, "%", f"85,3{NBSP}%"),
        ("85", 1, "%", f"85,0{NBSP}%"),
        ("0.8512", 2, "", "0,85"),
        ("1234.5", 1, "", f"1{NNBSP}234,5"),
        ("999", 0, "", "999"),
        ("1000", 0, "", f"1{NNBSP}000"),
        ("-1234567.89", 2, "€", f"{MINUS}1{NNBSP}234{NNBSP}567,89{NBSP}€"),
        ("113", 1, "M€", f"113,0{NBSP}M€"),
        ("-0.04", 1, "points", f"0,0{NBSP}points"),
        ("12", 1, "m²/poste", f"12,0{NBSP}m²/poste"),
        ("0", 0, "", "0"),
    ],
)
def test_french_display(value, decimals, unit, shown):
    assert format_figure(Decimal(value), decimals, unit) == shown


def test_a_missing_figure_is_never_zero():
    assert format_figure(None, 1, "%") == "n.d."
    assert format_against(None, Decimal(85), Operator.AT_LEAST, 1, "%") == "n.d."


@pytest.mark.parametrize(
    ("value", "threshold", "operator", "decimals", "shown"),
    [
        ("84.96", "85", ">=", 1, "84,96"),
        ("84.94", "85", ">=", 1, "84,9"),
        ("84.9999999999", "85", ">=", 1, "84,9999999999"),
        ("84.99", "85", ">=", 0, "84,99"),
        ("85", "85", ">=", 1, "85,0"),
        ("85.04", "85", ">=", 1, "85,0"),
        ("8.314", "8.31", "<=", 2, "8,314"),
        ("8.31", "8.31", "<=", 2, "8,31"),
        ("8.31", "8.31", "<=", 1, "8,3"),
        ("8.36", "8.37", "<=", 1, "8,36"),  # a hit is not shown as a miss either
        ("25.04", "25", "<=", 1, "25,04"),
        ("84.96", "85", "=", 1, "84,96"),
        ("-11.96", "-12", "<=", 1, f"{MINUS}11,96"),
    ],
)
def test_display_never_rounds_across_the_threshold(value, threshold, operator, decimals, shown):
    assert format_against(Decimal(value), Decimal(threshold), Operator(operator), decimals) == shown


@settings(deadline=None)
@given(NUMBERS, NUMBERS, st.sampled_from(Operator), st.integers(0, 3))
def test_what_is_shown_has_the_verdict_of_what_is_computed(value, threshold, operator, decimals):
    shown = parse_french_decimal(format_against(value, threshold, operator, decimals))
    assert operator.holds(shown, threshold) is operator.holds(value, threshold)


def test_a_forty_digit_quotient_keeps_its_side():
    with localcontext(Context(prec=40)):
        value = 100 * Decimal(849999999999999) / Decimal(1000000000000000)
    shown = parse_french_decimal(format_against(value, Decimal(85), Operator.AT_LEAST, 1))
    assert shown < 85


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", "0"), ("85", "85"), ("85,3", "85.3"), ("85.3", "85.3"), ("85,3 %", "85.3"),
        (f"85,3{NBSP}%", "85.3"),
        ("85%", "85"), (" 85 ", "85"), (f"{NBSP}85{NNBSP}", "85"), ("1 234,5", "1234.5"),
        (f"1{NBSP}234,5", "1234.5"),
        (f"1{NNBSP}234,5", "1234.5"), (f"1{THIN}234{THIN}567", "1234567"), ("1234567", "1234567"),
        ("1.234", "1.234"),
        ("-12", "-12"), (f"{MINUS}12,5", "-12.5"), ("+3", "3"), ("-0", "0"), (f"{MINUS}0,0", "0"),
        ("007", "7"),
        ("0,1", "0.1"), ("0.2", "0.2"), ("123456789012345", "123456789012345"),
        ("0,000000000000001", "1E-15"),
        ("12345678,1234567", "12345678.1234567"), ("1,500000000000000000", "1.5"), ("0,85", "0.85"),
    ],
)  # fmt: skip
def test_french_reading(text, value):
    number = parse_french_decimal(text)
    assert number == Decimal(value)
    assert not (number.is_zero() and number.is_signed())


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "%", "-", ",", "1e5", "1E400", "1_000", "٨٥", "\uff18\uff15", "NaN", "nan", "sNaN", "inf",
        "-inf",
        "Infinity", "0x10", "1,2,3", "1.234,5", "1,234.5", "1'234", "12 34", "1 2345", " 1  234", "1,5 000",
        "5,",
        ",5", ".5", "85 % %", "85 €", "12-", "(12)", "--1", "1\t234", "1\u3000234", "=1+1", "ND", "NS",
        "1234567890123456", "12345678,12345678", "1000000000000000",
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused_in_french(text):
    with pytest.raises(NumberError) as error:
        parse_french_decimal(text)
    assert error.value.found == text
    assert error.value.expected
    assert "attendu" in str(error.value)


@pytest.mark.parametrize(
    ("text", "ambiguous"),
    [("1.234", True), ("-12.345", True), ("1.234 %", True), ("0.234", False), ("1.23", False),
    ("1,234", False),
     ("1234.567", False), ("01.234", False)],
)  # fmt: skip
def test_a_dot_that_reads_two_ways_is_asked_about(text, ambiguous):
    if not ambiguous:
        assert parse_french_decimal(text, refuse_ambiguous_dot=True) == parse_french_decimal(text)
        return
    with pytest.raises(AmbiguousNumberError, match="ou"):
        parse_french_decimal(text, refuse_ambiguous_dot=True)


def test_the_unit_of_the_field_may_follow_and_no_other():
    assert parse_french_decimal("113 M€", unit="M€") == 113
    assert parse_french_decimal(f"12,0{NBSP}m²/poste", unit="m²/poste") == 12
    with pytest.raises(NumberError):
        parse_french_decimal("113 k€", unit="M€")


@settings(deadline=None)
@given(NUMBERS, st.integers(0, 4), st.sampled_from(["", "%", "€", "M€", "points", "heures/semaine"]))
def test_our_own_figure_copied_back_is_read(value, decimals, unit):
    shown = format_figure(value, decimals, unit)
    assert parse_french_decimal(shown, unit=unit, refuse_ambiguous_dot=True) == round_half_up(value, decimals)


@settings(deadline=None)
@given(st.text(alphabet="0123456789., -+\u2212\u202f\u00a0\u2009%eE_٣３nN", max_size=12))
def test_reading_gives_a_finite_number_or_refuses(text):
    try:
        number = parse_french_decimal(text)
    except NumberError:
        return
    assert number.is_finite()
    assert len(number.as_tuple().digits) <= 15


@pytest.mark.parametrize(("value", "count"), [("8.310", 2), ("85.0", 0), ("8.5E+3", 0), ("0", 0), ("12", 0)])
def test_decimals_that_matter(value, count):
    assert decimals_of(Decimal(value)) == count


def test_a_printed_threshold_has_its_own_decimals():
    assert format_exact(Decimal("85.0"), "%") == f"85{NBSP}%"
    assert format_exact(Decimal("8.31"), "%") == f"8,31{NBSP}%"


def test_reasons_are_the_codes_of_results_csv():
    assert {reason.state_code for reason in Reason} == {
        "non_calculable:denominateur_nul",
        "non_calculable:donnee_manquante",
        "non_calculable:solde_nul_ou_negatif",
    }
    assert all(reason.label.startswith("non calculable") for reason in Reason)


@pytest.mark.parametrize(
    ("gap", "decimals", "unit", "shown"),
    [
        ("1.25", 1, "%", f"+1,3{NBSP}point"), ("-2.04", 1, "%", f"{MINUS}2,0{NBSP}points"),
        ("500", 0, "places", f"+500{NBSP}places"), ("0", 1, "%", "="), ("-0.0", 1, "", "="),
        ("0.004", 1, "", "+0,004"), ("-0.04", 1, "€", f"{MINUS}0,04{NBSP}€"),
    ],
)  # fmt: skip
def test_a_gap_has_its_sign_and_is_never_shown_as_nil(gap: str, decimals: int, unit: str, shown: str) -> None:
    assert format_gap(Decimal(gap), decimals, unit) == shown


def test_no_gap_is_not_available_not_nil() -> None:
    assert format_gap(None, 1) == "n.d."


@pytest.mark.parametrize(
    ("size", "shown"),
    [(0, "0,0 ko"), (512, "0,5 ko"), (340 * 1024, "340 ko"), (25 * 1024 * 1024, "25 Mo"), (1_992_294, "1,9 Mo")],
)
def test_the_size_of_a_file_is_told_in_french(size: int, shown: str) -> None:
    assert format_size(size) == shown.replace(" ", NBSP)
