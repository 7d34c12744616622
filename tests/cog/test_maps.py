"""Maps: every departement has its place, a shade says a class, two caisses share one departement."""

import re
from xml.etree import ElementTree

import pytest

from cog import maps
from cog.maps import SHADES, Area, departements, map_chart

KEYS = ["1er quart", "2e quart", "3e quart", "4e quart"]
SVG = "{http://www.w3.org/2000/svg}"


def _drawn(areas: list[Area], keys: list[str] = KEYS) -> ElementTree.Element:
    return ElementTree.fromstring(map_chart(id="carte", title="t", desc="d", areas=areas, keys=keys))


def _fills(root: ElementTree.Element) -> dict[str, set[str]]:
    """What is said of each shape -> its fills."""
    found: dict[str, set[str]] = {}
    for shape in root.iter(f"{SVG}path"):
        found.setdefault(shape.findtext(f"{SVG}title") or "", set()).add(shape.get("fill", ""))
    return found


def test_the_101_departements_have_an_outline_overseas_included() -> None:
    assert len(departements()) == 101
    assert {"2A", "2B", "75", "971", "972", "973", "974", "976"} <= departements()


def test_each_departement_wears_the_shade_of_its_class_in_the_inset_too() -> None:
    fills = _fills(_drawn([Area("01", "Ain : 85 %", 0), Area("75", "Paris : 60 %", 3)]))
    assert fills["Ain : 85 %"] == {SHADES[0]}
    assert fills["Paris : 60 %"] == {SHADES[3]}  # on the map and in the inset


def test_a_departement_without_value_is_hatched_never_given_a_shade() -> None:
    root = _drawn([Area("01", "Ain : n.d.", None), Area("02", "Aisne : 0", 3)])
    fills = _fills(root)
    assert fills["Ain : n.d."] == {"url(#carte-none)"}
    assert fills["23 : pas de valeur"] == {"url(#carte-none)"}
    assert fills["Aisne : 0"] == {SHADES[3]}
    assert "pas de valeur" in [text.text for text in root.iter(f"{SVG}text")]


def test_two_caisses_share_a_departement_in_two_shades_and_both_are_told() -> None:
    root = _drawn([Area("64", "Béarn : 90", 0), Area("64", "Pays basque : 70", 2)])
    assert _fills(root)["Béarn : 90 ; Pays basque : 70"] == {"url(#carte-64)"}
    pattern = next(one for one in root.iter(f"{SVG}pattern") if one.get("id") == "carte-64")
    assert [part.get("fill") for part in pattern] == [SHADES[0], SHADES[2]]


def test_two_caisses_of_one_class_need_no_stripes() -> None:
    root = _drawn([Area("64", "a", 1), Area("64", "b", 1)])
    assert _fills(root)["a ; b"] == {SHADES[1]}


def test_words_are_escaped_and_the_title_is_said() -> None:
    svg = map_chart(id="c", title="a < b", desc="", areas=[Area("01", "<i>", 0)], keys=["k"])
    assert "<i>" not in svg
    assert "a &lt; b" in svg and 'role="img"' in svg


def test_the_drawing_carries_no_style_a_strict_policy_would_refuse() -> None:
    svg = map_chart(id="c", title="t", desc="", areas=[], keys=[])
    assert not re.search(r"\sstyle=|<style|<script|\son\w+=", svg)


@pytest.mark.parametrize("keys", [["un"], ["a", "b", "c", "d", "e"]])
def test_a_class_without_words_or_shade_is_refused(keys: list[str]) -> None:
    with pytest.raises(ValueError, match="four classes"):
        map_chart(id="c", title="t", desc="", areas=[Area("01", "x", 1)], keys=keys)


def test_coarse_outlines_have_fewer_points_and_every_departement() -> None:
    fine, coarse = maps._outlines(), maps._coarse(6)
    assert coarse["shapes"].keys() == fine["shapes"].keys()
    assert coarse["insets"] == fine["insets"]
    points = [sum(path.count(" ") for path in one["shapes"].values()) for one in (coarse, fine)]
    assert points[0] < 7000
    for code, path in coarse["shapes"].items():
        assert re.fullmatch(r"(M-?\d+,-?\d+l(-?\d+,-?\d+ ?)+z)+", path), code


def test_a_plain_map_has_one_shape_a_class_and_no_legend() -> None:
    areas = [Area("01", "Ain", 0), Area("02", "Aisne", 1), Area("03", "Allier", 0)]
    told = {"id": "c", "title": "t", "desc": "", "areas": areas, "keys": ["1er quart", "2e quart"]}
    assert "1er quart" in map_chart(**told)
    plain = map_chart(**told, plain=True)
    assert "1er quart" not in plain and "Ain" not in plain
    paths = list(ElementTree.fromstring(plain).iter(f"{SVG}path"))
    assert sorted(path.get("fill") for path in paths) == sorted([*SHADES[:2], "url(#c-none)"])
    fine = maps._outlines()["shapes"]
    dark = next(path for path in paths if path.get("fill") == SHADES[0])
    assert dark.get("d", "").startswith(fine["01"]) and fine["03"] in dark.get("d", "")
