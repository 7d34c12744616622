"""Tables of the actions, as their page shows them."""

import django_tables2 as tables
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html

from actions.queries import ActionView

NUMBER = {"td": {"class": "num"}, "th": {"class": "num"}}


class ActionTable(tables.Table):
    """All actions, one a line, as they stand at a date."""

    fiche = tables.Column(verbose_name="Fiche", accessor="action__fiche__number", attrs=NUMBER)
    number = tables.Column(verbose_name="N°", accessor="action__number", orderable=False)
    label = tables.Column(verbose_name="Action, telle qu'imprimée", accessor="action__label", orderable=False)
    end = tables.Column(verbose_name="Échéance", empty_values=())
    timeliness = tables.Column(verbose_name="Respect de l'échéance", order_by=("timeliness", "end"), empty_values=())
    status = tables.Column(verbose_name="Avancement", accessor="status_label")
    lead = tables.Column(verbose_name="En charge", empty_values=())

    class Meta:
        sequence = ("fiche", "number", "label", "end", "timeliness", "status", "lead")
        caption = "Actions"
        template_name = "components/table.html"

    def render_fiche(self, record: ActionView) -> str:
        number = record.action.fiche.number
        return format_html('<a href="{}">{}</a>', reverse("fiche", args=[number]), number)

    def render_number(self, record: ActionView, value: str) -> str:
        return value or "s.n."

    def render_label(self, record: ActionView) -> str:
        address = reverse("action", args=[record.action.key])
        text = record.action.name
        shown = text if len(text) <= 180 else f"{text[:179]}…"
        return format_html('<a href="{}">{}</a>', address, shown)

    def render_end(self, record: ActionView) -> str:
        return render_to_string("actions/_end.html", {"view": record})

    def render_timeliness(self, record: ActionView) -> str:
        return render_to_string("actions/_timeliness.html", {"view": record})

    def render_status(self, record: ActionView) -> str:
        return render_to_string("actions/_status.html", {"view": record})

    def render_lead(self, record: ActionView) -> str:
        return record.lead or format_html('<span class="muted">{}</span>', "personne")
