"""Every refused line with its whole message, and beside it a line as close as possible that passes."""

from dataclasses import replace
from decimal import Decimal

import pytest

from indicators.intake.long_form import read_long_form

BODY = "le code d'une caisse (« 011 »), d'un organisme de la branche, ou « NATIONAL »"
FORMS = "« 2014 », « 2014-S1 », « 2014-T1 », « 2014-03 » ou « 2014-03-31 »"
FOUR_DIGITS = "écrivez l'année sur quatre chiffres, puis le trimestre, le mois ou le jour"
MEASURE = "le code d'une donnée de base de la convention"
NUMBER = "un nombre en chiffres, comme « 1 234,5 » (virgule ou point pour les décimales)"
OR_SAY_SO = "sans unité ; sinon « ND » (non disponible) ou « NS » (sans objet)"
KINDS = "« collectif », « familial », « jardin_enfants », « micro_creche_psu » ou « parental »"
BRANCH = "un organisme de la branche (caisse, Cnaf, Certi, Cnedi, pôles), pour cette donnée"
LONG = "a" * 108  # with « prestation= », one character more than fits

# refused line, code, message after « ligne 2, colonne », nearest line that passes
ERRORS = [
    # mesure
    ("eaje_place_agreees,011,2014,,12", "unknown_measure",
     f"mesure : trouvé « eaje_place_agreees » ; attendu {MEASURE} ; vouliez-vous « eaje_places_agreees » ?",
     "eaje_places_agreees,011,2014,,12"),
    ("zzz,011,2014,,12", "unknown_measure",
     f"mesure : trouvé « zzz » ; attendu {MEASURE} ; voyez la liste des données de base",
     " Eaje_Places_Agréées ,011,2014,,12"),
    (",011,2014,,12", "unknown_measure",
     f"mesure : trouvé une cellule vide ; attendu {MEASURE} ; voyez la liste des données de base",
     "ram,011,2014,,12"),
    # caisse
    ("ram,11,2014,,12", "unknown_body",
     f"caisse : trouvé « 11 » ; attendu {BODY} ; "
     "un tableur a sans doute retiré le zéro du début : écrivez « 011 »",
     "ram,011,2014,,12"),
    ("ram,75,2014,,12", "unknown_body",
     f"caisse : trouvé « 75 » ; attendu {BODY} ; vouliez-vous « 751 » ?", "ram,751,2014,,12"),
    ("ram,20,2014,,12", "unknown_body",
     f"caisse : trouvé « 20 » ; attendu {BODY} ; vouliez-vous « 201 » ou « 202 » ?", "ram,201,2014,,12"),
    ("energie_kwh,CNAFF,2014,,12", "unknown_body",
     f"caisse : trouvé « CNAFF » ; attendu {BODY} ; vouliez-vous « CNAF » ?", "energie_kwh,Cnaf,2014,,12"),
    ("energie_kwh,,2014,,12", "unknown_body",
     f"caisse : trouvé une cellule vide ; attendu {BODY} ; voyez la liste des organismes",
     "energie_kwh,pôles,2014,,12"),
    ("ram,CNAF,2014,,12", "wrong_level",
     "caisse : trouvé « CNAF » ; attendu une caisse, pour cette donnée remontée par chaque caisse ; "
     "vérifiez la donnée (« ram ») et l'organisme",
     "marches,CNAF,2014,,12"),
    ("ram,NATIONAL,2014,,12", "wrong_level",
     "caisse : trouvé « NATIONAL » ; attendu une caisse, pour cette donnée remontée par chaque caisse ; "
     "vérifiez la donnée (« ram ») et l'organisme",
     "directeurs_nommes,NATIONAL,2014,,12"),
    ("marches,NATIONAL,2014,,12", "wrong_level",
     f"caisse : trouvé « NATIONAL » ; attendu {BRANCH} ; vérifiez la donnée (« marches ») et l'organisme",
     "marches,CERTI,2014,,12"),
    ("marches,VACAF,2014,,12", "wrong_level",
     f"caisse : trouvé « VACAF » ; attendu {BRANCH} ; vérifiez la donnée (« marches ») et l'organisme",
     "marches,011,2014,,12"),
    ("directeurs_nommes,CNAF,2014,,12", "wrong_level",
     "caisse : trouvé « CNAF » ; attendu « NATIONAL », pour cette donnée qui n'existe que pour l'ensemble ; "
     "vérifiez la donnée (« directeurs_nommes ») et l'organisme",
     "directeurs_nommes,national,2014,,12"),
    # periode
    ("ram,011,14,,12", "unreadable_period",
     f"periode : trouvé « 14 » ; attendu {FORMS} ; {FOUR_DIGITS}", "ram,011, 2014 ,,12"),
    ("pieces_traitees,011,31/03/2014,,12", "unreadable_period",
     f"periode : trouvé « 31/03/2014 » ; attendu {FORMS} ; {FOUR_DIGITS}", "pieces_traitees,011,2014-03,,12"),
    ("pieces_traitees,011,2014-13,,12", "unreadable_period",
     f"periode : trouvé « 2014-13 » ; attendu {FORMS} ; {FOUR_DIGITS}", "pieces_traitees,011,2014-12,,12"),
    ("caf_fr_visites,NATIONAL,2014-02-29,,12", "unreadable_period",
     f"periode : trouvé « 2014-02-29 » ; attendu {FORMS} ; {FOUR_DIGITS}",
     "caf_fr_visites,NATIONAL,2016-02-29,,12"),
    ("ram,011,,,12", "unreadable_period",
     f"periode : trouvé une cellule vide ; attendu {FORMS} ; {FOUR_DIGITS}",
     "pieces_traitees,011,2014-t1,,12"),
    ("ram,011,2007,,12", "period_too_early",
     "periode : trouvé « 2007 » ; attendu une période à partir de 2008 ; vérifiez l'année",
     "ram,011,2008,,12"),
    ("ram,011,2018,,12", "period_too_late",
     "periode : trouvé « 2018 » ; attendu une période terminée au plus tard le 31 décembre 2017, "
     "fin de la convention ; vérifiez l'année",
     "ram,011,2017,,12"),
    ("ram,011,2014-03,,12", "period_too_fine",
     "periode : trouvé « 2014-03 » ; attendu une année (comme « 2014 ») ; "
     "la donnée « ram » n'est pas suivie plus finement",
     "ram,011,2014,,12"),
    ("controles_clos,011,2014-T3,,12", "period_too_fine",
     "periode : trouvé « 2014-T3 » ; attendu un semestre ou une année (comme « 2014-S2 ») ; "
     "la donnée « controles_clos » n'est pas suivie plus finement",
     "controles_clos,011,2014-S2,,12"),
    ("pieces_traitees,011,2014-03-31,,12", "period_too_fine",
     "periode : trouvé « 2014-03-31 » ; attendu un mois, ou une période plus longue (comme « 2014-03 ») ; "
     "la donnée « pieces_traitees » n'est pas suivie plus finement",
     "caf_fr_visites,NATIONAL,2014-03-31,,12"),
    # ventilation
    ("ram,011,2014,origine=ouverture,12", "unknown_breakdown",
     "ventilation : trouvé « origine=ouverture » ; "
     "attendu une cellule vide : cette donnée n'a pas de ventilation ; "
     "videz la cellule, ou vérifiez la donnée",
     "eaje_places_creees,011,2014,origine=ouverture,12"),
    ("eaje_places_agreees,011,2014,origine=ouverture,12", "unknown_breakdown",
     "ventilation : trouvé « origine=ouverture » ; attendu la clé « type_accueil » ; "
     "corrigez la clé « origine »",
     "eaje_places_agreees,011,2014,type_accueil=familial,12"),
    ("eaje_places_agreees,011,2014,type_accueil=creche,12", "unknown_breakdown_value",
     f"ventilation : trouvé « type_accueil=creche » ; attendu pour « type_accueil » : {KINDS} ; "
     "corrigez « creche »",
     "eaje_places_agreees,011,2014, Type_Accueil = Parental ,12"),
    ("allocataires_interroges,011,2014,prestation=aide au logement,12", "unknown_breakdown_value",
     "ventilation : trouvé « prestation=aide au logement » ; "
     "attendu pour « prestation » : des lettres sans accent, des chiffres ou « _ » ; "
     "corrigez « aide au logement »",
     "allocataires_interroges,011,2014,prestation=aide_au_logement_2,12"),
    ("eaje_places_agreees,011,2014,collectif,12", "unreadable_breakdown",
     "ventilation : trouvé « collectif » ; attendu des paires « cle=valeur » séparées par « ; », "
     "ou une cellule vide ; vérifiez chaque paire",
     "eaje_places_agreees,011,2014,type_accueil=collectif,12"),
    ("eaje_places_creees,011,2014,origine=ouverture;,12", "unreadable_breakdown",
     "ventilation : trouvé « origine=ouverture; » ; attendu des paires « cle=valeur » séparées par « ; », "
     "ou une cellule vide ; vérifiez chaque paire",
     "eaje_places_creees,011,2014,origine=ouverture;type_accueil=familial,12"),
    ("eaje_places_creees,011,2014,origine=ouverture;origine=ouverture,12", "repeated_breakdown_key",
     "ventilation : trouvé « origine=ouverture;origine=ouverture » ; "
     "attendu une seule valeur par clé de ventilation ; écrivez une ligne par valeur de la ventilation",
     "eaje_places_creees,011,2014,origine=ouverture,12"),
    (f"allocataires_interroges,011,2014,prestation={LONG + 'aa'},12", "long_breakdown",
     f"ventilation : trouvé « prestation={'a' * 49}… » ; attendu au plus 120 caractères ; "
     "abrégez les valeurs",
     f"allocataires_interroges,011,2014,prestation={LONG},12"),
    # valeur
    ("ram,011,2014,,1e5", "unreadable_value",
     f"valeur : trouvé « 1e5 » ; attendu {NUMBER} ; {OR_SAY_SO}", "ram,011,2014,,100000"),
    ("ram,011,2014,,1E400", "unreadable_value",
     f"valeur : trouvé « 1E400 » ; attendu {NUMBER} ; {OR_SAY_SO}", "ram,011,2014,,400"),
    ("ram,011,2014,,NaN", "unreadable_value",
     f"valeur : trouvé « NaN » ; attendu {NUMBER} ; {OR_SAY_SO}", "ram,011,2014,,nd"),
    ("achats,011,2014,,12 €", "unreadable_value",
     f"valeur : trouvé « 12 € » ; attendu {NUMBER} ; {OR_SAY_SO}", "achats,011,2014,,12"),
    ("ram,011,2014,,1 23", "unreadable_value",
     f"valeur : trouvé « 1 23 » ; attendu {NUMBER} ; {OR_SAY_SO}", "ram,011,2014,,1 230"),
    ("ram,011,2014,,1\u200b2", "unreadable_value",
     f"valeur : trouvé « 1<U+200B>2 » ; attendu {NUMBER} ; {OR_SAY_SO}", "ram,011,2014,,1\u2007234"),
    ("achats,011,2014,,85 %", "percent",
     "valeur : trouvé « 85 % » ; attendu un nombre, « ND », « NS » ou une cellule vide, sans signe % ; "
     "écrivez la quantité remontée elle-même : les taux sont calculés",
     "achats,011,2014,,85"),
    ("achats,011,2014,,1234567890123456", "too_many_digits",
     "valeur : trouvé « 1234567890123456 » ; attendu au plus 15 chiffres significatifs ; "
     "arrondissez la valeur",
     "achats,011,2014,,123456789012345"),
    ("achats,011,2014,,0.0000000000000001", "out_of_range",
     "valeur : trouvé « 0.0000000000000001 » ; attendu au plus 15 décimales ; arrondissez la valeur",
     "achats,011,2014,,0.000000000000001"),
    ("ram,011,2014,,-3", "negative_count",
     "valeur : trouvé « -3 » ; attendu un dénombrement, jamais négatif ; vérifiez le signe",
     "ram,011,2014,,-0"),
    ("ram,011,2014,,1.234", "fractional_count",
     "valeur : trouvé « 1.234 » ; attendu un dénombrement, donc un nombre entier ; "
     "le point et la virgule annoncent des décimales ; séparez les milliers par une espace",
     "ram,011,2014,,1 234.000"),
    ("sdavs_etabli,011,2014,,2", "not_a_flag",
     "valeur : trouvé « 2 » ; attendu « 1 » pour oui ou « 0 » pour non ; corrigez la valeur",
     "sdavs_etabli,011,2014,,1"),
    ("sdavs_etabli,011,2014,,-1", "not_a_flag",
     "valeur : trouvé « -1 » ; attendu « 1 » pour oui ou « 0 » pour non ; corrigez la valeur",
     "sdavs_etabli,011,2014,,0"),
    # any cell
    ("ram,011,2014,,1\x002", "control_character",
     "valeur : trouvé « 1<U+0000>2 » ; attendu un texte sans caractère de contrôle ; ressaisissez la cellule",
     "ram,011,2014,,12"),
    ("ram\t,011,2014,,12", "control_character",
     "mesure : trouvé « ram<U+0009> » ; attendu un texte sans caractère de contrôle ; "
     "ressaisissez la cellule",
     "ram\u00a0,011,2014,,12"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "code", "message", "twin"), ERRORS, ids=[f"{e[1]}-{e[0]}"[:60] for e in ERRORS])
