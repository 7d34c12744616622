"""The pages of what is reported: whose batch one may open, what a form refuses, what a second click does."""

import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from cog import jobs
from cog.demo import open_accounts
from cog.jobs import Job
from cog.models import Convention, Membership, Organisation, User
from cog.operations import command_account
from indicators import batch_forms
from indicators.enums import BatchState
from indicators.models import ImportBatch, Measure, Observation
from indicators.operations import receive_batch
from indicators.problem_titles import PROBLEM_TITLES

HEADER = "mesure,caisse,periode,ventilation,valeur\n"
GOOD = HEADER + "pieces_traitees,011,2014-01,,1000\npieces_traitees_15j,011,2014-01,,850\n"
OTHER = GOOD.replace(",011,", ",751,")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "publish", lambda job_id: None)


@pytest.fixture
def people(convention: Convention) -> dict[str, User]:
    open_accounts(code=convention.code, by=command_account(), at=timezone.now())
    return {user.email.split("@")[0]: user for user in User.objects.filter(is_demonstration=True)}


@pytest.fixture
def client_of(people):
    def enter(role: str) -> Client:
        client = Client()
        client.force_login(people[role])
        return client

    return enter


def _post(client: Client, text: str | bytes, name: str = "essai.csv", **fields):
    content = text.encode() if isinstance(text, str) else text
    return client.post("/remontees/envoyer/", {"fichier": SimpleUploadedFile(name, content), **fields})


def _work() -> None:
    """Do the jobs that wait, as a worker would."""
    for job in Job.objects.filter(state="en_attente").exclude(kind="indicators.recompute"):
        jobs.run(str(job.pk))


def test_the_three_steps_of_a_file(client_of) -> None:
    client = client_of("pilotage")
    sent = _post(client, GOOD)
    batch = ImportBatch.objects.get()
    assert (sent.status_code, sent["Location"]) == (302, f"/remontees/{batch.pk}/")
    waiting = client.get(f"/remontees/{batch.pk}/")
    assert 'hx-trigger="every 3s"' in waiting.content.decode()
    assert "En attente" in waiting.content.decode()
    _work()
    checked = client.get(f"/remontees/{batch.pk}/")
    assert "hx-trigger" not in checked.content.decode()
    assert "2 valeurs contrôlées, aucune erreur" in checked.content.decode()
    assert "Accepter le fichier en entier" in client.get(f"/remontees/{batch.pk}/confirmer/").content.decode()
    for _ in range(2):  # a double click
        assert client.post(f"/remontees/{batch.pk}/confirmer/", {"motif": ""}).status_code == 302
    assert Job.objects.filter(kind="indicators.accept").count() == 1
    _work()
    done = client.get(f"/remontees/{batch.pk}/").content.decode()
    assert "Fichier accepté le" in done
    assert f"/travaux/{Job.objects.get(kind='indicators.recompute').pk}/" in done
    assert client.post(f"/remontees/{batch.pk}/confirmer/", {"motif": ""}).status_code == 302
    assert Observation.objects.count() == 2


def test_sending_twice_shows_the_first(client_of) -> None:
    client = client_of("pilotage")
    assert _post(client, GOOD)["Location"] == _post(client, GOOD)["Location"]
    assert ImportBatch.objects.count() == 1


def test_a_refused_file_tells_every_problem_with_its_place(client_of) -> None:
    client = client_of("pilotage")
    rows = "".join(f"pieces_traitees,0{n:04},2014-01,,<b>{n}\n" for n in range(70))
    _post(client, HEADER + rows)
    _work()
    batch = ImportBatch.objects.get()
    page = client.get(f"/remontees/{batch.pk}/").content.decode()
    assert batch.errors == 140
    assert "Fichier refusé : 140 erreurs" in page
    values = client.get(f"/remontees/{batch.pk}/?nature=unreadable_value").content.decode()
    assert "&lt;b&gt;1" in values
    assert "<b>1" not in values
    assert "organisme inconnu (70)" in page
    assert page.count("mark is-error") == 50
    second = client.get(f"/remontees/{batch.pk}/?nature=unknown_body&anomalies=2").content.decode()
    assert second.count("mark is-error") == 20
    assert len(client.get(f"/remontees/{batch.pk}/anomalies.json").json()) == 140
    assert client.get(f"/remontees/{batch.pk}/confirmer/").status_code == 302
    assert client.post(f"/remontees/{batch.pk}/confirmer/", {"motif": "x"}).status_code == 302
    assert not Observation.objects.exists()


