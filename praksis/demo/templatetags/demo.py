"""What the demo's bar shows."""

from django import template
from django.template.context import RequestContext

from praksis.demo.personas import GROUPS, Persona, persona_of

register = template.Library()


@register.simple_tag(takes_context=True)
def current_persona(context: RequestContext) -> Persona | None:
    """Who of the personas the reader is."""
    return persona_of(context["request"].user)


@register.simple_tag
def persona_groups() -> tuple[tuple[object, tuple[Persona, ...]], ...]:
    """The personas under their headings."""
    return GROUPS
