"""The charts: what they owe (accessibility, strict CSP, French figures) and what they must never say."""

import re
from decimal import Decimal
from itertools import pairwise, product
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cog.charts import (
    Bars,
    Distribution,
    Point,
    Target,
    bars_chart,
    distribution_chart,
    series_chart,
    sparkline,
)
from cog.svg import text_width, ticks

D = Decimal
SVG = "{http://www.w3.org/2000/svg}"
NAMED: dict[str, Any] = {"id": "c1", "title": "Le message", "desc": "La description"}
QUARTERS = [Point(f"T{t}", D(80 + t), str(y)) for y, t in product(range(2013, 2018), range(1, 5))]
LOCAL = [D(n) / 4 for n in range(300, 402)]


def series(*values: str | None, **options: Any) -> str:
    points = [Point(str(2013 + i), D(v) if v else None) for i, v in enumerate(values)]
    return series_chart(**{**NAMED, "points": points, **options})


CHARTS = {
    "series": series_chart(
        **NAMED,
        points=QUARTERS,
        unit="%",
        targets=[Target(D(85)), Target(D(83), "intermédiaire", 4, 7)],
        trajectory=[D(80)] * 20,
        baseline=Point("2012", D("83.8")),
    ),
    "long figures": series(*["1432567.5"] * 20, unit="familles"),
    "narrow": series(
        "1", "2", "3", width=260, trajectory=[D(2)] * 3, targets=[Target(D(4))], baseline=Point("2012", D(2))
    ),
    "empty series": series(None, None),
    "no period": series(),
    "one distribution": distribution_chart(
        **NAMED, groups=[Distribution("2014", LOCAL, (D(80), D(85), D(90)), D(86), D(75))], unit="%"
    ),
    "distributions": distribution_chart(
        **NAMED, groups=[Distribution(str(y), LOCAL) for y in range(2013, 2018)], target=Target(D(85))
    ),
    "no distribution": distribution_chart(**NAMED, groups=[Distribution("2014", [])]),
    "bars": bars_chart(
        **NAMED,
        categories=["2013", "Autre fonctionnement", "2015"],
        series=[Bars("programme", [D(10), D(-5), None]), Bars("exécuté", [D(9), D(0), None])],
        unit="M€",
    ),
    "sparkline": sparkline(id="c1", title="Le message", values=[D(1), None, D(3), D(2)], target=D(2)),
    "empty sparkline": sparkline(id="c1", title="Le message", values=[]),
}


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in parsed(svg).iter(f"{SVG}text")]


def of_class(svg: str, cls: str) -> list[ElementTree.Element]:
    return [element for element in parsed(svg).iter() if element.get("class") == cls]


@pytest.mark.parametrize("svg", CHARTS.values(), ids=CHARTS)
def test_every_chart_is_named_and_needs_nothing_a_strict_policy_refuses(svg: str) -> None:
    root = parsed(svg)
    assert root.get("role") == "img"
    assert root[0].tag == f"{SVG}title" and root[0].text == "Le message"
    labels = (root.get("aria-labelledby") or "").split()
    assert labels == [child.get("id") for child in root if child.get("id")]
    assert not re.search(r"\sstyle=|<style|<script|\son\w+=|href=|url\(", svg)
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids)) and all(name == "c1" or name.startswith("c1-") for name in ids if name)


@pytest.mark.parametrize("svg", CHARTS.values(), ids=CHARTS)
def test_nothing_is_clipped(svg: str) -> None:
    root = parsed(svg)
    _, _, width, height = (float(n) for n in (root.get("viewBox") or "").split())
    for text in root.iter(f"{SVG}text"):
        size, words = float(text.get("font-size") or 0), text.text or ""
        assert 10 <= size <= 12
        wide = text_width(words, size) * {"start": 0, "middle": 0.5, "end": 1}[text.get("text-anchor") or ""]
        x, y = float(text.get("x") or 0), float(text.get("y") or 0)
        assert x - wide >= -1 and x - wide + text_width(words, size) <= width + 1, words
        assert size - 2 <= y <= height - 2, words
    for element in root.iter():
        for name in ("cx", "x1", "x2", "x"):
            assert 0 <= float(element.get(name) or 0) <= width
        for name in ("cy", "y1", "y2", "y"):
            assert 0 <= float(element.get(name) or 0) <= height


def test_equal_input_gives_equal_output() -> None:
    assert series("1", "2") == series("1", "2")


