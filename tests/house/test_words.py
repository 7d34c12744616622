"""The reader of the pages' words finds what it is for, and leaves the references of the text."""

import re
from pathlib import Path

import pytest

from tests.words import faults_in

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "text", ["85.3 %", "le 2014-03-31", "écart -5", 'dit "oui"', "None", "0.5 point", "le payload", "(-3)"]
)
def test_faults_are_found(text: str) -> None:
    assert faults_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "85,3 %",
        "le 31 mars 2014",
        "−5",
        "« oui »",
        "F1-4.2 Évolution",
        "annexe 1, Fnga, 2.1",
        "règles 1.1.1, 2.2 et 2.3.1",
        "WCAG 2.2",
        "2.4 l. 6469",
        "F10-21",
        "2013-2017",
    ],
)
def test_french_is_left(text: str) -> None:
    assert not faults_in(text)


def test_every_form_reads_days_and_numbers_as_french_writes_them() -> None:
    """Through DayField and NumberField of cog.forms: a native field would refuse « 30.06.14 » or « 1 234,5 »."""
    native = re.compile(r"forms\.(DateField|DecimalField|FloatField)\(|[\"']type[\"']: [\"']date[\"']")
    apps = ("cog", "indicators", "actions", "budgets", "reports")
    sources = [path for app in apps for path in (ROOT / app).rglob("*.py")]
    for path in sources:
        if path != ROOT / "cog" / "forms.py" and "migrations" not in path.parts:
            assert not native.search(path.read_text(encoding="utf-8")), path.relative_to(ROOT)
    for path in (ROOT / "templates").rglob("*.html"):
        assert 'type="date"' not in path.read_text(encoding="utf-8"), path.relative_to(ROOT)
