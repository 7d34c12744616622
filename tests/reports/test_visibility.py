"""Who sees what: canary figures in live rows, and every page crawled by every role."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from actions.enums import ActionStatus
from actions.models import Action
from actions.operations import ProgressEntry, record_progress
from cog.demo import open_accounts
from cog.models import AuditEvent, Convention, User
from cog.operations import command_account
from cog.permissions import Permission, can
from indicators.models import Dispersion, Indicator, IndicatorResult
from indicators.operations.explanations import ExplanationEntry, write_explanation
from reports.models import Edition
from tests.reports.paper import pages_of

pytestmark = pytest.mark.django_db

NATIONAL, OWN, OTHER = Decimal("77.7123"), Decimal("61.6123"), Decimal("52.5123")
CANARIES = {"national": "77,7", "own": "61,6", "other": "52,5"}
COMMENT = "canari-avancement-7391"
EXPLANATION = "canari-explication-5127"
ROLES = ["pilotage", "contributeur", "caf", "tutelle", "conseil", "controle", "exploitation"]
PAGES = [
    "/", "/fiches/", "/fiches/10/?au=2014-12-31", "/indicateurs/", "/indicateurs/F10-21/?periode=2014", "/budgets/",
    "/budgets/fnas/", "/anomalies/", "/glossaire/", "/calendrier/", "/documents/", "/aide/",
    "/remontees/", "/remontees/envoyer/", "/remontees/attendu/011/?transmission=2014-T1", "/travaux/",
    "/remontees/attendu/fiche/10/?transmission=2014-T1", "/remontees/rappels/?transmission=2014-T1",
    "/indicateurs/F10-21/serie.svg?periode=2014", "/indicateurs/F10-21/distribution.svg?periode=2014",
    "/explications/?transmission=2014-T4", "/explications/F10-21/2014/", "/explications/F10-21/2014-T4/",
    "/explications.xlsx?transmission=2014-T4", "/indicateurs/seuils-explication/",
    "/fiches/10/fiche.pdf?au=2014-12-31", "/caisses/011/caisse.pdf?fin=2014-T4",
]  # fmt: skip
QUESTIONS = {"/": 30, "/caisses/011/caisse.pdf?fin=2014-T4": 36}
"""What a document may ask that gathers three pages: a caisse's results, what it owes, its dotation."""


@pytest.fixture
def accounts(convention: Convention) -> Convention:
    """The accounts, a year of F10-21 for the nation and two caisses, an action's progress, a draft edition."""
    open_accounts(code=convention.code, by=command_account(), at=timezone.now())
    indicator = Indicator.objects.get(code="F10-21", convention=convention)
    for scope, value in (("national", NATIONAL), ("011", OWN), ("021", OTHER)):
        IndicatorResult.objects.create(
            indicator=indicator,
            version=indicator.versions.get(),
            scope=scope,
            period="2014",
            value=value,
            numerator=value,
            denominator=Decimal(100),
            state="definitif",
            verdict="non_atteint",
            reported=1,
            concerned=1,
            units_reported=2,
            units_concerned=2,
        )
    spread = dict.fromkeys(
        ("minimum", "d1", "q1", "median", "q3", "d9", "maximum", "value_range", "stdev", "mean"), OTHER
    )
    Dispersion.objects.create(indicator=indicator, period="2014", n=2, **spread)
    action = Action.objects.get(fiche__convention=convention, fiche__number=10, ordinal=1)
    entry = ProgressEntry(action.pk, ActionStatus.RUNNING, date(2014, 6, 30), None, COMMENT)
    record_progress(entries=[entry], by=command_account(), at=timezone.now())
    said = ExplanationEntry("interne", EXPLANATION)
    for period in ("2014", "2014-T4"):
        write_explanation(
            indicator=indicator, period=period, entry=said, seen=0, by=command_account(), at=timezone.now()
        )
    Edition.objects.create(
        convention=convention,
        kind="bilan",
        year=2014,
        number=1,
        state="projet",
        requested_at=timezone.now(),
        requested_by=command_account(),
    )
    return convention


def _client(role: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(email=f"{role}@demo.invalid"))
    return client


def _crawl(role: str) -> dict[str, str]:
    client = _client(role)
    return {page: _read(client.get(page)) for page in PAGES}


def _read(answer: Any) -> str:
    """The words of a page, or of a document."""
    if answer.get("Content-Type") == "application/pdf":
        return "\n".join(pages_of(answer.content))
    return str(answer.content.decode(errors="replace"))


