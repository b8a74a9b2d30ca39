"""Norwegian alphabetical order."""

import random

import pytest

from praksis.base.codes import Field
from praksis.base.sorting import FOLD_FROM, FOLD_TO, norwegian
from praksis.organisations.models import Host

IN_ORDER = ["Abel AS", "béla", "Berg", "Mygland", "Müller", "Sander", "Zeiner", "Æra", "Ärlig", "ødegård", "Ørn", "Åse", "åsgård"]


def test_the_letters_are_paired() -> None:
    assert len(FOLD_FROM) == len(FOLD_TO)


@pytest.mark.django_db
def test_ae_oe_aa_come_last_in_that_order() -> None:
    names = random.Random(1).sample(IN_ORDER, len(IN_ORDER))
    Host.objects.bulk_create(
        Host(name=name, number=f"{100000000 + index}", field=Field.IT, municipality="4601") for index, name in enumerate(names)
    )
    assert list(Host.objects.order_by(norwegian("name")).values_list("name", flat=True)) == IN_ORDER
