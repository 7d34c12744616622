"""The charts: what they owe (accessibility, strict CSP, French figures) and what they must never say."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from itertools import pairwise, product
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import altair as alt
import pytest
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st

from cog import charts_spec, pdf
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
from cog.charts_spec import ACCENT, INK, WHITE, Head, apart, finished, steps, swarm

D = Decimal
SVG = "{http://www.w3.org/2000/svg}"
NAMED: dict[str, Any] = {"id": "c1", "title": "Le message", "desc": "La description"}
QUARTERS = [Point(f"T{t}", D(80 + t), str(y)) for y, t in product(range(2013, 2018), range(1, 5))]
LOCAL = [D(n) / 4 for n in range(300, 402)]


def series(*values: str | None, **options: Any) -> str:
    points = [Point(str(2013 + i), D(v) if v else None) for i, v in enumerate(values)]
    return series_chart(**{**NAMED, "points": points, **options})


CHARTS: dict[str, tuple[Any, dict[str, Any]]] = {
    "series": (
        series_chart,
        {
            "points": QUARTERS,
            "unit": "%",
            "targets": [Target(D(85)), Target(D(83), "intermédiaire", 4, 7), Target(D(75), "seuil critique")],
            "trajectory": [D(80)] * 20,
            "baseline": Point("2012", D("83.8")),
        },
    ),
    "long figures": (
        series_chart,
        {"points": [Point(str(2013 + i), D("1432567.5")) for i in range(20)], "unit": "familles"},
    ),
    "months": (
        series_chart,
        {"points": [Point(f"{m:02}", D(20 + m), str(y)) for y in range(2013, 2017) for m in range(1, 13)]},
    ),
    "breaks": (
        series_chart,
        {"points": [Point(str(y), D(y - 2012), break_label="jours ouvrés") for y in range(2013, 2018)], "unit": "j"},
    ),
    "narrow": (
        series_chart,
        {
            "points": [Point(str(2012 + n), D(n), provisional=n == 3) for n in range(1, 4)],
            "width": 260,
            "trajectory": [D(2)] * 3,
            "targets": [Target(D(4))],
            "baseline": Point("2012", D(2)),
        },
    ),
    "empty series": (series_chart, {"points": [Point("2013", None), Point("2014", None)]}),
    "no period": (series_chart, {"points": []}),
    "one distribution": (
        distribution_chart,
        {
            "groups": [Distribution("2014", LOCAL, (D(80), D(85), D(90)), D(86), D(75))],
            "unit": "%",
            "target": Target(D(85)),
        },
    ),
    "distributions": (
        distribution_chart,
        {
            "groups": [
                Distribution(str(y), LOCAL[::3], (D(80), D(85), D(90)), D(86), D(75)) for y in range(2013, 2018)
            ],
            "target": Target(D(85)),
            "unit": "%",
        },
    ),
    "no distribution": (distribution_chart, {"groups": [Distribution("2014", [])]}),
    "bars": (
        bars_chart,
        {
            "categories": ["2013", "Autre fonctionnement de la branche", "2015"],
            "series": [Bars("programme", [D(10), D(-5), None]), Bars("exécuté", [D(9), D(0), None])],
            "unit": "M€",
        },
    ),
    "sparkline": (sparkline, {"values": [D(1), None, D(3), D(2)], "target": D(2)}),
    "empty sparkline": (sparkline, {"values": []}),
}
every_chart = pytest.mark.parametrize("name", CHARTS)


def drawn(name: str) -> str:
    function, content = CHARTS[name]
    named = {"id": "c1", "title": "Le message"} if function is sparkline else NAMED
    return str(function(**named, **content))


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def words(text: ElementTree.Element) -> str:
    return " ".join(text.itertext())


def texts(svg: str) -> list[str]:
    return [words(text) for text in parsed(svg).iter(f"{SVG}text")]


def marks(svg: str, layer: str) -> list[ElementTree.Element]:
    """What a layer draws."""
    return [mark for group in parsed(svg).iter() if group.get("class") == layer for mark in group]


def runs(svg: str, layer: str) -> list[int]:
    """How many points each line of a layer goes through."""
    return [len(re.findall("[ML]", line.get("d") or "")) for line in marks(svg, layer)]


def placed(
    element: ElementTree.Element, x: float = 0, y: float = 0
) -> Iterator[tuple[ElementTree.Element, float, float]]:
    """Every element with the place, in the whole drawing, of its own origin."""
    transform = element.get("transform") or ""
    for dx, dy in re.findall(r"translate\(([-\d.]+),([-\d.]+)\)", transform):
        x, y = x + float(dx), y + float(dy)
    assert not re.sub(r"translate\(.*?\)", "", transform).strip(), "nothing is turned or scaled"
    yield element, x, y
    for child in element:
        yield from placed(child, x, y)


def text_places(svg: str) -> list[tuple[ElementTree.Element, float, float]]:
    return [(element, x, y) for element, x, y in placed(parsed(svg)) if element.tag == f"{SVG}text"]


@cache
def advances() -> tuple[dict[int, str], dict[str, tuple[int, int]], int]:
    font = TTFont(pdf.FONT_DIR / "SourceSansPro-Semibold.ttf")
    return font.getBestCmap(), dict(font["hmtx"].metrics), font["head"].unitsPerEm


def width_of(line: str, size: float) -> float:
    """The true width of a line of text, in the heaviest face that the charts use."""
    glyphs, metrics, em = advances()
    return sum(metrics[glyphs[ord(char)]][0] for char in line) * size / em


@every_chart
def test_every_chart_is_named_and_needs_nothing_a_strict_policy_refuses(name: str) -> None:
    svg = drawn(name)
    root = parsed(svg)
    assert root.get("role") == "img"
    assert root[0].tag == f"{SVG}title" and root[0].text == "Le message"
    labels = (root.get("aria-labelledby") or "").split()
    assert labels == [child.get("id") for child in root if child.get("id")]
    assert not re.search(r"\sstyle=|<style|<script|\son\w+=|href=|aria-label=|aria-role", svg)
    assert [element.tag for element in root.iter() if element.get("role")] == [f"{SVG}svg"]
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids)) and all(id == "c1" or id.startswith("c1-") for id in ids if id)
    assert set(re.findall(r"url\(#([^)]*)\)", svg)) <= set(ids)
    assert "Source Sans Pro" in (root.get("font-family") or "")


@every_chart
def test_nothing_is_clipped(name: str) -> None:
    svg = drawn(name)
    _, _, width, height = (float(n) for n in (parsed(svg).get("viewBox") or "").split())
    for text, x, y in text_places(svg):
        size = float((text.get("font-size") or "0").removesuffix("px"))
        assert 11 <= size <= 12
        for line in [text.text or "", *(span.text or "" for span in text)]:
            wide = width_of(line, size)
            begin = x - wide * {"start": 0, "middle": 0.5, "end": 1}[text.get("text-anchor") or "start"]
            assert begin >= -0.5 and begin + wide <= width + 0.5, line
        assert size - 2 <= y and y + size * 1.2 * max(0, len(text) - 1) <= height - 2, words(text)
    for element, x, y in placed(parsed(svg)):
        if element.tag in (f"{SVG}circle", f"{SVG}rect", f"{SVG}line"):
            for along, limit, names in (
                (x, width, ("x", "x2", "width", "cx")),
                (y, height, ("y", "y2", "height", "cy")),
            ):
                for attribute in names:
                    assert -1 <= along + float(element.get(attribute) or 0) <= limit + 1


@pytest.mark.parametrize("name", ["series", "months", "long figures", "narrow", "distributions", "bars"])
def test_labels_under_the_axis_do_not_touch(name: str) -> None:
    places = text_places(drawn(name))
    foot = max(y for text, _, y in places if text.get("font-weight") != "600" and text.get("text-anchor") == "middle")
    row = [(x, width_of(words(text), 11) / 2) for text, x, y in places if y == foot]
    assert len(row) > 1
    assert all(x + half + 2 <= after - width for (x, half), (after, width) in pairwise(sorted(row)))


def test_labels_at_the_right_have_room_for_a_wider_font() -> None:
    """An image shown alone has no font of ours: the reader's may be a third wider."""
    svg = drawn("series")
    right = [(text, x) for text, x, _ in text_places(svg) if text.get("text-anchor") == "start" and x > 500]
    assert {"cible 85\u00a0%", "seuil critique 75\u00a0%"} <= {words(text) for text, _ in right}
    assert all(x + width_of(words(text), 11) * 1.35 <= 720 for text, x in right)


