"""Norwegian alphabetical order."""

import random
import uuid

import pytest

from praksis.base.models import SearchRow
from praksis.base.sorting import FOLD_FROM, FOLD_TO, norwegian

IN_ORDER = ["Abel AS", "béla", "Berg", "Mygland", "Müller", "Sander", "Zeiner", "Æra", "Ärlig", "ødegård", "Ørn", "Åse", "åsgård"]


def test_the_letters_are_paired() -> None:
    assert len(FOLD_FROM) == len(FOLD_TO)


@pytest.mark.django_db
def test_ae_oe_aa_come_last_in_that_order() -> None:
    names = random.Random(1).sample(IN_ORDER, len(IN_ORDER))
    SearchRow.objects.bulk_create(SearchRow(kind="host", object_id=uuid.uuid4(), title=name) for name in names)
    assert list(SearchRow.objects.order_by(norwegian("title")).values_list("title", flat=True)) == IN_ORDER
