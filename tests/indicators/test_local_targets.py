"""Cpog targets in the database: revisions, the floor test from results, the pages, the open data package."""

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from cog.audit import AuditEvent
from cog.demo import open_accounts
from cog.figures import Operator
from cog.models import Convention, Organisation, User
from cog.operations import command_account
from cog.xlsx import open_untrusted_xlsx
from indicators.compute.floor import Aggregation
from indicators.intake.local_targets import read_targets
from indicators.models import Indicator, IndicatorResult, LocalTarget, StaleResult
from indicators.operations import TargetEntry, TargetsMoved, TargetsSaved, save_local_targets
from indicators.queries import local_targets_of
from indicators.queries.floor import caisses_of, floor_page, target_reference, targets_lines
from indicators.target_forms import sealed, unsealed
from tests.workbooks import sheets

pytestmark = pytest.mark.django_db

AT = datetime(2014, 7, 1, 9, 0, tzinfo=UTC)
D = Decimal


def _entry(body: str, threshold: str | None, *, year: int = 2015, seen: int = 0, code: str = "F10-21") -> TargetEntry:
    return TargetEntry(code, body, year, Operator.AT_LEAST, None if threshold is None else D(threshold), "Cpog", seen)


def _save(convention: Convention, entries: Iterable[TargetEntry]) -> TargetsSaved:
    return save_local_targets(convention=convention, entries=entries, by=command_account(), at=AT)


def test_a_target_is_added_replaced_and_taken_back_never_edited(convention: Convention) -> None:
    assert _save(convention, [_entry("011", "80"), _entry("021", "81")]) == TargetsSaved(2, 0, 0, 0)
    assert _save(convention, [_entry("011", "82", seen=1), _entry("021", "81", seen=1)]) == TargetsSaved(0, 1, 0, 1)
    assert _save(convention, [_entry("011", None, seen=2)]) == TargetsSaved(0, 0, 1, 0)
    assert _save(convention, [_entry("011", "83")]) == TargetsSaved(1, 0, 0, 0)
    rows = LocalTarget.objects.filter(organisation__code="011").order_by("revision")
    assert [(row.revision, row.threshold, row.closed_at is None) for row in rows] == [
        (1, D(80), False), (2, D(82), False), (3, D(83), True),
    ]  # fmt: skip
    assert AuditEvent.objects.filter(action="local_targets.saved").count() == 4
    assert StaleResult.objects.filter(indicator__code="F10-21").exists()


def test_what_changes_nothing_leaves_no_trace(convention: Convention) -> None:
    _save(convention, [_entry("011", "80")])
    StaleResult.objects.all().delete()
    assert _save(convention, [_entry("011", "80.0", seen=1)]) == TargetsSaved(0, 0, 0, 1)
    assert AuditEvent.objects.filter(action="local_targets.saved").count() == 1
    assert not StaleResult.objects.exists()


def test_nobody_overwrites_what_another_entered_meanwhile(convention: Convention) -> None:
    _save(convention, [_entry("011", "80")])
    with pytest.raises(TargetsMoved, match="F10-21 011 2015"):
        _save(convention, [_entry("021", "90"), _entry("011", "85", seen=0)])
    assert list(LocalTarget.objects.values_list("organisation__code", "threshold")) == [("011", D(80))]


def test_the_database_holds_one_open_target_a_key(convention: Convention) -> None:
    _save(convention, [_entry("011", "80")])
    row = LocalTarget.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        LocalTarget.objects.create(
            indicator=row.indicator, organisation=row.organisation, year=2015, operator=">=", threshold=1, revision=2,
            entered_at=AT, entered_by=command_account(),
        )  # fmt: skip


def test_the_engine_reads_them_as_targets_of_the_caisse(convention: Convention) -> None:
    _save(convention, [_entry("011", "80"), _entry("011", "85", year=2016), _entry("021", "70")])
    indicator = Indicator.objects.get(code="F10-21")
    found = [(one.scope, one.year, one.threshold, one.intermediate, one.origin) for one in local_targets_of(indicator)]
    assert found == [
        ("011", 2015, D(80), True, "cpog"),
        ("011", 2016, D(85), False, "cpog"),
        ("021", 2015, D(70), False, "cpog"),
    ]
    prefetched = Indicator.objects.prefetch_related("local_targets__organisation").get(code="F10-21")
    assert local_targets_of(prefetched) == local_targets_of(indicator)


