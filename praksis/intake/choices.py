"""How far an import is, what becomes of each row, and what can be wrong with a cell."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class IntakeState(TextChoices):
    """An import is asked (which column is what), checked, looked at, written, and perhaps undone."""

    FETCHING = "fetching", _("hentes")
    MAPPING = "mapping", _("venter på kolonner")
    CHECKING = "checking", _("prøves")
    CHECKED = "checked", _("klar til å lagres")
    WRITING = "writing", _("lagres")
    WRITTEN = "written", _("lagret")
    UNDOING = "undoing", _("angres")
    UNDONE = "undone", _("angret")
    FAILED = "failed", _("stoppet")


MOVES: dict[IntakeState, frozenset[IntakeState]] = {
    IntakeState.FETCHING: frozenset({IntakeState.MAPPING, IntakeState.CHECKING, IntakeState.FAILED}),
    IntakeState.MAPPING: frozenset({IntakeState.CHECKING}),
    IntakeState.CHECKING: frozenset({IntakeState.CHECKED, IntakeState.FAILED}),
    IntakeState.CHECKED: frozenset({IntakeState.MAPPING, IntakeState.CHECKING, IntakeState.WRITING}),
    IntakeState.WRITING: frozenset({IntakeState.WRITTEN, IntakeState.CHECKING}),
    IntakeState.WRITTEN: frozenset({IntakeState.UNDOING}),
    IntakeState.UNDOING: frozenset({IntakeState.UNDONE}),
    IntakeState.UNDONE: frozenset(),
    IntakeState.FAILED: frozenset({IntakeState.MAPPING}),
}
BUSY = frozenset({IntakeState.FETCHING, IntakeState.CHECKING, IntakeState.WRITING, IntakeState.UNDOING})


class Outcome(TextChoices):
    """What a row is, beside what stands in the catalogue."""

    NEW = "new", _("ny")
    CHANGED = "changed", _("endret")
    SAME = "same", _("som før")
    DOUBTFUL = "doubtful", _("tvilsom")
    REFUSED = "refused", _("ikke tatt med")


class Decision(TextChoices):
    """What a person says of a doubtful row."""

    OPEN = "", _("avgjøres senere")
    THE_SAME = "same", _("samme ordning")
    ANOTHER = "another", _("en annen ordning")
