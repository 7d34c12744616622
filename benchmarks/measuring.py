"""What the measurements share: a step run in a process of its own, medians, bars, the machine."""

import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def machine() -> str:
    """One line that tells the machine."""
    model = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), model)
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    return f"{model}, {os.cpu_count()} cœurs, Python {platform.python_version()}, charge {load}"


def step(script: str, name: str, *arguments: str) -> dict[str, Any]:
    """Run one step of a script in a process of its own: what it prints last, with its memory peak in MB."""
    command = [sys.executable, script, "--step", name, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{name} :\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def repeat(script: str, name: str, times: int, *arguments: str) -> dict[str, Any]:
    """The median time and the highest memory of several runs of a step, and what the last one told."""
    runs = [step(script, name, *arguments) for _ in range(times)]
    return {
        **runs[-1],
        "seconds": statistics.median(run["seconds"] for run in runs),
        "cpu": statistics.median(run["cpu"] for run in runs),
        "megabytes": max(run["megabytes"] for run in runs),
    }


def tell(work: Callable[[], Any]) -> None:
    """Time a piece of work and print it as one line of JSON (what `step` reads), with what it returns."""
    begun, spent = time.perf_counter(), _calculated()
    told = work() or {}
    seconds, cpu = time.perf_counter() - begun, _calculated() - spent
    peak = sum(resource.getrusage(who).ru_maxrss for who in PROCESSES) / 1024
    print(json.dumps({"seconds": seconds, "cpu": cpu, "megabytes": peak, **told}))


PROCESSES = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
"""This one and those it made: their memory is added, though they share a part of it."""


def _calculated() -> float:
    """Seconds of calculation, of this process and of those it made that have ended."""
    used = [resource.getrusage(who) for who in PROCESSES]
    return sum(one.ru_utime + one.ru_stime for one in used)


class Bars:
    """Bars to stay under; printed with pass or fail."""

    def __init__(self) -> None:
        self.failed: list[str] = []

    def check(self, what: str, value: float, bar: float, unit: str = "s") -> None:
        """A value that must not be above its bar."""
        good = value <= bar
        print(f"{'✓' if good else '✗'} {what} : {value:.2f} {unit} (barre {bar:g} {unit})", flush=True)
        if not good:
            self.failed.append(what)

    def end(self) -> int:
        """The exit status: 1 when a bar is passed."""
        print(f"{len(self.failed)} barre(s) franchie(s)" + (" : " + ", ".join(self.failed) if self.failed else ""))
        return 1 if self.failed else 0