def test_the_package_lists_them_after_the_convention_s(convention: Convention, tmp_path: Path) -> None:
    _save(convention, [_entry("021", "81.5"), _entry("011", "80"), _entry("011", "85", year=2016)])
    call_command("opendata", str(tmp_path / "paquet"))
    with (tmp_path / "paquet" / "targets.csv").open(encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if row["code"] == "F10-21"]
    local = [row for row in rows if row["scope"] != "national"]
    assert rows.index(local[0]) > 0
    assert [(row["scope"], row["year"], row["threshold"], row["intermediate"]) for row in local] == [
        ("011", "2015", "80", "1"), ("011", "2016", "85", "0"), ("021", "2015", "81.5", "0"),
    ]  # fmt: skip
    assert {
        (row["role"], row["mode"], row["operator"], row["unit"], row["origin"], row["cumulative"]) for row in local
    } == {("target", "absolute", ">=", "%", "cpog", "0")}
    assert (local[0]["from"], local[0]["to"]) == ("2015-01-01", "2015-12-31")


def _results(year: int, weights: dict[str, int], code: str = "F10-21") -> None:
    indicator = Indicator.objects.get(code=code)
    for scope, weight in weights.items():
        IndicatorResult.objects.create(
            indicator=indicator, version=indicator.versions.get(), scope=scope, period=str(year), value=D(80),
            numerator=D(weight) * D("0.8"), denominator=D(weight), state="definitif", verdict="sans_cible", reported=1,
            concerned=1, units_reported=1, units_concerned=1,
        )  # fmt: skip


def test_the_floor_test_weighs_by_the_denominators_of_a_stated_year(convention: Convention) -> None:
    _results(2013, {"011": 300, "021": 100, "national": 400})
    _results(2016, {"011": 100, "021": 300})
    _save(convention, [_entry("011", "80"), _entry("021", "90"), _entry("031", "95")])
    indicator = Indicator.objects.get(code="F10-21")
    bodies = caisses_of(convention)
    page = floor_page(indicator=indicator, number=2015, caisses=bodies)
    assert page is not None
    assert (page.base, page.bases, page.test.aggregation) == (2013, [2013, 2016], Aggregation.WEIGHTED)
    assert (page.test.aggregate, page.test.threshold, page.test.holds) == (D("82.5"), D(85), False)
    assert [row.body.code for row in page.short] == ["011"]
    assert page.test.without_weight == ("031",)
    assert len(page.without_target) == len(bodies) - 3
    assert page.sentence.startswith("Les cibles de 2015 font ensemble 82,5\u00a0%, au-dessous de l'objectif")
    later = floor_page(indicator=indicator, number=2015, caisses=bodies, base=2016)
    assert later is not None
    assert (later.test.aggregate, later.test.holds) == (D("87.5"), True)
    assert later.asked_shown == "au moins 85\u00a0%"


def test_an_entry_is_weighed_before_it_is_kept(convention: Convention) -> None:
    _results(2013, {"011": 300, "021": 100})
    _save(convention, [_entry("011", "80"), _entry("021", "90")])
    page = floor_page(
        indicator=Indicator.objects.get(code="F10-21"), number=2015, caisses=caisses_of(convention),
        instead={"011": D(86), "021": None},
    )  # fmt: skip
    assert page is not None
    assert (page.test.aggregate, page.test.holds) == (D(86), True)
    assert LocalTarget.objects.get(organisation__code="011").threshold == D(80)


def test_a_display_never_rounds_the_aggregate_into_a_hit(convention: Convention) -> None:
    _results(2013, {"011": 100})
    _save(convention, [_entry("011", "84.96")])
    page = floor_page(indicator=Indicator.objects.get(code="F10-21"), number=2015, caisses=caisses_of(convention))
    assert page is not None
    assert page.aggregate_shown == "84,96\u00a0%"
    assert "84,96\u00a0%" in page.sentence


