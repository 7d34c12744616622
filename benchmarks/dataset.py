"""Observations of real size, straight into the database: every caisse, measure, breakdown and period of six years.

`load(scale)` fills an empty database: the convention, then about a million rows at scale 1 (102 caisses, 2012 to
2017, days for what is daily), a tenth of the caisses at 0.1, ten times as many at 10 (caisses of fancy are added).
Seeded; one value in fifty is missing together with its partners, no coarser value stands over finer ones: so that one
script by hand may compute the same results. All of it is marked simulated.
"""

import io
import os
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.independent.generator import OVERLAPPING, TOGETHER, WHOLES  # noqa: E402 - once the path is set
from tests.independent.reference import Measure, Reference, read_folder  # noqa: E402 - once the path is set

FOLDER = ROOT / "fixtures" / "cog-2013-2017"
YEARS = range(2012, 2018)
OPEN = {"prestation": ("al", "af", "paje", "rsa")}
MONTHLY = "eaje_places_creees"  # monthly, its part under-covered is yearly: drawn apart
SMALLER = {"eaje_places_supprimees": 0.1, "eaje_places_creees_sous_couvertes": 0.6}
SEED = 20132017
COLUMNS = (
    "measure_id", "organisation_id", "period", "breakdown", "value", "statement", "revision", "batch_id", "source_row",
    "source_sheet", "source_cell",
)  # fmt: skip


def periods_of(measure: Measure) -> list[str]:
    """The finest periods of a measure over six years, with the year an index looks back to."""
    if measure.finest == "A":
        return [*(("2009",) if measure.code in ("energie_kwh", "ges_teq_co2") else ()), *map(str, YEARS)]
    if measure.finest == "S":
        return [f"{year}-S{half}" for year in YEARS for half in (1, 2)]
    if measure.finest == "D":
        first = date(YEARS[0], 1, 1)
        return [(first + timedelta(days=n)).isoformat() for n in range((date(YEARS[-1] + 1, 1, 1) - first).days)]
    return [f"{year}-{month:02d}" for year in YEARS for month in range(1, 13)]


def families(reference: Reference) -> Iterator[tuple[str, ...]]:
    """Measures that are reported together; the first is the whole of which the others may be parts."""
    placed: set[str] = set()
    for family in (*((whole, *some) for whole, some in WHOLES.items() if whole != MONTHLY), *TOGETHER):
        placed.update(family)
        yield family
    yield from ((code,) for code in reference.measures if code not in placed)


Cells = dict[str, np.ndarray]  # breakdown -> values of (body, period), in hundredths