def test_a_missing_value_cuts_the_line_and_is_never_a_zero() -> None:
    svg = series("80", "81", None, "83", "84")
    first, second = of_class(svg, "value")
    assert [len((line.get("points") or "").split()) for line in (first, second)] == [2, 2]
    assert len(of_class(svg, "dot")) == 4
    assert "n.d." in texts(svg)
    assert "0" not in texts(svg)
    assert len(of_class(series("80", "81", "82", "83", "84"), "value")) == 1


def test_periods_to_come_are_not_called_missing() -> None:
    assert "n.d." not in texts(series("80", "81", None, None))
    assert texts(series(None, None)).count("n.d.") == 2


def test_a_break_cuts_the_line_and_says_why() -> None:
    points = [Point("2013", D(4)), Point("2014", D(5), break_label="jours ouvrés"), Point("2015", D(6))]
    svg = series_chart(**NAMED, points=points)
    (line,) = of_class(svg, "value")
    assert len((line.get("points") or "").split()) == 2
    assert "jours ouvrés" in texts(svg) and len(of_class(svg, "break")) == 1


def test_a_provisional_point_is_hollow_and_explained() -> None:
    svg = series_chart(**NAMED, points=[Point("2013", D(4)), Point("2014", D(5), provisional=True)])
    assert len(of_class(svg, "hollow")) == 2  # the point and its key
    assert "provisoire" in texts(svg)
    assert "provisoire" not in texts(series("4", "5"))


def test_the_baseline_stands_apart_and_starts_the_trajectory() -> None:
    svg = series_chart(
        **NAMED,
        points=[Point("2013", D(4)), Point("2014", D(5))],
        trajectory=[D(4), D(5)],
        baseline=Point("2012", D(3)),
    )
    (trajectory,) = of_class(svg, "trajectory")
    assert len((trajectory.get("points") or "").split()) == 3
    assert trajectory.get("stroke-dasharray") == "5 4"
    (line,) = of_class(svg, "value")
    assert len((line.get("points") or "").split()) == 2


def test_a_target_covers_its_own_periods() -> None:
    points = [Point(str(year), D(50)) for year in range(2013, 2018)]
    svg = series_chart(**NAMED, points=points, unit="%", targets=[Target(D(60), "cible 2014", 1, 1)])
    (line,) = of_class(svg, "target")
    wide = float(line.get("x2") or 0) - float(line.get("x1") or 0)
    (whole,) = of_class(series_chart(**NAMED, points=points, unit="%", targets=[Target(D(60))]), "target")
    assert wide * 4 < float(whole.get("x2") or 0) - float(whole.get("x1") or 0)
    assert "cible 2014 60\u00a0%" in texts(svg)


def test_targets_close_to_each_other_have_labels_apart() -> None:
    svg = series("50", "90", targets=[Target(D(70), "a"), Target(D("70.1"), "b"), Target(D("70.2"), "c")])
    heights = sorted(
        float(t.get("y") or 0) for t in parsed(svg).iter(f"{SVG}text") if t.get("fill") == "#b3541e"
    )
    assert len(heights) == 3
    assert all(after - before >= 12.9 for before, after in pairwise(heights))


@pytest.mark.parametrize(
    ("value", "target", "shown"),
    [("84.96", "85", "84,96"), ("85.04", "85", "85,04"), ("85", "85", "85,0"), ("84.4", "85", "84,4")],
)
def test_a_display_never_rounds_a_miss_into_a_hit(value: str, target: str, shown: str) -> None:
    assert f"{shown}\u00a0%" in texts(series(value, unit="%", targets=[Target(D(target))]))


def test_figures_are_french() -> None:
    svg = series("1234567.5", "-1200000.5", unit="familles", decimals=1)
    assert "\u22121\u202f200\u202f000,5\u00a0familles" in texts(svg)
    assert "2014 : \u22121\u202f200\u202f000,5\u00a0familles" in svg


def test_a_distribution_shows_every_caisse_once() -> None:
    (dots,) = (g for g in parsed(CHARTS["one distribution"]).iter(f"{SVG}g") if len(g) > 1)
    assert len(dots) == 102
    assert len({(dot.get("cx"), dot.get("cy")) for dot in dots}) == 102
    assert not list(dots.iter(f"{SVG}title"))  # no name was given, none is shown


def test_caisses_with_the_same_value_stand_side_by_side() -> None:
    svg = distribution_chart(**NAMED, groups=[Distribution("2014", [D(80)] * 12 + [D(90)])])
    (dots,) = (g for g in parsed(svg).iter(f"{SVG}g") if len(g) > 1)
    assert len({(dot.get("cx"), dot.get("cy")) for dot in dots}) == 13


def test_names_show_only_when_given() -> None:
    svg = distribution_chart(**NAMED, groups=[Distribution("2014", [D(1), D(2)], names=["Ain", "Aisne"])])
    assert "Ain : 1,0" in svg and "Aisne : 2,0" in svg


