"""The indicators' part of the demonstration: simulated observations, through the same operations as real ones."""

import csv
import io
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime

from cog.models import Convention, Organisation, User
from indicators.demo_data import DemoBody, DemoMeasure, generate
from indicators.enums import BatchState
from indicators.models import ImportBatch, Measure
from indicators.operations import accept_batch, compute_results, receive_batch

SEED = 2013
REASON = "données simulées de la démonstration"
HEADER = ["mesure", "caisse", "periode", "ventilation", "valeur"]
Progress = Callable[[int, int, str], None]


def load_observations(*, convention: Convention, by: User, at: datetime, progress: Progress) -> bool:
    """Import the simulated observations, one file a year, from the year before the term; False when already there."""
    years = range(convention.start.year - 1, convention.end.year + 1)
    last = ImportBatch.objects.filter(
        convention=convention, state=BatchState.ACCEPTED, file_name=f"demonstration-{convention.end.year}.csv"
    )
    if last.exists():  # the files are accepted in order of years
        return False
    files = _files(convention, years)
    for done, (year, data) in enumerate(sorted(files.items())):
        progress(done, len(files), f"données simulées de {year}")
        received = receive_batch(
            convention=convention,
            file_name=f"demonstration-{year}.csv",
            data=data,
            by=by,
            at=at,
            simulated=True,
        )
        if not received.already_accepted:
            accept_batch(batch=received.batch, by=by, at=at, reason=REASON)
    progress(len(files), len(files), "données simulées importées")
    return True


def _files(convention: Convention, years: range) -> dict[str, bytes]:
    """year -> its file, in the long form anyone can send."""
    measures = [
        DemoMeasure(row.code, row.value_kind, row.level, row.finest_period, row.breakdowns)
        for row in Measure.objects.filter(convention=convention).order_by("position")
    ]
    bodies = [
        DemoBody(row.code, row.kind, row.is_dom)
        for row in Organisation.objects.filter(convention=convention).order_by("code")
    ]
    buffers: dict[str, io.StringIO] = defaultdict(io.StringIO)
    for row in generate(measures=measures, bodies=bodies, years=years, seed=SEED):
        year = row[2][:4]
        if year not in buffers:
            csv.writer(buffers[year], lineterminator="\n").writerow(HEADER)
        csv.writer(buffers[year], lineterminator="\n").writerow(row)
    return {year: buffer.getvalue().encode() for year, buffer in buffers.items()}


def compute_everything(*, convention: Convention, by: User, at: datetime, progress: Progress) -> int:
    """Compute the whole term; returns how many results were written."""
    return compute_results(convention=convention, periods=None, by=by, at=at, progress=progress).results
