"""Accessibility rules run in the page itself, under its own content policy.

from tests.axe import assert_accessible
assert_accessible(page)
"""

import json
from collections.abc import Collection
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

# Named one by one: the package's own default lists violations only, and cuts the undecided short to one node.
OPTIONS = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations", "incomplete"],
}


def findings(page: Page, *, within: str | None = None) -> dict[str, list[dict[str, Any]]]:
    """What axe holds against the page: `violations`, and `incomplete` for what it could not judge."""
    page.evaluate(AXE_SCRIPT)  # through the debugger: a strict policy refuses an inserted <script>
    found = page.evaluate(f"axe.run({json.dumps(within) if within else 'document'}, {json.dumps(OPTIONS)})")
    return {kind: found[kind] for kind in ("violations", "incomplete")}


def assert_accessible(page: Page, *, within: str | None = None, undecided: Collection[str] = ()) -> None:
    """No violation, and nothing undecided but the rules named in `undecided`, each judged by a person."""
    found = findings(page, within=within)
    faults = [("violation", rule) for rule in found["violations"]] + [
        ("non jugé", rule) for rule in found["incomplete"] if rule["id"] not in undecided
    ]
    assert not faults, f"{page.url}\n" + "\n".join(_told(kind, rule) for kind, rule in faults)


def _told(kind: str, rule: dict[str, Any]) -> str:
    nodes = "".join(
        f"\n    {' '.join(map(str, node['target']))} : {' '.join((node.get('failureSummary') or '').split())}"
        for node in rule["nodes"][:5]
    )
    return f"- {kind} {rule['id']} ({rule['impact']}), {len(rule['nodes'])} nœud(s) : {rule['help']}{nodes}"
