"""Tables of the indicators; the same columns will feed the exports."""

from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode

from cog.figures import NOT_AVAILABLE
from indicators.compute.terms import RATIO, Terms
from indicators.queries import CaisseLine, Point
from indicators.queries.caisses import CaisseStanding

NUMBER = {"td": {"class": "num"}, "th": {"class": "num"}}


def _whole_value(table: Any) -> str:
    return table.whole.shown if table.whole else ""


def _whole_numerator(table: Any) -> str:
    return table.render_numerator(table.whole.numerator) if table.summed else ""


def _whole_denominator(table: Any) -> str:
    return table.render_denominator(table.whole.denominator) if table.summed else ""


class CaisseTable(tables.Table):
    """The caisses at a period, one a line."""

    rank = tables.Column(verbose_name="Rang", default=NOT_AVAILABLE, attrs=NUMBER)
    organisation = tables.Column(verbose_name="Caisse", accessor="organisation__name", footer="National")
    quarter = tables.Column(verbose_name="Place", orderable=False, default="non classée")
    value = tables.Column(
        verbose_name="Valeur", accessor="point__value", empty_values=(), attrs=NUMBER, footer=_whole_value
    )
    numerator = tables.Column(
        verbose_name="Numérateur",
        accessor="point__numerator",
        default=NOT_AVAILABLE,
        attrs=NUMBER,
        footer=_whole_numerator,
    )
    denominator = tables.Column(
        verbose_name="Dénominateur",
        accessor="point__denominator",
        default=NOT_AVAILABLE,
        attrs=NUMBER,
        footer=_whole_denominator,
    )
    gap = tables.Column(verbose_name="Écart au national", empty_values=(), attrs=NUMBER)
    target = tables.Column(verbose_name="Cible du Cpog", orderable=False, default="aucune", attrs=NUMBER)
    verdict = tables.Column(verbose_name="Verdict", accessor="point__verdict_label", orderable=False)
    state = tables.Column(verbose_name="État", accessor="point__state_label", orderable=False)

    class Meta:
        sequence = (
            "rank",
            "organisation",
            "value",
            "gap",
            "target",
            "verdict",
            "quarter",
            "numerator",
            "denominator",
            "state",
        )
        caption = "Résultats des caisses"

    def __init__(
        self,
        *args: Any,
        code: str,
        terms: Terms = RATIO,
        whole: Point | None = None,
        summed: bool = False,
        **kwargs: Any,
    ) -> None:
        """`code` of the sheet; `terms`: what the two numbers beside the value are, by its method.

        `whole`: the national result, as its definition gives it, never from the rows; `summed`: its two numbers are
        of the same kind as the rows'.
        """
        super().__init__(*args, **kwargs)
        self._code = code
        self._terms = terms
        self.whole = whole
        self.summed = summed
        self.columns["numerator"].column.verbose_name = terms.first
        self.columns["denominator"].column.verbose_name = terms.second
        if not terms.second:
            self.columns.hide("denominator")

    def render_value(self, record: CaisseLine) -> str:
        """The value, that leads to where it comes from."""
        asked = urlencode({"periode": record.point.period, "organisme": record.organisation.code})
        return format_html('<a href="{}?{}">{}</a>', reverse("figure", args=[self._code]), asked, record.point.shown)

    def render_gap(self, record: CaisseLine) -> str:
        return record.gap_shown or NOT_AVAILABLE

    def render_state(self, record: CaisseLine) -> str:
        if not record.point.simulated:
            return record.point.state_label
        return render_to_string("components/simulated.html", {"before": record.point.state_label})

    def render_verdict(self, record: CaisseLine) -> str:
        point = record.point
        return render_to_string("components/verdict.html", {"code": point.verdict, "label": point.verdict_label})

    def render_numerator(self, value: Decimal) -> str:
        return self._terms.shown(value)

    def render_denominator(self, value: Decimal) -> str:
        return self._terms.shown(value)


class StandingTable(tables.Table):
    """The caisses with where each stands over all its indicators."""

    name = tables.Column(verbose_name="Caisse", accessor="organisation__name")
    region = tables.Column(verbose_name="Région", accessor="organisation__region_2016")
    known = tables.Column(verbose_name="Indicateurs", attrs=NUMBER)
    first = tables.Column(verbose_name="1er quart", attrs=NUMBER, initial_sort_descending=True)
    last = tables.Column(verbose_name="4e quart", attrs=NUMBER, initial_sort_descending=True)
    reached = tables.Column(verbose_name="Cpog : tenues", attrs=NUMBER)
    missed = tables.Column(verbose_name="Cpog : manquées", attrs=NUMBER, initial_sort_descending=True)

    class Meta:
        sequence = ("name", "region", "known", "first", "last", "reached", "missed")
        caption = "Les caisses"

    def render_name(self, record: CaisseStanding, value: str) -> str:
        return format_html('<a href="{}">{}</a>', reverse("caisse", args=[record.organisation.code]), value)

    def render_known(self, record: CaisseStanding) -> str:
        mark = format_html(" {}", render_to_string("components/simulated.html")) if record.simulated else ""
        return format_html("{}\u00a0/\u00a0{}{}", record.known, record.expected, mark)
