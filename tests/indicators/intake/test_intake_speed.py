"""300 000 rows take about 3 s of processor time; not counted on the wall, where other programs run too."""

import time
from datetime import date
from decimal import Decimal
from itertools import islice, product

import pytest

from cog.periods import Granularity, year
from indicators.intake.checks import Row
from indicators.intake.long_form import read_long_form
from indicators.intake.semantics import file_check

ROWS = 300_000
LIMIT = 10.0


@pytest.mark.timeout(120)
def test_three_hundred_thousand_rows_are_read_in_seconds(reference):
    monthly = ("caisse", "count", Granularity.MONTH)
    measures = [
        code
        for code, info in reference.measures.items()
        if (info.level, info.value_kind, info.finest_period) == monthly
    ]
    periods = [
        period
        for number in range(2008, 2018)
        for granularity in list(Granularity)[1:]
        for period in year(number).children(granularity)
    ]
    caisses = [code for code, kind in reference.bodies.items() if kind == "caisse"]
    keys = islice(product(periods, measures, caisses), ROWS)
    lines = [f"{measure},{caisse},{period},,{place % 99_991}" for place, (period, measure, caisse) in enumerate(keys)]
    data = "\n".join(["mesure,caisse,periode,ventilation,valeur", *lines]).encode()

    start = time.process_time()
    intake = read_long_form(data, reference)
    elapsed = time.process_time() - start

    assert (intake.problems, len(intake.rows)) == ([], ROWS)
    assert elapsed < LIMIT


@pytest.mark.timeout(120)
def test_three_hundred_thousand_rows_are_compared_in_seconds(relations):
    months = [str(period) for number in range(2008, 2018) for period in year(number).months()]
    codes = sorted(code for share in relations.shares for code in share[:2])
    rows = [
        Row(line, measure, f"{body:03d}", month, "", Decimal(900 + line * 7 % 200), "")
        for line, (measure, body, month) in enumerate(islice(product(codes, range(110), months[-50:]), ROWS), 2)
    ]
    start = time.process_time()
    problems = [*file_check(relations, lambda body, measures: {}, today=date(2026, 1, 1))(rows)]
    elapsed = time.process_time() - start

    assert problems
    assert elapsed < LIMIT
