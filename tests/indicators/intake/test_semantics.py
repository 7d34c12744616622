"""The checks between values, case by case: what is found, where, how grave; and beside it what raises nothing."""

import pytest

from indicators.intake.relations import Relations
from tests.indicators.intake.semantic_cases import find, said

Case = tuple[list[str], list[str], list[tuple[str, str, int]]]


def case(file: str, known: str = "", *found: tuple[str, str, int]) -> Case:
    """Lines of the file, lines in force, problems (severity, code, line of the file, counted from 2)."""
    return file.split(), known.split(), list(found)


ERROR, WARNING = "error", "warning"
ABOVE, NOTHING = "numerator_above_denominator", "part_of_nothing"
SUM, PARTS, UNLIKE = "sum_of_parts", "parts_above_total", "disagreeing_breakdowns"

SHARES = {
    "above, in the file": case(
        "pieces_traitees_15j,011,2014-01,,1200 pieces_traitees,011,2014-01,,1000", "", (ERROR, ABOVE, 2)
    ),
    "above a value in force": case(
        "pieces_traitees_15j,011,2014-01,,1200", "pieces_traitees,011,2014-01,,1000", (ERROR, ABOVE, 2)
    ),
    "a denominator corrected under a numerator in force": case(
        "pieces_traitees,011,2014-01,,800", "pieces_traitees_15j,011,2014-01,,850", (ERROR, ABOVE, 2)
    ),
    "both corrected": case(
        "pieces_traitees,011,2014-01,,800 pieces_traitees_15j,011,2014-01,,700",
        "pieces_traitees_15j,011,2014-01,,850 pieces_traitees,011,2014-01,,900",
    ),
    "equal": case("pieces_traitees_15j,011,2014-01,,1000 pieces_traitees,011,2014-01,,1000"),
    "zero over zero": case("pieces_traitees_15j,011,2014-01,,0 pieces_traitees,011,2014-01,,0"),
    "something of nothing is not computable, and asked about": case(
        "pieces_traitees_15j,011,2014-01,,5 pieces_traitees,011,2014-01,,0", "", (WARNING, NOTHING, 2)
    ),
    "no denominator": case("pieces_traitees_15j,011,2014-01,,1200"),
    "another period": case("pieces_traitees_15j,011,2014-01,,1200 pieces_traitees,011,2014-02,,1000"),
    "another body": case("pieces_traitees_15j,011,2014-01,,1200 pieces_traitees,021,2014-01,,1000"),
    "NS below": case("pieces_traitees_15j,011,2014-01,,1200 pieces_traitees,011,2014-01,,NS"),
    "ND withdraws the denominator": case(
        "pieces_traitees_15j,011,2014-01,,1200 pieces_traitees,011,2014-01,,ND", "pieces_traitees,011,2014-01,,1000"
    ),
    "a denominator that cannot be read is not known": case(
        "pieces_traitees_15j,011,2014-01,,1200 pieces_traitees,011,2014-01,,", "pieces_traitees,011,2014-01,,1000"
    ),
    "the first of two lines for a value stands": case(
        "pieces_traitees_15j,011,2014-01,,1200 pieces_traitees_15j,011,2014-01,,800 pieces_traitees,011,2014-01,,1000",
        "", (ERROR, ABOVE, 2),
    ),
    "nothing changes": case(
        "pieces_traitees_15j,011,2014-01,,1200",
        "pieces_traitees_15j,011,2014-01,,1200 pieces_traitees,011,2014-01,,1000",
    ),
    "two units": case(
        "reaap_beneficiaires,011,2014,,500 familles_enfant_moins_18,011,2014,,400", "", (WARNING, ABOVE, 2)
    ),
    "amounts": case("achats_mutualises,011,2014,,500.5 achats,011,2014,,500", "", (WARNING, ABOVE, 2)),
    "a negative denominator says nothing": case("achats_mutualises,011,2014,,500.5 achats,011,2014,,-500"),
    "the terms of a balance": case(
        "eaje_places_creees_sous_couvertes,011,2014,,30 eaje_places_creees,011,2014,,20", "", (WARNING, ABOVE, 2)
    ),
    "a rate that is no share": case("eaje_heures_facturees,011,2014,,20000 eaje_places_agreees,011,2014,,10"),
    "by breakdown": case(
        "reclamations_traitees_15j,011,2014-01,vecteur=pieces,12 reclamations_traitees,011,2014-01,vecteur=pieces,10 "
        "reclamations_traitees_15j,011,2014-01,vecteur=appels,9 reclamations_traitees,011,2014-01,vecteur=appels,10",
        "", (ERROR, ABOVE, 2),
    ),
    "other breakdowns are not compared": case(
        "reclamations_traitees_15j,011,2014-01,vecteur=pieces,12 reclamations_traitees,011,2014-01,vecteur=appels,10"
    ),
    "a part above the whole denominator": case(
        "reclamations_traitees_15j,011,2014-01,vecteur=pieces,12 reclamations_traitees,011,2014-01,,10",
        "", (ERROR, ABOVE, 2),
    ),
    "a breakdown that the denominator does not have": case(
        "irr_anomalies_nombre,011,2014-01,origine=metier,12 irr_dossiers_controles,011,2014-01,,10",
        "", (WARNING, ABOVE, 2),
    ),
    "a finer breakdown of the numerator alone": case(
        "demarches_dematerialisees,011,2014,teleprocedure=aide_logement;voie=ideal,12 "
        "demarches,011,2014,teleprocedure=aide_logement,10",
        "", (ERROR, ABOVE, 2),
    ),
    "the sum of all the parts above the denominator": case(
        "reclamations_traitees_15j,011,2014-01,vecteur=pieces,4 reclamations_traitees_15j,011,2014-01,vecteur=appels,4 "
        "reclamations_traitees_15j,011,2014-01,vecteur=visites,4 reclamations_traitees,011,2014-01,,10",
        "", (ERROR, ABOVE, 3),  # « appels » is the first by name
    ),
    "above the sum of all the parts of the denominator": case(
        "reclamations_traitees_15j,011,2014-01,,13 reclamations_traitees,011,2014-01,vecteur=pieces,4 "
        "reclamations_traitees,011,2014-01,vecteur=appels,4 reclamations_traitees,011,2014-01,vecteur=visites,4",
        "", (ERROR, ABOVE, 2),
    ),
    "a survey, by channel": case(
        "allocataires_satisfaits,011,2014,canal=web,12 allocataires_interroges,011,2014,canal=web,10",
        "", (ERROR, ABOVE, 2),
    ),
    "national": case(
        "directrices_nommees,NATIONAL,2014,,12 directeurs_nommes,NATIONAL,2014,,10", "", (ERROR, ABOVE, 2)
    ),
}  # fmt: skip

