"""Everything that is held about whoever is signed in, and about their wards: in sections, for the page and for the files.

Nothing is asked by purpose: what is not shown to the person by both locks is not here, so a section can only be too short.
`tests/test_known.py` holds the sections against the tables of persons.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models.functions import Coalesce
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from praksis.accounts.models import Factor, OutsideIdentity, Passkey, RecoveryCode, Session, User
from praksis.base.codes import MUNICIPALITIES
from praksis.base.dates import day, moment
from praksis.base.models import Change
from praksis.base.trail import reads_about
from praksis.candidates.choices import CONSENT_MEANS, ConsentKind
from praksis.candidates.models import Candidate, Conflict, Consent, Correction, Guardian, HeldPaper, Need
from praksis.candidates.rules import may_consent_for
from praksis.catalogue.saved import question_of, searches_of
from praksis.catalogue.search import in_words
from praksis.messages.models import Muted
from praksis.messages.queries import messages_of
from praksis.organisations.models import HeldRole, Host, HostContact, Member, Membership, ResourcePerson, Unit
from praksis.rounds.models import Auditor, Choice, EntryLink, Round
from praksis.rounds.queries import result_of

MOST_READS = 500
"""The newest looks at one person."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is held: `key` is the same in every language."""

    key: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Section:
    """Rows of one kind. `whose` is empty for oneself, or a ward's first name."""

    key: str
    title: str
    rows: list[list[Fact]]
    whose: str = ""


TABLES = {
    "user": ("accounts_user",),
    "roles": ("organisations_membership", "organisations_hostcontact", "rounds_auditor"),
    "signing_in": (
        "accounts_session",
        "accounts_outsideidentity",
        "accounts_factor",
        "accounts_passkey",
        "accounts_recoverycode",
    ),
    "resource": ("organisations_resourceperson",),
    "searches": ("catalogue_savedsearch",),
    "messages": ("messages_message", "messages_muted"),
    "person": ("candidates_candidate",),
    "needs": ("candidates_need",),
    "papers": ("candidates_heldpaper",),
    "conflicts": ("candidates_conflict",),
    "guardians": ("candidates_guardian",),
    "consents": ("candidates_consent",),
    "corrections": ("candidates_correction",),
    "rounds": ("rounds_entry", "rounds_entrylink", "rounds_choice", "rounds_outcome"),
    "reads": ("base_trailentry", "base_pseudonym"),
    "changes": ("base_change",),
}
"""Which tables a section tells."""
LEFT_OUT = {
    "accounts_signinlink": "a digest and a time; gone a day after it cannot be used",
    "accounts_linkrequest": "the address is emptied when the mail is sent; the rest are keyed marks that lead to nobody",
    "organisations_invitation": "held by the workplace until it is accepted, and shown on the page behind its link",
    "intake_intakefile": "an office's own spreadsheet of schemes; nobody is looked up in it, and it is gone in a month",
    "intake_row": "the same, row by row",
    "rounds_runinput": "the same pseudonyms, wishes and places as in the round, in one file for the check of a run",
}


def known(user: User, people: Sequence[Candidate]) -> list[Section]:
    """All sections that have something in them."""
    mine = [_user(user), _roles(user), _resource(user), _signing_in(user), _searches(user), _messages(user)]
    theirs = [section for one in people for section in _about(user, one)]
    return [section for section in [*mine, *theirs] if section.rows]


def people_known(user: User) -> list[Candidate]:
    """Oneself and one's wards."""
    return list(Candidate.objects.owned_by(user).select_related("member", "unit"))


@dataclass(frozen=True, slots=True)
class ConsentAsked:
    """A consent that can be given or taken back; `locked` when a guardian has to do it."""

    person: Candidate
    kind: str
    label: str
    means: str
    given: bool
    locked: bool
    whose: str


