"""The things behind the addresses: for each address, one's own and other people's, and to whom each word of the table applies."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from praksis.catalogue.models import Citation, SavedSearch, Scheme
from praksis.demo.personas import CANDIDATES as PERSONAS
from praksis.messages.links import signed_path
from praksis.organisations.models import Host, HostContact, Invitation, Membership, Unit
from tests.access.people import UNIT
from tests.access.world import AUDITOR_SEEN_BY, PEOPLE, ROUNDS, SEASON, World

DRAWS = ("rounds:result_draw", "rounds:result_draw_file")
PROVIDER_PAGES = ("ask_provider", "provider_answers", "signed_out", "connect_provider", "disconnect_provider")
"""In this region no provider is set up; `accounts/tests/test_openid.py` has one."""

type Data = Mapping[str, Any] | Callable[[], Mapping[str, Any]]


@dataclass(frozen=True)
class Thing:
    """What an address is asked for, what is sent to it, and who holds it: word of the table -> keys of actors."""

    name: str
    args: tuple[Any, ...] = ()
    query: str = ""
    data: Data = field(default_factory=dict)
    holders: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def applies(self, word: str, actor: str) -> bool:
        return word == "all" or actor in self.holders.get(word, ())

    def sent(self) -> Mapping[str, Any]:
        return self.data() if callable(self.data) else self.data


def thing(name: str, *args: Any, query: str = "", data: Data | None = None, **holders: set[str]) -> Thing:
    return Thing(name, args, query, data or {}, {word: frozenset(keys) for word, keys in holders.items()})


def things(world: World) -> dict[str, list[Thing]]:
    """By address; one that is not here takes no arguments, and what is there is one's own."""
    parts = [_catalogue, _intake, _ways, _organisations, _candidates, _wishes, _rounds, _links]
    return {address: found for part in parts for address, found in part(world).items()}


def everyone(world: World) -> set[str]:
    return set(world.cast.actors)


# ---------------------------------------------------------------- what members take in


def _intake(world: World) -> dict[str, list[Thing]]:
    """The university's own import in each state, and pairs of which it owns one scheme and the county the other."""
    uib = {"uibcoordinator", "uiblead"}
    region = {"regionlead"}

    def imported(state: str, **data: Any) -> Thing:
        return thing(state, world.intakes[state].pk, data=data, coordinates=uib)

    def file() -> dict[str, Any]:
        content = SimpleUploadedFile("ordninger.csv", b"Tittel;Kode\r\nNy ordning;NY1\r\n")
        return {"name": "Zqkontoret", "click_key": uuid4(), "file": content}

    def pair(name: str, *also: str, **data: Any) -> Thing:
        return thing(name, world.pairs[name].pk, data=data, coordinates=uib | region | set(also))

    return {
        "intake:start": [thing("start", all=everyone(world))],
        "intake:intakes": [
            thing("uib", world.cast.members["uib"].pk, data=file, coordinates=uib),
            thing("region", world.cast.members["region"].pk, data=file, coordinates=region),
        ],
        "intake:intake": [imported("mapping"), imported("checked")],
        "intake:sheet": [imported("mapping", sheet="")],
        "intake:columns": [imported("mapping", column_0="title", key="")],
        "intake:decide": [imported("checked")],
        "intake:write": [imported("checked")],
        "intake:undo": [imported("written")],
        "intake:wrong_rows": [imported("checked")],
        "intake:merge": [pair("tomerge", keep=str(world.pairs["tomerge"].other_id))],
        "intake:tell_apart": [pair("different", "fylkecoordinator")],
    }


# ---------------------------------------------------------------- a way in for programmes without practice

WANTED = {"programme": "Filosofi", "target_group": "student_elective", "field": "humanities", "level": "bachelor"}


