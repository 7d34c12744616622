"""A small quarter, ready to be sent: two caisses reported one sheet, the rest is missing and explained."""

from datetime import UTC, datetime

import pytest

from cog.demo import open_accounts
from cog.models import Convention, User
from cog.operations import command_account
from cog.periods import parse
from indicators.enums import Cause
from indicators.operations import accept_batch, compute_results, receive_batch
from indicators.operations.explanations import ExplanationEntry, write_explanation
from indicators.queries.explanations import explanations_wanted
from reports.models import Transmission
from reports.operations import transmit_quarter

QUARTER = parse("2014-T2")
AT = datetime(2014, 7, 30, 10, tzinfo=UTC)
HEADER = "mesure,caisse,periode,ventilation,valeur\n"
MONTHS = ("2014-04", "2014-05", "2014-06")


def quarter_rows(caisse: str, in_time: int) -> str:
    return "".join(
        f"pieces_traitees,{caisse},{month},,1000\npieces_traitees_15j,{caisse},{month},,{in_time}\n" for month in MONTHS
    )


def import_rows(convention: Convention, name: str, rows: str) -> None:
    by = command_account()
    received = receive_batch(convention=convention, file_name=name, data=(HEADER + rows).encode(), by=by, at=AT)
    accept_batch(batch=received.batch, by=by, at=AT, reason="essai")


def compute_quarter(convention: Convention) -> None:
    periods = [parse("2014-T2"), parse("2014-S1")]
    compute_results(convention=convention, periods=periods, by=command_account(), at=AT, progress=lambda *told: None)


@pytest.fixture
def people(convention: Convention) -> dict[str, User]:
    open_accounts(code=convention.code, by=command_account(), at=AT)
    return {user.email.split("@")[0]: user for user in User.objects.filter(is_demonstration=True)}


@pytest.fixture
def computed(convention: Convention, people: dict[str, User]) -> Convention:
    """Two caisses reported F10-21 for the quarter; the rest is missing."""
    import_rows(convention, "avril-juin.csv", quarter_rows("011", 800) + quarter_rows("751", 700))
    compute_quarter(convention)
    return convention


def explain_all(convention: Convention, by: User, but: frozenset[str] = frozenset()) -> int:
    """Explain everything that is asked, but some sheets."""
    wanted = explanations_wanted(convention=convention, period=str(QUARTER))
    for one in wanted:
        if one.explanation is None and one.indicator.code not in but:
            entry = ExplanationEntry(Cause.INTERNAL, "Les caisses n'ont pas toutes rendu leurs données.", "", "")
            write_explanation(indicator=one.indicator, period=one.period, entry=entry, seen=0, by=by, at=AT)
    return len(wanted)


@pytest.fixture
def ready(computed: Convention, people: dict[str, User]) -> Convention:
    assert explain_all(computed, people["pilotage"])
    return computed


@pytest.fixture
def sent(ready: Convention, people: dict[str, User]) -> Transmission:
    return transmit_quarter(convention=ready, period=QUARTER, by=people["pilotage"], at=AT)
