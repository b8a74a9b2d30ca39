"""What a programme without practice says of itself, and what the region may lack for it."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Half(TextChoices):
    SPRING = "spring", _("vår")
    AUTUMN = "autumn", _("høst")


class Missing(TextChoices):
    """What the region lacks for a programme, as far as the catalogue knows."""

    SCHEME = "scheme", _("ingen ordning i drift å lære av i fagfeltet")
    HOST = "host", _("ingen virksomhet i fagfeltet som har tatt imot noen eller sagt ja til å bli spurt")
    PLACE = "place", _("ingen ledig plass for målgruppen i fagfeltet")


HALF_WORDS = {
    Half.SPRING: ("vår", "spring", "jan"),
    Half.AUTUMN: ("høst", "haust", "autumn", "fall", "aug"),
}
ANY_HALF_WORDS = ("hvert semester", "kvart semester", "hele året", "heile året", "every semester", "all year")