def _ways(world: World) -> dict[str, list[Thing]]:
    """The university's own; of the forms, sent as they are by all, the others get theirs back."""
    uib = {"uibcoordinator", "uiblead"}
    anywhere = world.cast.staff(*world.cast.members, roles=("coordinator", "lead"))
    data = WANTED | {"member": world.cast.members["uib"].pk}
    return {
        "ways:note": [
            thing("note", data=data, coordinates=anywhere),
            thing("draft", data=data | {"draft": 1}, coordinates=anywhere),
        ],
        "ways:draft": [thing("uib", world.gaps["todraft"].pk, coordinates=uib)],
        "ways:close": [thing("uib", world.gaps["toclose"].pk, coordinates=uib)],
        "ways:hurdles": [
            thing("owned", world.schemes["owned"].pk, data={"code": "A02", "helped": "To om det."}, coordinates=uib),
            thing("nobody's", world.schemes["running"].pk),
        ],
        "ways:take_back": [thing("owned", world.schemes["owned"].pk, data={"code": "A01"}, coordinates=uib)],
    }


# ---------------------------------------------------------------- who works where


def _organisations(world: World) -> dict[str, list[Thing]]:
    cast, hosts = world.cast, world.hosts
    places = {
        "uib": (cast.members["uib"].pk, {"uiblead"}),
        "nav": (cast.members["nav"].pk, {"regionoperator"}),
        "region": (cast.members["region"].pk, {"regionlead"}),
        "one": (hosts["one"].pk, {"contact"}),
        "hidden": (hosts["hidden"].pk, {"signer"}),
    }
    held = [
        ("uib", Membership.objects.get(user=world.by("uibcounsellor")).pk, {"uiblead"}),
        ("former", Membership.objects.get(user=world.by("former"), role="coordinator").pk, set[str]()),
        ("nav", Membership.objects.get(user=world.by("navcounsellor")).pk, {"regionoperator"}),
        ("one", HostContact.objects.get(user=world.by("supervisor")).pk, {"contact"}),
    ]
    role = {"role": "board", "email": "ny@person.example", "starts_on": "2027-01-01"}
    roles = {"uib": role, "nav": role, "region": role, "one": role | {"role": "supervisor"}, "hidden": role | {"role": "contact"}}
    changes = {"uib": {"role": "counsellor"}, "nav": {"role": "counsellor"}, "one": {"role": "supervisor"}, "former": {}}
    invitations = [
        thing(key, world_pk, Invitation.objects.get(email=f"zq{key}ny@person.example").pk, leads=who)
        for key, (world_pk, who) in places.items()
        if key in ("uib", "one")
    ]
    return {
        "organisations:staff": [thing(key, pk, leads=who) for key, (pk, who) in places.items()],
        "organisations:invite": [thing(key, pk, data=roles[key], leads=who) for key, (pk, who) in places.items()],
        "organisations:remove_resource": [
            thing("uib", places["uib"][0], world.resources["gone"].pk, leads={"uiblead"}),
            thing("elsewhere", places["one"][0], world.resources["seen"].pk),
        ],
        "organisations:new_unit": [
            thing(key, places[key][0], data=lambda: {"name": f"Enhet {uuid4()}"}, leads=places[key][1]) for key in ("uib", "nav")
        ],
        "organisations:new_member": [
            thing("new", data=lambda: {"name": f"Medlem {uuid4()}", "short_name": "Ny", "kind": "school"})
        ],
        "organisations:withdraw": invitations,
        "organisations:change_role": [thing(key, pk, data=changes[key], leads=who) for key, pk, who in held],
        "organisations:take_back_role": [thing(key, pk, leads=who) for key, pk, who in held],
        "organisations:follow_invitation": [
            thing("invitation", world.invitations["skole"], link=everyone(world), data={"name": "Zqny"})
        ],
    }


# ---------------------------------------------------------------- places


