"""What is owed with a quarter's transmission: a case for each rhythm, then what must always hold."""

import csv
from datetime import date
from functools import cache

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cog.calendar import Occurrence, Precision
from cog.periods import Granularity, parse, quarter
from indicators.compute.definition import PERIODICITIES, Definition
from indicators.compute.due import Body, Slot, Term, due_on, due_slots, transmissions
from indicators.compute.methods_file import definition_from
from indicators.intake.reference import MeasureInfo, read_breakdowns
from tests.indicators.compute.builders import METHODS_FILE, methods, sheet

TERM = Term(date(2013, 1, 1), date(2017, 12, 31))
PARIS = Body("751", "caisse")
TYPES = tuple(f"type_accueil={one}" for one in ("collectif", "familial", "parental", "jardin_enfants"))
CANALS = ("accueil_physique", "telephone", "web")
SERVICES = ("editique", "paie", "tim", "lad", "arc", "snat")


@cache
def definitions() -> tuple[Definition, ...]:
    return tuple(definition_from(code, entry) for code, entry in methods().items())


@cache
def measures() -> dict[str, MeasureInfo]:
    with (METHODS_FILE.parent / "measures.csv").open(encoding="utf-8") as lines:
        return {
            row["code"]: MeasureInfo(
                row["value_kind"],
                row["level"],
                PERIODICITIES[row["finest_period"]],
                read_breakdowns(row["breakdowns"]),
            )
            for row in csv.DictReader(lines)
        }


def slots(transmission: str, body: Body = PARIS, *sheets: Definition, **options) -> tuple[Slot, ...]:
    return due_slots(parse(transmission), sheets or definitions(), measures(), TERM, body, **options)


def asked(transmission: str, measure: str, body: Body = PARIS, *sheets: Definition, owed: bool = True) -> list[str]:
    """« period breakdown » of every value of a measure that is owed (or only offered)."""
    return [
        f"{slot.period} {cell}".strip()
        for slot in slots(transmission, body, *sheets)
        if slot.measure == measure and slot.is_owed is owed
        for cell in slot.breakdowns
    ]


@pytest.mark.parametrize(
    ("transmission", "measure", "expected"),
    [
        ("2014-T1", "pieces_traitees", ["2014-01", "2014-02", "2014-03"]),
        ("2014-T4", "pieces_traitees", ["2014-10", "2014-11", "2014-12"]),
        ("2018-T1", "pieces_traitees", []),
        ("2014-T2", "caf_fr_dossiers_distincts_jour", ["2014-04", "2014-05", "2014-06"]),  # daily, asked by month
        ("2014-T1", "ram", ["2013"]),
        ("2014-T2", "ram", []),
        ("2013-T1", "ram", []),  # 2012 is before the convention
        ("2018-T1", "ram", ["2017"]),
        ("2014-T1", "indus_frauduleux_montant", ["2013-S1", "2013-S2"]),
        ("2014-T2", "indus_frauduleux_montant", []),
        ("2014-T1", "rdv_realises", []),  # F10-28 begins in 2015
        ("2015-T1", "rdv_realises", ["2015-01", "2015-02", "2015-03"]),
        ("2013-T3", "courriels_traites", []),  # F10-31 begins at the end of 2013
        ("2013-T4", "courriels_traites", ["2013-10", "2013-11", "2013-12"]),
        ("2014-T1", "action_sociale_prevision", [f"2013-{number:02d}" for number in range(2, 13)]),
        ("2014-T1", "action_sociale_compte_definitif", ["2013"]),
        ("2014-T1", "eaje_places_agreees", [f"2013 {one}" for one in (*TYPES, "type_accueil=micro_creche_psu")]),
        ("2014-T1", "indus_recouvres", [f"2013 phase={one}" for one in ("amiable", "contentieux", "indifferenciable")]),
        ("2014-T1", "allocataires_satisfaits", ["2013", *(f"2013 canal={one}" for one in CANALS)]),
        ("2014-T1", "etp_gestion_administrative", ["2013 gestion=ga", "2013 gestion=oeuvres"]),
        ("2014-T1", "activite_externalisee", [f"2013 service={one}" for one in SERVICES]),
        ("2014-T1", "marches_avec_clause", ["2013"]),  # an optional breakdown is owed by nobody
        ("2014-T1", "dossiers_fraude", [f"2013-S{half} recidive={one}" for half in (1, 2) for one in ("avec", "sans")]),
        ("2014-T1", "irr_anomalies_nombre", []),  # provisional
        ("2014-T1", "caf_fr_visites", []),  # owed by the whole
        ("2014-T1", "cout_global_national", []),
    ],
)  # fmt: skip
def test_what_a_caisse_owes(transmission: str, measure: str, expected: list[str]) -> None:
    assert asked(transmission, measure) == expected