def consents_of(user: User, people: Iterable[Candidate]) -> list[ConsentAsked]:
    """Each kind for each person, in plain words."""
    people = list(people)
    standing = set(Consent.objects.filter(candidate__in=people, withdrawn_at=None).values_list("candidate_id", "kind"))
    return [
        ConsentAsked(
            person=one,
            kind=kind.value,
            label=str(capfirst(kind.label)),
            means=str(CONSENT_MEANS[kind]),
            given=(one.pk, kind.value) in standing,
            locked=not may_consent_for(user, one),
            whose="" if one.user_id == user.pk else one.first_name,
        )
        for one in people
        for kind in ConsentKind
    ]


def as_data(sections: Iterable[Section]) -> list[dict[str, Any]]:
    """For the file that a machine reads."""
    return [
        {"section": one.key, "about": one.whose or "self", "rows": [{fact.key: fact.value for fact in row} for row in one.rows]}
        for one in sections
    ]


def _facts(*given: tuple[str, str, object]) -> list[Fact]:
    """Without those that are empty."""
    return [Fact(key, capfirst(label), _text(value)) for key, label, value in given if value not in (None, "", [])]


def _text(value: object) -> str:
    if isinstance(value, bool):
        return _("ja") if value else _("nei")
    if isinstance(value, datetime):
        return moment(value)
    return str(value)


def _user(user: User) -> Section:
    row = _facts(
        ("name", _("navn"), user.name),
        ("email", _("e-post"), user.email),
        ("language", _("språk"), capfirst(user.get_language_display())),
        ("made", _("laget"), user.created_at),
        ("last_sign_in", _("siste innlogging"), user.last_login),
    )
    return Section("user", _("Brukeren din"), [row])


def _roles(user: User) -> Section:
    at_members = Membership.objects.filter(user=user).select_related("member", "unit").order_by("starts_on", "pk")
    at_hosts = HostContact.objects.filter(user=user).select_related("host").order_by("starts_on", "pk")
    rows = [_role(one, capfirst(one.get_role_display()), one.member, one.unit) for one in at_members]
    rows += [_role(one, capfirst(one.get_role_display()), one.host) for one in at_hosts]
    audits = Auditor.objects.filter(user=user).select_related("round").order_by("starts_on", "pk")
    rows += [_role(one, _("Kontrollør"), one.round) for one in audits]
    return Section("roles", _("Roller"), rows)


def _role(held: HeldRole, role: str, where: Member | Host | Round, unit: Unit | None = None) -> list[Fact]:
    return _facts(
        ("role", _("rolle"), role),
        ("where", _("hvor"), where),
        ("unit", _("enhet"), unit),
        ("from", _("fra"), day(held.starts_on)),
        ("until", _("til"), day(held.ends_on) if held.ends_on else None),
        ("taken_back", _("tatt tilbake"), held.taken_back_at),
    )


def _resource(user: User) -> Section:
    persons = ResourcePerson.objects.filter(user=user).select_related("member", "host").order_by("pk")
    rows = [
        _facts(
            ("name", _("navn"), one.name),
            ("where", _("hvor"), one.workplace),
            ("title", _("stilling"), one.title),
            ("knows", _("hva du kan spørres om"), one.knows),
            ("experience", _("erfaring"), capfirst(one.get_experience_display()) if one.experience else None),
            ("agreed", _("vises for alle siden"), one.agreed_at),
        )
        for one in persons
    ]
    return Section("resource", _("Det du sier som ressursperson"), rows)


def _signing_in(user: User) -> Section:
    sessions = [
        _facts(("signed_in", _("logget inn"), one.started_at), ("browser", _("nettleser"), one.client))
        for one in Session.objects.filter(user=user).order_by("-started_at", "pk")
    ]
    outside = [_facts(("provider", _("innlogging gjennom"), one.provider)) for one in OutsideIdentity.objects.filter(user=user)]
    codes = RecoveryCode.objects.filter(user=user, used_at__isnull=True).count()
    factors = [
        _facts(("second_factor", _("ekstra kode fra app, satt opp"), one.made_at), ("codes", _("koder på papir igjen"), codes))
        for one in Factor.objects.filter(user=user)
    ]
    keys = [_facts(("passkey", _("passnøkkel, satt opp"), one.made_at)) for one in Passkey.objects.filter(user=user)]
    return Section("signing_in", _("Innlogging"), [*outside, *factors, *keys, *sessions])