def _catalogue(world: World) -> dict[str, list[Thing]]:
    places, hosts, all_ = world.places, world.hosts, everyone(world)
    uib, anywhere = {"uibcoordinator", "uiblead"}, world.cast.staff(*world.cast.members, roles=("coordinator", "lead"))

    def place(name: str, **holders: set[str]) -> Thing:
        return thing(name, places[name].pk, own={"contact"}, **holders)

    offered, shut = place("offered"), place("shut")
    hidden = thing("hidden", places["hidden"].pk, own={"signer"})
    seen = [place("free", open=all_), place("tandem", open=all_), offered, shut, hidden]
    edited = [
        thing(one.name, *one.args, data=lambda one=one: _form(world, "catalogue:edit_place", one), own=set(one.holders["own"]))
        for one in (place("free"), hidden)
    ]
    return {
        **_searches(world),
        **_sources(world),
        "catalogue:place": seen,
        "rounds:add": [place("open", open=all_), offered, shut, hidden],
        "catalogue:edit_place": edited,
        "catalogue:close_place": [place("toclose"), hidden],
        "catalogue:approve_place": [place("toapprove"), place("reopened", reopen={"contact"}), hidden],
        "catalogue:offered": [thing("offered", places["offered"].pk, link=all_)],
        "catalogue:scheme": [thing(key, world.schemes[key].pk) for key in ("running", "ended")],
        "catalogue:own_schemes": [thing("list", own=anywhere)],
        "catalogue:new_scheme": [thing("new", data=lambda: _new_scheme(world), coordinates=anywhere)],
        "catalogue:edit_scheme": [
            thing("owned", world.schemes["owned"].pk, data=lambda: _new_scheme(world), coordinates=uib),
            thing("nobody's", world.schemes["running"].pk, data={"title": ""}, coordinates=anywhere),
        ],
        "catalogue:scheme_steps": [
            thing("idea", world.schemes["idea"].pk, data=lambda: _steps(world.schemes["idea"]), coordinates=uib)
        ],
        "catalogue:suggest_change": [thing("owned", world.schemes["owned"].pk, data=_suggestion, all=all_)],
        "catalogue:confirm_by_link": [thing("uib", _to_confirm(world, "member"), data={"entry": []}, link=all_)],
        "catalogue:confirm_places_by_link": [thing("one", _to_confirm(world, "host"), data={"entry": []}, link=all_)],
        "catalogue:confirm_places": [
            thing("one", hosts["one"].pk, own={"contact"}),
            thing("hidden", hosts["hidden"].pk, own={"signer"}),
        ],
        "catalogue:confirm_scheme": [thing("owned", world.schemes["owned"].pk, coordinates=uib)],
        "catalogue:host": [
            thing("one", hosts["one"].pk, open=all_),
            thing("hidden", hosts["hidden"].pk, own={"signer"}),
        ],
        "catalogue:ask_person": [
            thing("seen", world.resources["seen"].pk, data=_question(), open=all_),
            thing("hidden", world.resources["hidden"].pk, data=_question()),
        ],
        **{
            f"catalogue:{name}": [
                thing(
                    key,
                    world.resources[key].pk,
                    data={"name": f"Zqressurs{key}", "knows": "Alt.", "agrees": "on" if key == "seen" else ""},
                    own={who},
                )
                for key, who in (("seen", "nobody"), ("hidden", "supervisor"))
            ]
            for name in ("my_resource", "hide_resource")
        },
        "catalogue:edit_host": [
            thing(key, hosts[key].pk, data=lambda key=key: _words_of(hosts[key]), own={who})
            for key, who in (("one", "contact"), ("hidden", "signer"))
        ],
        "catalogue:host_places": [
            thing("one", hosts["one"].pk, own={"contact", "supervisor"}),
            thing("hidden", hosts["hidden"].pk, own={"signer"}),
        ],
        "catalogue:offer": [thing("offer", data=lambda: _offer(world))],
        "api:file": [
            thing(f"{name}.{form}", name, form) for name in ("plasser", "ordninger", "kilder") for form in ("json", "csv", "xlsx")
        ],
        "api:embedded": [thing("nn", "nn"), thing("en", "en", query="?group=pupil")],
        "api:description": [thing(form, form) for form in ("ttl", "jsonld", "rdf")],
        "api-v1:place": [place("free", open=all_), place("tandem", open=all_), thing("shut", places["shut"].pk)],
        "api-v1:scheme": [thing("running", world.schemes["running"].pk, open=all_), thing("ended", world.schemes["ended"].pk)],
        "api-v1:host": [thing("one", hosts["one"].pk, open=all_), thing("hidden", hosts["hidden"].pk)],
    }


