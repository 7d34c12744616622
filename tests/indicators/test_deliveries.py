"""The demonstration's files: everything is given once, in order, then late and corrected values; groups and pilots."""

from collections import Counter
from datetime import date
from functools import cache

from cog.periods import parse
from indicators.demo_data import Delivery, deliveries, groups
from tests.indicators.demo_rows import BODIES, CAISSES, MEASURES, SEED, YEARS, rows


@cache
def files() -> tuple[Delivery, ...]:
    return tuple(deliveries(measures=MEASURES, bodies=BODIES, years=YEARS, seed=SEED))


def test_files_come_in_the_order_of_their_days_never_before_their_periods() -> None:
    days = [file.accepted for file in files()]
    assert days == sorted(days)
    assert (days[0], days[-1]) == (date(2013, 3, 15), date(2018, 11, 12))
    for file in files():
        assert max(parse(period).end for period in {row.period for row in file.rows}) < file.accepted


def test_first_files_give_every_row_of_the_generator_once() -> None:
    first = [
        row for file in files() if not file.file_name.endswith(("-tardif.csv", "-correctif.csv")) for row in file.rows
    ]
    assert Counter(first) == Counter(rows())


def test_late_files_fill_gaps_and_nothing_else() -> None:
    late = [file for file in files() if file.file_name.endswith("-tardif.csv")]
    given = {row[:4] for row in rows()}
    assert [file.accepted.year for file in late] == [2014, 2016]
    assert all(row[:4] not in given for file in late for row in file.rows)
    assert all(len(file.rows) > 50 for file in late)


def test_corrections_lower_values_given_before() -> None:
    given = {row[:4]: row.value for row in rows()}
    corrected = [file for file in files() if file.file_name.endswith("-correctif.csv")]
    assert [file.accepted.year for file in corrected] == [2014, 2015, 2016, 2017, 2018]
    for file in corrected:
        assert len(file.rows) > 20
        assert all(float(row.value) < float(given[row[:4]]) for row in file.rows)


def test_every_caisse_is_in_a_third_and_four_are_pilots_until_2017() -> None:
    placed = list(groups(bodies=BODIES, years=YEARS, seed=SEED, beneficiaries={"751": 9.0, "011": 1.0}))
    counts = Counter((one.key, one.group) for one in placed)
    assert counts["taille", "petite"] == counts["population", "grande"] == len(CAISSES) // 3
    assert next(one.group for one in placed if (one.key, one.body) == ("population", "751")) == "grande"
    pilots = [one for one in placed if one.key == "concerne:F1-3"]
    assert {one.body for one in pilots} == {
        row.body_code for row in rows() if row.measure == "eaje_enfants_inscrits" and row.period == "2013"
    }
    assert {one.until for one in pilots} == {date(2016, 12, 31)}
