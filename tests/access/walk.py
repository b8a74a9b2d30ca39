"""Ask for every address as everyone, and say where the answers are not what the table says."""

import gzip
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4
from zipfile import ZipFile

from django.http import HttpResponse
from django.urls import Resolver404, resolve, reverse
from pypdf import PdfReader

from praksis.base.codes import CONFIDENTIAL_GROUPS, TargetGroup
from praksis.rounds.models import EntryLink
from tests.access.people import Actor
from tests.access.table import PAGE, Address, Row, rows
from tests.access.things import Thing, thing, things
from tests.access.world import PEOPLE, World

SIGN_IN = reverse("accounts:sign_in")
FORM, GONE, NOT_WELL = 422, 410, 503
"""A form that comes back, a link that does not work any more, and a house without a worker."""
LANDINGS = {
    "web:my_page": {"accounts:sign_in"},
    "web:choose_colors": {"web:front"},
    "web:set_language": {"web:front"},
    "accounts:sign_in": {"web:my_page"},
    "accounts:follow_link": {"web:my_page"},
    "accounts:sign_out": {"web:front"},
    "accounts:sign_out_everywhere": {"web:front"},
    "accounts:second_factor": {"accounts:my_sign_ins"},
    "accounts:give_passkey": {"accounts:my_sign_ins"},
    "accounts:add_passkey": {"accounts:my_sign_ins"},
    "accounts:put_off_second_factor": {"web:my_page"},
    "accounts:remove_second_factor": {"accounts:my_sign_ins"},
    "catalogue:edit_place": {"catalogue:place"},
    "catalogue:close_place": {"catalogue:place"},
    "catalogue:approve_place": {"catalogue:place"},
    "catalogue:offer": {"catalogue:offered"},
    "intake:start": {"intake:intakes"},
    "intake:intakes": {"intake:intake"},
    **{f"intake:{name}": {"intake:intake"} for name in ("sheet", "columns", "decide", "write", "undo")},
    "intake:merge": {"intake:pairs"},
    "intake:tell_apart": {"intake:pairs"},
    "catalogue:new_scheme": {"catalogue:scheme"},
    **{f"catalogue:{name}_search": {"catalogue:saved_searches"} for name in ("save", "change", "stop", "keep")},
    "catalogue:delete_search": {"catalogue:find"},
    "catalogue:edit_scheme": {"catalogue:scheme"},
    "catalogue:confirm_scheme": {"catalogue:scheme"},
    "catalogue:suggest_change": {"catalogue:scheme"},
    "catalogue:scheme_steps": {"catalogue:scheme"},
    "catalogue:confirm_places": {"catalogue:host_places"},
    "catalogue:new_source": {"catalogue:source"},
    "catalogue:remove_source": {"catalogue:sources"},
    **{f"catalogue:{name}_source": {"catalogue:source"} for name in ("edit", "read", "restore")},
    **{f"catalogue:{name}": {"catalogue:cite"} for name in ("cite", "stop_citing")},
    "ways:note": {"ways:gaps", "catalogue:scheme"},
    "ways:draft": {"catalogue:scheme"},
    "ways:close": {"ways:gaps"},
    "ways:hurdles": {"ways:hurdles"},
    "ways:take_back": {"ways:hurdles"},
    "catalogue:ask_person": {"catalogue:people"},
    "catalogue:my_resource": {"catalogue:my_resource"},
    "catalogue:hide_resource": {"catalogue:my_resource"},
    "organisations:remove_resource": {"organisations:staff"},
    "catalogue:edit_host": {"catalogue:host"},
    "catalogue:follow_register": {"catalogue:register"},
    "messages:read": {"messages:inbox"},
    "messages:choose": {"messages:inbox"},
    "organisations:withdraw": {"organisations:staff"},
    "organisations:new_unit": {"organisations:staff"},
    "organisations:new_member": {"organisations:staff"},
    "organisations:change_role": {"organisations:staff"},
    "organisations:take_back_role": {"organisations:staff", "web:my_page"},
    "organisations:follow_invitation": {"web:my_page"},
    "candidates:new_candidate": {"candidates:candidates"},
    "candidates:candidate": {"candidates:candidate"},
    "candidates:new_need": {"candidates:candidate"},
    "rounds:erase": {"candidates:candidates", "candidates:candidate"},
    "web:rename_me": {"web:known"},
    "web:consent": {"web:known"},
    "web:ask_correction": {"web:known"},
    "candidates:answer_correction": {"candidates:corrections"},
    "rounds:add": {"catalogue:place", "rounds:wishes_of"},
    "rounds:wishes_of": {"rounds:wishes_of"},
    "rounds:new_round": {"rounds:round"},
    "rounds:open": {"rounds:round"},
    "rounds:close": {"rounds:round"},
    "rounds:reopen": {"rounds:round"},
    "rounds:enter": {"rounds:round"},
    "rounds:new_run": {"rounds:round"},
    "rounds:publish": {"rounds:round"},
    "rounds:auditors": {"rounds:auditors"},
    "rounds:end_auditor": {"rounds:auditors"},
    "demo:become": {"web:my_page"},
    "demo:leave": {"web:front"},
}
"""Where an allowed answer may lead."""
LAST = (
    "organisations:take_back_role",
    "accounts:sign_out_everywhere",
    "organisations:follow_invitation",
    "accounts:follow_link",
    "demo:become",
    "demo:leave",
    "accounts:sign_out",
)
"""After these one is somebody else."""
USED_ONCE = {"accounts:follow_link", "organisations:follow_invitation"}
"""Whoever comes second is told that the link is used."""
FORM_AGAIN = {
    "catalogue:new_source",
    "catalogue:edit_source",
    "catalogue:save_search",
    "catalogue:change_search",
    "accounts:set_up_second_factor",
    "catalogue:new_scheme",
    "catalogue:edit_scheme",
    "catalogue:scheme_steps",
    "ways:note",
    "rounds:new_round",
    "rounds:reopen",
    "rounds:auditors",
}
"""Sent with something wrong too, so that the form may come back to those who may send it."""
NAMES_ONE = {
    "catalogue:stop_by_link": re.compile("Zqsøk"),
    "catalogue:keep_by_link": re.compile("Zqsøk"),
    "catalogue:offered": re.compile("Zqofferedplass"),
    "organisations:follow_invitation": re.compile("zqskoleny@person.example"),
}
"""The page for whoever holds the address of an offer, or of a letter's link, names that offer or search; an invitation's, whom
it is for."""
ABOUT_PEOPLE = ("rounds:wishes", "rounds:result", "rounds:own_")
CONFIDENTIAL = re.compile("|".join([*CONFIDENTIAL_GROUPS, *(str(TargetGroup(one).label) for one in CONFIDENTIAL_GROUPS)]))
TOLD_GROUP = {"work_training": "nav", "language_practice": "kommune"}
WORDS = {(row.name, row.method): row.words for row in rows(PAGE.read_text())}


