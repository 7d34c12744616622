"""The tables owed beside the funds: filled whole or not at all, numbered, frozen, annexed, sent back without change."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from budgets.demo_statements import PAYROLL, load_statements
from budgets.models import Statement
from budgets.operations import (
    SameStatement,
    StatementEntry,
    StatementMoved,
    StatementRefused,
    record_statement,
)
from budgets.queries.published import published_budgets
from budgets.queries.statements import layout_named, layouts, stated_cells, variants_of
from budgets.queries.worked import annex, results_of
from cog.models import Convention, User
from tests.budgets.ledger import AT

pytestmark = pytest.mark.django_db

STAFF = {
    ("etablissement_public", "520"),
    ("centres_informatiques", "1180"),
    ("organismes_de_base", "31950"),
    ("uioss", "640"),
    ("cssl", "85"),
}

FLOWS = ("cdd", "entrees_cdi", "entrees_cdd", "sorties_cdi", "sorties_cdd", "interim")


def _entry(convention: Convention, code: str, cells: dict[tuple[str, str], str], **more: Any) -> StatementEntry:
    layout = layout_named(convention=convention, code=code)
    assert layout is not None
    told = {"exercise": 2014, "variant": "", "dated": date(2014, 7, 8), "reference": "Paie de juin"} | more
    return StatementEntry(layout=layout, cells={key: Decimal(value) for key, value in cells.items()}, **told)


def _staff(convention: Convention, **more: Any) -> StatementEntry:
    cells = {(row, "cdi"): size for row, size in STAFF}
    for row, _ in STAFF:
        cells |= {
            (row, column): "1"
            for column in ("cdd", "entrees_cdi", "entrees_cdd", "sorties_cdi", "sorties_cdd", "interim")
        }
    return _entry(convention, "effectifs", cells, **({"variant": "constate_juin"} | more))


def test_the_tables_the_convention_owes_are_loaded(convention: Convention) -> None:
    assert [layout.code for layout in layouts(convention=convention)] == [
        "effectifs",
        "plafond_emplois",
        "informatique",
        "informatique_effectifs",
        "plan_immobilier",
        "avances_immobilieres",
        "bilan_fonds",
        "recettes",
        "cessions",
        "masse_salariale",
    ]


def test_it_is_numbered_and_a_replacement_says_why(convention: Convention, steering: User) -> None:
    first = record_statement(entry=_staff(convention), by=steering, at=AT)
    with pytest.raises(SameStatement):
        record_statement(entry=_staff(convention, reason="rien"), by=steering, at=AT)
    with pytest.raises(StatementRefused, match="dire pourquoi"):
        record_statement(entry=_staff(convention, comments={"cssl": "Lyon"}), by=steering, at=AT)
    again = _staff(convention, comments={"cssl": "Lyon"}, reason="Précision", seen=1)
    second = record_statement(entry=again, by=steering, at=AT)
    assert (first.number, second.number, second.reason) == (1, 2, "Précision")
    with pytest.raises(StatementMoved, match="n° 2"):
        record_statement(entry=again, by=steering, at=AT)


def test_everything_wrong_is_said_at_once(convention: Convention, steering: User) -> None:
    entry = _staff(convention, variant="juin", reference=" ", dated=date(2030, 1, 1), exercise=2019)
    cells = {key: value for key, value in entry.cells.items() if key != ("uioss", "cdi")}
    with pytest.raises(StatementRefused) as refused:
        record_statement(
            entry=_entry(
                convention,
                "effectifs",
                {key: str(value) for key, value in cells.items()},
                variant="juin",
                reference=" ",
                dated=date(2030, 1, 1),
                exercise=2019,
            ),
            by=steering,
            at=AT,
        )
    assert {name for name, _ in refused.value.heading} == {"variant", "reference", "dated", "exercise"}
    assert [(fault.row, fault.column) for fault in refused.value.faults] == [("uioss", "cdi")]
    assert not Statement.objects.exists()


def test_the_staff_stands_against_its_marks(convention: Convention, steering: User) -> None:
    statement = record_statement(entry=_staff(convention), by=steering, at=AT)
    [table], _ = results_of(statement)
    shown = {row[0]: row[1:] for row in table["rows"]}
    assert shown["Plafond d'emplois"] == ["", "sans plafond connu"]
    marks = {("plafond", "valeur"): "34000", ("decembre_2012", "valeur"): "35000"}
    record_statement(entry=_entry(convention, "plafond_emplois", marks), by=steering, at=AT)
    [table], _ = results_of(statement)
    shown = {row[0]: row[1] for row in table["rows"]}
    assert shown["Au-dessus du plafond"] == {"number": "380"}
    assert shown["Reste à restituer sur 1000"] == {"number": "380"}
    assert shown["Agents supplémentaires (700 autorisés)"] == ""


def test_receipts_give_their_account_its_own_share(convention: Convention, steering: User) -> None:
    cells = {("706", "evaluation"): "1", ("706", "realise"): "5", ("7911", "evaluation"): "1", ("7911", "realise"): "2"}
    statement = record_statement(
        entry=_entry(convention, "recettes", cells | {("741", "realise"): "9"}), by=steering, at=AT
    )
    [table], notes = results_of(statement)
    assert [row[1:] for row in table["rows"]] == [
        [{"number": "75"}, {"number": "4"}, {"number": "3"}, {"number": "1"}],
        [{"number": "100"}, "", "", ""],
        [{"number": "100"}, {"number": "1"}, {"number": "1"}, {"number": "0"}],
        ["", "", {"number": "4"}, {"number": "1"}],
    ]
    assert any("741" in note for note in notes)


def test_an_advance_stays_within_the_unused_credits_and_names_its_leave(convention: Convention, steering: User) -> None:
    cells = {("ligne_1", "inutilise"): "2", ("ligne_1", "garde"): "2.5", ("ligne_2", "inutilise"): "1"}
    more = {"labels": {"ligne_1": "Siège", "ligne_2": "Antenne"}, "variant": ""}
    entry = _entry(convention, "avances_immobilieres", cells | {("ligne_2", "garde"): "1"}, **more)
    _, notes = results_of(record_statement(entry=entry, by=steering, at=AT))
    assert [note.split(" : ")[0] for note in notes] == ["« Siège »", "« Siège »", "« Antenne »"]
    assert "plus que les crédits non utilisés" in notes[0]


def test_the_incoming_transfer_is_strictly_the_payroll_not_replaced(convention: Convention, steering: User) -> None:
    cells = {(row, "valeur"): value for row, value in PAYROLL.items()}
    tables, _ = results_of(
        record_statement(entry=_entry(convention, "masse_salariale", cells, variant="avril"), by=steering, at=AT)
    )
    assert [row[1] for row in tables[-1]["rows"]] == ["", {"number": "1.13"}, ""]


def test_an_annex_holds_what_was_filled_by_its_date(convention: Convention, steering: User) -> None:
    record_statement(entry=_staff(convention), by=steering, at=AT)
    assert annex(convention=convention, codes=("effectifs",), exercise=2014, at=date(2014, 7, 7)) is None
    found = annex(convention=convention, codes=("effectifs",), exercise=2014, at=date(2014, 7, 15))
    assert found is not None
    [row] = [row for row in found["tables"][0]["rows"] if row[0] == "Ensemble de la branche"]
    assert row[3] == {"number": "34380"}
    assert "Paie de juin, n° 1 du 08/07/2014" in found["notes"]


def test_an_annex_takes_no_mark_of_a_later_day(convention: Convention, steering: User) -> None:
    record_statement(entry=_staff(convention), by=steering, at=AT)
    late = _entry(convention, "plafond_emplois", {("plafond", "valeur"): "34000"}, dated=date(2014, 12, 1))
    record_statement(entry=late, by=steering, at=AT)

    def ceiling(at: date) -> Any:
        found = annex(convention=convention, codes=("effectifs",), exercise=2014, at=at)
        assert found is not None
        return next(row[1] for row in found["tables"][1]["rows"] if row[0] == "Plafond d'emplois")

    assert ceiling(date(2014, 7, 15)) == ""
    assert ceiling(date(2014, 12, 1)) == {"number": "34000"}


def test_december_2012_is_one_for_the_whole_term(convention: Convention, steering: User) -> None:
    statement = record_statement(entry=_staff(convention), by=steering, at=AT)
    for year, base in ((2013, "35000"), (2015, "35001")):
        marks = _entry(convention, "plafond_emplois", {("decembre_2012", "valeur"): base}, exercise=year)
        record_statement(entry=marks, by=steering, at=AT)
        [table], notes = results_of(statement)
        shown = {row[0]: row[1] for row in table["rows"]}
        assert shown["Restitué depuis décembre 2012"] == {"number": str(int(base) - 34380)}
    assert notes[0].startswith("La situation de décembre 2012 est dite de plusieurs façons")


@pytest.fixture
def filled(convention: Convention, steering: User) -> Convention:
    load_statements(convention=convention, by=steering, at=AT)
    return convention


def test_the_demonstration_fills_every_table_once(filled: Convention, steering: User) -> None:
    count = Statement.objects.count()
    assert {row.layout.code for row in Statement.objects.all()} == {row.code for row in layouts(convention=filled)}
    assert not load_statements(convention=filled, by=steering, at=AT)
    assert Statement.objects.count() == count


def _addresses(convention: Convention, name: str) -> list[str]:
    return [
        reverse(name, kwargs={"code": layout.code, "exercise": 2014} | ({"variant": variant} if variant else {}))
        for layout in layouts(convention=convention)
        for variant in [code for code, _ in variants_of(layout)] or [""]
    ]


def test_every_table_is_read_entered_and_exported(keeper: Any, filled: Convention) -> None:
    for name in ("statement", "statement-entry", "statement-xlsx"):
        for address in _addresses(filled, name):
            assert keeper.get(address).status_code == 200, address
    assert "n° 1" in keeper.get(reverse("statements")).content.decode()


def test_every_workbook_sent_back_changes_nothing(keeper: Any, filled: Convention) -> None:
    for source, target in zip(_addresses(filled, "statement-xlsx"), _addresses(filled, "statement-file"), strict=True):
        upload = {"classeur": SimpleUploadedFile("tableau.xlsx", keeper.get(source).content)}
        assert "ne change rien à ce qui est enregistré" in keeper.post(target, upload).content.decode(), target


def test_a_workbook_fills_the_grid_and_every_problem_has_its_cell(keeper: Any, filled: Convention) -> None:
    where = {"code": "informatique", "exercise": 2014}
    book = openpyxl.load_workbook(BytesIO(keeper.get(reverse("statement-xlsx", kwargs=where)).content))
    sheet = book.worksheets[0]
    sheet["C6"], sheet["D6"], sheet["A7"] = "12,5", "beaucoup", "autre"
    stream = BytesIO()
    book.save(stream)
    upload = {"classeur": SimpleUploadedFile("informatique.xlsx", stream.getvalue())}
    body = keeper.post(reverse("statement-file", kwargs=where), upload).content.decode()
    assert "D6 : trouvé « beaucoup »" in body
    assert "A7 : trouvé « autre »" in body
    assert 'value="12,5"' in body
    assert Statement.objects.filter(layout__code="informatique", exercise=2014).count() == 1


def test_the_grid_refuses_what_is_unequal_and_keeps_what_was_typed(keeper: Any, convention: Convention) -> None:
    address = reverse("statement-entry", kwargs={"code": "plan_immobilier", "exercise": 2014})
    told = {"dated": "2014-07-08", "reference": "Plan voté", "seen": "0", "ligne_1-label": "Siège", "ligne_1-ap": "4"}
    told |= {f"ligne_1-cp_{year}": "1" for year in range(2013, 2018)}
    body = keeper.post(address, told).content.decode()
    assert "un écart de −1" in body
    assert 'value="Siège"' in body
    assert not Statement.objects.exists()
    assert keeper.post(address, told | {"ligne_1-ap": "5"}).status_code == 302
    [kept] = Statement.objects.all()
    assert kept.labels == {"ligne_1": "Siège"}
    assert stated_cells(kept)["ligne_1", "ap"] == 5


def test_who_reads_and_who_fills(client: Any, filled: Convention, people: dict[str, User]) -> None:
    read, fill = reverse("statements"), reverse("statement-entry", kwargs={"code": "recettes", "exercise": 2014})
    answers = {}
    for name, user in people.items():
        client.force_login(user)
        answers[name] = (client.get(read).status_code, client.get(fill).status_code)
    may = {"pilotage": (200, 200), "contributeur": (200, 403), "controle": (200, 403)}
    assert answers == {name: may.get(name, (403, 403)) for name in people}


def test_published_amounts_are_compared_with_the_same_line_only(convention: Convention, keeper: Any) -> None:
    rows = [row for _, group in published_budgets(convention=convention) for row in group]
    compared = {
        (row.published.line.position, row.published.year): row.difference for row in rows if row.programme is not None
    }
    assert compared[100, "2013"] == Decimal("-0.117")  # 4 919 M€ published, 4 919 117 k€ programmed
    assert all(row.programme is None for row in rows if row.published.line is None)
    assert len(compared) < len(rows) / 5
    body = keeper.get(reverse("published-budgets")).content.decode()
    assert "déduit" in body
    assert "simulé</span>" not in body.split("<main")[1]