def test_warnings_are_accepted_with_a_reason_only(client_of, convention: Convention) -> None:
    client = client_of("pilotage")
    measure = Measure.objects.filter(convention=convention, value_kind="amount", level="caisse").first().code
    _post(client, HEADER + f"{measure},011,2014,,-5\n")
    _work()
    batch = ImportBatch.objects.get()
    refused = client.post(f"/remontees/{batch.pk}/confirmer/", {"motif": "  "})
    assert refused.status_code == 200
    assert "<title>Erreur : " in refused.content.decode()
    assert "dire pourquoi le fichier est accepté" in refused.content.decode()
    client.post(f"/remontees/{batch.pk}/confirmer/", {"motif": "rectifié par la caisse"})
    _work()
    assert "rectifié par la caisse" in client.get(f"/remontees/{batch.pk}/").content.decode()


@pytest.mark.parametrize("content", [b"", b"x" * 2000])
def test_an_empty_or_huge_file_is_refused_at_the_door(client_of, content: bytes, monkeypatch) -> None:
    monkeypatch.setattr(batch_forms, "MAX_UPLOAD", 1000)
    answer = _post(client_of("pilotage"), content)
    assert answer.status_code == 200
    assert 'class="error-summary"' in answer.content.decode()
    assert not ImportBatch.objects.exists()


def test_no_file_at_all_is_said(client_of) -> None:
    answer = client_of("pilotage").post("/remontees/envoyer/", {})
    assert "choisir un fichier" in answer.content.decode()


def test_a_caisse_sends_for_itself_only(client_of, convention: Convention) -> None:
    client = client_of("caf")
    assert _post(client, GOOD).status_code == 200  # the form always names the caisse
    assert _post(client, GOOD, caisse="751").status_code == 200
    assert not ImportBatch.objects.exists()
    assert _post(client, OTHER, caisse="011").status_code == 302
    _work()
    batch = ImportBatch.objects.get()
    assert (batch.state, batch.only.code) == (BatchState.REFUSED, "011")
    assert "seule caisse de cet envoi" in client.get(f"/remontees/{batch.pk}/").content.decode()


ADDRESSES = [
    "",
    "confirmer/",
    "fichier/",
    "anomalies.json",
    "anomalies.xlsx",
    "anomalies.csv",
    "annote.xlsx",
    "tableau.csv",
]
ACTS = ["confirmer/", "controler/", "abandonner/"]


def test_a_batch_of_someone_else_does_not_exist(client_of, people, convention: Convention) -> None:
    """Own caisse, another's, the whole network's: every address, every role."""
    paris = Organisation.objects.get(convention=convention, code="751")
    _post(client_of("pilotage"), GOOD)
    whole = ImportBatch.objects.get()
    _post(client_of("pilotage"), OTHER, caisse="751")
    other = ImportBatch.objects.get(only=paris)
    _post(client_of("caf"), GOOD, caisse="011")
    own = ImportBatch.objects.get(only__code="011")
    _work()
    caf = client_of("caf")
    for batch in (whole, other):
        for address in ADDRESSES:
            assert caf.get(f"/remontees/{batch.pk}/{address}").status_code == 404, (batch, address)
        for act in ACTS:
            assert caf.post(f"/remontees/{batch.pk}/{act}", {"motif": "x"}).status_code == 404, (batch, act)
        assert caf.get(f"/travaux/{batch.job_id}/").status_code == 404
    for address in ADDRESSES:
        answer = caf.get(f"/remontees/{own.pk}/{address}")
        answer.getvalue()
        assert answer.status_code == 200
        assert client_of("controle").get(f"/remontees/{own.pk}/").status_code == 200
        for role in ("tutelle", "conseil", "exploitation"):
            assert client_of(role).get(f"/remontees/{own.pk}/{address}").status_code == 403, role
    for act in ACTS:
        for role in ("controle", "contributeur", "tutelle"):
            assert client_of(role).post(f"/remontees/{own.pk}/{act}", {"motif": "x"}).status_code == 403, role
    listed = caf.get("/remontees/").content.decode()
    assert f"/remontees/{own.pk}/" in listed
    assert f"/remontees/{other.pk}/" not in listed
    assert f"/remontees/{whole.pk}/" not in listed
    people["caf"].memberships.all().delete()
    Membership.objects.create(user=people["caf"], role="caf", organisation=paris)
    moved = client_of("caf")
    assert moved.get(f"/remontees/{own.pk}/").status_code == 404
    assert moved.get(f"/remontees/{other.pk}/").status_code == 200