class Drawer:
    """Draws the values of a family for all bodies and periods at once."""

    def __init__(self, reference: Reference, seed: int) -> None:
        self.reference, self.random = reference, np.random.default_rng(seed)

    def cells(self, code: str, shape: tuple[int, int]) -> Cells:
        """A measure of its own: its total and every breakdown, which add up to it."""
        measure = self.reference.measures[code]
        if measure.kind == "flag":
            names = [f"{d}={v}" for d, values in measure.dimensions.items() for v in values or ()] or [""]
            return {name: 100 * self.random.integers(0, 2, shape) for name in names}
        if code == "semaines_annee":
            return {"": np.full(shape, 5200)}
        top = (900_000 if measure.kind == "amount" else 5000) * SMALLER.get(code, 1)
        size = self.random.lognormal(0, 0.7, (shape[0], 1))  # large and small bodies
        total = np.maximum(1, (size * self.random.uniform(0.6, 1.4, shape) * top / 4)).astype(np.int64) * 100
        return {"": total} | self._broken(code, total)

    def part(self, code: str, whole: Cells, of: str) -> Cells:
        """A part of a whole: below it in every cell they share."""
        measure = self.reference.measures[code]
        shape = next(iter(whole.values())).shape
        if measure.kind == "flag":
            return {name: 100 * (self.random.random(shape) < 0.1) for name in whole}
        rate = self.random.uniform(0.4, 0.98, (shape[0], 1)) * self.random.uniform(0.9, 1, shape)
        mine = {f"{d}={v}" for d, values in self._dimensions(measure).items() for v in values}
        shared = {name: cell for name, cell in whole.items() if name in mine}
        dimension = next(iter(shared), "").partition("=")[0]
        parts = {n: (c * rate).astype(np.int64) // 100 * 100 for n, c in shared.items()}
        total = sum(v for n, v in parts.items() if n.startswith(f"{dimension}=")) if parts else None
        if total is None:
            total = (whole[""] * rate).astype(np.int64) // 100 * 100
        return {"": total} | self._broken(code, total) | parts

    def _dimensions(self, measure: Measure) -> dict[str, tuple[str, ...]]:
        return {d: values or OPEN[d] for d, values in measure.dimensions.items() if d != "voie"}

    def _broken(self, code: str, total: np.ndarray) -> Cells:
        found: Cells = {}
        for dimension, values in self._dimensions(self.reference.measures[code]).items():
            left = total.copy()
            for value in values[:-1]:
                share = (left * self.random.uniform(0, 0.5, total.shape)).astype(np.int64) // 100 * 100
                found[f"{dimension}={value}"] = share
                if code not in OVERLAPPING:
                    left = left - share
            found[f"{dimension}={values[-1]}"] = left
        return found


def rows(reference: Reference, bodies: dict[str, list[Any]], seed: int = SEED) -> Iterator[tuple[Any, ...]]:
    """(measure, body, period, breakdown, value) of every observation; `bodies`: those of each level."""
    drawer = Drawer(reference, seed)
    for family in families(reference):
        first = reference.measures[family[0]]
        periods, own = periods_of(first), bodies[first.level]
        shape = (len(own), len(periods))
        kept = drawer.random.random(shape) > (0.02 if first.level != "national" else 0)
        whole = drawer.cells(family[0], shape)
        for code in family:
            if code == family[0]:
                cells = whole
            elif family[0] in WHOLES:
                cells = drawer.part(code, whole, family[0])
            else:
                cells = drawer.cells(code, shape)
            for breakdown, values in sorted(cells.items()):
                if code == MONTHLY and breakdown:  # broken down by the year only
                    continue
                for body, line, held in zip(own, values.tolist(), kept.tolist(), strict=True):
                    for period, value, here in zip(periods, line, held, strict=True):
                        if here:
                            yield code, body, period, breakdown, str(value // 100)


def load(scale: float = 1, seed: int = SEED) -> int:
    """Fill the database of the settings; returns how many observations."""
    from django.core.management import call_command
    from django.utils import timezone

    from cog.models import Convention, Organisation
    from cog.operations import command_account, load_convention
    from indicators.models import ImportBatch
    from indicators.models import Measure as StoredMeasure

    call_command("migrate", verbosity=0)
    by, at = command_account(), timezone.now()
    load_convention(path=FOLDER, by=by, at=at)
    convention = Convention.objects.get()
    Convention.objects.update(holds_simulated=True)
    reference = read_folder(FOLDER)
    _more_caisses(convention, round(102 * scale) - 102)
    keys = dict(Organisation.objects.filter(convention=convention).values_list("code", "pk"))
    caisses = sorted(Organisation.objects.filter(convention=convention).caisses().values_list("code", flat=True))
    caisses = caisses[: max(2, round(102 * scale))]
    bodies = {
        "caisse": [keys[code] for code in caisses],
        "organisation": [keys[code] for code in (*caisses, *reference.others)],
        "national": [keys["NATIONAL"]],
    }
    batch = ImportBatch.objects.create(
        convention=convention, file_name="mesure.csv", sha256=f"{seed:064d}", state="accepte", simulated=True,
        received_at=at, received_by=by, accepted_at=at, accepted_by=by,
    )  # fmt: skip
    measures = dict(StoredMeasure.objects.filter(convention=convention).values_list("code", "pk"))
    count = 0

    def lines() -> Iterator[tuple[Any, ...]]:
        nonlocal count
        for measure, body, period, breakdown, value in rows(reference, bodies, seed):
            count += 1
            yield measures[measure], body, period, breakdown, value, "", 1, batch.pk, count, "", ""

    _copy(lines())
    return count


def _more_caisses(convention: Any, number: int) -> None:
    from cog.models import Organisation

    model = Organisation.objects.filter(convention=convention).caisses().first()
    for place in range(max(0, number)):
        model.pk, model.code, model.name = None, f"X{place:04d}", f"Caisse de mesure {place}"
        model.save(force_insert=True)


def _copy(lines: Iterator[tuple[Any, ...]]) -> None:
    """COPY on PostgreSQL, one insertion of many elsewhere; then the statistics a database gathers in time."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        table = "indicators_observation"
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({', '.join(COLUMNS)}) FROM STDIN") as copy:
                buffer = io.StringIO()
                for line in lines:
                    buffer.write("\t".join(map(str, line)) + "\n")
                    if buffer.tell() > 1_000_000:
                        copy.write(buffer.getvalue())
                        buffer = io.StringIO()
                copy.write(buffer.getvalue())
        else:
            marks = ", ".join(["%s"] * len(COLUMNS))
            cursor.executemany(f"INSERT INTO {table} ({', '.join(COLUMNS)}) VALUES ({marks})", list(lines))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def set_up() -> None:
    """Django, on the database of DATABASE_URL."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cog.settings")
    os.environ.setdefault("SUIVI_MODE", "demonstration")
    import django

    django.setup()


if __name__ == "__main__":
    set_up()
    print(load(float(sys.argv[1]) if len(sys.argv) > 1 else 1), "observations")