def test_the_reference_says_which_side_and_what_is_asked(convention: Convention) -> None:
    reference = target_reference(convention=convention)
    assert len(reference.caisses) == 102
    assert reference.years == range(2013, 2018)
    speed, cost, communes = (reference.indicators[code] for code in ("F10-21", "F21-53", "F1-5"))
    assert (speed.operator, speed.asked[2015], speed.is_result, speed.local) == (Operator.AT_LEAST, D(85), True, True)
    assert cost.operator is Operator.AT_MOST
    assert (communes.is_result, communes.local) == (False, False)


# --- The pages ----------------------------------------------------------------------------------------------------


@pytest.fixture
def clients(convention: Convention) -> dict[str, Client]:
    open_accounts(code=convention.code, by=command_account(), at=timezone.now())
    clients = {}
    for user in User.objects.filter(is_demonstration=True):
        clients[user.email.split("@")[0]] = Client()
        clients[user.email.split("@")[0]].force_login(user)
    return clients


READ = ["/indicateurs/cibles-cpog/", "/indicateurs/cibles-cpog/F10-21/"]
GRID = "/indicateurs/cibles-cpog/F10-21/saisie/"


def test_who_reads_and_who_enters(clients: dict[str, Client]) -> None:
    reads = {"pilotage", "contributeur", "caf", "controle"}
    for role, client in clients.items():
        for path in READ:
            assert client.get(path).status_code == (200 if role in reads else 403), (role, path)
        assert client.get(GRID).status_code == (200 if role == "pilotage" else 403), role
        for path in ("fichier/", "confirmer/"):
            allowed = client.post(f"/indicateurs/cibles-cpog/{path}", {}).status_code != 403
            assert allowed == (role == "pilotage"), (role, path)
    assert not LocalTarget.objects.exists()


def test_a_caisse_sees_its_own_target_and_no_other(convention: Convention, clients: dict[str, Client]) -> None:
    own = User.objects.get(email="caf@demo.invalid").memberships.get().organisation
    assert own is not None
    other = Organisation.objects.caisses().exclude(pk=own.pk).order_by("code").first()
    assert other is not None
    _results(2015, {own.code: 100, other.code: 100})
    _save(convention, [_entry(own.code, "61.6123"), _entry(other.code, "52.5123")])
    for path in [*READ, "/indicateurs/F10-21/?periode=2015"]:
        page = clients["caf"].get(path).content.decode()
        assert "52,5123" not in page, path
        assert other.name not in page, path
    assert "61,6123" in clients["caf"].get(READ[1]).content.decode()
    for path in ("/indicateurs/cibles-cpog/tableau", "/indicateurs/cibles-cpog/F10-21/tableau"):
        file = clients["caf"].get(f"{path}.csv").content.decode()
        assert "61.6123" in file and "52.5123" not in file and other.name not in file, path
        assert [row[2] for row in sheets(clients["caf"].get(f"{path}.xlsx").content)["Cibles"][1:]] == [own.code]
    assert "52,5123" in clients["pilotage"].get(READ[1] + "?annee=2015").content.decode()


def _grid(**cells: str) -> dict[str, str]:
    return {name.replace("_", "-"): text for name, text in cells.items()} | {"source": "Cpog signés"}


def _sealed(page: Any) -> str:
    text = page.content.decode()
    return str(text.split('name="sealed" value="', 1)[1].split('"', 1)[0])