def test_a_bar_of_zero_says_zero_and_a_missing_one_says_so() -> None:
    svg = CHARTS["bars"]
    assert texts(svg).count("n.d.") == 2
    assert len(of_class(svg, "bar")) == 4
    assert texts(svg).count("0") == 2  # the axis and the bar
    assert {"Autre", "fonctionnement"} <= set(texts(svg)) or "Autre fonctionnement" in texts(svg)


def test_a_negative_bar_goes_down_from_zero() -> None:
    up, down = of_class(bars_chart(**NAMED, categories=["a", "b"], series=[Bars("x", [D(5), D(-5)])]), "bar")
    zero = float(up.get("y") or 0) + float(up.get("height") or 0)
    assert float(down.get("y") or 0) == pytest.approx(zero, abs=0.2)


def test_words_are_escaped() -> None:
    nasty = "<script>alert('&\"')</script>\x00\ud800"
    svg = series_chart(
        id="c1",
        title=nasty,
        desc=nasty,
        points=[Point(nasty, D(1), nasty, break_label=nasty)],
        targets=[Target(D(2), nasty)],
        unit=nasty,
    )
    assert "<script" not in svg
    assert parsed(svg)[0].text == "<script>alert('&\"')</script>"


@pytest.mark.parametrize("bad", ["", "1a", "a b", 'a"', "a>", "é"])
def test_an_id_that_is_no_plain_name_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="plain name"):
        sparkline(id=bad, title="t", values=[D(1)])


@pytest.mark.parametrize("bad", [D("NaN"), D("Infinity")])
def test_a_value_that_is_not_finite_is_refused(bad: D) -> None:
    with pytest.raises(ValueError, match="finite"):
        series_chart(**NAMED, points=[Point("2013", bad)])
    with pytest.raises(ValueError, match="finite"):
        sparkline(id="c1", title="t", values=[bad])


def test_sequences_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="trajectory"):
        series("1", "2", trajectory=[D(1)])
    with pytest.raises(ValueError, match="names"):
        distribution_chart(**NAMED, groups=[Distribution("2014", [D(1)], names=["a", "b"])])
    with pytest.raises(ValueError, match="one value per category"):
        bars_chart(**NAMED, categories=["a"], series=[Bars("x", [D(1), D(2)])])
    with pytest.raises(ValueError, match="four"):
        bars_chart(**NAMED, categories=["a"], series=[Bars("x", [D(1)])] * 5)


NUMBERS = st.decimals(-(10**12), 10**12, allow_nan=False, allow_infinity=False, places=4)


@given(st.lists(NUMBERS, max_size=30), st.integers(3, 9))
def test_ticks_are_round_and_enclose_the_values(values: list[D], count: int) -> None:
    marks = ticks(values, count)
    assert 2 <= len(marks) <= count + 2
    assert all(marks[0] <= value <= marks[-1] for value in values)
    steps = {after - before for before, after in pairwise(marks)}
    assert len(steps) == 1
    assert steps.pop().normalize().as_tuple().digits in {(1,), (2,), (5,)}


@pytest.mark.parametrize("values", [[D(0)], [D(5), D(5)], [D(85), D(f"85.{'0' * 33}1")], [D(-3)]])
def test_equal_values_still_have_an_axis(values: list[D]) -> None:
    marks = ticks(values, 5)
    assert len(marks) >= 2 and marks[0] < values[0] < marks[-1]
    assert series_chart(**NAMED, points=[Point("x", value) for value in values])


@settings(max_examples=60)
@given(st.lists(st.none() | NUMBERS, max_size=25), st.lists(NUMBERS, max_size=3), st.text(max_size=8))
def test_any_values_give_well_formed_charts(values: list[D | None], lines: list[D], words: str) -> None:
    targets = [Target(line, words) for line in lines]
    points = [
        Point(words, value, words, i % 3 == 0, words if i % 4 == 3 else "") for i, value in enumerate(values)
    ]
    known = [value for value in values if value is not None]
    named: dict[str, Any] = {"id": "c1", "title": words, "desc": words}
    for svg in (
        series_chart(**named, points=points, targets=targets, unit=words),
        distribution_chart(**named, groups=[Distribution(words, known)], target=next(iter(targets), None)),
        bars_chart(**named, categories=[words] * len(values), series=[Bars(words, values)]),
        sparkline(id="c1", title=words, values=values, target=next(iter(lines), None)),
    ):
        assert parsed(svg).tag == f"{SVG}svg"
        assert "nan" not in svg.lower() or "nan" in words.lower()
