"""Random observations nobody has seen, from a seed: every method, with what really goes wrong in files people send.

Missing bodies and values, NS, ND, zero denominators, breakdowns with and without totals, coarser values over finer
ones, other bodies of the branch, figures of the whole only, former years as bases, numbers as a French spreadsheet
writes them; then files that correct the first ones. Nothing generated is an error for the checks of an import: a part
never exceeds its whole, a sum of breakdowns agrees with its total.
"""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.independent.facts import Key
from tests.independent.reference import Reference, parts

WHOLES: dict[str, tuple[str, ...]] = {
    "eaje_enfants_inscrits": ("eaje_enfants_tarif_max_1_euro",),
    "eaje_places_creees": ("eaje_places_creees_sous_couvertes",),
    "eaje_places_supprimees": ("eaje_places_supprimees_sous_couvertes",),
    **{
        whole: tuple(f"{whole}_{where}" for where in ("sous_couvertes", "sur_couvertes", "communes_ciblees"))
        for whole in ("places_accueil", "enfants_moins_3_ans")
    },
    "familles_enfant_moins_18": ("reaap_beneficiaires",),
    "affaires_jaf_nouvelles": ("mediations_terminees",),
    "communes_10000": ("communes_10000_couvertes",),
    "pieces_traitees": ("pieces_traitees_15j",),
    "pieces_minima_traitees": ("pieces_minima_traitees_10j",),
    "appels_aboutis_agents": ("appels_traites_agents",),
    "visites": ("visites_attente_20min",),
    "demarches": ("demarches_dematerialisees",),
    "rdv_realises": ("rdv_realises_7j",),
    "reclamations_traitees": ("reclamations_traitees_15j",),
    "courriels_traites": ("courriels_traites_48h",),
    "allocataires_interroges": ("allocataires_satisfaits",),
    "iql6_dossiers_controles": ("iql6_anomalies_nombre",),
    "iql6_montant_controle": ("iql6_anomalies_montant",),
    "irr_dossiers_controles": ("irr_anomalies_nombre",),
    "irr_montant_controle": ("irr_anomalies_montant",),
    "iql0_dossiers_controles": ("iql0_anomalies_nombre",),
    "iql0_montant_controle": ("iql0_anomalies_montant",),
    "personnes_actives": ("personnes_nir_certifie",),
    "indus_fnpf": ("remises_dette_fnpf",),
    "dossiers_fraude": ("avertissements",),
    "marches": ("marches_avec_clause",),
    "demi_journees_calendrier": ("demi_journees_absence_moins_4j", "demi_journees_absence_4_a_8j"),
    "directeurs_nommes": ("directrices_nommees",),
    "effectif_assujetti": ("beneficiaires_handicap_ponderes",),
    "pieces_solde": ("pieces_solde_15j",),
    "achats": ("achats_mutualises",),
    "adhesion_service_national": ("activite_externalisee",),  # flags that are reported together
}  # fmt: skip
TOGETHER = (
    ("ram", "assistants_maternels_actifs"),
    ("semaines_annee", "heures_ouverture_telephone", "heures_ouverture_accueil"),
    ("laep_finances", "enfants_0_5_ans"), ("penalites_nombre", "penalites_montant"),
    ("controles_clos", "controles_indus", "controles_rappels"), ("allocataires", "cout_gestion_administrative"),
    ("postes_de_travail", "surface_utile_nette", "agents_presents"),
    ("indus_frauduleux_nombre", "indus_frauduleux_montant"),
)  # fmt: skip
SURVEY = ("allocataires_interroges", "allocataires_satisfaits")
OVERLAPPING = ("marches_avec_clause",)  # a market may bear both clauses
BASES = {"energie_kwh": "2009", "ges_teq_co2": "2009"}
YEARS = ("2012", "2013", "2014")
MAGNITUDE = {"count": 4000, "amount": 900_000, "average": 500}
AT_NATIONAL = {"iql6", "irr", "iql0"}


@dataclass
class Case:
    """Files in the order they are accepted: the first `apart` do not correct one another, the others correct them."""

    files: list[list[dict[str, str]]] = field(default_factory=list)
    apart: int = 0

    @property
    def rows(self) -> int:
        return sum(map(len, self.files))


Bundle = dict[Key, str]  # what must agree together: it goes into one file


