"""How the gallery draws a component: with what its state gives, over what every page has."""

from django import template
from django.template.context import RequestContext

from reports.gallery import Component, State

register = template.Library()


@register.simple_tag(takes_context=True)
def specimen(context: RequestContext, component: Component, state: State) -> str:
    with context.push(**state.given):
        return context.template.engine.get_template(component.template).render(context)