@pytest.mark.parametrize(
    ("transmission", "measure", "expected"),
    [
        ("2014-T2", "indus_frauduleux_montant", ["2014-S1"]),
        ("2014-T4", "indus_frauduleux_montant", ["2014-S2"]),
        ("2014-T3", "indus_frauduleux_montant", []),
        ("2013-T1", "alsh_actes", [f"2012 accueil={one}" for one in methods()["F2-9"]["breakdowns"]["accueil"]]),
        ("2013-T1", "energie_kwh", ["2009"]),
        ("2014-T1", "energie_kwh", []),
        ("2014-T1", "irr_dossiers_controles", ["2014-01", "2014-02", "2014-03"]),
        (
            "2014-T1",
            "demarches_dematerialisees",
            [
                *(f"2013 teleprocedure={one}" for one in ("dtr_rsa", "dar", "changement_situation", "quittance_loyer")),
                "2013 teleprocedure=aide_logement;voie=ideal",
                "2013 teleprocedure=aide_logement;voie=teleprocedure",
            ],
        ),
    ],
)
def test_what_is_offered_but_owed_by_nobody(transmission: str, measure: str, expected: list[str]) -> None:
    assert asked(transmission, measure, owed=False) == expected


def test_F1_1_1_has_a_monthly_declaration_and_definitive_values_two_years_later() -> None:
    by_type = [f"2014 {one}" for one in (*TYPES, "type_accueil=micro_creche_psu")]
    assert asked("2015-T1", "eaje_places_creees") == [
        "2013 origine=hausse_agrement",
        "2013 origine=ouverture",
        *by_type,
        "2015-01",
        "2015-02",
        "2015-03",
    ]
    corrected = [one.replace("2014", "2013") for one in by_type]  # may be put in agreement with the definitive values
    assert asked("2015-T1", "eaje_places_creees", owed=False) == corrected
    assert asked("2019-T1", "eaje_places_creees") == ["2017 origine=hausse_agrement", "2017 origine=ouverture"]
    assert {slot.measure for slot in slots("2019-T1")} == {"eaje_places_creees"}


def test_each_body_owes_the_measures_of_its_level() -> None:
    national = {slot.measure for slot in slots("2014-T1", Body("NATIONAL", "national"))}
    assert national == {
        "mon_enfant_visiteurs", "caf_fr_visites", "caf_fr_allocataires_distincts_annee", "directrices_nommees",
        "directeurs_nommes", "cout_global_national", "cout_poles_regionaux",
    }  # fmt: skip
    cnaf = {slot.measure for slot in slots("2014-T1", Body("CNAF", "cnaf"))}
    assert {"marches", "energie_kwh", "plan_sst"} <= cnaf
    assert {measures()[code].level for code in cnaf} == {"organisation"}
    assert slots("2014-T1", Body("VACAF", "service_commun")) == ()


def test_F21_53_excluded_caisses_do_not_owe_what_only_this_sheet_uses() -> None:
    assert asked("2014-T1", "cout_gestion_administrative", Body("976", "caisse")) == []
    assert asked("2014-T1", "cout_gestion_administrative") == ["2013"]


def test_F1_3_concerns_the_caisses_of_its_list() -> None:
    concerned = {"F1-3": ["011"]}
    assert any(slot.sheets == ("F1-3",) for slot in slots("2014-T1", Body("011", "caisse"), concerned=concerned))
    assert not any("F1-3" in slot.sheets for slot in slots("2014-T1", concerned=concerned))


def test_a_shared_measure_is_asked_once_for_all_its_sheets() -> None:
    [slot] = [slot for slot in slots("2014-T1") if slot.measure == "demi_journees_calendrier"]
    assert slot.sheets == ("F20-47.1", "F20-47.2")


def test_a_sheet_to_build_asks_nothing_until_a_version_is_adopted() -> None:
    assert not any("F3-14" in slot.sheets for slot in slots("2014-T1"))
    adopted = definition_from("F3-14", dict(methods()["F3-11"]))
    found = {slot.measure for slot in slots("2014-T1", PARIS, adopted)}
    assert found == {"reaap_beneficiaires", "familles_enfant_moins_18"}


def test_a_provisional_sheet_owes_once_adopted() -> None:
    adopted = sheet("F6-18", provisional=False)
    assert len(asked("2014-T1", "rendez_vous_des_droits", PARIS, adopted)) == 9
    assert asked("2014-T1", "rendez_vous_des_droits") == []


