"""The room's sentences, for its templates: `{% load rounds %}`."""

from django import template

from praksis.rounds.sentences import problem_sentence, run_verdict, step_name

register = template.Library()
register.filter(problem_sentence)
register.filter(run_verdict)


@register.filter(name="step_name")
def named_step(step: object) -> str:
    """What the worker does just now; a run that has not begun has no step."""
    return step_name(str(step or ""))
