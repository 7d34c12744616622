"""Every page has its part of the help, which the help page tells."""

import pytest
from django.test import Client
from django.utils import timezone

from cog.demo import open_accounts
from cog.help import TOPICS, topic_of
from cog.models import Convention, User
from cog.operations import command_account
from tests.journeys.addresses import PAGES


@pytest.mark.parametrize(
    ("path", "anchor"),
    [("/", "page-accueil"), ("/fiches/10/", "page-fiches"), ("/actions/sdsi/", "page-actions"), ("/aide/", None)],
)
def test_the_help_of_a_page(path: str, anchor: str | None) -> None:
    found = topic_of(path)
    assert (found.anchor if found else None) == anchor


def test_nearly_every_address_has_its_help() -> None:
    without = {path for paths in PAGES.values() for path in paths if topic_of(path.split("?")[0]) is None}
    begun = {path.strip("/").split("/")[0] for path in without}
    assert begun <= {
        "aide",
        "anomalies",
        "glossaire",
        "travaux",
        "adresse-inconnue",
        "comptes",
        "compte",
        "exploitation",
        "accessibilite",
        "api",
        "audit",
        "avenants",
        "mon-compte",
        "sante",
        "tel-que-transmis",
    }


@pytest.mark.django_db
def test_the_help_page_tells_every_part(client: Client, convention: Convention) -> None:
    open_accounts(code=convention.code, by=command_account(), at=timezone.now())
    client.force_login(User.objects.get(email="conseil@demo.invalid"))
    page = client.get("/aide/").content.decode()
    for topic in TOPICS:
        assert f'id="{topic.anchor}"' in page
    assert 'href="/aide/#page-fiches"' in client.get("/fiches/").content.decode()