@pytest.mark.parametrize("name", ["series", "one distribution", "bars"])
def test_equal_input_gives_equal_output(name: str) -> None:
    function, content = CHARTS[name]
    again: str = function.__wrapped__(**NAMED, **content)  # not the one that was kept
    assert again == drawn(name)


def test_another_process_draws_the_same() -> None:
    program = (
        "from decimal import Decimal as D; from cog.charts import *;"
        "print(series_chart(id='c1', title='t', desc='d', unit='%', targets=[Target(D(3))],"
        " points=[Point('a', D(1)), Point('b', D(2), provisional=True), Point('c', D(4), break_label='x')]))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        env=os.environ | {"PYTHONHASHSEED": "7"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    points = [Point("a", D(1)), Point("b", D(2), provisional=True), Point("c", D(4), break_label="x")]
    here = series_chart(id="c1", title="t", desc="d", unit="%", targets=[Target(D(3))], points=points)
    assert done.stdout == here + "\n"


@pytest.mark.parametrize("name", ["series", "one distribution", "distributions", "bars"])
def test_the_grammar_of_a_drawing_is_valid(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    convert, specs = charts_spec.vl_convert.vegalite_to_svg, []

    def spy(spec: dict[str, Any], **options: Any) -> str:
        specs.append(spec)
        return convert(spec, **options)

    monkeypatch.setattr(charts_spec.vl_convert, "vegalite_to_svg", spy)
    function, content = CHARTS[name]
    function.__wrapped__(**NAMED, **content)
    (spec,) = specs
    assert alt.Chart.from_dict(spec).to_dict(validate=True)["layer"]
    assert "url" not in str(spec)  # nothing is fetched


def test_a_drawing_is_kept_by_its_content() -> None:
    first, second = series("1", "2"), series("1", "2")
    assert first is second
    assert series("1", "3") != first
    assert series("1", "2", id="c2") == first.replace('"c1', '"c2').replace(" c1-", " c2-")


def test_ids_of_the_library_become_those_of_the_chart() -> None:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg"><defs><clipPath id="clip0"><rect/></clipPath></defs>'
        '<g id="g" clip-path="url(#clip0)" role="graphics-symbol" aria-roledescription="x" aria-label="Ain : 1">'
        '<path d="M1.23456,2"/></g></svg>'
    )
    root = parsed(finished(svg, Head("c9", "t", "", "chart-x", 1, 1)))
    group = next(root.iter(f"{SVG}g"))
    assert (group.get("id"), group.get("clip-path")) == ("c9-g", "url(#c9-clip0)")
    assert next(root.iter(f"{SVG}clipPath")).get("id") == "c9-clip0"
    assert set(group.attrib) == {"id", "clip-path"}
    assert [title.text for title in group.iter(f"{SVG}title")] == ["Ain : 1"]
    assert next(root.iter(f"{SVG}path")).get("d") == "M1.2,2"


def test_a_missing_value_cuts_the_line_and_is_never_a_zero() -> None:
    svg = series("80", "81", None, "83", "84")
    assert runs(svg, "value") == [2, 2]
    assert len(marks(svg, "point")) == 4
    assert "n.d." in texts(svg)
    assert "0" not in texts(svg)
    assert runs(series("80", "81", "82", "83", "84"), "value") == [5]


def test_periods_to_come_are_not_called_missing() -> None:
    svg = series("80", "81", None, None)
    assert "n.d." not in texts(svg)
    assert runs(svg, "value") == [2] and len(marks(svg, "point")) == 2
    assert texts(series(None, None)).count("n.d.") == 2


def test_a_break_cuts_the_line_and_says_why() -> None:
    points = [Point("2013", D(4)), Point("2014", D(5), break_label="jours ouvrés"), Point("2015", D(6))]
    svg = series_chart(**NAMED, points=points)
    assert [run for run in runs(svg, "value") if run > 1] == [2]
    assert "jours ouvrés" in texts(svg) and len(marks(svg, "break")) == 1


def test_a_provisional_point_is_hollow_and_explained() -> None:
    svg = series_chart(**NAMED, points=[Point("2013", D(4)), Point("2014", D(5), provisional=True)])
    assert [(mark.get("fill"), mark.get("stroke")) for mark in marks(svg, "point")] == [(INK, INK), (WHITE, INK)]
    assert "provisoire" in texts(svg)
    assert "provisoire" not in texts(series("4", "5"))


def test_the_baseline_stands_apart_and_starts_the_trajectory() -> None:
    svg = series_chart(
        **NAMED,
        points=[Point("2013", D(4)), Point("2014", D(5))],
        trajectory=[D(4), D(5)],
        baseline=Point("2012", D(3)),
    )
    (trajectory,) = marks(svg, "trajectory")
    assert runs(svg, "trajectory") == [3]
    assert trajectory.get("stroke-dasharray") == "5,4"
    assert runs(svg, "value") == [1, 2]
    assert "3,0" in texts(svg)
    assert {"valeur de référence", "trajectoire indicative"} <= set(texts(svg))


def test_a_target_covers_its_own_periods() -> None:
    points = [Point(str(year), D(50)) for year in range(2013, 2018)]
    svg = series_chart(**NAMED, points=points, unit="%", targets=[Target(D(60), "cible 2014", 1, 1)])
    (line,) = marks(svg, "target")
    wide = float(line.get("x2") or 0)
    (whole,) = marks(series_chart(**NAMED, points=points, unit="%", targets=[Target(D(60))]), "target")
    assert 0 < wide * 4 < float(whole.get("x2") or 0)
    assert "cible 2014 60\u00a0%" in texts(svg)


def test_targets_close_to_each_other_have_labels_apart() -> None:
    svg = series("50", "90", targets=[Target(D(70), "a"), Target(D("70.1"), "b"), Target(D("70.2"), "c")])
    labels = [(y, words(text)) for text, _, y in text_places(svg) if text.get("fill") == ACCENT]
    assert [label[0] for _, label in sorted(labels)] == ["c", "b", "a"]
    assert all(after - before >= 12.9 for (before, _), (after, _) in pairwise(sorted(labels)))


@pytest.mark.parametrize(
    ("value", "target", "shown"),
    [("84.96", "85", "84,96"), ("85.04", "85", "85,04"), ("85", "85", "85,0"), ("84.4", "85", "84,4")],
)
def test_a_display_never_rounds_a_miss_into_a_hit(value: str, target: str, shown: str) -> None:
    assert f"{shown}\u00a0%" in texts(series(value, unit="%", targets=[Target(D(target))]))


@pytest.mark.parametrize("value", ["84.999999999999", "85.000000000001"])
def test_the_label_keeps_the_side_of_the_target(value: str) -> None:
    svg = series("80", value, unit="%", targets=[Target(D(85))])
    heights = {words(text): y for text, _, y in text_places(svg)}
    own = heights[f"{value.replace('.', ',')}\u00a0%"]
    assert (own > heights["cible 85\u00a0%"]) is (D(value) < 85)  # lower on the page, for a miss


@pytest.mark.parametrize(("value", "below"), [("84", True), ("86", False)])
def test_the_last_value_stands_away_from_the_target_when_periods_are_to_come(value: str, below: bool) -> None:
    svg = series("80", value, None, None, unit="%", targets=[Target(D(85))])
    (own,) = (y for text, _, y in text_places(svg) if words(text) == f"{value},0\u00a0%")
    point = [y for element, _, y in placed(parsed(svg)) if element.tag == f"{SVG}circle"][-1]
    assert (own > point) is below


def test_figures_are_french() -> None:
    svg = series("1234567.5", "-1200000.5", unit="familles", decimals=1)
    assert "\u22121\u202f200\u202f000,5\u00a0familles" in texts(svg)
    assert "2014 : \u22121\u202f200\u202f000,5\u00a0familles" in svg
    figures = [text for text in texts(svg) if re.search(r"\d", text)]
    assert len(figures) >= 5
    assert not [text for text in figures if re.search(r"[.\-]|\d,\d{3}|\de", text)]


def test_a_distribution_shows_every_caisse_once() -> None:
    dots = marks(drawn("one distribution"), "dot")
    assert len(dots) == 102
    assert len({dot.get("transform") for dot in dots}) == 102
    assert not any(len(dot) for dot in dots)  # no name was given, none is shown


def test_a_distribution_says_the_national_value_the_target_and_the_own_caisse() -> None:
    said = texts(drawn("one distribution"))
    assert {"national 86,0\u00a0%", "votre caisse 75,0\u00a0%", "cible 85\u00a0%"} <= set(said)
    svg = drawn("distributions")
    assert len(marks(svg, "mark")) == 10 and len(marks(svg, "median")) == 5
    assert {"une caisse", "national", "votre caisse", "cible 85\u00a0%"} <= set(texts(svg))


def test_caisses_with_the_same_value_stand_side_by_side() -> None:
    svg = distribution_chart(**NAMED, groups=[Distribution("2014", [D(80)] * 12 + [D(90)])])
    assert len({dot.get("transform") for dot in marks(svg, "dot")}) == 13


def test_names_show_only_when_given() -> None:
    svg = distribution_chart(**NAMED, groups=[Distribution("2014", [D(1), D(2)], names=["Ain", "Aisne"])])
    assert [dot[0].text for dot in marks(svg, "dot")] == ["Ain : 1,0", "Aisne : 2,0"]


def test_a_bar_of_zero_says_zero_and_a_missing_one_says_so() -> None:
    svg = drawn("bars")
    assert texts(svg).count("n.d.") == 2
    assert len(marks(svg, "bar")) == 4
    assert texts(svg).count("0") == 2  # the axis and the bar
    assert "Autre fonctionnement de la branche" in texts(svg)  # on two lines or one, whole
    assert {"programme", "exécuté", "en M€"} <= set(texts(svg))


def test_a_negative_bar_goes_down_from_zero() -> None:
    svg = bars_chart(**NAMED, categories=["a", "b"], series=[Bars("x", [D(5), D(-5)])])
    up, down = ([float(n) for n in re.findall(r"[-\d.]+", bar.get("d") or "")] for bar in marks(svg, "bar"))
    zero = up[1] + up[3]  # from the top: x, y, width, height
    assert up[3] > 0 and down[3] > 0 and down[1] == pytest.approx(zero, abs=0.3)


def test_words_are_escaped_and_are_no_expression() -> None:
    nasty = "<script>alert('&\"')</script>\x00\ud800'] + datum.x \\"
    svg = series_chart(
        id="c1",
        title=nasty,
        desc=nasty,
        points=[Point(nasty, D(1), nasty, break_label=nasty)],
        targets=[Target(D(2), nasty)],
        unit=nasty,
    )
    shown = "<script>alert('&\"')</script>'] + datum.x \\"
    assert "<script" not in svg
    assert parsed(svg)[0].text == shown
    assert texts(svg).count(shown) == 3  # the period, its group, the break
    assert f"{shown} 2\u00a0{shown}" in texts(svg) and f"en {shown}" in texts(svg)


@pytest.mark.parametrize("bad", ["", "1a", "a b", 'a"', "a>", "é"])
def test_an_id_that_is_no_plain_name_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="plain name"):
        sparkline(id=bad, title="t", values=[D(1)])