def test_the_grid_shows_what_changes_before_it_is_kept(convention: Convention, clients: dict[str, Client]) -> None:
    _save(convention, [_entry("021", "81")])
    client = clients["pilotage"]
    shown = client.post(GRID, _grid(c_011_2015="84,5", c_021_2015="", c_031_2015="0,85"))
    text = shown.content.decode()
    for words in (
        "3 cibles changent",
        "au moins 84,5",
        "retirée",
        "écrire 85 si c&#x27;est un taux",
        "agrégat non calculable",
    ):
        assert words in text, words
    assert LocalTarget.objects.filter(closed_at=None).count() == 1
    again = client.post(GRID, _grid(c_011_2015="84,5") | {"step": "edit"}).content.decode()
    assert 'value="84,5"' in again
    done = client.post("/indicateurs/cibles-cpog/confirmer/", {"sealed": _sealed(shown)}, follow=True)
    assert "2 ajoutées, 0 remplacées, 1 retirées" in done.content.decode()
    rows = LocalTarget.objects.filter(closed_at=None).order_by("organisation__code")
    assert [(row.organisation.code, row.threshold, row.source) for row in rows] == [
        ("011", D("84.5"), "Cpog signés"), ("031", D("0.85"), "Cpog signés"),
    ]  # fmt: skip
    assert rows[0].entered_by.email == "pilotage@demo.invalid"
    twice = client.post("/indicateurs/cibles-cpog/confirmer/", {"sealed": _sealed(shown)}, follow=True)
    assert "changé pendant la saisie" in twice.content.decode()


def test_every_wrong_cell_is_told_and_what_was_typed_is_kept(clients: dict[str, Client]) -> None:
    page = clients["pilotage"].post(GRID, _grid(c_011_2015="beaucoup", c_021_2016="1e9", c_031_2014="80"))
    text = page.content.decode()
    assert text.count('aria-invalid="true"') == 2
    for words in ("trouvé « beaucoup »", "trouvé « 1e9 »", 'value="80"', "<title>Erreur", 'href="#c-021-2016"'):
        assert words in text, words


def test_a_grid_sent_back_untouched_changes_nothing(convention: Convention, clients: dict[str, Client]) -> None:
    _save(convention, [_entry("011", "84.5"), _entry("021", "1234.5", year=2016)])
    page = clients["pilotage"].get(GRID).content.decode()
    assert 'value="84,5"' in page
    cells = {"c-011-2015": "84,5", "c-021-2016": "1\u202f234,5", "c-031-2015": ""}
    again = clients["pilotage"].post(GRID, cells | {"source": ""}).content.decode()
    assert "Rien n&#x27;a changé" in again


def _send(client: Client, text: str) -> Any:
    upload = SimpleUploadedFile("cibles.csv", text.encode(), content_type="text/csv")
    return client.post("/indicateurs/cibles-cpog/fichier/", {"fichier": upload, "source": "Envoi"})


def test_a_file_is_refused_whole_with_all_its_problems(clients: dict[str, Client]) -> None:
    page = _send(clients["pilotage"], "indicateur,caisse,annee,seuil\nF10-21,011,2015,85\nF99-9,999,1900,x\n")
    text = page.content.decode()
    assert "4 erreurs" in text
    assert "ligne 3, colonne caisse" in text
    assert not LocalTarget.objects.exists()
    assert "Ce champ est obligatoire" in clients["pilotage"].post("/indicateurs/cibles-cpog/fichier/").content.decode()


def test_a_file_is_confirmed_then_kept_and_sent_again_changes_nothing(clients: dict[str, Client]) -> None:
    text = "indicateur;caisse;annee;seuil;source\nF10-21;011;2015;85;Contrat 12\nF1-5;021;2016;50;\n"
    shown = _send(clients["pilotage"], text)
    assert "un indicateur de résultat" in shown.content.decode()
    clients["pilotage"].post("/indicateurs/cibles-cpog/confirmer/", {"sealed": _sealed(shown)})
    rows = LocalTarget.objects.order_by("organisation__code")
    assert [(row.indicator.code, row.threshold, row.source) for row in rows] == [
        ("F10-21", D(85), "Contrat 12"), ("F1-5", D(50), "Envoi"),
    ]  # fmt: skip
    again = _send(clients["pilotage"], text)
    assert again.status_code == 302
    assert LocalTarget.objects.count() == 2


def test_a_confirmation_cannot_be_forged_nor_given_by_another(clients: dict[str, Client]) -> None:
    entries = [_entry("011", "85")]
    seal = sealed(entries, user=7)
    assert unsealed(seal, user=7) == entries
    assert unsealed(seal, user=8) is None
    assert unsealed(seal[:-2] + "xx", user=7) is None
    page = clients["pilotage"].post("/indicateurs/cibles-cpog/confirmer/", {"sealed": seal}, follow=True)
    assert "rien n&#x27;est enregistré" in page.content.decode()
    assert not LocalTarget.objects.exists()


