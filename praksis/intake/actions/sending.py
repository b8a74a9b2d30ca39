"""What people do with an import: send a file or an address, say which column is what, decide, order it written or undone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from praksis.accounts.models import User
from praksis.base.fetching import NotFetchedError, fetch
from praksis.base.identity import Identity, acting
from praksis.base.jobs import defer_job
from praksis.base.retention import days
from praksis.base.tables import MOST_BYTES, NotATableError, Table, read_table
from praksis.intake.choices import MOVES, Decision, IntakeState
from praksis.intake.columns import guess
from praksis.intake.models import Feed, Intake, IntakeFile, Row
from praksis.intake.rules import may_take_in_for
from praksis.organisations.models import Member

SAMPLE = 50


class NotNowError(ValidationError):
    """The import is not where this can be done; the text says what to do."""


@dataclass(frozen=True)
class Sent:
    """A file, or the address of one."""

    click_key: UUID
    content: bytes = b""
    file_name: str = ""
    address: str = ""


@transaction.atomic
def send(*, member: Member, feed_name: str, sent: Sent, by: User) -> Intake:
    """Take in what somebody sent. The feed of that name is made if it is new; the same `click_key` is the same import.

    Side effects: the job `intake.check` where the feed's columns are known and fit, `intake.fetch` for an address.
    Raises PermissionDenied, NotATableError.
    """
    if not may_take_in_for(by, member.pk):
        raise PermissionDenied
    if same := Intake.objects.filter(click_key=sent.click_key, feed__member=member).first():
        return same
    table = read_table(sent.content) if not sent.address else None
    feed, _made = Feed.objects.get_or_create(member=member, name=feed_name)
    intake = Intake(
        feed=feed,
        by=by,
        click_key=sent.click_key,
        language=get_language() or "nb",
        file_name=sent.file_name[:200],
        state=IntakeState.FETCHING,
    )
    intake.save(force_insert=True)
    if table is None:
        Feed.objects.filter(pk=feed.pk).update(address=sent.address)
        defer_job("intake.fetch", intake_id=str(intake.pk))
    else:
        _understand(intake, sent.content, table)
    return intake


def fetch_feed(intake_id: UUID) -> None:
    """Fetch what lies at the feed's address, in the worker, and go on as with a file."""
    with transaction.atomic():
        intake = Intake.objects.select_related("feed").get(pk=intake_id)
    if intake.state != IntakeState.FETCHING:
        return
    with override(intake.language):
        try:
            content = fetch(intake.feed.address, most_bytes=MOST_BYTES)
            table = read_table(content)
        except (NotFetchedError, NotATableError) as problem:
            fail(intake_id, str(problem))
            return
    with transaction.atomic():
        held = moved(intake_id, IntakeState.MAPPING)
        _understand(held, content, table)


def _understand(intake: Intake, content: bytes, table: Table) -> None:
    """Keep the file and what it is; where the feed's columns are remembered and all are there, try it at once."""
    sample = [line.cells for line in table.lines[:SAMPLE]]
    kept = {"member": intake.feed.member, "content": content, "header": table.header, "sample": sample}
    IntakeFile.objects.update_or_create(intake=intake, defaults=kept)
    intake.digest, intake.form = sha256(content).hexdigest(), table.form
    intake.sheet, intake.sheets = table.sheet, table.sheets
    intake.written_as, intake.rows_total = table.written, len(table.lines)
    known = {heading: name for heading, name in intake.feed.columns.items() if heading in table.header}
    intake.columns = known or guess(table.header, sample)
    intake.key = intake.feed.key if intake.feed.key in table.header else ""
    remembered = bool(known) and len(known) == len(intake.feed.columns) and intake.key == intake.feed.key
    intake.state = IntakeState.CHECKING if remembered else IntakeState.MAPPING
    intake.save()
    if remembered:
        defer_job("intake.check", intake_id=str(intake.pk))


@transaction.atomic
def choose_sheet(*, intake: Intake, sheet: str, by: User) -> None:
    """Read another sheet of the same file. Raises PermissionDenied, NotNowError, NotATableError."""
    held = _own(intake, by)
    _ask_for(held, IntakeState.MAPPING, IntakeState.CHECKED, IntakeState.FAILED)
    content = bytes(IntakeFile.objects.get(intake=held).content)
    _understand(held, content, read_table(content, sheet=sheet))