def _searches(world: World) -> dict[str, list[Thing]]:
    """Of one who has no role, and of a coordinator; another of a candidate's is deleted."""
    changed = {"name": "Nytt navn", "told": "here", "seen": 1}
    kept = ("nobody", "uibcoordinator")
    own = {
        name: [thing(who, world.searches[who].pk, data=changed, own={who}) for who in kept]
        for name in ("catalogue:change_search", "catalogue:stop_search", "catalogue:keep_search")
    }
    linked = {
        name: [thing("link", _token(name, world.searches["nobody"]), link=everyone(world))]
        for name in ("catalogue:stop_by_link", "catalogue:keep_by_link")
    }
    return {
        **own,
        **linked,
        "catalogue:delete_search": [thing("student", world.searches["student"].pk, own={"student"})],
        "catalogue:save_search": [thing("save", query="?q=lege", data=_search, all=everyone(world))],
    }


def _steps(scheme: Scheme) -> dict[str, Any]:
    scheme.refresh_from_db()
    return {"seen": scheme.version, "goal": "done", "goal_note": "I planen fra høsten."}


def _suggestion() -> dict[str, Any]:
    return {"text": "Fristen er en annen.", "click_key": str(uuid4())}


def _to_confirm(world: World, what: str) -> str:
    """The token of a letter that asks to confirm."""
    name, who, subject = {
        "member": ("catalogue:confirm_by_link", "uibcoordinator", world.cast.members["uib"]),
        "host": ("catalogue:confirm_places_by_link", "contact", world.hosts["one"]),
    }[what]
    return _last(signed_path(name, user_id=world.by(who).pk, subject_id=subject.pk))


def _last(path: str) -> str:
    return path.rstrip("/").rsplit("/", 1)[1]


def _sources(world: World) -> dict[str, list[Thing]]:
    """The university's: one that everyone may read, one that may not be shown, one that was removed."""
    uib, anywhere = {"uibcoordinator", "uiblead"}, world.cast.staff(*world.cast.members, roles=("coordinator", "lead"))
    shown, kept, gone = (world.sources[key].pk for key in ("shown", "kept", "gone"))
    cited = Citation.objects.get(scheme=world.schemes["owned"])

    def files(*number: int) -> list[Thing]:
        return [
            thing("shown", shown, *number, open=everyone(world)),
            thing("kept", kept, *number, coordinates=uib),
            thing("gone", gone, *number),
        ]

    def changed(key: str, **data: Any) -> list[Thing]:
        return [thing(key, world.sources[key].pk, data=data, coordinates=uib)]

    said = {"title": "Ny tittel", "publisher": "Utgiveren", "seen": 1}
    return {
        "catalogue:source": [
            *(thing(str(number), pk, open=everyone(world)) for number, pk in enumerate((shown, kept))),
            thing("gone", gone),
        ],
        "catalogue:source_file": files(),
        "catalogue:source_picture": files(1),
        "catalogue:new_source": [thing("new", data=lambda: _source(world), coordinates=anywhere)],
        "catalogue:edit_source": changed("kept", **said),
        "catalogue:read_source": changed("kept"),
        "catalogue:remove_source": changed("toremove"),
        "catalogue:restore_source": changed("gone"),
        "catalogue:cite": [thing("owned", world.schemes["owned"].pk, data={"source": str(shown)}, coordinates=uib)],
        "catalogue:stop_citing": [thing("owned", world.schemes["owned"].pk, cited.pk, coordinates=uib)],
    }