def _searches(user: User) -> Section:
    rows = [
        _facts(
            ("name", _("navn"), one.name),
            ("question", _("søk"), in_words(question_of(one)) or _("alt")),
            ("address", _("adresse"), one.path),
            ("told", _("når det kommer noe nytt"), one.get_told_display()),
            ("saved", _("lagret"), one.saved_at),
            ("used", _("sist brukt"), one.used_at),
            ("looked", _("sist sett etter"), day(one.looked_on)),
            ("found", _("har funnet"), one.found),
        )
        for one in searches_of(user).annotate(found=Coalesce("seen__len", 0))
    ]
    return Section("searches", _("Søk du har lagret"), rows)


def _messages(user: User) -> Section:
    told = [
        _facts(
            ("told", _("skrevet"), one.told_at),
            ("subject", _("emne"), one.subject),
            ("text", _("tekst"), one.text),
            ("read", _("lest"), one.read_at),
            ("mailed", _("sendt på e-post"), one.mailed_at),
        )
        for one in messages_of(user)
    ]
    muted = [
        _facts(("muted", _("ingen e-post om"), one.get_topic_display()))
        for one in Muted.objects.filter(user=user).order_by("topic")
    ]
    return Section("messages", _("Meldinger"), [*told, *muted])


def _about(user: User, one: Candidate) -> Iterator[Section]:
    whose = "" if one.user_id == user.pk else one.first_name

    def section(key: str, title: str, rows: Iterable[list[Fact]]) -> Section:
        return Section(key, title, list(rows), whose)

    yield section("person", _("Hvem du er"), [_person(one)])
    needs = Need.objects.filter(candidate=one).select_related("scheme", "programme").order_by("season", "pk")
    yield section("needs", _("Behov"), map(_need, needs))
    yield section("papers", _("Papirer du har vist"), map(_paper, HeldPaper.objects.filter(candidate=one).order_by("paper")))
    conflicts = Conflict.objects.filter(candidate=one).select_related("host").order_by("pk")
    rows = [
        _facts(("host", _("virksomhet"), found.host), ("why", _("grunn"), capfirst(found.get_code_display())))
        for found in conflicts
    ]
    yield section("conflicts", _("Virksomheter du ikke kan plasseres hos"), rows)
    guardians = Guardian.objects.filter(candidate=one).order_by("pk")
    yield section("guardians", _("Foresatte"), [_facts(("who", _("hvem"), _who(found.user_id, user))) for found in guardians])
    consents = Consent.objects.filter(candidate=one).order_by("given_at", "pk")
    yield section("consents", _("Samtykker"), [_consent(found, user) for found in consents])
    asked = Correction.objects.filter(candidate=one).order_by("asked_at", "pk")
    yield section("corrections", _("Det du har bedt om å få rettet"), map(_correction, asked))
    links = EntryLink.objects.filter(candidate=one).select_related("round", "entry", "member").order_by("-round__closes_at", "pk")
    yield section("rounds", _("Runder, ønsker og resultat"), map(_entry, links))
    yield section("reads", _("Hvem som har sett dette"), _reads(one))
    changes = Change.objects.filter(person=one.pk).order_by("-at", "pk")[:MOST_READS]
    yield section("changes", _("Hva som er endret"), map(_change, changes))


