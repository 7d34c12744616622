"""Models of fiches 18 to 21: purchases, energy, staff, costs, premises, national services."""

from collections.abc import Mapping

from indicators.demo_data.figures import Flag, NationalFigure, Parts
from indicators.demo_data.models import Model, Split, Volume
from indicators.demo_data.rates import EvenedRatio, Ratio, Share
from indicators.demo_data.series import Path, path

_REFERENCE = 2009
_SERVICES = {"editique": 0.0, "paie": -0.6, "tim": 0.4, "lad": 0.2, "arc": 0.9, "snat": 0.7}


def _from_reference(level: float, *index: float) -> Path:
    """A path given as an index of the reference year (100), from 2012 on."""
    return {_REFERENCE: level} | {year: level * value / 100 for year, value in path(*index).items()}


MODELS: Mapping[str, Model] = {
    # F18-44 (l. 11109): half of the contracts wanted by 2014
    "marches": Volume(total=path(1480, 1510, 1540, 1495, 1520, 1550), spread=0.3, noise=0.1),
    "marches_avec_clause": Share(of="marches", path=path(38, 44, 51, 54, 57, 61), spread=0.4),
    # F18-45 (l. 11162): - 12 % in 2014; F18-46 (l. 11212): - 16 %, both against 2009
    "energie_kwh": Volume(
        total=_from_reference(171.4e6, 95.6, 93.1, 88.9, 87.2, 86.1, 84.7),
        spread=0.2,
        reference_year=_REFERENCE,
    ),
    "ges_teq_co2": Volume(
        total=_from_reference(46_800, 93.8, 90.2, 84.6, 82.3, 80.9, 79.0),
        spread=0.25,
        reference_year=_REFERENCE,
    ),
    # F20-47 (l. 11264, 11324): 0,71 % and 0,68 % in the caisses, 0,70 % and 0,67 % in the whole branch
    "demi_journees_calendrier": Volume(
        total=path(13.72e6, 13.66e6, 13.58e6, 13.49e6, 13.40e6, 13.31e6), spread=0.08, noise=0.01
    ),
    "demi_journees_absence_moins_4j": Share(
        of="demi_journees_calendrier",
        path=path(0.71, 0.72, 0.70, 0.73, 0.69, 0.68),
        spread=0.18,
        loading=-0.3,
        elsewhere=-0.2,
    ),
    "demi_journees_absence_4_a_8j": Share(
        of="demi_journees_calendrier",
        path=path(0.68, 0.70, 0.69, 0.71, 0.70, 0.68),
        spread=0.18,
        loading=-0.3,
        elsewhere=-0.2,
    ),
    # F20-48 (l. 11382): 30 % over the whole term
    "directeurs_nommes": NationalFigure(values=path(17, 19, 16, 22, 18, 21)),
    "directrices_nommees": NationalFigure(values=path(4, 5, 5, 7, 6, 7)),
    # F20-49 (l. 11428): everyone in 2016; F20-50 (l. 11477): 6,59 %, at least 6 %
    "plan_sst": Flag(adopted=path(9, 24, 51, 78, 95.5, 99)),
    "effectif_assujetti": Volume(total=path(32_450, 32_310, 32_140, 31_960, 31_780, 31_600), spread=0.08, noise=0.01),
    "beneficiaires_handicap_ponderes": Share(
        of="effectif_assujetti", path=path(6.69, 6.55, 6.46, 6.48, 6.56, 6.62), spread=0.22, elsewhere=-0.2
    ),
    # F21-53 (l. 11783): coefficient of variation of 8,61, 0,3 point less wanted; 481 and 976 are left out
    "allocataires": Volume(total=path(11.45e6, 11.55e6, 11.66e6, 11.80e6, 12.55e6, 12.66e6), spread=0.05, noise=0.005),
    "cout_gestion_administrative": EvenedRatio(
        of="allocataires",
        path=path(127.4, 128.1, 127.6, 126.5, 119.4, 118.2),
        variation=path(8.61, 8.66, 8.57, 8.49, 8.44, 8.36),
        apart={"481": 1.52, "976": 1.71},
    ),
    # F21-54 (l. 11835): 12 m² a workstation and 15 m² a person in 2011
    "surface_utile_nette": Volume(
        total=path(503_000, 501_000, 497_000, 490_000, 484_000, 478_000), spread=0.1, noise=0.01
    ),
    "postes_de_travail": Ratio(
        of="surface_utile_nette",
        path=path(12.06, 12.08, 12.03, 11.97, 11.88, 11.82),
        inverse=True,
        spread=0.09,
    ),
    "agents_presents": Ratio(
        of="surface_utile_nette", path=path(15.03, 15.01, 14.96, 14.88, 14.80, 14.71), inverse=True
    ),
    # F21-55 (l. 11890): 5 898 pieces for one full-time agent; F21-56 (l. 11964): 792,6 weighted beneficiaries
    "etp_gestion_administrative": Parts(
        models={
            "gestion=ga": Ratio(
                of="pieces_traitees_production",
                path=path(5898, 6090, 6310, 6650, 7040, 7010),
                inverse=True,
                spread=0.08,
            ),
            "gestion=oeuvres": Ratio(
                of="pieces_traitees_production",
                path=path(112_000, 115_000, 119_000, 124_000, 131_000, 130_000),
                inverse=True,
                spread=0.3,
            ),
        }
    ),
    "allocataires_ponderes": Ratio(
        of="allocataires", path=path(1.5938, 1.596, 1.599, 1.602, 1.578, 1.581), spread=0.03, drift=0.004
    ),
    # F21-57 (l. 12052): 105,90 € in 2011, national and regional costs added
    "cout_gestion_global": Ratio(
        of="allocataires_ponderes",
        path=path(93.1, 93.4, 92.8, 91.9, 88.6, 87.7),
        spread=0.08,
        split=Split(
            key="poste",
            weights={
                "moyens_humains": 0.735,
                "immeubles": 0.082,
                "mobiliers_materiels": 0.034,
                "communication": 0.006,
                "conseils_assemblees": 0.003,
                "moyens_externes": 0.095,
                "frais_divers": 0.045,
            },
        ),
    ),
    "cout_global_national": NationalFigure(values=path(191.2e6, 194.6e6, 196.1e6, 195.3e6, 197.8e6, 199.0e6)),
    "cout_poles_regionaux": NationalFigure(values=path(42.1e6, 43.0e6, 43.9e6, 44.2e6, 44.8e6, 45.1e6)),
    # F21-58 (l. 12136): everyone in each service at the end of 2017, those that gave the activity out being
    # left out
    "adhesion_service_national": Flag(
        adopted=path(31, 44, 61, 77, 91, 97), key="service", keys=_SERVICES, trait="services"
    ),
    "activite_externalisee": Flag(
        adopted=path(3, 3, 3, 3, 3, 3), key="service", keys=_SERVICES, trait="services", last=True
    ),
    # F21-59 (l. 12187)
    "achats": Volume(total=path(131e6, 129e6, 127e6, 126e6, 124e6, 123e6), spread=0.2),
    "achats_mutualises": Share(
        of="achats",
        path=path(24.5, 28.9, 33.7, 38.6, 42.9, 46.8),
        split=Split(key="niveau", weights={"regional": 0.28, "national": 0.37, "interbranches": 0.16, "ugap": 0.19}),
    ),
}
