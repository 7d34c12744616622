"""Long work shared with a second process: Python calculates on one core at a time, a machine has several.

The second process is a copy of this one (fork), made once what all need is read: it has its own connections to the
database, takes the next piece as this one does, and ends with it, whatever happens to either.
"""

import multiprocessing
import os
import signal
import traceback
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from django.db import connection, connections

T = TypeVar("T")
Counter = Any
"""A number the processes share (`multiprocessing.Value`): the next piece to take."""

BEAT_SECONDS = 2.0


class HelperFailed(Exception):
    """The second process met an error, told as it printed it, or was killed."""


def can_share() -> bool:
    """Whether a second process would help: two cores, a database that several connections write, no transaction."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1  # elsewhere than on Linux, no fork
    return cores > 1 and connection.vendor == "postgresql" and not connection.in_atomic_block


def shared(
    pieces: Sequence[T], work: Callable[[T], int], progress: Callable[[int, T | None], None] = lambda done, piece: None
) -> int:
    """Do `work` on each piece, two at a time where `can_share`; the sum of what it returns.

    `progress(done, piece)` is called before each piece that this process takes, and every two seconds while it waits
    for the other one (piece None); what it raises stops both. Raises HelperFailed, or what `work` raises here. Pieces
    are independent, each in its own transaction: those done before an error stay done.
    """
    turn = multiprocessing.get_context("fork").Value("l", 0)
    if len(pieces) < 2 or not can_share():
        return sum(_done(pieces, work, turn, progress))
    with _Helper(pieces, work, turn) as helper:
        total = sum(_done(pieces, work, turn, progress))
        return total + helper.finish(lambda: progress(len(pieces) - 1, None))


def _taken(pieces: Sequence[T], turn: Counter) -> Iterator[tuple[int, T]]:
    """The pieces nobody took yet, one by one."""
    while True:
        with turn.get_lock():
            place = turn.value
            turn.value += 1
        if place >= len(pieces):
            return
        yield place, pieces[place]


def _done(
    pieces: Sequence[T], work: Callable[[T], int], turn: Counter, progress: Callable[[int, T | None], None]
) -> Iterator[int]:
    for place, piece in _taken(pieces, turn):
        progress(place, piece)
        yield work(piece)


class _Helper:
    """The second process, and the pipe through which it says what it did."""

    def __init__(self, pieces: Sequence[T], work: Callable[[T], int], turn: Counter) -> None:
        context = multiprocessing.get_context("fork")
        self._told, telling = context.Pipe(duplex=False)
        self._process = context.Process(target=_help, args=(pieces, work, turn, telling, os.getpid()), daemon=True)
        self._process.start()
        telling.close()

    def __enter__(self) -> "_Helper":
        return self

    def __exit__(self, *_: object) -> None:
        """Whatever ended this process's part, the other one does not outlive it."""
        self._process.terminate()
        self._process.join()
        self._told.close()

    def finish(self, beat: Callable[[], None]) -> int:
        """Wait for what the other process did."""
        while not self._told.poll(BEAT_SECONDS):
            beat()
        try:
            total, error = self._told.recv()
        except EOFError:
            raise HelperFailed("le second processus du calcul s'est arrêté sans rien dire") from None
        if error:
            raise HelperFailed(error)
        self._process.join()
        return int(total)


def _help(pieces: Sequence[T], work: Callable[[T], int], turn: Counter, telling: Connection, parent: int) -> None:
    """What the second process does. A connection belongs to the process that opened it: those copied are let go."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for alias in connections:
        connections[alias].connection = None
    try:
        total = 0
        for _, piece in _taken(pieces, turn):
            if os.getppid() != parent:
                return
            total += work(piece)
        telling.send((total, ""))
    except BaseException:
        telling.send((0, traceback.format_exc()))
    finally:
        connections.close_all()