def test_a_refused_line_says_what_and_how_and_its_twin_passes(read, line, code, message, twin):
    intake = read(line)

    assert [(problem.code, str(problem)) for problem in intake.problems] == [(code, f"ligne 2, colonne {message}")]
    assert (intake.is_refused, intake.rows, intake.refused) == (True, [], 1)
    assert read(twin).problems == []
    assert len(read(twin).rows) == 1


def test_a_negative_amount_waits_for_a_person(read):
    intake = read('achats,011,2014,,"−3,5"')

    assert [str(problem) for problem in intake.problems] == [
        "ligne 2, colonne valeur : trouvé « −3,5 » ; attendu d'ordinaire une valeur positive ; "
        "vérifiez le signe ; si la valeur est bien négative, acceptez l'avertissement"
    ]
    assert (intake.is_refused, intake.warnings) == (False, 1)
    assert intake.rows[0].value == Decimal("-3.5")


def test_all_the_problems_of_a_line_and_of_a_file_come_at_once(read):
    intake = read("zzz,zzz,zzz,zzz,zzz", "ram,CNAF,2007-03,a=b,-1.5", "ram,011,2014,,12")

    assert [(problem.line, problem.code) for problem in intake.problems] == [
        (2, "unknown_measure"), (2, "unknown_body"), (2, "unreadable_period"), (2, "unreadable_breakdown"),
        (2, "unreadable_value"), (3, "wrong_level"), (3, "period_too_early"), (3, "period_too_fine"),
        (3, "unknown_breakdown"), (3, "negative_count"), (3, "fractional_count"),
    ]  # fmt: skip
    assert [row.line for row in intake.rows] == [4]
    assert (intake.errors, intake.refused) == (11, 2)