def test_an_id_that_is_no_plain_name_is_refused_by_a_chart() -> None:
    with pytest.raises(ValueError, match="plain name"):
        series("1", id="a b")


@pytest.mark.parametrize("bad", [D("NaN"), D("Infinity")])
def test_a_value_that_is_not_finite_is_refused(bad: D) -> None:
    with pytest.raises(ValueError, match="finite"):
        series_chart(**NAMED, points=[Point("2013", bad)])
    with pytest.raises(ValueError, match="finite"):
        distribution_chart(**NAMED, groups=[Distribution("2013", [bad])])
    with pytest.raises(ValueError, match="finite"):
        bars_chart(**NAMED, categories=["a"], series=[Bars("x", [bad])])
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


def test_a_sparkline_has_gaps_and_a_dot_on_its_last_value() -> None:
    root = parsed(sparkline(id="c1", title="t", values=[D(1), D(2), None, D(3), None, D(2), D(4), None], target=D(2)))
    lines = [line.get("points") or "" for line in root.iter(f"{SVG}polyline")]
    assert [len(line.split()) for line in lines] == [2, 2]
    dots = [(dot.get("cx"), dot.get("cy")) for dot in root.iter(f"{SVG}circle")]
    assert len(dots) == 2 and f"{dots[-1][0]},{dots[-1][1]}" == lines[-1].split()[-1]  # the one alone, the last


