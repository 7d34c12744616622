"""Timelines: a bar to the promised end, what a revision added apart, the day it was done, nothing outside the frame."""

from datetime import date
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cog.timeline import LABELS, RIGHT, Bar, timeline_chart

SVG = "{http://www.w3.org/2000/svg}"
FIRST, LAST = date(2013, 1, 1), date(2017, 12, 31)
DAYS = st.dates(date(2008, 1, 1), date(2022, 12, 31))


def _drawn(*bars: Bar, today: date = date(2015, 1, 1)) -> ElementTree.Element:
    told = {"id": "f", "title": "t", "desc": "d", "first": FIRST, "last": LAST, "today": today}
    return ElementTree.fromstring(timeline_chart(bars=bars, **told))  # type: ignore[arg-type]


def _bars(root: ElementTree.Element) -> list[tuple[float, float]]:
    """(begin, end) of each rectangle of the lines, the legend left out."""
    groups = [group for group in root.iter(f"{SVG}g") if group.find(f"{SVG}title") is not None]
    found = [rect for group in groups for rect in group.iter(f"{SVG}rect")]
    return [(float(one.get("x", "")), float(one.get("x", "")) + float(one.get("width", ""))) for one in found]


def test_a_revision_begins_where_the_promise_ended() -> None:
    promised, added = _bars(_drawn(Bar("a", "a", date(2014, 1, 1), date(2014, 12, 31), revised=date(2015, 6, 30))))
    assert abs(promised[1] - added[0]) < 0.2 and added[1] > added[0]


def test_a_late_line_says_so_and_a_done_one_has_its_mark() -> None:
    words = [text.text for text in _drawn(Bar("a", "a", FIRST, date(2014, 1, 1), late=True)).iter(f"{SVG}text")]
    assert "en retard" in words
    done = _drawn(Bar("a", "a", FIRST, date(2014, 1, 1), done=date(2014, 3, 1)))
    group = next(one for one in done.iter(f"{SVG}g") if one.find(f"{SVG}title") is not None)
    assert group.find(f"{SVG}circle") is not None
    assert "en retard" not in [text.text for text in group.iter(f"{SVG}text")]


def test_the_day_in_view_is_marked_only_when_it_is_in_the_frame() -> None:
    inside, outside = (len(list(_drawn(today=day).iter(f"{SVG}line"))) for day in (date(2015, 1, 1), date(2020, 1, 1)))
    assert inside == outside + 1


@given(DAYS, DAYS, st.none() | DAYS, st.none() | DAYS)
def test_nothing_is_drawn_outside_the_frame(start: date, end: date, revised: date | None, done: date | None) -> None:
    start, end = min(start, end), max(start, end)
    root = _drawn(Bar("<b>", "<b>", start, end, revised, done))
    for begin, stop in _bars(root):
        assert LABELS <= begin <= stop <= 960 - RIGHT + 3.1


def test_a_frame_of_no_day_is_refused() -> None:
    with pytest.raises(ValueError, match="ends after"):
        timeline_chart(id="f", title="t", desc="", bars=[], first=FIRST, last=FIRST, today=FIRST)
