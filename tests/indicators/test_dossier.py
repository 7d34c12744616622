"""The dossier of a quarter: which national results go with its transmission, sheet by sheet."""

import pytest

from cog.models import Convention
from cog.periods import PeriodError
from indicators.queries.dossier import dossier_lines, dossier_of

pytestmark = pytest.mark.django_db


def _periods(convention: Convention, quarter: str, code: str, *, owed: bool | None = None) -> list[str]:
    lines = dossier_lines(convention=convention, period=quarter)
    return [str(one.period) for one in lines if one.indicator.code == code and owed in (None, one.is_owed)]


@pytest.mark.parametrize(
    ("quarter", "code", "expected"),
    [
        ("2014-T1", "F10-21", ["2014-T1"]),  # monthly: rolled up
        ("2014-T4", "F10-21", ["2014-T4"]),
        ("2018-T1", "F10-21", []),  # beyond the term
        ("2014-T1", "F21-51.1", ["2014-T1"]),  # a spread over another monthly sheet
        ("2014-T1", "F10-23", ["2013"]),  # annual: N-1 with the first quarter
        ("2014-T2", "F10-23", []),
        ("2013-T1", "F10-23", []),  # 2012 is before the convention
        ("2018-T1", "F10-23", ["2017"]),
        ("2014-T1", "F16-41", ["2013-S1", "2013-S2", "2013"]),
        ("2014-T2", "F16-41", ["2014-S1"]),  # offered
        ("2014-T3", "F16-41", []),
        ("2014-T4", "F16-41", ["2014-S2"]),
        ("2014-T1", "F1-1.1", ["2014-T1"]),
        ("2015-T1", "F1-1.1", ["2015-T1", "2013"]),  # definitive in March N+2
        ("2019-T1", "F1-1.1", ["2017"]),
        ("2014-T1", "F10-28", []),  # from 2015
        ("2015-T1", "F10-28", ["2015-T1"]),
        ("2013-T3", "F10-31", []),  # from the end of 2013
        ("2013-T4", "F10-31", ["2013-T4"]),
        ("2014-T1", "F15-38", ["2013"]),  # still to build: the dossier says so
    ],
)
def test_which_results_go_with_a_quarter(convention: Convention, quarter: str, code: str, expected: list[str]) -> None:
    assert _periods(convention, quarter, code) == expected


def test_a_half_year_is_owed_with_the_first_quarter_of_the_next_year_only(convention: Convention) -> None:
    assert _periods(convention, "2014-T2", "F16-41", owed=True) == []
    assert _periods(convention, "2015-T1", "F16-41", owed=True) == ["2014-S1", "2014-S2", "2014"]


def test_each_result_is_there_once_in_the_order_of_the_annex(convention: Convention) -> None:
    found = dossier_of(convention=convention, period="2014-T1")
    assert len({(indicator.code, period) for indicator, period in found}) == len(found)
    positions = [indicator.position for indicator, _ in found]
    assert positions == sorted(positions)


def test_the_years_of_the_convention_are_each_transmitted_once(convention: Convention) -> None:
    """Every annual result of a sheet with no other rhythm goes with exactly one transmission."""
    seen: list[tuple[str, str]] = []
    for year in range(2013, 2020):
        for number in range(1, 5):
            pairs = dossier_of(convention=convention, period=f"{year}-T{number}")
            seen += [(indicator.code, period) for indicator, period in pairs if period.isdecimal()]
    assert len(seen) == len(set(seen))
    assert {period for code, period in seen if code == "F10-23"} == {"2013", "2014", "2015", "2016", "2017"}


@pytest.mark.parametrize("wrong", ["2014", "2014-03", "2014-S1", "mars", ""])
def test_a_dossier_is_the_one_of_a_quarter(convention: Convention, wrong: str) -> None:
    with pytest.raises(PeriodError):
        dossier_of(convention=convention, period=wrong)


def test_the_dossier_takes_few_queries(convention: Convention, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(4):
        dossier_of(convention=convention, period="2014-T1")
