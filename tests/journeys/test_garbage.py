"""Every form of every page of the steering, sent with garbage: refused in words, kept as typed, no fault of ours."""

import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urljoin

import pytest
from django.test import Client

from cog.models import User
from tests.journeys.addresses import PAGES
from tests.journeys.test_pages import Site, site  # noqa: F401 - the site they share

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:No directory at"),
]

GARBAGE = "### illisible ###"
LEFT = {"csrfmiddlewaretoken", "retour", "apparence"}


@dataclass
class Form:
    """A form that posts: where, and its fields by name with their kind."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    hidden: dict[str, str] = field(default_factory=dict)


class Forms(HTMLParser):
    """The forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._form: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "form":
            posts = (told.get("method") or "").lower() == "post"
            self._form = Form(told.get("action") or "") if posts else None
            self.found += [self._form] if self._form else []
        elif self._form and tag in ("input", "select", "textarea") and told.get("name") not in LEFT:
            kind = (told.get("type") or "text") if tag == "input" else tag
            if told.get("name") and kind not in ("submit", "button"):
                self._form.fields.setdefault(str(told["name"]), kind)
                if kind == "hidden":
                    self._form.hidden[str(told["name"])] = told.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None


@pytest.mark.parametrize("path", PAGES["pilotage"])
def test_garbage_is_refused_in_words(site: Site, path: str) -> None:  # noqa: F811
    client = Client(raise_request_exception=True)
    client.force_login(User.objects.get(email="pilotage@demo.invalid"))
    address = path.format(edition=site.edition, ready=site.ready, job=site.job)
    page = client.get(address)
    reader = Forms()
    reader.feed(page.content.decode() if page["Content-Type"].startswith("text/html") else "")
    for form in reader.found:
        asked = {name: kind for name, kind in form.fields.items() if kind not in ("hidden", "file")}
        if not asked:
            continue  # a button alone: what it does is another test's
        typed = {name: GARBAGE for name, kind in asked.items() if kind != "password"}
        typed |= form.hidden
        typed |= {name: "" for name, kind in asked.items() if kind == "password"}
        answer = client.post(urljoin(address, form.action) if form.action else address, typed)
        where = (address, form.action)
        assert answer.status_code in (200, 302, 400, 404, 409, 422), where
        if answer.status_code == 200:
            _told(answer.content.decode(), asked, where)


def _told(page: str, asked: dict[str, str], where: tuple[str, str]) -> None:
    """Wrong: said in the title, at the top with links, in the same words at the field; what was typed is there."""
    title = re.search(r"<title>(.*?)</title>", page, re.DOTALL)
    assert title and title[1].strip().startswith("Erreur"), (*where, title and title[1])
    summary = re.search(r'<div class="error-summary".*?</div>', page, re.DOTALL)
    assert summary, where
    for target, words in re.findall(r'<a href="#([^"]+)">(.*?)</a>', summary[0], re.DOTALL):
        assert f'id="{target}"' in page, (*where, target)
        told = re.split("\u00a0: | : ", unescape(words), maxsplit=1)[-1].strip()
        rest = unescape(page.replace(summary[0], ""))
        assert told[:60] in rest, (*where, told)
    if any(kind in ("text", "textarea") for kind in asked.values()):
        assert GARBAGE in page, where
