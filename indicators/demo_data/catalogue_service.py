"""Models of fiche 10 and of the spreads of fiche 21 that go with it: time taken, opening hours, visits.

Calendar days become working days in January 2014: the shares of F10-21 and F10-22 are not comparable across
it.
"""

from collections.abc import Mapping

from indicators.demo_data.figures import Daily, NationalFigure, Parts, Same, WeeklyHours
from indicators.demo_data.models import Model, Split, Volume
from indicators.demo_data.rates import Ratio, Share
from indicators.demo_data.series import LOADED, OFFICE, constant, path
from indicators.demo_data.world import Concern

_ONLINE = Split(
    key="teleprocedure",
    weights={
        "dtr_rsa": 0.36,
        "aide_logement": 0.17,
        "dar": 0.14,
        "changement_situation": 0.25,
        "quittance_loyer": 0.08,
    },
)
_CHANNELS = ("accueil_physique", "telephone", "web")

MODELS: Mapping[str, Model] = {
    # F10-21 (l. 9703): 77,8 % of pieces within 15 days; F21-51.1 (l. 11581): quartiles and spread of the
    # caisses
    "pieces_traitees": Volume(
        total=path(140e6, 144e6, 149e6, 156e6, 164e6, 162e6), spread=0.08, season=OFFICE, feed="pieces"
    ),
    "pieces_traitees_15j": Share(
        of="pieces_traitees",
        path=path(77.8, 79.6, 84.4, 86.3, 85.2, 87.4),
        quartiles=(51, 72.2, 83.8, 90.6, 99.9),
        deviation=12.3,
        narrowing=path(1.0, 0.97, 0.88, 0.72, 0.68, 0.61),
        season=LOADED,
        trait="speed",
        feed="pieces",
    ),
    # F10-22 (l. 9757): 94,1 % within 10 days; F21-51.2 (l. 11604): quartiles
    "pieces_minima_traitees": Share(of="pieces_traitees", path=constant(14.5), spread=0.1, feed="pieces"),
    "pieces_minima_traitees_10j": Share(
        of="pieces_minima_traitees",
        path=path(94.1, 94.3, 94.9, 95.3, 93.9, 94.8),
        quartiles=(77, 92.7, 95.2, 98, 100),
        deviation=3.7,
        narrowing=path(1.0, 0.96, 0.90, 0.82, 0.78, 0.72),
        season=LOADED,
        trait="speed of minima",
        feed="pieces",
    ),
    # F10-23 (l. 9813): 82 % of calls; F10-24 (l. 9863): 34,8 hours a week, 32 wanted
    "appels_aboutis_agents": Volume(
        total=path(21.6e6, 21.1e6, 20.4e6, 19.8e6, 20.9e6, 19.6e6), spread=0.12, noise=0.03
    ),
    "appels_traites_agents": Share(
        of="appels_aboutis_agents", path=path(82.0, 84.6, 87.1, 88.3, 86.0, 88.7), spread=0.45
    ),
    "heures_ouverture_telephone": WeeklyHours(mean=path(34.8, 34.5, 34.1, 33.8, 33.5, 33.3), spread=2.2),
    "semaines_annee": Same(value=52),
    # F10-25 (l. 9915): 88,9 % within 20 minutes; F10-26 (l. 9967): 37,5 hours a week, 35 wanted
    "visites": Volume(
        total=path(19.4e6, 18.1e6, 16.2e6, 13.9e6, 12.1e6, 11.6e6), spread=0.12, season=OFFICE, feed="visites"
    ),
    "visites_attente_20min": Share(
        of="visites", path=path(88.9, 88.2, 87.6, 87.9, 89.4, 90.8), spread=0.5, season=LOADED, feed="visites"
    ),
    "heures_ouverture_accueil": WeeklyHours(mean=path(37.5, 37.1, 36.6, 36.2, 35.9, 35.7), spread=2.0),
    # F10-27 (l. 10015): at least 40 % wanted in 2017
    "demarches": Volume(total=path(37.2e6, 38.4e6, 39.9e6, 41.3e6, 43.6e6, 44.2e6), spread=0.1, split=_ONLINE),
    "demarches_dematerialisees": Share(
        of="demarches",
        path=path(18.4, 21.7, 26.3, 31.9, 37.8, 42.1),
        spread=0.2,
        shifts={"teleprocedure=dtr_rsa": 0.5, "teleprocedure=quittance_loyer": -0.9},
    ),
    # F10-28 (l. 10079), from 2015: at least 85 % within 7 days
    "rdv_realises": Volume(
        total=path(1.62e6, 2.05e6, 2.31e6, start=2015),
        begins=(2015, 1),
        spread=0.25,
        season=OFFICE,
        feed="rendez-vous",
    ),
    "rdv_realises_7j": Share(
        of="rdv_realises",
        path=path(80.9, 83.7, 85.8, start=2015),
        spread=0.5,
        season=LOADED,
        feed="rendez-vous",
    ),
    # F10-30 (l. 10212): at least 85 % within 15 days; identifying complaints is rolled out in 2013
    "reclamations_traitees": Volume(
        total=path(410e3, 436e3, 452e3, 488e3, 471e3, start=2013),
        begins=(2013, 1),
        spread=0.2,
        season=OFFICE,
        concern=Concern.STAGGERED,
        feed="réclamations",
        split=Split(key="vecteur", weights={"pieces": 0.58, "appels": 0.23, "visites": 0.19}),
    ),
    "reclamations_traitees_15j": Share(
        of="reclamations_traitees",
        path=path(78.6, 81.9, 84.3, 83.2, 86.1, start=2013),
        spread=0.45,
        season=LOADED,
        shifts={"vecteur=pieces": -0.25, "vecteur=visites": 0.4},
        feed="réclamations",
    ),
    # F10-31 (l. 10278), from the end of 2013: at least 85 % within 48 hours
    "courriels_traites": Volume(
        total=path(3.1e6, 3.6e6, 4.2e6, 4.9e6, 5.3e6, start=2013),
        begins=(2013, 10),
        spread=0.25,
        season=OFFICE,
        feed="courriels",
    ),
    "courriels_traites_48h": Share(
        of="courriels_traites",
        path=path(69.5, 73.8, 78.1, 80.6, 83.9, start=2013),
        spread=0.7,
        season=LOADED,
        feed="courriels",
    ),
    # F10-32 (l. 10336): 196 740 000 visits; 135 528 000 files, counted once a day
    "caf_fr_visites": Daily(total=path(196_740_000, 223_480_000, 251_900_000, 279_300_000, 318_700_000, 341_200_000)),
    "caf_fr_dossiers_distincts_jour": Volume(
        total=path(135_528_000, 155_100_000, 176_900_000, 197_400_000, 226_300_000, 243_800_000),
        spread=0.08,
        season=OFFICE,
    ),
    "caf_fr_allocataires_distincts_annee": NationalFigure(
        values=path(5_904_112, 6_390_845, 6_871_260, 7_402_318, 8_055_904, 8_498_377)
    ),
    # F10-33 (l. 10396): a survey; the channels stand beside the whole sample and do not add up to it
    "allocataires_interroges": Parts(
        models={"": Volume(total=constant(31_000), spread=0.05, noise=0.03)}
        | {f"canal={channel}": Volume(total=constant(12_500), spread=0.05) for channel in _CHANNELS}
    ),
    "allocataires_satisfaits": Share(
        of="allocataires_interroges",
        path=path(78.2, 77.9, 79.0, 79.6, 78.7, 80.4),
        spread=0.15,
        shifts={"canal=accueil_physique": -0.1, "canal=telephone": -0.3, "canal=web": 0.3},
    ),
    # F21-52 (l. 11681): age of the stock on the last day of the month
    "pieces_solde": Volume(
        total=path(2.75e6, 2.38e6, 2.21e6, 2.09e6, 2.26e6, 2.05e6),
        spread=0.25,
        noise=0.2,
        season=OFFICE,
        stock=True,
        feed="solde",
    ),
    "pieces_solde_15j": Share(
        of="pieces_solde",
        path=path(80.5, 82.4, 84.6, 86.5, 85.8, 87.9),
        quartiles=(49, 77.4, 85.4, 94.9, 100),
        deviation=13.3,
        narrowing=path(1.0, 0.95, 0.86, 0.70, 0.67, 0.58),
        season=LOADED,
        trait="stock",
        feed="solde",
    ),
    # F21-55 (l. 11890): pieces treated in production, a part of all pieces
    "pieces_traitees_production": Ratio(of="pieces_traitees", path=constant(0.97), spread=0.01, drift=0.002),
}
