"""How long 20,000 rows take from a spreadsheet to a catalogue where they are found."""

import os
import uuid
from collections.abc import Callable
from time import perf_counter, process_time

import pytest

from matching.tests.reports import write_report
from praksis.base.models import SearchRow
from praksis.base.tables import write_table
from praksis.catalogue.models import Scheme
from praksis.intake import actions
from praksis.intake.models import Intake, Pair
from praksis.intake.tests.examples import HEADER, good_row, member_with_coordinator

pytestmark = [pytest.mark.django_db, pytest.mark.bench]
ROWS = 20_000


def test_twenty_thousand_rows(run_jobs: Callable[[], int]) -> None:
    from django.db import transaction

    member, user = member_with_coordinator()
    rows = [[str(cell) for cell in good_row(number)] for number in range(ROWS)]
    lines = [f"{ROWS} rows of {len(HEADER)} columns, as Excel; seconds, and of them this process's own"]
    lines.append(f"load of the machine from others while it began: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")

    def timed(told: str, work: Callable[[], object]) -> float:
        began, worked = perf_counter(), process_time()
        work()
        took = perf_counter() - began
        lines.append(f"{told:<66}{took:>8.1f}{process_time() - worked:>8.1f}")
        return took

    def send(content: bytes, *, at_once: bool = False) -> None:
        with transaction.atomic():
            sent = actions.Sent(uuid.uuid4(), content=content, file_name="x.xlsx")
            actions.send(member=member, feed_name="Kontoret", sent=sent, by=user)
        if at_once:
            run_jobs()

    def order(action: Callable[..., None], **more: object) -> None:
        with transaction.atomic():
            action(intake=Intake.objects.order_by("-started_at")[0], by=user, **more)
        run_jobs()

    content = write_table("xlsx", HEADER, rows)
    total = timed("sent, read and understood (in the request)", lambda: send(content))
    columns = Intake.objects.get().columns
    total += timed("the dry run", lambda: order(actions.choose_columns, columns=columns, key="Emnekode"))
    assert Intake.objects.get().counts == {"new": ROWS}
    total += timed("written, made findable, and looked through for doubles", lambda: order(actions.order_write))
    assert Scheme.objects.count() == SearchRow.objects.filter(kind="scheme").count() == ROWS
    lines += [f"{'together':<66}{total:>8.1f}", "", f"pairs that may be doubles: {Pair.objects.count()}", ""]
    for row in rows[::10]:
        row[5] = "41"
    changed = write_table("xlsx", HEADER, rows)
    timed("the same file again with every tenth row changed: to the dry run", lambda: send(changed, at_once=True))
    assert Intake.objects.order_by("-started_at")[0].counts["changed"] == ROWS // 10
    timed("those 2,000 written", lambda: order(actions.order_write))
    timed("undone", lambda: order(actions.order_undo))
    write_report("bench-import.txt", lines, of="praksis")