RDV = "rendez_vous_des_droits,011,2014-02"
RDV_ALL = f"{RDV},cadre=instruction_rsa,10 {RDV},cadre=parcours_specifique,20 {RDV},cadre=demande,30"
IRR = "irr_anomalies_nombre,011,2014-02"

BREAKDOWNS = {
    "parts that make their total": case(f"{RDV},,60 {RDV_ALL}"),
    "parts that do not": case(f"{RDV},,61 {RDV_ALL}", "", (ERROR, SUM, 2)),
    "parts that do not make a total in force": case(RDV_ALL, f"{RDV},,61", (ERROR, SUM, 4)),
    "a total that parts in force do not make": case(f"{RDV},,61", RDV_ALL, (ERROR, SUM, 2)),
    "one part corrected": case(f"{RDV},cadre=demande,31", f"{RDV},,60 {RDV_ALL}", (ERROR, SUM, 2)),
    "a part and the total corrected": case(f"{RDV},cadre=demande,31 {RDV},,61", f"{RDV},,60 {RDV_ALL}"),
    "parts without a total": case(RDV_ALL),
    "some parts, under the total": case(f"{RDV},,60 {RDV},cadre=demande,30"),
    "some parts, above the total": case(f"{RDV},,20 {RDV},cadre=demande,30", "", (ERROR, PARTS, 2)),
    "NS adds nothing": case(
        f"{RDV},,60 {RDV},cadre=instruction_rsa,30 {RDV},cadre=parcours_specifique,NS {RDV},cadre=demande,30"
    ),
    "a part withdrawn is not known": case(f"{RDV},cadre=demande,ND", f"{RDV},,60 {RDV_ALL}"),
    "a part that cannot be read is not known": case(
        f"{RDV},,60 {RDV},cadre=instruction_rsa,10 {RDV},cadre=parcours_specifique,20 {RDV},cadre=demande,"
    ),
    "a part said NS changes the sum": case(f"{RDV},cadre=demande,NS", f"{RDV},,60 {RDV_ALL}", (ERROR, SUM, 2)),
    "a total said NS": case(f"{RDV},,NS {RDV_ALL}"),
    "all parts NS": case(
        f"{RDV},,5 {RDV},cadre=instruction_rsa,NS {RDV},cadre=parcours_specifique,NS {RDV},cadre=demande,NS"
    ),
    "all zero": case(
        f"{RDV},,0 {RDV},cadre=instruction_rsa,0 {RDV},cadre=parcours_specifique,0 {RDV},cadre=demande,0"
    ),
    "another period": case(f"{RDV_ALL} rendez_vous_des_droits,011,2014-03,,61"),
    "nothing changes": case(f"{RDV},,61 {RDV_ALL}", f"{RDV},,61 {RDV_ALL}"),
    "a survey does not add up": case(
        "allocataires_interroges,011,2014,,9 allocataires_interroges,011,2014,canal=web,5 "
        "allocataires_interroges,011,2014,canal=telephone,5 allocataires_interroges,011,2014,canal=accueil_physique,5"
    ),
    "members of two kinds do not add up": case(
        "senacs_adherents,011,2014,,1 senacs_adherents,011,2014,adherent=caf,1 "
        "senacs_adherents,011,2014,adherent=centres_sociaux,5"
    ),
    "flags do not add up": case(
        "adhesion_service_national,011,2014,,1 adhesion_service_national,011,2014,service=paie,1 "
        "adhesion_service_national,011,2014,service=snat,1"
    ),
    "an open list": case(
        f"{IRR},,9 {IRR},prestation=rsa,5 {IRR},prestation=al,5 irr_dossiers_controles,011,2014-02,,50"
    ),
    "a contract may carry both clauses": case(
        "marches_avec_clause,011,2014,,5 marches_avec_clause,011,2014,clause=sociale,4 "
        "marches_avec_clause,011,2014,clause=environnementale,4"
    ),
    "no clause is on more contracts than there are": case(
        "marches_avec_clause,011,2014,,5 marches_avec_clause,011,2014,clause=sociale,6", "", (ERROR, PARTS, 2)
    ),
    "where one value stands for the whole": case(
        "etp_gestion_administrative,011,2014,,12 etp_gestion_administrative,011,2014,gestion=ga,10 "
        "etp_gestion_administrative,011,2014,gestion=oeuvres,5", "", (WARNING, SUM, 2)
    ),
    "amounts are forgiven their rounding": case(
        "indus_recouvres,011,2014,,100 indus_recouvres,011,2014,phase=amiable,60.4 "
        "indus_recouvres,011,2014,phase=contentieux,30.4 indus_recouvres,011,2014,phase=indifferenciable,9.8"
    ),
    "amounts are forgiven no more": case(
        "indus_recouvres,011,2014,,100 indus_recouvres,011,2014,phase=amiable,60.4 "
        "indus_recouvres,011,2014,phase=contentieux,30.4 indus_recouvres,011,2014,phase=indifferenciable,9.9",
        "", (ERROR, SUM, 2),
    ),
    "exact amounts to the cent": case(
        "indus_recouvres,011,2014,,100.05 indus_recouvres,011,2014,phase=amiable,60.01 "
        "indus_recouvres,011,2014,phase=contentieux,30.01 indus_recouvres,011,2014,phase=indifferenciable,10.06",
        "", (ERROR, SUM, 2),
    ),
    "a negative part leaves room for the others": case(
        "indus_recouvres,011,2014,,100 indus_recouvres,011,2014,phase=amiable,120 "
        "indus_recouvres,011,2014,phase=contentieux,-30"
    ),
    "a negative part not yet known may bring the others down": case(
        "indus_recouvres,011,2014,,100 indus_recouvres,011,2014,phase=amiable,120 "
        "indus_recouvres,011,2014,phase=contentieux,-10"
    ),
    "a part made of its own parts": case(
        "demarches_dematerialisees,011,2014,,14 demarches_dematerialisees,011,2014,teleprocedure=dar,1 "
        "demarches_dematerialisees,011,2014,teleprocedure=dtr_rsa,1 "
        "demarches_dematerialisees,011,2014,teleprocedure=changement_situation,1 "
        "demarches_dematerialisees,011,2014,teleprocedure=quittance_loyer,1 "
        "demarches_dematerialisees,011,2014,teleprocedure=aide_logement;voie=ideal,5 "
        "demarches_dematerialisees,011,2014,teleprocedure=aide_logement;voie=teleprocedure,6",
        "", (ERROR, SUM, 2),
    ),
    "two dimensions that disagree": case(
        "eaje_places_creees,011,2014,origine=ouverture,10 eaje_places_creees,011,2014,origine=hausse_agrement,5 "
        "eaje_places_creees,011,2014,type_accueil=collectif,4 eaje_places_creees,011,2014,type_accueil=familial,4 "
        "eaje_places_creees,011,2014,type_accueil=parental,4 eaje_places_creees,011,2014,type_accueil=jardin_enfants,0 "
        "eaje_places_creees,011,2014,type_accueil=micro_creche_psu,0",
        "", (ERROR, UNLIKE, 4),  # no total can be made of them; « collectif » is the first by name
    ),
    "two dimensions that agree": case(
        "eaje_places_creees,011,2014,origine=ouverture,10 eaje_places_creees,011,2014,origine=hausse_agrement,2 "
        "eaje_places_creees,011,2014,type_accueil=collectif,4 eaje_places_creees,011,2014,type_accueil=familial,4 "
        "eaje_places_creees,011,2014,type_accueil=parental,4 eaje_places_creees,011,2014,type_accueil=jardin_enfants,0 "
        "eaje_places_creees,011,2014,type_accueil=micro_creche_psu,0"
    ),
    "inside one value of another dimension": case(
        "demarches_dematerialisees,011,2014,teleprocedure=aide_logement,9 "
        "demarches_dematerialisees,011,2014,teleprocedure=aide_logement;voie=ideal,5 "
        "demarches_dematerialisees,011,2014,teleprocedure=aide_logement;voie=teleprocedure,5",
        "", (ERROR, SUM, 2),
    ),
    "and nowhere else": case(
        "demarches_dematerialisees,011,2014,,9 demarches_dematerialisees,011,2014,voie=ideal,5 "
        "demarches_dematerialisees,011,2014,voie=teleprocedure,5"
    ),
}  # fmt: skip

