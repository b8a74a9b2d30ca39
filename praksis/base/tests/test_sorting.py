"""Norwegian alphabetical order."""

import random
import uuid

import pytest

from praksis.base.codes import MUNICIPALITIES
from praksis.base.models import SearchRow
from praksis.base.sorting import FOLD_FROM, FOLD_TO, norwegian

IN_ORDER = ["Abel AS", "béla", "Berg", "Mygland", "Müller", "Sander", "Zeiner", "Æra", "Ärlig", "ødegård", "Ørn", "Åse", "åsgård"]


def test_the_letters_are_paired() -> None:
    assert len(FOLD_FROM) == len(FOLD_TO)


@pytest.mark.django_db
def test_ae_oe_aa_come_last_in_that_order() -> None:
    names = random.Random(1).sample(IN_ORDER, len(IN_ORDER))
    SearchRow.objects.bulk_create(SearchRow(kind="place", object_id=uuid.uuid4(), title=name, text="") for name in names)
    titles = SearchRow.objects.values_list("title", flat=True)
    assert list(titles.order_by(norwegian("title"))) == IN_ORDER
    assert list(titles.order_by(norwegian("title")).reverse()) == IN_ORDER[::-1]


def test_the_municipalities_stand_in_order_as_they_are_shown() -> None:
    folded = [name.translate(str.maketrans(FOLD_FROM, FOLD_TO)).lower() for name in MUNICIPALITIES.values()]
    assert folded == sorted(folded)
