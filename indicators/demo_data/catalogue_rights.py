"""Models of fiches 14 to 16: quality of the rights paid, debts, fraud and checks.

F14-35 breaks in 2015: anomalies remaining after 8 months until 2014, after 24 months from 2015 on (l. 10499).
"""

from collections.abc import Mapping

from indicators.demo_data.models import Model, Split, Volume
from indicators.demo_data.rates import Ratio, Share
from indicators.demo_data.series import constant, path

_START = (2014, 1)
_WORSE = -0.5
"""Loading of a share that is lower where a caisse does well."""


def _sample(name: str, files: float, count: float, money: float, feed: str) -> dict[str, Model]:
    """A monthly sample: files checked, those with an anomaly, the same in money; from 2014 (targets)."""
    better = path(1.06, 1.0, 0.93, 0.89, 0.84, start=2013)
    return {
        f"{name}_dossiers_controles": Volume(total=constant(files), begins=_START, spread=0.1, feed=feed),
        f"{name}_anomalies_nombre": Share(
            of=f"{name}_dossiers_controles",
            path={year: count * factor for year, factor in better.items()},
            loading=_WORSE,
            feed=feed,
        ),
        f"{name}_montant_controle": Ratio(
            of=f"{name}_dossiers_controles", path=constant(386.0), begins=_START, spread=0.05, feed=feed
        ),
        f"{name}_anomalies_montant": Share(
            of=f"{name}_montant_controle",
            path={year: money * factor for year, factor in better.items()},
            loading=_WORSE,
            jitter=0.2,
            feed=feed,
        ),
    }


_ORIGINS = Split(
    key="origine",
    weights={"metier": 0.27, "donnees_entrantes": 0.73},
    end={"metier": 0.21, "donnees_entrantes": 0.79},
)
_CHECKS = ("place", "piece", "guichet", "autre")


def _by_check(*weights: float) -> Split:
    return Split(key="type_controle", weights=dict(zip(_CHECKS, weights, strict=True)), spread=0.15)


MODELS: Mapping[str, Model] = {
    # F14-34 (l. 10445) and F14-37 (l. 10612): samples checked after six months, and at once
    **_sample("iql6", files=98_000, count=5.4, money=2.9, feed="iql6"),
    **_sample("iql0", files=148_000, count=7.8, money=3.6, feed="iql0"),
    # F14-35 (l. 10499): from 2013, with the break of 2015
    "irr_dossiers_controles": Volume(total=constant(62_000), begins=(2013, 1), spread=0.1, feed="irr"),
    "irr_anomalies_nombre": Share(
        of="irr_dossiers_controles",
        path=path(8.9, 8.6, 12.7, 12.2, 11.6, start=2013),
        steps=True,
        loading=_WORSE,
        split=_ORIGINS,
        feed="irr",
    ),
    "irr_montant_controle": Ratio(
        of="irr_dossiers_controles", path=constant(2310.0), begins=(2013, 1), spread=0.05, feed="irr"
    ),
    "irr_anomalies_montant": Share(
        of="irr_montant_controle",
        path=path(4.1, 3.9, 6.4, 6.3, 6.1, start=2013),
        steps=True,
        loading=_WORSE,
        jitter=0.2,
        split=_ORIGINS,
        feed="irr",
    ),
    # F14-36 (l. 10556): 98,55 % in December 2012
    "personnes_actives": Volume(
        total=path(30.9e6, 31.2e6, 31.5e6, 31.9e6, 32.4e6, 32.6e6), spread=0.06, noise=0.004, stock=True
    ),
    "personnes_nir_certifie": Share(
        of="personnes_actives",
        path=path(98.55, 98.79, 99.02, 99.21, 99.34, 99.42),
        stock=True,
        jitter=0.01,
        overseas=-0.5,
    ),
    # F15-39 (l. 10716): spread of 14 points, 9 above the mean and 5 under it
    "indus_fnpf": Volume(total=path(1.42e9, 1.47e9, 1.53e9, 1.58e9, 1.66e9, 1.71e9), spread=0.15),
    "remises_dette_fnpf": Share(
        of="indus_fnpf",
        path=path(7.0, 6.9, 6.8, 6.7, 6.7, 6.6),
        quartiles=(2.0, 5.8, 6.7, 8.0, 16.0),
        deviation=3.0,
        narrowing=path(1.0, 0.96, 0.90, 0.85, 0.80, 0.76),
    ),
    # F15-40 (l. 10762): 91 % recovered before any dispute, 93 % wanted
    "indus_recouvres": Volume(
        total=path(1.86e9, 1.93e9, 2.01e9, 2.08e9, 2.17e9, 2.24e9),
        spread=0.15,
        split=Split(
            key="phase",
            weights={"amiable": 0.912, "contentieux": 0.057, "indifferenciable": 0.031},
            end={"amiable": 0.930, "contentieux": 0.048, "indifferenciable": 0.022},
            spread=0.15,
        ),
    ),
    # F16-41 (l. 10815): targets of 113, 120, 127 and 134 M€; F16-42 (l. 10873)
    "dossiers_fraude": Volume(
        total=path(17_800, 18_900, 19_700, 20_900, 21_800, 22_700),
        spread=0.3,
        noise=0.08,
        split=Split(key="recidive", weights={"avec": 0.045, "sans": 0.955}, end={"avec": 0.06, "sans": 0.94}),
    ),
    "indus_frauduleux_nombre": Ratio(of="dossiers_fraude", path=constant(1.62), spread=0.1),
    "indus_frauduleux_montant": Ratio(of="dossiers_fraude", path=path(6010, 6090, 6040, 6190, 6110, 6180), spread=0.12),
    # F16-43 (l. 10921 to 11047): yield of checks, warnings, penalties
    "controles_clos": Volume(
        total=path(33.1e6, 33.9e6, 34.6e6, 35.2e6, 35.5e6, 35.4e6),
        spread=0.15,
        split=_by_check(0.005, 0.085, 0.010, 0.900),
    ),
    "controles_indus": Ratio(
        of="controles_clos",
        path=path(20.6, 21.1, 21.7, 22.0, 22.4, 22.7),
        spread=0.22,
        split=_by_check(0.29, 0.30, 0.03, 0.38),
    ),
    "controles_rappels": Ratio(
        of="controles_clos",
        path=path(9.3, 9.2, 9.3, 9.4, 9.1, 8.9),
        spread=0.18,
        split=_by_check(0.15, 0.35, 0.05, 0.45),
    ),
    "avertissements": Share(of="dossiers_fraude", path=path(24, 26, 28, 29, 30, 31), spread=0.5),
    "penalites_nombre": Share(of="dossiers_fraude", path=path(17, 19, 22, 24, 26, 27), spread=0.45),
    "penalites_montant": Ratio(of="penalites_nombre", path=path(548, 561, 583, 602, 618, 631), spread=0.25),
}
