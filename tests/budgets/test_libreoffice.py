"""Every workbook of the budgets opens in LibreOffice, which finds our sums."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from budgets.demo_allotment import load_allotments
from budgets.demo_statements import load_statements
from budgets.models import Allotment
from cog.models import Convention, User
from tests import libreoffice
from tests.budgets.ledger import AT, fund_of, spend, vote

pytestmark = [pytest.mark.django_db, libreoffice.installed]


def test_every_workbook_adds_up_as_we_do(convention: Convention, keeper: Any, steering: User, tmp_path: Path) -> None:
    for code in ("fnga", "fnas"):
        for exercise in (2013, 2014):
            vote(fund_of(convention, code), exercise, steering)
        spend(fund_of(convention, code), 2013, date(2013, 12, 31), "0.973", steering)
        spend(fund_of(convention, code), 2014, date(2014, 6, 30), "0.487", steering)
    load_statements(convention=convention, by=steering, at=AT)
    load_allotments(convention=convention, by=steering, at=timezone.now())
    shared = Allotment.objects.filter(convention=convention, exercise=2014).latest("number")
    addresses = {
        "annee-fnga": "/budgets/fnga/2014/tableau.xlsx",
        "annee-fnas": "/budgets/fnas/2014/tableau.xlsx",
        "periode": "/budgets/fnas/periode/tableau.xlsx?mesure=execute",
        "reports": "/budgets/fnga/2013/reports/etat.xlsx",
        "saisie-execute": "/budgets/fnas/2014/saisie/execute/modele.xlsx",
        "saisie-report": "/budgets/fnga/2014/saisie/report/modele.xlsx",
        "effectifs": reverse("statement-xlsx", args=["effectifs", 2014, "constate_juin"]),
        "plan": reverse("statement-xlsx", args=["plan_immobilier", 2014]),
        "cessions": reverse("statement-xlsx", args=["cessions", 2014]),
        "dotations": reverse("allotment-xlsx", args=[2014, shared.number]),
    }
    ours = {name: keeper.get(address).content for name, address in addresses.items()}
    theirs = libreoffice.recomputed(ours, tmp_path)
    counted = {name: libreoffice.compared_formulas(ours[name], theirs[name]) for name in ours}
    assert all(counted[name] > 15 for name in ("annee-fnga", "annee-fnas", "saisie-execute", "effectifs", "plan"))
    assert counted["saisie-report"] > 5