def test_the_table_is_downloaded_with_every_digit(convention: Convention, clients: dict[str, Client]) -> None:
    _results(2013, {"011": 300, "021": 100})
    _save(convention, [_entry("011", "80.125"), _entry("021", "90")])
    data = clients["pilotage"].get("/indicateurs/cibles-cpog/F10-21/tableau.xlsx?annee=2015").content
    sheet, _, notes = open_untrusted_xlsx(data).sheets
    rows = [[cell.text for cell in cells] for _, cells in sheet.rows()]
    assert len(rows) == 103
    assert rows[1][:6] == ["F10-21", "011", "Caf Ain", "2015", "80.125", "85"]
    assert rows[1][6:8] == ["300", "3.65625"]
    told = " ".join(cell.text for _, cells in notes.rows() for cell in cells)
    for words in ("82,6", "Poids", "2013", "au moins 85"):
        assert words in told, words
    again = read_targets(data, target_reference(convention=convention))  # our own export is a file of targets
    assert [(row.body, row.threshold) for row in again.rows] == [("011", D("80.125")), ("021", D(90))]
    assert not again.is_refused


def test_the_flat_table_says_what_the_page_says_and_comes_back(convention: Convention, clients: dict) -> None:
    _results(2013, {"011": 300, "021": 100})
    _save(convention, [_entry("011", "80.125"), _entry("021", "90")])
    _save(convention, [_entry("011", "80.25", seen=1)])
    data = clients["pilotage"].get("/indicateurs/cibles-cpog/F10-21/tableau.csv?annee=2015").content
    again = read_targets(data, target_reference(convention=convention))
    assert [(row.body, row.threshold) for row in again.rows] == [("011", D("80.25")), ("021", D(90))]
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert [row["constat"] for row in rows[:3]] == ["insuffisante", "suffisante", "sans cible"]
    book = sheets(clients["pilotage"].get("/indicateurs/cibles-cpog/F10-21/tableau.xlsx?annee=2015").content)
    header, past = book["Cibles remplacées"]
    assert (past[header.index("Caisse")], past[header.index("Cible")]) == ("011", 80.125)
    assert isinstance(past[header.index("Close le")], datetime)


def test_the_list_is_downloaded_a_year_a_row(convention: Convention, clients: dict[str, Client]) -> None:
    _results(2013, {"011": 100})
    _save(convention, [_entry("011", "84.96")])
    header, *rows = sheets(clients["pilotage"].get("/indicateurs/cibles-cpog/tableau.xlsx").content)["Cibles des Cpog"]
    lines = targets_lines(convention=convention)
    assert [(row[0], row[2], row[3]) for row in rows] == [
        (line.indicator.code, year, count) for line in lines for year, count, _ in line.years
    ]
    told = {(row[0], row[2]): dict(zip(header, row, strict=True)) for row in rows}["F10-21", 2015]
    assert told["Caisses qui ont une cible"] == 1
    assert (told["Agrégat"], told["Sens"], told["Objectif de la Cog"]) == (84.96, "au moins", 85)
    assert told["Plancher"] == "non respecté, incomplet"
    for role, client in clients.items():
        reads = 200 if role in {"pilotage", "contributeur", "caf", "controle"} else 403
        assert client.get("/indicateurs/cibles-cpog/tableau.csv").status_code == reads, role
        assert client.get("/indicateurs/cibles-cpog/F10-21/tableau.csv").status_code == reads, role


def test_a_caisse_s_result_shows_its_own_target(convention: Convention, clients: dict[str, Client]) -> None:
    _results(2015, {"011": 100, "021": 100, "national": 200})
    assert "Cible du Cpog" not in clients["pilotage"].get("/indicateurs/F10-21/?periode=2015").content.decode()
    _save(convention, [_entry("011", "80.01")])
    page = clients["pilotage"].get("/indicateurs/F10-21/?periode=2015").content.decode()
    assert "Cible du Cpog" in page
    assert "au moins 80,01" in page