def _source(world: World) -> dict[str, Any]:
    """Sent as it is by all: it is the university's, so for others the form comes back."""
    member = world.cast.members["uib"].pk
    return {"key": str(uuid4()), "member": member, "title": "Rapport", "publisher": "Ny", "address": "https://a.example/"}


def _search() -> dict[str, Any]:
    return {"name": "Legekontor", "told": "here", "click_key": str(uuid4())}


def _token(name: str, saved: SavedSearch) -> str:
    return _last(signed_path(name, user_id=saved.user_id, subject_id=saved.pk))


def _new_scheme(world: World) -> dict[str, Any]:
    """Sent as it is by all: the owner is the university, so for others the form comes back."""
    owner = world.cast.members["uib"].pk
    return {"key": str(uuid4()), "seen": 1, "title": f"Feltarbeid {uuid4()}", "owner": owner, "stage": "running", "different": 1}


def _question() -> dict[str, Any]:
    """The same question from everyone, so that nobody is told to wait."""
    asked = {"name": "Ny", "email": "ny@person.example", "question": "Hva hjalp?", "shares": "on"}
    return asked | {"click_key": str(uuid5(NAMESPACE_URL, "question"))}


def _words_of(host: Host) -> dict[str, Any]:
    version = Host.objects.values_list("version", flat=True).get(pk=host.pk)
    return {"about": f"Vi {uuid4()}", "experience": "bad", "experience_seen_by": "host", "seen": version}


def _offer(world: World) -> dict[str, Any]:
    return {
        "host": world.hosts["one"].number,
        "title": "Ny plass",
        "tasks": "Hjelpe til.",
        "capacity": 1,
        "groups": ["pupil"],
        "season": SEASON,
        "extent": "full",
        "language": "nb",
        "contact": "ny@person.example",
        "click_key": uuid4(),
    }


