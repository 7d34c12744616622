"""A page read as it was transmitted: the frozen content, a band that says so, and nothing for who may not read it."""

import pytest
from django.test import Client

from cog.models import User
from reports.models import Transmission
from tests.reports.quarter import compute_quarter, import_rows, quarter_rows


@pytest.mark.parametrize("page", ["/", "/fiches/"])
def test_the_map_is_the_frozen_one(client: Client, sent: Transmission, people: dict[str, User], page: str) -> None:
    client.force_login(people["tutelle"])
    before = client.get(page, {"transmission": sent.pk})
    assert "Tel que transmis" in before.content.decode()
    assert f'href="{page}"' in before.content.decode()  # the way back
    import_rows(sent.convention, "apres.csv", quarter_rows("011", 1) + quarter_rows("751", 1))
    compute_quarter(sent.convention)
    after = client.get(page, {"transmission": sent.pk})
    assert after.context["told"] == before.context["told"]
    assert before.context["told"].by_fiche[10]


def test_each_page_leads_to_its_subject(client: Client, sent: Transmission, people: dict[str, User]) -> None:
    client.force_login(people["tutelle"])
    for page, there in (
        ("/", f"/?transmission={sent.pk}"),
        ("/fiches/10/", f"/transmissions/{sent.pk}/#fiche-10"),
        ("/indicateurs/F10-21/", f"/transmissions/{sent.pk}/F10-21/"),
        ("/indicateurs/F1-5/", f"/transmissions/{sent.pk}/"),
    ):
        answer = client.get("/tel-que-transmis/", {"page": page, "transmission": sent.pk})
        assert answer.headers["Location"] == there, page
        assert client.get(there.split("#")[0]).status_code == 200
    assert 'id="fiche-10"' in client.get(f"/transmissions/{sent.pk}/").content.decode()
    assert client.get("/tel-que-transmis/", {"page": "/"}).context["quarters"] == [sent]


@pytest.mark.parametrize("role", ["caf", "conseil", "exploitation"])
def test_nothing_of_it_for_others(client: Client, sent: Transmission, people: dict[str, User], role: str) -> None:
    client.force_login(people[role])
    assert client.get("/", {"transmission": sent.pk}).status_code == 404
    assert client.get("/tel-que-transmis/", {"transmission": sent.pk}).status_code == 403
    assert client.get("/", {"transmission": "abc"}).status_code == 404