def test_a_value_given_twice_names_both_lines(read):
    intake = read("ram,011,2014,,12", "ram,021,2014,,12", "ram,011,2014,,12", "ram, 011,2014 ,,ND")

    assert [str(problem) for problem in intake.problems] == [
        "ligne 4 : trouvé une deuxième valeur pour la clé de la ligne 2 (ram, 011, 2014, total) ; "
        "attendu une seule ligne par donnée, organisme, période et ventilation ; "
        "supprimez la ligne 2 ou la ligne 4",
        "ligne 5 : trouvé une deuxième valeur pour la clé de la ligne 2 (ram, 011, 2014, total) ; "
        "attendu une seule ligne par donnée, organisme, période et ventilation ; "
        "supprimez la ligne 2 ou la ligne 5",
    ]
    assert ([row.line for row in intake.rows], intake.refused) == ([2, 3], 2)


def test_the_order_of_a_breakdown_does_not_hide_a_value_given_twice(read):
    intake = read(
        "eaje_places_creees,011,2014,type_accueil=familial;origine=ouverture,12",
        "eaje_places_creees,011,2014,origine=ouverture ; type_accueil=familial,12",
        "eaje_places_creees,011,2014,origine=ouverture,12",
    )

    assert [(problem.code, problem.line) for problem in intake.problems] == [("duplicate", 3)]
    assert intake.rows[0].breakdown == "origine=ouverture;type_accueil=familial"