def test_a_hostile_name_stays_words(client_of) -> None:
    client = client_of("pilotage")
    _post(client, GOOD, name='<script>alert(1)</script>".csv')
    batch = ImportBatch.objects.get()
    assert "<script>" not in client.get(f"/remontees/{batch.pk}/").content.decode()
    answer = client.get(f"/remontees/{batch.pk}/fichier/")
    answer.getvalue()
    header = answer["Content-Disposition"]
    assert header.startswith("attachment;")
    assert "\n" not in header
    assert "script" not in Path(batch.file.name).name


def test_the_list_is_filtered(client_of) -> None:
    client = client_of("pilotage")
    _post(client, GOOD, name="ain.csv")
    _post(client, OTHER.replace("2014", "2015"), name="paris.csv")
    _work()

    def names(query: str) -> set[str]:
        body = client.get(f"/remontees/?{query}").content.decode()
        return {name for name in ("ain.csv", "paris.csv") if name in body}

    assert names("") == {"ain.csv", "paris.csv"}
    assert names("caisse=011") == {"ain.csv"}
    assert names("periode=2015-T1") == {"paris.csv"}
    assert names("periode=2015") == {"paris.csv"}
    assert names("periode=2013") == set()
    assert names("etat=refuse") == set()
    assert names("etat=verifie&caisse=751") == {"paris.csv"}
    assert "période illisible" in client.get("/remontees/?periode=mars").content.decode()


def test_the_history_of_a_value_is_for_who_may_see_it(client_of, convention: Convention) -> None:
    client = client_of("pilotage")
    for text in (GOOD, GOOD.replace("850", "860")):
        _post(client, text)
        _work()
        batch = ImportBatch.objects.latest("pk")
        client.post(f"/remontees/{batch.pk}/confirmer/", {"motif": "rectification"})
        _work()
    address = "/remontees/valeurs/011/pieces_traitees_15j/2014-01/"
    page = client.get(address).content.decode()
    assert "2 révisions" in page
    assert page.index("860") < page.index("850")
    assert "rectification" in page
    assert "ligne 3" in page
    assert client_of("caf").get(address).status_code == 200
    assert client_of("caf").get(address.replace("011", "751")).status_code == 404
    assert client_of("tutelle").get(address).status_code == 403
    assert client.get(address.replace("2014-01", "2014-02")).status_code == 404


def test_a_received_file_without_its_bytes_is_a_404(client_of, convention: Convention, people) -> None:
    batch = receive_batch(
        convention=convention, file_name="x.csv", data=GOOD.encode(), by=people["pilotage"], at=timezone.now()
    ).batch
    Path(batch.file.path).unlink()
    assert client_of("pilotage").get(f"/remontees/{batch.pk}/fichier/").status_code == 404


ROOT = Path(__file__).parents[2]
CALLS = r"(?:_error|_warning|_refused|_doubt|WorkbookRefused|too_big)"
CODE = re.compile(CALLS + r'\(\s*(?:row, )?"([a-z_]+)"|\.(?:ERROR|WARNING), "([a-z_]+)"')


def test_every_kind_of_problem_has_its_name_in_french() -> None:
    files = [*(ROOT / "indicators" / "intake").glob("*.py"), *(ROOT / "cog" / "xlsx").glob("*.py")]
    files = [file for file in files if file.stem not in ("local_targets", "small_table", "groups")]
    codes = {a or b for file in files for a, b in CODE.findall(file.read_text(encoding="utf-8"))}
    assert len(codes) > 40
    assert codes <= set(PROBLEM_TITLES), codes - set(PROBLEM_TITLES)


def test_the_template_of_a_caisse_comes_back_without_a_problem(client_of) -> None:
    caf = client_of("caf")
    book = caf.get("/remontees/modele.xlsx?caisse=011&periode=2014-T1")
    assert book["Content-Disposition"] == 'attachment; filename="remontee-011-2014-T1.xlsx"'
    assert caf.get("/remontees/modele.xlsx?caisse=751&periode=2014-T1").status_code == 404
    assert caf.get("/remontees/modele.xlsx?caisse=011&periode=2014-03").status_code == 404
    assert client_of("tutelle").get("/remontees/modele.xlsx?caisse=011&periode=2014-T1").status_code == 403
    _post(caf, book.content, name="remontee.xlsx", caisse="011")
    _work()
    batch = ImportBatch.objects.get()
    assert (batch.state, batch.form, batch.errors, batch.row_count) == (BatchState.CHECKED, "modele", 0, 0)
    _post(client_of("pilotage"), book.content, name="remontee.xlsx", caisse="751")
    _work()
    assert ImportBatch.objects.get(only__code="751").state == BatchState.REFUSED
