"""Random files through the commands give, row by row, what the independent calculation gives; order changes nothing."""

import csv
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from tests.independent import compare
from tests.independent.facts import Facts, in_force
from tests.independent.generator import Case, Generator
from tests.independent.reference import Reference, read_folder
from tests.independent.results import calculate

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "cog-2013-2017"
PERIODS = ["2014", "2014-S1", "2014-S2", "2014-T1", "2014-02", "2014-12", "2015-T1", "2015-02"]
SEEDS = [int(seed) for seed in os.environ.get("INDEPENDENT_SEEDS", "20131").split(",")]  # more of them on request
COLUMNS = ["mesure", "caisse", "periode", "ventilation", "valeur"]


@pytest.fixture(scope="module")
def reference() -> Reference:
    return read_folder(FOLDER)


def _write(case: Case, folder: Path) -> list[Path]:
    files = []
    for number, rows in enumerate(case.files, start=1):
        file = folder / f"lot-{number}.csv"
        with file.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, COLUMNS)
            writer.writeheader()
            writer.writerows(rows)
        files.append(file)
    return files


@contextmanager
def _package(files: list[Path], folder: Path, compute_after: int = 0) -> Iterator[Path]:
    """The open data package after these files, in a database that forgets it afterwards."""
    with transaction.atomic():
        for number, file in enumerate(files, start=1):
            call_command("import_observations", str(file), "--accept", "--report", str(folder.with_suffix(".json")))
            if number in (compute_after, len(files)):
                call_command("compute", "2014", verbosity=0)
                call_command("compute", "2015-T1", verbosity=0)
        call_command("opendata", str(folder), verbosity=0)
        yield folder
        transaction.set_rollback(True)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_row_is_that_of_another_calculation(
    convention: Any, reference: Reference, tmp_path: Path, seed: int
) -> None:
    case = Generator(reference, seed, caisses=10).case()
    main, secondary, spreads = calculate(reference, Facts(reference, in_force(case.files)), PERIODS)
    with _package(_write(case, tmp_path), tmp_path / "paquet") as package:
        theirs = compare.read(package / "results.csv", PERIODS)
        others = compare.read(package / "secondary_results.csv", PERIODS)
        codes = {key[0] for key in theirs}
        found = [
            compare.results(main, theirs, codes),
            compare.results(secondary, others, {key[0] for key in others}),
            compare.spreads(spreads, package / "dispersions.csv", PERIODS, codes),
        ]
    differences = "\n".join(filter(None, (one.text() for one in found)))
    assert not differences, differences
    assert found[0].compared > 15_000


def test_neither_order_nor_increments_change_a_byte(convention: Any, reference: Reference, tmp_path: Path) -> None:
    case = Generator(reference, 7, caisses=6).case()
    files = _write(case, tmp_path)
    shuffled = files[: case.apart]
    random.Random(3).shuffle(shuffled)
    assert shuffled != files[: case.apart]
    contents = []
    for number, (order, after) in enumerate(((files, 0), ([*shuffled, *files[case.apart :]], 3))):
        with _package(order, tmp_path / str(number), compute_after=after) as package:
            contents.append({file.name: file.read_bytes() for file in package.iterdir()})
    for name in ("results.csv", "secondary_results.csv", "dispersions.csv"):
        assert contents[0][name] == contents[1][name], name