MONTHS = " ".join(f"visites,011,2014-{month:02d},,10" for month in range(1, 13))
TIME = "sum_over_time"

OVER_TIME = {
    "months that make their year": case(f"visites,011,2014,,120 {MONTHS}"),
    "months that do not": case(f"visites,011,2014,,121 {MONTHS}", "", (WARNING, TIME, 2)),
    "a year in force": case(MONTHS, "visites,011,2014,,121", (WARNING, TIME, 2)),
    "a month corrected": case(
        "visites,011,2014-05,,11", f"visites,011,2014,,120 {MONTHS}", (WARNING, TIME, 2)
    ),
    "a quarter and its months": case(
        "visites,011,2014-T1,,31", "visites,011,2014-01,,10 visites,011,2014-02,,10 visites,011,2014-03,,10",
        (WARNING, TIME, 2),
    ),
    "some months, under the year": case("visites,011,2014,,120 visites,011,2014-01,,100"),
    "some months, above the year": case("visites,011,2014,,120 visites,011,2014-01,,130", "", (WARNING, TIME, 2)),
    "quarters hide the months they agree with": case(
        "visites,011,2014,,120 visites,011,2014-T1,,30 visites,011,2014-T2,,30 visites,011,2014-T3,,30 "
        f"visites,011,2014-T4,,30 {MONTHS}"
    ),
    "a year unlike its quarters is said once": case(
        "visites,011,2014,,121 visites,011,2014-T1,,30 visites,011,2014-T2,,30 visites,011,2014-T3,,30 "
        f"visites,011,2014-T4,,30 {MONTHS}", "", (WARNING, TIME, 2),
    ),
    "NS adds nothing": case(
        "visites,011,2014-T1,,20 visites,011,2014-01,,10 visites,011,2014-02,,10 visites,011,2014-03,,NS"
    ),
    "a year that is its last month": case(
        "personnes_actives,011,2014,,9 " + " ".join(f"personnes_actives,011,2014-{m:02d},,10" for m in range(1, 13))
    ),
    "a month that is its last day": case(
        "pieces_solde,011,2014-02,,9 " + " ".join(f"pieces_solde,011,2014-02-{d:02d},,1" for d in range(1, 29))
    ),
    "amounts are forgiven their rounding": case(
        "cout_gestion_administrative,011,2014,,3 cout_gestion_administrative,011,2014-S1,,1.4 "
        "cout_gestion_administrative,011,2014-S2,,1.2"
    ),
    "by breakdown": case(
        "reclamations_traitees,011,2014-T1,vecteur=appels,31 reclamations_traitees,011,2014-01,vecteur=appels,10 "
        "reclamations_traitees,011,2014-02,vecteur=appels,10 reclamations_traitees,011,2014-03,vecteur=appels,10",
        "", (WARNING, TIME, 2),
    ),
    "days": case(
        "caf_fr_visites,NATIONAL,2014-02,,29 "
        + " ".join(f"caf_fr_visites,NATIONAL,2014-02-{day:02d},,1" for day in range(1, 29)),
        "", (WARNING, TIME, 2),
    ),
    "nothing changes": case(MONTHS, f"visites,011,2014,,121 {MONTHS}"),
}  # fmt: skip


