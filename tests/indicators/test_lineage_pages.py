"""The lineage page: the cell a figure was read from, and whose figures one may follow."""

import pytest
from django.test import Client
from django.utils import timezone

from cog import jobs
from cog.demo import open_accounts
from cog.models import Convention, Organisation, User
from cog.operations import command_account
from cog.periods import parse
from indicators.models import Indicator, IndicatorResult, Observation
from indicators.operations import accept_batch, compute_results, receive_batch
from indicators.queries.evaluation import Evaluation
from indicators.queries.lineage import figure_page

pytestmark = pytest.mark.django_db
URL = "/indicateurs/F10-21/figure/?periode=2014-T1"


@pytest.fixture
def people(convention: Convention, monkeypatch: pytest.MonkeyPatch) -> dict[str, User]:
    monkeypatch.setattr(jobs, "publish", lambda job_id: None)
    open_accounts(code=convention.code, by=command_account(), at=timezone.now())
    rows = [
        f"{measure},{caisse},{month},,{value}"
        for caisse in Organisation.objects.caisses().order_by("code").values_list("code", flat=True)[:3]
        for month in ("2014-01", "2014-02")
        for measure, value in (("pieces_traitees", 1450), ("pieces_traitees_15j", 1234))
    ]
    text = "mesure,caisse,periode,ventilation,valeur\n" + "\n".join(rows) + "\n"
    by, at = command_account(), timezone.now()
    batch = receive_batch(convention=convention, file_name="avril.csv", data=text.encode(), by=by, at=at).batch
    accept_batch(batch=batch, by=by, at=at, reason="essai")
    compute_results(
        convention=convention, periods=[parse("2014-T1")], by=by, at=at, progress=lambda done, total, message: None
    )
    return {user.email.split("@")[0]: user for user in User.objects.filter(is_demonstration=True)}


def _get(people: dict[str, User], role: str, url: str = URL):
    client = Client()
    client.force_login(people[role])
    return client.get(url)


def test_a_national_figure_leads_to_a_body_then_to_the_line_of_its_file(people: dict[str, User]) -> None:
    body = Organisation.objects.caisses().order_by("code").first()
    text = _get(people, "pilotage").content.decode()
    assert "les composants redonnent la valeur" in text
    assert "7\u202f404" in text and "99 organismes sans valeur sur 102" in text
    assert f"organisme={body.code}" in text
    own = _get(people, "pilotage", f"{URL}&organisme={body.code}").content.decode()
    one = Observation.objects.filter(organisation=body, measure__code="pieces_traitees").first()
    assert "avril.csv" in own and f"ligne {one.source_row}" in own and one.batch.sha256[:12] in own
    assert f"/remontees/{one.batch_id}/" in own
    assert "non remontée" in own, "March is missing, and said so"


def test_a_value_that_no_longer_follows_from_its_components_is_said(people: dict[str, User]) -> None:
    IndicatorResult.objects.filter(indicator__code="F10-21", scope="national", period="2014-T1").update(value=12)
    assert "ne redonnent pas la valeur" in _get(people, "pilotage").content.decode()


def test_a_caisse_follows_its_own_part_only(people: dict[str, User]) -> None:
    own = people["caf"].memberships.get().organisation
    other = Organisation.objects.caisses().exclude(pk=own.pk).order_by("code").first()
    text = _get(people, "caf").content.decode()
    assert f"organisme={own.code}" in text and f"organisme={other.code}" not in text
    assert other.name not in text
    assert _get(people, "caf", f"{URL}&organisme={own.code}").status_code == 200
    assert _get(people, "caf", f"{URL}&organisme={other.code}").status_code == 404
    for role, status in (("tutelle", 403), ("conseil", 403), ("controle", 200), ("contributeur", 200)):
        assert _get(people, role).status_code == status, role


def test_the_rank_of_a_caisse_shows_it_no_cell_of_another(people: dict[str, User], convention: Convention) -> None:
    """A rank rests on every caisse's value; the values and the codes of the others stay out of its page."""
    own = people["caf"].memberships.get().organisation
    measures = sorted(Evaluation(convention).inputs(_sheet("F16-43.3"), parse("2014")).definition.all_measures)
    bodies = list(Organisation.objects.caisses().order_by("code").values_list("code", flat=True)[:3])
    assert own.code in bodies
    rows = [
        f"{measure},{caisse},{half},,{10 * number + rank + 7}"
        for number, caisse in enumerate(bodies)
        for half in ("2014-S1", "2014-S2")
        for rank, measure in enumerate(measures)
    ]
    text = "mesure,caisse,periode,ventilation,valeur\n" + "\n".join(rows) + "\n"
    by, at = command_account(), timezone.now()
    batch = receive_batch(convention=convention, file_name="rang.csv", data=text.encode(), by=by, at=at).batch
    accept_batch(batch=batch, by=by, at=at, reason="essai")
    asked = {"convention": convention, "code": "F16-43.3", "period": "2014", "scope": own.code}
    found = figure_page(**asked, name="rang", visible={own.code}, sees_all=False)
    assert found is not None and len(found.lineage.components) > 1
    assert {line.cell.organisation for line in found.cells} == {own.code}
    assert [line.code for group in found.groups for line in group.lines] == [own.code]


def test_the_lowest_of_its_breakdowns_has_a_page(people: dict[str, User]) -> None:
    assert _get(people, "pilotage", "/indicateurs/F21-58/figure/?periode=2014").status_code == 200


def _sheet(code: str) -> Indicator:
    return Indicator.objects.get(code=code)


def test_what_does_not_exist_is_not_found(people: dict[str, User]) -> None:
    for wrong in ("?periode=2014-T9", "?periode=2014-T1&nom=rien", "?periode=2014-T1&organisme=zzz", ""):
        assert _get(people, "pilotage", f"/indicateurs/F10-21/figure/{wrong}").status_code == 404


def test_the_page_asks_few_queries(people: dict[str, User], django_assert_max_num_queries) -> None:
    client = Client()
    client.force_login(people["pilotage"])
    with django_assert_max_num_queries(24):
        client.get(URL)
