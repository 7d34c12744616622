"""Tables of the indicators; the same columns will feed the exports."""

import django_tables2 as tables

from indicators.queries import CaisseLine


class CaisseTable(tables.Table):
    """The caisses at a period, one a line."""

    rank = tables.Column(verbose_name="Rang", attrs={"td": {"class": "num"}, "th": {"class": "num"}})
    organisation = tables.Column(verbose_name="Caisse", accessor="organisation__name")
    value = tables.Column(
        verbose_name="Valeur", accessor="point__value", attrs={"td": {"class": "num"}, "th": {"class": "num"}}
    )
    numerator = tables.Column(
        verbose_name="Numérateur",
        accessor="point__numerator",
        attrs={"td": {"class": "num"}, "th": {"class": "num"}},
    )
    denominator = tables.Column(
        verbose_name="Dénominateur",
        accessor="point__denominator",
        attrs={"td": {"class": "num"}, "th": {"class": "num"}},
    )
    state = tables.Column(verbose_name="État", accessor="point__state_label", orderable=False)

    class Meta:
        sequence = ("rank", "organisation", "value", "numerator", "denominator", "state")
        caption = "Résultats des caisses"

    def render_value(self, record: CaisseLine) -> str:
        return record.point.shown

    def render_numerator(self, value: object) -> str:
        return _exactly(value)

    def render_denominator(self, value: object) -> str:
        return _exactly(value)


def _exactly(value: object) -> str:
    from cog.templatetags.french import exact

    return exact(value)  # type: ignore[arg-type]
