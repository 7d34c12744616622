"""How the gallery draws a component: with what its state gives, over what every page has."""

from django import template
from django.template.context import RequestContext
from django.utils.html import format_html

from reports.gallery import Component, State

register = template.Library()

WITHIN = {
    "": "{}",
    "ul": "<ul>{}</ul>",
    "tr": '<table class="data narrow-table"><tr>{}</tr><tr><td class="num">12</td></tr></table>',
}


@register.simple_tag(takes_context=True)
def specimen(context: RequestContext, component: Component, state: State) -> str:
    with context.push(**state.given):
        drawn = context.template.engine.get_template(component.template).render(context)
    return format_html(WITHIN[component.within], drawn)