def test_a_value_given_twice_is_told_even_beside_a_value_that_cannot_be_read(read):
    intake = read("ram,011,2014,,douze", "ram,011,2014,,12", "ram,021,2014,,12")

    assert [(problem.line, problem.code) for problem in intake.problems] == [
        (2, "unreadable_value"), (3, "duplicate"),
    ]  # fmt: skip
    assert ([row.line for row in intake.rows], intake.refused) == ([4], 2)


def test_an_empty_value_says_nothing_so_it_is_never_given_twice(read):
    intake = read("ram,011,2014,,", "ram,011,2014,,12", "ram,011,2014,, ")

    assert intake.problems == []
    assert ([row.line for row in intake.rows], intake.unreported) == ([3], 2)


def test_an_empty_value_does_not_excuse_its_key(read):
    assert [problem.code for problem in read("ram,999,2014,,").problems] == ["unknown_body"]


def test_the_lines_of_another_caisse_are_refused_one_by_one(read):
    lines = ["ram,011,2014,,12", "ram,021,2014,,12", "directeurs_nommes,NATIONAL,2014,,12"]

    intake = read(*lines, only="011")

    assert [str(problem) for problem in intake.problems] == [
        "ligne 3, colonne caisse : trouvé « 021 » ; attendu « 011 », la seule caisse de cet envoi ; "
        "retirez les lignes d'une autre caisse, ou envoyez-les à part",
        "ligne 4, colonne caisse : trouvé « NATIONAL » ; attendu « 011 », la seule caisse de cet envoi ; "
        "retirez les lignes d'une autre caisse, ou envoyez-les à part",
    ]
    assert read(*lines).problems == []