NUMBERS = st.decimals(-(10**12), 10**12, allow_nan=False, allow_infinity=False, places=4)


@settings(deadline=None)
@given(st.lists(NUMBERS, max_size=30), st.integers(3, 9))
def test_ticks_are_round_and_enclose_the_values(values: list[D], count: int) -> None:
    marks = steps(values, count).ticks
    assert 2 <= len(marks) <= count + 2
    assert all(marks[0] <= value <= marks[-1] for value in values)
    sizes = {after - before for before, after in pairwise(marks)}
    assert len(sizes) == 1
    assert sizes.pop().normalize().as_tuple().digits in {(1,), (2,), (5,)}


@pytest.mark.parametrize("values", [[D(0)], [D(5), D(5)], [D(85), D(f"85.{'0' * 33}1")], [D(-3)]])
def test_equal_values_still_have_an_axis(values: list[D]) -> None:
    marks = steps(values, 5).ticks
    assert len(marks) >= 2 and marks[0] < values[0] < marks[-1]
    assert series_chart(**NAMED, points=[Point("x", value) for value in values])


@settings(deadline=None)
@given(st.lists(NUMBERS, min_size=1, max_size=6))
def test_labels_at_the_end_keep_the_order_of_their_values(values: list[D]) -> None:
    scale = steps(values, 5)
    rows = apart([(value, {"y": scale.at(value), "exact": value}) for value in values], 0.5)
    assert [row["exact"] for row in rows] == sorted(values, reverse=True)
    assert all(above["y"] - below["y"] >= 0.4999 for above, below in pairwise(rows))


