"""F42: what was sent to the State reads the same bytes, whatever is changed afterwards in what it was made from."""

import re
from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client

from cog.models import Fiche, Organisation, User
from indicators.models import Indicator, IndicatorVersion, Measure, Target
from reports.models import Transmission

pytestmark = pytest.mark.django_db
TOLD = "Libellé changé après coup"
NOW = datetime(2014, 9, 1, 8, tzinfo=UTC)


def _read(user: User, places: list[str]) -> dict[str, bytes]:
    """What each place says, at one instant; the token of a form apart, which is another one each time."""
    client, told = Client(), {}
    client.force_login(user)
    with time_machine.travel(NOW, tick=False):
        for place in places:
            answer = client.get(place)
            assert answer.status_code == 200, place
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            told[place] = re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", body)
    return told


def test_F42_what_was_sent_reads_the_same_bytes_whatever_changes_after(
    sent: Transmission, people: dict[str, User]
) -> None:
    own = f"/transmissions/{sent.pk}/"
    files = ["contenu.json", "resultats.xlsx", "recu.pdf", "dossier.pdf", "F10-21/tableau.csv", "F10-21/tableau.xlsx"]
    frozen = [own + name for name in (*files, "F10-21/")]
    live = ["/indicateurs/F10-21/?periode=2014-T2", "/fiches/10/?au=2014-06-30"]
    before, moving = _read(people["tutelle"], frozen), _read(people["pilotage"], live)
    Indicator.objects.update(title=TOLD)
    IndicatorVersion.objects.update(note=TOLD, reason=TOLD)
    Target.objects.update(value=12, threshold=12)
    Fiche.objects.update(title=TOLD)
    Organisation.objects.update(name=TOLD)
    Measure.objects.update(label=TOLD)
    after = _read(people["tutelle"], frozen)
    assert [place for place in frozen if after[place] != before[place]] == []
    assert not any(TOLD.encode() in body for body in after.values())
    told = _read(people["pilotage"], live)  # the twin: what is not frozen did change
    assert all(told[place] != moving[place] for place in live)
    assert any(TOLD.encode() in body for body in told.values())