@pytest.mark.parametrize(
    ("measure", "asked_period", "cell", "reported", "missing"),
    [
        ("ram", "2014", "", [("2014", "")], False),
        ("ram", "2014", "", [("2013", "")], True),
        ("pieces_traitees", "2014-03", "", [("2014-T1", "")], False),
        ("pieces_traitees", "2014-03", "", [("2014-02", "")], True),
        ("caf_fr_visites", "2014-02", "", [(f"2014-02-{day:02d}", "") for day in range(1, 29)], False),
        ("caf_fr_visites", "2014-02", "", [(f"2014-02-{day:02d}", "") for day in range(1, 28)], True),
        ("vacaf_enfants", "2014", "", [("2014", "dispositif=aven"), ("2014", "dispositif=avel")], False),
        ("vacaf_enfants", "2014", "", [("2014", "dispositif=aven")], True),
        ("vacaf_enfants", "2014", "dispositif=aven", [("2014", "")], True),
    ],
)
def test_what_is_still_missing(
    measure: str, asked_period: str, cell: str, reported: list[tuple[str, str]], missing: bool
) -> None:
    slot = Slot(measure, parse(asked_period), (cell,), ("F0-1",))
    told = [(parse(period), breakdown) for period, breakdown in reported]
    assert slot.missing(told, measures()[measure]) == ((cell,) if missing else ())


def test_transmissions_reach_beyond_the_term() -> None:
    quarters = [str(one) for one in transmissions(definitions(), TERM)]
    assert quarters[0] == "2013-T1"
    assert quarters[19:] == ["2017-T4", "2018-T1", "2019-T1"]
    assert str(transmissions([sheet("F10-21")], TERM)[-1]) == "2018-T1"


def occurrences() -> list[Occurrence]:
    """The dates of the results' obligations, as the convention's calendar prints them."""
    text = (METHODS_FILE.parent / "calendar.yaml").read_text(encoding="utf-8")
    found = []
    for entry in yaml.safe_load(text)["obligations"]:
        rule = entry["rule"]
        if entry["family"] != "resultats":
            continue
        if rule["kind"] == "fixed":
            found.append(Occurrence(entry["code"], None, rule["due"], rule["covers"], Precision.DAY))
            continue
        for number in range(rule["exercises"][0], rule["exercises"][1] + 1):
            due = date(number + rule["year_offset"], rule["month"], rule["day"])
            found.append(Occurrence(entry["code"], number, due, rule["covers"].format(year=number), Precision.DAY))
    return found


@pytest.mark.parametrize(
    ("transmission", "due"),
    [
        ("2013-T1", date(2013, 4, 30)),
        ("2014-T2", date(2014, 7, 31)),
        ("2014-T3", date(2014, 10, 31)),
        ("2015-T1", date(2015, 4, 30)),
        ("2017-T4", date(2018, 1, 31)),
        ("2018-T1", date(2018, 4, 30)),
        ("2019-T1", date(2019, 3, 31)),
        ("2025-T1", None),
    ],
)
def test_due_date_of_a_transmission(transmission: str, due: date | None) -> None:
    assert due_on(parse(transmission), occurrences()) == due


ANY_QUARTER = st.builds(quarter, st.integers(2011, 2020), st.integers(1, 4))
BODIES = st.sampled_from([PARIS, Body("976", "caisse"), Body("CNAF", "cnaf"), Body("NATIONAL", "national")])


@settings(deadline=None)  # the machine may be busy
@given(ANY_QUARTER, BODIES)
def test_a_value_is_asked_once_and_could_be_imported(transmission, body) -> None:
    found = due_slots(transmission, definitions(), measures(), TERM, body)
    keys = [(slot.measure, slot.period, cell) for slot in found for cell in slot.breakdowns]
    assert len(set(keys)) == len(keys)
    for slot in found:
        info = measures()[slot.measure]
        assert slot.period.granularity >= info.finest_period
        for cell in filter(None, slot.breakdowns):
            for key, value in (pair.split("=") for pair in cell.split(";")):
                assert value in info.breakdowns[key]
        if slot.is_owed:
            assert TERM.start <= slot.period.end <= TERM.end
            assert slot.period.end <= transmission.end  # nobody owes what is not over
    assert not found or transmission in transmissions(definitions(), TERM)


@settings(deadline=None)  # the machine may be busy
@given(BODIES)
def test_every_month_and_year_is_owed_with_one_transmission_only(body) -> None:
    owed = [
        (slot.measure, slot.period, cell)
        for transmission in transmissions(definitions(), TERM)
        for slot in due_slots(transmission, definitions(), measures(), TERM, body)
        if slot.is_owed
        for cell in slot.breakdowns
    ]
    assert len(set(owed)) == len(owed)
    years = {period.year for measure, period, _ in owed if period.granularity is Granularity.YEAR}
    assert not years or years == set(range(2013, 2018))
