"""F55: hostile words in every text field of the base, then the pages that show them, in a real Chromium.

The fixture `page` fails on a broken content policy and on a script error: an inline script that got in would be both.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from playwright.sync_api import Page

from cog import frozen
from tests.journeys.addresses import PAGES
from tests.journeys.test_pages import HIDDEN, Site, site  # noqa: F401 - the served site, by name

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:No directory at"),
    pytest.mark.timeout(900),
]
OURS = ("cog", "indicators", "actions", "budgets", "reports")
MARK = "xss7319"
LONG = f"\"'><script>window.pwned=1</script><img src=x onerror=window.pwned=1>{{{{7*7}}}}{{% now 'Y' %}}{MARK}"
SHORT = f"<b onclick=pwn()>{MARK}"
KEYS = {  # what names a row for the code, which reads it; and what is no text
    "code", "key", "period", "email", "digest", "sha256", "kind", "state", "scope", "password", "operator", "unit",
    "granularity", "action_key", "indicator_code", "corrective_action", "expected_return", "payload", "measure",
    "departement", "region_code_2013", "subject", "action", "variant", "name_key", "breakdown", "rhythm",
    "breakdowns", "finest_period",
}  # fmt: skip


def _texts() -> Iterator[tuple[str, str, int]]:
    """(table, column, longest) of every field that holds words."""
    for label in OURS:
        for model in apps.get_app_config(label).get_models():
            for field in model._meta.local_fields:
                plain = isinstance(field, models.CharField | models.TextField) and not isinstance(
                    field, models.EmailField
                )
                if not plain or field.choices or field.unique or field.name in KEYS or "sha256" in field.name:
                    continue
                if (longest := field.max_length or 10_000) >= len(SHORT):
                    yield model._meta.db_table, field.column, longest


@pytest.fixture(scope="module")
def hostile(site: Site, django_db_blocker: Any) -> Site:  # noqa: F811
    """The served site, with hostile words before the own words of every text of every row."""
    spoilt = 0
    with django_db_blocker.unblock():
        for table in frozen.TABLES:
            frozen.thaw(connection, table)
        for table, column, longest in _texts():
            words = LONG if longest >= len(LONG) else SHORT
            sql = f'UPDATE {table} SET "{column}" = substr(%s || "{column}", 1, {longest})'
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(sql, [words])
                    spoilt += cursor.rowcount > 0
            except DatabaseError:
                continue  # a column that a rule of the base keeps from holding this
        for table in frozen.TABLES:
            frozen.freeze(connection, table)
    assert spoilt >= 40, spoilt
    return site


VISITED = [("pilotage", path) for path in PAGES["pilotage"] if "adresse-inconnue" not in path][::2]
VISITED += [("tutelle", path) for path in PAGES["tutelle"][::2]] + [("caf", path) for path in PAGES["caf"][::2]]


def test_F55_no_text_of_the_base_runs_in_a_page(hostile: Site, page: Page) -> None:
    alerts: list[str] = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    shown, wrong, last = 0, [], ""
    for role, path in VISITED:
        if (role, path) in HIDDEN:
            continue
        if role != last:
            hostile.enter(page, role)
            last = role
        response = page.goto(hostile.address(path))
        assert response is not None
        if response.status >= 500:
            wrong.append((path, response.status))
            continue
        found = page.evaluate(
            """() => ({
                pwned: typeof window.pwned,
                images: document.querySelectorAll("img[src='x'], [onerror], [onclick]").length,
                scripts: document.querySelectorAll("script:not([src])").length, text: document.body.innerText,
            })"""
        )
        shown += MARK in found["text"]
        if found["pwned"] != "undefined" or found["images"] or found["scripts"] or "49xss" in found["text"]:
            wrong.append((path, {key: value for key, value in found.items() if key != "text"}))
    assert wrong == [] and alerts == []
    assert shown >= 25, f"the words were shown on {shown} pages only: little would be proved"
