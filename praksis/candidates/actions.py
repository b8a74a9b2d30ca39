"""What is done to candidates: added, changed, taken in from a spreadsheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from praksis.accounts.actions import users_for
from praksis.accounts.models import User
from praksis.candidates.choices import CorrectionState
from praksis.candidates.imports import Fault, Row
from praksis.candidates.models import Candidate, Consent, Correction, HeldPaper, Need
from praksis.candidates.rules import may_ask_for_correction_of, may_consent_for, may_place_for, may_place_in
from praksis.organisations.models import Member

BATCH = 2000
PERSON = ("first_name", "last_name", "birth_year", "language", "address_protected", "user", "digital", "reference", "unit")


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file did: people that are new, people that got something changed, rows that were as before, and faults."""

    new: int
    changed: int
    same: int
    faults: list[Fault]


@transaction.atomic
def save_candidate(*, member: Member, person: dict[str, Any], by: User, candidate: Candidate | None = None) -> Candidate:
    """Add a person, or change one; `person` is what `PersonForm` gives. An address gives a user that can sign in.

    Papers become those that are given. Raises PermissionDenied.
    """
    unit = person.get("unit")
    if not may_place_in(by, member.pk, unit.pk if unit else None):
        raise PermissionDenied
    if candidate and (candidate.member_id != member.pk or not may_place_in(by, member.pk, candidate.unit_id)):
        raise PermissionDenied
    saved = candidate or Candidate(member=member)
    email = person["email"].lower()
    user = users_for([(email, f"{person['first_name']} {person['last_name']}")]).get(email)
    _set(saved, **{name: person[name] for name in PERSON if name in person}, user=user, digital=user is not None)
    saved.save()
    saved.papers.exclude(paper__in=person["papers"]).delete()
    HeldPaper.objects.bulk_create([HeldPaper(candidate=saved, paper=one) for one in person["papers"]], ignore_conflicts=True)
    if saved.address_protected:
        saved.needs.update(municipality="")
    return saved


@transaction.atomic
def add_need(*, candidate: Candidate, need: dict[str, Any], by: User) -> Need:
    """Add what a person needs; the same need twice is one. The programme's unit is the person's, if it has none yet.

    Raises PermissionDenied.
    """
    if not may_place_in(by, candidate.member_id, candidate.unit_id):
        raise PermissionDenied
    if candidate.unit_id is None and need["programme"] and need["programme"].unit_id:
        candidate.unit_id = need["programme"].unit_id
        candidate.save(update_fields=["unit"])
    where = "" if candidate.address_protected else need["municipality"]
    key = {name: need[name] for name in ("target_group", "field", "season")}
    found, _made = Need.objects.update_or_create(
        candidate=candidate,
        **key,
        defaults={"member_id": candidate.member_id, "municipality": where, "programme": need["programme"]},
    )
    return found


@transaction.atomic
def import_candidates(*, member: Member, rows: Sequence[Row], by: User) -> Imported:
    """Take in the rows of a spreadsheet. A person is known by reference, or else by name and year of birth; the same file twice
    changes nothing. Rows add needs and papers and never take any away. Raises PermissionDenied.
    """
    if not may_place_for(by, member.pk):
        raise PermissionDenied
    known = _Known(member, rows)
    new, changed, faults, same = set[UUID](), set[UUID](), list[Fault](), 0
    for row in rows:
        found = known.find(row)
        if isinstance(found, Fault):
            faults.append(found)
        elif found is None:
            new.add(known.add(row))
        elif known.change(found, row):
            changed.add(found.pk)
        else:
            same += 1
    known.save()
    return Imported(len(new), len(changed - new), same, faults)


