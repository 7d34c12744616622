"""The words of a page: numbers and dates as the house writes them, French marks, none of the machine's words.

from tests.words import assert_french
assert_french(page)
"""

import re

from playwright.sync_api import Page

# What is shown, but for what is copied as it is: codes, addresses, what people typed, what the convention prints.
_SHOWN = """() => {
  const copy = document.body.cloneNode(true);
  copy.querySelectorAll("code, svg, script, noscript, select, textarea, .printed, .as-printed, .site-footer, .account, blockquote").forEach((one) => one.remove());
  copy.querySelectorAll("td, th, li, p, dt, dd, h1, h2, h3, summary, caption, label").forEach((one) => one.append(" \\n"));
  return copy.textContent;
}"""  # noqa: E501 - one selector

_MACHINE = "None|True|False|null|undefined|payload|slug|worker|batch|boolean|timestamp|backend|frontend|parser"
FAULTS = {
    "point décimal": r"(?<![\d.,/])\d+\.\d+(?![\d./])",
    "date de machine": r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)",
    "moins du clavier": r"(?<![\w\u2212-])-\d",
    "guillemet droit": r'"',
    "mot de la machine": rf"\b(?:{_MACHINE})\b",
}
# References of the text (« F1-4.2 », « annexe 1, Fnga, 2.1 », « 2.4 l. 6469 », « fiche 2.8 »), numbers of receipts.
ALLOWED = (
    r"F\d+-\d+\.\d",
    r"\d\.\d l\. \d+",
    r"(?:[Rr]ègles?|annexe \d|Fnas|Fnga|fiche|axe|et|au|WCAG)[ ,]+\d\.\d(?:\.\d)*(?:, \d\.\d(?:\.\d)*)*",
    r"reçu n°\W+\S+ \d{4}-\d{2}-\d{2}/\d",
    r"Dates en 2014-01-31 ou 31/01/2014",
    r"D\.5212-19",
    r"L2324 -1",
)


def faults_in(text: str) -> list[str]:
    """What a French reader would not have written, each with its surroundings."""
    text = " ".join(text.split())
    kept = [range(found.start(), found.end()) for rule in ALLOWED for found in re.finditer(rule, text)]
    found = []
    for kind, rule in FAULTS.items():
        for one in re.finditer(rule, text):
            if not any(one.start() in span for span in kept):
                around = " ".join(text[max(0, one.start() - 40) : one.end() + 30].split())
                found.append(f"{kind} : « {one[0]} » dans « {around} »")
    return found


def assert_french(page: Page) -> None:
    faults = faults_in(page.evaluate(_SHOWN))
    assert not faults, f"{page.url}\n" + "\n".join(faults)
