"""Two situations side by side: dates, transmissions, editions; what changed, why, and for whom."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from actions.enums import ActionStatus
from actions.models import Action
from actions.operations import ProgressEntry, record_progress
from cog.models import Convention, User
from reports.comparison import NOTHING, Change, Fact, Situation, compare
from reports.models import Edition, Transmission
from reports.operations import transmit_quarter
from tests.reports.quarter import AT, QUARTER, compute_quarter, explain_all, import_rows, quarter_rows


def test_compare_tells_what_is_said_otherwise() -> None:
    before = Situation("hier", {"Actions": {"1": Fact("un", "à lancer"), "2": Fact("deux", "en cours")}})
    after = Situation(
        "demain",
        {"Actions": {"1": Fact("un", "réalisée", "/un/", "fini plus tôt"), "2": Fact("deux", "en cours")}, "Fonds": {}},
    )
    actions, funds = compare(before, after)
    assert actions.changes == [Change("un", "/un/", "à lancer", "réalisée", "fini plus tôt")]
    assert (actions.compared, funds.changes) == (2, [])


def test_compare_tells_what_comes_and_what_goes() -> None:
    [section] = compare(
        Situation("a", {"S": {"x": Fact("ancien", "1")}}), Situation("b", {"S": {"y": Fact("nouveau", "2")}})
    )
    assert [(one.title, one.before, one.after) for one in section.changes] == [
        ("nouveau", NOTHING, "2"),
        ("ancien", "1", NOTHING),
    ]
    assert section.compared == 0


def test_two_dates(client: Client, computed: Convention, people: dict[str, User]) -> None:
    action = Action.objects.get(fiche__convention=computed, fiche__number=10, ordinal=3, plan="cog")
    for day, status, comment in ((5, ActionStatus.RUNNING, "Lancée."), (6, ActionStatus.RUNNING, "On avance.")):
        said = ProgressEntry(
            action.pk, status, datetime(2014, day, 1, tzinfo=UTC).date(), percent=day * 10, comment=comment
        )
        record_progress(entries=[said], by=people["pilotage"], at=datetime(2014, day, 2, tzinfo=UTC))
    client.force_login(people["pilotage"])
    asked = {"de": "date", "de_le": "2014-05-15", "a": "date", "a_le": "2014-07-01"}
    _, _, sections = client.get("/comparer/", asked).context["found"]
    told = {section.title: section.changes for section in sections}
    [moved] = [one for one in told["Actions"] if one.url == "/actions/10-3/"]
    assert (moved.before, moved.after, moved.why) == ("en cours, 50\u00a0%", "en cours, 60\u00a0%", "On avance.")
    assert "F10-21" in " ".join(one.title for one in told["Indicateurs"])
    assert client.get("/comparer/", asked | {"a_le": "2014-05-15"}).context["found"][2][1].changes == []


def test_two_transmissions(client: Client, sent: Transmission, people: dict[str, User]) -> None:
    import_rows(sent.convention, "correctif.csv", quarter_rows("011", 900))
    compute_quarter(sent.convention)
    explain_all(sent.convention, people["pilotage"])
    second = transmit_quarter(
        convention=sent.convention, period=QUARTER, by=people["pilotage"], at=AT, reason="Une caisse a corrigé."
    )
    client.force_login(people["tutelle"])
    page = client.get("/comparer/", {"de": f"t{sent.pk}", "a": f"t{second.pk}"})
    _, _, [section] = page.context["found"]
    assert any(one.title.startswith("F10-21") for one in section.changes)
    rows = client.get("/comparer/tableau.csv", {"de": f"t{sent.pk}", "a": f"t{second.pk}"}).content.decode("utf-8-sig")
    assert "F10-21" in rows


def test_two_editions(client: Client, common: Edition, people: dict[str, User]) -> None:
    client.force_login(people["pilotage"])
    found = client.get("/comparer/", {"de": f"e{common.origin_id}", "a": f"e{common.pk}"}).context["found"]
    assert found is not None
    assert all(section.changes == [] for section in found[2])  # printed from the same content
    assert sum(section.compared for section in found[2]) > 20


@pytest.mark.parametrize("role", ["tutelle", "conseil", "caf"])
def test_nobody_compares_what_they_may_not_read(
    client: Client, sent: Transmission, people: dict[str, User], role: str
) -> None:
    client.force_login(people[role])
    page = client.get("/comparer/", {"de": "date", "a": "date", "de_le": "2014-01-01", "a_le": "2014-06-01"})
    assert page.context["found"] is None
    if role != "tutelle":
        assert client.get("/comparer/", {"de": f"t{sent.pk}", "a": f"t{sent.pk}"}).context["found"] is None


def test_a_file_needs_both_sides(client: Client, computed: Convention, people: dict[str, User]) -> None:
    client.force_login(people["pilotage"])
    assert client.get("/comparer/tableau.csv").status_code == 404
    assert client.get("/comparer/tableau.csv", {"de": "t999", "a": "date"}).status_code == 404
