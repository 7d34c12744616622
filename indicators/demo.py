"""The indicators' part of the demonstration: simulated observations, through the same operations as real ones."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, time
from decimal import Decimal

from cog import jobs
from cog.figures import Operator
from cog.models import Convention, Organisation, User
from indicators.demo_data import Delivery, DemoBody, DemoMeasure, deliveries, groups
from indicators.enums import BatchState
from indicators.intake.groups import GroupRow
from indicators.models import ImportBatch, Measure, Observation
from indicators.operations import (
    TargetEntry,
    accept_batch,
    compute_results,
    receive_batch,
    recompute_stale,
    save_groups,
    save_local_targets,
    send_batch,
)

SEED = 2013
REASON = "données simulées de la démonstration"
SOURCE = "simulé pour la démonstration"
LOCAL_TARGETS = (("F10-21", Decimal(85), Decimal("0.5")), ("F10-23", Decimal(90), Decimal(1)))
"""Sheet, threshold, step between caisses."""
HEADER = ["mesure", "caisse", "periode", "ventilation", "valeur"]
Progress = Callable[[int, int, str], None]


def load_observations(*, convention: Convention, by: User, at: datetime, progress: Progress) -> bool:
    """Import the simulated observations, file after file, each accepted on its simulated day; False when all are there.

    Also the comparable groups, the Cpog targets, a file that waits with warnings and a refused one.
    """
    measures, bodies = _measures(convention), _bodies(convention)
    years = range(convention.start.year - 1, convention.end.year + 1)
    files = deliveries(measures=measures, bodies=bodies, years=years, seed=SEED)
    accepted = ImportBatch.objects.filter(convention=convention, state=BatchState.ACCEPTED)
    if accepted.filter(file_name=files[-1].file_name).exists():  # the files are accepted in this order
        return False
    done = set(accepted.values_list("file_name", flat=True))
    for number, file in enumerate(files):
        progress(number, len(files), f"données simulées : {file.file_name}")
        if file.file_name not in done:
            _accept(convention, file, by)
    _place_in_groups(convention, files, bodies, years, by, at)
    _set_local_targets(convention, by, at)
    _leave_files_waiting(convention, measures, by, at)
    progress(len(files), len(files), "données simulées importées")
    return True


def _measures(convention: Convention) -> list[DemoMeasure]:
    return [
        DemoMeasure(row.code, row.value_kind, row.level, row.finest_period, row.breakdowns)
        for row in Measure.objects.filter(convention=convention).order_by("position")
    ]


def _bodies(convention: Convention) -> list[DemoBody]:
    rows = Organisation.objects.filter(convention=convention).order_by("code")
    return [DemoBody(row.code, row.kind, row.is_dom) for row in rows]


def _accept(convention: Convention, file: Delivery, by: User) -> None:
    moment = datetime.combine(file.accepted, time(10), tzinfo=UTC)
    received = receive_batch(
        convention=convention, file_name=file.file_name, data=_csv(file.rows), by=by, at=moment, simulated=True
    )
    if not received.already_accepted:
        accept_batch(batch=received.batch, by=by, at=moment, reason=REASON, examined=received.examined)


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    """The long form anyone can send."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(rows)
    return buffer.getvalue().encode()


def _place_in_groups(
    convention: Convention, files: list[Delivery], bodies: list[DemoBody], years: range, by: User, at: datetime
) -> None:
    first = str(convention.start.year)
    rows = [row for file in files for row in file.rows if row.measure == "allocataires" and row.period == first]
    beneficiaries = {row.body_code: float(row.value) for row in rows if row.value[:1].isdigit()}
    placed = groups(bodies=bodies, years=years, seed=SEED, beneficiaries=beneficiaries)
    entries = [
        GroupRow(line, one.body, one.key, one.group, one.since, one.until, SOURCE)
        for line, one in enumerate(placed, start=1)
    ]
    save_groups(convention=convention, rows=entries, by=by, at=at, simulated=True)


def _set_local_targets(convention: Convention, by: User, at: datetime) -> None:
    """Every caisse has targets on two sheets: about the convention's, a little lower in some."""
    bodies = Organisation.objects.filter(convention=convention).caisses().order_by("code")
    entries = [
        TargetEntry(code, body, year, Operator.AT_LEAST, threshold + (place % 5 - 2) * step, SOURCE)
        for code, threshold, step in LOCAL_TARGETS
        for year in convention.years
        for place, body in enumerate(bodies.values_list("code", flat=True))
    ]
    save_local_targets(convention=convention, entries=entries, by=by, at=at, simulated=True)


def _leave_files_waiting(convention: Convention, measures: list[DemoMeasure], by: User, at: datetime) -> None:
    """A file that waits for a reason, and one that was refused: what a person meets on the pages of imports."""
    odd = [("visites", "751", "2017-12", "", "9000000"), ("visites_attente_20min", "751", "2017-12", "", "100")]
    wrong = [("pieces_traitees", "131", "2017-12", "", "1000"), ("pieces_traitees_15j", "131", "2017-12", "", "1500")]
    for name, rows in (("paris-decembre-2017.csv", odd), ("marseille-decembre-2017.csv", wrong)):
        sent = send_batch(
            convention=convention, file_name=name, data=_csv(rows), only=None, by=by, at=at, simulated=True
        )
        if sent.batch.job is not None:
            jobs.run(str(sent.batch.job.pk))


def compute_everything(*, convention: Convention, by: User, at: datetime, progress: Progress) -> int:
    """Compute the whole term; returns how many results were written."""
    return compute_results(convention=convention, periods=None, by=by, at=at, progress=progress).results


CORRECTED = "correction-011-mai-2013.csv"


def correct_a_month(*, convention: Convention, by: User, at: datetime) -> None:
    """A caisse corrects a month that was sent already: fewer documents, and fewer of them in time."""
    rows = [
        (row.measure.code, "011", row.period, "", str(row.value * 9 // 10))
        for row in Observation.objects.filter(
            measure__convention=convention,
            measure__code__in=("pieces_traitees", "pieces_traitees_15j"),
            organisation__code="011",
            period="2013-05",
            breakdown="",
            closed_by__isnull=True,
        ).select_related("measure")
    ]
    received = receive_batch(convention=convention, file_name=CORRECTED, data=_csv(rows), by=by, at=at, simulated=True)
    if not received.already_accepted:
        accept_batch(batch=received.batch, by=by, at=at, reason=REASON, examined=received.examined)
    recompute_stale(convention=convention, by=by, at=at, progress=lambda *told: None)