@transaction.atomic
def choose_columns(*, intake: Intake, columns: Mapping[str, str], key: str, by: User) -> None:
    """Say which heading is which field, and which tells rows apart; the feed remembers it. Side effect: the job `intake.check`.

    Raises PermissionDenied, NotNowError.
    """
    held = _own(intake, by)
    _ask_for(held, IntakeState.MAPPING, IntakeState.CHECKED, IntakeState.FAILED)
    held.columns, held.key, held.state, held.problem = dict(columns), key, IntakeState.CHECKING, ""
    held.rows_done = 0
    held.save(update_fields=["columns", "key", "state", "problem", "rows_done"])
    Feed.objects.filter(pk=held.feed_id).update(columns=dict(columns), key=key)
    defer_job("intake.check", intake_id=str(held.pk))


@transaction.atomic
def change_columns(*, intake: Intake, by: User) -> None:
    """Go back to the columns before anything is written. Raises PermissionDenied, NotNowError."""
    held = _own(intake, by)
    _ask_for(held, IntakeState.MAPPING, IntakeState.CHECKED, IntakeState.FAILED)
    Intake.objects.filter(pk=held.pk).update(state=IntakeState.MAPPING)


@transaction.atomic
def decide(*, intake: Intake, decisions: Mapping[UUID, str], by: User) -> None:
    """Say of doubtful rows whether they are the scheme they resemble. Side effect: the job `intake.check`, which reckons anew.

    Raises PermissionDenied, NotNowError.
    """
    held = _own(intake, by)
    _ask_for(held, IntakeState.CHECKED)
    doubtful = Row.objects.filter(intake=held).exclude(alike=None)
    for decision in Decision.values:
        chosen = [row for row, said in decisions.items() if said == decision]
        doubtful.filter(pk__in=chosen).update(decision=decision)
    Intake.objects.filter(pk=held.pk).update(state=IntakeState.CHECKING, rows_done=0)
    defer_job("intake.check", intake_id=str(held.pk))


@transaction.atomic
def order_write(*, intake: Intake, by: User) -> None:
    """Order it written. Twice is once. Side effect: the job `intake.write`. Raises PermissionDenied, NotNowError."""
    held = _own(intake, by)
    if held.state in (IntakeState.WRITING, IntakeState.WRITTEN):
        return
    _ask_for(held, IntakeState.CHECKED)
    if not held.to_write:
        raise NotNowError(_("Det er ingenting å lagre: ingen rader er nye eller endret."))
    Intake.objects.filter(pk=held.pk).update(state=IntakeState.WRITING, rows_done=0)
    defer_job("intake.write", intake_id=str(held.pk))


@transaction.atomic
def order_undo(*, intake: Intake, by: User) -> None:
    """Order it undone. Twice is once. Side effect: the job `intake.undo`. Raises PermissionDenied, NotNowError."""
    held = _own(intake, by)
    if held.state in (IntakeState.UNDOING, IntakeState.UNDONE):
        return
    if not held.can_be_undone:
        raise NotNowError(_("Importen kan ikke angres nå. Det som er lagret, kan endres på sidene til ordningene."))
    Intake.objects.filter(pk=held.pk).update(state=IntakeState.UNDOING, rows_done=0)
    defer_job("intake.undo", intake_id=str(held.pk))


@transaction.atomic
def forget_files() -> None:
    """Delete files, and what was said of their rows, that have been kept long enough. Runs as the worker."""
    before = timezone.now() - timedelta(days=days("intake"))
    with acting(Identity(purpose="overdue", key="intake")):
        IntakeFile.objects.filter(sent_at__lt=before).delete()
        Row.objects.filter(tried_at__lt=before).delete()


def _own(intake: Intake, by: User) -> Intake:
    held = Intake.objects.select_for_update(of=("self",)).select_related("feed").get(pk=intake.pk)
    if not may_take_in_for(by, held.feed.member_id):
        raise PermissionDenied
    return held


def _ask_for(intake: Intake, *states: IntakeState) -> None:
    if intake.state not in states:
        raise NotNowError(_("Noen har gått videre med denne importen. Last siden på nytt og se hvor den står."))


def moved(intake_id: UUID, to: IntakeState) -> Intake:
    """The import, locked and on its way to a state, not stored yet."""
    held = Intake.objects.select_for_update(of=("self",)).select_related("feed__member").get(pk=intake_id)
    if to not in MOVES[IntakeState(held.state)]:
        raise NotNowError(held.state)
    held.state = to
    return held


@transaction.atomic
def fail(intake_id: UUID, problem: str) -> None:
    """Stop, and say why."""
    Intake.objects.filter(pk=intake_id).update(state=IntakeState.FAILED, problem=problem)
