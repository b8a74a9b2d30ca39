"""The seals of the trail: whatever is done to it by whoever owns the database, `verify_trail` says so."""

import contextlib
import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from pytest_django import Settings

from conftest import AsRole
from praksis.base import chain
from praksis.base.checkpoints import write_checkpoint
from praksis.base.models import TrailEntry, TrailLink
from praksis.base.tasks import chain_trail

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
ONE, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)
type Verify = Callable[[], str]
type Tamper = Callable[..., None]


@pytest.fixture(autouse=True)
def apart(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys and checkpoints of the test's own; and what was entered is settled at once."""
    settings.DATA = tmp_path
    monkeypatch.setattr(chain, "SETTLED", timedelta())


@pytest.fixture
def sealed(as_worker: AsRole) -> None:
    """Three times two members' entries, and a seal after each."""
    for _time in range(3):
        enter()
        seal(as_worker)


def enter() -> None:
    for member in (ONE, ONE, OTHER):
        entry = TrailEntry(request=uuid.uuid4(), kind="person", actor=uuid.uuid4(), person=uuid.uuid4(), member=member)
        entry.save(using="trail", force_insert=True)


def seal(as_worker: AsRole) -> None:
    with as_worker():
        chain_trail.func(timestamp=0)


@pytest.fixture
def verify(as_owner: AsRole) -> Verify:
    """What the command says."""

    def say() -> str:
        told = StringIO()
        with as_owner(), contextlib.suppress(SystemExit):
            call_command("verify_trail", stdout=told)
        return told.getvalue()

    return say


@pytest.fixture
def tamper(database: dict[str, str]) -> Tamper:
    """A statement of whoever owns the database, on whom no lock and no trigger binds."""

    def run(statement: str) -> None:
        with psycopg.connect(database["owner"], options="-c app.purpose=maintenance") as owner:
            owner.execute("alter table base_trailentry disable trigger user")
            changed = owner.execute(statement).rowcount
            owner.execute("alter table base_trailentry enable trigger user")
        assert changed > 0

    return run


# ruff: noqa: S608 - statements of our own
FIRST = "(select id from base_trailentry order by at limit 1)"
MIDDLE = "(select at from base_trailentry where member = '00000000-0000-0000-0000-000000000001' order by at offset 2 limit 1)"
COPIED = "insert into base_trailentry select (jsonb_populate_record(one, jsonb_build_object('id', gen_random_uuid()"


def test_what_nobody_touched_is_as_it_was_written(sealed: None, verify: Verify) -> None:
    assert verify() == "The trail is as it was written.\n"


def test_new_entries_are_sealed_with_those_before_them(sealed: None, as_worker: AsRole) -> None:
    with as_worker(), chain.reading_the_trail():
        links = list(TrailLink.objects.order_by("member", "number").values_list("member", "number", "count"))
    assert links == [(ONE, number, 2) for number in (1, 2, 3)] + [(OTHER, number, 1) for number in (1, 2, 3)]
    with as_worker():
        assert chain.seal_trail() == 0
        assert not write_checkpoint()


def test_whom_pseudonyms_stand_for_can_be_erased(sealed: None, verify: Verify, tamper: Tamper) -> None:
    tamper("delete from base_pseudonym")
    assert verify() == "The trail is as it was written.\n"


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (f"update base_trailentry set page = 'another' where id = {FIRST}", "an entry was changed"),
        (f"update base_trailentry set actor = gen_random_uuid() where id = {FIRST}", "an entry was changed"),
        (f"update base_trailentry set at = at + interval '1 microsecond' where id = {FIRST}", "an entry was changed"),
        (f"delete from base_trailentry where id = {FIRST}", "2 entries were sealed, and 1 are there"),
        (f"{COPIED}))).* from base_trailentry one where id = {FIRST}", "2 entries were sealed, and 3 are there"),
        (
            f"{COPIED}, 'member', '{uuid.UUID(int=3)}'))).* from base_trailentry one where id = {FIRST}",
            "has entries until",
        ),
        ("update base_traillink set count = 3 where number = 2", "the link itself was changed"),
        ("delete from base_traillink where number = 2", "the link before it is not the one"),
        ("delete from base_traillink where number = 3", "was signed, and the database does not have it"),
        (f"delete from base_trailentry where at >= {MIDDLE}", "entries were sealed, and 0 are there"),
    ],
)
def test_what_an_owner_does_is_found(sealed: None, verify: Verify, tamper: Tamper, statement: str, told: str) -> None:
    tamper(statement)
    assert told in verify()


def test_an_older_database_put_back_is_found(sealed: None, verify: Verify, tamper: Tamper) -> None:
    """Whole in itself, and shorter than what was signed."""
    tamper("with old as (delete from base_traillink where number = 3 returning since) "
           "delete from base_trailentry where at > (select min(since) from old)")  # fmt: skip
    assert {line.partition(":")[0] for line in verify().splitlines()} == {"Checkpoint 3"}


def test_a_chain_made_anew_over_changed_entries_is_found(
    sealed: None, verify: Verify, tamper: Tamper, as_worker: AsRole, tmp_path: Path
) -> None:
    tamper(f"update base_trailentry set page = 'another' where id = {FIRST}")
    tamper("delete from base_traillink")
    with as_worker():
        chain.seal_trail()
    assert "was signed, and the database does not have it" in verify()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda lines: lines[1:], "Checkpoint 1: the one before it is not the one"),
        (lambda lines: [lines[0], lines[2]], "Checkpoint 2: the one before it is not the one"),
        (lambda lines: [lines[0].replace('"heads": {"', '"heads": {"0'), *lines[1:]], "Checkpoint 1: the signature is not right"),
        (lambda lines: [json.dumps({**json.loads(lines[0]), "signature": ""}), *lines[1:]], "Checkpoint 1: the signature"),
    ],
)
def test_a_changed_checkpoint_is_found(
    sealed: None, verify: Verify, tmp_path: Path, change: Callable[[list[str]], list[str]], told: str
) -> None:
    file = tmp_path / "checkpoints" / "trail.jsonl"
    file.write_text("\n".join(change(file.read_text().splitlines())) + "\n")
    assert told in verify()


def test_checkpoints_signed_with_another_key_are_found(sealed: None, tmp_path: Path, as_worker: AsRole, as_owner: AsRole) -> None:
    """By whoever kept the public key elsewhere."""
    kept = tmp_path / "kept.pem"
    (tmp_path / "checkpoints" / "public_key.pem").rename(kept)
    (tmp_path / "trail_key.pem").unlink()
    enter()
    seal(as_worker)
    told = StringIO()
    with as_owner(), pytest.raises(SystemExit):
        call_command("verify_trail", public_key=kept, stdout=told)
    assert told.getvalue() == "Checkpoint 4: the signature is not right.\n"


def test_the_key_is_for_its_owner_alone_and_the_checkpoints_name_nobody(sealed: None, tmp_path: Path) -> None:
    assert (tmp_path / "trail_key.pem").stat().st_mode & 0o777 == 0o600
    line: dict[str, Any] = json.loads((tmp_path / "checkpoints" / "trail.jsonl").read_text().splitlines()[0])
    assert set(line) == {"upto", "heads", "previous", "signature"}
    assert set(line["heads"]) == {str(ONE), str(OTHER)}


def test_what_is_entered_now_is_sealed_when_it_has_settled(as_worker: AsRole, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "SETTLED", timedelta(minutes=1))
    enter()
    with as_worker():
        assert chain.seal_trail() == 0