@settings(deadline=None)
@given(st.lists(st.floats(0, 600), max_size=102))
def test_dots_of_a_distribution_stay_near_the_middle_and_apart(places: list[float]) -> None:
    offsets = swarm(places, 6, 40)
    assert all(abs(offset) <= 43 for offset in offsets)
    spots = [(round(place / 6), offset) for place, offset in zip(places, offsets, strict=True)]
    assert len(set(spots)) == len(spots)


@settings(max_examples=12, deadline=None)
@given(st.lists(st.none() | NUMBERS, max_size=25), st.lists(NUMBERS, max_size=3), st.text(max_size=8))
def test_any_values_give_well_formed_charts(values: list[D | None], lines: list[D], said: str) -> None:
    targets = [Target(line, said) for line in lines]
    points = [Point(said, value, said, i % 3 == 0, said if i % 4 == 3 else "") for i, value in enumerate(values)]
    known = [value for value in values if value is not None]
    named: dict[str, Any] = {"id": "c1", "title": said, "desc": said}
    for svg in (
        series_chart(**named, points=points, targets=targets, unit=said),
        distribution_chart(**named, groups=[Distribution(said, known)], target=next(iter(targets), None)),
        bars_chart(**named, categories=[said] * len(values), series=[Bars(said, values)]),
        sparkline(id="c1", title=said, values=values, target=next(iter(lines), None)),
    ):
        assert parsed(svg).tag == f"{SVG}svg"
        assert "nan" not in svg.lower() or "nan" in said.lower()
        assert "undefined" not in svg
