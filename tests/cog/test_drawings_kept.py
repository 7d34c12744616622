"""A drawing is made once for all processes, by its content; a store that is away costs a drawing, never an error."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.test import RequestFactory

from cog import charts, charts_store
from cog.downloads import drawing
from cog.drawings import CachedDrawings


class Kept(dict[str, str]):
    """A store that a test can look into."""

    def set(self, key: str, text: str) -> None:
        self[key] = text


@pytest.fixture
def store() -> Iterator[Kept]:
    kept, before = Kept(), charts_store._store
    charts_store.keep_in(kept)
    yield kept
    charts_store.keep_in(before)


def _bars(value: str) -> str:
    return charts.bars_chart(
        id="c1", title="Un", desc="", categories=["2014"], series=[charts.Bars("Voté", [Decimal(value)])]
    )


def test_another_process_finds_what_this_one_drew(store: Kept) -> None:
    assert charts_store.kept(_drawn, value=Decimal(1)) == "dessin 1"
    store[next(reversed(store))] = "du magasin"
    assert charts_store.kept(_drawn, value=Decimal(1)) == "du magasin"
    assert charts_store.kept(_drawn, value=Decimal(2)) == "dessin 2"


def test_the_charts_go_through_the_store(store: Kept) -> None:
    drawn = _bars("31.2501")
    assert list(store.values()) == [drawn]


def _drawn(value: Decimal) -> str:
    return f"dessin {value}"


def test_a_store_that_is_away_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class Away:
        def get(self, key: str) -> str:
            raise ConnectionError

        set = get

    monkeypatch.setattr("cog.drawings.caches", {"drawings": Away()})
    store = CachedDrawings()
    assert store.get("a") is None
    store.set("a", "b")


def test_the_cache_of_the_settings_keeps_drawings() -> None:
    store = CachedDrawings()
    store.set("dessin-essai", "<svg/>")
    assert store.get("dessin-essai") == "<svg/>"


def test_a_browser_that_has_the_drawing_is_told_so(rf: RequestFactory) -> None:
    first = drawing(rf.get("/x.svg"), "<svg/>")
    assert (first.status_code, first["Cache-Control"]) == (200, "private, no-cache")
    again = drawing(rf.get("/x.svg", headers={"If-None-Match": first["ETag"]}), "<svg/>")
    assert (again.status_code, again.content) == (304, b"")
    changed = drawing(rf.get("/x.svg", headers={"If-None-Match": first["ETag"]}), "<svg>2</svg>")
    assert changed.status_code == 200
