"""How long and how often."""

from datetime import timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Checked(TextChoices):
    """What became of a code."""

    RIGHT = "right"
    WRONG = "wrong"
    RESTING = "resting"


class Way(TextChoices):
    """How somebody signed in."""

    MAIL = "mail", _("lenke på e-post")
    TERMINAL = "terminal", _("lenke fra driftsansvarlig")
    FIRST_RUN = "first_run", _("første oppstart")
    FEIDE = "feide", "Feide"
    IDPORTEN = "idporten", "ID-porten"
    INVITATION = "invitation", _("invitasjon")
    DEMO = "demo", _("demonstrasjonen")


TERMINAL_LINK_VALID = timedelta(minutes=30)
MAIL_LINK_VALID = timedelta(minutes=10)
FIRST_RUN_VALID = timedelta(hours=24)

ASKING_WINDOW = timedelta(minutes=15)
ASKED_BY_BROWSER = 5
"""Links to one address that one browser may ask for in the window."""
ASKED_BY_STRANGERS = 20
"""Links to one address that browsers of one network, where the address never signed in, may ask for together in the window."""
ASKED_BY_NETWORK = 1000
"""Links that one network may ask for in the window: a whole campus may stand behind one address."""

FACTOR_SETUP_SECONDS = 30 * 60
FACTOR_FAILURES = 5
FACTOR_RESTS = timedelta(minutes=15)
"""After that many wrong codes in a row none is taken for that long. Only who has passed the first factor can bring it about."""
RECOVERY_CODES = 10

KEPT_AFTERWARDS = timedelta(days=1)
"""Links and askings are deleted this long after they have no more use."""
