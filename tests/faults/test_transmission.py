"""Two people transmit the same quarter at the same moment: it leaves once."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from cog.demo import open_accounts
from cog.models import Convention, User
from cog.operations import command_account
from reports.models import Transmission
from reports.operations import AlreadyTransmitted, transmit_quarter
from tests.reports.quarter import AT, QUARTER, compute_quarter, explain_all, import_rows, quarter_rows

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True), pytest.mark.timeout(240)]


def test_two_at_once_send_once(reloaded_convention: Convention) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite n'a qu'un écrivain à la fois")
    convention = reloaded_convention
    open_accounts(code=convention.code, by=command_account(), at=AT)
    steering = User.objects.get(email="pilotage@demo.invalid")
    import_rows(convention, "avril-juin.csv", quarter_rows("011", 800))
    compute_quarter(convention)
    explain_all(convention, steering)
    together, told = Barrier(2), []

    def send() -> None:
        together.wait()
        try:
            told.append(transmit_quarter(convention=convention, period=QUARTER, by=steering, at=AT).number)
        except AlreadyTransmitted:
            told.append("déjà")
        finally:
            connection.close()

    threads = [Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, told)) == ["1", "déjà"]
    assert Transmission.objects.count() == 1