class _Fields(HTMLParser):
    """What a page's form would send as it stands: the form that is sent to the page's own address."""

    def __init__(self) -> None:
        super().__init__()
        self.own, self.select, self.area = False, "", ""
        self.sent: dict[str, list[str]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        if tag == "form":
            self.own = has.get("method") == "post" and not has.get("action")
        elif self.own and tag == "input" and has.get("name"):
            if has.get("type") not in ("radio", "checkbox") or "checked" in has:
                self.sent.setdefault(str(has["name"]), []).append(has.get("value") or "")
        elif tag in ("select", "textarea"):
            self.select = str(has.get("name")) if self.own and tag == "select" else ""
            self.area = str(has.get("name")) if self.own and tag == "textarea" else ""
        elif tag == "option" and self.select and "selected" in has:
            self.sent[self.select] = [has.get("value") or ""]

    def handle_data(self, data: str) -> None:
        if self.area:
            self.sent[self.area] = [self.sent.get(self.area, [""])[0] + data]

    def handle_endtag(self, tag: str) -> None:
        self.area = "" if tag == "textarea" else self.area


def _form(world: World, address: str, one: Thing) -> dict[str, list[str]]:
    """The form as it stands for somebody who may see it."""
    names = ["uibcoordinator", *world.cast.staff(*ROUNDS["open"][2])]
    pages = (world.cast.actors[name].client.get(reverse(address, args=one.args)) for name in names)
    fields = _Fields()
    fields.feed(next(page for page in pages if page.status_code == 200).content.decode())
    return fields.sent


# ---------------------------------------------------------------- people


def _candidates(world: World) -> dict[str, list[Thing]]:
    need = {"target_group": "pupil", "field": "trade", "season": SEASON, "municipality": "4627"}
    person = {"first_name": "Ny", "last_name": "Person", "language": "nb"}
    people = {key: world.candidates[key].pk for key in ("student", "doublenav", "participant", "newcomer", "pupil")}
    members = {key: world.cast.members[key].pk for key in ("uib", "nav", "skole")}
    unit = {"unit": Unit.objects.get().pk}
    header = "fornavn;etternavn;målgruppe;fagfelt;halvår\r\nNy;Rad;Elev;IT;Vår 2027\r\n"

    def file() -> dict[str, Any]:
        return {"file": SimpleUploadedFile("kandidater.csv", header.encode())}

    own, in_unit = {key: world.cast.staff(key) for key in members}, world.cast.staff(UNIT)
    whole = [
        thing(key, pk, data=lambda pk=pk: _form(world, "candidates:candidate", thing("", pk)), members=world.staff_of(key))
        for key, pk in people.items()
    ]
    return {
        "candidates:candidate": whole,
        "candidates:new_need": [thing(key, pk, data=need, members=world.staff_of(key)) for key, pk in people.items()],
        "candidates:new_candidate": [
            thing("uib", members["uib"], data=person | need | unit, members=own["uib"] | in_unit),
            *(thing(key, members[key], data=person | need, members=own[key]) for key in ("nav", "skole")),
        ],
        "candidates:from_spreadsheet": [thing(key, pk, data=file, whole=own[key]) for key, pk in members.items()],
        "candidates:access_log": [thing("log", led={"uiblead", "skolelead", "regionlead"})],
        "candidates:corrections": [thing("list", members=world.cast.staff(*world.cast.members, UNIT))],
        "candidates:answer_correction": [
            thing(key, asked.pk, data={"state": "done", "answer": "Rettet."}, members=world.staff_of(key))
            for key, asked in world.corrections.items()
        ],
        "candidates:candidates": [thing("list", members=world.cast.staff(*world.cast.members, UNIT))],
    }


def _wishes(world: World) -> dict[str, list[Thing]]:
    lists = [
        _list(world, "student", sent=world.staff_of("student")),
        _list(world, "pupil", sent=world.staff_of("pupil")),
        _list(world, "participant"),
        _list(world, "newcomer"),
        _list(world, "doublenav"),
        _list(world, "unable", helped=world.staff_of("unable")),
    ]
    people = ("student", "doubleuib", "doublenav", "participant", "newcomer", "pupil")
    published = [thing(key, world.entry(key, "done").pk, own=world.own(key), members=world.staff_of(key)) for key in people]
    waiting = thing("not published", world.entry("student", "closed").pk)
    whole = {
        "rounds:erase": [thing(one, world.candidates[one].pk, members=world.staff_of(one)) for one in ("student", "participant")],
        "web:known_file": [thing(kind, kind, own=everyone(world)) for kind in ("json", "pdf")],
        "web:rename_me": [thing("name", data=lambda: {"name": "Zqny"}, own=everyone(world))],
        "web:ask_correction": [
            thing(key, world.candidates[key].pk, data=_asked, own=world.own(key)) for key in ("student", "pupil", "participant")
        ],
        "web:consent": [_consent(world, "student", {"student"}), _consent(world, "pupil", {"pupil", "guardian"})],
    }
    results = {name: [*published, waiting] for name in ("rounds:result_of", *DRAWS)}
    return whole | {"rounds:wishes_of": lists} | results


def _asked() -> dict[str, Any]:
    return {"text": "Feil år.", "click_key": uuid4()}


def _consent(world: World, person: str, own: set[str]) -> Thing:
    return thing(person, world.candidates[person].pk, "share_name", data={"do": "give"}, own=own)


def _list(world: World, person: str, **holders: set[str]) -> Thing:
    entry = world.entry(person, "open")
    choices = [str(choice.place_id) for choice in entry.choices.all()]
    data = {"version": entry.version, "choice": choices, "do": "save"}
    return thing(person, entry.pk, data=data, own=world.own(person), **holders)


# ---------------------------------------------------------------- rounds


def _rounds(world: World) -> dict[str, list[Thing]]:
    cast, rounds, runs = world.cast, world.rounds, world.runs

    def seen(key: str) -> set[str]:
        return cast.seeing(*ROUNDS[key][2])

    def owned(key: str, **data: Any) -> list[Thing]:
        return [thing(one, rounds[one].pk, data=data, owner=cast.staff(ROUNDS[one][0])) for one in (key, "others")]

    def part(key: str, member: str, *, query: str = "", **data: Any) -> Thing:
        args = (rounds[key].pk, cast.members[member].pk)
        staff = cast.staff(member)
        return thing(f"{key} of {member}", *args, query=query, data=data, members=staff, whole=staff)

    parts = [part("closed", member, query=f"?run={runs['closed'].pk}") for member in ("uib", "nav")]
    people = {key: cast.staff(*ROUNDS[key][2], *([UNIT] if "uib" in ROUNDS[key][2] else [])) for key in rounds}
    return {
        "rounds:rounds": [thing("list", round=cast.seeing(*cast.members))],
        "rounds:round": [thing(key, rounds[key].pk, round=seen(key)) for key in ("done", "open", "closed", "others")],
        "rounds:draw": [
            *(thing(key, rounds[key].pk, open=everyone(world)) for key in ("done", "open", "others")),
            thing("not opened", rounds["prepared"].pk),
        ],
        "rounds:auditors": [
            thing("done", rounds["done"].pk, data=lambda: _auditor(world), part=set(AUDITOR_SEEN_BY)),
            thing("others", rounds["others"].pk),
        ],
        "rounds:end_auditor": [thing("auditor", world.auditors["former"].pk, part=set(AUDITOR_SEEN_BY))],
        "rounds:audit": [thing(key, rounds[key].pk, audit={"auditor"} if key == "done" else set()) for key in ("done", "closed")],
        "rounds:audit_file": [
            *(thing(name, runs["done"].pk, name, audit={"auditor"}) for name in ("instance", "result", "leaves")),
            thing("of another round", runs["closed"].pk, "result"),
            thing("of no kind", runs["done"].pk, "run"),
        ],
        "rounds:run": [thing(key, runs[key].pk, round=seen(key)) for key in ("closed", "others")],
        "rounds:new_round": [thing("new", data=lambda: _new_round(world), owner=cast.staff(*cast.members))],
        "rounds:open": owned("prepared"),
        "rounds:close": owned("closing"),
        "rounds:reopen": [*owned("closing", closes_at="2099-01-01T12:00"), *owned("closing", closes_at="")[:1]],
        "rounds:new_run": [*owned("closed", click_key=str(uuid4()))[:1], *owned("closed", click_key="old")],
        "rounds:enter": [part("open", "uib"), part("open", "nav"), part("others", "fylke")],
        "rounds:publish": parts,
        "rounds:own_people": [thing(key, rounds[key].pk, members=people[key]) for key in ("open", "others")],
        "rounds:own_results": [
            *(thing(key, rounds[key].pk, members=people[key]) for key in ("done", "closed")),
            thing("not allocated", rounds["others"].pk),
        ],
    }


def _auditor(world: World) -> dict[str, Any]:
    """Sent as it is by all: it is for the university, so for others who lead the form comes back."""
    return {
        "name": "Ny Kontrollør",
        "email": f"{uuid4()}@person.example",
        "member": world.cast.members["uib"].pk,
        "starts_on": "2027-01-01",
        "ends_on": "2027-02-01",
    }


def _new_round(world: World) -> dict[str, Any]:
    """Sent as it is by all: the owner is the university, so for others the form comes back."""
    return {
        "name": "Ny runde",
        "owner": world.cast.members["uib"].pk,
        "season": "2027-autumn",
        "opens_at": "2027-01-01T08:00",
        "closes_at": "2027-02-01T08:00",
        "papers_due_on": "2027-03-01",
        "max_choices": 5,
    }


def _links(world: World) -> dict[str, list[Thing]]:
    sign_in, first_run = world.tokens
    return {
        **{f"accounts:{name}": [thing("not set up", "feide")] for name in PROVIDER_PAGES},
        "accounts:follow_link": [thing("link", sign_in, link=everyone(world))],
        "organisations:first_run": [thing("after the first run", first_run)],
        "demo:become": [thing("persona", PERSONAS[0].key)],
    }


__all__ = ["PEOPLE", "Thing", "thing", "things"]