type Entered = list[tuple[str, UUID | None]]
"""Entries of the trail: the class, and who was shown."""
NAMELESS = ("rounds:wishes", "rounds:result", "web:my_page")
"""Pages about oneself, which need not say the name."""


@dataclass
class Walk:
    """The world, and what was wrong so far. `entered` takes what is new in the trail.

    `sampled` asks less where the same question comes again: plain rows by every third role; for a row's further things every
    second of those who may; of those who are turned away every second, and every fourth for further things. Whose turn it is
    goes round with the rows.
    """

    world: World
    entered: Callable[[], Entered] = list
    wrong: list[str] = field(default_factory=list)
    asked: int = 0
    sampled: bool = False
    turn: int = 0
    used: set[str] = field(default_factory=set)
    missing: dict[str, str] = field(default_factory=dict)
    things: dict[str, list[Thing]] = field(default_factory=dict)
    pseudonyms: dict[str, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.things = things(self.world)
        links = list(EntryLink.objects.values_list("candidate_id", "entry_id"))
        self.pseudonyms = {
            key: {str(entry) for candidate, entry in links if candidate == one.pk} for key, one in self.world.candidates.items()
        }

    def of(self, row: Row) -> list[Thing]:
        """The things of a row. Without arguments there is one, and it is whoever's who asks."""
        return self.things.get(row.name) or [thing("page", own=set(self.world.cast.actors))]

    def actors(self, row: Row) -> list[Actor]:
        """Everyone; where nothing depends on who asks, one of each role."""
        everyone = list(self.world.cast.actors.values())
        if not row.plain:
            return everyone
        of_each = list({actor.role: actor for actor in everyone}.values())
        return of_each[self.turn % 3 :: 3] if self.sampled else of_each

    # ------------------------------------------------------------ asking

    def ask(self, actor: Actor, row: Row, one: Thing, sent: Any = None) -> Any:
        """What comes back. `sent` is for what changes nothing; whoever may change something sends what fits the thing."""
        self.asked += 1
        address = reverse(row.name, args=one.args) + one.query
        if row.method == "GET":
            return actor.client.get(address)
        data = sent or one.sent()
        self.entered()  # what a form to send was looked up by
        return actor.client.post(address, data)

    def allowed(self, row: Row, actor: Actor, one: Thing) -> bool:
        return any(one.applies(word, actor.key) for word in row.words[actor.role])

    def walk(self, rows: Iterable[Row], *, allowed: bool | None = None) -> None:
        """Ask for everything as everyone who may, and as one of each role who may not; only the ones or the others, where
        `allowed` says so. Whose turn it is changes with the row and the thing. A role that may never asks for one thing.
        """
        for row in rows:
            self.turn += 1
            for number, one in enumerate(self.of(row)):
                actors = self.actors(row)
                may = [actor for actor in actors if self.allowed(row, actor, one)]
                refused = [actor for actor in actors if actor not in may and not (number and _never(row, actor))]
                turned_away = one_of_each_role(refused, self.turn + number)
                asking = [] if allowed is False else [(actor, True) for actor in self._some(may, number, 4 if number else 2)]
                asking += [] if allowed else [(actor, False) for actor in self._some(turned_away, number, 6 if number else 3)]
                sent = one.sent() if asking and row.method == "POST" and not allowed else None
                for actor, is_allowed in asking:
                    self.compare(row, actor, one, self.ask(actor, row, one, sent), may=is_allowed)

    def _some(self, actors: list[Actor], number: int, every: int) -> list[Actor]:
        """All of them; when sampled, one in `every`, and at least one."""
        if not self.sampled or not actors:
            return actors
        return actors[(self.turn + number) % min(every, len(actors)) :: every]

    # ------------------------------------------------------------ comparing

    def compare(self, row: Row, actor: Actor, one: Thing, answer: Any, *, may: bool) -> None:
        """Note what is wrong with one answer."""
        trail = self.trail(row, actor, answer, self.entered())
        problems = [*trail, *self.content(row, actor, one, answer), *self._status(row, actor, one, answer, may=may)]
        self.wrong += [f"{row} «{one.name}» as {actor.key}: {problem}" for problem in problems]

    def _status(self, row: Row, actor: Actor, one: Thing, answer: Any, *, may: bool) -> Iterator[str]:
        if may:
            yield from _not_allowed(row, answer, used=row.name in self.used)
            self.used |= {row.name} & USED_ONCE if row.method == "POST" else set()
        elif "sign in" in row.words[actor.role]:
            if answer.status_code != 302 or answer.headers["Location"] not in _sign_in(row, one):
                yield f"should be sent to sign in, got {answer.status_code} {answer.headers.get('Location', '')}"
        elif answer.status_code != 404:
            yield f"should be missing, got {answer.status_code}"
        elif plain(answer, row, one) != self.nothing(actor, row):
            yield "does not look like what is missing"

    def trail(self, row: Row, actor: Actor, answer: Any, entered: Entered) -> Iterator[str]:
        """What the trail says too much or too little: each person who is named, or shown to themselves, is entered once."""
        if answer.status_code == 404:
            if {kind for kind, _person in entered} != ({"refusal"} if actor.user else set()):
                yield f"was refused, and the trail has {entered}"
            return
        words = self.world.cast.found_in(_only_page(body_of(answer)))
        people = {key: self.world.candidates[key] for key in PEOPLE}
        shown = [key for key, one in people.items() for _kind, person in entered if one.pk == person]
        for key in shown:
            about_oneself = row.name.startswith(NAMELESS) and actor.key == PEOPLE[key][2]
            if not about_oneself and not {people[key].first_name, people[key].last_name, *self.pseudonyms[key]} & words:
                yield f"enters {key}, who is not shown"
        named = {one.first_name for one in people.values()} & words
        missed = named - {people[key].first_name for key in shown}
        if actor.user:
            missed -= {actor.user.name.split()[0]} if row.name == "web:my_page" else set()
        yield from (f"shows {word} without an entry" for word in missed)
        nameless = [kind for kind, person in entered if person is None]
        if bool(nameless) != (row.name == "rounds:audit_file" and actor.user is not None) or set(nameless) - {"export"}:
            yield f"enters {nameless} about nobody"
        if len(shown) != len(set(shown)) or len(shown) != len(entered) - len(nameless):
            yield f"enters {len(entered)} for {sorted(shown)}"

    def nothing(self, actor: Actor, row: Row) -> str:
        """The page for an address that does not exist, as this actor sees it; of the API, what it says of no such thing."""
        of_api = row.name.startswith("api-v1:")
        key = row.name if of_api else actor.key
        if key not in self.missing:
            address = reverse(row.name, args=[uuid4()]) if of_api else f"/{uuid4()}/"
            self.missing[key] = _without_addresses(actor.client.get(address), address)
            self.entered()  # that this was refused
        return self.missing[key]

    def content(self, row: Row, actor: Actor, one: Thing, answer: Any) -> Iterator[str]:
        """What the body or a header names that this actor may not know, or that should not be kept."""
        body = body_of(answer)
        address = reverse(row.name, args=one.args) + one.query
        shown = _only_page(body).replace(address, "")
        heads = " ".join(f"{name}: {value}" for name, value in answer.headers.items()) + str(answer.cookies)
        heads = heads.replace(address, "")
        found = self.world.cast.found_in(shown)
        pardoned = NAMES_ONE.get(row.name)
        for word in sorted(found):
            if actor.key not in self.world.cast.canaries[word] and not (pardoned and pardoned.search(word)):
                yield f"names {word}"
        yield from (f"names {word} in a header" for word in sorted(self.named_in_head(heads, answer)))
        if found & self.people() and not _private(answer):
            yield "names a person and may be kept by the browser"
        yield from self._groups(row, actor, shown)
        yield from _leading_nowhere(actor, _only_page(body))

    def named_in_head(self, heads: str, answer: Any) -> set[str]:
        """Names in headers, cookies and file names: nobody's, not even one's own. An address may hold the id of one's own."""
        own = set(re.findall(r"[0-9a-f-]{36}", answer.headers.get("Location", "")))
        return self.world.cast.found_in(heads) - own

    def people(self) -> set[str]:
        """The words that a candidate would be recognised by."""
        known = self.world.candidates.values()
        return {word for one in known for word in (one.first_name, one.last_name, one.reference)}

    def _groups(self, row: Row, actor: Actor, shown: str) -> Iterator[str]:
        """A confidential group on a page about people, for somebody who follows or is nobody of that group; and beside a name
        of somebody whose other half another member follows."""
        if row.name.startswith(ABOUT_PEOPLE):
            for group in sorted(CONFIDENTIAL_GROUPS):
                words = f"{group.value}|{TargetGroup(group).label}"
                if re.search(words, shown) and actor.at != TOLD_GROUP[group]:
                    yield f"names the group {group.value}"
        text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", shown))
        if actor.at == "uib":
            yield from (f"names {near} beside Zqdouble" for near in confidential_near(text, "Zqdouble"))


def body_of(answer: Any) -> str:
    """What an answer says; the text of a PDF and of a packed file."""
    if answer.headers.get("Content-Type") == "application/pdf":
        return " ".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)
    if answer.headers.get("Content-Type") == "application/gzip":
        return gzip.decompress(answer.content).decode()
    if answer.streaming:
        return _file_of(answer)
    return str(answer.content.decode())


