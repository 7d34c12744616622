"""One, two and four workers on the same queue: 34 workbooks each time, sent before the workers start.

    make bench                                               on a private PostgreSQL and a private Redis
    scripts/services.py run -- python benchmarks/bench_workers.py

Timed from the moment the first job is taken to the end of the last one: starting Python is not counted.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

import bench_compute
import bench_import
import dataset
from measuring import Bars, machine, step, tell

SCRIPT = str(Path(__file__).resolve())
WORKERS = (1, 2, 4)


def _send(folder: Path, share: int) -> dict[str, Any]:
    """Send a third of the workbooks as the site does: each waits for a worker."""
    from django.utils import timezone

    from cog.models import Convention
    from cog.operations import command_account
    from indicators.operations import send_batch

    convention, by = Convention.objects.get(), command_account()
    files = sorted(folder.glob("*.xlsx"))[share :: len(WORKERS)]
    for file in files:
        send_batch(
            convention=convention, file_name=file.name, data=file.read_bytes(), only=None, by=by, at=timezone.now()
        )
    return {"files": len(files)}


def _waited() -> dict[str, Any]:
    """Seconds between the first job taken and the last one done."""
    from cog.jobs import Job, JobState

    _until(lambda: Job.objects.filter(state=JobState.RUNNING).exists())
    began = time.monotonic()
    _until(lambda: not Job.objects.filter(finished_at=None).exists())
    took = time.monotonic() - began
    failed = Job.objects.exclude(state=JobState.DONE).values_list("message", flat=True)
    if failed:
        raise SystemExit(f"des travaux n'ont pas abouti : {list(failed)[:3]}")
    return {"took": took}


def _until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 600
    while not condition():
        if time.monotonic() > end:
            raise SystemExit("rien ne s'est passé en dix minutes")
        time.sleep(0.02)


def run() -> Bars:
    """Send, start so many workers, wait, stop them."""
    loaded = step(str(Path(bench_compute.__file__)), "load", "--scale", "1")
    print(f"{loaded['observations']} observations ; {machine()}", flush=True)
    took: dict[int, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SUIVI_VAR"] = folder
        step(str(Path(bench_import.__file__)), "prepare", "--folder", folder)
        for share, count in enumerate(WORKERS):
            step(SCRIPT, "send", "--folder", folder, "--share", str(share))
            workers = [_started(number) for number in range(count)]
            took[count] = step(SCRIPT, "waited")["took"]
            for worker in workers:
                os.killpg(worker.pid, signal.SIGTERM)
                worker.wait()
            print(f"  {count} exécutants : {took[count]:.1f} s, {took[1] / took[count]:.2f} fois plus vite", flush=True)
    bars = Bars()
    bars.check("temps à deux exécutants, contre un", took[2] / took[1], 0.75, "fois")
    return bars


def _started(number: int) -> subprocess.Popen[bytes]:
    command = [
        sys.executable,
        "-m",
        "celery",
        "--quiet",
        "-A",
        "cog",
        "worker",
        "-c",
        "1",
        "-l",
        "error",
        "-n",
        f"{number}@%h",
    ]
    return subprocess.Popen(
        command, cwd=Path(__file__).parents[1], env=os.environ | {"C_FORCE_ROOT": "1"}, start_new_session=True
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--step")
    parser.add_argument("--folder", type=Path, default=Path())
    parser.add_argument("--share", type=int, default=0)
    options = parser.parse_args()
    if options.step is None:
        sys.exit(run().end())
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    dataset.set_up()
    steps = {"send": lambda: _send(options.folder, options.share), "waited": _waited}
    tell(steps[options.step])