def months(measure: str, values: str, first: int = 2012, body: str = "011", breakdown: str = "") -> str:
    """One value a month from a January on."""
    return " ".join(
        f"{measure},{body},{first + place // 12}-{place % 12 + 1:02d},{breakdown},{value}"
        for place, value in enumerate(values.split())
    )


def years(measure: str, value: str) -> str:
    """The same value a year, from 2009 to 2016."""
    return "".join(f"{measure},011,{year},,{value} " for year in range(2009, 2017))


STEADY = "1000 1010 990 1005 995 1000 1020 980 1000 1010 990 1000"
WHOLES = months("visites", "10000 10100 9900 10050 9950 10000 10200 9800 10000 10100 9900 10000") + " "
PARTS_OF_THEM = months("visites_attente_20min", "8600 8700 8500 8600 8500 8600 8700 8400 8600 8700 8500 8600")
SUDDEN, THOUSAND, RATE = "sudden_change", "factor_1000", "rate_for_quantity"

HISTORY = {
    "as usual": case("visites,011,2013-01,,1015", months("visites", STEADY)),
    "twice": case("visites,011,2013-01,,2000", months("visites", STEADY), (WARNING, SUDDEN, 2)),
    "rare, but less than half more than what was seen": case(
        "visites,011,2013-03,,1500", months("visites", STEADY + " 980 980")
    ),
    "small numbers vary much": case("visites,011,2013-01,,20", months("visites", "9 9 9 9 9 9 9 9 9 9 9 9")),
    "half": case("visites,011,2013-01,,500", months("visites", STEADY), (WARNING, SUDDEN, 2)),
    "nothing at all": case("visites,011,2013-01,,0", months("visites", STEADY), (WARNING, SUDDEN, 2)),
    "five earlier values are too few": case("visites,011,2012-06,,2000", months("visites", "10 11 10 11 10")),
    "six are enough": case(
        "visites,011,2012-07,,2000", months("visites", "1000 1100 1000 1100 1000 1050"), (WARNING, SUDDEN, 2)
    ),
    "later values are not a history": case("visites,011,2011-12,,2000", months("visites", STEADY)),
    "values of the same file are a history": case(
        f"{months('visites', STEADY)} visites,011,2013-01,,2000", "", (WARNING, SUDDEN, 14)
    ),
    "a noisy series allows more": case(
        "visites,011,2013-01,,2000", months("visites", "300 1500 700 1300 400 1200 800 1600 500 1100 900 1000")
    ),
    "one former error hides nothing": case(
        "visites,011,2013-02,,2000", months("visites", STEADY + " 9000"), (WARNING, SUDDEN, 2)
    ),
    "a level already reached": case("visites,011,2013-02,,2100", months("visites", STEADY + " 2000")),
    "the same season was so": case(
        "visites,011,2014-01,,2100",
        months("visites", "2000 1000 1000 1000 1000 1000 1000 1000 1000 1000 1000 1000 "
                          "1000 1000 1000 1000 1000 1000 1000 1000 1000 1000 1000 1000"),
    ),
    "small numbers come and go": case(
        "structures_jeunes_creees,011,2017,,4",
        " ".join(f"structures_jeunes_creees,011,{year},,0" for year in range(2009, 2017)),
    ),
    "another length is another thing": case("visites,011,2013,,12000", months("visites", STEADY)),
    "another breakdown is another thing": case(
        "reclamations_traitees,011,2013-01,vecteur=appels,9000",
        months("reclamations_traitees", STEADY, breakdown="vecteur=pieces"),
    ),
    "another body is another thing": case("visites,021,2013-01,,9000", months("visites", STEADY)),
    "flags have no size": case(
        "plan_sst,011,2017,,1", " ".join(f"plan_sst,011,{year},,0" for year in range(2008, 2017))
    ),
    "nothing changes": case(
        "visites,011,2013-01,,2000", months("visites", STEADY + " 2000")
    ),
    "NS and ND have no size": case(
        "visites,011,2013-01,,NS visites,011,2013-02,,ND", months("visites", STEADY)
    ),
    "a thousand times": case("ram,011,2015,,20000", "ram,011,2012,,20 ram,011,2013,,20 ram,011,2014,,20",
                             (WARNING, THOUSAND, 2)),
    "a thousandth": case(
        "achats,011,2015,,1200.5", "achats,011,2012,,1200000 achats,011,2013,,1210000 achats,011,2014,,1205000",
        (WARNING, THOUSAND, 2),
    ),
    "nearly a thousand times": case("ram,011,2015,,19999", "ram,011,2012,,20 ram,011,2013,,20 ram,011,2014,,20"),
    "two others are too few": case("ram,011,2015,,20000", "ram,011,2013,,20 ram,011,2014,,20"),
    "zero is zero": case("ram,011,2015,,0", "ram,011,2012,,2000 ram,011,2013,,2000 ram,011,2014,,2000"),
    "a usual value of zero says nothing": case("ram,011,2015,,9000", "ram,011,2012,,0 ram,011,2013,,0 ram,011,2014,,0"),
    "one doubt a value": case(
        "visites,011,2013-01,,1000000", months("visites", STEADY), (WARNING, THOUSAND, 2)
    ),
    "more than the whole branch": case("ram,011,2015,,10000000000", "", (WARNING, "absurd_magnitude", 2)),
    "an amount of the whole branch": case("achats,011,2015,,999999999999"),
    "a percentage in the place of a quantity": case(
        "visites_attente_20min,011,2013-01,,86 visites,011,2013-01,,10000", WHOLES + PARTS_OF_THEM, (ERROR, RATE, 2)
    ),
    "without the denominator it is only a doubt": case(
        "visites_attente_20min,011,2013-01,,86", WHOLES + PARTS_OF_THEM, (WARNING, RATE, 2)
    ),
    "five rates are too few to refuse": case(
        "visites_attente_20min,011,2013-01,,86 visites,011,2013-01,,10000",
        WHOLES + months("visites_attente_20min", "8600 8600 8600 8600 8600"), (WARNING, RATE, 2),
    ),
    "two denominators are too few to say": case(
        "visites_attente_20min,011,2012-05,,86", months("visites", "10000 10000")
        + " " + months("visites_attente_20min", "8600 8600 8600 8600"),
    ),
    "two rates are too few to say": case(
        "visites_attente_20min,011,2013-01,,86 visites,011,2013-01,,10000",
        WHOLES + months("visites_attente_20min", "8600 8600"),
    ),
    "unlike the usual rate it is a sudden change": case(
        "visites_attente_20min,011,2013-01,,60 visites,011,2013-01,,10000", WHOLES + PARTS_OF_THEM, (WARNING, SUDDEN, 2)
    ),
    "rates that vary prove nothing": case(
        "visites_attente_20min,011,2013-01,,86 visites,011,2013-01,,10000",
        WHOLES + months("visites_attente_20min", "8600 5000 9000 8600 4000 8600 9900 3000 8600 2000 8600 9000"),
        (WARNING, SUDDEN, 2),
    ),
    "a small denominator makes a small numerator": case(
        "visites_attente_20min,011,2013-01,,86 visites,011,2013-01,,100", WHOLES + PARTS_OF_THEM,
        (WARNING, SUDDEN, 2), (WARNING, SUDDEN, 3),
    ),
    "small numerators are usual here": case(
        "iql6_anomalies_nombre,011,2013-01,,3 iql6_dossiers_controles,011,2013-01,,100",
        months("iql6_dossiers_controles", "100 100 100 100 100 100 100 100") + " "
        + months("iql6_anomalies_nombre", "3 3 4 3 3 2 3 3"),
    ),
    "a ratio in the place of an amount": case(
        "remises_dette_fnpf,011,2017,,0.06 indus_fnpf,011,2017,,2000000",
        years("indus_fnpf", "2000000") + years("remises_dette_fnpf", "120000"), (ERROR, RATE, 2),
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("file", "known", "found"),
    [
        pytest.param(*values, id=name)
        for table in (SHARES, BREAKDOWNS, OVER_TIME, HISTORY)
        for name, values in table.items()
    ],
)
def test_what_a_file_says(
    relations: Relations, file: list[str], known: list[str], found: list[tuple[str, str, int]]
) -> None:
    assert said(find(relations, file, known)) == sorted(found)
