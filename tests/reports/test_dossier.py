"""The printed dossier of a quarter: the frozen content and nothing else, the same bytes for ever."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from cog.models import Convention, User
from indicators.models import Indicator
from reports import short_printing
from reports.models import Transmission
from reports.operations import transmit_quarter
from reports.quarter_dossier import presentation, sentences
from reports.short_printing import print_dossier
from reports.transmitted import content_of, differences
from tests.reports.paper import assert_accessible, pages_of, told, words_of
from tests.reports.quarter import AT, QUARTER, compute_quarter, import_rows, quarter_rows

pytestmark = pytest.mark.django_db

REASON = "La caisse 751 a recompté ses pièces."


def _pdf(sent: Transmission) -> bytes:
    return print_dossier(sent, content_of(sent), differences(sent))


def _get(user: User, sent: Transmission) -> Any:
    client = Client()
    client.force_login(user)
    return client.get(f"/transmissions/{sent.pk}/dossier.pdf")


@pytest.fixture
def rectified(sent: Transmission, people: dict[str, User]) -> Transmission:
    import_rows(sent.convention, "corrige.csv", quarter_rows("751", 650))
    compute_quarter(sent.convention)
    return transmit_quarter(
        convention=sent.convention, period=QUARTER, by=people["pilotage"], at=AT + timedelta(days=9), reason=REASON
    )


def test_every_figure_of_the_content_is_printed_as_it_was_sent(sent: Transmission) -> None:
    data = _pdf(sent)
    content, text = content_of(sent), words_of(data)
    assert_accessible(data, title=f"Dossier du 2e trimestre 2014 · {sent.convention.title}")
    assert all("SIMULÉES" not in page for page in pages_of(data))
    assert "changelarectification" not in text
    assert content["schema"] == 2
    for sheet in content["sheets"]:
        assert told(sheet["title"]) in text, sheet["code"]
        for figure in sheet["figures"]:
            for words in (figure["value"], figure["target"], figure["verdict_label"], figure["period_label"]):
                assert told(words) in text, (sheet["code"], words)
    [sheet] = [sheet for sheet in content["sheets"] if sheet["code"] == "F10-21"]
    [quarter] = [figure for figure in sheet["figures"] if figure["period"] == "2014-T2"]
    assert quarter["value"].startswith("75,0") and quarter["gap"].startswith("−10,0")
    own = next(line for line in _lines(content) if line.sheet["code"] == "F10-21")
    assert own.answered == "2/102"
    for words in (f"({quarter['gap']})", own.answered, own.reports, "Les caisses n'ont pas toutes rendu"):
        assert told(words) in text
    for version in sheet["versions"]:
        assert told(version["words"][1:]) in text and told(version["formula"]) in text
    for digest in (sent.sha256, sent.receipt_sha256):
        assert digest in text


def _lines(content: dict[str, Any]) -> list[Any]:
    return [line for domain in presentation(content)["domains"] for fiche in domain.fiches for line in fiche.lines]


def test_it_is_read_by_domain_then_by_fiche_the_binding_figures_first(sent: Transmission) -> None:
    domains = presentation(content_of(sent))["domains"]
    assert [domain.number for domain in domains] == sorted(domain.number for domain in domains)
    for domain in domains:
        for fiche in domain.fiches:
            kinds = [line.is_result for line in fiche.lines]
            assert kinds == sorted(kinds, reverse=True), fiche.number
    assert sum(len(fiche.lines) for domain in domains for fiche in domain.fiches) == len(_lines(content_of(sent)))


def test_a_content_that_knows_no_domain_is_printed_by_fiche(sent: Transmission) -> None:
    content = content_of(sent)
    for sheet in content["sheets"]:
        del sheet["domain"], sheet["domain_title"]
        for figure in sheet["figures"]:
            del figure["gap"]
    assert len(presentation(content)["domains"]) == 1
    assert "Résultats par fiche" in "".join(pages_of(print_dossier(sent, content, [])))


def test_its_sentences_count_what_it_holds(sent: Transmission) -> None:
    content = content_of(sent)
    figures = [figure for sheet in content["sheets"] for figure in sheet["figures"]]
    known = sum(figure["has_value"] for figure in figures)
    [held, binding, *_] = sentences(content)
    assert f"{len(figures)} résultats nationaux" in held
    assert f"{known} ont une valeur, {len(figures) - known} n'en ont pas" in held
    assert binding == "2 résultats opposables ont une valeur\u00a0: 2 «\u00a0incomplet\u00a0»."
    assert len(presentation(content)["missing"]) == len(content["missing"])


@pytest.mark.parametrize(
    ("wanted", "unsaid", "told_of_it"),
    [(0, 0, ""), (1, 0, "elle est donnée"), (3, 0, "toutes sont données"), (3, 1, "1 manque"), (3, 2, "2 manquent")],
)
def test_explanations_asked_and_not_given_are_told(
    sent: Transmission, wanted: int, unsaid: int, told_of_it: str
) -> None:
    content = content_of(sent)
    for sheet in content["sheets"]:
        for figure in sheet["figures"]:
            asked = wanted > 0
            figure["why"] = "Écart." if asked else ""
            figure["explanation"] = {} if asked and wanted > unsaid else None
            wanted -= asked
    said = " ".join(sentences(content))
    assert told_of_it in said
    assert ("explication" in said) is bool(told_of_it)


def test_the_same_transmission_gives_the_same_bytes_whatever_happened_since(
    sent: Transmission, people: dict[str, User]
) -> None:
    before = _pdf(sent)
    import_rows(sent.convention, "apres.csv", quarter_rows("021", 999))
    compute_quarter(sent.convention)
    Indicator.objects.filter(code="F10-21").update(title="Autre chose")
    transmit_quarter(
        convention=sent.convention, period=QUARTER, by=people["pilotage"], at=AT + timedelta(days=9), reason=REASON
    )
    assert _pdf(Transmission.objects.get(pk=sent.pk)) == before


def test_a_rectification_says_what_changes(rectified: Transmission) -> None:
    text = words_of(_pdf(rectified))
    assert told("Ce que change la rectification du n° 2014-T2/1") in text
    assert told(REASON) in text
    assert rectified.replaces.sha256 in text
    changed = [one for one in differences(rectified) if one.is_national and one.what == "valeur"]
    assert changed
    for one in changed:
        assert told(one.before.replace(".", ",")) in text and told(one.after.replace(".", ",")) in text
    [line] = presentation(content_of(rectified), differences(rectified))["local_changes"]
    assert (line["code"], line["caisses"]) == ("F10-21", 1)


def test_simulated_data_are_marked_on_every_page(sent: Transmission) -> None:
    content = content_of(sent)
    marked = Transmission(
        **{
            name: getattr(sent, name)
            for name in ("pk", "convention", "kind", "period", "number", "due", "transmitted_at", "transmitted_by")
        },
        simulated=True,
        payload=json.dumps(content),
        sha256=sent.sha256,
    )
    assert all("DONNÉES SIMULÉES" in page for page in pages_of(print_dossier(marked, content, [])))


def test_it_is_served_as_it_is_printed(sent: Transmission, people: dict[str, User]) -> None:
    answer = _get(people["tutelle"], sent)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename="dossier-2014-T2-1.pdf"'
    assert answer.content == _pdf(sent)


@pytest.mark.parametrize("role", ["pilotage", "contributeur", "tutelle", "controle"])
def test_who_reads_transmissions_reads_their_dossier(
    sent: Transmission, people: dict[str, User], role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(short_printing, "print_dossier", lambda *given: b"%PDF")
    assert _get(people[role], sent).content == b"%PDF"


@pytest.mark.parametrize("role", ["caf", "conseil", "exploitation"])
def test_nobody_else_does(sent: Transmission, people: dict[str, User], role: str) -> None:
    assert _get(people[role], sent).status_code == 403


def test_the_page_of_a_transmission_leads_to_it(sent: Transmission, people: dict[str, User]) -> None:
    client = Client()
    client.force_login(people["tutelle"])
    assert f"/transmissions/{sent.pk}/dossier.pdf" in client.get(f"/transmissions/{sent.pk}/").content.decode()
    assert client.get("/transmissions/999999/dossier.pdf").status_code == 404


def test_an_edition_of_a_fund_has_no_dossier(convention: Convention, people: dict[str, User]) -> None:
    edition = Transmission.objects.create(
        convention=convention, kind="tbb", period="fnga-13-1", number=1, transmitted_at=AT, payload="{}",
        transmitted_by=people["pilotage"], sha256="0" * 64, receipt=b"", receipt_sha256="0" * 64,
    )  # fmt: skip
    assert _get(people["pilotage"], edition).status_code == 404
