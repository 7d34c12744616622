"""Models of fiches 1 to 7: childcare, youth, parents, social life, rights of the poorest.

Each figure is invented but for the first value of a path, taken from the sheet (its seed line beside it).
"""

from collections.abc import Mapping

from indicators.demo_data.figures import Flag, NationalFigure, Parts
from indicators.demo_data.models import Balance, Model, Split, Volume, YearToDate
from indicators.demo_data.rates import Forecast, Ratio, Share
from indicators.demo_data.series import constant, path
from indicators.demo_data.world import Concern

_TYPES = Split(
    key="type_accueil",
    weights={
        "collectif": 0.82,
        "familial": 0.09,
        "parental": 0.02,
        "jardin_enfants": 0.03,
        "micro_creche_psu": 0.04,
    },
)
_COVERAGE = "coverage"

MODELS: Mapping[str, Model] = {
    # F1-1.1 (l. 8392): 14 475 gross places in December 2012
    "eaje_places_creees": YearToDate(
        total=path(14_475, 13_740, 14_660, 13_420, 13_950, 14_310),
        spread=0.45,
        noise=0.25,
        feed="tms",
        settled=Split(key="origine", weights={"hausse_agrement": 0.37, "ouverture": 0.63}, spread=0.2),
    ),
    # F1-1.2 (l. 8452): 367 842 places in 2011; F1-4.1 (l. 8617): 75 % of the net increase over the whole term
    "eaje_places_supprimees": Ratio(
        of="eaje_places_creees", path=path(0.41, 0.38, 0.42, 0.36, 0.38, 0.36), spread=0.25, split=_TYPES
    ),
    "eaje_places_agreees": Balance(
        opening=367_842,
        inflow="eaje_places_creees",
        outflow="eaje_places_supprimees",
        split=Split(key=_TYPES.key, weights=_TYPES.weights, spread=0.3),
    ),
    "eaje_places_creees_sous_couvertes": Share(
        of="eaje_places_creees", path=path(55, 58, 61, 63, 65, 66), split=_TYPES
    ),
    "eaje_places_supprimees_sous_couvertes": Share(
        of="eaje_places_supprimees", path=path(46, 46, 45, 45, 44, 44), spread=0.25
    ),
    # F1-2 (l. 8516): 1 687 hours a place in 2011
    "eaje_heures_facturees": Ratio(
        of="eaje_places_agreees", path=path(1687, 1692, 1701, 1694, 1709, 1718), spread=0.06
    ),
    # F1-3 (l. 8566): at least 10 % in 2017
    "eaje_enfants_inscrits": Ratio(
        of="eaje_places_agreees",
        path=path(2.5, 2.5, 2.55, 2.55, 2.6, 2.6),
        concern=Concern.PILOTS,
        begins=(2013, 1),
        spread=0.08,
    ),
    "eaje_enfants_tarif_max_1_euro": Share(
        of="eaje_enfants_inscrits", path=path(6.8, 6.8, 7.3, 7.9, 8.4, 9.6), overseas=0.5
    ),
    # F1-4.2 (l. 8682) and F1-5 (l. 8740): places for 100 children under three
    "enfants_moins_3_ans": Volume(
        total=path(2_395_000, 2_388_000, 2_374_000, 2_352_000, 2_318_000, 2_281_000), spread=0.08, noise=0.005
    ),
    "places_accueil": Ratio(
        of="enfants_moins_3_ans",
        path=path(0.541, 0.551, 0.561, 0.566, 0.577, 0.589),
        trait=_COVERAGE,
        overseas=-0.8,
    ),
    "enfants_moins_3_ans_sous_couvertes": Share(of="enfants_moins_3_ans", path=constant(34), spread=0.2, drift=0.02),
    "places_accueil_sous_couvertes": Ratio(
        of="enfants_moins_3_ans_sous_couvertes",
        path=path(0.400, 0.408, 0.416, 0.422, 0.431, 0.441),
        trait=_COVERAGE,
        overseas=-0.8,
    ),
    "enfants_moins_3_ans_sur_couvertes": Share(
        of="enfants_moins_3_ans", path=constant(33), spread=0.2, drift=0.02, concern=Concern.NOT_OVERSEAS
    ),
    "places_accueil_sur_couvertes": Ratio(
        of="enfants_moins_3_ans_sur_couvertes",
        path=path(0.710, 0.719, 0.727, 0.731, 0.739, 0.747),
        trait=_COVERAGE,
        concern=Concern.NOT_OVERSEAS,
    ),
    "enfants_moins_3_ans_communes_ciblees": Share(
        of="enfants_moins_3_ans", path=constant(21), spread=0.4, drift=0.02, concern=Concern.TARGETED
    ),
    "places_accueil_communes_ciblees": Ratio(
        of="enfants_moins_3_ans_communes_ciblees",
        path=path(0.331, 0.340, 0.353, 0.364, 0.379, 0.396),
        trait=_COVERAGE,
        overseas=-0.6,
        concern=Concern.TARGETED,
    ),
    # F1-6 (l. 8790): 2 204 976 visitors
    "mon_enfant_visiteurs": NationalFigure(
        values=path(2_204_976, 2_561_312, 3_048_705, 3_396_120, 3_302_447, 3_789_030)
    ),
    # F1-7 (l. 8842): 117,3 in 2011, 70 wanted in 2017
    "assistants_maternels_actifs": Volume(
        total=path(318_400, 320_900, 319_200, 314_800, 308_900, 301_500), spread=0.25
    ),
    "ram": Ratio(
        of="assistants_maternels_actifs",
        path=path(116.4, 110.2, 103.1, 96.8, 90.9, 85.7),
        inverse=True,
        spread=0.18,
    ),
    # F1-8 (l. 8888): 2,71 %
    "action_sociale_compte_definitif": Volume(total=path(4.21e9, 4.44e9, 4.63e9, 4.79e9, 4.98e9, 5.17e9), spread=0.12),
    "action_sociale_prevision": Forecast(
        of="action_sociale_compte_definitif", gap=path(2.71, 3.24, 2.95, 3.38, 3.05, 2.86), feed="tms"
    ),
    # F2-9 (l. 8946): hours of leisure centres
    "alsh_actes": Volume(
        total=path(492e6, 503e6, 541e6, 602e6, 634e6, 651e6),
        spread=0.2,
        split=Split(
            key="accueil",
            weights={
                "periscolaire_matin": 0.09,
                "periscolaire_midi": 0.17,
                "periscolaire_soir": 0.20,
                "extrascolaire_mercredi": 0.19,
                "extrascolaire_samedi": 0.01,
                "petites_vacances": 0.12,
                "grandes_vacances": 0.18,
                "accueil_jeunes": 0.03,
                "scoutisme": 0.01,
            },
        ),
    ),
    # F2-10 (l. 9010): Aven 655, Avel 43 600
    "vacaf_enfants": Volume(
        total=path(44_255, 46_120, 48_730, 51_400, 53_050, 55_240),
        spread=0.3,
        noise=0.06,
        split=Split(key="dispositif", weights={"aven": 655, "avel": 43_600}, end={"aven": 4, "avel": 96}),
    ),
    # F3-11 (l. 9060): one family in ten (10 %), two wanted in 2015, three in 2017
    "familles_enfant_moins_18": Volume(
        total=path(7_930_000, 7_960_000, 7_985_000, 8_010_000, 8_020_000, 8_025_000), spread=0.05, noise=0.004
    ),
    "reaap_beneficiaires": Share(
        of="familles_enfant_moins_18", path=path(10.0, 12.1, 15.3, 18.9, 22.8, 26.7), spread=0.4
    ),
    # F3-12 (l. 9113): one Laep for 4 181 children
    "enfants_0_5_ans": Ratio(
        of="enfants_moins_3_ans", path=path(2.005, 2.006, 2.01, 2.02, 2.04, 2.05), spread=0.02, drift=0.002
    ),
    "laep_finances": Ratio(
        of="enfants_0_5_ans", path=path(4181, 4010, 3790, 3520, 3340, 3160), inverse=True, spread=0.3
    ),
    # F3-13 (l. 9163): 13 445 of 362 200 (3,7 %)
    "affaires_jaf_nouvelles": Volume(total=path(362_200, 364_900, 368_100, 371_500, 366_800, 361_400), spread=0.12),
    "mediations_terminees": Share(of="affaires_jaf_nouvelles", path=path(3.7, 3.9, 4.4, 4.9, 5.2, 5.6)),
    # F3-15 (l. 9269): 81 % in 2011
    "communes_10000": Volume(total=constant(946), spread=0.3, noise=0.0),
    "communes_10000_couvertes": Share(
        of="communes_10000", path=path(81.3, 82.5, 84.6, 86.4, 88.9, 90.3), spread=0.5, drift=0.05
    ),
    # F4-17 (l. 9363 to 9505): 34 caisses and 1 163 social centres in Senacs
    "sdavs_etabli": Flag(adopted=path(0, 4, 17, 43, 71, 88), begins=(2013, 1)),
    "senacs_adherents": Parts(
        models={
            "adherent=caf": Flag(adopted=path(33.4, 52, 78, 93, 99, 100)),
            "adherent=centres_sociaux": Volume(total=path(1163, 1400, 1690, 1905, 2040, 2105), spread=0.2),
        }
    ),
    "convention_avs_signee": Flag(adopted=path(0, 2, 12, 34, 58, 74), begins=(2013, 1)),
    "structures_jeunes_creees": Volume(total=path(0, 46, 71, 88, 97, 104), begins=(2013, 1), spread=0.4),
    # F6-18 (l. 9553): 100 000 a year wanted (l. 1656)
    "rendez_vous_des_droits": Volume(
        total=path(164_000, 213_000, 258_000, 274_000, start=2014),
        begins=(2014, 1),
        spread=0.3,
        feed="rendez-vous des droits",
        split=Split(key="cadre", weights={"instruction_rsa": 0.46, "parcours_specifique": 0.31, "demande": 0.23}),
    ),
    # F7-19 (l. 9609): 203 352 instructions that succeeded
    "rsa_instructions": Volume(
        total=path(254_190, 271_400, 283_900, 279_600, 268_300, 261_700),
        spread=0.2,
        split=Split(key="issue", weights={"aboutie": 0.80, "abandonnee": 0.13, "en_attente": 0.07}, spread=0.05),
    ),
}
