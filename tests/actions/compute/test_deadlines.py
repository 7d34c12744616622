"""The reader of French deadlines: every form printed in the convention, then forms it never saw."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.compute.deadlines import Kind, Reading, read_deadlines, read_one

TERM = (date(2013, 1, 1), date(2017, 12, 31))
NEXT_TERM = (date(2018, 1, 1), date(2022, 12, 31))


def shown(cell: str, term: tuple[date, date] = TERM) -> list[str]:
    """The readings as « kind start..end », « ? » in front of what is not understood."""
    return [
        ("" if r.understood else "? ") + r.kind + (f" {r.start}..{r.end or ''}" if r.start else "")
        for r in read_deadlines(cell, term=term)
    ]


ONE_DATE_AS_PRINTED = {
    "2013": "year 2013-01-01..2013-12-31",
    " 2014": "year 2014-01-01..2014-12-31",
    "Mise en place du groupe en 2014": "year 2014-01-01..2014-12-31",
    "V2 en 2015": "year 2015-01-01..2015-12-31",
    "Opérationnel en 2015": "year 2015-01-01..2015-12-31",
    "2015 (Lot 1)": "year 2015-01-01..2015-12-31",
    "2014 (sous réserve faisabilité)": "year 2014-01-01..2014-12-31",
    "2016 (sous réserve de confirmation du besoin par le métier)": "year 2016-01-01..2016-12-31",
    "2013-2014": "period 2013-01-01..2014-12-31",
    "2014 - 2016": "period 2014-01-01..2016-12-31",
    "2014 – 2015": "period 2014-01-01..2015-12-31",
    "2014 -2015": "period 2014-01-01..2015-12-31",
    "2014 / 2015": "period 2014-01-01..2015-12-31",
    "2013/2017": "period 2013-01-01..2017-12-31",
    "2013/ 2014": "period 2013-01-01..2014-12-31",
    "2013  à 2015": "period 2013-01-01..2015-12-31",
    "Fin 2013": "period 2013-10-01..2013-12-31",
    "fin 2013": "period 2013-10-01..2013-12-31",
    "V1 fin 2013": "period 2013-10-01..2013-12-31",
    "Etude Fin 2013": "period 2013-10-01..2013-12-31",
    "Programme de travail =>Fin 2013": "period 2013-10-01..2013-12-31",
    "Evolution de la méthodologie => Fin 2014": "period 2014-10-01..2014-12-31",
    "Fin 2013-2014": "period 2013-10-01..2014-12-31",
    "Fin 2014 - 2015": "period 2014-10-01..2015-12-31",
    "S2 2014 - 2015": "period 2014-07-01..2015-12-31",
    "T3 2013 – fin 2013": "period 2013-07-01..2013-12-31",
    "Début 2013": "period 2013-01-01..2013-03-31",
    "début 2014": "period 2014-01-01..2014-03-31",
    "Mi 2014": "period 2014-06-01..2014-06-30",
    "1er semestre 2014": "period 2014-01-01..2014-06-30",
    "1er semestre\n2013": "period 2013-01-01..2013-06-30",
    "S1 2014": "period 2014-01-01..2014-06-30",
    "S2 2015": "period 2015-07-01..2015-12-31",
    "1er trim. 2014": "period 2014-01-01..2014-03-31",
    "T1 2013": "period 2013-01-01..2013-03-31",
    "T2 2015": "period 2015-04-01..2015-06-30",
    "T3 2013": "period 2013-07-01..2013-09-30",
    "T4 2016": "period 2016-10-01..2016-12-31",
    "Rentrée 2013": "period 2013-09-01..2013-09-30",
    "Rentrée 2014/2015": "period 2014-09-01..2014-09-30",
    "Eté 2015": "period 2015-06-21..2015-09-22",
    "janvier 2013": "period 2013-01-01..2013-01-31",
    "Juin 2014": "period 2014-06-01..2014-06-30",
    "Juillet 2013": "period 2013-07-01..2013-07-31",
    "Septembre 2013": "period 2013-09-01..2013-09-30",
    "Octobre 2013": "period 2013-10-01..2013-10-31",
    "Novembre 2013": "period 2013-11-01..2013-11-30",
    "Décembre 2014": "period 2014-12-01..2014-12-31",
    "31/12/2013": "date 2013-12-31..2013-12-31",
    "jusqu’en 2014": "period 2013-01-01..2014-12-31",
    "De juin 2013 à la fin de la Cog.": "period 2013-06-01..2017-12-31",
    "Dès 2013": "from 2013-01-01..2017-12-31",
    "dès2013": "from 2013-01-01..2017-12-31",
    "A partir de 2013": "from 2013-01-01..2017-12-31",
    "A partir de  2017": "from 2017-01-01..2017-12-31",
    "A partir de 2015 (en fonction des attentes exprimées)": "from 2015-01-01..2017-12-31",
    "à compter de 2014": "from 2014-01-01..2017-12-31",
    "Post 2017": "from 2018-01-01..",
    "En continu": "ongoing 2013-01-01..2017-12-31",
    "Durée de la Cog": "ongoing 2013-01-01..2017-12-31",
    "sur la période de la Cog": "ongoing 2013-01-01..2017-12-31",
    "Voir action 1": "cross_reference",
    "Cf action 20\nfiche 12": "cross_reference",
    "A fixer en fonction des conclusions de la mission": "unscheduled",
    "A définir": "unscheduled",
    "A définir en fonction des résultats de l’étude préalable": "unscheduled",
    "Liée à l’opérationnalité de la plateforme Dge du Rncps": "unscheduled",
    "Déploiement dépendant de l’adaptation des logiciels des Mdph": "unscheduled",
    "": "unscheduled",
    " \xa0\n\n": "unscheduled",
}

ONE_DATE_ELSEWHERE = {
    "Mi-2014": "period 2014-06-01..2014-06-30",
    "FIN 2014": "period 2014-10-01..2014-12-31",
    "fin2014": "period 2014-10-01..2014-12-31",
    "fin d’année 2014": "period 2014-10-01..2014-12-31",
    "à la fin de l'année 2014": "period 2014-10-01..2014-12-31",
    "courant 2014": "period 2014-01-01..2014-12-31",
    "exercice 2014": "year 2014-01-01..2014-12-31",
    "à l’horizon 2016": "year 2016-01-01..2016-12-31",
    "2ème semestre 2014": "period 2014-07-01..2014-12-31",
    "2nd semestre de 2014": "period 2014-07-01..2014-12-31",
    "second semestre 2014": "period 2014-07-01..2014-12-31",
    "1° semestre 2014": "period 2014-01-01..2014-06-30",
    "1ᵉʳ semestre 2014": "period 2014-01-01..2014-06-30",
    "premier semestre de l’année 2014": "period 2014-01-01..2014-06-30",
    "2014 - 1er semestre": "period 2014-01-01..2014-06-30",
    "2014-S1": "period 2014-01-01..2014-06-30",
    "1er trimestre 2014": "period 2014-01-01..2014-03-31",
    "Troisième trimestre 2014": "period 2014-07-01..2014-09-30",
    "IVe trimestre 2014": "period 2014-10-01..2014-12-31",
    "dernier trimestre 2014": "period 2014-10-01..2014-12-31",
    "3T 2013": "period 2013-07-01..2013-09-30",
    "T1-2014": "period 2014-01-01..2014-03-31",
    "fin du 1er semestre 2014": "period 2014-06-01..2014-06-30",
    "début du 4e trimestre 2014": "period 2014-10-01..2014-10-31",
    "fin février 2016": "period 2016-02-21..2016-02-29",
    "mi-mars 2015": "period 2015-03-11..2015-03-20",
    "sept. 2014": "period 2014-09-01..2014-09-30",
    "06/2014": "period 2014-06-01..2014-06-30",
    "2014-03": "period 2014-03-01..2014-03-31",
    "2013-14": "period 2013-01-01..2014-12-31",
    "printemps 2015": "period 2015-03-21..2015-06-20",
    "automne 2015": "period 2015-09-23..2015-12-20",
    "31 décembre 2014": "date 2014-12-31..2014-12-31",
    "le 1er septembre 2014": "date 2014-09-01..2014-09-01",
    "1.9.2014": "date 2014-09-01..2014-09-01",
    "15/09/14": "date 2014-09-15..2014-09-15",
    "2014-12-31": "date 2014-12-31..2014-12-31",
    "du 1er janvier 2014 au 31 mars 2015": "period 2014-01-01..2015-03-31",
    "de janvier à juin 2014": "period 2014-01-01..2014-06-30",
    "sept.-oct. 2014": "period 2014-09-01..2014-10-31",
    "octobre 2013 - mars 2014": "period 2013-10-01..2014-03-31",
    "entre 2014 et 2016": "period 2014-01-01..2016-12-31",
    "mi-2014 à début 2015": "period 2014-06-01..2015-03-31",
    "2013-2014-2015": "period 2013-01-01..2015-12-31",
    "d'ici fin 2014": "period 2013-01-01..2014-12-31",
    "D’ici à la fin de l’année 2014": "period 2013-01-01..2014-12-31",
    "avant fin 2014": "period 2013-01-01..2014-12-31",
    "avant le 31/12/2014": "period 2013-01-01..2014-12-31",
    "avant 2015": "period 2013-01-01..2014-12-31",
    "avant l’été 2014": "period 2013-01-01..2014-06-20",
    "avant la rentrée 2014": "period 2013-01-01..2014-08-31",
    "au plus tard le 30 juin 2014": "period 2013-01-01..2014-06-30",
    "jusqu'au 31 mars 2014": "period 2013-01-01..2014-03-31",
    "à partir de janvier 2014": "from 2014-01-01..2017-12-31",
    "A compter du 1er juillet 2014": "from 2014-07-01..2017-12-31",
    "Dès la rentrée 2013": "from 2013-09-01..2017-12-31",
    "dès fin 2013": "from 2013-10-01..2017-12-31",
    "à partir de 2014 jusqu'en 2016": "period 2014-01-01..2016-12-31",
    "au-delà de 2017": "from 2018-01-01..",
    "après 2014": "from 2015-01-01..2017-12-31",
    "à partir de 2018": "from 2018-01-01..",
    "annuellement à partir de 2014": "from 2014-01-01..2017-12-31",
    "fin de la Cog": "period 2017-10-01..2017-12-31",
    "fin de la convention": "period 2017-10-01..2017-12-31",
    "mi-Cog": "period 2015-06-01..2015-06-30",
    "à mi-parcours de la Cog": "period 2015-06-01..2015-06-30",
    "Sur toute la durée de la Cog": "ongoing 2013-01-01..2017-12-31",
    "Tout au long de la Cog": "ongoing 2013-01-01..2017-12-31",
    "Annuel": "ongoing 2013-01-01..2017-12-31",
    "Chaque année": "ongoing 2013-01-01..2017-12-31",
    "Tous les ans": "ongoing 2013-01-01..2017-12-31",
    "Permanent": "ongoing 2013-01-01..2017-12-31",
    "30 avril de chaque année": "ongoing 2013-01-01..2017-12-31",
    "cf. fiche n° 7, actions 3 et 4": "cross_reference",
    "Cf. actions conduites dans le cadre du parcours d’insertion": "cross_reference",
    "A préciser": "unscheduled",
    "Sans objet": "unscheduled",
}

SEVERAL_DATES = {
    "2014\n\n2017\n2014": ["year 2014-01-01..2014-12-31", "year 2017-01-01..2017-12-31",
                           "year 2014-01-01..2014-12-31"],
    "Etude en 2014 pour une mise en œuvre en 2016": ["year 2014-01-01..2014-12-31",
                                                     "year 2016-01-01..2016-12-31"],
    "2013 puis 2015": ["year 2013-01-01..2013-12-31", "year 2015-01-01..2015-12-31"],
    "2014 et 2016": ["year 2014-01-01..2014-12-31", "year 2016-01-01..2016-12-31"],
    "T3 et T4 2014": ["period 2014-07-01..2014-09-30", "period 2014-10-01..2014-12-31"],
    "1er et 2nd semestres 2014": ["period 2014-01-01..2014-06-30", "period 2014-07-01..2014-12-31"],
    "2013/2014 et 2016": ["period 2013-01-01..2014-12-31", "year 2016-01-01..2016-12-31"],
    "Fin 2013-2014\nCf action 20\nfiche 12": ["period 2013-10-01..2014-12-31", "cross_reference"],
    "2015 – cf. action 21 fiche 12": ["year 2015-01-01..2015-12-31", "cross_reference"],
    "Janvier 2015\njanvier 2016\nsur la période de la Cog": [
        "period 2015-01-01..2015-01-31", "period 2016-01-01..2016-01-31", "ongoing 2013-01-01..2017-12-31"],
    "dès2013\ndébut 2014\njusqu’en 2014\n2013/2014\nOpérationnel en 2015\nà compter de 2014": [
        "from 2013-01-01..2017-12-31", "period 2014-01-01..2014-03-31", "period 2013-01-01..2014-12-31",
        "period 2013-01-01..2014-12-31", "year 2015-01-01..2015-12-31", "from 2014-01-01..2017-12-31"],
    "· 2013\n· 2015-2016\n (A préciser en fonction des évolutions réglementaires du RSA activité)\n· 2016": [
        "year 2013-01-01..2013-12-31", "period 2015-01-01..2016-12-31", "year 2016-01-01..2016-12-31"],
    "2015\n(à confirmer)": ["year 2015-01-01..2015-12-31"],
    "· 2013\nselon la suite du texte\n· 2014": ["year 2013-01-01..2013-12-31", "unscheduled",
                                                "year 2014-01-01..2014-12-31"],
    "· 2013\net la suite du texte\n· 2014": ["year 2013-01-01..2013-12-31", "year 2014-01-01..2014-12-31"],
    "· 2014\n· A définir": ["year 2014-01-01..2014-12-31", "unscheduled"],
}  # fmt: skip

DOUBTFUL = {
    "6 mois après la signature": ["? unscheduled"],
    "2nd semestre": ["? unscheduled"],
    "juin": ["? unscheduled"],
    "31/02/2014": ["? unscheduled"],
    "31 juin 2014": ["? unscheduled"],
    "après le 31/12/9999": ["? unscheduled"],
    "bientôt": ["? unscheduled"],
    "hiver 2014": ["? year 2014-01-01..2014-12-31"],
    "2016-2014": ["? year 2016-01-01..2016-12-31", "? year 2014-01-01..2014-12-31"],
    "fin 2014 - 2014": ["? period 2014-10-01..2014-12-31", "? year 2014-01-01..2014-12-31"],
    "2014 2017": ["? year 2014-01-01..2014-12-31", "? year 2017-01-01..2017-12-31"],
}


@pytest.mark.parametrize(("cell", "expected"), (ONE_DATE_AS_PRINTED | ONE_DATE_ELSEWHERE).items())
def test_one_date(cell: str, expected: str) -> None:
    assert shown(cell) == [expected]


@pytest.mark.parametrize(("cell", "expected"), (SEVERAL_DATES | DOUBTFUL).items())
def test_several_dates_and_doubts(cell: str, expected: list[str]) -> None:
    assert shown(cell) == expected


def test_a_reading_keeps_its_whole_paragraph_without_the_bullet() -> None:
    line = "Etude en 2014 pour une mise en œuvre en 2016"
    assert [r.raw for r in read_deadlines(f"· {line}\n· Fin 2013", term=TERM)] == [line, line, "Fin 2013"]
    assert [r.raw for r in read_deadlines("1er semestre\n2013", term=TERM)] == ["1er semestre\n2013"]
    assert read_deadlines("", term=TERM) == (Reading("", Kind.UNSCHEDULED),)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("En continu", "ongoing 2018-01-01..2022-12-31"),
        ("Dès 2019", "from 2019-01-01..2022-12-31"),
        ("fin de la Cog", "period 2022-10-01..2022-12-31"),
        ("début de la Cog", "period 2018-01-01..2018-03-31"),
        ("Post 2022", "from 2023-01-01.."),
        ("d’ici fin 2020", "period 2018-01-01..2020-12-31"),
        ("T2 2021", "period 2021-04-01..2021-06-30"),
    ],
)
def test_another_convention_reads_the_same_way(cell: str, expected: str) -> None:
    assert shown(cell, NEXT_TERM) == [expected]


def test_a_cog_of_four_years_ending_in_june_has_its_own_middle_and_end() -> None:
    term = (date(2018, 7, 1), date(2022, 6, 30))
    assert shown("mi-Cog", term) == ["period 2020-06-01..2020-06-30"]
    assert shown("fin de la Cog", term) == ["period 2022-04-01..2022-06-30"]


def test_read_one_refuses_to_choose_between_several() -> None:
    assert read_one(" fin 2014 ", term=TERM).end == date(2014, 12, 31)
    several = read_one("2014\n2016", term=TERM)
    assert (several.kind, several.understood) == (Kind.UNSCHEDULED, False)


WORDS = st.sampled_from(
    [
        *(
            "fin",
            "début",
            "mi-",
            "dès",
            "à",
            "au",
            "et",
            ",",
            "-",
            "/",
            "(",
            ")",
            "\n",
            "·",
            "du",
            "de la",
            "d'",
        ),
        *(
            "2013",
            "2014",
            "15",
            "0000",
            "12",
            "9999-12-31",
            "31/12/2014",
            "T3",
            "S1",
            "1er",
            "2nd",
            "semestre",
        ),
        *("trimestre", "janvier", "déc.", "rentrée", "été", "Cog", "jusqu'", "avant", "après", "post", "cf"),
        *("action", "fiche", "en continu", "annuel"),
    ]
)


@settings(deadline=None)
@given(st.one_of(st.text(), st.lists(WORDS, max_size=9).map(" ".join), st.lists(WORDS, max_size=9).map("".join)))
def test_any_text_is_read_without_error_and_keeps_the_rules_of_kinds(cell: str) -> None:
    readings = read_deadlines(cell, term=TERM)
    assert readings
    assert readings == read_deadlines(cell, term=TERM)
    for reading in readings:
        start, end = reading.start, reading.end
        match reading.kind:
            case Kind.UNSCHEDULED | Kind.CROSS_REFERENCE:
                assert start is None and end is None
            case Kind.ONGOING:
                assert (start, end) == TERM
            case Kind.FROM:
                assert start is not None
                assert end == (TERM[1] if start <= TERM[1] else None)
            case Kind.DATE:
                assert start is not None and start == end
            case Kind.YEAR:
                assert start and end == start.replace(month=12, day=31) and (start.month, start.day) == (1, 1)
            case Kind.PERIOD:
                assert start and end and start <= end


@settings(deadline=None)
@given(st.sampled_from(sorted(ONE_DATE_AS_PRINTED)), st.sampled_from([str.upper, str.lower, str.title]))
def test_case_accents_and_spaces_change_nothing(cell: str, recase: object) -> None:
    bare = cell.translate(str.maketrans("éèàêûÉ’", "eeaeuE'"))
    for variant in (recase(cell), bare, cell.replace(" ", "\xa0"), f"  {cell}\t", cell.replace(" ", "  ")):  # type: ignore[operator]
        assert shown(variant) == shown(cell)


@settings(deadline=None)
@given(st.dates(date(1990, 1, 1), date(2090, 12, 31)))
def test_any_day_is_read_back_from_its_usual_spellings(day: date) -> None:
    months = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre")
    months += ("novembre", "décembre")
    ordinal = "1er" if day.day == 1 else str(day.day)
    for spelling in (f"{day:%d/%m/%Y}", f"{ordinal} {months[day.month - 1]} {day.year}", day.isoformat()):
        assert shown(spelling) == [f"date {day}..{day}"]
    after = day + timedelta(days=1)
    assert shown(f"après le {day:%d/%m/%Y}") == [f"from {after}..{TERM[1] if after <= TERM[1] else ''}"]
