"""Adopting a definition: what is refused, what is kept, what a reload leaves alone, what the pages say."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from cog.audit import AuditEvent
from cog.demo import open_accounts
from cog.models import Convention, Organisation, User
from cog.operations import command_account, load_convention
from cog.periods import parse
from indicators.compute.expression import ExpressionError
from indicators.compute.methods_file import definition_from
from indicators.definition_forms import AdoptionForm, initial_of
from indicators.enums import IndicatorStatus, VersionOrigin
from indicators.models import Indicator, IndicatorResult, IndicatorVersion, Measure, StaleResult
from indicators.operations import (
    Adoption,
    AdoptionRefused,
    accept_batch,
    adopt_version,
    receive_batch,
    withdraw_version,
)
from indicators.queries import status_of, version_at
from indicators.queries.definitions import difference_in_words, preview_of, versions_page

pytestmark = pytest.mark.django_db

AT = datetime(2014, 7, 1, 9, 0, tzinfo=UTC)
SHARE: dict[str, Any] = {
    "method": "ratio",
    "numerator": "demarches_dematerialisees",
    "denominator": "demarches",
    "factor": 100,
    "unit": "%",
    "decimals": 1,
    "better": "higher",
    "periodicity": ["annual"],
    "over_time": "sum",
    "national": "of_sums",
    "local": True,
}


def _adoption(**changes: Any) -> Adoption:
    said = {
        "method": SHARE,
        "valid_from": date(2014, 1, 1),
        "agreed_by": "Dss et Cnaf",
        "agreed_on": date(2014, 6, 15),
        "reason": "Comité de suivi de juin 2014",
    }
    return Adoption(**(said | changes))


def _adopt(code: str, **changes: Any) -> IndicatorVersion:
    indicator = Indicator.objects.get(code=code)
    return adopt_version(indicator=indicator, adoption=_adoption(**changes), by=command_account(), at=AT)


def _sheet(code: str) -> Indicator:
    return Indicator.objects.get(code=code)


def test_a_sheet_to_build_gets_its_first_definition(convention: Convention) -> None:
    assert status_of(_sheet("F3-14")) == IndicatorStatus.TO_BUILD
    version = _adopt("F3-14")
    assert (version.number, version.origin, version.method["kind"]) == (1, VersionOrigin.APPLICATION, "suivi")
    assert status_of(_sheet("F3-14")) == IndicatorStatus.DEFINED
    years = StaleResult.objects.filter(indicator__code="F3-14", organisation=None).values_list("year", flat=True)
    assert sorted(years) == [2013, 2014, 2015, 2016, 2017]
    event = AuditEvent.objects.get(action="definition.adopted")
    assert (event.subject, event.details["agreed_by"]) == ("F3-14 v1", "Dss et Cnaf")


def test_a_proposal_leaves_the_sheet_to_build(convention: Convention) -> None:
    version = _adopt("F3-14", provisional=True)
    assert version.method["provisional"] is True
    assert status_of(_sheet("F3-14")) == IndicatorStatus.TO_BUILD
    _adopt("F3-14")  # the same method, settled
    assert status_of(_sheet("F3-14")) == IndicatorStatus.DEFINED


def test_a_provisional_definition_of_the_convention_is_settled_by_adoption(convention: Convention) -> None:
    assert status_of(_sheet("F10-27")) == IndicatorStatus.TO_BUILD
    version = _adopt("F10-27", method=SHARE | {"provisional": True, "by": 2014})
    assert version.number == 2
    assert "provisional" not in version.method
    assert "by" not in version.method
    assert status_of(_sheet("F10-27")) == IndicatorStatus.DEFINED


@pytest.mark.parametrize(
    ("period", "number"),
    [("2013", 1), ("2013-12", 1), ("2014-01", 2), ("2014-T2", 2), ("2014", 2), ("2015-T1", 2), ("2015", 3)],
)
def test_a_version_holds_for_the_periods_that_end_from_its_date_on(
    convention: Convention, period: str, number: int
) -> None:
    """The year 2015 ends after 1 July 2015: it is the third's, whereas its first quarter is still the second's."""
    _adopt("F10-27", valid_from=date(2014, 1, 1))
    _adopt("F10-27", method=SHARE | {"factor": 1000}, valid_from=date(2015, 7, 1))
    held = version_at(_sheet("F10-27").versions.all(), parse(period))
    assert held is not None
    assert held.number == number


def test_before_its_first_definition_a_sheet_has_none(convention: Convention) -> None:
    _adopt("F3-14", valid_from=date(2014, 1, 1))
    assert version_at(_sheet("F3-14").versions.all(), parse("2013")) is None


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"agreed_by": "  "}, "agreed_by", "quelques mots"),
        ({"reason": ""}, "reason", "quelques mots"),
        ({"valid_from": date(2012, 12, 31)}, "valid_from", "1er janvier 2013"),
        ({"valid_from": date(2018, 1, 1)}, "valid_from", "31 décembre 2017"),
        ({"agreed_on": date(2014, 7, 2)}, "agreed_on", "date passée"),
        ({"method": SHARE | {"numerator": "inconnue"}}, "method", "inconnue"),
        ({"method": SHARE | {"unit": ""}}, "method", "unit"),
        ({"method": {"method": "to_build", "local": True}}, "method", "à construire"),
    ],
)
def test_what_is_wrong_is_refused_and_nothing_written(
    convention: Convention, changes: dict[str, Any], field: str, words: str
) -> None:
    if changes.get("method", {}).get("unit") == "":
        changes = {"method": {key: value for key, value in SHARE.items() if key != "unit"}}
    with pytest.raises(AdoptionRefused) as refused:
        _adopt("F3-14", **changes)
    assert [fault.field for fault in refused.value.faults] == [field]
    assert words in refused.value.faults[0].words
    assert not IndicatorVersion.objects.filter(indicator__code="F3-14").exists()
    assert not StaleResult.objects.exists()


def test_every_fault_is_told_at_once(convention: Convention) -> None:
    with pytest.raises(AdoptionRefused) as refused:
        _adopt(
            "F3-14",
            agreed_by="",
            reason="",
            valid_from=date(2020, 1, 1),
            agreed_on=date(2030, 1, 1),
            method=SHARE | {"numerator": "inconnue"},
        )
    assert {fault.field for fault in refused.value.faults} == {
        "agreed_by", "reason", "valid_from", "agreed_on", "method",
    }  # fmt: skip


def test_a_version_begins_no_earlier_than_the_one_it_follows(convention: Convention) -> None:
    _adopt("F10-27", valid_from=date(2015, 1, 1))
    with pytest.raises(AdoptionRefused, match=r"1er janvier 2015 \(version 2\)"):
        _adopt("F10-27", method=SHARE | {"factor": 1000}, valid_from=date(2014, 12, 31))
    third = _adopt("F10-27", method=SHARE | {"factor": 1000}, valid_from=date(2015, 1, 1))
    assert version_at(_sheet("F10-27").versions.all(), parse("2015")) == third


def test_what_is_already_in_force_is_not_adopted_again(convention: Convention) -> None:
    _adopt("F10-27")
    with pytest.raises(AdoptionRefused, match="rien à adopter"):
        _adopt("F10-27")


def test_a_version_is_taken_back_while_no_result_uses_it(convention: Convention) -> None:
    version = _adopt("F3-14")
    withdraw_version(version=version, reason="Saisie par erreur", by=command_account(), at=AT)
    assert not _sheet("F3-14").versions.exists()
    event = AuditEvent.objects.get(action="definition.withdrawn")
    assert event.details["method"]["numerator"] == "demarches_dematerialisees"
    assert event.details["withdrawn_because"] == "Saisie par erreur"


def test_a_version_that_a_result_uses_stays(convention: Convention) -> None:
    version = _adopt("F3-14")
    IndicatorResult.objects.create(
        indicator=version.indicator, version=version, scope="national", period="2014", state="definitif",
        verdict="sans_cible", reported=1, concerned=1, units_reported=1, units_concerned=1,
    )  # fmt: skip
    with pytest.raises(AdoptionRefused, match="1 résultat repose sur elle"):
        withdraw_version(version=version, reason="Erreur", by=command_account(), at=AT)
    assert IndicatorVersion.objects.filter(pk=version.pk).exists()


def test_neither_a_definition_of_the_convention_nor_one_that_is_followed_is_taken_back(convention: Convention) -> None:
    first = _sheet("F10-27").versions.get()
    second = _adopt("F10-27")
    _adopt("F10-27", method=SHARE | {"factor": 1000})
    for version, words in ((first, "celle de la convention"), (second, "plus récente")):
        with pytest.raises(AdoptionRefused, match=words):
            withdraw_version(version=version, reason="Erreur", by=command_account(), at=AT)
    with pytest.raises(AdoptionRefused, match="motif"):
        withdraw_version(version=_sheet("F10-27").versions.get(number=3), reason=" ", by=command_account(), at=AT)


def test_a_reload_of_the_convention_leaves_adopted_versions_alone(convention: Convention) -> None:
    adopted = [_adopt("F3-14"), _adopt("F10-27")]
    before = list(IndicatorVersion.objects.order_by("pk").values())
    load_convention(path=settings.BASE_DIR / "fixtures" / "cog-2013-2017", by=command_account(), at=timezone.now())
    assert list(IndicatorVersion.objects.order_by("pk").values()) == before
    assert all(IndicatorVersion.objects.filter(pk=version.pk).exists() for version in adopted)
    assert status_of(_sheet("F3-14")) == IndicatorStatus.DEFINED


def _import(convention: Convention, rows: list[str]) -> None:
    text = "mesure,caisse,periode,ventilation,valeur\n" + "\n".join(rows) + "\n"
    by, at = command_account(), timezone.now()
    received = receive_batch(convention=convention, file_name="essai.csv", data=text.encode(), by=by, at=at)
    accept_batch(batch=received.batch, by=by, at=at, reason="essai")


def test_the_preview_recomputes_the_last_year_under_both_and_keeps_nothing(convention: Convention) -> None:
    codes = list(Organisation.objects.caisses().order_by("code").values_list("code", flat=True))
    _import(
        convention,
        [f"demarches,{code},2014,,200" for code in codes]
        + [f"demarches_dematerialisees,{code},2014,,50" for code in codes]
        + [f"demarches,{code},2013,,100" for code in codes],
    )
    definition = definition_from("F10-27", SHARE | {"kind": "resultat", "factor": 1000, "unit": "‰"})
    marks = StaleResult.objects.count()
    found = preview_of(indicator=_sheet("F10-27"), definition=definition, valid_from=date(2014, 1, 1))
    assert found.year == 2014
    assert [(line.label, line.before, line.after, line.change, line.held) for line in found.lines] == [
        ("2014", "25,0\u00a0%", "250,0\u00a0‰", "unités différentes", True)
    ]
    assert not IndicatorResult.objects.exists()
    assert StaleResult.objects.count() == marks


def test_without_facts_there_is_no_preview_and_a_reason(convention: Convention) -> None:
    definition = definition_from("F3-14", SHARE | {"kind": "suivi"})
    found = preview_of(indicator=_sheet("F3-14"), definition=definition, valid_from=date(2014, 1, 1))
    assert (found.year, found.lines) == (None, [])
    assert "Aucune donnée" in found.trouble


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("25", "25", "= inchangé"),
        ("25", "26.25", "▲ +1,3 point"),
        ("25", "20", "▼ \u22125,0 points"),
        ("25", "25.01", "▲ plus haut de moins de 0,1 point"),
    ],
)
def test_a_difference_is_told_with_its_sign_and_a_word(before: str, after: str, words: str) -> None:
    assert difference_in_words(Decimal(before), Decimal(after), 1, "%") == words


def test_versions_are_laid_side_by_side_with_what_changed(convention: Convention) -> None:
    _adopt("F10-27", method=SHARE | {"factor": 1000, "unit": "‰"})
    page = versions_page(convention=convention, code="F10-27")
    assert page is not None
    changed = {row.label for row in page.rows if row.changes}
    assert {"Multiplié par", "Unité", "Ventilations"} <= changed
    assert "Numérateur ou donnée" not in changed
    assert page.columns[0].until == date(2013, 12, 31)
    assert page.columns[1].until is None


# --- The form ---------------------------------------------------------------------------------------------------


def _typed(indicator: Indicator, **changes: Any) -> dict[str, Any]:
    """What a browser sends back of the form as it opens, with some fields changed."""
    initial = initial_of(indicator.versions.order_by("-number").first(), indicator)
    act = {"valid_from": "2014-01-01", "agreed_by": "Dss", "agreed_on": "2014-06-15", "reason": "Accord", "note": ""}
    sent = {key: value for key, value in initial.items() if value is not False} | act | changes
    return sent | ({"local": "on"} if initial.get("local") else {})


def _form(indicator: Indicator, **changes: Any) -> AdoptionForm:
    codes = list(Measure.objects.values_list("code", flat=True))
    return AdoptionForm(_typed(indicator, **changes), indicator=indicator, measures=codes)


def test_every_definition_goes_through_the_form_unchanged(convention: Convention) -> None:
    """The form says all that a definition holds: opened and sent back, it gives the same method."""
    left_out = {"provisional", "by", "targets_by", "note", "printed"}
    for version in IndicatorVersion.objects.select_related("indicator"):
        form = _form(version.indicator)
        assert form.is_valid(), (version, form.errors)
        expected = {key: value for key, value in version.method.items() if key not in left_out}
        expected = {key: value for key, value in expected.items() if (key, value) != ("factor", 1)}
        typed = {key: value for key, value in form.method_entry().items() if value != []}
        assert typed == {"decimals": 0, "national": typed["national"]} | expected, version


def test_the_faulty_character_is_shown_under_the_formula(
    convention: Convention, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(text: str, measures: object) -> None:
        error = ExpressionError("inconnue", "une mesure connue")
        error.position = text.index("inconnue")
        raise error

    monkeypatch.setattr("indicators.definition_forms.parse_expression", refuse)
    form = _form(_sheet("F10-27"), numerator="demarches  +\n inconnue", denominator="")
    assert not form.is_valid()
    assert form.carets["numerator"].text == "demarches + inconnue"
    assert len(form.carets["numerator"].spaces) == 12
    assert form.errors["numerator"] == ["caractère 13, trouvé « inconnue », attendu une mesure connue."]


@pytest.mark.parametrize(
    ("others", "words"),
    [
        ("a: [1, 2", "ligne 1"),
        ("juste un texte", "« cle: valeur »"),
        ("a: &ancre [1]\nb: *ancre", "« & » ou « * »"),
        ("unit: km", "dit plus haut"),
        ("provisional: true", "dit plus haut"),
        ("first_year: 2014-01-01", "spéciale"),
        ("inventee: 3", "« inventee »"),
        ("cumulate_from: -3", "« cumulate_from »"),
        ("x: 2014-13-45", "illisible"),
        ("[" * 5000, "illisible"),
    ],
)
def test_other_fields_that_do_not_read_are_refused_in_their_place(
    convention: Convention, others: str, words: str
) -> None:
    form = _form(_sheet("F10-21"), others=others)
    assert not form.is_valid()
    assert any(words in error for error in form.errors["others"]), form.errors


# --- The pages ----------------------------------------------------------------------------------------------------


@pytest.fixture
def clients(convention: Convention) -> dict[str, Client]:
    open_accounts(code=convention.code, by=command_account(), at=timezone.now())
    clients = {}
    for user in User.objects.filter(is_demonstration=True):
        clients[user.email.split("@")[0]] = Client()
        clients[user.email.split("@")[0]].force_login(user)
    return clients


NEW = "/indicateurs/F10-27/definitions/nouvelle/"


def test_only_the_steering_staff_adopts(clients: dict[str, Client]) -> None:
    for role, client in clients.items():
        expected = 200 if role == "pilotage" else 403
        assert client.get(NEW).status_code == expected, role
        assert client.post(NEW, {"step": "adopt"}).status_code == expected, role
        assert client.get("/indicateurs/F10-27/definitions/").status_code == 200, role
    assert IndicatorVersion.objects.filter(origin=VersionOrigin.APPLICATION).count() == 0


def test_three_steps_and_nothing_kept_before_the_last(clients: dict[str, Client]) -> None:
    client, typed = clients["pilotage"], _typed(_sheet("F10-27"), factor="50")
    shown = client.post(NEW, typed | {"step": "preview"})
    assert "Ce que cette définition donne" in shown.content.decode()
    assert "Revenir au formulaire" in shown.content.decode()
    again = client.post(NEW, typed | {"step": "edit"})
    assert 'value="50"' in again.content.decode()
    assert not IndicatorVersion.objects.filter(number=2).exists()
    done = client.post(NEW, typed | {"step": "adopt"}, follow=True)
    assert "La version 2 de la définition de F10-27 est adoptée." in done.content.decode()
    version = IndicatorVersion.objects.get(number=2)
    assert version.method["factor"] == 50
    assert version.adopted_by == User.objects.get(email="pilotage@demo.invalid")
    gone = client.post("/indicateurs/F10-27/definitions/2/retirer/", {"reason": "Essai"}, follow=True)
    assert "est retirée" in gone.content.decode()
    assert not IndicatorVersion.objects.filter(number=2).exists()


def test_faults_of_the_formula_and_of_the_dates_are_told_together(clients: dict[str, Client]) -> None:
    typed = _typed(_sheet("F10-27"), numerator="inconnue", valid_from="2010-01-01", agreed_by="")
    page = clients["pilotage"].post(NEW, typed | {"step": "adopt"}).content.decode()
    for words in ("trouvé « inconnue »", "attendu une date de la convention", "Ce champ est obligatoire."):
        assert words in page, words
    assert "<title>Erreur" in page


def test_an_unknown_sheet_or_version_is_not_there(clients: dict[str, Client]) -> None:
    for path in ("/indicateurs/F99-9/definitions/", "/indicateurs/F99-9/definitions/nouvelle/"):
        assert clients["pilotage"].get(path).status_code == 404
    assert clients["pilotage"].get("/indicateurs/F10-27/definitions/9/retirer/").status_code == 404
