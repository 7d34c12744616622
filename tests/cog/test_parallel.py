"""Work shared with a second process: all of it, once, and nothing left running."""

import os
import signal
import time
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from cog import audit
from cog.parallel import HelperFailed, can_share, shared

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(60)]

AT = datetime(2014, 4, 30, tzinfo=UTC)
PIECES = list(range(40))


def _write(piece: int) -> int:
    """One row a piece, signed by the process that wrote it."""
    with transaction.atomic():
        audit.record(action="essai", subject=str(piece), by=None, at=AT, details={"process": os.getpid()})
        time.sleep(0.005)  # long enough for the other process to take its turn
    return piece


def _written() -> list[int]:
    return sorted(int(row) for row in audit.AuditEvent.objects.filter(action="essai").values_list("subject", flat=True))


@pytest.fixture
def two_processes() -> None:
    if not can_share():
        pytest.skip("one core, or a database that one connection writes at a time")


def test_every_piece_is_done_once(two_processes: None) -> None:
    assert shared(PIECES, _write) == sum(PIECES)
    assert _written() == PIECES
    signed = {
        row["process"] for row in audit.AuditEvent.objects.filter(action="essai").values_list("details", flat=True)
    }
    assert len(signed) == 2 and os.getpid() in signed


def test_without_a_second_process_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cog.parallel.can_share", lambda: False)
    told: list[tuple[int, int | None]] = []
    assert shared(PIECES, _write, lambda done, piece: told.append((done, piece))) == sum(PIECES)
    assert _written() == PIECES
    assert told == [(piece, piece) for piece in PIECES]


def test_inside_a_transaction_nothing_is_shared() -> None:
    with transaction.atomic():
        assert not can_share()


def test_an_error_of_the_second_process_is_told(two_processes: None) -> None:
    here = os.getpid()

    def work(piece: int) -> int:
        if os.getpid() != here:
            raise ValueError(f"pièce {piece} illisible")
        return _write(piece)

    with pytest.raises(HelperFailed, match=r"ValueError: pièce \d+ illisible"):
        shared(PIECES, work)


def test_a_second_process_that_is_killed_is_told(two_processes: None) -> None:
    here = os.getpid()

    def work(piece: int) -> int:
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return _write(piece)

    with pytest.raises(HelperFailed, match="sans rien dire"):
        shared(PIECES, work)
    assert connection.is_usable()


def test_what_stops_this_process_stops_the_other(two_processes: None) -> None:
    """A cancelled job leaves nobody writing."""

    def cancel(done: int, piece: int | None) -> None:
        if done > 5:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        shared(PIECES, _write, cancel)
    known = _written()
    time.sleep(0.2)
    assert _written() == known
    assert len(known) < len(PIECES)


def test_the_other_does_not_outlive_a_process_that_is_killed(two_processes: None) -> None:
    first = os.fork()
    if not first:
        connection.connection = None
        shared(PIECES * 20, _write)
        os._exit(0)
    while len(_written()) < 5:
        time.sleep(0.01)
    os.kill(first, signal.SIGKILL)
    os.waitpid(first, 0)
    time.sleep(0.3)
    known = _written()
    time.sleep(0.3)
    assert _written() == known
    assert len(known) < len(PIECES) * 20
