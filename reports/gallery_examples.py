"""Made-up words and figures for the gallery of the components; nothing is read."""

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace as Example
from typing import Any

import django_tables2 as tables
from django import forms

from indicators.enums import Verdict

JOB = "00000000-0000-4000-8000-000000000000"
DAY = date(2014, 6, 30)
MOMENT = datetime(2014, 6, 30, 9, 30, tzinfo=UTC)


class ExampleForm(forms.Form):
    """Two fields, to show what a form looks like when it is empty, wrong or locked."""

    montant = forms.CharField(label="Montant, en k€", help_text="Comme « 1 234,5 ».")
    fichier = forms.FileField(label="Fichier", required=False)
    source = forms.CharField(label="Source", required=False, max_length=80)


def form_example(name: str, data: dict[str, str] | None = None, locked: bool = False) -> ExampleForm:
    form = ExampleForm(data, auto_id=f"exemple_{name}_%s")
    form.fields["montant"].disabled = locked
    return form


class ExampleTable(tables.Table):
    """Names and figures that mean nothing; the last row is the figure of the whole, not a sum of the rows."""

    name = tables.Column(verbose_name="Caisse", footer="Ensemble")
    value = tables.Column(
        verbose_name="Valeur",
        attrs={"td": {"class": "num"}, "th": {"class": "num"}, "tf": {"class": "num"}},
        footer="84,5",
    )

    class Meta:
        sequence = ("name", "value")
        order_by = "name"


class Message(Example):
    def __str__(self) -> str:
        return str(self.text)


def point_example(shown: str, **changes: Any) -> Example:
    known = {"label": "1er trimestre 2014", "state_label": "définitif", "simulated": False, "verdict": "atteint"}
    value = None if shown == "n.d." else Decimal("85.3")
    return Example(shown=shown, value=value, **(known | {"verdict_label": "atteint"} | changes))


def job_example(state: str, **changes: Any) -> Example:
    known = {
        "pk": f"{JOB[:-4]}{len(state) + len(changes):04}",
        "state": state,
        "done": 0,
        "total": 0,
        "percent": 0,
        "quarter_done": 25,
    }
    known |= {"message": "", "attempts": 1, "cancel_asked_at": None, "cancel_asked_by": None, "may_be_cancelled": True}
    return Example(**(known | {"is_over": state in ("termine", "annule", "echec")} | changes))


def deadline_example(raw: str, kind: str, start: date | None = None, end: date | None = None) -> dict[str, Any]:
    return {"deadline": Example(raw=raw, kind=kind, start=start, end=end)}


def line_example(code: str, title: str, point: Example | None, to_build: bool = False) -> Example:
    indicator = Example(code=code, title=title, get_kind_display="résultat (opposable)")
    return Example(
        indicator=indicator, baseline="82 % en 2012", target="85 %", latest=point, unit="%", to_build=to_build
    )


def tile_example(number: int, title: str, late: int, verdict: Verdict | None) -> Example:
    return Example(
        fiche=Example(number=number, title=title),
        verdict=verdict.value if verdict else "",
        verdict_label=verdict.label if verdict else "",
        indicators=3,
        tally=Example(late=late, total=13),
    )


LONG = "Un intitulé bien plus long que la moyenne, comme la convention en écrit, pour voir où la ligne se coupe "
LINES = [
    line_example("F10-21", "Taux de pièces traitées en 15 jours ouvrés", point_example("85,3", simulated=True)),
    line_example(
        "F1-5",
        LONG * 2,
        point_example("n.d.", verdict="incomplet", verdict_label="incomplet", state_label="provisoire"),
    ),
    line_example("F6-19", "Indicateur que la convention laisse à construire", None, to_build=True),
]
TILES = [
    Example(
        domain=Example(number=1, title="Exemple de domaine"),
        tiles=[
            tile_example(1, LONG, 4, Verdict.BEHIND),
            tile_example(2, "Une fiche sans retard", 0, Verdict.REACHED),
            tile_example(3, "Une fiche dont rien n'est encore calculé", 0, None),
        ],
    )
]
SPREAD = Example(
    n=102,
    simulated=False,
    minimum=Decimal("61.2"),
    d1=Decimal("72.4"),
    q1=Decimal("78.1"),
    median=Decimal("84.6"),
    q3=Decimal("90.0"),
    d9=Decimal("94.3"),
    maximum=Decimal("99.1"),
    value_range=Decimal("37.9"),
    stdev=Decimal("8.2"),
    mean=Decimal("83.7"),
)
RATES = {"eaje_psu": "13.1", "eaje_hors_psu": "2.4", "eaje_total": "15.5", "preecole": "4.2", "global": "55.1"}
PUBLISHED = Example(
    period="2014-T1",
    year=2014,
    scope="national",
    value="85.3",
    unit="%",
    basis="proxy",
    confidence="medium",
    source="Exemple de rapport",
    source_url="",
    note="une phrase de précaution",
)
SHEET = dict.fromkeys(
    ("domain", "reference", "type", "external_reference", "source", "definition", "actors", "periodicity"),
    "Exemple\n· premier point\n· second point",
) | {"objective": LONG, "value_2012": "82 %", "target": "85 %", "remark": ""}
VERSION = Example(
    method={"method": "ratio", "factor": 100, "numerator": "pieces_traitees_15j", "denominator": "pieces_traitees"}
    | {"unit": "%", "decimals": 1, "better": "high", "national": "sum"},
    method_in_words="rapport d'un numérateur à un dénominateur",
    national_in_words="numérateurs et dénominateurs sommés",
    better_in_words="une hausse est un progrès",
    number=1,
    valid_from=date(2013, 1, 1),
    agreed_by="",
    provisional=True,
    note="",
)
HIT = Example(
    url="#hit",
    title="Action 10-3",
    note="fiche n° 10",
    simulated=False,
    pieces=[
        Example(text="adapter la ", found=False),
        Example(text="relation", found=True),
        Example(text=" de service", found=False),
    ],
)
NEWS = [
    Example(
        at=MOMENT,
        url="#news_list",
        sentence="L'action 10-3 est dite réalisée.",
        is_correction=correction,
        simulated=True,
        kind=Example(label="avancement"),
        by="Camille Exemple",
    )
    for correction in (False, True)
]
TODO = [
    Example(
        count=3,
        what="explications manquantes",
        late=late,
        due=DAY,
        who="le pilotage",
        url="#todo_list",
        button="Expliquer",
        simulated=False,
    )
    for late in (False, True)
]
SENT = Example(
    pk=1,
    period_label="1er trimestre 2014",
    receipt_number="2014-T1/1",
    transmitted_at=MOMENT,
    simulated=True,
)