@pytest.mark.parametrize("measure", ["achats", "ram", "sdavs_etabli"])
@pytest.mark.parametrize(("text", "statement"), [("ND", "ND"), ("nd", "ND"), (" NS ", "NS"), ("Ns", "NS")])
def test_a_statement_takes_the_place_of_any_number(read, measure, text, statement):
    assert [row[5:7] for row in read(f"{measure},011,2014,,{text}").rows] == [(None, statement)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", "0"), ("007", "7"), ("+5", "5"), ("1234", "1234"), ("1 234", "1234"), ("1\u00a0234", "1234"),
        ("1\u202f234\u202f567", "1234567"), ("1\u2009234", "1234"), ("1\u2003234", "1234"),
        ('"1 234,5"', "1234.5"),
        ("1.234", "1.234"), ('"0,10"', "0.1"), ("999999999999999", "999999999999999"),
    ],
)  # fmt: skip
def test_a_number_as_people_write_it(read, text, value):
    intake = read(f"achats,011,2014,,{text}")

    assert intake.problems == []
    assert [row.value for row in intake.rows] == [Decimal(value)]


def test_each_code_of_the_network_is_known_and_each_eaten_one_is_given_back(read, reference):
    caisses = [code for code, kind in reference.bodies.items() if kind == "caisse"]
    eaten = [code for code in caisses if code.startswith("0")]

    assert len(caisses) == 102
    assert read(*(f"ram,{code},2014,,1" for code in caisses)).problems == []
    problems = read(*(f"ram,{code.lstrip('0')},2014,,1" for code in eaten)).problems
    assert [problem.mend for problem in problems] == [
        f"un tableur a sans doute retiré le zéro du début : écrivez « {code} »" for code in eaten
    ]


def test_each_measure_takes_its_own_rhythm_and_breakdowns(read, reference):
    levels = {"caisse": "751", "organisation": "CNEDI", "national": "NATIONAL"}
    periods = {1: "2015-02-28", 2: "2015-02", 3: "2015-T1", 4: "2015-S1", 5: "2015"}
    lines = [
        f"{code},{levels[info.level]},{period},{breakdown},1"
        for code, info in reference.measures.items()
        for breakdown in [
            "",
            *(f"{key}={value}" for key, known in info.breakdowns.items() for value in known or ["af"]),
        ]
        for granularity, period in periods.items()
        if granularity >= info.finest_period
    ]

    intake = read(*lines)

    assert (intake.problems, len(intake.rows)) == ([], len(lines))


def test_a_national_sample_is_reported_by_the_whole_and_only_by_benefit(reference):
    sampled = replace(reference.measures["iql6_anomalies_nombre"], sampled={"prestation"})
    known = replace(reference, measures={**reference.measures, "iql6_anomalies_nombre": sampled})

    def codes(line):
        header = "mesure,caisse,periode,ventilation,valeur"
        return [found.code for found in read_long_form(f"{header}\n{line}\n".encode(), known).problems]

    assert codes("iql6_anomalies_nombre,NATIONAL,2014-01,prestation=al,12") == []
    assert codes("iql6_anomalies_nombre,NATIONAL,2014-01,,12") == ["wrong_level"]
    assert codes("iql6_dossiers_controles,NATIONAL,2014-01,prestation=al,12") == ["wrong_level"]
    assert codes("iql6_anomalies_nombre,CNAF,2014-01,prestation=al,12") == ["wrong_level"]
    assert codes("iql6_anomalies_nombre,011,2014-01,prestation=al,12") == []