def _file_of(answer: Any) -> str:
    """The text of a file, and all of a workbook's parts."""
    content = answer.getvalue()
    answer.close()
    if not content.startswith(b"PK"):
        return str(content.decode())
    with ZipFile(BytesIO(content)) as archive:
        return " ".join(archive.read(name).decode() for name in archive.namelist())


def _never(row: Row, actor: Actor) -> bool:
    return row.words[actor.role] <= {"no", "sign in"}


def one_of_each_role(actors: list[Actor], turn: int) -> list[Actor]:
    """One of each, another each turn."""
    by_role: dict[str, list[Actor]] = {}
    for actor in actors:
        by_role.setdefault(actor.role, []).append(actor)
    return [same[turn % len(same)] for same in by_role.values()]


def confidential_near(text: str, name: str, *, reach: int = 80) -> list[str]:
    """The words for confidential groups that stand close to a name."""
    spots = [match.start() for match in re.finditer(name, text)]
    return [word for at in spots for word in CONFIDENTIAL.findall(text[max(at - reach, 0) : at + reach])]


def _not_allowed(row: Row, answer: Any, *, used: bool) -> Iterator[str]:
    """What an allowed answer should be, and is not."""
    status = answer.status_code
    if used:
        if status != GONE:
            yield f"works a second time, got {status}"
    elif status == 302:
        landed = _view_name(answer.headers["Location"])
        if landed not in LANDINGS.get(row.name, set()):
            yield f"should be answered, was sent to {landed}"
    elif status == FORM and row.name in FORM_AGAIN and row.method == "POST":
        return
    elif status != 200 and not (row.name == "healthz" and status == NOT_WELL):
        yield f"should be answered, got {status}"