class _Known:
    """The member's people while a file is taken in: read once, changed in memory, written once."""

    def __init__(self, member: Member, rows: Sequence[Row]) -> None:
        self.member = member
        self.users = users_for((row.email, f"{row.first_name} {row.last_name}") for row in rows)
        people = list(Candidate.objects.filter(member=member).select_for_update(of=("self",)))
        self.by_reference = {one.reference: one for one in people if one.reference}
        self.by_name: dict[tuple[str, str, int | None], list[Candidate]] = {}
        for one in people:
            self.by_name.setdefault(_name_key(one), []).append(one)
        needs = Need.objects.filter(member=member)
        self.needs = {(need.candidate_id, need.target_group, need.field, need.season): need for need in needs}
        self.papers = set(HeldPaper.objects.filter(candidate__member=member).values_list("candidate_id", "paper"))
        self.new_people: dict[UUID, Candidate] = {}
        self.changed_people: dict[UUID, Candidate] = {}
        self.new_needs: list[Need] = []
        self.changed_needs: dict[UUID, Need] = {}
        self.new_papers: list[HeldPaper] = []

    def find(self, row: Row) -> Candidate | Fault | None:
        """Whom a row is about; a fault when that cannot be told."""
        if row.reference and row.reference in self.by_reference:
            return self.by_reference[row.reference]
        alike = self.by_name.get(_name_key(row), [])
        alike = [one for one in alike if not row.reference or not one.reference]
        if len(alike) > 1:
            return Fault(row.line, "referanse", _("Flere hos dere heter dette. Gi dem hver sin referanse."))
        return alike[0] if alike else None

    def add(self, row: Row) -> UUID:
        """Make a person of a row."""
        made = Candidate(member=self.member)
        self._set_person(made, row)
        self.new_people[made.pk] = made
        self.by_name.setdefault(_name_key(made), []).append(made)
        if made.reference:
            self.by_reference[made.reference] = made
        self._add_need(made, row)
        self._add_papers(made, row)
        return made.pk

    def change(self, one: Candidate, row: Row) -> bool:
        """Bring a person up to a row; whether anything was new."""
        person = self._set_person(one, row)
        if person and one.pk not in self.new_people:
            self.changed_people[one.pk] = one
        return any([person, self._add_need(one, row), self._add_papers(one, row)])

    def _set_person(self, one: Candidate, row: Row) -> bool:
        user = self.users.get(row.email)
        known = {"birth_year": row.birth_year or one.birth_year, "reference": row.reference or one.reference}
        signing_in = {"user": user, "digital": True} if user else {"digital": one.user_id is not None}
        return _set(
            one,
            first_name=row.first_name,
            last_name=row.last_name,
            language=row.language,
            address_protected=row.address_protected,
            **known,
            **signing_in,
        )

    def _add_need(self, one: Candidate, row: Row) -> bool:
        key = (one.pk, row.target_group, row.field, row.season)
        where = "" if row.address_protected else row.municipality
        if need := self.needs.get(key):
            if need.municipality == where:
                return False
            need.municipality = where
            self.changed_needs[need.pk] = need
            return True
        group, field, season = key[1:]
        self.needs[key] = Need(
            candidate=one, member=self.member, target_group=group, field=field, season=season, municipality=where
        )
        self.new_needs.append(self.needs[key])
        return True

    def _add_papers(self, one: Candidate, row: Row) -> bool:
        new = [paper for paper in row.papers if (one.pk, paper) not in self.papers]
        self.papers |= {(one.pk, paper) for paper in new}
        self.new_papers += [HeldPaper(candidate=one, paper=paper) for paper in new]
        return bool(new)

    def save(self) -> None:
        """Write it all, in a fixed number of statements for each 2,000 rows."""
        Candidate.objects.bulk_create(self.new_people.values(), batch_size=BATCH)
        Candidate.objects.bulk_update(self.changed_people.values(), PERSON, batch_size=BATCH)
        new = {need.pk for need in self.new_needs}
        Need.objects.bulk_create(self.new_needs, batch_size=BATCH)
        changed = [need for need in self.changed_needs.values() if need.pk not in new]
        Need.objects.bulk_update(changed, ["municipality"], batch_size=BATCH)
        HeldPaper.objects.bulk_create(self.new_papers, batch_size=BATCH)


def _name_key(one: Candidate | Row) -> tuple[str, str, int | None]:
    return one.first_name.casefold(), one.last_name.casefold(), one.birth_year


def _set(one: Candidate, **facts: Any) -> bool:
    """Set what differs; whether anything did."""
    different = {name: value for name, value in facts.items() if getattr(one, name) != value}
    for name, value in different.items():
        setattr(one, name, value)
    return bool(different)


@transaction.atomic
def give_consent(*, candidate: Candidate, kind: str, by: User) -> None:
    """Agree to something, for oneself or a child. Twice is once. Raises PermissionDenied."""
    if not may_consent_for(by, candidate):
        raise PermissionDenied
    Consent.objects.bulk_create([Consent(candidate=candidate, kind=kind, given_by=by)], ignore_conflicts=True)


@transaction.atomic
def withdraw_consent(*, candidate: Candidate, kind: str, by: User) -> None:
    """Take it back: from now on it does not stand; the row stays, with the day. Raises PermissionDenied."""
    if not may_consent_for(by, candidate):
        raise PermissionDenied
    Consent.objects.filter(candidate=candidate, kind=kind, withdrawn_at__isnull=True).update(withdrawn_at=timezone.now())


@transaction.atomic
def ask_for_correction(*, candidate: Candidate, text: str, click_key: UUID, by: User) -> None:
    """Ask the member to correct what is held about oneself or a ward. The same `click_key` is the same asking.

    Raises PermissionDenied."""
    if not may_ask_for_correction_of(by, candidate):
        raise PermissionDenied
    Correction.objects.bulk_create([Correction(candidate=candidate, text=text, click_key=click_key)], ignore_conflicts=True)


@transaction.atomic
def answer_correction(*, correction: Correction, state: str, answer: str, by: User) -> bool:
    """Answer that it is done, or why not; False when somebody has answered already. Raises PermissionDenied."""
    candidate = correction.candidate
    if not may_place_in(by, candidate.member_id, candidate.unit_id):
        raise PermissionDenied
    waiting = Correction.objects.filter(pk=correction.pk, state=CorrectionState.WAITING)
    return waiting.update(state=state, answer=answer, answered_at=timezone.now()) == 1
