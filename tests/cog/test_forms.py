"""What people type: days and numbers as French writes them, our own figures pasted back."""

from datetime import date
from decimal import Decimal

import pytest
from django import forms

from cog.figures import format_figure
from cog.forms import DateFilter, DayField, NumberField
from cog.periods import format_date


@pytest.mark.parametrize(
    "text",
    [
        "01/04/2014",
        "1/4/2014",
        "01.04.14",
        "1-4-2014",
        "01 04 2014",
        "2014-04-01",
        "1er avril 2014",
        " 1er Avril 2014 ",
    ],
)
def test_a_day_is_read_as_it_is_typed(text: str) -> None:
    assert DayField().clean(text) == date(2014, 4, 1)


@pytest.mark.parametrize("day", [date(2013, 1, 31), date(2014, 2, 1), date(2014, 8, 15), date(2016, 12, 29)])
def test_a_displayed_day_is_read_back(day: date) -> None:
    assert DayField().clean(format_date(day)) == day


@pytest.mark.parametrize(
    "text", ["hier", "31/02/2014", "2014", "04/2014", "1/13/2014", "1/4-2014", "32 mai 2014", "1 ma 2014"]
)
def test_another_day_is_refused_in_french(text: str) -> None:
    with pytest.raises(forms.ValidationError, match=f"trouvé « {text} ».*31/03/2014"):
        DayField().clean(text)


def test_the_field_shows_the_day_as_it_is_typed() -> None:
    shown = str(DateFilter(initial={"au": date(2014, 6, 30)})["au"])
    assert 'value="30/06/2014"' in shown
    assert 'type="text"' in shown


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 234,5", "1234.5"),
        ("1\u202f234,5", "1234.5"),
        ("1\u00a0234,5", "1234.5"),
        ("\u22121\u202f234,5", "-1234.5"),
        ("-3", "-3"),
        ("85 %", "85"),
        ("85,3\u00a0%", "85.3"),
        ("0.5", "0.5"),
    ],
)
def test_a_number_is_read_as_it_is_typed(text: str, value: str) -> None:
    assert NumberField().clean(text) == Decimal(value)


@pytest.mark.parametrize("value", ["0", "-1234567.891", "85.3", "1000", "0.001"])
def test_our_own_displayed_figure_is_read_back(value: str) -> None:
    number = Decimal(value)
    assert NumberField(unit="k€").clean(format_figure(number, 3, "k€")) == number


@pytest.mark.parametrize("text", ["1.234", "12.345", "-1.234"])
def test_a_number_with_two_readings_is_asked(text: str) -> None:
    bare = text.replace(".", ",")
    with pytest.raises(forms.ValidationError, match=f"attendu « {bare} » ou « {text.replace('.', ' ')} »"):
        NumberField().clean(text)


@pytest.mark.parametrize("text", ["beaucoup", "1,2,3", "12 34", "--3", "1e5", "٣"])
def test_what_is_not_a_number_is_told(text: str) -> None:
    with pytest.raises(forms.ValidationError, match="Trouvé « "):
        NumberField().clean(text)


def test_bounds_and_decimals() -> None:
    assert NumberField(decimals=0).clean("85 %") == 85
    for field, text in (
        (NumberField(decimals=0), "8,5"),
        (NumberField(minimum=0), "−1"),
        (NumberField(most=Decimal(10)), "10"),
    ):
        with pytest.raises(forms.ValidationError):
            field.clean(text)
    assert NumberField(required=False).clean("") is None
    assert NumberField().prepare_value(Decimal("1234.50")) == "1\u202f234,5"


@pytest.mark.parametrize(
    ("initial", "data", "changed"),
    [
        (40, "40", False),
        (40, "40 %", False),
        (Decimal("1234.5"), "1\u202f234,5", False),
        ("1\u202f234,5", "1234,50", False),
        (40, "41", True),
        (None, "", False),
        (None, "0", True),
        (40, "", True),
        (40, "illisible", True),
    ],
)
def test_a_number_shown_again_has_not_changed(initial: Decimal | int | None, data: str, changed: bool) -> None:
    assert NumberField(required=False).has_changed(initial, data) is changed
