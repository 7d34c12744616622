"""Importing the 102 workbooks of a quarter, beside openpyxl merely reading the same cells, in one run.

    make bench                                              on a private PostgreSQL
    scripts/services.py run -- python benchmarks/bench_import.py [--scale 1]

Each workbook is the long form of one caisse: every value of its months of 2014-T1, those without breakdown changed so
that the file corrects. Importing is what the workers do, two at a time: guarded reading,
all checks with history, acceptance.
"""

import argparse
import io
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

import bench_compute
import dataset
from measuring import Bars, machine, step, tell

SCRIPT = str(Path(__file__).resolve())
HEADER = ["mesure", "caisse", "periode", "ventilation", "valeur"]


def _prepare(folder: Path) -> dict[str, Any]:
    """Write the workbooks."""
    from django.db.models import Q

    from cog.xlsx import write_workbook
    from indicators.models import Observation

    months = Q(period__startswith="2014-01") | Q(period__startswith="2014-02") | Q(period__startswith="2014-03")
    rows = Observation.objects.filter(months, closed_by=None, organisation__kind="caisse").values_list(
        "measure__code", "organisation__code", "period", "breakdown", "value", "measure__breakdowns"
    )
    files: dict[str, list[list[Any]]] = {}
    for measure, body, period, breakdown, value, dimensions in rows.order_by("organisation__code", "pk"):
        changed = value if dimensions else value + 3
        files.setdefault(body, []).append([measure, body, period, breakdown, changed])
    for body, lines in files.items():
        (folder / f"{body}.xlsx").write_bytes(write_workbook([("Observations", HEADER, lines)]))
    return {"files": len(files), "cells": sum(5 * len(lines) for lines in files.values())}


def _openpyxl(folder: Path) -> dict[str, Any]:
    """Read every cell, and do nothing with it."""
    from openpyxl import load_workbook

    count = 0
    for file in sorted(folder.glob("*.xlsx")):
        book = load_workbook(io.BytesIO(file.read_bytes()), read_only=True, data_only=True)
        for sheet in book:
            for row in sheet.iter_rows(values_only=True):
                count += len(row)
        book.close()
    return {"cells": count}


def _import(folder: Path, *, accept: bool = True, only: str = "*") -> dict[str, Any]:
    from django.utils import timezone

    from cog.models import Convention
    from cog.operations import command_account
    from cog.parallel import shared
    from indicators.operations import accept_batch, receive_batch

    by, at, convention = command_account(), timezone.now(), Convention.objects.get()

    def imported(file: Path) -> int:
        received = receive_batch(
            convention=convention, file_name=file.name, data=file.read_bytes(), by=by, at=at, keep=accept
        )
        if not accept:
            return 0
        return accept_batch(batch=received.batch, by=by, at=at, reason="mesure", examined=received.examined).corrected

    return {"corrected": shared(sorted(folder.glob(f"{only}.xlsx")), imported)}


def run(scale: float) -> Bars:
    """Measure and print."""
    loaded = step(str(Path(bench_compute.__file__)), "load", "--scale", str(scale))
    print(f"jeu de mesure (x{scale:g}) : {loaded['observations']} observations ; {machine()}", flush=True)
    bars = Bars()
    with tempfile.TemporaryDirectory() as folder:
        made = step(SCRIPT, "prepare", "--folder", folder)
        print(f"  {made['files']} classeurs, {made['cells']} cellules", flush=True)
        one = step(SCRIPT, "one", "--folder", folder)
        plain = step(SCRIPT, "openpyxl", "--folder", folder)
        ours = step(SCRIPT, "import", "--folder", folder)
    for name, told in (("openpyxl", plain), ("import", ours), ("un classeur contrôlé", one)):
        print(
            f"  {name} : {told['seconds']:.2f} s ({told['cpu']:.2f} de calcul), {told['megabytes']:.0f} Mo", flush=True
        )
    print(f"  {ours['corrected']} valeurs corrigées", flush=True)
    bars.check("import, contre la simple lecture d'openpyxl", ours["seconds"] / plain["seconds"], 2.5, "fois")
    bars.check("mémoire de l'import", ours["megabytes"], 300, "Mo")
    bars.check("un classeur contrôlé", one["seconds"], 2)
    return bars


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1)
    parser.add_argument("--step")
    parser.add_argument("--folder", type=Path, default=Path())
    options = parser.parse_args()
    if options.step is None:
        sys.exit(run(options.scale).end())
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    dataset.set_up()
    steps = {
        "prepare": lambda: _prepare(options.folder),
        "openpyxl": lambda: _openpyxl(options.folder),
        "one": lambda: _import(options.folder, accept=False, only="751"),
        "import": lambda: _import(options.folder),
    }
    tell(steps[options.step])
