"""The content of a bilan, gathered once from the whole convention and a few simulated observations."""

import csv
import io
import socket
import threading
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from actions.enums import ActionStatus
from actions.models import Action
from actions.operations import ProgressEntry, record_progress
from cog.models import Convention, Organisation
from cog.operations import command_account
from cog.periods import parse
from indicators.operations import accept_batch, compute_results, receive_batch
from reports.annual_queries import annual_payload

YEAR = 2014


def observations() -> bytes:
    """A year of one indicator for every caisse, one month of one caisse left out."""
    rows = io.StringIO()
    writer = csv.writer(rows, lineterminator="\n")
    writer.writerow(["mesure", "caisse", "periode", "ventilation", "valeur"])
    for rank, code in enumerate(Organisation.objects.caisses().order_by("code").values_list("code", flat=True)):
        for month in range(1, 13 if rank else 12):
            writer.writerow(["pieces_traitees", code, f"{YEAR}-{month:02}", "", 1000 + rank])
            writer.writerow(["pieces_traitees_15j", code, f"{YEAR}-{month:02}", "", 800 + rank + month])
    return rows.getvalue().encode()


@pytest.fixture(scope="module")
def visits() -> Iterator[list[bytes]]:
    """What a server of this machine is asked while documents are printed; the first item is its own address."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        seen = [f"http://127.0.0.1:{server.getsockname()[1]}/".encode()]

        def listen() -> None:
            try:
                while True:
                    connection, _ = server.accept()
                    seen.append(connection.recv(200))
                    connection.close()
            except OSError:
                return

        threading.Thread(target=listen, daemon=True).start()
        yield seen
        server.shutdown(socket.SHUT_RDWR)


@pytest.fixture(scope="module")
def hostile(visits: list[bytes]) -> str:
    """What a person could type in a comment."""
    url = visits[0].decode()
    return (
        f"<script>app.alert('vol')</script><img src=\"file:///etc/passwd\" onerror='alert(1)'>"
        f"<link rel=attachment href='file:///etc/hosts'><img src={url}image.png><style>@import '{url}';</style>"
        "<svg onload=alert(1)><a href='javascript:alert(1)'>ici</a></svg>{{ report.number }} & \U0001f600"
    )


@pytest.fixture(scope="module")
def payload(django_db_setup: None, django_db_blocker: Any, hostile: str) -> dict[str, Any]:
    """The content of a bilan whose data are simulated, with a hostile comment in it; the database is left as it was."""
    at = timezone.now()
    with django_db_blocker.unblock(), transaction.atomic():
        convention, account = Convention.objects.get(code="cog-2013-2017"), command_account()
        received = receive_batch(
            convention=convention, file_name="o.csv", data=observations(), by=account, at=at, simulated=True
        )
        accept_batch(batch=received.batch, by=account, at=at, reason="essai")
        compute_results(
            convention=convention, periods=[parse(str(YEAR))], by=account, at=at, progress=lambda *step: None
        )
        action = Action.objects.order_by("fiche__number", "ordinal").first()
        assert action is not None
        entry = ProgressEntry(action.pk, ActionStatus.RUNNING, date(YEAR, 6, 30), None, hostile)
        record_progress(entries=[entry], by=account, at=at, simulated=True)
        content = annual_payload(
            convention=convention, year=YEAR, state="projet", number=3, produced_on=date(2015, 3, 2)
        )
        transaction.set_rollback(True)
    return content