def _leading_nowhere(actor: Actor, page: str) -> Iterator[str]:
    """Links and buttons to what this role never gets."""
    for kind, path in sorted(set(re.findall(r'(href|action)="(/[^"?#]*)', page))):
        words = WORDS.get((_view_name(path), "GET" if kind == "href" else "POST"), {})
        if words.get(actor.role) == {"no"}:
            yield f"leads to {_view_name(path)}"


@cache
def _view_name(location: str) -> str:
    try:
        return resolve(location.partition("?")[0]).view_name
    except Resolver404:
        return location


def _sign_in(row: Row, one: Thing) -> set[str]:
    address = reverse(row.name, args=one.args) + one.query
    return {SIGN_IN, f"{SIGN_IN}?next={address.replace('?', '%3F').replace('=', '%3D')}"}


def plain(answer: Any, row: Row, one: Thing) -> str:
    return _without_addresses(answer, reverse(row.name, args=one.args) + one.query)


def _without_addresses(answer: Any, address: str) -> str:
    """A page without its forms' tokens and what follows from its address alone: the address itself and the menu's mark."""
    body = re.sub(r'name="csrfmiddlewaretoken" value="\w+"| aria-current="page"', "", answer.content.decode())
    return body.replace(address, "")


def _only_page(body: str) -> str:
    """Without the demo's bar, which names made-up people and groups on every page."""
    return re.sub(r'<aside class="demobar".*?</aside>', "", body, flags=re.DOTALL)


def _private(answer: Any) -> bool:
    return "no-store" in answer.headers.get("Cache-Control", "")


# ---------------------------------------------------------------- methods


def random_arguments(address: Address) -> list[Any]:
    """Arguments that fit the pattern, for a thing that does not exist."""
    kinds = [type(converter).__name__ for converter in address.arguments.values()]
    fitting: dict[str, Any] = {"UUID": uuid4(), "IntC": 1}
    return [fitting.get(kind[:4], "no-such-thing") for kind in kinds]


def answered_methods(address: Address, actor: Actor) -> set[str]:
    """The methods that a view does not turn away."""
    path = reverse(address.name, args=random_arguments(address))
    methods = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
    return {method for method in methods if actor.client.generic(method, path).status_code != 405}


type Asking = Callable[[], HttpResponse]
type Key = UUID | str