def _person(one: Candidate) -> list[Fact]:
    return _facts(
        ("first_name", _("fornavn"), one.first_name),
        ("last_name", _("etternavn"), one.last_name),
        ("birth_year", _("fødselsår"), one.birth_year),
        ("language", _("språk"), capfirst(one.get_language_display())),
        ("organisation", _("ansvarlig"), one.member),
        ("unit", _("enhet"), one.unit),
        ("reference", _("referanse"), one.reference),
        ("address_protected", _("adressen er skjermet"), one.address_protected),
        ("digital", _("kan logge inn selv"), one.digital),
        ("added", _("lagt inn"), day(one.added_on)),
    )


def _need(one: Need) -> list[Fact]:
    return _facts(
        ("group", _("målgruppe"), capfirst(one.get_target_group_display())),
        ("field", _("fagfelt"), capfirst(one.get_field_display())),
        ("season", _("halvår"), one.season_label),
        ("programme", _("program"), one.programme),
        ("scheme", _("ordning"), one.scheme),
        ("home", _("bosted"), MUNICIPALITIES.get(one.municipality, "")),
    )


def _paper(one: HeldPaper) -> list[Fact]:
    until = day(one.valid_until) if one.valid_until else None
    return _facts(("paper", _("papir"), capfirst(one.get_paper_display())), ("until", _("gjelder til"), until))


def _consent(one: Consent, user: User) -> list[Fact]:
    return _facts(
        ("what", _("samtykke"), capfirst(one.get_kind_display())),
        ("given", _("gitt"), one.given_at),
        ("by", _("av"), _who(one.given_by_id, user)),
        ("taken_back", _("tatt tilbake"), one.withdrawn_at),
    )


def _correction(one: Correction) -> list[Fact]:
    return _facts(
        ("asked", _("spurt"), one.asked_at),
        ("text", _("hva som er feil"), one.text),
        ("state", _("status"), capfirst(one.get_state_display())),
        ("answer", _("svar"), one.answer),
        ("answered", _("besvart"), one.answered_at),
    )


def _who(user_id: object, reader: User) -> str:
    return _("du") if user_id == reader.pk else _("en annen")


def _entry(link: EntryLink) -> list[Fact]:
    choices = Choice.objects.filter(entry=link.entry_id).select_related("place").order_by("rank", "place_id")
    got = result_of(link)
    outcome = got.outcome if got else None
    result = (str(outcome.place) if outcome.place else _("ingen plass")) if outcome else None
    reasons = [f"{step.rank}. {step.place}: {step.told.text}" for step in (got.steps if got else []) if step.told]
    return _facts(
        ("round", _("runde"), link.round),
        ("pseudonym", _("dekknavn i runden"), link.entry_id),
        ("facts", _("det fordelingen ser"), ", ".join(link.entry.tags)),
        ("wishes", _("ønsker"), ", ".join(f"{one.rank}. {one.place}" for one in choices)),
        ("sent", _("sendt inn"), link.entry.sent_at),
        ("result", _("resultat, når det er publisert"), result),
        ("reasons", _("hvorfor"), " ".join(reasons)),
        ("draw", _("det du trakk"), outcome.leaf.get("draw") if outcome else None),
        ("salt", _("tilfeldig tall som skjuler det for andre"), outcome.leaf.get("salt") if outcome else None),
    )


def _change(one: Change) -> list[Fact]:
    before, after = one.before or {}, one.after or {}
    columns = [f"{name}: {before.get(name, '')} → {after.get(name, '')}" for name in sorted({*before, *after})]
    return _facts(
        ("at", _("når"), one.at),
        ("what", _("hva"), f"{one.relation} ({one.operation})"),
        ("columns", _("fra og til"), ", ".join(columns)),
    )


def _reads(one: Candidate) -> list[list[Fact]]:
    entries = list(reads_about([one.pk])[:MOST_READS])
    members = dict(Member.objects.filter(pk__in={entry.member for entry in entries}).values_list("pk", "name"))
    return [
        _facts(
            ("at", _("når"), entry.at),
            ("by", _("hvem"), entry.get_read_by_display()),
            ("where", _("hvor"), members.get(entry.member)),
            ("what", _("hva"), entry.get_shown_display()),
        )
        for entry in entries
    ]