@pytest.mark.parametrize("role", ["tutelle", "conseil", "exploitation"])
def test_what_is_not_transmitted_is_nowhere(accounts: Convention, role: str) -> None:
    for page, body in _crawl(role).items():
        for name, canary in CANARIES.items():
            assert canary not in body, f"{name} sur {page}"
        assert COMMENT not in body, page
        assert EXPLANATION not in body, page
        assert f"/documents/{Edition.objects.get().pk}/" not in body, page


def test_a_caisse_sees_itself_the_nation_and_no_other_name(accounts: Convention) -> None:
    bodies = _crawl("caf")
    sheet = bodies["/indicateurs/F10-21/?periode=2014"]
    assert CANARIES["own"] in sheet
    assert CANARIES["national"] in sheet
    assert CANARIES["own"] in bodies["/caisses/011/caisse.pdf?fin=2014-T4"]
    assert not any("Caf Aisne" in body for body in bodies.values())
    assert not any(COMMENT in body or EXPLANATION in body for body in bodies.values())


@pytest.mark.parametrize("role", ["pilotage", "controle", "contributeur"])
def test_who_follows_the_convention_sees_everything(accounts: Convention, role: str) -> None:
    bodies = _crawl(role)
    assert all(canary in bodies["/indicateurs/F10-21/?periode=2014"] for canary in CANARIES.values())
    assert COMMENT in bodies["/fiches/10/?au=2014-12-31"]
    paper = bodies["/fiches/10/fiche.pdf?au=2014-12-31"]
    assert CANARIES["national"] in paper and EXPLANATION in paper
    assert EXPLANATION in bodies["/explications/F10-21/2014/"]
    assert EXPLANATION in bodies["/explications/?transmission=2014-T4"]


@pytest.mark.parametrize("role", ROLES)
def test_every_page_answers_every_role_without_an_error(accounts: Convention, role: str) -> None:
    client = _client(role)
    for page in PAGES:
        assert client.get(page).status_code in (200, 403), page
    assert client.get("/indicateurs/F99-99/").status_code == 404
    assert client.get("/fiches/99/").status_code == 404


@pytest.mark.parametrize("role", ROLES)
def test_a_draft_does_not_exist_for_who_may_not_produce_one(accounts: Convention, role: str) -> None:
    edition = Edition.objects.get()
    client = _client(role)
    may = can(User.objects.get(email=f"{role}@demo.invalid"), Permission.PRODUCE_REPORT)
    expected = 200 if may else 403 if role == "exploitation" else 404
    assert client.get(f"/documents/{edition.pk}/").status_code == expected
    before = Edition.objects.count()
    assert client.post("/documents/", {"exercice": 2015}).status_code == (302 if may else expected)
    assert Edition.objects.count() == before + may


def test_without_an_account_every_page_leads_to_the_login_page(accounts: Convention) -> None:
    for page in PAGES:
        answer = Client().get(page)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/connexion/")


def test_a_closed_account_is_out_at_its_next_request(accounts: Convention) -> None:
    client = _client("pilotage")
    assert client.get("/").status_code == 200
    User.objects.filter(email="pilotage@demo.invalid").update(is_active=False)
    assert client.get("/").status_code == 302


def test_a_membership_out_of_its_dates_gives_nothing(accounts: Convention) -> None:
    user = User.objects.get(email="controle@demo.invalid")
    user.memberships.update(valid_to=date(2014, 1, 1))
    assert _client("controle").get("/indicateurs/").status_code == 403


def test_reading_writes_nothing(accounts: Convention, django_assert_num_queries) -> None:
    client = _client("pilotage")
    before = AuditEvent.objects.count(), IndicatorResult.objects.count(), Edition.objects.count()
    for page in PAGES:
        client.get(page)
    assert (AuditEvent.objects.count(), IndicatorResult.objects.count(), Edition.objects.count()) == before


@pytest.mark.parametrize("page", PAGES)
def test_a_page_asks_few_questions(accounts: Convention, page: str, django_assert_max_num_queries) -> None:
    client = _client("pilotage")
    with django_assert_max_num_queries(QUESTIONS.get(page, 25)):
        client.get(page)


def test_every_page_wears_the_strict_policy(accounts: Convention) -> None:
    client = _client("pilotage")
    for page in PAGES:
        policy = client.get(page)["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'self'" in policy