class Generator:
    """Draws the bundles of every family of measures."""

    def __init__(self, reference: Reference, seed: int, caisses: int = 24, national_breakdowns: bool = False) -> None:
        self.reference, self.random = reference, random.Random(seed)
        fixed = ["481", "976", "641", "971"]
        others = [one for one in reference.caisses if one not in fixed]
        self.caisses = sorted(fixed + self.random.sample(others, caisses - len(fixed)))
        self.national_breakdowns = national_breakdowns

    def case(self, files: int = 4, corrections: int = 2) -> Case:
        """Several files with nothing in common, then files that correct a twentieth of what they gave."""
        bundles = [bundle for bundle in self._bundles() if bundle[1]]
        case = Case([[] for _ in range(files)], files)
        for _, bundle in bundles:
            self.random.choice(case.files).extend(self._written(bundle))
        for _ in range(corrections):
            rows: list[dict[str, str]] = []
            for place in sorted(self.random.sample(range(len(bundles)), max(1, len(bundles) // 20))):
                draw, before = bundles[place]
                after = draw()
                rows += self._written({**dict.fromkeys(before, "ND"), **after})
                bundles[place] = (draw, after)
            case.files.append(rows)
        for rows in case.files:
            self.random.shuffle(rows)
        return case

    # - families
    def _families(self) -> Iterator[tuple[str, ...]]:
        placed: set[str] = set()
        for family in (*((whole, *some) for whole, some in WHOLES.items()), *TOGETHER):
            placed.update(family)
            yield family
        for code in self.reference.measures:
            if code not in placed:
                yield (code,)

    def _bundles(self) -> Iterator[tuple]:
        for family in self._families():
            measure = self.reference.measures[family[0]]
            finest = max((self.reference.measures[one].finest for one in family), key="DMTSA".index)
            level = measure.level
            bodies = {"caisse": self.caisses, "organisation": [*self.caisses, *self.reference.others]}.get(
                level, ["NATIONAL"]
            )
            silent = set(self.random.sample(bodies, len(bodies) // 12))
            for body in bodies:
                if body in silent:
                    continue
                for period in self._periods(finest, family):
                    draw = self._drawer(family, body, period)
                    yield draw, draw()

    def _drawer(self, family: tuple[str, ...], body: str, period: str):
        return lambda: self._bundle(family, body, period)

    def _periods(self, finest: str, family: tuple[str, ...]) -> list[str]:
        """The periods a body reports: the finest, now and then longer ones beside or instead."""
        found = list(YEARS) if finest == "A" else []
        if family[0] in BASES:
            found.append(BASES[family[0]])
        if family == ("action_sociale_prevision",):
            return [f"2014-{month:02d}" for month in range(1, 13)]
        chance = self.random.random()
        if finest == "S":
            found += ["2013-S1", "2013-S2", "2014-S1", "2014-S2"]
            if chance < 0.1:
                found.append("2014")
        elif finest in "DM":
            found += [f"2014-{month:02d}" for month in range(1, 13)] + ["2013-10", "2013-12"]
            if chance < 0.1:
                found.append("2014-T1")
            elif chance < 0.15:
                found = [one for one in found if one not in parts("2014-T1")] + ["2014-T1"]
            elif chance < 0.2:
                found += ["2014-S1", "2014"]
            if family[0] == "rdv_realises":
                found += [f"2015-{month:02d}" for month in range(1, 4)]
            if finest == "D" and chance > 0.5:
                found = [one for one in found if one != "2014-03"] + parts("2014-03")
        return found

    # - numbers
    def _bundle(self, family: tuple[str, ...], body: str, period: str) -> Bundle:
        if self.random.random() < 0.04:
            return {}
        found: Bundle = {}
        zero = self.random.random() < 0.05
        whole = self._cells(family[0], period, 0 if zero else None, family)
        self._say(found, family[0], body, period, whole)
        for part in family[1:]:
            if family[0] in WHOLES:
                cells = self._share(part, whole, family[0])
            else:
                cells = self._cells(part, period, 0 if zero else None, family)
            self._say(found, part, body, period, cells)
        if self.random.random() < 0.03:  # one of them not available, not reported, or without object
            code = self.random.choice(family)
            said = self.random.choice(("NS", "ND", ""))
            found = {key: said if key[0] == code else value for key, value in found.items()}
        elif self.random.random() < 0.015:
            found = dict.fromkeys(found, "NS")
        return found

    def _cells(self, code: str, period: str, value: int | None, family: tuple[str, ...]) -> dict[str, int]:
        """The cells of a measure in hundredths: its total under "", and its breakdowns where it has some."""
        measure = self.reference.measures[code]
        if measure.kind == "flag":
            listed = [f"{d}={v}" for d, values in measure.dimensions.items() for v in values or ()]
            return {one: 100 * self.random.randint(0, 1) for one in (listed or [""])}
        if code == "semaines_annee":
            return {"": 5200}
        grain = 1 if measure.kind == "amount" else 100
        top = MAGNITUDE[measure.kind] * 100 // grain
        total = value if value is not None else grain * self.random.randint(1, top)
        cells = {"": total}
        for dimension, values in self._dimensions(code, period, family).items():
            shares = self._split(total // grain, len(values))
            cells |= {f"{dimension}={v}": grain * share for v, share in zip(values, shares, strict=True)}
        return cells

    def _dimensions(self, code: str, period: str, family: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
        if code == "eaje_places_creees" and len(period) > 4:
            return {}
        return {d: v for d, v in self.reference.measures[code].dimensions.items() if v and d != "voie"}

    def _share(self, code: str, whole: dict[str, int], of: str) -> dict[str, int]:
        """A part of the whole: never above it, in any cell they share; its other dimensions split what it has."""
        measure = self.reference.measures[code]
        if measure.kind == "flag":
            return {one: 100 * (self.random.random() < 0.2) for one in whole}
        grain = 1 if measure.kind == "amount" else 100
        rate = self.random.uniform(0.05, 1)
        cells: dict[str, int] = {}
        for dimension, values in measure.dimensions.items():
            if values is None or dimension == "voie":
                continue
            if f"{dimension}={values[0]}" in whole:
                cells |= {
                    f"{dimension}={v}": grain
                    * int(rate * self.random.uniform(0.8, 1) * whole[f"{dimension}={v}"] / grain)
                    for v in values
                }
                if code not in SURVEY:
                    cells[""] = sum(cells[f"{dimension}={v}"] for v in values)
        cells.setdefault("", grain * int(rate * whole[""] / grain))
        for dimension, values in measure.dimensions.items():
            if values and dimension != "voie" and f"{dimension}={values[0]}" not in cells:
                if code in OVERLAPPING:
                    shares = [self.random.randint(0, cells[""] // grain) for _ in values]
                else:
                    shares = self._split(cells[""] // grain, len(values))
                cells |= {f"{dimension}={v}": grain * share for v, share in zip(values, shares, strict=True)}
        if code == "demarches_dematerialisees" and self.random.random() < 0.6:
            one, two = self._split(cells["teleprocedure=aide_logement"] // grain, 2)
            cells["teleprocedure=aide_logement;voie=ideal"] = grain * one
            cells["teleprocedure=aide_logement;voie=teleprocedure"] = grain * two
        return cells

    def _split(self, total: int, ways: int) -> list[int]:
        cuts = sorted(self.random.randint(0, total) for _ in range(ways - 1))
        return [high - low for low, high in zip([0, *cuts], [*cuts, total], strict=True)]

    def _say(self, found: Bundle, code: str, body: str, period: str, cells: dict[str, int]) -> None:
        """Put the cells into the bundle: total and breakdowns, total alone, breakdowns alone, or part of them."""
        optional = code in ("achats_mutualises", "marches_avec_clause")
        chance = self.random.random()
        dimensions = sorted({key.split("=")[0] for key in cells if key and ";" not in key})
        if "" not in cells or not dimensions:
            kept = list(cells)
        elif chance < 0.25:
            kept = [""]
        elif chance < 0.55 and code not in SURVEY and not optional:
            dimension = self.random.choice(dimensions)
            kept = [key for key in cells if key.startswith(f"{dimension}=")]
        else:
            kept = list(cells)
        if len(kept) > 2 and self.random.random() < 0.05 and "" in kept:
            kept.remove(self.random.choice([key for key in kept if key]))
        for key in kept:
            found[code, body, period, key] = self._number(cells[key])

    def _number(self, hundredths: int) -> str:
        units, rest = divmod(hundredths, 100)
        return f"{units}.{rest:02d}" if rest else str(units)

    # - text
    def _written(self, bundle: Bundle) -> list[dict[str, str]]:
        """Rows as people write them: commas, thousands, pairs in any order."""
        rows = []
        for (measure, body, period, breakdown), said in bundle.items():
            value = said
            chance = self.random.random()
            if said[:1].isdigit():
                if chance < 0.3:
                    value = said.replace(".", ",")
                if 0.2 < chance < 0.4 and len(said.split(".")[0]) > 3:
                    whole, *rest = value.replace(",", ".").split(".")
                    space = self.random.choice((" ", "\u00a0", "\u202f"))
                    value = ",".join([f"{int(whole):,}".replace(",", space), *rest])
            pairs = breakdown.split(";")
            if chance > 0.5:
                pairs.reverse()
            rows.append(
                {"mesure": measure, "caisse": body, "periode": period, "ventilation": ";".join(pairs), "valeur": value}
            )
        return rows


def national_prestations(generator: Generator) -> Iterator[dict[str, str]]:
    """NATIONAL rows by `prestation`, for the sheets that have that breakdown for the whole only."""
    draw = generator.random
    for name in sorted(AT_NATIONAL):
        for period in ("2014-01", "2014-02", "2014-03"):
            for prestation in ("al", "af"):
                total = draw.randint(100, 900)
                values = {"dossiers_controles": total, "anomalies_nombre": draw.randint(0, total)}
                for suffix, value in values.items():
                    yield {
                        "mesure": f"{name}_{suffix}", "caisse": "NATIONAL", "periode": period,
                        "ventilation": f"prestation={prestation}", "valeur": str(value),
                    }  # fmt: skip


def by_body(rows: list[dict[str, str]]) -> dict[str, list[dict[str, str]]]:
    """Rows by body, to cut a file into one per caisse."""
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        found[row["caisse"]].append(row)
    return found
